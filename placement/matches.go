package placement

import "berth/sim/cluster"

// Matches reports whether an instance is of the pool and meets the constraints
// of the group, whatever its state and whatever room it has. Constraints do not
// concern instances without limit.
func (ix *Index) Matches(r cluster.Request, on cluster.InstanceID) bool {
	i := ix.c.Instance(on)
	if !ix.c.Allows(r.Pool, i.Kind) {
		return false
	}
	if ix.c.Kind(i.Kind).Unlimited {
		return true
	}
	ix.refresh()
	p := ix.plan(r.Group)
	if p.distinct && int(on) < len(p.hosts) && p.hosts[on] > 0 {
		return false
	}
	return p.member == nil || p.member.matches(ix.look(int32(on)))
}
