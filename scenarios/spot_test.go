package scenarios

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/placement"
	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/ec2"
)

// read decodes and checks a document, whether or not this version runs all of it.
func read(t testing.TB, src string) *Scenario {
	t.Helper()
	tree, err := parse("x.yaml", []byte(src))
	require.NoError(t, err)
	s := &Scenario{tree: tree, Dir: "testdata"}
	d := decoder{tree: tree}
	d.structure(tree.root, reflect.ValueOf(s).Elem(), "")
	c := checker{decoder: &d, Scenario: s, catalog: catalog.Embedded(), strategies: placement.Builtin()}
	c.check()
	require.NoError(t, d.issues.sorted())
	return s
}

// mixed is a document with a group of c5.large in two zones and more fields of it.
func mixed(fields ...string) string {
	return "region: us-east-1\nduration: 3d\ncluster:\n  capacityProviders:\n    - name: a\n      autoScalingGroup:\n        availabilityZones: [us-east-1a, us-east-1b]\n        desiredCapacity: 4\n" +
		strings.Join(append(fields, ""), "\n") + "jobs: [{name: j, task: {cpu: 256, memory: 512}, duration: 1m}]\n"
}

const allSpot = "        mixedInstancesPolicy: {instancesDistribution: {onDemandPercentageAboveBaseCapacity: 0}, overrides: [{instanceType: c5.large}]}"

func marketOf(t testing.TB, s *Scenario) *builtMarket {
	t.Helper()
	of, err := catalog.Embedded().With(s.overrides())
	require.NoError(t, err)
	m, err := s.spotMarket(s.Cluster.CapacityProviders[0], of)
	require.NoError(t, err)
	require.NotNil(t, m)
	return m
}

// The capacity of the scenarios that the program was designed by is right as it
// is written.
func TestDesignOfCapacity(t *testing.T) {
	for _, name := range []string{"spot", "quickstart"} {
		src, err := os.ReadFile(filepath.Join("testdata", "design", name+".yaml"))
		require.NoError(t, err)
		tree, err := parse(name, src)
		require.NoError(t, err)
		s := &Scenario{tree: tree}
		d := decoder{tree: tree}
		d.structure(tree.root, reflect.ValueOf(s).Elem(), "")
		c := checker{decoder: &d, Scenario: s, catalog: catalog.Embedded(), strategies: placement.Builtin()}
		c.check()
		for _, issue := range d.issues {
			assert.NotContains(t, issue.Path, "cluster", issue)
		}
		if name != "spot" {
			continue
		}
		p := s.Cluster.CapacityProviders[0]
		m := marketOf(t, s)
		require.Len(t, m.Pools, 9, "three types in three zones")
		assert.Equal(t, []string{"c6i.2xlarge", "us-east-1a"}, []string{m.Pools[0].Type, m.Pools[0].Zone})
		assert.Equal(t, 2*sim.Minute, m.Notice)
		for _, pool := range m.Pools {
			assert.InDelta(t, 0.02, pool.Hazard, 0, pool.Type)
			assert.LessOrEqual(t, pool.Prices.Highest(), pool.MaxPrice, pool.Type)
		}
		assert.True(t, p.Scales())
		assert.True(t, p.AutoScalingGroup.Agent.SpotInstanceDraining)
		onDemand, spot := p.AutoScalingGroup.Buys()
		assert.Equal(t, []bool{true, true}, []bool{onDemand, spot})
	}
}

