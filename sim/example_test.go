package sim_test

import (
	"fmt"

	"berth/sim"
)

// A queue with one server (M/M/1): arrivals every 10 s on average, service of
// 8 s on average. Theory says that 4 customers are present on average.
func Example() {
	kernel := sim.NewKernel()
	arrivals, services := sim.Stream(1, "arrivals"), sim.Stream(1, "services")
	var present int64
	var last sim.Time
	var integral sim.Integral
	change := func(now sim.Time, by int64) {
		integral.Add(present, now-last)
		present, last = present+by, now
	}
	var arrive, leave sim.Kind
	serve := func(now sim.Time) {
		kernel.Schedule(now+sim.Time(services.ExpFloat64()*8e9), leave, 0, 0)
	}
	arrive = kernel.Register("arrive", sim.Arriving, false, func(now sim.Time, _, _ uint32) {
		kernel.Schedule(now+sim.Time(arrivals.ExpFloat64()*10e9), arrive, 0, 0)
		if change(now, 1); present == 1 {
			serve(now)
		}
	})
	leave = kernel.Register("leave", sim.Ending, false, func(now sim.Time, _, _ uint32) {
		if change(now, -1); present > 0 {
			serve(now)
		}
	})
	kernel.Schedule(0, arrive, 0, 0)
	if err := kernel.Run(1000 * sim.Day); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("mean number present: %.1f\n", integral.Mean(last))
	// Output: mean number present: 4.0
}
