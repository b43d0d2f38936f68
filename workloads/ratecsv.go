package workloads

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rateTimeColumns are the names of a column of times that are known.
var rateTimeColumns = []string{"time_s", "timestamp", "time", "datetime", "date"}

// rateCSV reads a CSV file with a header, a column of times and one of values.
type rateCSV struct {
	in    *Input
	table *table
	times rateTimes
	field string // of the times
}

const rateTimeIndex, rateValueIndex = 0, 1

// newRateCSV reads the header. Names of columns are compared without regard to
// case where none is the same. Other columns than the two are not read.
//
// Times are dates with a time, in UTC where they do not say otherwise, or
// seconds: since 1970 if the trace is aligned with the calendar, else since
// anything.
func newRateCSV(in *Input, options RateOptions) (RateSource, error) {
	return newRateTable(in, options, func(string) string { return "" })
}

// newStatisticCSV checks in addition that the statistic and the period belong
// together.
func newStatisticCSV(in *Input, options RateOptions) (RateSource, error) {
	return newRateTable(in, options, func(column string) string { return statisticFault(column, options) })
}

// statisticFault says what is wrong with a statistic of CloudWatch, "" if it is
// nothing: a sum belongs to a period, and other statistics do not.
func statisticFault(statistic string, options RateOptions) string {
	sum := strings.EqualFold(statistic, "sum") || strings.EqualFold(statistic, "samplecount")
	switch {
	case sum && options.Period == 0:
		return statistic + " adds up the requests of a period; say how long that is with period, which it is divided by"
	case !sum && options.Period > 0:
		return statistic + " is no sum and is not divided by a period: it is read as requests per second; leave out period, or take the column sum"
	}
	return ""
}

func newRateTable(in *Input, options RateOptions, check func(column string) string) (RateSource, error) {
	header, err := rateHeader(in)
	if err != nil {
		return nil, err
	}
	fault := func(format string, args ...any) error {
		return &RowError{File: in.Name(), Line: header.lines.line, Message: fmt.Sprintf(format, args...)}
	}
	names := header.header
	time := find(names, options.TimeColumn)
	for _, name := range rateTimeColumns {
		if time == "" && options.TimeColumn == "" {
			time = find(names, name)
		}
	}
	switch {
	case time == "" && options.TimeColumn == "":
		return nil, fault("the header has no column of times, which is called %s; it has %s: name it with timeColumn, or put a header line above the first row", strings.Join(rateTimeColumns, ", "), list(names))
	case time == "":
		return nil, fault("the header has no column %s%s; it has %s", options.TimeColumn, didYouMean(options.TimeColumn, names), list(names))
	}
	value := find(names, options.Column)
	if options.Column == "" {
		rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == time || n == "" })
		if len(rest) != 1 {
			return nil, fault("the header has %d columns beside %s; name that of the values with column: it has %s", len(rest), time, list(names))
		}
		value = rest[0]
	}
	if value == "" {
		return nil, fault("the header has no column %s%s; it has %s", options.Column, didYouMean(options.Column, names), list(names))
	}
	if value == time {
		return nil, fault("the column %s cannot hold both the times and the values", time)
	}
	if message := check(value); message != "" {
		return nil, fault("%s", message)
	}
	t, err := newTable(in, []string{time, value}, 2)
	if err != nil {
		return nil, err
	}
	return &rateCSV{in: in, table: t, field: time}, nil
}

// rateHeader looks at the header of a file without reading it.
func rateHeader(in *Input) (*table, error) {
	head, err := in.peek(inputBuffer)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file is empty; it needs a header line with the names of its columns"}
	}
	return newTable(&Input{name: in.Name(), r: bufio.NewReader(bytes.NewReader(head))}, nil, 0)
}

// find returns the name in the header that is meant, or "".
func find(header []string, name string) string {
	if name == "" || slices.Contains(header, name) {
		return name
	}
	i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
	if i < 0 {
		return ""
	}
	return header[i]
}

// list is the names for a message, the first of them.
func list(names []string) string {
	const most = 12
	if len(names) > most {
		return shown([]byte(strings.Join(names[:most], ", "))) + ", ..."
	}
	return shown([]byte(strings.Join(names, ", ")))
}

// Close closes the input.
func (c *rateCSV) Close() error { return c.in.Close() }

// Next implements RateSource. The error is a *RowError, or one of reading.
func (c *rateCSV) Next(row *RateRow) (bool, error) {
	t := c.table
	if err := t.next(); err != nil {
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, err
	}
	at, message := c.times.read(t.fields[rateTimeIndex])
	if message != "" {
		return false, t.errorIn(rateTimeIndex, message)
	}
	value, message := rateValue(t.fields[rateValueIndex])
	if message != "" {
		return false, t.errorIn(rateValueIndex, message)
	}
	*row = RateRow{At: at, Value: value, Line: t.lines.line, Field: c.field}
	return true, nil
}
