package report

import (
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"berth/sim"
	"berth/sim/cluster"
)

// Tally counts attempts by their end and measures how long they waited. It
// counts what was submitted after the warm-up.
type Tally struct {
	cluster *cluster.Cluster
	warmup  sim.Time
	groups  []groupTally
	// services is how long the tasks of all services have waited: nobody asks for that
	// of one of them.
	services waiting
}

type groupTally struct {
	submitted, completed, stopped, rejected, roundedUp int64
	interrupted, failed                                int64
	again                                              int64        // submissions that repeat an attempt that counts
	first, last                                        sim.Time     // of the first submission, of the last end
	lost                                               sim.Integral // tasks × ns
	waiting                                            *waiting     // of the job, or that of all services
}

// waiting is a distribution of waiting times.
type waiting struct {
	count     int64
	sum       sim.Integral // ns
	longest   sim.Time
	none      int64                   // that did not wait at all
	histogram *hdrhistogram.Histogram // of the others, in microseconds
}

// Two significant digits: a quantile is within 1 %.
const (
	waitingDigits = 2
	waitingUnit   = sim.Microsecond
	longestWait   = int64(200*365*sim.Day) / int64(waitingUnit)
)

// NewTally returns an empty tally for a run that counts from the warm-up on.
func NewTally(c *cluster.Cluster, warmup sim.Time) *Tally {
	return &Tally{cluster: c, warmup: warmup, services: newWaiting()}
}

func (y *Tally) group(t *cluster.Task) *groupTally {
	g := y.cluster.Class(t.Class).Group
	for len(y.groups) <= int(g) {
		of := &y.services
		if !y.ofService(len(y.groups)) {
			w := newWaiting()
			of = &w
		}
		y.groups = append(y.groups, groupTally{waiting: of})
	}
	return &y.groups[g]
}

func (y *Tally) ofService(g int) bool {
	return strings.HasPrefix(y.cluster.GroupName(cluster.GroupID(g)), cluster.ServicePrefix)
}

func newWaiting() waiting {
	return waiting{histogram: hdrhistogram.New(1, longestWait, waitingDigits)}
}

// TaskSubmitted counts a submission.
func (y *Tally) TaskSubmitted(now sim.Time, id cluster.TaskID) {
	if now < y.warmup {
		return
	}
	t := y.cluster.Task(id)
	g := y.group(t)
	if g.submitted++; g.submitted == 1 {
		g.first, g.last = now, now
	}
	if class := y.cluster.Class(t.Class); class.Requested != class.Demand {
		g.roundedUp++
	}
}

// TaskStarted measures the waiting time, unless the task's containers start
// later.
func (y *Tally) TaskStarted(now sim.Time, id cluster.TaskID) {
	t := y.cluster.Task(id)
	if t.Submitted < y.warmup || t.Pulling() {
		return
	}
	y.group(t).waiting.add(now - t.Submitted)
}

// TaskPulled measures the waiting time of a task whose containers start now.
func (y *Tally) TaskPulled(now sim.Time, id cluster.TaskID) { y.TaskStarted(now, id) }

// TaskEnded counts how the task ended.
func (y *Tally) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	t := y.cluster.Task(id)
	if t.Submitted < y.warmup {
		return
	}
	g := y.group(t)
	switch why {
	case cluster.Completed:
		g.completed++
		g.last = now
	case cluster.Stopped:
		g.stopped++
		g.last = now
	case cluster.Interrupted:
		g.interrupted++
		g.last = now
	case cluster.Failed:
		g.failed++
		g.last = now
	default:
		g.rejected++
	}
}

// TaskRetried says that a task, which has just been submitted, repeats one that
// was submitted at an earlier time and was interrupted or failed. Both are
// attempts of one task of the job.
func (y *Tally) TaskRetried(id cluster.TaskID, earlier sim.Time) {
	t := y.cluster.Task(id)
	if t.Submitted >= y.warmup && earlier >= y.warmup {
		y.group(t).again++
	}
}

// lose adds time of a task whose work was thrown away, if the task counts.
func (y *Tally) lose(id cluster.TaskID, lost sim.Time) {
	if lost == 0 {
		return
	}
	if t := y.cluster.Task(id); t.Submitted >= y.warmup {
		y.group(t).lost.Add(1, lost)
	}
}

