package ec2

import (
	"cmp"
	"fmt"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// AutoScaling holds the Auto Scaling groups of a cluster and brings about all
// that happens to their instances. It watches the cluster, to learn when the
// last task of an instance has ended. Make one with [NewAutoScaling].
type AutoScaling struct {
	kernel    *sim.Kernel
	cluster   *cluster.Cluster
	groups    []*Group
	members   []member // by instance
	zones     []zone
	observers []Observer
	coming    sim.Time // when the last instance comes, or is launched, that is known to come
	waits     sim.Time // until when a run is kept going

	booted, drained, held, overdue      sim.Kind // of an instance
	recommended, noticed, reclaimed     sim.Kind
	failed, expired, matured, prepared  sim.Kind
	retried, awaited, checked, relieved sim.Kind // of a group
	balanced, zoneBack                  sim.Kind
	warmed, stepped                     sim.Kind
}

const none = -1

// NewAutoScaling returns the groups of a cluster, none so far. It watches the
// cluster from now on; the scheduler must watch it already.
func NewAutoScaling(kernel *sim.Kernel, c *cluster.Cluster) *AutoScaling {
	a := &AutoScaling{kernel: kernel, cluster: c}
	of := func(f func(*Group, cluster.InstanceID)) sim.Handler {
		return func(_ sim.Time, slot, generation uint32) {
			if id := cluster.InstanceID(slot); a.is(id, generation) {
				g := a.groups[a.members[id].group]
				f(g, id)
				g.tell()
			}
		}
	}
	a.booted = kernel.Register("instance booted", sim.Capacity, true, of((*Group).onBooted))
	a.drained = kernel.Register("instance drained", sim.Capacity, false, of((*Group).onDrained))
	a.held = kernel.Register("terminating hook", sim.Capacity, true, of((*Group).onDrained))
	a.overdue = kernel.Register("draining over", sim.Capacity, true, of((*Group).onOverdue))
	a.recommended = kernel.Register("rebalance recommendation", sim.Capacity, true, of((*Group).onRecommended))
	a.noticed = kernel.Register("interruption notice", sim.Capacity, true, of((*Group).onNotice))
	a.reclaimed = kernel.Register("instance reclaimed", sim.Capacity, true, of((*Group).onReclaimed))
	a.failed = kernel.Register("instance failed", sim.Capacity, true, of((*Group).onFailed))
	a.expired = kernel.Register("instance lifetime", sim.Capacity, true, of((*Group).onExpired))
	a.matured = kernel.Register("instance warm-up", sim.Capacity, true, of((*Group).onMatured))
	a.prepared = kernel.Register("warm pool", sim.Capacity, true, of((*Group).onPrepared))

	each := func(f func(*Group)) sim.Handler {
		return func(_ sim.Time, slot, _ uint32) {
			f(a.groups[slot])
			a.groups[slot].tell()
		}
	}
	a.retried = kernel.Register("launches tried again", sim.Capacity, true, each((*Group).onRetry))
	a.checked = kernel.Register("EC2 health check", sim.Capacity, true, each((*Group).onChecked))
	a.relieved = kernel.Register("scale-in tried again", sim.Capacity, true, each((*Group).onRelieved))
	a.balanced = kernel.Register("zones balanced", sim.Capacity, true, each((*Group).onBalance))
	a.warmed = kernel.Register("warm pool filled", sim.Capacity, true, each((*Group).onFillWarmPool))
	a.stepped = kernel.Register("instance refresh", sim.Capacity, true, each((*Group).stepRefresh))
	a.zoneBack = kernel.Register("zone available", sim.Capacity, true, func(sim.Time, uint32, uint32) { a.onZoneBack() })
	// It comes after what it waits for.
	a.awaited = kernel.Register("capacity awaited", sim.Observing, false, func(sim.Time, uint32, uint32) {})
	c.Watch(a)
	return a
}

// AddGroup adds a group and launches the instances that it desires, at the
// present instant. It must be called before any task starts.
func (a *AutoScaling) AddGroup(setup GroupSetup) *Group {
	switch {
	case len(setup.Options) == 0 || len(setup.Zones) == 0:
		panic("ec2: a group without options or without a zone")
	case setup.Min < 0 || setup.Desired < setup.Min || setup.Max < setup.Desired:
		panic(fmt.Sprintf("ec2: %s: %d units desired, of %d to %d", setup.Name, setup.Desired, setup.Min, setup.Max))
	}
	g := &Group{
		GroupSetup: setup,
		scaling:    a,
		number:     uint32(len(a.groups)),
		desired:    setup.Desired,
		zones:      make([]groupZone, len(setup.Zones)),
		options:    make([]option, len(setup.Options)),
		leaving:    emptyList,
		backoff:    FirstRetry,
	}
	for z, name := range setup.Zones {
		g.zones[z] = groupZone{number: a.zone(name), list: emptyList}
	}
	for i := range setup.Options {
		o := &g.Options[i]
		if a.cluster.Kind(o.Kind).Spot != o.Spot {
			panic("ec2: an option is Spot where its kind is not, or the other way round")
		}
		g.buys.spot = g.buys.spot || o.Spot
		g.buys.onDemand = g.buys.onDemand || !o.Spot
		g.heaviest = max(g.heaviest, o.weight())
		g.types = max(g.types, o.Type+1)
		g.byType = append(g.byType, i)
	}
	slices.SortStableFunc(g.byType, func(x, y int) int { return cmp.Compare(g.Options[x].Type, g.Options[y].Type) })
	g.chain = expand(setup.TerminationPolicies)
	if setup.Market != nil {
		g.market = NewMarket(a.kernel, *setup.Market, g.reclaimPool)
	}
	a.cluster.KeepResidents()
	a.groups = append(a.groups, g)
	g.begin()
	g.tell()
	return g
}

// Groups returns the groups in the order in which they were added; the slice
// must not be changed.
func (a *AutoScaling) Groups() []*Group { return a.groups }

// Group returns the group of an instance that is there, or nil.
func (a *AutoScaling) Group(id cluster.InstanceID) *Group {
	if int(id) >= len(a.members) || a.members[id].state == gone {
		return nil
	}
	return a.groups[a.members[id].group]
}

// is reports whether a timer is about the instance that has the slot now.
func (a *AutoScaling) is(id cluster.InstanceID, generation uint32) bool {
	return a.members[id].state != gone && a.generation(id) == generation
}

// generation returns what tells the timers of an instance from those of others
// that had its slot.
func (a *AutoScaling) generation(id cluster.InstanceID) uint32 {
	return a.cluster.Instance(id).Sequence & sim.MaxGeneration
}

// schedule schedules a timer about an instance, unless it never comes.
func (a *AutoScaling) schedule(at sim.Time, kind sim.Kind, id cluster.InstanceID) {
	if at < sim.Never {
		a.kernel.Schedule(at, kind, uint32(id), a.generation(id))
	}
}

var _ cluster.Watcher = (*AutoScaling)(nil)

// TaskEnded notes the end of the last task on an instance that drains.
func (a *AutoScaling) TaskEnded(now sim.Time, id cluster.TaskID, _ cluster.Reason) {
	on := a.cluster.Task(id).Instance
	if on == cluster.None || int(on) >= len(a.members) || a.members[on].state != terminating || a.cluster.Instance(on).Tasks > 0 {
		return
	}
	a.schedule(now, a.drained, on)
}

// InstanceChanged does nothing: the groups bring it about.
func (a *AutoScaling) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}

// TaskSubmitted notes that something may wait for capacity that is to come.
func (a *AutoScaling) TaskSubmitted(now sim.Time, _ cluster.TaskID) {
	if a.coming > now {
		a.await()
	}
}

// TaskStarted does nothing: the scheduler starts the tasks.
func (a *AutoScaling) TaskStarted(sim.Time, cluster.TaskID) {}
