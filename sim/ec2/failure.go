package ec2

import (
	"cmp"
	"math"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// zone is the present state of an availability zone, for all groups.
type zone struct {
	name     string
	outUntil sim.Time // nothing runs there before
	slow     []slow
}

// slow is a time in which instances are launched that boot slower, by a factor.
type slow struct {
	until  sim.Time
	factor float64
}

// slower returns how long something takes that begins now and takes so long as a
// rule, rounded to a millisecond where the zone is slow. Where several such times
// overlap the largest factor counts.
func (z *zone) slower(now, t sim.Time) sim.Time {
	factor := 0.0
	for _, s := range z.slow {
		if now < s.until {
			factor = max(factor, s.factor)
		}
	}
	if factor == 0 {
		return t
	}
	return sim.Time(math.Round(float64(t/sim.Millisecond)*factor)) * sim.Millisecond
}

// zone returns the number of an availability zone.
func (a *AutoScaling) zone(name string) int {
	if z := slices.IndexFunc(a.zones, func(z zone) bool { return z.name == name }); z >= 0 {
		return z
	}
	a.zones = append(a.zones, zone{name: name})
	return len(a.zones) - 1
}

// ZoneOutage has a zone fail now, until an instant. All instances there are lost
// at once, and none can be launched. What is missing is replaced in other zones
// from the next health check on; once the zone is back, groups balance their
// zones again. It is for handlers of events. It takes time in proportion to the
// instances.
func (a *AutoScaling) ZoneOutage(name string, until sim.Time) {
	z := a.zone(name)
	a.zones[z].outUntil = max(a.zones[z].outUntil, until)
	var in []target
	for id := range a.members {
		if m := &a.members[id]; m.state != gone {
			g := a.groups[m.group]
			if g.zones[g.Options[m.option].Zone].number == z {
				in = append(in, a.target(cluster.InstanceID(id)))
			}
		}
	}
	oldestFirst(in)
	for _, of := range in {
		g := a.groups[a.members[of.id].group]
		g.report(ZoneLost, of.id, 1, "the Availability Zone "+name+" failed")
		g.lose(of.id, "an Availability Zone failed")
	}
	for _, g := range a.groups {
		g.loseStopped(z)
		g.tell()
	}
	if until < sim.Never {
		a.kernel.Schedule(until, a.zoneBack, 0, 0)
	}
}

// onZoneBack has the groups balance their zones, one of which is back.
func (a *AutoScaling) onZoneBack() {
	for _, g := range a.groups {
		g.reconcile("an Availability Zone is available again")
		g.fillWarmPool()
		g.onBalance()
		g.tell()
	}
}

// SlowZone has instances that are launched in a zone before an instant boot
// slower, by a factor. Of several such times each lasts as long as it says, and
// where they overlap the largest factor counts.
func (a *AutoScaling) SlowZone(name string, factor float64, until sim.Time) {
	z := &a.zones[a.zone(name)]
	z.slow = append(z.slow, slow{until, factor})
}

// LaunchFailure has all launches of a group fail before an instant.
func (g *Group) LaunchFailure(until sim.Time) { g.failsUntil = max(g.failsUntil, until) }

// onFailed follows the failure of an instance.
func (g *Group) onFailed(id cluster.InstanceID) {
	g.report(InstanceFailed, id, 1, "")
	g.lose(id, "an instance was taken out of service in response to an EC2 health check")
}

// onExpired replaces an instance that has reached its maximum lifetime: it is
// terminated, and another launched at once, for the warm pool where it was in
// there. One that stays until others have taken its place stays no longer.
//
// Source: Amazon EC2 Auto Scaling user guide, "Replace Auto Scaling instances
// based on maximum instance lifetime".
func (g *Group) onExpired(id cluster.InstanceID) {
	const why = "an instance has reached its maximum lifetime"
	switch g.scaling.members[id].state {
	case pending, inService:
		g.report(Terminating, id, 1, why)
		g.release(id)
		g.reconcile(why)
	case preparing, prepared:
		g.unprepare(id)
		g.end(id, cluster.Stopped)
		g.fillWarmPool()
	}
}

// Selection says which Spot instances are interrupted. What is empty selects
// all.
type Selection struct {
	Group *Group
	Zone  string // availability zone
	Type  string // EC2 instance type
}

// Interrupt gives up to n Spot instances of a selection their interruption
// notice, those first that were launched first, and returns how many. Those that
// have had theirs are left out. It is for handlers of events. It takes time in
// proportion to the instances.
func (a *AutoScaling) Interrupt(s Selection, n int) int {
	var at []target
	for id := range a.members {
		m := &a.members[id]
		if m.state == gone || m.noticed {
			continue
		}
		k := a.cluster.Kind(a.cluster.Instance(cluster.InstanceID(id)).Kind)
		if k.Spot && (s.Group == nil || s.Group.number == uint32(m.group)) && (s.Zone == "" || k.Zone == s.Zone) && (s.Type == "" || k.Type == s.Type) {
			at = append(at, a.target(cluster.InstanceID(id)))
		}
	}
	oldestFirst(at)
	at = at[:min(n, len(at))]
	for _, of := range at {
		if a.there(of) {
			g := a.groups[a.members[of.id].group]
			g.onNotice(of.id)
			g.tell()
		}
	}
	return len(at)
}

// target is an instance that something is about to happen to, unless what
// happens to those before it has ended it.
type target struct {
	id       cluster.InstanceID
	sequence uint32
}

func (a *AutoScaling) target(id cluster.InstanceID) target {
	return target{id, a.cluster.Instance(id).Sequence}
}

func (a *AutoScaling) there(t target) bool {
	return a.members[t.id].state != gone && a.cluster.Instance(t.id).Sequence == t.sequence
}

// oldestFirst sorts instances by their launches.
func oldestFirst(at []target) {
	slices.SortFunc(at, func(x, y target) int { return cmp.Compare(x.sequence, y.sequence) })
}
