package workloads

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxJSON bounds the memory that an answer takes. CloudWatch returns at most
// 100,800 values at once, some 4 MB.
const maxJSON = 64 << 20

// rateJSON reads what GetMetricData or GetMetricStatistics answers, as the AWS
// CLI and the SDKs write it:
//
//	{"MetricDataResults": [{"Id": "m1", "Label": "...", "Timestamps": [...], "Values": [...]}]}
//	{"Label": "...", "Datapoints": [{"Timestamp": "...", "Sum": 40069.0, "Unit": "Count"}]}
//
// Neither comes in the order of time, so that it is sorted here.
type rateJSON struct {
	in   *Input
	rows []RateRow
}

func newCloudWatchJSON(in *Input, options RateOptions) (RateSource, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxJSON+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxJSON {
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file is longer than 64 MiB; is it an answer of CloudWatch?"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file is empty; it needs an answer of CloudWatch"}
	}
	a := &answer{jsonText: newJSONText(in.Name(), data), options: options}
	rows, err := a.read()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(x, y RateRow) int { return cmp.Compare(x.At, y.At) })
	return &rateJSON{in: in, rows: rows}, nil
}

// Close closes the input.
func (r *rateJSON) Close() error { return r.in.Close() }

// Next implements RateSource.
func (r *rateJSON) Next(row *RateRow) (bool, error) {
	if len(r.rows) == 0 {
		return false, nil
	}
	*row, r.rows = r.rows[0], r.rows[1:]
	return true, nil
}

// answer is one of CloudWatch's answers while it is read.
type answer struct {
	*jsonText
	options RateOptions
	times   rateTimes
	results []metricResult
	// Of Datapoints: the statistic that is read, and the rows.
	statistic  string
	datapoints []RateRow
}

// metricResult is an element of MetricDataResults.
type metricResult struct {
	id, label, status string
	at                int // where it begins in the file
	times             []RateRow
	values            []float64
}

func (a *answer) read() ([]RateRow, error) {
	seen := ""
	err := a.object("the document", func(key string) error {
		switch key {
		case "MetricDataResults", "Datapoints":
			if seen != "" {
				return a.fail(key, "is there beside "+seen+"; a file has one answer")
			}
			seen = key
			if key == "Datapoints" {
				return a.array(key, a.datapoint)
			}
			return a.array(key, a.result)
		case "NextToken":
			token, err := a.value()
			if text, ok := token.(string); ok && text != "" && err == nil {
				return a.fail(key, "says that there is more; ask for all pages and write them into one answer, as the AWS CLI does")
			}
			return err
		}
		return a.skip()
	})
	if err == nil {
		err = a.end()
	}
	switch {
	case err != nil:
		return nil, err
	case seen == "":
		return nil, &RowError{File: a.file, Line: 1, Message: "the document has neither MetricDataResults, as GetMetricData answers, nor Datapoints, as GetMetricStatistics does"}
	case seen == "Datapoints":
		return a.datapoints, nil
	}
	return a.choose()
}

// result reads an element of MetricDataResults.
func (a *answer) result() error {
	r := metricResult{at: a.start}
	err := a.objectFrom("a result", func(key string) error {
		switch key {
		case "Id", "Label", "StatusCode":
			token, err := a.value()
			text, ok := token.(string)
			if err == nil && !ok {
				return a.fail(key, "is not a text")
			}
			switch key {
			case "Id":
				r.id = text
			case "Label":
				r.label = text
			default:
				r.status = text
			}
			return err
		case "Timestamps":
			if r.times != nil {
				return a.fail(key, "is there twice")
			}
			r.times = []RateRow{}
			return a.array(key, func() error {
				row, err := a.time("Timestamps")
				r.times = append(r.times, row)
				return err
			})
		case "Values":
			if r.values != nil {
				return a.fail(key, "is there twice")
			}
			r.values = []float64{}
			return a.array(key, func() error {
				v, err := a.number("Values")
				r.values = append(r.values, v)
				return err
			})
		}
		return a.skip()
	})
	if err != nil {
		return err
	}
	if len(r.times) != len(r.values) {
		return a.errorAt(r.at, "", nil, fmt.Sprintf("the result %s has %d Timestamps and %d Values; there has to be one for each", r.name(), len(r.times), len(r.values)))
	}
	a.results = append(a.results, r)
	return nil
}

