package placement

import "berth/sim/cluster"

// Matches reports whether an instance is of the pool and meets the constraints
// of the group, whatever its state and whatever room it has. If a task of the group
// runs there, that one does not count. Constraints do not concern instances without
// limit.
func (ix *Index) Matches(r cluster.Request, on cluster.InstanceID, runs bool) bool {
	i := ix.c.Instance(on)
	if !ix.c.Allows(r.Pool, i.Kind) {
		return false
	}
	if ix.c.Kind(i.Kind).Unlimited {
		return true
	}
	ix.refresh()
	p := ix.plan(r.Group)
	if p.distinct && !runs && int(on) < len(p.hosts) && p.hosts[on] > 0 {
		return false
	}
	if p.member == nil {
		return true
	}
	s := ix.look(int32(on))
	if runs {
		s.without = int(r.Group)
	}
	return p.member.matches(s)
}
