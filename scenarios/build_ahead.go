package scenarios

import (
	"fmt"
	"math/rand/v2"

	"berth/placement"
	"berth/sim/cluster"
	"berth/workloads"
)

// mostExpected is how many sorts of tasks a strategy looks ahead to.
const mostExpected = 4096

// looksAhead reports whether a strategy has use for what tasks are expected.
// Of the built-in ones that is fgd; of others it is not known.
func looksAhead(chain []placement.Rule) bool {
	builtin := placement.Builtin()
	for _, r := range chain {
		if _, ok := builtin[r.Type]; !ok || r.Type == "fgd" {
			return true
		}
	}
	return false
}

// workload returns the sorts of tasks that the jobs and services of a scenario
// will bring, with how many of each are expected: those of their definitions,
// or the distinct demands of their traces, which are read once ahead. It is nil
// where the strategies have no use for that.
func (w *World) workload(chain []placement.Rule) ([]placement.Expected, error) {
	if !looksAhead(chain) {
		return nil, nil
	}
	if w.expected != nil {
		return w.expected.sorts, nil
	}
	w.expected = &expected{at: map[cluster.Vector]int{}}
	for _, work := range w.scenario.works() {
		if d := w.scenario.Definition(work); d != nil {
			w.expected.add(d.Demand(), w.scenario.tasksOf(work))
		} else if err := w.readAhead(work.(*Job)); err != nil {
			return nil, err
		}
	}
	if n := w.expected.left; n > 0 {
		w.notes = append(w.notes, fmt.Sprintf("placement strategies that look ahead expect the first %d sorts of tasks; %d tasks are of others", mostExpected, n))
	}
	return w.expected.sorts, nil
}

// tasksOf returns how many tasks a job or service without a trace is expected
// to bring, at least 1.
func (s *Scenario) tasksOf(work Work) int64 {
	switch work := work.(type) {
	case *Service:
		if work.DesiredCount != nil {
			return max(1, *work.DesiredCount)
		}
	case *Job:
		switch {
		case work.Count != nil:
			return *work.Count
		case work.Arrivals == nil:
		case len(work.Arrivals.At) > 0:
			return int64(len(work.Arrivals.At)) * work.TasksPerArrival
		default:
			gap, err := workloads.NewDistribution(work.Arrivals.Gap.Spec())
			if err != nil || gap.Mean() == 0 {
				break // it was checked on loading
			}
			return max(1, int64(s.Duration.Seconds()/gap.Mean())) * work.TasksPerArrival
		}
	}
	return 1
}

// readAhead counts the tasks of a job's trace.
func (w *World) readAhead(j *Job) error {
	if j.Trace.Path == "-" {
		return Errors{w.scenario.Issue("jobs."+j.Name+".trace.path", "the placement strategy looks at the tasks of the trace before the first comes, and standard input can be read only once; name a file")}
	}
	rows, closer, err := w.rowsAhead(j)
	if err != nil {
		return err
	}
	defer closer()
	var row workloads.Row
	for {
		ok, err := rows.Next(&row)
		if err != nil {
			return w.sourceError(err)
		}
		if !ok {
			return nil
		}
		w.expected.add(row.Demand, int64(row.Count))
	}
}

// expected counts tasks by what they demand, the first mostExpected sorts of
// them.
type expected struct {
	sorts []placement.Expected
	at    map[cluster.Vector]int
	left  int64 // tasks of other sorts
}

func (e *expected) add(demand cluster.Vector, n int64) {
	i, known := e.at[demand]
	switch {
	case known:
		e.sorts[i].Weight += n
	case len(e.sorts) == mostExpected:
		e.left += n
	default:
		e.at[demand] = len(e.sorts)
		e.sorts = append(e.sorts, placement.Expected{Demand: demand, Weight: n})
	}
}

// rowsAhead opens the rows of a trace a second time.
func (w *World) rowsAhead(j *Job) (workloads.Source, func(), error) {
	if j.Trace.Generate != nil {
		stream := func(of string) *rand.Rand { return w.stream(of + "/" + j.Name) } // as it will be made
		rows, err := workloads.GenerateTrace(j.Trace.Generate.batch(), stream("arrivals"), stream("durations"), stream("sizes"))
		if err != nil {
			return nil, nil, Errors{w.scenario.Issue("jobs."+j.Name+".trace.generate", "%v", err)}
		}
		return rows, func() {}, nil
	}
	options := j.Trace.options()
	options.Untimed = j.Arrivals != nil
	trace, err := workloads.OpenTrace(workloads.Formats(), j.Trace.Format, w.scenario.Resolve(j.Trace.Path), options)
	if err != nil {
		return nil, nil, Errors{w.scenario.Issue("jobs."+j.Name+".trace.path", "%v", err)}
	}
	return trace, func() { _ = trace.Close() }, nil // it was only read
}
