package scenarios

// MixedInstancesPolicy says which instance types a group has, and how it divides
// its capacity between On-Demand and Spot.
type MixedInstancesPolicy struct {
	// InstancesDistribution between On-Demand and Spot.
	InstancesDistribution InstancesDistribution `yaml:"instancesDistribution" source:"Auto Scaling InstancesDistribution"`
	// Overrides list the instance types in the order of priority.
	Overrides []InstanceOverride `yaml:"overrides" default:"(instanceTypes of the group)" source:"Auto Scaling LaunchTemplateOverrides"`
	// LaunchTemplate is AWS's shape of the overrides.
	LaunchTemplate *LaunchTemplate `yaml:"launchTemplate" source:"Auto Scaling LaunchTemplate"`
}

// LaunchTemplate holds overrides in AWS's shape; of the template itself nothing
// matters here.
type LaunchTemplate struct {
	// Overrides list the instance types in the order of priority.
	Overrides []InstanceOverride `yaml:"overrides" source:"Auto Scaling LaunchTemplateOverrides"`
}

// InstancesDistribution divides a group between On-Demand and Spot. Of n units
// the first onDemandBaseCapacity are on demand, and of the rest
// onDemandPercentageAboveBaseCapacity per cent, rounded up.
type InstancesDistribution struct {
	// OnDemandBaseCapacity is how much of the capacity is on demand before the percentage counts.
	OnDemandBaseCapacity int64 `yaml:"onDemandBaseCapacity" unit:"units" range:"0..1000000" default:"0" source:"Auto Scaling InstancesDistribution"`
	// OnDemandPercentageAboveBaseCapacity is which part of the rest is on demand. AWS's default is all of it.
	OnDemandPercentageAboveBaseCapacity int64 `yaml:"onDemandPercentageAboveBaseCapacity" unit:"percent" range:"0..100" default:"100" source:"Auto Scaling InstancesDistribution"`
	// OnDemandAllocationStrategy chooses the type of an On-Demand instance.
	OnDemandAllocationStrategy string `yaml:"onDemandAllocationStrategy" enum:"prioritized lowest-price" default:"(prioritized; lowest-price with instanceRequirements)" source:"Auto Scaling InstancesDistribution"`
	// SpotAllocationStrategy chooses the pool of a Spot instance within its zone. diversified is that of EC2 Fleet.
	SpotAllocationStrategy string `yaml:"spotAllocationStrategy" enum:"lowest-price diversified capacity-optimized capacity-optimized-prioritized price-capacity-optimized" default:"lowest-price" source:"Auto Scaling InstancesDistribution"`
	// SpotInstancePools is over how many pools lowest-price spreads.
	SpotInstancePools int64 `yaml:"spotInstancePools" range:"1..20" default:"2" source:"Auto Scaling InstancesDistribution"`
	// SpotMaxPrice is the most that is paid for a Spot instance. While the price is above it, instances are interrupted and none are launched.
	SpotMaxPrice *Dollars `yaml:"spotMaxPrice" unit:"USD per hour" range:">0..1000000" default:"(the On-Demand price)" source:"Auto Scaling InstancesDistribution"`
}

// InstanceOverride is an instance type of a group, or requirements that choose
// several.
type InstanceOverride struct {
	// InstanceType by name.
	InstanceType string `yaml:"instanceType" source:"Auto Scaling LaunchTemplateOverrides"`
	// WeightedCapacity is how many units of the group's capacity an instance counts. All overrides state it or none does.
	WeightedCapacity *Weight `yaml:"weightedCapacity" unit:"units" range:"1..999" default:"(1)" source:"Auto Scaling LaunchTemplateOverrides"`
	// InstanceRequirements choose types by their attributes, in place of instanceType.
	InstanceRequirements *InstanceRequirements `yaml:"instanceRequirements" source:"Auto Scaling LaunchTemplateOverrides"`
}

// Weight is a number of units, in YAML an integer or AWS's string ("4").
type Weight int64

// Dollars is an amount in USD, in YAML a number or AWS's string ("0.05").
type Dollars float64

