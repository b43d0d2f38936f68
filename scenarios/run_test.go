package scenarios

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
	"berth/sim"
)

// scenario reads a scenario from text.
func scenario(t testing.TB, text string, args ...any) *Scenario {
	t.Helper()
	file, err := LoadBytes("test.yaml", fmt.Appendf(nil, text, args...))
	require.NoError(t, err)
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	return s
}

// run runs a scenario with all checks on, and holds the result to the
// identities that hold for every run.
func run(t testing.TB, text string, args ...any) *report.Result {
	t.Helper()
	return runScenario(t, scenario(t, text, args...), Options{Check: true})
}

func runScenario(t testing.TB, s *Scenario, o Options) *report.Result {
	t.Helper()
	w, err := Build(s, o)
	require.NoError(t, err)
	defer w.Close()
	r, err := w.Run(context.Background())
	require.NoError(t, err)
	assertIdentities(t, &r.Summary)
	return r
}

// assertIdentities holds a summary to what must be true of each.
func assertIdentities(t testing.TB, s *report.Summary) {
	t.Helper()
	k := s.Tasks
	assert.Equal(t, k.Submitted, k.Completed+k.Stopped+k.Interrupted+k.Failed+k.Rejected+k.Running+k.Pending, "each task is in one state")
	i := s.Instances
	assert.Equal(t, i.RunningAtStart+i.Launched, i.Terminated+i.RunningAtEnd, "each instance is in one state")
	c, parts := s.Cost, s.Cost.ByComponent
	components := parts.EC2OnDemand + parts.EC2Spot + parts.FargateCPU + parts.FargateMemory + parts.FargateSpotCPU + parts.FargateSpotMemory + parts.FargateStorage + parts.External + parts.EBS + parts.PublicIPv4
	var jobs, providers float64
	for _, v := range c.ByJob {
		jobs += v
	}
	for _, v := range c.ByService {
		jobs += v
	}
	for _, v := range c.ByCapacityProvider {
		providers += v
	}
	// A cent in ten billion dollars is what 64-bit floating point can tell.
	within := 1e-6 + c.Total*1e-12
	assert.InDelta(t, c.Total, components, within, "the components add up")
	assert.InDelta(t, c.Total, providers+c.Unattributed, within, "the capacity providers add up")
	assert.InDelta(t, c.Total, jobs+c.Idle+c.Unattributed, within, "jobs and idle time add up")
	assert.GreaterOrEqual(t, c.Idle, -1e-9)
	assert.LessOrEqual(t, c.RoundingWaste, c.Total+1e-9)
	if b := s.Bounds.CostLowerBound; b != nil {
		assert.LessOrEqual(t, *b, c.Total+1e-8, "the bound of the cost is below the cost, whose lines are rounded to nano-dollars")
	}
	if b := s.Bounds.InstancesLowerBound; b != nil {
		assert.LessOrEqual(t, *b, i.Peak)
	}
	for _, u := range []*float64{s.Utilisation.CPUReserved, s.Utilisation.MemoryReserved, s.Utilisation.GPUReserved, s.Utilisation.CPUUsed, s.Utilisation.MemoryUsed} {
		if u != nil {
			assert.True(t, *u >= 0 && *u <= 1+1e-12, "a utilisation of %v", *u)
		}
	}
	var submitted int64
	for _, j := range s.Jobs {
		submitted += j.Attempts
		assert.LessOrEqual(t, j.Submitted, j.Attempts)
	}
	if len(s.Services) == 0 {
		assert.Equal(t, k.Submitted, submitted)
	}
	assert.LessOrEqual(t, submitted, k.Submitted)
	for name, v := range s.Services {
		for _, l := range []report.Level{v.Desired, v.Running} {
			assert.True(t, float64(l.Min) <= l.Mean+1e-9 && l.Mean <= float64(l.Max)+1e-9, "%s: %+v", name, l)
		}
		assert.Contains(t, s.Cost.ByService, name)
	}
}

