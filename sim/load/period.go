package load

import (
	"berth/sim"
	"berth/sim/cloudwatch"
)

// Period is what a service went through in one period: what its datapoints are
// made of.
type Period struct {
	Start sim.Time
	Counts
	// Steady says that the periods to come are like this one until the one that
	// ends when [Station.Due] says, or to the next [Station.Resize]; but for a
	// thousandth of a request, and for the backlog where there is no task.
	Steady bool
	// PerTarget is how many requests came for each serving task. Those that came
	// while there was none are left out.
	PerTarget float64
	Used      float64 // CPU, in vCPU seconds
	Reserved  float64 // CPU of the running tasks, in vCPU seconds
	// Tasks and Targets are how many tasks ran, and how many requests were sent to,
	// on average over the period.
	Tasks, Targets float64
	// CPUMin and CPUMax are the least and the largest part of the reserved CPU
	// that was used at an instant. Above 1 only where tasks burst.
	CPUMin, CPUMax float64
	Memory         float64 // part of the reserved memory in use
	// Latencies are the response times of the requests served, in thousandths
	// of a request, with [Setup.PerPeriod]; else nil, see [Station.Gathered].
	// They belong to the station and are good until its next call.
	Latencies *cloudwatch.Sketch
}

// open is a period that goes on: its counts, the requests per target, and how much CPU
// is used.
type open struct {
	Period
	serving, running sim.Time // tasks × time
	beyond           float64  // CPU reserved beyond that of the setup × seconds
}

// openPeriod begins a period.
func (s *Station) openPeriod(start sim.Time) {
	if s.PerPeriod && s.ofPeriod.Count() > 0 {
		s.ofPeriod.Reset()
	}
	s.start, s.brief, s.unended = start, false, 0
	s.period = open{}
	s.period.BacklogStart, s.period.Backlog = s.total.Backlog, s.total.Backlog
}

// periodEnd returns the end of the period in which an instant lies. In the present one
// and the next, that takes no division.
func (s *Station) periodEnd(at sim.Time) sim.Time {
	length := s.Setup.Period
	if since := at - s.start; since >= 0 && since < 2*length {
		if since < length {
			return s.start + length
		}
		return s.start + 2*length
	}
	return at - at%length + length
}

// reserve adds what the running tasks reserve and use over a part of a segment.
func (p *open) reserve(s *Station, from, to sim.Time) {
	if s.size.Running == 0 {
		return
	}
	g := &s.segment
	first, last := s.capacity, s.capacity
	if g.mode == idle {
		first = min(first, max(0, g.rate+float64(g.slope*seconds(from-g.from))))
		last = min(last, max(0, g.rate+float64(g.slope*seconds(to-g.from))))
	}
	perRequest := s.perRequest()
	first, last = first*perRequest, last*perRequest
	if p.running == 0 {
		p.CPUMin, p.CPUMax = first, first
	}
	p.CPUMin, p.CPUMax = min(p.CPUMin, first, last), max(p.CPUMax, first, last)
	p.running += sim.Time(s.size.Running) * (to - from)
	p.serving += sim.Time(s.size.Serving) * (to - from)
	if s.size.Reserved != 0 {
		p.beyond += float64(s.size.Reserved) * seconds(to-from)
	}
}

// targets adds requests that came for the serving tasks. Those that fail requests
// get as many each.
func (p *open) targets(size Size, offered Requests) {
	if size.Serving > 0 {
		p.PerTarget += offered.Float() / float64(size.Serving)
	}
}

// CPUUtilization returns the datapoint of the metric of that name in percent; no
// datapoint if no task ran.
//
// Source: Amazon ECS developer guide, "Amazon ECS CloudWatch metrics": CPU units
// used by the tasks of the service over those reserved in its task definition
// times the number of its tasks.
func (p *Period) CPUUtilization() cloudwatch.Statistics {
	if p.Reserved == 0 {
		return cloudwatch.Statistics{}
	}
	// Requests and time are rounded, each for itself.
	average := min(max(p.Used/p.Reserved, p.CPUMin), p.CPUMax)
	return cloudwatch.Statistics{Count: 1, Sum: 100 * average, Min: 100 * p.CPUMin, Max: 100 * p.CPUMax}
}

// MemoryUtilization returns the datapoint of the metric of that name in percent;
// no datapoint if no task ran.
func (p *Period) MemoryUtilization() cloudwatch.Statistics {
	if p.Reserved == 0 {
		return cloudwatch.Statistics{}
	}
	return cloudwatch.Sample(100 * p.Memory)
}

// RequestCount returns the datapoint of the load balancer's metric of that name.
func (p *Period) RequestCount() cloudwatch.Statistics { return cloudwatch.Sample(p.Offered.Float()) }

// RequestCountPerTarget returns the datapoint of the target group's metric of
// that name; no datapoint if there was no target.
//
// Source: Elastic Load Balancing, Application Load Balancers, "CloudWatch
// metrics": the average number of requests received by each target.
func (p *Period) RequestCountPerTarget() cloudwatch.Statistics {
	if p.Targets == 0 {
		return cloudwatch.Statistics{}
	}
	return cloudwatch.Sample(p.PerTarget)
}

// TargetResponseTime returns the datapoint of the target group's metric of that
// name in seconds, with its percentiles; no datapoint if nothing was served, nor
// without [Period.Latencies].
func (p *Period) TargetResponseTime() cloudwatch.Statistics {
	if p.Latencies == nil {
		return cloudwatch.Statistics{}
	}
	t := p.Latencies.Statistics()
	if t.Count > 0 {
		t.Sum /= float64(Request)
		t.Count = max(1, (t.Count+int64(Request)/2)/int64(Request))
	}
	return t
}
