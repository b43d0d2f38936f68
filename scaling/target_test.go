package scaling

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
)

func target(t testing.TB, minimum, maximum int, policies ...Policy) *Target {
	t.Helper()
	tg, err := New(Config{MinCapacity: minimum, MaxCapacity: maximum, Policies: policies})
	require.NoError(t, err)
	return tg
}

func cpu(goal float64) *TargetTracking {
	return NewTargetTracking("cpu", "ECSServiceAverageCPUUtilization", goal)
}

func memory(goal float64) *TargetTracking {
	return NewTargetTracking("memory", "ECSServiceAverageMemoryUtilization", goal)
}

// steady is a service that runs what it wants.
func steady(n int) Capacity { return Capacity{Running: n, Desired: n} }

const minute = sim.Minute

func TestActivityInWords(t *testing.T) {
	p := cpu(60)
	tg := target(t, 2, 10, p)
	a := tg.Evaluate(minute, steady(4), tracked(p, 83))
	assert.Equal(t, Activity{At: minute, Policy: "cpu", From: 4, To: 6, Reason: a.Reason}, a)
	assert.True(t, a.Changed())
	assert.Equal(t, "raised from 4 to 6: CPUUtilization 83 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 83 / 60) = 6", a.String())

	a = target(t, 2, 5, p).Evaluate(minute, steady(4), tracked(p, 83))
	assert.Equal(t, "raised from 4 to 5: CPUUtilization 83 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 83 / 60) = 6, but maxCapacity is reached", a.String())
	a = target(t, 3, 5, p).Evaluate(minute, steady(4), tracked(p, 10))
	assert.Equal(t, "lowered from 4 to 3: CPUUtilization 10 is below 54 for 15 of 15 datapoints of 1m; ceil(4 × 10 / 60) = 1, but minCapacity is reached", a.String())
	a = tg.Evaluate(minute, steady(4), tracked(p, 58))
	assert.Equal(t, "stays at 4: no alarm on CPUUtilization asks for anything", a.String())
	a = target(t, 0, 5).Evaluate(minute, steady(4), nil)
	assert.Equal(t, "stays at 4: there is no policy", a.String())
}

// What a target does from where it stands.
func TestBounds(t *testing.T) {
	p := cpu(60)
	for _, c := range []struct {
		name     string
		capacity Capacity
		metric   float64
		to       int
		hold     Hold
	}{
		{"at the maximum", steady(10), 90, 10, AtMaxCapacity},
		{"at the minimum", steady(2), 10, 2, AtMinCapacity},
		// Amazon ECS developer guide, "Service auto scaling": a desired count that was
		// set by hand beyond the bounds moves only in the direction that leads back.
		{"below the minimum, out", steady(1), 70, 2, Free},
		{"below the minimum, in", steady(1), 10, 1, AtMinCapacity},
		{"above the maximum, in", steady(20), 50, 10, AtMaxCapacity},
		{"above the maximum, out", steady(20), 90, 20, AtMaxCapacity},
		// The same: the running count is where computations start.
		{"tasks without room do not run away", Capacity{Running: 4, Desired: 6}, 83, 6, Enough},
		{"nor by less", Capacity{Running: 4, Desired: 8}, 83, 8, Enough},
		{"more than is on its way", Capacity{Running: 4, Desired: 6}, 110, 8, Free},
		{"in, while tasks stop", Capacity{Running: 10, Desired: 6}, 50, 6, Enough},
		{"in, by less than a task", steady(5), 53, 5, Enough},
		{"out during a deployment", Capacity{4, 4, true}, 83, 6, Free},
		{"in during a deployment", Capacity{4, 4, true}, 10, 4, DeploymentInProgress},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := target(t, 2, 10, p).Evaluate(0, c.capacity, tracked(p, c.metric))
			assert.Equal(t, c.to, a.To)
			assert.Equal(t, c.hold, a.Hold)
		})
	}
}

