package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
)

// deployedTo is the deployment of a task definition, with when it began and how
// long it took.
func deployedTo(definition string, started, took float64) report.Deployment {
	ended := started + took
	return report.Deployment{Number: 2, Revision: 2, TaskDefinition: definition, StartedSeconds: started, EndedSeconds: &ended, Status: "COMPLETED", Reason: "update to " + definition}
}

// Twelve tasks fill three instances. A task that is told to stop keeps its place
// for 30 s, and the one in its place is healthy 40 s after it runs: a batch takes
// 70 s, and a batch is what the lower bound allows to stop.
//
// Source: Amazon ECS developer guide, "Rolling update": the lower bound is rounded
// up, the upper one down, and a task without a load balancer and a health check is
// healthy 40 seconds after it runs.
func TestABatchIsWhatTheBoundsAllow(t *testing.T) {
	const text = `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a], desiredCapacity: %d}}]}
taskDefinitions:
  v1: {cpu: 1024, memory: 2048, stopTimeout: 30s}
  v2: {cpu: 1024, memory: 2048, stopTimeout: 30s}
services:
  - {name: web, taskDefinition: v1, desiredCount: 12, launchType: EC2, deploymentConfiguration: %s}
events:
  - {at: %s, deploy: {service: web, taskDefinition: v2}}
`
	for _, c := range []struct {
		instances     int
		configuration string
		took          float64
	}{
		{3, "{minimumHealthyPercent: 0, maximumPercent: 100}", 70},   // all at once
		{3, "{minimumHealthyPercent: 50, maximumPercent: 200}", 140}, // 6 and 6
		{3, "{minimumHealthyPercent: 60, maximumPercent: 200}", 210}, // ceil(7.2) stay: 4, 4 and 4
		{3, "{minimumHealthyPercent: 75, maximumPercent: 100}", 280}, // 3, four times
		{6, "{}", 40},                         // 100 and 200 per cent, and room for as many more
		{6, "{maximumPercent: 150}", 70 + 40}, // 6 start; what then stops makes room 30 s later
	} {
		s := run(t, text, c.instances, c.configuration, "10m").Summary.Services["web"]
		assert.Equal(t, []report.Deployment{deployedTo("v2", 600, c.took)}, s.Deployments, c.configuration)
		assert.Zero(t, s.BelowDesiredSeconds, "tasks that stop run on until they have stopped")
	}
	// There is no room for more tasks than are desired, and none may stop.
	r := run(t, text, 3, "{}", `"2026-01-01T00:10:00Z"`)
	assert.Equal(t, []report.Deployment{{
		Number: 2, Revision: 2, TaskDefinition: "v2", StartedSeconds: 600, Status: "IN_PROGRESS",
		Reason: "update to v2", Stuck: "12 of its tasks have no place, and minimumHealthyPercent 100 lets no other task stop",
	}}, r.Summary.Services["web"].Deployments)
	assert.Contains(t, r.Summary.Notes, "service web: the deployment of v2 at 10 min was still under way at the end, after 50 min: 12 of its tasks have no place, and minimumHealthyPercent 100 lets no other task stop")
}

// badly is a service on Fargate whose second revision is bad.
func badly(bad, configuration string) string {
	return fmt.Sprintf(`
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions:
  good: {cpu: 256, memory: 512, healthCheck: {interval: 10s}}
  bad: {cpu: 256, memory: 512, %s}
services:
  - {name: web, taskDefinition: good, desiredCount: 8, launchType: FARGATE, deploymentConfiguration: {maximumPercent: 150, %s}}
events:
  - {at: 10m, deploy: {service: web, taskDefinition: bad}}
`, bad, configuration)
}

