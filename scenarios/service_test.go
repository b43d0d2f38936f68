package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
)

// constant is a number that does not change.
func constant(n int64) report.Level { return report.Level{Mean: float64(n), Min: n, Max: n} }

// Two instances of three zones' worth: six tasks of half a vCPU on m5.large
// instances (2 vCPU, $0.096 an hour) in two zones for ten hours.
func TestAServiceKeepsItsTasks(t *testing.T) {
	const text = `
region: us-east-1
duration: 10h
%s
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 3, bootTime: 30m}}]}
services: [{name: web, task: {cpu: 512, memory: 64}, desiredCount: 6, usage: {cpu: 0.5, memory: 0.25}}]
`
	r := run(t, text, "")
	s := r.Summary
	assert.Equal(t, report.Service{Desired: constant(6), Running: constant(6)}, s.Services["web"])
	assert.Equal(t, int64(6), s.Tasks.Submitted)
	assert.Equal(t, int64(6), s.Tasks.Running)
	assert.Empty(t, s.Jobs)
	assert.InDelta(t, 10*0.096*6*0.25, s.Cost.ByService["web"], 1e-9)
	assert.InDelta(t, 0.25, *s.Utilisation.CPUUsed, 1e-9)
	assert.Equal(t, []string{"service web: spread(attribute:ecs.availability-zone), then spread(instanceId); ties to the instance launched first"}, r.Placement)
	var names []string
	for _, c := range r.Series.Columns {
		names = append(names, c.Name)
	}
	assert.Contains(t, names, "services.web.desired")
	assert.Contains(t, names, "services.web.running")
	value, err := s.Metric("services.web.running.mean")
	require.NoError(t, err)
	assert.InDelta(t, 6, *value, 1e-9)

	// Half an hour of booting, in which nothing runs.
	s = run(t, text, "initialState: cold").Summary
	assert.Equal(t, report.Service{Desired: constant(6), Running: report.Level{Mean: 6 * 9.5 / 10, Max: 6}, BelowDesiredSeconds: 1800}, s.Services["web"])
	assert.InDelta(t, 1800, s.Tasks.PendingSeconds.Mean, 1)

	// Of which the warm-up takes the most.
	s = run(t, text, "initialState: cold\nwarmup: 20m").Summary
	assert.InDelta(t, 600, s.Services["web"].BelowDesiredSeconds, 1e-9)
	assert.Equal(t, report.Level{Mean: 6 * 9.5 / (10 - 1.0/3), Max: 6}, s.Services["web"].Running)
}

// Zone a has two instances, zone b one. The default strategy of services keeps
// the zones even first, and then the instances.
func TestTheDefaultStrategyOfServices(t *testing.T) {
	lines := decide(t, 0, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 3}}]}
services: [{name: web, task: {cpu: 512, memory: 64}, desiredCount: 6}]
`)
	assert.Equal(t, strings.TrimLeft(`
0s service/web/0 on ec2/i-0
0s service/web/1 on ec2/i-1
0s service/web/2 on ec2/i-2
0s service/web/3 on ec2/i-1
0s service/web/4 on ec2/i-0
0s service/web/5 on ec2/i-1
`, "\n"), lines)
}

// A daemon takes its place on every instance before anything else; three
// instances of 2 vCPU then hold three tasks of half a vCPU each, and a tenth
// waits.
func TestADaemonIsThereFirst(t *testing.T) {
	const text = `
region: us-east-1
duration: 1h
cluster:
  capacityProviders:
    - {name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 3}}
    - {name: other, autoScalingGroup: {instanceTypes: [c5.large], availabilityZones: [us-east-1a], desiredCapacity: 2}}
services:
  - {name: web, task: {cpu: 512, memory: 64}, desiredCount: 10, capacityProviders: [ec2], placementStrategy: [{type: binpack, field: cpu}]}
  - {name: agent, task: {cpu: 512, memory: 64}, schedulingStrategy: DAEMON%s}
