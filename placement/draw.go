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
// probability: of up to 64 ties after a rule by one draw; of more, and
// whenever there is no rule, it first tries up to 64 of the pool's instances
// and takes the first that is among the ties, which saves listing them.
func (ix *Index) draw(s *search) cluster.InstanceID {
	if s.rng == nil {
		s.rng = ix.stream(ix.c.GroupName(s.request.Group))
	}
	if len(s.rules) > 0 {
		ties := ix.tied(s, draws+1)
		if len(ties) == 1 {
			return cluster.InstanceID(ties[0].slot)
		}
		if len(ties) <= draws {
			return cluster.InstanceID(ties[s.rng.IntN(len(ties))].slot)
		}
	}
	all := ix.roster(s.request.Pool).slots
	for range draws {
		id := all[s.rng.IntN(len(all))]
		ix.visited++
		i := ix.c.Instance(id)
		if ix.fits(s, i) && (len(s.rules) == 0 || ix.keys(s, int32(id), i) == s.keys) {
			return id
		}
	}
	ties := ix.tied(s, math.MaxInt)
	return cluster.InstanceID(ties[s.rng.IntN(len(ties))].slot)
}

// tied lists the instances that tie with the best in the order of their
// launches. Where there are more than most, it may stop once it has found
// most, and the list is then in no order.
func (ix *Index) tied(s *search, most int) []candidate {
	ix.list = ix.list[:0]
	switch {
	case s.scans:
		for _, id := range ix.roster(s.request.Pool).slots {
			i := ix.c.Instance(id)
			ix.visited++
			if ix.fits(s, i) {
				ix.list = append(ix.list, candidate{i.Sequence, int32(id)})
			}
		}
	case s.sparse && s.hosts[s.slot] > 0:
		ix.marked(s, true)
		for _, slot := range s.plan.list {
			if ix.open(s, slot) {
				ix.list = append(ix.list, candidate{ix.c.Instance(cluster.InstanceID(slot)).Sequence, slot})
			}
		}
		ix.marked(s, false)
	default:
		if !s.equal {
			most = math.MaxInt
		}
		for i := 0; i < len(s.tier) && len(ix.list) < most; i++ {
			ix.list = s.order.list(ix.list, most, s.tier[i].cell, s.key, s.key, &s.want, s.skip())
		}
	}
	if len(s.rules) > 0 && (s.order == nil || !s.equal || s.sparse) {
		ix.list = slices.DeleteFunc(ix.list, func(c candidate) bool {
			return ix.keys(s, c.slot, ix.c.Instance(cluster.InstanceID(c.slot))) != s.keys
		})
	}
	slices.SortFunc(ix.list, launched)
	return ix.list
}
