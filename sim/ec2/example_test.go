package ec2_test

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// activities prints what groups do.
type activities struct{}

func (activities) GroupChanged(sim.Time, *ec2.Group) {}
func (activities) Activity(now sim.Time, a *ec2.Activity) {
	fmt.Println(now, a)
}

// A group of two instances in two zones grows to five, loses a zone, and shrinks.
func Example() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	groups := ec2.NewAutoScaling(kernel, c)
	groups.Observe(activities{})
	setup := ec2.GroupSetup{
		Name: "web", Zones: []string{"us-east-1a", "us-east-1b"},
		Max: 10, Desired: 2, Warm: true,
		Boot: func() sim.Time { return 75 * sim.Second },
	}
	provider := c.AddProvider("web")
	for z, zone := range setup.Zones {
		kind := c.AddKind(cluster.Kind{Provider: provider, Type: "m6i.large", Zone: zone})
		setup.Options = append(setup.Options, ec2.LaunchOption{Kind: kind, Zone: z})
	}
	g := groups.AddGroup(setup)
	plan := []struct {
		at sim.Time
		do func()
	}{
		{sim.Hour, func() { g.SetDesired(5, "a person") }},
		{2 * sim.Hour, func() { groups.ZoneOutage("us-east-1b", 3*sim.Hour) }},
		{4 * sim.Hour, func() { g.SetDesired(4, "a person") }},
		{5 * sim.Hour, func() {}},
	}
	event := kernel.Register("plan", sim.Scaling, false, func(_ sim.Time, n, _ uint32) { plan[n].do() })
	for n, p := range plan {
		kernel.Schedule(p.at, event, uint32(n), 0)
	}
	if err := kernel.Run(sim.Never); err != nil {
		fmt.Println(err)
	}
	fmt.Println(g.InZone(0), "and", g.InZone(1), "instances")
	// Output:
	// 0s Launching 2 instances: the group was created
	// 1h0m0s Launching 3 instances: desired capacity raised from 2 to 5 by a person
	// 2h0m0s Loss of an instance: the Availability Zone us-east-1b failed
	// 2h0m0s Loss of an instance: the Availability Zone us-east-1b failed
	// 2h1m0s Launching 2 instances: an Availability Zone failed
	// 3h0m0s Launching 2 instances: the Availability Zones were out of balance
	// 3h1m15s Terminating an instance: another was launched to balance the Availability Zones
	// 3h1m15s Terminating an instance: another was launched to balance the Availability Zones
	// 4h0m0s Terminating an instance: desired capacity reduced from 5 to 4 by a person
	// 2 and 2 instances
}
