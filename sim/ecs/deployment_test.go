package ecs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// deployed follows the deployments of services.
type deployed struct {
	lines []string
	peak  int // most tasks, those that stop included
	low   int // fewest healthy ones since the first deployment was completed
}

func (d *deployed) ServiceChanged(_ sim.Time, v *Service) {
	all := v.total()
	d.peak = max(d.peak, all.live()+all.stopping)
	if v.completed != nil && v.attentive {
		d.low = min(d.low, all.healthy)
	}
}

func (d *deployed) DeploymentChanged(now sim.Time, v *Service, n *Deployment) {
	line := fmt.Sprintf("%v: %d %s %v", now, n.Number, n.Revision, n.Status)
	if n.Failures > 0 {
		line += fmt.Sprintf(", %d failures", n.Failures)
	}
	if n.Rollback {
		line += ", " + n.Why
	}
	if n.Stuck != "" {
		line += ", stuck"
	}
	for _, w := range v.Traffic(nil) {
		if v.shift.green > 0 {
			line += fmt.Sprintf(", %s %d", w.Revision, w.Permille)
		}
	}
	d.lines = append(d.lines, line)
}

// observe has the deployments of a stage followed.
func (g *stage) observe() *deployed {
	d := &deployed{low: 1 << 30}
	g.scheduler.Observe(d)
	return d
}

// revise adds a warm service of a revision "a", and returns it with a function
// that deploys others of the same classes.
func (g *stage) revise(desired int, change func(*ServiceSetup)) (*Service, func(at sim.Time, name string, change func(*Revision))) {
	class := g.class("service/web", 1)
	setup := ServiceSetup{Group: class.Group, Queue: g.queue, Revision: Revision{Name: "a", Classes: []cluster.Class{class}}, Desired: desired, Warm: true}
	if change != nil {
		change(&setup)
	}
	v := g.scheduler.AddService(setup)
	return v, func(at sim.Time, name string, change func(*Revision)) {
		r := setup.Revision
		r.Name = name
		if change != nil {
			change(&r)
		}
		g.at(at, sim.Scaling, func() { v.Deploy(r, "test") })
	}
}

func bounds(minimum, maximum int) *DeploymentConfiguration {
	d := DefaultDeployment()
	d.MinimumHealthyPercent, d.MaximumPercent = minimum, maximum
	return &d
}

// Source: Amazon ECS developer guide, "Rolling update": the lower limit is rounded
// up to the nearest integer, the upper one down.
func TestTheBoundsAreRoundedToTheCarefulSide(t *testing.T) {
	for _, c := range []struct{ desired, minimum, maximum, lower, upper int }{
		{4, 50, 100, 2, 4},
		{4, 100, 200, 4, 8},
		{3, 50, 150, 2, 4},  // 1.5 and 4.5
		{1, 50, 150, 1, 1},  // 0.5 and 1.5
		{1, 100, 199, 1, 1}, // 1.99
		{7, 34, 134, 3, 9},  // 2.38 and 9.38
		{10, 0, 100, 0, 10},
		{0, 100, 200, 0, 0},
	} {
		lower, upper := bounds(c.minimum, c.maximum).Bounds(c.desired)
		assert.Equal(t, []int{c.lower, c.upper}, []int{lower, upper}, "%+v", c)
	}
}

