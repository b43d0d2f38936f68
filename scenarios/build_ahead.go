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

// workload returns the sorts of tasks that a job or service will bring: those of
// its definition, or the distinct demands of its trace, which is read once ahead
// where the strategy has use for that.
func (w *World) workload(work Work, chain []placement.Rule) ([]placement.Expected, error) {
	if d := w.scenario.Definition(work); d != nil {
		return []placement.Expected{{Demand: d.Demand(), Weight: 1}}, nil
	}
	j, ok := work.(*Job)
	if !ok || j.Trace == nil || !looksAhead(chain) {
		return nil, nil
	}
	if j.Trace.Path == "-" {
		return nil, Errors{w.scenario.Issue("jobs."+j.Name+".trace.path", "the placement strategy looks at the tasks of the trace before the first comes, and standard input can be read only once; name a file")}
	}
	rows, closer, err := w.rowsAhead(j)
	if err != nil {
		return nil, err
	}
	defer closer()
	all, left, err := expected(rows)
	if err != nil {
		return nil, w.sourceError(err)
	}
	if left > 0 {
		w.notes = append(w.notes, fmt.Sprintf("job %s: the placement strategy expects the first %d sorts of tasks of the trace; %d tasks are of others", j.Name, mostExpected, left))
	}
	return all, nil
}

// expected counts the distinct demands of rows, the first mostExpected of them,
// and the tasks of all others.
func expected(rows workloads.Source) (all []placement.Expected, left int64, err error) {
	at := map[cluster.Vector]int{}
	var row workloads.Row
	for {
		ok, err := rows.Next(&row)
		if err != nil || !ok {
			return all, left, err
		}
		i, known := at[row.Demand]
		switch {
		case known:
			all[i].Weight += int64(row.Count)
		case len(all) == mostExpected:
			left += int64(row.Count)
		default:
			at[row.Demand] = len(all)
			all = append(all, placement.Expected{Demand: row.Demand, Weight: int64(row.Count)})
		}
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
