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

// visible returns the instant of evaluation that first sees what ends at an instant.
func (g *group) visible(end sim.Time) sim.Time {
	return sim.Time(period(end+g.interval-1, g.interval))*g.interval + g.delay
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
		case a.known >= now && a.quiet() && g.repeats(a) > now:
			if m := &c.metrics[a.metric]; !m.awaited() || a.known < g.visible(sim.Time(m.said)*m.Resolution) {
				a.next = min(g.repeats(a), a.known+g.interval)
			} else {
				a.next = g.repeats(a)
			}
			if a.next < sim.Never {
				g.later.Push(uint64(a.next), e.Payload)
			}
		default:
			a.next = sim.Never
			c.due = append(c.due, AlarmID(e.Payload))
		}
	}
	slices.Sort(c.due)
	for some := range slices.Chunk(c.due, touchedAtOnce) {
		for _, id := range some {
			c.touched += c.Touch(c.alarms[id].metric)
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
	acts := a.acts && a.state == InAlarm
	if acts && was == InAlarm {
		acts = now == c.groups[a.group].beatFrom(a, now) && (now >= a.again || !a.asleep && !c.uniform(a, end))
	}
	if acts {
		a.acted = now
	}
	if was != a.state || acts {
		c.told = append(c.told, notice{id, was, a.state, acts})
	}
}

// quiet reports whether nobody is told of the alarm as long as its state stays, but for
// the repetition of its action.
func (a *alarm) quiet() bool {
	return a.evaluated >= 0 && (!a.acts || a.state != InAlarm || a.asleep)
}

// repeats returns when the action of an alarm is due again if nothing changes.
func (g *group) repeats(a *alarm) sim.Time {
	if !a.acts || a.state != InAlarm {
		return sim.Never
	}
	return g.beatFrom(a, a.again)
}

// beatFrom returns when the action of an alarm is repeated first from an instant on.
// What nobody wants is left out, but does not shift those after it: the beat is that of
// an alarm that acts each minute.
func (g *group) beatFrom(a *alarm, at sim.Time) sim.Time {
	beat := g.beat()
	if at >= sim.Never-beat {
		return sim.Never
	}
	return a.acted + max(1, (at-a.acted+beat-1)/beat)*beat
}

// beat returns the time between two repetitions of an action: [ActionRepeat], or more
// where evaluations do not fall on it.
func (g *group) beat() sim.Time { return (ActionRepeat + g.interval - 1) / g.interval * g.interval }

// foresee returns the next instant at which an alarm must be evaluated, as far
// as is known now: when its state changes, or its action is due. Where nothing
// is known of the datapoints to come, that is the next evaluation.
func (c *CloudWatch) foresee(a *alarm, now sim.Time) sim.Time {
	g, m := &c.groups[a.group], &c.metrics[a.metric]
	next := g.repeats(a)
	if a.acts && a.state == InAlarm && !a.asleep {
		if soonest := g.beatFrom(a, now+g.interval); !c.settled(a, soonest-g.delay) {
			next = min(next, soonest) // datapoints that change are a reason
		}
	}
	next = max(next, now+g.interval)
	if m.steady() {
		for at := now; at < next && !c.settled(a, at-g.delay); {
			at += g.interval
			if a.outcome(c.look(a, at-g.delay), a.state) != a.state {
				return min(next, at)
			}
		}
		return next
	}
	if c.settled(a, now-g.delay) {
		return next
	}
	at := now + g.interval
	for end := sim.Time(max(m.changed(), m.said)) * m.Resolution; at < next && at-g.delay <= end; at += g.interval {
		if a.outcome(c.look(a, at-g.delay), a.state) != a.state {
			return at
		}
		a.known = at
	}
	if m.awaited() {
		return next
	}
	return min(next, at)
}
