package scenarios

import (
	"errors"
	"slices"
	"strings"

	"berth/sim"
)

// spot checks the Spot part of a group and its market.
func (c *checker) spot(p *CapacityProvider, path string) {
	g, market := p.AutoScalingGroup, join(path, "spotMarket")
	_, buys := g.Buys()
	c.spotFiles(g.SpotMarket, market)
	if !buys {
		if g.SpotMarket != nil {
			c.note(market, "the group buys no Spot instances, so that it has no effect; onDemandPercentageAboveBaseCapacity of mixedInstancesPolicy is 100")
		}
		if g.CapacityRebalance {
			c.note(join(path, "capacityRebalance"), "the group buys no Spot instances, so that it has no effect")
		}
		return
	}
	distribution := join(path, "mixedInstancesPolicy.instancesDistribution")
	d := g.MixedInstancesPolicy.InstancesDistribution
	if at := join(distribution, "spotInstancePools"); c.stated(at) && d.SpotAllocationStrategy != "lowest-price" {
		c.issue(at, "only lowest-price has a number of pools")
	}
	if at := join(distribution, "spotAllocationStrategy"); d.SpotAllocationStrategy == "diversified" {
		c.note(at, "diversified is a strategy of EC2 Fleet; Auto Scaling groups do not have it")
	}
	if !c.stated(join(market, "interruptions")) && !c.reclaims(p) {
		c.note(market, "no interruptions are stated, so that Spot instances are never interrupted; interruptions: advisor takes the frequencies that AWS publishes")
	}
	c.spotPools(g, market)
	if c.regional() && !c.refused(path) {
		c.market(p, path)
	}
}

// reclaims reports whether Spot instances of a provider are interrupted though
// spotMarket.interruptions does not say so: by an event, or by the record of a pool.
func (s *Scenario) reclaims(p *CapacityProvider) bool {
	m := p.AutoScalingGroup.SpotMarket
	return m != nil && slices.ContainsFunc(m.Pools, func(pool SpotPool) bool { return pool.Trace != "" }) ||
		slices.ContainsFunc(s.Events, func(e *Event) bool { return e.Interrupt != nil && e.Interrupt.CapacityProvider == p.Name })
}

// spotFiles checks that what a market reads is there.
func (c *checker) spotFiles(m *SpotMarket, path string) {
	if m == nil {
		return
	}
	c.again(m.Price.History, join(path, "price.history"))
	c.again(m.Interruptions.Trace, join(path, "interruptions.trace"))
	for i, pool := range m.Pools {
		c.again(pool.Trace, join(c.index(path, "pools", i), "trace"))
	}
}

// spotPools checks that what is said of pools is about pools of the group.
func (c *checker) spotPools(g *AutoScalingGroup, path string) {
	if g.SpotMarket == nil {
		return
	}
	types := c.groupTypes(g, c.priced())
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name
	}
	for i, pool := range g.SpotMarket.Pools {
		at := c.index(path, "pools", i)
		if pool.InstanceType != "" && len(names) > 0 && !slices.Contains(names, pool.InstanceType) {
			c.issue(join(at, "instanceType"), "%q is no type of the group%s", short(pool.InstanceType), meant(pool.InstanceType, names))
		}
		if zone := pool.AvailabilityZone; zone != "" && !slices.Contains(g.AvailabilityZones, zone) {
			c.issue(join(at, "availabilityZone"), "%q is no zone of the group%s", short(zone), meant(zone, g.AvailabilityZones))
		}
		if pool.Depth == nil && pool.Trace == "" && !c.refused(at) {
			c.issue(at, "expected depth or trace")
		}
	}
}