// Of eight tasks half may fail, which is 4; four start at once, and are unhealthy
// after three checks and the timeout of the last: 3 × 10 + 5 s.
//
// Source: ECS API, DeploymentCircuitBreaker, ThresholdConfiguration and
// HealthCheck.
func TestTheCircuitBreakerEndsADeployment(t *testing.T) {
	const unhealthy, startless = "healthCheck: {interval: 10s}, failures: {unhealthy: 1}", "failures: {atStart: 1}"
	for _, c := range []struct {
		name, bad, configuration string
		failed                   int64
		after                    float64
		rollback                 bool
	}{
		{"half of them", unhealthy, "deploymentCircuitBreaker: {enable: true, rollback: true}", 4, 35, true},
		{"and no way back", unhealthy, "deploymentCircuitBreaker: {enable: true}", 4, 35, false},
		{"tasks that do not start", startless, "deploymentCircuitBreaker: {enable: true, rollback: true}", 4, 0, true},
		// A fourth is 2, but at least 3 have to fail.
		{"at least three", startless, "deploymentCircuitBreaker: {enable: true, rollback: true, thresholdConfiguration: {value: 25}}", 4, 0, true},
		// 4 in the first round, and 3 of the second, 35 s after that.
		{"a number", unhealthy, "deploymentCircuitBreaker: {enable: true, rollback: true, thresholdConfiguration: {type: COUNT, value: 7}}", 7, 70, true},
		{"more than all", unhealthy, "deploymentCircuitBreaker: {enable: true, thresholdConfiguration: {type: UNBOUNDED_PERCENT, value: 100}}", 8, 70, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := run(t, "%s", badly(c.bad, c.configuration)).Summary
			all := s.Services["web"].Deployments
			require.NotEmpty(t, all)
			assert.Equal(t, "FAILED", all[0].Status)
			assert.Equal(t, c.failed, all[0].FailedTasks)
			require.NotNil(t, all[0].EndedSeconds)
			assert.InDelta(t, 600+c.after, *all[0].EndedSeconds, 1e-9)
			assert.Equal(t, constant(8), s.Services["web"].Desired)
			if !c.rollback {
				assert.Len(t, all, 1)
				return
			}
			require.Len(t, all, 2)
			assert.Equal(t, []any{true, "good", 1, "COMPLETED"}, []any{all[1].Rollback, all[1].TaskDefinition, all[1].Revision, all[1].Status})
		})
	}
}

// One task more than desired at a time, so that they fail one by one: at half of
// them, but not before 3 have failed, and at 200.
//
// Source: ECS API, ThresholdConfiguration; Amazon ECS developer guide, "How the Amazon
// ECS deployment circuit breaker detects failures".
func TestAtHowManyFailuresADeploymentEnds(t *testing.T) {
	for desired, want := range map[int]int{4: 3, 10: 5, 1000: 200} {
		s := run(t, `
region: us-east-1
duration: 3d
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions:
  good: {cpu: 256, memory: 512}
  bad: {cpu: 256, memory: 512, failures: {atStart: 1}}
services:
  - name: web
    taskDefinition: good
    desiredCount: %d
    launchType: FARGATE
    deploymentConfiguration: {maximumPercent: %d, deploymentCircuitBreaker: {enable: true}}
events: [{at: 10m, deploy: {service: web, taskDefinition: bad}}]
`, desired, 100+max(1, (100+desired-1)/desired)).Summary
		all := s.Services["web"].Deployments
		require.Len(t, all, 1)
		assert.Equal(t, []any{"FAILED", int64(want)}, []any{all[0].Status, all[0].FailedTasks}, "%d tasks", desired)
		assert.Equal(t, fmt.Sprintf("%d tasks in a row failed; the circuit breaker ends a deployment at %d", want, want), all[0].Reason)
	}
}

// Without a circuit breaker tasks fail for ever. Without a health check nobody
// notices that they serve nothing: the deployment is completed, 40 s for each of
// two batches.
func TestWhatNobodyNotices(t *testing.T) {
	s := run(t, "%s", badly("healthCheck: {interval: 10s}, failures: {unhealthy: 1}", "")).Summary
	require.Len(t, s.Services["web"].Deployments, 1)
	assert.Equal(t, "IN_PROGRESS", s.Services["web"].Deployments[0].Status)
	assert.Nil(t, s.Services["web"].Deployments[0].EndedSeconds)
	assert.Equal(t, int64(4*(6600/35)), s.Services["web"].Deployments[0].FailedTasks)
	// Four tasks at a time, each for 35 s, from 600 s to the end at 7200 s.
	assert.Equal(t, int64(8+4*(1+6600/35)), s.Tasks.Submitted)

	s = run(t, "%s", badly("failures: {unhealthy: 1}", "")).Summary
	assert.Equal(t, []report.Deployment{deployedTo("bad", 600, 80)}, s.Services["web"].Deployments)
}

