package workloads

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"berth/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

type values = map[string]float64

// The standard deviations are worked out by hand, from each family's formula.
var specs = []struct {
	spec         Spec
	mean, stddev float64
}{
	{Spec{Distribution: "constant", Parameters: values{"value": 2.5}}, 2.5, 0},
	{Spec{Distribution: "uniform", Parameters: values{"min": 2, "max": 8}}, 5, 6 / math.Sqrt(12)},
	{Spec{Distribution: "exponential", Parameters: values{"mean": 30}}, 30, 30},
	// Truncation at 0 takes 0.4 per million off: mean and deviation as they were.
	{Spec{Distribution: "normal", Parameters: values{"mean": 100, "stddev": 20}}, 100, 20},
	// A half-normal: mean σ·√(2/π), variance σ²(1 − 2/π).
	{Spec{Distribution: "normal", Parameters: values{"mean": 0, "stddev": 10}}, 10 * math.Sqrt(2/math.Pi), 10 * math.Sqrt(1-2/math.Pi)},
	{Spec{Distribution: "lognormal", Parameters: values{"mean": 60, "cv": 0.5}}, 60, 30},
	// σ = ln(45/20)/1.64485 = 0.49302; mean 20·e^(σ²/2) = 22.585; cv = √(e^σ²−1) = 0.52466.
	{Spec{Distribution: "lognormal", Parameters: values{"median": 20, "p95": 45}}, 22.585, 11.849},
	// Γ(1.5) = √π/2, Γ(2) = 1: a Rayleigh distribution.
	{Spec{Distribution: "weibull", Parameters: values{"shape": 2, "scale": 10}}, 10 * math.Sqrt(math.Pi) / 2, 10 * math.Sqrt(1-math.Pi/4)},
	{Spec{Distribution: "gamma", Parameters: values{"shape": 4, "scale": 5}}, 20, 10},
	{Spec{Distribution: "gamma", Parameters: values{"shape": 0.5, "mean": 20}}, 20, 20 * math.Sqrt2},
	// Mean m·a/(a−1) = 4·5/4, variance m²·a/((a−1)²·(a−2)) = 16·5/(16·3).
	{Spec{Distribution: "pareto", Parameters: values{"minimum": 4, "shape": 5}}, 5, math.Sqrt(16. * 5 / (16 * 3))},
	{Spec{Distribution: "empirical", Values: []float64{1, 2, 9}, Weights: []float64{1, 0, 3}}, 7, 8 * math.Sqrt(0.25*0.75)},
	{Spec{Distribution: "empirical", Values: []float64{1, 2, 3}}, 2, math.Sqrt(2. / 3)},
}

func name(s Spec) string {
	return strings.ReplaceAll(strings.TrimSpace(fmt.Sprint(s.Distribution, " ", s.Parameters, s.Values)), "map", "")
}