// A task counts as healthy 40 s after it runs. All have room.
// Source: Amazon ECS developer guide, "Rolling update".
func TestARollingUpdateStaysWithinItsBounds(t *testing.T) {
	for _, c := range []struct {
		name             string
		desired          int
		minimum, maximum int
		stop             sim.Time
		took             sim.Time
		peak, low        int
	}{
		// All new ones at once; when they are healthy all old ones go.
		{"100 and 200", 4, 100, 200, 0, 40 * sim.Second, 8, 4},
		{"100 and 200, with a stop timeout", 4, 100, 200, 10 * sim.Second, 40 * sim.Second, 8, 4},
		// Two by two: two old ones go, two new ones come.
		{"50 and 100", 4, 50, 100, 0, 80 * sim.Second, 4, 2},
		// Those that stop count: each batch waits for the end of the one before.
		{"50 and 100, with a stop timeout", 4, 50, 100, 10 * sim.Second, 100 * sim.Second, 4, 2},
		// Up to 4 + 2; four batches of 2 would need room that old ones give by 2.
		{"100 and 150", 4, 100, 150, 0, 80 * sim.Second, 6, 4},
		{"0 and 100", 4, 0, 100, 0, 40 * sim.Second, 4, 0},
		// One more than five: one after the other.
		{"100 and 120", 5, 100, 120, 0, 200 * sim.Second, 6, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t, cluster.Vector{CPU: 100}, 1)
			d := g.observe()
			v, deploy := g.revise(c.desired, func(s *ServiceSetup) {
				s.Deployment, s.StopTimeout = bounds(c.minimum, c.maximum), c.stop
			})
			deploy(sim.Minute, "b", nil)
			g.at(sim.Minute, sim.Scaling, func() { assert.True(t, v.Deploying()) })
			g.run(t)
			assert.Equal(t, []string{
				"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED",
				"1m0s: 2 b IN_PROGRESS", fmt.Sprintf("%v: 2 b COMPLETED", sim.Minute+c.took),
			}, d.lines)
			assert.Equal(t, []int{c.peak, c.low}, []int{d.peak, d.low})
			assert.False(t, v.Deploying())
			assert.Equal(t, []Weight{{"b", 1000, c.desired}}, v.Traffic(nil))
		})
	}
}

// Source: Amazon ECS developer guide, "Rolling update" and "Service event
// messages": a small service with 100 and 100 per cent can neither start nor stop
// a task; that is no failure.
func TestADeploymentThatIsStuckGoesOnWhenItCan(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(2, func(s *ServiceSetup) { s.Deployment = bounds(100, 100) })
	deploy(sim.Minute, "b", nil)
	// One crashes, and its place is taken by a new one. For the other the service
	// needs room: 3 of 3.
	g.at(2*sim.Minute, sim.Scaling, func() {
		assert.Equal(t, "minimumHealthyPercent 100 and maximumPercent 100 let it neither start nor stop a task", v.Stuck())
		g.cluster.End(g.named("service/web/0"), cluster.Failed)
	})
	g.at(5*sim.Minute, sim.Scaling, func() {
		assert.NotEmpty(t, v.Stuck())
		v.SetDesired(3, "")
	})
	g.at(10*sim.Minute, sim.Scaling, func() { g.cluster.End(g.named("service/web/1"), cluster.Failed) })
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED",
		"1m0s: 2 b IN_PROGRESS", "1m0s: 2 b IN_PROGRESS, stuck", "2m0s: 2 b IN_PROGRESS", "2m40s: 2 b IN_PROGRESS, stuck",
		"5m0s: 2 b IN_PROGRESS", "5m40s: 2 b IN_PROGRESS, stuck", "10m0s: 2 b IN_PROGRESS", "10m40s: 2 b COMPLETED",
	}, d.lines)
}

// Room for 5 tasks of which 4 are taken: one after the other, as old ones go.
func TestADeploymentStartsAsManyAsTheClusterAllows(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 5}, 1)
	d := g.observe()
	v, deploy := g.revise(4, nil)
	deploy(sim.Minute, "b", nil)
	g.run(t)
	assert.Equal(t, []string{"1m0s: 2 b IN_PROGRESS", fmt.Sprintf("%v: 2 b COMPLETED", sim.Minute+4*40*sim.Second)}, d.lines[1:])
	assert.Equal(t, 8, d.peak, "those that wait count")
	assert.Equal(t, 4, v.Running())

	g = newStage(t, cluster.Vector{CPU: 4}, 1)
	v, deploy = g.revise(4, nil)
	deploy(sim.Minute, "b", nil)
	g.run(t)
	assert.Equal(t, "4 of its tasks have no place, and minimumHealthyPercent 100 lets no other task stop", v.Stuck())
}

func TestADeploymentOvertakesAnother(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(4, func(s *ServiceSetup) { s.Deployment = bounds(100, 200) })
	deploy(60*sim.Second, "b", nil)
	deploy(70*sim.Second, "c", nil)
	g.run(t)
	// Those of b are not healthy and go at once: there is room for all of c.
	assert.Equal(t, []string{
		"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED", "1m0s: 2 b IN_PROGRESS", "1m10s: 2 b STOPPED",
		"1m10s: 3 c IN_PROGRESS", "1m50s: 3 c COMPLETED",
	}, d.lines)
	assert.Equal(t, []int{8, 4}, []int{d.peak, d.low})
	assert.Equal(t, 4, v.Running())
}