// Application Auto Scaling user guide, "Target tracking scaling policies",
// "Considerations".
func TestSeveralPolicies(t *testing.T) {
	c, m := cpu(60), memory(80)
	both := func(cpu, memory float64) []Signal { return append(tracked(c, cpu), tracked(m, memory)...) }
	for _, s := range []struct {
		name    string
		signals []Signal
		to      int
		policy  string
		hold    Hold
	}{
		{"the larger wins outwards", both(90, 160), 20, "memory", Free},
		{"one is enough outwards", both(90, 10), 15, "cpu", Free},
		{"all inwards, the larger wins", both(30, 64), 8, "memory", Free},
		{"one is not enough inwards", both(30, 79), 10, "cpu", NotAllAgree},
		{"one without data keeps the others", append(tracked(c, 30), seen(InsufficientData), seen(InsufficientData)), 10, "cpu", NotAllAgree},
		{"none", both(58, 79), 10, "cpu", NothingAsked},
	} {
		t.Run(s.name, func(t *testing.T) {
			a := target(t, 1, 100, c, m).Evaluate(0, steady(10), s.signals)
			assert.Equal(t, s.to, a.To)
			assert.Equal(t, s.policy, a.Policy)
			assert.Equal(t, s.hold, a.Hold)
		})
	}
	t.Run("a policy that may not scale in keeps nobody", func(t *testing.T) {
		out := memory(80)
		out.DisableScaleIn = true
		a := target(t, 1, 100, c, out).Evaluate(0, steady(10), append(tracked(c, 30), seen(OK, 79)))
		assert.Equal(t, 5, a.To)
	})
	t.Run("a step policy scales in without the others", func(t *testing.T) {
		in := stepped("in", ChangeInCapacity, Below, 70, StepAdjustment{nil, at(0), -3})
		a := target(t, 1, 100, c, in).Evaluate(0, steady(10), append(tracked(c, 58), seen(InAlarm, 60)))
		assert.Equal(t, 7, a.To)
		a = target(t, 1, 100, c, in).Evaluate(0, steady(10), append(tracked(c, 90), seen(InAlarm, 60)))
		assert.Equal(t, 15, a.To, "contradicting: the larger capacity")
		a = target(t, 1, 100, c, in).Evaluate(0, steady(10), append(tracked(c, 50), seen(InAlarm, 60)))
		assert.Equal(t, 9, a.To, "both in: the larger capacity")
	})
	t.Run("a scale-out at its bound still keeps others from scaling in", func(t *testing.T) {
		in := stepped("in", ChangeInCapacity, Below, 70, StepAdjustment{nil, at(0), -3})
		a := target(t, 1, 10, c, in).Evaluate(0, steady(10), append(tracked(c, 90), seen(InAlarm, 60)))
		assert.Equal(t, 10, a.To)
		assert.Equal(t, AtMaxCapacity, a.Hold)
	})
}

// Application Auto Scaling user guide, "Step scaling policies", "Cooldown
// period": an increase by 2, and during the cooldown one by 3, of which 2 are
// there already.
func TestCooldownOfStepScaling(t *testing.T) {
	p := stepped("p", ChangeInCapacity, AtOrAbove, 50, StepAdjustment{at(0), at(20), 2}, StepAdjustment{at(20), nil, 3})
	tg := target(t, 1, 100, p)
	breach := func(v float64) []Signal { return []Signal{seen(InAlarm, v)} }

	a := tg.Evaluate(0, steady(10), breach(60))
	assert.Equal(t, 12, a.To)
	a = tg.Evaluate(minute, Capacity{Running: 10, Desired: 12}, breach(60))
	assert.Equal(t, 12, a.To, "the same step again")
	assert.Equal(t, InScaleOutCooldown, a.Hold)
	a = tg.Evaluate(2*minute, steady(12), breach(60))
	assert.Equal(t, 12, a.To, "and when the tasks run")
	a = tg.Evaluate(3*minute, steady(12), breach(75))
	assert.Equal(t, 13, a.To, "3 instead of 2 is one more")
	a = tg.Evaluate(7*minute, steady(13), breach(75))
	assert.Equal(t, InScaleOutCooldown, a.Hold, "the cooldown started anew with the last one")
	a = tg.Evaluate(8*minute, steady(13), breach(75))
	assert.Equal(t, 16, a.To, "it ends after 300 s")
}

