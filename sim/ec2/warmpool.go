package ec2

import (
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// WarmPool holds instances that have booted once and wait, stopped or running,
// to come into service faster than new ones. They are on demand. They are not
// part of the group's capacity, and not ACTIVE in the cluster. Instances never
// return to it.
//
// While it is prepared, and for as long as it waits if it is Running, an
// instance is there in state BOOTING, and billed. A stopped one is not there: it
// is terminated, and launched anew when it is taken.
//
// Source: Amazon EC2 Auto Scaling user guide, "Warm pools for applications with
// long boot times"; Amazon ECS developer guide, "Configuring pre-initialized
// instances".
type WarmPool struct {
	MinSize int // instances that it holds at least
	// MaxPrepared is MaxGroupPreparedCapacity: the pool holds what is missing
	// from the desired capacity to it. Below 0 it is the maximum of the group.
	MaxPrepared int
	Running     bool // poolState Running; otherwise Stopped
	// Start draws the time from leaving the pool until the agent has registered.
	Start func() sim.Time
}

// warmPool is what a group has in its warm pool.
type warmPool struct {
	ready   list  // that run
	stopped []int // their options, those first that were stopped first
	sizes   []int // by zone, those that boot included
	fills   bool  // it is filled later
	changes int   // of what is stopped
}

// Stopped returns how many stopped instances of an option the warm pool holds, by
// its place in GroupSetup.Options. They are not in the cluster, and pay for their
// volumes alone. Those that run are in the cluster.
func (g *Group) Stopped(option int) int {
	n := 0
	for _, i := range g.pool.stopped {
		if i == option {
			n++
		}
	}
	return n
}

// Ready returns how many instances of an option run in the warm pool, by its place
// in GroupSetup.Options. They are in the cluster, BOOTING.
func (g *Group) Ready(option int) int {
	n := 0
	if g.states[prepared] == 0 {
		return n
	}
	for id := g.pool.ready.first; id != cluster.None; id = g.scaling.members[id].next {
		if g.scaling.members[id].option == int32(option) {
			n++
		}
	}
	return n
}

// Prepared returns how many instances the warm pool holds that wait, stopped or
// running.
func (g *Group) Prepared() int { return len(g.pool.stopped) + g.states[prepared] }

// poolTarget returns how many instances the warm pool is to hold.
func (g *Group) poolTarget() int {
	most := g.WarmPool.MaxPrepared
	if most < 0 {
		most = g.Max
	}
	return max(g.WarmPool.MinSize, most-g.desired)
}

// fillWarmPool launches what the warm pool misses and gives up what it has too
// much.
func (g *Group) fillWarmPool() {
	if g.WarmPool == nil {
		return
	}
	p := &g.pool
	if p.sizes == nil {
		p.sizes, p.ready = make([]int, len(g.zones)), emptyList
	}
	size, target := g.Prepared()+g.states[preparing], g.poolTarget()
	for ; size < target; size++ {
		if !g.prepare() {
			if !p.fills {
				p.fills = true
				g.scaling.kernel.Schedule(g.scaling.kernel.Now()+FirstRetry, g.scaling.warmed, g.number, 0)
			}
			return
		}
	}
	for ; size > target && g.Prepared() > 0; size-- {
		if n := len(p.stopped); n > 0 {
			p.sizes[g.Options[p.stopped[n-1]].Zone]--
			p.stopped = p.stopped[:n-1]
			p.changes++
			continue
		}
		id := p.ready.last
		g.unprepare(id)
		g.end(id, cluster.Stopped)
	}
}

func (g *Group) onFillWarmPool() {
	g.pool.fills = false
	g.fillWarmPool()
}

// prepare launches an instance for the warm pool, in the zone with the fewest in
// it, and reports whether it could.
func (g *Group) prepare() bool {
	p, zone := &g.pool, none
	for z := range g.zones {
		if g.sells(z, false) && !g.out(z) && (zone == none || p.sizes[z] < p.sizes[zone]) {
			zone = z
		}
	}
	if zone == none || g.launchFails() {
		return false
	}
	i := g.choose(zone, false)
	if i == none {
		return false
	}
	p.sizes[zone]++
	boot := g.Boot()
	if g.warm() {
		if !g.WarmPool.Running {
			p.stopped = append(p.stopped, i)
			p.changes++
			return true
		}
		boot = 0
	}
	g.launch(i, preparing, boot)
	return true
}

// onPrepared puts an instance into the warm pool that has booted for it.
func (g *Group) onPrepared(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	if m.state != preparing {
		return
	}
	if g.WarmPool.Running {
		g.setState(m, prepared)
		g.scaling.push(&g.pool.ready, id)
	} else {
		g.pool.stopped = append(g.pool.stopped, int(m.option))
		g.pool.changes++
		g.end(id, cluster.Stopped)
	}
	g.fillWarmPool() // less may be wanted by now
}

// unprepare takes an instance out of the warm pool, ready or not.
func (g *Group) unprepare(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	if m.state == prepared {
		g.scaling.remove(&g.pool.ready, id)
	}
	g.pool.sizes[g.Options[m.option].Zone]--
}

// launchPrepared puts an instance of the warm pool into service, in the zone
// with the fewest of those that have one ready, and returns it; None if none
// has.
func (g *Group) launchPrepared(spot bool) cluster.InstanceID {
	if spot || g.Prepared() == 0 {
		return cluster.None
	}
	a, p := g.scaling, &g.pool
	ready, zone := cluster.InstanceID(cluster.None), none
	better := func(z int) bool {
		return !g.out(z) && (zone == none || g.zones[z].members < g.zones[zone].members)
	}
	for id := p.ready.first; id != cluster.None; id = a.members[id].next {
		if z := g.Options[a.members[id].option].Zone; better(z) {
			ready, zone = id, z
		}
	}
	at := none
	for n, i := range p.stopped {
		if z := g.Options[i].Zone; better(z) {
			at, zone = n, z
		}
	}
	if zone == none {
		return cluster.None
	}
	start := g.WarmPool.Start()
	if at != none {
		p.sizes[zone]--
		i := p.stopped[at]
		p.stopped = slices.Delete(p.stopped, at, at+1)
		p.changes++
		return g.launch(i, pending, start)
	}
	g.unprepare(ready)
	m := &a.members[ready]
	g.setState(m, pending)
	g.join(ready)
	g.refreshed(m)
	wait, abandoned := g.LaunchingHook.draw()
	m.abandoned = abandoned
	a.schedule(a.kernel.Now()+start+wait, a.booted, ready)
	g.expect(a.kernel.Now() + start + wait)
	return ready
}

// loseStopped drops the stopped instances of a zone, by its number among all
// groups.
func (g *Group) loseStopped(zone int) {
	p, n := &g.pool, len(g.pool.stopped)
	p.stopped = slices.DeleteFunc(p.stopped, func(i int) bool {
		z := g.Options[i].Zone
		if g.zones[z].number != zone {
			return false
		}
		p.sizes[z]--
		return true
	})
	if len(p.stopped) < n {
		p.changes++
		g.checkLater()
	}
}
