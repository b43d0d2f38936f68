package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// decisions writes down where and when each task started and how it ended.
type decisions struct {
	cluster *cluster.Cluster
	shift   sim.Time // taken off all times
	lines   strings.Builder
}

func (d *decisions) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (d *decisions) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (d *decisions) TaskStarted(now sim.Time, id cluster.TaskID) {
	fmt.Fprintf(&d.lines, "%v %s on %s\n", now-d.shift, d.cluster.TaskName(id), d.cluster.InstanceName(d.cluster.Task(id).Instance))
}

func (d *decisions) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	fmt.Fprintf(&d.lines, "%v %s %v\n", now-d.shift, d.cluster.TaskName(id), why)
}

func decide(t testing.TB, shift sim.Time, text string, args ...any) string {
	t.Helper()
	return decideShifted(t, shift, scenario(t, text, args...))
}

func decideOn(t testing.TB, s *Scenario) string {
	t.Helper()
	return decideShifted(t, 0, s)
}

func decideShifted(t testing.TB, shift sim.Time, s *Scenario) string {
	t.Helper()
	d := &decisions{shift: shift}
	runScenario(t, s, Options{Check: true, Watch: func(c *cluster.Cluster) ([]cluster.Watcher, error) {
		d.cluster = c
		return []cluster.Watcher{d}, nil
	}})
	return d.lines.String()
}

// metamorphic is a scenario in which the things that must not matter can be
// varied: the size of everything, the time at which it happens, and what is
// there but not used.
const metamorphic = `
seed: 5
duration: 30h
%[5]s
cluster:
  capacityProviders:
    - name: a
      external: {instances: [{count: 6, cpu: %[1]d, memory: %[2]d, attributes: {row: left}}, {count: 5, cpu: %[2]d, memory: %[1]d, attributes: {row: right}}]}
    %[4]s
jobs:
  - name: one
    task: {cpu: %[3]d, memory: %[3]d}
    arrivals: {at: [%[6]s]}
    tasksPerArrival: 9
    duration: {distribution: lognormal, median: 20m, p95: 2h}
    capacityProviders: [a]
    placementStrategy: %[7]s
  - name: two
    task: {cpu: %[1]d, memory: %[3]d}
    arrivals: {at: [%[6]s]}
    tasksPerArrival: 4
    duration: {distribution: exponential, mean: 30m}
    capacityProviders: [a]
    placementStrategy: %[7]s
`

func TestWhatMustNotMatterDoesNot(t *testing.T) {
	at := func(shift int) string {
		var all []string
		for i := range 40 {
			all = append(all, fmt.Sprintf("%dm", shift+7*i))
		}
		return strings.Join(all, ", ")
	}
	for _, strategy := range []string{
		"[{type: binpack, field: cpu}]",
		"[{type: binpack, field: memory}, {type: spread, field: instanceId}]",
		"[{type: spread, field: 'attribute:row'}, {type: binpack, field: cpu}]",
		"[{type: spread, field: instanceId}]",
		"[{type: random}]",
		"[{type: best-fit}]",
		"[{type: worst-fit}]",
		"[{type: first-fit}]",
		"[{type: next-fit}]",
		"[{type: power-of-d, field: 2}]",
		"[{type: dot-product}]",
		"[{type: tetris}]",
		"[{type: l2-norm}]",
		"[{type: least-allocated}]",
		"[{type: most-allocated, field: cpu=3 memory=1}]",
		"[{type: balanced-allocation}]",
		"[{type: requested-to-capacity-ratio, field: '0:0 100:10'}]",
	} {
		plain := decide(t, 0, metamorphic, 4096, 8192, 512, "", "", at(0), strategy)
		assert.Contains(t, plain, "two/3 on a/")
		assert.Equal(t, plain, decide(t, 0, metamorphic, 4096, 8192, 512, "", "", at(0), strategy), "the same again: %s", strategy)
		assert.Equal(t, plain, decide(t, 0, metamorphic, 8192, 16384, 1024, "", "", at(0), strategy), "everything twice as large: %s", strategy)
		assert.Equal(t, plain, decide(t, 3*sim.Hour, metamorphic, 4096, 8192, 512, "", "", at(180), strategy), "everything three hours later: %s", strategy)
		assert.Equal(t, plain, decide(t, 0, metamorphic, 4096, 8192, 512,
			"- {name: unused, external: {instances: [{count: 3, cpu: 9999, memory: 9999}]}}",
			"taskDefinitions: {unused: {cpu: 7, memory: 7}}", at(0), strategy), "machines and definitions that nothing uses: %s", strategy)
	}
}

