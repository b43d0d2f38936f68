package cloudwatch

import (
	"fmt"

	"berth/sim"
)

// Resolutions of the metrics of ECS services.
//
// Source: Amazon ECS developer guide, "Amazon ECS CloudWatch metrics" and
// "Faster auto scaling with high-resolution metrics".
const (
	Standard       = sim.Minute
	HighResolution = 20 * sim.Second
)

// The time from the end of a period to the moment at which an alarm looks at
// its datapoint: what collecting, publishing and evaluating take, and the
// scaling that follows. AWS does not break it down.
//
// They are calibrated, not derived. AWS has published how long after the
// beginning of a burst an ECS service scales out: 363 s with datapoints of a
// minute, 86 s with those of 20 s. A burst that begins with a period breaches
// target tracking's alarm with its third datapoint, after 180 s and 60 s; the
// rest is the delay. A burst from 40 % to 100 % that begins within a period is
// answered up to 40 s sooner or 20 s later (13.3 s and 6.7 s with periods of
// 20 s), on average 10 s and 3.3 s sooner.
//
// Source: AWS containers roadmap, thread 2113, of June 2026.
const (
	StandardDelay       = 363*sim.Second - 3*Standard      // 183 s
	HighResolutionDelay = 86*sim.Second - 3*HighResolution // 26 s
)

// Metric is a series of datapoints.
type Metric struct {
	Name string // for messages: "CPUUtilization of service/web"
	// Resolution is the length of a period: 1, 5, 10, 20 or 30 seconds or a
	// minute.
	Resolution sim.Time
	// Delay is the time from the end of a period until its datapoint is visible
	// and evaluated, at least 0.
	Delay sim.Time
	// Complete says that what there is of each period is put before it is visible,
	// also that it has no datapoint. So nobody has to look whether one is missing,
	// and alarms take no work while nothing comes of what is put.
	Complete bool
}

// NewMetric returns a metric with the delay that goes with its resolution:
// [StandardDelay] for a minute, else [HighResolutionDelay].
func NewMetric(name string, resolution sim.Time) Metric {
	m := Metric{Name: name, Resolution: resolution, Delay: HighResolutionDelay}
	if resolution >= Standard {
		m.Delay = StandardDelay
	}
	return m
}

// metric is a metric and its datapoints.
type metric struct {
	Metric
	history
	alarms  []AlarmID
	reach   sim.Time // how far back evaluations look from now
	samples bool     // an alarm looks at a percentile
	forever bool     // what was put last is all that will be, until something else is put
	said    int64    // the period after the last that was put; where forever, the one that began it
}

// awaited reports whether something will be put for the periods to come.
func (m *metric) awaited() bool { return m.Complete && !m.forever }

// AddMetric adds a metric without datapoints. The error says what is wrong with
// its resolution or its delay.
func (c *CloudWatch) AddMetric(m Metric) (MetricID, error) {
	switch m.Resolution {
	case sim.Second, 5 * sim.Second, 10 * sim.Second, 20 * sim.Second, 30 * sim.Second, sim.Minute:
	default:
		return 0, fmt.Errorf("cloudwatch: %s: resolution: expected 1s, 5s, 10s, 20s, 30s or 1m, found %v", m.Name, m.Resolution)
	}
	if m.Delay < 0 {
		return 0, fmt.Errorf("cloudwatch: %s: delay: expected at least 0s, found %v", m.Name, m.Delay)
	}
	c.metrics = append(c.metrics, metric{Metric: m, reach: m.Delay})
	return MetricID(len(c.metrics) - 1), nil
}

// Metric returns a metric as it was added.
func (c *CloudWatch) Metric(id MetricID) Metric { return c.metrics[id].Metric }

// Put gives a metric the datapoint of the period that begins at start and is
// over by now. If the metric was steady it is no longer: after this there are no
// datapoints until more are put. Statistics without samples say that the period
// has none.
//
// Put panics when start does not begin a period, when the period is not over,
// and when what was known of it is visible already: a publisher puts in time,
// and periods in their order.
func (c *CloudWatch) Put(id MetricID, start sim.Time, s Statistics) {
	c.PutEach(id, start, []Statistics{s})
}

// PutEach gives a metric the datapoints of several periods that follow one another,
// the first of which begins at start, as [CloudWatch.Put] does one by one.
func (c *CloudWatch) PutEach(id MetricID, start sim.Time, each []Statistics) {
	m := &c.metrics[id]
	if start+sim.Time(len(each))*m.Resolution > c.kernel.Now() {
		panic(fmt.Sprintf("cloudwatch: %s: %d datapoints for the periods from %v on are put at %v", m.Name, len(each), start, c.kernel.Now()))
	}
	n := c.from(m, start)
	m.forever, m.said = false, n+int64(len(each))
	c.makeRoom(m, len(each))
	for i := range each {
		s := &each[i]
		s.check(m.Name)
		if s.Count == 0 {
			continue
		}
		r := m.push(n+int64(i), n+int64(i)+1, s, m.samples)
		for _, id := range m.alarms {
			if a := &c.alarms[id]; a.width == 1 {
				a.note(r, r.end)
			}
		}
	}
	c.changed(m, start, len(each))
}

