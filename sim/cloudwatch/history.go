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
	runs []run // from old on; those before are dropped, their room is used again
	old  int
	free []*Sketch // of runs that were dropped
}

// run is the periods from first up to, but without, end.
type run struct {
	first, end int64 // numbers of periods; an open run ends at open
	Statistics
}

const open = math.MaxInt64

// last returns the newest run, or nil.
func (h *history) last() *run {
	if len(h.runs) == h.old {
		return nil
	}
	return &h.runs[len(h.runs)-1]
}

// cut takes back what was said of a period and of those after it.
func (h *history) cut(period int64) {
	for r := h.last(); r != nil && r.end > period; r = h.last() {
		if r.first < period {
			r.end = period
			return
		}
		h.release(r)
		h.runs = h.runs[:len(h.runs)-1]
	}
}

// drop forgets the runs that ended before a period, but for the newest of them: it is
// the newest datapoint that there is where those after it are missing.
func (h *history) drop(oldest int64) {
	for h.old+1 < len(h.runs) && h.runs[h.old+1].end <= oldest {
		h.release(&h.runs[h.old])
		h.old++
	}
}

// close has what was dropped make room for runs, if that is enough.
func (h *history) close(n int) {
	if kept := len(h.runs) - h.old; h.old > 0 && kept+n <= cap(h.runs) {
		h.runs = h.runs[:copy(h.runs, h.runs[h.old:])]
		h.old = 0
	}
}

// push adds a run after the last. It is good until the next change.
func (h *history) push(first, end int64, s *Statistics, samples bool) *run {
	h.runs = append(h.runs, run{first, end, *s})
	r := h.last()
	r.Latencies = h.keep(r.Latencies, samples)
	return r
}

// keep returns a copy of a sketch, if samples are wanted at all.
func (h *history) keep(s *Sketch, samples bool) *Sketch {
	if s == nil || !samples {
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
	i := len(h.runs) - 1
	for i >= h.old && h.runs[i].first >= period {
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
