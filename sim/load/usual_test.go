package load

import (
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

// Whether a station takes the short way changes nothing, to the last bit.
func TestUsualPeriodsAreLikeOthers(t *testing.T) {
	usual, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := anyNoise(rt)
		quick, err := NewStation(w.setup, w.load)
		require.NoError(rt, err)
		slow, err := NewStation(w.setup, w.load)
		require.NoError(rt, err)
		both := func(f func(s *Station)) { f(quick); f(slow) }
		var ofQuick, ofSlow cloudwatch.Sketch
		var due sim.Time
		for now := w.setup.Period; now <= w.end; now += w.setup.Period {
			for len(w.changes) > 0 && w.changes[0].at <= now {
				both(w.changes[0].does)
				due = quick.Due(w.changes[0].at)
				w.changes = w.changes[1:]
			}
			if now < due && rapid.Bool().Draw(rt, "skip") {
				continue
			}
			slow.usually = false
			p, want := endPeriod(quick, now), endPeriod(slow, now)
			require.Equal(rt, *want, *p)
			due = quick.Due(now)
			require.Equal(rt, slow.Due(now), due)
			require.Equal(rt, slow.Total(now), quick.Total(now))
			if all++; !quick.planned && !quick.segment.settled && quick.segment.from < p.Start {
				usual++
			}
			if rapid.IntRange(0, 3).Draw(rt, "ask") == 0 {
				quick.Gathered(&ofQuick)
				slow.Gathered(&ofSlow)
			}
		}
		both(func(s *Station) { s.End(w.end + 1) })
		quick.Gathered(&ofQuick)
		slow.Gathered(&ofSlow)
		require.Equal(rt, ofSlow, ofQuick)
		require.Equal(rt, slow.noise, quick.noise)
		require.Equal(rt, slow.rest, quick.rest)
	})
	assert.Greater(t, usual, all/10)
}

// noisyWorld is a service whose load moves, and what happens to it.
type noisyWorld struct {
	setup   Setup
	load    *pieces
	changes []change
	end     sim.Time
}

type change struct {
	at   sim.Time
	does func(s *Station)
}

// anyNoise moves each period, or is in pieces that end elsewhere.
func anyNoise(t *rapid.T) (w noisyWorld) {
	w.setup = service(func(s *Setup) {
		s.CPU = rapid.SampledFrom([]int64{cluster.VCPU / 4, cluster.VCPU, 3 * cluster.VCPU}).Draw(t, "cpu")
		s.Concurrency = rapid.SampledFrom([]int{0, 0, 5}).Draw(t, "concurrency")
		s.Latency = rapid.SampledFrom([]sim.Time{0, 30 * sim.Millisecond}).Draw(t, "latency")
		s.Timeout = rapid.SampledFrom([]sim.Time{0, 1, sim.Second, 40 * sim.Second}).Draw(t, "timeout")
		s.CV = rapid.SampledFrom([]float64{0, 1, 3}).Draw(t, "cv")
		s.Balancing = rapid.SampledFrom([]Balancing{SharedQueue, RoundRobin}).Draw(t, "balancing")
		s.Period = rapid.SampledFrom([]sim.Time{20 * sim.Second, sim.Minute}).Draw(t, "period")
		s.PerPeriod = rapid.IntRange(0, 9).Draw(t, "perPeriod") == 0
	})
	w.load = &pieces{}
	base := rapid.SampledFrom([]float64{0.001, 3, 100, 100, 1e6, 1e13}).Draw(t, "base")
	rate := rapid.Custom(func(t *rapid.T) float64 {
		return base * rapid.SampledFrom([]float64{1, 1, 1, 1, 1, 0, 2}).Draw(t, "jump") * rapid.Float64Range(0.8, 1.2).Draw(t, "noise")
	})
	var at sim.Time
	for range rapid.IntRange(1, 40).Draw(t, "pieces") {
		w.load.points = append(w.load.points, point{at, rate.Draw(t, "rate")})
		at += w.setup.Period * sim.Time(rapid.SampledFrom([]int{1, 1, 1, 1, 3}).Draw(t, "periods"))
		if rapid.IntRange(0, 9).Draw(t, "flat") == 0 {
			w.load.points = append(w.load.points, point{at, w.load.points[len(w.load.points)-1].rate})
			at += w.setup.Period
		}
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			less := sim.Time(rapid.Int64Range(1, int64(w.setup.Period)-1).Draw(t, "less"))
			w.load.points = append(w.load.points, point{at - less, rate.Draw(t, "rate")})
		}
	}
	w.end = at - at%w.setup.Period
	// So many tasks serve the base that they are in use for some of the time, or always.
	tasks := 1 + int(min(1e6, base*w.setup.CPUSeconds*cluster.VCPU/float64(w.setup.CPU)*rapid.SampledFrom([]float64{0.9, 1.5, 2, 3, 5}).Draw(t, "room")))
	size := func() Size {
		z := Size{Serving: rapid.IntRange(max(0, tasks-2), tasks+2).Draw(t, "serving")}
		z.Running = z.Serving + rapid.IntRange(0, 2).Draw(t, "more")
		if z.Running > 0 && rapid.IntRange(0, 4).Draw(t, "odd") == 0 {
			z.Extra = rapid.Int64Range(0, cluster.VCPU).Draw(t, "extra")
			z.Reserved = rapid.SampledFrom([]int64{0, cluster.VCPU}).Draw(t, "reserved")
			z.Failing = rapid.SampledFrom([]float64{0, 0.1, 1}).Draw(t, "failing")
		}
		return z
	}
	first := size()
	w.changes = []change{{0, func(s *Station) { s.Resize(0, first) }}}
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		at := w.changes[len(w.changes)-1].at + sim.Time(rapid.Int64Range(0, 3).Draw(t, "periods"))*w.setup.Period
		if rapid.Bool().Draw(t, "within") {
			at += sim.Time(rapid.Int64Range(0, int64(w.setup.Period)).Draw(t, "after"))
		}
		z := size()
		w.changes = append(w.changes, change{at, rapid.SampledFrom([]func(s *Station){
			func(s *Station) { s.Resize(at, z) },
			func(s *Station) { s.Resize(at, z) },
			func(s *Station) { s.Restart(at) },
			func(s *Station) { s.Retune(at, s.CPU*2) },
			func(s *Station) { s.Busy(at) },
		}).Draw(t, "change")})
	}
	return w
}

// What a usual period needs is one run of fields that begins with a cache line. Go
// puts a word before an object of that size.
func TestWhatAUsualPeriodNeedsLiesTogether(t *testing.T) {
	if strconv.IntSize != 64 {
		t.Skip("words are shorter")
	}
	const word, cacheLine = 8, 64
	station, setup, recent := reflect.TypeFor[Station](), reflect.TypeFor[Setup](), reflect.TypeFor[times]()
	at := func(of reflect.Type, name string) uintptr {
		f, ok := of.FieldByName(name)
		require.True(t, ok, name)
		return f.Offset
	}
	first := word + at(station, "recent") + at(recent, "atOnce")
	last := word + at(station, "Setup") + at(setup, "Period")
	assert.Zero(t, first%cacheLine)
	assert.EqualValues(t, 4, (last-first)/cacheLine)
	for i, name := range []string{"load", "total", "noise", "start", "Setup"} { // as Touch has them
		assert.EqualValues(t, i, (word+at(station, name)-first)/cacheLine, name)
	}
	assert.Zero(t, (word+at(station, "recent")+at(recent, "waits"))%cacheLine)
}