func TestTheBoundsOfADeploymentFollowTheDesiredNumber(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(4, nil)
	deploy(sim.Minute, "b", nil)
	g.at(70*sim.Second, sim.Scaling, func() { v.SetDesired(6, "out") })
	g.at(80*sim.Second, sim.Scaling, func() {
		assert.Equal(t, 10, v.Running(), "4 of a and 6 of b: the old ones are not made more")
		v.SetDesired(3, "in")
		assert.Equal(t, 6, v.Running(), "3 of b, and of the healthy ones of a no more than needed")
	})
	g.run(t)
	assert.Equal(t, "1m50s: 2 b COMPLETED", d.lines[len(d.lines)-1], "one of those that came at 70 s is left")
	assert.Equal(t, 3, v.Running())
}

// Source: Amazon ECS developer guide, "How the Amazon ECS deployment circuit
// breaker detects failures"; Amazon ECS API, ThresholdConfiguration: 50 per cent,
// at least 3 and at most 200.
func TestHowManyFailuresAreTooMany(t *testing.T) {
	for _, c := range []struct {
		Threshold
		desired, want int
	}{
		{Threshold{BoundedPercent, 50}, 1, 3},
		{Threshold{BoundedPercent, 50}, 4, 3}, // 2
		{Threshold{BoundedPercent, 50}, 6, 3},
		{Threshold{BoundedPercent, 50}, 7, 4}, // 3.5
		{Threshold{BoundedPercent, 50}, 10, 5},
		{Threshold{BoundedPercent, 50}, 25, 13}, // 12.5
		{Threshold{BoundedPercent, 50}, 400, 200},
		{Threshold{BoundedPercent, 50}, 1000, 200}, // 500
		{Threshold{BoundedPercent, 10}, 1000, 100},
		{Threshold{UnboundedPercent, 50}, 1, 1},
		{Threshold{UnboundedPercent, 50}, 800, 400},
		{Threshold{Count, 7}, 1, 7},
	} {
		assert.Equal(t, c.want, c.Failures(c.desired), "%+v", c)
	}
}

// failing draws the same number again and again.
func failing(f Failures) *Failures {
	f.Uniform = func() float64 { return 0.5 }
	return &f
}

// Four tasks that end before they run: one attempt, of which three are too many.
func TestTheCircuitBreakerGoesBackToWhatWasCompletedLast(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(4, func(s *ServiceSetup) {
		s.Deployment = bounds(50, 100)
		s.Deployment.CircuitBreaker.Enable, s.Deployment.CircuitBreaker.Rollback = true, true
	})
	deploy(sim.Minute, "b", func(r *Revision) { r.Failures = failing(Failures{AtStart: 1}) })
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED", "1m0s: 2 b IN_PROGRESS",
		// 2 of 4 old ones go, 2 new ones fail. They are restarted after 5 s.
		"1m0s: 2 b IN_PROGRESS, 1 failures", "1m0s: 2 b IN_PROGRESS, 2 failures",
		"1m5s: 2 b IN_PROGRESS, 3 failures", "1m5s: 2 b IN_PROGRESS, 4 failures", "1m5s: 2 b FAILED, 4 failures",
		"1m5s: 3 a IN_PROGRESS, rollback: deployment 2 has failed 4 times",
		"1m45s: 3 a COMPLETED, rollback: deployment 2 has failed 4 times",
	}, d.lines)
	assert.Equal(t, []int{4, 4}, []int{v.Running(), v.Healthy()})
	assert.Len(t, v.revisions, 2)
}

// Where there is nothing to go back to, or it is not asked for, no further task
// starts.
func TestAFailedDeploymentStartsNothing(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	v, deploy := g.revise(4, func(s *ServiceSetup) {
		s.Deployment = bounds(50, 100)
		s.Deployment.CircuitBreaker.Enable = true
	})
	deploy(sim.Minute, "b", func(r *Revision) { r.Failures = failing(Failures{AtStart: 1}) })
	g.at(2*sim.Hour, sim.Scaling, func() {
		assert.Equal(t, Failed, v.LastDeployment().Status)
		assert.Equal(t, []int{2, 0}, []int{v.Running(), v.Pending()}, "those of a that the lower bound has kept")
		v.SetDesired(6, "")
		assert.Equal(t, 2, v.Running())
	})
	deploy(3*sim.Hour, "c", nil)
	g.run(t)
	assert.Equal(t, Completed, v.LastDeployment().Status)
	assert.Equal(t, 6, v.Running())
}

