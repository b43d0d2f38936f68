package report

import (
	"math"
	"strconv"
)

// metric is a number of the summary by which runs are compared.
type metric struct {
	path   string // in the summary
	title  string
	short  string // for narrow columns
	format func(float64) string
	value  func(*Summary) (float64, bool)
	// quiet figures are only shown when one of the runs has more than zero.
	quiet bool
	// absolute figures are shares: their differences are told in percentage
	// points, since a percentage of a percentage misleads.
	absolute bool
	// detail figures are left to the page where a text would grow too long.
	detail bool
}

// metrics are all by which runs are compared, in the order in which they are
// shown.
var metrics = []metric{
	{path: "cost.total", title: "Cost", short: "cost", format: money, value: func(s *Summary) (float64, bool) { return s.Cost.Total, true }},
	{path: "cost.idle", title: "Cost held by no task", short: "idle", format: money, value: func(s *Summary) (float64, bool) { return s.Cost.Idle, true }, quiet: true},
	{path: "cost.lostWork", title: "Cost of work that was lost", short: "lost work", format: money, value: func(s *Summary) (float64, bool) { return s.Cost.LostWork, true }, quiet: true},
	{path: "spot.cost", title: "Cost of Spot instances", short: "Spot", format: money, value: ofSpot(func(p *Spot) float64 { return p.Cost }), detail: true},
	{path: "spot.savingsAgainstOnDemand", title: "Saved by Spot against the same hours on demand", short: "saved", format: money, value: ofSpot(func(p *Spot) float64 { return p.SavingsAgainstOnDemand })},
	{path: "spot.savingsFraction", title: "Saved by Spot, share of the same hours on demand", short: "saved", format: percent, value: optional(func(s *Summary) *float64 { return s.Spot.SavingsFraction }), absolute: true, detail: true},
	{path: "spot.hoursFraction", title: "Spot part of the hours of EC2 instances", short: "Spot hours", format: percent, value: optional(func(s *Summary) *float64 { return s.Spot.HoursFraction }), quiet: true, absolute: true, detail: true},
	{path: "cost.roundingWaste", title: "Cost of rounding up to Fargate sizes", short: "rounding", format: money, value: func(s *Summary) (float64, bool) { return s.Cost.RoundingWaste, true }, quiet: true, detail: true},
	{path: "utilisation.cpuReserved", title: "CPU reserved", short: "CPU", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.CPUReserved }), absolute: true},
	{path: "utilisation.memoryReserved", title: "Memory reserved", short: "memory", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.MemoryReserved }), absolute: true},
	{path: "utilisation.gpuReserved", title: "GPU reserved", short: "GPU", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.GPUReserved }), absolute: true},
	{path: "utilisation.cpuUsed", title: "CPU used", short: "CPU used", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.CPUUsed }), absolute: true},
	{path: "utilisation.memoryUsed", title: "Memory used", short: "mem. used", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.MemoryUsed }), absolute: true},
	{path: "utilisation.fargateCpuUsed", title: "Fargate CPU used", short: "F. CPU used", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.FargateCPUUsed }), absolute: true},
	{path: "utilisation.fargateMemoryUsed", title: "Fargate memory used", short: "F. mem. used", format: percent, value: optional(func(s *Summary) *float64 { return s.Utilisation.FargateMemoryUsed }), absolute: true},
	{path: "services.*.unservedFraction", title: "Requests lost or waiting at the end", short: "unserved", format: percent, value: ofLoad(func(l loadFigures) (float64, bool) { return l.unserved, true }), absolute: true},
	{path: "services.*.latencySeconds.p99", title: "Response time, 99 % at most, slowest service", short: "resp. p99", format: span, value: ofLoad(func(l loadFigures) (float64, bool) { return l.slowest, l.served > 0 })},
	{path: "services.*.costPerMillionRequests", title: "Cost per million requests served", short: "per million", format: money, value: ofLoad(func(l loadFigures) (float64, bool) { return l.cost / l.served * 1e6, l.served > 0 })},
	{path: "tasks.pendingSeconds.mean", title: "Waiting, mean", short: "wait mean", format: span, value: func(s *Summary) (float64, bool) { return s.Tasks.PendingSeconds.Mean, true }},
	{path: "tasks.pendingSeconds.p50", title: "Waiting, median", short: "wait p50", format: span, value: func(s *Summary) (float64, bool) { return s.Tasks.PendingSeconds.P50, true }, detail: true},
	{path: "tasks.pendingSeconds.p90", title: "Waiting, 90 % at most", short: "wait p90", format: span, value: func(s *Summary) (float64, bool) { return s.Tasks.PendingSeconds.P90, true }, detail: true},
	{path: "tasks.pendingSeconds.p99", title: "Waiting, 99 % at most", short: "wait p99", format: span, value: func(s *Summary) (float64, bool) { return s.Tasks.PendingSeconds.P99, true }},
	{path: "tasks.pendingSeconds.max", title: "Waiting, longest", short: "wait max", format: span, value: func(s *Summary) (float64, bool) { return s.Tasks.PendingSeconds.Max, true }, detail: true},
	{path: "tasks.completed", title: "Tasks completed", short: "completed", format: number, value: whole(func(s *Summary) int64 { return s.Tasks.Completed })},
	{path: "tasks.rejected", title: "Tasks rejected", short: "rejected", format: number, value: whole(func(s *Summary) int64 { return s.Tasks.Rejected }), quiet: true},
	{path: "tasks.failed", title: "Tasks failed", short: "failed", format: number, value: whole(func(s *Summary) int64 { return s.Tasks.Failed }), quiet: true},
	{path: "tasks.interrupted", title: "Tasks interrupted", short: "interrupted", format: number, value: whole(func(s *Summary) int64 { return s.Tasks.Interrupted }), quiet: true},
	{path: "tasks.pending", title: "Tasks still waiting at the end", short: "never started", format: number, value: whole(func(s *Summary) int64 { return s.Tasks.Pending }), quiet: true},
	{path: "instances.peak", title: "Instances, most at once", short: "instances", format: number, value: whole(func(s *Summary) int64 { return s.Instances.Peak }), quiet: true},
	{path: "instances.occupiedPeak", title: "Instances with tasks, most at once", short: "in use", format: number, value: whole(func(s *Summary) int64 { return s.Instances.OccupiedPeak }), quiet: true},
	{path: "instances.mean", title: "Instances, mean", short: "inst. mean", format: number, value: func(s *Summary) (float64, bool) { return s.Instances.Mean, true }, quiet: true, detail: true},
	{path: "instances.hours", title: "Instance-hours", short: "inst. hours", format: number, value: func(s *Summary) (float64, bool) { return s.Instances.Hours, true }, quiet: true},
	{path: "instances.interrupted", title: "Instances lost", short: "inst. lost", format: number, value: whole(func(s *Summary) int64 { return s.Instances.Interrupted }), quiet: true},
	{path: "spot.interruptions", title: "Spot instances reclaimed by EC2", short: "reclaimed", format: number, value: whole(func(s *Summary) int64 { return s.Spot.Interruptions }), quiet: true, detail: true},
	{path: "fragmentation.unusableFreeCpu", title: "Free CPU without room for the median task", short: "lost CPU", format: percent, value: optional(func(s *Summary) *float64 { return s.Fragments.UnusableFreeCPU }), absolute: true, detail: true},
	{path: "fragmentation.unusableFreeMemory", title: "Free memory without room for the median task", short: "lost memory", format: percent, value: optional(func(s *Summary) *float64 { return s.Fragments.UnusableFreeMemory }), absolute: true, detail: true},
}

