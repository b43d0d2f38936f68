package scaling

import (
	"fmt"
	"math"
	"slices"

	"berth/sim"
)

// MaxSteps is the largest number of steps of a policy.
//
// Source: Application Auto Scaling user guide, "Quotas".
const MaxSteps = 20

// AdjustmentType says what the number of a step means.
type AdjustmentType string

// The types, as the Application Auto Scaling API names them.
const (
	ChangeInCapacity        AdjustmentType = "ChangeInCapacity"        // so many more, or fewer when negative
	ExactCapacity           AdjustmentType = "ExactCapacity"           // so many
	PercentChangeInCapacity AdjustmentType = "PercentChangeInCapacity" // so many percent more, or fewer
)

// StepAdjustment is what a step policy does where the metric lies between two
// bounds. They are relative to the alarm's threshold; nil is infinite. Above
// the threshold Lower belongs to the step and Upper does not, below it is the
// other way round.
type StepAdjustment struct {
	Lower, Upper *float64
	Adjustment   int // see [AdjustmentType]
}

// String returns the bounds and the adjustment: "[0, 15): 10".
func (s StepAdjustment) String() string {
	return fmt.Sprintf("%s: %d", s.interval(s.Upper == nil || *s.Upper > 0), s.Adjustment)
}

// interval writes the bounds as they hold above or below the threshold.
func (s *StepAdjustment) interval(above bool) string {
	open, lower, upper, end := "(", "-∞", "∞", "]"
	if s.Lower != nil {
		if lower = number(*s.Lower); above {
			open = "["
		}
	}
	if s.Upper != nil {
		upper = number(*s.Upper)
	}
	if above || s.Upper == nil {
		end = ")"
	}
	return open + lower + ", " + upper + end
}

func (s *StepAdjustment) lower() float64 {
	if s.Lower == nil {
		return math.Inf(-1)
	}
	return *s.Lower
}

func (s *StepAdjustment) upper() float64 {
	if s.Upper == nil {
		return math.Inf(1)
	}
	return *s.Upper
}

// StepScaling is a policy that changes capacity the more, the further a metric
// has gone beyond the threshold of an alarm.
//
// While the alarm is in ALARM, the datapoints of its evaluation periods are
// aggregated, and the step that takes the result says what to do. AWS applies
// the aggregation to "the most recent metric data points"; that these are the
// alarm's is a choice of berth. Where the result lies exactly on the threshold,
// the alarm's comparison says whether that counts as above or below.
//
// Source: Application Auto Scaling user guide, "Step scaling policies";
// Application Auto Scaling API, StepScalingPolicyConfiguration.
type StepScaling struct {
	Name           string
	AdjustmentType AdjustmentType
	Steps          []StepAdjustment // in any order
	// MinAdjustmentMagnitude is the least change of PercentChangeInCapacity, in
	// tasks; 0 sets none. From a capacity of 0, where a percentage is nothing,
	// it is the change.
	MinAdjustmentMagnitude int
	Cooldown               sim.Time  // after a scaling activity of the policy
	Aggregation            Statistic // Average, Minimum or Maximum; "" is Average
	Alarm                  Alarm
}

var _ Policy = (*StepScaling)(nil)

// Terms returns the alarm and the cooldown, which is one for both directions.
func (s *StepScaling) Terms() Terms {
	return Terms{Name: s.Name, Alarms: []Alarm{s.Alarm.complete(s.Name)}, ScaleOutCooldown: s.Cooldown, ScaleInCooldown: s.Cooldown}
}

// Decide answers what it observes: the signal of its alarm.
func (s *StepScaling) Decide(o Observation) Decision {
	signal := &o.Signals[0]
	value, known := signal.aggregate(s.Aggregation)
	d := Decision{Capacity: o.Capacity, Reason: s.reason(value, o.Capacity)}
	switch {
	case !known || signal.State == InsufficientData:
		d.Reason.Cause = NoData
		return d
	case signal.State != InAlarm:
		return d
	}
	i := s.step(value)
	if i < 0 {
		d.Reason.Cause = NoStep
		return d
	}
	d.Reason.Cause, d.Reason.Step = Stepped, s.Steps[i]
	d.Capacity = s.adjust(o.Capacity, s.Steps[i].Adjustment)
	d.Reason.Result = d.Capacity
	switch {
	case d.Capacity > o.Capacity:
		d.Action = ScaleOut
	case d.Capacity < o.Capacity:
		d.Action = ScaleIn
	}
	return d
}

func (s *StepScaling) reason(value float64, capacity int) Reason {
	r := Reason{
		Cause: WithinRange, Metric: s.Alarm.Metric.Name, Value: value,
		Comparison: s.Alarm.Comparison, Threshold: s.Alarm.Threshold,
		Datapoints: s.Alarm.DatapointsToAlarm, Of: s.Alarm.EvaluationPeriods, Period: s.Alarm.Period,
		Capacity: capacity, Result: capacity, AdjustmentType: s.AdjustmentType, AtLeast: s.MinAdjustmentMagnitude,
	}
	if r.Datapoints == 0 {
		r.Datapoints = r.Of
	}
	return r
}

// step returns the step that takes a value, or -1.
func (s *StepScaling) step(value float64) int {
	threshold := s.Alarm.Threshold
	above := value > threshold || value == threshold && (s.Alarm.Comparison == Above || s.Alarm.Comparison == AtOrAbove)
	for i := range s.Steps {
		lower, upper := threshold+s.Steps[i].lower(), threshold+s.Steps[i].upper()
		if above && lower <= value && value < upper || !above && lower < value && value <= upper {
			return i
		}
	}
	return -1
}

