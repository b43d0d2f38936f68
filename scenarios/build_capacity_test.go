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

// managedGroupOf is a scenario whose capacity is one group of m6i.large (2 vCPU,
// 8 GiB) with managed scaling, and more of the document.
func managedGroupOf(sizes, more string) string {
	return `
region: us-east-1
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a, us-east-1b], newInstancesProtectedFromScaleIn: true, bootTime: 90s, ` + sizes + `}
      managedScaling: {status: ENABLED}
      managedTerminationProtection: ENABLED
` + more
}

// capacityLog writes down what becomes of capacity.
type capacityLog struct {
	report.CapacityWatcher // of which nothing else is called
	cluster                *cluster.Cluster
	lines                  []string
}

func (l *capacityLog) add(now sim.Time, format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf("%v ", now)+fmt.Sprintf(format, args...))
}

func (l *capacityLog) DesiredCapacityChanged(now sim.Time, _ cluster.ProviderID, desired int) {
	l.add(now, "desired %d", desired)
}

func (l *capacityLog) ReservationChanged(now sim.Time, _ cluster.ProviderID, r report.Reservation) {
	l.add(now, "reservation %d/%d %.0f", r.Needed, r.Running, r.Percent)
}

func (l *capacityLog) GroupActivity(sim.Time, cluster.ProviderID, int, string) {}
func (l *capacityLog) SpotPriceChanged(sim.Time, cluster.KindID, int64)        {}
func (l *capacityLog) WarmPoolChanged(sim.Time, cluster.KindID, int, int)      {}
func (l *capacityLog) RebalanceRecommendation(sim.Time, cluster.InstanceID)    {}
func (l *capacityLog) TaskSubmitted(sim.Time, cluster.TaskID)                  {}
func (l *capacityLog) TaskStarted(sim.Time, cluster.TaskID)                    {}
func (l *capacityLog) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)      {}
func (l *capacityLog) LaunchFailed(now sim.Time, _ cluster.ProviderID, why string) {
	l.add(now, "%s", why)
}

func (l *capacityLog) TaskInterruptionNotice(now sim.Time, id cluster.TaskID) {
	l.add(now, "notice for %s", l.cluster.TaskName(id))
}

func (l *capacityLog) InterruptionNotice(now sim.Time, id cluster.InstanceID) {
	l.add(now, "notice for %s", l.cluster.InstanceName(id))
}

func (l *capacityLog) InstanceLost(now sim.Time, id cluster.InstanceID, why report.Loss) {
	l.add(now, "%s lost: %v", l.cluster.InstanceName(id), why)
}

func (l *capacityLog) InstanceChanged(now sim.Time, id cluster.InstanceID, _, to cluster.State) {
	if l.cluster.Instance(id).Number >= 0 && to != cluster.Booting && !l.cluster.Kind(l.cluster.Instance(id).Kind).Unlimited {
		l.add(now, "%s %v", l.cluster.InstanceName(id), to)
	}
}

// runCapacity runs a scenario and returns what became of its capacity.
func runCapacity(t testing.TB, s *Scenario) (*report.Result, []string) {
	t.Helper()
	log := &capacityLog{}
	r := runScenario(t, s, Options{Check: true, Watch: func(c *cluster.Cluster) ([]cluster.Watcher, error) {
		log.cluster = c
		return []cluster.Watcher{log}, nil
	}})
	return r, log.lines
}

// From 0 to two instances, and then by what waits; the run ends when the tasks
// have. Ten tasks of half an instance: at 1m 5 instances are needed and there is
// none. The alarm sees that a minute later. The two instances take four of the
// tasks at 3m30s. When they have warmed up, at 7m, six tasks wait, for three
// instances more.
//
// Source: AWS containers blog, "Deep dive on Amazon ECS cluster auto scaling";
// Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
func TestAGroupGrowsFromNothing(t *testing.T) {
	r, lines := runCapacity(t, scenario(t, "%s", managedGroupOf("minSize: 0, maxSize: 20", `
jobs: [{name: j, task: {cpu: 1024, memory: 2048}, duration: 20m, count: 10, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
`)))
	assert.Equal(t, []string{
		"0s desired 0",
		"1m0s reservation 5/0 200",
		"2m0s desired 2",
		"3m0s reservation 7/2 350",
		"3m30s a/i-0 ACTIVE", "3m30s a/i-1 ACTIVE",
		"4m0s reservation 5/2 250",
		"7m0s desired 5",
		"8m0s reservation 8/5 160",
		"8m30s a/i-2 ACTIVE", "8m30s a/i-3 ACTIVE", "8m30s a/i-4 ACTIVE",
		"9m0s reservation 5/5 100",
		"24m0s reservation 3/5 60",
	}, lines)
	assert.Equal(t, int64(10), r.Summary.Tasks.Completed)
	assert.InDelta(t, (28*sim.Minute + 30*sim.Second).Seconds(), r.Summary.SimulatedSeconds, 0, "nothing keeps it going any longer")
}

