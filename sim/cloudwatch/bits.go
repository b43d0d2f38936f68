package cloudwatch

import (
	"math/bits"

	"berth/sim"
)

// recent is the newest datapoints of an alarm in a bit each, so that an evaluation
// takes no longer for fifteen of them than for one. It serves where the alarm has
// the periods of the metric. Longer ranges are looked up in the history.
type recent struct {
	newest         int64  // number of the period of the lowest bit
	real, breaches uint64 // which periods have a datapoint, and which of these breach
}

// recentPeriods is how many there are.
const recentPeriods = 64

// put notes the datapoints of the periods from first up to end, which are all alike.
func (r *recent) put(first, end int64, breaches bool) {
	r.cut(first)
	shift := uint64(end - 1 - r.newest)
	r.newest = end - 1
	r.real <<= shift
	r.breaches <<= shift
	some := uint64(1)<<uint64(end-first) - 1 // all bits, if there are that many
	r.real |= some
	if breaches {
		r.breaches |= some
	}
}

// cut takes back what was noted of a period and of those after it.
func (r *recent) cut(period int64) {
	if period <= r.newest {
		shift := uint64(r.newest - period + 1)
		r.newest = period - 1
		r.real >>= shift
		r.breaches >>= shift
	}
}

// remembers reports whether the bits of an alarm hold all that evaluations look at, so
// that these need no history.
func (a *alarm) remembers(m *metric, interval sim.Time) bool {
	return a.width == 1 && sim.Time(a.span)+(m.Delay+2*interval)/m.Resolution+2 <= recentPeriods
}

// note notes a run of equal datapoints, up to a period.
func (a *alarm) note(r *run, end int64) {
	a.recent.put(r.first, end, a.limit.breaches(a.measure.one(&r.Statistics, 1)))
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

// flips returns how many periods before the newest one an alarm passes to another state
// for the first time, of a number of the newest periods, or -1 if it does not. It
// does so without a look at each of them where every datapoint that decides must breach
// and all are there; else it reports false.
func (a *alarm) flips(n int64) (ahead int64, ok bool) {
	most := int64(a.most)
	if a.enough != a.most || n-1+most > recentPeriods || a.state == InsufficientData {
		return 0, false
	}
	if all := uint64(1)<<uint64(n-1+most) - 1; a.recent.real&all != all {
		return 0, false
	}
	breaches := a.recent.breaches // of so many periods up to each
	for of := int64(1); of < most; {
		more := min(of, most-of)
		breaches &= breaches >> uint64(more)
		of += more
	}
	if a.state == InAlarm {
		breaches = ^breaches
	}
	return int64(bits.Len64(breaches&(1<<uint64(n)-1))) - 1, true
}
