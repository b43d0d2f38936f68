package report_test

import (
	"fmt"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
)

// Two hours of a machine at a dollar an hour, of which one task holds half for
// one hour.
func Example() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	provider := c.AddProvider("own")
	kind := c.AddKind(cluster.Kind{Provider: provider, Capacity: cluster.Vector{CPU: 2 * cluster.VCPU, Memory: 4 * cluster.GiB}})
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}})
	group := c.AddGroup("batch")
	meter := report.NewMeter(c, 0, 1)
	meter.Ledger.SetInstancePrice(kind, report.InstancePrice{External: 1_000_000_000})
	c.Watch(meter)

	on := c.Launch(kind, true)
	demand := cluster.Vector{CPU: cluster.VCPU, Memory: cluster.GiB}
	waiting := c.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: pool, Group: group}, sim.Hour)
	task := c.Start(c.Task(waiting).Class, on)
	end := kernel.Register("end", sim.Ending, false, func(sim.Time, uint32, uint32) { c.End(task, cluster.Completed) })
	kernel.Schedule(sim.Hour, end, 0, 0)
	if err := kernel.Run(2 * sim.Hour); err != nil {
		fmt.Println(err)
	}
	meter.Close(2 * sim.Hour)

	cost := meter.Ledger.Cost()
	fmt.Printf("total %.2f, batch %.2f, idle %.2f\n", cost.Total, cost.ByJob["batch"], cost.Idle)
	fmt.Printf("CPU reserved: %.0f %%\n", 100**meter.Recorder.Utilisation().CPUReserved)
	// Output:
	// total 2.00, batch 0.50, idle 1.50
	// CPU reserved: 25 %
}

func ExampleSummary_Metric() {
	var s report.Summary
	s.Cost.Total = 12.5
	value, err := s.Metric("cost.total")
	fmt.Println(*value, err)
	// Output: 12.5 <nil>
}
