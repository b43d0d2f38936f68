package placement_test

import (
	"fmt"
	"math/rand/v2"

	"berth/placement"
	"berth/sim"
	"berth/sim/cluster"
)

// closest takes the instance whose free CPU is closest to twice what the task
// demands: a second task of that size just fits.
type closest struct{}

func (closest) Score(s *placement.State, demand cluster.Vector) int64 {
	return max(s.Free.CPU-2*demand.CPU, 2*demand.CPU-s.Free.CPU)
}

// A strategy of one's own is a scorer and a name. Here six instances have 1 to
// 6 vCPU free and a task wants 2.
func ExampleScored() {
	strategies := placement.Builtin()
	strategies["closest"] = func(field string, _ *placement.Policy) (placement.Strategy, error) {
		if field != "" {
			return placement.Strategy{}, fmt.Errorf("closest takes no field, and not %q", field)
		}
		return placement.Scored(closest{}), nil
	}

	c := cluster.New(sim.NewKernel())
	general := c.AddProvider("general")
	for vcpu := range int64(6) {
		c.Launch(c.AddKind(cluster.Kind{
			Provider: general,
			Capacity: cluster.Vector{CPU: (vcpu + 1) * cluster.VCPU, Memory: 8 * cluster.GiB},
		}), true)
	}
	group := c.AddGroup("web")
	class := cluster.Class{
		Demand: cluster.Vector{CPU: 2 * cluster.VCPU, Memory: cluster.GiB},
		Pool:   c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{general}}),
		Group:  group,
	}
	index := placement.New(c, placement.Setup{
		Policies:   []placement.Policy{{Chain: []placement.Rule{{Type: "closest"}}}},
		Strategies: strategies,
		Stream:     func(group string) *rand.Rand { return sim.Stream(1, "placement/"+group) },
	})
	c.Watch(index)

	for range 3 {
		task := c.Submit(class, 0)
		request := cluster.Request{Class: c.Task(task).Class, Demand: class.Demand, Pool: class.Pool, Group: group}
		instance, _ := index.Place(request)
		fmt.Println(c.TaskName(task), "→", c.InstanceName(instance), "with", c.Instance(instance).Free.CPU/cluster.VCPU, "vCPU free")
		c.Start(request.Class, instance)
	}
	// Output:
	// web/0 → general/i-3 with 4 vCPU free
	// web/1 → general/i-2 with 3 vCPU free
	// web/2 → general/i-4 with 5 vCPU free
}
