package scaling

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
)

// hourly returns a history of so many hours.
func hourly(n int, load func(hour int) float64) []float64 {
	var history []float64
	for hour := range n {
		history = append(history, load(hour))
	}
	return history
}

func TestForecast(t *testing.T) {
	daily := func(hour int) float64 { return 100 + 50*math.Sin(2*math.Pi*float64(hour%24)/24) }
	weekly := func(hour int) float64 {
		if hour/24%7 >= 5 {
			return daily(hour) / 2
		}
		return daily(hour)
	}
	for _, c := range []struct {
		name    string
		hours   int
		history func(hour int) float64
		want    func(hour int) float64 // hours go on from those of the history
	}{
		{"steady", 24, func(int) float64 { return 80 }, func(int) float64 { return 80 }},
		{"a day repeats", 24, daily, daily},
		{"days repeat", 5 * 24, daily, daily},
		{"hours too many for whole days", 53, daily, daily},
		{"a week repeats", 7 * 24, weekly, weekly},
		{"a week and a half", 250, weekly, weekly},
		{"two weeks", 14 * 24, weekly, weekly},
		// 24 more each day: the mean of a day is 24 above the day before.
		{"days grow", 4 * 24, func(h int) float64 { return daily(h) + float64(h/24*24) }, func(h int) float64 { return daily(h) + float64(h/24*24) }},
		{"weeks grow", 14 * 24, func(h int) float64 { return weekly(h) + float64(h/168*30) }, func(h int) float64 { return weekly(h) + float64(h/168*30) }},
		{"never below nothing", 3 * 24, func(h int) float64 { return float64(200 - 100*(h/24)) }, func(int) float64 { return 0 }},
		{"an hour without data", 48, func(h int) float64 {
			if h == 30 {
				return math.NaN()
			}
			return daily(h)
		}, daily},
		{"an hour of the day without data", 7 * 24, func(h int) float64 {
			if h == 150 { // the only one of its hour in the week: the mean of that hour on other days
				return math.NaN()
			}
			return daily(h)
		}, daily},
		{"of more than two weeks the newest", 15 * 24, func(h int) float64 {
			if h < 24 {
				return 1e9
			}
			return daily(h)
		}, daily},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := NewPredictive("p", 40).Forecast(sim.Time(c.hours)*sim.Hour, hourly(c.hours, c.history))
			require.NoError(t, err)
			assert.Equal(t, sim.Time(c.hours)*sim.Hour, f.Start)
			require.Len(t, f.Load, 48)
			require.Len(t, f.Capacity, 48)
			for hour, load := range f.Load {
				want := c.want(c.hours + hour)
				require.InDelta(t, want, load, 1e-9, "hour %d", hour)
				require.Equal(t, wholeTasks(1, load, 40), f.Capacity[hour])
			}
		})
	}
}

func TestForecastNeedsADay(t *testing.T) {
	p := NewPredictive("p", 40)
	_, err := p.Forecast(23*sim.Hour, hourly(23, func(int) float64 { return 1 }))
	assert.ErrorIs(t, err, ErrTooLittleHistory)
	assert.EqualError(t, err, "predictive scaling needs the load of at least 24 hours, and there are 23")
	sparse := hourly(335, func(h int) float64 {
		if h < 24 {
			return 100
		}
		return math.NaN()
	})
	f, err := p.Forecast(0, sparse)
	require.NoError(t, err)
	assert.InDelta(t, 100, f.Load[0], 0, "of what is known, where nothing of the period is")
}

func TestForecastIsNeverNegativeNorEndless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 24, 400).Draw(t, "history")
		f, err := NewPredictive("p", rapid.Float64Range(0.1, 1000).Draw(t, "target")).Forecast(0, history)
		require.NoError(t, err)
		for hour, n := range f.Capacity {
			require.GreaterOrEqual(t, n, 0)
			require.False(t, math.IsNaN(f.Load[hour]))
		}
	})
}

// predicted returns a target with a forecast from hour 10 on.
func predicted(t *testing.T, p *Predictive, minimum, maximum int, capacity ...int) *Target {
	t.Helper()
	tg, err := New(Config{MinCapacity: minimum, MaxCapacity: maximum, Predictive: []*Predictive{p}, Policies: []Policy{cpu(60)}})
	require.NoError(t, err)
	f := Forecast{Start: 10 * sim.Hour, Capacity: capacity}
	for _, n := range capacity {
		f.Load = append(f.Load, float64(n)*p.Target)
	}
	tg.SetForecast(f)
	return tg
}

func scaling(name string) *Predictive {
	p := NewPredictive(name, 40)
	p.Mode = ForecastAndScale
	return p
}

