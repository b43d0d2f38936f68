package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// onInstances is a scenario with one service on three instances in two zones.
func onInstances(more string) string {
	return `
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 4}}]}
taskDefinitions:
  v1: {cpu: 512, memory: 1024}
  v2: {cpu: 512, memory: 1024}
services:
  - name: web
    taskDefinition: v1
    desiredCount: 4
    launchType: EC2
` + more
}

// What goes, and is worth a word.
//
// Sources: ECS API, DeploymentConfiguration; Amazon ECS developer guide, "Amazon
// ECS service quotas" and "Rolling update".
func TestNotesOnDeployments(t *testing.T) {
	for _, c := range []struct{ name, service, want string }{
		{"nothing", "", ""},
		// ceil(4 × 76 / 100) = 4 and floor(4 × 124 / 100) = 4.
		{
			"percentages that round to a standstill", "    deploymentConfiguration: {minimumHealthyPercent: 76, maximumPercent: 124}\n",
			"services.web.deploymentConfiguration: with 4 tasks no deployment makes progress: minimumHealthyPercent 76 keeps ceil(4 × 76 / 100) = 4 healthy, and maximumPercent 124 allows floor(4 × 124 / 100) = 4, so that none can be stopped and none started",
		},
		{"a task to stop", "    deploymentConfiguration: {minimumHealthyPercent: 75, maximumPercent: 124}\n", ""},
		{"a task to start", "    deploymentConfiguration: {minimumHealthyPercent: 100, maximumPercent: 125}\n", ""},
		// One task: ceil(1 × 50 / 100) = 1 and floor(1 × 150 / 100) = 1.
		{
			"a count that scaling may reach", "    deploymentConfiguration: {minimumHealthyPercent: 50, maximumPercent: 150}\n    scaling: {minCapacity: 1, maxCapacity: 9}\n",
			"services.web.deploymentConfiguration: with 1 task, to which scaling may go, no deployment makes progress: minimumHealthyPercent 50 keeps ceil(1 × 50 / 100) = 1 healthy, and maximumPercent 150 allows floor(1 × 150 / 100) = 1, so that none can be stopped and none started",
		},
		{
			"a rollback of nothing", "    deploymentConfiguration: {deploymentCircuitBreaker: {rollback: true}}\n",
			"services.web.deploymentConfiguration.deploymentCircuitBreaker.rollback: without enable nothing is counted, and so nothing is rolled back",
		},
		{
			"a bake time of a rolling deployment", "    deploymentConfiguration: {bakeTimeInMinutes: 5}\n",
			"services.web.deploymentConfiguration.bakeTimeInMinutes: a rolling deployment without alarms bakes for no time; this has no effect",
		},
		{
			"a grace period without checks", "    healthCheckGracePeriodSeconds: 60\n",
			"services.web.healthCheckGracePeriodSeconds: nothing checks the health of the tasks: they have no healthCheck, and the service has no loadBalancers",
		},
		// Amazon ECS developer guide, "Required resources for Amazon ECS canary deployments".
		{
			"requests that nothing shifts", "    deploymentConfiguration: {strategy: CANARY}\n",
			"services.web.deploymentConfiguration.strategy: AWS shifts requests by means of a load balancer or Service Connect, and this service has no loadBalancers; here they are shifted all the same",
		},
		{"requests that a load balancer shifts", "    deploymentConfiguration: {strategy: LINEAR}\n    loadBalancers: [{}]\n", ""},
		{"a grace period with checks", "    healthCheckGracePeriodSeconds: 60\n    loadBalancers: [{}]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scenario(t, "%s", onInstances(c.service))
			if c.want == "" {
				assert.Empty(t, s.Notes)
				return
			}
			assert.Equal(t, []string{c.want}, s.Notes)
		})
	}
	connected := scenario(t, "%s", onInstances("    deploymentConfiguration: {strategy: CANARY}\n    serviceConnectConfiguration: {enabled: true}\n"))
	assert.Empty(t, connected.Notes, "Service Connect shifts the requests")
	s := scenario(t, "region: us-east-1\nduration: 1h\ncluster: {capacityProviders: [{name: FARGATE}]}\nservices: [{name: web, task: {cpu: 256, memory: 512}, desiredCount: 5001, launchType: FARGATE}]\n")
	assert.Equal(t, []string{"services.web.desiredCount: 5001 tasks; AWS allows a service 5000 unless the quota is raised"}, s.Notes)
}

