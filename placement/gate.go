package placement

import (
	"slices"

	"berth/placement/query"
	"berth/sim/cluster"
)

// gate says which ACTIVE instances are closed to the tasks of a group with a
// network, for whatever runs there: by distinctInstance, by ports in use or by
// an expression. A search leaves them out one by one. Once many are closed the
// gate has trees of its own, which hold only what is open, as does a spread
// over instances.
type gate struct {
	group   int32
	network cluster.NetworkID // of those with ports; NoNetwork stands for all others
	reasons []*reason
	closed  []uint8 // by instance: the number of reasons that close it; nil as long as there was none
	count   int     // instances that are closed
	own     bool    // order is its own
	order   *ordered
}

// gate returns the gate of a group and a network.
func (ix *Index) gate(g cluster.GroupID, n cluster.NetworkID) *gate {
	p := &ix.plans[g]
	if len(p.gates) > 0 && p.gates[0].network == n {
		return p.gates[0]
	}
	if n != cluster.NoNetwork && !hasPorts(ix.c.Network(n)) {
		n = cluster.NoNetwork
	}
	for _, have := range p.gates {
		if have.network == n {
			return have
		}
	}
	return ix.addGate(int32(g), n)
}

func (ix *Index) addGate(group int32, n cluster.NetworkID) *gate {
	g := &gate{group: group, network: n}
	p := &ix.plans[group]
	if p.distinct {
		g.reasons = append(g.reasons, ix.reason(distinct, group, nil))
	}
	if p.member != nil {
		g.reasons = append(g.reasons, ix.reason(unmatched, 0, p.member))
	}
	if n != cluster.NoNetwork {
		g.reasons = append(g.reasons, ix.reason(taken, int32(n), nil))
	}
	p.gates = append(p.gates, g)
	for _, r := range g.reasons {
		r.gates = append(r.gates, g)
		for slot, shut := range r.shut {
			if shut {
				ix.shut(g, int32(slot))
			}
		}
	}
	if g.order == nil {
		ix.route(g)
	}
	return g
}

// shut adds a reason for which an instance is closed.
func (ix *Index) shut(g *gate, slot int32) {
	g.reach(ix.c.Slots(), true)
	if g.closed[slot]++; g.closed[slot] > 1 {
		return
	}
	g.count++
	if g.own && g.order.at[slot] != none {
		g.order.remove(ix.cells.of[ix.c.Instance(cluster.InstanceID(slot)).Kind], slot)
	}
	ix.weigh(g)
}

// unshut removes a reason for which an instance was closed.
func (ix *Index) unshut(g *gate, slot int32) {
	if g.closed[slot]--; g.closed[slot] > 0 {
		return
	}
	g.count--
	if id := cluster.InstanceID(slot); g.own && ix.c.Instance(id).State == cluster.Active {
		ix.insert(g.order, id)
	}
	ix.weigh(g)
}

// reach makes room for instances below slots, where there is some already or
// there must be.
func (g *gate) reach(slots int, must bool) {
	if n := slots - len(g.closed); n > 0 && (must || g.closed != nil) {
		g.closed = append(g.closed, make([]uint8, n)...)
	}
}

// open reports whether an ACTIVE instance is not closed.
func (g *gate) open(slot int32) bool { return g.closed == nil || g.closed[slot] == 0 }

// leavesOut returns what a search in the gate's order has to leave out.
func (g *gate) leavesOut() []uint8 {
	if g.own || g.count == 0 {
		return nil
	}
	return g.closed
}

// weigh gives a gate trees of its own or takes them away, by the number of
// instances that are closed.
func (ix *Index) weigh(g *gate) {
	switch {
	case ix.plans[g.group].scans:
	case !g.own && g.count >= ix.denseFrom*(1+ix.dense):
		g.own = true
		ix.dense++
		ix.route(g)
	case g.own && g.count < ix.denseFrom/2:
		g.own = false
		ix.dense--
		ix.route(g)
	}
}

// route gives a gate the order in which its searches look, which is made if
// there is none, and removes the one in which they looked if nobody else does.
func (ix *Index) route(g *gate) {
	p := &ix.plans[g.group]
	if p.scans {
		return
	}
	var only *gate
	if g.own {
		only = g
	}
	was := g.order
	g.order = ix.share(p.packed, p.keyed, only)
	g.order.users++
	if was == nil {
		return
	}
	if was.users--; was.users == 0 {
		ix.visited += was.visited
		ix.orders = slices.DeleteFunc(ix.orders, func(o *ordered) bool { return o == was })
	}
}

// admits reports whether instances of a kind can match what the policy demands
// of them.
func (p *plan) admits(k cluster.KindID) bool {
	return p.member == nil || p.member.ofKind[k] != query.False
}

// admitted returns the cells whose instances can match what the policy demands
// of them.
func (ix *Index) admitted(p *plan, in []int32) []int32 {
	if p.member == nil || !slices.ContainsFunc(in, func(cell int32) bool { return p.member.ofCell[cell] == query.False }) {
		return in
	}
	ix.admit = ix.admit[:0]
	for _, cell := range in {
		if p.member.ofCell[cell] != query.False {
			ix.admit = append(ix.admit, cell)
		}
	}
	return ix.admit
}