// InstanceRequirements choose the instance types of the region that meet all of
// them and whose On-Demand price is known. Their order is that of price per unit,
// the cheapest first.
type InstanceRequirements struct {
	// VCPUCount bounds the vCPUs.
	VCPUCount IntegerRange `yaml:"vCpuCount,required" unit:"vCPU" source:"Auto Scaling InstanceRequirements"`
	// MemoryMiB bounds the nominal memory.
	MemoryMiB IntegerRange `yaml:"memoryMiB,required" unit:"MiB" source:"Auto Scaling InstanceRequirements"`
	// MemoryGiBPerVCPU bounds the memory for each vCPU.
	MemoryGiBPerVCPU *NumberRange `yaml:"memoryGiBPerVCpu" unit:"GiB" default:"(any)" source:"Auto Scaling InstanceRequirements"`
	// AcceleratorCount bounds the GPUs; {max: 0} excludes types with them.
	AcceleratorCount *IntegerRange `yaml:"acceleratorCount" unit:"GPUs" default:"(any)" source:"Auto Scaling InstanceRequirements"`
	// CPUManufacturers of the processors.
	CPUManufacturers []string `yaml:"cpuManufacturers" enum:"intel amd amazon-web-services apple" default:"(any)" source:"Auto Scaling InstanceRequirements"`
	// ArchitectureTypes of the processors, which with AWS follow from the image.
	ArchitectureTypes []string `yaml:"architectureTypes" enum:"x86_64 arm64" default:"(x86_64)" source:"EC2 GetInstanceTypesFromInstanceRequirements"`
	// InstanceGenerations that may be chosen.
	InstanceGenerations []string `yaml:"instanceGenerations" enum:"current previous" default:"(any)" source:"Auto Scaling InstanceRequirements"`
	// BareMetal says whether bare metal types may be chosen.
	BareMetal string `yaml:"bareMetal" enum:"included excluded required" default:"excluded" source:"Auto Scaling InstanceRequirements"`
	// BurstablePerformance says whether the T families may be chosen.
	BurstablePerformance string `yaml:"burstablePerformance" enum:"included excluded required" default:"excluded" source:"Auto Scaling InstanceRequirements"`
	// AllowedInstanceTypes are the only ones that may be chosen; * stands for any characters.
	AllowedInstanceTypes []string `yaml:"allowedInstanceTypes" default:"(any)" source:"Auto Scaling InstanceRequirements"`
	// ExcludedInstanceTypes are not chosen; * stands for any characters.
	ExcludedInstanceTypes []string `yaml:"excludedInstanceTypes" default:"(none)" source:"Auto Scaling InstanceRequirements"`
	// OnDemandMaxPricePercentageOverLowestPrice leaves out types whose On-Demand price is further above that of the cheapest C, M or R type of a current generation that meets the requirements, else above the cheapest one.
	OnDemandMaxPricePercentageOverLowestPrice int64 `yaml:"onDemandMaxPricePercentageOverLowestPrice" unit:"percent" range:"0..999999" default:"20" source:"Auto Scaling InstanceRequirements"`
	// SpotMaxPricePercentageOverLowestPrice is the same for Spot prices; that of a type is the lowest of the group's zones.
	SpotMaxPricePercentageOverLowestPrice int64 `yaml:"spotMaxPricePercentageOverLowestPrice" unit:"percent" range:"0..999999" default:"100" source:"Auto Scaling InstanceRequirements"`
}

// IntegerRange is a range of whole numbers.
type IntegerRange struct {
	// Min is the least value.
	Min int64 `yaml:"min" range:"0.." default:"0" source:"Auto Scaling InstanceRequirements"`
	// Max is the largest value.
	Max *int64 `yaml:"max" range:"0.." default:"(no bound)" source:"Auto Scaling InstanceRequirements"`
}

func (r IntegerRange) holds(n int64) bool { return n >= r.Min && (r.Max == nil || n <= *r.Max) }

// NumberRange is a range of numbers.
type NumberRange struct {
	// Min is the least value.
	Min float64 `yaml:"min" range:"0.." default:"0" source:"Auto Scaling InstanceRequirements"`
	// Max is the largest value.
	Max *float64 `yaml:"max" range:"0.." default:"(no bound)" source:"Auto Scaling InstanceRequirements"`
}

func (r NumberRange) holds(x float64) bool { return x >= r.Min && (r.Max == nil || x <= *r.Max) }

// overrides lists the overrides of a policy, from whichever of the two places
// has them, and where that is.
func (p *MixedInstancesPolicy) overrides() (list []InstanceOverride, at string) {
	if p.LaunchTemplate != nil && len(p.LaunchTemplate.Overrides) > 0 {
		return p.LaunchTemplate.Overrides, "launchTemplate.overrides"
	}
	return p.Overrides, "overrides"
}

// Buys reports what the group buys by its distribution, were it large enough.
func (g *AutoScalingGroup) Buys() (onDemand, spot bool) {
	p := g.MixedInstancesPolicy
	if p == nil {
		return true, false
	}
	d := p.InstancesDistribution
	return d.OnDemandBaseCapacity > 0 || d.OnDemandPercentageAboveBaseCapacity > 0, d.OnDemandPercentageAboveBaseCapacity < 100
}

// requirements that choose the group's types, nil where they are listed.
func (g *AutoScalingGroup) requirements() *InstanceRequirements {
	if g.InstanceRequirements != nil {
		return g.InstanceRequirements
	}
	if g.MixedInstancesPolicy != nil {
		list, _ := g.MixedInstancesPolicy.overrides()
		for _, o := range list {
			if o.InstanceRequirements != nil {
				return o.InstanceRequirements
			}
		}
	}
	return nil
}

// OnDemandStrategy returns the name of the strategy for On-Demand instances.
//
// Source: Amazon EC2 Auto Scaling user guide, "Allocation strategies for
// multiple instance types": lowest-price is the default with attribute-based
// instance type selection, prioritized otherwise.
func (g *AutoScalingGroup) OnDemandStrategy() string {
	if p := g.MixedInstancesPolicy; p != nil && p.InstancesDistribution.OnDemandAllocationStrategy != "" {
		return p.InstancesDistribution.OnDemandAllocationStrategy
	}
	if g.requirements() != nil {
		return "lowest-price"
	}
	return "prioritized"
}
