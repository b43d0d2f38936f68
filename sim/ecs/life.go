package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// life is what the scheduler knows of a task of a service beyond the cluster.
type life struct {
	startup  sim.Time // from the start of its containers until it serves
	first    sim.Time // from the start of its containers until the first check of its target
	crash    sim.Time // from the start of its containers until it fails, or 0: it does not
	among    int32    // its place in the list of its revision, if it is in one
	revision uint16   // slot of its revision
	share    uint16   // number of its class
	stage    lifeStage
	dies     bool // when its containers would start
	mute     bool // it passes no check and fails all requests
	eases    bool // its slow start has begun
	healthy  bool // it counts as healthy
	outgoing bool // it is to be replaced
	ill      bool // because its checks have found it unhealthy
}

// lifeStage is how far a task of a service has come.
type lifeStage uint8

const (
	waiting  lifeStage = iota // for its place or its image
	started                   // its containers run
	serving                   // it takes requests
	erring                    // it takes requests and fails them
	stopping                  // it has been told to stop
)

// TaskObserver is an [Observer] that is told how far the tasks of services have
// come, beyond what a [cluster.Watcher] and a [cluster.Puller] are told.
type TaskObserver interface {
	// TaskServes is called when a task begins to take requests.
	TaskServes(now sim.Time, id cluster.TaskID)
	// TaskStops is called when a task is told to stop and keeps its place: it is
	// DEACTIVATING until it is deregistered from its target group, and STOPPING for
	// its stop timeout after that.
	TaskStops(now sim.Time, id cluster.TaskID, deregistration, stopTimeout sim.Time)
}

// lifeOf returns the life of a task. The pointer is good until the next task.
func (s *Scheduler) lifeOf(id cluster.TaskID) *life {
	for len(s.lives) <= int(id) {
		s.lives = append(s.lives, life{})
	}
	return &s.lives[id]
}

// draw begins the life of a task. What chance has a part in is drawn here, in a
// fixed order, and only where the revision says so.
func (v *Service) draw(r *revision, share int, l *life) {
	*l = life{revision: r.slot, share: uint16(share)}
	if r.Startup != nil {
		l.startup = r.Startup()
	}
	if g := v.TargetGroup; g != nil && v.Phase != nil {
		l.first = sim.Time(v.Phase()*float64(g.Interval/sim.Millisecond)) * sim.Millisecond
	}
	if f := r.Failures; f != nil {
		l.dies = f.Uniform() < f.AtStart
		l.mute = f.Uniform() < f.Unhealthy
		if f.After != nil {
			l.crash = max(sim.Millisecond, f.After())
		}
	}
}

// serviceOf returns the service of a task, or nil.
func (s *Scheduler) serviceOf(id cluster.TaskID) *Service {
	return s.groups[s.cluster.Class(s.cluster.Task(id).Class).Group].service
}

// isWarm reports whether what starts now has been there before the run.
func (g *group) isWarm(now sim.Time) bool {
	return now == 0 && g.service != nil && g.service.isWarm(now)
}

func (v *Service) isWarm(now sim.Time) bool {
	return now == 0 && v.Warm && v.deployment.Number == 1
}

// contain follows the start of a task's containers: after its start-up the task
// gets requests, where there is no load balancer. So does one that fails them:
// nobody asks before.
func (v *Service) contain(id cluster.TaskID) {
	s := v.scheduler
	l, now := s.lifeOf(id), s.kernel.Now()
	r := v.revisions[l.revision]
	l.stage = started
	v.started(r)
	l.startup = s.slower(s.cluster.Task(id).Instance, l.startup)
	if l.crash > 0 {
		s.kernel.Schedule(now+l.crash, s.crashes, uint32(id), s.cluster.Generation(id))
	}
	if v.isWarm(now) && !l.mute {
		r.serve(s, id)
		if v.attentive {
			v.heal(now, r, l)
		}
		return
	}
	if v.TargetGroup == nil {
		if l.startup == 0 || v.isWarm(now) {
			r.serve(s, id)
		} else {
			s.kernel.Schedule(now+l.startup, s.serves, uint32(id), s.cluster.Generation(id))
		}
	}
	v.followHealth(id)
}

// serve has a task take requests, for better or worse.
func (r *revision) serve(s *Scheduler, id cluster.TaskID) {
	l := &s.lives[id]
	for _, o := range s.taskObservers {
		o.TaskServes(s.kernel.Now(), id)
	}
	if l.mute {
		l.stage = erring
		r.failing++
		return
	}
	l.stage = serving
	r.serving++
}

