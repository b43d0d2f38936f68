package scaling

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
)

func at(x float64) *float64 { return &x }

// stepped returns a step policy on CPU with an alarm of one minute.
func stepped(name string, of AdjustmentType, comparison Comparison, threshold float64, steps ...StepAdjustment) *StepScaling {
	return &StepScaling{
		Name: name, AdjustmentType: of, Steps: steps, Cooldown: DefaultCooldown,
		Alarm: Alarm{Metric: Metric{Name: "CPUUtilization"}, Comparison: comparison, Threshold: threshold, Period: sim.Minute, EvaluationPeriods: 2},
	}
}

// The policies of the example in the Application Auto Scaling user guide, "Step
// scaling policies", "Step adjustments": an alarm at 50 percent.
func guidesPolicies() (out, in *StepScaling) {
	out = stepped("out", PercentChangeInCapacity, AtOrAbove, 50,
		StepAdjustment{at(0), at(10), 0}, StepAdjustment{at(10), at(20), 10}, StepAdjustment{at(20), nil, 30})
	in = stepped("in", PercentChangeInCapacity, AtOrBelow, 50,
		StepAdjustment{at(-10), at(0), 0}, StepAdjustment{at(-20), at(-10), -10}, StepAdjustment{nil, at(-20), -30})
	return out, in
}

func TestStepScalingOfTheGuide(t *testing.T) {
	out, in := guidesPolicies()
	require.Empty(t, problems(out.Problems()).errors())
	require.Empty(t, problems(in.Problems()).errors())
	for _, c := range []struct {
		name     string
		policy   *StepScaling
		capacity int
		metric   float64
		want     int
		reason   string
	}{
		{"10 percent of 10", out, 10, 60, 11, "CPUUtilization 60 is at or above 50 for 2 of 2 datapoints of 1m; step [10, 20): 10 % of 10 is 1; 10 + 1 = 11"},
		{"30 percent of 11 is 3.3, rounded down", out, 11, 70, 14, "CPUUtilization 70 is at or above 50 for 2 of 2 datapoints of 1m; step [20, ∞): 30 % of 11 is 3.3; 11 + 3 = 14"},
		{"10 percent of 14 is 1.4, rounded down", in, 14, 40, 13, "CPUUtilization 40 is at or below 50 for 2 of 2 datapoints of 1m; step (-20, -10]: -10 % of 14 is -1.4; 14 − 1 = 13"},
		{"30 percent of 13 is 3.9, rounded down", in, 13, 30, 10, "CPUUtilization 30 is at or below 50 for 2 of 2 datapoints of 1m; step (-∞, -20]: -30 % of 13 is -3.9; 13 − 3 = 10"},
		{"below 60 nothing", out, 10, 59.9, 10, ""},
		{"above 40 nothing", in, 10, 40.1, 10, ""},
		{"on the threshold, out", out, 10, 50, 10, ""},
		{"on the threshold, in", in, 10, 50, 10, ""},
		{"just below 70", out, 10, 69.9, 11, ""},
		{"just above 30", in, 10, 30.1, 9, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := c.policy.Decide(Observation{c.capacity, []Signal{seen(InAlarm, c.metric)}})
			assert.Equal(t, c.want, d.Capacity)
			assert.Equal(t, Stepped, d.Reason.Cause)
			if c.reason != "" {
				assert.Equal(t, c.reason, d.Reason.String())
			}
		})
	}
}

