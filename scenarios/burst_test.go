package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/report"
	"berth/sim/cluster"
)

// onOneMachine is a machine of 4 vCPU with services of one task each. A request takes
// 0.01 vCPU seconds: a vCPU serves 100 per second.
func onOneMachine(services string) string {
	return `
region: us-east-1
start: 2026-03-02T00:00:00Z
duration: 2h
warmup: 1h
cluster:
  capacityProviders:
    - {name: own, external: {instances: [{cpu: 4096, memory: 16384, reservedMemory: 0, reservedCpu: 0}]}}
services:
` + services
}

func burster(name string, cpu int, rate float64, more string) string {
	return fmt.Sprintf(`
  - name: %s
    task: {cpu: %d, memory: 1024}
    desiredCount: 1
    load: {requestsPerSecond: %g, perRequest: {cpuSeconds: 0.01}, timeout: 10s, %s}
`, name, cpu, rate, more)
}

// servedPerSecond is how many requests a service served in the hour after the
// warm-up.
func servedPerSecond(r *report.Result, service string) float64 {
	return r.Summary.Services[service].Served / 3600
}

// A task alone on an instance of n vCPU serves n / cpuSeconds requests per second,
// whatever it reserves; without bursts what it reserves.
//
// Source: Amazon ECS developer guide, "Amazon ECS task definition parameters", cpu of
// a container: "Linux containers share unallocated CPU units with other containers on
// the container instance with the same ratio as their allocated amount".
func TestATaskAloneUsesTheWholeInstance(t *testing.T) {
	for _, cpu := range []int{256, 1024, 1536, 4096} {
		r := run(t, "%s", onOneMachine(burster("web", cpu, 1000, "cpuBurst: true")))
		assert.InDelta(t, 400, servedPerSecond(r, "web"), 1e-3, "%d units", cpu)
		balanced(t, r.Summary.Services["web"])
		require.NotNil(t, r.Summary.Services["web"].CPUUtilisation)
		assert.InDelta(t, 4096/float64(cpu), *r.Summary.Services["web"].CPUUtilisation, 1e-6, "of what it reserves")
		require.NotNil(t, r.Summary.Utilisation.CPUUsed)
		assert.InDelta(t, 1, *r.Summary.Utilisation.CPUUsed, 1e-6, "of what is registered")

		r = run(t, "%s", onOneMachine(burster("web", cpu, 1000, "cpuBurst: false")))
		assert.InDelta(t, 400*float64(cpu)/4096, servedPerSecond(r, "web"), 1e-3, "%d units", cpu)
	}
}

// Below capacity requests fare as those of a task that reserves the whole instance,
// M/M/4.
func TestATaskThatBurstsAnswersAsALargerOne(t *testing.T) {
	large := run(t, "%s", onOneMachine(burster("web", 4096, 360, "cpuBurst: false"))).Summary.Services["web"]
	small := run(t, "%s", onOneMachine(burster("web", 256, 360, "cpuBurst: true"))).Summary.Services["web"]
	assert.Equal(t, large.LatencySeconds, small.LatencySeconds)
	assert.InDelta(t, large.Served, small.Served, 0)
	assert.Greater(t, large.LatencySeconds.P99, 0.04)
}

// What each gets, in requests per second, 100 of which take a vCPU.
func TestTasksShareByWeight(t *testing.T) {
	const burst = "cpuBurst: true"
	for _, c := range []struct {
		what, services string
		want           map[string]float64
	}{
		{"one idle, one overloaded", burster("a", 1024, 0, burst) + burster("b", 1024, 1000, burst), map[string]float64{"a": 0, "b": 400}},
		{"one nearly idle", burster("a", 1024, 50, burst) + burster("b", 1024, 1000, burst), map[string]float64{"a": 50, "b": 350}},
		{"equal and overloaded", burster("a", 1024, 1000, burst) + burster("b", 1024, 1000, burst), map[string]float64{"a": 200, "b": 200}},
		{"1 to 3", burster("a", 512, 1000, burst) + burster("b", 1536, 1000, burst), map[string]float64{"a": 100, "b": 300}},
		{"more than its part, less than it could", burster("a", 1024, 170, burst) + burster("b", 1024, 1000, burst), map[string]float64{"a": 170, "b": 230}},
		{"one of three has enough", burster("a", 512, 70, burst) + burster("b", 512, 1000, burst) + burster("c", 1024, 1000, burst), map[string]float64{"a": 70, "b": 110, "c": 220}},
		{"beside one that does not burst", burster("a", 1024, 1000, "cpuBurst: false") + burster("b", 1024, 1000, burst), map[string]float64{"a": 100, "b": 300}},
		{"beside one that does not burst and has little to do", burster("a", 1024, 20, "cpuBurst: false") + burster("b", 1024, 1000, burst), map[string]float64{"a": 20, "b": 380}},
		{"beside one of stated use", burster("b", 1024, 1000, burst) + "  - {name: a, task: {cpu: 2048, memory: 512, usage: {cpu: 0.25}}, desiredCount: 1}\n", map[string]float64{"b": 350}},
		{"beside one of unknown use", burster("b", 1024, 1000, burst) + "  - {name: a, task: {cpu: 2048, memory: 512}, desiredCount: 1}\n", map[string]float64{"b": 200}},
		{"a full instance", burster("a", 2048, 1000, burst) + burster("b", 2048, 1000, burst), map[string]float64{"a": 200, "b": 200}},
	} {
		r := run(t, "%s", onOneMachine(c.services))
		for name, want := range c.want {
			assert.InDelta(t, want, servedPerSecond(r, name), 1e-2, "%s: %s", c.what, name)
			balanced(t, r.Summary.Services[name])
		}
	}
}

