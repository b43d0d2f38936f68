package ec2

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// How failed launches are tried again: after FirstRetry, then after twice as
// long each time, up to LastRetry. AWS says that it tries again, not when; the
// times are berth's choice.
const (
	FirstRetry = 30 * sim.Second
	LastRetry  = 8 * sim.Minute
)

// launchMissing launches instances until there is as much capacity as desired.
func (g *Group) launchMissing(why string) {
	n, last, failed := 0, cluster.InstanceID(cluster.None), 0
	for g.units+g.lost+failed < g.desired {
		if g.launchFails() {
			failed += g.heaviest
			continue
		}
		id := g.launchOne(g.nextIsSpot())
		if id == cluster.None {
			break
		}
		last = id
		n++
	}
	g.reportLaunches(n, last, why)
	if g.units+g.lost < g.desired {
		g.retryLater(g.desired-g.units-g.lost, why)
	}
}

func (g *Group) reportLaunches(n int, last cluster.InstanceID, why string) {
	if n > 1 {
		last = cluster.None
	}
	if n > 0 {
		g.report(Launching, last, n, why)
	}
}

// launchFails reports whether the next launch fails, wherever it goes. What is
// there from the start has been launched before.
func (g *Group) launchFails() bool {
	return g.scaling.kernel.Now() < g.failsUntil || g.LaunchFails != nil && !g.warm() && g.LaunchFails()
}

// warm reports whether what is launched now has been there before the run.
func (g *Group) warm() bool { return g.Warm && g.beginning }

// launchOne launches one instance in the zone with the fewest, the first listed
// one where several have as few, and returns it. If the launch fails there,
// another zone takes it, unless the group is to stay balanced. It returns None
// if it cannot be launched now.
//
// Source: Amazon EC2 Auto Scaling user guide, "Add and remove Availability
// Zones"; Auto Scaling API, AvailabilityZoneDistribution.
func (g *Group) launchOne(spot bool) cluster.InstanceID {
	if id := g.launchPrepared(spot); id != cluster.None {
		return id
	}
	for tried := uint64(0); ; {
		zone := none
		for z := range g.zones {
			if tried&(1<<z) == 0 && g.sells(z, spot) && (zone == none || g.zones[z].members < g.zones[zone].members) {
				zone = z
			}
		}
		if zone == none {
			return cluster.None
		}
		if id := g.launchIn(zone, spot); id != cluster.None {
			if tried != 0 {
				g.balanceLater()
			}
			return id
		}
		if tried |= 1 << zone; g.ZoneDistribution == BalancedOnly {
			return cluster.None
		}
	}
}

// sells reports whether the group has an option in a zone, on demand or Spot.
func (g *Group) sells(zone int, spot bool) bool {
	for i := range g.Options {
		if o := &g.Options[i]; o.Zone == zone && o.Spot == spot {
			return true
		}
	}
	return false
}

// out reports whether nothing can be launched in a zone.
func (g *Group) out(zone int) bool {
	return g.scaling.zones[g.zones[zone].number].outUntil > g.scaling.kernel.Now()
}

// launchIn launches an instance in a zone and returns it; None if the zone has
// none.
func (g *Group) launchIn(zone int, spot bool) cluster.InstanceID {
	if g.out(zone) {
		return cluster.None
	}
	i := g.choose(zone, spot)
	if i == none {
		return cluster.None
	}
	return g.launch(i, pending, g.Boot())
}

// launch launches an instance of an option that comes into service after a time
// to boot, or is ready for the warm pool then.
func (g *Group) launch(i int, state memberState, boot sim.Time) cluster.InstanceID {
	a, o, now := g.scaling, &g.Options[i], g.scaling.kernel.Now()
	fate := Spared
	if o.Spot && g.market != nil {
		var ok bool
		if fate, ok = g.market.Launch(o.Pool, g.launches); !ok {
			panic("ec2: a pool without room was chosen")
		}
	}
	g.launches++
	fails := sim.Never
	if g.TimeToFailure != nil {
		fails = g.TimeToFailure()
	}
	wait, abandoned := g.LaunchingHook.draw()
	ends, _ := g.TerminatingHook.draw()

	id := a.cluster.Launch(o.Kind, false)
	if int(id) >= len(a.members) {
		a.members = append(a.members, make([]member, int(id)+1-len(a.members))...)
	}
	a.members[id] = member{
		group:     int32(g.number),
		option:    int32(i),
		end:       sim.Never,
		hook:      ends,
		protected: g.ProtectedFromScaleIn,
	}
	m := &a.members[id]
	m.state = state
	g.states[state]++
	boot = a.zones[g.zones[o.Zone].number].slower(now, boot)
	if state == pending {
		g.join(id)
		g.refreshed(m)
		if g.warm() {
			g.serve(id)
		} else {
			m.abandoned = abandoned
			a.schedule(now+boot+wait, a.booted, id)
			g.expect(now + boot + wait)
		}
	} else {
		a.schedule(now+boot, a.prepared, id)
	}
	if fails < sim.Never-now {
		a.schedule(now+fails, a.failed, id)
	}
	if g.MaxInstanceLifetime > 0 {
		a.schedule(now+g.MaxInstanceLifetime, a.expired, id)
	}
	if fate.Recommendation < fate.Notice {
		a.schedule(fate.Recommendation, a.recommended, id)
	}
	a.schedule(fate.Notice, a.noticed, id)
	return id
}

const abandonedWhy = "a launching lifecycle hook ended with ABANDON"

// onBooted puts an instance into service that has booted and whose launching
// hook has ended.
func (g *Group) onBooted(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	if m.state != pending {
		return
	}
	if m.abandoned {
		g.tries++
		g.report(Terminating, id, 1, abandonedWhy)
		g.release(id)
		g.reconcile(abandonedWhy)
		return
	}
	g.serve(id)
	if m.young {
		g.scaling.schedule(g.scaling.kernel.Now()+g.refresh.warmup, g.scaling.matured, id)
	}
	g.relieve()
}

// serve puts an instance into service.
func (g *Group) serve(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	if !m.leaving {
		g.serving += g.Options[m.option].weight()
	}
	g.setState(m, inService)
	g.scaling.cluster.Activate(id)
	if m.noticed && g.SpotDraining {
		g.scaling.cluster.Drain(id)
	}
	g.tries, g.backoff = 0, FirstRetry
}

// retryLater tries the launches that have failed again, later each time.
func (g *Group) retryLater(units int, why string) {
	g.report(LaunchFailed, cluster.None, (units+g.heaviest-1)/g.heaviest, why)
	if g.retries {
		return
	}
	g.retries = true
	g.tries++
	at := g.scaling.kernel.Now() + g.backoff
	g.scaling.kernel.Schedule(at, g.scaling.retried, g.number, 0)
	g.expect(at)
	g.backoff = min(2*g.backoff, LastRetry)
}

func (g *Group) onRetry() {
	g.retries = false
	text := ""
	if g.scaling.observed() {
		text = fmt.Sprintf("%d of %d units were missing", max(0, g.desired-g.units-g.lost), g.desired)
	}
	g.reconcile(text)
}
