package workloads

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"berth/sim"
)

// Arrivals yields the instants at which tasks are submitted, none of them
// earlier than the one before.
type Arrivals interface {
	// Next returns the next instant, or false when there are no more.
	Next() (at sim.Time, ok bool)
}

// Gaps are arrivals whose distances are drawn from d, in seconds; the first
// comes one distance after the start. With an exponential d they are a Poisson
// process.
//
// The instants, not the distances, are rounded to whole milliseconds: rounding
// distances of a few milliseconds would change their rate. Gaps end only at
// MaxTime.
func Gaps(d Distribution, r *rand.Rand) Arrivals {
	return &gaps{distribution: d, stream: r}
}

type gaps struct {
	distribution Distribution
	stream       *rand.Rand
	// exact is the sum of the distances. It is in integers, so that it does
	// not get coarser as the run goes on.
	exact sim.Time
}

func (g *gaps) Next() (sim.Time, bool) {
	ns := math.Round(g.distribution.Sample(g.stream) * float64(sim.Second))
	if !(ns < float64(MaxTime-g.exact)) {
		return 0, false
	}
	g.exact += sim.Time(ns)
	return (g.exact + sim.Millisecond/2) / sim.Millisecond * sim.Millisecond, true
}

// At are arrivals at the given instants. It is an error if one is negative,
// beyond MaxTime or earlier than the one before.
func At(instants ...sim.Time) (Arrivals, error) {
	if len(instants) == 0 {
		return nil, errors.New("at: the list of instants is empty")
	}
	last := sim.Time(0)
	for i, at := range instants {
		switch {
		case at < 0 || at > MaxTime:
			return nil, fmt.Errorf("at[%d] is %v; it has to be from 0 to 146 years", i, at)
		case at < last:
			return nil, fmt.Errorf("at[%d] is %v, earlier than the %v before it; sort the list", i, at, last)
		}
		last = at
	}
	list := fixedArrivals(instants)
	return &list, nil
}

type fixedArrivals []sim.Time

func (f *fixedArrivals) Next() (sim.Time, bool) {
	if len(*f) == 0 {
		return 0, false
	}
	at := (*f)[0]
	*f = (*f)[1:]
	return at, true
}