// PutSteady says that a metric has the same datapoint in each period from the
// one that begins at start on, until something else is put. Statistics without
// samples say that it has none. To say the same again changes nothing. What
// changes within a period is put at its end: the period itself with
// [CloudWatch.Put], and what holds from there on with PutSteady.
//
// PutSteady panics as [CloudWatch.Put] does, but the period need not be over; it
// begins by the end of the present one.
func (c *CloudWatch) PutSteady(id MetricID, start sim.Time, s Statistics) {
	m := &c.metrics[id]
	if start > c.kernel.Now()+m.Resolution {
		panic(fmt.Sprintf("cloudwatch: %s: what holds from %v on is put at %v", m.Name, start, c.kernel.Now()))
	}
	if !m.samples {
		s.Latencies = nil
	}
	if last := m.last(); last != nil && last.end == open && last.first <= period(start, m.Resolution) && last.Statistics == s {
		return
	}
	s.check(m.Name)
	n := c.from(m, start)
	m.forever, m.said = true, n
	if s.Count > 0 {
		c.makeRoom(m, 1)
		m.push(n, open, &s, m.samples)
	}
	c.changed(m, start, 1)
}

// from takes back what was said of a period and of those after it, and returns its
// number. What was steady until then becomes bits of the alarms.
func (c *CloudWatch) from(m *metric, start sim.Time) int64 {
	n := period(start, m.Resolution)
	if start < 0 || sim.Time(n)*m.Resolution != start {
		panic(fmt.Sprintf("cloudwatch: %s: no period of %v begins at %v", m.Name, m.Resolution, start))
	}
	last := m.last()
	if start+m.Resolution+m.Delay < c.kernel.Now() || last != nil && last.end != open && n < last.end {
		panic(fmt.Sprintf("cloudwatch: %s: what is put at %v for the period from %v on comes too late", m.Name, c.kernel.Now(), start))
	}
	if last == nil || last.end != open {
		return n
	}
	for _, id := range m.alarms {
		if a := &c.alarms[id]; a.width == 1 {
			if a.recent.cut(n); last.first < n {
				a.note(last, n)
			}
		}
	}
	m.cut(n)
	return n
}

// makeRoom makes room for runs. Those that no evaluation may look at any longer are
// dropped when their room is needed, and those with samples, which take much room, at
// once.
func (c *CloudWatch) makeRoom(m *metric, n int) {
	if !m.samples && !m.full(n) {
		return
	}
	if m.drop(period(max(0, c.kernel.Now()-m.reach), m.Resolution)); m.full(n) {
		m.grow(n)
	}
}

// changed has the alarms of a metric evaluated as soon as what was put of a number of
// periods from an instant on becomes visible, if that changes anything.
func (c *CloudWatch) changed(m *metric, start sim.Time, n int) {
	for _, id := range m.alarms {
		a := &c.alarms[id]
		g := &c.groups[a.group]
		at, last := g.visible(start+m.Resolution), g.visible(start+sim.Time(n)*m.Resolution)
		if at <= a.evaluated {
			panic(fmt.Sprintf("cloudwatch: %s: what is put at %v comes after its evaluation", m.Name, c.kernel.Now()))
		}
		follows := a.quiet() && (a.next >= at || a.known >= at-g.interval) // nothing before it is open
		a.known = min(a.known, at-g.interval)
		if follows {
			if at = c.follow(a, at, last, int64(n)); at > last && m.awaited() {
				continue // what comes then will be put
			}
		}
		if at < a.next {
			c.plan(id, at)
		}
	}
}

// follow has an alarm go through the evaluations from one instant to another that see
// what was put of the newest periods, up to the first that gives another state. It
// returns when that is, or the evaluation after the last.
func (c *CloudWatch) follow(a *alarm, at, last sim.Time, periods int64) sim.Time {
	g, m := &c.groups[a.group], &c.metrics[a.metric]
	if a.width == 1 && g.interval == m.Resolution && !m.forever && a.recent.newest == m.said-1 {
		if ahead, ok := a.flips(periods); ok {
			at = last - sim.Time(ahead)*g.interval
			a.known = at - g.interval
			return at
		}
	}
	for at <= last && a.outcome(c.look(a, at-g.delay), a.state) == a.state {
		a.known = at
		at += g.interval
	}
	return at
}
