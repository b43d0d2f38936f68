package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"berth/internal/spelling"
	"berth/sim"
	"berth/workloads"
)

func (c *checker) jobs() {
	if len(c.Jobs) == 0 && !c.declared("jobs") && !c.declared("services") {
		c.issue("jobs", "a scenario needs at least one job")
	}
	paths := c.paths("jobs")
	for i, path := range paths {
		c.job(c.Jobs[i], path)
	}
	c.queues(paths)
}

// declared reports whether the document has a key at its root, decoded or not.
func (c *checker) declared(key string) bool {
	_, n := entry(c.root, key)
	return n != nil && !empty(n)
}

func (c *checker) job(j *Job, path string) {
	c.name(j.Name, join(path, "name"), "a job")
	var kinds []string
	for _, kind := range []string{"task", "taskDefinition", "trace"} {
		if c.stated(join(path, kind)) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		c.issue(path, "expected task, taskDefinition or trace")
	} else if len(kinds) > 1 {
		c.issue(join(path, kinds[1]), "a job has only one of task, taskDefinition and trace, and %s is stated too", kinds[0])
	}
	if j.Task != nil {
		c.definition(j.Task, join(path, "task"))
	}
	if names := slices.Sorted(maps.Keys(c.TaskDefinitions)); j.TaskDefinition != "" && !slices.Contains(names, j.TaskDefinition) {
		c.issue(join(path, "taskDefinition"), "there is no task definition %q%s", short(j.TaskDefinition), meant(j.TaskDefinition, names))
	}
	if j.Trace != nil {
		c.trace(j, path)
	} else {
		c.demand(j, path)
	}
	c.target(j, path)
	c.placement(j, path)
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
	for _, field := range []string{"count", "tasksPerArrival"} {
		if c.stated(join(path, field)) {
			c.issue(join(path, field), "how many tasks there are is in the trace")
		}
	}
}

