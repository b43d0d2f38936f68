package scenarios

import (
	"fmt"
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
		c.fargate(p, path)
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
	if p.SpotMarket != nil {
		message := "only FARGATE_SPOT has one here"
		if group != nil {
			message += "; that of a group stands in its autoScalingGroup"
		}
		c.issue(join(path, "spotMarket"), "%s", message)
	}
	if group != nil {
		c.group(group, join(path, "autoScalingGroup"))
	}
	c.managed(p, path)
	if group != nil {
		c.spot(p, join(path, "autoScalingGroup"))
	}
	if external != nil {
		c.external(external, join(path, "external"))
	}
}

// fargate checks one of AWS's own providers.
func (c *checker) fargate(p *CapacityProvider, path string) {
	for _, field := range []string{"autoScalingGroup", "external", "managedScaling", "managedTerminationProtection", "managedDraining", "autoScalingGroupProvider"} {
		if c.stated(join(path, field)) {
			has := "has no fields besides its name"
			if p.Name == FargateSpot {
				has = "has no fields besides its name and spotMarket"
			}
			c.issue(path, "%s is AWS's own provider and %s", p.Name, has)
			return
		}
	}
	at := join(path, "spotMarket")
	switch {
	case p.SpotMarket == nil:
	case p.Name != FargateSpot:
		c.issue(at, "only %s has one", FargateSpot)
	default:
		c.fargateSpot(p.SpotMarket, at)
	}
}

// managed checks what ECS does with a group, and brings it together from where
// it is stated.
//
// Source: Amazon ECS API, AutoScalingGroupProvider and ManagedScaling.
func (c *checker) managed(p *CapacityProvider, path string) {
	at := map[string]string{}
	for _, field := range []string{"managedScaling", "managedTerminationProtection", "managedDraining"} {
		at[field] = join(path, field)
		if nested := join(path, "autoScalingGroupProvider."+field); c.stated(nested) {
			if c.stated(at[field]) {
				c.issue(nested, "stated twice; it is in %s already", at[field])
			}
			at[field] = nested
		}
		if c.stated(at[field]) && p.External != nil {
			c.issue(at[field], "ECS does not launch external machines; only an Auto Scaling group has it")
			return
		}
	}
	if inner := p.AutoScalingGroupProvider; inner != nil {
		if inner.ManagedScaling != nil {
			p.ManagedScaling = inner.ManagedScaling
		}
		if inner.ManagedTerminationProtection != "" {
			p.ManagedTerminationProtection = inner.ManagedTerminationProtection
		}
		if inner.ManagedDraining != "" {
			p.ManagedDraining = inner.ManagedDraining
		}
	}
	g := p.AutoScalingGroup
	if g == nil {
		return
	}
	if m := p.ManagedScaling; m != nil && m.MinimumScalingStepSize > m.MaximumScalingStepSize {
		c.alsoIssue(join(at["managedScaling"], "maximumScalingStepSize"), fmt.Sprintf("%d is below minimumScalingStepSize, %d", m.MaximumScalingStepSize, m.MinimumScalingStepSize))
	}
	if protection := at["managedTerminationProtection"]; p.ManagedTerminationProtection == "ENABLED" {
		switch {
		case !p.Scales() && !c.refused(at["managedScaling"]):
			c.issue(protection, "needs managedScaling with status ENABLED")
		case !g.NewInstancesProtectedFromScaleIn:
			c.issue(protection, "needs newInstancesProtectedFromScaleIn: true in autoScalingGroup")
		}
	}
	group := join(path, "autoScalingGroup")
	if p.Scales() && slices.ContainsFunc(c.groupTypes(g, c.catalog), func(t GroupType) bool { return t.Weight != 1 }) {
		c.issue(at["managedScaling"], "managed scaling counts instances and does not work with weightedCapacity or desiredCapacityType")
	}
	switch {
	case *g.MinSize == *g.MaxSize || c.refused(group):
	case !p.Scales():
		c.note(group, "nothing moves the desired capacity between minSize and maxSize: it stays at %d; managedScaling would move it", *g.DesiredCapacity)
	case g.NewInstancesProtectedFromScaleIn && p.ManagedTerminationProtection != "ENABLED":
		c.note(join(group, "newInstancesProtectedFromScaleIn"), "without managedTerminationProtection the instances stay protected, so that the group never scales in")
	}
}

// Scales reports whether ECS moves the desired capacity of the provider's group.
func (p *CapacityProvider) Scales() bool {
	return p.ManagedScaling != nil && p.ManagedScaling.Status == "ENABLED"
}

func (c *checker) index(path, list string, i int) string {
	if paths := c.paths(join(path, list)); i < len(paths) {
		return paths[i]
	}
	return join(path, list)
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