// Application Auto Scaling user guide, "Step scaling policies", "Scaling
// adjustment types", with its figures for rounding.
func TestAdjustments(t *testing.T) {
	for _, c := range []struct {
		name          string
		of            AdjustmentType
		capacity      int
		by, magnitude int
		want          int
	}{
		{"guide: 3 and 5 are 8", ChangeInCapacity, 3, 5, 0, 8},
		{"guide: 3 to exactly 5", ExactCapacity, 3, 5, 0, 5},
		{"guide: 10 percent of 10", PercentChangeInCapacity, 10, 10, 0, 11},
		{"guide: 25 percent of 4 is 1, but at least 2", PercentChangeInCapacity, 4, 25, 2, 6},
		{"guide: 12.7 is rounded to 12", PercentChangeInCapacity, 127, 10, 0, 139},
		{"guide: .67 is rounded to 1", PercentChangeInCapacity, 67, 1, 0, 68},
		{"guide: -.58 is rounded to -1", PercentChangeInCapacity, 58, -1, 0, 57},
		{"guide: -6.67 is rounded to -6", PercentChangeInCapacity, 667, -1, 0, 661},
		{"exactly one", PercentChangeInCapacity, 100, 1, 0, 101},
		{"at least, downwards", PercentChangeInCapacity, 10, -10, 3, 7},
		{"more than at least", PercentChangeInCapacity, 100, 10, 3, 110},
		{"no percentage, no change", PercentChangeInCapacity, 10, 0, 3, 10},
		{"a percentage of nothing", PercentChangeInCapacity, 0, 50, 0, 0},
		{"at least, from nothing", PercentChangeInCapacity, 0, 50, 2, 2},
		{"all of it", PercentChangeInCapacity, 7, -100, 0, 0},
		{"not below nothing", ChangeInCapacity, 3, -5, 0, 0},
		{"not without end", ChangeInCapacity, most, most, 0, most},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := stepped("p", c.of, AtOrAbove, 50, StepAdjustment{at(0), nil, c.by})
			p.MinAdjustmentMagnitude = c.magnitude
			d := p.Decide(Observation{c.capacity, []Signal{seen(InAlarm, 90)}})
			assert.Equal(t, c.want, d.Capacity)
			switch {
			case c.want > c.capacity:
				assert.Equal(t, ScaleOut, d.Action)
			case c.want < c.capacity:
				assert.Equal(t, ScaleIn, d.Action)
			default:
				assert.Equal(t, Stay, d.Action)
			}
		})
	}
}

func TestStepReasons(t *testing.T) {
	for of, want := range map[AdjustmentType]string{
		ChangeInCapacity:        "10 + 12 = 22",
		ExactCapacity:           "exactly 12",
		PercentChangeInCapacity: "12 % of 10 is 1.2; 10 + 1 = 11",
	} {
		p := stepped("p", of, AtOrAbove, 50, StepAdjustment{at(0), nil, 12})
		assert.Equal(t, "CPUUtilization 90 is at or above 50 for 2 of 2 datapoints of 1m; step [0, ∞): "+want,
			p.Decide(Observation{10, []Signal{seen(InAlarm, 90)}}).Reason.String())
	}
}

func TestStepScalingStays(t *testing.T) {
	p := stepped("p", ChangeInCapacity, AtOrAbove, 50, StepAdjustment{at(10), nil, 5})
	for _, c := range []struct {
		name   string
		signal Signal
		want   Cause
	}{
		{"no alarm", seen(OK, 90), WithinRange},
		{"no data", seen(InsufficientData), NoData},
		{"an alarm without data, which breach where they are missing", seen(InAlarm), NoData},
		{"not enough data", seen(InsufficientData, 90), NoData},
		{"no step", seen(InAlarm, 55), NoStep},
	} {
		d := p.Decide(Observation{4, []Signal{c.signal}})
		assert.Equal(t, Stay, d.Action, c.name)
		assert.Equal(t, 4, d.Capacity, c.name)
		assert.Equal(t, c.want, d.Reason.Cause, c.name)
	}
	assert.Equal(t, "CPUUtilization 55 is at or above 50 for 2 of 2 datapoints of 1m; no step takes it",
		p.Decide(Observation{4, []Signal{seen(InAlarm, 55)}}).Reason.String())
}

func TestAggregation(t *testing.T) {
	signal := seen(InAlarm, 60, 90, 75)
	for by, want := range map[Statistic]int{"": 75, Average: 75, Minimum: 60, Maximum: 90} {
		p := stepped("p", ExactCapacity, AtOrAbove, 50)
		p.Aggregation = by
		for n := range 50 {
			p.Steps = append(p.Steps, StepAdjustment{at(float64(n)), at(float64(n + 1)), 50 + n})
		}
		assert.Equal(t, want, p.Decide(Observation{4, []Signal{signal}}).Capacity, by)
	}
}