// demand checks how many tasks there are, when they come and how long they run.
func (c *checker) demand(j *Job, path string) {
	if j.Duration == nil && !c.stated(join(path, "duration")) {
		c.issue(join(path, "duration"), "required, and left out")
	}
	a := j.Arrivals
	switch {
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

// target checks where the tasks go.
func (c *checker) target(j *Job, path string) {
	var stated []string
	for _, field := range []string{"capacityProviderStrategy", "capacityProviders", "launchType"} {
		if n := c.nodes[join(path, field)]; n != nil && !empty(n) {
			stated = append(stated, field)
		}
	}
	if len(stated) > 1 {
		c.issue(join(path, stated[1]), "a job has only one of capacityProviderStrategy, capacityProviders and launchType, and %s is stated too", stated[0])
	}
	c.strategy(j.CapacityProviderStrategy, join(path, "capacityProviderStrategy"))
	c.pool(j, path)
	t := c.Target(j)
	if len(t.Providers()) == 0 {
		switch {
		case j.LaunchType != "":
			c.issue(join(path, "launchType"), "the cluster has no %s", map[string]Kind{"EC2": KindEC2, "EXTERNAL": KindExternal}[j.LaunchType])
		case len(c.Cluster.CapacityProviders) > 0:
			c.issue(path, "the cluster has no EC2 or external instances; name where the tasks go in capacityProviderStrategy")
		case !c.stated("cluster.capacityProviders") && (c.nodes["cluster"] == nil || c.nodes["cluster"].Kind == yaml.MappingNode):
			c.issue("cluster.capacityProviders", "the job %q has no capacity to run on; expected at least one capacity provider", j.Name)
		}
		return
	}
	if j.Task != nil {
		c.placed(j.Task, join(path, "task"), false, t.Fargate())
	}
	if d := c.TaskDefinitions[j.TaskDefinition]; d != nil {
		c.placed(d, join("taskDefinitions", j.TaskDefinition), true, t.Fargate())
	}
}

func (c *checker) pool(j *Job, path string) {
	seen := map[string]bool{}
	for i, name := range j.CapacityProviders {
		at := c.index(path, "capacityProviders", i)
		p := c.Provider(name)
		switch {
		case p == nil:
			c.undefined(name, at)
		case seen[name]:
			c.issue(at, "%s stands twice in the list", name)
		case p.Kind() == KindFargate && len(j.CapacityProviders) > 1:
			c.issue(at, "%s has no instances to choose among with others; use capacityProviderStrategy", name)
		}
		seen[name] = true
	}
}

// mostRules that a placement strategy may have.
//
// Source: ECS API, CreateService, placementStrategy.
const mostRules = 5

func (c *checker) placement(j *Job, path string) {
	list := join(path, "placementStrategy")
	target := c.Target(j)
	if len(j.PlacementStrategy) > 0 && target.Fargate() {
		c.issue(list, "Fargate takes no placement strategy; leave it out, or [] in a variant")
	}
	if len(j.PlacementStrategy) > mostRules {
		c.issue(list, "%d rules; there may be at most %d", len(j.PlacementStrategy), mostRules)
	}
	for i, at := range c.paths(list) {
		c.rule(&j.PlacementStrategy[i], at, target)
	}
	if len(j.PlacementStrategy) == 0 && !target.Fargate() && !c.stated(list) {
		j.PlacementStrategy = []PlacementStrategy{{Type: "random"}}
	}
}

// rule checks the field of a rule, and puts it into one spelling.
func (c *checker) rule(r *PlacementStrategy, path string, target Target) {
	at := join(path, "field")
	switch r.Type {
	case "binpack":
		r.Field = strings.ToLower(r.Field)
		if r.Field != "cpu" && r.Field != "memory" {
			c.issue(at, "binpack needs the field cpu or memory%s", suggestion(r.Field, []string{"cpu", "memory"}))
		}
	case "spread":
		if strings.EqualFold(r.Field, "host") || strings.EqualFold(r.Field, "instanceId") {
			r.Field = "instanceId" // host is AWS's other word for it
			return
		}
		name, ok := strings.CutPrefix(r.Field, "attribute:")
		carried := c.carried(target)
		switch {
		case !ok || !attributeName.MatchString(name):
			known := []string{"instanceId", "host"}
			for _, name := range carried {
				known = append(known, "attribute:"+name)
			}
			word := r.Field
			if slices.Contains(carried, word) {
				word = "attribute:" + word
			}
			c.issue(at, "spread needs the field instanceId, host or attribute:NAME%s", suggestion(word, known))
		case !slices.Contains(carried, name):
			c.Notes = append(c.Notes, fmt.Sprintf("%s: no instance carries the attribute %q, so that the rule leaves the choice as it is%s", at, name, suggestion(name, carried)))
		}
	case "first-fit", "best-fit", "worst-fit":
		if r.Field != "" {
			c.issue(at, "%s has no field", r.Type)
		}
	}
}

// suggestion is the nearest name, for messages that have listed what there is.
func suggestion(word string, names []string) string {
	if name := spelling.Nearest(word, names); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	return ""
}

// carried lists the attributes that instances of a target have, built in and of
// the scenario's own.
func (c *checker) carried(t Target) []string {
	set := map[string]bool{}
	add := func(attributes map[string]string, builtIn ...string) {
		for name := range attributes {
			set[name] = true
		}
		for _, name := range builtIn {
			set[name] = true
		}
	}
	for _, name := range t.Providers() {
		p := c.Provider(name)
		switch {
		case p == nil:
		case p.AutoScalingGroup != nil:
			add(p.AutoScalingGroup.Attributes, "ecs.instance-type", "ecs.availability-zone", "ecs.os-type", "ecs.cpu-architecture")
		case p.External != nil:
			add(nil, "ecs.capability.external", "ecs.os-type", "ecs.cpu-architecture")
			for _, x := range p.External.Instances {
				add(x.Attributes)
			}
			if p.External.Nodes != nil {
				add(p.External.Nodes.Attributes)
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// queues checks that jobs which wait for the same instances agree on how they
// wait. Fargate has room for all, so that nobody waits there.
func (c *checker) queues(paths []string) {
	type first struct {
		job   *Job
		queue Queue
	}
	firsts := map[string]first{}
	for i, path := range paths {
		j := c.Jobs[i]
		for _, name := range c.Target(j).Providers() {
			if p := c.Provider(name); p == nil || p.Kind() == KindFargate {
				continue
			}
			f, ok := firsts[name]
			if !ok {
				firsts[name] = first{j, j.Queue}
			} else if f.queue != j.Queue {
				c.issue(join(path, "queue"), "%s and %s here, but %s and %s in job %q, which waits for the same capacity (%s): they form one queue and have to agree",
					j.Queue.Order, j.Queue.Blocking, f.queue.Order, f.queue.Blocking, f.job.Name, name)
				break
			}
		}
	}
}
