package cloudwatch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
)

// benchmarked is 1,000 metrics with an alarm each, as target tracking has them.
func benchmarked(b testing.TB, low bool) (*stage, []MetricID) {
	g := newStage()
	g.kernel.Watch(nil)
	g.observers = nil
	metrics := make([]MetricID, 1000)
	for i := range metrics {
		metrics[i] = g.metric(b, NewMetric("CPUUtilization", Standard))
		a := Alarm{Metric: metrics[i], Period: Standard, Comparison: Above, Threshold: 60, EvaluationPeriods: 3, Acts: true}
		if low {
			a.Comparison, a.Threshold, a.EvaluationPeriods = Below, 54, 15
		}
		g.alarm(b, a)
	}
	return g, metrics
}

// eachMinute runs a number of minutes, and in each what there is to do.
func (g *stage) eachMinute(b testing.TB, minutes int, do func(now sim.Time)) {
	if minutes == 0 {
		return
	}
	left := minutes
	minute := func() {
		now := g.kernel.Now()
		if do(now); left > 1 {
			left--
			g.kernel.Schedule(now+sim.Minute, g.at, uint32(len(g.acts)-1), 0)
		}
	}
	g.do(g.kernel.Now()+sim.Minute, minute)
	require.NoError(b, g.kernel.Run(sim.Never))
}

// moving puts values that change each minute, between 40 and 80.
func moving(g *stage, metrics []MetricID) func(sim.Time) {
	return func(now sim.Time) {
		for i, m := range metrics {
			g.Put(m, now-sim.Minute, Sample(40+float64((int64(now/sim.Minute)*7+int64(i))%41)))
		}
	}
}

// One operation is one datapoint: it is put, kept and looked at.
func BenchmarkMoving(b *testing.B) {
	for name, low := range map[string]bool{"3of3": false, "15of15": true} {
		b.Run(name, func(b *testing.B) {
			g, metrics := benchmarked(b, low)
			put := moving(g, metrics)
			g.eachMinute(b, 60, put)
			b.ReportAllocs()
			b.ResetTimer()
			g.eachMinute(b, b.N/len(metrics), put)
		})
	}
}

// One operation is a minute of 1,000 metrics that are steady.
func BenchmarkIdle(b *testing.B) {
	g, metrics := benchmarked(b, true)
	for _, m := range metrics {
		g.PutSteady(m, 0, Sample(20))
	}
	g.eachMinute(b, 60, func(sim.Time) {})
	b.ReportAllocs()
	b.ResetTimer()
	g.eachMinute(b, b.N, func(sim.Time) {})
}

// One operation is one change of a metric that is steady for half an hour before
// and after. The datapoints of this time are foreseen, not put.
func BenchmarkStep(b *testing.B) {
	g, metrics := benchmarked(b, true)
	step := func(now sim.Time) {
		if half := int64(now / (30 * sim.Minute)); now%(30*sim.Minute) == 0 {
			for _, m := range metrics {
				g.PutSteady(m, now, Sample(float64(20+50*(half%2))))
			}
		}
	}
	g.eachMinute(b, 120, step)
	b.ReportAllocs()
	b.ResetTimer()
	g.eachMinute(b, 30*b.N/len(metrics), step)
}

func BenchmarkSketchAdd(b *testing.B) {
	var s Sketch
	s.Add(sim.Second, 1)
	s.Add(sim.Millisecond, 1)
	b.ReportAllocs()
	for i := range b.N {
		s.Add(sim.Millisecond+sim.Time(i%1000)*900*sim.Microsecond, 1)
	}
}

func BenchmarkSketchQuantile(b *testing.B) {
	var s Sketch
	for v := sim.Millisecond; v < sim.Second; v += sim.Millisecond {
		s.Add(v, 1)
	}
	b.ReportAllocs()
	for i := range b.N {
		s.quantile(uint64(990_000 + i%2))
	}
}

func TestADatapointAllocatesNothing(t *testing.T) {
	g, metrics := benchmarked(t, false)
	put := moving(g, metrics)
	g.eachMinute(t, 120, put)
	// What a run schedules once is not of the datapoints.
	allocs := testing.AllocsPerRun(1, func() { g.eachMinute(t, 50, put) })
	require.Less(t, allocs, 20.0, "of 50,000 datapoints")
}
