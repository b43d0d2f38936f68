package placement

import (
	"fmt"
	"math/bits"

	"berth/sim/cluster"
)

// balancedAllocation is kube-scheduler's NodeResourcesBalancedAllocation:
// (1 − σ) · 100 rounded down, where σ is the standard deviation of the
// fractions requested / capacity; of two resources half of their difference.
// An instance that has less than two of them scores 100. The variant that
// compares with the node without the pod is not this one. kubernetes.go says
// what scores are here.
//
// Kubernetes computes it with floating-point numbers; of two resources this is
// exact, of three σ is good to 2^-28.
// Source: kube-scheduler, noderesources/balanced_allocation.go.
type balancedAllocation struct {
	weights
	scale uint
}

// newBalancedAllocation reads which resources to balance: "cpu memory gpu".
func newBalancedAllocation(field string, of *Policy) (Strategy, error) {
	w, err := parseWeights(field, weights{cpu: 1, memory: 1})
	if err == nil && max(w.cpu, w.memory, w.gpu) > 1 {
		err = fmt.Errorf("%q: balanced-allocation weighs all resources alike; write only their names, as cpu memory gpu", field)
	}
	return Scored(balancedAllocation{w, of.Rounding.scale()}), err
}

// Score implements [Scorer].
func (k balancedAllocation) Score(s *State, demand cluster.Vector) int64 {
	all := k.of(s.Capacity, s.Free, demand)
	n := 0
	for _, r := range all {
		if r.weight > 0 {
			all[n] = r
			n++
		}
	}
	short := int64(0)
	switch n {
	case 2:
		x, y := all[0].fraction(), all[1].fraction()
		short = max(k.excess(x, y), k.excess(y, x))
	case 3:
		short = k.deviation(&all)
	}
	return short - 100<<k.scale
}

// Bound implements [Bounder]. Of two resources the difference is the least
// where the one that is surely the fuller is as empty as it can be and the
// other one as full.
func (k balancedAllocation) Bound(b *Box, demand cluster.Vector) int64 {
	full, empty := k.of(b.Capacity, b.Least, demand), k.of(b.Capacity, b.Most, demand)
	n := 0
	for i := range full {
		if full[i].weight > 0 {
			full[n], empty[n] = full[i], empty[i]
			n++
		}
	}
	if n != 2 {
		return -100 << k.scale
	}
	return max(k.excess(empty[0].fraction(), full[1].fraction()), k.excess(empty[1].fraction(), full[0].fraction())) - 100<<k.scale
}

// fraction is part / whole.
type fraction struct{ part, whole uint64 }

func (r *weighted) fraction() fraction { return fraction{uint64(r.requested()), uint64(r.capacity)} }

// excess returns the points that half of x − y costs, rounded up, or 0 where y
// is the greater.
func (k balancedAllocation) excess(x, y fraction) int64 {
	for bits.Len64(x.whole)+bits.Len64(y.whole) > 63 { // instances that large do not exist
		if x.whole > y.whole {
			x.part, x.whole = x.part/2, x.whole/2
		} else {
			y.part, y.whole = y.part/2, y.whole/2
		}
	}
	a, b, whole := x.part*y.whole, y.part*x.whole, x.whole*y.whole
	if a <= b {
		return 0
	}
	high, low := bits.Mul64(a-b, 50<<k.scale)
	points, rest := bits.Div64(high, low, whole)
	if rest > 0 {
		points++
	}
	return int64(points)
}

// deviation returns the points that σ of three fractions costs, rounded up.
func (k balancedAllocation) deviation(all *[3]weighted) int64 {
	const scale = 28
	var f [3]int64
	sum, squares := int64(0), uint64(0)
	for i, r := range all {
		f[i] = int64(share(r.requested(), r.capacity, scale))
		sum += f[i]
	}
	for _, f := range f {
		off := 3*f - sum // three times the distance from the mean
		squares += uint64(off * off)
	}
	sigma := root(squares / 27)
	return int64((sigma*(100<<k.scale) + 1<<scale - 1) >> scale)
}

// root returns the square root, rounded down.
func root(n uint64) (r uint64) {
	for bit := uint64(1) << 31; bit > 0; bit >>= 1 {
		if (r+bit)*(r+bit) <= n {
			r += bit
		}
	}
	return r
}