// onServes has a task take requests, unless it has been stopped.
//
// A target in its slow start gets a share of the requests that grows from
// nothing to a full one, so that over this time it is worth half a task. Here it
// takes none for the first half and its full share from then on. The first
// healthy target of a group is exempt, and so are those that become healthy
// before there is one which is past its slow start.
//
// Source: Elastic Load Balancing, "Edit target group attributes for your
// Application Load Balancer", slow start mode.
func (s *Scheduler) onServes(now sim.Time, slot, generation uint32) {
	id := cluster.TaskID(slot)
	if s.cluster.Generation(id) != generation || s.lives[id].stage != started {
		return
	}
	v, l := s.serviceOf(id), &s.lives[id]
	r := v.revisions[l.revision]
	if g := v.TargetGroup; g != nil && g.SlowStart > 0 && r.serving > 0 && !l.eases {
		l.eases = true
		s.kernel.Schedule(now+g.SlowStart/2, s.serves, slot, generation)
		return
	}
	r.serve(s, id)
	v.changed(now)
}

// onFailed ends a task whose essential container does not start.
func (s *Scheduler) onFailed(_ sim.Time, slot, generation uint32) {
	if id := cluster.TaskID(slot); s.cluster.Generation(id) == generation {
		s.cluster.End(id, cluster.Failed)
	}
}

// onCrashes ends a task whose essential container has ended by itself. One that
// has been told to stop takes its time for that all the same.
func (s *Scheduler) onCrashes(_ sim.Time, slot, generation uint32) {
	if id := cluster.TaskID(slot); s.cluster.Generation(id) == generation && s.lives[id].stage != stopping {
		s.cluster.End(id, cluster.Failed)
	}
}

// stop tells a task of a REPLICA to stop. It serves no longer, and keeps its
// place if its containers run: for the time until it is deregistered from its
// target group, in which it is DEACTIVATING, and then for the stop timeout.
//
// How long a process takes to end after SIGTERM is its own business; that it
// takes all the time it is given is a choice of berth, and so is that a target
// takes all of its deregistration delay.
//
// Source: Amazon ECS API, ContainerDefinition, stopTimeout; Amazon ECS developer
// guide, "Task lifecycle", DEACTIVATING; Elastic Load Balancing, "Edit target
// group attributes for your Application Load Balancer", deregistration delay.
func (v *Service) stop(id cluster.TaskID) {
	s := v.scheduler
	l := &s.lives[id]
	r := v.revisions[l.revision]
	var deregistration sim.Time
	if v.TargetGroup != nil {
		deregistration = v.TargetGroup.DeregistrationDelay
	}
	takes := deregistration + r.StopTimeout
	if takes == 0 || l.stage == waiting {
		s.cluster.End(id, cluster.Stopped)
		return
	}
	r.release(l)
	v.leave(id)
	l.stage = stopping
	r.stopping++
	if l.outgoing {
		r.replaced++
	}
	for _, o := range s.taskObservers {
		o.TaskStops(s.kernel.Now(), id, deregistration, r.StopTimeout)
	}
	s.kernel.Schedule(s.kernel.Now()+takes, s.stopped, uint32(id), s.cluster.Generation(id))
	v.changed(s.kernel.Now())
}

// onStopped ends a task whose stop timeout is over.
func (s *Scheduler) onStopped(_ sim.Time, slot, generation uint32) {
	if id := cluster.TaskID(slot); s.cluster.Generation(id) == generation {
		s.cluster.End(id, cluster.Stopped)
	}
}

// leave takes a task with a place out of what its service counts as its own.
func (v *Service) leave(id cluster.TaskID) {
	s := v.scheduler
	l := &s.lives[id]
	r := v.revisions[l.revision]
	r.placed--
	switch l.stage {
	case waiting:
		r.pulling--
	case serving:
		r.serving--
	case erring:
		r.failing--
	}
	if l.healthy {
		r.healthy--
	}
	if l.outgoing {
		r.outgoing--
		if l.healthy {
			r.outgoingHealthy--
		}
	}
	if v.Daemon {
		return
	}
	last := len(r.tasks) - 1
	r.tasks[l.among] = r.tasks[last]
	s.lives[r.tasks[l.among]].among = l.among
	r.tasks = r.tasks[:last]
}
