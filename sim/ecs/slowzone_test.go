package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
)

// An image of 25 MiB takes a second and the start-up two; three times as long in
// the slow zone, while it is slow.
func TestASlowZoneDelaysWhatBeginsThere(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 0)
	kinds := []cluster.KindID{
		g.cluster.AddKind(cluster.Kind{Provider: g.provider, Zone: "a", Capacity: cluster.Vector{CPU: 1}}),
		g.cluster.AddKind(cluster.Kind{Provider: g.provider, Zone: "b", Capacity: cluster.Vector{CPU: 1}}),
	}
	web := g.class("service/web", 1)
	v := g.scheduler.AddService(ServiceSetup{
		Group: web.Group, Queue: g.queue, Desired: 3,
		Revision: Revision{Classes: []cluster.Class{web}, Image: g.scheduler.AddImage(PullRate), Startup: func() sim.Time { return 2 * sim.Second }},
	})
	serving := map[sim.Time]int{}
	for _, at := range []sim.Time{12, 14, 18, 20, 23, 24} {
		g.at(at*sim.Second, sim.Observing, func() { serving[at] = v.Serving() })
	}
	g.at(0, sim.Capacity, func() { g.scheduler.SlowZone("a", 3, 15*sim.Second) })
	g.at(10*sim.Second, sim.Capacity, func() {
		g.cluster.Launch(kinds[0], true) // until 19 s
		g.cluster.Launch(kinds[1], true) // until 13 s
	})
	g.at(20*sim.Second, sim.Capacity, func() { g.cluster.Launch(kinds[0], true) }) // until 23 s
	g.run(t)
	// The pull of the first takes three seconds; its start-up begins at 13 s and takes six.
	assert.Equal(t, map[sim.Time]int{12: 0, 14: 1, 18: 1, 20: 2, 23: 3, 24: 3}, serving)
}

// A start-up of ten seconds takes twenty in a zone that is twice as slow: the
// container passes its first check then.
func TestASlowStartIsSlowedOnce(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 0)
	g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: g.provider, Zone: "a", Capacity: cluster.Vector{CPU: 1}}), true)
	web := g.class("service/web", 1)
	g.scheduler.SlowZone("a", 2, sim.Hour)
	v := g.scheduler.AddService(ServiceSetup{
		Group: web.Group, Queue: g.queue, Desired: 1,
		Revision: Revision{Classes: []cluster.Class{web}, Startup: func() sim.Time { return 10 * sim.Second }, Health: &ContainerCheck{Interval: 5 * sim.Second, Timeout: 2 * sim.Second, Retries: 10}},
	})
	var healthy []int
	for _, at := range []sim.Time{19, 20} {
		g.at(at*sim.Second, sim.Observing, func() { healthy = append(healthy, v.Healthy()) })
	}
	g.run(t)
	assert.Equal(t, []int{0, 1}, healthy)
}

// Of two times in which a zone is slow each lasts as long as it says, and the
// larger factor counts while both do, as for the instances that boot there.
func TestSlowTimesOfAZoneOverlap(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 0)
	on := g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: g.provider, Zone: "a", Capacity: cluster.Vector{CPU: 1}}), true)
	g.scheduler.SlowZone("a", 3, 20*sim.Second)
	g.scheduler.SlowZone("a", 2, 30*sim.Second)
	g.scheduler.SlowZone("b", 9, 30*sim.Second)
	took := map[sim.Time]sim.Time{}
	for _, at := range []sim.Time{0, 19, 20, 30} {
		g.at(at*sim.Second, sim.Observing, func() { took[at] = g.scheduler.slower(on, sim.Second) / sim.Second })
	}
	g.run(t)
	assert.Equal(t, map[sim.Time]sim.Time{0: 3, 19: 3, 20: 2, 30: 1}, took)
}
