package workloads_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"berth/internal/zones"
	"berth/sim"
	"berth/workloads"
)

// A shop with a daily rhythm, quiet Sundays and a sale.
func ExampleProfile() {
	zone, err := zones.Load("America/New_York")
	if err != nil {
		log.Fatal(err)
	}
	profile := workloads.Profile{
		Base: 200, Zone: zone,
		Daily:  workloads.Daily{Amplitude: 0.7, Peak: 14 * sim.Hour},
		Weekly: map[time.Weekday]float64{time.Sunday: 0.5},
		Spikes: []workloads.Spike{{At: 37 * sim.Hour, Rise: 10 * sim.Minute, Hold: sim.Hour, Fall: 10 * sim.Minute, Factor: 2}},
	}
	load, err := profile.Load(time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC), 1, "load/shop")
	if err != nil {
		log.Fatal(err)
	}
	for _, hour := range []sim.Time{2, 14, 26, 38} {
		rate, _, _ := load.Rate(hour * sim.Hour)
		fmt.Printf("%v: %.0f requests per second\n", hour*sim.Hour, rate)
	}
	fmt.Printf("on the first day: %.0f requests\n", workloads.Requests(load, 0, sim.Day))
	// Output:
	// 2h0m0s: 30 requests per second
	// 14h0m0s: 170 requests per second
	// 26h0m0s: 60 requests per second
	// 38h0m0s: 680 requests per second
	// on the first day: 8640000 requests
}

// Two loads with the same seed and stream have the same noise.
func ExampleNoise() {
	profile := workloads.Profile{Base: 100, Noise: workloads.Noise{CV: 0.08, Correlation: 10 * sim.Minute}}
	load, err := profile.Load(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1, "load/web")
	if err != nil {
		log.Fatal(err)
	}
	for at := sim.Time(0); at < 3*sim.Minute; {
		rate, slope, until := load.Rate(at)
		fmt.Printf("at %v %.2f per second, growing by %.4f each second\n", at, rate, slope)
		at = until
	}
	// Output:
	// at 0s 103.75 per second, growing by 0.0010 each second
	// at 1m0s 103.81 per second, growing by 0.0192 each second
	// at 2m0s 104.96 per second, growing by -0.0005 each second
}

// An export of CloudWatch, one value for each five minutes, again and again.
func ExampleReadRates() {
	text := `timestamp,sum
2026-05-04T00:00:00Z,600
2026-05-04T00:05:00Z,900
2026-05-04T00:15:00Z,300
`
	options := workloads.RateOptions{Column: "sum", Period: 5 * sim.Minute, PastEnd: workloads.PastEndRepeat, Stdin: strings.NewReader(text)}
	_, err := workloads.ReadRates(workloads.RateFormats(), "cloudwatch-csv", "-", options)
	fmt.Println(err)

	options.Fill, options.Stdin = workloads.FillZero, strings.NewReader(text)
	trace, err := workloads.ReadRates(workloads.RateFormats(), "cloudwatch-csv", "-", options)
	if err != nil {
		log.Fatal(err)
	}
	load := trace.Load()
	for at := sim.Time(0); at < 30*sim.Minute; {
		rate, _, until := load.Rate(at)
		fmt.Printf("from %v: %v requests per second\n", at, rate)
		at = until
	}
	// Output:
	// standard input:4: timestamp: "2026-05-04T00:15:00Z" is 10m0s after line 3, and each value is that of a period of 5m0s; say what holds in the hole with fill: hold, zero or linear
	// from 0s: 2 requests per second
	// from 5m0s: 3 requests per second
	// from 10m0s: 0 requests per second
	// from 15m0s: 1 requests per second
	// from 20m0s: 2 requests per second
	// from 25m0s: 3 requests per second
}

// What is wrong with a profile is told all at once, by the names of a scenario.
func ExampleProfile_Validate() {
	profile := workloads.Profile{Base: 10, Noise: workloads.Noise{CV: -1}, Spikes: []workloads.Spike{{At: sim.Hour, Factor: 2}}}
	fmt.Println(profile.Validate())
	// Output:
	// noise.cv: is -1; it has to be from 0 to 100
	// spikes[0]: lasts no time; give it a rise, a hold or a fall
}