func TestAHundredThousandTasksOfOneInstant(t *testing.T) {
	s := run(t, `
cluster: {capacityProviders: [{name: a, external: {instances: [{count: 100, cpu: 1024000, memory: 1024000}]}}]}
jobs:
  - {name: none, task: {cpu: 1, memory: 1}, count: 100000, duration: 0s, placementStrategy: [{type: binpack, field: cpu}]}
  - {name: all, task: {cpu: 1024, memory: 1024}, count: 100000, duration: 1h, placementStrategy: [{type: binpack, field: cpu}]}
`).Summary
	assert.Equal(t, int64(200_000), s.Tasks.Completed)
	assert.Zero(t, s.Tasks.PendingSeconds.Max)
	assert.InDelta(t, 1, *s.Utilisation.CPUReserved, 1e-9)
}

func TestTwentyYearsOfTheLargestMachines(t *testing.T) {
	s := run(t, `
duration: 7300d
cluster: {capacityProviders: [{name: a, external: {instances: [{count: 1000, cpu: 917504, memory: 33554432, pricePerHour: 500}]}}]}
jobs:
  - {name: all, task: {cpu: 917504, memory: 33554432}, count: 1000, duration: 7300d, placementStrategy: [{type: first-fit}]}
`).Summary
	assert.InDelta(t, 1000*500.0*24*7300, s.Cost.Total, 1)
	assert.InDelta(t, 1, *s.Utilisation.MemoryReserved, 1e-12)
	assert.Equal(t, int64(1000), s.Tasks.Running, "an end on the horizon is not part of the run")
}

// TestNoBoundIsAboveTheBest works small cases out by trying everything: the
// instances that the tasks of the busiest moment need at the least.
func TestNoBoundIsAboveTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "tasks")
		var jobs strings.Builder
		type box struct{ cpu, memory int }
		var tasks []box
		for i := range n {
			b := box{rapid.IntRange(1, 10).Draw(t, "cpu"), rapid.IntRange(1, 10).Draw(t, "memory")}
			tasks = append(tasks, b)
			fmt.Fprintf(&jobs, "  - {name: j%d, task: {cpu: %d, memory: %d}, duration: 1h, placementStrategy: [{type: best-fit}]}\n", i, b.cpu, b.memory)
		}
		file, err := LoadBytes("bound.yaml", []byte("duration: 1h\ncluster: {capacityProviders: [{name: a, external: {instances: [{count: 6, cpu: 10, memory: 10, pricePerHour: 1}]}}]}\njobs:\n"+jobs.String()))
		if err != nil {
			t.Fatal(err)
		}
		s, err := file.Variant("", nil)
		if err != nil {
			t.Fatal(err)
		}
		w, err := Build(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		best := n
		var try func(i int, bins []box)
		try = func(i int, bins []box) {
			if len(bins) >= best {
				return
			}
			if i == n {
				best = len(bins)
				return
			}
			for b := range bins {
				if bins[b].cpu+tasks[i].cpu <= 10 && bins[b].memory+tasks[i].memory <= 10 {
					bins[b] = box{bins[b].cpu + tasks[i].cpu, bins[b].memory + tasks[i].memory}
					try(i+1, bins)
					bins[b] = box{bins[b].cpu - tasks[i].cpu, bins[b].memory - tasks[i].memory}
				}
			}
			try(i+1, append(bins[:len(bins):len(bins)], tasks[i]))
		}
		try(0, nil)
		b := r.Summary.Bounds
		if *b.InstancesLowerBound > int64(best) {
			t.Fatalf("%d instances hold %v, the bound is %d", best, tasks, *b.InstancesLowerBound)
		}
		if *b.CostLowerBound > float64(best) {
			t.Fatalf("%d USD pay for %v, the bound is %v", best, tasks, *b.CostLowerBound)
		}
	})
}
