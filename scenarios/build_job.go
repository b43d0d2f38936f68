package scenarios

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"berth/internal/zones"
	"berth/report"
	"berth/scaling"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/workloads"
)

// jobSource turns the rows of a workload into submissions: it decides the
// capacity provider, rounds up to Fargate sizes, and finds out what fits
// nowhere.
type jobSource struct {
	*tasks
	job   *Job
	rows  workloads.Source
	trace workloads.Trace // or nil
	file  string          // of the trace
	// rejectMisfits counts a row that no instance could hold as rejected;
	// otherwise it is an error.
	rejectMisfits bool
	row           workloads.Row
	left          int // tasks of row that are still to be submitted
	misfits       int
	exhausted     bool
}

// addJob declares a job and has its first task arrive.
func (w *World) addJob(j *Job, of *tasks, queue ecs.QueueID) error {
	source := &jobSource{tasks: of, job: j}
	definition := w.scenario.Definition(j)
	if err := source.openRows(definition); err != nil {
		return err
	}
	w.sources = append(w.sources, source)
	job := ecs.Job{
		Group: of.group, Queue: queue, Reject: j.OnNoCapacity == "reject", Constrained: of.constrained, Image: w.image(definition), Source: source,
		Retries: ecs.Always, Gang: j.Gang, Share: w.shares[shareKey{queue, j.share()}], Sequential: j.sequential(),
	}
	if j.Retries != nil {
		job.Retries = int(*j.Retries)
	}
	if o := j.OnInterruption; o != nil {
		job.Checkpoint = o.Checkpoint
		if o.Lose {
			job.Retries = 0
		}
	}
	if j.ArraySize != nil && j.once() {
		job.Array = int(*j.ArraySize)
	}
	for _, d := range j.DependsOn {
		if d.Type != sequential {
			job.After = append(job.After, ecs.Dependency{On: w.groupOf(d.Job), Each: d.Type == nToN})
		}
	}
	if definition != nil {
		var err error
		if job.Startup, err = w.draws(definition.Startup, "startup/"+j.Name, definitionPath(of.terms)+".startup"); err != nil {
			return err
		}
	}
	if err := w.scheduler.AddJob(job); err != nil {
		return w.sourceError(err)
	}
	return nil
}

// groupOf returns the task group of a job, which is there.
func (w *World) groupOf(job string) cluster.GroupID {
	i := slices.IndexFunc(w.tasks, func(t *tasks) bool { return t.terms.list == "jobs" && t.terms.name == job })
	return w.tasks[i].group
}

// heldJobs lists the jobs that still wait for others at the end of a run.
func (w *World) heldJobs() []string {
	var notes []string
	for _, t := range w.tasks {
		j, ok := t.work.(*Job)
		if !ok || !w.scheduler.Held(t.group) {
			continue
		}
		var names []string
		for _, d := range j.DependsOn {
			if d.Job != "" {
				names = append(names, d.Job)
			}
		}
		notes = append(notes, fmt.Sprintf("job %s: no task was submitted: it waits for %s", j.Name, strings.Join(names, ", ")))
	}
	return notes
}

// openRows makes the source of rows: a trace that is read or generated, or
// tasks of one definition.
func (src *jobSource) openRows(definition *TaskDefinition) error {
	j := src.job
	var arrivals workloads.Arrivals
	var duration workloads.Distribution
	var err error
	switch {
	case j.Arrivals != nil:
		if arrivals, err = src.arrivals(); err != nil {
			return src.issue(".arrivals", err)
		}
	case j.Schedule != "":
		if arrivals, err = j.firings(src.world.scenario.Start); err != nil {
			return src.issue(".schedule", err)
		}
	}
	if j.Duration != nil {
		if duration, err = workloads.NewDistribution(j.Duration.Spec()); err != nil {
			return src.issue(".duration", err)
		}
	}
	durations := src.world.stream("durations/" + j.Name)
	switch {
	case j.Trace == nil:
		return src.drawRows(definition, arrivals, duration, durations)
	case j.Trace.Generate != nil:
		return src.generateRows(durations)
	default:
		return src.readRows(arrivals, duration, durations)
	}
}

// issue is an error at a part of the job.
func (src *jobSource) issue(part string, err error) error {
	return Errors{src.world.scenario.Issue("jobs."+src.job.Name+part, "%v", err)}
}

// readRows opens a trace.
func (src *jobSource) readRows(arrivals workloads.Arrivals, duration workloads.Distribution, durations *rand.Rand) error {
	w, t := src.world, src.job.Trace
	src.file = w.scenario.Resolve(t.Path)
	options := t.options()
	options.Untimed = arrivals != nil
	options.Stdin = w.options.Stdin
	options.Opened = func(in *workloads.Input) { w.inputs = append(w.inputs, in) }
	trace, err := workloads.OpenTrace(workloads.Formats(), t.Format, src.file, options)
	if err != nil {
		return src.issue(".trace.path", err)
	}
	ahead := workloads.Ahead(trace)
	w.closers = append(w.closers, ahead)
	src.trace, src.rows = ahead, ahead
	src.rejectMisfits = t.Format == "swf" || t.OnBadRow == "skip"
	if arrivals != nil {
		src.rows = &workloads.Timed{Source: ahead, Arrivals: arrivals, Duration: duration, Stream: durations}
	}
	return nil
}

// options with which the trace is read.
func (t *Trace) options() workloads.Options {
	o := workloads.Options{SkipBadRows: t.OnBadRow == "skip"}
	if t.Memory != nil {
		o.MemoryKiB = int64(*t.Memory)
	}
	return o
}