func TestCapacityDefaults(t *testing.T) {
	s := read(t, mixed("        instanceTypes: [c5.large]"))
	p := s.Cluster.CapacityProviders[0]
	g := p.AutoScalingGroup
	assert.Equal(t, []int64{4, 4, 4}, []int64{*g.MinSize, *g.DesiredCapacity, *g.MaxSize})
	assert.Equal(t, []string{"DISABLED", "ENABLED", "prioritized", "units"}, []string{p.ManagedTerminationProtection, p.ManagedDraining, g.OnDemandStrategy(), g.DesiredCapacityType})
	assert.False(t, p.Scales())
	onDemand, spot := g.Buys()
	assert.Equal(t, []bool{true, false}, []bool{onDemand, spot})
	types := s.groupTypes(g, catalog.Embedded())
	require.Len(t, types, 1)
	assert.Equal(t, []any{"c5.large", int64(1), true, false}, []any{types[0].Name, types[0].Weight, types[0].OnDemand, types[0].Spot})

	// AWS's shapes, with its strings and its first letters.
	s = read(t, mixed(`        MixedInstancesPolicy: {InstancesDistribution: {OnDemandBaseCapacity: 1, SpotMaxPrice: "0.05"}, LaunchTemplate: {LaunchTemplateSpecification: {LaunchTemplateName: x}, Overrides: [{InstanceType: c5.large, WeightedCapacity: "2"}, {InstanceType: c5.xlarge, WeightedCapacity: "4"}]}}`,
		"        MinSize: 0", "        MaxSize: 8",
		`        LifecycleHookSpecificationList: [{LifecycleHookName: x, LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING", HeartbeatTimeout: 600, duration: 30s}]`))
	g = s.Cluster.CapacityProviders[0].AutoScalingGroup
	types = s.groupTypes(g, catalog.Embedded())
	require.Len(t, types, 2)
	assert.Equal(t, []int64{2, 4}, []int64{types[0].Weight, types[1].Weight})
	assert.InDelta(t, 0.05, float64(*g.MixedInstancesPolicy.InstancesDistribution.SpotMaxPrice), 0)
	assert.Equal(t, []any{Terminating, 600 * sim.Second, "ABANDON"}, []any{g.LifecycleHooks[0].LifecycleTransition, g.LifecycleHooks[0].HeartbeatTimeout, g.LifecycleHooks[0].DefaultResult})
	d := g.MixedInstancesPolicy.InstancesDistribution
	assert.Equal(t, []any{int64(1), int64(100), "lowest-price", int64(2)}, []any{d.OnDemandBaseCapacity, d.OnDemandPercentageAboveBaseCapacity, d.SpotAllocationStrategy, d.SpotInstancePools}, "AWS's defaults")
}

// What a reader should know, and no more.
func TestCapacityNotes(t *testing.T) {
	const path = "cluster.capacityProviders.a.autoScalingGroup"
	for _, c := range []struct {
		name   string
		fields []string
		want   []string
	}{
		{"a plain group", []string{"        instanceTypes: [c5.large]"}, nil},
		{"nothing that scales", []string{"        instanceTypes: [c5.large]", "        maxSize: 9"}, []string{path + ": nothing moves the desired capacity between minSize and maxSize: it stays at 4; managedScaling would move it"}},
		{"a market without Spot", []string{"        instanceTypes: [c5.large]", "        spotMarket: {interruptions: advisor}", "        capacityRebalance: true"}, []string{
			path + ".spotMarket: the group buys no Spot instances, so that it has no effect; onDemandPercentageAboveBaseCapacity of mixedInstancesPolicy is 100",
			path + ".capacityRebalance: the group buys no Spot instances, so that it has no effect",
		}},
		{"no interruptions", []string{allSpot}, []string{path + ".spotMarket: no interruptions are stated, so that Spot instances are never interrupted; interruptions: advisor takes the frequencies that AWS publishes"}},
		{"interruptions by a record of a pool", []string{allSpot, "        spotMarket: {pools: [{trace: spot/probe.json}]}"}, []string{path + ".spotMarket.pools.0.trace: the record ends after 1h0m0s; its last value holds until the end of the run"}},
		{"no interruptions, on purpose", []string{allSpot, "        spotMarket: {interruptions: none}"}, nil},
		{"a history at the start", []string{allSpot, "        spotMarket: {interruptions: none, price: {history: spot/prices.tsv}}"}, []string{
			path + ".spotMarket.price.history: the first price of c5.large in us-east-1b (72h0m0s) is later than the start, and holds before it, too",
		}},
		{"a history of its time", []string{allSpot, "        spotMarket: {interruptions: none, price: {history: spot/prices.tsv, align: absolute}}"}, []string{
			path + ".spotMarket.price.history: the last price is of 54h0m0s after the start (line 4) and holds until the end of the run",
			path + ".spotMarket.price.history: the first price of c5.large in us-east-1b (24h0m0s) is later than the start, and holds before it, too",
		}},
		{"a short record", []string{allSpot, "        spotMarket: {interruptions: {trace: spot/probe.json}}"}, []string{path + ".spotMarket.interruptions.trace: the record ends after 1h0m0s; its last value holds until the end of the run"}},
		{"shallow pools", []string{allSpot, "        maxSize: 9", "        minSize: 4", "        spotMarket: {interruptions: none, pools: [{depth: 2}]}"}, []string{
			path + ": nothing moves the desired capacity between minSize and maxSize: it stays at 4; managedScaling would move it",
			path + ".spotMarket: the Spot pools of the group have 4 instances together, fewer than maxSize asks for; spotMarket.pools can state their depth",
		}},
		{"a strategy of fleets", []string{strings.Replace(allSpot, "Capacity: 0", "Capacity: 0, spotAllocationStrategy: diversified", 1), "        spotMarket: {interruptions: none}"}, []string{path + ".mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy: diversified is a strategy of EC2 Fleet; Auto Scaling groups do not have it"}},
		{"a maximum price below the market", []string{strings.Replace(allSpot, "Capacity: 0", "Capacity: 0, spotMaxPrice: 0.001", 1), "        spotMarket: {interruptions: none}"}, []string{path + ".spotMarket: c5.large in us-east-1a, c5.large in us-east-1b: Spot costs more than the group pays at most (spotMaxPrice, by default the On-Demand price), so that none is launched"}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, read(t, mixed(c.fields...)).Notes) })
	}
}

