package scenarios

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"berth/sim/catalog"
)

// GroupType is an instance type of an Auto Scaling group.
type GroupType struct {
	catalog.InstanceType
	// Weight is how many units of the group's capacity an instance counts.
	Weight int64
	// OnDemand and Spot tell how the group may buy it. Price protection can
	// exclude one of the two.
	OnDemand, Spot bool
}

// groupTypes returns the instance types of a group in the order of priority.
// Names that the catalog does not know are left out.
func (s *Scenario) groupTypes(g *AutoScalingGroup, of *catalog.Catalog) []GroupType {
	var types []GroupType
	add := func(t GroupType) {
		if !slices.ContainsFunc(types, func(o GroupType) bool { return o.Name == t.Name }) {
			types = append(types, t)
		}
	}
	onDemand, spot := g.Buys()
	named := func(name string, weight int64) {
		if t, ok := of.Type(name); ok {
			add(GroupType{t, weight, onDemand, spot})
		}
	}
	overrides := []InstanceOverride{}
	if g.MixedInstancesPolicy != nil {
		overrides, _ = g.MixedInstancesPolicy.overrides()
	}
	switch {
	case g.InstanceRequirements != nil:
		for _, t := range s.resolve(g, g.InstanceRequirements, of) {
			add(t)
		}
	case len(overrides) == 0:
		for _, name := range g.InstanceTypes {
			named(name, 1)
		}
	}
	for _, o := range overrides {
		weight := int64(1)
		if o.WeightedCapacity != nil {
			weight = int64(*o.WeightedCapacity)
		}
		if o.InstanceType != "" {
			named(o.InstanceType, weight)
		}
		if o.InstanceRequirements != nil {
			for _, t := range s.resolve(g, o.InstanceRequirements, of) {
				if g.DesiredCapacityType == "units" {
					t.Weight = weight
				}
				add(t)
			}
		}
	}
	return types
}

// requirement is a part of instance requirements.
type requirement struct {
	name  string
	holds func(t *catalog.InstanceType) bool
}

// bounds of the requirements, those left out not among them.
func (r *InstanceRequirements) bounds() []requirement {
	included := func(setting string, has bool) bool { return setting == "included" || (setting == "required") == has }
	architectures := r.ArchitectureTypes
	if len(architectures) == 0 {
		architectures = []string{catalog.X86}
	}
	all := []requirement{
		{"vCpuCount", func(t *catalog.InstanceType) bool { return r.VCPUCount.holds(t.VCPU) }},
		{"memoryMiB", func(t *catalog.InstanceType) bool { return r.MemoryMiB.holds(t.MemoryMiB) }},
		{"architectureTypes", func(t *catalog.InstanceType) bool { return slices.Contains(architectures, t.Architecture) }},
		{"bareMetal", func(t *catalog.InstanceType) bool { return included(r.BareMetal, t.BareMetal) }},
		{"burstablePerformance", func(t *catalog.InstanceType) bool { return included(r.BurstablePerformance, t.Burstable) }},
	}
	if m := r.MemoryGiBPerVCPU; m != nil {
		all = append(all, requirement{"memoryGiBPerVCpu", func(t *catalog.InstanceType) bool {
			return m.holds(float64(t.MemoryMiB) / float64(1024*t.VCPU))
		}})
	}
	if a := r.AcceleratorCount; a != nil {
		// Types with a fraction of a GPU have one.
		all = append(all, requirement{"acceleratorCount", func(t *catalog.InstanceType) bool {
			n := t.GPUs
			if n == 0 && t.GPUModel != "" {
				n = 1
			}
			return a.holds(n)
		}})
	}
	if len(r.CPUManufacturers) > 0 {
		all = append(all, requirement{"cpuManufacturers", func(t *catalog.InstanceType) bool {
			name := t.Manufacturer
			if name == "aws" {
				name = "amazon-web-services"
			}
			return slices.Contains(r.CPUManufacturers, name)
		}})
	}
	if len(r.InstanceGenerations) > 0 {
		all = append(all, requirement{"instanceGenerations", func(t *catalog.InstanceType) bool {
			generation := "current"
			if t.Previous {
				generation = "previous"
			}
			return slices.Contains(r.InstanceGenerations, generation)
		}})
	}
	if len(r.AllowedInstanceTypes) > 0 {
		all = append(all, requirement{"allowedInstanceTypes", func(t *catalog.InstanceType) bool { return matchesAny(r.AllowedInstanceTypes, t.Name) }})
	}
	if len(r.ExcludedInstanceTypes) > 0 {
		all = append(all, requirement{"excludedInstanceTypes", func(t *catalog.InstanceType) bool { return !matchesAny(r.ExcludedInstanceTypes, t.Name) }})
	}
	return all
}

// matchesAny reports whether a name matches one of the patterns, in which *
// stands for any characters.
func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil
	})
}

