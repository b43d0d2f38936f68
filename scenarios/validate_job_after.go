package scenarios

import (
	"slices"
	"strconv"
	"strings"
)

// mostDependencies of a job.
//
// Source: AWS Batch API, SubmitJob, dependsOn.
const mostDependencies = 20

// dependencies checks what the jobs wait for: that it is there, that it ends, and
// that nothing waits for itself.
func (c *checker) dependencies() {
	byName := map[string]*Job{}
	for _, j := range c.Jobs {
		byName[j.Name] = j
	}
	paths := c.paths("jobs")
	for i, path := range paths {
		j := c.Jobs[i]
		at := join(path, "dependsOn")
		if n := len(j.DependsOn); n > mostDependencies {
			c.issue(at, "%d dependencies; a job has at most %d", n, mostDependencies)
			continue
		}
		seen := map[JobDependency]bool{}
		for n, d := range j.DependsOn {
			here := join(at, strconv.Itoa(n))
			if c.faulty(here) {
				continue
			}
			if seen[d] {
				c.issue(here, "stands twice in the list")
			}
			seen[d] = true
			c.dependency(j, d, byName, here)
		}
	}
	c.cycles(byName, paths)
}

// dependency checks one dependency of a job.
func (c *checker) dependency(j *Job, d JobDependency, byName map[string]*Job, at string) {
	on := byName[d.Job]
	switch {
	case d.Type == sequential && d.Job != "":
		c.issue(join(at, "job"), "a SEQUENTIAL dependency is one between the children of the same array, and names no job")
	case d.Type == sequential:
		c.once(j, at, "SEQUENTIAL")
	case d.Job == "":
		if !c.stated(join(at, "job")) {
			c.issue(at, "expected the job that has to end first")
		}
	case on == nil:
		names := c.workNames("jobs")
		if slices.Contains(c.workNames("services"), d.Job) {
			c.issue(c.jobAt(at), "%q is a service, which does not end", d.Job)
			return
		}
		c.issue(c.jobAt(at), "there is no job %q%s", short(d.Job), meant(d.Job, slices.DeleteFunc(names, func(n string) bool { return n == j.Name })))
	case d.Type == nToN:
		c.once(j, at, "N_TO_N")
		if j.ArraySize != nil && (on.ArraySize == nil || *on.ArraySize != *j.ArraySize) {
			c.issue(c.jobAt(at), "with N_TO_N both are arrays of one size; this one has %d children, and job %q %s", *j.ArraySize, on.Name, on.children())
		} else if on.ArraySize != nil && !on.once() {
			c.issue(c.jobAt(at), "with N_TO_N both arrays come once; job %q has arrivals", on.Name)
		}
	case on.unending():
		c.issue(c.jobAt(at), "job %q does not end: its tasks come until the end of the run; state its count", on.Name)
	}
}

// once checks that a job whose children wait for children is an array that comes
// once.
func (c *checker) once(j *Job, at, what string) {
	switch {
	case j.ArraySize == nil:
		c.issue(join(at, "type"), "%s is for arrays; state arraySize", what)
	case !j.once():
		c.issue(join(at, "type"), "%s is for an array that comes once, without arrivals and schedule", what)
	}
}

// jobAt is where a dependency names its job.
func (c *checker) jobAt(at string) string {
	if c.stated(join(at, "job")) {
		return join(at, "job")
	}
	return at
}

func (j *Job) children() string {
	if j.ArraySize == nil {
		return "is no array"
	}
	return strconv.FormatInt(*j.ArraySize, 10)
}

// once reports whether all tasks of a job come at the start.
func (j *Job) once() bool { return j.Arrivals == nil && j.Schedule == "" }

// unending reports whether the tasks of a job come until the end of the run.
func (j *Job) unending() bool {
	return j.Schedule != "" || j.Trace == nil && j.Arrivals != nil && len(j.Arrivals.At) == 0 && j.Count == nil
}

// cycles refuses jobs that wait for themselves by way of others. Each cycle is
// named once, at the dependency that closes it.
func (c *checker) cycles(byName map[string]*Job, paths []string) {
	at := map[string]string{}
	for i, path := range paths {
		at[c.Jobs[i].Name] = path
	}
	done := map[string]bool{}
	var way []string
	var follow func(j *Job)
	follow = func(j *Job) {
		way = append(way, j.Name)
		for n, d := range j.DependsOn {
			on := byName[d.Job]
			if on == nil || done[d.Job] {
				continue
			}
			if from := slices.Index(way, d.Job); from >= 0 {
				here := c.jobAt(join(join(at[j.Name], "dependsOn"), strconv.Itoa(n)))
				if from == len(way)-1 {
					c.issue(here, "job %q waits for itself", j.Name)
				} else {
					c.issue(here, "these jobs wait for one another: %s", strings.Join(append(slices.Clone(way[from:]), d.Job), ", which waits for "))
				}
				continue
			}
			follow(on)
		}
		way = way[:len(way)-1]
		done[j.Name] = true
	}
	for _, j := range c.Jobs {
		if !done[j.Name] {
			follow(j)
		}
	}
}
