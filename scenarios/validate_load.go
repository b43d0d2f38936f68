package scenarios

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"berth/internal/zones"
	"berth/workloads"
)

// load checks the requests that a service is sent.
func (c *checker) load(s *Service, path string) {
	l, at := s.Load, join(path, "load")
	if l == nil {
		return
	}
	if p := l.RequestsPerSecond.Profile; p != nil {
		c.profile(p, join(at, "requestsPerSecond.profile"))
	}
	if t := l.RequestsPerSecond.Trace; t != nil {
		c.again(t.Path, join(at, "requestsPerSecond.trace.path"))
	}
	if s.Usage != nil && s.Usage.CPU != nil {
		c.issue(join(path, "usage.cpu"), "how much CPU the tasks use follows from the load; leave it out")
	}
	c.burst(s, join(at, "cpuBurst"))
	d := c.Definition(s)
	if d == nil || d.CPU == nil {
		return
	}
	if d.Usage != nil && d.Usage.CPU != nil && s.Usage == nil {
		c.note(at, "how much CPU the tasks use follows from the load; usage.cpu of the task definition has no effect")
	}
	cpu := *d.CPU
	if inPlace := d == s.Task; inPlace && c.Target(s).Fargate() {
		return // it is rounded up to a size
	}
	if cpu == 0 && !c.refused(join(definitionPath(s.terms()), "cpu")) {
		c.issue(at, "the tasks have no cpu to serve requests with; state it in %s", definitionPath(s.terms()))
	}
	if cpu > 0 && l.PerRequest.CPUSeconds > 0 && l.PerRequest.Latency != nil {
		if setup := l.setup(int64(cpu), 0); *l.PerRequest.Latency < setup.ServiceTime() {
			c.note(join(at, "perRequest.latency"), "%v is less than the %v for which a task works on a request (concurrency × cpuSeconds / vCPU)", *l.PerRequest.Latency, setup.ServiceTime())
		}
	}
}

// burst checks that there is CPU that the tasks of a service can borrow.
func (c *checker) burst(s *Service, at string) {
	if !s.Load.CPUBurst {
		return
	}
	fargate, instances := 0, 0
	for _, name := range c.Target(s).Providers() {
		if isFargate(name) {
			fargate++
		} else {
			instances++
		}
	}
	switch {
	case fargate > 0 && instances == 0:
		c.issue(at, "tasks on Fargate cannot use more CPU than they reserve; leave it out")
	case fargate > 0:
		c.note(at, "those of its tasks that run on Fargate cannot use more CPU than they reserve")
	}
}

// profile checks what only workloads knows, and when the spikes are.
func (c *checker) profile(p *Profile, path string) {
	c.timezone(p.Timezone, join(path, "timezone"))
	zoned := *p
	zoned.Timezone = "UTC"
	if of, err := zoned.profile(c.Start); err == nil {
		for _, err := range unjoined(of.Validate()) {
			var field *workloads.ProfileError
			if errors.As(err, &field) {
				c.alsoIssue(join(path, dotted(field.Field)), field.Message)
			}
		}
	}
	for i, s := range p.Spikes {
		at := join(c.index(path, "spikes", i), "at")
		begins := s.At.In(c.Start)
		switch ends := begins + s.Rise + s.Hold + s.Fall; {
		case c.refused(at):
		case begins >= c.Duration:
			c.note(at, "the spike begins after the end of the run")
		case ends <= 0:
			c.note(at, "the spike is over before the start of the run")
		}
	}
}

// timezone checks the name of a time zone and returns it, UTC where it is
// unknown.
func (c *checker) timezone(name, path string) *time.Location {
	zone, err := zones.Load(name)
	if err != nil {
		c.alsoIssue(path, err.Error())
		return time.UTC
	}
	return zone
}

// again reports a file that cannot be read more than once, or not at all.
func (c *checker) again(file, path string) {
	c.readable(file, path)
	if file == "" {
		return
	}
	if info, err := os.Stat(c.Resolve(file)); file == "-" || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		c.issue(path, "expected a regular file, for it is read more than once, found %q", short(file))
	}
}

// note adds what a reader of the result should know about the value at a path.
func (c *checker) note(path, format string, args ...any) {
	c.Notes = append(c.Notes, path+": "+fmt.Sprintf(format, args...))
}

// refused reports whether something is wrong already at a path, around it or
// below.
func (c *checker) refused(path string) bool {
	for _, issue := range c.issues {
		if within := func(a, b string) bool { return a == b || strings.HasPrefix(a, b+".") }; issue.Path != "" && (within(issue.Path, path) || within(path, issue.Path)) {
			return true
		}
	}
	return false
}

// alsoIssue adds an issue where nothing is wrong already.
func (c *checker) alsoIssue(path, message string) {
	if !c.refused(path) {
		c.issue(path, "%s", message)
	}
}

// dotted writes a path of Go's form as one of the document: spikes[0].factor is
// spikes.0.factor.
func dotted(path string) string {
	return strings.NewReplacer("[", ".", "]", "").Replace(path)
}
