package ecs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// stage is a cluster of equal instances with one queue for all of them, to
// which a test adds jobs, services and what happens to them.
type stage struct {
	world
	queue    QueueID
	provider cluster.ProviderID
	pool     cluster.PoolID
	kind     cluster.KindID
	counts   []string // what the scheduler's observer was told
}

func newStage(t *testing.T, capacity cluster.Vector, instances int, r ...rules) *stage {
	k := sim.NewKernel()
	g := &stage{world: world{kernel: k, cluster: cluster.New(k)}}
	g.provider = g.cluster.AddProvider("p")
	g.kind = g.cluster.AddKind(cluster.Kind{Provider: g.provider, Capacity: capacity})
	g.pool = g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{g.provider}})
	g.scheduler = New(k, g.cluster, ruled{g.cluster, r})
	g.scheduler.Observe(g)
	checker := cluster.NewChecker(g.cluster, g.scheduler.Check)
	g.cluster.Watch(g.scheduler)
	g.cluster.Watch(&g.world)
	k.Watch(func(sim.Time, sim.Kind, uint32) { require.NoError(t, checker.All()) })
	g.queue = g.scheduler.AddQueue(Discipline{}, g.provider)
	for range instances {
		g.cluster.Launch(g.kind, true)
	}
	return g
}

func (g *stage) ServiceChanged(now sim.Time, v *Service) {
	g.counts = append(g.counts, fmt.Sprintf("%d %s: %d desired, %d running, %d pending", now, v.Name(), v.Desired(), v.Running(), v.Pending()))
}

// class returns a class of a new task group.
func (g *stage) class(name string, cpu int64) cluster.Class {
	d := cluster.Vector{CPU: cpu}
	return cluster.Class{Demand: d, Requested: d, Pool: g.pool, Group: g.cluster.AddGroup(name)}
}

func (g *stage) job(t *testing.T, name string, cpu int64, rows ...Submission) {
	class := g.class(name, cpu)
	for i := range rows {
		rows[i].Class = class
	}
	l := list(rows)
	require.NoError(t, g.scheduler.AddJob(Job{Group: class.Group, Queue: g.queue, Source: &l, Constrained: g.constrained(class.Group)}))
}

func (g *stage) constrained(group cluster.GroupID) bool {
	return g.scheduler.placer.(ruled).of(group).constrained()
}

func (g *stage) service(name string, cpu int64, desired int) *Service {
	class := g.class(cluster.ServicePrefix+name, cpu)
	return g.scheduler.AddService(ServiceSetup{Group: class.Group, Queue: g.queue, Revision: Revision{Classes: []cluster.Class{class}}, Desired: desired, Constrained: g.constrained(class.Group)})
}

func (g *stage) daemon(name string, cpu int64) *Service {
	class := g.class(cluster.ServicePrefix+name, cpu)
	return g.scheduler.AddService(ServiceSetup{Group: class.Group, Daemon: true, Revision: Revision{Classes: []cluster.Class{class}}, Constrained: g.constrained(class.Group)})
}

// at has something happen in a phase of an instant.
func (g *stage) at(now sim.Time, p sim.Phase, f func()) {
	g.kernel.Schedule(now, g.kernel.Register("test", p, false, func(sim.Time, uint32, uint32) { f() }), 0, 0)
}

func (g *stage) run(t *testing.T) { require.NoError(t, g.kernel.Run(sim.Never)) }

// named returns the live task with a name.
func (g *stage) named(name string) cluster.TaskID {
	found := cluster.TaskID(cluster.None)
	g.cluster.LiveTasks(func(id cluster.TaskID) {
		if g.cluster.TaskName(id) == name {
			found = id
		}
	})
	return found
}