// A service whose tasks are on two instances, one of which another fills: 4 vCPU here
// and its own half vCPU there.
func TestEachInstanceIsSharedByItself(t *testing.T) {
	text := strings.Replace(onOneMachine(`
  - {name: full, task: {cpu: 3584, memory: 512}, desiredCount: 1}
  - name: web
    task: {cpu: 512, memory: 512}
    desiredCount: 2
    placementConstraints: [{type: distinctInstance}]
    load: {requestsPerSecond: 1000, perRequest: {cpuSeconds: 0.01}, timeout: 10s, cpuBurst: true}
`), "instances: [{", "instances: [{count: 2, ", 1)
	r := run(t, "%s", text)
	assert.InDelta(t, 450, servedPerSecond(r, "web"), 1e-3)
}

// Two vCPU are asked of a task of half a one: CPUUtilization is 400, and target
// tracking at 100 wants four tasks. Only what is reserved counts.
//
// Source: Amazon ECS developer guide, "Amazon ECS CloudWatch metrics": on instances
// CPUUtilization can be above 100 percent.
func TestTargetTrackingSeesMoreThanAHundredPerCent(t *testing.T) {
	r := run(t, "%s", strings.Replace(onOneMachine(burster("web", 512, 200, "cpuBurst: true")+`
    scaling:
      minCapacity: 1
      maxCapacity: 8
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 100}]
`), "warmup: 1h", "warmup: 0s", 1))
	require.NotEmpty(t, r.Scaling[0].Activities)
	assert.Equal(t, "CPUUtilization 400 is above 100 for 3 of 3 datapoints of 1m; ceil(1 × 400 / 100) = 4", r.Scaling[0].Activities[0].Cause)
	assert.Equal(t, 4, r.Scaling[0].Activities[0].To)
}

// A task that comes beside one that bursts gets what it reserves at once, and the
// other has less a minute later.
func TestANeighbourIsFeltAMinuteLater(t *testing.T) {
	r := run(t, "%s", strings.Replace(onOneMachine(burster("web", 1024, 1000, "cpuBurst: true")+`
jobs:
  - {name: once, task: {cpu: 3072, memory: 1024}, schedule: "at(2026-03-02T00:30:30)", duration: 60s}
`), "warmup: 1h", "warmup: 0s", 1))
	s := r.Summary.Services["web"]
	// Of the first minute what it reserves; from 31:00 to 32:00 too, for the job was
	// there at the end of the minute before.
	assert.InDelta(t, 400*7200-300*60-300*60, s.Served, 1)
}

// Whatever they ask for, together they never use more than there is once they are
// known; and what some leave others get.
func TestDividingConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "services")
		var claims []burstClaim
		var weights int64
		for i := range n {
			c := burstClaim{of: &liveService{group: cluster.GroupID(i)}, cpu: rapid.Int64Range(1, 1e8).Draw(t, "cpu"), short: rapid.Bool().Draw(t, "short")}
			c.used = rapid.Int64Range(0, 4*c.cpu).Draw(t, "used")
			weights += c.cpu
			claims = append(claims, c)
		}
		cpu := weights + rapid.Int64Range(0, 3e8).Draw(t, "free")
		divide(claims, cpu)
		var used, asked int64
		short := false
		for _, c := range claims {
			assert.GreaterOrEqual(t, c.extra, int64(0), "never less than is reserved")
			could := c.cpu + c.extra
			assert.LessOrEqual(t, could, cpu)
			assert.GreaterOrEqual(t, could, int64(float64(cpu)*(float64(c.cpu)/float64(weights)))-1, "nor than its part")
			if short = short || c.short; c.short {
				used += could
			} else {
				used += min(c.used, could)
			}
			asked += c.used
		}
		assert.LessOrEqual(t, used, cpu+int64(n))
		if short || asked >= cpu {
			assert.InDelta(t, cpu, used, float64(n)+1, "nothing is left over while someone is short")
		}
	})
}

// When the figures begin changes nothing of what happens.
func TestBurstsDoNotHangOnTheWarmup(t *testing.T) {
	text := onOneMachine(`
  - name: web
    task: {cpu: 256, memory: 512}
    desiredCount: 2
    load: {requestsPerSecond: {profile: {base: 100, noise: {cv: 0.5, correlation: 5m}}}, perRequest: {cpuSeconds: 0.01}, cpuBurst: true}
    scaling:
      minCapacity: 1
      maxCapacity: 8
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 150}]
  - name: other
    task: {cpu: 1024, memory: 512}
    desiredCount: 1
    load: {requestsPerSecond: {profile: {base: 150, noise: {cv: 0.5, correlation: 5m}}}, perRequest: {cpuSeconds: 0.01}, cpuBurst: true}
`)
	with := func(warmup string) (*report.Result, []string) {
		r := run(t, "%s", strings.Replace(text, "warmup: 1h", "warmup: "+warmup, 1))
		return r, activities(r, "web")
	}
	r, all := with("0s")
	require.NotEmpty(t, all)
	balanced(t, r.Summary.Services["other"])
	for _, warmup := range []string{"30s", "90s", "330s"} {
		_, later := with(warmup)
		require.NotEmpty(t, later)
		assert.Equal(t, all[len(all)-len(later):], later)
		assert.Greater(t, len(later), len(all)-3)
	}
}