// market works the market out, as it is done for a run, and reports what is
// wrong with it and what a reader should know.
func (c *checker) market(p *CapacityProvider, path string) {
	g, of := p.AutoScalingGroup, c.priced()
	market, err := c.spotMarket(p, of)
	var wrong Errors
	switch {
	case errors.As(err, &wrong):
		c.issues = append(c.issues, wrong...)
		return
	case err != nil:
		c.issue(join(path, "spotMarket"), "%v", err)
		return
	}
	pools, zones := map[string]bool{}, map[string]bool{}
	depth := int64(0)
	if market != nil {
		for _, pool := range market.Pools {
			pools[pool.Type+" "+pool.Zone], pools[pool.Type], zones[pool.Zone] = true, true, true
			depth += pool.Depth
		}
		for _, note := range market.Notes {
			c.note(note.Path, "%s", note.Text)
		}
	}
	listed := g.requirements() == nil
	var without []string
	types := c.groupTypes(g, of)
	for i, t := range types {
		switch {
		case !t.Spot:
		case !pools[t.Name] && listed:
			c.issue(c.typePath(g, path, i), "%s has no Spot price in %s (prices.spot can state one)", t.Name, strings.Join(g.AvailabilityZones, ", "))
			return
		default:
			for _, zone := range g.AvailabilityZones {
				if !pools[t.Name+" "+zone] && listed {
					without = append(without, t.Name+" in "+zone)
				}
			}
		}
	}
	if market == nil {
		c.issue(join(path, "mixedInstancesPolicy"), "no Spot price of a type that meets the requirements is known in %s (prices.spot can state some)", strings.Join(g.AvailabilityZones, ", "))
		return
	}
	if len(without) > 0 {
		c.note(path, "there is no Spot pool of %s: no Spot price is known", few(without))
	}
	for i, zone := range g.AvailabilityZones {
		if !zones[zone] {
			c.note(c.index(path, "availabilityZones", i), "no type of the group has a Spot pool in %s, so that Spot instances are launched in the other zones only", zone)
		}
	}
	d := g.MixedInstancesPolicy.InstancesDistribution
	spot := max(0, *g.MaxSize-d.OnDemandBaseCapacity) * (100 - d.OnDemandPercentageAboveBaseCapacity) / 100
	heaviest := int64(1)
	for _, t := range types {
		heaviest = max(heaviest, t.Weight)
	}
	if spot > depth*heaviest {
		c.note(join(path, "spotMarket"), "the Spot pools of the group have %d instances together, fewer than maxSize asks for; spotMarket.pools can state their depth", depth)
	}
}

// typePath is where a listed type of a group stands.
func (c *checker) typePath(g *AutoScalingGroup, path string, i int) string {
	name := c.groupTypes(g, c.catalog)[i].Name
	if list, where := g.MixedInstancesPolicy.overrides(); len(list) > 0 {
		at := join(path, join("mixedInstancesPolicy", where))
		i = slices.IndexFunc(list, func(o InstanceOverride) bool { return o.InstanceType == name })
		if paths := c.paths(at); i >= 0 && i < len(paths) {
			return join(paths[i], "instanceType")
		}
		return at
	}
	return c.index(path, "instanceTypes", max(0, slices.Index(g.InstanceTypes, name)))
}

// fargateSpot checks the market of FARGATE_SPOT.
func (c *checker) fargateSpot(m *FargateSpotMarket, path string) {
	for _, field := range []string{"advisor", "trace", "wholePool"} {
		if at := join(path, "interruptions."+field); c.stated(at) {
			c.issue(at, "of Fargate Spot no such thing is known; state ratePerHour, and unavailable")
		}
	}
	if m.Interruptions.Advisor != nil && !c.stated(join(path, "interruptions.advisor")) {
		c.issue(join(path, "interruptions"), "the Spot advisor does not cover Fargate; state ratePerHour, and unavailable")
	}
	last := sim.Time(0)
	for i, span := range m.Unavailable {
		at := c.index(path, "unavailable", i)
		begins := span.At.In(c.Start)
		switch {
		case c.refused(at):
			continue
		case begins < 0:
			c.issue(join(at, "at"), "before the start of the run")
		case begins < last:
			c.issue(join(at, "at"), "the span before it lasts until %v", last)
		case begins >= c.Duration:
			c.note(join(at, "at"), "the span begins after the end of the run")
		}
		last = max(last, begins+span.Duration)
	}
}
