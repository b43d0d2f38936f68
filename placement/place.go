package placement

import (
	"math"
	"slices"

	"berth/sim/cluster"
)

// ranked is a cell with the keys of the rules that lead a chain, which are
// equal for all its instances. Cells whose keys are equal form a tier.
type ranked struct {
	keys keys
	cell int32
}

// search is one decision under way.
type search struct {
	*plan
	probe
	gate    *gate
	order   *ordered // of the gate
	request *cluster.Request
	tier    []ranked

	slot     int32 // the best so far, or none
	sequence uint32
	keys     keys   // of the best
	key      uint64 // of the best in its order
}

// Place returns the instance for a task, or None and why there is none.
func (ix *Index) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	ix.refresh()
	s := search{plan: ix.plan(r.Group), gate: ix.gate(r.Group, r.Network), request: &r, slot: none}
	s.order, s.want = s.gate.order, needOf(r.Demand, ix.c.Network(r.Network))
	in := ix.admitted(s.plan, ix.cells.inPool[r.Pool])
	switch {
	case s.choices > 0:
		ix.choose(&s, in)
	case s.scans:
		ix.scored(&s)
	case len(in) == 1 && s.exact && !s.sparse && s.ties == Launched && !s.turns:
		s.from, s.limit, s.closed = s.order.from(&s.want), unbounded, s.gate.leavesOut()
		s.slot, _ = s.order.first(in[0], &s.probe)
	default:
		ix.descend(&s, in)
	}
	if s.slot == none {
		return cluster.None, ix.refusal(&s)
	}
	if s.ties == Random && s.choices == 0 {
		s.slot = int32(ix.draw(&s))
	}
	if s.turns {
		s.cursor = ix.c.Instance(cluster.InstanceID(s.slot)).Sequence
	}
	return cluster.InstanceID(s.slot), cluster.Placed
}

// descend finds the best of the best tier in which something has room.
func (ix *Index) descend(s *search, in []int32) {
	s.closed = s.gate.leavesOut()
	if s.sparse {
		s.without = s.hosts
	}
	cells := ix.rank(s.plan, in)
	for len(cells) > 0 && s.slot == none {
		n := tier(cells, s.leading)
		s.tier, cells = cells[:n], cells[n:]
		ix.best(s)
	}
}

// rank returns cells with their keys under the rules that lead the chain.
func (ix *Index) rank(p *plan, in []int32) []ranked {
	ix.ranked = ix.ranked[:0]
	for _, cell := range in {
		r := ranked{cell: cell}
		for n := range p.leading {
			r.keys[n] = p.bucket(n, ix.cells.attributes[p.attribute[n]].ofCell[cell])
		}
		ix.ranked = append(ix.ranked, r)
	}
	return ix.ranked
}

// tier moves the cells whose first keys are least to the front, and returns how
// many they are.
func tier(cells []ranked, keys int) int {
	if keys == 0 {
		return len(cells)
	}
	n := 1
	for i := 1; i < len(cells); i++ {
		c := slices.Compare(cells[i].keys[:keys], cells[0].keys[:keys])
		if c > 0 {
			continue
		}
		if c < 0 {
			n = 0
		}
		cells[i], cells[n] = cells[n], cells[i]
		n++
	}
	return n
}

