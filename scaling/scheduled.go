package scaling

import (
	"time"

	"berth/sim"
)

// ScheduledAction sets the bounds of a target at the times of a schedule. The
// bounds stay as they are when the action ends, until something else sets
// them.
//
// Source: Application Auto Scaling user guide, "Scheduled scaling"; API,
// PutScheduledAction.
type ScheduledAction struct {
	Name     string // unique within the target
	Schedule *Schedule
	// MinCapacity and MaxCapacity are the new bounds; nil leaves one as it is,
	// but not both.
	MinCapacity, MaxCapacity *int
	// Start is when the action happens for the first time, whatever its
	// schedule says; a rate counts from it. The zero time is the start of the
	// run, at which nothing happens unless the schedule says so.
	Start time.Time
	End   time.Time // nothing happens after it; the zero time is never
}

// next returns when the action happens for the first time after an instant.
func (a *ScheduledAction) next(after time.Time) (time.Time, bool) {
	if after.Before(a.Start) {
		return a.Start, a.until(a.Start)
	}
	t, ok := a.Schedule.Next(after)
	return t, ok && a.until(t)
}

func (a *ScheduledAction) until(t time.Time) bool { return a.End.IsZero() || !t.After(a.End) }

// Problems returns what is wrong with the action.
func (a *ScheduledAction) Problems() []Problem {
	var p problems
	if a.Name == "" {
		p.add("scheduledActionName", "expected a name")
	}
	if a.Schedule == nil {
		p.add("schedule", "expected at(…), rate(…) or cron(…)")
	}
	switch {
	case a.MinCapacity == nil && a.MaxCapacity == nil:
		p.add("scalableTargetAction", "expected minCapacity, maxCapacity or both")
	case a.MinCapacity != nil && *a.MinCapacity < 0:
		p.add("minCapacity", "expected a number from 0 on, found %d", *a.MinCapacity)
	case a.MaxCapacity != nil && *a.MaxCapacity < 0:
		p.add("maxCapacity", "expected a number from 0 on, found %d", *a.MaxCapacity)
	case a.MinCapacity != nil && a.MaxCapacity != nil && *a.MinCapacity > *a.MaxCapacity:
		p.add("minCapacity", "expected at most maxCapacity (%d), found %d", *a.MaxCapacity, *a.MinCapacity)
	}
	if !a.End.IsZero() && a.End.Before(a.Start) {
		p.add("endTime", "expected a time after startTime (%s), found %s", a.Start.Format(time.RFC3339), a.End.Format(time.RFC3339))
	}
	return p
}

// planned is a scheduled action of a target, and when it is due.
type planned struct {
	ScheduledAction
	due sim.Time
}

// plan returns an action with a run that starts at an instant before it.
func plan(a ScheduledAction, start time.Time) planned {
	from := start
	if !a.Start.IsZero() {
		from = a.Start
	}
	a.Schedule = a.Schedule.Since(from)
	p := planned{ScheduledAction: a}
	p.due = p.dueAfter(start.Add(-1), start)
	return p
}

// dueAfter returns when the action is due after an instant, or [sim.Never].
func (p *planned) dueAfter(after, start time.Time) sim.Time {
	t, ok := p.next(after)
	if !ok {
		return sim.Never
	}
	return sim.Time(t.Sub(start)) // Sub ends at sim.Never, 292 years
}
