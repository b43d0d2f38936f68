package report

import "fmt"

// BreakEven draws what the same jobs cost on instances against how full the
// instances are, beside what they cost on Fargate, and marks where the two
// cross. It needs results of both kinds, for the same scenario; ok tells
// whether there are any.
//
// How full means the larger of the reserved shares of CPU and memory. The
// curve assumes that the same work is held by fewer or more instances of the
// same kind: the cost of a run times how full it was, divided by how full the
// instances would be.
func BreakEven(results []Result) (chart Chart, ok bool) {
	var instances, fargate []Result
	for _, r := range results {
		c := r.Summary.Cost.ByComponent
		onInstances := c.EC2OnDemand+c.EC2Spot+c.External > 0
		onFargate := c.FargateCPU+c.FargateSpotCPU > 0
		switch {
		case !r.Summary.Complete:
		case onInstances && !onFargate && fullness(r.Summary) > 0:
			instances = append(instances, r)
		case onFargate && !onInstances:
			fargate = append(fargate, r)
		}
	}
	if len(instances) == 0 || len(fargate) == 0 {
		return Chart{}, false
	}
	chart = Chart{
		Title: "From how full on are instances cheaper than Fargate?",
		Text:  "The curve is the cost of the same jobs on as many instances as make them so full; a dot is a run. Fargate costs the same however full anything is.",
		XName: "how full the instances are: reserved share of CPU or memory, the larger (%)",
		YName: "cost of the run (USD)",
	}
	curves := map[string]bool{}
	for _, r := range instances {
		full, cost := fullness(r.Summary), r.Summary.Cost.Total
		perFull := cost * full
		key := fmt.Sprintf("%.2g", perFull) // fleets of different sizes lie on one curve
		if curves[key] {
			continue
		}
		curves[key] = true
		line := ChartLine{Name: r.Summary.Variant + ", as full as the axis says"}
		for percent := 10; percent <= 100; percent += 2 {
			line.Points = append(line.Points, ChartPoint{float64(percent), perFull / (float64(percent) / 100)})
		}
		chart.Lines = append(chart.Lines, line)
		for _, f := range fargate {
			if at := perFull / f.Summary.Cost.Total; at >= 0.1 && at <= 1 {
				chart.Marks = append(chart.Marks, ChartMark{100 * at, f.Summary.Cost.Total, fmt.Sprintf("cheaper than %s from %.0f %% on", f.Summary.Variant, 100*at)})
			}
		}
	}
	runs := ChartLine{Name: "runs on instances", Dots: true}
	for _, r := range instances {
		runs.Points = append(runs.Points, ChartPoint{100 * fullness(r.Summary), r.Summary.Cost.Total})
	}
	chart.Lines = append(chart.Lines, runs)
	for _, f := range fargate {
		cost := f.Summary.Cost.Total
		chart.Lines = append(chart.Lines, ChartLine{Name: f.Summary.Variant, Points: []ChartPoint{{10, cost}, {100, cost}}})
	}
	return chart, true
}

// fullness is the larger of the reserved shares of CPU and memory.
func fullness(s Summary) float64 {
	full := 0.0
	for _, u := range []*float64{s.Utilisation.CPUReserved, s.Utilisation.MemoryReserved} {
		if u != nil {
			full = max(full, *u)
		}
	}
	return full
}
