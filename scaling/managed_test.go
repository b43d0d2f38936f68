package scaling_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/scaling"
	"berth/sim"
)

func ExampleManagedScaling() {
	m := scaling.NewManagedScaling()
	of := shape(4, 8, 3)
	fleet := scaling.Fleet{Running: 10, Busy: 10, Largest: of, Smallest: of}
	r := m.Reserve(&fleet, []scaling.WaitingTasks{{TaskNeeds: needs(1, 2), Count: 20}})
	d := m.Decide(&scaling.ManagedObservation{High: scaling.InAlarm, Reservation: r, Desired: 10, Max: 40, ScaledOut: -1})
	fmt.Println(d.Desired)
	fmt.Println(&d)
	// Output:
	// 15
	// CapacityProviderReservation 150 is above the target 100: tasks wait that need 5 instances more, 4 each: 15 needed of 10; ceil(10 × 150 / 100) = 15
}

// steady is the reservation of a fleet for which nothing waits.
func steady(busy, running int) scaling.Reservation {
	of := shape(4, 8, 3)
	return scaling.NewManagedScaling().Reserve(&scaling.Fleet{Running: running, Busy: busy, Largest: of, Smallest: of}, nil)
}

func wanting(more, running int) scaling.Reservation {
	of := shape(4, 8, 3)
	return scaling.NewManagedScaling().Reserve(&scaling.Fleet{Running: running, Busy: running, Largest: of, Smallest: of}, []scaling.WaitingTasks{waiting(more, needs(4, 8))})
}

func TestManagedScalingDecides(t *testing.T) {
	const now = sim.Hour
	out := func(r scaling.Reservation, desired int) scaling.ManagedObservation {
		return scaling.ManagedObservation{Now: now, High: scaling.InAlarm, Low: scaling.OK, Reservation: r, Desired: desired, Max: 100, ScaledOut: -1}
	}
	in := func(r scaling.Reservation, desired int) scaling.ManagedObservation {
		o := out(r, desired)
		o.High, o.Low = scaling.OK, scaling.InAlarm
		return o
	}
	with := func(o scaling.ManagedObservation, f func(*scaling.ManagedObservation)) scaling.ManagedObservation {
		f(&o)
		return o
	}
	for _, c := range []struct {
		name   string
		source string
		target int // 100 where it is 0
		o      scaling.ManagedObservation
		want   int
		hold   scaling.ManagedHold
	}{
		{
			name: "from 0 to two, whatever is needed", source: "AWS containers roadmap, thread 1716: 200 results in at least 2 instances",
			o: out(wanting(17, 0), 0), want: 2,
		},
		{ // ceil(5 / 0.5)
			name: "a target of 50 keeps as many again", source: "AWS containers blog, Deep dive on Amazon ECS cluster auto scaling: M / N × 100 = 50",
			target: 50, o: out(steady(5, 5), 5), want: 10,
		},
		{name: "M is N at the target", source: "the same: M = N is 100, no scaling", o: out(steady(5, 5), 5), want: 5, hold: scaling.ManagedInRange},
		{name: "in proportion", source: "Amazon ECS developer guide: N × reservation / target", o: out(wanting(7, 10), 10), want: 17},
		{ // ceil(10 × 110 / 90) = ceil(12.2)
			name: "rounded up", source: "the same", target: 90, o: out(wanting(1, 10), 10), want: 13,
		},
		{
			name: "a stale datapoint does not add twice", source: "berth: N is that of the datapoint",
			o: out(wanting(7, 10), 17), want: 17, hold: scaling.ManagedEnough,
		},
		{
			name: "the maximum", source: "Amazon ECS developer guide: the group's bounds are not changed",
			o: with(out(wanting(7, 10), 10), func(o *scaling.ManagedObservation) { o.Max = 12 }), want: 12, hold: scaling.ManagedAtMax,
		},
		{
			name: "instances warm up", source: "Amazon ECS developer guide: scale-out is blocked for instances within the instanceWarmupPeriod",
			o: with(out(wanting(7, 10), 10), func(o *scaling.ManagedObservation) { o.ScaledOut = now - 299*sim.Second }), want: 10, hold: scaling.ManagedWarmup,
		},
		{
			name: "they have warmed up", source: "the same: 300 s by default",
			o: with(out(wanting(7, 10), 10), func(o *scaling.ManagedObservation) { o.ScaledOut = now - 300*sim.Second }), want: 17,
		},
		{
			name: "scale-in takes at least one", source: "Amazon ECS developer guide, Amazon ECS managed scaling behavior",
			o: in(steady(1, 2), 2), want: 1, hold: scaling.ManagedFree,
		},
		{name: "to none", source: "the same", o: in(steady(0, 1), 1), want: 0},
		{
			name: "less than half at a time", source: "AWS, What's New of 16 September 2022: scale-in steps of up to 50 %",
			o: in(steady(34, 334), 334), want: 168, hold: scaling.ManagedStepwise,
		},
		{ // ceil(2 / 0.9) = 3
			name: "rounding leaves nothing to take", source: "berth: it goes towards ceil(N × reservation / target), not beyond",
			target: 90, o: in(steady(2, 3), 3), want: 3, hold: scaling.ManagedEnough,
		},
		{
			name: "15 minutes after a scale-out", source: "Amazon ECS developer guide, Amazon ECS managed scaling behavior",
			o: with(in(steady(1, 4), 4), func(o *scaling.ManagedObservation) { o.ScaledOut = now - 14*sim.Minute }), want: 4, hold: scaling.ManagedResting,
		},
		{
			name: "the minimum", source: "Amazon ECS developer guide: the group's bounds are not changed",
			o: with(in(steady(0, 4), 4), func(o *scaling.ManagedObservation) { o.Min = 4 }), want: 4, hold: scaling.ManagedAtMin,
		},
		{
			name: "more than 100 during a scale-in", source: "Amazon ECS developer guide: any value above 100 aborts the scale-in",
			o: in(wanting(1, 4), 4), want: 4, hold: scaling.ManagedInRange,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := scaling.NewManagedScaling()
			if c.target != 0 {
				m.TargetCapacity = c.target
			}
			d := m.Decide(&c.o)
			assert.Equal(t, c.want, d.Desired, "%s; %v", c.source, &d)
			assert.Equal(t, c.hold, d.Hold, "%s; %v", c.source, &d)
		})
	}
}

