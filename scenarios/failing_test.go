package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim/cluster"
)

// lost runs a service of eight tasks to which nine requests come per second, and to
// which a revision that answers none of them is deployed after ten minutes, and
// returns for how many seconds' requests nothing was there to serve them.
func lost(t *testing.T, bad, service string) float64 {
	s := runScenario(t, scenario(t, `
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions:
  good: {cpu: 256, memory: 512}
  bad: {cpu: 256, memory: 512, failures: {unhealthy: 1}, %s}
services:
  - name: web
    taskDefinition: good
    desiredCount: 8
    launchType: FARGATE
    load: {requestsPerSecond: 9, perRequest: {cpuSeconds: 0.1}, timeout: 10s}
    %s
events:
  - {at: 10m, deploy: {service: web, taskDefinition: bad}}
`, bad, service), Options{Check: true}).Summary.Services["web"]
	assert.InDelta(t, 9*7200, s.Requests, 0.001)
	assert.InDelta(t, s.Requests, s.Served+s.Lost+s.BacklogEnd-s.BacklogStart, 1e-6)
	return s.Lost / 9
}

// Of the requests to n tasks of which k are broken, k/n are lost, whoever has not
// noticed.
//
// Source: Amazon ECS developer guide, "Rolling update"; ECS API, HealthCheck,
// CanaryConfiguration, LinearConfiguration; Elastic Load Balancing, "Health checks
// for Application Load Balancer target groups".
func TestABadRevisionLosesItsPartOfTheRequests(t *testing.T) {
	const rest = 7200 - 600 // seconds
	for _, c := range []struct {
		name, bad, service string
		want               float64
	}{
		// Four new ones beside eight old ones, then eight beside four, 40 s each.
		{"without a check", "", "deploymentConfiguration: {maximumPercent: 150}", 40*4.0/12 + 40*8.0/12 + rest - 80},
		// They start up for 10 s of these.
		{"with a start-up", "startup: 10s", "deploymentConfiguration: {maximumPercent: 150}", 30*4.0/12 + 10*4.0/8 + 30*8.0/12 + rest - 80},
		// Four at a time are found out after three checks, and replaced by four others.
		{"with a check", "healthCheck: {interval: 10s}", "deploymentConfiguration: {maximumPercent: 150}", rest * 4.0 / 12},
		{"and a circuit breaker", "healthCheck: {interval: 10s}", "deploymentConfiguration: {maximumPercent: 150, deploymentCircuitBreaker: {enable: true, rollback: true}}", 35 * 4.0 / 12},
		{"behind a load balancer", "", "loadBalancers: [{}]", 0},
		// All are there for 40 s before anything is shifted.
		{"blue/green", "", "deploymentConfiguration: {strategy: BLUE_GREEN, bakeTimeInMinutes: 5}", rest - 40},
		{"canary", "", "deploymentConfiguration: {strategy: CANARY}", 0.05*600 + rest - 640},
		{"linear", "", "deploymentConfiguration: {strategy: LINEAR, linearConfiguration: {stepPercent: 40, stepBakeTimeInMinutes: 5}}", 0.4*300 + 0.8*300 + rest - 640},
		{"canary behind a load balancer", "", "deploymentConfiguration: {strategy: CANARY}\n    loadBalancers: [{}]", 0},
	} {
		assert.InDelta(t, c.want, lost(t, c.bad, c.service), 0.001, c.name)
	}
}

// An image of 500 MiB takes 20 s, of which 5 s have gone when the registry stops
// answering for half a minute. The second task finds the image where the first one
// has pulled it; on Fargate it is pulled again, and the time is billed.
func TestARegistryOutage(t *testing.T) {
	const text = `
region: us-east-1
duration: 1h
initialState: cold
cluster: {capacityProviders: [{name: FARGATE}, {name: a, external: {instances: [{cpu: 4096, memory: 8192}]}}]}
taskDefinitions: {app: {cpu: 1024, memory: 2048, imageSizeMiB: %d, networkMode: %s}}
services: [{name: one, taskDefinition: app, desiredCount: 1, launchType: %s}]
jobs: [{name: two, taskDefinition: app, arrivals: {at: [31m]}, duration: 1m, launchType: %[3]s}]
events:
  - {at: 30m, registryOutage: {duration: 2m}}
  - {at: 5s, registryOutage: {duration: 30s}}
prices: {fargate: {vcpu: 1, memory: 1}}
`
	told := &teller{}
	watch := func(*cluster.Cluster) ([]cluster.Watcher, error) { return []cluster.Watcher{told}, nil }
	s := runScenario(t, scenario(t, text, 500, "bridge", "EXTERNAL"), Options{Check: true, Watch: watch}).Summary
	assert.InDelta(t, 50, s.Services["one"].BelowDesiredSeconds, 1e-9)
	assert.InDelta(t, (50+0)/2.0, s.Tasks.PendingSeconds.Mean, 1e-9)
	assert.Equal(t, []string{"5s registryOutage no image can be pulled for 30s", "30m0s registryOutage no image can be pulled for 2m0s"}, told.lines)

	s = run(t, text, 500, "awsvpc", "FARGATE").Summary
	assert.InDelta(t, (50+60+20)/2.0, s.Tasks.PendingSeconds.Mean, 1e-9)
	assert.InDelta(t, 3.0*(3600+80+60)/3600, s.Cost.Total, 1e-6)

	s = run(t, text, 0, "awsvpc", "FARGATE").Summary
	assert.Zero(t, s.Tasks.PendingSeconds.Mean)
	assert.Equal(t, []string{
		"events.0.registryOutage: no task definition states an imageSizeMiB, so that nothing happens",
		"events.1.registryOutage: no task definition states an imageSizeMiB, so that nothing happens",
	}, scenario(t, text, 0, "awsvpc", "FARGATE").Notes)
}

// Without a duration nothing is pulled any more, and tasks stay PENDING.
func TestARegistryThatDoesNotComeBack(t *testing.T) {
	s := run(t, `
region: us-east-1
cluster: {capacityProviders: [{name: FARGATE}]}
jobs: [{name: work, task: {cpu: 1024, memory: 2048, imageSizeMiB: 500}, arrivals: {at: [0s, 1m]}, duration: 10m, launchType: FARGATE}]
events: [{at: 30s, registryOutage: {}}]
`).Summary
	assert.Equal(t, []int64{1, 1, 620}, []int64{s.Tasks.Completed, s.Tasks.Pending, int64(s.SimulatedSeconds)})
}
