package scaling

import "berth/sim"

// Evaluate asks all policies at an instant and returns what becomes of the
// desired count. Signals are those of [Target.Alarms], in that order, all of
// them. It is to be called when an alarm is in ALARM: AWS repeats the action of
// such an alarm once a minute. The order of the policies does not matter.
//
//   - If any policy asks to scale out, the largest capacity wins, and nothing is
//     scaled in, even where the scale-out is held up.
//   - Otherwise the largest capacity of those that ask to scale in wins. Target
//     tracking policies scale in only together, with all that are not barred
//     from it; step policies do not wait for them.
//   - Bounds are never crossed. A desired count beyond them stays as it is, until
//     a scaling activity in the other direction brings it back.
//   - A policy's scale-out starts its cooldown. Until that ends, the policy is
//     asked what it would do from the capacity from which the cooldown's first
//     activity started; only a larger capacity than the desired one goes
//     through. So what has been added counts: of a step of 3 after one of 2 only
//     1 is added. How AWS does that for target tracking is not documented in
//     more detail, and this is how berth reads it.
//   - A scale-in starts a cooldown in which no policy scales in. A scale-out
//     ends it.
//   - During a deployment an ECS service is not scaled in.
//
// Source: Application Auto Scaling user guide, "Target tracking scaling
// policies" and "Step scaling policies"; Amazon ECS developer guide, "Service
// auto scaling".
func (t *Target) Evaluate(now sim.Time, c Capacity, signals []Signal) Activity {
	t.ask(now, c, signals)
	if i, to := t.largest(ScaleOut); i >= 0 {
		return t.scaleOut(now, c, i, to)
	}
	if i, to := t.largest(ScaleIn); i >= 0 {
		return t.scaleIn(now, c, i, to)
	}
	a := Activity{At: now, From: c.Desired, To: c.Desired, Hold: NothingAsked}
	named := -1
	for i := range t.policies {
		if named < 0 || t.policies[i].speaksBefore(&t.policies[named]) {
			named = i
		}
	}
	if named >= 0 {
		m := &t.policies[named]
		if a.Policy, a.Reason = m.terms.Name, m.decision.Reason; m.decision.Action == ScaleIn {
			a.Hold = NotAllAgree
		}
	}
	return a
}

// speaksBefore reports whether a policy says why nothing happens, rather than
// another: one that is refused what it wants comes first, then the names
// decide.
func (m *member) speaksBefore(o *member) bool {
	if refused := m.decision.Action == ScaleIn; refused != (o.decision.Action == ScaleIn) {
		return refused
	}
	return m.terms.Name < o.terms.Name
}

// Unstepped returns a step policy whose alarm is in ALARM, but which has no step for
// what the alarm has seen, and why, as of the last evaluation; false if there is none.
func (t *Target) Unstepped() (policy string, why Reason, ok bool) {
	for i := range t.policies {
		if m := &t.policies[i]; m.decision.Reason.Cause == NoStep {
			return m.terms.Name, m.decision.Reason, true
		}
	}
	return "", Reason{}, false
}

// ask has every policy decide.
func (t *Target) ask(now sim.Time, c Capacity, signals []Signal) {
	for i := range t.policies {
		m := &t.policies[i]
		o := Observation{c.Running, signals[m.first : m.first+len(m.terms.Alarms)]}
		m.decision, m.resting = m.Decide(o), now < m.restsUntil
		if m.decision.Action == ScaleOut && m.resting {
			o.Capacity = min(c.Running, m.from)
			m.decision = m.Decide(o)
			m.decision.Action = ScaleOut // it still asks for more than there is
		}
	}
}

// largest returns the policy that asks for the largest capacity in a direction,
// and that capacity within the bounds; -1 when none does. Of equals the first
// by name wins, so that their order does not matter.
func (t *Target) largest(direction Action) (policy, capacity int) {
	policy = -1
	for i := range t.policies {
		m := &t.policies[i]
		if m.decision.Action != direction || direction == ScaleIn && m.terms.Votes && !t.agreed() {
			continue
		}
		to := t.clamp(m.decision.Capacity)
		if policy < 0 || to > capacity || to == capacity && m.terms.Name < t.policies[policy].terms.Name {
			policy, capacity = i, to
		}
	}
	return policy, capacity
}