// A task that ends after it has run is replaced at once: ten tasks that each end
// after 5 min have ended 6 × 10 times when half an hour is over.
//
// Source: Amazon ECS developer guide, "Amazon ECS service throttle logic".
func TestCrashesAreReplacedAtOnce(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 30m1s
cluster: {capacityProviders: [{name: FARGATE}]}
services:
  - {name: web, task: {cpu: 256, memory: 512, failures: {after: 5m}}, desiredCount: 10, launchType: FARGATE}
`).Summary
	assert.Equal(t, int64(60), s.Tasks.Failed)
	assert.Equal(t, int64(10), s.Tasks.Running)
	assert.Zero(t, s.Services["web"].BelowDesiredSeconds)
}

// All tasks of the new revision start at once, are healthy after 40 s, and then
// the requests are shifted. The old ones stop when all has baked, and meanwhile
// there are twice as many.
//
// Source: ECS API, DeploymentConfiguration, LinearConfiguration and
// CanaryConfiguration: a step of 30 % takes ceil(100 / 30) = 4 shifts and 3 waits.
func TestShiftsOfTheRequests(t *testing.T) {
	const text = `
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions: {v1: {cpu: 256, memory: 512}, v2: {cpu: 256, memory: 512}}
services:
  - name: web
    taskDefinition: v1
    desiredCount: 4
    launchType: FARGATE
    deploymentConfiguration: %s
    load: {requestsPerSecond: 9, perRequest: {cpuSeconds: 0.1}, timeout: 10s}
events: [{at: 10m, deploy: {service: web, taskDefinition: v2}}]
`
	for _, c := range []struct {
		configuration string
		took          float64
		shifts        string
	}{
		{"{strategy: BLUE_GREEN, bakeTimeInMinutes: 10}", 40 + 600, "10m40s 100 %"},
		{"{strategy: LINEAR, linearConfiguration: {stepPercent: 30, stepBakeTimeInMinutes: 2}}", 40 + 3*120, "10m40s 30 %, 12m40s 60 %, 14m40s 90 %, 16m40s 100 %"},
		{"{strategy: CANARY, bakeTimeInMinutes: 3, canaryConfiguration: {canaryPercent: 12.5}}", 40 + 600 + 180, "10m40s 12.5 %, 20m40s 100 %"},
	} {
		told := &teller{}
		r := runScenario(t, scenario(t, text, c.configuration), Options{Check: true, Watch: func(*cluster.Cluster) ([]cluster.Watcher, error) { return []cluster.Watcher{told}, nil }})
		s := r.Summary.Services["web"]
		assert.Equal(t, []report.Deployment{deployedTo("v2", 600, c.took)}, s.Deployments, c.configuration)
		assert.Equal(t, c.shifts, strings.Join(told.shifts, ", "))
		assert.Equal(t, int64(8), s.Running.Max)
		assert.InDelta(t, 4+4*c.took/7200, s.Running.Mean, 1e-9)
		assert.Zero(t, s.Lost)
		assert.Equal(t, []string{"10m0s deploy service web, task definition v2", "10m0s deploymentStarted", "deploymentCompleted"},
			[]string{told.lines[0], told.lines[1], strings.Fields(told.lines[len(told.lines)-1])[1]})
	}
}

// teller writes down what it is told.
type teller struct {
	lines, shifts []string
}

func (*teller) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (*teller) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (*teller) TaskStarted(sim.Time, cluster.TaskID)                                       {}
func (*teller) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)                         {}

func (w *teller) ScenarioEvent(now sim.Time, action, what string) {
	w.lines = append(w.lines, fmt.Sprint(now, " ", action, " ", what))
}

func (w *teller) DeploymentChanged(now sim.Time, _ cluster.GroupID, kind report.DeploymentKind, d report.Deployment) {
	if kind != "" {
		w.lines = append(w.lines, fmt.Sprint(now, " ", kind))
	}
	if kind == report.DeploymentShifts {
		w.shifts = append(w.shifts, fmt.Sprint(now, " ", strings.TrimSuffix(d.Reason, " of the requests go to it")))
	}
}

// The same task definition once more is a deployment, and so is one of another
// size with ports of its own. The first one ends when the second begins.
//
// Source: ECS API, UpdateService, forceNewDeployment; ServiceDeployment, status.
func TestRevisionsOfOtherTasks(t *testing.T) {
	r := run(t, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a], desiredCapacity: 2}}]}
taskDefinitions:
  small: {cpu: 512, memory: 1024}
  large: {cpu: 1024, memory: 2048, portMappings: [{containerPort: 80, hostPort: 80}], imageSizeMiB: 250, startup: 5s, healthCheck: {interval: 10s}}
services:
  - {name: web, taskDefinition: small, desiredCount: 2, launchType: EC2, placementStrategy: [{type: binpack, field: cpu}]}
events:
  - {at: 10m, deploy: {service: web}}
  - {at: 20m, deploy: {service: web, taskDefinition: small}}
  - {at: 20m20s, deploy: {service: web, taskDefinition: large}}
`)
	s := r.Summary
	ended := []float64{640, 1220, 1240}
	assert.Equal(t, []report.Deployment{
		{Number: 2, Revision: 2, TaskDefinition: "small", StartedSeconds: 600, EndedSeconds: &ended[0], Status: "COMPLETED", Reason: "a forced new deployment"},
		{Number: 3, Revision: 3, TaskDefinition: "small", StartedSeconds: 1200, EndedSeconds: &ended[1], Status: "STOPPED", Reason: "another deployment began before it was completed"},
		// 10 s for the image on each instance, and the first check that passes.
		{Number: 4, Revision: 4, TaskDefinition: "large", StartedSeconds: 1220, EndedSeconds: &ended[2], Status: "COMPLETED", Reason: "update to large"},
	}, s.Services["web"].Deployments)
	// The port keeps the two large ones apart, which binpack would have put together.
	// From then on they reserve a fourth each of their instance of 4 vCPU.
	for _, c := range r.Series.Columns {
		if c.Name == "utilisation.cpuReserved" {
			assert.InDelta(t, 2*1024.0/8192, c.Values[len(c.Values)-1], 1e-9)
		}
	}
	assert.Equal(t, int64(2), s.Instances.OccupiedPeak)
}