// Prices as recorded: 0.03 from before the start, 0.04 a day after it, 0.035 six
// hours and a day after that; a first price holds before its time.
func TestRecordedSpotPrices(t *testing.T) {
	s := read(t, mixed(allSpot, "        spotMarket: {interruptions: none, price: {history: spot/prices.tsv, align: absolute}}"))
	require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), s.Start)
	m := marketOf(t, s)
	require.Len(t, m.Pools, 2)
	at := func(pool int, t sim.Time) float64 {
		price, _ := m.Pools[pool].Prices.At(t)
		return float64(price) / 1e9
	}
	for hour, want := range map[sim.Time]float64{0: 0.03, 23: 0.03, 24: 0.04, 53: 0.04, 54: 0.035, 1000: 0.035} {
		assert.InDelta(t, want, at(0, hour*sim.Hour), 1e-12, hour)
	}
	assert.InDelta(t, 0.05, at(1, 0), 1e-12)
	assert.False(t, m.Given[0].Known(), "it is not the catalog's price")

	// From the first row on: 30 December is the start, 2 January three days later.
	s = read(t, mixed(allSpot, "        spotMarket: {interruptions: none, price: {history: spot/prices.tsv}}"))
	m = marketOf(t, s)
	assert.InDelta(t, 0.03, at(0, 3*sim.Day-1), 1e-12)
	assert.InDelta(t, 0.04, at(0, 3*sim.Day), 1e-12)

	// A discount is the buyer's own: it lowers what is paid, and not what there is.
	s = read(t, "prices: {discounts: {spot: 0.5, ec2: 0.9}}\n"+mixed(allSpot, "        spotMarket: {interruptions: none, price: {history: spot/prices.tsv, align: absolute}}"))
	m = marketOf(t, s)
	assert.InDelta(t, 0.015, at(0, 0), 1e-12)
	assert.Equal(t, int64(42_500_000), m.Pools[0].MaxPrice, "half of the On-Demand price, 0.085")
	assert.Equal(t, int64(42_500_000), m.OnDemand[0], "as Spot compares with it")
}

// Spot that costs the buyer more than On-Demand, after discounts, is there all the
// same: the strategies go by prices without them.
func TestStrategiesGoByUndiscountedPrices(t *testing.T) {
	diversified := strings.Replace(allSpot, "Capacity: 0", "Capacity: 0, spotAllocationStrategy: diversified", 1)
	r := runScenario(t, read(t, "prices: {discounts: {ec2: 0.9}}\n"+mixed(diversified)), Options{})
	assert.Equal(t, int64(4), r.Summary.Instances.RunningAtEnd)
}

// An event that interrupts instances of a group makes the note about none needless.
func TestInterruptionsByAnEvent(t *testing.T) {
	s := read(t, mixed(allSpot)+"events: [{at: 1h, interrupt: {capacityProvider: a}}]\n")
	assert.Empty(t, s.Notes)
}