func TestCooldownOfTargetTracking(t *testing.T) {
	p := cpu(60)
	tg := target(t, 1, 100, p)
	a := tg.Evaluate(0, steady(4), tracked(p, 83))
	require.Equal(t, 6, a.To)
	a = tg.Evaluate(minute, steady(6), tracked(p, 70))
	assert.Equal(t, 6, a.To, "ceil(4 × 70 / 60) = 5 are there")
	assert.Equal(t, InScaleOutCooldown, a.Hold)
	a = tg.Evaluate(2*minute, steady(6), tracked(p, 100))
	assert.Equal(t, 7, a.To, "ceil(4 × 100 / 60) = 7: larger goes through")
	a = tg.Evaluate(7*minute, steady(7), tracked(p, 70))
	assert.Equal(t, 9, a.To, "the cooldown is over: ceil(7 × 70 / 60) = 9")

	a = tg.Evaluate(8*minute, steady(9), tracked(p, 40))
	assert.Equal(t, 6, a.To, "the cooldown after a scale-out keeps nobody from scaling in")
	a = tg.Evaluate(9*minute, steady(6), tracked(p, 40))
	assert.Equal(t, 6, a.To)
	assert.Equal(t, InScaleInCooldown, a.Hold, "but that after a scale-in does")
	a = tg.Evaluate(13*minute, steady(6), tracked(p, 40))
	assert.Equal(t, 4, a.To)
	a = tg.Evaluate(14*minute, steady(4), tracked(p, 90))
	assert.Equal(t, 6, a.To, "a scale-out does not wait for it")
	a = tg.Evaluate(15*minute, steady(6), tracked(p, 40))
	assert.Equal(t, 4, a.To, "and ends it")
}

func TestCooldownsAreThoseOfAPolicy(t *testing.T) {
	c, m := cpu(60), memory(80)
	tg := target(t, 1, 100, c, m)
	require.Equal(t, 15, tg.Evaluate(0, steady(10), append(tracked(c, 90), tracked(m, 70)...)).To)
	a := tg.Evaluate(minute, steady(15), append(tracked(c, 61), tracked(m, 96)...))
	assert.Equal(t, 18, a.To, "the other one does not rest: ceil(15 × 96 / 80)")
	assert.Equal(t, "memory", a.Policy)
}

func TestSuspended(t *testing.T) {
	p := cpu(60)
	tg := target(t, 1, 100, p)
	tg.Suspend(SuspendedState{DynamicScalingOut: true})
	a := tg.Evaluate(0, steady(10), tracked(p, 90))
	assert.Equal(t, Suspended, a.Hold)
	assert.Equal(t, 10, a.To)
	assert.Equal(t, 5, tg.Evaluate(0, steady(10), tracked(p, 30)).To)
	tg = target(t, 1, 100, p)
	tg.Suspend(SuspendedState{DynamicScalingIn: true})
	assert.True(t, tg.Suspended().DynamicScalingIn)
	assert.Equal(t, Suspended, tg.Evaluate(0, steady(10), tracked(p, 30)).Hold)
	assert.Equal(t, 15, tg.Evaluate(0, steady(10), tracked(p, 90)).To)
}

func whole(n int) *int { return &n }