// loadFigures are the figures of all services under load of a run together.
type loadFigures struct {
	requests float64
	of       float64 // requests, and those that waited at the start
	unserved float64 // share of these
	served   float64
	slowest  float64 // p99 of the response time of the service where it is most
	cost     float64 // of their tasks
}

func loadOf(s *Summary) loadFigures {
	var l loadFigures
	for _, name := range sortedKeys(s.Services) {
		v := s.Services[name]
		if !v.underLoad() {
			continue
		}
		l.requests += v.Requests
		l.of += v.Requests + v.BacklogStart
		l.unserved += v.Lost + v.BacklogEnd
		l.served += v.Served
		l.slowest = max(l.slowest, v.LatencySeconds.P99)
		l.cost += s.Cost.ByService[name]
	}
	if l.of > 0 {
		l.unserved /= l.of
	}
	return l
}

// ofLoad gives a figure of the services under load; without any there is none.
func ofLoad(get func(loadFigures) (float64, bool)) func(*Summary) (float64, bool) {
	return func(s *Summary) (float64, bool) {
		l := loadOf(s)
		if l.of == 0 {
			return 0, false
		}
		return get(l)
	}
}

func optional(get func(*Summary) *float64) func(*Summary) (float64, bool) {
	return func(s *Summary) (float64, bool) {
		if v := get(s); v != nil {
			return *v, true
		}
		return 0, false
	}
}

