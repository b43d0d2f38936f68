package cloudwatch

import "math/bits"

// recent is the newest datapoints of an alarm in a bit each, so that an evaluation
// takes no longer for fifteen of them than for one. It serves where the alarm has
// the periods of the metric and its datapoints are put one by one; what is steady,
// and longer ranges, are looked up in the history.
type recent struct {
	newest         int64  // number of the period of the lowest bit
	real, breaches uint64 // which periods have a datapoint, and which of these breach
}

// recentPeriods is how many there are.
const recentPeriods = 64

// put notes the datapoint of a period. One that was noted of it is taken back; so
// are those after it, and then all: what was put before is no longer looked at here.
func (r *recent) put(period int64, breaches bool) {
	shift := min(uint64(period-r.newest), recentPeriods)
	r.newest = period
	r.real = r.real<<shift | 1
	if r.breaches = r.breaches << shift &^ 1; breaches {
		r.breaches |= 1
	}
}

// tally counts the newest datapoints, up to so many, of the span of periods that ends
// before one. It reports false if the range goes further back than is noted.
func (r *recent) tally(end, span, most int64) (t tally, ok bool) {
	ahead := r.newest - (end - 1) // periods that are not looked at yet
	if ahead+span > recentPeriods {
		return t, false
	}
	real, breaches := r.real, r.breaches
	if ahead >= 0 {
		real, breaches = real>>uint64(ahead), breaches>>uint64(ahead)
	} else {
		real, breaches = real<<uint64(-ahead), breaches<<uint64(-ahead)
	}
	all := uint64(1)<<uint64(span) - 1
	if real &= all; real == all { // mostly
		real = 1<<uint64(min(span, most)) - 1
	}
	for int64(bits.OnesCount64(real)) > most {
		real &^= 1 << (bits.Len64(real) - 1)
	}
	breaches &= real
	return tally{real: int64(bits.OnesCount64(real)), breaching: int64(bits.OnesCount64(breaches)), oldest: int64(bits.Len64(breaches))}, true
}
