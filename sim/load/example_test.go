package load_test

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/load"
)

// burst is 120 requests per second, and twice as many from 2:30 to 4:30.
type burst struct{}

func (burst) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	switch begin, end := 150*sim.Second, 270*sim.Second; {
	case t < begin:
		return 120, 0, begin
	case t < end:
		return 240, 0, end
	}
	return 120, 0, sim.Never
}

// Four tasks serve 160 requests per second, two more come at 4:00.
func Example() {
	station, err := load.NewStation(load.Setup{
		CPU: cluster.VCPU, CPUSeconds: 0.025, Latency: 40 * sim.Millisecond, CV: load.DefaultCV, PerPeriod: true,
	}, burst{})
	if err != nil {
		fmt.Println(err)
	}
	kernel := sim.NewKernel()
	resize := kernel.Register("resize", sim.Capacity, false, func(now sim.Time, tasks, _ uint32) {
		station.Resize(now, load.Size{Serving: int(tasks), Running: int(tasks)})
	})
	var end sim.Kind
	end = kernel.Register("end of period", sim.Observing, true, func(now sim.Time, _, _ uint32) {
		var p load.Period
		station.EndPeriod(now, &p)
		cpu := p.CPUUtilization()
		fmt.Printf("%v: %.0f requests, %.0f served, %.0f wait; CPU %.0f %%, at most %.0f %%; p50 %.3f s, p99 %.3f s; steady: %v\n",
			now, p.Offered.Float(), p.Served.Float(), p.Backlog.Float(), cpu.Average(), cpu.Max,
			p.Latencies.Quantile(0.5).Seconds(), p.Latencies.Quantile(0.99).Seconds(), p.Steady)
		if due := station.Due(now); due < sim.Never {
			kernel.Schedule(due, end, 0, 0)
		}
	})
	kernel.Schedule(0, resize, 4, 0)
	kernel.Schedule(4*sim.Minute, resize, 6, 0)
	kernel.Schedule(sim.Minute, end, 0, 0)
	kernel.Schedule(sim.Day, kernel.Register("end", sim.Scaling, false, func(sim.Time, uint32, uint32) {}), 0, 0)
	if err := kernel.Run(sim.Never); err != nil {
		fmt.Println(err)
	}
	total := station.Total(sim.Day)
	fmt.Printf("a day: %.0f requests, %.0f lost\n", total.Offered.Float(), total.Lost.Float())
	// Output:
	// 1m0s: 7200 requests, 7200 served, 0 wait; CPU 75 %, at most 75 %; p50 0.041 s, p99 0.137 s; steady: true
	// 3m0s: 10800 requests, 8400 served, 2400 wait; CPU 88 %, at most 100 %; p50 0.986 s, p99 9.731 s; steady: false
	// 4m0s: 14400 requests, 9600 served, 7200 wait; CPU 100 %, at most 100 %; p50 19.462 s, p99 29.394 s; steady: false
	// 5m0s: 10800 requests, 14400 served, 3600 wait; CPU 100 %, at most 100 %; p50 30.040 s, p99 31.004 s; steady: false
	// 6m0s: 7200 requests, 10800 served, 0 wait; CPU 75 %, at most 100 %; p50 6.610 s, p99 29.103 s; steady: false
	// 7m0s: 7200 requests, 7200 served, 0 wait; CPU 50 %, at most 50 %; p50 0.040 s, p99 0.059 s; steady: true
	// a day: 10382400 requests, 0 lost
}