// ofSpot gives a figure of the Spot instances of a run; without any there is none.
func ofSpot(get func(*Spot) float64) func(*Summary) (float64, bool) {
	return func(s *Summary) (float64, bool) { return get(&s.Spot), s.Spot.InstanceHours > 0 }
}

func whole(get func(*Summary) int64) func(*Summary) (float64, bool) {
	return func(s *Summary) (float64, bool) { return float64(get(s)), true }
}

// tells reports whether a figure says anything about one of the runs.
func (m metric) tells(summaries []Summary) bool {
	for i := range summaries {
		if v, ok := m.value(&summaries[i]); ok && (!m.quiet || v != 0) {
			return true
		}
	}
	return false
}

// text formats the figure of one run.
func (m metric) text(s *Summary) string {
	if v, ok := m.value(s); ok {
		return m.format(v)
	}
	return none
}

// difference formats how the figure of a run differs from that of the first.
func (m metric) difference(first, s *Summary) string {
	a, okA := m.value(first)
	b, okB := m.value(s)
	switch {
	case !okA || !okB:
		return none
	case m.absolute:
		return points(b - a)
	}
	return change(a, b)
}

// points formats a difference of shares in percentage points.
func points(x float64) string {
	s := "+"
	if x < 0 {
		s = "−"
	}
	switch abs := math.Abs(x); {
	case !finite(x):
		return none
	case abs < negligible:
		return "±0 points"
	case abs < 0.0005:
		return s + little(abs) + " points"
	default:
		return s + strconv.FormatFloat(abs*100, 'f', 1, 64) + " points"
	}
}

// component is a line of the bill.
type component struct {
	title string
	value func(*Components) float64
}

var components = []component{
	{"EC2 on demand", func(c *Components) float64 { return c.EC2OnDemand }},
	{"EC2 Spot", func(c *Components) float64 { return c.EC2Spot }},
	{"Fargate vCPU", func(c *Components) float64 { return c.FargateCPU }},
	{"Fargate memory", func(c *Components) float64 { return c.FargateMemory }},
	{"Fargate Spot vCPU", func(c *Components) float64 { return c.FargateSpotCPU }},
	{"Fargate Spot memory", func(c *Components) float64 { return c.FargateSpotMemory }},
	{"Fargate storage", func(c *Components) float64 { return c.FargateStorage }},
	{"Machines of one's own", func(c *Components) float64 { return c.External }},
	{"EBS volumes", func(c *Components) float64 { return c.EBS }},
	{"Public IPv4 addresses", func(c *Components) float64 { return c.PublicIPv4 }},
}

func summariesOf(results []Result) []Summary {
	summaries := make([]Summary, len(results))
	for i, r := range results {
		summaries[i] = r.Summary
	}
	return summaries
}

// cheapest returns the place of the run that cost least among the complete
// ones, or -1 where there is nothing to choose: fewer than two, or all cost the
// same. Of several that cost least it is the first.
func cheapest(summaries []Summary) int {
	best, compared, differ := -1, 0, false
	for i, s := range summaries {
		if !s.Complete {
			continue
		}
		compared++
		switch {
		case best < 0:
			best = i
		case s.Cost.Total < summaries[best].Cost.Total:
			best, differ = i, true
		case s.Cost.Total > summaries[best].Cost.Total:
			differ = true
		}
	}
	if compared < 2 || !differ {
		return -1
	}
	return best
}
