package placement_test

import (
	"fmt"
	"math/rand/v2"

	"berth/placement"
	"berth/sim"
	"berth/sim/cluster"
)

// Six tasks of one vCPU go to four instances in two zones: to the zone with
// fewer of them, and there to the instance with the least free memory.
func ExampleIndex_Place() {
	c := cluster.New(sim.NewKernel())
	general := c.AddProvider("general")
	for _, zone := range []string{"us-east-1a", "us-east-1b"} {
		kind := c.AddKind(cluster.Kind{
			Provider:   general,
			Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone},
			Capacity:   cluster.Vector{CPU: 2 * cluster.VCPU, Memory: 8 * cluster.GiB},
		})
		c.Launch(kind, true)
		c.Launch(kind, true)
	}
	etl := c.AddGroup("etl")
	class := cluster.Class{
		Demand: cluster.Vector{CPU: cluster.VCPU, Memory: 2 * cluster.GiB},
		Pool:   c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{general}}),
		Group:  etl,
	}

	policy := placement.Policy{Chain: []placement.Rule{
		{Type: "spread", Field: "attribute:ecs.availability-zone"},
		{Type: "binpack", Field: "memory"},
	}}
	index := placement.New(c, placement.Setup{
		Policies: []placement.Policy{policy},
		Stream:   func(group string) *rand.Rand { return sim.Stream(1, "placement/"+group) },
	})
	c.Watch(index)

	for range 6 {
		task := c.Submit(class, 0)
		request := cluster.Request{Class: c.Task(task).Class, Demand: class.Demand, Pool: class.Pool, Group: etl}
		instance, _ := index.Place(request)
		c.Start(request.Class, instance)
		fmt.Println(c.TaskName(task), "→", c.InstanceName(instance), c.Kind(c.Instance(instance).Kind).Attributes[cluster.AttributeAvailabilityZone])
	}
	// Output:
	// etl/0 → general/i-0 us-east-1a
	// etl/1 → general/i-2 us-east-1b
	// etl/2 → general/i-0 us-east-1a
	// etl/3 → general/i-2 us-east-1b
	// etl/4 → general/i-1 us-east-1a
	// etl/5 → general/i-3 us-east-1b
}
