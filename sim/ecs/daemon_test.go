package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
)

// Source of all: Amazon ECS developer guide, "Amazon ECS services", Daemon: one
// task on each active instance that meets the constraints; ECS reserves room
// for it, starts it first and stops it last.

func TestADaemonIsFirstOnInstancesThatAreThereFromTheStart(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 2)
	g.service("web", 1, 9) // of nine tasks two have room beside the daemons
	d := g.daemon("agent", 1)
	g.run(t)
	assert.Equal(t, []string{
		"0 start service/agent/0 on 0", "0 start service/agent/1 on 1",
		"0 start service/web/0 on 0", "0 start service/web/1 on 1",
	}, g.starts)
	assert.Equal(t, []int{2, 2, 0}, []int{d.Desired(), d.Running(), d.Pending()})
}

func TestADaemonIsFirstOnInstancesThatJoin(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 0)
	d := g.daemon("agent", 1)
	g.job(t, "etl", 2, Submission{Duration: 1, Count: 1}) // never has room beside the daemon
	g.job(t, "small", 1, Submission{Duration: 1, Count: 1})
	booting := cluster.InstanceID(0)
	g.at(3, sim.Capacity, func() { booting = g.cluster.Launch(g.kind, false) })
	g.at(7, sim.Capacity, func() {
		assert.Zero(t, d.Desired(), "a booting instance does not count")
		g.cluster.Activate(booting)
	})
	g.at(9, sim.Observing, func() { g.cluster.Launch(g.kind, true) }) // later in its instant than what starts
	g.run(t)
	assert.Equal(t, []string{"7 start service/agent/0 on 0", "7 start small/0 on 0", "9 start service/agent/1 on 1"}, g.starts)
	assert.Equal(t, 1, g.cluster.Pending())
}

// An instance with 4: a task takes all of it until 10 and another waits for as
// much. The daemon that is added at 5 gets its 1 before that one.
func TestADaemonWithoutRoomComesBeforeTheQueue(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	g.job(t, "etl", 4, Submission{Duration: 10, Count: 2})
	g.job(t, "small", 3, Submission{At: 6, Duration: 1, Count: 1})
	var d *Service
	g.at(5, sim.Capacity, func() { d = g.daemon("agent", 1) })
	g.at(6, sim.Observing, func() { assert.Equal(t, []int{1, 0, 1}, []int{d.Desired(), d.Running(), d.Pending()}) })
	g.run(t)
	assert.Equal(t, []string{"0 start etl/0 on 0", "10 start service/agent/0 on 0", "10 start small/0 on 0"}, g.starts)
}

func TestADaemonThatEndsIsReplacedOnItsInstance(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 2)
	g.daemon("agent", 2)
	g.job(t, "etl", 2, Submission{Duration: 1, Count: 1})
	g.at(4, sim.Ending, func() { g.cluster.End(g.named("service/agent/1"), cluster.Stopped) })
	g.run(t)
	assert.Equal(t, "4 start service/agent/2 on 1", g.starts[len(g.starts)-1])
	assert.Equal(t, 1, g.cluster.Pending(), "the job's")
}

func TestADaemonStopsLast(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 3}, 1)
	d := g.daemon("agent", 1)
	g.daemon("logs", 3) // has no room and waits until the instance drains
	g.job(t, "etl", 1, Submission{Duration: 4, Count: 1}, Submission{Duration: 8, Count: 1})
	g.at(2, sim.Capacity, func() { g.cluster.Drain(0) })
	g.at(3, sim.Ending, func() { assert.Equal(t, []int{0, 1}, []int{d.Desired(), d.Running()}) })
	g.at(9, sim.Capacity, func() { g.cluster.Terminate(0) }) // which panics with a task on it
	g.run(t)
	// The world lists what did not complete.
	assert.Equal(t, []string{"2 stopped by the scheduler service/logs/0", "8 stopped by the scheduler service/agent/0"}, g.rejects)
	assert.Zero(t, g.cluster.Pending())
}

func TestASlotThatIsReusedGetsItsDaemon(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 1)
	d := g.daemon("agent", 2) // never has room
	g.at(2, sim.Capacity, func() {
		g.cluster.Terminate(0)
		g.cluster.Launch(g.kind, true)
	})
	g.at(3, sim.Capacity, func() {
		g.cluster.Terminate(0)
		g.cluster.Launch(g.kind, false)
	})
	g.at(2, sim.Observing, func() { assert.Equal(t, []int{1, 0, 1}, []int{d.Desired(), d.Running(), d.Pending()}) })
	g.run(t)
	assert.Equal(t, []int{0, 0, 0}, []int{d.Desired(), d.Running(), d.Pending()})
}

// Source: Amazon ECS developer guide, "Amazon ECS services", Daemon: tasks that
// no longer meet the constraints are stopped.
func TestADaemonFollowsItsConstraints(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 3}, 2, rules{}, rules{with: []int{0}}, rules{without: []int{0}})
	g.job(t, "etl", 1, Submission{At: 2, Duration: 3, Count: 1})
	beside, apart := g.daemon("beside", 1), g.daemon("apart", 1)
	g.at(3, sim.Ending, func() { assert.Equal(t, []int{1, 1}, []int{beside.Running(), apart.Running()}) })
	g.run(t)
	assert.Equal(t, []string{
		"0 start service/apart/0 on 0", "0 start service/apart/1 on 1",
		"2 start etl/0 on 0", "2 start service/beside/0 on 0",
		"5 start service/apart/2 on 0",
	}, g.starts)
	assert.Equal(t, []string{"2 stopped by the scheduler service/apart/0", "5 stopped by the scheduler service/beside/0"}, g.rejects)
}

// A daemon that starts can be what a waiting task waits for.
func TestADaemonMeetsAnAffinity(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 0, rules{with: []int{1}})
	g.job(t, "etl", 1, Submission{Duration: 1, Count: 1})
	g.daemon("agent", 1)
	g.at(1, sim.Capacity, func() { g.cluster.Launch(g.kind, true) })
	g.run(t)
	assert.Equal(t, []string{"1 start service/agent/0 on 0", "1 start etl/0 on 0"}, g.starts)
}

// Source: Amazon ECS developer guide, "Amazon ECS services": the daemon
// strategy is not for Fargate.
func TestDaemonsAreNotOnFargate(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	fargate := g.cluster.AddProvider("FARGATE")
	g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: fargate, Unlimited: true}), true)
	g.pool = g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{g.provider, fargate}})
	d := g.daemon("agent", 1)
	assert.Panics(t, func() { d.SetDesired(3, "more") }, "it has no such number")
	g.run(t)
	assert.Equal(t, []string{"0 start service/agent/0 on 0"}, g.starts)
}
