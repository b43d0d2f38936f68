package scenarios

import (
	"berth/sim"
	"berth/workloads"
)

func (c *checker) job(j *Job, path string) {
	c.name(j.Name, join(path, "name"), "a job")
	c.tasks(j, path, "task", "taskDefinition", "trace")
	if j.Trace != nil {
		c.trace(j, path)
	} else {
		c.demand(j, path)
	}
	c.target(j, path)
	c.placement(j, path)
	c.attempts(j, path)
	c.gang(j, path)
	c.queue(j, path)
}

// trace checks that a trace is named or made, and that the job states nothing
// that the trace has.
func (c *checker) trace(j *Job, path string) {
	t, at := j.Trace, join(path, "trace")
	switch {
	case t.Generate != nil && t.Path != "":
		c.issue(join(at, "path"), "a trace has either path or generate")
	case t.Generate != nil && t.Format != "":
		c.issue(join(at, "format"), "a generated trace has no format")
	case t.Generate == nil && t.Path == "" && !c.stated(join(at, "generate")):
		c.issue(join(at, "path"), "required, and left out")
	case t.Path != "" && t.Format == "":
		c.issue(join(at, "format"), "required with path, and left out; expected csv, swf or alibaba-gpu-2023")
	}
	c.readable(t.Path, join(at, "path"))
	if t.Memory != nil && t.Format != "" && t.Format != "swf" {
		c.issue(join(at, "memory"), "%s states the memory of each task; only swf may lack it", t.Format)
	}
	arrivals, duration := c.stated(join(path, "arrivals")), c.stated(join(path, "duration"))
	for _, field := range []string{"arrivals", "duration"} {
		switch {
		case !c.stated(join(path, field)) || t.Format == "" && t.Generate == nil:
		case t.Format != "alibaba-gpu-2023":
			c.issue(join(path, field), "the trace has its own; only the lists of alibaba-gpu-2023 take %s", field)
		case arrivals != duration:
			c.issue(join(path, field), "a list takes both arrivals and duration, or has its own times for both")
		}
	}
	if c.stated(join(path, "schedule")) {
		c.issue(join(path, "schedule"), "the trace says when its tasks come")
	}
	for _, field := range []string{"count", "tasksPerArrival", "arraySize"} {
		if c.stated(join(path, field)) {
			c.issue(join(path, field), "how many tasks there are is in the trace")
		}
	}
}

// schedule checks when a job's tasks come on a schedule.
func (c *checker) schedule(j *Job, path string) {
	at := join(path, "schedule")
	if c.stated(join(path, "arrivals")) {
		c.issue(join(path, "arrivals"), "schedule is stated too; use one of them")
	}
	if c.Duration == sim.Never {
		c.issue(at, "a schedule does not end: state a duration for the scenario")
	}
	if j.Count != nil {
		c.issue(join(path, "count"), "a schedule brings tasksPerArrival tasks each time")
	}
	c.firing(j.Schedule, c.timezone(j.Timezone, join(path, "timezone")), at, nil)
}

// demand checks how many tasks there are, when they come and how long they run.
func (c *checker) demand(j *Job, path string) {
	if j.Duration == nil && !c.stated(join(path, "duration")) {
		c.issue(join(path, "duration"), "required, and left out")
	}
	c.array(j, path)
	a := j.Arrivals
	switch {
	case c.stated(join(path, "schedule")):
		c.schedule(j, path)
	case a == nil:
		if c.stated(join(path, "tasksPerArrival")) && !c.stated(join(path, "arrivals")) {
			c.issue(join(path, "tasksPerArrival"), "only with arrivals; without them use count")
		}
		if j.Count == nil {
			j.Count = new(int64)
			*j.Count = 1
		}
	case len(a.At) > 0:
		if j.Count != nil {
			c.issue(join(path, "count"), "how many tasks there are is in the list of arrivals")
		}
	case j.Count != nil:
		if j.TasksPerArrival > 0 && *j.Count%j.TasksPerArrival != 0 {
			c.issue(join(path, "count"), "expected a multiple of tasksPerArrival, %d", j.TasksPerArrival)
		}
	case a.Gap != nil:
		if c.Duration == sim.Never {
			c.issue(join(path, "arrivals"), "these arrivals do not end: state a duration for the scenario, or count for the job")
		}
		if gap, err := workloads.NewDistribution(a.Gap.Spec()); err == nil && gap.Mean() == 0 {
			c.issue(join(path, "arrivals"), "gaps of 0s never end; for tasks that come together use count or tasksPerArrival")
		}
	}
}
