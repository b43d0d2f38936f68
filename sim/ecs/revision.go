package ecs

import (
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// Revision is one version of the tasks of a service: a task definition, and what
// follows from it.
type Revision struct {
	Name string // for the report
	// Classes of its tasks: one, or one for each capacity provider among which
	// the division divides them. All are of the group of the service.
	Classes []cluster.Class
	// Image that its tasks pull, or [NoImage].
	Image ImageID
	// Startup draws the time from the start of a task's containers until the
	// task serves; nil is none. It is drawn at the submission of each task, in
	// this order.
	Startup func() sim.Time
	// StopTimeout is how long a task that the scheduler stops keeps its place
	// after SIGTERM, without serving. Those of a daemon end at once.
	StopTimeout sim.Time
	// Health is the check of its essential container, or nil.
	Health *ContainerCheck
	// Failures says how its tasks fail; nil is not at all.
	Failures *Failures
}

// Failures says how the tasks of a revision fail. The draws of a task are made at
// its submission, after that of its start-up: two uniform numbers, then After.
type Failures struct {
	// AtStart is which part of the tasks end when their containers would start,
	// 0 to 1.
	AtStart float64
	// Unhealthy is which part of the tasks run but pass no health check and fail
	// all requests, 0 to 1. Without any check ECS does not notice.
	Unhealthy float64
	// After draws how long a task runs until its essential container ends by
	// itself; nil is never. Less than a millisecond counts as one.
	After func() sim.Time
	// Uniform draws a number of [0, 1).
	Uniform func() float64
}

// revision is a [Revision] and what there is of it.
type revision struct {
	counts
	cpu      int64            // of the first class
	division *Division        // of its tasks; nil where there is one class
	tasks    []cluster.TaskID // that are placed, of a REPLICA
	shares   []share          // by class
	only     [1]share         // where there is one class
	slot     uint16           // among those of the service
	throttle throttle
	Revision
	young   []cluster.TaskID // of a scale-in under way
	leaving []cluster.TaskID // that are about to be stopped
}

// counts is how many tasks there are.
type counts struct {
	pending  int // have no place
	placed   int // have a place and are not about to stop
	pulling  int // of placed: their containers have not started
	serving  int // of placed: they take requests
	failing  int // of placed: they take requests and fail them
	stopping int
	// Those that ECS takes for healthy, of placed. They are counted once the
	// service is attentive.
	healthy int
	// Those that are to be replaced, of placed, and the healthy ones of them; and
	// those of stopping that were.
	outgoing, outgoingHealthy, replaced int
}

func (c *counts) add(o *counts) {
	c.pending += o.pending
	c.placed += o.placed
	c.pulling += o.pulling
	c.serving += o.serving
	c.failing += o.failing
	c.stopping += o.stopping
	c.healthy += o.healthy
	c.outgoing += o.outgoing
	c.outgoingHealthy += o.outgoingHealthy
	c.replaced += o.replaced
}

// taking returns how many tasks requests are sent to.
func (c *counts) taking() int { return c.serving + c.failing }

// live returns how many tasks have not been told to stop.
func (c *counts) live() int { return c.pending + c.placed }

// kept returns how many tasks are there to stay.
func (c *counts) kept() int { return c.pending + c.placed - c.outgoing }

// keptHealthy returns how many healthy tasks are there to stay.
func (c *counts) keptHealthy() int { return c.healthy - c.outgoingHealthy }

// share is what a revision has of one of its classes.
type share struct {
	class   cluster.ClassID // meaningful while there are tasks
	pending int
	placed  int // those that stop included
}

// newRevision makes a revision of a service.
func (v *Service) newRevision(of Revision, d *Division) *revision {
	switch {
	case len(of.Classes) == 0:
		panic("ecs: a service without a class of tasks")
	case d == nil && len(of.Classes) > 1, d != nil && len(d.shares) != len(of.Classes):
		panic("ecs: a service divides its tasks among as many providers as it has classes")
	case v.Daemon && len(of.Classes) > 1:
		panic("ecs: a daemon has one class of tasks")
	}
	for n, c := range of.Classes {
		if c.Group != v.Group || slices.Contains(of.Classes[:n], c) {
			panic("ecs: the classes of a service are of its group, each another")
		}
	}
	r := &revision{Revision: of, cpu: of.Classes[0].Demand.CPU}
	if len(of.Classes) == 1 { // there is nothing to divide
		r.shares = r.only[:]
	} else {
		r.shares, r.division = make([]share, len(of.Classes)), d
	}
	for i, o := range v.revisions {
		if o.live()+o.stopping == 0 && o != v.current && o != v.completed && o != v.shift.blue {
			r.slot = uint16(i)
			v.revisions[i] = r
			return r
		}
	}
	r.slot = uint16(len(v.revisions))
	v.revisions = append(v.revisions, r)
	return r
}

// revisionOf returns the revision of a task.
func (v *Service) revisionOf(id cluster.TaskID) *revision {
	return v.revisions[v.scheduler.lives[id].revision]
}

// total returns what there is of all revisions.
func (v *Service) total() counts {
	c := v.revisions[0].counts
	for _, r := range v.revisions[1:] {
		c.add(&r.counts)
	}
	return c
}

// release takes note that a task need not be counted on any longer where the
// division divides tasks.
func (r *revision) release(l *life) {
	if r.division != nil && !l.outgoing {
		r.division.Release(int(l.share))
	}
}
