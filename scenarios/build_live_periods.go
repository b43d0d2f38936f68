package scenarios

import (
	"berth/sim"
	"berth/sim/load"
)

// plan has the next period of a service ended, not when it is over but together
// with those after it: as late as its datapoint may come. Nobody sees that earlier,
// and what is at hand then is at hand for all of them.
func (l *live) plan(v *liveService, now sim.Time) {
	v.due = v.station.Due(now)
	if v.each {
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
	period := v.station.Period
	return (v.delay() - 1) / period * period
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
		p := &l.ended
		v.station.EndPeriod(end, p)
		l.tell(v, p, end)
		e := v.note(p, end)
		if end <= l.kernel.Now() { // not at the end of the run
			l.publish(v, p, e)
		}
		if v.each {
			v.due = end + v.station.Period
		} else {
			v.due = v.station.Due(end)
		}
	}
	l.put(v)
}

// publish makes the datapoints of a period, to be put together with those of the
// others that are over.
func (l *live) publish(v *liveService, p *load.Period, e *ended) {
	steady := p.Steady && !v.each
	if steady {
		l.put(v)
	}
	for i := range v.series {
		m := &v.series[i]
		if m.period != v.station.Period {
			l.gather(m, p, e.end)
			continue
		}
		s := m.kind.of(p)
		if steady {
			l.watch.PutSteady(m.metric, p.Start, s)
		} else {
			for len(l.points) <= i {
				l.points = append(l.points, nil)
			}
			l.points[i] = append(l.points[i], s)
		}
		for j := range v.followed {
			if f := &v.followed[j]; f.series == i && s.Count > 0 {
				n := int32(f.tasks(p, s.Average()))
				e.least, e.most = min(e.least, n), max(e.most, n)
			}
		}
	}
	if l.unput.n == 0 {
		l.unput.first, l.unput.start = v.periods-1, p.Start
	}
	switch l.unput.n++; {
	case steady:
		l.attendAll(v)
	case v.times, l.unput.n == len(v.past): // response times are the station's, until its next period
		l.put(v)
	}
}

// put puts the datapoints that publish has made, and attends to them.
func (l *live) put(v *liveService) {
	if l.unput.n == 0 {
		return
	}
	for i := range v.series {
		if m := &v.series[i]; m.period == v.station.Period {
			l.watch.PutEach(m.metric, l.unput.start, l.points[i])
			l.points[i] = l.points[i][:0]
		}
	}
	l.attendAll(v)
}