func (r metricResult) name() string { return shown([]byte(cmp.Or(r.id, r.label, "without an Id"))) }

// choose returns the rows of the one metric that is meant. A metric has several
// results where an answer was put together from pages.
func (a *answer) choose() ([]RateRow, error) {
	var ids, names []string
	for _, r := range a.results {
		for _, name := range []string{r.id, r.label} {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if a.options.Column != "" && a.options.Column != r.id && a.options.Column != r.label {
			continue
		}
		if !slices.Contains(ids, r.id) {
			ids = append(ids, r.id)
		}
	}
	if slices.Contains(ids, a.options.Column) {
		ids = []string{a.options.Column} // an Id goes before a Label
	}
	switch {
	case len(a.results) == 0:
		return nil, nil
	case len(ids) == 0:
		return nil, &RowError{File: a.file, Line: 1, Message: fmt.Sprintf("no result has the Id or the Label %s%s; there are %s", a.options.Column, didYouMean(a.options.Column, names), list(names))}
	case len(ids) > 1:
		return nil, &RowError{File: a.file, Line: 1, Message: fmt.Sprintf("there are several metrics; choose one of the Ids %s with column", list(ids))}
	}
	var rows []RateRow
	last := metricResult{}
	for _, r := range a.results {
		if r.id != ids[0] {
			continue
		}
		last = r
		for i, row := range r.times {
			row.Value = r.values[i]
			rows = append(rows, row)
		}
	}
	if last.status != "" && last.status != "Complete" {
		return nil, a.errorAt(last.at, "StatusCode", []byte(last.status), "of the result "+last.name()+" means that values are missing; ask for it again until it is Complete")
	}
	return rows, nil
}

// datapoint reads an element of Datapoints.
func (a *answer) datapoint() error {
	row := RateRow{Line: -1}
	at := a.start
	var found []string // the statistics of this datapoint
	values := map[string]float64{}
	statistic := func(key string) error {
		v, err := a.number(key)
		found = append(found, key)
		values[key] = v
		return err
	}
	err := a.objectFrom("a datapoint", func(key string) (err error) {
		switch key {
		case "Timestamp":
			row, err = a.time(key)
			return err
		case "Unit":
			return a.skip()
		case "ExtendedStatistics":
			return a.object(key, statistic)
		}
		return statistic(key)
	})
	if err != nil {
		return err
	}
	if row.Line < 0 {
		return a.errorAt(at, "", nil, "the datapoint has no Timestamp")
	}
	if a.statistic == "" {
		if a.statistic = find(found, a.options.Column); a.options.Column == "" && len(found) == 1 {
			a.statistic = found[0]
		}
		switch {
		case a.statistic == "" && a.options.Column == "":
			return a.errorAt(at, "", nil, fmt.Sprintf("the datapoint has %d statistics; choose one with column: %s", len(found), list(found)))
		case a.statistic == "":
			return a.errorAt(at, "", nil, fmt.Sprintf("the datapoint has no statistic %s%s; it has %s", a.options.Column, didYouMean(a.options.Column, found), list(found)))
		}
		if message := statisticFault(a.statistic, a.options); message != "" {
			return a.errorAt(at, "", nil, message)
		}
	}
	v, ok := values[a.statistic]
	if !ok {
		return a.errorAt(at, "", nil, "the datapoint has no "+a.statistic+", as the first one has")
	}
	row.Value = v
	a.datapoints = append(a.datapoints, row)
	return nil
}

// time reads a timestamp.
func (a *answer) time(key string) (RateRow, error) {
	token, err := a.value()
	if err != nil {
		return RateRow{}, err
	}
	var text string
	switch token := token.(type) {
	case string:
		text = token
	case json.Number:
		text = token.String()
	}
	at, message := a.times.read([]byte(text))
	if message != "" {
		return RateRow{}, a.fail(key, message)
	}
	return RateRow{At: at, Line: a.line(a.start), Field: key}, nil
}

// number reads a value.
func (a *answer) number(key string) (float64, error) {
	token, err := a.value()
	if err != nil {
		return 0, err
	}
	text, ok := token.(json.Number)
	if !ok {
		return 0, a.fail(key, "is not a number; write requests as a decimal such as 12.5")
	}
	v, message := rateValue([]byte(text))
	if message != "" {
		return 0, a.fail(key, message)
	}
	return v, nil
}

// jsonText reads JSON token by token and knows where each is.
type jsonText struct {
	file  string
	data  []byte
	dec   *json.Decoder
	start int // of the last token
	// The last line that was asked for, and where it begins.
	lines, lineStart int
}

func newJSONText(file string, data []byte) *jsonText {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return &jsonText{file: file, data: data, dec: dec, lines: 1}
}

// token reads the next token.
func (j *jsonText) token() (json.Token, error) {
	j.start = int(j.dec.InputOffset())
	for j.start < len(j.data) && strings.IndexByte(" \t\r\n,:", j.data[j.start]) >= 0 {
		j.start++
	}
	token, err := j.dec.Token()
	if err == nil {
		return token, nil
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, j.errorAt(len(j.data), "", nil, "the document is cut off; copy it again")
	case errors.As(err, &syntax):
		return nil, j.errorAt(j.start, "", nil, "the document is not JSON: "+syntax.Error())
	}
	return nil, fmt.Errorf("%s: %w", j.file, err)
}

// end checks that nothing follows.
func (j *jsonText) end() error {
	if rest := bytes.TrimSpace(j.data[j.dec.InputOffset():]); len(rest) > 0 {
		return j.errorAt(len(j.data)-len(bytes.TrimLeft(j.data[j.dec.InputOffset():], " \t\r\n")), "", nil, "the document goes on after its end; a file has one answer")
	}
	return nil
}

// object reads an object; each is called before every value and reads it.
func (j *jsonText) object(what string, each func(key string) error) error {
	if token, err := j.token(); err != nil {
		return err
	} else if token != json.Delim('{') {
		return j.errorAt(j.start, "", nil, what+" is not a JSON object")
	}
	return j.members(each)
}

// objectFrom is object in an array, whose element has been begun.
func (j *jsonText) objectFrom(what string, each func(key string) error) error {
	if j.start >= len(j.data) || j.data[j.start] != '{' {
		return j.errorAt(j.start, "", nil, what+" is not a JSON object")
	}
	return j.object(what, each)
}

func (j *jsonText) members(each func(key string) error) error {
	for {
		token, err := j.token()
		if err != nil {
			return err
		}
		if token == json.Delim('}') {
			return nil
		}
		key, _ := token.(string)
		if err := each(key); err != nil {
			return err
		}
	}
}

// array reads an array; each is called before every element and reads it.
func (j *jsonText) array(key string, each func() error) error {
	if token, err := j.token(); err != nil {
		return err
	} else if token != json.Delim('[') {
		return j.fail(key, "is not a list")
	}
	for j.dec.More() {
		j.start = int(j.dec.InputOffset())
		for j.start < len(j.data) && strings.IndexByte(" \t\r\n,", j.data[j.start]) >= 0 {
			j.start++
		}
		if err := each(); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

// value reads a scalar, or passes over what is none and returns nil.
func (j *jsonText) value() (json.Token, error) {
	token, err := j.token()
	if err != nil {
		return nil, err
	}
	if _, nested := token.(json.Delim); !nested {
		return token, nil
	}
	start := j.start
	for depth := 1; depth > 0; {
		inner, err := j.token()
		if err != nil {
			return nil, err
		}
		switch inner {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
	j.start = start
	return nil, nil
}

func (j *jsonText) skip() error {
	_, err := j.value()
	return err
}

// line is the number of the line with an offset in it. Offsets mostly grow.
func (j *jsonText) line(offset int) int {
	if offset < j.lineStart {
		j.lines, j.lineStart = 1, 0
	}
	j.lines += bytes.Count(j.data[j.lineStart:offset], []byte("\n"))
	j.lineStart = offset
	return j.lines
}

// fail is an error about the last token.
func (j *jsonText) fail(field, message string) *RowError {
	return j.errorAt(j.start, field, j.data[j.start:j.dec.InputOffset()], message)
}

// errorAt is an error about what is at an offset.
func (j *jsonText) errorAt(offset int, field string, value []byte, message string) *RowError {
	return &RowError{
		File: j.file, Line: j.line(offset), Column: offset - bytes.LastIndexByte(j.data[:offset], '\n'),
		Field: field, Value: shown(value), Message: message,
	}
}
