package scaling

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"berth/sim"
)

// Cause is what a decision comes from.
type Cause uint8

// The causes.
const (
	NoCause     Cause = iota // there is no policy
	NoData                   // there are no datapoints to decide on
	WithinRange              // no alarm asks for anything
	Tracked                  // target tracking: the metric is off its target
	FromZero                 // target tracking: there is demand, but no task
	Idle                     // target tracking: there is no demand and no task
	Stepped                  // step scaling: a step took the metric
	NoStep                   // step scaling: no step takes the metric
	Scheduled                // a scheduled action
	Predicted                // a forecast
)

// Reason says why a policy asks for a capacity, as data; String says it in
// words. Only the fields of its Cause have a meaning.
type Reason struct {
	Cause  Cause
	Metric string
	Value  float64 // of the metric
	Target float64 // Tracked, Predicted: the value to keep

	// The alarm: Value compares so with Threshold for so many datapoints.
	Comparison     Comparison
	Threshold      float64
	Datapoints, Of int
	Period         sim.Time

	Capacity int     // where the computation started
	Measured float64 // Tracked: how many tasks Value is the mean of
	Result   int     // where it ended, before any bounds

	// Stepped.
	Step           StepAdjustment
	AdjustmentType AdjustmentType
	AtLeast        int // the least change of a percentage, or 0

	// Scheduled and Predicted.
	Name string // of the scheduled action or the policy
	// Scheduled: the bounds from then on.
	MinCapacity, MaxCapacity int
	// Predicted: the load of the hour, and where the hour starts.
	Load float64
	Hour sim.Time
}

// String returns the reason in words, with the computation.
func (r Reason) String() string {
	switch r.Cause {
	case NoData:
		return "there are no datapoints of " + r.Metric
	case WithinRange:
		return "no alarm on " + r.Metric + " asks for anything"
	case Tracked:
		result := wholeTasks(r.Measured, r.Value, r.Target)
		words := fmt.Sprintf("%s; ceil(%s × %s / %s) = %d", r.alarm(), number(r.Measured), number(r.Value), number(r.Target), result)
		if r.Result != result {
			words += fmt.Sprintf(", of %d that run", r.Capacity)
		}
		return words
	case FromZero:
		return fmt.Sprintf("%s %s shows demand and no task runs; 1 to begin with", r.Metric, number(r.Value))
	case Idle:
		return fmt.Sprintf("%s %s shows no demand and no task runs", r.Metric, number(r.Value))
	case Stepped:
		return fmt.Sprintf("%s; step %v: %s", r.alarm(), r.Step.interval(r.above()), r.adjustment())
	case NoStep:
		return fmt.Sprintf("%s; no step takes it", r.alarm())
	case Scheduled:
		return fmt.Sprintf("scheduled action %s: minCapacity %d, maxCapacity %d", r.Name, r.MinCapacity, r.MaxCapacity)
	case Predicted:
		return fmt.Sprintf("%s forecasts %s for the hour from %v; ceil(%s / %s) = %d", r.Name, number(r.Load), words(r.Hour), number(r.Load), number(r.Target), r.Result)
	}
	return "there is no policy"
}

// alarm says what the alarm has seen. Where not all datapoints have to breach, what
// they come to together may not.
func (r *Reason) alarm() string {
	of := fmt.Sprintf("%s %s for %d of %d datapoints of %s", r.Comparison.words(), number(r.Threshold), r.Datapoints, r.Of, words(r.Period))
	if r.Comparison.breaches(r.Value, r.Threshold) {
		return fmt.Sprintf("%s %s is %s", r.Metric, number(r.Value), of)
	}
	return fmt.Sprintf("%s is %s, and %s over all of them", r.Metric, of, number(r.Value))
}

// above reports on which side of the threshold a step was looked for.
func (r *Reason) above() bool {
	return r.Value > r.Threshold || r.Value == r.Threshold && (r.Comparison == Above || r.Comparison == AtOrAbove)
}

// adjustment says what a step does.
func (r *Reason) adjustment() string {
	n, result := r.Step.Adjustment, fmt.Sprintf(" = %d", r.Result)
	switch r.AdjustmentType {
	case ExactCapacity:
		return fmt.Sprintf("exactly %d", r.Result)
	case ChangeInCapacity:
		return signed(r.Capacity, n) + result
	}
	text := fmt.Sprintf("%d %% of %d is %s", n, r.Capacity, number(float64(r.Capacity)*float64(n)/100))
	if r.AtLeast > 0 {
		text += fmt.Sprintf(", at least %d", r.AtLeast)
	}
	return text + "; " + signed(r.Capacity, percent(r.Capacity, n, r.AtLeast)) + result
}

// signed writes a sum: 3 + 5 or 3 − 5.
func signed(a, b int) string {
	if b < 0 {
		return fmt.Sprintf("%d − %d", a, -b)
	}
	return fmt.Sprintf("%d + %d", a, b)
}

// number writes a figure as short as it may be, with six digits that count.
func number(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "-∞"
	}
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// words writes a duration as people do: 1m, not 1m0s.
func words(d sim.Time) string {
	text := time.Duration(d).String()
	if d >= sim.Minute && strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if d >= sim.Hour && strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
