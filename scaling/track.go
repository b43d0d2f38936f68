package scaling

import (
	"math"
	"strings"

	"berth/internal/spelling"
	"berth/sim"
)

// The alarms that target tracking makes for itself. AWS documents that it
// scales in later than it scales out, usually from 10 % below the target on;
// the figures are what many have observed of ECS services.
const (
	// HighDatapoints is how many datapoints in a row lie above the target
	// before it scales out.
	HighDatapoints = 3
	// LowAfter is for how long datapoints lie below [LowFraction] of the target
	// before it scales in: 15 datapoints of a minute. With datapoints of 20 s
	// these are 45, which is a choice of berth: what AWS does is not published.
	LowAfter = 15 * sim.Minute
	// LowFraction of the target is the threshold below which it scales in.
	LowFraction = 0.9
)

// TargetTracking is a policy that keeps a metric at a value, as a thermostat
// does. The metric must fall when capacity rises, in proportion. Make one with
// [NewTargetTracking].
//
// Above the target it asks for
//
//	ceil(capacity × metric / target)
//
// and below 0.9 of it for the same, which rounds what is removed down. Metric
// is the newest datapoint, and capacity the tasks that it is the mean of: those
// that ran in its period ([Signal]), or where that is not known those that run
// now. So tasks that have been added since are not counted as if the load had
// grown with them. It asks for no fewer than run now on the way out, and for no
// more on the way in. AWS documents the first as proportional and rounded up and
// the second as gradual and conservative, but not the expressions.
//
// Where data are missing the alarms have INSUFFICIENT_DATA and it does
// nothing. A value of 0 that was really measured scales in, to 0 where the
// bounds allow that. From 0 tasks it asks for one as soon as a single
// datapoint shows any demand, whatever the alarms say.
//
// Source: Application Auto Scaling user guide, "Target tracking scaling
// policies"; Amazon ECS developer guide, "Service auto scaling".
type TargetTracking struct {
	Name string
	// Predefined is the type of a [PredefinedMetric]; "" takes Customized.
	Predefined string
	// Customized is a metric of the user's own, of one-minute datapoints.
	Customized Metric
	Statistic  Statistic // of Customized; "" is Average
	// Target is the value to keep, above 0, in the unit of the metric.
	Target           float64
	ScaleOutCooldown sim.Time
	ScaleInCooldown  sim.Time
	DisableScaleIn   bool // never scales in, and does not keep others from it
}

var _ Policy = (*TargetTracking)(nil)

// NewTargetTracking returns a policy with AWS's defaults for ECS: cooldowns of
// [DefaultCooldown].
func NewTargetTracking(name, predefined string, target float64) *TargetTracking {
	return &TargetTracking{
		Name: name, Predefined: predefined, Target: target,
		ScaleOutCooldown: DefaultCooldown, ScaleInCooldown: DefaultCooldown,
	}
}

// Terms returns the alarms, high first and then low, and the cooldowns.
func (t *TargetTracking) Terms() Terms {
	terms := Terms{
		Name: t.Name, Alarms: []Alarm{t.alarm("High")},
		ScaleOutCooldown: t.ScaleOutCooldown, ScaleInCooldown: t.ScaleInCooldown,
		Votes: !t.DisableScaleIn, Newest: true,
	}
	if !t.DisableScaleIn {
		low := t.alarm("Low")
		low.Comparison, low.Threshold = Below, t.low()
		low.EvaluationPeriods = int(LowAfter / low.Period)
		low.DatapointsToAlarm = low.EvaluationPeriods
		terms.Alarms = append(terms.Alarms, low)
	}
	return terms
}

// alarm returns the high alarm.
func (t *TargetTracking) alarm(which string) Alarm {
	a := Alarm{
		Metric: t.Customized, Statistic: t.Statistic, Comparison: Above, Threshold: t.Target, Period: sim.Minute,
		EvaluationPeriods: HighDatapoints, DatapointsToAlarm: HighDatapoints, MissingData: Missing,
	}
	if m, ok := predefinedMetric(t.Predefined); ok {
		a.Metric, a.Statistic, a.Period = m.Metric, m.Statistic, m.Period
	}
	return a.complete("TargetTracking-" + t.Name + "-Alarm" + which)
}

func (t *TargetTracking) low() float64 { return t.Target * LowFraction }