// adjust returns a capacity after an adjustment, from 0 to [most].
func (s *StepScaling) adjust(capacity, by int) int {
	switch s.AdjustmentType {
	case ExactCapacity:
		capacity = by
	case PercentChangeInCapacity:
		capacity += percent(capacity, by, s.MinAdjustmentMagnitude)
	default:
		capacity += by
	}
	return min(max(0, capacity), most)
}

// percent returns so many percent of a capacity, in whole tasks: rounded
// towards zero, but never to zero, and at least so many.
func percent(capacity, by, atLeast int) int {
	change := capacity * by / 100
	switch {
	case by > 0:
		return max(change, atLeast, min(1, capacity))
	case by < 0:
		return min(change, -atLeast, -min(1, capacity))
	}
	return 0
}

// Problems returns what is wrong with the policy.
func (s *StepScaling) Problems() []Problem {
	var p problems
	oneOf(&p, "adjustmentType", s.AdjustmentType, ChangeInCapacity, ExactCapacity, PercentChangeInCapacity)
	oneOf(&p, "metricAggregationType", s.Aggregation, "", Average, Minimum, Maximum)
	switch {
	case s.MinAdjustmentMagnitude < 0:
		p.add("minAdjustmentMagnitude", "expected a number from 1 on, found %d", s.MinAdjustmentMagnitude)
	case s.MinAdjustmentMagnitude > 0 && s.AdjustmentType != PercentChangeInCapacity:
		p.add("minAdjustmentMagnitude", "expected none: it belongs to PercentChangeInCapacity, not to %s", s.AdjustmentType)
	}
	p.below("alarm", s.Alarm.Problems())
	alarm := s.Alarm.complete(s.Name)
	p.cooldown("cooldown", s.Cooldown, &alarm)
	if by := s.Aggregation; (by == Average || by == Minimum || by == Maximum) && alarm.Statistic != by && !alarm.Statistic.Percentile() {
		p.warn("metricAggregationType", "%s, but the statistic of the alarm is %s: the steps may see another value than the alarm", by, alarm.Statistic)
	}
	s.checkSteps(&p)
	return p
}

// checkSteps adds what is wrong with the steps: each alone, then side by side.
//
// Source: Application Auto Scaling user guide, "Step scaling policies", "Step
// adjustments".
func (s *StepScaling) checkSteps(p *problems) {
	switch n := len(s.Steps); {
	case n == 0:
		p.add("stepAdjustments", "expected at least one step")
	case n > MaxSteps:
		p.add("stepAdjustments", "%d steps, but AWS takes at most %d", n, MaxSteps)
	}
	order, sound := make([]int, 0, len(s.Steps)), true
	for i := range s.Steps {
		step, path := &s.Steps[i], fmt.Sprintf("stepAdjustments[%d]", i)
		order = append(order, i)
		switch {
		case step.Lower == nil && step.Upper == nil:
			p.add(path, "expected metricIntervalLowerBound, metricIntervalUpperBound or both: a step without either would take everything")
			sound = false
		case math.IsNaN(step.lower()) || math.IsNaN(step.upper()) || step.lower() >= step.upper():
			p.add(path+".metricIntervalUpperBound", "expected a bound above metricIntervalLowerBound (%s), found %s", number(step.lower()), number(step.upper()))
			sound = false
		}
		switch {
		case s.AdjustmentType == ExactCapacity && step.Adjustment < 0:
			p.add(path+".scalingAdjustment", "expected a capacity from 0 on, found %d", step.Adjustment)
		case s.AdjustmentType == PercentChangeInCapacity && step.Adjustment < -100:
			p.add(path+".scalingAdjustment", "expected a percentage from -100 on, found %d: there is no more to remove", step.Adjustment)
		case step.Adjustment > most || step.Adjustment < -most:
			p.add(path+".scalingAdjustment", "expected a number from %d to %d, found %d", -most, most, step.Adjustment)
		}
	}
	if !sound || len(order) == 0 {
		return
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := s.Steps[a].lower(), s.Steps[b].lower()
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	s.checkNeighbours(p, order)
}

// checkNeighbours adds what is wrong between steps in the order of their lower
// bounds.
func (s *StepScaling) checkNeighbours(p *problems, order []int) {
	for n, i := range order[1:] {
		path, before := fmt.Sprintf("stepAdjustments[%d].metricIntervalLowerBound", i), order[n]
		switch end, start := s.Steps[before].upper(), s.Steps[i].lower(); {
		case math.IsInf(start, -1):
			p.add(path, "expected a bound: stepAdjustments[%d] has none already, and only one step may", before)
		case math.IsInf(end, 1) && s.Steps[i].Upper == nil:
			p.add(fmt.Sprintf("stepAdjustments[%d].metricIntervalUpperBound", i), "expected a bound: stepAdjustments[%d] has none already, and only one step may", before)
		case start < end:
			p.add(path, "%s overlaps stepAdjustments[%d], which ends at %s", number(start), before, number(end))
		case start > end:
			p.add(path, "%s leaves a gap after stepAdjustments[%d], which ends at %s", number(start), before, number(end))
		}
	}
	first, last := order[0], order[len(order)-1]
	if s.Steps[first].Lower != nil && *s.Steps[first].Lower < 0 {
		p.add(fmt.Sprintf("stepAdjustments[%d].metricIntervalLowerBound", first), "expected none: with a negative lower bound there must be a step without one, and this is the lowest")
	}
	if s.Steps[last].Upper != nil && *s.Steps[last].Upper > 0 {
		p.add(fmt.Sprintf("stepAdjustments[%d].metricIntervalUpperBound", last), "expected none: with a positive upper bound there must be a step without one, and this is the highest")
	}
}
