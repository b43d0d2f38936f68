package scenarios

// later lists, for each struct of the schema, the fields that berth's contract
// knows and that this version does not do yet. They are refused, because a run
// that left one out would answer another question than the one asked.
var later = map[string][]string{
	"Scenario":                 {"events", "eks", "lambda", "failures", "placement"},
	"Cluster":                  {"spotMarket", "managedScaling"},
	"CapacityProvider":         {"managedScaling", "managedTerminationProtection", "managedDraining", "managedInstancesProvider", "spotMarket", "spot"},
	"AutoScalingGroupProvider": {"managedScaling", "managedTerminationProtection", "managedDraining"},
	"AutoScalingGroup": {
		"mixedInstancesPolicy", "launchTemplate", "spotMarket", "spot", "purchase", "capacityRebalance", "newInstancesProtectedFromScaleIn", "terminationPolicies",
		"warmPool", "lifecycleHooks", "lifecycleHookSpecificationList", "instanceRequirements", "agent", "maxInstanceLifetime", "suspendedProcesses", "scaling",
		"instanceMaintenancePolicy", "availabilityZoneDistribution", "defaultInstanceWarmup", "failureRate", "trunking",
	},
	"ExternalInstance":    {"failureRate"},
	"TaskDefinition":      {"healthCheck", "gpuModel"},
	"ContainerDefinition": {"imageSizeMiB", "startTimeout", "healthCheck", "startup"},
	"Job": {
		"onInterruption", "retries", "dependsOn", "load", "scaling", "group", "overrides", "arraySize", "fairShare", "networkConfiguration",
		"startup", "stopTimeout",
	},
	"Service": {
		"deploymentConfiguration", "deploymentController", "healthCheckGracePeriodSeconds", "loadBalancers", "availabilityZoneRebalancing",
		"networkConfiguration", "startup", "stopTimeout", "schedule",
	},
	"ServiceLoad":    {"cpuBurst", "balancing", "sizes"},
	"PerRequest":     {"memory", "memoryMiB"},
	"Scaling":        {"predictive", "predictiveScaling", "customized"},
	"TargetTracking": {"customizedMetricSpecification"},
	"Alarm":          {"dimensions", "extendedStatistic", "metrics", "thresholdMetricId"},
	"Trace":          {"align", "pastEnd", "column", "period"},
	"Queue":          {"backfill", "fairShare"},
	"Prices":         {"savingsPlans", "loadBalancer", "lambda"},
}

// unmodelled lists, for each struct of the schema, the fields of AWS's
// documents that have no effect in a simulation of placement, time and cost.
// They are accepted, so that real documents can be pasted in, and reported.
var unmodelled = map[string][]string{
	"Cluster":                  {"clusterName", "clusterArn", "configuration", "settings", "serviceConnectDefaults", "status", "tags"},
	"CapacityProvider":         {"capacityProviderArn", "status", "tags", "updateStatus", "updateStatusReason"},
	"AutoScalingGroupProvider": {"autoScalingGroupArn"},
	"AutoScalingGroup": {
		"autoScalingGroupName", "autoScalingGroupARN", "context", "createdTime", "defaultCooldown", "desiredCapacityType", "enabledMetrics", "healthCheckGracePeriod",
		"healthCheckType", "instances", "loadBalancerNames", "serviceLinkedRoleARN", "tags", "targetGroupARNs", "trafficSources", "vPCZoneIdentifier",
	},
	"EBS": {"deleteOnTermination", "encrypted", "iops", "kmsKeyId", "snapshotId", "throughput"},
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
	"PortMapping": {"name", "appProtocol"},
	"Service": {
		"clientToken", "cluster", "clusterArn", "createdAt", "createdBy", "deployments", "enableECSManagedTags", "enableExecuteCommand", "events", "pendingCount",
		"platformFamily", "platformVersion", "propagateTags", "role", "roleArn", "runningCount", "serviceArn", "serviceConnectConfiguration", "serviceName",
		"serviceRegistries", "status", "tags", "taskSets", "volumeConfigurations", "vpcLatticeConfigurations",
	},
	"Scaling":                       {"creationTime", "resourceId", "roleARN", "scalableDimension", "scalableTargetARN", "serviceNamespace", "tags"},
	"TargetTracking":                {"alarms", "creationTime", "policyARN", "policyType", "resourceId", "scalableDimension", "serviceNamespace"},
	"StepScaling":                   {"alarms", "creationTime", "policyARN", "policyType", "resourceId", "scalableDimension", "serviceNamespace"},
	"PredefinedMetricSpecification": {"resourceLabel"},
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
