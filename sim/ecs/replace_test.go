package ecs

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// Source: Amazon ECS developer guide, "Draining Amazon ECS container instances":
// tasks of services that are PENDING are stopped at once, those that run are
// replaced under the minimum and maximum per cent.
func TestTasksOnAnInstanceThatDrainsAreReplaced(t *testing.T) {
	for _, c := range []struct {
		name             string
		minimum, maximum int
		residents        bool
		want             []string // tasks that run, on the instance that drains and on the other
	}{
		// All three start elsewhere, and go when those are healthy.
		{"100 and 200", 100, 200, true, []string{"60s 3 3", "99s 3 3", "100s 0 3"}},
		{"100 and 200, residents unknown", 100, 200, false, []string{"60s 3 3", "99s 3 3", "100s 0 3"}},
		// One more than three at a time: each one healthy before the next.
		{"100 and 134", 100, 134, true, []string{"60s 3 1", "100s 2 2", "140s 1 3", "179s 1 3", "180s 0 3"}},
		// One goes before its replacement is up: two of three are enough.
		{"60 and 100", 60, 100, true, []string{"60s 2 1", "100s 1 2", "140s 0 3"}},
		// Neither can be first.
		{"100 and 100", 100, 100, true, []string{"60s 3 0", "3600s 3 0", "3601s 0 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t, cluster.Vector{CPU: 3}, 1)
			if c.residents {
				g.cluster.KeepResidents()
			}
			_, _ = g.revise(3, func(s *ServiceSetup) { s.Deployment = bounds(c.minimum, c.maximum) })
			g.daemon("agent", 0)
			g.at(sim.Minute, sim.Capacity, func() {
				g.cluster.Launch(g.kind, true)
				g.cluster.Drain(0)
			})
			var got []string
			for _, line := range c.want {
				var at, old, replaced int
				_, err := fmt.Sscanf(line, "%ds %d %d", &at, &old, &replaced)
				require.NoError(t, err)
				g.at(sim.Time(at)*sim.Second, sim.Scaling, func() {
					tasks := []int32{g.cluster.Instance(0).Tasks, g.cluster.Instance(1).Tasks}
					if tasks[0] > 0 {
						tasks[0]-- // the daemon goes last
					}
					got = append(got, fmt.Sprintf("%ds %d %d", at, tasks[0], tasks[1]-1))
				})
			}
			g.at(3601*sim.Second, sim.Capacity, func() {
				g.cluster.LiveTasks(func(id cluster.TaskID) { // the instance is taken away
					if g.cluster.Task(id).Instance == 0 {
						g.cluster.End(id, cluster.Interrupted)
					}
				})
			})
			g.run(t)
			assert.Equal(t, c.want, got)
		})
	}
}

// What pulls its image on an instance that drains is stopped, and starts elsewhere.
func TestTasksThatDoNotRunYetLeaveAnInstanceThatDrainsAtOnce(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	g.cluster.KeepResidents()
	v := g.live("web", 2, false) // pulls for a second
	g.at(500*sim.Millisecond, sim.Capacity, func() {
		g.cluster.Launch(g.kind, true)
		g.cluster.Drain(0)
	})
	g.run(t)
	assert.Equal(t, []string{"500000000 stopped by the scheduler service/web/0", "500000000 stopped by the scheduler service/web/1"}, sorted(g.rejects))
	assert.Equal(t, int32(2), g.cluster.Instance(1).Tasks)
	assert.Equal(t, 2, v.Serving())
}

func sorted(lines []string) []string {
	for i := range lines {
		for k := i; k > 0 && lines[k] < lines[k-1]; k-- {
			lines[k], lines[k-1] = lines[k-1], lines[k]
		}
	}
	return lines
}

// Tasks 3 and 1 of four are lost at once when their instance is. Nothing puts the
// replacements off, whatever the bounds.
func TestTasksThatAreLostAreReplacedAtOnce(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 3)
	g.cluster.KeepResidents()
	v, _ := g.revise(4, func(s *ServiceSetup) { s.Deployment = bounds(100, 100) })
	g.at(sim.Minute, sim.Capacity, func() {
		g.cluster.Drain(1)
		g.cluster.Evict(1, cluster.Interrupted)
		g.cluster.Terminate(1)
	})
	g.at(sim.Minute, sim.Scaling, func() {
		assert.Equal(t, 4, v.Running())
		assert.Equal(t, int32(2), g.cluster.Instance(2).Tasks)
	})
	g.run(t)
}

