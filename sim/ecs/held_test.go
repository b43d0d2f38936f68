package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
)

// One machine of four CPUs: what waits in a strict queue waits for the first, and
// elsewhere for nobody.
func TestTheHeadOfAQueue(t *testing.T) {
	for _, strict := range []bool{true, false} {
		y := newYard(t, 1, 4, Discipline{Strict: strict})
		y.job("a", Job{},
			Submission{Duration: 10, Class: cpus(2)},
			Submission{Duration: 5, Class: cpus(3)},
			Submission{Duration: 5, Class: cpus(4)},
			Submission{Duration: 5, Class: cpus(3)},
		)
		seen := 0
		y.at(5, func() {
			y.cluster.LiveTasks(func(id cluster.TaskID) {
				if y.cluster.Task(id).Instance != cluster.None {
					return
				}
				seen++
				head := y.scheduler.Head(y.cluster.Task(id).Class)
				if !strict {
					assert.Equal(t, cluster.TaskID(cluster.None), head)
					return
				}
				assert.Equal(t, "a/1", y.cluster.TaskName(head))
			})
		})
		y.run()
		assert.Equal(t, 3, seen)
	}
}

// Sources: Amazon ECS developer guide, "Amazon ECS service throttle logic", "Amazon
// ECS service quotas", "AWS Fargate throttling quotas".
func TestWhyTasksOfAServiceAreHeld(t *testing.T) {
	type held struct {
		why   Hold
		until sim.Time
	}
	look := func(v *Service, now sim.Time) held {
		why, until := v.Held(now)
		return held{why, until}
	}

	g := newStage(t, cluster.Vector{CPU: 4}, 1)
	v, _ := g.revise(2, func(s *ServiceSetup) { s.Failures = failing(Failures{AtStart: 1}) })
	g.at(20*sim.Second, sim.Scaling, func() {
		assert.Equal(t, held{RestartsHeld, 35 * sim.Second}, look(v, 20*sim.Second), "after tries at 0, 5 and 15 s")
	})
	assert.NoError(t, g.kernel.Run(sim.Minute))

	g = newStage(t, cluster.Vector{CPU: 2000}, 1)
	v, _ = g.revise(1200, func(s *ServiceSetup) { s.LaunchesPerMinute, s.Warm = LaunchesPerMinute, false })
	g.at(30*sim.Second, sim.Scaling, func() {
		assert.Equal(t, held{LaunchesHeld, sim.Minute}, look(v, 30*sim.Second))
	})
	g.at(150*sim.Second, sim.Scaling, func() { assert.Equal(t, held{}, look(v, 150*sim.Second), "200 of 500") })
	g.run(t)

	g = newStage(t, cluster.Vector{CPU: 1000}, 1)
	g.scheduler.LimitLaunches(g.provider, FargateBurst, FargateRefill)
	v = g.service("web", 1, 150)
	g.at(20*sim.Millisecond, sim.Scaling, func() {
		assert.Equal(t, held{ProviderHeld, 50 * sim.Millisecond}, look(v, 20*sim.Millisecond))
	})
	g.at(10*sim.Second, sim.Scaling, func() { assert.Equal(t, held{}, look(v, 10*sim.Second)) })
	g.run(t)

	g = newStage(t, cluster.Vector{CPU: 100}, 1)
	v, deploy := g.revise(4, func(s *ServiceSetup) {
		s.Deployment = bounds(50, 100)
		s.Deployment.CircuitBreaker.Enable = true
	})
	deploy(sim.Minute, "b", func(r *Revision) { r.Failures = failing(Failures{AtStart: 1}) })
	g.at(2*sim.Hour, sim.Scaling, func() {
		assert.Equal(t, held{DeploymentHeld, sim.Never}, look(v, 2*sim.Hour), "nothing has been rolled back")
	})
	g.run(t)
}
