package workloads

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Constant is always the same value, and draws nothing from the stream.
type Constant float64

// Sample implements Distribution.
func (c Constant) Sample(*rand.Rand) float64 { return float64(c) }

// Mean implements Distribution.
func (c Constant) Mean() float64 { return float64(c) }

func newConstant(p parameters) (Distribution, error) {
	return Constant(p["value"]), p.notNegative("value")
}

// The others are gonum's, with the stream put in for each draw: a
// distuv value with its source in it would be bound to one stream.

type uniform struct{ min, max float64 }

func newUniform(p parameters) (Distribution, error) {
	err := p.notNegative("min", "max")
	if err == nil && p["max"] < p["min"] {
		err = fmt.Errorf("max is %v, below the min of %v", p["max"], p["min"])
	}
	return uniform{p["min"], p["max"]}, err
}

func (u uniform) Sample(r *rand.Rand) float64 {
	return distuv.Uniform{Min: u.min, Max: u.max, Src: r}.Rand()
}

func (u uniform) Mean() float64 { return u.min + (u.max-u.min)/2 }

// exponential is given by its mean, 1/rate.
type exponential struct{ mean float64 }

func newExponential(p parameters) (Distribution, error) {
	return exponential{p["mean"]}, p.positive("mean")
}

func (e exponential) Sample(r *rand.Rand) float64 {
	return distuv.Exponential{Rate: 1 / e.mean, Src: r}.Rand()
}

func (e exponential) Mean() float64 { return e.mean }

// normal is truncated at 0: a negative draw is drawn again, so that mean and
// stddev are those of the distribution before. With a mean of 0 or more that
// is at most every second draw.
type normal struct{ mean, stddev float64 }

func newNormal(p parameters) (Distribution, error) {
	return normal{p["mean"], p["stddev"]}, p.notNegative("mean", "stddev")
}

func (n normal) Sample(r *rand.Rand) float64 {
	d := distuv.Normal{Mu: n.mean, Sigma: n.stddev, Src: r}
	for {
		if x := d.Rand(); x >= 0 {
			return x
		}
	}
}

// Mean is μ + σ·φ(μ/σ)/Φ(μ/σ): the truncation takes off small values.
func (n normal) Mean() float64 {
	if n.stddev == 0 {
		return n.mean
	}
	a := n.mean / n.stddev
	return n.mean + n.stddev*distuv.UnitNormal.Prob(a)/distuv.UnitNormal.CDF(a)
}

// logNormal is e to the power of a normal with mean mu and deviation sigma.
type logNormal struct{ mu, sigma float64 }

// newLogNormal takes median and p95, or mean and the coefficient of variation
// (standard deviation over mean): σ = ln(p95/median)/z₉₅, μ = ln(median); or
// σ² = ln(1+cv²), μ = ln(mean) − σ²/2.
func newLogNormal(p parameters) (Distribution, error) {
	if _, ok := p["median"]; ok {
		if err := p.positive("median", "p95"); err != nil {
			return nil, err
		}
		if p["p95"] < p["median"] {
			return nil, fmt.Errorf("p95 is %v, below the median of %v", p["p95"], p["median"])
		}
		return logNormal{math.Log(p["median"]), math.Log(p["p95"]/p["median"]) / distuv.UnitNormal.Quantile(0.95)}, nil
	}
	if err := errors.Join(p.positive("mean"), p.notNegative("cv")); err != nil {
		return nil, err
	}
	variance := math.Log1p(p["cv"] * p["cv"])
	return logNormal{math.Log(p["mean"]) - variance/2, math.Sqrt(variance)}, nil
}

func (l logNormal) Sample(r *rand.Rand) float64 {
	return distuv.LogNormal{Mu: l.mu, Sigma: l.sigma, Src: r}.Rand()
}

func (l logNormal) Mean() float64 { return math.Exp(l.mu + l.sigma*l.sigma/2) }

// weibull has the survival function exp(−(x/scale)^shape).
type weibull struct{ shape, scale float64 }

func newWeibull(p parameters) (Distribution, error) {
	return weibull{p["shape"], p["scale"]}, p.positive("shape", "scale")
}

func (w weibull) Sample(r *rand.Rand) float64 {
	return distuv.Weibull{K: w.shape, Lambda: w.scale, Src: r}.Rand()
}

func (w weibull) Mean() float64 { return w.scale * math.Gamma(1+1/w.shape) }

// gamma has the mean shape × scale.
type gamma struct{ shape, scale float64 }

func newGamma(p parameters) (Distribution, error) {
	if mean, ok := p["mean"]; ok {
		return gamma{p["shape"], mean / p["shape"]}, p.positive("shape", "mean")
	}
	return gamma{p["shape"], p["scale"]}, p.positive("shape", "scale")
}

func (g gamma) Sample(r *rand.Rand) float64 {
	return distuv.Gamma{Alpha: g.shape, Beta: 1 / g.scale, Src: r}.Rand()
}

func (g gamma) Mean() float64 { return g.shape * g.scale }

// pareto has the survival function (minimum/x)^shape from minimum on. With a
// shape of 1 or less it has no mean, with 2 or less no variance.
type pareto struct{ minimum, shape float64 }

func newPareto(p parameters) (Distribution, error) {
	return pareto{p["minimum"], p["shape"]}, p.positive("minimum", "shape")
}

func (p pareto) Sample(r *rand.Rand) float64 {
	return distuv.Pareto{Xm: p.minimum, Alpha: p.shape, Src: r}.Rand()
}

func (p pareto) Mean() float64 {
	if p.shape <= 1 {
		return math.Inf(1)
	}
	return p.minimum * p.shape / (p.shape - 1)
}

// empirical is one of the values, with a probability in proportion to its
// weight.
type empirical struct {
	values []float64
	upTo   []float64 // sums of the weights up to and with each value
}

func newEmpirical(values, weights []float64) (Distribution, error) {
	if len(values) == 0 {
		return nil, errors.New("has no values")
	}
	if weights != nil && len(weights) != len(values) {
		return nil, fmt.Errorf("has %d values and %d weights; write one weight for each value, or none", len(values), len(weights))
	}
	e := empirical{values: slices.Clone(values)}
	total := 0.0
	for i, v := range values {
		if !(v >= 0 && v <= 1e12) {
			return nil, fmt.Errorf("values[%d] is %v; it has to be a number from 0 to 1e12", i, v)
		}
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		if !(weight >= 0 && weight <= 1e12) {
			return nil, fmt.Errorf("weights[%d] is %v; it has to be a number from 0 to 1e12", i, weight)
		}
		total += weight
		e.upTo = append(e.upTo, total)
	}
	if total == 0 {
		return nil, errors.New("weights are all 0; at least one has to be above")
	}
	return e, nil
}

func (e empirical) Sample(r *rand.Rand) float64 {
	x := r.Float64() * e.upTo[len(e.upTo)-1]
	// The first value whose sum is above x: one without weight is never it.
	i, _ := slices.BinarySearchFunc(e.upTo, x, func(sum, x float64) int {
		if sum > x {
			return 1
		}
		return -1
	})
	return e.values[min(i, len(e.values)-1)]
}

func (e empirical) Mean() float64 {
	sum, last := 0.0, 0.0
	for i, v := range e.values {
		sum += float64(v * (e.upTo[i] - last))
		last = e.upTo[i]
	}
	return sum / last
}
