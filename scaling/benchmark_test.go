package scaling

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

// Decisions are made each minute of each service of each run.
func TestDecidingAllocatesNothing(t *testing.T) {
	track, steps := cpu(60), benchmarkSteps()
	both := target(t, 1, 100, track, memory(80), steps)
	signals := append(append(tracked(track, 83), tracked(memory(80), 70)...), seen(InAlarm, 83))
	now := sim.Time(0)
	for name, f := range map[string]func(){
		"target tracking": func() { track.Decide(Observation{4, signals[:2]}) },
		"step scaling":    func() { steps.Decide(Observation{4, signals[4:]}) },
		"target": func() {
			now += minute
			both.Evaluate(now, steady(4), signals)
			both.NextScheduled()
		},
	} {
		assert.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}

func benchmarkSteps() *StepScaling {
	return stepped("step", PercentChangeInCapacity, AtOrAbove, 70, StepAdjustment{at(0), at(15), 10}, StepAdjustment{at(15), nil, 30})
}

func BenchmarkDecideTargetTracking(b *testing.B) {
	p := cpu(60)
	o := Observation{4, tracked(p, 83)}
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(o)
	}
}

func BenchmarkDecideStepScaling(b *testing.B) {
	p := benchmarkSteps()
	o := Observation{4, []Signal{seen(InAlarm, 80, 83)}}
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(o)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	p, m := cpu(60), memory(80)
	tg := target(b, 1, 100, p, m)
	signals := append(tracked(p, 58), tracked(m, 70)...)
	b.ReportAllocs()
	for b.Loop() {
		tg.Evaluate(0, steady(4), signals)
	}
}

func BenchmarkForecast(b *testing.B) {
	p := NewPredictive("p", 40)
	history := hourly(MostHistory, func(h int) float64 { return float64(h % 24) })
	for b.Loop() {
		if _, err := p.Forecast(0, history); err != nil {
			b.Fatal(err)
		}
	}
}
