package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// broken has all tasks of a revision fail what is sent to them.
func broken(r *Revision) { r.Failures = failing(Failures{Unhealthy: 1}) }

// Ten tasks, and five more at most. The first five new ones take requests after a
// start-up of 10 s: 5 of 15 fail. They count as healthy after 40 s, five old ones
// stop and five new ones come; and so on until nothing works.
//
// Source: Amazon ECS developer guide, "Rolling update": without a load balancer and
// a health check a task is healthy 40 seconds after it runs.
func TestTasksThatNobodyChecksFailTheirPartOfTheRequests(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	v, deploy := g.revise(10, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 150)
		s.Startup = func() sim.Time { return 10 * sim.Second }
	})
	deploy(sim.Minute, "b", broken)
	for _, c := range []struct {
		at      sim.Time
		serving int
		fails   float64
	}{
		{69, 10, 0},
		{70, 10, 5.0 / 15},
		{100, 5, 5.0 / 10},
		{109, 5, 5.0 / 10},
		{110, 5, 10.0 / 15},
		{140, 0, 1},
		{200, 0, 1},
	} {
		g.at(c.at*sim.Second, sim.Scaling, func() {
			assert.Equal(t, c.serving, v.Serving(), "%d s", c.at)
			assert.InDelta(t, c.fails, v.Failing(), 1e-15, "%d s", c.at)
		})
	}
	g.at(4*sim.Minute, sim.Scaling, func() {
		assert.Equal(t, Completed, v.LastDeployment().Status)
		v.SetDesired(0, "")
		assert.Zero(t, v.Failing(), "who is told to stop gets no requests")
	})
	g.run(t)
}

// A new target gets its first request after it has passed a check, and that never
// happens.
//
// Source: Elastic Load Balancing, "Health checks for Application Load Balancer
// target groups".
func TestBehindALoadBalancerNothingIsSentToTasksThatNeverWorked(t *testing.T) {
	for _, strategy := range []Strategy{Rolling, BlueGreen, Linear, Canary} {
		g := newStage(t, cluster.Vector{CPU: 100}, 1)
		v, deploy := g.revise(10, func(s *ServiceSetup) {
			group := DefaultTargetGroup()
			s.TargetGroup = &group
			s.Deployment = bounds(100, 200)
			s.Deployment.Strategy = strategy
			s.Deployment.CircuitBreaker = CircuitBreaker{Enable: strategy == Rolling, Threshold: Threshold{Count, 10}}
		})
		deploy(sim.Minute, "b", broken)
		for at := sim.Minute; at < 20*sim.Minute; at += 7 * sim.Second {
			g.at(at, sim.Scaling, func() { assert.Zero(t, v.Failing()); assert.Equal(t, 10, v.Serving()) })
		}
		require.NoError(t, g.kernel.Run(20*sim.Minute))
		assert.Equal(t, strategy == Rolling, v.LastDeployment().Status == Failed)
	}
}

// A part of the requests is sent to green, and fails as far as its tasks fail it.
// The others are served by blue as before: of 95 per cent of the requests it gets
// them all, so that ten tasks are worth ten.
//
// Source: Amazon ECS API, CanaryConfiguration and LinearConfiguration.
func TestWhileRequestsAreShiftedAsManyFailAsTheNewTasksGet(t *testing.T) {
	at := func(c DeploymentConfiguration, change func(*Revision), when sim.Time) (serving int, cpu int64, fails float64) {
		g := newStage(t, cluster.Vector{CPU: 100}, 1)
		v, deploy := g.revise(10, func(s *ServiceSetup) { s.Deployment = &c })
		deploy(0, "b", change)
		g.at(when, sim.Scaling, func() { serving, cpu, fails = v.Serving(), v.ServingCPU(), v.Failing() })
		g.run(t)
		return serving, cpu, fails
	}
	canary, linear, blueGreen := *bounds(100, 200), *bounds(100, 200), *bounds(100, 200)
	canary.Strategy, canary.Bake = Canary, sim.Minute
	linear.Strategy, linear.StepPermille = Linear, 300
	blueGreen.Strategy, blueGreen.Bake = BlueGreen, sim.Minute
	half := func(r *Revision) {
		n := 0
		r.Failures = &Failures{Unhealthy: 0.5, Uniform: func() float64 { n++; return float64(n/2%2) * 0.9 }}
	}
	for _, c := range []struct {
		name    string
		of      DeploymentConfiguration
		change  func(*Revision)
		when    sim.Time
		serving int
		fails   float64
	}{
		{"before anything is shifted", canary, broken, 39 * sim.Second, 10, 0},
		{"a canary of 5 %", canary, broken, 5 * sim.Minute, 10, 0.05},
		{"and all that follow", canary, broken, 11 * sim.Minute, 0, 1},
		{"when it is over", canary, broken, 15 * sim.Minute, 0, 1},
		{"at once", blueGreen, broken, sim.Minute, 0, 1},
		{"two steps of 30 %", linear, broken, 7 * sim.Minute, 10, 0.6},
		// Half of 30 % fails. Of the other 85 % blue gets 70: 10 × 85/70 = 12.1.
		{"half of them", linear, half, 5 * sim.Minute, 12, 0.15},
		// Half of 60 %. Blue: 10 × 70/40 = 17.5, green: 5 × 70/30 = 11.7.
		{"half of them, then", linear, half, 7 * sim.Minute, 11, 0.3},
		{"none", linear, nil, 5 * sim.Minute, 14, 0},
	} {
		serving, cpu, fails := at(c.of, c.change, c.when)
		assert.Equal(t, c.serving, serving, c.name)
		assert.Equal(t, int64(c.serving), cpu, "%s: each task has one", c.name)
		assert.InDelta(t, c.fails, fails, 1e-15, c.name)
	}
}

