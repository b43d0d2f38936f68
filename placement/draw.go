package placement

import (
	"cmp"
	"math"
	"slices"

	"berth/sim/cluster"
)

// roster holds the ACTIVE instances of a pool in the order of their launches,
// once it is kept. Joining and leaving move what stands behind.
type roster struct {
	kept      bool
	slots     []cluster.InstanceID
	sequences []uint32
}

// set adds or removes an instance.
func (r *roster) set(sequence uint32, id cluster.InstanceID, active bool) {
	at, _ := slices.BinarySearch(r.sequences, sequence)
	if active {
		r.slots = slices.Insert(r.slots, at, id)
		r.sequences = slices.Insert(r.sequences, at, sequence)
	} else {
		r.slots = slices.Delete(r.slots, at, at+1)
		r.sequences = slices.Delete(r.sequences, at, at+1)
	}
}

// roster returns the roster of a pool, and keeps it from now on.
func (ix *Index) roster(pool cluster.PoolID) *roster {
	for int(pool) >= len(ix.rosters) {
		ix.rosters = append(ix.rosters, roster{})
	}
	r := &ix.rosters[pool]
	if r.kept {
		return r
	}
	r.kept = true
	var all []candidate
	for slot := range ix.c.Slots() {
		i := ix.c.Instance(cluster.InstanceID(slot))
		if i.State == cluster.Active && ix.c.Allows(pool, i.Kind) {
			all = append(all, candidate{i.Sequence, int32(slot)})
		}
	}
	slices.SortFunc(all, launched)
	for _, c := range all {
		r.slots = append(r.slots, cluster.InstanceID(c.slot))
		r.sequences = append(r.sequences, c.sequence)
	}
	return r
}

func launched(a, b candidate) int { return cmp.Compare(a.sequence, b.sequence) }

// draw returns one of the instances that tie with the best, each with the same
// probability. [Linear.draw] says which numbers it draws for that; most often
// it need not list all that tie.
func (ix *Index) draw(s *search) cluster.InstanceID {
	ix.seed(s.plan, s.request.Group)
	if len(s.rules) > 0 {
		ties := ix.tied(s, draws+1)
		if len(ties) <= draws {
			return s.pick(ties)
		}
	}
	if id := ix.try(s, tries); id != cluster.None {
		return id
	}
	if len(s.rules) == 0 {
		if ties := ix.tied(s, few+1); len(ties) <= few {
			return s.pick(ties)
		}
	}
	if id := ix.try(s, tries); id != cluster.None {
		return id
	}
	return s.pick(ix.tied(s, math.MaxInt))
}

// seed gives a group its random stream.
func (ix *Index) seed(p *plan, g cluster.GroupID) {
	if p.rng == nil {
		p.rng = ix.stream(ix.c.GroupName(g))
	}
}

// pick draws one of the candidates, if there are several.
func (s *search) pick(among []candidate) cluster.InstanceID {
	if len(among) == 1 {
		return cluster.InstanceID(among[0].slot)
	}
	return cluster.InstanceID(among[s.rng.IntN(len(among))].slot)
}

// try draws instances of the pool up to n times and returns the first that
// ties with the best, or None.
func (ix *Index) try(s *search, n int) cluster.InstanceID {
	l := ix.lottery(s)
	for range n {
		if id, ok := l.draw(); ok && (len(s.rules) == 0 || ix.keys(s, int32(id), ix.c.Instance(id)) == s.keys) {
			return id
		}
	}
	return cluster.None
}

// tied lists the instances that tie with the best in the order of their
// launches. Where there are more than most, it may stop once it has found
// most, and the list is then in no order.
func (ix *Index) tied(s *search, most int) []candidate {
	ix.list = ix.list[:0]
	switch {
	case s.scans:
		ix.scoredTies(s, most)
	case s.sparse && s.hosts[s.slot] > 0:
		ix.marked(s, true)
		for _, slot := range s.plan.list {
			if ix.inTier(s, slot) {
				ix.list = append(ix.list, candidate{ix.c.Instance(cluster.InstanceID(slot)).Sequence, slot})
			}
		}
		ix.marked(s, false)
	default:
		if !s.equal {
			most = math.MaxInt
		}
		s.from, s.limit = s.key, s.key
		for i := 0; i < len(s.tier) && len(ix.list) < most; i++ {
			ix.list = s.order.list(ix.list, most, s.tier[i].cell, &s.probe)
		}
	}
	if len(s.rules) > 0 && !s.scans && (!s.equal || s.sparse) {
		ix.list = slices.DeleteFunc(ix.list, func(c candidate) bool {
			return ix.keys(s, c.slot, ix.c.Instance(cluster.InstanceID(c.slot))) != s.keys
		})
	}
	slices.SortFunc(ix.list, launched)
	return ix.list
}
