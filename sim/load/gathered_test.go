package load

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

// timesOf ends a run and returns the response times that have not been asked for.
func timesOf(s *Station, now sim.Time) *cloudwatch.Sketch {
	var of cloudwatch.Sketch
	s.End(now)
	s.Gathered(&of)
	return &of
}

// owner ends the periods of a station that are due, and knows of the steady ones that
// are not.
type owner struct {
	*Station
	due, until sim.Time // told until then
	steady     Requests // served in each period from then on
	as         Enduring
	skipped    int // periods that were like a steady one
}

func (o *owner) catchUp(now sim.Time) {
	for o.due <= now {
		p := endPeriod(o.Station, o.due)
		o.skip(p.Start)
		o.steady, o.as, o.until, o.due = p.Served, o.Lasting(), o.due, o.Due(o.due)
	}
}

func (o *owner) skip(until sim.Time) {
	n := (until - o.until) / o.Period
	o.GatherSteady(Requests(n)*o.steady, o.as)
	o.skipped += int(n)
	o.until += n * o.Period
}

// Each request that is served has one response time, also those of steady periods,
// whatever ends them, and of a period that the end of the run cuts.
func TestAllThatIsServedIsGathered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		w.fail(rt)
		s, err := NewStation(w.setup, w.load)
		require.NoError(rt, err)
		o := owner{Station: s, due: s.Due(0)}
		for i, z := range w.sizes {
			o.catchUp(z.at)
			size := Size{Serving: z.tasks, Running: z.tasks}
			if len(w.failing) > 0 {
				size.Failing = w.failing[i%len(w.failing)]
			}
			s.Resize(z.at, size)
			o.due = s.Due(z.at)
		}
		o.catchUp(w.end)
		o.skip(w.end)
		all, left := timesOf(s, w.end), w.run(t, w.load, 0, nil, nil)
		want := timesOf(left, w.end)
		if served := s.Total(w.end).Served; want.Count() != uint64(served) || abs(Requests(all.Count())-served) > Requests(o.skipped) {
			rt.Fatalf("%d served, %d gathered, with all periods ended %d", served, want.Count(), all.Count())
		}
		if want.Count() > uint64(100*Request) {
			assert.InEpsilon(rt, want.Sum().Float()/float64(want.Count()), all.Sum().Float()/float64(all.Count()), cloudwatch.SketchError)
		}
	})
}

// Those of a steady period took as long as they took, also where the CPU of the tasks
// has changed before anybody asks.
func TestASteadyPeriodKeepsItsResponseTimes(t *testing.T) {
	s, err := NewStation(service(func(of *Setup) { of.CPU, of.Latency = cluster.VCPU/4, 0 }), constant(0.01))
	require.NoError(t, err)
	s.Resize(0, Size{Serving: 1, Running: 1})
	o := owner{Station: s, due: sim.Minute}
	o.catchUp(sim.Hour)
	require.Equal(t, sim.Minute, o.until)
	s.Retune(sim.Hour, cluster.VCPU)
	o.skip(sim.Hour)
	of := timesOf(s, 2*sim.Hour)
	assert.EqualValues(t, 72_000, of.Count())
	assert.InEpsilon(t, 0.05, of.Quantile(0.49).Seconds(), 0.02)
	assert.InEpsilon(t, 0.2, of.Quantile(0.51).Seconds(), 0.02)
}
