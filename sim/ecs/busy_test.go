package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// Source: Amazon ECS developer guide, "Control the instances Amazon ECS
// terminates": an instance with tasks of daemons alone is empty.
func TestAnInstanceWithDaemonsAloneIsNotBusy(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 2)
	g.scheduler.CountBusy()
	g.daemon("agent", 1)
	g.job(t, "etl", 3, Submission{Duration: 10, Count: 1})
	g.at(5, sim.Scaling, func() {
		assert.Equal(t, []bool{true, false}, []bool{g.scheduler.Busy(0), g.scheduler.Busy(1)})
		assert.Equal(t, 1, g.scheduler.BusyInstances(g.provider))
		g.cluster.Drain(0)
		assert.True(t, g.scheduler.Busy(0), "it runs its task to the end")
		assert.Zero(t, g.scheduler.BusyInstances(g.provider), "it is on its way out")
	})
	g.run(t)
	assert.False(t, g.scheduler.Busy(0))
	require.NoError(t, g.scheduler.Check())
}

// waitNotes keeps what a scheduler says of tasks that begin to wait.
type waitNotes struct {
	g    *stage
	seen []string
}

func (w *waitNotes) Waits(of cluster.ClassID) {
	w.seen = append(w.seen, w.g.cluster.GroupName(w.g.cluster.Class(of).Group))
}

// What waits for one of several providers counts for each; what was divided, for
// its own.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
func TestProvisioning(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	other := g.cluster.AddProvider("other")
	g.cluster.AddKind(cluster.Kind{Provider: other, Capacity: cluster.Vector{CPU: 2}})
	both := g.scheduler.AddQueue(Discipline{}, g.provider, other)
	pools := map[string]cluster.PoolID{
		"own":   g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{other}}),
		"any":   g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{g.provider, other}}),
		"first": g.pool,
	}
	w := &waitNotes{g: g}
	g.scheduler.NotifyWaits(w)
	for _, name := range []string{"own", "any", "first"} {
		class := g.class(name, 2)
		class.Pool = pools[name]
		require.NoError(t, g.scheduler.AddJob(Job{Group: class.Group, Queue: both, Source: &list{{Class: class, Duration: 10, Count: 3}}}))
	}
	waiting := func(p cluster.ProviderID) map[string]int {
		found := map[string]int{}
		g.scheduler.Provisioning(p, func(of cluster.ClassID, n int) { found[g.cluster.GroupName(g.cluster.Class(of).Group)] = n })
		return found
	}
	g.at(5, sim.Observing, func() {
		assert.Equal(t, map[string]int{"any": 2, "first": 3}, waiting(g.provider))
		assert.Equal(t, map[string]int{"own": 3, "any": 2}, waiting(other))
		assert.Equal(t, []string{"own", "any", "first"}, w.seen)
		g.kernel.Stop()
	})
	g.run(t)
}

func TestBusyCountsHoldUnderAnyOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := sim.NewKernel()
		c := cluster.New(k)
		c.KeepResidents()
		p := c.AddProvider("p")
		kind := c.AddKind(cluster.Kind{Provider: p, Capacity: cluster.Vector{CPU: 4}})
		pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
		s := New(k, c, ruled{c, nil})
		c.Watch(s)
		s.CountBusy()
		queue := s.AddQueue(Discipline{}, p)
		class := func(name string, cpu int64) cluster.Class {
			d := cluster.Vector{CPU: cpu}
			return cluster.Class{Demand: d, Requested: d, Pool: pool, Group: c.AddGroup(name)}
		}
		web := class("service/web", 1)
		v := s.AddService(ServiceSetup{Group: web.Group, Queue: queue, Revision: Revision{Classes: []cluster.Class{web}}})
		agent := class("service/agent", 1)
		s.AddService(ServiceSetup{Group: agent.Group, Daemon: true, Revision: Revision{Classes: []cluster.Class{agent}}})
		step := k.Register("step", sim.Scaling, false, func(sim.Time, uint32, uint32) {
			v.SetDesired(rapid.IntRange(0, 12).Draw(t, "desired"), "")
			for id := range cluster.InstanceID(c.Slots()) {
				switch i := c.Instance(id); {
				case i.State == cluster.Active && rapid.IntRange(0, 3).Draw(t, "drain") == 0:
					c.Drain(id)
				case i.State >= cluster.Active && rapid.IntRange(0, 3).Draw(t, "lose") == 0:
					c.Evict(id, cluster.Interrupted)
					c.Terminate(id)
				}
			}
			if rapid.Bool().Draw(t, "launch") {
				c.Launch(kind, true)
			}
		})
		for at := range sim.Time(20) {
			k.Schedule(at, step, 0, 0)
		}
		k.Watch(func(sim.Time, sim.Kind, uint32) { require.NoError(t, s.busy.check(s)) })
		require.NoError(t, k.Run(sim.Never))
	})
}
