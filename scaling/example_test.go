package scaling_test

import (
	"fmt"
	"time"

	"berth/scaling"
	"berth/sim"
)

// A service is kept at 60 % of its CPU. The alarms are evaluated elsewhere; here
// the load rises, stays, and is gone.
func ExampleTarget_Evaluate() {
	target, err := scaling.New(scaling.Config{
		MinCapacity: 2, MaxCapacity: 60,
		Policies: []scaling.Policy{scaling.NewTargetTracking("cpu", "ECSServiceAverageCPUUtilization", 60)},
	})
	if err != nil {
		panic(err)
	}
	for _, alarm := range target.Alarms() {
		fmt.Println(alarm.Name, alarm.Comparison, alarm.Threshold, alarm.EvaluationPeriods)
	}

	desired := 4
	evaluate := func(now sim.Time, high, low scaling.State, cpu float64) {
		activity := target.Evaluate(now, scaling.Capacity{Running: desired, Desired: desired}, []scaling.Signal{
			{State: high, Datapoints: []float64{cpu}},
			{State: low, Datapoints: []float64{cpu}},
		})
		desired = activity.To
		fmt.Println(now, activity)
	}
	evaluate(3*sim.Minute, scaling.InAlarm, scaling.OK, 83)
	evaluate(4*sim.Minute, scaling.InAlarm, scaling.OK, 62)
	evaluate(30*sim.Minute, scaling.OK, scaling.InAlarm, 12)
	// Output:
	// TargetTracking-cpu-AlarmHigh GreaterThanThreshold 60 3
	// TargetTracking-cpu-AlarmLow LessThanThreshold 54 15
	// 3m0s raised from 4 to 6: CPUUtilization 83 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 83 / 60) = 6
	// 4m0s stays at 6: CPUUtilization 62 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 62 / 60) = 5, but in the scale-out cooldown, which computes from where it began
	// 30m0s lowered from 6 to 2: CPUUtilization 12 is below 54 for 15 of 15 datapoints of 1m; ceil(6 × 12 / 60) = 2
}

// The last weekday of each month, at nine.
func ExampleParseSchedule() {
	schedule, err := scaling.ParseSchedule("cron(0 9 LW * ? *)", time.UTC)
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	for range 3 {
		at, _ = schedule.Next(at)
		fmt.Println(at.Format("Mon 2 Jan 2006 15:04"))
	}

	_, err = scaling.ParseSchedule("cron(0 9 * * MON *)", time.UTC)
	fmt.Println(err)
	// Output:
	// Fri 30 Jan 2026 09:00
	// Fri 27 Feb 2026 09:00
	// Tue 31 Mar 2026 09:00
	// character 14: day-of-week: expected "?", because day-of-month is given: exactly one of the two is "?"
}

// Yesterday's load is what is expected of today.
func ExamplePredictive_Forecast() {
	history := make([]float64, 24) // percent of CPU times tasks, each hour
	for hour := range history {
		history[hour] = 120
	}
	history[9] = 600
	forecast, err := scaling.NewPredictive("ahead", 50).Forecast(24*sim.Hour, history)
	if err != nil {
		panic(err)
	}
	fmt.Println(forecast.Capacity[8:11])
	// Output:
	// [3 12 3]
}
