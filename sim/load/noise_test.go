package load

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/sim"
)

func TestErlangC(t *testing.T) {
	for _, c := range []struct {
		offered float64
		servers int
		want    float64
	}{{8, 10, 0.409180}, {95, 100, 0.506457}, {36, 40, 0.4116}, {0.8, 1, 0.8}, {0, 3, 0}, {3, 3, 1}} {
		assert.InDelta(t, c.want, erlangC(c.servers, c.offered/float64(c.servers)), 1e-4, "%v on %d", c.offered, c.servers)
	}
}

// Erlang's own recursion: B(0) = 1, B(c) = aB(c−1) / (c + aB(c−1)).
func TestErlangCIsThatOfTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.IntRange(1, 3000).Draw(t, "servers")
		utilisation := rapid.Float64Range(0.001, 0.9999).Draw(t, "utilisation")
		b := 1.0
		for c := 1.0; c <= float64(servers); c++ {
			b = float64(servers) * utilisation * b / (c + float64(servers)*utilisation*b)
		}
		want := b / (1 - utilisation*(1-b))
		if got := erlangC(servers, utilisation); math.Abs(got-want) > 1e-4*want+1e-11 {
			t.Fatalf("%v, by the recursion %v", got, want)
		}
	})
}

func TestTheStationaryWaitIsTheClosedForm(t *testing.T) {
	inTurn := service(func(s *Setup) { s.Balancing = RoundRobin })
	// GI/M/1 with every tenth of random arrivals: the wait is σ/(1−σ) service
	// times, with σ = (1 + (1−σ)/(10ρ))^−10.
	tenth := func(utilisation float64) float64 {
		root := 0.0
		for range 1000 {
			root = math.Pow(1+(1-root)/(10*utilisation), -10)
		}
		return root / (1 - root)
	}
	for _, c := range []struct {
		name        string
		setup       Setup
		tasks       int
		utilisation float64
		want        float64 // mean wait in service times of 50 ms
		off         float64
	}{
		{"M/M/1 at 0.8: Lq = 3.2", service(nil), 1, 0.8, 4, 1e-6},
		{"M/M/10 at 0.8", service(nil), 10, 0.8, 0.204590, 1e-4},
		{"M/M/100 at 0.95", service(nil), 100, 0.95, 0.101291, 1e-4},
		{"M/D/1 at 0.8: Lq = 1.6", service(func(s *Setup) { s.CV = 0 }), 1, 0.8, 2, 1e-6},
		{"E10/M/1 at 0.9", inTurn, 10, 0.9, tenth(0.9), 0.02},
		{"E10/M/1 at 0.5", inTurn, 10, 0.5, tenth(0.5), 0.1},
	} {
		var n noise
		size := Size{Serving: c.tasks, Running: c.tasks}
		n.adapt(&c.setup, size, c.setup.capacity(size))
		_, mean := n.stationary(c.utilisation)
		assert.InEpsilon(t, c.want, mean/0.05, max(c.off, 1e-9), c.name)
	}
}

func TestMoreServersWaitLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		setup := service(func(s *Setup) { s.CV = rapid.Float64Range(0, 4).Draw(t, "cv") })
		tasks := rapid.IntRange(1, 400).Draw(t, "tasks")
		rate := rapid.Float64Range(0, 1).Draw(t, "share") * float64(20*tasks)
		last := math.Inf(1)
		for n := tasks; n < tasks+5; n++ {
			var w noise
			size := Size{Serving: n, Running: n}
			w.adapt(&setup, size, setup.capacity(size))
			_, mean := w.stationary(rate / w.capacity)
			if mean > last+1e-9 {
				t.Fatalf("%d tasks: %v s, with one fewer %v s", n, mean, last)
			}
			last = mean
		}
	})
}

// At saturation the line of M/M/1 is a reflected random walk: its mean after t is
// √(2σ²t/π) with σ² = 2 × capacity.
func TestAtSaturationTheWaitGrowsWithTheRootOfTime(t *testing.T) {
	s := newStation(t, service(nil), constant(20), 1)
	s.Total(100 * sim.Minute)
	assert.InEpsilon(t, math.Sqrt(2*40*6000/math.Pi)/20, math.Sqrt(s.noise.square), 0.001)
}

func TestThePartsOfAnExponentialTime(t *testing.T) {
	for _, parts := range [][]part{fine[:], coarse[:]} {
		var mean, second, until float64
		for _, p := range parts {
			mean += p.wait * (p.until - until)
			second += p.wait * p.wait * (p.until - until)
			until = p.until
		}
		assert.InDelta(t, 1, until, 1e-12)
		assert.InDelta(t, 1, mean, 1e-9)
		assert.InDelta(t, 2, second, 0.02*64/float64(len(parts)))
	}
	mean := 0.0
	for _, p := range evenly {
		mean += p / partsOfLine
	}
	assert.InDelta(t, 1, mean, 1e-9)
}

func TestFirstRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, a := rapid.Float64Range(-9, 9).Draw(t, "x"), rapid.Float64Range(-9, 9).Draw(t, "y"), rapid.Float64Range(0.1, 9).Draw(t, "a")
		want := math.Inf(1)
		for _, r := range []float64{x, y} {
			if r > 1e-6 {
				want = min(want, r)
			} else if r > -1e-6 {
				return
			}
		}
		if got := firstRoot(a, -a*(x+y), a*x*y); got != want && math.Abs(got-want) > 1e-5*max(1, want) && math.Abs(x-y) > 1e-6 {
			t.Fatalf("%v of %v and %v", got, x, y)
		}
	})
	for _, c := range [][4]float64{{0, 2, -4, 2}, {0, 2, 4, math.Inf(1)}, {0, 0, 1, math.Inf(1)}, {0, 0, 0, math.Inf(1)}, {1, 0, 1, math.Inf(1)}, {1, 0, 0, math.Inf(1)}, {-1, 3, 0, 3}} {
		if got := firstRoot(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v of %v", got, c)
		}
	}
}
