package scenarios

import (
	"fmt"
	"slices"

	"berth/scaling"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// moves reports whether the group of a capacity provider can gain or lose
// instances, or is more than one type in its zones. One that does not costs
// nothing while a run goes on.
func (s *Scenario) moves(p *CapacityProvider) bool {
	g := p.AutoScalingGroup
	if g == nil {
		return false
	}
	_, spot := g.Buys()
	return p.Scales() || spot || len(g.InstanceTypes) != 1 || g.MixedInstancesPolicy != nil ||
		s.Failures.Instances.MeanTimeToFailure != nil || s.Failures.Launches.Probability > 0 && s.InitialState == "cold" || g.MaxInstanceLifetime > 0 || g.WarmPool != nil || len(g.LifecycleHooks) > 0 ||
		slices.ContainsFunc(s.Events, func(e *Event) bool { return e.moves(p) })
}

// moves reports whether an event can take instances of a provider's group.
func (e *Event) moves(p *CapacityProvider) bool {
	return e.ZoneOutage != nil && slices.Contains(p.AutoScalingGroup.AvailabilityZones, e.ZoneOutage.AvailabilityZone) ||
		e.InstanceRefresh != nil && e.InstanceRefresh.CapacityProvider == p.Name
}

// managedScaling returns how ECS moves the group of a provider, nil if it does not.
func (p *CapacityProvider) managedScaling() *scaling.ManagedScaling {
	if !p.Scales() {
		return nil
	}
	m := p.ManagedScaling
	return &scaling.ManagedScaling{
		TargetCapacity: int(m.TargetCapacity), MinimumScalingStepSize: int(m.MinimumScalingStepSize), MaximumScalingStepSize: int(m.MaximumScalingStepSize),
		InstanceWarmupPeriod: m.InstanceWarmupPeriod,
	}
}

// hook returns the lifecycle hook of a transition, or nil.
func (g *AutoScalingGroup) hook(transition string) *LifecycleHook {
	for i := range g.LifecycleHooks {
		if h := &g.LifecycleHooks[i]; h.LifecycleTransition == transition {
			return h
		}
	}
	return nil
}

// groupSetup describes a group that moves, but for its boot time, and declares
// what it may launch.
func (w *World) groupSetup(p builtProvider, path string) (*ec2.GroupSetup, error) {
	s, g := w.scenario, p.AutoScalingGroup
	setup := &ec2.GroupSetup{
		Name: p.Name, Zones: g.AvailabilityZones,
		Min: int(*g.MinSize), Max: int(*g.MaxSize), Desired: int(*g.DesiredCapacity),
		Warm:                 s.InitialState != "cold",
		MaxInstanceLifetime:  g.MaxInstanceLifetime,
		ProtectedFromScaleIn: g.NewInstancesProtectedFromScaleIn,
		Draining:             ec2.Draining{Managed: p.ManagedDraining == "ENABLED"},
		SpotDraining:         g.Agent.SpotInstanceDraining,
		CapacityRebalance:    g.CapacityRebalance,
	}
	if g.AvailabilityZoneDistribution.CapacityDistributionStrategy == "balanced-only" {
		setup.ZoneDistribution = ec2.BalancedOnly
	}
	if p.ManagedTerminationProtection == "ENABLED" {
		setup.Busy = func(id cluster.InstanceID) bool { return w.scheduler.Busy(id) }
	}
	for i, name := range g.TerminationPolicies {
		policy, err := ec2.ParseTerminationPolicy(name)
		if err != nil {
			return nil, Errors{s.Issue(fmt.Sprintf("%s.terminationPolicies.%d", path, i), "%v", err)}
		}
		setup.TerminationPolicies = append(setup.TerminationPolicies, policy)
	}
	var err error
	if setup.LaunchingHook, err = w.lifecycleHook(p, Launching, path); err != nil {
		return nil, err
	}
	if setup.TerminatingHook, err = w.lifecycleHook(p, Terminating, path); err != nil {
		return nil, err
	}
	if pool := g.WarmPool; pool != nil {
		setup.WarmPool = &ec2.WarmPool{MinSize: int(pool.MinSize), MaxPrepared: int(pool.MaxGroupPreparedCapacity), Running: pool.PoolState == "Running"}
		if setup.WarmPool.Start, err = w.drawn(pool.StartTime, path+".warmPool.startTime", "start/"+p.Name); err != nil {
			return nil, err
		}
	}
	if err = w.addFailures(setup); err != nil {
		return nil, err
	}
	return setup, w.addOptions(p, setup, path)
}

// addFailures says what goes wrong by chance in a group.
func (w *World) addFailures(setup *ec2.GroupSetup) error {
	f := w.scenario.Failures
	if q := f.Instances.MeanTimeToFailure; q != nil {
		of := *q
		if of.Distribution == "constant" {
			of = Quantity{Distribution: "exponential", Mean: of.Value, given: []string{"mean"}}
		}
		var err error
		if setup.TimeToFailure, err = w.drawn(of, "failures.instances.meanTimeToFailure", "failure/"+setup.Name); err != nil {
			return err
		}
	}
	if p := f.Launches.Probability; p > 0 {
		stream := w.stream("launch/" + setup.Name)
		setup.LaunchFails = func() bool { return stream.Float64() < p }
	}
	return nil
}

// lifecycleHook returns the hook of a transition, or nil.
func (w *World) lifecycleHook(p builtProvider, transition, path string) (*ec2.LifecycleHook, error) {
	h := p.AutoScalingGroup.hook(transition)
	if h == nil {
		return nil, nil
	}
	duration, err := w.drawn(h.Duration, path+".lifecycleHooks", "hook/"+transition+"/"+p.Name)
	if err != nil {
		return nil, err
	}
	return &ec2.LifecycleHook{Duration: duration, HeartbeatTimeout: h.HeartbeatTimeout, Continue: h.DefaultResult == "CONTINUE"}, nil
}

// addOptions declares what a group may launch: each of its types in each of its
// zones, on demand and from the Spot market.
func (w *World) addOptions(p builtProvider, setup *ec2.GroupSetup, path string) error {
	s, g := w.scenario, p.AutoScalingGroup
	market, err := s.spotMarket(p.CapacityProvider, w.prices)
	if err != nil {
		return err
	}
	if market != nil {
		setup.Market = &market.MarketSetup
		w.noteMarket(p, market)
	}
	if setup.Distribution, err = g.distribution(); err != nil {
		return Errors{s.Issue(path+".mixedInstancesPolicy.instancesDistribution", "%v", err)}
	}
	types := s.groupTypes(g, w.prices)
	built := make([]*groupType, len(types))
	for i, t := range types {
		if built[i], err = w.instanceType(p, t.Name, path); err != nil {
			return err
		}
	}
	for z, zone := range g.AvailabilityZones {
		for i, t := range types {
			option := ec2.LaunchOption{Zone: z, Type: i, Weight: int(t.Weight), OnDemandPrice: built[i].price.OnDemand}
			if t.OnDemand {
				option.Kind = w.addKind(p, built[i], zone, nil)
				setup.Options = append(setup.Options, option)
			}
			if pool := market.pool(t.Name, zone); t.Spot && pool >= 0 {
				option.Kind, option.Spot, option.Pool = w.addKind(p, built[i], zone, market.Pools[pool].Prices), true, pool
				option.OnDemandPrice = market.OnDemand[pool]
				setup.Options = append(setup.Options, option)
			}
		}
	}
	if len(setup.Options) == 0 {
		return Errors{s.Issue(path, "none of the group's instance types can be bought in its zones")}
	}
	return nil
}

// pool returns the number of the pool of a type in a zone, -1 if there is none.
func (b *builtMarket) pool(instanceType, zone string) ec2.PoolID {
	if b == nil {
		return -1
	}
	return ec2.PoolID(slices.IndexFunc(b.Pools, func(p ec2.Pool) bool { return p.Type == instanceType && p.Zone == zone }))
}

// noteMarket tells of what is worth knowing of a market, and which prices it goes
// by.
func (w *World) noteMarket(p builtProvider, b *builtMarket) {
	for i, price := range b.Given {
		if pool := &b.Pools[i]; price.Known() {
			w.used("Spot "+pool.Type+" in "+pool.Zone, price.Date, price.OlderThan(oldMonths, w.scenario.Start))
		}
	}
	for _, n := range b.Notes {
		w.notes = append(w.notes, "capacity provider "+p.Name+": "+n.Text)
	}
}

// distribution returns how a group divides its capacity, and how it chooses its
// types.
func (g *AutoScalingGroup) distribution() (ec2.Distribution, error) {
	d := ec2.Distribution{OnDemandPercentageAboveBase: 100}
	var err error
	if d.OnDemandStrategy, err = ec2.ParseOnDemandStrategy(g.OnDemandStrategy()); err != nil || g.MixedInstancesPolicy == nil {
		return d, err
	}
	of := g.MixedInstancesPolicy.InstancesDistribution
	d.OnDemandBase, d.OnDemandPercentageAboveBase = int(of.OnDemandBaseCapacity), int(of.OnDemandPercentageAboveBaseCapacity)
	d.SpotPools = int(of.SpotInstancePools)
	d.SpotStrategy, err = ec2.ParseSpotStrategy(of.SpotAllocationStrategy)
	return d, err
}
