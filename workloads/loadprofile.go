package workloads

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"berth/sim"
)

// Profile describes a load by its rhythm:
//
//	rate(t) = base × (1 + amplitude·cos(2π(h − peak)/24)) × weekly[day] × noise × spike
//
// and 0 where that is negative, as it can be with an amplitude above 1. h and
// the day are those of the clocks in one time zone, so that the rate jumps where
// the clocks do, and at midnight where two days differ.
//
// The load that it gives is linear in pieces. Jumps, and the corners of spikes,
// are where they are written. Between them the formula is exact at both ends of
// every piece and a straight line within:
//
//   - Without noise a piece is up to five minutes long. The daily curve departs
//     from it by at most amplitude·(2π·5/1440)²/8, that is 6·10⁻⁵ of
//     base × weekly × spike × amplitude; over a day that cancels out.
//   - With noise, and while a spike rises or falls, a piece is up to one minute
//     long: 2.4·10⁻⁶. What comes on top of it is that the product of two straight
//     lines is none: at most a quarter of the product of their changes within the
//     minute.
//   - What does not change has no pieces: without a daily rhythm and noise, a
//     piece ends with the day, or never where all days are equal.
type Profile struct {
	// Base is the rate around which all else moves, in requests per second.
	Base float64
	// Zone is the time zone of hours and days; nil is UTC.
	Zone  *time.Location
	Daily Daily
	// Weekly are factors of days; a day that is not there has 1.
	Weekly map[time.Weekday]float64
	Noise  Noise
	// Spikes may overlap, their factors are then multiplied.
	Spikes []Spike
}

// Daily is the rhythm of a day.
type Daily struct {
	Amplitude float64  // from 0, none; with 1 the rate falls to 0 twelve hours from the peak
	Peak      sim.Time // the time of day with the highest rate
}

// Noise is a factor that wanders around 1: lognormal with mean 1, its logarithm
// an Ornstein-Uhlenbeck process that begins in its steady state. The process is
// sampled at the whole minutes since the start and the factor linear between
// them. With ρ = exp(−1 min/correlation) and σ² = ln(1+cv²),
//
//	x₀ = σ·z₀, xₖ = ρ·xₖ₋₁ + σ·√(1−ρ²)·zₖ, factor = exp(xₖ − σ²/2)
//
// where zₖ are the standard normal draws of the stream, one for each minute.
type Noise struct {
	CV float64 // standard deviation over mean, at whole minutes; 0 is no noise
	// Correlation is the time after which the correlation of two values of the
	// logarithm has fallen to 1/e. With 0 every minute is on its own.
	Correlation sim.Time
}

// Spike multiplies the rate by a factor: the factor grows linearly from 1 during
// Rise, holds, and falls back to 1.
type Spike struct {
	// At is when it begins to rise, since the start. It may be negative for a
	// spike that has begun before.
	At               sim.Time
	Rise, Hold, Fall sim.Time
	Factor           float64 // below 1 it is a dip
}

// ProfileError says what is wrong with a field of a Profile.
type ProfileError struct {
	Field   string // as a scenario names it: "spikes[0].factor"
	Message string
}

// Error formats e as field: message.
func (e *ProfileError) Error() string { return e.Field + ": " + e.Message }

const (
	maxFactor = 1e6
	maxSpan   = 13_000 * sim.Day // 35 years; four of them are within MaxTime
)

// Validate reports all that is wrong with the profile, as ProfileErrors.
func (p Profile) Validate() error {
	var errs []error
	within := func(field string, value, high float64) {
		if !(value >= 0 && value <= high) {
			errs = append(errs, &ProfileError{field, fmt.Sprintf("is %v; it has to be from 0 to %g", value, high)})
		}
	}
	span := func(field string, value, low sim.Time) {
		if value < low || value > maxSpan {
			errs = append(errs, &ProfileError{field, fmt.Sprintf("is %v; it has to be from %s to 13000d", value, map[bool]string{true: "0", false: "-13000d"}[low == 0])})
		}
	}
	within("base", p.Base, maxRate)
	within("daily.amplitude", p.Daily.Amplitude, maxFactor)
	if p.Daily.Peak < 0 || p.Daily.Peak >= sim.Day {
		errs = append(errs, &ProfileError{"daily.peak", fmt.Sprintf("is %v; it has to be a time of day", p.Daily.Peak)})
	}
	for _, day := range slices.Sorted(maps.Keys(p.Weekly)) {
		within("weekly."+strings.ToLower(day.String()), p.Weekly[day], maxFactor)
	}
	within("noise.cv", p.Noise.CV, 100)
	span("noise.correlation", p.Noise.Correlation, 0)
	for i, s := range p.Spikes {
		field := func(name string) string { return fmt.Sprintf("spikes[%d].%s", i, name) }
		span(field("at"), s.At, -maxSpan)
		span(field("rise"), s.Rise, 0)
		span(field("hold"), s.Hold, 0)
		span(field("fall"), s.Fall, 0)
		within(field("factor"), s.Factor, maxFactor)
		if s.Rise == 0 && s.Hold == 0 && s.Fall == 0 {
			errs = append(errs, &ProfileError{fmt.Sprintf("spikes[%d]", i), "lasts no time; give it a rise, a hold or a fall"})
		}
	}
	return errors.Join(errs...)
}

// The years in which a profile can begin: MaxTime later, nanoseconds since 1970
// still fit 64 bits.
const firstYear, lastYear = 1970, 2100

// Load returns the load of the profile for a run that starts at the given
// instant. The noise is drawn from the stream of that seed and name, such as
// "load/web". Two loads of the same profile, start, seed and name are the same.
func (p Profile) Load(start time.Time, seed uint64, stream string) (Load, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if year := start.UTC().Year(); year < firstYear || year > lastYear {
		return nil, fmt.Errorf("a profile cannot start in the year %d; the years are %d to %d", year, firstYear, lastYear)
	}
	return newProfileLoad(p, start, seed, stream), nil
}
