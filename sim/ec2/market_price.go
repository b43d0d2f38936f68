package ec2

import (
	"math"
	"math/rand/v2"
	"sort"

	"berth/sim"
)

// Prices is the Spot price of one pool over time. It is constant between its
// steps. Several groups may share one; a run asks it from one goroutine.
type Prices struct {
	steps   []PriceStep // by time, the first at or before 0
	walk    *walk       // that adds steps, nil if there are no more
	highest int64
	last    int // the step that was asked for last
}

// PriceStep is a price from an instant on.
type PriceStep struct {
	From    sim.Time
	PerHour int64 // nano-dollars per hour and instance
}

// ConstantPrice is a price in nano-dollars per hour that never changes.
func ConstantPrice(perHour int64) *Prices { return RecordedPrices([]PriceStep{{PerHour: perHour}}) }

// RecordedPrices is a price as it was recorded: a step holds until the next, the
// last one from then on, and the first one also before its time. The steps are
// in the order of time, at least one.
func RecordedPrices(steps []PriceStep) *Prices {
	p := &Prices{steps: steps}
	for _, s := range steps {
		p.highest = max(p.highest, s.PerHour)
	}
	return p
}

// PriceModel is a price that wanders about a level and comes back to it.
type PriceModel struct {
	// Level in nano-dollars per hour: the price at the start, and the median
	// later.
	Level int64
	// Ceiling in nano-dollars per hour that the price does not exceed.
	Ceiling int64
	// Every so often the price changes.
	Every sim.Time
	// Volatility is the standard deviation of a single change, of the logarithm
	// of the price: 0.05 is about 5 %.
	Volatility float64
	// Reversion is the part of the way back to the level that a change goes,
	// from 0 (never) to 1 (at once).
	Reversion float64
}

// priceUnit to which modelled prices are rounded, in nano-dollars: a millionth
// of a dollar, as AWS publishes them.
const priceUnit = 1000

// ModelledPrices draws a price: with x the logarithm of price over level,
//
//	x(k+1) = (1 − Reversion) × x(k) + Volatility × N(0, 1),  x(0) = 0
//
// at each k × Every, the price being min(Level × exp(x), Ceiling). The stream is
// drawn from once for each step, in their order.
func ModelledPrices(m PriceModel, stream *rand.Rand) *Prices {
	level := min(m.Level, m.Ceiling)
	if level <= 0 { // a factor does not move it
		return ConstantPrice(level)
	}
	return &Prices{
		steps:   []PriceStep{{PerHour: level}},
		walk:    &walk{PriceModel: m, stream: stream},
		highest: m.Ceiling,
	}
}

// walk draws the steps of a modelled price.
type walk struct {
	PriceModel
	stream *rand.Rand
	x      float64
}

func (w *walk) next(from sim.Time) PriceStep {
	w.x = float64((1-w.Reversion)*w.x) + float64(w.Volatility*w.stream.NormFloat64())
	price := math.Round(float64(w.Level)*math.Exp(w.x)/priceUnit) * priceUnit
	perHour := w.Ceiling
	if price < float64(w.Ceiling) {
		perHour = max(int64(price), priceUnit)
	}
	return PriceStep{From: from + w.Every, PerHour: min(perHour, w.Ceiling)}
}

// At returns the price at an instant, in nano-dollars per hour, and the instant
// at which it next changes, [sim.Never] if it does not.
func (p *Prices) At(t sim.Time) (perHour int64, until sim.Time) {
	i := p.index(t)
	until = sim.Never
	if i+1 < len(p.steps) {
		until = p.steps[i+1].From
	}
	return p.steps[i].PerHour, until
}

// Highest returns a price that is never exceeded, in nano-dollars per hour.
func (p *Prices) Highest() int64 { return p.highest }

// Integral returns the integral of the price from one instant to another, in
// nano-dollars per hour times nanoseconds.
func (p *Prices) Integral(from, to sim.Time) sim.Integral {
	var sum sim.Integral
	for from < to {
		perHour, until := p.At(from)
		until = min(until, to)
		sum.Add(perHour, until-from)
		from = until
	}
	return sum
}

// index of the step that holds at t. Steps are drawn until there is a later one.
func (p *Prices) index(t sim.Time) int {
	for p.walk != nil && p.steps[len(p.steps)-1].From <= t {
		p.steps = append(p.steps, p.walk.next(p.steps[len(p.steps)-1].From))
	}
	i := p.last
	if p.steps[i].From > t || i+1 < len(p.steps) && p.steps[i+1].From <= t {
		i = max(0, sort.Search(len(p.steps), func(i int) bool { return p.steps[i].From > t })-1)
		p.last = i
	}
	return i
}
