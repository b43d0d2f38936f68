package cloudwatch

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
)

// The tables of the user guide: 0 is a datapoint within the threshold, X a
// breaching one, - a missing one, the newest on the right. "keep" is "Retain
// current state". The last rows are the examples of the section on premature
// transitions; the state while the alarm waits is that of the 2020 edition.
// Source: Amazon CloudWatch user guide, "Configuring how CloudWatch alarms
// treat missing data".
func TestMissingDataAsInTheTablesOfTheUserGuide(t *testing.T) {
	const keep = State(9)
	for _, row := range []struct {
		enough                                   int
		points                                   string
		missing, ignore, breaching, notBreaching State
	}{
		{3, "0-X-X", OK, OK, OK, OK},
		{3, "0----", OK, OK, OK, OK},
		{3, "-----", InsufficientData, keep, InAlarm, OK},
		{3, "0XX-X", InAlarm, InAlarm, InAlarm, InAlarm},
		{3, "--X--", InAlarm, keep, InAlarm, OK},
		{2, "0-X-X", InAlarm, InAlarm, InAlarm, InAlarm},
		{2, "00X0X", InAlarm, InAlarm, InAlarm, InAlarm},
		{2, "0-X--", OK, OK, InAlarm, OK},
		{2, "----0", OK, OK, InAlarm, OK},
		{2, "---X-", InAlarm, keep, InAlarm, OK},
		{3, "----X", InsufficientData, keep, InAlarm, OK},
		{3, "---X-", InsufficientData, keep, InAlarm, OK},
		{3, "---X0", OK, OK, OK, OK},
		{3, "--X-0", OK, OK, OK, OK},
		// Two breaches that are real are enough, whatever is filled in.
		{2, "-X-X-", InAlarm, InAlarm, InAlarm, InAlarm},
	} {
		for treatment, want := range map[MissingData]State{
			Missing: row.missing, Ignore: row.ignore, Breaching: row.breaching, NotBreaching: row.notBreaching,
		} {
			for _, was := range []State{InsufficientData, OK, InAlarm} {
				g := newStage()
				m := g.metric(t, Metric{Resolution: sim.Minute})
				id := g.alarm(t, Alarm{
					Metric: m, Period: sim.Minute, Comparison: Above, Threshold: 1,
					EvaluationPeriods: 3, DatapointsToAlarm: row.enough, MissingData: treatment,
				})
				g.do(5*sim.Minute, func() {
					for i, p := range row.points {
						if p != '-' {
							g.makeRoom(&g.metrics[m], 1)
							s := Sample(map[rune]float64{'0': 0, 'X': 2}[p])
							g.alarms[id].note(g.metrics[m].push(int64(i), int64(i+1), &s, false), int64(i+1))
						}
					}
				})
				require.NoError(t, g.kernel.Run(6*sim.Minute))
				a := &g.alarms[id]
				is := a.outcome(g.look(a, 5*sim.Minute), was)
				assert.Equal(t, g.look(a, 5*sim.Minute), g.search(a, &g.metrics[m], 5))
				if want == keep {
					assert.Equal(t, was, is, "%d of 3 of %s, %s", row.enough, row.points, treatment)
				} else {
					assert.Equal(t, want, is, "%d of 3 of %s, %s", row.enough, row.points, treatment)
				}
			}
		}
	}
}

