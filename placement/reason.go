package placement

import (
	"slices"

	"berth/placement/query"
	"berth/sim/cluster"
)

// reason closes ACTIVE instances to the tasks behind some gates: it follows
// what runs there, so that a decision need not ask. Instances without limit are
// never closed, and what a kind alone decides is left to the cells.
type reason struct {
	sort   sortOfReason
	of     int32       // of distinct: the group; of taken: the network
	member *membership // of unmatched
	shut   []bool      // by instance; as long as the last that was ever closed
	gates  []*gate     // that it is a reason of
	shares []bool      // of taken, by network: it has a static port in common
}

type sortOfReason uint8

const (
	distinct  sortOfReason = iota // a task of the group is there
	taken                         // ports of the network are in use
	unmatched                     // an expression is false
)

// reason returns the reason of a sort, which is made if there is none.
func (ix *Index) reason(sort sortOfReason, of int32, member *membership) *reason {
	for _, r := range ix.reasons {
		if r.sort == sort && r.of == of && r.member == member {
			return r
		}
	}
	r := &reason{sort: sort, of: of, member: member}
	ix.reasons = append(ix.reasons, r)
	ix.listen(r)
	for slot := range ix.c.Slots() {
		if ix.c.Instance(cluster.InstanceID(slot)).State == cluster.Active {
			ix.flip(r, int32(slot), ix.shuts(r, int32(slot)))
		}
	}
	return r
}

// listen has a reason told of what it hangs on.
func (ix *Index) listen(r *reason) {
	add := func(to *[]*reason) {
		if !slices.Contains(*to, r) {
			*to = append(*to, r)
		}
	}
	switch {
	case r.sort == distinct:
		add(&ix.plans[r.of].heard)
	case r.sort == taken:
		n := ix.c.Network(cluster.NetworkID(r.of))
		ix.mostStatic, ix.mostDynamic = max(ix.mostStatic, len(n.Static)), max(ix.mostDynamic, n.Dynamic)
		add(&ix.ported)
	case r.member.counts: // told of every task
		add(&ix.counting)
	default:
		for _, g := range r.member.groups {
			add(&ix.plans[g].heard)
		}
	}
}

// shuts reports whether an instance is closed for a reason.
func (ix *Index) shuts(r *reason, slot int32) bool {
	id := cluster.InstanceID(slot)
	kind := ix.c.Instance(id).Kind
	if ix.c.Kind(kind).Unlimited {
		return false
	}
	switch r.sort {
	case distinct:
		p := &ix.plans[r.of]
		return int(slot) < len(p.hosts) && p.hosts[slot] > 0
	case taken:
		ports := ix.c.Ports(id)
		return !ports.Takes(ix.c.Network(cluster.NetworkID(r.of)))
	}
	return r.member.ofKind[kind] == query.Unknown && !r.member.matches(ix.look(slot))
}

// flip closes or opens an instance for a reason.
func (ix *Index) flip(r *reason, slot int32, shut bool) {
	if (int(slot) < len(r.shut) && r.shut[slot]) == shut {
		return
	}
	for len(r.shut) <= int(slot) {
		r.shut = append(r.shut, false)
	}
	r.shut[slot] = shut
	for _, g := range r.gates {
		if shut {
			ix.shut(g, slot)
		} else {
			ix.unshut(g, slot)
		}
	}
}

// reconsider follows a task that has started (by 1) or ended (by -1) on an
// ACTIVE instance.
func (ix *Index) reconsider(slot int32, of *cluster.Class, by int32) {
	p := &ix.plans[of.Group]
	if len(p.heard) > 0 && (p.hosts[slot] == 0 || p.hosts[slot] == 1 && by > 0) {
		for _, r := range p.heard {
			ix.flip(r, slot, ix.shuts(r, slot))
		}
	}
	for _, r := range ix.counting {
		ix.flip(r, slot, ix.shuts(r, slot))
	}
	if of.Network != cluster.NoNetwork && len(ix.ported) > 0 {
		ix.repatch(slot, of.Network, by)
	}
}

// repatch follows ports of an instance that have been taken or given back. As
// long as there are plenty, that matters only to networks that have a static
// port in common with them.
func (ix *Index) repatch(slot int32, n cluster.NetworkID, by int32) {
	network := ix.c.Network(n)
	if !hasPorts(network) {
		return
	}
	ports := ix.c.Ports(cluster.InstanceID(slot))
	static, dynamic := len(ports.Static)+ix.mostStatic, ports.Dynamic+ix.mostDynamic
	if by < 0 {
		static, dynamic = static+len(network.Static), dynamic+network.Dynamic
	}
	scarce := static > cluster.MaxReservedPorts-len(cluster.ReservedPorts) ||
		static+dynamic > cluster.LastEphemeralPort-cluster.FirstEphemeralPort+1
	for _, r := range ix.ported {
		if scarce || ix.shares(r, n) {
			ix.flip(r, slot, ix.shuts(r, slot))
		}
	}
}

// shares reports whether the network of a reason has a static port in common
// with another one.
func (ix *Index) shares(r *reason, n cluster.NetworkID) bool {
	for m := len(r.shares); m <= int(n); m++ {
		own, other := ix.c.Network(cluster.NetworkID(r.of)).Static, ix.c.Network(cluster.NetworkID(m)).Static
		r.shares = append(r.shares, slices.ContainsFunc(own, func(p cluster.Port) bool { return slices.Contains(other, p) }))
	}
	return r.shares[n]
}

func hasPorts(n *cluster.Network) bool { return len(n.Static) > 0 || n.Dynamic > 0 }
