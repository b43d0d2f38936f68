package workloads

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// Batch describes a made-up trace of a batch queue that looks like a real one:
// arrivals that follow the hours of the day, durations over several orders of
// magnitude, a few container sizes of which the small ones prevail, and teams.
// DefaultBatch returns one to start from.
type Batch struct {
	Tasks     int     // of the trace
	PerHour   float64 // arrivals, on average over a day
	Amplitude float64 // of the daily rhythm, from 0 (none) to 1 (nothing comes at night)
	PeakHour  float64 // at which most arrive, in hours since midnight; the trace starts at midnight
	Duration  Distribution
	Sizes     []Size
	Teams     int // whose names, team1 and so on, are the groups; 0 for no groups
}

// DefaultBatch is a day of 20,000 tasks that keep some 170 vCPU busy: most at
// two in the afternoon, half of them done within five minutes, one in twenty
// not within half an hour.
func DefaultBatch() Batch {
	return Batch{
		Tasks: 20_000, PerHour: 20_000.0 / 24, Amplitude: 0.6, PeakHour: 14,
		Duration: logNormal{math.Log(300), math.Log(6) / 1.6448536269514722}, // median 5 min, p95 30 min
		Sizes:    UsualSizes(), Teams: 5,
	}
}

// Validate reports every field of b that is out of its range.
func (b Batch) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(b.Tasks >= 0, "tasks is %d; it has to be 0 or more", b.Tasks)
	check(b.PerHour > 0 && b.PerHour <= 1e12, "arrivals per hour are %v; they have to be above 0 and at most 1e12", b.PerHour)
	check(b.Amplitude >= 0 && b.Amplitude <= 1, "amplitude is %v; it has to be from 0 to 1", b.Amplitude)
	check(b.PeakHour >= 0 && b.PeakHour < 24, "peak hour is %v; it has to be from 0 to below 24", b.PeakHour)
	check(b.Duration != nil, "duration is missing")
	check(b.Teams >= 0, "teams is %d; it has to be 0 or more", b.Teams)
	weights := 0
	for i, s := range b.Sizes {
		check(s.Weight >= 0 && s.Weight <= 1e9, "sizes[%d] has the weight %d; it has to be from 0 to 1e9", i, s.Weight)
		weights += max(0, s.Weight)
	}
	check(weights > 0, "sizes need a weight above 0")
	return errors.Join(errs...)
}

// GenerateTrace returns the tasks that b describes. Arrivals, durations, and
// sizes with teams are drawn from a stream each, a task after the other: a
// change to one of them leaves the others' draws in place.
func GenerateTrace(b Batch, arrivals, durations, sizes *rand.Rand) (Source, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	g := &batchSource{batch: b, arrivals: arrivals, durations: durations, sizes: sizes}
	for _, s := range b.Sizes {
		g.weights += s.Weight
	}
	for i := range b.Teams {
		g.teams = append(g.teams, "team"+strconv.Itoa(i+1))
	}
	return g, nil
}

type batchSource struct {
	batch                      Batch
	arrivals, durations, sizes *rand.Rand
	weights                    int
	teams                      []string
	made                       int
	clock                      float64 // hours
}

func (g *batchSource) Next(row *Row) (bool, error) {
	if g.made == g.batch.Tasks {
		return false, nil
	}
	g.made++
	g.advance()
	size := g.batch.Sizes[pick(g.batch.Sizes, g.sizes.IntN(g.weights))]
	*row = Row{Submit: toMilliseconds(g.clock * 3600), Duration: Draw(g.batch.Duration, g.durations), Demand: size.Demand, Count: 1}
	if len(g.teams) > 0 {
		row.Group = g.teams[g.sizes.IntN(len(g.teams))]
	}
	return true, nil
}

// advance moves the clock to the next arrival of a Poisson process whose rate
// follows the day, by thinning: candidates come at the highest rate, and one
// at time t is taken with the probability rate(t)/highest (Lewis and Shedler,
// "Simulation of Nonhomogeneous Poisson Processes by Thinning", 1979).
func (g *batchSource) advance() {
	b := g.batch
	for {
		g.clock += g.arrivals.ExpFloat64() / (b.PerHour * (1 + b.Amplitude))
		level := 1 + float64(b.Amplitude*math.Cos(2*math.Pi*(g.clock-b.PeakHour)/24))
		if g.arrivals.Float64()*(1+b.Amplitude) < level {
			return
		}
	}
}
