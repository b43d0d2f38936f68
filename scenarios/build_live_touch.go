package scenarios

// touch reads what the ends of periods of services will need, all at once, so that
// the waits for memory overlap: with a thousand services these were half of what a
// minute of one took. It changes nothing.
func (l *live) touch(slots []uint32) {
	l.soon = l.soon[:0]
	for _, slot := range slots {
		l.soon = append(l.soon, l.of[slot])
	}
	for _, v := range l.soon {
		l.touched += v.due + v.traffic.until + v.traffic.from + v.ran[v.rans%mostRan].end + v.wanted[v.wants%mostWanted].end
	}
	for _, v := range l.soon {
		l.touched += v.station.Touch()
	}
	for _, v := range l.soon {
		for i := range v.series {
			l.touched += l.watch.Touch(v.series[i].metric)
		}
	}
	for _, v := range l.soon {
		l.touched += l.recorder.TouchTraffic(v.group)
	}
}