// What is sent to a revision without a task fails; the other one serves its part.
func TestARevisionWithoutATaskLosesItsPart(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	v, deploy := g.revise(4, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 200)
		s.Deployment.Strategy = Canary
		s.Startup = func() sim.Time { return 20 * sim.Second }
	})
	deploy(0, "b", nil)
	g.at(sim.Minute, sim.Scaling, func() {
		assert.Zero(t, v.Failing())
		for len(v.shift.blue.tasks) > 0 {
			g.cluster.End(v.shift.blue.tasks[0], cluster.Failed)
		}
		assert.Equal(t, []any{4, 0.95}, []any{v.Serving(), v.Failing()})
		for len(v.current.tasks) > 0 {
			g.cluster.End(v.current.tasks[0], cluster.Failed)
		}
		assert.Equal(t, []any{0, 0.0}, []any{v.Serving(), v.Failing()}, "without any task requests wait, as they do for any service")
	})
	g.at(2*sim.Minute, sim.Scaling, func() { assert.Equal(t, []any{4, 0.0}, []any{v.Serving(), v.Failing()}) })
	g.run(t)
}

// Whatever happens: what fails is a part of all, and what serves holds what is sent
// to it. Each revision that serves has room for its part of what the service holds,
// and one of them no more than that.
func TestWhatServesHoldsWhatDoesNotFail(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newStage(t, cluster.Vector{CPU: 1000}, 2)
		draw := rapid.Float64Range(0, 0.999)
		c := bounds(100, rapid.IntRange(11, 25).Draw(rt, "maximum")*10)
		c.Strategy = Strategy(rapid.IntRange(0, 3).Draw(rt, "strategy"))
		c.Bake, c.CanaryBake, c.StepBake = sim.Minute, sim.Minute, sim.Minute
		_, deploy := g.revise(rapid.IntRange(1, 12).Draw(rt, "desired"), func(s *ServiceSetup) {
			s.Deployment = c
			s.Startup = func() sim.Time { return sim.Time(draw.Draw(rt, "startup")*30) * sim.Second }
		})
		for i := range rapid.IntRange(1, 3).Draw(rt, "deployments") {
			deploy(sim.Time(1+i*rapid.IntRange(1, 5).Draw(rt, "gap"))*sim.Minute, string(rune('b'+i)), func(r *Revision) {
				r.Failures = &Failures{Unhealthy: draw.Draw(rt, "unhealthy"), Uniform: func() float64 { return draw.Draw(rt, "uniform") }}
			})
		}
		g.scheduler.Observe(&served{rt})
		g.run(t)
	})
}

type served struct{ *rapid.T }

func (w *served) ServiceChanged(now sim.Time, v *Service) {
	lost, all := v.Failing(), v.total()
	if !(lost >= 0 && lost <= 1) || lost > 0 && all.failing == 0 && v.shift.stage == unshifted || v.Serving() > all.serving {
		w.Fatalf("%v: %v fails, %d serve: %+v", now, lost, v.Serving(), all)
	}
	if v.shift.stage == unshifted || lost == 1 || v.Serving() == 0 {
		return
	}
	// Tasks that the service is said to hold for, and a share of what they get.
	tight := false
	for _, r := range v.revisions {
		if v.weight(r) == 0 || r.serving == 0 {
			continue
		}
		part := float64(v.weight(r)) / 1000 * float64(r.serving) / float64(r.taking()) / (1 - lost)
		switch need := part * float64(v.Serving()); {
		case need > float64(r.serving)+1e-9:
			w.Fatalf("%v: %d of %s serve %v of %d", now, r.serving, r.Name, part, v.Serving())
		case need+part > float64(r.serving)-1e-9:
			tight = true
		}
	}
	if !tight {
		w.Fatalf("%v: %d could be more: %+v", now, v.Serving(), all)
	}
}
