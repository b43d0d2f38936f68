package cloudwatch

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
)

// latency draws from below the finest bucket to the largest value there is.
func latency(t *rapid.T) sim.Time {
	return sim.Time(rapid.Int64Range(0, math.MaxInt64>>rapid.IntRange(0, 62).Draw(t, "scale")).Draw(t, "latency"))
}

// A share of the samples does not exceed the quantile: of n samples it is the
// one of rank ceil(share × n), to within 1 %.
func TestQuantilesAreWithinTheStatedError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sketch
		var all []sim.Time
		for range rapid.IntRange(1, 60).Draw(t, "values") {
			v, n := latency(t), rapid.IntRange(1, 3).Draw(t, "samples")
			s.Add(v, uint64(n))
			for range n {
				all = append(all, v)
			}
		}
		slices.Sort(all)
		require.EqualValues(t, len(all), s.Count())
		for _, millionths := range []int{0, 1, 250_000, 500_000, 900_000, 990_000, 999_000, 1_000_000, rapid.IntRange(0, 1_000_000).Draw(t, "share")} {
			rank := max(1, (len(all)*millionths+999_999)/1_000_000)
			exact := all[rank-1]
			got := s.Quantile(float64(millionths) / 1e6)
			require.LessOrEqual(t, math.Abs(float64(got)-float64(exact)), SketchError*float64(exact), "rank %d of %d: %d instead of %d", rank, len(all), got, exact)
		}
		require.Equal(t, all[len(all)-1], s.Quantile(1))
	})
}

func TestSketchesOfPartsMergeIntoThatOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole, left, right Sketch
		parts := [3]Sketch{}
		for range rapid.IntRange(0, 40).Draw(t, "values") {
			v := latency(t)
			whole.Add(v, 2)
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Add(v, 2)
		}
		for i := range parts {
			left.Merge(&parts[i])
			right.Merge(&parts[2-i])
		}
		for _, merged := range []*Sketch{&left, &right} {
			require.Equal(t, whole.Count(), merged.Count())
			require.Equal(t, whole.Sum(), merged.Sum())
			for millionths := uint64(0); millionths <= 1_000_000; millionths += 50_000 {
				require.Equal(t, whole.quantile(millionths), merged.quantile(millionths))
			}
		}
		// Times over is the same as one by one, and changes no quantile.
		var times Sketch
		times.merge(&whole, 3)
		require.Equal(t, 3*whole.Count(), times.Count())
		require.Equal(t, whole.quantile(900_000), times.quantile(900_000))
		times.Reset()
		require.Zero(t, times.Quantile(0.5))
		require.Zero(t, times.Count())
	})
}

func TestASketchIsSmall(t *testing.T) {
	var s Sketch
	assert.Zero(t, s.Quantile(0.99))
	assert.Equal(t, Statistics{}, s.Statistics())
	assert.Nil(t, s.counts, "nothing is allocated before the first value")
	for v := sim.Millisecond; v <= sim.Second; v += 10 * sim.Microsecond {
		s.Add(v, 1)
	}
	s.Add(sim.Second, 0)
	assert.LessOrEqual(t, 8*len(s.counts), 11*512)
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Add(20*sim.Millisecond, 1) }))
	assert.Panics(t, func() { s.Add(-1, 1) })

	var two Sketch
	two.Add(250*sim.Millisecond, 1)
	two.Add(sim.Second, 3)
	assert.Equal(t, Statistics{Count: 4, Sum: 3.25, Min: 0.25, Max: 1, Latencies: &two}, two.Statistics())
}

// p90 of ten latencies of each minute: 0.9 s in the first minute, 1.9 s in the
// second. Over windows of two minutes it is the 18th of 20: 1.8 s. Where samples
// are not put, the largest stands in.
func TestAnAlarmLooksAtAPercentile(t *testing.T) {
	g := newStage()
	m := g.metric(t, Metric{Name: "TargetResponseTime", Resolution: Standard})
	one := g.alarm(t, Alarm{Metric: m, Period: Standard, Statistic: "p90", Comparison: Above, Threshold: 1, EvaluationPeriods: 3})
	two := g.alarm(t, Alarm{Metric: m, Period: 2 * Standard, Statistic: "p90", Comparison: Above, Threshold: 1, EvaluationPeriods: 1})
	var s Sketch // of the publisher, used again
	for minute := range sim.Time(2) {
		g.do((minute+1)*sim.Minute, func() {
			s.Reset()
			for i := range sim.Time(10) {
				s.Add(minute*sim.Second+(i+1)*sim.Second/10, 1)
			}
			g.Put(m, minute*sim.Minute, s.Statistics())
		})
	}
	g.do(3*sim.Minute, func() { g.Put(m, 2*sim.Minute, Sample(7)) })
	g.do(2*sim.Minute+1, func() {
		assert.InEpsilonSlice(t, []float64{0.9, 1.9}, g.Datapoints(one, nil), SketchError)
		assert.InEpsilonSlice(t, []float64{1.8}, g.Datapoints(two, nil), SketchError)
	})
	g.do(3*sim.Minute+1, func() { assert.InEpsilonSlice(t, []float64{0.9, 1.9, 7}, g.Datapoints(one, nil), SketchError) })
	g.run(t, 4*sim.Minute)
}