// Sources: Amazon EC2 On-Demand pricing: per second, at least 60 s; m5.large is
// $0.096 an hour in us-east-1 (price list of 2026-07-20). AWS Fargate pricing:
// $0.04048 per vCPU-hour and $0.004445 per GB-hour in us-east-1, per second from
// the image pull on, at least a minute, begun seconds whole; 20 GB of storage
// are free, each further one is $0.000111 an hour. A public IPv4 address is
// $0.005 an hour, a GB-month of gp3 $0.08, a month 730 hours.
func TestBillsWorkedOutByHand(t *testing.T) {
	t.Run("EC2", func(t *testing.T) {
		// Two instances for 90 min: 2 × 1.5 h × 0.096 = 0.288.
		// 30 GB of gp3 each: 2 × 1.5 h × 30 × 0.08 / 730 = 0.009863.
		// An address each: 2 × 1.5 h × 0.005 = 0.015.
		// One task holds half the CPU of one for 1 h: 0.5 × (0.096 + 0.0032877 + 0.005) = 0.052144.
		s := run(t, `
region: us-east-1
duration: 90m
cluster:
  capacityProviders:
    - name: ec2
      autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 2, ebs: {volumeSize: 30}, publicIpv4: true}
jobs:
  - {name: j, task: {cpu: 1024, memory: 512}, duration: 1h}
`).Summary
		assert.InDelta(t, 0.288, s.Cost.ByComponent.EC2OnDemand, 1e-9)
		assert.InDelta(t, 2*1.5*30*0.08/730, s.Cost.ByComponent.EBS, 1e-8)
		assert.InDelta(t, 0.015, s.Cost.ByComponent.PublicIPv4, 1e-9)
		assert.InDelta(t, 0.5*(0.096+30*0.08/730+0.005), s.Cost.ByJob["j"], 1e-8)
	})
	t.Run("EC2 at least 60 s and whole seconds", func(t *testing.T) {
		s := run(t, `
region: us-east-1
duration: %s
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 1}}]}
jobs: [{name: j, task: {cpu: 1024, memory: 512}, duration: 1s}]
`, "20s").Summary
		assert.InDelta(t, 0.096*60/3600, s.Cost.Total, 1e-9)
	})
	t.Run("tasks that ask for more than there is share the price", func(t *testing.T) {
		// m5.large registers 2 vCPU and some 7.6 GiB. One task takes 3/4 of the
		// CPU, one as good as all of the memory: shares of 0.75 and m sum to
		// more than 1, each is divided by the sum, and nothing is idle.
		s := run(t, `
region: us-east-1
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 1, registered: {cpu: 2048, memory: 8000}}}]}
jobs:
  - {name: cpu, task: {cpu: 1536, memory: 1000}, duration: 1h}
  - {name: memory, task: {cpu: 512, memory: 7000}, duration: 1h}
`).Summary
		assert.InDelta(t, 0.096*0.75/(0.75+0.875), s.Cost.ByJob["cpu"], 1e-9)
		assert.InDelta(t, 0.096*0.875/(0.75+0.875), s.Cost.ByJob["memory"], 1e-9)
		assert.InDelta(t, 0, s.Cost.Idle, 1e-9)
	})
	fargate := `
region: us-east-1
cluster: {capacityProviders: [{name: FARGATE}, {name: FARGATE_SPOT}]}
jobs:
  - name: j
    task: {cpu: %s, memory: %s, ephemeralStorage: {sizeInGiB: %s}}
    count: 3
    duration: %s
    capacityProviderStrategy: [{capacityProvider: %s, weight: 1}]
`
	t.Run("Fargate", func(t *testing.T) {
		// 3 tasks of 1 vCPU and 3 GB for 600.5 s, billed as 601 s:
		// 3 × 601 s × (0.04048 + 3 × 0.004445) / 3600 = 0.026952.
		s := run(t, fargate, "1024", "3072", "20", "600500ms", "FARGATE").Summary
		assert.InDelta(t, 3*601*0.04048/3600, s.Cost.ByComponent.FargateCPU, 1e-8)
		assert.InDelta(t, 3*601*3*0.004445/3600, s.Cost.ByComponent.FargateMemory, 1e-8)
		assert.InDelta(t, 0.026952, s.Cost.Total, 1e-6)
		assert.Zero(t, s.Tasks.RoundedUp)
		assert.Zero(t, s.Instances.Peak, "Fargate has no instances")
		assert.Nil(t, s.Utilisation.CPUReserved)
	})
	t.Run("Fargate at least a minute, storage above 20 GB", func(t *testing.T) {
		s := run(t, fargate, "256", "512", "50", "1s", "FARGATE").Summary
		assert.InDelta(t, 3*60*0.25*0.04048/3600, s.Cost.ByComponent.FargateCPU, 1e-8)
		assert.InDelta(t, 3*60*30*0.000111/3600, s.Cost.ByComponent.FargateStorage, 1e-8)
	})
	t.Run("Fargate rounds up and says so", func(t *testing.T) {
		// 1.1 vCPU and 2 GB: 2 vCPU and 4 GB is the smallest size that holds it.
		s := run(t, fargate, "1126.4", "2048", "20", "1h", "FARGATE").Summary
		assert.Equal(t, int64(3), s.Tasks.RoundedUp)
		assert.InDelta(t, 3*(2*0.04048+4*0.004445), s.Cost.Total, 1e-8)
		assert.InDelta(t, 3*(0.9*0.04048+2*0.004445), s.Cost.RoundingWaste, 1e-8)
	})
	t.Run("Fargate Spot", func(t *testing.T) {
		// 0.01264355 per vCPU-hour and 0.00138835 per GB-hour, a reading of 2021.
		s := run(t, fargate, "1024", "2048", "20", "1h", "FARGATE_SPOT").Summary
		assert.InDelta(t, 3*0.01264355, s.Cost.ByComponent.FargateSpotCPU, 1e-8)
		assert.InDelta(t, 3*2*0.00138835, s.Cost.ByComponent.FargateSpotMemory, 1e-8)
	})
	t.Run("what still runs at the end is billed for its time", func(t *testing.T) {
		s := run(t, "duration: 10m\n"+fargate, "1024", "2048", "20", "1h", "FARGATE").Summary
		assert.Equal(t, int64(3), s.Tasks.Running)
		assert.InDelta(t, 3*600*(0.04048+2*0.004445)/3600, s.Cost.Total, 1e-8)
	})
	t.Run("discounts and overrides", func(t *testing.T) {
		s := run(t, "prices: {discounts: {fargate: 0.20}, fargate: {vcpu: 0.1, memory: 0}}\n"+fargate, "1024", "2048", "20", "1h", "FARGATE").Summary
		assert.InDelta(t, 3*0.08, s.Cost.Total, 1e-9)
	})
}