// generateRows makes a trace.
func (src *jobSource) generateRows(durations *rand.Rand) error {
	w, name := src.world, src.job.Name
	rows, err := workloads.GenerateTrace(src.job.Trace.Generate.batch(), w.stream("arrivals/"+name), durations, w.stream("sizes/"+name))
	if err != nil {
		return src.issue(".trace.generate", err)
	}
	src.rows = rows
	return nil
}

// drawRows makes tasks of one definition.
func (src *jobSource) drawRows(definition *TaskDefinition, arrivals workloads.Arrivals, duration workloads.Distribution, durations *rand.Rand) error {
	j, horizon := src.job, src.world.horizon
	rows := &workloads.Synthetic{Arrivals: arrivals, Duration: duration, Stream: durations, Demand: definition.Demand(), Priority: int(j.Priority), Count: int(j.TasksPerArrival)}
	if j.Count != nil { // of tasks; the limit is one of arrivals
		rows.Limit = int(*j.Count / max(1, j.TasksPerArrival))
	}
	switch {
	case arrivals == nil && j.Gang: // one gang
		rows.Arrivals, rows.Limit, rows.Count = atOnce{}, 1, int(*j.Count)
	case arrivals == nil: // all at the start, by default one
		rows.Arrivals, rows.Limit = atOnce{}, max(1, rows.Limit)
	case horizon != sim.Never && j.unending(): // an end that is known is the job's own: others may wait for it
		rows.Until = horizon
	}
	if err := rows.Validate(); err != nil {
		return src.issue("", err)
	}
	src.rows = rows
	if err := src.fits(definition); err != nil || !j.Gang {
		return err
	}
	for share := range src.providers {
		if items := src.world.scenario.Target(j).Strategy; len(items) > 0 && items[share].Weight == 0 && items[share].Base == 0 {
			continue
		}
		var class cluster.Class
		if err := src.classify(&workloads.Row{Demand: definition.Demand()}, share, &class); err != nil {
			return err // it has just fitted
		}
		if err := src.gangFits(&class, share, rows.Count); err != nil {
			return src.issue(".gang", err)
		}
	}
	return nil
}

// atOnce are arrivals at the start, each task drawing a duration of its own.
type atOnce struct{}

func (atOnce) Next() (sim.Time, bool) { return 0, true }

// firings are arrivals on a schedule.
type firings struct {
	schedule *scaling.Schedule
	start    time.Time
	last     time.Time
}

func (j *Job) firings(start time.Time) (*firings, error) {
	zone, err := zones.Load(j.Timezone)
	if err != nil {
		return nil, err
	}
	schedule, err := scaling.ParseSchedule(j.Schedule, zone)
	if err != nil {
		return nil, err
	}
	return &firings{schedule.Since(start), start, start.Add(-1)}, nil
}

func (f *firings) Next() (sim.Time, bool) {
	at, ok := f.schedule.Next(f.last)
	f.last = at
	return sim.Time(at.Sub(f.start)), ok
}

// batch describes the trace that a scenario asks for.
func (g *Generate) batch() workloads.Batch {
	b := workloads.DefaultBatch()
	b.Tasks = int(g.Tasks)
	b.PerHour = float64(g.Tasks) / (float64(g.Span) / float64(sim.Hour))
	b.Amplitude, b.PeakHour = g.Amplitude, g.Peak.Hours()
	return b
}

func (src *jobSource) arrivals() (workloads.Arrivals, error) {
	a := src.job.Arrivals
	if a.Gap == nil {
		return workloads.At(a.At...)
	}
	gap, err := workloads.NewDistribution(a.Gap.Spec())
	if err != nil {
		return nil, err
	}
	return workloads.Gaps(gap, src.world.stream("arrivals/"+src.job.Name)), nil
}

// Next implements [ecs.Source].
func (src *jobSource) Next(next *ecs.Submission) (bool, error) {
	if src.left == 0 {
		ok, err := src.rows.Next(&src.row)
		if err != nil || !ok {
			src.exhausted = err == nil
			return false, err
		}
		src.left = src.row.Count
	}
	count, share := src.left, 0
	if src.division != nil {
		share = src.division.Next()
		if len(src.providers) > 1 {
			count = 1
		}
	}
	next.At, next.Duration, next.Count, next.NeverFits = src.row.Submit, src.row.Duration, count, false
	priority := src.row.Priority
	if src.job.Trace == nil || priority == 0 {
		priority = int(src.job.Priority)
	}
	next.Class.Priority = int32(priority)
	err := src.classify(&src.row, share, &next.Class)
	if err == nil && src.job.Gang && src.trace != nil {
		err = src.gangFits(&next.Class, share, count)
	}
	if err != nil {
		if !src.rejectMisfits {
			return false, src.misfit(err)
		}
		next.NeverFits = true
		src.misfits += count
	}
	src.left -= count
	return true, nil
}

// misfit says at which row of the trace something is that fits nowhere.
func (src *jobSource) misfit(err error) error {
	if src.row.Line == 0 {
		return Errors{src.world.scenario.Issue("jobs."+src.job.Name, "%v", err)}
	}
	return &DataError{fmt.Errorf("%s:%d: %w", src.file, src.row.Line, err)}
}

// DataError is an error in the data that a scenario refers to.
type DataError struct{ error }

// Unwrap returns the error.
func (e *DataError) Unwrap() error { return e.error }

var (
	_ ecs.Source         = (*jobSource)(nil)
	_ ecs.WorkObserver   = (*report.Meter)(nil)
	_ workloads.Arrivals = atOnce{}
	_ workloads.Arrivals = (*firings)(nil)
)
