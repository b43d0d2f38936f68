package scenarios

import (
	"math"
	"strings"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/load"
)

// published is a metric that is published of each service with a load.
type published uint8

// The metrics that there are.
const (
	cpuUtilization published = iota
	memoryUtilization
	requestCountPerTarget
	requestCount
	targetResponseTime
	backlog
	backlogPerTask
	runningTaskCount
)

// loadBalancing is the namespace of the metrics of a service's load balancer.
const loadBalancing = "AWS/ApplicationELB"

// metricsOf are the metrics that are published of a service. Those of no namespace
// of AWS are berth's own: a user of AWS publishes such figures himself.
//
// Source: Amazon ECS developer guide, "Amazon ECS CloudWatch metrics" and "Amazon ECS
// Container Insights metrics"; Elastic Load Balancing, Application Load Balancers,
// "CloudWatch metrics".
var metricsOf = [...]struct {
	name, namespace string
	fine            bool // datapoints of 20 s too
	percent         bool // of what is reserved
}{
	cpuUtilization:        {"CPUUtilization", "AWS/ECS", true, true},
	memoryUtilization:     {"MemoryUtilization", "AWS/ECS", true, true},
	requestCountPerTarget: {"RequestCountPerTarget", loadBalancing, false, false},
	requestCount:          {"RequestCount", loadBalancing, false, false},
	targetResponseTime:    {"TargetResponseTime", loadBalancing, false, false},
	backlog:               {"Backlog", "Berth", false, false},
	backlogPerTask:        {"BacklogPerTask", "Berth", false, false},
	runningTaskCount:      {"RunningTaskCount", "ECS/ContainerInsights", false, false},
}

// publishedMetric looks a metric up by its name.
func publishedMetric(name string) (published, bool) {
	for i := range metricsOf {
		if metricsOf[i].name == name {
			return published(i), true
		}
	}
	return 0, false
}

// publishedNames returns the names of all metrics in a sentence.
func publishedNames() string {
	var names []string
	for _, m := range metricsOf {
		names = append(names, m.name)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// each reports whether the datapoints of a metric may differ though nothing else
// does: requests that nobody serves pile up.
func (m published) each() bool { return m == backlog || m == backlogPerTask }

// of returns the datapoint of a period.
func (m published) of(p *load.Period) cloudwatch.Statistics {
	switch m {
	case cpuUtilization:
		return p.CPUUtilization()
	case memoryUtilization:
		return p.MemoryUtilization()
	case requestCountPerTarget:
		return p.RequestCountPerTarget()
	case requestCount:
		return p.RequestCount()
	case targetResponseTime:
		return p.TargetResponseTime()
	case backlog:
		return cloudwatch.Sample(p.Backlog.Float())
	case runningTaskCount:
		return cloudwatch.Sample(p.Tasks)
	}
	if p.Tasks == 0 {
		return cloudwatch.Statistics{}
	}
	return cloudwatch.Sample(p.Backlog.Float() / p.Tasks)
}

// series is a metric of a service and where its datapoints come from.
type series struct {
	metric cloudwatch.MetricID
	kind   published
	period sim.Time
	// of a minute that the periods of a shorter station make up
	gathered cloudwatch.Statistics
	weight   float64
	times    cloudwatch.Sketch
}

// gather adds a period to the longer one of a series, and publishes that when it
// is over: the mean of a utilisation, by what was reserved, the sum of requests, all
// response times, and of what waits the last.
func (l *live) gather(m *series, p *load.Period, now sim.Time) {
	if s := m.kind.of(p); s.Count > 0 {
		g := &m.gathered
		if g.Count == 0 {
			g.Min, g.Max = s.Min, s.Max
		}
		g.Min, g.Max = min(g.Min, s.Min), max(g.Max, s.Max)
		switch m.kind {
		case cpuUtilization, memoryUtilization:
			g.Count, g.Sum = 1, g.Sum+s.Average()*p.Reserved
			m.weight += p.Reserved
		case runningTaskCount:
			g.Count, g.Sum = 1, g.Sum+s.Sum
			m.weight++
		case requestCount, requestCountPerTarget:
			sum := g.Sum + s.Sum
			*g = cloudwatch.Sample(sum)
		case targetResponseTime:
			g.Count, g.Sum = g.Count+s.Count, g.Sum+s.Sum
			m.times.Merge(s.Latencies)
			g.Latencies = &m.times
		default:
			*g = s
		}
	}
	if now%m.period != 0 {
		return
	}
	if m.weight > 0 {
		m.gathered.Sum /= m.weight
	}
	l.watch.Put(m.metric, now-m.period, m.gathered)
	m.gathered, m.weight = cloudwatch.Statistics{}, 0
	m.times.Reset()
}

// ended is what decisions need of a period that has ended: how many tasks there were
// in it, on average, and how many the policies compute from its datapoints, the least
// and the most of them. Of a steady one there were as many in those after it.
type ended struct {
	end            sim.Time
	tasks, targets float64
	least, most    int32
	steady         bool
}

// For how many periods it is known, a power of two: datapoints that decide are younger.
// The fewer they are, the longer they stay in a cache.
const (
	fewEnded  = 8  // of a minute
	manyEnded = 32 // of less
)

// note takes down what decisions need of a period.
func (v *liveService) note(p *load.Period, end sim.Time) *ended {
	e := v.nth(v.periods)
	v.periods++
	*e = ended{end: end, tasks: p.Tasks, targets: p.Targets, steady: p.Steady, least: math.MaxInt32}
	return e
}

// nth returns what is known of a period, by its number. It must be one of the newest.
func (v *liveService) nth(i int) *ended { return &v.past[i&(len(v.past)-1)] }

// oldest returns the number of the oldest period of which something is known.
func (v *liveService) oldest() int { return max(0, v.periods-len(v.past)) }

// ranIn returns how many tasks there were between two instants, on average, and how
// many of them served; false where that is not known.
func (v *liveService) ranIn(from, to sim.Time) (tasks, targets float64, ok bool) {
	n := 0
	for i := v.periods - 1; i >= v.oldest(); i-- {
		r := v.nth(i)
		if r.end > to {
			continue
		}
		if r.end <= from {
			if r.steady && n == 0 {
				return r.tasks, r.targets, true
			}
			break
		}
		tasks += r.tasks
		targets += r.targets
		n++
		if r.steady {
			break
		}
	}
	if n == 0 {
		return 0, 0, false
	}
	return tasks / float64(n), targets / float64(n), true
}