func TestTheWarmupIsLeftOut(t *testing.T) {
	// A task each 10 min for 5 min on one instance. After the first hour the
	// tasks of minutes 60, 70, … 110 count, and one hour of the instance.
	s := run(t, `
region: us-east-1
duration: 2h
warmup: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 1}}]}
jobs:
  - {name: j, task: {cpu: 1024, memory: 512}, arrivals: 10m, duration: 5m}
`).Summary
	assert.Equal(t, int64(6), s.Tasks.Submitted)
	assert.InDelta(t, 0.096, s.Cost.Total, 1e-9)
	assert.InDelta(t, 0.096*0.5*0.5, s.Cost.ByJob["j"], 1e-9)
	assert.InDelta(t, 0.25, *s.Utilisation.CPUReserved, 1e-9)
	assert.Equal(t, int64(1), s.Instances.RunningAtStart)
	assert.InDelta(t, 1, s.Instances.Hours, 1e-9)
}

func TestTheWarmupMayOutlastAllTasks(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 10h
warmup: 5h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 1}}]}
jobs:
  - {name: j, task: {cpu: 1024, memory: 512}, duration: 1h}
`).Summary
	assert.InDelta(t, 5*0.096, s.Cost.Total, 1e-9)
	assert.InDelta(t, 5*0.096, s.Cost.Idle, 1e-9)
	assert.InDelta(t, 5, s.Instances.Hours, 1e-9)
	assert.Zero(t, s.Tasks.Submitted)
}

func TestUseIsKnownOnlyWhereItIsOfAllThatRan(t *testing.T) {
	const jobs = `
duration: 10h
warmup: 5h
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 1, cpu: 4096, memory: 4096}]}}]}
jobs:
  - {name: known, task: {cpu: 1024, memory: 1024}, usage: {cpu: 0.5, memory: 0.25}, arrivals: {at: [6h]}, duration: 2h30m}
%s`
	s := run(t, jobs, "").Summary
	assert.InDelta(t, 0.25*0.5*0.5, *s.Utilisation.CPUUsed, 1e-9)
	assert.InDelta(t, 0.25*0.25*0.5, *s.Utilisation.MemoryUsed, 1e-9)
	s = run(t, jobs, "  - {name: unknown, task: {cpu: 1024, memory: 1024}, duration: 20h}\n").Summary
	assert.Nil(t, s.Utilisation.CPUUsed, "a task that began in the warm-up and runs on counts")
}

func TestAColdGroupBootsAndIsBilledFromTheLaunch(t *testing.T) {
	s := run(t, `
region: us-east-1
initialState: cold
duration: 1h
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 2, bootTime: 6m}}]}
jobs:
  - {name: j, task: {cpu: 1024, memory: 512}, count: 2, duration: 10m}