func TestPredictiveScaling(t *testing.T) {
	const hour = sim.Hour
	tg := predicted(t, scaling("ahead"), 1, 100, 8, 20, 5)
	// Each hour 300 s before it starts.
	assert.Equal(t, 10*hour-5*minute, tg.NextPredicted(0))
	assert.Equal(t, 11*hour-5*minute, tg.NextPredicted(10*hour-5*minute))
	assert.Equal(t, 12*hour-5*minute, tg.NextPredicted(12*hour-5*minute-1))
	assert.Equal(t, sim.Never, tg.NextPredicted(12*hour-5*minute))

	a := tg.RunPredicted(9*hour, steady(4))
	assert.Equal(t, NoData, a.Reason.Cause, "before the forecast")
	assert.Equal(t, 4, a.To)
	a = tg.RunPredicted(10*hour-5*minute, steady(4))
	assert.Equal(t, "raised from 4 to 8: ahead forecasts 320 for the hour from 10h; ceil(320 / 40) = 8", a.String())
	a = tg.RunPredicted(11*hour-5*minute, steady(8))
	assert.Equal(t, 20, a.To)
	a = tg.RunPredicted(12*hour-5*minute, steady(20))
	assert.Equal(t, Enough, a.Hold, "the hour that needs 20 is not over")
	a = tg.RunPredicted(12*hour, steady(20))
	assert.Equal(t, 20, a.To, "it does not scale in")
	assert.Equal(t, 5, a.Reason.Result)
}

// Amazon EC2 Auto Scaling user guide, "Predictive scaling", "Best practices": of
// 10 by target tracking and 8 by predictive scaling, 10 is desired.
func TestPredictiveAndDynamicScaling(t *testing.T) {
	const hour = sim.Hour
	p := cpu(60)
	tg := predicted(t, scaling("ahead"), 1, 100, 8, 8, 8)
	a := tg.Evaluate(10*hour, steady(8), tracked(p, 75))
	assert.Equal(t, 10, a.To, "ceil(8 × 75 / 60)")
	assert.Equal(t, 10, tg.RunPredicted(11*hour-5*minute, steady(10)).To)
	a = tg.Evaluate(12*hour, steady(10), tracked(p, 30))
	assert.Equal(t, 8, a.To, "not to 5: 8 are forecast")
	assert.Equal(t, HeldByForecast, a.Hold)
	a = tg.Evaluate(12*hour+10*minute, steady(8), tracked(p, 30))
	assert.Equal(t, 8, a.To)
	assert.Equal(t, HeldByForecast, a.Hold)
	a = tg.Evaluate(13*hour, steady(8), tracked(p, 30))
	assert.Equal(t, 4, a.To, "nothing is forecast any more")
}

func TestPredictiveScalingAndBounds(t *testing.T) {
	p := scaling("ahead")
	a := predicted(t, p, 1, 40, 50).RunPredicted(10*sim.Hour, steady(4))
	assert.Equal(t, 40, a.To)
	assert.Equal(t, AtMaxCapacity, a.Hold)
	a = predicted(t, p, 6, 40, 5).RunPredicted(10*sim.Hour, steady(4))
	assert.Equal(t, 6, a.To)
	assert.Equal(t, AtMinCapacity, a.Hold)
	a = predicted(t, p, 1, 40, 50).RunPredicted(10*sim.Hour, steady(40))
	assert.Equal(t, AtMaxCapacity, a.Hold)
	assert.False(t, a.Changed())

	// Amazon EC2 Auto Scaling user guide, "Predictive scaling", example 3: 50 are
	// predicted and the maximum is 40; with a buffer of 10 percent it becomes 55,
	// with none 50.
	for buffer, want := range map[int]int{10: 55, 0: 50, 1: 51} { // 50.5 is rounded up
		p := scaling("ahead")
		p.Breach, p.MaxCapacityBuffer = IncreaseMaxCapacity, buffer
		tg := predicted(t, p, 1, 40, 50)
		assert.Equal(t, 50, tg.RunPredicted(10*sim.Hour, steady(4)).To)
		_, most := tg.Bounds()
		assert.Equal(t, want, most)
	}
}

func TestPredictiveScalingAtRest(t *testing.T) {
	only := predicted(t, NewPredictive("only", 40), 1, 100, 50)
	assert.Equal(t, sim.Never, only.NextPredicted(0), "ForecastOnly does nothing")
	assert.False(t, func() bool { a := only.RunPredicted(10*sim.Hour, steady(4)); return a.Changed() }())
	tg := predicted(t, scaling("ahead"), 1, 100, 50)
	tg.Suspend(SuspendedState{DynamicScalingOut: true})
	assert.Equal(t, Suspended, tg.RunPredicted(10*sim.Hour, steady(4)).Hold)
	assert.Equal(t, 3, tg.Evaluate(10*sim.Hour, steady(4), tracked(cpu(60), 45)).To, "nor does it hold")
}