// Source: Amazon ECS developer guide, "Amazon ECS services", Replica: the
// scheduler keeps the desired number of tasks.
func TestATaskOfAServiceThatEndsIsReplaced(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 2)
	v := g.service("web", 1, 3)
	g.at(5, sim.Ending, func() { g.cluster.End(g.named("service/web/0"), cluster.Stopped) })
	g.run(t)
	assert.Equal(t, []string{
		"0 start service/web/0 on 0", "0 start service/web/1 on 0", "0 start service/web/2 on 1",
		"5 start service/web/3 on 0",
	}, g.starts)
	assert.Equal(t, []int{3, 3, 0}, []int{v.Desired(), v.Running(), v.Pending()})
	assert.Equal(t, sim.Time(5), g.kernel.Now(), "tasks without an end keep no run going")
}

func TestServicesComeBeforeTheJobsOfTheSameInstant(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 1)
	g.job(t, "etl", 1, Submission{Duration: 1, Count: 1})
	g.service("web", 1, 1) // even where the job was added first
	g.run(t)
	assert.Equal(t, []string{"0 start service/web/0 on 0"}, g.starts)
	assert.Equal(t, 1, g.cluster.Pending())
}

// Of five tasks three have room. Down to three goes what waits, the last first;
// then the victims of the placer, the middle one of those that are left.
// Source of the order: Amazon ECS developer guide, "Amazon ECS services": tasks
// that do not run yet go first.
func TestAScaleInStopsWhatWaitsAndThenVictims(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 3}, 1)
	v := g.service("web", 1, 5)
	g.at(1, sim.Scaling, func() { v.SetDesired(4, "fewer") })
	g.at(2, sim.Scaling, func() { v.SetDesired(1, "fewest") })
	g.at(3, sim.Scaling, func() { v.SetDesired(2, "more") })
	g.at(3, sim.Scaling, func() { v.SetDesired(2, "the same") })
	g.run(t)
	// At 2: 3 waits; then 1 of (0, 1, 2), then 2 of (0, 2).
	assert.Equal(t, []string{
		"1 stopped by the scheduler service/web/4",
		"2 stopped by the scheduler service/web/3",
		"2 stopped by the scheduler service/web/1",
		"2 stopped by the scheduler service/web/2",
	}, g.rejects)
	assert.Equal(t, "3 start service/web/5 on 0", g.starts[len(g.starts)-1])
	assert.Equal(t, "more", v.Why())
	assert.Equal(t, []string{
		"2 service/web: 1 desired, 3 running, 1 pending",
		"2 service/web: 1 desired, 3 running, 0 pending",
		"2 service/web: 1 desired, 2 running, 0 pending",
		"2 service/web: 1 desired, 1 running, 0 pending",
		"3 service/web: 2 desired, 1 running, 0 pending",
		"3 service/web: 2 desired, 1 running, 1 pending",
		"3 service/web: 2 desired, 2 running, 0 pending",
	}, g.counts[len(g.counts)-7:])
}

// A base of 2 here and weights 1 to 1: of six tasks four go here and two there.
// What ends there is replaced there.
func TestAReplacementGoesWhereTheDivisionMissesATask(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 10}, 1)
	other := g.cluster.AddProvider("q")
	there := g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: other, Capacity: cluster.Vector{CPU: 10}}), true)
	queue := g.scheduler.AddQueue(Discipline{}, g.provider, other)
	division, err := NewDivision([]Share{{Base: 2, Weight: 1}, {Weight: 1}})
	require.NoError(t, err)
	here := g.class("service/web", 1)
	away := here
	away.Pool = g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{other}})
	g.scheduler.AddService(ServiceSetup{Group: here.Group, Queue: queue, Revision: Revision{Classes: []cluster.Class{here, away}}, Division: division, Desired: 6})
	g.at(1, sim.Ending, func() {
		assert.Equal(t, int32(2), g.cluster.Instance(there).Tasks)
		g.cluster.LiveTasks(func(id cluster.TaskID) {
			if g.cluster.Task(id).Instance == there {
				g.cluster.End(id, cluster.Stopped)
			}
		})
	})
	g.run(t)
	assert.Equal(t, int32(4), g.cluster.Instance(0).Tasks)
	assert.Equal(t, int32(2), g.cluster.Instance(there).Tasks)
}