// Decide answers what it observes: the signals of the high and the low alarm.
func (t *TargetTracking) Decide(o Observation) Decision {
	high := &o.Signals[0]
	d := Decision{Capacity: o.Capacity, Reason: t.reason(high, o.Capacity)}
	value, known := high.newest()
	switch {
	case !known:
		d.Reason.Cause = NoData
		return d
	case o.Capacity == 0:
		if d.Reason.Cause = Idle; value > 0 {
			d.Action, d.Capacity, d.Reason.Cause = ScaleOut, 1, FromZero
		}
	case high.State == InAlarm && value > t.Target:
		d.Reason.Cause, d.Reason.Measured = Tracked, o.measured(high)
		if n := wholeTasks(d.Reason.Measured, value, t.Target); n > o.Capacity {
			d.Action, d.Capacity = ScaleOut, n
		}
	case !t.DisableScaleIn && o.Signals[1].State == InAlarm:
		d.scaleIn(t, &o, &o.Signals[1])
	case high.State == InsufficientData:
		d.Reason.Cause = NoData
	}
	d.Reason.Result = d.Capacity
	return d
}

// Proportional returns how many tasks target tracking computes from a datapoint and the
// tasks that it is the mean of, before anything that holds it up.
func Proportional(tasks, metric, target float64) int { return wholeTasks(tasks, metric, target) }

// measured returns how many tasks the newest datapoint of a signal is the mean of.
func (o *Observation) measured(s *Signal) float64 {
	if s.Capacity > 0 {
		return s.Capacity
	}
	return float64(o.Capacity)
}

func (d *Decision) scaleIn(t *TargetTracking, o *Observation, low *Signal) {
	value, known := low.newest()
	if !known {
		d.Reason.Cause = NoData
		return
	}
	if value >= t.low() {
		return
	}
	d.Action = ScaleIn
	d.Reason.Cause, d.Reason.Value, d.Reason.Comparison, d.Reason.Threshold = Tracked, value, Below, t.low()
	d.Reason.Datapoints = int(LowAfter / d.Reason.Period)
	d.Reason.Of = d.Reason.Datapoints
	d.Reason.Measured = o.measured(low)
	d.Capacity = min(d.Capacity, wholeTasks(d.Reason.Measured, value, t.Target))
}

// reason returns what there is to say of the high alarm.
func (t *TargetTracking) reason(s *Signal, capacity int) Reason {
	r := Reason{
		Cause: WithinRange, Metric: t.Customized.Name, Target: t.Target, Threshold: t.Target, Comparison: Above,
		Datapoints: HighDatapoints, Of: HighDatapoints, Period: sim.Minute, Capacity: capacity,
	}
	if m, ok := predefinedMetric(t.Predefined); ok {
		r.Metric, r.Period = m.Metric.Name, m.Period
	}
	r.Value, _ = s.newest()
	return r
}

// Problems returns what is wrong with the policy.
func (t *TargetTracking) Problems() []Problem {
	var p problems
	m, known := predefinedMetric(t.Predefined)
	switch {
	case t.Predefined == "" && t.Customized.Name == "":
		p.add("predefinedMetricType", "expected a metric: one of %s, or customizedMetricSpecification", strings.Join(predefinedNames(), ", "))
	case t.Predefined != "" && t.Customized.Name != "":
		p.add("customizedMetricSpecification", "expected either this or predefinedMetricType, found both")
	case t.Predefined != "" && !known:
		message := "expected one of " + strings.Join(predefinedNames(), ", ")
		if near := spelling.Nearest(t.Predefined, predefinedNames()); near != "" {
			message = "did you mean " + near + "?"
		}
		p.add("predefinedMetricType", "unknown metric %q: %s", t.Predefined, message)
	}
	oneOf(&p, "statistic", t.Statistic, "", Average, Sum, Minimum, Maximum, SampleCount)
	switch {
	case !(t.Target > 0) || math.IsInf(t.Target, 0):
		p.add("targetValue", "expected a number above 0, found %v", t.Target)
	case known && m.Percent && t.Target > 100:
		p.warn("targetValue", "%v %% of what is reserved is more than all of it: tasks reach that only where they may use what their neighbours leave idle", number(t.Target))
	}
	high := t.alarm("High")
	p.cooldown("scaleOutCooldown", t.ScaleOutCooldown, &high)
	if !t.DisableScaleIn {
		low := t.alarm("Low")
		p.cooldown("scaleInCooldown", t.ScaleInCooldown, &low)
	}
	return p
}
