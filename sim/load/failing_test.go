package load

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// Tasks of one vCPU with 50 ms for a request serve 20 requests per second each.
func TestRequestsThatFailByHand(t *testing.T) {
	within := service(func(s *Setup) { s.Timeout = 2 * sim.Second })
	of := func(serving, running int, failing float64) Size {
		return Size{Serving: serving, Running: running, Failing: failing}
	}
	for _, c := range []struct {
		name  string
		setup Setup
		load  *pieces
		sizes []Size // each for 30 s
		want  [4]float64
	}{
		{"a fifth fails, and the others are as many as two tasks serve", service(nil), constant(50), []Size{of(2, 3, 0.2), of(2, 3, 0.2)}, [4]float64{3000, 2400, 600, 0}},
		{"what fails does not wait: a half of 60/s, of which 20/s are served", service(nil), constant(60), []Size{of(1, 2, 0.5), of(1, 2, 0.5)}, [4]float64{3600, 1200, 1800, 600}},
		{"nor has it a place in line: 20/s × 2 s", within, constant(60), []Size{of(1, 2, 0.5), of(1, 2, 0.5)}, [4]float64{3600, 1200, 1800 + 560, 40}},
		{"all of it, also without a timeout", service(nil), constant(50), []Size{of(0, 2, 1), of(0, 2, 1)}, [4]float64{3000, 0, 3000, 0}},
		{"for half of the time", service(nil), constant(40), []Size{of(2, 2, 0), of(2, 3, 0.25)}, [4]float64{2400, 2100, 300, 0}},
		{"of a ramp from 0 to 60/s: 30² / 2 × 1/s", service(nil), &pieces{points: []point{{0, 0}, {sim.Minute, 60}}}, []Size{of(0, 3, 1), of(3, 3, 0)}, [4]float64{1800, 1350, 450, 0}},
		{"what waits goes on waiting: 30 s × 30/s", service(nil), constant(50), []Size{of(1, 1, 0), of(1, 5, 0.8)}, [4]float64{3000, 1200, 1200, 600}},
	} {
		s, err := NewStation(c.setup, c.load)
		require.NoError(t, err)
		for i, z := range c.sizes {
			s.Resize(sim.Time(i)*30*sim.Second, z)
		}
		p := endPeriod(s, sim.Minute)
		for i, got := range []Requests{p.Offered, p.Served, p.Lost, p.Backlog} {
			assert.InDelta(t, c.want[i], got.Float(), 0.002, "%s: %d", c.name, i)
		}
		assert.InDelta(t, c.want[1]*0.05, p.Used, 0.001, "%s: what fails takes no CPU", c.name)
		assert.InDelta(t, c.want[0], p.RequestCount().Sum, 0.002, c.name)
	}
	for _, wrong := range []Size{{Failing: -0.1}, {Failing: 1.1}} {
		assert.Panics(t, func() { newStation(t, service(nil), constant(1), 1).Resize(0, wrong) })
	}
}

// Each target gets as many requests, whether or not it fails them: of three, one
// of which does, each gets 30/s × 60 s / 3.
//
// Source: Elastic Load Balancing, Application Load Balancers, "CloudWatch metrics".
func TestATargetThatFailsRequestsGetsAsMany(t *testing.T) {
	s := newStation(t, service(nil), constant(30), 2)
	s.Resize(0, Size{Serving: 2, Running: 3, Failing: 1.0 / 3})
	p := endPeriod(s, sim.Minute)
	assert.InDelta(t, 600, p.RequestCountPerTarget().Sum, 0.001)
	cpu := p.CPUUtilization()
	assert.InDelta(t, 100*20*0.05/3, cpu.Average(), 1e-6, "the CPU of all three is reserved")
	assert.InDelta(t, 1, s.Busy(sim.Minute), 1e-9)
	assert.True(t, p.Steady)
	assert.Equal(t, sim.Never, s.Due(sim.Minute))
}

// A part of a ramp that fails is a ramp, so that no two periods are alike, though
// nothing comes to the tasks that serve.
func TestAMovingRateOfFailuresIsNotSteady(t *testing.T) {
	s := newStation(t, service(nil), &pieces{points: []point{{0, 0}, {sim.Hour, 3600}}}, 0)
	s.Resize(0, Size{Running: 1, Failing: 1})
	for minute := range sim.Time(3) {
		p := endPeriod(s, (minute+1)*sim.Minute)
		assert.False(t, p.Steady)
		assert.Equal(t, Requests(minute*2+1)*1800*Request, p.Lost)
	}
}

// With half of the requests failing, those that serve fare exactly as with half of
// the requests; and nothing is made or lost on the way.
func TestWhatFailsLeavesTheOthersAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		half := &pieces{}
		for _, p := range w.load.points {
			half.points = append(half.points, point{p.at, p.rate / 2})
		}
		w.end -= w.end%w.setup.Period - w.setup.Period
		at := every(w.setup.Period, w.end)
		var periods []Period
		fewer := w.run(t, half, 0, at, func(s *Station, now sim.Time) {
			p := *endPeriod(s, now)
			p.Latencies = nil
			periods = append(periods, p)
		})
		w.failing = []float64{0.5}
		all := w.run(t, w.load, 0, at, func(s *Station, now sim.Time) {
			p := *endPeriod(s, now)
			want := periods[0]
			periods = periods[1:]
			failed := p.Offered - want.Offered
			if p.Lost-want.Lost != failed || failed < 0 || abs(failed-want.Offered) > 2+Requests(len(w.sizes)+2*len(w.load.points)) {
				rt.Fatalf("%v: %+v, without those that fail %+v", now, p.Counts, want.Counts)
			}
			p.Latencies, p.Offered, p.Lost = nil, want.Offered, want.Lost
			if p != want {
				rt.Fatalf("%v: %+v, without those that fail %+v", now, p, want)
			}
		})
		if !assert.Equal(rt, timesOf(fewer, w.end).Quantile(0.99), timesOf(all, w.end).Quantile(0.99)) {
			rt.FailNow()
		}
	})
}

// Shares that come and go leave no more than a rounding of what came.
func TestSharesThatChangeLoseNoRequest(t *testing.T) {
	s := newStation(t, service(func(s *Setup) { s.CPU = 8 * cluster.VCPU }), constant(33.3333), 1)
	for i := range sim.Time(1000) {
		s.Resize(i*77*sim.Millisecond, Size{Serving: 1, Running: 2, Failing: float64(i%7) / 6})
	}
	s.Resize(77*sim.Second, Size{Serving: 1, Running: 1})
	n := s.Total(100 * sim.Second)
	assert.InDelta(t, 3333.33, n.Offered.Float(), 0.001)
	assert.Equal(t, n.Offered, n.Served+n.Lost+n.Backlog)
	assert.InDelta(t, 77*33.3333/2, n.Lost.Float(), 3)
}