// The follower waits for its leader, who comes second: one start makes the
// instance eligible, in the same dispatch.
// Source: Amazon ECS developer guide, "Cluster query language": task:group is
// true of an instance with at least one task of the group.
func TestAnAffinityIsMetByAStart(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 2, rules{with: []int{1}})
	g.job(t, "follower", 1, Submission{Duration: 9, Count: 2})
	g.job(t, "leader", 1, Submission{At: 3, Duration: 5, Count: 1}, Submission{At: 4, Duration: 5, Count: 1})
	g.run(t)
	// The first leader shares its instance with a follower and leaves it full.
	assert.Equal(t, []string{
		"3 start leader/0 on 0", "3 start follower/0 on 0", "4 start leader/1 on 1", "4 start follower/1 on 1",
	}, g.starts)
}

func TestAServiceWithoutAnyRoomCanBeTakenBack(t *testing.T) {
	for _, strict := range []bool{false, true} {
		g := newStage(t, cluster.Vector{CPU: 2}, 1)
		g.scheduler.queues[0].Strict = strict
		v := g.service("web", 3, 2)
		g.job(t, "etl", 2, Submission{At: 1, Duration: 1, Count: 1})
		g.at(5, sim.Scaling, func() { v.SetDesired(0, "none") })
		g.run(t)
		at := map[bool]int{false: 1, true: 5}[strict] // where the first blocks, it blocks until it goes
		assert.Equal(t, []string{fmt.Sprintf("%d start etl/0 on 0", at)}, g.starts)
		assert.Zero(t, g.cluster.Pending())
	}
}

func TestServicesThatMakeNoSenseAreRefused(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	class := g.class("service/web", 1)
	other := g.class("service/other", 1)
	division, err := NewDivision([]Share{{Weight: 1}, {Weight: 1}})
	require.NoError(t, err)
	for name, setup := range map[string]ServiceSetup{
		"no class":           {Group: class.Group},
		"another group":      {Group: class.Group, Revision: Revision{Classes: []cluster.Class{other}}},
		"undivided":          {Group: class.Group, Revision: Revision{Classes: []cluster.Class{class, other}}},
		"divided too finely": {Group: class.Group, Revision: Revision{Classes: []cluster.Class{class}}, Division: division},
		"the same class":     {Group: class.Group, Revision: Revision{Classes: []cluster.Class{class, class}}, Division: division},
		"a divided daemon":   {Group: class.Group, Revision: Revision{Classes: []cluster.Class{class, class}}, Division: division, Daemon: true},
		"less than no tasks": {Group: class.Group, Revision: Revision{Classes: []cluster.Class{class}}, Desired: -1},
	} {
		assert.Panics(t, func() { g.scheduler.AddService(setup) }, name)
	}
}

func TestCheckFindsWhatIsWrongWithAService(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	v, d := g.service("web", 1, 1), g.daemon("agent", 1)
	assert.Equal(t, []*Service{v, d}, g.scheduler.Services())
	g.run(t)
	require.NoError(t, g.scheduler.Check())
	for name, spoil := range map[string]func(by int){
		"running":        func(by int) { v.current.placed += by },
		"pending":        func(by int) { v.current.pending += by },
		"desired":        func(by int) { v.desired += by },
		"of a share":     func(by int) { v.current.shares[0].placed += by },
		"of a daemon":    func(by int) { d.desired += by },
		"daemon waiting": func(by int) { d.places[0].task += cluster.TaskID(by) },
	} {
		spoil(1)
		require.Error(t, g.scheduler.Check(), name)
		spoil(-1)
	}
	require.NoError(t, g.scheduler.Check())
}
