package scaling

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
)

// anyTracking draws a target tracking policy. Each has a metric of its own.
func anyTracking(t *rapid.T, name string) *TargetTracking {
	p := NewTargetTracking(name, "", rapid.Float64Range(1, 100).Draw(t, "target"))
	p.Customized.Name = "metric of " + name
	p.ScaleOutCooldown = anyCooldown(t)
	p.ScaleInCooldown = anyCooldown(t)
	p.DisableScaleIn = rapid.IntRange(0, 3).Draw(t, "disableScaleIn") == 0
	return p
}

func anyCooldown(t *rapid.T) sim.Time {
	return sim.Time(rapid.IntRange(1, 6).Draw(t, "cooldown")) * sim.Minute
}

// anySteps draws a step policy without gaps, whose adjustments rise with the
// metric.
func anySteps(t *rapid.T, name string) *StepScaling {
	p := stepped(name, rapid.SampledFrom([]AdjustmentType{ChangeInCapacity, ExactCapacity, PercentChangeInCapacity}).Draw(t, "type"),
		rapid.SampledFrom([]Comparison{Above, AtOrAbove, Below, AtOrBelow}).Draw(t, "comparison"), float64(rapid.IntRange(20, 80).Draw(t, "threshold")))
	bounds := rapid.SliceOfNDistinct(rapid.IntRange(-20, 20), 1, 5, func(n int) int { return n }).Draw(t, "bounds")
	slices.Sort(bounds)
	low := -50
	if p.AdjustmentType == ExactCapacity {
		low = 0
	}
	by := rapid.SliceOfN(rapid.IntRange(low, 50), len(bounds)+1, len(bounds)+1).Draw(t, "by")
	slices.Sort(by)
	for i := range by {
		s := StepAdjustment{Adjustment: by[i]}
		if i > 0 {
			s.Lower = at(float64(bounds[i-1]))
		}
		if i < len(bounds) {
			s.Upper = at(float64(bounds[i]))
		}
		p.Steps = append(p.Steps, s)
	}
	if p.AdjustmentType == PercentChangeInCapacity {
		p.MinAdjustmentMagnitude = rapid.IntRange(0, 4).Draw(t, "magnitude")
	}
	p.Cooldown = anyCooldown(t)
	return p
}

func anyPolicies(t *rapid.T) []Policy {
	var policies []Policy
	for i := range rapid.IntRange(0, 3).Draw(t, "tracking") {
		policies = append(policies, anyTracking(t, fmt.Sprint("track", i)))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "stepping") {
		policies = append(policies, anySteps(t, fmt.Sprint("step", i)))
	}
	return policies
}

func anySignal(t *rapid.T) Signal {
	return Signal{
		State(rapid.IntRange(0, 2).Draw(t, "state")),
		rapid.SliceOfN(rapid.Float64Range(0, 200), 0, 3).Draw(t, "datapoints"),
		rapid.SampledFrom([]float64{0, 0, 1, 4.5, 30}).Draw(t, "tasks of the datapoint"),
	}
}

// within are the bounds of a target and a desired count.
func within(t *rapid.T) (minimum, maximum, desired int) {
	minimum = rapid.IntRange(0, 20).Draw(t, "min")
	maximum = rapid.IntRange(minimum, 60).Draw(t, "max")
	return minimum, maximum, rapid.IntRange(minimum, maximum).Draw(t, "desired")
}

// Whatever the alarms say, the desired count stays within the bounds; a
// direction is never taken back by the bounds; and what is held does not move.
func TestDesiredCountStaysWithinBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policies := anyPolicies(t)
		lowest, most, desired := within(t)
		tg, err := New(Config{MinCapacity: lowest, MaxCapacity: most, Policies: policies})
		require.NoError(t, err)
		for now := range sim.Time(20) {
			c := Capacity{
				Running:   max(0, desired+rapid.IntRange(-3, 3).Draw(t, "difference")),
				Desired:   desired,
				Deploying: rapid.IntRange(0, 9).Draw(t, "deploying") == 0,
			}
			var signals []Signal
			for range tg.Alarms() {
				signals = append(signals, anySignal(t))
			}
			a := tg.Evaluate(now*sim.Minute, c, signals)
			require.Equal(t, desired, a.From)
			require.GreaterOrEqual(t, a.To, lowest)
			require.LessOrEqual(t, a.To, most)
			require.NotEmpty(t, a.String())
			if !a.Changed() {
				require.NotEqual(t, Free, a.Hold)
			}
			desired = a.To
		}
	})
}

