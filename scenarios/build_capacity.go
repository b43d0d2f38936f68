package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"berth/report"
	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/cluster"
	"berth/sim/ec2"
	"berth/workloads"
)

// addProviders declares capacity providers, kinds of instances and prices.
func (w *World) addProviders() error {
	for _, p := range w.scenario.Cluster.CapacityProviders {
		built := builtProvider{p, w.cluster.AddProvider(p.Name)}
		w.providers = append(w.providers, built)
		var err error
		switch {
		case p.AutoScalingGroup != nil:
			err = w.addAutoScalingGroup(built)
		case p.External != nil:
			err = w.addExternal(built)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addAutoScalingGroup declares what a group may launch and what that costs, and
// has the group launched with the rest.
func (w *World) addAutoScalingGroup(p builtProvider) error {
	s, g := w.scenario, p.AutoScalingGroup
	path := groupPath(p.CapacityProvider)
	boot, err := w.drawn(g.BootTime, path+".bootTime", "boot/"+p.Name)
	if err != nil {
		return err
	}
	if s.moves(p.CapacityProvider) {
		setup, err := w.groupSetup(p, path)
		if err != nil {
			return err
		}
		setup.Boot = boot
		w.launches = append(w.launches, func() { w.autoScaling.add(p.id, setup) })
		return nil
	}
	group := ec2.FixedGroup{Desired: int(*g.DesiredCapacity), Warm: s.InitialState != "cold", BootTime: boot}
	of, err := w.instanceType(p, g.InstanceTypes[0], path)
	if err != nil {
		return err
	}
	for _, zone := range g.AvailabilityZones {
		group.Kinds = append(group.Kinds, w.addKind(p, of, zone, nil))
	}
	w.launches = append(w.launches, func() { w.launcher.Launch(group) })
	w.noteSpotPools(p)
	return nil
}

func groupPath(p *CapacityProvider) string {
	return "cluster.capacityProviders." + p.Name + ".autoScalingGroup"
}

// drawn returns a function that draws a time from a stream of its own.
func (w *World) drawn(q Quantity, path, stream string) (func() sim.Time, error) {
	d, err := workloads.NewDistribution(q.Spec())
	if err != nil {
		return nil, Errors{w.scenario.Issue(path, "%v", err)}
	}
	from := w.stream(stream)
	return func() sim.Time { return workloads.Draw(d, from) }, nil
}

// groupType is an instance type of a group: what it registers and what it costs
// on demand.
type groupType struct {
	catalog.InstanceType
	capacity cluster.Vector
	price    report.InstancePrice
}

// instanceType looks up an instance type for a group.
func (w *World) instanceType(p builtProvider, name, path string) (*groupType, error) {
	s, g := w.scenario, p.AutoScalingGroup
	t, ok := w.prices.Type(name)
	if !ok {
		return nil, Errors{s.Issue(path+".instanceTypes", "unknown instance type %q", name)}
	}
	of := &groupType{InstanceType: t, capacity: t.Registered()}
	if r := g.Registered.CPU; r != nil {
		of.capacity.CPU = int64(*r)
	}
	if r := g.Registered.Memory; r != nil {
		of.capacity.Memory = int64(*r)
	}
	of.capacity.CPU -= int64(g.ReservedCPU)
	of.capacity.Memory -= int64(g.ReservedMemory)
	if of.capacity.CPU <= 0 || of.capacity.Memory <= 0 {
		return nil, Errors{s.Issue(path, "nothing is left of an instance of type %s after reservedCpu and reservedMemory", name)}
	}
	var err error
	of.price, err = w.instancePrice(p, name, path)
	return of, err
}

// addKind declares a kind of instance of a group: on demand, or with a Spot price
// over time.
func (w *World) addKind(p builtProvider, t *groupType, zone string, spot *ec2.Prices) cluster.KindID {
	kind := w.scenario.groupKind(p.AutoScalingGroup, t.InstanceType, zone)
	kind.Provider, kind.Capacity, kind.Spot = p.id, t.capacity, spot != nil
	id := w.cluster.AddKind(kind)
	price := t.price
	if spot != nil {
		price.Spot, _ = spot.At(0)
		w.followed = append(w.followed, spotKind{id, spot})
	}
	w.meter.Ledger.SetInstancePrice(id, price)
	return id
}

// noteSpotPools warns of zones of a group in which its type has no Spot pool,
// where other zones of the region have one.
func (w *World) noteSpotPools(p builtProvider) {
	s, g := w.scenario, p.AutoScalingGroup
	pool := func(id string) bool {
		_, ok := w.prices.Spot(s.Region, id, g.InstanceTypes[0])
		return ok
	}
	if !slices.ContainsFunc(w.prices.ZoneIDs(s.Region), pool) {
		return
	}
	var without []string
	for _, zone := range g.AvailabilityZones {
		id, ok := s.ZoneIDs[zone]
		if !ok {
			id, _ = w.prices.ZoneID(zone)
		}
		if !pool(id) {
			without = append(without, zone+" ("+id+")")
		}
	}
	if len(without) > 0 {
		w.notes = append(w.notes, fmt.Sprintf("%s has no Spot pool in %s, of group %s; On-Demand instances do not need one", g.InstanceTypes[0], strings.Join(without, ", "), p.Name))
	}
}

// instancePrice looks up what an instance of a group costs.
func (w *World) instancePrice(p builtProvider, name, path string) (report.InstancePrice, error) {
	s, g := w.scenario, p.AutoScalingGroup
	onDemand, ok := w.prices.OnDemand(s.Region, name)
	if !ok {
		return report.InstancePrice{}, Errors{s.Issue(path+".instanceTypes", "no price is known for %s in %s", name, s.Region)}
	}
	w.used(name+" in "+s.Region, onDemand.Date, onDemand.OlderThan(oldMonths, s.Start))
	price := report.InstancePrice{OnDemand: int64(onDemand.PerHour)}
	if g.EBS != nil {
		monthly, ok := w.prices.EBSGP3(s.Region)
		if !ok {
			return price, Errors{s.Issue(path+".ebs", "no price is known for EBS in %s", s.Region)}
		}
		hourly := monthly.Hourly(g.EBS.VolumeSize)
		w.used("EBS gp3 in "+s.Region, hourly.Date, hourly.OlderThan(oldMonths, s.Start))
		price.EBS = int64(hourly.PerHour)
	}
	if g.PublicIPv4 {
		address, ok := w.prices.PublicIPv4(s.Region)
		if !ok {
			return price, Errors{s.Issue(path+".publicIpv4", "no price is known for public IPv4 addresses in %s", s.Region)}
		}
		w.used("public IPv4 in "+s.Region, address.Date, address.OlderThan(oldMonths, s.Start))
		price.PublicIPv4 = int64(address.PerHour)
	}
	return price, nil
}

// oldMonths is the age from which on the report says so of a price.
const oldMonths = 18

func (w *World) used(what, date string, old bool) { w.dated[what] = datedPrice{date, old} }

// launch launches everything that is there from the start: EC2 groups and
// external machines in the order of the scenario, then Fargate.
func (w *World) launch() error {
	w.launcher = ec2.NewLauncher(w.kernel, w.cluster)
	for _, launch := range w.launches {
		launch()
	}
	for _, p := range w.providers {
		if p.Kind() == KindFargate {
			w.launchFargate(p)
		}
	}
	return w.addManagedScaling()
}
