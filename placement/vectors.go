package placement

import (
	"math"

	"berth/sim/cluster"
)

// These treat what a task demands and what an instance has free as vectors.
// All amounts are shares of the instance's own capacity, so that instances of
// different sizes compare; resources of which it has none do not count. What
// is free is that before the task is placed.

// vectorScale is that of the shares: the product of two and a weight, summed
// over three resources, stays below 2^63.
const vectorScale = 27

// alignment takes the instance with the greatest Σ wᵢ · demandᵢ · freeᵢ. The
// score is the sum negated, in units of 2^-54.
//
// With weights of 1 that is the alignment score of Tetris: Grandl et al.,
// "Multi-resource Packing for Cluster Schedulers", SIGCOMM 2014, section 3.2.
// With weights of one's own it is the rule Dot-Product of Panigrahy et al.,
// "Heuristics for Vector Bin Packing", Microsoft Research, 2011, which takes
// the greatest weighted product of an item and what remains of a bin of
// capacity 1. There the bin is given and an item is sought; here the task is
// given and an instance is sought, as in Tetris.
type alignment struct{ weights }

func dotProduct(field string, _ *Policy) (Strategy, error) {
	w, err := parseWeights(field, weights{1, 1, 1})
	return Scored(alignment{w}), err
}

// Score implements [Scorer].
func (a alignment) Score(s *State, demand cluster.Vector) int64 {
	return a.product(s.Free, s.Capacity, demand)
}

// Bound implements [Bounder]: more free is a lower score.
func (a alignment) Bound(b *Box, demand cluster.Vector) int64 {
	return a.product(b.Most, b.Capacity, demand)
}

func (a alignment) product(free, capacity, demand cluster.Vector) (score int64) {
	return -(a.cpu*product(demand.CPU, free.CPU, capacity.CPU) +
		a.memory*product(demand.Memory, free.Memory, capacity.Memory) +
		a.gpu*product(demand.GPU, free.GPU, capacity.GPU))
}

func product(a, b, capacity int64) int64 {
	return int64(share(a, capacity, vectorScale) * share(b, capacity, vectorScale))
}

// Unlimited implements [Elastic].
func (alignment) Unlimited(cluster.Vector) int64 { return math.MinInt64 }

// l2Norm takes the instance with the least Σ (freeᵢ − demandᵢ)², the square of
// the length of what stays free. The score is the sum, in units of 2^-54.
//
// That is the norm-based greedy rule of Panigrahy et al., "Heuristics for
// Vector Bin Packing", Microsoft Research, 2011, with the norm ℓ2 and weights
// of 1, with the task given and an instance sought.
type l2Norm struct{}

// Score implements [Scorer].
func (l2Norm) Score(s *State, demand cluster.Vector) int64 {
	return squares(s.Free.Sub(demand), s.Capacity)
}

// Bound implements [Bounder]: less free is a lower score.
func (l2Norm) Bound(b *Box, demand cluster.Vector) int64 {
	return squares(b.Least.Sub(demand), b.Capacity)
}

func squares(left, capacity cluster.Vector) int64 {
	return product(left.CPU, left.CPU, capacity.CPU) +
		product(left.Memory, left.Memory, capacity.Memory) +
		product(left.GPU, left.GPU, capacity.GPU)
}