// Source: AWS, What's New, "Amazon ECS delivers a faster cluster auto scaling
// experience for scale-in events", 16 September 2022: from 334 instances to 34
// within 10 minutes, which took 80 with steps of 5 %.
func TestAPublishedScaleIn(t *testing.T) {
	m := scaling.NewManagedScaling()
	desired, minutes := 334, 0
	for ; desired > 34; minutes++ {
		d := m.Decide(&scaling.ManagedObservation{Low: scaling.InAlarm, Reservation: steady(34, desired), Desired: desired, Max: 334, ScaledOut: -1})
		assert.Less(t, 2*(desired-d.Desired), desired, "less than half at a time")
		desired = d.Desired
	}
	assert.Equal(t, 34, desired)
	assert.LessOrEqual(t, minutes, 10)
}

func TestManagedScalingKeepsTheBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := scaling.NewManagedScaling()
		m.TargetCapacity = rapid.IntRange(1, 100).Draw(t, "target")
		o := scaling.ManagedObservation{Now: sim.Hour, Min: rapid.IntRange(0, 10).Draw(t, "min"), ScaledOut: -1}
		o.Max = rapid.IntRange(o.Min, 200).Draw(t, "max")
		o.Desired = rapid.IntRange(o.Min, o.Max).Draw(t, "desired")
		running := rapid.IntRange(0, 200).Draw(t, "running")
		of := shape(4, 8, 3)
		fleet := scaling.Fleet{Running: running, Busy: rapid.IntRange(0, running).Draw(t, "busy"), Largest: of, Smallest: of}
		var groups []scaling.WaitingTasks
		if n := rapid.IntRange(0, 50).Draw(t, "waiting"); n > 0 {
			groups = append(groups, waiting(n, needs(4, 8)))
		}
		o.Reservation = m.Reserve(&fleet, groups)
		states := []scaling.State{scaling.InsufficientData, scaling.OK, scaling.InAlarm}
		o.High, o.Low = rapid.SampledFrom(states).Draw(t, "high"), rapid.SampledFrom(states).Draw(t, "low")
		d := m.Decide(&o)
		assert.GreaterOrEqual(t, d.Desired, o.Min)
		assert.LessOrEqual(t, d.Desired, o.Max)
		switch d.Action {
		case scaling.ScaleOut:
			assert.Greater(t, d.Desired, o.Desired)
		case scaling.ScaleIn:
			assert.Less(t, d.Desired, o.Desired)
			assert.True(t, 2*(o.Desired-d.Desired) < o.Desired || o.Desired-d.Desired == 1)
			assert.GreaterOrEqual(t, d.Desired, fleet.Busy, "what is busy stays")
		default:
			assert.Equal(t, o.Desired, d.Desired)
		}
		assert.NotEmpty(t, d.String())
	})
}
