package scenarios

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"berth/placement"
	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/cluster"
)

// checker looks at a decoded scenario as a whole: what refers to what, and what
// goes with what. It runs even where decoding found errors, so that all errors
// are reported at once, and passes over what could not be decoded.
type checker struct {
	*decoder
	*Scenario
	catalog    *catalog.Catalog
	strategies map[string]placement.Constructor
	instances  map[string][]cluster.Kind // of capacity providers, as far as they were asked for
	used       map[string]bool           // the paths of task definitions that something runs
}

func (c *checker) check() {
	c.instances, c.used = map[string][]cluster.Kind{}, map[string]bool{}
	if !c.stated("duration") {
		c.Duration = sim.Never
	}
	if c.Warmup >= c.Duration && c.Duration > 0 {
		c.issue("warmup", "a warm-up of %v leaves nothing of the duration of %v", c.Warmup, c.Duration)
	}
	c.region()
	c.zoneIDs()
	c.prices()
	c.cluster()
	for _, name := range slices.Sorted(maps.Keys(c.TaskDefinitions)) {
		c.name(name, join("taskDefinitions", name), "a task definition")
		c.definition(c.TaskDefinitions[name], join("taskDefinitions", name))
	}
	c.works()
	c.events()
	c.unused()
	c.expectations()
}

// identifier is AWS's rule for the names of services and capacity providers.
// It also makes a name safe in a path of --set, in a task id and as a folder.
var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

func (d *decoder) name(name, path, what string) {
	if name != "" && !identifier.MatchString(name) {
		d.issue(path, "the name of %s has letters, digits, - and _ only (no dot), at most 255", what)
	}
}

func (c *checker) region() {
	switch {
	case c.Region == "" && (slices.ContainsFunc(c.Cluster.CapacityProviders, func(p *CapacityProvider) bool { return p.Kind() != KindExternal }) ||
		slices.ContainsFunc(c.Scenario.works(), func(w Work) bool { return w.terms().launchType == "FARGATE" })):
		c.issue("region", "required with Auto Scaling groups and Fargate, and left out")
	case c.Region != "" && !c.catalog.Region(c.Region):
		c.issue("region", "unknown region %q%s", short(c.Region), or(c.catalog.NearestRegions(c.Region, 3)))
	}
}

// regional reports whether the region is known, so that there is a point in
// checking what depends on it.
func (c *checker) regional() bool { return c.catalog.Region(c.Region) }

// or ends a message with the names that may have been meant.
func or(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = `"` + name + `"`
	}
	return "; did you mean " + either(quoted) + "?"
}

func (c *checker) zoneIDs() {
	if !c.regional() {
		return
	}
	used := map[string]string{}
	for _, zone := range slices.Sorted(maps.Keys(c.ZoneIDs)) {
		id, path := c.ZoneIDs[zone], join("zoneIds", zone)
		c.zone(zone, path)
		if ids := c.catalog.ZoneIDs(c.Region); !slices.Contains(ids, id) {
			c.issue(path, "unknown zone id %q in %s%s", short(id), c.Region, meant(id, ids))
		} else if used[id] != "" {
			c.issue(path, "%s is already the id of %s", id, used[id])
		}
		used[id] = zone
	}
}

func (c *checker) zone(zone, path string) {
	if zones := c.catalog.Zones(c.Region); !slices.Contains(zones, zone) {
		c.issue(path, "unknown zone %q in %s%s", short(zone), c.Region, meant(zone, zones))
	}
}

func (c *checker) prices() {
	for _, list := range []struct {
		path   string
		prices map[string]float64
	}{{"prices.ec2", c.Prices.EC2}, {"prices.spot", c.Prices.Spot}} {
		for _, name := range slices.Sorted(maps.Keys(list.prices)) {
			c.instanceType(name, join(list.path, name))
		}
	}
}

func (c *checker) instanceType(name, path string) (catalog.InstanceType, bool) {
	t, ok := c.catalog.Type(name)
	if !ok {
		c.issue(path, "unknown instance type %q%s", short(name), or(c.catalog.NearestTypes(name, 3)))
	}
	return t, ok
}

// figures are the parts of a summary that an expectation can be about.
var figures = []string{"tasks", "instances", "utilisation", "cost", "spot", "capacityProviders", "services", "jobs", "bounds", "fragmentation", "simulatedSeconds", "warmupSeconds"}

var metric = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9_-]+)*$`)

func (c *checker) expectations() {
	for i, path := range c.paths("expect") {
		e := c.Expect[i]
		part, rest, _ := strings.Cut(e.Metric, ".")
		name, _, _ := strings.Cut(rest, ".")
		switch {
		case e.Metric == "":
		case !metric.MatchString(e.Metric):
			c.issue(join(path, "metric"), "expected the dotted path of a figure of the summary such as cost.total, found %q", short(e.Metric))
		case !slices.Contains(figures, part):
			c.issue(join(path, "metric"), "the summary has no %q%s", short(part), meant(part, figures))
		case (part == "jobs" || part == "services") && !slices.Contains(c.workNames(part), name):
			c.issue(join(path, "metric"), "there is no %s %q%s", strings.TrimSuffix(part, "s"), short(name), meant(name, c.workNames(part)))
		case part == "capacityProviders" && !slices.ContainsFunc(c.Cluster.CapacityProviders, func(p *CapacityProvider) bool { return p.Name == name }):
			c.undefined(name, join(path, "metric"))
		}
		switch {
		case e.Max == nil && e.Min == nil:
			c.issue(path, "expected max, min or both")
		case e.Max != nil && e.Min != nil && *e.Max < *e.Min:
			c.issue(join(path, "max"), "below min: nothing can meet this")
		}
	}
}

// workNames lists the names of the jobs or the services.
func (c *checker) workNames(list string) []string {
	var names []string
	for _, w := range c.Scenario.works() {
		if t := w.terms(); t.list == list {
			names = append(names, t.name)
		}
	}
	return names
}