// A target that never answers: two checks fail, at 0 and 30 s, and the second is
// known to have failed 5 s later. With the default configuration there are four of
// each revision; the old ones go on.
// Source: Amazon ECS developer guide, "How the Amazon ECS deployment circuit
// breaker detects failures", stage 2; Elastic Load Balancing, "Health checks for
// Application Load Balancer target groups".
func TestTasksThatFailHealthChecksTripTheCircuitBreaker(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(4, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 200)
		s.Deployment.CircuitBreaker.Enable, s.Deployment.CircuitBreaker.Rollback = true, true
		group := DefaultTargetGroup()
		s.TargetGroup = &group
	})
	deploy(sim.Minute, "b", func(r *Revision) { r.Failures = failing(Failures{Unhealthy: 1}) })
	g.at(80*sim.Second, sim.Scaling, func() {
		assert.Equal(t, []int{8, 4, 4}, []int{v.Running(), v.Serving(), v.Healthy()})
	})
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED", "1m0s: 2 b IN_PROGRESS",
		"1m35s: 2 b IN_PROGRESS, 1 failures", "1m35s: 2 b IN_PROGRESS, 2 failures", "1m35s: 2 b IN_PROGRESS, 3 failures",
		"1m35s: 2 b IN_PROGRESS, 4 failures", "1m35s: 2 b FAILED, 4 failures",
		"1m35s: 3 a IN_PROGRESS, rollback: deployment 2 has failed 4 times", "1m35s: 3 a COMPLETED, rollback: deployment 2 has failed 4 times",
	}[:3], d.lines[:3])
	assert.Equal(t, "1m35s: 3 a COMPLETED, rollback: deployment 2 has failed 3 times", d.lines[len(d.lines)-1])
	assert.Equal(t, []int{4, 4}, []int{v.Running(), v.Serving()})
	assert.Equal(t, 395*sim.Second, g.kernel.Now(), "the deregistration delay of what was stopped")
}

// A task that becomes healthy has the count begin anew: with every second one
// unhealthy the breaker never trips.
func TestATaskThatBecomesHealthyResetsTheCircuitBreaker(t *testing.T) {
	for _, reset := range []bool{true, false} {
		g := newStage(t, cluster.Vector{CPU: 100}, 1)
		v, deploy := g.revise(4, func(s *ServiceSetup) {
			s.Deployment = bounds(100, 125) // one after the other
			s.Deployment.CircuitBreaker = CircuitBreaker{Enable: true, ResetOnHealthyTask: reset, Threshold: Threshold{Count, 2}}
			group := DefaultTargetGroup()
			group.DeregistrationDelay = 0
			s.TargetGroup = &group
		})
		n := 0
		deploy(sim.Minute, "b", func(r *Revision) {
			r.Failures = &Failures{Unhealthy: 0.5, Uniform: func() float64 { n++; return float64(n/2%2) * 0.9 }}
		})
		g.run(t)
		want := map[bool]DeploymentStatus{true: Completed, false: Failed}[reset]
		assert.Equal(t, want, v.LastDeployment().Status, "reset: %v", reset)
	}
}

// Source: Amazon ECS developer guide, "Amazon ECS blue/green deployments": green
// is scaled to all of the desired number first.
func TestBlueGreen(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(10, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 100)
		s.Deployment.Strategy, s.Deployment.Bake = BlueGreen, 5*sim.Minute
	})
	deploy(sim.Minute, "b", nil)
	// While both are there, both follow the desired number and what fails is replaced
	// by its own revision.
	g.at(3*sim.Minute, sim.Scaling, func() {
		assert.Equal(t, []int{20, 10}, []int{v.Running(), v.Serving()})
		v.SetDesired(12, "")
		g.cluster.End(g.named("service/web/0"), cluster.Failed)
	})
	g.at(4*sim.Minute, sim.Scaling, func() { assert.Equal(t, []int{12, 12}, []int{v.revisions[0].placed, v.revisions[1].placed}) })
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 a IN_PROGRESS", "0s: 1 a COMPLETED", "1m0s: 2 b IN_PROGRESS", "1m40s: 2 b IN_PROGRESS, b 1000", "6m40s: 2 b COMPLETED",
	}, d.lines)
	assert.Equal(t, 24, d.peak)
	assert.Equal(t, []int{12, 12}, []int{v.Running(), v.Serving()})
}