// A service whose tasks end before they run waits 5 s, then twice as long each
// time, up to 15 minutes; a deployment has it begin anew.
// Source: Amazon ECS developer guide, "Amazon ECS service throttle logic".
func TestRestartsAreThrottled(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	v, deploy := g.revise(2, func(s *ServiceSetup) { s.Failures = failing(Failures{AtStart: 1}) })
	deploy(7200*sim.Second, "b", func(r *Revision) { r.Failures = failing(Failures{AtStart: 1}) })
	deploy(7202*sim.Second, "c", func(r *Revision) { r.Failures = nil })
	g.at(7201*sim.Second, sim.Scaling, func() { assert.Equal(t, 7205*sim.Second, v.ThrottledUntil()) })
	g.run(t)
	var want []string
	task := 0
	for _, at := range []int{0, 5, 15, 35, 75, 155, 315, 635, 1275, 2175, 3075, 3975, 4875, 5775, 6675, 7200} {
		for range 2 {
			want = append(want, fmt.Sprintf("%d an essential container ended service/web/%d", sim.Time(at)*sim.Second, task))
			task++
		}
	}
	assert.Equal(t, want, g.rejects)
	assert.Equal(t, 2, v.Running())
	assert.Equal(t, 7242*sim.Second, g.kernel.Now())
}

// Source: Amazon ECS developer guide, "Amazon ECS service throttle logic": tasks
// that have run are restarted at once.
func TestTasksThatRunAndThenEndAreNotThrottled(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	v, _ := g.revise(1, func(s *ServiceSetup) {
		s.Failures = failing(Failures{After: func() sim.Time { return 3 * sim.Second }})
	})
	g.at(10*sim.Second, sim.Scaling, func() {})
	g.run(t)
	assert.Equal(t, []string{"3000000000 an essential container ended service/web/0", "6000000000 an essential container ended service/web/1", "9000000000 an essential container ended service/web/2"}, g.rejects)
	assert.Equal(t, 1, v.Running())
}

// A daemon that does not start is throttled too.
func TestADaemonThatDoesNotStartIsThrottled(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	class := g.class("service/agent", 1)
	v := g.scheduler.AddService(ServiceSetup{Group: class.Group, Daemon: true, Revision: Revision{Classes: []cluster.Class{class}, Failures: failing(Failures{AtStart: 1})}})
	g.at(30*sim.Second, sim.Scaling, func() { assert.Zero(t, v.Running()) })
	g.run(t)
	assert.Len(t, g.rejects, 3, "at 0, 5 and 15 s")
}

// 1200 tasks at 500 a minute. Source: Amazon ECS developer guide, "Amazon ECS
// service quotas".
func TestAServiceStartsSoManyTasksAMinute(t *testing.T) {
	for _, warm := range []bool{false, true} {
		g := newStage(t, cluster.Vector{CPU: 2000}, 1)
		v, _ := g.revise(1200, func(s *ServiceSetup) { s.LaunchesPerMinute, s.Warm = LaunchesPerMinute, warm })
		var running []int
		for _, at := range []sim.Time{0, 59, 60, 119, 120} {
			g.at(at*sim.Second, sim.Scaling, func() { running = append(running, v.Running()) })
		}
		g.run(t)
		want := map[bool][]int{false: {500, 500, 1000, 1000, 1200}, true: {1200, 1200, 1200, 1200, 1200}}[warm]
		assert.Equal(t, want, running)
	}
}

