package cloudwatch

import (
	"slices"

	"berth/sim"
)

// tally counts the newest datapoints of an evaluation range, up to the
// evaluation periods.
type tally struct {
	real      int64 // that exist
	breaching int64
	oldest    int64 // position of the oldest that breaches; the newest period of the range has 1
}

// outcome returns the state that follows from a tally for an alarm that was in a state, see
// [Alarm].
func (a *alarm) outcome(t tally, was State) State {
	breaching, lacking := t.breaching, int64(a.most)-t.real
	if lacking > 0 && a.missing == asBreaching {
		breaching += lacking
	}
	switch {
	case breaching >= int64(a.enough):
		return InAlarm
	case lacking == 0, a.missing == asBreaching, a.missing == asNotBreaching, t.real > t.breaching:
		return OK
	case a.missing == asIgnored:
		return was
	// The prose of the user guide lets other datapoints before the oldest
	// breaching one be; its tables do not.
	case t.real > 0 && t.oldest >= int64(a.enough):
		return InAlarm
	}
	return InsufficientData
}

// limit is the threshold of an alarm and what lies beyond it.
type limit struct {
	threshold float64
	above     bool // what lies above it breaches, else what lies below
	at        bool // and what lies at it
}

func (a *Alarm) limit() limit {
	return limit{
		threshold: a.Threshold, above: a.Comparison == Above || a.Comparison == AtOrAbove,
		at: a.Comparison == AtOrAbove || a.Comparison == AtOrBelow,
	}
}

// breaches reports whether a value is on the wrong side of the threshold.
func (l *limit) breaches(value float64) bool {
	if value == l.threshold {
		return l.at
	}
	return value > l.threshold == l.above
}

// look counts the datapoints of the evaluation range that ends at an instant.
func (c *CloudWatch) look(a *alarm, end sim.Time) tally {
	m := &c.metrics[a.metric]
	last := period(end, m.Resolution)
	if a.width == 1 {
		known := &a.recent
		if r := m.last(); r != nil && r.end == open && r.first < last {
			steady := *a // with what is steady
			steady.note(r, last)
			known = &steady.recent
		}
		if t, ok := known.tally(last, int64(a.span), int64(a.most)); ok {
			return t
		}
	}
	return c.search(a, m, last)
}

// search counts the datapoints of the evaluation range that ends before a period, in
// the history of the metric. Windows that lie in one run are counted at once.
func (c *CloudWatch) search(a *alarm, m *metric, last int64) (t tally) {
	width, span, most := int64(a.width), int64(a.span), int64(a.most)
	i := m.before(last)
	for n := int64(0); n < span && t.real < most; {
		for i >= m.old && m.at(i).first >= last {
			i--
		}
		if i < m.old {
			break
		}
		r, windows := m.at(i), int64(1)
		var value float64
		switch {
		case r.end <= last-width:
			windows = (last - r.end) / width
			last -= windows * width
			n += windows
			continue
		case r.end >= last && r.first <= last-width:
			windows = min((last-r.first)/width, span-n, most-t.real)
			value = a.measure.one(&r.Statistics, width)
		default:
			value = c.window(m, a, i, last)
		}
		last -= windows * width
		n += windows
		t.real += windows
		if a.limit.breaches(value) {
			t.breaching += windows
			t.oldest = n
		}
	}
	return t
}

// window returns the value of the window that ends before a period and in which
// the run at a place is the last.
func (c *CloudWatch) window(m *metric, a *alarm, i int, end int64) float64 {
	first := end - int64(a.width)
	var s Statistics
	if a.measure.millionths > 0 {
		c.merged.Reset()
	}
	for ; i >= m.old && m.at(i).end > first; i-- {
		r := m.at(i)
		times := min(r.end, end) - max(r.first, first)
		s.add(&r.Statistics, times)
		if a.measure.millionths > 0 && r.Latencies != nil {
			c.merged.merge(r.Latencies, uint64(times))
			s.Latencies = &c.merged
		}
	}
	return a.measure.one(&s, 1)
}

// Newest returns the newest datapoint that an alarm looked at when it was last due
// for evaluation, and the end of its period; false if there was none.
func (c *CloudWatch) Newest(id AlarmID) (value float64, end sim.Time, ok bool) {
	a := &c.alarms[id]
	m := &c.metrics[a.metric]
	g := &c.groups[a.group]
	at := g.tickFrom(c.kernel.Now())
	if at > c.kernel.Now() {
		at -= g.interval
	}
	last, width := period(at-g.delay, m.Resolution), int64(a.width)
	i := m.before(last)
	for range a.span {
		for i >= m.old && m.at(i).first >= last {
			i--
		}
		if i < m.old {
			break
		}
		end = sim.Time(last) * m.Resolution
		if r := m.at(i); r.end >= last && r.first <= last-width {
			return a.measure.one(&r.Statistics, width), end, true
		} else if r.end > last-width {
			return c.window(m, a, i, last), end, true
		}
		last -= width
	}
	return 0, 0, false
}

// datapoints appends the values that [CloudWatch.look] counts, oldest first.
func (c *CloudWatch) datapoints(a *alarm, end sim.Time, to []float64) []float64 {
	m := &c.metrics[a.metric]
	from := len(to)
	last, width := period(end, m.Resolution), int64(a.width)
	i := m.before(last)
	for n := int32(0); n < a.span && len(to)-from < int(a.most); n++ {
		for i >= m.old && m.at(i).first >= last {
			i--
		}
		if i < m.old {
			break
		}
		if r := m.at(i); r.end >= last && r.first <= last-width {
			to = append(to, a.measure.one(&r.Statistics, width))
		} else if r.end > last-width {
			to = append(to, c.window(m, a, i, last))
		}
		last -= width
	}
	slices.Reverse(to[from:])
	return to
}

// uniform reports whether all that an alarm looks at in the range that ends at
// an instant is of one steady stretch, or nothing.
func (c *CloudWatch) uniform(a *alarm, end sim.Time) bool {
	m := &c.metrics[a.metric]
	last := period(end, m.Resolution)
	first := last - int64(a.span)*int64(a.width)
	i := m.before(last)
	return i < m.old || m.at(i).end <= first || m.at(i).first <= first && m.at(i).end >= last
}

// settled reports whether the range that ends at an instant is uniform and, as
// far as is known, stays so.
func (c *CloudWatch) settled(a *alarm, end sim.Time) bool {
	m := &c.metrics[a.metric]
	return period(end, m.Resolution)-int64(a.span)*int64(a.width) >= m.changed()
}