// resolve returns the types of the region that meet the requirements, the
// cheapest by the unit first.
func (s *Scenario) resolve(g *AutoScalingGroup, r *InstanceRequirements, of *catalog.Catalog) []GroupType {
	onDemand, spot := g.Buys()
	bounds := r.bounds()
	var types []candidate
	for _, t := range of.Types() {
		price, sold := of.OnDemand(s.Region, t.Name)
		if !sold || slices.ContainsFunc(bounds, func(b requirement) bool { return !b.holds(&t) }) {
			continue
		}
		c := candidate{GroupType: GroupType{t, 1, onDemand, spot}, onDemand: int64(price.PerHour)}
		switch g.DesiredCapacityType {
		case "vcpu":
			c.Weight = t.VCPU
		case "memory-mib":
			c.Weight = t.MemoryMiB
		}
		c.spot, c.Spot = s.lowestSpot(g, t.Name, of)
		c.Spot = c.Spot && spot
		types = append(types, c)
	}
	protect(types, func(c *candidate) (int64, *bool) { return c.onDemand, &c.OnDemand }, r.OnDemandMaxPricePercentageOverLowestPrice)
	protect(types, func(c *candidate) (int64, *bool) { return c.spot, &c.Spot }, r.SpotMaxPricePercentageOverLowestPrice)
	slices.SortStableFunc(types, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.onDemand*b.Weight, b.onDemand*a.Weight), strings.Compare(a.Name, b.Name))
	})
	var chosen []GroupType
	for _, c := range types {
		if c.OnDemand || c.Spot {
			chosen = append(chosen, c.GroupType)
		}
	}
	return chosen
}

// candidate is a type that meets requirements, with its prices in nano-dollars.
type candidate struct {
	GroupType
	onDemand, spot int64
}

// noPriceProtection turns price protection off.
//
// Source: Auto Scaling API, InstanceRequirements.
const noPriceProtection = 999_999

// protect excludes the types whose price by the unit is more than so many per
// cent above that of the cheapest C, M or R type of a current generation, or of
// the cheapest type of a current generation, or of the cheapest.
//
// Source: Auto Scaling API, InstanceRequirements,
// OnDemandMaxPricePercentageOverLowestPrice.
func protect(types []candidate, of func(*candidate) (price int64, bought *bool), percent int64) {
	if percent >= noPriceProtection {
		return
	}
	ranks := []func(t *candidate) bool{
		func(t *candidate) bool { return !t.Previous && strings.ContainsRune("cmr", rune(t.Name[0])) },
		func(t *candidate) bool { return !t.Previous },
		func(*candidate) bool { return true },
	}
	for _, counts := range ranks {
		lowest, weight := int64(0), int64(0)
		for i := range types {
			if price, bought := of(&types[i]); *bought && counts(&types[i]) && (weight == 0 || price*weight < lowest*types[i].Weight) {
				lowest, weight = price, types[i].Weight
			}
		}
		if weight == 0 {
			continue
		}
		for i := range types {
			// As quotients: the weights may be MiB, and the products too large.
			if price, bought := of(&types[i]); float64(price)/float64(types[i].Weight)*100 > float64(lowest)/float64(weight)*float64(100+percent) {
				*bought = false
			}
		}
		return
	}
}

// lowestSpot returns the lowest Spot price of a type in the zones of a group, in
// nano-dollars per hour; false if it has none.
func (s *Scenario) lowestSpot(g *AutoScalingGroup, instanceType string, of *catalog.Catalog) (int64, bool) {
	lowest, found := int64(0), false
	for _, zone := range g.AvailabilityZones {
		if p, ok := of.Spot(s.Region, s.zoneID(zone, of), instanceType); ok && (!found || int64(p.PerHour) < lowest) {
			lowest, found = int64(p.PerHour), true
		}
	}
	return lowest, found
}

// zoneID returns the id of a zone, "" if there is no such zone.
func (s *Scenario) zoneID(zone string, of *catalog.Catalog) string {
	if id, ok := s.ZoneIDs[zone]; ok {
		return id
	}
	id, _ := of.ZoneID(zone)
	return id
}

// hardest returns the bound that alone excludes the most of the types that are
// sold in the region, and how many of how many; "" if it is no bound.
func (s *Scenario) hardest(r *InstanceRequirements, of *catalog.Catalog) (name string, excluded, sold int) {
	bounds := r.bounds()
	counts := make([]int, len(bounds))
	for _, t := range of.Types() {
		if _, ok := of.OnDemand(s.Region, t.Name); !ok {
			continue
		}
		sold++
		for i, b := range bounds {
			if !b.holds(&t) {
				counts[i]++
			}
		}
	}
	for i, n := range counts {
		if n > excluded {
			name, excluded = bounds[i].name, n
		}
	}
	return name, excluded, sold
}