// Shifts of 30 per cent: ceil(100/30) = 4, with 3 waits, and the last bake.
// Source: Amazon ECS API, LinearConfiguration.
func TestLinear(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(10, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 200)
		s.Deployment.Strategy, s.Deployment.StepPermille, s.Deployment.StepBake, s.Deployment.Bake = Linear, 300, sim.Minute, 2*sim.Minute
	})
	deploy(0, "b", nil)
	g.at(50*sim.Second, sim.Scaling, func() { assert.Equal(t, 14, v.Serving(), "10/0.7 = 14.3") })
	g.at(110*sim.Second, sim.Scaling, func() { assert.Equal(t, 16, v.Serving(), "10/0.6 = 16.7") })
	g.run(t)
	assert.Equal(t, []string{
		"40s: 2 b IN_PROGRESS, a 700, b 300", "1m40s: 2 b IN_PROGRESS, a 400, b 600",
		"2m40s: 2 b IN_PROGRESS, a 100, b 900", "3m40s: 2 b IN_PROGRESS, b 1000", "5m40s: 2 b COMPLETED",
	}, d.lines[3:])
	for step, want := range map[int]int{30: 34, 100: 10, 333: 4, 1000: 1} { // ceil(1000/step)
		g := newStage(t, cluster.Vector{CPU: 100}, 1)
		d := g.observe()
		_, deploy := g.revise(1, func(s *ServiceSetup) {
			s.Deployment = bounds(100, 200)
			s.Deployment.Strategy, s.Deployment.StepPermille = Linear, step
		})
		deploy(0, "b", nil)
		g.run(t)
		assert.Len(t, d.lines, 3+want+1, "steps of %d", step)
		assert.Equal(t, 40*sim.Second+sim.Time(want-1)*6*sim.Minute, g.kernel.Now())
	}
}

// Source: Amazon ECS API, CanaryConfiguration.
func TestCanaryAndADeploymentThatOvertakesIt(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	d := g.observe()
	v, deploy := g.revise(10, func(s *ServiceSetup) {
		s.Deployment = bounds(100, 200)
		s.Deployment.Strategy, s.Deployment.Bake = Canary, sim.Minute
	})
	deploy(0, "b", nil)
	deploy(5*sim.Minute, "c", nil)
	g.at(4*sim.Minute, sim.Scaling, func() { assert.Equal(t, 10, v.Serving(), "10/0.95 = 10.5") })
	g.run(t)
	assert.Equal(t, []string{
		"40s: 2 b IN_PROGRESS, a 950, b 50", "5m0s: 2 b STOPPED, a 950, b 50", "5m0s: 3 c IN_PROGRESS",
		"5m40s: 3 c IN_PROGRESS, a 950, c 50", "15m40s: 3 c IN_PROGRESS, c 1000", "16m40s: 3 c COMPLETED",
	}, d.lines[3:])
	assert.Equal(t, 10, v.Running())
	assert.Equal(t, 20, d.peak)
}

// A base of 2 and weights 1 to 1: of six tasks of each revision four go to the
// first provider, whatever the other revision has there.
func TestEachRevisionIsDividedByItself(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 100}, 1)
	other := g.cluster.AddProvider("q")
	g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: other, Capacity: cluster.Vector{CPU: 100}}), true)
	queue := g.scheduler.AddQueue(Discipline{}, g.provider, other)
	division, err := NewDivision([]Share{{Base: 2, Weight: 1}, {Weight: 1}})
	require.NoError(t, err)
	v, deploy := g.revise(6, func(s *ServiceSetup) {
		away := s.Classes[0]
		away.Pool = g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{other}})
		s.Queue, s.Classes, s.Division = queue, append(s.Classes, away), division
	})
	deploy(sim.Minute, "b", nil)
	g.at(70*sim.Second, sim.Scaling, func() {
		assert.Equal(t, []int32{8, 4}, []int32{g.cluster.Instance(0).Tasks, g.cluster.Instance(1).Tasks})
	})
	g.run(t)
	assert.Equal(t, []int32{4, 2}, []int32{g.cluster.Instance(0).Tasks, g.cluster.Instance(1).Tasks})
	assert.Equal(t, 6, v.Running())
}