// agreed reports whether all that vote want to scale in.
func (t *Target) agreed() bool {
	for i := range t.policies {
		if m := &t.policies[i]; m.terms.Votes && m.decision.Action != ScaleIn {
			return false
		}
	}
	return true
}

func (t *Target) scaleOut(now sim.Time, c Capacity, i, to int) Activity {
	m := &t.policies[i]
	a := Activity{At: now, Policy: m.terms.Name, From: c.Desired, To: c.Desired, Reason: m.decision.Reason}
	asked := m.decision.Capacity
	switch {
	case t.suspended.DynamicScalingOut:
		a.Hold = Suspended
	case to <= c.Desired && asked > to:
		a.Hold = AtMaxCapacity
	case to <= c.Desired && m.resting:
		a.Hold = InScaleOutCooldown
	case to <= c.Desired:
		a.Hold = Enough
	default:
		a.To = to
		switch {
		case asked > to:
			a.Hold = AtMaxCapacity
		case asked < to:
			a.Hold = AtMinCapacity
		}
		if !m.resting {
			m.from = c.Running
		}
		m.restsUntil = now + m.terms.ScaleOutCooldown
		t.restsUntil = now
	}
	return a
}

func (t *Target) scaleIn(now sim.Time, c Capacity, i, to int) Activity {
	m := &t.policies[i]
	a := Activity{At: now, Policy: m.terms.Name, From: c.Desired, To: c.Desired, Reason: m.decision.Reason}
	floor := t.floor(now)
	switch {
	case t.suspended.DynamicScalingIn:
		a.Hold = Suspended
	case c.Deploying:
		a.Hold = DeploymentInProgress
	case now < t.restsUntil:
		a.Hold = InScaleInCooldown
	case max(to, floor) >= c.Desired && to < c.Desired:
		a.Hold = HeldByForecast
	case to >= c.Desired && m.decision.Capacity < to:
		a.Hold = AtMinCapacity
	case to >= c.Desired:
		a.Hold = Enough
	default:
		a.To = max(to, floor)
		switch {
		case floor > to:
			a.Hold = HeldByForecast
		case m.decision.Capacity < to:
			a.Hold = AtMinCapacity
		case m.decision.Capacity > to:
			a.Hold = AtMaxCapacity
		}
		t.restsUntil = now + m.terms.ScaleInCooldown
	}
	return a
}

// NextScheduled returns when the next scheduled action is due; [sim.Never] when
// none is.
func (t *Target) NextScheduled() sim.Time {
	next := sim.Never
	for i := range t.scheduled {
		next = min(next, t.scheduled[i].due)
	}
	return next
}

// RunScheduled runs the scheduled actions that are due, in the order of the
// configuration, and appends an activity for each to those given. The desired
// count is that of the last. Cooldowns do not matter to them.
//
// An action that would set minCapacity above maxCapacity does nothing: one that
// sets one bound only may have to set both.
//
// Source: Application Auto Scaling user guide, "Scheduled scaling" and "Example
// scheduled actions".
func (t *Target) RunScheduled(now sim.Time, c Capacity, activities []Activity) []Activity {
	for i := range t.scheduled {
		p := &t.scheduled[i]
		for p.due <= now {
			a := t.runScheduled(p, c)
			activities = append(activities, a)
			c.Desired = a.To
			p.due = p.dueAfter(t.start.Add(duration(p.due)), t.start)
		}
	}
	return activities
}

func (t *Target) runScheduled(p *planned, c Capacity) Activity {
	a := Activity{At: p.due, Policy: p.Name, From: c.Desired, To: c.Desired}
	a.Reason = Reason{Cause: Scheduled, Name: p.Name, MinCapacity: t.min, MaxCapacity: t.max, Capacity: c.Desired, Result: c.Desired}
	if t.suspended.ScheduledScaling {
		a.Hold = Suspended
		return a
	}
	if p.MinCapacity != nil {
		a.Reason.MinCapacity = *p.MinCapacity
	}
	if p.MaxCapacity != nil {
		a.Reason.MaxCapacity = *p.MaxCapacity
	}
	if a.Reason.MinCapacity > a.Reason.MaxCapacity {
		a.Hold = MinAboveMax
		return a
	}
	t.min, t.max = a.Reason.MinCapacity, a.Reason.MaxCapacity
	a.To = t.clamp(c.Desired)
	a.Reason.Result = a.To
	return a
}