`
	s := run(t, text, "").Summary
	assert.Equal(t, report.Service{Desired: constant(5), Running: constant(5)}, s.Services["agent"])
	assert.Equal(t, report.Service{Desired: constant(10), Running: constant(9), BelowDesiredSeconds: 3600}, s.Services["web"])
	assert.Equal(t, int64(1), s.Tasks.Pending)
	assert.Contains(t, s.Notes, "service web: tasks without a place at the end: 1 of 10")

	s = run(t, text, ", placementConstraints: [{type: memberOf, expression: 'attribute:ecs.instance-type == c5.large'}]").Summary
	assert.Equal(t, constant(2), s.Services["agent"].Running)
	assert.Equal(t, constant(10), s.Services["web"].Running)

	s = run(t, text, ", capacityProviderStrategy: [{capacityProvider: ec2, weight: 1}, {capacityProvider: other, weight: 3}]").Summary
	assert.Equal(t, constant(5), s.Services["agent"].Running)
}

// A service on Fargate: base and weight divide its tasks, and what is in place
// is rounded up to a size.
func TestAServiceOnFargate(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: FARGATE}, {name: FARGATE_SPOT}]}
services:
  - name: web
    task: {cpu: 1000, memory: 1000}
    desiredCount: 6
    capacityProviderStrategy: [{capacityProvider: FARGATE, base: 2, weight: 1}, {capacityProvider: FARGATE_SPOT, weight: 3}]
`).Summary
	assert.Equal(t, constant(6), s.Services["web"].Running)
	assert.Equal(t, int64(6), s.Tasks.RoundedUp)
	// 3 tasks of 1 vCPU and 2 GB each.
	assert.InDelta(t, 3*2*(0.04048+2*0.004445), s.Cost.ByCapacityProvider["FARGATE"], 1e-8)
	assert.InDelta(t, 3*2*(0.01264355+2*0.00138835), s.Cost.ByCapacityProvider["FARGATE_SPOT"], 1e-8)
	assert.InDelta(t, s.Cost.Total, s.Cost.ByService["web"], 1e-9)
}

// Affinity and its opposite, by the task groups of services and jobs.
func TestTaskGroupsInConstraints(t *testing.T) {
	const text = `
duration: 1h
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 4, cpu: 4096, memory: 4096}]}}]}
services:
  - {name: cache, task: {cpu: 64, memory: 64}, desiredCount: 2, placementConstraints: [{type: distinctInstance}]}
jobs:
  - {name: etl, task: {cpu: 64, memory: 64}, arrivals: {at: [1m, 2m, 3m, 4m, 5m, 6m]}, duration: 1h, placementConstraints: [{type: memberOf, expression: "%s"}]}
`
	on := func(expression string) map[string]bool {
		set := map[string]bool{}
		for line := range strings.Lines(decide(t, 0, text, expression)) {
			if task, instance, ok := strings.Cut(strings.TrimSpace(line), " on "); ok && strings.Contains(task, "etl") {
				set[instance] = true
			}
		}
		return set
	}
	with, without := on("task:group == service:cache"), on("not(task:group == service:cache)")
	assert.NotEmpty(t, with)
	assert.Subset(t, []string{"own/i-0", "own/i-1"}, keysOf(with))
	assert.NotEmpty(t, without)
	assert.Subset(t, []string{"own/i-2", "own/i-3"}, keysOf(without))
	assert.Empty(t, on("task:group == service:nosuch"), "no task group is a reference")
}

// Services and jobs that wait for the same capacity wait in one queue: with a
// strict one the service's tasks block the job behind them.
func TestServicesAndJobsShareAQueue(t *testing.T) {
	const text = `
duration: 2h
cluster: {capacityProviders: [{name: own, external: {instances: [{cpu: 1024, memory: 4096}]}}]}
services: [{name: web, task: {cpu: 768, memory: 64}, desiredCount: 2}]
jobs: [{name: j, task: {cpu: 256, memory: 64}, duration: 1h, queue: {blocking: %s}}]
`
	assert.Equal(t, int64(1), run(t, text, "skip").Summary.Tasks.Completed)
	assert.Zero(t, run(t, text, "strict").Summary.Tasks.Completed)
}