// What managed scaling leaves out waits for ever, and the run ends.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
func TestTasksThatTheSmallestTypeDoesNotHoldWait(t *testing.T) {
	text := strings.Replace(managedGroupOf("minSize: 0, maxSize: 20", `
jobs: [{name: j, task: {cpu: 4096, memory: 2048}, duration: 20m, count: 3, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
`), "[m6i.large]", "[m6i.large, m6i.xlarge]", 1)
	r, lines := runCapacity(t, scenario(t, "%s", text))
	assert.Equal(t, []string{"0s desired 0", "1m0s reservation 0/0 100"}, lines)
	assert.Equal(t, int64(3), r.Summary.Tasks.Pending)
	assert.Contains(t, r.Summary.Notes, "capacity provider a: managed scaling leaves out tasks that the smallest instance type of its group does not hold; up to 3 waited at a time")
	assert.Contains(t, r.Summary.Notes, "3 tasks still wait at the end, and nothing can make room for them")
}

// The group is full: no more than its maximum comes, and then nothing can help.
func TestTheMaximumOfAGroupEndsIt(t *testing.T) {
	r := run(t, "%s", managedGroupOf("minSize: 0, maxSize: 3", `
services: [{name: s, task: {cpu: 1024, memory: 1024}, desiredCount: 10, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
duration: 1h
`))
	assert.Equal(t, int64(4), r.Summary.Tasks.Pending)
	assert.Equal(t, int64(3), r.Summary.Instances.RunningAtEnd)
}

// Source: Amazon ECS developer guide, "Amazon ECS launch types and capacity
// providers": a launch type does not drive managed scaling.
func TestALaunchTypeDoesNotDriveManagedScaling(t *testing.T) {
	r := run(t, "%s", managedGroupOf("minSize: 0, maxSize: 3", `
jobs: [{name: j, task: {cpu: 1024, memory: 2048}, duration: 20m, launchType: EC2}]
`))
	assert.Equal(t, int64(1), r.Summary.Tasks.Pending)
	assert.Zero(t, r.Summary.Instances.Launched)
}

// Fifteen minutes after the last of the tasks the instances go, at first less than
// half of them and then one by one: 5, 3, 2, 1. A daemon does not keep them.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior" and
// "Control the instances Amazon ECS terminates".
func TestAGroupShrinksToNothing(t *testing.T) {
	_, lines := runCapacity(t, scenario(t, "%s", managedGroupOf("minSize: 0, maxSize: 20, desiredCapacity: 5", `
duration: 1h
jobs: [{name: j, task: {cpu: 1024, memory: 2048}, duration: 10m30s, count: 10, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
services: [{name: agent, schedulingStrategy: DAEMON, task: {cpu: 0, memory: 128, stopTimeout: 0s}, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
`)))
	var desired []string
	for _, l := range lines {
		if strings.Contains(l, "desired") {
			desired = append(desired, l)
		}
	}
	// From 11m on nothing runs: 15 datapoints, and the delay of a minute.
	assert.Equal(t, []string{"0s desired 5", "26m0s desired 3", "27m0s desired 2", "28m0s desired 1", "29m0s desired 0"}, desired)
}

// Protected instances stay as long as tasks run there.
//
// Source: Amazon ECS developer guide, "Control the instances Amazon ECS
// terminates".
func TestManagedTerminationProtection(t *testing.T) {
	text := managedGroupOf("minSize: 0, maxSize: 20, desiredCapacity: 4", `
duration: 2h
jobs:
  - {name: long, task: {cpu: 1024, memory: 2048}, duration: 100m, count: 2, capacityProviderStrategy: [{capacityProvider: a, weight: 1}], placementStrategy: [{type: spread, field: instanceId}]}
  - {name: short, task: {cpu: 1024, memory: 2048}, duration: 5m, count: 6, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}
`)
	r := run(t, "%s", text)
	assert.Equal(t, int64(8), r.Summary.Tasks.Completed)
	assert.Zero(t, r.Summary.Tasks.Stopped)

	unprotected := strings.NewReplacer("managedTerminationProtection: ENABLED", "managedDraining: DISABLED", "newInstancesProtectedFromScaleIn: true, ", "").Replace(text)
	r = run(t, "%s", unprotected)
	assert.Positive(t, r.Summary.Tasks.Stopped+r.Summary.Tasks.Interrupted, "the termination policy takes instances with tasks")
}

