package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"berth/sim"
	"berth/sim/catalog"
)

func (c *checker) group(g *AutoScalingGroup, path string) {
	c.sizes(g, path)
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
	c.types(g, path)
	for i, name := range g.InstanceTypes {
		c.sold(g, name, c.index(path, "instanceTypes", i), path)
	}
	if 0 < g.MaxInstanceLifetime && g.MaxInstanceLifetime < sim.Day {
		c.issue(join(path, "maxInstanceLifetime"), "expected a day (86400) at least, or 0, found %v", g.MaxInstanceLifetime)
	}
	policies := map[string]bool{}
	for i, name := range g.TerminationPolicies {
		if policies[name] {
			c.issue(c.index(path, "terminationPolicies", i), "%s stands twice in the list", short(name))
		}
		policies[name] = true
	}
	c.warmPool(g, join(path, "warmPool"))
	c.hooks(g, path)
}

// sizes fills in the sizes that are left out, and checks that they lie in order.
//
// Source: Auto Scaling API, CreateAutoScalingGroup; that with desiredCapacity
// alone all three are equal is berth's own.
func (c *checker) sizes(g *AutoScalingGroup, path string) {
	if g.DesiredCapacity == nil {
		g.DesiredCapacity = g.MinSize
	}
	if g.DesiredCapacity == nil {
		if !c.stated(join(path, "desiredCapacity")) {
			c.issue(join(path, "desiredCapacity"), "required, and left out")
		}
		g.DesiredCapacity = new(int64)
	}
	if g.MinSize == nil {
		g.MinSize = g.DesiredCapacity
	}
	if g.MaxSize == nil {
		g.MaxSize = g.DesiredCapacity
	}
	low, n, high := *g.MinSize, *g.DesiredCapacity, *g.MaxSize
	at := func(field string) string { return join(path, field) }
	switch {
	case c.refused(at("minSize")) || c.refused(at("desiredCapacity")) || c.refused(at("maxSize")):
	case low > high:
		c.issue(at("maxSize"), "%d is below minSize, %d", high, low)
	case n < low:
		c.issue(at("desiredCapacity"), "%d is below minSize, %d", n, low)
	case n > high:
		c.issue(at("desiredCapacity"), "%d is above maxSize, %d", n, high)
	}
}

// types checks that one of the three ways says which types the group has.
func (c *checker) types(g *AutoScalingGroup, path string) {
	var ways []string
	if c.stated(join(path, "instanceTypes")) {
		ways = append(ways, "instanceTypes")
	}
	if g.InstanceRequirements != nil {
		ways = append(ways, "instanceRequirements")
		c.requirements(g, g.InstanceRequirements, join(path, "instanceRequirements"))
	}
	if policy := g.MixedInstancesPolicy; policy != nil {
		at := join(path, "mixedInstancesPolicy")
		list, where := policy.overrides()
		if len(policy.Overrides) > 0 && where != "overrides" {
			c.issue(join(at, "overrides"), "stated twice; they are in %s already", join(at, where))
		}
		if len(list) > 0 {
			ways = append(ways, join("mixedInstancesPolicy", where))
		}
		c.overrideList(g, list, path, join(at, where))
		if policy.InstancesDistribution.OnDemandAllocationStrategy == "prioritized" && g.requirements() != nil {
			c.issue(join(at, "instancesDistribution.onDemandAllocationStrategy"), "types that instanceRequirements choose have no priority; take lowest-price")
		}
	}
	switch {
	case len(ways) > 1:
		c.issue(join(path, ways[1]), "the types of the group are said by %s already", ways[0])
	case len(ways) == 0 && !c.refused(path):
		c.issue(join(path, "instanceTypes"), "required: the instance type of the group")
	case ways != nil && ways[0] == "instanceTypes" && len(g.InstanceTypes) == 0:
		c.alsoIssue(join(path, "instanceTypes"), "expected at least one instance type")
	}
	if g.DesiredCapacityType != "units" && g.DesiredCapacityType != "" && g.requirements() == nil {
		c.alsoIssue(join(path, "desiredCapacityType"), "needs instanceRequirements; listed types count as their weightedCapacity")
	}
}

// overrideList checks the types of the mixed instances policy of the group at
// path.
func (c *checker) overrideList(g *AutoScalingGroup, list []InstanceOverride, path, at string) {
	seen := map[string]bool{}
	weighted, unweighted := false, ""
	for i, at := range c.paths(at) {
		o := list[i]
		switch name := join(at, "instanceType"); {
		case o.InstanceType != "" && o.InstanceRequirements != nil:
			c.issue(join(at, "instanceRequirements"), "an override has either instanceType or instanceRequirements")
		case o.InstanceRequirements != nil:
			c.requirements(g, o.InstanceRequirements, join(at, "instanceRequirements"))
		case o.InstanceType == "" && !c.refused(at):
			c.issue(at, "expected instanceType or instanceRequirements")
		case seen[o.InstanceType]:
			c.issue(name, "%s stands twice in the list", o.InstanceType)
		case o.InstanceType != "":
			c.sold(g, o.InstanceType, name, path)
		}
		seen[o.InstanceType] = true
		if (o.InstanceRequirements != nil) != (list[0].InstanceRequirements != nil) {
			c.alsoIssue(at, "overrides list types or state requirements, not both")
		}
		if weight := join(at, "weightedCapacity"); !c.stated(weight) {
			unweighted = at
		} else if weighted = true; o.InstanceRequirements != nil && g.DesiredCapacityType != "units" {
			c.alsoIssue(weight, "with desiredCapacityType: "+g.DesiredCapacityType+" an instance counts as what it has")
		}
	}
	if weighted && unweighted != "" {
		c.alsoIssue(unweighted, "weightedCapacity is left out; all overrides have one or none has")
	}
}

