package scenarios

import (
	"math"

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
		p := v.station.EndPeriod(end)
		l.tell(v, p, end)
		if end <= l.kernel.Now() { // not at the end of the run
			l.publish(v, p, end)
		}
		v.note(p, end)
		if v.each {
			v.due = end + v.station.Period
		} else {
			v.due = v.station.Due(end)
		}
	}
}

// publish puts the datapoints of a period.
func (l *live) publish(v *liveService, p *load.Period, end sim.Time) {
	w := wanted{end: end, least: math.MaxInt}
	for i := range v.series {
		m := &v.series[i]
		if m.period != v.station.Period {
			l.gather(m, p, end)
			continue
		}
		s := m.kind.of(p)
		if p.Steady && !v.each {
			l.watch.PutSteady(m.metric, p.Start, s)
		} else {
			l.watch.Put(m.metric, p.Start, s)
		}
		for j := range v.followed {
			if f := &v.followed[j]; f.series == i && s.Count > 0 {
				n := f.tasks(p, s.Average())
				w.least, w.most = min(w.least, n), max(w.most, n)
			}
		}
	}
	if w.least > w.most {
		return // nothing is followed, or there are no datapoints
	}
	v.wanted[v.wants%mostWanted] = w
	v.wants++
	l.attend(v, &w)
}
