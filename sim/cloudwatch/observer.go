package cloudwatch

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"berth/sim"
)

// Observer is told of alarms. It may put datapoints and schedule events.
type Observer interface {
	// AlarmChanged is called when an alarm passes from one state to another. The
	// cause is good during the call.
	AlarmChanged(now sim.Time, cause *Cause)
	// AlarmActs is called when the action of an alarm is invoked: when it passes
	// to ALARM, after AlarmChanged, and each [ActionRepeat] while it stays there.
	//
	// It returns the instant from which on the action is wanted again if nothing
	// changes; 0 is as soon as it is due, [sim.Never] is not before something
	// changes. That is heeded while all datapoints in the evaluation range are
	// those of a steady metric, and while there are none; [UntilAsked] is heeded
	// whatever they are. Of several observers the earliest counts.
	// [CloudWatch.Again] takes it back, at once or later.
	AlarmActs(now sim.Time, cause *Cause) (again sim.Time)
}

// UntilAsked is the answer of an observer of actions that sees for itself when the
// action is wanted again, and says so with [CloudWatch.Again]. While it does not,
// the alarm takes no more work than one that is OK.
const UntilAsked = sim.Never - 1

// Observe adds an observer after those already there.
func (c *CloudWatch) Observe(o Observer) { c.observers = append(c.observers, o) }

// Again says that the action of an alarm is wanted again from an instant on, if
// the alarm is in ALARM: something else than its datapoints has changed.
func (c *CloudWatch) Again(id AlarmID, from sim.Time) {
	a := &c.alarms[id]
	if from = max(from, c.kernel.Now()); from >= a.again || !a.acts || a.state != InAlarm {
		return
	}
	a.again = from
	g := &c.groups[a.group]
	if at := g.beatFrom(a, from); at < a.next && at > a.evaluated {
		c.plan(id, at)
	}
}

// Cause is why an alarm changed its state or acts.
type Cause struct {
	Alarm    AlarmID
	Setup    *Alarm // as it was added; must not be changed
	From, To State  // equal for an action that is repeated

	watch *CloudWatch
	end   sim.Time // of the evaluation range
}

// Datapoints appends those that decided, as far as they exist, oldest first, in the
// unit of the metric: at most EvaluationPeriods.
func (c *Cause) Datapoints(to []float64) []float64 {
	return c.watch.datapoints(&c.watch.alarms[c.Alarm], c.end, to)
}

// tell tells the observers of an alarm.
func (c *CloudWatch) tell(now sim.Time, n *notice) {
	a := &c.alarms[n.alarm]
	if len(c.observers) == 0 {
		a.again, a.asleep = sim.Never, true
		return
	}
	cause := &c.cause
	*cause = Cause{Alarm: n.alarm, Setup: &c.setups[n.alarm], From: n.from, To: n.to, watch: c, end: now - c.groups[a.group].delay}
	if n.from != n.to {
		for _, o := range c.observers {
			o.AlarmChanged(now, cause)
		}
	}
	if !n.acts {
		return
	}
	a.again, a.asleep = sim.Never, true // until one of them says otherwise
	for _, o := range c.observers {
		if at := o.AlarmActs(now, cause); at != UntilAsked {
			a = &c.alarms[n.alarm]
			a.again, a.asleep = min(a.again, at), false
		}
	}
}

// listed is how many datapoints a cause lists.
const listed = 15

// String returns the cause in words: "3 of 3 datapoints of 1m above 60: 71, 83,
// 90". Of many datapoints the newest are listed.
func (c *Cause) String() string { return c.Setup.account(c.Datapoints(nil)) }

// account says what datapoints the alarm has seen.
func (a *Alarm) account(values []float64) string {
	var b strings.Builder
	limit, breaching, missing := a.limit(), 0, a.EvaluationPeriods-len(values)
	for _, v := range values {
		if limit.breaches(v) {
			breaching++
		}
	}
	fmt.Fprintf(&b, "%d of %d datapoints of %s %s %s", breaching, a.EvaluationPeriods, length(a.Period), a.Comparison.words(), strconv.FormatFloat(a.Threshold, 'f', -1, 64))
	separator := ": "
	if dropped := len(values) - listed; dropped > 0 {
		values, separator = values[dropped:], ": …, "
	}
	for _, v := range values {
		b.WriteString(separator + number(v))
		separator = ", "
	}
	if missing > 0 {
		fmt.Fprintf(&b, "; %d missing", missing)
		switch a.MissingData {
		case Breaching:
			b.WriteString(" and taken for breaching")
		case NotBreaching:
			b.WriteString(" and taken for not breaching")
		}
	}
	return b.String()
}

// words returns the comparison as a part of a sentence.
func (c Comparison) words() string {
	switch c {
	case AtOrAbove:
		return "at or above"
	case Above:
		return "above"
	case Below:
		return "below"
	}
	return "at or below"
}

// length returns a period in words.
func length(t sim.Time) string {
	if t%sim.Minute == 0 {
		return strconv.FormatInt(int64(t/sim.Minute), 10) + "m"
	}
	return strconv.FormatInt(int64(t/sim.Second), 10) + "s"
}

// number returns a value with two decimals, or four digits where it is small.
func number(v float64) string {
	if math.Abs(v) < 1 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