func (w *waiting) add(span sim.Time) {
	w.count++
	w.sum.Add(1, span)
	if span == 0 { // most of them, usually
		w.none++
		return
	}
	w.longest = max(w.longest, span)
	_ = w.histogram.RecordValue(int64(span / waitingUnit)) // in range: longer than any run
}

func (w *waiting) merge(o *waiting) {
	w.count += o.count
	w.sum = w.sum.Plus(o.sum)
	w.longest = max(w.longest, o.longest)
	w.none += o.none
	w.histogram.Merge(o.histogram)
}

func (w *waiting) summary() Waiting {
	if w.count == 0 {
		return Waiting{}
	}
	// A quantile is the upper end of its step, and never above the maximum.
	quantile := func(percent float64) float64 {
		rank := percent / 100 * float64(w.count)
		if rank <= float64(w.none) {
			return 0
		}
		v := sim.Time(w.histogram.ValueAtQuantile(100*(rank-float64(w.none))/float64(w.count-w.none))) * waitingUnit
		return min(v, w.longest).Seconds()
	}
	return Waiting{
		Mean: w.sum.Float() / float64(w.count) / float64(sim.Second),
		P50:  quantile(50),
		P90:  quantile(90),
		P99:  quantile(99),
		Max:  w.longest.Seconds(),
	}
}

// Tasks returns the counts of all groups together, services included, and of
// each job, at the end of the run.
func (y *Tally) Tasks(now sim.Time) (Tasks, map[string]Job) {
	all := y.allWaiting()
	var tasks Tasks
	var lost sim.Integral
	jobs := make(map[string]Job)
	for g := range y.cluster.Groups() {
		var t groupTally
		if g < len(y.groups) {
			t = y.groups[g]
		}
		tasks.Submitted += t.submitted
		tasks.Completed += t.completed
		tasks.Stopped += t.stopped
		tasks.Interrupted += t.interrupted
		tasks.Failed += t.failed
		tasks.Rejected += t.rejected
		tasks.RoundedUp += t.roundedUp
		lost = lost.Plus(t.lost)
		if y.ofService(g) {
			continue
		}
		job := Job{
			Submitted: t.submitted - t.again, Completed: t.completed, Attempts: t.submitted, Rejected: t.rejected,
			Interrupted: t.interrupted, Failed: t.failed, LostSeconds: t.lost.Float() / float64(sim.Second),
			MakespanSeconds: (t.last - t.first).Seconds(),
		}
		if t.waiting != nil {
			job.PendingSeconds = t.waiting.summary()
		}
		jobs[y.cluster.GroupName(cluster.GroupID(g))] = job
	}
	tasks.LostSeconds = lost.Float() / float64(sim.Second)
	oldest := now
	y.cluster.LiveTasks(func(id cluster.TaskID) {
		t := y.cluster.Task(id)
		pending := t.Instance == cluster.None || t.Pulling()
		if pending {
			oldest = min(oldest, t.Submitted)
		}
		switch {
		case t.Submitted < y.warmup:
		case pending:
			tasks.Pending++
		default:
			tasks.Running++
		}
	})
	tasks.OldestPendingSeconds = (now - oldest).Seconds()
	tasks.PendingSeconds = all.summary()
	return tasks, jobs
}

// allWaiting returns how long the tasks of all jobs and services have waited.
func (y *Tally) allWaiting() waiting {
	all := newWaiting()
	all.merge(&y.services)
	for g := range y.groups {
		if w := y.groups[g].waiting; w != &y.services {
			all.merge(w)
		}
	}
	return all
}

// WaitingCounts returns the distribution of waiting times in the steps in which
// it was kept, each within 1 %. The first step is that of no waiting.
func (y *Tally) WaitingCounts() []WaitingCount {
	all := y.allWaiting()
	seconds := func(units int64) float64 { return (sim.Time(units) * waitingUnit).Seconds() }
	counts := []WaitingCount{{Count: all.none}}
	for _, bar := range all.histogram.Distribution() {
		switch {
		case bar.Count == 0:
		case bar.From == 0 && bar.To == 0:
			counts[0].Count += bar.Count
		default:
			counts = append(counts, WaitingCount{Low: seconds(bar.From), High: seconds(bar.To + 1), Count: bar.Count})
		}
	}
	return counts
}