func TestModelledSpotPrices(t *testing.T) {
	const fields = "        spotMarket: {interruptions: none, price: {model: {volatility: 0.1}}}"
	one, two := marketOf(t, read(t, mixed(allSpot, fields))), marketOf(t, read(t, "seed: 2\n"+mixed(allSpot, fields)))
	level, ok := catalog.Embedded().Spot("us-east-1", "use1-az1", "c5.large")
	require.True(t, ok)
	price, until := one.Pools[0].Prices.At(0)
	assert.Equal(t, int64(level.PerHour), price)
	assert.Equal(t, sim.Day, until)
	a, _ := one.Pools[0].Prices.At(100 * sim.Day)
	b, _ := two.Pools[0].Prices.At(100 * sim.Day)
	other, _ := one.Pools[1].Prices.At(100 * sim.Day)
	assert.NotEqual(t, a, b)
	assert.NotEqual(t, a, other)
	// The stream is none of those of a group, whatever its name is.
	same, _ := ec2.ModelledPrices(ec2.PriceModel{Level: int64(level.PerHour), Ceiling: 85_000_000, Every: sim.Day, Volatility: 0.1, Reversion: 0.1},
		sim.Stream(uint64(read(t, mixed(allSpot)).Seed), "spotprice/c5.large/us-east-1a")).At(100 * sim.Day)
	assert.Equal(t, same, a)
	assert.Equal(t, int64(85_000_000), one.Pools[0].Prices.Highest(), "no more than On-Demand")
}

// The Spot advisor of 2025-06: c5.large in us-east-1 is in the lowest band, of
// which 2.5 % a month is the middle.
func TestAdvisor(t *testing.T) {
	m := marketOf(t, read(t, mixed(allSpot, "        spotMarket: {interruptions: advisor}")))
	assert.InDelta(t, -math.Log(0.975)/720, m.Pools[0].Hazard, 1e-15)
	assert.Equal(t, int64(1000), m.Pools[0].Depth)
	m = marketOf(t, read(t, mixed(allSpot, "        spotMarket: {interruptions: {advisor: {factor: 3}, wholePool: {meanTimeBetween: 7d, duration: 30m}}, notice: 1m, rebalanceRecommendation: 10m}")))
	assert.InDelta(t, -3*math.Log(0.975)/720, m.Pools[0].Hazard, 1e-15)
	assert.Equal(t, []sim.Time{7 * sim.Day, 30 * sim.Minute, sim.Minute, 10 * sim.Minute}, []sim.Time{m.Pools[0].Reclaimed, m.Pools[0].Out, m.Notice, m.Rebalance})
	// m5.xlarge is in the highest.
	m = marketOf(t, read(t, mixed(strings.Replace(allSpot, "c5.large", "m5.xlarge", 1), "        spotMarket: {interruptions: {advisor: {topBand: 0.5}}}")))
	assert.InDelta(t, -math.Log(0.5)/720, m.Pools[0].Hazard, 1e-15)
	assert.Equal(t, int64(200), m.Pools[0].Depth)
}

func TestAvailability(t *testing.T) {
	m := marketOf(t, read(t, mixed(allSpot, "        spotMarket: {interruptions: {trace: spot/availability.csv}}")))
	assert.Equal(t, []ec2.CapacityStep{{From: 0, Instances: 40}, {From: sim.Hour, Instances: 0}, {From: 2 * sim.Hour, Instances: 40}}, m.Pools[0].Available)
	assert.Equal(t, []ec2.CapacityStep{{From: 0, Instances: 40}}, m.Pools[1].Available)
	// A probe that had 4, 2 and 0 of 4 instances: all, half and none of the depth.
	m = marketOf(t, read(t, mixed(allSpot, "        spotMarket: {interruptions: none, pools: [{depth: 30}, {availabilityZone: us-east-1b, trace: spot/probe.json}]}")))
	assert.Empty(t, m.Pools[0].Available)
	assert.Equal(t, int64(30), m.Pools[0].Depth)
	assert.Equal(t, []ec2.CapacityStep{{From: 0, Instances: 30}, {From: 20 * sim.Minute, Instances: 15}, {From: 30 * sim.Minute}, {From: 50 * sim.Minute, Instances: 30}}, m.Pools[1].Available)
}