// best finds the best instance of a tier.
func (ix *Index) best(s *search) {
	from := s.order.from(&s.want)
	for i := range s.tier {
		cell := s.tier[i].cell
		s.from, s.limit = from, unbounded
		if s.slot != none && s.prunes {
			s.limit = s.order.ceiling(s.key)
		}
		slot, key := ix.first(s, cell)
		switch {
		case slot == none:
		case s.exact:
			ix.consider(s, slot, key)
			if s.ties == Random && len(s.rules) == 0 {
				return // it is enough that something fits
			}
		default:
			s.from, s.limit = key, key
			ix.list = s.order.list(ix.list[:0], math.MaxInt, cell, &s.probe)
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
		if ix.inTier(s, slot) {
			ix.consider(s, slot, 0)
		}
	}
	ix.marked(s, false)
}

// first returns the instance of a cell with the least key that comes first, in
// the order of launches or, under next-fit, in that from the last one on.
func (ix *Index) first(s *search, cell int32) (slot int32, key uint64) {
	if s.turns && s.order.n == 0 { // all have the same key
		if slot, key = ix.since(s, cell); slot != none {
			return slot, key
		}
		return s.order.first(cell, &s.probe)
	}
	slot, key = s.order.first(cell, &s.probe)
	if !s.turns || slot == none || ix.c.Instance(cluster.InstanceID(slot)).Sequence >= s.cursor {
		return slot, key
	}
	s.from, s.limit = key, key
	if next, _ := ix.since(s, cell); next != none {
		return next, key
	}
	return slot, key
}

// since is first without what was launched before the cursor.
func (ix *Index) since(s *search, cell int32) (slot int32, key uint64) {
	s.probe.since = s.cursor
	slot, key = s.order.first(cell, &s.probe)
	s.probe.since = 0
	return slot, key
}

// marked marks the cells of the tier, or removes the marks.
func (ix *Index) marked(s *search, on bool) {
	for i := range s.tier {
		ix.mark[s.tier[i].cell] = on
	}
}

// inTier reports whether a host is in a marked cell and open.
func (ix *Index) inTier(s *search, slot int32) bool {
	i := ix.c.Instance(cluster.InstanceID(slot))
	return i.State == cluster.Active && ix.mark[ix.cells.of[i.Kind]] && ix.open(s, slot)
}

// open reports whether an ACTIVE instance of the pool can take the task: it has
// room, and meets the constraints.
func (ix *Index) open(s *search, slot int32) bool {
	ix.visited++
	i := ix.c.Instance(cluster.InstanceID(slot))
	return ix.fits(s, i) && s.gate.open(slot) && s.admits(i.Kind)
}

// fits reports whether an instance has room, and an interface if need be.
func (ix *Index) fits(s *search, i *cluster.Instance) bool {
	e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
	return e.holds(&s.want)
}

// consider takes an instance that has room for the best if it is better.
func (ix *Index) consider(s *search, slot int32, key uint64) {
	i := ix.c.Instance(cluster.InstanceID(slot))
	k := ix.keys(s, slot, i)
	if s.slot != none {
		if c := slices.Compare(k[:], s.keys[:]); c > 0 || c == 0 && s.turn(i.Sequence) > s.turn(s.sequence) {
			return
		}
	}
	s.slot, s.sequence, s.keys, s.key = slot, i.Sequence, k, key
}

// turn returns the place of a launch in the order that breaks ties: that of
// launches, which under next-fit begins at the instance taken last.
func (s *search) turn(sequence uint32) uint32 {
	return sequence - s.cursor // that of all others is 0
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
			k[n] = ix.score(s.rules[n].scorer, slot, s.request.Demand)
		}
	}
	return k
}

// Fits reports whether a task could go to an instance now: the instance is
// ACTIVE and of the pool, has room, and meets the constraints.
func (ix *Index) Fits(r cluster.Request, on cluster.InstanceID) bool {
	i := ix.c.Instance(on)
	if i.State != cluster.Active || !ix.c.Allows(r.Pool, i.Kind) {
		return false
	}
	ix.refresh()
	s := search{plan: ix.plan(r.Group), gate: ix.gate(r.Group, r.Network), request: &r}
	s.want = needOf(r.Demand, ix.c.Network(r.Network))
	return ix.open(&s, int32(on))
}

// StartsOpen reports whether a task that starts on an instance can make it one
// that tasks of the group may go to. Without constraints, or under those that
// only ever close instances, it cannot.
func (ix *Index) StartsOpen(g cluster.GroupID) bool {
	ix.refresh()
	m := ix.plan(g).member
	return m != nil && m.opens
}