`).Summary
	assert.Equal(t, int64(2), s.Instances.Launched)
	assert.Zero(t, s.Instances.RunningAtStart)
	assert.InDelta(t, 2*0.096, s.Cost.Total, 1e-9, "booting is billed")
	assert.InDelta(t, 360, s.Tasks.PendingSeconds.Mean, 1e-9)
	assert.InDelta(t, 2*0.5*10/(2*54), *s.Utilisation.CPUReserved, 1e-9, "a booting instance has registered nothing")
}

func TestTasksThatNothingCanMakeRoomForStayPending(t *testing.T) {
	r := run(t, `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 2, cpu: 1024, memory: 1024}]}}]}
jobs:
  - {name: big, task: {cpu: 1024, memory: 1024}, duration: 10m, count: 2, placementStrategy: [{type: first-fit}]}
`)
	assert.Equal(t, int64(2), r.Summary.Tasks.Completed)
	assert.InDelta(t, 600, r.Summary.SimulatedSeconds, 1e-9)
}

// queue is a system with c servers: machines that hold one task each.
const queueScenario = `
duration: %s
warmup: 1d
seed: %d
cluster: {capacityProviders: [{name: servers, external: {instances: [{count: %d, cpu: 1024, memory: 1024}]}}]}
jobs:
  - name: customers
    task: {cpu: 1024, memory: 1024}
    arrivals: {distribution: exponential, mean: %s}
    duration: %s
    onNoCapacity: %s
    placementStrategy: [{type: first-fit}]
`

// Source: Erlang's formulas; the figures are tabulated to six digits.
func TestLossSystemsFollowErlangB(t *testing.T) {
	for _, c := range []struct {
		servers  int
		gap      string // mean, for a mean service of 100 s
		duration string
		blocked  float64
	}{
		{10, "12500ms", "12d", 0.121661},  // 8 erlangs
		{30, "5s", "12d", 0.008457},       // 20 erlangs
		{100, "1250ms", "6d", 0.003992},   // 80 erlangs
		{100, "1052.6ms", "4d", 0.048804}, // 95 erlangs
	} {
		var blocked []float64
		for seed := range 8 {
			s := runScenario(t, scenario(t, queueScenario, c.duration, seed, c.servers, c.gap, "{distribution: exponential, mean: 100s}", "reject"), Options{}).Summary
			blocked = append(blocked, float64(s.Tasks.Rejected)/float64(s.Tasks.Submitted))
			assert.Zero(t, s.Tasks.PendingSeconds.Max, "nobody waits")
		}
		assertMean(t, c.blocked, blocked)
	}
}

// Source: Erlang's formulas: the share of those that wait and the mean wait in
// service times. 8 erlangs on 10 servers: 0.409180 and 0.204590.
// 95 erlangs on 100 servers: 0.506457 and 0.101291.
func TestWaitingSystemsFollowErlangC(t *testing.T) {
	for _, c := range []struct {
		servers     int
		gap         string
		seconds     float64 // mean service
		duration    string
		share, wait float64
	}{
		{10, "12500ms", 100, "40d", 0.409180, 0.204590},
		{100, "1s", 95, "20d", 0.506457, 0.101291},
	} {
		service := fmt.Sprintf("%vs", c.seconds)
		var shares, waits []float64
		for seed := range 8 {
			r := runScenario(t, scenario(t, queueScenario, c.duration, seed, c.servers, c.gap, "{distribution: exponential, mean: "+service+"}", "wait"), Options{})
			s := r.Summary
			waits = append(waits, s.Tasks.PendingSeconds.Mean/c.seconds)
			shares = append(shares, 1-float64(r.WaitingCounts[0].Count)/float64(s.Tasks.Submitted))
			assertLittle(t, r)
		}
		assertMean(t, c.share, shares)
		assertMean(t, c.wait, waits)
	}
}

// Source: Pollaczek and Khinchine. At a load of 0.8: in M/M/1 the mean number
// present is 4, hence the mean wait 4 service times; in M/D/1 the mean number
// waiting is 1.6, hence the mean wait 2.
func TestSingleServersFollowPollaczekAndKhinchine(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		wait    float64
	}{
		"M/M/1": {"{distribution: exponential, mean: 80s}", 4},
		"M/D/1": {"80s", 2},
	} {
		var waits []float64
		for seed := range 8 {
			s := runScenario(t, scenario(t, queueScenario, "150d", seed, 1, "100s", c.service, "wait"), Options{})
			waits = append(waits, s.Summary.Tasks.PendingSeconds.Mean/80)
			assertLittle(t, s)
		}
		t.Log(name)
		assertMean(t, c.wait, waits)
	}
}

// assertMean holds the mean of independent runs to a figure within the 99.9 %
// interval of Student's t for 8 runs.
func assertMean(t *testing.T, want float64, runs []float64) {
	t.Helper()
	require.Len(t, runs, 8)
	var sum, squares float64
	for _, v := range runs {
		sum += v
	}
	mean := sum / 8
	for _, v := range runs {
		squares += (v - mean) * (v - mean)
	}
	assert.InDelta(t, want, mean, 5.408*math.Sqrt(squares/7/8))
}

// assertLittle holds a run to Little's law: the mean number waiting is the
// arrival rate times the mean wait, here up to those at the edges.
func assertLittle(t *testing.T, r *report.Result) {
	t.Helper()
	s := r.Summary
	span := s.SimulatedSeconds - s.WarmupSeconds
	rate := float64(s.Tasks.Submitted) / span
	var waiting float64
	for _, c := range r.Series.Columns {
		if c.Name == "tasks.pending" {
			for i, v := range c.Values {
				from := r.Series.Start.Seconds() + float64(i)*r.Series.Width.Seconds()
				waiting += v * math.Min(r.Series.Width.Seconds(), s.SimulatedSeconds-from)
			}
		}
	}
	assert.InEpsilon(t, rate*s.Tasks.PendingSeconds.Mean, waiting/span, 0.005)
}

func TestBatchPoissonWaitsAsTheoryHasIt(t *testing.T) {
	// 40 servers, 36 erlangs: P(wait) 0.4116, mean wait 111.1 s. A month is
	// short: eight seeds.
	var waits, shares []float64
	for seed := range 8 {
		r := runScenario(t, scenario(t, `