// What must not matter: the order of services that do not meet, task definitions
// and services that nothing uses.
func TestServicesThatDoNotMeet(t *testing.T) {
	const text = `
region: us-east-1
duration: 1d
cluster:
  capacityProviders:
    - {name: a, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 4}}
    - {name: b, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 3}}
taskDefinitions:
%s
services:
%s
jobs:
  - {name: etl, taskDefinition: small, arrivals: {distribution: exponential, mean: 7m}, duration: {distribution: exponential, mean: 1h}, capacityProviders: [a], placementStrategy: [{type: random}]}
`
	definitions := []string{"  small: {cpu: 256, memory: 512, portMappings: [{containerPort: 80}]}\n", "  large: {cpu: 1024, memory: 2048, portMappings: [{containerPort: 80, hostPort: 80}]}\n"}
	services := []string{
		"  - {name: one, taskDefinition: small, desiredCount: 9, capacityProviders: [a], tieBreak: random}\n",
		"  - {name: two, taskDefinition: large, desiredCount: 3, capacityProviders: [b], placementConstraints: [{type: distinctInstance}]}\n",
		"  - {name: three, taskDefinition: small, desiredCount: 5, capacityProviders: [b], placementStrategy: [{type: random}]}\n",
	}
	// Each service's own lines, as their order among one another is that of the services.
	of := func(definitions, services []string) map[string]string {
		lines := map[string]string{}
		for line := range strings.Lines(decide(t, 0, text, strings.Join(definitions, ""), strings.Join(services, ""))) {
			_, rest, _ := strings.Cut(line, " ")
			name := rest[:strings.LastIndex(strings.Fields(rest)[0], "/")]
			lines[name] += line
		}
		return lines
	}
	plain := of(definitions, services)
	assert.Len(t, plain, 4)
	assert.Equal(t, plain, of([]string{definitions[1], definitions[0]}, services))
	assert.Equal(t, plain, of(definitions, []string{services[1], services[2], services[0]}), "services of different capacity")
	assert.Equal(t, plain, of(append(definitions, "  unused: {cpu: 1, memory: 6, placementConstraints: [{type: memberOf, expression: 'runningTasksCount < 1'}]}\n"),
		append(services[:3:3], "  - {name: nothing, taskDefinition: unused, desiredCount: 0}\n")), "a service of no task")
}

// Source: Amazon ECS developer guide, "Amazon ECS service quotas": 500 tasks of a
// service a minute, wherever they go. What a warm run starts with, and jobs, are
// exempt.
func TestAServiceStarts500TasksAMinute(t *testing.T) {
	const document = `
region: us-east-1
duration: 10m
initialState: %s
cluster:
  capacityProviders:
    - name: own
      external: {instances: [{cpu: 2000000, memory: 8000000}]}
services: [{name: web, task: {cpu: 256, memory: 512}, desiredCount: 1200}]
`
	r := run(t, document, "cold")
	assert.Equal(t, int64(1200), r.Summary.Services["web"].Running.Max)
	assert.Equal(t, int64(500), r.Summary.Services["web"].Running.Min)
	assert.InDelta(t, 120, r.Summary.Services["web"].BelowDesiredSeconds, 0)
	r = run(t, document, "warm")
	assert.Equal(t, constant(1200), r.Summary.Services["web"].Running)
}

// A task of a service runs from when its containers start: 1500 MiB are pulled in a
// minute.
func TestATaskThatPullsDoesNotRun(t *testing.T) {
	r := run(t, `
region: us-east-1
duration: 10m
initialState: cold
cluster: {capacityProviders: [{name: FARGATE}]}
services: [{name: web, task: {cpu: 256, memory: 512, imageSizeMiB: 1500}, desiredCount: 3, launchType: FARGATE}]
`)
	web := r.Summary.Services["web"]
	assert.InDelta(t, 60, web.BelowDesiredSeconds, 0)
	assert.Equal(t, report.Level{Mean: 2.7, Min: 0, Max: 3}, web.Running)
}