// Two tasks of 1 vCPU serve 20 requests per second; two of 2 vCPU 40. Of 30 a third
// is lost until there are larger tasks. While the old ones are there as well, the
// four serve them all.
func TestARevisionOfLargerTasks(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions: {small: {cpu: 1024, memory: 4096}, large: {cpu: 2048, memory: 4096, startup: 20s}}
services:
  - name: web
    taskDefinition: small
    desiredCount: 2
    launchType: FARGATE
    load: {requestsPerSecond: 30, perRequest: {cpuSeconds: 0.1}, timeout: 1s}
events: [{at: 30m, deploy: {service: web, taskDefinition: large}}]
`).Summary.Services["web"]
	assert.Equal(t, []report.Deployment{deployedTo("large", 1800, 40)}, s.Deployments)
	// Within the second that a request waits, 20 wait: they are not lost.
	assert.InDelta(t, 10*(1800+20)-20, s.Lost, 0.1)
	balanced(t, s)
}

// A daemon is replaced on all instances at once, for none need stay healthy.
//
// Source: Amazon ECS developer guide, "Amazon ECS services", Daemon.
func TestADaemonIsDeployed(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.xlarge], availabilityZones: [us-east-1a], desiredCapacity: 5}}]}
taskDefinitions: {v1: {cpu: 64, memory: 64}, v2: {cpu: 128, memory: 64}}
services: [{name: agent, taskDefinition: v1, schedulingStrategy: DAEMON%s}]
events: [{at: 10m, deploy: {service: agent, taskDefinition: v2}}]
`, "").Summary
	assert.Equal(t, []report.Deployment{deployedTo("v2", 600, 40)}, s.Services["agent"].Deployments)
	assert.Equal(t, int64(10), s.Tasks.Submitted)
	assert.Equal(t, int64(5), s.Tasks.Stopped)
}

// Variants see the same failures: what fails is drawn for the service and the task
// definition, whatever else happens.
func TestFailuresAreTheSameInVariants(t *testing.T) {
	const text = `
region: us-east-1
duration: 4h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions:
  v1: {cpu: 256, memory: 512, startup: {distribution: exponential, mean: 10s}}
  v2: {cpu: 256, memory: 512, failures: {atStart: 0.3, after: {distribution: exponential, mean: 1h}}}
services:
  - {name: web, taskDefinition: v1, desiredCount: 20, launchType: FARGATE}
  - {name: other, taskDefinition: v2, desiredCount: %d, launchType: FARGATE}
events: [{at: 10m, deploy: {service: web, taskDefinition: v2}}]
`
	one, two := run(t, text, 5).Summary, run(t, text, 50).Summary
	assert.Equal(t, one.Services["web"], two.Services["web"])
	assert.Greater(t, two.Tasks.Failed, one.Tasks.Failed)
}