// A group that cannot move costs what it did: nobody watches it.
func TestFixedGroupsAreNotWatched(t *testing.T) {
	w, err := Build(scenario(t, `
region: us-east-1
cluster: {capacityProviders: [{name: a, autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], minSize: 1, maxSize: 4}}]}
jobs: [{name: j, task: {cpu: 256, memory: 512}, duration: 1m}]
`), Options{})
	require.NoError(t, err)
	defer w.Close()
	assert.Nil(t, w.autoScaling)
	assert.Nil(t, w.managed)
}

const zoned = `
region: us-east-1
duration: 2h
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup:
        availabilityZones: [us-east-1a, us-east-1b]
        desiredCapacity: 4
        mixedInstancesPolicy: {instancesDistribution: {onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: 0}, overrides: [{instanceType: m5.large}]}
services: [{name: s, task: {cpu: 256, memory: 512}, desiredCount: 8, capacityProviderStrategy: [{capacityProvider: a, weight: 1}], placementStrategy: [{type: spread, field: instanceId}]}]
events:
`

func TestEventsOfCapacity(t *testing.T) {
	lines := func(events string) []string {
		_, all := runCapacity(t, scenario(t, "%s", zoned+events))
		var lines []string
		for _, l := range all {
			if !strings.HasPrefix(l, "0s ") {
				lines = append(lines, l)
			}
		}
		return lines
	}
	assert.Equal(t, []string{
		"30m0s a/i-0 lost: its Availability Zone failed", "30m0s a/i-0 TERMINATED",
		"30m0s a/i-2 lost: its Availability Zone failed", "30m0s a/i-2 TERMINATED",
		"31m0s a/i-4 ACTIVE", "31m0s a/i-5 ACTIVE", // at the health check
	}, lines(`  - {at: 30m, zoneOutage: {availabilityZone: us-east-1a}}`))
	assert.Equal(t, []string{
		"30m0s notice for a/i-2",
		"32m0s a/i-2 lost: EC2 reclaimed the Spot instance", "32m0s a/i-2 TERMINATED",
		"33m0s Failed to launch an instance: a Spot instance was interrupted", "33m30s a/i-4 ACTIVE",
	}, lines(`  - {at: 30m, interrupt: {capacityProvider: a, count: 1}}
  - {at: 31m, launchFailure: {capacityProvider: a, duration: 2m10s}}`))
	refreshed := 0
	for _, l := range lines(`  - {at: 30m, instanceRefresh: {capacityProvider: a, minHealthyPercentage: 50}}`) {
		if strings.HasSuffix(l, "TERMINATED") {
			refreshed++
		}
	}
	assert.Equal(t, 4, refreshed)
}

// Source: Amazon ECS developer guide, "AWS Fargate capacity providers": two
// minutes of notice, a replacement when there is capacity, none on FARGATE.
func TestFargateSpotTakesTasksBack(t *testing.T) {
	r, lines := runCapacity(t, scenario(t, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: FARGATE}, {name: FARGATE_SPOT, spotMarket: {unavailable: [{at: 20m, duration: 10m}]}}]}
services: [{name: s, task: {cpu: 256, memory: 512}, desiredCount: 3, capacityProviderStrategy: [{capacityProvider: FARGATE, base: 1}, {capacityProvider: FARGATE_SPOT, weight: 1}]}]
`))
	assert.Equal(t, []string{"20m0s notice for service/s/1", "20m0s notice for service/s/2"}, lines)
	k := r.Summary.Tasks
	assert.Equal(t, int64(2), k.Interrupted)
	assert.Equal(t, int64(3), k.Running)
	assert.InDelta(t, 10*sim.Minute.Seconds(), k.PendingSeconds.Max, 0.001, "the replacements, from the notice until there is capacity again")
}

// What is expected of capacity is held against the run; what nothing is known of is
// refused before.
func TestExpectationsOfCapacity(t *testing.T) {
	const document = `
jobs: [{name: j, task: {cpu: 1024, memory: 2048}, duration: 20m, count: 10, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}]
expect:
`
	r, _ := runCapacity(t, scenario(t, "%s", managedGroupOf("minSize: 0, maxSize: 20", document+`
  - {metric: capacityProviders.a.launched, min: 5, max: 5}
  - {metric: capacityProviders.a.reservation.max, min: 350, max: 350}
  - {metric: capacityProviders.a.peak, max: 4}
  - {metric: spot.interruptions, max: 0}
  - {metric: spot.savingsFraction, min: 0}
