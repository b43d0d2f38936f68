package ecs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
)

// pulled notes when the containers of tasks start.
type pulled struct {
	*world
	starts []string
}

func (p *pulled) TaskPulled(now sim.Time, id cluster.TaskID) {
	p.starts = append(p.starts, fmt.Sprintf("%v %s, placed at %v", now, p.cluster.TaskName(id), p.cluster.Task(id).Placed()))
}

// live adds a service whose tasks take a second to pull their image, two to start
// up, and three to stop.
func (g *stage) live(name string, desired int, warm bool) *Service {
	class := g.class(cluster.ServicePrefix+name, 1)
	return g.scheduler.AddService(ServiceSetup{
		Group: class.Group, Queue: g.queue, Desired: desired, Warm: warm,
		Revision: Revision{
			Classes: []cluster.Class{class}, Image: g.scheduler.AddImage(PullRate),
			Startup: func() sim.Time { return 2 * sim.Second }, StopTimeout: 3 * sim.Second,
		},
	})
}

// course lists how many tasks are desired, wait, run, serve and stop.
func (v *Service) course(now sim.Time) string {
	return fmt.Sprintf("%v: %d desired, %d pending, %d running, %d serving, %d stopping", now, v.Desired(), v.Pending(), v.Running(), v.Serving(), v.Stopping())
}

type courses struct{ lines []string }

func (c *courses) ServiceChanged(now sim.Time, v *Service) {
	line := v.course(now)
	if n := len(c.lines); n > 0 && c.lines[n-1][:6] == line[:6] {
		c.lines[n-1] = line
		return
	}
	c.lines = append(c.lines, line)
}

func TestTheLifeOfATask(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 3}, 1)
	var c courses
	g.scheduler.Observe(&c)
	p := &pulled{world: &g.world}
	g.cluster.Watch(p)
	v := g.live("web", 1, false)
	// A task that comes while another pulls waits for the same image, one that comes
	// later finds it there.
	g.at(500*sim.Millisecond, sim.Scaling, func() { v.SetDesired(2, "") })
	g.at(10*sim.Second, sim.Scaling, func() { v.SetDesired(3, "") })
	// One that is told to stop while it starts up never serves.
	g.at(11*sim.Second, sim.Scaling, func() { v.SetDesired(0, "") })
	g.run(t)
	assert.Equal(t, []string{"1s service/web/0, placed at 0s", "1s service/web/1, placed at 500ms"}, p.starts)
	assert.Equal(t, []string{
		"0s: 1 desired, 1 pending, 0 running, 0 serving, 0 stopping",
		"500ms: 2 desired, 2 pending, 0 running, 0 serving, 0 stopping",
		"1s: 2 desired, 0 pending, 2 running, 0 serving, 0 stopping",
		"3s: 2 desired, 0 pending, 2 running, 2 serving, 0 stopping",
		"10s: 3 desired, 0 pending, 3 running, 2 serving, 0 stopping",
		"11s: 0 desired, 0 pending, 0 running, 0 serving, 3 stopping",
		"14s: 0 desired, 0 pending, 0 running, 0 serving, 0 stopping",
	}, c.lines)
	assert.Zero(t, g.cluster.Running())
}

// Those of a warm service have been there before the run; an instance that joins
// has no image, and neither has one that takes the slot of another.
func TestWhatIsWarm(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 1)
	var c courses
	g.scheduler.Observe(&c)
	v := g.live("web", 1, true)
	g.at(sim.Second, sim.Scaling, func() { v.SetDesired(0, "") })
	g.at(5*sim.Second, sim.Scaling, func() { v.SetDesired(1, "") })
	g.at(8*sim.Second, sim.Scaling, func() { v.SetDesired(0, "") })
	g.at(20*sim.Second, sim.Capacity, func() {
		g.cluster.Terminate(0)
		g.cluster.Launch(g.kind, true)
		v.SetDesired(1, "")
	})
	g.run(t)
	assert.Equal(t, []string{
		"0s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
		"1s: 0 desired, 0 pending, 0 running, 0 serving, 1 stopping",
		"4s: 0 desired, 0 pending, 0 running, 0 serving, 0 stopping",
		"5s: 1 desired, 0 pending, 1 running, 0 serving, 0 stopping",
		"7s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
		"8s: 0 desired, 0 pending, 0 running, 0 serving, 1 stopping",
		"11s: 0 desired, 0 pending, 0 running, 0 serving, 0 stopping",
		"20s: 1 desired, 1 pending, 0 running, 0 serving, 0 stopping",
		"21s: 1 desired, 0 pending, 1 running, 0 serving, 0 stopping",
		"23s: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping",
	}, c.lines)
}

// A scale-in takes tasks that pull before those that run, and they go at once.
func TestAScaleInTakesWhatPullsFirst(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 1}, 2)
	v := g.live("web", 1, true)
	g.at(sim.Second, sim.Scaling, func() { v.SetDesired(2, "") })
	g.at(1500*sim.Millisecond, sim.Scaling, func() { v.SetDesired(1, "") })
	g.run(t)
	assert.Equal(t, []string{"1500000000 stopped by the scheduler service/web/1"}, g.rejects)
	assert.Equal(t, "0: 1 desired, 0 pending, 1 running, 1 serving, 0 stopping", "0: "+v.course(0)[len("0s: "):])
}

// The duration of a job's task counts from the start of its containers. Two tasks
// of no length on one instance: the image is pulled once.
func TestATaskOfAJobRunsOnceItsImageIsThere(t *testing.T) {
	g := newStage(t, cluster.Vector{CPU: 2}, 1)
	class := g.class("etl", 2)
	g.scheduler.AddImage(1)
	l := list([]Submission{{Duration: 5 * sim.Second, Count: 1, Class: class}, {At: sim.Second, Count: 1, Class: class}})
	err := g.scheduler.AddJob(Job{Group: class.Group, Queue: g.queue, Source: &l, Image: g.scheduler.AddImage(2.5 * PullRate)})
	assert.NoError(t, err)
	g.run(t)
	assert.Equal(t, []string{"0 start etl/0 on 0", "7500000000 start etl/1 on 0"}, g.starts)
	assert.Equal(t, 7500*sim.Millisecond, g.kernel.Now())
}
