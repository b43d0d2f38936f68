package scaling

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

// seen is a signal with some datapoints.
func seen(state State, datapoints ...float64) Signal {
	return Signal{State: state, Datapoints: datapoints}
}

// of returns a signal whose newest datapoint is the mean of so many tasks.
func (s Signal) of(tasks float64) Signal {
	s.Capacity = tasks
	return s
}

// tracked returns the signals of the two alarms of a policy on a metric that
// has had a value for long.
func tracked(p *TargetTracking, value float64) []Signal {
	high, low := seen(OK, value, value, value), seen(OK, value, value, value)
	if value > p.Target {
		high.State = InAlarm
	}
	if value < p.low() {
		low.State = InAlarm
	}
	return []Signal{high, low}
}

func TestTargetTracking(t *testing.T) {
	for _, c := range []struct {
		name           string
		capacity       int
		target         float64
		signals        []Signal
		disableScaleIn bool
		action         Action
		want           int
		cause          Cause
		reason         string
	}{
		{
			// 4 × 83 / 60 = 5.53
			name: "out in proportion, rounded up", capacity: 4, target: 60, signals: []Signal{seen(InAlarm, 61, 62, 83), seen(OK, 83)},
			action: ScaleOut, want: 6, cause: Tracked,
			reason: "CPUUtilization 83 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 83 / 60) = 6",
		},
		{
			// Amazon EC2 Auto Scaling user guide, "Scaling based on Amazon SQS": 1,500
			// messages and 10 instances are a backlog of 150; 100 is acceptable: 5 more.
			name: "the guide's queue", capacity: 10, target: 100, signals: []Signal{seen(InAlarm, 150), seen(OK, 150)},
			action: ScaleOut, want: 15, cause: Tracked,
		},
		{
			// 10 × 50 / 60 = 8.33: what is removed is rounded down, 1 of 1.67.
			name: "in, conservatively", capacity: 10, target: 60, signals: []Signal{seen(OK, 50), seen(InAlarm, 40, 50)},
			action: ScaleIn, want: 9, cause: Tracked,
			reason: "CPUUtilization 50 is below 54 for 15 of 15 datapoints of 1m; ceil(10 × 50 / 60) = 9",
		},
		{
			// 4 × 100 / 60 = 6.67 of the four that were measured; seven run by now.
			name: "out, from the tasks that were measured", capacity: 7, target: 60, signals: []Signal{seen(InAlarm, 100).of(4), seen(OK)},
			want: 7, cause: Tracked, reason: "CPUUtilization 100 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 100 / 60) = 7",
		},
		{
			name: "out, from fewer than run", capacity: 6, target: 60, signals: []Signal{seen(InAlarm, 100).of(4.5), seen(OK)},
			action: ScaleOut, want: 8, cause: Tracked, reason: "CPUUtilization 100 is above 60 for 3 of 3 datapoints of 1m; ceil(4.5 × 100 / 60) = 8",
		},
		{
			name: "never fewer on the way out", capacity: 9, target: 60, signals: []Signal{seen(InAlarm, 70).of(4), seen(OK)},
			want: 9, cause: Tracked, reason: "CPUUtilization 70 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 70 / 60) = 5, of 9 that run",
		},
		{
			name: "in, from the tasks that were measured", capacity: 8, target: 60, signals: []Signal{seen(OK, 30).of(10), seen(InAlarm, 30).of(10)},
			action: ScaleIn, want: 5, cause: Tracked,
		},
		{
			name: "never more on the way in", capacity: 5, target: 60, signals: []Signal{seen(OK, 48).of(10), seen(InAlarm, 48).of(10)},
			action: ScaleIn, want: 5, cause: Tracked,
		},
		{name: "in, but not a whole one", capacity: 1, target: 60, signals: []Signal{seen(OK, 50), seen(InAlarm, 50)}, action: ScaleIn, want: 1, cause: Tracked},
		{name: "a real zero", capacity: 3, target: 1000, signals: []Signal{seen(OK, 0), seen(InAlarm, 0)}, action: ScaleIn, want: 0, cause: Tracked},
		{name: "nothing breached", capacity: 4, target: 60, signals: []Signal{seen(OK, 58), seen(OK, 58)}, want: 4, cause: WithinRange, reason: "no alarm on CPUUtilization asks for anything"},
		{name: "above for too short", capacity: 4, target: 60, signals: []Signal{seen(OK, 50, 90, 90), seen(OK, 90)}, want: 4, cause: WithinRange},
		{name: "the alarm is behind the metric", capacity: 4, target: 60, signals: []Signal{seen(InAlarm, 90, 90, 60), seen(OK, 60)}, want: 4, cause: WithinRange},
		{name: "the low alarm is behind the metric", capacity: 4, target: 60, signals: []Signal{seen(OK, 54), seen(InAlarm, 50, 54)}, want: 4, cause: WithinRange},
		{name: "no data at all", capacity: 4, target: 60, signals: []Signal{seen(InsufficientData), seen(InsufficientData)}, want: 4, cause: NoData, reason: "there are no datapoints of CPUUtilization"},
		{name: "not enough data", capacity: 4, target: 60, signals: []Signal{seen(InsufficientData, 90), seen(OK, 90)}, want: 4, cause: NoData},
		{name: "not a number", capacity: 4, target: 60, signals: []Signal{seen(InAlarm, math.NaN()), seen(OK)}, want: 4, cause: NoData},
		{name: "scale-in disabled", capacity: 10, target: 60, signals: []Signal{seen(OK, 10)}, disableScaleIn: true, want: 10, cause: WithinRange},
		// Amazon ECS developer guide, "Service auto scaling": from 0 it waits for one
		// datapoint and scales out by the minimum possible amount.
		{name: "from zero", capacity: 0, target: 60, signals: []Signal{seen(InsufficientData, 500), seen(InsufficientData, 500)}, action: ScaleOut, want: 1, cause: FromZero, reason: "CPUUtilization 500 shows demand and no task runs; 1 to begin with"},
		{name: "zero stays", capacity: 0, target: 60, signals: []Signal{seen(OK, 0), seen(InAlarm, 0)}, want: 0, cause: Idle, reason: "CPUUtilization 0 shows no demand and no task runs"},
		{name: "zero without data", capacity: 0, target: 60, signals: []Signal{seen(InsufficientData), seen(InsufficientData)}, want: 0, cause: NoData},
		// 8 × 90.00000000001 / 60 is 12 and a little: an error of rounding, no task.
		{name: "rounding", capacity: 8, target: 60, signals: []Signal{seen(InAlarm, 90.00000000001), seen(OK)}, action: ScaleOut, want: 12, cause: Tracked},
		{name: "infinite", capacity: 8, target: 60, signals: []Signal{seen(InAlarm, math.Inf(1)), seen(OK)}, action: ScaleOut, want: most, cause: Tracked},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := NewTargetTracking("cpu", "ECSServiceAverageCPUUtilization", c.target)
			p.DisableScaleIn = c.disableScaleIn
			d := p.Decide(Observation{c.capacity, c.signals})
			assert.Equal(t, c.action, d.Action)
			assert.Equal(t, c.want, d.Capacity)
			assert.Equal(t, c.cause, d.Reason.Cause)
			if c.reason != "" {
				assert.Equal(t, c.reason, d.Reason.String())
			}
		})
	}
}

