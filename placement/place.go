package placement

import (
	"math"
	"slices"

	"berth/sim/cluster"
)

// ranked is a cell with the keys of the rules that lead a chain, which are
// equal for all its instances. Cells with equal keys form a tier.
type ranked struct {
	keys keys
	cell int32
}

// search is one decision under way.
type search struct {
	*plan
	request *cluster.Request
	want    need
	tier    []ranked

	slot     int32 // the best so far, or none
	sequence uint32
	keys     keys   // of the best
	key      uint64 // of the best in its order
}

// Place returns the instance for a task, or None and why there is none.
func (ix *Index) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	ix.refresh()
	s := search{plan: ix.plan(r.Group), request: &r, want: needOf(r.Demand), slot: none}
	in := ix.cells.inPool[r.Pool]
	switch {
	case s.scans:
		ix.scan(&s)
	case len(in) == 1 && s.exact && !s.sparse && s.ties == Launched:
		s.slot, _ = s.order.first(in[0], s.order.from(&s.want), unbounded, &s.want, nil)
	default:
		ix.descend(&s, in)
	}
	if s.slot == none {
		return cluster.None, ix.refusal(&r, &s.want)
	}
	if s.ties == Random {
		return ix.draw(&s), cluster.Placed
	}
	return cluster.InstanceID(s.slot), cluster.Placed
}

// descend finds the best of the best tier in which something has room.
func (ix *Index) descend(s *search, in []int32) {
	tiers := ix.rank(s.plan, in)
	for len(tiers) > 0 && s.slot == none {
		n := 1
		for n < len(tiers) && tiers[n].keys == tiers[0].keys {
			n++
		}
		s.tier, tiers = tiers[:n], tiers[n:]
		ix.best(s)
	}
}

// rank returns the cells in the order of the rules that lead the chain.
func (ix *Index) rank(p *plan, in []int32) []ranked {
	ix.tiers = ix.tiers[:0]
	for _, cell := range in {
		r := ranked{cell: cell}
		for n := range p.leading {
			r.keys[n] = p.bucket(n, ix.cells.attributes[p.attribute[n]].ofCell[cell])
		}
		ix.tiers = append(ix.tiers, r)
	}
	if p.leading > 0 {
		slices.SortFunc(ix.tiers, func(a, b ranked) int {
			if c := slices.Compare(a.keys[:], b.keys[:]); c != 0 {
				return c
			}
			return int(a.cell - b.cell)
		})
	}
	return ix.tiers
}

// best finds the best instance of a tier.
func (ix *Index) best(s *search) {
	from := s.order.from(&s.want)
	for i := range s.tier {
		cell, limit := s.tier[i].cell, uint64(unbounded)
		if s.slot != none && s.prunes {
			limit = s.order.ceiling(s.key)
		}
		slot, key := s.order.first(cell, from, limit, &s.want, s.skip())
		switch {
		case slot == none:
		case s.exact:
			ix.consider(s, slot, key)
		default:
			ix.list = s.order.list(ix.list[:0], math.MaxInt, cell, key, key, &s.want, s.skip())
			for _, c := range ix.list {
				ix.consider(s, c.slot, key)
			}
		}
	}
	if s.slot != none || !s.sparse {
		return
	}
	ix.marked(s, true)
	for _, slot := range s.plan.list {
		if ix.open(s, slot) {
			ix.consider(s, slot, 0)
		}
	}
	ix.marked(s, false)
}

// skip returns what a search in the common order of a sparse group leaves out:
// its hosts.
func (p *plan) skip() []int32 {
	if p.sparse {
		return p.hosts
	}
	return nil
}

// marked marks the cells of the tier, or removes the marks.
func (ix *Index) marked(s *search, on bool) {
	for i := range s.tier {
		ix.mark[s.tier[i].cell] = on
	}
}

// open reports whether a host is in a marked cell and has room.
func (ix *Index) open(s *search, slot int32) bool {
	ix.visited++
	i := ix.c.Instance(cluster.InstanceID(slot))
	return i.State == cluster.Active && ix.mark[ix.cells.of[i.Kind]] && ix.fits(s, i)
}

func (ix *Index) fits(s *search, i *cluster.Instance) bool {
	e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
	return e.holds(&s.want)
}

// consider takes an instance that has room for the best if it is better.
func (ix *Index) consider(s *search, slot int32, key uint64) {
	i := ix.c.Instance(cluster.InstanceID(slot))
	k := ix.keys(s, slot, i)
	if s.slot != none {
		if c := slices.Compare(k[:], s.keys[:]); c > 0 || c == 0 && i.Sequence > s.sequence {
			return
		}
	}
	s.slot, s.sequence, s.keys, s.key = slot, i.Sequence, k, key
}

// keys returns the keys of an instance under each rule of the chain.
func (ix *Index) keys(s *search, slot int32, i *cluster.Instance) (k keys) {
	kind := ix.c.Kind(i.Kind)
	e := entryOf(i, kind.Unlimited)
	for n := range s.rules {
		switch s.rules[n].by {
		case byCPU:
			k[n] = uint64(e.cpu)
		case byMemory:
			k[n] = uint64(e.memory)
		case byHost:
			k[n] = uint64(s.hosts[slot])
		case byAttribute:
			k[n] = s.bucket(n, ix.cells.attributes[s.attribute[n]].ofKind[i.Kind])
		case byScore:
			k[n] = math.MaxUint64
			if !kind.Unlimited {
				state := State{Free: i.Free, Capacity: kind.Capacity, Devices: ix.c.Devices(cluster.InstanceID(slot)), Kind: i.Kind}
				k[n] = scoreKey(s.rules[n].scorer.Score(&state, s.request.Demand))
			}
		case byLeastShare, byMostShare:
			k[n] = boundless
			if !kind.Unlimited {
				k[n] = dominantShare(i.Free, kind.Capacity, s.request.Demand)
			}
			if s.rules[n].by == byMostShare {
				k[n] = ^k[n]
			}
		}
	}
	return k
}

// scan finds the best instance of the pool by looking at all of them.
func (ix *Index) scan(s *search) {
	for _, id := range ix.roster(s.request.Pool).slots {
		ix.visited++
		if ix.fits(s, ix.c.Instance(id)) {
			ix.consider(s, int32(id), 0)
		}
	}
}

// Fits reports whether a task could go to an instance now.
func (ix *Index) Fits(r cluster.Request, on cluster.InstanceID) bool {
	i := ix.c.Instance(on)
	want := needOf(r.Demand)
	e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
	return i.State == cluster.Active && ix.c.Allows(r.Pool, i.Kind) && e.holds(&want)
}
