package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

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
	// Constrained says that the group has placement constraints that hang on
	// what runs on an instance. The placer is then asked where otherwise free
	// room alone decides.
	Constrained bool
	Image       ImageID // that its tasks pull, or [NoImage]
	Source      Source
}

// Scheduler moves tasks from submission to their end. It watches the cluster
// to learn where room has been gained.
type Scheduler struct {
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	placer  Placer

	arrival, dispatch, end, refill, settling sim.Kind
	pulled, serves, stopped                  sim.Kind

	jobs       []job
	groups     []group // by task group
	queues     []queue
	queueOf    []QueueID            // by capacity provider
	unlimited  []cluster.InstanceID // by pool: its Fargate, or None; unknown beyond the end
	classes    []waitingClass       // by class
	gainedMark []bool               // by instance: it is in its queue's gained list
	dispatches bool                 // a dispatch is due at this instant

	services  []*Service
	observers []Observer // of the services
	lives     []life     // by task: of those of services
	images    []image
	daemons   []*Service // those of the services that are
	rechecks  int        // daemons that are constrained
	settles   []bool     // by instance: its daemons are looked at at this instant

	err error
}

// group is what the scheduler knows of a task group.
type group struct {
	service     *Service // or nil: the group of a job
	queue       QueueID
	reject      bool
	constrained bool
	opens       bool // see Placer.StartsOpen
	image       ImageID
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
	s.refill = kernel.Register("service", sim.Arriving, false, s.onRefill)
	s.pulled = kernel.Register("image pulled", sim.Starting, false, s.onPulled)
	s.serves = kernel.Register("task serves", sim.Starting, false, s.onServes)
	s.stopped = kernel.Register("task stopped", sim.Ending, false, s.onStopped)
	s.settling = kernel.Register("daemons", sim.Capacity, false, s.onSettle)
	return s
}

// AddJob adds a job and schedules its first submission. It returns the error
// of the source, if that fails at once.
func (s *Scheduler) AddJob(j Job) error {
	s.addGroup(j.Group, group{queue: j.Queue, reject: j.Reject, constrained: j.Constrained, image: j.Image})
	s.jobs = append(s.jobs, job{Job: j})
	return s.pull(len(s.jobs) - 1)
}

func (s *Scheduler) addGroup(id cluster.GroupID, g group) {
	g.opens = g.constrained && s.placer.StartsOpen(id)
	for len(s.groups) <= int(id) {
		s.groups = append(s.groups, group{})
	}
	s.groups[id] = g
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
	q := s.queue(of)
	q.untried = append(q.untried, of)
	s.wantDispatch()
}

// queue returns the queue in which tasks of a class wait.
func (s *Scheduler) queue(of cluster.ClassID) *queue {
	return &s.queues[s.groups[s.cluster.Class(of).Group].queue]
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

// start tries to place the first waiting task of a class and returns where, or
// None.
func (s *Scheduler) start(of cluster.ClassID) cluster.InstanceID {
	on := s.fargate(s.cluster.Class(of).Pool)
	if on == cluster.None {
		if on, _ = s.placer.Place(s.request(of)); on == cluster.None {
			return cluster.None
		}
	}
	s.begin(of, on)
	return on
}

func (s *Scheduler) request(of cluster.ClassID) cluster.Request {
	class := s.cluster.Class(of)
	return cluster.Request{Class: of, Demand: class.Demand, Pool: class.Pool, Group: class.Group, Network: class.Network}
}

// begin starts the first waiting task of a class on an instance.
func (s *Scheduler) begin(of cluster.ClassID, on cluster.InstanceID) {
	var pull sim.Time
	if len(s.images) > 0 {
		pull = s.pullTime(&s.groups[s.cluster.Class(of).Group], on)
	}
	id := s.cluster.StartAfter(of, on, pull)
	t := s.cluster.Task(id)
	if t.Pulling() {
		s.kernel.Schedule(t.Started, s.pulled, uint32(id), s.cluster.Generation(id))
	} else if t.Duration != sim.Never {
		s.kernel.Schedule(t.Started+t.Duration, s.end, uint32(id), s.cluster.Generation(id))
	}
	if len(s.services) > 0 {
		s.serviceStarted(id)
	}
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

// InstanceChanged notes an instance that has become ACTIVE as one with room,
// and that daemons come or go with it.
func (s *Scheduler) InstanceChanged(_ sim.Time, id cluster.InstanceID, from, to cluster.State) {
	if from == cluster.Absent {
		s.forget(id)
	}
	if len(s.daemons) > 0 {
		s.settleLater(id)
	}
	if to == cluster.Active {
		s.gain(id)
	}
}

// TaskSubmitted does nothing: the scheduler submits the tasks.
func (s *Scheduler) TaskSubmitted(sim.Time, cluster.TaskID) {}

// TaskStarted does nothing: the scheduler starts the tasks.
func (s *Scheduler) TaskStarted(sim.Time, cluster.TaskID) {}

// TaskEnded notes the room that the task leaves, and the gap in its service.
func (s *Scheduler) TaskEnded(now sim.Time, id cluster.TaskID, _ cluster.Reason) {
	if on := s.cluster.Task(id).Instance; on != cluster.None {
		s.gain(on)
	}
	if len(s.services) > 0 {
		s.serviceEnded(now, id)
	}
}

// queueAt returns the queue that waits for an instance, or nil.
func (s *Scheduler) queueAt(id cluster.InstanceID) *queue {
	k := s.cluster.Kind(s.cluster.Instance(id).Kind)
	if int(k.Provider) >= len(s.queueOf) || s.queueOf[k.Provider] == noQueue {
		return nil
	}
	return &s.queues[s.queueOf[k.Provider]]
}

// gain notes that an instance has gained room, if anything waits that has not
// fitted so far.
func (s *Scheduler) gain(id cluster.InstanceID) {
	q := s.queueAt(id)
	if q == nil || q.shelved == 0 {
		return
	}
	for len(s.gainedMark) <= int(id) {
		s.gainedMark = append(s.gainedMark, false)
	}
	if s.gainedMark[id] {
		return
	}
	s.gainedMark[id] = true
	q.gained = append(q.gained, id)
	s.wantDispatch()
}
