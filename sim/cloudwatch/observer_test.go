package cloudwatch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
)

// putEach puts a value for each period of a metric, as it ends.
func (g *stage) putEach(m MetricID, values ...float64) {
	r := g.Metric(m).Resolution
	for n, v := range values {
		start := sim.Time(n) * r
		g.do(start+r, func() { g.Put(m, start, Sample(v)) })
	}
}

func TestTheCauseOfAChangeIsWrittenInWords(t *testing.T) {
	g := newStage()
	cpu := g.metric(t, Metric{Name: "CPUUtilization", Resolution: Standard, Delay: 3 * sim.Second})
	g.alarm(t, Alarm{Name: "high", Metric: cpu, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 3, Acts: true})
	g.alarm(t, Alarm{Name: "low", Metric: cpu, Period: Standard, Statistic: Minimum, Comparison: Below, Threshold: 54, EvaluationPeriods: 3, DatapointsToAlarm: 2})
	g.putEach(cpu, 50, 71, 83.333, 90, 60)
	g.run(t, 12*sim.Minute)
	assert.Equal(t, []string{
		"1m3s high OK: 0 of 3 datapoints of 1m above 60: 50; 2 missing",
		"2m3s low OK: 1 of 3 datapoints of 1m below 54: 50, 71; 1 missing",
		"4m3s high ALARM: 3 of 3 datapoints of 1m above 60: 71, 83.33, 90",
		"4m3s high acts",
		"5m3s high OK: 2 of 3 datapoints of 1m above 60: 83.33, 90, 60",
		// Five periods without a datapoint: from 5m to 10m.
		"10m3s high INSUFFICIENT_DATA: 0 of 3 datapoints of 1m above 60; 3 missing",
		"10m3s low INSUFFICIENT_DATA: 0 of 3 datapoints of 1m below 54; 3 missing",
	}, g.log)
}

func TestACauseTellsWhatIsFilledInAndKeepsShort(t *testing.T) {
	values := make([]float64, 20)
	for i := range values {
		values[i] = float64(i)
	}
	for _, c := range []struct {
		setup  Alarm
		values []float64
		want   string
	}{
		{
			Alarm{Period: 20 * sim.Second, Comparison: AtOrAbove, Threshold: 0.5, EvaluationPeriods: 2, MissingData: Breaching},
			[]float64{0.12345},
			"0 of 2 datapoints of 20s at or above 0.5: 0.1235; 1 missing and taken for breaching",
		}, {
			Alarm{Period: 5 * sim.Minute, Comparison: AtOrBelow, Threshold: 54, EvaluationPeriods: 1, MissingData: NotBreaching},
			nil,
			"0 of 1 datapoints of 5m at or below 54; 1 missing and taken for not breaching",
		}, {
			Alarm{Period: sim.Minute, Comparison: Below, Threshold: 54, EvaluationPeriods: 20},
			values,
			"20 of 20 datapoints of 1m below 54: …, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19",
		},
	} {
		assert.Equal(t, c.want, c.setup.account(c.values))
	}
}

// Source: Amazon CloudWatch user guide, "Using Amazon CloudWatch alarms":
// actions of Auto Scaling are repeated once a minute.
func TestAnActionIsRepeatedEachMinute(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Name: "CPUUtilization", Resolution: HighResolution, Delay: sim.Second})
	g.alarm(t, Alarm{Name: "high", Metric: m, Period: HighResolution, Comparison: Above, Threshold: 60, EvaluationPeriods: 1, Acts: true})
	g.putEach(m, 50, 70, 70, 70, 70, 70, 70, 70, 70, 50, 70)
	g.run(t, 4*sim.Minute)
	assert.Equal(t, []string{
		"21s high OK: 0 of 1 datapoints of 20s above 60: 50",
		"41s high ALARM: 1 of 1 datapoints of 20s above 60: 70",
		"41s high acts",
		"1m41s high acts",
		"2m41s high acts",
		"3m21s high OK: 0 of 1 datapoints of 20s above 60: 50",
		"3m41s high ALARM: 1 of 1 datapoints of 20s above 60: 70",
		"3m41s high acts",
	}, g.log)
}

// Actions that nobody wants are left out. Those after them come when they would have.
func TestActionsThatAreLeftOutDoNotShiftTheOthers(t *testing.T) {
	g := newStage()
	g.again = UntilAsked
	m := g.metric(t, Metric{Name: "CPUUtilization", Resolution: HighResolution, Delay: sim.Second})
	high := g.alarm(t, Alarm{Name: "high", Metric: m, Period: HighResolution, Comparison: Above, Threshold: 60, EvaluationPeriods: 1, Acts: true})
	g.putEach(m, 70, 71, 70, 71, 70, 71, 70, 71, 70, 71, 70, 71, 70, 71, 70, 71)
	g.do(90*sim.Second, func() { g.Again(high, 151*sim.Second) })
	g.do(241*sim.Second, func() { g.Again(high, 0) })
	g.run(t, 5*sim.Minute)
	assert.Equal(t, []string{
		"21s high ALARM: 1 of 1 datapoints of 20s above 60: 70",
		"21s high acts",
		"3m21s high acts", // not at 2m41s
		"4m21s high acts",
	}, g.log)
}

