package scenarios

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"berth/internal/spelling"
	"berth/sim/cluster"
)

func (c *checker) cluster() {
	for i, path := range c.paths("cluster.capacityProviders") {
		c.provider(c.Cluster.CapacityProviders[i], path)
	}
	c.strategy(c.Cluster.DefaultCapacityProviderStrategy, "cluster.defaultCapacityProviderStrategy")
	if at := "cluster.agentVersion"; c.stated(at) && !c.faulty(at) && !version.MatchString(c.Cluster.AgentVersion) {
		c.issue(at, "expected a version such as 1.90.0, found %q", short(c.Cluster.AgentVersion))
	}
}

// version is the form of the agent's versions.
var version = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9}){1,3}$`)

func (c *checker) provider(p *CapacityProvider, path string) {
	c.name(p.Name, join(path, "name"), "a capacity provider")
	group, external := p.AutoScalingGroup, p.External
	switch {
	case p.Kind() == KindFargate:
		if group != nil || external != nil {
			c.issue(path, "%s is AWS's own provider and has no fields besides its name", p.Name)
		}
		return
	case group != nil && external != nil:
		c.issue(join(path, "external"), "a capacity provider has either autoScalingGroup or external; make it two")
	case group == nil && external == nil && p.AutoScalingGroupProvider != nil:
		c.issue(path, "the group that autoScalingGroupProvider points to has to be described in autoScalingGroup")
	case group == nil && external == nil && p.Name != "" && !c.stated(join(path, "autoScalingGroup")) && !c.stated(join(path, "external")):
		message := "expected autoScalingGroup or external"
		if near := spelling.Nearest(p.Name, []string{Fargate, FargateSpot}); near != "" {
			message += `; for Fargate the name is "` + near + `"`
		}
		c.issue(path, "%s", message)
	}
	if group != nil {
		c.group(group, join(path, "autoScalingGroup"))
	}
	if external != nil {
		c.external(external, join(path, "external"))
	}
}

func (c *checker) group(g *AutoScalingGroup, path string) {
	c.fixed(g, path)
	c.attributes(g.Attributes, join(path, "attributes"))
	seen := map[string]bool{}
	for i, zone := range g.AvailabilityZones {
		at := c.index(path, "availabilityZones", i)
		switch {
		case seen[zone]:
			c.issue(at, "%s stands twice in the list", short(zone))
		case c.regional():
			c.zone(zone, at)
		}
		seen[zone] = true
	}
	if n := c.nodes[path]; len(g.InstanceTypes) == 0 && n != nil && !slices.ContainsFunc(otherTypes, func(field string) bool { i, _ := entry(n, field); return i >= 0 }) {
		c.issue(join(path, "instanceTypes"), "required: the instance type of the group")
	}
	if len(g.InstanceTypes) > 1 {
		c.issue(c.index(path, "instanceTypes", 1), "several instance types in one group need mixedInstancesPolicy, which this version of berth does not support yet; make a capacity provider for each")
	}
	for i, name := range g.InstanceTypes {
		at := c.index(path, "instanceTypes", i)
		t, ok := c.instanceType(name, at)
		if !ok {
			continue
		}
		_, sold := c.catalog.OnDemand(c.Region, name)
		if _, priced := c.Prices.EC2[name]; c.regional() && !sold && !priced {
			c.issue(at, "%s is not sold in %s (no on-demand price is known; prices.ec2 can state one)", name, c.Region)
		}
		v := t.Registered()
		if g.Registered.CPU != nil {
			v.CPU = int64(*g.Registered.CPU)
		}
		if g.Registered.Memory != nil {
			v.Memory = int64(*g.Registered.Memory)
		}
		c.reserved(g.ReservedCPU, g.ReservedMemory, v, path)
	}
}

// otherTypes are AWS's other ways to say which instances a group has, refused as
// fields of a later version. Next to one of them instanceTypes is not missing.
var otherTypes = []string{"mixedInstancesPolicy", "launchTemplate", "instanceRequirements"}

func (c *checker) index(path, list string, i int) string {
	if paths := c.paths(join(path, list)); i < len(paths) {
		return paths[i]
	}
	return join(path, list)
}

// fixed makes min, max and desired equal where only one is stated, and refuses a
// group that could scale.
func (c *checker) fixed(g *AutoScalingGroup, path string) {
	low, high := g.MinSize, g.MaxSize
	if g.DesiredCapacity == nil {
		g.DesiredCapacity = low // as in CreateAutoScalingGroup
	}
	if g.DesiredCapacity == nil {
		if !c.stated(join(path, "desiredCapacity")) {
			c.issue(join(path, "desiredCapacity"), "required, and left out")
		}
		g.DesiredCapacity = new(int64)
		return
	}
	n := *g.DesiredCapacity
	g.MinSize, g.MaxSize = g.DesiredCapacity, g.DesiredCapacity
	if low != nil && high != nil && *low > *high {
		c.issue(join(path, "maxSize"), "%d is below minSize, %d", *high, *low)
		return
	}
	if low != nil && *low != n {
		c.issue(join(path, "minSize"), "%d differs from desiredCapacity, %d: this version of berth does not support groups that scale yet", *low, n)
	}
	if high != nil && *high != n {
		c.issue(join(path, "maxSize"), "%d differs from desiredCapacity, %d: this version of berth does not support groups that scale yet", *high, n)
	}
}

// reserved checks that something is left of an instance.
func (c *checker) reserved(cpu CPU, memory Memory, of cluster.Vector, path string) {
	if int64(cpu) > of.CPU {
		c.issue(join(path, "reservedCpu"), "more than the %g CPU units of the instance", CPU(of.CPU).Units())
	}
	if int64(memory) > of.Memory {
		c.issue(join(path, "reservedMemory"), "more than the %g MiB of the instance", Memory(of.Memory).MiB())
	}
}

func (c *checker) external(e *External, path string) {
	switch {
	case e.Nodes != nil && len(e.Instances) > 0:
		c.issue(join(path, "nodes"), "external has either instances or nodes")
	case e.Nodes == nil && len(e.Instances) == 0 && !c.stated(join(path, "instances")) && !c.stated(join(path, "nodes")):
		c.issue(path, "expected instances or nodes")
	}
	for i, at := range c.paths(join(path, "instances")) {
		x := e.Instances[i]
		c.attributes(x.Attributes, join(at, "attributes"))
		if x.CPU > 0 && x.Memory > 0 {
			c.reserved(x.ReservedCPU, x.ReservedMemory, cluster.Vector{CPU: int64(x.CPU), Memory: int64(x.Memory)}, at)
		}
		if x.GPUModel != "" && x.GPUs == 0 {
			c.issue(join(at, "gpuModel"), "a model without gpus")
		}
	}
	if e.Nodes != nil {
		c.attributes(e.Nodes.Attributes, join(path, "nodes.attributes"))
		c.readable(e.Nodes.Path, join(path, "nodes.path"))
	}
}

// Resolve returns where a path of the document leads: relative to the scenario's
// file. "-" is standard input and stays.
func (s *Scenario) Resolve(path string) string {
	if path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Dir, path)
}

// readable reports a file that is missing or a folder.
func (c *checker) readable(file, path string) {
	if file == "" || file == "-" {
		return
	}
	info, err := os.Stat(c.Resolve(file))
	switch {
	case err != nil:
		c.issue(path, "%s: %v", short(c.Resolve(file)), cause(err))
	case info.IsDir():
		c.issue(path, "%s is a folder; expected a file", short(c.Resolve(file)))
	}
}

// The characters of custom attributes.
//
// Source: ECS API, Attribute.
var (
	attributeName  = regexp.MustCompile(`^[A-Za-z0-9_./\\-]{1,128}$`)
	attributeValue = regexp.MustCompile(`^[A-Za-z0-9_./\\@:-]([A-Za-z0-9_./\\@: -]{0,126}[A-Za-z0-9_./\\@:-])?$`)
)

func (c *checker) attributes(all map[string]string, path string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case !attributeName.MatchString(name):
			c.issue(join(path, name), "the name of an attribute has letters, digits and - _ / \\ . only, at most 128")
		case strings.HasPrefix(name, "ecs."):
			c.issue(join(path, name), "attributes that begin with ecs. are built in and come of themselves")
		case !attributeValue.MatchString(all[name]):
			c.issue(join(path, name), "the value of an attribute has letters, digits, inner spaces and - _ . / \\ @ : only, at most 128")
		}
	}
}

// mostProviders that a strategy may name.
//
// Source: ECS API, CreateService, capacityProviderStrategy.
const mostProviders = 20

func (c *checker) strategy(items []CapacityProviderStrategyItem, path string) {
	var kinds []Kind
	base, weight, complete := "", false, true
	seen := map[string]bool{}
	paths := c.paths(path)
	for i, item := range items {
		name, at := item.CapacityProvider, paths[i]
		p := c.Provider(name)
		switch {
		case name == "":
			complete = false
			continue
		case p == nil:
			complete = false
			c.undefined(name, join(at, "capacityProvider"))
			continue
		case seen[name]:
			c.issue(join(at, "capacityProvider"), "%s stands twice in the strategy", name)
		}
		seen[name] = true
		if kinds = append(kinds, p.Kind()); p.Kind() != kinds[0] {
			c.issue(join(at, "capacityProvider"), "a strategy does not mix %s and %s", kinds[0], p.Kind())
		}
		if item.Base > 0 && base != "" {
			c.issue(join(at, "base"), "only one provider of a strategy may have a base, and %s has one", base)
		} else if item.Base > 0 {
			base = name
		}
		weight = weight || item.Weight > 0
	}
	if len(items) > 0 && complete && !weight {
		c.issue(path, "all weights are 0 (a weight that is left out is 0), so that nothing can be placed; state weight: 1")
	}
	if len(items) > mostProviders {
		c.issue(path, "%d providers; a strategy has at most %d", len(items), mostProviders)
	}
}

func (c *checker) undefined(name, path string) {
	var names []string
	for _, p := range c.Cluster.CapacityProviders {
		names = append(names, p.Name)
	}
	c.issue(path, "there is no capacity provider %q in the cluster%s", short(name), meant(name, names))
}
