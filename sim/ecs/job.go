package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// Submission is Count equal tasks that arrive together.
type Submission struct {
	At       sim.Time // not decreasing from one submission of a source to the next
	Duration sim.Time // of the work, without the start-up
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

// Job is a source of tasks, what happens to those without a place, and what to
// those that lose it.
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
	// Startup draws the time from the start of a task's containers until it
	// begins with its work; nil is none. It is drawn at the submission of each
	// attempt, in this order.
	Startup func() sim.Time
	// Retries is how many further attempts a task gets whose attempt was
	// interrupted, stopped or failed; [Always] is without bound. See [Attempt].
	Retries int
	// Checkpoint is the interval at which a task secures its work; 0 is never.
	Checkpoint sim.Time
	// Share of a queue with fair shares to which the tasks belong.
	Share ShareID
	// Gang says that the tasks of one submission start at one instant or not at
	// all. See gang.go.
	Gang bool
	// After lists what must have ended before tasks of the job are submitted.
	After []Dependency
	// Array is how many tasks the job has, if they are the children of an array
	// that others refer to by their number, from 0. All arrive at the start.
	Array int
	// Sequential says that each child of the array waits for the one before it.
	Sequential bool
}

// Always stands for further attempts without bound.
const Always = -1

// Dependency is a job whose end another one waits for.
type Dependency struct {
	On cluster.GroupID
	// Each says that both jobs are arrays of one size, and each child waits for
	// the one with its number alone (AWS Batch: N_TO_N).
	Each bool
}

// job is what the scheduler knows of a job.
type job struct {
	Job
	next      Submission // has arrived at the source but not in the cluster
	exhausted bool       // the source has no more
	// simple says that tasks are submitted as the source has them.
	simple bool
	held   bool  // it waits for the jobs it depends on
	failed bool  // one of those has lost a task: its own tasks fail
	alive  int64 // tasks that have not ended for good, those of children not submitted yet included; where jobs depend on jobs
	lost   int64 // tasks that ended for good without being completed; where jobs depend on jobs
	index  int32 // of the next task, of an array
	// children of an array that wait for other children, and how many of them
	// have been submitted.
	children  []child
	submitted int
}

// AddJob adds a job and schedules its first submission. It returns the error
// of the source, if that fails at once. Jobs that depend on one another may be
// added in any order, but all before the run.
func (s *Scheduler) AddJob(j Job) error {
	s.addGroup(j.Group, group{queue: j.Queue, reject: j.Reject, constrained: j.Constrained, image: j.Image, job: int32(len(s.jobs)) + 1, share: j.Share})
	q := &s.queues[j.Queue]
	s.jobs = append(s.jobs, job{Job: j, simple: j.Startup == nil && !j.Gang && j.Array == 0 && len(j.After) == 0 && !q.Backfill})
	n := len(s.jobs) - 1
	s.depend(n)
	if s.jobs[n].children != nil {
		return s.gather(n)
	}
	return s.pull(n)
}

// Err returns the error of a source that stopped the run, or nil.
func (s *Scheduler) Err() error { return s.err }

// pull takes a job's next submission and schedules its arrival, unless the job
// waits for others.
func (s *Scheduler) pull(n int) error {
	job := &s.jobs[n]
	last := job.next.At
	ok, err := job.Source.Next(&job.next)
	if err != nil {
		return err
	}
	if !ok {
		job.exhausted = true
		s.over(n)
		return nil
	}
	if job.next.At < last {
		return fmt.Errorf("ecs: a submission at %v follows one at %v", job.next.At, last)
	}
	if !job.held {
		s.kernel.Schedule(max(job.next.At, s.kernel.Now()), s.arrival, uint32(n), 0)
	}
	return nil
}

func (s *Scheduler) onArrival(_ sim.Time, slot, _ uint32) {
	j := &s.jobs[slot]
	next := &j.next
	if s.depends {
		j.alive += int64(next.Count)
	}
	switch {
	case j.Gang && next.Count > 1:
		s.submitGang(j, next)
	case !j.simple:
		for range next.Count {
			s.submitFirst(j, next, next.Class, j.startup(), j.index)
			j.index++
		}
	default:
		for range next.Count {
			id := s.cluster.Submit(next.Class, next.Duration)
			if next.NeverFits {
				s.cluster.Reject(s.cluster.Task(id).Class, cluster.NeverFits)
			} else {
				s.enqueue(id)
			}
		}
	}
	if err := s.pull(int(slot)); err != nil {
		s.err = err
		s.kernel.Stop()
	}
}

// startup draws the startup of an attempt.
func (j *job) startup() sim.Time {
	if j.Startup == nil {
		return 0
	}
	return j.Startup()
}

// submitGang submits the tasks of a gang. They are of one class, and so have one
// estimate: that of the one that takes longest.
func (s *Scheduler) submitGang(j *job, next *Submission) {
	class, longest := next.Class, sim.Time(0)
	class.Gang = int32(next.Count)
	s.startups = s.startups[:0]
	for range next.Count {
		startup := j.startup()
		s.startups = append(s.startups, startup)
		longest = max(longest, startup)
	}
	if s.queues[j.Queue].Backfill {
		class.Estimate = longest + next.Duration
	}
	for _, startup := range s.startups {
		s.submitFirst(j, next, class, startup, j.index)
		j.index++
	}
}

// submitFirst submits the first attempt of a task.
func (s *Scheduler) submitFirst(j *job, next *Submission, class cluster.Class, startup sim.Time, index int32) {
	a := attempt{number: 1, index: index, startup: startup, submitted: s.kernel.Now(), first: uint32(s.cluster.Submissions(j.Group))}
	why := cluster.Placed
	switch {
	case next.NeverFits:
		why = cluster.NeverFits
	case j.failed:
		why = cluster.Failed
	}
	s.submit(j, class, next.Duration, a, why)
}

// submit submits an attempt of a task with so much work left, and rejects it at
// once for a reason unless that is Placed. It returns its slot.
func (s *Scheduler) submit(j *job, class cluster.Class, work sim.Time, a attempt, why cluster.Reason) cluster.TaskID {
	duration := a.startup + work
	if s.queues[j.Queue].Backfill && class.Gang == 0 {
		class.Estimate = duration
	}
	if a.number > 1 || a.startup > 0 || j.Array > 0 {
		s.coming = a
	}
	id := s.cluster.Submit(class, duration)
	if why != cluster.Placed {
		s.cluster.Reject(s.cluster.Task(id).Class, why)
		return id
	}
	s.enqueue(id)
	return id
}

// jobOf returns the number of the job of a task, or -1.
func (s *Scheduler) jobOf(id cluster.TaskID) int {
	return int(s.groups[s.cluster.Class(s.cluster.Task(id).Class).Group].job) - 1
}