// The defaults of a service, and who can have its tasks moved between zones.
//
// Sources: ECS API, CreateService and DeploymentConfiguration; Amazon ECS
// developer guide, "Balancing an Amazon ECS service across Availability Zones".
func TestWhoCanBeRebalanced(t *testing.T) {
	for service, want := range map[string]string{
		"": "ENABLED",
		"    availabilityZoneRebalancing: DISABLED\n": "DISABLED",
		"    placementStrategy: [{type: spread, field: \"attribute:ecs.availability-zone\"}, {type: binpack, field: cpu}]\n":          "ENABLED",
		"    placementStrategy: [{type: binpack, field: cpu}, {type: spread, field: \"attribute:ecs.availability-zone\"}]\n":          "DISABLED",
		"    placementStrategy: [{type: spread, field: instanceId}]\n":                                                                "DISABLED",
		"    placementConstraints: [{type: memberOf, expression: \"attribute:ecs.availability-zone in [us-east-1a, us-east-1b]\"}]\n": "DISABLED",
		"    placementConstraints: [{type: memberOf, expression: \"attribute:ecs.instance-type =~ m5.*\"}]\n":                         "ENABLED",
		"    deploymentConfiguration: {minimumHealthyPercent: 50, maximumPercent: 100}\n":                                             "DISABLED",
		"    deploymentConfiguration: {minimumHealthyPercent: 50, maximumPercent: 125}\n    availabilityZoneRebalancing: ENABLED\n":   "ENABLED",
	} {
		assert.Equal(t, want, scenario(t, "%s", onInstances(service)).Services[0].AvailabilityZoneRebalancing, service)
	}
	s := scenario(t, "%s", onFargate("    availabilityZoneRebalancing: ENABLED\n"))
	assert.Equal(t, []string{"services.web.availabilityZoneRebalancing: the zones of Fargate are not modelled; this has no effect"}, s.Notes)
	assert.Equal(t, "DISABLED", s.Services[0].AvailabilityZoneRebalancing)

	web := scenario(t, "%s", onInstances("")).Services[0]
	least, most := web.percentages()
	assert.Equal(t, []int64{100, 200}, []int64{least, most})
	of := web.DeploymentConfiguration
	assert.Equal(t, "ROLLING", of.Strategy)
	assert.Equal(t, DeploymentCircuitBreaker{ResetOnHealthyTask: true, ThresholdConfiguration: ThresholdConfiguration{Type: "BOUNDED_PERCENT"}}, of.DeploymentCircuitBreaker)
	assert.Equal(t, LinearConfiguration{StepPercent: 10, StepBakeTimeInMinutes: 6}, of.LinearConfiguration)
	assert.Equal(t, CanaryConfiguration{CanaryPercent: 5, CanaryBakeTimeInMinutes: 10}, of.CanaryConfiguration)
	agent := &Service{SchedulingStrategy: "DAEMON"}
	least, most = agent.percentages()
	assert.Equal(t, []int64{0, 100}, []int64{least, most})
}

// A deployment makes progress if and only if some count of new and old tasks can
// be reached from the first one, by starting one and by stopping one.
func TestImmovable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		desired := rapid.Int64Range(0, 60).Draw(t, "desired")
		least := rapid.Int64Range(0, 100).Draw(t, "least")
		most := rapid.Int64Range(max(1, least), 400).Draw(t, "most")
		// A task can be started if there may be one more than are desired; one can
		// be stopped if one fewer are still enough.
		start := float64(desired+1) <= float64(desired*most)/100
		stop := float64(desired-1) >= float64(desired*least)/100
		require.Equal(t, desired > 0 && !start && !stop, immovable(desired, least, most), "%d tasks, %d to %d %%", desired, least, most)
	})
}

// AWS's own documents, as describe-services and describe-target-groups print
// them, but for what is not modelled.
func TestPastedDeployments(t *testing.T) {
	s := scenario(t, "%s", onInstances(`    deploymentController: {"type": "ECS"}
    deploymentConfiguration: {
      "deploymentCircuitBreaker": {"enable": true, "rollback": true, "resetOnHealthyTask": true, "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50}},
      "maximumPercent": 200, "minimumHealthyPercent": 100, "alarms": {"alarmNames": [], "enable": false, "rollback": false}, "strategy": "ROLLING", "bakeTimeInMinutes": 0, "lifecycleHooks": []}
    loadBalancers: [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/1", "containerName": "app", "containerPort": 80,
      "HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2, "deregistrationDelay": 60}]
    healthCheckGracePeriodSeconds: 30
    availabilityZoneRebalancing: ENABLED
`))
	assert.Empty(t, s.Notes)
	assert.Len(t, s.NotModelled, 3)
}