// A change in the libraries below would change every run: the first draws are
// written down.
func TestFirstDraws(t *testing.T) {
	var b strings.Builder
	for _, s := range specs {
		d, err := NewDistribution(s.spec)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s:", name(s.spec))
		r := stream(7)
		for range 10 {
			fmt.Fprintf(&b, " %v", Draw(d, r))
		}
		b.WriteByte('\n')
	}
	const golden = "testdata/first-draws.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// The mean of n draws lies within 3.29 standard errors of the expected one in
// 99.9 % of all cases; the seed is one of those.
func TestMoments(t *testing.T) {
	const n = 200_000
	for _, s := range specs {
		d, err := NewDistribution(s.spec)
		require.NoError(t, err)
		r := stream(11)
		sum, squares := 0.0, 0.0
		for range n {
			x := d.Sample(r)
			require.GreaterOrEqual(t, x, 0.0)
			sum += x
			squares += (x - s.mean) * (x - s.mean)
		}
		assert.InDelta(t, s.mean, d.Mean(), 1e-3*s.mean, "%s: the mean it states", name(s.spec))
		assert.InDelta(t, s.mean, sum/n, 3.29*s.stddev/math.Sqrt(n)+1e-9, "%s: the mean of its draws", name(s.spec))
		assert.InDelta(t, s.stddev, math.Sqrt(squares/n), 0.03*s.stddev, "%s: the deviation of its draws", name(s.spec))
	}
}

func TestLogNormalMeetsItsPercentiles(t *testing.T) {
	d, err := NewDistribution(Spec{Distribution: "lognormal", Parameters: values{"median": 20, "p95": 45}})
	require.NoError(t, err)
	r := stream(3)
	below20, below45 := 0, 0
	for range 100_000 {
		switch x := d.Sample(r); {
		case x < 20:
			below20++
			below45++
		case x < 45:
			below45++
		}
	}
	assert.InDelta(t, 50_000, below20, 3.29*math.Sqrt(25_000))
	assert.InDelta(t, 95_000, below45, 3.29*math.Sqrt(100_000*0.95*0.05))
}

func TestDistributionErrors(t *testing.T) {
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{Spec{}, `unknown distribution ""; there are constant, uniform, exponential, normal, lognormal, weibull, gamma, pareto, empirical`},
		{Spec{Distribution: "exponentia"}, `unknown distribution "exponentia" (did you mean "exponential"?)`},
		{Spec{Distribution: "exponential"}, "distribution exponential: has no parameters; it takes mean"},
		{Spec{Distribution: "exponential", Parameters: values{"maen": 1}}, `unknown parameter maen (did you mean "mean"?); it takes mean`},
		{Spec{Distribution: "exponential", Parameters: values{"mean": 0}}, "mean is 0; it has to be above 0"},
		{Spec{Distribution: "exponential", Parameters: values{"mean": math.NaN()}}, "mean is NaN; it has to be a finite number"},
		{Spec{Distribution: "exponential", Parameters: values{"mean": math.Inf(1)}}, "mean is +Inf; it has to be a finite number"},
		{Spec{Distribution: "lognormal", Parameters: values{"median": 1}}, "has median; it takes median and p95, or mean and cv"},
		{Spec{Distribution: "lognormal", Parameters: values{"median": 1, "cv": 1}}, "has cv and median; it takes median and p95, or mean and cv"},
		{Spec{Distribution: "lognormal", Parameters: values{"median": 2, "p95": 1}}, "p95 is 1, below the median of 2"},
		{Spec{Distribution: "lognormal", Parameters: values{"mean": 2, "cv": -1}}, "cv is -1; it has to be 0 or more"},
		{Spec{Distribution: "uniform", Parameters: values{"min": 2, "max": 1}}, "max is 1, below the min of 2"},
		{Spec{Distribution: "normal", Parameters: values{"mean": -2, "stddev": -1}}, "mean is -2; it has to be 0 or more\nstddev is -1; it has to be 0 or more"},
		{Spec{Distribution: "pareto", Parameters: values{"minimum": 1, "shape": 0}}, "shape is 0; it has to be above 0"},
		{Spec{Distribution: "constant", Parameters: values{"value": -1}}, "value is -1; it has to be 0 or more"},
		{Spec{Distribution: "empirical"}, "distribution empirical: has no values"},
		{Spec{Distribution: "empirical", Parameters: values{"mean": 1}}, "unknown parameter mean; it has values and weights"},
		{Spec{Distribution: "empirical", Values: []float64{1, -2}}, "values[1] is -2; it has to be a number from 0 to 1e12"},
		{Spec{Distribution: "empirical", Values: []float64{1, 2}, Weights: []float64{1}}, "has 2 values and 1 weights"},
		{Spec{Distribution: "empirical", Values: []float64{1, 2}, Weights: []float64{0, 0}}, "weights are all 0"},
		{Spec{Distribution: "empirical", Values: []float64{1}, Weights: []float64{math.NaN()}}, "weights[0] is NaN"},
		{Spec{Distribution: "gamma", Parameters: values{"shape": 1, "mean": 1}, Values: []float64{1}}, "values and weights are those of an empirical distribution"},
	} {
		_, err := NewDistribution(test.spec)
		assert.ErrorContains(t, err, test.want)
	}
}

func TestDrawRoundsOnceAndStaysInRange(t *testing.T) {
	assert.Equal(t, 2*sim.Millisecond, Draw(Constant(0.0015), nil))
	assert.Equal(t, sim.Time(0), Draw(Constant(0.000499), nil))
	heavy, err := NewDistribution(Spec{Distribution: "pareto", Parameters: values{"minimum": 1, "shape": 0.01}})
	require.NoError(t, err)
	r := stream(1)
	for range 1000 {
		d := Draw(heavy, r)
		require.True(t, d > 0 && d <= MaxTime && d%sim.Millisecond == 0, "%v", d)
	}
}

func TestParametersAreThoseThatAreAccepted(t *testing.T) {
	for _, name := range DistributionNames() {
		for _, set := range Parameters(name) {
			p := values{}
			for _, parameter := range set {
				p[parameter.Name] = 1
			}
			spec := Spec{Distribution: name, Parameters: p}
			if name == "empirical" {
				spec = Spec{Distribution: name, Values: []float64{1}}
			}
			_, err := NewDistribution(spec)
			require.NoError(t, err)
		}
	}
	assert.Nil(t, Parameters("gauss"))
}
