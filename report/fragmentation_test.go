package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

func TestFragmentationIsTheShareOfFreeRoomOfNoUse(t *testing.T) {
	// Two instances of 8 each. Tasks of 3 are the median; after two of them on
	// the first and one on the second, 2 and 5 are free: 2 of 7 are of no use.
	k := sim.NewKernel()
	c := cluster.New(k)
	p := c.AddProvider("p")
	kind := c.AddKind(cluster.Kind{Provider: p, Capacity: cluster.Vector{CPU: 8, Memory: 8}})
	c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	c.AddGroup("g")
	meter := NewMeter(c, 0, 2)
	r := meter.Recorder
	c.Watch(meter)
	first, second := c.Launch(kind, true), c.Launch(kind, true)
	place := func(on cluster.InstanceID) {
		d := cluster.Vector{CPU: 3, Memory: 3}
		id := c.Submit(cluster.Class{Demand: d, Requested: d}, 0)
		c.Start(c.Task(id).Class, on)
	}
	place(first)
	place(first)
	place(second)
	tick := k.Register("tick", sim.Observing, false, func(now sim.Time, _, _ uint32) {
		r.advance(now)
		r.samples.take(r)
	})
	for i := range sim.Time(10_000) {
		k.Schedule(i*sim.Second, tick, 0, 0)
	}
	require.NoError(t, k.Run(sim.Never))
	r.Close(k.Now())
	f := r.Fragmentation()
	assert.InDelta(t, 2.0/7, *f.UnusableFreeCPU, 1e-12)
	assert.InDelta(t, 3.0/cluster.CPUUnit, f.MedianCPU, 1e-12)
}

func TestTheLogHistogramFindsTheMedian(t *testing.T) {
	var h logHistogram
	for v := int64(1); v <= 1_000_001; v++ {
		h.add(v)
	}
	assert.InEpsilon(t, 500_001, h.median(), 1.0/64)
	var exact logHistogram
	for _, v := range []int64{128_000, 32_000, 2_097_152} {
		exact.add(v)
	}
	assert.Equal(t, int64(128_000), exact.median(), "usual sizes are exact")
}
