package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// An image of 250 MiB takes 10 s. Nothing comes from 60 to 90 s.
func TestPullsWaitForTheRegistry(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 0)
	kind := g.cluster.AddKind(cluster.Kind{Provider: g.provider, Capacity: cluster.Vector{CPU: 1}})
	large := g.cluster.AddKind(cluster.Kind{Provider: g.provider, Capacity: cluster.Vector{CPU: 2}})
	web := g.class("service/web", 1)
	v := g.scheduler.AddService(ServiceSetup{
		Group: web.Group, Queue: g.queue, Desired: 6,
		Revision: Revision{Classes: []cluster.Class{web}, Image: g.scheduler.AddImage(10 * PullRate)},
	})
	g.scheduler.RegistryOutage(60*sim.Second, 90*sim.Second)
	for at, kind := range map[sim.Time]cluster.KindID{
		20: large, // until 30 s
		50: kind,  // until 60 s, as the outage begins
		56: kind,  // 4 s before it and 6 s after it
		70: kind,  // until 100 s
		95: kind,  // until 105 s
	} {
		g.at(at*sim.Second, sim.Capacity, func() { g.cluster.Launch(kind, true) })
	}
	// One of the first instance is replaced there, where the image is.
	g.at(75*sim.Second, sim.Scaling, func() { g.cluster.End(g.named("service/web/0"), cluster.Failed) })
	for at, want := range map[sim.Time]int{29: 0, 30: 2, 59: 2, 60: 3, 74: 3, 76: 3, 95: 3, 96: 4, 99: 4, 100: 5, 104: 5, 105: 6} {
		g.at(at*sim.Second, sim.Observing, func() { assert.Equal(t, want, v.Serving(), "%d s", at) })
	}
	g.at(80*sim.Second, sim.Observing, func() {
		assert.Equal(t, 3, v.Pending())
		assert.Equal(t, []bool{true, true}, []bool{v.Running() == 3, v.Unplaced() == 1})
	})
	g.run(t)
	assert.Equal(t, 105*sim.Second, g.kernel.Now())
}

// A registry that does not come back keeps no run going.
func TestAPullWithoutEnd(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 10}, 1)
	web := g.class("service/web", 1)
	v := g.scheduler.AddService(ServiceSetup{
		Group: web.Group, Queue: g.queue, Desired: 3,
		Revision: Revision{Classes: []cluster.Class{web}, Image: g.scheduler.AddImage(PullRate)},
	})
	g.scheduler.RegistryOutage(sim.Second/2, sim.Never)
	g.at(sim.Minute, sim.Scaling, func() { v.SetDesired(2, "") })
	g.run(t)
	assert.Equal(t, []int{2, 0, 0}, []int{v.Pending(), v.Running(), v.Serving()})
	assert.Equal(t, sim.Minute, g.kernel.Now())
}

// Outages in any order, that overlap or not, are the times that are in one of them:
// a pull ends when it has had as much time as it takes outside of them.
func TestAPullTakesTheTimeThatIsLeft(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newStage(t, cluster.Vector{CPU: 1}, 0)
		out := map[sim.Time]bool{} // by second
		for range rapid.IntRange(0, 5).Draw(rt, "outages") {
			from := sim.Time(rapid.IntRange(0, 60).Draw(rt, "from"))
			until := from + sim.Time(rapid.IntRange(1, 30).Draw(rt, "length"))
			g.scheduler.RegistryOutage(from*sim.Second, until*sim.Second)
			for second := from; second < until; second++ {
				out[second] = true
			}
		}
		begin := sim.Time(rapid.IntRange(0, 70).Draw(rt, "begin"))
		pull := sim.Time(rapid.IntRange(0, 40).Draw(rt, "pull"))
		end := begin
		for left := pull; left > 0; end++ {
			if !out[end] {
				left--
			}
		}
		g.at(begin*sim.Second, sim.Scaling, func() {
			require.Equal(rt, (end-begin)*sim.Second, g.scheduler.held(pull*sim.Second))
		})
		g.run(t)
	})
}
