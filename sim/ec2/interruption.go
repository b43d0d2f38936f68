package ec2

import (
	"cmp"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// onRecommended follows a rebalance recommendation.
func (g *Group) onRecommended(id cluster.InstanceID) {
	g.report(RebalanceRecommendation, id, 1, "")
	g.replaceAhead(id)
}

// onNotice follows an interruption notice that the market has sent.
func (g *Group) onNotice(id cluster.InstanceID) {
	lead := Notice
	if g.market != nil {
		lead = g.market.setup.Notice
	}
	g.notice(id, g.scaling.kernel.Now()+lead)
}

// notice tells a Spot instance when it will be reclaimed, unless it has been told
// already. With Spot draining it drains from then on. It is replaced once it is
// gone, or at once with capacity rebalancing.
//
// Source: Amazon ECS developer guide, "Container instance draining"; Amazon EC2
// Auto Scaling user guide, "Use Capacity Rebalancing".
func (g *Group) notice(id cluster.InstanceID, end sim.Time) {
	a := g.scaling
	m := &a.members[id]
	if m.noticed {
		return
	}
	m.noticed, m.end = true, end
	if o := &g.Options[m.option]; o.Spot && g.market != nil {
		g.market.Leave(o.Pool)
	}
	a.schedule(end, a.reclaimed, id)
	g.report(InterruptionNotice, id, 1, "")
	g.replaceAhead(id)
	if g.SpotDraining && a.cluster.Instance(id).State == cluster.Active {
		a.cluster.Drain(id)
	}
}

// replaceAhead launches a replacement for an instance that is at risk, with
// capacity rebalancing. The instance is terminated when its replacement is in
// service, if it is still there. For this the group may exceed its maximum by
// the margin of [Group.ceiling]; AWS does not say by how much.
func (g *Group) replaceAhead(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	if !g.CapacityRebalance || !m.counts() {
		return
	}
	if g.units+g.lost+g.leavingUnits >= g.ceiling() || g.launchFails() {
		return
	}
	z := &g.zones[g.Options[m.option].Zone]
	z.members-- // so that the replacement comes to the zone of the old one, if that has capacity
	other := g.launchOne(true)
	z.members++
	if other == cluster.None {
		return // and the old one stays as long as it is left
	}
	g.report(Launching, other, 1, "an instance is at an elevated risk of interruption")
	g.leave(id, byRecommendation)
	g.trim()
}

// ceiling returns the capacity up to which a group launches replacements before
// it terminates what they replace: a tenth, or an instance, above its maximum.
//
// Source: Amazon EC2 Auto Scaling user guide, "Rebalancing activities".
func (g *Group) ceiling() int { return g.Max + max(g.Max/10, g.heaviest) }

// onReclaimed takes a Spot instance away.
func (g *Group) onReclaimed(id cluster.InstanceID) {
	if !g.scaling.members[id].noticed {
		return
	}
	g.report(Reclaimed, id, 1, "")
	g.lose(id, "a Spot instance was interrupted")
}

// reclaimPool gives n instances of a pool their notice, those launched last
// first: which ones EC2 takes is not said, the choice is berth's.
func (g *Group) reclaimPool(p PoolID, n int64) {
	a := g.scaling
	var at []target
	for id := range a.members {
		m := &a.members[id]
		if m.state != gone && m.group == int32(g.number) && !m.noticed && g.Options[m.option].Spot && g.Options[m.option].Pool == p {
			at = append(at, a.target(cluster.InstanceID(id)))
		}
	}
	slices.SortFunc(at, func(x, y target) int { return cmp.Compare(y.sequence, x.sequence) })
	for _, of := range at[:min(int(n), len(at))] {
		if a.there(of) {
			g.notice(of.id, g.market.Reclaimed().End)
		}
	}
	g.tell()
}