// A daemon never has two tasks on an instance. With a minimum of 50 per cent of
// four, two go at a time.
// Source: Amazon ECS API, DeploymentConfiguration: maximumPercent of a DAEMON is 100.
func TestADaemonIsDeployedInstanceByInstance(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 4)
	d := g.observe()
	class := g.class("service/agent", 1)
	v := g.scheduler.AddService(ServiceSetup{Group: class.Group, Daemon: true, Warm: true, Revision: Revision{Name: "a", Classes: []cluster.Class{class}}, Deployment: bounds(50, 100)})
	g.at(sim.Minute, sim.Scaling, func() {
		d.low = 4
		v.Deploy(Revision{Name: "b", Classes: []cluster.Class{class}}, "test")
	})
	g.run(t)
	assert.Equal(t, []string{"1m0s: 2 b IN_PROGRESS", "2m20s: 2 b COMPLETED"}, d.lines[2:])
	assert.Equal(t, []int{4, 2}, []int{v.Running(), d.low})
}

// Whatever happens, as long as nothing fails: the healthy tasks are never fewer
// than the lower bound, all tasks never more than the upper one, and every
// deployment ends.
func TestDeploymentsStayWithinTheirBoundsAndEnd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newStage(t, cluster.Vector{CPU: 1000}, 2)
		desired := rapid.IntRange(0, 12).Draw(rt, "desired")
		c := bounds(rapid.IntRange(0, 10).Draw(rt, "minimum")*10, rapid.IntRange(10, 25).Draw(rt, "maximum")*10)
		c.Strategy = Strategy(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(rt, "strategy"))
		c.Bake = sim.Time(rapid.IntRange(0, 100).Draw(rt, "bake")) * sim.Second
		phase := rapid.Float64Range(0, 0.999)
		v, deploy := g.revise(desired, func(s *ServiceSetup) {
			s.Deployment = c
			s.StopTimeout = sim.Time(rapid.IntRange(0, 30).Draw(rt, "stop")) * sim.Second
			s.Startup = func() sim.Time { return 7 * sim.Second }
			if rapid.Bool().Draw(rt, "balanced") {
				group := DefaultTargetGroup()
				group.DeregistrationDelay = sim.Time(rapid.IntRange(0, 60).Draw(rt, "delay")) * sim.Second
				s.TargetGroup = &group
				s.Phase = func() float64 { return phase.Draw(rt, "phase") }
			}
			if rapid.Bool().Draw(rt, "checked") {
				s.Health = &ContainerCheck{Interval: 10 * sim.Second, Timeout: 5 * sim.Second, Retries: 3}
			}
		})
		lower, upper := c.Bounds(desired)
		if c.Strategy != Rolling {
			upper = max(upper, 2*desired)
			lower = desired
		}
		watch := &within{t: rt, lower: lower, upper: max(upper, desired)}
		g.scheduler.Observe(watch)
		at := sim.Minute
		for range rapid.IntRange(1, 4).Draw(rt, "deployments") {
			deploy(at, fmt.Sprint(at), nil)
			at += sim.Time(rapid.IntRange(0, 300).Draw(rt, "gap")) * sim.Second
		}
		g.run(t)
		all := v.total()
		switch {
		case v.Stuck() != "":
			require.Equal(rt, Rolling, c.Strategy)
			require.True(rt, lower >= desired && upper <= desired, "%d is bounded by %d and %d: %s", desired, lower, upper, v.Stuck())
		default:
			require.Equal(rt, Completed, v.LastDeployment().Status)
			require.Equal(rt, counts{placed: desired, serving: desired, healthy: desired}, all)
			require.Equal(rt, desired, v.current.placed)
		}
	})
}

type within struct {
	t            *rapid.T
	lower, upper int
}

func (w *within) ServiceChanged(now sim.Time, v *Service) {
	all := v.total()
	if now == 0 {
		return
	}
	there := all.live()
	if v.Deployment.Strategy == Rolling {
		there += all.stopping
	}
	if all.healthy < w.lower || there > w.upper {
		w.t.Fatalf("at %v: %+v, within %d and %d", now, all, w.lower, w.upper)
	}
}
