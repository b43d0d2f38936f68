package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// bounded is a cluster of one kind of instance, at a dollar an hour, under a
// meter.
type bounded struct {
	kernel *sim.Kernel
	*cluster.Cluster
	meter *Meter
	pool  cluster.PoolID
	on    []cluster.InstanceID
}

func newBounded(capacity cluster.Vector, instances int, warmup sim.Time) *bounded {
	b := &bounded{kernel: sim.NewKernel()}
	b.Cluster = cluster.New(b.kernel)
	p := b.AddProvider("p")
	kind := b.AddKind(cluster.Kind{Provider: p, Capacity: capacity, Devices: int(capacity.GPU / cluster.GPU)})
	b.pool = b.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	b.AddGroup("g")
	b.meter = NewMeter(b.Cluster, warmup, instances)
	b.meter.Ledger.SetInstancePrice(kind, InstancePrice{External: nanoPerDollar})
	b.Watch(b.meter)
	for range instances {
		b.on = append(b.on, b.Launch(kind, true))
	}
	return b
}

func (b *bounded) start(d cluster.Vector, on int) cluster.TaskID {
	id := b.Submit(cluster.Class{Demand: d, Requested: d, Pool: b.pool}, sim.Hour)
	return b.Start(b.Task(id).Class, b.on[on])
}

// run does what there is to do at each instant.
func (b *bounded) run(t require.TestingT, end sim.Time, at map[sim.Time]func()) Bounds {
	kind := b.kernel.Register("do", sim.Starting, false, func(now sim.Time, _, _ uint32) { at[now]() })
	for now := range end {
		if at[now] != nil {
			b.kernel.Schedule(now, kind, 0, 0)
		}
	}
	require.NoError(t, b.kernel.Run(end))
	b.meter.Close(end)
	return b.meter.Floor.Bounds(b.meter.Recorder)
}

func TestTheBoundsKnowWhatDoesNotFitTogether(t *testing.T) {
	// Three of 51 % for an hour: an instance each, where the volume says two.
	b := newBounded(cluster.Vector{CPU: 100, Memory: 100}, 3, 0)
	for i := range 3 {
		b.start(cluster.Vector{CPU: 51, Memory: 1}, i)
	}
	require.NoError(t, b.kernel.Run(sim.Hour))
	b.meter.Close(sim.Hour)
	got := b.meter.Floor.Bounds(b.meter.Recorder)
	assert.Equal(t, int64(3), *got.InstancesLowerBound)
	assert.InDelta(t, 3, *got.CostLowerBound, 1e-3)
	assert.LessOrEqual(t, *got.CostLowerBound, 3.0)
	assert.Equal(t, instancesByPatterns+"; "+costByPatterns, got.Kind)
}

func TestTheSimpleBoundsAreNamedWhereTheyDo(t *testing.T) {
	b := newBounded(cluster.Vector{CPU: 100, Memory: 100}, 2, 0)
	for i := range 4 {
		b.start(cluster.Vector{CPU: 50, Memory: 1}, i/2)
	}
	require.NoError(t, b.kernel.Run(sim.Hour))
	b.meter.Close(sim.Hour)
	got := b.meter.Floor.Bounds(b.meter.Recorder)
	assert.Equal(t, int64(2), *got.InstancesLowerBound)
	assert.InDelta(t, 2, *got.CostLowerBound, 1e-5)
	assert.Equal(t, instancesByVolume+"; "+costByMixes, got.Kind)
}

func TestThoseWhoMeetInPassingDoNotCount(t *testing.T) {
	// At 5 one of 60 gives way to another: they never run at once.
	b := newBounded(cluster.Vector{CPU: 100}, 2, 0)
	first := b.start(cluster.Vector{CPU: 60}, 0)
	got := b.run(t, 10, map[sim.Time]func(){5: func() {
		b.start(cluster.Vector{CPU: 60}, 1)
		b.End(first, cluster.Completed)
	}})
	// What the recorder saw for no time is 120 of 100.
	assert.Equal(t, int64(2), *got.InstancesLowerBound)
	assert.Equal(t, map[taskKind]int64{{cluster.Vector{CPU: 60}, b.pool}: 1}, b.meter.Floor.tasksOf(0))
}

// TestTheBusiestMomentsAreWhole draws tasks that come and go, and holds what
// the floor knows of the busiest moments against a list of all tasks.
func TestTheBusiestMomentsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const end = 20
		warmup := sim.Time(rapid.IntRange(0, 8).Draw(t, "warmup"))
		b := newBounded(cluster.Vector{CPU: 1000, Memory: 1000, GPU: 32_000}, 1, warmup)
		type task struct {
			demand   cluster.Vector
			from, to sim.Time
		}
		var tasks []task
		at := map[sim.Time]func(){}
		for range rapid.IntRange(1, 12).Draw(t, "tasks") {
			from := sim.Time(rapid.IntRange(0, end-1).Draw(t, "from"))
			x := task{
				cluster.Vector{CPU: rapid.Int64Range(0, 5).Draw(t, "cpu"), Memory: rapid.Int64Range(0, 5).Draw(t, "memory"), GPU: 100 * rapid.Int64Range(0, 2).Draw(t, "gpu")},
				from, from + sim.Time(rapid.IntRange(1, end).Draw(t, "length")),
			}
			tasks = append(tasks, x)
			var id cluster.TaskID
			for now, do := range map[sim.Time]func(){x.from: func() { id = b.start(x.demand, 0) }, x.to: func() { b.End(id, cluster.Completed) }} {
				before := at[now]
				at[now] = func() {
					if before != nil {
						before()
					}
					do()
				}
			}
		}
		b.run(t, end, at)
		for r := range 3 {
			var most int64
			var want map[taskKind]int64
			for now := warmup; now < end; now++ { // the time from now to now + 1
				var load int64
				running := map[taskKind]int64{}
				for _, x := range tasks {
					if x.from <= now && now < x.to {
						load += amounts(&x.demand)[r]
						running[taskKind{x.demand, b.pool}]++
					}
				}
				if load > most {
					most, want = load, running
				}
			}
			if most == 0 {
				want = map[taskKind]int64{}
			}
			assert.Equal(t, want, b.meter.Floor.tasksOf(r), "resource %d", r)
		}
	})
}
