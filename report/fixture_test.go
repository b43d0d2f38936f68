package report

import (
	"fmt"
	"math"

	"berth/sim"
)

// pointer is for figures that may be missing.
func pointer[T any](v T) *T { return &v }

// small is a report of two variants that fits on a screen.
func small() Report {
	ec2 := Summary{
		Schema: Schema, Version: "test", Scenario: "shop", Variant: "ec2", Seed: 1, Complete: true,
		Start: "2026-03-02T00:00:00Z", End: "2026-03-03T00:00:00Z", SimulatedSeconds: 86400,
		Tasks: Tasks{
			Submitted: 1000, Completed: 990, Rejected: 4, Running: 4, Pending: 2, OldestPendingSeconds: 300,
			PendingSeconds: Waiting{Mean: 12.25, P50: 0, P90: 30, P99: 130, Max: 300},
		},
		Instances:   Instances{RunningAtStart: 2, Launched: 3, Terminated: 1, RunningAtEnd: 4, Peak: 4, Mean: 3.25, Hours: 78},
		Utilisation: Utilisation{CPUReserved: pointer(0.61), MemoryReserved: pointer(0.48)},
		Cost: Cost{
			Total: 7.5, Idle: 2.5, Unattributed: 0,
			ByComponent:        Components{EC2OnDemand: 7.0, EBS: 0.5},
			ByCapacityProvider: map[string]float64{"general": 7.5},
			ByService:          map[string]float64{},
			ByJob:              map[string]float64{"web": 4, "etl": 1},
		},
		Jobs: map[string]Job{
			"web": {Submitted: 900, Completed: 895, Attempts: 900, Rejected: 1, PendingSeconds: Waiting{Mean: 10, P50: 0, P90: 20, P99: 100, Max: 200}, MakespanSeconds: 86400},
			"etl": {Submitted: 100, Completed: 95, Attempts: 100, Rejected: 3, PendingSeconds: Waiting{Mean: 30, P50: 5, P90: 60, P99: 200, Max: 300}, MakespanSeconds: 7200},
		},
		Bounds:       Bounds{InstancesLowerBound: pointer(int64(3)), CostLowerBound: pointer(3.0), Kind: "volume"},
		Fragments:    Fragmentation{UnusableFreeCPU: pointer(0.12), UnusableFreeMemory: pointer(0.31), MedianCPU: 512, MedianMemoryMiB: 1024},
		Expectations: []Expectation{{Metric: "cost.total", Max: pointer(7.0), Value: pointer(7.5)}, {Metric: "tasks.completed", Min: pointer(900.0), Value: pointer(990.0), Holds: true}},
		Notes:        []string{"prices older than 18 months: m6i.large", "not modelled: image pulls", "not modelled: logConfiguration"},
	}
	fargate := ec2
	fargate.Variant = "fargate"
	fargate.Tasks = Tasks{Submitted: 1000, Completed: 996, Running: 4, RoundedUp: 100, PendingSeconds: Waiting{Mean: 35, P50: 35, P90: 35, P99: 35, Max: 35}}
	fargate.Instances = Instances{}
	fargate.Utilisation = Utilisation{FargateCPUUsed: pointer(0.7)}
	fargate.Cost = Cost{
		Total: 9, RoundingWaste: 0.25,
		ByComponent:        Components{FargateCPU: 7, FargateMemory: 2},
		ByCapacityProvider: map[string]float64{"FARGATE": 9},
		ByJob:              map[string]float64{"web": 7, "etl": 2},
	}
	fargate.Bounds = Bounds{Kind: "volume"}
	fargate.Fragments = Fragmentation{}
	fargate.Expectations = []Expectation{{Metric: "cost.total", Max: pointer(7.0), Value: pointer(9.0)}}
	fargate.Notes = []string{"not modelled: image pulls"}

	nan := math.NaN()
	return Report{Results: []Result{
		{
			Summary: ec2,
			Series: Series{Width: 6 * sim.Hour, End: 22 * sim.Hour, Columns: []Column{
				{Name: "tasks.running", Unit: "tasks", Values: []float64{3, 5.5, 8, 4}},
				{Name: "utilisation.cpuReserved", Unit: "share", Values: []float64{nan, 0.5, 0.75, 0.625}},
				{Name: "cost.perHour", Unit: "USD/h", Values: []float64{0.25, 0.25, 0.5, 0.25}},
			}},
			Heatmap:       Heatmap{Rows: []string{"general/i-0", "general/i-1"}, PerRow: 1, Width: 12 * sim.Hour, Shares: [][]float64{{0.5, 1}, {nan, 0.25}}},
			WaitingCounts: []WaitingCount{{Count: 700}, {Low: 0.5, High: 0.505, Count: 200}, {Low: 90, High: 91, Count: 94}},
			Scenario:      "name: shop\n",
			Description:   "A small shop.",
			Placement:     []string{"web: binpack(memory), ties to the instance launched first"},
			Run:           Run{Version: "test", Scenario: "shop", Variant: "ec2", StartedAt: "2026-11-21T10:00:00Z", WallSeconds: 0.5, Events: 2000, Tasks: 1000, TasksPerSec: 2000, PeakMemoryMiB: 20},
		},
		{
			Summary: fargate,
			Series: Series{Width: 6 * sim.Hour, End: 24 * sim.Hour, Columns: []Column{
				{Name: "tasks.running", Unit: "tasks", Values: []float64{3, 5, 8, 4}},
				{Name: "cost.perHour", Unit: "USD/h", Values: []float64{0.375, 0.375, 0.375, 0.375}},
			}},
			WaitingCounts: []WaitingCount{{Low: 34.9, High: 35.1, Count: 1000}},
			Scenario:      "name: shop\nvariant: fargate\n",
			Placement:     []string{"web: Fargate"},
			Run:           Run{Version: "test", Scenario: "shop", Variant: "fargate", StartedAt: "2026-11-21T10:00:01Z", WallSeconds: 0.25, Events: 2000, Tasks: 1000, TasksPerSec: 4000, PeakMemoryMiB: 24},
		},
	}}
}

