package workloads

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"berth/sim"
)

const (
	// maxRateValues bounds the memory that a rate trace takes: four years of
	// minutes.
	maxRateValues = 1 << 21
	// maxRateLength leaves room to place a trace anywhere in a run.
	maxRateLength = MaxTime / 2
	maxRateValue  = 1e15
)

// RateTrace is a load as it was measured. It is read once and serves any number
// of runs.
//
// A value holds from its time on for one period: the rate is a staircase, not a
// line from point to point, so that the requests of each period are those of the
// file. That is what the timestamp of a CloudWatch datapoint means.
//
// Times that are not later than the one before are errors, as are sums that
// begin before the period of the last one is over. Where values are missing,
// there is a hole: RateOptions.Fill says what holds there.
type RateTrace struct {
	starts  []sim.Time // of the steps, from 0; neighbours have different rates
	rates   []float64  // of the steps, in requests per second
	length  sim.Time
	shift   sim.Time // where in the trace the run starts; negative: how much later the trace begins
	pastEnd PastEnd
	values  int
}

// Length is how long the trace lasts: from its first value to one period after
// its last.
func (r *RateTrace) Length() sim.Time { return r.length }

// Values is the number of values in the file.
func (r *RateTrace) Values() int { return r.values }

// Requests is how many requests the whole trace has.
func (r *RateTrace) Requests() float64 {
	sum := 0.0
	for i, rate := range r.rates {
		sum += float64(rate * (r.end(i) - r.starts[i]).Seconds())
	}
	return sum
}

// Load returns the trace as a load, for one reader.
func (r *RateTrace) Load() Load { return &rateLoad{trace: r} }

// end is where step i ends.
func (r *RateTrace) end(i int) sim.Time {
	if i+1 < len(r.starts) {
		return r.starts[i+1]
	}
	return r.length
}

// step appends a rate from an instant on.
func (r *RateTrace) step(start sim.Time, rate float64) {
	if n := len(r.rates); n > 0 && r.rates[n-1] == rate {
		return
	}
	r.starts, r.rates = append(r.starts, start), append(r.rates, rate)
}

func newRateTrace(src RateSource, file string, options RateOptions) (*RateTrace, error) {
	rows, nearest, err := collectRates(src, file, options)
	if err != nil {
		return nil, err
	}
	period, seconds := options.Period, options.Period.Seconds()
	if period == 0 {
		period, seconds = nearest, 1
	}
	first, last := rows[0], rows[len(rows)-1]
	lasts := sim.Time(last.At - first.At)
	if lasts > maxRateLength-period {
		return nil, last.errorf(file, "is %v after the first value, and a trace lasts at most 73 years; are the times in seconds?", lasts)
	}
	r := &RateTrace{values: len(rows), pastEnd: options.PastEnd, length: lasts + period}
	for i, row := range rows {
		at := sim.Time(row.At - first.At)
		if i > 0 {
			if err := r.fill(rows[i-1], row, first.At, period, seconds, file, options); err != nil {
				return nil, err
			}
		}
		r.step(at, row.Value/seconds)
	}
	r.starts, r.rates = slices.Clip(r.starts), slices.Clip(r.rates)
	if err := r.place(first, last, file, options); err != nil {
		return nil, err
	}
	return r, nil
}

// collectRates reads the rows, and how far the nearest two are apart.
func collectRates(src RateSource, file string, options RateOptions) (rows []RateRow, nearest sim.Time, err error) {
	nearest = sim.Never
	var row RateRow
	for {
		ok, err := src.Next(&row)
		if err != nil {
			return nil, 0, err
		}
		if !ok {
			break
		}
		if len(rows) == maxRateValues {
			return nil, 0, row.errorf(file, "is one value too many: there can be %d; average them over longer periods", maxRateValues)
		}
		if n := len(rows); n > 0 {
			last := rows[n-1]
			switch {
			case row.At < last.At:
				return nil, 0, row.errorf(file, "is earlier than line %d; sort the file by %s", last.Line, row.Field)
			case row.At == last.At:
				return nil, 0, row.errorf(file, "is the time of line %d too; keep one of the two, or their sum", last.Line)
			}
			// Compared without a sum that could overflow.
			if uint64(row.At)-uint64(last.At) < uint64(nearest) {
				nearest = sim.Time(row.At - last.At)
			}
			if row.At-rows[0].At < 0 { // beyond 64 bits
				return nil, 0, row.errorf(file, "is more than 292 years after line %d, and a trace lasts at most 73 years", rows[0].Line)
			}
		}
		rows = append(rows, row)
	}
	switch {
	case len(rows) == 0:
		return nil, 0, &RowError{File: file, Line: 1, Message: "the file has no values"}
	case len(rows) == 1 && options.Period == 0:
		return nil, 0, rows[0].errorf(file, "is the only value, and nothing tells how long it holds; give its period if it is a sum, or write the rate itself instead of a trace")
	}
	return rows, nearest, nil
}

