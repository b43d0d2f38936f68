package workloads

import (
	"math"
	"math/rand/v2"

	"berth/sim"
)

// noise walks along the factor of a Noise from minute to minute. Each minute
// takes one draw, so that its value does not depend on what was asked before.
type noise struct {
	seed   uint64
	stream string

	keep   float64 // ρ
	fresh  float64 // σ·√(1−ρ²)
	sigma  float64
	offset float64 // σ²/2

	source      rand.PCG
	random      rand.Rand // of the source
	minute      int64     // of x
	x           float64   // the logarithm
	left, right float64   // the factor at the minute before that of x, and at it
}

func newNoise(n Noise, seed uint64, stream string) *noise {
	variance := math.Log1p(n.CV * n.CV)
	keep := 0.0
	if n.Correlation > 0 {
		keep = math.Exp(-sim.Minute.Seconds() / n.Correlation.Seconds())
	}
	sigma := math.Sqrt(variance)
	w := &noise{seed: seed, stream: stream, keep: keep, fresh: sigma * math.Sqrt(1-float64(keep*keep)), sigma: sigma, offset: variance / 2}
	w.restart()
	return w
}

func (w *noise) restart() {
	w.source = *sim.NewPCG(w.seed, w.stream)
	w.random = *rand.New(&w.source)
	w.minute, w.x = 0, w.sigma*w.random.NormFloat64()
	w.right = w.value()
}

func (w *noise) value() float64 { return math.Exp(w.x - w.offset) }

// at moves to the piece from the given minute to the next.
func (w *noise) at(minute int64) {
	if minute+1 < w.minute {
		w.restart()
	}
	for w.minute <= minute {
		w.x = float64(w.keep*w.x) + float64(w.fresh*w.random.NormFloat64())
		w.minute++
		switch w.minute {
		case minute:
			w.right = w.value() // what was passed over needs no factor
		case minute + 1:
			w.left, w.right = w.right, w.value()
		}
	}
}

// walk moves over the pieces from the given minute on and tells the factor at the
// ends of all.
func (w *noise) walk(minute int64, factors []float64) {
	w.at(minute)
	last := len(factors) - 1
	factors[0], factors[1] = w.left, w.right
	x := w.x
	for i := 2; i <= last; i++ {
		x = float64(w.keep*x) + float64(w.fresh*w.random.NormFloat64())
		factors[i] = x
	}
	for i := 2; i <= last; i++ {
		factors[i] = math.Exp(factors[i] - w.offset)
	}
	w.minute, w.x = minute+int64(last), x
	w.left, w.right = factors[last-1], factors[last]
}

// between is the factor at an instant of that piece.
func (w *noise) between(t sim.Time) float64 {
	share := (t - sim.Time(w.minute-1)*sim.Minute).Seconds() / sim.Minute.Seconds()
	return w.left + float64(share*(w.right-w.left))
}
