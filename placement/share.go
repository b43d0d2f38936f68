package placement

import (
	"math"
	"math/bits"

	"berth/sim/cluster"
)

// bestFit takes the instance whose dominant share after the task has its
// demand is the least, worstFit the one whose is the greatest. The score is
// that share, 0 to 2^32, for worstFit negated. An instance without limit
// counts as having more free than any other.
type (
	bestFit  struct{}
	worstFit struct{}
)

// Score implements [Scorer].
func (bestFit) Score(s *State, demand cluster.Vector) int64 {
	return int64(dominantShare(s.Free, s.Capacity, demand))
}

// Bound implements [Bounder]: less free is a lower score.
func (bestFit) Bound(b *Box, demand cluster.Vector) int64 {
	return int64(dominantShare(b.Least, b.Capacity, demand))
}

// Score implements [Scorer].
func (worstFit) Score(s *State, demand cluster.Vector) int64 {
	return -int64(dominantShare(s.Free, s.Capacity, demand))
}

// Bound implements [Bounder]: more free is a lower score.
func (worstFit) Bound(b *Box, demand cluster.Vector) int64 {
	return -int64(dominantShare(b.Most, b.Capacity, demand))
}

// Unlimited implements [Elastic].
func (worstFit) Unlimited(cluster.Vector) int64 { return math.MinInt64 }

// dominantShare returns the largest of the shares of an instance's capacity
// that stay free when a task takes its demand, in units of 2^-32, rounded
// down: max over resources of floor((free − demand) · 2^32 / capacity).
// Resources of which the instance has none do not count. The GPU share is
// that of all devices together.
//
// The idea of a dominant share is that of Ghodsi et al., "Dominant Resource
// Fairness", NSDI 2011, applied to what is free.
func dominantShare(free, capacity, demand cluster.Vector) uint64 {
	return max(
		share(free.CPU-demand.CPU, capacity.CPU, 32),
		share(free.Memory-demand.Memory, capacity.Memory, 32),
		share(free.GPU-demand.GPU, capacity.GPU, 32),
	)
}

// share returns floor(part · 2^scale / whole), 0 where there is nothing to have
// a share of. part is not above whole, and scale not above 63.
func share(part, whole int64, scale uint) uint64 {
	if whole == 0 {
		return 0
	}
	if part < 1<<(63-scale) {
		return uint64(part) << scale / uint64(whole)
	}
	high, low := bits.Mul64(uint64(part), 1<<scale)
	quotient, _ := bits.Div64(high, low, uint64(whole))
	return quotient
}