func TestAlarmsOfTargetTracking(t *testing.T) {
	cpu := Metric{Namespace: "AWS/ECS", Name: "CPUUtilization"}
	terms := NewTargetTracking("cpu", "ECSServiceAverageCPUUtilization", 60).Terms()
	assert.Equal(t, []Alarm{
		{"TargetTracking-cpu-AlarmHigh", cpu, Average, Above, 60, sim.Minute, 3, 3, Missing},
		{"TargetTracking-cpu-AlarmLow", cpu, Average, Below, 54, sim.Minute, 15, 15, Missing},
	}, terms.Alarms)
	assert.True(t, terms.Votes)
	assert.Equal(t, 300*sim.Second, terms.ScaleOutCooldown)
	assert.Equal(t, 300*sim.Second, terms.ScaleInCooldown)

	fast := NewTargetTracking("cpu", "ECSServiceAverageCPUUtilizationHighResolution", 50)
	assert.Equal(t, []Alarm{
		{"TargetTracking-cpu-AlarmHigh", cpu, Average, Above, 50, 20 * sim.Second, 3, 3, Missing},
		{"TargetTracking-cpu-AlarmLow", cpu, Average, Below, 45, 20 * sim.Second, 45, 45, Missing},
	}, fast.Terms().Alarms)
	d := fast.Decide(Observation{10, tracked(fast, 20)})
	assert.Equal(t, "CPUUtilization 20 is below 45 for 45 of 45 datapoints of 20s; ceil(10 × 20 / 50) = 4", d.Reason.String())

	requests := NewTargetTracking("requests", "ALBRequestCountPerTarget", 1000).Terms().Alarms[0]
	assert.Equal(t, Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget"}, requests.Metric)
	assert.Equal(t, Sum, requests.Statistic)

	own := NewTargetTracking("queue", "", 100)
	own.Customized, own.Statistic, own.DisableScaleIn = Metric{"Mine", "Backlog", []Dimension{{"Queue", "q"}}}, Maximum, true
	assert.Equal(t, []Alarm{{"TargetTracking-queue-AlarmHigh", own.Customized, Maximum, Above, 100, sim.Minute, 3, 3, Missing}}, own.Terms().Alarms)
	assert.False(t, own.Terms().Votes)
	for _, m := range PredefinedMetrics() {
		for _, a := range NewTargetTracking("p", m.Type, 1).Terms().Alarms {
			assert.Empty(t, a.Problems(), m.Type)
		}
	}
}

func TestStatesAndActionsInWords(t *testing.T) {
	assert.Equal(t, []string{"INSUFFICIENT_DATA", "OK", "ALARM"}, []string{InsufficientData.String(), OK.String(), InAlarm.String()})
	assert.Equal(t, []string{"stay", "scale out", "scale in"}, []string{Stay.String(), ScaleOut.String(), ScaleIn.String()})
}
