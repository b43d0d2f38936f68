package scaling

import (
	"errors"
	"fmt"
	"time"

	"berth/sim"
)

// Limits of a scalable target.
//
// Source: Application Auto Scaling user guide, "Quotas".
const (
	MaxPolicies         = 50
	MaxScheduledActions = 200
)

// Config is what a target is made of.
type Config struct {
	// MinCapacity and MaxCapacity are the bounds that no policy crosses, from 0
	// on.
	MinCapacity, MaxCapacity int
	Policies                 []Policy
	Scheduled                []ScheduledAction
	Predictive               []*Predictive // at most one may scale
	Suspended                SuspendedState
	// Start is the calendar's time of the start of the run. Scheduled actions
	// need it.
	Start time.Time
}

// SuspendedState says which activities of a target rest.
//
// Source: Application Auto Scaling user guide, "Suspending and resuming
// scaling".
type SuspendedState struct {
	DynamicScalingIn, DynamicScalingOut bool // what policies cause
	ScheduledScaling                    bool // actions that fall due are not made up for later
}

// Capacity is what there is of a service when a target is asked.
type Capacity struct {
	Running   int  // tasks that are RUNNING
	Desired   int  // desired count
	Deploying bool // a deployment is in progress
}

// PolicyAlarm is an alarm that one of the policies of a target wants.
type PolicyAlarm struct {
	Policy string
	Newest bool // see [Terms]
	Alarm
}

// Target is one thing that scales, the desired count of an ECS service: its
// bounds, its policies, their cooldowns and its scheduled actions. It keeps no
// clock and no events: whoever runs it asks it when alarms or schedules give
// reason to, and carries out what it says. Make one with [New].
//
// Source: Application Auto Scaling user guide, "What is Application Auto
// Scaling?"; Amazon ECS developer guide, "Service auto scaling".
type Target struct {
	min, max  int
	policies  []member
	alarms    []PolicyAlarm
	scheduled []planned
	ahead     *ahead // nil without predictive scaling
	suspended SuspendedState
	start     time.Time
	// restsUntil is the end of the scale-in cooldown, which holds for all
	// policies.
	restsUntil sim.Time
}

// member is a policy of a target.
type member struct {
	Policy
	terms Terms
	first int // its first alarm among those of the target
	// restsUntil is the end of its scale-out cooldown, and from the capacity
	// that the cooldown's first activity was computed from.
	restsUntil sim.Time
	from       int
	// decision is the one of this evaluation, asked in the cooldown or not.
	decision Decision
	resting  bool
}

// Problems returns all that is wrong with a target, and what is doubtful.
func (c *Config) Problems() []Problem {
	var p problems
	switch {
	case c.MinCapacity < 0:
		p.add("minCapacity", "expected a number from 0 on, found %d", c.MinCapacity)
	case c.MaxCapacity < c.MinCapacity:
		p.add("minCapacity", "expected at most maxCapacity (%d), found %d", c.MaxCapacity, c.MinCapacity)
	}
	c.checkPolicies(&p)
	c.checkScheduled(&p)
	c.checkPredictive(&p)
	return p
}

func (c *Config) checkPolicies(p *problems) {
	if n := len(c.Policies); n > MaxPolicies {
		p.add("policies", "%d policies, but AWS takes at most %d", n, MaxPolicies)
	}
	names, alarms := map[string]int{}, map[string]int{}
	for i, policy := range c.Policies {
		path := fmt.Sprintf("policies[%d]", i)
		p.below(path, policy.Problems())
		terms := policy.Terms()
		if first, taken := names[terms.Name]; taken {
			p.add(path+".policyName", "%q is the name of policies[%d] already", terms.Name, first)
			continue
		}
		names[terms.Name] = i
		if terms.Name == "" {
			p.add(path+".policyName", "expected a name")
		}
		for _, a := range terms.Alarms {
			if first, taken := alarms[a.Name]; taken {
				p.add(path, "its alarm has the name of one of policies[%d], %q", first, a.Name)
			}
			alarms[a.Name] = i
		}
		c.checkMetric(p, i)
	}
}

