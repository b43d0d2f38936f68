package scenarios

import (
	"berth/sim"
	"berth/workloads"
)

// Quantity is a span of time that varies: a scalar, or a distribution with its
// parameters. In YAML it is 20s or {distribution: lognormal, median: 20s, p95: 45s}.
// Which parameters go together is a matter of the distribution: constant has
// value; uniform min and max; exponential mean; normal (cut off at 0) mean and
// stddev; lognormal median and p95, or mean and cv; weibull shape and scale;
// gamma shape and scale, or shape and mean; pareto minimum and shape; empirical
// values, and weights if they are not equal.
type Quantity struct {
	// Distribution from which each value is drawn.
	Distribution string `yaml:"distribution,required" enum:"constant uniform exponential normal lognormal weibull gamma pareto empirical" source:"berth"`
	// Value that does not vary.
	Value sim.Time `yaml:"value" unit:"duration" range:"0s.." source:"berth"`
	// Min is the least value.
	Min sim.Time `yaml:"min" unit:"duration" range:"0s.." source:"berth"`
	// Max is the largest value.
	Max sim.Time `yaml:"max" unit:"duration" range:"0s.." source:"berth"`
	// Mean value.
	Mean sim.Time `yaml:"mean" unit:"duration" range:"0s.." source:"berth"`
	// StdDev is the standard deviation.
	StdDev sim.Time `yaml:"stddev" unit:"duration" range:"0s.." source:"berth"`
	// CV is the coefficient of variation: the standard deviation over the mean.
	CV float64 `yaml:"cv" range:"0..1000" source:"berth"`
	// Median value: half of the values are below.
	Median sim.Time `yaml:"median" unit:"duration" range:"0s.." source:"berth"`
	// P95 is the 95th percentile.
	P95 sim.Time `yaml:"p95" unit:"duration" range:"0s.." source:"berth"`
	// Minimum is the least value of a pareto distribution.
	Minimum sim.Time `yaml:"minimum" unit:"duration" range:"0s.." source:"berth"`
	// Shape of the distribution; of pareto its tail index.
	Shape float64 `yaml:"shape" range:"0..1000" source:"berth"`
	// Scale of the distribution.
	Scale sim.Time `yaml:"scale" unit:"duration" range:"0s.." source:"berth"`
	// Values from which one is drawn.
	Values []sim.Time `yaml:"values" unit:"duration" range:"0s.." source:"berth"`
	// Weights of the values.
	Weights []float64 `yaml:"weights" range:"0.." default:"(equal)" source:"berth"`

	given []string // the parameters that were stated
}

// Constant returns a quantity that is always t.
func Constant(t sim.Time) Quantity {
	return Quantity{Distribution: "constant", Value: t, given: []string{"value"}}
}

// Spec returns the quantity as workloads takes it, times in seconds. It was
// checked: [workloads.NewDistribution] accepts it.
func (q Quantity) Spec() workloads.Spec {
	all := map[string]float64{
		"value": q.Value.Seconds(), "min": q.Min.Seconds(), "max": q.Max.Seconds(), "mean": q.Mean.Seconds(), "stddev": q.StdDev.Seconds(), "cv": q.CV,
		"median": q.Median.Seconds(), "p95": q.P95.Seconds(), "minimum": q.Minimum.Seconds(), "shape": q.Shape, "scale": q.Scale.Seconds(),
	}
	spec := workloads.Spec{Distribution: q.Distribution, Weights: q.Weights}
	for _, name := range q.given {
		if value, ok := all[name]; ok {
			if spec.Parameters == nil {
				spec.Parameters = map[string]float64{}
			}
			spec.Parameters[name] = value
		}
	}
	for _, v := range q.Values {
		spec.Values = append(spec.Values, v.Seconds())
	}
	return spec
}

// Arrivals says when tasks are submitted. In YAML it is a quantity, the gap
// before each submission (30s, or a distribution), or {at: [0s, 10m]}.
type Arrivals struct {
	// Gap before each submission, the first included. nil where At is given.
	Gap *Quantity `yaml:"-"`
	// At lists the times of the submissions, since the start and not decreasing.
	At []sim.Time `yaml:"at" unit:"duration" range:"0s.." source:"berth"`
}
