package placement

import (
	"math"
	"slices"

	"berth/sim/cluster"
)

// choose decides by a power of d: it draws d of the instances that can take the
// task, or takes all if there are fewer, and finds the best of these.
// [Linear.choose] says which numbers are drawn for that.
func (ix *Index) choose(s *search, in []int32) {
	s.closed, s.limit = s.gate.leavesOut(), unbounded
	s.tier = ix.rank(s.plan, in)
	chosen := append(ix.chosen[:0], ix.able(s, s.choices+1)...)
	if len(chosen) > s.choices {
		ix.seed(s.plan, s.request.Group)
		chosen = ix.sample(s, chosen[:0])
	}
	ix.chosen = chosen
	slices.SortFunc(chosen, launched)
	for _, c := range chosen {
		ix.consider(s, c.slot, 0)
	}
	if s.slot == none || s.ties != Random {
		return
	}
	ties := slices.DeleteFunc(chosen, func(c candidate) bool {
		return ix.keys(s, c.slot, ix.c.Instance(cluster.InstanceID(c.slot))) != s.keys
	})
	if len(ties) > 1 {
		ix.seed(s.plan, s.request.Group)
	}
	s.slot = int32(s.pick(ties))
}

// sample draws as many different instances as the chain compares.
func (ix *Index) sample(s *search, chosen []candidate) []candidate {
	l := ix.lottery(s)
	for range draws * s.choices {
		id, ok := l.draw()
		if !ok {
			continue
		}
		c := candidate{ix.c.Instance(id).Sequence, int32(id)}
		if slices.Contains(chosen, c) {
			continue
		}
		if chosen = append(chosen, c); len(chosen) == s.choices {
			return chosen
		}
	}
	rest := slices.DeleteFunc(ix.able(s, math.MaxInt), func(c candidate) bool { return slices.Contains(chosen, c) })
	for len(chosen) < s.choices {
		n := s.rng.IntN(len(rest))
		chosen = append(chosen, rest[n])
		rest = slices.Delete(rest, n, n+1)
	}
	return chosen
}

// able lists the instances that can take the task, as [Index.tied] does.
func (ix *Index) able(s *search, most int) []candidate {
	ix.list = ix.list[:0]
	for i := 0; i < len(s.tier) && len(ix.list) < most; i++ {
		ix.list = s.order.list(ix.list, most, s.tier[i].cell, &s.probe)
	}
	slices.SortFunc(ix.list, launched)
	return ix.list
}
