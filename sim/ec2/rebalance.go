package ec2

import (
	"berth/sim"
	"berth/sim/cluster"
)

// rebalanceEvery is how often a group whose zones are out of balance tries to
// balance them. AWS does not say; it is berth's choice.
const rebalanceEvery = sim.Minute

// balanceLater has the group look at the balance of its zones again.
func (g *Group) balanceLater() {
	if !g.balances {
		g.balances = true
		g.scaling.kernel.Schedule(g.scaling.kernel.Now()+rebalanceEvery, g.scaling.balanced, g.number, 0)
	}
}

// onBalance balances the zones of a group: as long as two differ by more than
// one instance, it launches one in the poorer and marks one of the richer, which
// is terminated when the other is in service. For this the group may exceed its
// maximum for a while, see [Group.ceiling].
//
// Source: Amazon EC2 Auto Scaling user guide, "Rebalancing activities".
func (g *Group) onBalance() {
	g.balances = false
	if len(g.zones) == 1 {
		return
	}
	n, last := 0, cluster.InstanceID(cluster.None)
	for {
		rich, poor := none, none
		for z := range g.zones {
			if rich == none || g.zones[z].members > g.zones[rich].members {
				rich = z
			}
			if g.sells(z, false) || g.sells(z, true) {
				if poor == none || g.zones[z].members < g.zones[poor].members {
					poor = z
				}
			}
		}
		if g.zones[rich].members-g.zones[poor].members <= 1 {
			break
		}
		old := g.movable(rich, poor)
		if old == cluster.None || g.out(poor) || g.units+g.lost+g.leavingUnits >= g.ceiling() || g.launchFails() {
			g.balanceLater()
			break
		}
		id := g.launchIn(poor, g.Options[g.scaling.members[old].option].Spot)
		if id == cluster.None {
			g.balanceLater()
			break
		}
		last = id
		n++
		g.leave(old, byRebalancing)
	}
	g.reportLaunches(n, last, "the Availability Zones were out of balance")
	g.trim()
	g.relieve()
}

// movable returns the instance of a zone that was launched first of those that
// can be replaced by one in another zone, or None.
func (g *Group) movable(from, to int) cluster.InstanceID {
	for id := g.zones[from].first; id != cluster.None; id = g.scaling.members[id].next {
		m := &g.scaling.members[id]
		if m.state == inService && !m.noticed && !g.protects(id) && g.sells(to, g.Options[m.option].Spot) {
			return id
		}
	}
	return cluster.None
}
