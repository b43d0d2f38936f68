package cloudwatch_test

import (
	"fmt"

	"berth/sim"
	"berth/sim/cloudwatch"
)

// printer prints what it is told.
type printer struct{}

func (printer) AlarmChanged(now sim.Time, c *cloudwatch.Cause) {
	fmt.Printf("%v: %v: %v\n", now, c.To, c)
}

func (printer) AlarmActs(now sim.Time, _ *cloudwatch.Cause) sim.Time {
	fmt.Printf("%v: more tasks are wanted\n", now)
	return sim.Never
}

// A service runs at 40 % until its load doubles after five minutes.
func Example() {
	kernel := sim.NewKernel()
	watch := cloudwatch.New(kernel)
	watch.Observe(printer{})
	cpu, err := watch.AddMetric(cloudwatch.NewMetric("CPUUtilization of service/web", cloudwatch.Standard))
	if err != nil {
		fmt.Println(err)
	}
	_, err = watch.AddAlarm(cloudwatch.Alarm{
		Name: "high", Metric: cpu, Period: sim.Minute, Comparison: cloudwatch.Above, Threshold: 60, EvaluationPeriods: 3, Acts: true,
	})
	if err != nil {
		fmt.Println(err)
	}
	load := kernel.Register("load", sim.Arriving, false, func(now sim.Time, percent, _ uint32) {
		watch.PutSteady(cpu, now, cloudwatch.Sample(float64(percent)))
	})
	kernel.Schedule(0, load, 40, 0)
	kernel.Schedule(5*sim.Minute, load, 80, 0)
	kernel.Schedule(12*sim.Minute, load, 50, 0)
	if err := kernel.Run(15 * sim.Minute); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 4m3s: OK: 0 of 3 datapoints of 1m above 60: 40; 2 missing
	// 11m3s: ALARM: 3 of 3 datapoints of 1m above 60: 80, 80, 80
	// 11m3s: more tasks are wanted
}
