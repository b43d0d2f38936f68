package scenarios

import (
	"maps"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"berth/sim"
)

// works checks the services and the jobs.
func (c *checker) works() {
	if len(c.Jobs)+len(c.Services) == 0 && !c.declared("jobs") && !c.declared("services") {
		c.issue("jobs", "a scenario needs at least one job or service")
	}
	if len(c.Services) > 0 && c.Duration == sim.Never && !c.stated("duration") {
		c.issue("duration", "required with services, which do not end, and left out")
	}
	var paths []string
	for i, path := range c.paths("services") {
		c.service(c.Services[i], path)
		paths = append(paths, path)
	}
	for i, path := range c.paths("jobs") {
		c.job(c.Jobs[i], path)
		paths = append(paths, path)
	}
	c.dependencies()
	c.queues(paths)
}

// declared reports whether the document has a key at its root, decoded or not.
func (c *checker) declared(key string) bool {
	_, n := entry(c.root, key)
	return n != nil && !empty(n)
}

// tasks checks that a job or service says in exactly one way what its tasks are.
func (c *checker) tasks(w Work, path string, ways ...string) {
	t := w.terms()
	var stated []string
	for _, way := range ways {
		if c.stated(join(path, way)) {
			stated = append(stated, way)
		}
	}
	if last := len(ways) - 1; len(stated) == 0 {
		c.issue(path, "expected %s", either(ways))
	} else if len(stated) > 1 {
		c.issue(join(path, stated[1]), "a %s has only one of %s and %s, and %s is stated too", t.kind, strings.Join(ways[:last], ", "), ways[last], stated[0])
	}
	if t.task != nil {
		c.definition(t.task, join(path, "task"))
	}
	if d := c.Definition(w); d != nil && d.Failures != nil && t.list == "jobs" {
		c.issue(join(definitionAt(t, path), "failures"), "the %s %q runs this, and this version of berth supports failures of the tasks of services only", t.kind, t.name)
	}
	if names := slices.Sorted(maps.Keys(c.TaskDefinitions)); t.definition != "" && !slices.Contains(names, t.definition) {
		c.issue(join(path, "taskDefinition"), "there is no task definition %q%s", short(t.definition), meant(t.definition, names))
	}
}

// target checks where the tasks go.
func (c *checker) target(w Work, path string) {
	t := w.terms()
	var stated []string
	for _, field := range []string{"capacityProviderStrategy", "capacityProviders", "launchType"} {
		if n := c.nodes[join(path, field)]; n != nil && !empty(n) {
			stated = append(stated, field)
		}
	}
	if len(stated) > 1 {
		c.issue(join(path, stated[1]), "a %s has only one of capacityProviderStrategy, capacityProviders and launchType, and %s is stated too", t.kind, stated[0])
	}
	c.strategy(t.strategy, join(path, "capacityProviderStrategy"))
	c.pool(t.providers, path)
	to := c.Target(w)
	if len(to.Providers()) == 0 {
		switch {
		case t.launchType != "":
			c.issue(join(path, "launchType"), "the cluster has no %s", map[string]Kind{"EC2": KindEC2, "EXTERNAL": KindExternal}[t.launchType])
		case len(c.Cluster.CapacityProviders) > 0:
			c.issue(path, "the cluster has no EC2 or external instances; name where the tasks go in capacityProviderStrategy")
		case !c.stated("cluster.capacityProviders") && (c.nodes["cluster"] == nil || c.nodes["cluster"].Kind == yaml.MappingNode):
			c.issue("cluster.capacityProviders", "the %s %q has no capacity to run on; expected at least one capacity provider", t.kind, t.name)
		}
		return
	}
	if t.task != nil {
		c.placed(t.task, join(path, "task"), false, to)
	}
	if d := c.TaskDefinitions[t.definition]; d != nil {
		c.placed(d, join("taskDefinitions", t.definition), true, to)
	}
}

func (c *checker) pool(providers []string, path string) {
	seen := map[string]bool{}
	for i, name := range providers {
		at := c.index(path, "capacityProviders", i)
		p := c.Provider(name)
		switch {
		case p == nil:
			c.undefined(name, at)
		case seen[name]:
			c.issue(at, "%s stands twice in the list", name)
		case p.Kind() == KindFargate && len(providers) > 1:
			c.issue(at, "%s has no instances to choose among with others; use capacityProviderStrategy", name)
		}
		seen[name] = true
	}
}
