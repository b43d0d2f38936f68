package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// life is what the scheduler knows of a task of a service beyond the cluster.
type life struct {
	startup sim.Time // from the start of its containers until it serves
	among   int32    // its place in the list of its service, if it is in one
	stage   lifeStage
}

// lifeStage is how far a task of a service has come.
type lifeStage uint8

const (
	waiting  lifeStage = iota // for its place or its image
	started                   // its containers run
	serving                   // it takes requests
	stopping                  // it has been told to stop
)

// lifeOf returns the life of a task. The pointer is good until the next task.
func (s *Scheduler) lifeOf(id cluster.TaskID) *life {
	for len(s.lives) <= int(id) {
		s.lives = append(s.lives, life{})
	}
	return &s.lives[id]
}

// serviceOf returns the service of a task, or nil.
func (s *Scheduler) serviceOf(id cluster.TaskID) *Service {
	return s.groups[s.cluster.Class(s.cluster.Task(id).Class).Group].service
}

// isWarm reports whether what starts now has been there before the run.
func (g *group) isWarm(now sim.Time) bool {
	return now == 0 && g.service != nil && g.service.Warm
}

// contain follows the start of a task's containers: after its start-up the task
// serves.
func (v *Service) contain(id cluster.TaskID) {
	s := v.scheduler
	l, now := s.lifeOf(id), s.kernel.Now()
	l.stage = started
	if l.startup == 0 || s.groups[v.Group].isWarm(now) {
		v.serve(l)
		return
	}
	s.kernel.Schedule(now+l.startup, s.serves, uint32(id), s.cluster.Generation(id))
}

func (v *Service) serve(l *life) {
	l.stage = serving
	v.serving++
}

// onServes has a task take requests, unless it has been stopped.
func (s *Scheduler) onServes(now sim.Time, slot, generation uint32) {
	id := cluster.TaskID(slot)
	if s.cluster.Generation(id) != generation || s.lives[id].stage != started {
		return
	}
	v := s.serviceOf(id)
	v.serve(&s.lives[id])
	v.changed(now)
}

// stop tells a task of a REPLICA to stop. It serves no longer, and keeps its
// place for the stop timeout if its containers run.
//
// How long a process takes to end after SIGTERM is its own business; that it
// takes all the time it is given is a choice of berth.
//
// Source: Amazon ECS API, ContainerDefinition, stopTimeout.
func (v *Service) stop(id cluster.TaskID) {
	s := v.scheduler
	l := &s.lives[id]
	if v.StopTimeout == 0 || l.stage == waiting {
		s.cluster.End(id, cluster.Stopped)
		return
	}
	v.leave(id)
	l.stage = stopping
	v.stopping++
	if v.Division != nil {
		v.Division.Release(v.shareOf(s.cluster.Task(id).Class))
	}
	s.kernel.Schedule(s.kernel.Now()+v.StopTimeout, s.stopped, uint32(id), s.cluster.Generation(id))
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
	v.placed--
	switch l.stage {
	case waiting:
		v.pulling--
	case serving:
		v.serving--
	}
	if v.Daemon {
		return
	}
	last := len(v.tasks) - 1
	v.tasks[l.among] = v.tasks[last]
	s.lives[v.tasks[l.among]].among = l.among
	v.tasks = v.tasks[:last]
}