func TestWrongSteps(t *testing.T) {
	const lower, upper = "metricIntervalLowerBound", "metricIntervalUpperBound"
	for _, c := range []struct {
		name  string
		of    AdjustmentType
		steps []StepAdjustment
		want  []string
	}{
		{"none", ChangeInCapacity, nil, []string{"stepAdjustments: expected at least one step"}},
		{"a gap", ChangeInCapacity, []StepAdjustment{{at(20), nil, 2}, {at(0), at(10), 1}}, []string{"stepAdjustments[0]." + lower + ": 20 leaves a gap after stepAdjustments[1], which ends at 10"}},
		{"an overlap", ChangeInCapacity, []StepAdjustment{{at(0), at(10), 1}, {at(5), nil, 2}}, []string{"stepAdjustments[1]." + lower + ": 5 overlaps stepAdjustments[0], which ends at 10"}},
		{"one inside the other", ChangeInCapacity, []StepAdjustment{{at(0), nil, 1}, {at(5), at(10), 2}}, []string{
			"stepAdjustments[1]." + lower + ": 5 overlaps stepAdjustments[0], which ends at ∞",
			"stepAdjustments[1]." + upper + ": expected none: with a positive upper bound there must be a step without one, and this is the highest",
		}},
		{"two without a lower bound", ChangeInCapacity, []StepAdjustment{{nil, at(-10), -2}, {nil, at(0), -1}}, []string{"stepAdjustments[1]." + lower + ": expected a bound: stepAdjustments[0] has none already, and only one step may"}},
		{"two without an upper bound", ChangeInCapacity, []StepAdjustment{{at(0), nil, 1}, {at(10), nil, 2}}, []string{"stepAdjustments[1]." + upper + ": expected a bound: stepAdjustments[0] has none already, and only one step may"}},
		{"no bounds", ChangeInCapacity, []StepAdjustment{{nil, nil, 1}}, []string{"stepAdjustments[0]: expected metricIntervalLowerBound, metricIntervalUpperBound or both: a step without either would take everything"}},
		{"bounds that fall", ChangeInCapacity, []StepAdjustment{{at(10), at(10), 1}}, []string{"stepAdjustments[0]." + upper + ": expected a bound above metricIntervalLowerBound (10), found 10"}},
		{"negative without null", ChangeInCapacity, []StepAdjustment{{at(-10), at(0), -1}}, []string{"stepAdjustments[0]." + lower + ": expected none: with a negative lower bound there must be a step without one, and this is the lowest"}},
		{"positive without null", ChangeInCapacity, []StepAdjustment{{at(0), at(10), 1}}, []string{"stepAdjustments[0]." + upper + ": expected none: with a positive upper bound there must be a step without one, and this is the highest"}},
		{"exactly negative", ExactCapacity, []StepAdjustment{{at(0), nil, -1}}, []string{"stepAdjustments[0].scalingAdjustment: expected a capacity from 0 on, found -1"}},
		{"more than everything", PercentChangeInCapacity, []StepAdjustment{{nil, at(0), -101}}, []string{"stepAdjustments[0].scalingAdjustment: expected a percentage from -100 on, found -101: there is no more to remove"}},
		{"a type that is none", "Percent", []StepAdjustment{{at(0), nil, 1}}, []string{`adjustmentType: expected ChangeInCapacity, ExactCapacity, PercentChangeInCapacity, found "Percent"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, said(stepped("p", c.of, AtOrAbove, 50, c.steps...).Problems()))
		})
	}
	many := stepped("p", ChangeInCapacity, AtOrAbove, 50)
	for n := range MaxSteps + 1 {
		many.Steps = append(many.Steps, StepAdjustment{at(float64(n)), at(float64(n + 1)), n})
	}
	many.Steps[MaxSteps].Upper = nil
	assert.Equal(t, []string{"stepAdjustments: 21 steps, but AWS takes at most 20"}, said(many.Problems()))
}

// said returns problems in words.
func said(problems []Problem) []string {
	out := []string{}
	for _, p := range problems {
		text := p.Error()
		if p.Warning {
			text = "warning: " + text
		}
		out = append(out, text)
	}
	return out
}

func TestStepAdjustmentInWords(t *testing.T) {
	assert.Equal(t, "[0, 15): 10", StepAdjustment{at(0), at(15), 10}.String())
	assert.Equal(t, "[15, ∞): 30", StepAdjustment{at(15), nil, 30}.String())
	assert.Equal(t, "(-∞, 0]: -1", StepAdjustment{nil, at(0), -1}.String())
}
