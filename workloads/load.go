package workloads

import (
	"fmt"
	"strings"
	"time"

	"berth/sim"
)

// Load is a rate of requests over time, linear in pieces.
type Load interface {
	// Rate returns the rate at t in requests per second, by how much it grows
	// each second, and the instant until which that holds, which is after t: at
	// u from t up to until the rate is rate + slope·(u−t). There the next piece
	// begins, and the rate may jump. A rate is never negative; that sum may be,
	// by the rounding of its terms, where it falls to 0. until is sim.Never
	// where the rate does not change any more; all that comes after MaxTime is
	// as it is there.
	//
	// The answer depends on t alone. Questions in the order of time are cheap,
	// whatever was left out between them: they allocate nothing, and one costs
	// no more than the pieces that it passes over. Going back is correct, but
	// may begin again at the start. A Load has one reader at a time.
	Rate(t sim.Time) (rate, slope float64, until sim.Time)
}

// ConstantRate is a Load that never changes.
type ConstantRate float64

// Rate implements Load.
func (c ConstantRate) Rate(sim.Time) (rate, slope float64, until sim.Time) {
	return float64(c), 0, sim.Never
}

// maxRate is the largest base of a profile, and constant rate: far above what
// a cluster serves, far below where floating-point numbers get coarse.
const maxRate = 1e12

// NewConstantRate returns a load of so many requests per second.
func NewConstantRate(perSecond float64) (Load, error) {
	if !(perSecond >= 0 && perSecond <= maxRate) {
		return nil, fmt.Errorf("a rate of %v is not from 0 to %g requests per second", perSecond, float64(maxRate))
	}
	return ConstantRate(perSecond), nil
}

// Requests returns the integral of the rate of l between two instants: how many
// requests come from the one up to the other.
func Requests(l Load, from, to sim.Time) float64 {
	sum := 0.0
	for from < to {
		rate, slope, until := l.Rate(from)
		until = min(until, to)
		seconds := (until - from).Seconds()
		sum += float64(rate*seconds) + float64(slope*float64(seconds*seconds))/2
		from = until
	}
	return sum
}

// ParseTimeOfDay reads a time of day such as 14:00 or 08:30:15.
func ParseTimeOfDay(text string) (sim.Time, error) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if len(text) != len(layout) {
			continue
		}
		if at, err := time.Parse(layout, text); err == nil {
			return sim.Time(at.Hour())*sim.Hour + sim.Time(at.Minute())*sim.Minute + sim.Time(at.Second())*sim.Second, nil
		}
	}
	return 0, fmt.Errorf("%q is not a time of day; write hours and minutes such as 14:00, up to 23:59", text)
}

// ParseWeekday reads the English name of a day of the week, in either case.
func ParseWeekday(text string) (time.Weekday, error) {
	var names []string
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if strings.EqualFold(text, name) {
			return day, nil
		}
		names = append(names, name)
	}
	return 0, fmt.Errorf("%q is no day of the week%s; write monday to sunday", text, didYouMean(text, names))
}
