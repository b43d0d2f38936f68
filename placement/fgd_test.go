package placement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim/cluster"
)

// fragmentsOf is F as Weng et al., USENIX ATC 2023, section 4, define it, times
// the sum of the weights.
func fragmentsOf(cpu int64, devices []uint16, expected []Expected) (sum int64) {
	for _, e := range expected {
		each, number := e.Demand.GPU, 1
		if each > cluster.GPU {
			each, number = cluster.GPU, int(e.Demand.GPU/cluster.GPU)
		}
		able, all, small := 0, int64(0), int64(0)
		for _, free := range devices {
			all += int64(free)
			if int64(free) >= each {
				able++
			} else {
				small += int64(free)
			}
		}
		if each == 0 || e.Demand.CPU > cpu || able < number {
			small = all
		}
		sum += e.Weight * small
	}
	return sum
}

func anyDemand(t *rapid.T) cluster.Vector {
	return cluster.Vector{
		CPU:    int64(rapid.IntRange(0, 8).Draw(t, "cpu")) * cluster.VCPU,
		Memory: int64(rapid.IntRange(0, 8).Draw(t, "memory")) * cluster.GiB,
		GPU:    rapid.SampledFrom([]int64{0, 1, 250, 333, 500, 999, 1000, 2000, 3000, 8000}).Draw(t, "gpu"),
	}
}

// The score is the fall of F, worked out from the definition; rounded, it is
// the logistic function's.
func TestFGD(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expected := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Expected {
			return Expected{anyDemand(t), int64(rapid.IntRange(1, 100).Draw(t, "weight"))}
		}), 1, 8).Draw(t, "expected")
		total := int64(0)
		for _, e := range expected {
			total += e.Weight
		}
		s := instance(8, 8, int64(rapid.IntRange(0, 8).Draw(t, "free")), 8, rapid.SliceOfN(rapid.SampledFrom([]uint16{0, 1, 250, 499, 500, 750, 1000}), 0, 8).Draw(t, "devices")...)
		d := anyDemand(t)
		d.CPU = min(d.CPU, s.Free.CPU)

		after := append([]uint16(nil), s.Devices...)
		best, left := -1, d.GPU
		for n, free := range after {
			switch {
			case d.GPU > cluster.GPU && left > 0 && free == cluster.GPU:
				after[n], left = 0, left-cluster.GPU
			case d.GPU <= cluster.GPU && int64(free) >= d.GPU && (best < 0 || free < after[best]):
				best = n
			}
		}
		if d.GPU > cluster.GPU && left > 0 || d.GPU > 0 && d.GPU <= cluster.GPU && best < 0 {
			return // no room
		}
		if best >= 0 {
			after[best] -= uint16(d.GPU)
		}
		fall := fragmentsOf(s.Free.CPU, s.Devices, expected) - fragmentsOf(s.Free.CPU-d.CPU, after, expected)
		policy := Policy{Workload: expected, Rounding: Exact}
		require.Equal(t, -fall, scorer(t, Rule{"fgd", ""}, policy).Score(s, d))

		policy.Rounding = RoundedAsSource
		points := 100 / (1 + math.Exp(-float64(fall)/float64(total)/cluster.GPU))
		if points == math.Round(points) && fall != 0 {
			return // a matter of the last bit
		}
		require.Equal(t, -int64(points), scorer(t, Rule{"fgd", ""}, policy).Score(s, d))
	})
}

// Two devices with 500 and 1000 free; half of the tasks to come want 500 of a
// device, half want a whole one. F is ½ · 0 + ½ · 500 = 250. A task of 500 on
// the first leaves 0 and 1000: F = 0. There it is put, and F falls by 250:
// 100 / (1 + e^-0.25) = 56.2.
func TestFGDByHand(t *testing.T) {
	expected := []Expected{{demand(0, 0, 500), 1}, {demand(0, 0, 1000), 1}}
	s := instance(8, 8, 8, 8, 500, 1000)
	assert.Equal(t, int64(-56), scorer(t, Rule{"fgd", ""}, Policy{Workload: expected}).Score(s, demand(1, 1, 500)))
	assert.Equal(t, int64(-500), scorer(t, Rule{"fgd", ""}, Policy{Workload: expected, Rounding: Exact}).Score(s, demand(1, 1, 500)))
	// One task wants so much CPU that it has no room afterwards: all 1000 are
	// fragments for it, and F rises from 250 to 500.
	expected[0].Demand.CPU = 8 * cluster.VCPU
	assert.Equal(t, int64(500), scorer(t, Rule{"fgd", ""}, Policy{Workload: expected, Rounding: Exact}).Score(s, demand(1, 1, 500)))
}

// Weights of any size are scaled down to what scores have room for.
func TestFGDWeights(t *testing.T) {
	of := func(weight int64) Scorer {
		return scorer(t, Rule{"fgd", ""}, Policy{Workload: []Expected{{demand(1, 1, 500), weight}, {demand(2, 1, 1000), weight}}})
	}
	s := instance(8, 8, 8, 8, 500, 1000)
	assert.Equal(t, of(1).Score(s, demand(1, 1, 500)), of(math.MaxInt64).Score(s, demand(1, 1, 500)))
}