// A bucket of 100 that fills by 20 a second, of which two services want 150 each.
// Source: Amazon ECS developer guide, "AWS Fargate throttling quotas".
func TestServicesShareABucketOfLaunches(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1000}, 1)
	g.scheduler.LimitLaunches(g.provider, FargateBurst, FargateRefill)
	web, api := g.service("web", 1, 150), g.service("api", 1, 150)
	var running [][2]int
	for _, at := range []sim.Time{0, 49, 50, 100, 1000, 5000, 9950, 10000} {
		g.at(at*sim.Millisecond, sim.Scaling, func() { running = append(running, [2]int{web.Running(), api.Running()}) })
	}
	g.run(t)
	assert.Equal(t, [][2]int{{100, 0}, {100, 0}, {101, 0}, {101, 1}, {110, 10}, {150, 50}, {150, 149}, {150, 150}}, running)
	assert.Equal(t, 10*sim.Second, g.kernel.Now())
}

// Checks come at 0, 30, 60 s and so on after the start of the containers, plus a
// phase. One that fails is known to have failed 5 s later.
// Source: Elastic Load Balancing, "Health checks for Application Load Balancer
// target groups": a new target is healthy with its first passed check, one that
// has become unhealthy after the healthy threshold; default thresholds 5 and 2.
func TestWhatTheChecksOfATargetFind(t *testing.T) {
	group := DefaultTargetGroup()
	s, never := sim.Second, sim.Never
	for _, c := range []struct {
		name             string
		up, first, grace sim.Time
		want             outlook
	}{
		{"at once", 0, 0, 0, outlook{0, never}},
		{"first check", 0, 12 * s, 0, outlook{12 * s, never}},
		{"second check", 30 * s, 0, 0, outlook{30 * s, never}},
		{"second check, with a phase", 30 * s, 12 * s, 0, outlook{42 * s, never}},
		// Failed at 0 and 30; passes at 60, 90, 120, 150, 180.
		{"slow", 50 * s, 0, 0, outlook{180 * s, 35 * s}},
		{"slow, but with grace", 50 * s, 0, 180 * s, outlook{180 * s, never}},
		{"slower than the grace", 50 * s, 0, 100 * s, outlook{180 * s, 100 * s}},
		{"never", never, 10 * s, 0, outlook{never, 45 * s}},
		{"never, with grace", never, 10 * s, sim.Hour, outlook{never, sim.Hour}},
	} {
		assert.Equal(t, c.want, group.of(c.up, c.first).graced(c.grace), c.name)
	}
}

// Source: Amazon ECS API, HealthCheck: failures in the start period do not count.
func TestWhatTheChecksOfAContainerFind(t *testing.T) {
	s, never := sim.Second, sim.Never
	for _, c := range []struct {
		name              string
		up, period, grace sim.Time
		want              outlook
	}{
		{"first check", 0, 0, 0, outlook{30 * s, never}},
		{"third check", 61 * s, 0, 0, outlook{90 * s, never}},
		// Failed at 30, 60 and 90, passes at 120.
		{"slow", 100 * s, 0, 0, outlook{120 * s, 95 * s}},
		{"slow, but with grace", 100 * s, 0, 120 * s, outlook{120 * s, never}},
		// Of those that fail, those at 60, 90 and 120 count.
		{"slow, with a start period", 130 * s, 50 * s, 0, outlook{150 * s, 125 * s}},
		{"less slow, with a start period", 110 * s, 50 * s, 0, outlook{120 * s, never}},
		{"never", never, 0, 0, outlook{never, 95 * s}},
	} {
		check := ContainerCheck{Interval: 30 * s, Timeout: 5 * s, Retries: 3, StartPeriod: c.period}
		assert.Equal(t, c.want, check.of(c.up).graced(c.grace), c.name)
	}
}

// A task takes requests when its target is healthy, and none from the moment in
// which it is deregistered; then it keeps its place for the deregistration delay
// and the stop timeout.
// Source: Elastic Load Balancing, "Edit target group attributes for your
// Application Load Balancer".
func TestATaskBehindALoadBalancer(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	var c courses
	g.scheduler.Observe(&c)
	v, _ := g.revise(1, func(s *ServiceSetup) {
		group := DefaultTargetGroup()
		group.SlowStart = 60 * sim.Second
		s.TargetGroup, s.Warm, s.StopTimeout = &group, false, 30*sim.Second
		s.Startup = func() sim.Time { return 4 * sim.Second }
		s.Phase = func() float64 { return 0.5 }
	})
	// The first target is exempt from the slow start, the second is not: it is worth
	// half a task for a minute.
	g.at(sim.Minute, sim.Scaling, func() { v.SetDesired(2, "") })
	g.at(5*sim.Minute, sim.Scaling, func() { v.SetDesired(0, "") })
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 desired, 0 pending, 1 running, 0 serving, 0 stopping",
		"15s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
		"1m0s: 2 desired, 0 pending, 2 running, 1 serving, 0 stopping",
		"1m15s: 2 desired, 0 pending, 2 running, 1 serving, 0 stopping",
		"1m45s: 2 desired, 0 pending, 2 running, 2 serving, 0 stopping",
		"5m0s: 0 desired, 0 pending, 0 running, 0 serving, 2 stopping",
		"10m30s: 0 desired, 0 pending, 0 running, 0 serving, 0 stopping",
	}, c.lines)
}

