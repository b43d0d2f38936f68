package cloudwatch

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

// The figures are those that the delays were calibrated with, so this shows that
// they come out of the alarm as a whole and not that they are right: three
// datapoints above the target of 60 %, of a load that goes from 40 % to 100 %.
//
//	1m:  180 s for three periods + 183 s = 363 s
//	20s:  60 s for three periods +  26 s =  86 s
//
// A burst that begins within a period is the sooner answered the later it begins,
// as long as its first datapoint breaches: 40 + 60 × (1 - x) > 60 where x, the
// part of the period that is over, is below two thirds. Later it takes one period
// more. The mean over a period is therefore 3 + 1/3 - 1/2 periods and the delay:
// 353 s and 82.7 s.
//
// Source: AWS containers roadmap, thread 2113, of June 2026.
func TestABurstIsAnsweredAfterThePublishedTimes(t *testing.T) {
	for _, c := range []struct {
		resolution, into, want sim.Time
	}{
		{Standard, 0, 363 * sim.Second},
		{Standard, 39 * sim.Second, 324 * sim.Second}, // 21 + 120 + 183
		{Standard, 41 * sim.Second, 382 * sim.Second}, // 19 + 180 + 183
		{HighResolution, 0, 86 * sim.Second},
		{HighResolution, 13 * sim.Second, 73 * sim.Second}, // 7 + 40 + 26
		{HighResolution, 14 * sim.Second, 92 * sim.Second}, // 6 + 60 + 26
	} {
		g := newStage()
		m := g.metric(t, NewMetric("CPUUtilization", c.resolution))
		high := g.alarm(t, Alarm{
			Name: "high", Metric: m, Period: c.resolution, Comparison: Above, Threshold: 60, EvaluationPeriods: 3, Acts: true,
		})
		burst := 10*sim.Minute + c.into
		g.do(0, func() { g.PutSteady(m, 0, Sample(40)) })
		g.do(10*sim.Minute+c.resolution, func() {
			after := float64(c.resolution - c.into)
			g.Put(m, 10*sim.Minute, Sample((40*float64(c.into)+100*after)/float64(c.resolution)))
			g.PutSteady(m, 10*sim.Minute+c.resolution, Sample(100))
		})
		var acted sim.Time
		g.do(burst+c.want-1, func() { assert.Equal(t, OK, g.State(high)) })
		g.do(burst+c.want, func() {})
		g.kernel.Watch(func(now sim.Time, kind sim.Kind, _ uint32) {
			if kind == g.tick && acted == 0 && g.State(high) == InAlarm {
				acted = now
			}
		})
		g.run(t, 20*sim.Minute)
		assert.Equal(t, c.want, acted-burst, "%v, %v into a period", c.resolution, c.into)
	}
}
