package scenarios

// later lists, for each struct of the schema, the fields that berth's contract
// knows and that this version does not do yet. They are refused, because a run
// that left one out would answer another question than the one asked.
var later = map[string][]string{
	"Scenario":         {"eks", "lambda", "placement"},
	"CapacityProvider": {"managedInstancesProvider"},
	"AutoScalingGroup": {
		"suspendedProcesses", "scaling",
		"instanceMaintenancePolicy", "defaultInstanceWarmup",
	},
	"Agent": {
		"ECS_RESERVED_MEMORY", "ECS_IMAGE_PULL_BEHAVIOR", "ECS_CONTAINER_STOP_TIMEOUT", "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
	},
	"InstanceRequirements": {
		"acceleratorManufacturers", "acceleratorNames", "acceleratorTotalMemoryMiB", "acceleratorTypes", "baselineEbsBandwidthMbps", "baselinePerformanceFactors",
		"localStorage", "localStorageTypes", "maxSpotPriceAsPercentageOfOptimalOnDemandPrice", "networkBandwidthGbps", "networkInterfaceCount",
		"requireHibernateSupport", "totalLocalStorageGB",
	},
	"TaskDefinition":      {"gpuModel"},
	"ContainerDefinition": {"imageSizeMiB", "startTimeout", "startup"},
	"Job": {
		"load", "scaling", "overrides", "networkConfiguration",
		"startup", "stopTimeout",
	},
	"Service": {
		"networkConfiguration", "startup", "stopTimeout", "schedule",
	},
	"DeploymentConfiguration":       {"lifecycleHooks"},
	"ServiceLoad":                   {"balancing", "sizes"},
	"PerRequest":                    {"memory", "memoryMiB"},
	"Scaling":                       {"predictive", "customized"},
	"CustomizedMetricSpecification": {"metrics"},
	"PredictiveScaling":             {"metricSpecifications"},
	"Alarm":                         {"metrics", "thresholdMetricId", "evaluateLowSampleCountPercentile"},
	"Trace":                         {"align", "pastEnd", "column", "period"},
	"Prices":                        {"savingsPlans", "loadBalancer", "lambda"},
}

// unmodelled lists, for each struct of the schema, the fields of AWS's
// documents that have no effect in a simulation of placement, time and cost.
// They are accepted, so that real documents can be pasted in, and reported.
var unmodelled = map[string][]string{
	"Cluster":                  {"clusterName", "clusterArn", "configuration", "settings", "serviceConnectDefaults", "status", "tags"},
	"CapacityProvider":         {"capacityProviderArn", "status", "tags", "updateStatus", "updateStatusReason"},
	"AutoScalingGroupProvider": {"autoScalingGroupArn"},
	"AutoScalingGroup": {
		"autoScalingGroupName", "autoScalingGroupARN", "context", "createdTime", "defaultCooldown", "enabledMetrics", "healthCheckGracePeriod",
		"healthCheckType", "instances", "launchTemplate", "loadBalancerNames", "serviceLinkedRoleARN", "tags", "targetGroupARNs", "trafficSources", "vPCZoneIdentifier",
	},
	"LaunchTemplate":   {"launchTemplateSpecification"},
	"InstanceOverride": {"launchTemplateSpecification", "imageId"},
	"LifecycleHook":    {"autoScalingGroupName", "globalTimeout", "lifecycleHookName", "notificationMetadata", "notificationTargetARN", "roleARN"},
	"EBS":              {"deleteOnTermination", "encrypted", "iops", "kmsKeyId", "snapshotId", "throughput"},
	"TaskDefinition": {
		"compatibilities", "deregisteredAt", "enableFaultInjection", "executionRoleArn", "family", "inferenceAccelerators", "ipcMode", "pidMode", "proxyConfiguration",
		"registeredAt", "registeredBy", "requiresAttributes", "requiresCompatibilities", "revision", "status", "tags", "taskDefinitionArn", "taskRoleArn", "volumes",
	},
	"ContainerDefinition": {
		"command", "credentialSpecs", "dependsOn", "disableNetworking", "dnsSearchDomains", "dnsServers", "dockerLabels", "dockerSecurityOptions", "entryPoint",
		"environment", "environmentFiles", "essential", "extraHosts", "firelensConfiguration", "hostname", "image", "interactive", "links", "linuxParameters",
		"logConfiguration", "mountPoints", "privileged", "pseudoTerminal", "readonlyRootFilesystem", "repositoryCredentials", "restartPolicy", "secrets",
		"systemControls", "ulimits", "user", "versionConsistency", "volumesFrom", "workingDirectory",
	},
	"PortMapping":  {"name", "appProtocol"},
	"HealthCheck":  {"command"},
	"LoadBalancer": {"advancedConfiguration", "containerName", "containerPort", "loadBalancerName", "targetGroupArn"},
	"Service": {
		"clientToken", "cluster", "clusterArn", "createdAt", "createdBy", "deployments", "enableECSManagedTags", "enableExecuteCommand", "events", "pendingCount",
		"platformFamily", "platformVersion", "propagateTags", "role", "roleArn", "runningCount", "serviceArn", "serviceConnectConfiguration", "serviceName",
		"serviceRegistries", "status", "tags", "taskSets", "volumeConfigurations", "vpcLatticeConfigurations",
	},
	"Scaling":                       {"creationTime", "resourceId", "roleARN", "scalableDimension", "scalableTargetARN", "serviceNamespace", "tags"},
	"TargetTracking":                {"alarms", "creationTime", "policyARN", "policyType", "resourceId", "scalableDimension", "serviceNamespace"},
	"StepScaling":                   {"alarms", "creationTime", "policyARN", "policyType", "resourceId", "scalableDimension", "serviceNamespace"},
	"PredefinedMetricSpecification": {"resourceLabel"},
	"CustomizedMetricSpecification": {"unit"},
	"PredictiveScaling":             {"alarms", "creationTime", "policyARN", "policyType", "resourceId", "resourceLabel", "scalableDimension", "serviceNamespace"},
	"ScheduledAction":               {"creationTime", "resourceId", "scalableDimension", "scheduledActionARN", "serviceNamespace"},
	"Alarm": {
		"actionsEnabled", "alarmActions", "alarmArn", "alarmConfigurationUpdatedTimestamp", "alarmDescription", "insufficientDataActions", "oKActions", "stateReason",
		"stateReasonData", "stateTransitionedTimestamp", "stateUpdatedTimestamp", "stateValue", "tags", "unit",
	},
	"Job": {
		"clientToken", "cluster", "enableECSManagedTags", "enableExecuteCommand", "platformVersion", "propagateTags", "referenceId", "startedBy", "tags",
		"volumeConfigurations",
	},
}