// checkMetric adds a problem when a target tracking policy follows the metric
// of one before it.
//
// Source: Application Auto Scaling user guide, "Target tracking scaling
// policies", "Considerations".
func (c *Config) checkMetric(p *problems, i int) {
	tracking, ok := c.Policies[i].(*TargetTracking)
	if !ok {
		return
	}
	mine := tracking.alarm("High").Metric
	if mine.Name == "" { // a problem of its own
		return
	}
	for first, other := range c.Policies[:i] {
		if o, ok := other.(*TargetTracking); ok {
			if theirs := o.alarm("High").Metric; theirs.equal(&mine) {
				p.add(fmt.Sprintf("policies[%d]", i), "tracks %s as policies[%d] does: each policy needs a metric of its own", mine.Name, first)
				return
			}
		}
	}
}

func (c *Config) checkScheduled(p *problems) {
	if n := len(c.Scheduled); n > MaxScheduledActions {
		p.add("scheduledActions", "%d scheduled actions, but AWS takes at most %d", n, MaxScheduledActions)
	}
	if len(c.Scheduled) > 0 && c.Start.IsZero() {
		p.add("start", "expected the time at which the run starts, for the scheduled actions")
	}
	names := map[string]int{}
	for i := range c.Scheduled {
		a, path := &c.Scheduled[i], fmt.Sprintf("scheduledActions[%d]", i)
		p.below(path, a.Problems())
		if first, taken := names[a.Name]; taken {
			p.add(path+".scheduledActionName", "%q is the name of scheduledActions[%d] already", a.Name, first)
		}
		names[a.Name] = i
		if a.Schedule == nil || c.Start.IsZero() {
			continue
		}
		if planned := plan(*a, c.Start); planned.due == sim.Never {
			p.warn(path+".schedule", "%v never happens from the start of the run on (%s)", a.Schedule, c.Start.Format(time.RFC3339))
		}
	}
}

func (c *Config) checkPredictive(p *problems) {
	scales := -1
	for i, policy := range c.Predictive {
		path := fmt.Sprintf("predictive[%d]", i)
		p.below(path, policy.Problems())
		if policy.Mode != ForecastAndScale {
			continue
		}
		if scales >= 0 {
			p.add(path+".mode", "expected ForecastOnly: predictive[%d] scales already, and only one policy may", scales)
		}
		scales = i
	}
}

// New returns a target. Its error joins all [Problem] values that are no mere
// warnings; [Config.Problems] has both.
func New(c Config) (*Target, error) {
	if errs := problems(c.Problems()).errors(); errs != nil {
		return nil, errors.Join(errs...)
	}
	t := &Target{min: c.MinCapacity, max: c.MaxCapacity, suspended: c.Suspended, start: c.Start}
	for _, policy := range c.Policies {
		m := member{Policy: policy, terms: policy.Terms(), first: len(t.alarms)}
		for _, a := range m.terms.Alarms {
			t.alarms = append(t.alarms, PolicyAlarm{m.terms.Name, m.terms.Newest, a})
		}
		t.policies = append(t.policies, m)
	}
	for _, a := range c.Scheduled {
		t.scheduled = append(t.scheduled, plan(a, c.Start))
	}
	for _, p := range c.Predictive {
		if p.Mode == ForecastAndScale {
			t.ahead = &ahead{policy: p}
		}
	}
	return t, nil
}

// Alarms returns the alarms that the target wants, in the order in which
// [Target.Evaluate] takes their signals.
func (t *Target) Alarms() []PolicyAlarm { return t.alarms }

// Bounds returns minCapacity and maxCapacity as they are now.
func (t *Target) Bounds() (minimum, maximum int) { return t.min, t.max }

// RestsUntil returns the end of the scale-in cooldown, 0 before the first. Until then
// no policy scales in.
func (t *Target) RestsUntil() sim.Time { return t.restsUntil }

// Suspended returns the suspended state.
func (t *Target) Suspended() SuspendedState { return t.suspended }

// Suspend sets the suspended state.
func (t *Target) Suspend(s SuspendedState) { t.suspended = s }

func (t *Target) clamp(n int) int { return max(t.min, min(n, t.max)) }
