package scenarios

import "berth/sim"

// touchedAtOnce is how many services are decided on in a row: what they need has room
// in the first cache.
const touchedAtOnce = 16

// touch reads what the ends of periods of services will need, all at once, so that
// the waits for memory overlap: with a thousand services these are four tenths of what
// a minute of one takes without that. It changes nothing.
func (l *live) touch(slots []uint32) {
	l.soon = l.soon[:0]
	for _, slot := range slots {
		l.soon = append(l.soon, l.of[slot])
	}
	for _, v := range l.soon {
		l.touched += v.due + v.traffic.until + v.traffic.from + sim.Time(len(v.series))
	}
	for _, v := range l.soon {
		l.touched += v.station.Touch()
		l.touched += v.nth(v.periods).end
		for i := range v.alarms {
			l.touched += v.alarms[i].period
		}
		for i := range v.followed {
			l.touched += sim.Time(v.followed[i].series)
		}
	}
	for _, v := range l.soon {
		for i := range v.series {
			l.touched += l.watch.Touch(v.series[i].metric)
		}
	}
	for _, v := range l.soon {
		if v.wake-v.traffic.from >= l.coarse { // it is told
			l.touched += l.recorder.TouchTraffic(v.group)
		}
	}
}

// touchDecisions reads what decisions on services will need.
func (l *live) touchDecisions(some []*liveService) {
	for _, v := range some {
		l.touched += sim.Time(v.changes) + sim.Time(v.running) + v.nth(max(0, v.periods-4)).end
	}
	for _, v := range some {
		if v.service.Deploying() {
			l.touched += sim.Time(v.service.Desired())
		}
		l.touched += v.target.Touch()
		for i := range v.alarms {
			l.touched += v.alarms[i].period + sim.Time(len(v.signals[i].Datapoints))
		}
	}
	for _, v := range some {
		l.touched += l.recorder.TouchService(v.group)
	}
}