func TestScheduledActions(t *testing.T) {
	p := cpu(60)
	start := instant(t, "2026-03-02T00:00:00Z") // a Monday
	tg, err := New(Config{
		MinCapacity: 2, MaxCapacity: 60, Policies: []Policy{p}, Start: start,
		Scheduled: []ScheduledAction{
			{Name: "morning", Schedule: schedule(t, "cron(0 9 ? * MON *)", "America/New_York"), MinCapacity: whole(12)},
			{Name: "noon", Schedule: schedule(t, "cron(0 12 ? * MON *)", "America/New_York"), MinCapacity: whole(2)},
		},
	})
	require.NoError(t, err)

	// 09:00 in New York is 14:00 UTC.
	morning := 14 * sim.Hour
	require.Equal(t, morning, tg.NextScheduled())
	require.Equal(t, 4, tg.Evaluate(morning-minute, steady(6), tracked(p, 40)).To, "a cooldown begins")
	assert.Empty(t, tg.RunScheduled(morning-1, steady(4), nil))
	ran := tg.RunScheduled(morning, steady(4), nil)
	require.Len(t, ran, 1)
	assert.Equal(t, "raised from 4 to 12: scheduled action morning: minCapacity 12, maxCapacity 60", ran[0].String())
	assert.Equal(t, morning, ran[0].At)
	lowest, most := tg.Bounds()
	assert.Equal(t, []int{12, 60}, []int{lowest, most})
	assert.Equal(t, AtMinCapacity, tg.Evaluate(15*sim.Hour, steady(12), tracked(p, 10)).Hold)

	noon := 17 * sim.Hour
	require.Equal(t, noon, tg.NextScheduled())
	ran = tg.RunScheduled(noon, steady(12), ran[:0])
	assert.Equal(t, "stays at 12: scheduled action noon: minCapacity 2, maxCapacity 60", ran[0].String(), "bounds do not lower")
	// The clocks have changed since: 09:00 is 13:00 UTC.
	assert.Equal(t, 7*sim.Day+13*sim.Hour, tg.NextScheduled())

	tg.Suspend(SuspendedState{ScheduledScaling: true})
	ran = tg.RunScheduled(8*sim.Day, steady(12), ran[:0])
	require.Len(t, ran, 2)
	assert.Equal(t, Suspended, ran[0].Hold)
	tg.Suspend(SuspendedState{})
	assert.Equal(t, 14*sim.Day+13*sim.Hour, tg.NextScheduled(), "what was missed is not made up for")
}

func TestScheduledBounds(t *testing.T) {
	start := instant(t, "2026-01-01T00:00:00Z")
	for _, c := range []struct {
		name                string
		lowest, most        *int
		desired, to         int
		hold                Hold
		wantLowest, wantMax int
	}{
		{"raise to the minimum", whole(8), nil, 5, 8, Free, 8, 10},
		{"lower to the maximum", nil, whole(3), 5, 3, Free, 2, 3},
		{"nothing to do", whole(3), whole(20), 5, 5, Free, 3, 20},
		// Application Auto Scaling user guide, "Example scheduled actions".
		{"guide: MinCapacity=0, MaxCapacity=0", whole(0), whole(0), 5, 0, Free, 0, 0},
		{"guide: a minimum above the maximum needs both", whole(11), nil, 5, 5, MinAboveMax, 2, 10},
		{"a maximum below the minimum needs both", nil, whole(1), 5, 5, MinAboveMax, 2, 10},
		{"both", whole(11), whole(12), 5, 11, Free, 11, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			tg, err := New(Config{MinCapacity: 2, MaxCapacity: 10, Start: start, Scheduled: []ScheduledAction{
				{Name: "a", Schedule: schedule(t, "at(2026-01-01T00:00:00)", "UTC"), MinCapacity: c.lowest, MaxCapacity: c.most},
			}})
			require.NoError(t, err)
			require.Equal(t, sim.Time(0), tg.NextScheduled(), "at the start itself")
			ran := tg.RunScheduled(0, steady(c.desired), nil)
			require.Len(t, ran, 1)
			assert.Equal(t, c.to, ran[0].To)
			assert.Equal(t, c.hold, ran[0].Hold)
			lowest, most := tg.Bounds()
			assert.Equal(t, []int{c.wantLowest, c.wantMax}, []int{lowest, most})
			assert.Equal(t, sim.Never, tg.NextScheduled())
		})
	}
}