// errorf is an error about the time of a row.
func (row RateRow) errorf(file, format string, args ...any) *RowError {
	return &RowError{File: file, Line: row.Line, Field: row.Field, Value: row.when(), Message: fmt.Sprintf(format, args...)}
}

// when is the row's time as it can be read: counted, or with a date.
func (row RateRow) when() string {
	if row.At >= 0 && row.At < int64(firstDate) {
		return seconds(sim.Time(row.At))
	}
	return time.Unix(0, row.At).UTC().Format(time.RFC3339Nano)
}

// firstDate is where numbers are taken for seconds since 1970, in messages
// alone: 1980.
const firstDate = 3652 * sim.Day

// fill puts into r what holds between two rows, from the end of the first on.
func (r *RateTrace) fill(before, row RateRow, first int64, period sim.Time, seconds float64, file string, options RateOptions) error {
	apart := sim.Time(row.At - before.At)
	switch {
	case apart == period:
		return nil
	case apart < period:
		return row.errorf(file, "is %v after line %d, and the value there is that of a period of %v; correct period, or the times", apart, before.Line, period)
	}
	start := sim.Time(before.At-first) + period
	switch options.Fill {
	case FillHold:
	case FillZero:
		r.step(start, 0)
	case FillLinear:
		if int64(apart/period) > int64(maxRateValues-len(r.rates)) {
			return row.errorf(file, "is %v after line %d: there are too many periods of %v to be filled; set fill: hold or fill: zero", apart, before.Line, period)
		}
		end := start - period + apart
		for at := start; at < end; at += period {
			share := (apart - (end - at)).Seconds() / apart.Seconds()
			r.step(at, (before.Value+float64(share*(row.Value-before.Value)))/seconds)
		}
	default:
		each := "each value is that of a period of"
		if options.Period == 0 {
			each = "elsewhere values follow one another within"
		}
		return row.errorf(file, "is %v after line %d, and %s %v; say what holds in the hole with fill: hold, zero or linear", apart, before.Line, each, period)
	}
	return nil
}

// place finds where in the trace the run starts, and whether the trace covers
// the run.
func (r *RateTrace) place(first, last RateRow, file string, options RateOptions) error {
	if options.Align == AlignAbsolute {
		start := options.Start.UnixNano() // of a year that Validate has seen
		far := first.At < start-int64(maxRateLength) || first.At > start && uint64(first.At)-uint64(start) > uint64(maxRateLength)
		if far {
			return first.errorf(file, "is more than 73 years from the start of the run, %s; set align: start", options.Start.UTC().Format(time.RFC3339))
		}
		r.shift = sim.Time(start - first.At)
		if r.shift < 0 && options.Fill != FillZero {
			return first.errorf(file, "is %v after the start of the run, %s; set align: start, or fill: zero for no requests before", -r.shift, options.Start.UTC().Format(time.RFC3339))
		}
	}
	if r.pastEnd == PastEndHold || r.pastEnd == PastEndRepeat || options.End == 0 {
		return nil
	}
	if end := r.length - r.shift; end < options.End {
		when := fmt.Sprintf("%v after its start", end)
		if end <= 0 {
			when = "before it starts"
		}
		return last.errorf(file, "is the last value: the run lasts %v, and the trace ends %s; set pastEnd: hold or pastEnd: repeat, or let the run be shorter", options.End, when)
	}
	return nil
}

// rateLoad is a place in a RateTrace.
type rateLoad struct {
	trace *RateTrace
	i     int // the step of the last question
}

// Rate implements Load.
func (l *rateLoad) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	r := l.trace
	past := t >= MaxTime
	at := min(t, MaxTime) + r.shift
	if at < 0 {
		return 0, 0, -r.shift
	}
	round := sim.Time(0) // where the present repetition begins
	if at >= r.length {
		switch r.pastEnd {
		case PastEndHold:
			return r.rates[len(r.rates)-1], 0, sim.Never
		case PastEndRepeat:
			round = at - at%r.length
			at -= round
		default:
			return 0, 0, sim.Never
		}
	}
	l.find(at)
	last := l.i == len(r.rates)-1
	if past || last && r.pastEnd == PastEndHold || len(r.rates) == 1 && r.pastEnd == PastEndRepeat {
		return r.rates[l.i], 0, sim.Never
	}
	return r.rates[l.i], 0, min(MaxTime, round+r.end(l.i)-r.shift)
}

// find moves to the step with an instant of the trace in it.
func (l *rateLoad) find(at sim.Time) {
	r := l.trace
	within := func(i int) bool { return r.starts[i] <= at && at < r.end(i) }
	if within(l.i) {
		return
	}
	if l.i++; l.i < len(r.starts) && within(l.i) {
		return
	}
	l.i = sort.Search(len(r.starts), func(i int) bool { return r.starts[i] > at }) - 1
}
