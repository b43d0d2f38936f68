package ecs

import (
	"cmp"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// attempt is what the scheduler keeps of a task of a job while it waits or runs:
// of the second attempt and all further ones, of children of arrays, and of tasks
// that start up. Of other tasks it keeps nothing: they are first attempts.
type attempt struct {
	submitted sim.Time // of the first attempt
	startup   sim.Time // of this one
	first     uint32   // number of the first attempt in its task group
	index     int32    // of the child of an array
	number    int32    // from 1; 0 where nothing is kept
}

// resubmission is an attempt that follows another at this instant.
type resubmission struct {
	class   cluster.Class
	work    sim.Time // that is left
	earlier sim.Time // submission of the attempt that ended
	after   uint64   // place of the attempt that ended in the order of all submissions
	attempt attempt
	job     int32
}

// WorkObserver is told of work that is lost. It must not change anything.
type WorkObserver interface {
	// WorkLost is called when an attempt of a task of a job has ended without
	// completing it: for so long its containers have run for nothing, its
	// start-up included, since no checkpoint has secured what they did. Where
	// again is true another attempt follows at the same instant, else the task is
	// lost. The cluster still knows the attempt. Tasks without a place lose
	// nothing.
	WorkLost(now sim.Time, id cluster.TaskID, lost sim.Time, again bool)
	// TaskRetried is called when an attempt has been submitted that follows
	// another, which was submitted at an earlier time.
	TaskRetried(now sim.Time, id cluster.TaskID, earlier sim.Time)
}

// ObserveWork adds an observer of the work that is lost.
func (s *Scheduler) ObserveWork(o WorkObserver) { s.workObservers = append(s.workObservers, o) }

// Attempt returns which attempt to run its task a task of the cluster is, from 1.
// Watchers that come after the scheduler may ask it from its submission to its
// end.
func (s *Scheduler) Attempt(id cluster.TaskID) int { return max(1, int(s.attemptOf(id).number)) }

// First returns the number in its task group of the first attempt of a task, and
// when that was submitted: all attempts of a task have this in common.
func (s *Scheduler) First(id cluster.TaskID) (number uint32, submitted sim.Time) {
	if a := s.attemptOf(id); a.number > 1 {
		return a.first, a.submitted
	}
	t := s.cluster.Task(id)
	return t.Number, t.Submitted
}

// attemptOf returns what is kept of a task.
func (s *Scheduler) attemptOf(id cluster.TaskID) attempt {
	if int(id) >= len(s.attempts) {
		return attempt{}
	}
	return s.attempts[id]
}

// keep keeps what is known of a task that is being submitted, or forgets what
// was known of the one that had its slot.
func (s *Scheduler) keep(id cluster.TaskID) {
	if s.coming.number == 0 && int(id) >= len(s.attempts) {
		return
	}
	for len(s.attempts) <= int(id) {
		s.attempts = append(s.attempts, attempt{})
	}
	s.attempts[id] = s.coming
	s.coming = attempt{}
}

// attemptEnded follows the end of a task of a job: it is done, it is tried again,
// or it is lost.
//
// Another attempt is submitted at the same instant, behind what waits already,
// for the capacity provider of the one before it. Several of one instant are
// submitted in the order of the attempts that they follow. It does all the work
// again, or what no checkpoint has secured, and starts up first. What a notice of
// an interruption says to a task (SIGTERM) does not stop it, and secures nothing.
// That is a choice of berth, as a caller of RunTask does what it likes.
//
// Source: AWS Batch user guide, "Automated job retries": a job that fails, or
// whose instance is lost, is tried again until its attempts are used up.
func (s *Scheduler) attemptEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	n := s.jobOf(id)
	if n < 0 {
		return
	}
	j, t, a := &s.jobs[n], s.cluster.Task(id), s.attemptOf(id)
	if why == cluster.Completed || t.Instance == cluster.None {
		s.taskOver(n, a.index, why == cluster.Completed)
		return
	}
	number := max(1, a.number)
	again := j.Retries == Always || int(number) <= j.Retries
	ran := max(0, now-t.Started)
	kept, work := sim.Time(0), t.Duration-a.startup
	if again && j.Checkpoint > 0 && ran > a.startup {
		kept = min(work, (ran-a.startup)/j.Checkpoint*j.Checkpoint)
	}
	for _, o := range s.workObservers {
		o.WorkLost(now, id, ran-kept, again)
	}
	if !again {
		s.taskOver(n, a.index, false)
		return
	}
	if a.number <= 1 {
		a.first, a.submitted = t.Number, t.Submitted
	}
	r := resubmission{class: *s.cluster.Class(t.Class), work: work - kept, earlier: t.Submitted, after: t.Sequence, attempt: a, job: int32(n)}
	r.class.Gang = 0 // the others of its gang go on
	r.attempt.number = number + 1
	if len(s.again) == 0 {
		s.kernel.Schedule(now, s.retry, 0, 0)
	}
	s.again = append(s.again, r)
}

// onRetry submits the attempts that follow those that have ended.
func (s *Scheduler) onRetry(now sim.Time, _, _ uint32) {
	slices.SortFunc(s.again, func(a, b resubmission) int { return cmp.Compare(a.after, b.after) })
	for i := range s.again {
		r := &s.again[i]
		r.attempt.startup = s.jobs[r.job].startup()
		id := s.submit(&s.jobs[r.job], r.class, r.work, r.attempt, cluster.Placed)
		for _, o := range s.workObservers {
			o.TaskRetried(now, id, r.earlier)
		}
	}
	s.again = s.again[:0]
}