// sold checks that there is such a type in the region, and that something is
// left of an instance.
func (c *checker) sold(g *AutoScalingGroup, name, at, group string) {
	t, ok := c.instanceType(name, at)
	if !ok {
		return
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
	c.reserved(g.ReservedCPU, g.ReservedMemory, v, group)
}

// requirements checks that some type meets them.
func (c *checker) requirements(g *AutoScalingGroup, r *InstanceRequirements, path string) {
	for _, list := range []struct {
		field    string
		patterns []string
	}{{"allowedInstanceTypes", r.AllowedInstanceTypes}, {"excludedInstanceTypes", r.ExcludedInstanceTypes}} {
		for i, pattern := range list.patterns {
			if !slices.ContainsFunc(c.catalog.Types(), func(t catalog.InstanceType) bool { return matchesAny([]string{pattern}, t.Name) }) {
				c.issue(c.index(path, list.field, i), "no instance type is called %q%s", short(pattern), or(c.catalog.NearestTypes(pattern, 3)))
			}
		}
	}
	if len(r.AllowedInstanceTypes) > 0 && len(r.ExcludedInstanceTypes) > 0 {
		c.issue(join(path, "excludedInstanceTypes"), "there is a list of allowed types already; a list of excluded ones goes without it")
	}
	for _, b := range []struct {
		field string
		empty bool
	}{
		{"vCpuCount", r.VCPUCount.Max != nil && *r.VCPUCount.Max < r.VCPUCount.Min},
		{"memoryMiB", r.MemoryMiB.Max != nil && *r.MemoryMiB.Max < r.MemoryMiB.Min},
		{"memoryGiBPerVCpu", r.MemoryGiBPerVCPU != nil && r.MemoryGiBPerVCPU.Max != nil && *r.MemoryGiBPerVCPU.Max < r.MemoryGiBPerVCPU.Min},
		{"acceleratorCount", r.AcceleratorCount != nil && r.AcceleratorCount.Max != nil && *r.AcceleratorCount.Max < r.AcceleratorCount.Min},
	} {
		if b.empty {
			c.issue(join(path, b.field+".max"), "below min: no number lies between")
		}
	}
	of := c.priced()
	if !c.regional() || c.refused(path) || len(c.resolve(g, r, of)) > 0 {
		return
	}
	name, excluded, sold := c.hardest(r, of)
	switch {
	case sold == 0:
		c.issue(path, "no on-demand price of any type is known in %s", c.Region)
	case name == "":
		c.issue(path, "none of the %d instance types of %s has a price that price protection leaves", sold, c.Region)
	default:
		c.issue(path, "no instance type of %s meets all of it; %s excludes most, %d of %d", c.Region, name, excluded, sold)
	}
}

// priced is the catalog with the prices of the scenario.
func (c *checker) priced() *catalog.Catalog {
	of, err := c.catalog.With(c.overrides())
	if err != nil {
		return c.catalog // what is wrong is told elsewhere
	}
	return of
}

// warmPool checks the warm pool of a group.
//
// Source: Amazon EC2 Auto Scaling user guide, "Warm pools for applications with
// long boot times", limitations; Amazon ECS developer guide, "Configuring
// pre-initialized instances".
func (c *checker) warmPool(g *AutoScalingGroup, path string) {
	p := g.WarmPool
	if p == nil {
		return
	}
	if p.InstanceReusePolicy.ReuseOnScaleIn {
		c.issue(join(path, "instanceReusePolicy.reuseOnScaleIn"), "instances of an ECS capacity provider cannot return to a warm pool")
	}
	if _, spot := g.Buys(); spot {
		c.issue(path, "a group that buys Spot instances cannot have a warm pool")
	}
	most := p.MaxGroupPreparedCapacity
	switch {
	case most >= 0 && most < *g.MinSize:
		c.alsoIssue(join(path, "maxGroupPreparedCapacity"), fmt.Sprintf("%d is below minSize of the group, %d", most, *g.MinSize))
	case p.MinSize == 0 && (most < 0 && *g.MaxSize == *g.DesiredCapacity || most >= 0 && most <= *g.DesiredCapacity):
		c.note(path, "the desired capacity is all that group and pool hold together, so that the pool is empty at the start")
	}
}

// hooks checks the lifecycle hooks of a group and brings them together.
func (c *checker) hooks(g *AutoScalingGroup, path string) {
	list := "lifecycleHooks"
	if other := join(path, "lifecycleHookSpecificationList"); c.stated(other) {
		if c.stated(join(path, list)) {
			c.issue(other, "stated twice; they are in %s already", join(path, list))
			return
		}
		list, g.LifecycleHooks = "lifecycleHookSpecificationList", g.LifecycleHookSpecificationList
	}
	seen := map[string]bool{}
	for i, hook := range g.LifecycleHooks {
		at := c.index(path, list, i)
		if hook.LifecycleTransition != "" && seen[hook.LifecycleTransition] {
			c.issue(join(at, "lifecycleTransition"), "a second hook for %s; berth has one for each transition: make one of the two", hook.LifecycleTransition)
		}
		seen[hook.LifecycleTransition] = true
		if hook.Duration.Distribution == "constant" && hook.Duration.Value > hook.HeartbeatTimeout && !c.refused(at) {
			c.note(join(at, "duration"), "longer than heartbeatTimeout, %v, which cuts it off each time (%s)", hook.HeartbeatTimeout, strings.ToLower(hook.DefaultResult))
		}
	}
}
