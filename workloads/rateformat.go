package workloads

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"berth/sim"
)

// RateFormat is a way to write down how many requests came when.
type RateFormat struct {
	Name    string
	Summary string // one line for a listing
	// Preset is what holds for files of this format where the options say
	// nothing: Column, TimeColumn, Period and Fill.
	Preset RateOptions
	// New reads the beginning of in. The source closes in; after an error in is
	// still to be closed.
	New func(in *Input, options RateOptions) (RateSource, error)
}

// RateFormats returns the built-in formats in the order of a listing. Another
// one is one more file and one more line here.
func RateFormats() []RateFormat {
	return []RateFormat{
		{"cloudwatch-csv", "CSV with a timestamp and a CloudWatch statistic such as sum", RateOptions{TimeColumn: "timestamp"}, newStatisticCSV},
		{"cloudwatch-json", "answers of CloudWatch's GetMetricData and GetMetricStatistics", RateOptions{}, newCloudWatchJSON},
		{"csv", "CSV with a column of times and one of values", RateOptions{}, newRateCSV},
		{"nab", "series of the Numenta Anomaly Benchmark: timestamp, value", RateOptions{TimeColumn: "timestamp", Column: "value"}, newRateCSV},
		{"worldcup98", "requests to the 1998 World Cup web site: period (a minute), count", RateOptions{TimeColumn: "period", Column: "count", Period: sim.Minute, Fill: FillZero}, newRateCSV},
	}
}

// RateSource yields the rows of a rate trace, each later than the one before.
// Next fills row and reports whether there was one; after false or an error it
// is not called again.
type RateSource interface {
	Next(row *RateRow) (ok bool, err error)
	Close() error
}

// RateRow is one value of a rate trace.
type RateRow struct {
	At    int64   // nanoseconds since 1970, or since whatever the file counts from
	Value float64 // from 0 to 10¹⁵; a sum or a rate, which the options tell
	Line  int     // of the input, counted from 1
	Field string  // the name of the time's column, for messages
}

// RateOptions say how a rate trace is read and placed in a run. Names are those
// of a scenario's fields.
type RateOptions struct {
	// Column is the name of the column of values; in cloudwatch-json the
	// statistic, or the id or the label of a result. It may be left out where
	// there is one to choose.
	Column string
	// TimeColumn is the name of the column of times. Left out, it is one of
	// time_s, timestamp, time, datetime or date.
	TimeColumn string
	// Period, where it is there, says that each value is a sum over that long,
	// beginning at its time: it is divided by Period. Without, a value is a rate
	// in requests per second that holds for as long as the nearest two values
	// are apart.
	Period sim.Time
	// Fill says what holds where values are missing; "" is FillError.
	Fill Fill
	// Align is AlignStart if it is "".
	Align Align
	// PastEnd is PastEndError if it is "".
	PastEnd PastEnd

	// Start is the instant at which the run starts, for AlignAbsolute.
	Start time.Time
	// End is when the run ends, for PastEndError. With 0 that is not checked,
	// and after the end of the trace no requests come.
	End sim.Time
	// Opened, unless it is nil, is given the file once it is open.
	Opened func(*Input)
	// Stdin is what the path "-" stands for.
	Stdin io.Reader
}

// Fill says what holds in a hole: where the next value begins later than the
// one before it ends.
type Fill string

// What can be put into a hole.
const (
	FillError Fill = "error" // a hole is an error: the default
	FillHold  Fill = "hold"  // the value before the hole goes on
	FillZero  Fill = "zero"  // no requests came
	// FillLinear puts the missing values on the straight line between those
	// before and after the hole.
	FillLinear Fill = "linear"
)

// Align says where in a run a trace lies.
type Align string

// How the times of a trace become times of a run.
const (
	AlignStart    Align = "start"    // the first value is at the start of the run: the default
	AlignAbsolute Align = "absolute" // the trace's date and time are the run's
)

// PastEnd says what comes after the last value.
type PastEnd string

// What a run that lasts longer than its trace meets.
const (
	PastEndError  PastEnd = "error"  // the trace has to last as long as the run: the default
	PastEndHold   PastEnd = "hold"   // the last rate goes on
	PastEndRepeat PastEnd = "repeat" // the trace begins again
)

// ReadRates reads the rate trace at path, "-" being options.Stdin, in one of the
// given formats. The error for an unknown format lists the known ones.
func ReadRates(formats []RateFormat, format, path string, options RateOptions) (*RateTrace, error) {
	var known []string
	for _, f := range formats {
		if f.Name == format {
			return f.read(path, options)
		}
		known = append(known, f.Name)
	}
	return nil, fmt.Errorf("unknown rate trace format %q%s; the formats are %s", format, didYouMean(format, known), strings.Join(known, ", "))
}

func (f RateFormat) read(path string, options RateOptions) (*RateTrace, error) {
	options = options.or(f.Preset)
	if err := options.Validate(); err != nil {
		return nil, err
	}
	in, err := Open(path, options.Stdin)
	if err != nil {
		return nil, err
	}
	if options.Opened != nil {
		options.Opened(in)
	}
	src, err := f.New(in, options)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	trace, err := newRateTrace(src, in.Name(), options)
	if err := errors.Join(err, src.Close()); err != nil {
		return nil, err
	}
	return trace, nil
}

// or fills in what o says nothing about.
func (o RateOptions) or(preset RateOptions) RateOptions {
	if o.Column == "" {
		o.Column = preset.Column
	}
	if o.TimeColumn == "" {
		o.TimeColumn = preset.TimeColumn
	}
	if o.Period == 0 {
		o.Period = preset.Period
	}
	if o.Fill == "" {
		o.Fill = preset.Fill
	}
	return o
}

// Validate reports what is wrong with the options, whatever the file.
func (o RateOptions) Validate() error {
	var errs []error
	choice := func(field, value string, choices ...string) {
		if value == "" {
			return
		}
		for _, c := range choices {
			if value == c {
				return
			}
		}
		errs = append(errs, fmt.Errorf("%s is %q%s; it has to be %s", field, value, didYouMean(value, choices), strings.Join(choices, ", ")))
	}
	choice("fill", string(o.Fill), string(FillError), string(FillHold), string(FillZero), string(FillLinear))
	choice("align", string(o.Align), string(AlignStart), string(AlignAbsolute))
	choice("pastEnd", string(o.PastEnd), string(PastEndError), string(PastEndHold), string(PastEndRepeat))
	if o.Period < 0 || o.Period > maxRateLength {
		errs = append(errs, fmt.Errorf("period is %v; it has to be above 0 and at most 73 years", o.Period))
	}
	if o.End < 0 {
		errs = append(errs, fmt.Errorf("end is %v; it has to be 0 or more", o.End))
	}
	if year := o.Start.UTC().Year(); o.Align == AlignAbsolute && (year < firstYear || year > lastYear) {
		errs = append(errs, fmt.Errorf("start is in the year %d; align: absolute is for the years %d to %d", year, firstYear, lastYear))
	}
	return errors.Join(errs...)
}
