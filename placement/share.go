package placement

import (
	"math"
	"math/bits"

	"berth/sim/cluster"
)

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
		share(free.CPU-demand.CPU, capacity.CPU),
		share(free.Memory-demand.Memory, capacity.Memory),
		share(free.GPU-demand.GPU, capacity.GPU),
	)
}

func share(free, capacity int64) uint64 {
	if capacity == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(free), 1<<32)
	quotient, _ := bits.Div64(high, low, uint64(capacity))
	return quotient
}

// boundless is the dominant share of an instance without limit.
const boundless = math.MaxUint64