func TestAnAlarmSaysWhatIsWrongWithIt(t *testing.T) {
	good := Alarm{Name: "high", Period: sim.Minute, Comparison: Above, Threshold: 60, EvaluationPeriods: 3}
	for wrong, change := range map[string]func(*Alarm){
		"":                    func(*Alarm) {},
		"statistic:":          func(a *Alarm) { a.Statistic = "Mean" },
		"found \"p0\"":        func(a *Alarm) { a.Statistic = "p0" },
		"found \"p100.1\"":    func(a *Alarm) { a.Statistic = "p100.1" },
		"found \"p99.99999\"": func(a *Alarm) { a.Statistic = "p99.99999" },
		"found \"99\"":        func(a *Alarm) { a.Statistic = "99" },
		"comparisonOperator:": func(a *Alarm) { a.Comparison = ">" },
		"treatMissingData:":   func(a *Alarm) { a.MissingData = "none" },
		"threshold:":          func(a *Alarm) { a.Threshold = math.NaN() },
		"period: expected 10s, 20s, 30s or whole minutes, found 1m30s": func(a *Alarm) { a.Period = 90 * sim.Second },
		"period: expected 10s, 20s, 30s or whole minutes, found 0s":    func(a *Alarm) { a.Period = 0 },
		"period: expected a multiple of the metric's 1m0s, found 20s":  func(a *Alarm) { a.Period = 20 * sim.Second },
		"from 1 to 1440, which take 24h0m0s, found 1441":               func(a *Alarm) { a.EvaluationPeriods = 1441 },
		"from 1 to 168, which take 168h0m0s, found 0":                  func(a *Alarm) { a.Period, a.EvaluationPeriods = sim.Hour, 0 },
		"from 1 to evaluationPeriods (3), found 4":                     func(a *Alarm) { a.DatapointsToAlarm = 4 },
	} {
		g := newStage()
		a := good
		a.Metric = g.metric(t, NewMetric("cpu", Standard))
		change(&a)
		id, err := g.AddAlarm(a)
		if wrong == "" {
			require.NoError(t, err)
			assert.Equal(t, 3, g.Alarm(id).DatapointsToAlarm)
			assert.Equal(t, Missing, g.Alarm(id).MissingData)
			continue
		}
		require.ErrorContains(t, err, wrong)
		assert.True(t, strings.HasPrefix(err.Error(), "cloudwatch: alarm high: "), err)
	}
}

func TestAMetricSaysWhatIsWrongWithIt(t *testing.T) {
	g := newStage()
	_, err := g.AddMetric(Metric{Name: "cpu", Resolution: 7 * sim.Second})
	require.ErrorContains(t, err, "cpu: resolution: expected 1s, 5s, 10s, 20s, 30s or 1m, found 7s")
	_, err = g.AddMetric(Metric{Name: "cpu", Resolution: Standard, Delay: -1})
	require.ErrorContains(t, err, "cpu: delay: expected at least 0s")
	m := g.metric(t, Metric{Name: "cpu", Resolution: Standard, Delay: 2 * sim.Minute})
	assert.Equal(t, "cpu", g.Metric(m).Name)
	for name, put := range map[string]func(){
		"in the middle": func() { g.Put(m, 90*sim.Second, Sample(1)) },
		"not over":      func() { g.Put(m, 10*sim.Minute, Sample(1)) },
		"visible":       func() { g.Put(m, 6*sim.Minute, Sample(1)) },
		"no number":     func() { g.Put(m, 9*sim.Minute, Sample(math.NaN())) },
		"too soon":      func() { g.PutSteady(m, 12*sim.Minute, Sample(1)) },
		"out of order":  func() { g.Put(m, 8*sim.Minute, Sample(1)) },
	} {
		g.do(10*sim.Minute, func() { assert.Panics(t, put, name) })
	}
	g.do(9*sim.Minute+1, func() { g.PutSteady(m, 10*sim.Minute, Sample(1)) }) // the next period
	g.do(9*sim.Minute+1, func() { g.Put(m, 8*sim.Minute, Sample(1)) })        // takes it back
	g.do(10*sim.Minute-1, func() { g.Put(m, 8*sim.Minute, Sample(1)) })
	assert.Panics(t, func() { g.run(t, 10*sim.Minute-1) }, "twice")
	g.run(t, 11*sim.Minute)
}

// Without a delay a datapoint is looked at in the instant in which it is put, in
// the phase after.
func TestADatapointThatComesAfterItsEvaluationIsRefused(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Resolution: Standard})
	g.alarm(t, Alarm{Name: "high", Metric: m, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 1})
	refused := false
	g.Observe(peer(func() {
		refused = true
		assert.Panics(t, func() { g.Put(m, 0, Sample(1)) })
	}))
	g.do(0, func() { g.PutSteady(m, 0, Sample(50)) })
	g.do(sim.Minute+1, func() {})
	require.NoError(t, g.kernel.Run(sim.Never))
	assert.True(t, refused)
	assert.Equal(t, []string{"1m0s high OK: 0 of 1 datapoints of 1m above 60: 50"}, g.log)
}

func TestCheckFindsAnAlarmInAWrongState(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Resolution: Standard})
	high := g.alarm(t, Alarm{Name: "high", Metric: m, Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 1})
	g.do(0, func() { g.PutSteady(m, 0, Sample(50)) })
	g.run(t, 10*sim.Minute)
	g.alarms[high].state = InAlarm
	assert.EqualError(t, g.Check(), "cloudwatch: alarm high is in ALARM, but by its datapoints at 9m0s in OK")
}