// Every other task never answers. Without grace each is found unhealthy after 35 s;
// its replacement comes first where the maximum allows, otherwise it goes first.
// Source: Amazon ECS API, DeploymentConfiguration, maximumPercent and
// minimumHealthyPercent.
func TestUnhealthyTasksAreReplaced(t *testing.T) {
	for _, c := range []struct {
		maximum int
		want    []string
	}{
		{200, []string{
			"0s: 1 desired, 0 pending, 1 running, 0 serving, 0 stopping",
			"35s: 1 desired, 0 pending, 1 running, 1 serving, 1 stopping", // the next one is healthy at once
			"45s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
		}},
		{100, []string{
			"0s: 1 desired, 0 pending, 1 running, 0 serving, 0 stopping",
			"35s: 1 desired, 0 pending, 0 running, 0 serving, 1 stopping",
			"45s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
		}},
	} {
		g := newStage(t, cluster.Vector{CPU: 4}, 1)
		var got courses
		g.scheduler.Observe(&got)
		n := 0
		_, _ = g.revise(1, func(s *ServiceSetup) {
			group := DefaultTargetGroup()
			group.DeregistrationDelay = 10 * sim.Second
			s.TargetGroup, s.Deployment = &group, bounds(100, c.maximum)
			s.Failures = &Failures{Unhealthy: 0.5, Uniform: func() float64 { n++; return float64((n - 1) / 2 % 2) }}
		})
		g.at(sim.Minute, sim.Scaling, func() {})
		g.run(t)
		assert.Equal(t, c.want, got.lines, "at most %d per cent", c.maximum)
	}
}

// Start-up takes 50 s, and the second check fails after 30. Without grace each task
// goes before it can become healthy, if its replacement may not start first.
func TestATaskThatStartsSlowerThanItsChecksAllowIsReplacedForEver(t *testing.T) {
	for _, c := range []struct {
		grace         sim.Time
		maximum, want int
	}{{0, 100, 0}, {0, 200, 1}, {3 * sim.Minute, 100, 1}} {
		g := newStage(t, cluster.Vector{CPU: 100}, 1)
		v, _ := g.revise(1, func(s *ServiceSetup) {
			group := DefaultTargetGroup()
			s.TargetGroup, s.GracePeriod, s.Warm, s.Deployment = &group, c.grace, false, bounds(100, c.maximum)
			s.Startup = func() sim.Time { return 50 * sim.Second }
		})
		for at := 400; at < 3600; at += 170 {
			g.at(sim.Time(at)*sim.Second, sim.Scaling, func() { assert.Equal(t, c.want, v.Serving(), "%+v at %d s", c, at) })
		}
		require.NoError(t, g.kernel.Run(sim.Hour))
	}
}

