package ec2

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// refresh is an instance refresh under way.
type refresh struct {
	active     bool
	before     uint32 // launches from here on need no replacement, by Sequence
	minHealthy int    // per cent
	warmup     sim.Time
	young      int // units launched since, whose warm-up is not over
}

// DefaultMinHealthyPercentage of an instance refresh.
// Source: Auto Scaling API, RefreshPreferences, MinHealthyPercentage.
const DefaultMinHealthyPercentage = 90

// Refresh replaces all instances of the group, those first that were launched
// first, protected ones included. As much is terminated at a time as leaves the
// minimum healthy percentage of the desired capacity in service and warmed up,
// but at least one instance; the warm-up counts from when a new instance is in
// service. It returns false, and does nothing, while a refresh is under way. It
// is for handlers of events.
//
// Source: Amazon EC2 Auto Scaling user guide, "Use an instance refresh to update
// instances in an Auto Scaling group".
func (g *Group) Refresh(minHealthyPercentage int, warmup sim.Time) bool {
	if g.refresh.active {
		return false
	}
	before := uint32(0)
	g.Members(func(id cluster.InstanceID) { before = max(before, g.scaling.cluster.Instance(id).Sequence+1) })
	g.refresh = refresh{active: true, before: before, minHealthy: minHealthyPercentage, warmup: warmup}
	if g.scaling.observed() {
		g.report(RefreshStarted, cluster.None, 0, fmt.Sprintf("at least %d %% stay healthy", minHealthyPercentage))
	}
	g.stepRefresh()
	g.tell()
	return true
}

// Refreshing reports whether an instance refresh is under way.
func (g *Group) Refreshing() bool { return g.refresh.active }

// stepRefresh replaces as much as may be replaced now.
func (g *Group) stepRefresh() {
	const why = "an instance refresh replaces instances"
	r := &g.refresh
	if !r.active {
		return
	}
	floor := (g.desired*r.minHealthy + 99) / 100
	for {
		old := g.oldestBefore(r.before)
		if old == cluster.None {
			if r.young == 0 && g.units >= g.desired {
				r.active = false
				g.report(RefreshEnded, cluster.None, 0, "")
			}
			break
		}
		w := g.Options[g.scaling.members[old].option].weight()
		if g.units-r.young-w < floor && (r.young > 0 || g.units < g.desired) {
			break
		}
		g.report(Terminating, old, 1, why)
		g.release(old)
		if g.units-r.young-w < floor {
			break
		}
	}
	g.reconcile(why)
}

// oldestBefore returns the instance that was launched first, if that was before
// a number of launches, or None.
func (g *Group) oldestBefore(sequence uint32) cluster.InstanceID {
	oldest := cluster.InstanceID(cluster.None)
	for z := range g.zones {
		if id := g.zones[z].first; id != cluster.None {
			if s := g.scaling.cluster.Instance(id).Sequence; s < sequence {
				oldest, sequence = id, s
			}
		}
	}
	return oldest
}

// refreshed notes an instance that was launched during a refresh.
func (g *Group) refreshed(m *member) {
	if g.refresh.active {
		m.young = true
		g.refresh.young += g.Options[m.option].weight()
	}
}

// onMatured follows the end of a new instance's warm-up.
func (g *Group) onMatured(id cluster.InstanceID) {
	if m := &g.scaling.members[id]; m.young {
		m.young = false
		g.refresh.young -= g.Options[m.option].weight()
		g.stepRefresh()
	}
}

// matureEarly forgets the warm-up of an instance that leaves.
func (g *Group) matureEarly(m *member) {
	if m.young {
		m.young = false
		g.refresh.young -= g.Options[m.option].weight()
		g.scaling.kernel.Schedule(g.scaling.kernel.Now(), g.scaling.stepped, g.number, 0)
	}
}
