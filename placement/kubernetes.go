package placement

import (
	"math/bits"

	"berth/sim/cluster"
)

// What is here, in ratio.go and in balanced.go are the score plugins
// NodeResourcesFit and NodeResourcesBalancedAllocation of kube-scheduler 1.36,
// which give a node 0 to 100, the greater the better; a
// score here is that number negated. With [RoundedAsSource] it is an integer
// as there, so that many instances tie; with [Exact] it is in units of 2^-24
// of a point. What is requested includes the task itself. Resources of which
// the instance has none do not count.
//
// Two things differ. Kubernetes counts a container that requests nothing as
// 100 millicores and 200 MB when it scores; here a demand counts as it is. And
// it breaks ties at random, which is [Random].

// fine is the scale of exact scores.
const fine = 24

// percent returns 100 · part / whole in units of 2^-scale, rounded down; 0 if
// whole is.
func percent(part, whole int64, scale uint) int64 {
	if whole == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(part), 100<<scale)
	quotient, _ := bits.Div64(high, low, uint64(whole))
	return int64(quotient)
}

func (r Rounding) scale() uint {
	if r == Exact {
		return fine
	}
	return 0
}

// leastAllocated is the scoring strategy LeastAllocated: the weighted mean of
// (capacity − requested) · 100 / capacity, each division rounded down.
// Source: kube-scheduler, noderesources/least_allocated.go.
type leastAllocated struct {
	weights
	scale uint
}

func newLeastAllocated(field string, of *Policy) (Strategy, error) {
	w, err := parseWeights(field, weights{cpu: 1, memory: 1})
	return Scored(leastAllocated{w, of.Rounding.scale()}), err
}

// Score implements [Scorer].
func (k leastAllocated) Score(s *State, demand cluster.Vector) int64 {
	return k.points(s.Free, s.Capacity, demand)
}

// Bound implements [Bounder]: more free is a lower score.
func (k leastAllocated) Bound(b *Box, demand cluster.Vector) int64 {
	return k.points(b.Most, b.Capacity, demand)
}

func (k leastAllocated) points(free, capacity, demand cluster.Vector) int64 {
	var m mean
	for _, r := range k.weights.of(capacity, free, demand) {
		m.add(r.weight, percent(r.free-r.demand, r.capacity, k.scale))
	}
	return -m.floor()
}

// Unlimited implements [Elastic]: nothing of it is ever allocated.
func (k leastAllocated) Unlimited(cluster.Vector) int64 { return -100 << k.scale }

// mostAllocated is the scoring strategy MostAllocated: the weighted mean of
// requested · 100 / capacity, each division rounded down.
// Source: kube-scheduler, noderesources/most_allocated.go.
type mostAllocated struct {
	weights
	scale uint
}

func newMostAllocated(field string, of *Policy) (Strategy, error) {
	w, err := parseWeights(field, weights{cpu: 1, memory: 1})
	return Scored(mostAllocated{w, of.Rounding.scale()}), err
}

// Score implements [Scorer].
func (k mostAllocated) Score(s *State, demand cluster.Vector) int64 {
	return k.points(s.Free, s.Capacity, demand)
}

// Bound implements [Bounder]: less free is a lower score.
func (k mostAllocated) Bound(b *Box, demand cluster.Vector) int64 {
	return k.points(b.Least, b.Capacity, demand)
}

func (k mostAllocated) points(free, capacity, demand cluster.Vector) int64 {
	var m mean
	for _, r := range k.weights.of(capacity, free, demand) {
		m.add(r.weight, percent(r.requested(), r.capacity, k.scale))
	}
	return -m.floor()
}

// mean is a weighted mean under way.
type mean struct{ sum, weight int64 }

func (m *mean) add(weight, value int64) {
	m.sum += weight * value
	m.weight += weight
}

func (m mean) floor() int64 {
	if m.weight == 0 {
		return 0
	}
	return m.sum / m.weight
}

// nearest rounds half up.
func (m mean) nearest() int64 {
	if m.weight == 0 {
		return 0
	}
	return (2*m.sum + m.weight) / (2 * m.weight)
}
