package report

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// expecting is a run of some hours in which tasks of a service come and go on two
// instances. Its recorder is told how long it lasts beyond a warm-up, unless span is 0.
func expecting(t *testing.T, warmup, end, span sim.Time) *Meter {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	p := c.AddProvider("p")
	kind := c.AddKind(cluster.Kind{Provider: p, Capacity: cluster.Vector{CPU: 20, Memory: 20}})
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	web := c.AddGroup(cluster.ServicePrefix + "web")
	meter := NewMeter(c, warmup, 2)
	if span > 0 {
		meter.Recorder.Expect(span)
	}
	meter.Recorder.AddService(web)
	meter.Recorder.AddTraffic(web, ServiceLoad{})
	c.Watch(meter)
	on := []cluster.InstanceID{c.Launch(kind, true), c.Launch(kind, true)}
	rng := rand.New(rand.NewPCG(1, 2))
	var tasks []cluster.TaskID
	step := kernel.Register("step", sim.Observing, false, func(now sim.Time, _, _ uint32) {
		switch {
		case len(tasks) < 10 && rng.IntN(2) == 0:
			d := cluster.Vector{CPU: 3, Memory: 2}
			id := c.Submit(cluster.Class{Demand: d, Requested: d, Pool: pool, Group: web}, sim.Never)
			tasks = append(tasks, c.Start(c.Task(id).Class, on[len(tasks)%2]))
		case len(tasks) > 0:
			c.End(tasks[len(tasks)-1], cluster.Stopped)
			tasks = tasks[:len(tasks)-1]
		}
		meter.Recorder.SetDesired(now, web, int64(len(tasks)))
	})
	for at := sim.Time(0); at < end; at += sim.Time(1+rng.IntN(20_000)) * sim.Millisecond {
		kernel.Schedule(at, step, 0, 0)
	}
	if warmup > 0 {
		kernel.Schedule(warmup, kernel.Register("warm", sim.Ending, false, func(now sim.Time, _, _ uint32) { meter.EndWarmup(now) }), 0, 0)
	}
	minute := kernel.Register("minute", sim.Scaling, false, func(now sim.Time, _, _ uint32) {
		n := float64(rng.IntN(1000))
		meter.Recorder.Traffic(web, TrafficBucket{Start: now - sim.Minute, Width: sim.Minute, Offered: n, Served: n, Used: 32, Reserved: 64, Latency: latency(sim.Second, 10)})
	})
	for at := sim.Minute; at < end; at += sim.Minute {
		kernel.Schedule(at, minute, 0, 0)
	}
	require.NoError(t, kernel.Run(end))
	meter.Close(end)
	return meter
}

func TestARunThatKnowsItsLengthIsRecordedAlike(t *testing.T) {
	for _, c := range []struct{ warmup, end sim.Time }{{0, 1000 * sim.Second}, {0, 1024 * sim.Second}, {0, 5 * sim.Hour}, {sim.Hour, 4 * sim.Hour}} {
		plain, told := expecting(t, c.warmup, c.end, 0).Recorder, expecting(t, c.warmup, c.end, c.end-c.warmup).Recorder
		assert.Equal(t, told.first, told.width, "nothing is merged")
		assert.Equal(t, plain.Heatmap(), told.Heatmap())
		assert.Equal(t, plain.Fragmentation(), told.Fragmentation())
		assert.Equal(t, plain.Services(), told.Services())
		a, b := plain.Series(), told.Series()
		require.Len(t, b.Columns, len(a.Columns))
		assert.Equal(t, [3]sim.Time{a.Start, a.Width, a.End}, [3]sim.Time{b.Start, b.Width, b.End})
		for i := range a.Columns {
			require.Equal(t, a.Columns[i].Name, b.Columns[i].Name)
			require.Len(t, b.Columns[i].Values, len(a.Columns[i].Values))
			for k, v := range a.Columns[i].Values {
				if finite(v) || finite(b.Columns[i].Values[k]) {
					require.InDelta(t, v, b.Columns[i].Values[k], 1e-9, "%s, bucket %d", a.Columns[i].Name, k)
				}
			}
		}
	}
}
