package sim

import (
	"math"
	"time"
)

// Time is an instant of simulated time: nanoseconds since the start of the
// run. It is never negative. A span between two instants has the same type.
type Time int64

// The usual spans, to be multiplied: 90 * sim.Second.
const (
	Nanosecond  Time = 1
	Microsecond      = 1000 * Nanosecond
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
	Day              = 24 * Hour
)

// Never lies after every instant of a run: the horizon of a run without a
// stated duration.
const Never Time = math.MaxInt64

// Seconds returns t in seconds, for output only.
func (t Time) Seconds() float64 {
	return float64(t/Second) + float64(t%Second)/float64(Second)
}

// String formats t as Go formats a duration: 1h30m0s.
func (t Time) String() string { return time.Duration(t).String() }
