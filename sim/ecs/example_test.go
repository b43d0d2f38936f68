package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// A service of four tasks is deployed while at least three stay healthy and there
// are never more than five.
func ExampleService_Deploy() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	provider := c.AddProvider("general")
	kind := c.AddKind(cluster.Kind{Provider: provider, Capacity: cluster.Vector{CPU: 8 * cluster.VCPU, Memory: 32 * cluster.GiB}})
	c.Launch(kind, true)
	scheduler := New(kernel, c, ruled{c: c})
	c.Watch(scheduler)
	queue := scheduler.AddQueue(Discipline{}, provider)

	demand := cluster.Vector{CPU: cluster.VCPU, Memory: cluster.GiB}
	class := cluster.Class{Demand: demand, Requested: demand, Group: c.AddGroup("service/web"), Pool: c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}})}
	bounds := DefaultDeployment()
	bounds.MinimumHealthyPercent, bounds.MaximumPercent = 75, 125
	web := scheduler.AddService(ServiceSetup{
		Group: class.Group, Queue: queue, Desired: 4, Warm: true, Deployment: &bounds,
		Revision: Revision{Name: "web:1", Classes: []cluster.Class{class}},
	})
	scheduler.Observe(printer{})

	deploy := kernel.Register("deploy", sim.Scaling, false, func(sim.Time, uint32, uint32) {
		web.Deploy(Revision{Name: "web:2", Classes: []cluster.Class{class}}, "a new version")
	})
	kernel.Schedule(sim.Minute, deploy, 0, 0)
	fmt.Println(kernel.Run(sim.Never))
	// Output:
	// 0s web:1 COMPLETED
	// 1m0s web:2 IN_PROGRESS
	// 2m20s web:2 COMPLETED
	// <nil>
}

type printer struct{}

func (printer) ServiceChanged(sim.Time, *Service) {}
func (printer) DeploymentChanged(now sim.Time, _ *Service, d *Deployment) {
	if d.Stuck == "" {
		fmt.Println(now, d.Revision, d.Status)
	}
}
