package cloudwatch

import (
	"slices"

	"berth/sim"
)

// group is the alarms that are evaluated at the same instants: those at which a
// datapoint that ends a multiple of the interval becomes visible.
type group struct {
	interval, delay sim.Time
	later           sim.Queue // alarms by their next evaluations; others, that were planned before, are passed over
	pending         sim.Time  // the first event that is scheduled, or Never
}

// notice is what observers are to be told of an alarm.
type notice struct {
	alarm    AlarmID
	from, to State
	acts     bool
}

// groupOf returns the number of a group, which is added if there is none.
func (c *CloudWatch) groupOf(interval, delay sim.Time) int32 {
	i := slices.IndexFunc(c.groups, func(g group) bool { return g.interval == interval && g.delay == delay })
	if i < 0 {
		i = len(c.groups)
		c.groups = append(c.groups, group{interval: interval, delay: delay, pending: sim.Never})
	}
	return int32(i)
}

// tickFrom returns the first instant of evaluation from an instant on.
func (g *group) tickFrom(at sim.Time) sim.Time {
	since := at - g.delay
	if past := since - sim.Time(period(since, g.interval))*g.interval; past > 0 {
		return at + g.interval - past
	} else if past < 0 {
		return at - past
	}
	return at
}

// plan sets the next evaluation of an alarm.
func (c *CloudWatch) plan(id AlarmID, at sim.Time) {
	a := &c.alarms[id]
	a.next = at
	c.groups[a.group].later.Push(uint64(at), uint64(id))
	c.schedule(a.group, at)
}

// schedule has a group's next event come no later than at.
func (c *CloudWatch) schedule(n int32, at sim.Time) {
	if g := &c.groups[n]; at < g.pending {
		g.pending = at
		c.kernel.Schedule(at, c.tick, uint32(n), 0)
	}
}

// onTick evaluates the alarms of a group that are due, in the order in which
// they were added, and then tells the observers. So who is told of one alarm
// sees the others as of the same instant.
func (c *CloudWatch) onTick(now sim.Time, slot, _ uint32) {
	n := int32(slot)
	g := &c.groups[n]
	if g.pending != now {
		return // overtaken
	}
	for {
		e, ok := g.later.PopBefore(uint64(now) + 1)
		if !ok {
			break
		}
		switch a := &c.alarms[e.Payload]; {
		case a.next != now:
		case a.known >= now && a.quiet():
			a.next = a.known + g.interval
			g.later.Push(uint64(a.next), e.Payload)
		default:
			a.next = sim.Never
			c.due = append(c.due, AlarmID(e.Payload))
		}
	}
	slices.Sort(c.due)
	for some := range slices.Chunk(c.due, touchedAtOnce) {
		for _, id := range some {
			c.touched += c.Touch(c.alarms[id].Metric)
		}
		for _, id := range some {
			c.evaluate(id, now)
		}
	}
	for i := range c.told {
		c.tell(now, &c.told[i])
	}
	for _, id := range c.due {
		if next := c.foresee(&c.alarms[id], now); next < c.alarms[id].next {
			c.plan(id, next)
		}
	}
	c.due, c.told = c.due[:0], c.told[:0]
	g = &c.groups[n] // an observer may have added some
	if g.pending = sim.Never; g.later.Len() > 0 {
		c.schedule(n, sim.Time(g.later.Min()))
	}
}

// evaluate sets the state of an alarm and notes what observers are to be told.
func (c *CloudWatch) evaluate(id AlarmID, now sim.Time) {
	a := &c.alarms[id]
	end := now - c.groups[a.group].delay
	was := a.state
	a.state, a.evaluated, a.known = a.outcome(c.look(a, end), was), now, now
	acts := a.Acts && a.state == InAlarm
	if acts && was == InAlarm {
		acts = now >= a.acted+ActionRepeat && (now >= a.again || !a.asleep && !c.uniform(a, end))
	}
	if acts {
		a.acted = now
	}
	if was != a.state || acts {
		c.told = append(c.told, notice{id, was, a.state, acts})
	}
}

// quiet reports whether nobody is told of the alarm as long as its state stays.
func (a *alarm) quiet() bool {
	return a.evaluated >= 0 && (!a.Acts || a.state != InAlarm || a.asleep && a.again == sim.Never)
}

// foresee returns the next instant at which an alarm must be evaluated, as far
// as is known now: when its state changes, or its action is due. Where nothing
// is known of the datapoints to come, that is the next evaluation.
func (c *CloudWatch) foresee(a *alarm, now sim.Time) sim.Time {
	g := &c.groups[a.group]
	next := sim.Never
	if a.Acts && a.state == InAlarm {
		next = g.tickFrom(max(a.acted+ActionRepeat, now+g.interval))
		if a.again > next && (a.asleep || c.settled(a, next-g.delay)) {
			next = sim.Never
			if a.again < sim.Never-g.interval {
				next = g.tickFrom(a.again)
			}
		}
	}
	if m := &c.metrics[a.Metric]; !m.steady() {
		if !c.settled(a, now-g.delay) {
			at := now + g.interval
			for end := sim.Time(m.changed()) * m.Resolution; at < next && at-g.delay <= end && a.outcome(c.look(a, at-g.delay), a.state) == a.state; {
				at += g.interval
			}
			next = min(next, at)
		}
		return next
	}
	for at := now; at < next && !c.settled(a, at-g.delay); {
		at += g.interval
		if a.outcome(c.look(a, at-g.delay), a.state) != a.state {
			return min(next, at)
		}
	}
	return next
}