// Five tasks in two zones and a third that comes later: 3, 2, 0. One starts there,
// and when it is healthy one of the richest goes.
// Source: Amazon ECS developer guide, "Balancing an Amazon ECS service across
// Availability Zones".
func TestZonesAreRebalanced(t *testing.T) {
	for _, maximum := range []int{100, 200} {
		g := newStage(t, cluster.Vector{CPU: 3}, 0)
		g.scheduler.placer = richest{g.scheduler.placer, g.cluster}
		var kinds []cluster.KindID
		for _, zone := range []string{"a", "b", "c"} {
			kinds = append(kinds, g.cluster.AddKind(cluster.Kind{
				Provider: g.provider, Zone: zone, Capacity: cluster.Vector{CPU: 3},
				Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone},
			}))
		}
		for _, kind := range kinds[:2] {
			g.cluster.Launch(kind, true)
		}
		d := g.observe()
		v, _ := g.revise(5, func(s *ServiceSetup) { s.Deployment, s.Rebalancing = bounds(100, maximum), true })
		g.at(10*sim.Minute, sim.Capacity, func() { g.cluster.Launch(kinds[2], true) })
		g.at(sim.Hour, sim.Scaling, func() {})
		g.run(t)
		tasks := []int32{g.cluster.Instance(0).Tasks, g.cluster.Instance(1).Tasks, g.cluster.Instance(2).Tasks}
		want := map[int][]int32{100: {3, 2, 0}, 200: {2, 2, 1}}[maximum]
		assert.Equal(t, want, tasks)
		assert.Equal(t, []int{5, 5}, []int{v.Running(), d.low})
	}
}

// Where there is no room in the poorest zone, the service waits for it and tries
// again.
func TestZonesAreRebalancedOnceThereIsRoom(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 9}, 0)
	for _, zone := range []string{"a", "b"} {
		g.cluster.Launch(g.cluster.AddKind(cluster.Kind{
			Provider: g.provider, Zone: zone, Capacity: cluster.Vector{CPU: 9},
			Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone},
		}), true)
	}
	g.job(t, "etl", 9, Submission{Duration: 20 * sim.Minute, Count: 1})
	g.scheduler.placer = richest{g.scheduler.placer, g.cluster}
	var v *Service
	g.at(sim.Second, sim.Arriving, func() { v, _ = g.revise(4, func(s *ServiceSetup) { s.Rebalancing, s.Warm = true, false }) })
	g.at(10*sim.Minute, sim.Scaling, func() { assert.Equal(t, []int{4, 0}, []int{v.Running(), v.Pending()}) })
	g.at(sim.Hour, sim.Scaling, func() {})
	g.run(t)
	assert.Equal(t, []int32{2, 2}, []int32{g.cluster.Instance(0).Tasks, g.cluster.Instance(1).Tasks})
}

// richest stops the task whose instance has the most.
type richest struct {
	Placer
	c *cluster.Cluster
}

func (r richest) Victim(_ cluster.GroupID, among []cluster.TaskID) cluster.TaskID {
	best := among[0]
	for _, id := range among {
		if r.c.Instance(r.c.Task(id).Instance).Tasks > r.c.Instance(r.c.Task(best).Instance).Tasks {
			best = id
		}
	}
	return best
}

// The draws of a task are made when it is submitted, in the order start-up, phase,
// failures, whatever becomes of it.
func TestTheDrawsOfATaskDoNotHangOnWhatBecomesOfIt(t *testing.T) {
	var drawn []string
	say := func(what string) float64 { drawn = append(drawn, what); return 0.5 }
	g := newStage(t, cluster.Vector{CPU: 1}, 1)
	_, _ = g.revise(2, func(s *ServiceSetup) {
		group := DefaultTargetGroup()
		s.TargetGroup = &group
		s.Startup = func() sim.Time { say("startup"); return 0 }
		s.Phase = func() float64 { return say("phase") }
		s.Failures = &Failures{Uniform: func() float64 { return say("uniform") }, After: func() sim.Time { say("after"); return sim.Hour }}
	})
	g.run(t)
	one := []string{"startup", "phase", "uniform", "uniform", "after"}
	assert.Equal(t, append(one, one...), drawn)
}