// The alarm goes to ALARM with its third datapoint, and the last one from before
// leaves its range two minutes later. From then on nothing changes.
func TestAnActionThatIsNotWantedAgainRests(t *testing.T) {
	g := newStage()
	g.again = sim.Never
	m := g.metric(t, Metric{Name: "CPUUtilization", Resolution: Standard})
	low := g.alarm(t, Alarm{Name: "low", Metric: m, Period: Standard, Comparison: Below, Threshold: 54, EvaluationPeriods: 3, Acts: true})
	g.do(sim.Minute, func() {
		g.Put(m, 0, Sample(60))
		g.PutSteady(m, sim.Minute, Sample(20))
	})
	g.do(30*sim.Minute, func() { g.Again(low, 0) })
	g.do(40*sim.Minute+1, func() { g.Again(low, 45*sim.Minute+1) })
	g.do(60*sim.Minute, func() { g.PutSteady(m, 60*sim.Minute, Sample(25)) })
	g.run(t, 20*sim.Hour)
	assert.Equal(t, []string{
		"1m0s low OK: 0 of 3 datapoints of 1m below 54: 60; 2 missing",
		"4m0s low ALARM: 3 of 3 datapoints of 1m below 54: 20, 20, 20",
		"4m0s low acts",
		"5m0s low acts", // 60 is still in the range of five
		"30m0s low acts",
		"46m0s low acts",
		"1h1m0s low acts", "1h2m0s low acts", "1h3m0s low acts", "1h4m0s low acts", // until five are 25
	}, g.log)
	assert.LessOrEqual(t, g.events, 20)
}

func TestObserversSeeTheOtherAlarmsAsOfTheSameInstant(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Resolution: Standard})
	high := g.alarm(t, Alarm{Metric: m, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 1})
	low := g.alarm(t, Alarm{Metric: m, Period: Standard, Comparison: Below, Threshold: 54, EvaluationPeriods: 2})
	var seen []State
	g.Observe(peer(func() { seen = append(seen, g.State(high), g.State(low)) }))
	g.putEach(m, 20, 20, 70)
	g.do(4*sim.Minute+1, func() { assert.Equal(t, []float64{70}, g.Datapoints(high, nil)[:1]) })
	g.do(3*sim.Minute+1, func() { assert.Equal(t, []float64{9, 20, 70}, g.Datapoints(low, []float64{9})) })
	g.run(t, 5*sim.Minute)
	assert.Equal(t, []State{
		OK, InsufficientData, // high
		OK, InAlarm, // low
		InAlarm, OK, // high, who is told first
		InAlarm, OK, // low
	}, seen[:8])
}

// peer is an observer that looks around.
type peer func()

func (f peer) AlarmChanged(sim.Time, *Cause)       { f() }
func (f peer) AlarmActs(sim.Time, *Cause) sim.Time { return sim.Never }

func TestWhatAnObserverPutsIsSeen(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Resolution: Standard, Delay: sim.Minute})
	first := g.alarm(t, Alarm{Name: "first", Metric: m, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 1})
	once := false
	g.Observe(peer(func() {
		if g.State(first) == InAlarm && !once {
			once = true
			g.PutSteady(m, g.kernel.Now(), Sample(10))
			g.alarm(t, Alarm{Name: "second", Metric: m, Period: Standard, Comparison: Above, Threshold: 70, EvaluationPeriods: 1})
		}
	}))
	g.putEach(m, 65)
	g.run(t, 9*sim.Minute)
	// 65 is visible at 2m, and the new alarm sees it as well, at once. The 10 of
	// the period from 2m on is visible at 4m.
	assert.Equal(t, []string{
		"2m0s first ALARM: 1 of 1 datapoints of 1m above 60: 65",
		"2m0s second OK: 0 of 1 datapoints of 1m above 70: 65",
		"4m0s first OK: 0 of 1 datapoints of 1m above 60: 10",
	}, g.log)
}

func TestAlarmsKeepNoRunGoing(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Resolution: Standard})
	g.alarm(t, Alarm{Metric: m, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 1, Acts: true})
	g.do(0, func() { g.PutSteady(m, 0, Sample(70)) })
	g.do(10*sim.Minute, func() {})
	require.NoError(t, g.kernel.Run(sim.Never))
	assert.Equal(t, 10*sim.Minute, g.kernel.Now())
	assert.Equal(t, InAlarm, g.State(0))
}

// Nothing has to happen for a metric that is steady or has no datapoints at all.
func TestAlarmsWithoutChangeCostNothing(t *testing.T) {
	g := newStage()
	g.again = sim.Never
	for range 10 {
		steady := g.metric(t, NewMetric("steady", Standard))
		g.metric(t, NewMetric("silent", Standard))
		for _, comparison := range []Comparison{Above, Below} {
			g.alarm(t, Alarm{Metric: steady, Period: Standard, Comparison: comparison, Threshold: 50, EvaluationPeriods: 15, Acts: true})
		}
		g.do(0, func() { g.PutSteady(steady, 0, Sample(20)) })
		g.do(12*sim.Hour, func() { g.PutSteady(steady, 12*sim.Hour, Sample(20)) }) // the same
	}
	g.run(t, 365*sim.Day)
	// OK and ALARM, and an action with the 15th and with the 16th datapoint. With
	// the 17th all in the range is the steady value.
	assert.Len(t, g.log, 10*2+10*2)
	assert.LessOrEqual(t, g.events, 6)
}