// The order in which policies are given decides nothing.
func TestOrderOfPoliciesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policies := anyPolicies(t)
		lowest, most, desired := within(t)
		a, err := New(Config{MinCapacity: lowest, MaxCapacity: most, Policies: policies})
		require.NoError(t, err)
		b, err := New(Config{MinCapacity: lowest, MaxCapacity: most, Policies: rapid.Permutation(policies).Draw(t, "order")})
		require.NoError(t, err)
		for now := range sim.Time(20) {
			c := Capacity{Running: max(0, desired+rapid.IntRange(-3, 3).Draw(t, "difference")), Desired: desired}
			signals := map[string]Signal{}
			var ofA, ofB []Signal
			for _, alarm := range a.Alarms() {
				s := anySignal(t)
				signals[alarm.Name] = s
				ofA = append(ofA, s)
			}
			for _, alarm := range b.Alarms() {
				ofB = append(ofB, signals[alarm.Name])
			}
			one, other := a.Evaluate(now*sim.Minute, c, ofA), b.Evaluate(now*sim.Minute, c, ofB)
			require.Equal(t, one, other)
			desired = one.To
		}
	})
}

// A higher metric never asks for less.
func TestDecisionsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(0, 200).Draw(t, "capacity")
		low := rapid.Float64Range(0, 150).Draw(t, "low")
		high := low + rapid.Float64Range(0, 150).Draw(t, "more")
		tracking := anyTracking(t, "t")
		ask := func(v float64) Decision {
			return tracking.Decide(Observation{capacity, tracked(tracking, v)})
		}
		require.LessOrEqual(t, ask(low).Capacity, ask(high).Capacity)

		steps := anySteps(t, "s")
		step := func(v float64) int {
			return steps.Decide(Observation{capacity, []Signal{seen(InAlarm, v)}}).Capacity
		}
		require.LessOrEqual(t, step(low), step(high))
	})
}

// Where a metric falls as capacity rises, target tracking comes to rest, at or
// below its target and without a task too many by more than the rounding.
func TestTrackingComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := cpu(rapid.Float64Range(20, 90).Draw(t, "target"))
		load := rapid.Float64Range(0.1, 5000).Draw(t, "load") // percent times tasks
		n := rapid.IntRange(1, 100).Draw(t, "from")
		tg, err := New(Config{MinCapacity: 1, MaxCapacity: 1000, Policies: []Policy{p}})
		require.NoError(t, err)
		for minute := range sim.Time(120) {
			n = tg.Evaluate(minute*sim.Minute, steady(n), tracked(p, load/float64(n))).To
		}
		metric := load / float64(n)
		require.LessOrEqual(t, metric, p.Target*(1+1e-9))
		require.True(t, n == 1 || metric >= p.low() || load/float64(n-1) > p.Target, "%d tasks at %v of %v", n, metric, p.Target)
	})
}

// One after the other, the evaluations of two equal targets are the same.
func TestTargetsAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policies := anyPolicies(t)
		a, err := New(Config{MaxCapacity: 60, Policies: policies})
		require.NoError(t, err)
		b, err := New(Config{MaxCapacity: 60, Policies: policies})
		require.NoError(t, err)
		var signals []Signal
		for range a.Alarms() {
			signals = append(signals, anySignal(t))
		}
		c := steady(rapid.IntRange(0, 60).Draw(t, "n"))
		require.Equal(t, a.Evaluate(0, c, signals), b.Evaluate(0, c, signals))
	})
}