`)))
	var holds []bool
	for _, e := range r.Summary.Expectations {
		holds = append(holds, e.Holds)
	}
	assert.Equal(t, []bool{true, true, false, true, false}, holds, "without a Spot instance there are no savings")

	_, err := Build(scenario(t, "%s", managedGroupOf("minSize: 0, maxSize: 20", document+`
  - {metric: spot.reclaimed, max: 0}
`)), Options{})
	require.ErrorContains(t, err, `expect.0.metric: there is no "reclaimed" in spot; it has`)
}

// A provider to which nothing has happened is expected of, too; one that is not
// followed is not.
func TestExpectationsOfFargateSpot(t *testing.T) {
	const document = `
region: us-east-1
duration: 1h
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], desiredCapacity: 1, maxInstanceLifetime: 7d}
    - name: FARGATE
    - name: FARGATE_SPOT
      spotMarket: {interruptions: {ratePerHour: 0.000001}}
jobs: [{name: j, task: {cpu: 1024, memory: 2048}, duration: 20m, capacityProviderStrategy: [{capacityProvider: FARGATE_SPOT, weight: 1}]}]
expect: [{metric: capacityProviders.%s.notices, max: 0}]
`
	r, _ := runCapacity(t, scenario(t, document, "FARGATE_SPOT"))
	assert.True(t, r.Summary.Expectations[0].Holds)
	_, err := Build(scenario(t, document, "FARGATE"), Options{})
	require.ErrorContains(t, err, `there is no "FARGATE" in capacityProviders; it has FARGATE_SPOT, a`)
}

// Launches of a group that starts cold fail with the probability that the scenario
// states; those of a warm one have been.
func TestLaunchesOfAFixedGroupFail(t *testing.T) {
	const document = `
region: us-east-1
duration: 1h
initialState: %s
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], desiredCapacity: 20, bootTime: 1m}
failures: {launches: {probability: 0.5}}
services: [{name: s, task: {cpu: 256, memory: 512}, desiredCount: 1}]
`
	r, lines := runCapacity(t, scenario(t, document, "cold"))
	assert.Positive(t, r.Summary.CapacityProviders["a"].Failed)
	assert.Equal(t, int64(20), r.Summary.Instances.RunningAtEnd, "they are tried again")
	assert.Contains(t, lines[0], "0s Failed to launch")
	r, _ = runCapacity(t, scenario(t, document, "warm"))
	assert.Equal(t, int64(20), r.Summary.Instances.RunningAtStart)
}

// Source: Amazon EC2 Auto Scaling user guide, "Warm pools for applications with long
// boot times": a maximum prepared capacity that is not above the desired capacity
// leaves the pool its minimum.
func TestTheSizeOfAWarmPool(t *testing.T) {
	for pool, want := range map[string]float64{
		"{}":                                        3, // the maximum, 4, less 1
		"{maxGroupPreparedCapacity: -1}":            3,
		"{maxGroupPreparedCapacity: 3}":             2,
		"{maxGroupPreparedCapacity: 0}":             0,
		"{maxGroupPreparedCapacity: 0, minSize: 1}": 1,
	} {
		r, _ := runCapacity(t, scenario(t, `
region: us-east-1
duration: 1h
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], minSize: 0, maxSize: 4, desiredCapacity: 1, ebs: {volumeSize: 730}, warmPool: %s}
prices: {ebs: 1}
services: [{name: s, task: {cpu: 2048, memory: 512}, desiredCount: 1}]
`, pool))
		assert.InDelta(t, want, r.Summary.Cost.IdleByCause.WarmPool, 1e-9, pool)
	}
}

// Instances that run in a warm pool are paid for by that, not by booting: one of
// four is desired, and three wait from 1m on for the rest of the hour.
func TestIdleTimeOfAWarmPool(t *testing.T) {
	r, _ := runCapacity(t, scenario(t, `
region: us-east-1
duration: 1h
initialState: cold
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], minSize: 1, maxSize: 4, desiredCapacity: 1, bootTime: 1m, warmPool: {poolState: Running}}
prices: {ec2: {m6i.large: 1}}
services: [{name: s, task: {cpu: 2048, memory: 512}, desiredCount: 1}]
`))
	by := r.Summary.Cost.IdleByCause
	assert.InDelta(t, 4.0/60, by.Booting, 1e-9)
	assert.InDelta(t, 3*59.0/60, by.WarmPool, 1e-9)
	assertIdentities(t, &r.Summary)
}
