package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// Placer says where the next task of a class goes. It is asked when a place
// may exist; it answers [cluster.None] and the reason when there is none.
type Placer interface {
	Place(cluster.Request) (cluster.InstanceID, cluster.Reason)
}

// Submission is Count equal tasks that arrive together.
type Submission struct {
	At       sim.Time // not decreasing from one submission of a source to the next
	Duration sim.Time // of running
	Class    cluster.Class
	Count    int
	// NeverFits says that no instance could hold the tasks even when empty:
	// they are counted and rejected.
	NeverFits bool
}

// Source yields the submissions of one job in the order of time. After false
// or an error it is not called again.
type Source interface {
	Next(*Submission) (ok bool, err error)
}

// Job is a source of tasks and what happens to those without a place.
type Job struct {
	Group  cluster.GroupID // of its tasks; a group belongs to one job
	Queue  QueueID         // where its tasks wait
	Reject bool            // a task without a place is rejected instead of waiting
	Source Source
}

// Scheduler moves tasks from submission to their end. It watches the cluster
// to learn where room has been gained.
type Scheduler struct {
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	placer  Placer

	arrival, dispatch, end sim.Kind

	jobs       []job
	jobOf      []int32 // by task group
	queues     []queue
	queueOf    []QueueID            // by capacity provider
	unlimited  []cluster.InstanceID // by pool: its Fargate, or None; unknown beyond the end
	classes    []waitingClass       // by class
	gainedMark []bool               // by instance: it is in its queue's gained list
	dispatches bool                 // a dispatch is due at this instant
	err        error
}

type job struct {
	Job
	next Submission // has arrived at the source but not in the cluster
}

// New returns a scheduler without jobs. It must watch the cluster before any
// task is submitted.
func New(kernel *sim.Kernel, c *cluster.Cluster, placer Placer) *Scheduler {
	s := &Scheduler{kernel: kernel, cluster: c, placer: placer}
	s.end = kernel.Register("task end", sim.Ending, false, s.onEnd)
	kernel.Foresee(s.end, c.Touch)
	s.arrival = kernel.Register("arrival", sim.Arriving, false, s.onArrival)
	s.dispatch = kernel.Register("dispatch", sim.Starting, false, s.onDispatch)
	return s
}

// AddJob adds a job and schedules its first submission. It returns the error
// of the source, if that fails at once.
func (s *Scheduler) AddJob(j Job) error {
	for len(s.jobOf) <= int(j.Group) {
		s.jobOf = append(s.jobOf, -1)
	}
	s.jobOf[j.Group] = int32(len(s.jobs))
	s.jobs = append(s.jobs, job{Job: j})
	return s.pull(len(s.jobs) - 1)
}

// Err returns the error of a source that stopped the run, or nil.
func (s *Scheduler) Err() error { return s.err }

// pull takes a job's next submission and schedules its arrival.
func (s *Scheduler) pull(j int) error {
	job := &s.jobs[j]
	last := job.next.At
	ok, err := job.Source.Next(&job.next)
	if err != nil || !ok {
		return err
	}
	if job.next.At < last {
		return fmt.Errorf("ecs: a submission at %v follows one at %v", job.next.At, last)
	}
	s.kernel.Schedule(job.next.At, s.arrival, uint32(j), 0)
	return nil
}

func (s *Scheduler) onArrival(now sim.Time, slot, _ uint32) {
	next := &s.jobs[slot].next
	for range next.Count {
		id := s.cluster.Submit(next.Class, next.Duration)
		if next.NeverFits {
			s.cluster.Reject(s.cluster.Task(id).Class, cluster.NeverFits)
		} else {
			s.enqueue(id)
		}
	}
	if err := s.pull(int(slot)); err != nil {
		s.err = err
		s.kernel.Stop()
	}
}

