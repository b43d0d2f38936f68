package cloudwatch

import (
	"math"

	"berth/sim"
)

// history is what is kept of a metric: runs of periods with equal statistics,
// oldest first, without overlap. Periods between them have no datapoint, nor
// have those after the last. The last run may be open: steady until told
// otherwise.
type history struct {
	runs     []run     // a ring, as long as a power of two
	old, end int       // the number of the oldest run that is kept, and that of the one to come
	free     []*Sketch // of runs that were dropped
}

// at returns a run by its number.
func (h *history) at(i int) *run { return &h.runs[i&(len(h.runs)-1)] }

// run is the periods from first up to, but without, end.
type run struct {
	first, end int64 // numbers of periods; an open run ends at open
	Statistics
}

const open = math.MaxInt64

// last returns the newest run, or nil.
func (h *history) last() *run {
	if h.end == h.old {
		return nil
	}
	return h.at(h.end - 1)
}

// cut takes back what was said of a period and of those after it.
func (h *history) cut(period int64) {
	for r := h.last(); r != nil && r.end > period; r = h.last() {
		if r.first < period {
			r.end = period
			return
		}
		h.release(r)
		h.end--
	}
}

// drop forgets the runs that ended before a period, but for the newest of them: it is
// the newest datapoint that there is where those after it are missing.
func (h *history) drop(oldest int64) {
	for h.old+1 < h.end && h.at(h.old+1).end <= oldest {
		h.release(h.at(h.old))
		h.old++
	}
}

// full reports whether there is no room for a number of runs.
func (h *history) full(n int) bool { return h.end-h.old+n > len(h.runs) }

// grow makes room for a number of runs.
func (h *history) grow(n int) {
	was := *h
	size := max(4, len(h.runs))
	for h.end-h.old+n > size {
		size *= 2
	}
	h.runs = make([]run, size)
	for i := h.old; i < h.end; i++ {
		*h.at(i) = *was.at(i)
	}
}

// push adds a run after the last, for which there must be room. It is good until the
// next change.
func (h *history) push(first, end int64, s *Statistics, samples bool) *run {
	r := h.at(h.end)
	h.end++
	r.first, r.end, r.Statistics = first, end, *s
	if r.Latencies != nil {
		r.Latencies = h.keep(r.Latencies, samples)
	}
	return r
}

// keep returns a copy of a sketch, if samples are wanted at all.
func (h *history) keep(s *Sketch, samples bool) *Sketch {
	if !samples {
		return nil
	}
	own := new(Sketch)
	if n := len(h.free); n > 0 {
		own, h.free = h.free[n-1], h.free[:n-1]
		own.Reset()
	}
	own.Merge(s)
	return own
}

func (h *history) release(r *run) {
	if r.Latencies != nil {
		h.free = append(h.free, r.Latencies)
		r.Latencies = nil
	}
}

// changed returns the first period from which on all is the same, as far as is
// known: the steady value, or no datapoints.
func (h *history) changed() int64 {
	switch r := h.last(); {
	case r == nil:
		return math.MinInt64
	case r.end == open:
		return r.first
	default:
		return r.end
	}
}

// steady reports whether datapoints come until told otherwise.
func (h *history) steady() bool {
	r := h.last()
	return r != nil && r.end == open
}

// before returns the place of the last run that begins before a period, or one
// less than h.old.
func (h *history) before(period int64) int {
	i := h.end - 1
	for i >= h.old && h.at(i).first >= period {
		i--
	}
	return i
}

// period returns the number of the period that begins or ends at an instant
// that is a multiple of its length.
func period(at, resolution sim.Time) int64 {
	if resolution == Standard {
		return int64(at / Standard) // by a constant, which is quicker
	}
	return int64(at / resolution)
}