// week is a report of n variants of seven days, as large as reports become.
func week(n int) Report {
	const buckets, rows, columns = 1008, 256, 168
	r := Report{Title: "Web tier and nightly batch"}
	for v := range n {
		noise := uint64(v + 1)
		random := func() float64 {
			noise = noise*6364136223846793005 + 1442695040888963407
			return float64(noise>>11) / (1 << 53)
		}
		fargate := v == 2
		s := small().Results[0].Summary
		s.Scenario = "web-and-batch"
		s.Variant = []string{"binpack", "spread", "fargate", "random", "az-spread-then-binpack"}[v%5]
		if v >= 5 {
			s.Variant += fmt.Sprint("-", v)
		}
		s.SimulatedSeconds, s.End = 7*86400, "2026-03-09T00:00:00Z"
		s.WarmupSeconds = 3600
		s.Tasks = Tasks{
			Submitted: 183_442, Completed: 182_900, Stopped: 312, Rejected: int64(v) * 7, Running: 200, Pending: 30 - int64(v)*7, OldestPendingSeconds: 840,
			PendingSeconds: Waiting{Mean: 21.7 * float64(v+1), P50: 0.4, P90: 45 * float64(v+1), P99: 312 * float64(v+1), Max: 2912},
		}
		s.Instances = Instances{RunningAtStart: 120, Launched: 340, Terminated: 260, RunningAtEnd: 200, Peak: 256, Mean: 181.3 + 9*float64(v), Hours: (181.3 + 9*float64(v)) * 167}
		s.Utilisation = Utilisation{CPUReserved: pointer(0.74 - 0.06*float64(v)), MemoryReserved: pointer(0.66 - 0.07*float64(v)), CPUUsed: pointer(0.41)}
		total := 4_812.33 * (1 + 0.09*float64(v))
		s.Cost = Cost{
			Total: total, Idle: total * (0.22 + 0.05*float64(v)),
			ByComponent:        Components{EC2OnDemand: total * 0.8, EC2Spot: total * 0.08, EBS: total * 0.09, PublicIPv4: total * 0.03},
			ByCapacityProvider: map[string]float64{"general": total * 0.7, "memory": total * 0.3},
			ByJob:              map[string]float64{"web": total * 0.4, "nightly-etl": total * 0.25, "reports": total * 0.08},
		}
		s.Jobs = map[string]Job{"web": s.Jobs["web"], "nightly-etl": s.Jobs["etl"], "reports": s.Jobs["etl"]}
		s.Fragments.UnusableFreeCPU = pointer(0.08 + 0.15*float64(v))
		s.Fragments.UnusableFreeMemory = pointer(0.11 + 0.12*float64(v))
		s.Bounds = Bounds{InstancesLowerBound: pointer(int64(141)), CostLowerBound: pointer(2_911.0), Kind: "volume: instances by the busiest moment of each resource"}
		if fargate {
			s.Utilisation, s.Instances, s.Fragments = Utilisation{}, Instances{}, Fragmentation{}
			s.Cost.Idle, s.Cost.RoundingWaste = 0, total*0.06
			s.Cost.ByComponent = Components{FargateCPU: total * 0.76, FargateMemory: total * 0.24}
			s.Cost.ByCapacityProvider = map[string]float64{"FARGATE": total}
			s.Tasks.PendingSeconds = Waiting{Mean: 36, P50: 35, P90: 41, P99: 55, Max: 70}
			s.Bounds.InstancesLowerBound = nil
		}
		result := Result{Summary: s, Description: "A web tier under a daily rhythm and a nightly batch on one cluster, placed by different strategies.", Scenario: "name: web-and-batch\nregion: us-east-1\n# " + s.Variant + "\njobs:\n  - name: web\n    task: {cpu: 512, memory: 1024}\n", Placement: []string{"web: " + s.Variant + ", ties to the instance launched first"}}
		width := 7 * sim.Day / buckets
		column := func(name, unit string, value func(day float64) float64) {
			c := Column{Name: name, Unit: unit}
			for i := range buckets {
				c.Values = append(c.Values, value(7*float64(i)/buckets))
			}
			result.Series.Columns = append(result.Series.Columns, c)
		}
		wave := func(day float64) float64 { return 0.5 - 0.5*math.Cos(2*math.Pi*(day-0.2)) }
		result.Series.Width, result.Series.End = width, 7*sim.Day
		column("tasks.running", "tasks", func(d float64) float64 { return 300 + 900*wave(d) + 60*random() })
		column("tasks.pending", "tasks", func(d float64) float64 { return math.Max(0, 80*(wave(d)-0.9)*float64(v+2)+10*random()-6) })
		if !fargate {
			column("instances.running", "instances", func(d float64) float64 { return math.Round(120 + 120*wave(d) + 4*float64(v)) })
			column("utilisation.cpuReserved", "share", func(d float64) float64 { return 0.55 + 0.3*wave(d) - 0.05*float64(v) + 0.03*random() })
			column("utilisation.memoryReserved", "share", func(d float64) float64 { return 0.5 + 0.25*wave(d) - 0.05*float64(v) + 0.03*random() })
		}
		column("cost.perHour", "USD/h", func(d float64) float64 { return 15 + 20*wave(d) + 2*float64(v) })
		if !fargate {
			h := &result.Heatmap
			h.PerRow, h.Width = 1, 7*sim.Day/columns
			for y := range rows {
				h.Rows = append(h.Rows, fmt.Sprintf("general/i-%d", y))
				row := make([]float64, columns)
				for x := range columns {
					d := 7 * float64(x) / columns
					busy := (120 + 136*wave(d)) / rows
					switch at := float64(y) / rows; {
					case at > busy:
						row[x] = math.NaN()
					case v == 0:
						row[x] = math.Min(1, math.Max(0.05, 1.1-math.Max(0, at-busy+0.3)*2.5))
					default:
						row[x] = math.Min(1, 0.55+0.3*wave(d)-0.05*float64(v)+0.2*random()-0.1)
					}
				}
				h.Shares = append(h.Shares, row)
			}
		}
		at := 0.0
		for i := range 400 {
			result.WaitingCounts = append(result.WaitingCounts, WaitingCount{Low: at, High: at * 1.02, Count: int64(90000 / (1 + i*i/20))})
			if at == 0 {
				at = 0.5
			}
			at *= 1.02 + 0.002*float64(v)
		}
		r.Results = append(r.Results, result)
	}
	return r
}