// enqueue has a submitted task looked at by the next dispatch.
func (s *Scheduler) enqueue(id cluster.TaskID) {
	of := s.cluster.Task(id).Class
	for len(s.classes) <= int(of) {
		s.classes = append(s.classes, waitingClass{})
	}
	if s.cluster.Waiting(of) > 1 {
		return // it waits behind others of its class
	}
	q := &s.queues[s.jobs[s.jobOf[s.cluster.Class(of).Group]].Queue]
	q.untried = append(q.untried, of)
	s.wantDispatch()
}

func (s *Scheduler) wantDispatch() {
	if !s.dispatches {
		s.dispatches = true
		s.kernel.Schedule(s.kernel.Now(), s.dispatch, 0, 0)
	}
}

func (s *Scheduler) onDispatch(_ sim.Time, _, _ uint32) {
	s.dispatches = false
	for i := range s.queues {
		s.queues[i].dispatch(s)
	}
}

// start tries to place the first waiting task of a class and reports whether
// it had a place.
func (s *Scheduler) start(of cluster.ClassID) bool {
	class := s.cluster.Class(of)
	on := s.fargate(class.Pool)
	if on == cluster.None {
		on, _ = s.placer.Place(cluster.Request{Class: of, Demand: class.Demand, Pool: class.Pool, Group: class.Group})
	}
	if on == cluster.None {
		return false
	}
	id := s.cluster.Start(of, on)
	t := s.cluster.Task(id)
	s.kernel.Schedule(t.Started+t.Duration, s.end, uint32(id), s.cluster.Generation(id))
	return true
}

// fargate returns the unlimited instance of a pool, or None.
func (s *Scheduler) fargate(p cluster.PoolID) cluster.InstanceID {
	for len(s.unlimited) <= int(p) {
		found := cluster.InstanceID(cluster.None)
		pool := cluster.PoolID(len(s.unlimited))
		for id := range cluster.InstanceID(s.cluster.Slots()) {
			if k := s.cluster.Instance(id).Kind; s.cluster.Kind(k).Unlimited && s.cluster.Allows(pool, k) {
				found = id
				break
			}
		}
		s.unlimited = append(s.unlimited, found)
	}
	return s.unlimited[p]
}

func (s *Scheduler) onEnd(_ sim.Time, slot, generation uint32) {
	if id := cluster.TaskID(slot); s.cluster.Generation(id) == generation {
		s.cluster.End(id, cluster.Completed)
	}
}

var _ cluster.Watcher = (*Scheduler)(nil)

// InstanceChanged notes an instance that has become ACTIVE as one with room.
func (s *Scheduler) InstanceChanged(_ sim.Time, id cluster.InstanceID, _, to cluster.State) {
	if to == cluster.Active {
		s.gain(id)
	}
}

// TaskSubmitted does nothing: the scheduler submits the tasks.
func (s *Scheduler) TaskSubmitted(sim.Time, cluster.TaskID) {}

// TaskStarted does nothing: the scheduler starts the tasks.
func (s *Scheduler) TaskStarted(sim.Time, cluster.TaskID) {}

// TaskEnded notes the room that the task leaves.
func (s *Scheduler) TaskEnded(_ sim.Time, id cluster.TaskID, _ cluster.Reason) {
	if on := s.cluster.Task(id).Instance; on != cluster.None {
		s.gain(on)
	}
}

// gain notes that an instance has gained room, if anything waits that has not
// fitted so far.
func (s *Scheduler) gain(id cluster.InstanceID) {
	k := s.cluster.Kind(s.cluster.Instance(id).Kind)
	if int(k.Provider) >= len(s.queueOf) || s.queueOf[k.Provider] == noQueue {
		return
	}
	q := &s.queues[s.queueOf[k.Provider]]
	for len(s.gainedMark) <= int(id) {
		s.gainedMark = append(s.gainedMark, false)
	}
	if q.shelved == 0 || s.gainedMark[id] {
		return
	}
	s.gainedMark[id] = true
	q.gained = append(q.gained, id)
	s.wantDispatch()
}
