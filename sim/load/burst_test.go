package load

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// A task of a quarter of a vCPU that can use four serves as one of four: as many
// requests, in the same time, after the same waits. Its utilisation is relative to
// what it reserves.
func TestATaskWithExtraCPUIsALargerOne(t *testing.T) {
	run := func(cpu, extra int64, rate float64) (*Station, *Period) {
		s, err := NewStation(service(func(of *Setup) { of.CPU, of.Latency = cpu, 0 }), constant(rate))
		require.NoError(t, err)
		s.Resize(0, Size{Serving: 1, Running: 1, Extra: extra})
		for now := sim.Minute; now < sim.Hour; now += sim.Minute {
			endPeriod(s, now)
		}
		return s, endPeriod(s, sim.Hour)
	}
	for _, rate := range []float64{10, 40, 72, 200} {
		small, p := run(cluster.VCPU/4, 15*cluster.VCPU/4, rate)
		large, q := run(4*cluster.VCPU, 0, rate)
		assert.InDelta(t, 80, small.Capacity(), 1e-9)
		assert.Equal(t, large.Latency, small.Latency)
		assert.Equal(t, q.Counts, p.Counts)
		assert.Equal(t, timesOf(large, sim.Hour).Quantile(0.99), timesOf(small, sim.Hour).Quantile(0.99))
		cpu := p.CPUUtilization()
		assert.InDelta(t, 100*min(1, rate/80)*16, cpu.Average(), 1e-2)
		assert.InDelta(t, 100*min(1, rate/80)*16, cpu.Max, 1e-2)
	}
}

// A request that was served before tasks could use more CPU took as long as it took.
func TestResponseTimesFollowTheCPU(t *testing.T) {
	s, err := NewStation(service(func(of *Setup) { of.CPU, of.Latency = cluster.VCPU/4, 0 }), constant(0.01))
	require.NoError(t, err)
	s.Resize(0, Size{Serving: 1, Running: 1})
	s.Resize(sim.Hour, Size{Serving: 1, Running: 1, Extra: 3 * cluster.VCPU / 4})
	of := timesOf(s, 3*sim.Hour)
	assert.Equal(t, uint64(108_000), uint64(of.Count()))
	assert.InEpsilon(t, 0.05, of.Quantile(0.5).Seconds(), 0.02, "cpuSeconds")
	assert.InEpsilon(t, 0.2, of.Quantile(0.8).Seconds(), 0.02, "four times that")
}
