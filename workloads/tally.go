package workloads

import (
	"maps"
	"math/bits"
	"slices"

	"berth/sim"
)

// tally counts values so that percentiles can be told from little memory: it
// is exact while there are few different values, as there are of container
// sizes, and within 1/2048 when there are many.
type tally struct {
	counts map[int64]int64
	total  int64
	max    int64
	coarse bool
}

const (
	maxDistinct = 1 << 16
	coarseBits  = 12 // significant bits that a coarse tally keeps of a value
)

func (t *tally) add(value int64, times int) {
	if t.counts == nil {
		t.counts = make(map[int64]int64)
	}
	t.total += int64(times)
	t.max = max(t.max, value)
	if t.coarse {
		value = coarsen(value)
	}
	t.counts[value] += int64(times)
	if len(t.counts) > maxDistinct && !t.coarse {
		t.coarse = true
		fewer := make(map[int64]int64)
		for v, n := range t.counts {
			fewer[coarsen(v)] += n
		}
		t.counts = fewer
	}
}

func coarsen(v int64) int64 {
	drop := max(0, bits.Len64(uint64(v))-coarseBits)
	return v >> drop << drop
}

// Percentiles of a figure over the tasks of a trace: of 100 tasks, 90 have at
// most P90. They are exact while a trace has at most 65,536 different values,
// else up to 0.05 % low; Max is always exact.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// percentiles gives values in multiples of unit.
func (t *tally) percentiles(unit int64) Percentiles {
	values := slices.Sorted(maps.Keys(t.counts))
	in := func(v int64) float64 { return float64(v) / float64(unit) }
	at := func(percent int64) float64 {
		seen := int64(0)
		for _, v := range values {
			// seen/total ≥ percent/100, without a product that overflows.
			if seen += t.counts[v]; float64(seen)*100 >= float64(t.total)*float64(percent) {
				return in(v)
			}
		}
		return 0
	}
	return Percentiles{at(50), at(90), at(99), in(t.max)}
}

// Series is a figure over time, as averages over spans of equal width.
type Series struct {
	WidthSeconds float64   `json:"widthSeconds"`
	Values       []float64 `json:"values"`
}

// averager collects a Series whose length is not known beforehand: when its
// spans are used up it merges them in pairs.
type averager struct {
	width sim.Time
	sums  []float64 // of value × seconds
}

const maxSpans = 512

// add notes that the figure had this value from one instant to the other.
func (a *averager) add(from, to sim.Time, value float64) {
	if from == to {
		return
	}
	if a.width == 0 {
		a.width = sim.Second
	}
	for (to-1)/maxSpans >= a.width { // to > width × maxSpans, which may overflow
		for i := range (len(a.sums) + 1) / 2 {
			sum := a.sums[2*i]
			if 2*i+1 < len(a.sums) {
				sum += a.sums[2*i+1]
			}
			a.sums[i] = sum
		}
		a.sums = a.sums[:(len(a.sums)+1)/2]
		a.width *= 2
	}
	for from < to {
		span := from / a.width
		until := to
		if span < to/a.width {
			until = (span + 1) * a.width
		}
		for len(a.sums) <= int(span) {
			a.sums = append(a.sums, 0)
		}
		a.sums[span] += float64(value * (until - from).Seconds())
		from = until
	}
}

func (a *averager) series() Series {
	s := Series{WidthSeconds: a.width.Seconds()}
	for _, sum := range a.sums {
		s.Values = append(s.Values, sum/s.WidthSeconds)
	}
	return s
}