// What requirements choose, against the sentence of each attribute.
//
// Source: Auto Scaling API, InstanceRequirements.
func TestRequirements(t *testing.T) {
	of := catalog.Embedded()
	choose := func(t *testing.T, requirements string, more ...string) []string {
		s := read(t, mixed(append(more, "        instanceRequirements: {"+requirements+"}")...))
		var names []string
		for _, c := range s.groupTypes(s.Cluster.CapacityProviders[0].AutoScalingGroup, of) {
			names = append(names, c.Name)
		}
		return names
	}
	const off = ", onDemandMaxPricePercentageOverLowestPrice: 999999"
	all := choose(t, "vCpuCount: {min: 2, max: 2}, memoryMiB: {min: 4096, max: 8192}"+off)
	price := 0.0
	for _, name := range all {
		it, ok := of.Type(name)
		require.True(t, ok)
		assert.Equal(t, int64(2), it.VCPU, name)
		assert.True(t, it.MemoryMiB >= 4096 && it.MemoryMiB <= 8192, name)
		assert.Equal(t, []any{catalog.X86, false, false}, []any{it.Architecture, it.BareMetal, it.Burstable}, name)
		p, ok := of.OnDemand("us-east-1", name)
		require.True(t, ok, name)
		assert.GreaterOrEqual(t, p.PerHour.USD(), price, "the cheapest first")
		price = p.PerHour.USD()
	}
	assert.Contains(t, all, "c5.large")
	assert.Contains(t, all, "m5.large")
	assert.NotContains(t, all, "r5.large")
	assert.NotContains(t, all, "t3.medium")

	// The cheapest C, M or R type of the current generation costs 0.0765 (c5a...), so
	// that 20 % more is the most.
	protected := choose(t, "vCpuCount: {min: 2, max: 2}, memoryMiB: {min: 4096, max: 8192}")
	assert.Less(t, len(protected), len(all))
	lowest, highest := math.Inf(1), 0.0
	for _, name := range protected {
		p, _ := of.OnDemand("us-east-1", name)
		highest = max(highest, p.PerHour.USD())
		if it, _ := of.Type(name); !it.Previous && strings.ContainsRune("cmr", rune(name[0])) {
			lowest = min(lowest, p.PerHour.USD())
		}
	}
	assert.LessOrEqual(t, highest, lowest*1.2)

	for _, c := range []struct {
		requirements string
		has, lacks   string
	}{
		{"burstablePerformance: required", "t3.medium", "c5.large"},
		{"burstablePerformance: included", "t3.medium", "m6g.large"},
		{"architectureTypes: [arm64]", "m6g.large", "c5.large"},
		{"cpuManufacturers: [amd]", "c5a.large", "c5.large"},
		{"cpuManufacturers: [amazon-web-services], architectureTypes: [arm64]", "c6g.large", "c5a.large"},
		{"instanceGenerations: [current]", "c5.large", "m4.large"},
		{"instanceGenerations: [previous]", "m4.large", "c5.large"},
		{"memoryGiBPerVCpu: {max: 2}", "c5.large", "m5.large"},
		{"allowedInstanceTypes: [c5*]", "c5.large", "m5.large"},
		{"excludedInstanceTypes: [c5.*, m4.*]", "c5a.large", "c5.large"},
		{"acceleratorCount: {max: 0}", "c5.large", "g6f.large"},
	} {
		got := choose(t, "vCpuCount: {min: 2, max: 2}, memoryMiB: {min: 4096, max: 8192}, "+c.requirements+off)
		assert.Contains(t, got, c.has, c.requirements)
		assert.NotContains(t, got, c.lacks, c.requirements)
	}
	// By vCPU the capacity counts vCPUs.
	s := read(t, mixed("        instanceRequirements: {vCpuCount: {min: 4, max: 4}, memoryMiB: {min: 8192}}", "        desiredCapacityType: vcpu"))
	assert.Equal(t, int64(4), s.groupTypes(s.Cluster.CapacityProviders[0].AutoScalingGroup, of)[0].Weight)
	assert.Equal(t, "lowest-price", s.Cluster.CapacityProviders[0].AutoScalingGroup.OnDemandStrategy())
}
