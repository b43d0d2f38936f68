package scenarios

import (
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/load"
)

// series is a metric of a service and where its datapoints come from.
type series struct {
	metric cloudwatch.MetricID
	name   string // CPUUtilization, MemoryUtilization or RequestCountPerTarget
	period sim.Time
	// of a minute that the periods of a shorter station make up
	gathered cloudwatch.Statistics
	weight   float64
}

// of returns the datapoint of a period.
func (m *series) of(p *load.Period) cloudwatch.Statistics {
	switch m.name {
	case "CPUUtilization":
		return p.CPUUtilization()
	case "MemoryUtilization":
		return p.MemoryUtilization()
	}
	return p.RequestCountPerTarget()
}

// plan has the next period of a service ended, not when it is over but together
// with those after it: as late as its datapoint may come. Nobody sees that earlier,
// and what is at hand then is at hand for all of them.
func (l *live) plan(v *liveService, now sim.Time) {
	v.due = v.station.Due(now)
	if v.gathers() {
		v.due = now - now%v.station.Period + v.station.Period
	}
	if v.due >= v.wake-v.lag {
		return
	}
	v.wake = v.due + v.lag
	l.kernel.Schedule(v.wake, l.period, uint32(v.group), 0)
}

// lateness returns how late a datapoint may come.
func (v *liveService) lateness() sim.Time {
	period, delay := v.station.Period, cloudwatch.StandardDelay
	if period < cloudwatch.Standard {
		delay = cloudwatch.HighResolutionDelay
	}
	return (delay - 1) / period * period
}

// gathers reports whether periods of the station are gathered into minutes. Then
// every one of them is ended.
func (v *liveService) gathers() bool {
	for i := range v.series {
		if v.series[i].period != v.station.Period {
			return true
		}
	}
	return false
}

func (l *live) onPeriod(now sim.Time, slot, _ uint32) {
	v := l.of[slot]
	if v.wake != now {
		return // overtaken
	}
	v.wake = sim.Never
	l.catchUp(v, now)
	l.plan(v, now)
}

// catchUp ends the periods of a service that are over by now and publishes their
// datapoints.
func (l *live) catchUp(v *liveService, now sim.Time) {
	for v.due <= now {
		end := v.due
		p := v.station.EndPeriod(end)
		l.tell(v, &p, end)
		if end <= l.kernel.Now() { // not at the end of the run
			l.publish(v, &p, end)
		}
		if v.due = v.station.Due(end); v.gathers() {
			v.due = end + v.station.Period
		}
	}
}

// publish puts the datapoints of a period.
func (l *live) publish(v *liveService, p *load.Period, end sim.Time) {
	for i := range v.series {
		m := &v.series[i]
		switch {
		case m.period != v.station.Period:
			l.gather(m, p, end)
		case p.Steady:
			l.watch.PutSteady(m.metric, p.Start, m.of(p))
		default:
			l.watch.Put(m.metric, p.Start, m.of(p))
		}
	}
}

// gather adds a period to the longer one of a series, and publishes that when it
// is over: the mean of a utilisation, by what was reserved, and the sum of the
// requests.
func (l *live) gather(m *series, p *load.Period, now sim.Time) {
	if s := m.of(p); s.Count > 0 {
		weight, sum := p.Reserved, s.Average()*p.Reserved
		if m.name == "RequestCountPerTarget" {
			weight, sum = 1, s.Sum
		}
		g := &m.gathered
		if g.Count == 0 {
			g.Min, g.Max = s.Min, s.Max
		}
		g.Count, g.Sum, g.Min, g.Max = 1, g.Sum+sum, min(g.Min, s.Min), max(g.Max, s.Max)
		m.weight += weight
	}
	if now%m.period != 0 {
		return
	}
	s := m.gathered
	switch {
	case s.Count == 0:
	case m.name == "RequestCountPerTarget":
		s = cloudwatch.Sample(s.Sum)
	default:
		s.Sum /= m.weight
	}
	l.watch.Put(m.metric, now-m.period, s)
	m.gathered, m.weight = cloudwatch.Statistics{}, 0
}
