package report

import (
	"cmp"
	"math"
	"slices"
)

// resources are amounts of what tasks take and instances have: CPU and memory
// in the cluster's units, GPU in thousandths of a device, and devices in
// thousandths, of which a share of more than half takes a whole one.
type resources [4]int64

func (r *resources) fitsIn(room *resources) bool {
	for d := range r {
		if r[d] > room[d] {
			return false
		}
	}
	return true
}

// times returns how many times a demand fits into a room, at most n. A demand
// of nothing fits n times.
func (r *resources) times(room *resources, n int64) int64 {
	for d := range r {
		if r[d] > 0 {
			n = min(n, room[d]/r[d])
		}
	}
	return n
}

func (r *resources) take(n int64, demand *resources) {
	for d := range r {
		r[d] -= n * demand[d]
	}
}

// packing is a multiset of tasks that are to be put on instances of some kinds,
// at the least price. It ignores what makes placement harder still: ports,
// interfaces, constraints, and that a share of a GPU is of one device.
type packing struct {
	kinds   []packedKind
	classes []packedClass
}

// packedKind is what instances have in common. There are as many as it takes.
type packedKind struct {
	capacity resources
	price    float64 // of one, above 0
}

// packedClass is what tasks have in common.
type packedClass struct {
	demand resources
	kinds  kindSet // that may hold them
	amount float64 // to be covered: how many there are
	most   int64   // that one instance may hold at once, were it large enough
	alone  float64 // the price of one without an instance, on Fargate; +Inf where it needs one
}

// kindSet is a set of the first 64 kinds of a packing.
type kindSet uint64

const maxPackedKinds = 64

func (s kindSet) has(kind int) bool { return s>>kind&1 != 0 }

// reduced returns a packing that costs no more and is easier to solve: kinds
// for which there always is a better one are left out, and classes are merged,
// the merged one asking for the least that any of them asked for, until there
// are at most so many.
func (p *packing) reduced(classes int) *packing {
	out := &packing{classes: slices.Clone(p.classes)}
	var kept []int
	for k := range p.kinds {
		if !p.dominated(k) {
			kept = append(kept, k)
			out.kinds = append(out.kinds, p.kinds[k])
		}
	}
	for i := range out.classes {
		c := &out.classes[i]
		var set kindSet
		for n, k := range kept {
			if c.kinds.has(k) {
				set |= 1 << n
			}
		}
		c.kinds = set
	}
	out.classes = slices.DeleteFunc(out.classes, func(c packedClass) bool {
		return c.amount == 0 || c.alone == 0 || c.kinds == 0 && math.IsInf(c.alone, 1) || c.demand == resources{}
	})
	out.merge(classes)
	return out
}

// dominated reports whether another kind may hold all that this one may, has as
// much of everything and costs no more. Of equal ones the first is kept.
func (p *packing) dominated(k int) bool {
	for o := range p.kinds {
		if o == k || !p.kinds[k].capacity.fitsIn(&p.kinds[o].capacity) || p.kinds[o].price > p.kinds[k].price {
			continue
		}
		if o > k && p.kinds[o] == p.kinds[k] && p.serves(k, o) {
			continue // it is the other that goes
		}
		if p.serves(o, k) {
			return true
		}
	}
	return false
}

// serves reports whether kind o may hold each class that k may.
func (p *packing) serves(o, k int) bool {
	for i := range p.classes {
		if s := p.classes[i].kinds; s.has(k) && !s.has(o) {
			return false
		}
	}
	return true
}

// merge brings the classes down to at most n. It splits the one group that all
// of them are (for each set of kinds) where most is lost by rounding down.
func (p *packing) merge(n int) {
	if len(p.classes) <= n {
		return
	}
	var largest resources
	for k := range p.kinds {
		for d, c := range p.kinds[k].capacity {
			largest[d] = max(largest[d], c)
		}
	}
	slices.SortStableFunc(p.classes, func(a, b packedClass) int { return cmp.Compare(a.kinds, b.kinds) })
	var groups []classGroup
	for from := 0; from < len(p.classes); {
		to := from + 1
		for to < len(p.classes) && p.classes[to].kinds == p.classes[from].kinds {
			to++
		}
		groups = append(groups, newClassGroup(p.classes[from:to], &largest))
		from = to
	}
	if len(groups) > n/2 { // too many sets of kinds: any kind may hold any class
		for i := range p.classes {
			p.classes[i].kinds = ^kindSet(0) >> (64 - len(p.kinds))
		}
		groups = []classGroup{newClassGroup(p.classes, &largest)}
	}
	for len(groups) < n {
		worst := 0
		for g := range groups {
			if groups[g].loss > groups[worst].loss {
				worst = g
			}
		}
		if groups[worst].loss == 0 {
			break
		}
		low, high := groups[worst].split()
		groups[worst] = newClassGroup(low, &largest)
		groups = append(groups, newClassGroup(high, &largest))
	}
	merged := make([]packedClass, len(groups))
	for g := range groups {
		merged[g] = groups[g].merged()
	}
	p.classes = merged
}

// classGroup is classes that may be merged.
type classGroup struct {
	classes []packedClass
	least   resources
	along   int     // the resource of which most is lost
	loss    float64 // of it, in shares of the largest instance
}

func newClassGroup(classes []packedClass, largest *resources) classGroup {
	g := classGroup{classes: classes, least: classes[0].demand}
	for i := range classes {
		for d, v := range classes[i].demand {
			g.least[d] = min(g.least[d], v)
		}
	}
	for d := range g.least {
		if largest[d] == 0 {
			continue
		}
		var loss float64
		for i := range classes {
			loss += float64(classes[i].amount * (float64(classes[i].demand[d]-g.least[d]) / float64(largest[d])))
		}
		if loss > g.loss {
			g.along, g.loss = d, loss
		}
	}
	return g
}

// split halves the group's range of the resource of which most is lost.
func (g *classGroup) split() (low, high []packedClass) {
	d := g.along
	slices.SortStableFunc(g.classes, func(a, b packedClass) int {
		return cmp.Compare(a.demand[d], b.demand[d])
	})
	first, last := g.classes[0].demand[d], g.classes[len(g.classes)-1].demand[d]
	middle := first + (last-first+1)/2
	at, _ := slices.BinarySearchFunc(g.classes, middle, func(c packedClass, v int64) int {
		return cmp.Compare(c.demand[d], v)
	})
	return g.classes[:at], g.classes[at:]
}

func (g *classGroup) merged() packedClass {
	m := packedClass{demand: g.least, kinds: g.classes[0].kinds, alone: math.Inf(1)}
	for i := range g.classes {
		m.alone = min(m.alone, g.classes[i].alone)
		m.amount += g.classes[i].amount
		m.most += g.classes[i].most
	}
	return m
}
