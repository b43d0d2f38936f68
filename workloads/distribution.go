package workloads

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"berth/sim"
)

// Distribution is a quantity that varies. It has no state: what is drawn
// depends on the stream alone, and one Distribution serves many streams.
type Distribution interface {
	// Sample draws a value in the unit of the parameters. It is never
	// negative, but may be very large.
	Sample(r *rand.Rand) float64
	// Mean is the expected value: +Inf where there is none.
	Mean() float64
}

// Draw draws a time from a distribution whose parameters are in seconds. The
// draw is rounded to whole milliseconds, here and once, so that the rest of a
// run computes with integers. A draw beyond MaxTime is MaxTime.
func Draw(d Distribution, r *rand.Rand) sim.Time {
	return toMilliseconds(d.Sample(r))
}

func toMilliseconds(seconds float64) sim.Time {
	ms := math.Round(seconds * 1000)
	// Not written as ms > limit, so that NaN does not get through either.
	if !(ms < float64(MaxTime/sim.Millisecond)) {
		return MaxTime - MaxTime%sim.Millisecond
	}
	return sim.Time(ms) * sim.Millisecond
}

// Spec names a distribution and its parameters, as a scenario writes them.
// Times are in seconds.
type Spec struct {
	Distribution string
	Parameters   map[string]float64
	Values       []float64 // of empirical
	Weights      []float64 // of empirical: one for each value, or none for equal ones
}

// Parameter describes a parameter of a distribution.
type Parameter struct {
	Name string
	// Quantity is true where the parameter has the unit of what is drawn and
	// false where it is a plain number, such as a shape.
	Quantity bool
}

// family is a kind of distribution: the sets of parameters that determine it,
// and how it is made from one of them.
type family struct {
	name string
	sets [][]Parameter
	make func(p parameters) (Distribution, error)
}

// families are the built-in distributions. The files of the same names have
// what they are.
func families() []family {
	quantity := func(name string) Parameter { return Parameter{name, true} }
	number := func(name string) Parameter { return Parameter{name, false} }
	return []family{
		{"constant", [][]Parameter{{quantity("value")}}, newConstant},
		{"uniform", [][]Parameter{{quantity("min"), quantity("max")}}, newUniform},
		{"exponential", [][]Parameter{{quantity("mean")}}, newExponential},
		{"normal", [][]Parameter{{quantity("mean"), quantity("stddev")}}, newNormal},
		{"lognormal", [][]Parameter{{quantity("median"), quantity("p95")}, {quantity("mean"), number("cv")}}, newLogNormal},
		{"weibull", [][]Parameter{{number("shape"), quantity("scale")}}, newWeibull},
		{"gamma", [][]Parameter{{number("shape"), quantity("scale")}, {number("shape"), quantity("mean")}}, newGamma},
		{"pareto", [][]Parameter{{quantity("minimum"), number("shape")}}, newPareto},
		{"empirical", [][]Parameter{{}}, nil}, // of Spec.Values and Spec.Weights
	}
}

// DistributionNames are the names that a Spec may have, in the order of the
// documentation.
func DistributionNames() []string {
	var names []string
	for _, f := range families() {
		names = append(names, f.name)
	}
	return names
}

// Parameters are the sets of parameters that determine the named distribution,
// nil if there is no such distribution. An empirical one has none: it is
// determined by its values and weights.
func Parameters(distribution string) [][]Parameter {
	for _, f := range families() {
		if f.name == distribution {
			return f.sets
		}
	}
	return nil
}

// NewDistribution checks spec and returns what it describes. The error names
// every parameter that is missing, unknown or out of its range.
func NewDistribution(spec Spec) (Distribution, error) {
	for _, f := range families() {
		if f.name == spec.Distribution {
			d, err := f.build(spec)
			if err != nil {
				return nil, fmt.Errorf("distribution %s: %w", spec.Distribution, err)
			}
			return d, nil
		}
	}
	names := DistributionNames()
	return nil, fmt.Errorf("unknown distribution %q%s; there are %s", spec.Distribution, didYouMean(spec.Distribution, names), strings.Join(names, ", "))
}

func (f family) build(spec Spec) (Distribution, error) {
	if f.name == "empirical" {
		if len(spec.Parameters) > 0 {
			return nil, fmt.Errorf("unknown parameter %s; it has values and weights", first(spec.Parameters))
		}
		return newEmpirical(spec.Values, spec.Weights)
	}
	if spec.Values != nil || spec.Weights != nil {
		return nil, errors.New("values and weights are those of an empirical distribution")
	}
	given := slices.Sorted(maps.Keys(spec.Parameters))
	for _, set := range f.sets {
		if sameNames(given, set) {
			if err := finite(spec.Parameters); err != nil {
				return nil, err
			}
			return f.make(parameters(spec.Parameters))
		}
	}
	return nil, f.mismatch(given)
}

// mismatch explains why the given parameters are none of f's sets.
func (f family) mismatch(given []string) error {
	var all, sets []string
	for _, set := range f.sets {
		var names []string
		for _, p := range set {
			names = append(names, p.Name)
		}
		all = append(all, names...)
		sets = append(sets, strings.Join(names, " and "))
	}
	want := strings.Join(sets, ", or ")
	for _, name := range given {
		if !slices.Contains(all, name) {
			return fmt.Errorf("unknown parameter %s%s; it takes %s", name, didYouMean(name, all), want)
		}
	}
	if len(given) == 0 {
		return fmt.Errorf("has no parameters; it takes %s", want)
	}
	return fmt.Errorf("has %s; it takes %s", strings.Join(given, " and "), want)
}

func sameNames(sorted []string, set []Parameter) bool {
	if len(sorted) != len(set) {
		return false
	}
	for _, p := range set {
		if _, found := slices.BinarySearch(sorted, p.Name); !found {
			return false
		}
	}
	return true
}

func first(p map[string]float64) string { return slices.Sorted(maps.Keys(p))[0] }

// finite also keeps quantities within what a time can be, with room for the
// arithmetic on them.
func finite(p map[string]float64) error {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !(math.Abs(p[name]) <= 1e12) {
			return fmt.Errorf("%s is %v; it has to be a finite number of at most 1e12", name, p[name])
		}
	}
	return nil
}

// parameters are the checked set of a Spec.
type parameters map[string]float64

// positive checks that the named parameters are above 0.
func (p parameters) positive(names ...string) error {
	var errs []error
	for _, name := range names {
		if p[name] <= 0 {
			errs = append(errs, fmt.Errorf("%s is %v; it has to be above 0", name, p[name]))
		}
	}
	return errors.Join(errs...)
}

// notNegative checks that the named parameters are 0 or more.
func (p parameters) notNegative(names ...string) error {
	var errs []error
	for _, name := range names {
		if p[name] < 0 {
			errs = append(errs, fmt.Errorf("%s is %v; it has to be 0 or more", name, p[name]))
		}
	}
	return errors.Join(errs...)
}