// Whatever befalls services whose tasks fail in all ways, what the scheduler keeps
// of them agrees with what there is after every event, and in the end there are as
// many tasks as there should be, unless a deployment has failed or is stuck.
func TestServicesHoldUnderFailuresAndDeployments(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newStage(t, cluster.Vector{CPU: int64(rapid.IntRange(3, 20).Draw(rt, "room"))}, 4)
		if rapid.Bool().Draw(rt, "residents") {
			g.cluster.KeepResidents()
		}
		if rapid.Bool().Draw(rt, "bucket") {
			g.scheduler.LimitLaunches(g.provider, 3, 1)
		}
		chance := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(rt, "chance")))
		failures := func() *Failures {
			if rapid.Bool().Draw(rt, "sound") {
				return nil
			}
			f := &Failures{
				AtStart:   float64(rapid.IntRange(0, 2).Draw(rt, "at start")) / 2,
				Unhealthy: float64(rapid.IntRange(0, 2).Draw(rt, "unhealthy")) / 2,
				Uniform:   chance.Float64,
			}
			if rapid.Bool().Draw(rt, "crash") {
				f.After = func() sim.Time { return sim.Time(chance.IntN(200)) * sim.Second }
			}
			return f
		}
		c := bounds(rapid.IntRange(0, 10).Draw(rt, "minimum")*10, rapid.IntRange(10, 25).Draw(rt, "maximum")*10)
		c.Strategy = Strategy(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(rt, "strategy"))
		c.CircuitBreaker.Enable, c.CircuitBreaker.Rollback = rapid.Bool().Draw(rt, "breaker"), rapid.Bool().Draw(rt, "rollback")
		class := g.class("service/web", 1)
		division, err := NewDivision([]Share{{Base: 1, Weight: 1}, {Weight: 1}})
		require.NoError(rt, err)
		other := class
		other.Priority = 1
		setup := ServiceSetup{
			Group: class.Group, Queue: g.queue, Desired: rapid.IntRange(0, 8).Draw(rt, "desired"), Warm: rapid.Bool().Draw(rt, "warm"),
			Revision: Revision{Name: "a", Classes: []cluster.Class{class, other}}, Division: division, Deployment: c,
			Rebalancing: rapid.Bool().Draw(rt, "rebalancing"),
		}
		setup.StopTimeout = sim.Time(rapid.IntRange(0, 30).Draw(rt, "stop")) * sim.Second
		if rapid.Bool().Draw(rt, "startup") {
			setup.Startup = func() sim.Time { return sim.Time(chance.IntN(60)) * sim.Second }
		}
		if rapid.Bool().Draw(rt, "balanced") {
			group := DefaultTargetGroup()
			setup.TargetGroup, setup.Phase = &group, chance.Float64
		}
		if rapid.Bool().Draw(rt, "checked") {
			setup.Health = &ContainerCheck{Interval: 10 * sim.Second, Timeout: 5 * sim.Second, Retries: 3}
		}
		if rapid.Bool().Draw(rt, "pulls") {
			setup.Image = g.scheduler.AddImage(20 * PullRate)
		}
		setup.Failures = failures()
		v := g.scheduler.AddService(setup)
		d := setup
		d.Group, d.Daemon, d.Division, d.Rebalancing = g.cluster.AddGroup("service/agent"), true, nil, false
		class.Group = d.Group
		d.Classes, d.Failures = []cluster.Class{class}, failures()
		agent := g.scheduler.AddService(d)
		r := setup.Revision
		for range rapid.IntRange(0, 8).Draw(rt, "blows") {
			at := sim.Time(rapid.IntRange(0, 600).Draw(rt, "at")) * sim.Second
			target := rapid.IntRange(0, 3).Draw(rt, "target")
			r.Failures = failures()
			revision := r
			switch rapid.IntRange(0, 4).Draw(rt, "blow") {
			case 0, 1:
				g.at(at, sim.Scaling, func() {
					v.Deploy(revision, "test")
					revision.Classes = d.Classes
					agent.Deploy(revision, "test")
				})
			case 2:
				g.at(at, sim.Scaling, func() { v.SetDesired(target*2, "") })
			case 3:
				g.at(at, sim.Capacity, func() {
					if on := cluster.InstanceID(target); g.cluster.Instance(on).State == cluster.Active {
						g.cluster.Drain(on)
					}
				})
			case 4:
				g.at(at, sim.Capacity, func() {
					g.cluster.LiveTasks(func(id cluster.TaskID) {
						if t := g.cluster.Task(id); int(t.Instance) == target && t.Number%2 == 0 {
							g.cluster.End(id, cluster.Interrupted)
						}
					})
				})
			}
		}
		g.at(sim.Hour, sim.Scaling, func() {})
		require.NoError(rt, g.kernel.Run(2*sim.Hour))
	})
}