region: us-east-1
duration: 60d
warmup: 1d
seed: %d
cluster: {capacityProviders: [{name: fleet, autoScalingGroup: {instanceTypes: [c6i.2xlarge], availabilityZones: [us-east-1a], desiredCapacity: 10}}]}
jobs:
  - name: etl
    task: {cpu: 2048, memory: 1024}
    arrivals: {distribution: exponential, mean: 30s}
    duration: {distribution: exponential, mean: 18m}
    placementStrategy: [{type: binpack, field: cpu}]
`, seed), Options{})
		waits = append(waits, r.Summary.Tasks.PendingSeconds.Mean)
		shares = append(shares, 1-float64(r.WaitingCounts[0].Count)/float64(r.Summary.Tasks.Submitted))
	}
	assertMean(t, 111.1, waits)
	assertMean(t, 0.4116, shares)
}

func TestAnInterruptedRunKeepsWhatItComputed(t *testing.T) {
	for name, at := range map[string]sim.Time{"in the warm-up": 30 * sim.Minute, "after it": 90 * sim.Minute} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			s := scenario(t, queueScenario, "100d", 1, 10, "1s", "{distribution: exponential, mean: 8s}", "wait")
			s.Warmup = sim.Hour
			w, err := Build(s, Options{Check: true, Pulse: func(p Progress) {
				if p.Now > at && ctx.Err() == nil {
					cancel()
					time.Sleep(100 * time.Millisecond) // the interrupt comes from another goroutine
				}
			}})
			require.NoError(t, err)
			defer w.Close()
			r, err := w.Run(ctx)
			require.ErrorIs(t, err, ErrInterrupted)
			assert.False(t, r.Summary.Complete)
			assertIdentities(t, &r.Summary)
			assert.Equal(t, name == "after it", r.Summary.Tasks.Completed > 0)
		})
	}
}

// Source: the Spot prices of 2022-12 have none for m5.large in use1-az3.
func TestAGroupInAZoneWithoutASpotPoolIsWarned(t *testing.T) {
	const group = `
region: us-east-1
%s
cluster: {capacityProviders: [{name: web, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a, us-east-1c], desiredCapacity: 2}}]}
jobs: [{name: j, task: {cpu: 256, memory: 256}, duration: 1m}]
`
	const warning = "m5.large has no Spot pool in us-east-1c (use1-az3), of group web; On-Demand instances do not need one"
	assert.Contains(t, run(t, group, "").Summary.Notes, warning)
	assert.NotContains(t, run(t, group, "zoneIds: {us-east-1c: use1-az4}").Summary.Notes, warning)
}