// Application Auto Scaling user guide, "Example scheduled actions": every 5
// hours, starting on January 30, 2021 at 12:00 and ending on January 31 at
// 22:00. It runs at its start too.
func TestScheduledFromStartToEnd(t *testing.T) {
	tg, err := New(Config{MaxCapacity: 50, Start: instant(t, "2021-01-30T00:00:00Z"), Scheduled: []ScheduledAction{{
		Name: "my-recurring-action", Schedule: schedule(t, "rate(5 hours)", "UTC"), MinCapacity: whole(3), MaxCapacity: whole(10),
		Start: instant(t, "2021-01-30T12:00:00Z"), End: instant(t, "2021-01-31T22:00:00Z"),
	}}})
	require.NoError(t, err)
	var hours []sim.Time
	for next := tg.NextScheduled(); next != sim.Never; next = tg.NextScheduled() {
		hours = append(hours, next/sim.Hour)
		tg.RunScheduled(next, steady(5), nil)
	}
	assert.Equal(t, []sim.Time{12, 17, 22, 27, 32, 37, 42}, hours)

	tg, err = New(Config{MaxCapacity: 50, Start: instant(t, "2021-01-30T00:00:00Z"), Scheduled: []ScheduledAction{{
		Name: "day", Schedule: schedule(t, "rate(1 day)", "UTC"), MinCapacity: whole(3), End: instant(t, "2021-02-01T00:00:00Z"),
	}}})
	require.NoError(t, err)
	assert.Len(t, tg.RunScheduled(30*sim.Day, steady(5), nil), 2, "the end itself is part of it; who comes late runs all that was due")
}

// Actions of one instant run in the order in which they are given.
func TestScheduledOrder(t *testing.T) {
	s := schedule(t, "rate(1 day)", "UTC")
	tg, err := New(Config{MaxCapacity: 50, Start: instant(t, "2021-01-30T00:00:00Z"), Scheduled: []ScheduledAction{
		{Name: "b", Schedule: s, MinCapacity: whole(20)},
		{Name: "a", Schedule: s, MinCapacity: whole(0), MaxCapacity: whole(10)},
	}})
	require.NoError(t, err)
	ran := tg.RunScheduled(sim.Day, steady(5), nil)
	assert.Equal(t, []string{
		"raised from 5 to 20: scheduled action b: minCapacity 20, maxCapacity 50",
		"lowered from 20 to 10: scheduled action a: minCapacity 0, maxCapacity 10",
	}, []string{ran[0].String(), ran[1].String()})
}

func TestWrongTargets(t *testing.T) {
	start := instant(t, "2026-03-02T00:00:00Z")
	alarm := Alarm{Metric: Metric{Name: "M"}, Comparison: Above, Period: minute, EvaluationPeriods: 1}
	quick := cpu(60)
	quick.ScaleOutCooldown, quick.ScaleInCooldown = 30*sim.Second, -1
	own := NewTargetTracking("own", "ALBRequestCountPerTarget", 1)
	own.Customized.Name = "M"
	odd := stepped("odd", ChangeInCapacity, "Greater", 50, StepAdjustment{at(0), nil, 1})
	odd.Cooldown, odd.MinAdjustmentMagnitude, odd.Aggregation, odd.Alarm.Statistic = 0, 2, Maximum, Average
	broken := stepped("broken", PercentChangeInCapacity, Above, 50, StepAdjustment{at(0), nil, 1})
	broken.Alarm = Alarm{Statistic: "p999", Comparison: Above, Period: 45 * sim.Second, DatapointsToAlarm: 3, MissingData: "zero"}
	broken.MinAdjustmentMagnitude, broken.Aggregation = -1, Sum
	twins := *stepped("TargetTracking-cpu-AlarmHigh", ChangeInCapacity, Above, 50, StepAdjustment{at(0), nil, 1})
	twins.Alarm = alarm
	s := schedule(t, "rate(1 day)", "UTC")
	for _, c := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"nothing wrong", Config{MaxCapacity: 1, Policies: []Policy{cpu(60), memory(60)}}, []string{}},
		{"bounds", Config{MinCapacity: 5, MaxCapacity: 4}, []string{"minCapacity: expected at most maxCapacity (4), found 5"}},
		{"negative bounds", Config{MinCapacity: -1}, []string{"minCapacity: expected a number from 0 on, found -1"}},
		{"a target of 0", Config{Policies: []Policy{cpu(0)}}, []string{"policies[0].targetValue: expected a number above 0, found 0"}},
		{"a target above all", Config{Policies: []Policy{cpu(101)}}, []string{"warning: policies[0].targetValue: 101 % of what is reserved is more than all of it: tasks reach that only where they may use what their neighbours leave idle"}},
		{"cooldowns", Config{Policies: []Policy{quick}}, []string{
			"warning: policies[0].scaleOutCooldown: 30s is shorter than the period of the alarm TargetTracking-cpu-AlarmHigh (1m): there is no newer datapoint when it ends",
			"policies[0].scaleInCooldown: expected a duration from 0 on, found -1ns",
		}},
		{"metrics", Config{Policies: []Policy{NewTargetTracking("a", "", 1), own, NewTargetTracking("c", "ECSServiceAverageCpuUtilisation", 1), NewTargetTracking("d", "CPU", 1)}}, []string{
			"policies[0].predefinedMetricType: expected a metric: one of ALBRequestCountPerTarget, ECSServiceAverageCPUUtilization, ECSServiceAverageCPUUtilizationHighResolution, ECSServiceAverageMemoryUtilization, ECSServiceAverageMemoryUtilizationHighResolution, or customizedMetricSpecification",
			"policies[1].customizedMetricSpecification: expected either this or predefinedMetricType, found both",
			`policies[2].predefinedMetricType: unknown metric "ECSServiceAverageCpuUtilisation": did you mean ECSServiceAverageCPUUtilization?`,
			`policies[3].predefinedMetricType: unknown metric "CPU": expected one of ALBRequestCountPerTarget, ECSServiceAverageCPUUtilization, ECSServiceAverageCPUUtilizationHighResolution, ECSServiceAverageMemoryUtilization, ECSServiceAverageMemoryUtilizationHighResolution`,
		}},
		{"names", Config{Policies: []Policy{cpu(60), memory(60), NewTargetTracking("cpu", "ALBRequestCountPerTarget", 1), &StepScaling{AdjustmentType: ExactCapacity, Alarm: alarm, Cooldown: minute, Steps: []StepAdjustment{{at(0), nil, 1}}}}}, []string{
			`policies[2].policyName: "cpu" is the name of policies[0] already`,
			"policies[3].policyName: expected a name",
		}},
		{"one metric twice", Config{Policies: []Policy{cpu(60), NewTargetTracking("fast", "ECSServiceAverageCPUUtilizationHighResolution", 70)}}, []string{
			"policies[1]: tracks CPUUtilization as policies[0] does: each policy needs a metric of its own",
		}},
		{"one alarm twice", Config{Policies: []Policy{cpu(60), &twins}}, []string{
			`policies[1]: its alarm has the name of one of policies[0], "TargetTracking-cpu-AlarmHigh"`,
		}},
		{"step policies", Config{Policies: []Policy{odd, broken}}, []string{
			"policies[0].minAdjustmentMagnitude: expected none: it belongs to PercentChangeInCapacity, not to ChangeInCapacity",
			`policies[0].alarm.comparisonOperator: expected GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, LessThanOrEqualToThreshold, found "Greater"`,
			"warning: policies[0].cooldown: 0s is shorter than the period of the alarm odd (1m): there is no newer datapoint when it ends",
			"warning: policies[0].metricAggregationType: Maximum, but the statistic of the alarm is Average: the steps may see another value than the alarm",
			`policies[1].metricAggregationType: expected Average, Minimum, Maximum, found "Sum"`,
			"policies[1].minAdjustmentMagnitude: expected a number from 1 on, found -1",
			"policies[1].alarm.metricName: expected the name of a metric",
			`policies[1].alarm.statistic: expected Average, Sum, Minimum, Maximum, SampleCount, found "p999"`,
			`policies[1].alarm.treatMissingData: expected missing, ignore, breaching, notBreaching, found "zero"`,
			"policies[1].alarm.period: expected 10s, 20s, 30s or whole minutes, found 45s",
			"policies[1].alarm.evaluationPeriods: expected a number from 1 on, found 0",
			"policies[1].alarm.datapointsToAlarm: expected a number from 1 to evaluationPeriods (0), found 3",
		}},
		{"scheduled actions", Config{MaxCapacity: 9, Start: start, Scheduled: []ScheduledAction{
			{Name: "a", Schedule: s, MinCapacity: whole(5), MaxCapacity: whole(4)},
			{Name: "a", Schedule: s},
			{MinCapacity: whole(-1)},
			{Name: "past", Schedule: schedule(t, "at(2026-03-01T00:00:00)", "UTC"), MaxCapacity: whole(-1), Start: start, End: start.AddDate(0, 0, -1)},
			{Name: "never", Schedule: schedule(t, "cron(0 0 1 1 ? 2020)", "UTC"), MaxCapacity: whole(1)},
		}}, []string{
			"scheduledActions[0].minCapacity: expected at most maxCapacity (4), found 5",
			"scheduledActions[1].scalableTargetAction: expected minCapacity, maxCapacity or both",
			`scheduledActions[1].scheduledActionName: "a" is the name of scheduledActions[0] already`,
			"scheduledActions[2].scheduledActionName: expected a name",
			"scheduledActions[2].schedule: expected at(…), rate(…) or cron(…)",
			"scheduledActions[2].minCapacity: expected a number from 0 on, found -1",
			"scheduledActions[3].maxCapacity: expected a number from 0 on, found -1",
			"scheduledActions[3].endTime: expected a time after startTime (2026-03-02T00:00:00Z), found 2026-03-01T00:00:00Z",
			"warning: scheduledActions[3].schedule: at(2026-03-01T00:00:00) never happens from the start of the run on (2026-03-02T00:00:00Z)",
			"warning: scheduledActions[4].schedule: cron(0 0 1 1 ? 2020) never happens from the start of the run on (2026-03-02T00:00:00Z)",
		}},
		{"no start", Config{Scheduled: []ScheduledAction{{Name: "a", Schedule: s, MinCapacity: whole(0)}}}, []string{
			"start: expected the time at which the run starts, for the scheduled actions",
		}},
		{"predictive scaling", Config{Predictive: []*Predictive{
			{Name: "p", Target: 40, Mode: ForecastAndScale, Breach: IncreaseMaxCapacity, MaxCapacityBuffer: 101},
			{Target: 0, Mode: "Both", SchedulingBuffer: 2 * sim.Hour, MaxCapacityBuffer: 10},
			{Name: "q", Target: 40, Mode: ForecastAndScale},
		}}, []string{
			"predictive[0].maxCapacityBuffer: expected a percentage from 0 to 100, found 101",
			"predictive[1].policyName: expected a name",
			"predictive[1].targetValue: expected a number above 0, found 0",
			`predictive[1].mode: expected ForecastOnly, ForecastAndScale, found "Both"`,
			"predictive[1].schedulingBufferTime: expected a duration from 0 to 1h, found 2h",
			"predictive[1].maxCapacityBuffer: expected none: it belongs to IncreaseMaxCapacity",
			"predictive[2].mode: expected ForecastOnly: predictive[0] scales already, and only one policy may",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := c.config.Problems()
			assert.Equal(t, c.want, said(problems))
			_, err := New(c.config)
			wrong := 0
			for _, p := range problems {
				if !p.Warning {
					wrong++
					assert.ErrorIs(t, err, p)
				}
			}
			assert.Equal(t, wrong > 0, err != nil)
		})
	}
}

func TestLimits(t *testing.T) {
	var c Config
	c.Start = instant(t, "2026-03-02T00:00:00Z")
	for range MaxPolicies + 1 {
		c.Policies = append(c.Policies, cpu(60))
	}
	for range MaxScheduledActions + 1 {
		c.Scheduled = append(c.Scheduled, ScheduledAction{Schedule: schedule(t, "rate(1 day)", "UTC"), MinCapacity: whole(0)})
	}
	all := said(c.Problems())
	assert.Contains(t, all, "policies: 51 policies, but AWS takes at most 50")
	assert.Contains(t, all, "scheduledActions: 201 scheduled actions, but AWS takes at most 200")
}
