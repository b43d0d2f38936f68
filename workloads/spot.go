package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// SpotPrice is a row of a Spot price history: from an instant on, an instance
// type costs so much in a zone.
type SpotPrice struct {
	At      int64  // nanoseconds since 1970, UTC
	Zone    string // name or id, as in the file
	Type    string
	PerHour int64 // nano-dollars
	Line    int   // of the file
}

// SpotProducts are the product descriptions whose prices are read, those of
// Linux. Rows of other products are passed over.
//
// Source: EC2 API, DescribeSpotPriceHistory, ProductDescription.
var SpotProducts = []string{"Linux/UNIX", "Linux/UNIX (Amazon VPC)"}

const (
	maxSpotRows = 1 << 22
	// maxSpotPrice in nano-dollars per hour, a million dollars.
	maxSpotPrice = 1_000_000 * 1_000_000_000
)

var spotPriceColumns = []string{"AvailabilityZone", "InstanceType", "ProductDescription", "SpotPrice", "Timestamp"}

const (
	spotZone = iota
	spotType
	spotProduct
	spotPrice
	spotTime
)

// ReadSpotPrices reads a Spot price history in one of the forms in which the AWS
// CLI prints it: text, five columns separated by tabs without a header (zone,
// type, product, USD per hour, time of the change); a CSV file whose header
// names these columns; or JSON, {"SpotPriceHistory": […]}. Rows of other types
// than those wanted and of other products than Linux are passed over. The rows
// come back in the order of time, whatever that of the file, which is often the
// reverse. A malformed row is a *RowError.
func ReadSpotPrices(path string, want func(instanceType string) bool) ([]SpotPrice, error) {
	in, err := Open(path, nil)
	if err != nil {
		return nil, err
	}
	rows, err := readSpotPrices(in, want)
	return rows, errors.Join(err, in.Close())
}

func readSpotPrices(in *Input, want func(string) bool) ([]SpotPrice, error) {
	head, err := in.peek(inputBuffer)
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"), []byte("\n"))
	h := &spotHistory{want: want}
	switch {
	case len(line) == 0:
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file is empty; it needs a Spot price history as describe-spot-price-history prints it"}
	case line[0] == '{':
		err = h.readJSON(in)
	case bytes.IndexByte(line, '\t') >= 0:
		err = h.readText(in)
	default:
		err = h.readCSV(in)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.rows, func(a, b SpotPrice) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	return h.rows, nil
}

// spotHistory is a price history while it is read.
type spotHistory struct {
	want  func(string) bool
	times rateTimes
	rows  []SpotPrice
}

// add takes a row. On a fault it returns the field and what is wrong with it.
func (h *spotHistory) add(fields [][]byte, line int) (field int, message string) {
	for i, what := range []string{"is empty; write an availability zone", "is empty; write an instance type"} {
		if len(fields[i]) == 0 {
			return i, what
		}
	}
	price, _, fault := decimal(fields[spotPrice], 1_000_000_000, nearest, maxSpotPrice)
	if fault != 0 {
		return spotPrice, complaint(fault, fields[spotPrice], "USD per hour", "1000000")
	}
	at, message := h.times.read(fields[spotTime])
	if message != "" {
		return spotTime, message
	}
	if !slices.Contains(SpotProducts, string(fields[spotProduct])) || !h.want(string(fields[spotType])) {
		return 0, ""
	}
	if len(h.rows) == maxSpotRows {
		return spotTime, fmt.Sprintf("is beyond %d rows of the types in question, which are too many", maxSpotRows)
	}
	h.rows = append(h.rows, SpotPrice{At: at, Zone: string(fields[spotZone]), Type: string(fields[spotType]), PerHour: price, Line: line})
	return 0, ""
}

func (h *spotHistory) readCSV(in *Input) error {
	t, err := newTable(in, spotPriceColumns, len(spotPriceColumns))
	if err != nil {
		return err
	}
	for {
		switch err := t.next(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if field, message := h.add(t.fields, t.lines.line); message != "" {
			return t.errorIn(field, message)
		}
	}
}

// readText reads the text output of the CLI, in which the name of the list may
// begin each line.
func (h *spotHistory) readText(in *Input) error {
	lines := newLines(in)
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errRecordTooLong):
			return &RowError{File: in.Name(), Line: lines.line, Message: "the line is longer than 1 MiB; is this a price history?"}
		case err != nil:
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		fields := bytes.Split(line, []byte("\t"))
		column := 1
		if string(fields[0]) == "SPOTPRICEHISTORY" {
			column += len(fields[0]) + 1
			fields = fields[1:]
		}
		if len(fields) != len(spotPriceColumns) {
			return &RowError{File: in.Name(), Line: lines.line, Message: fmt.Sprintf("the row has %d columns, separated by tabs; it needs %s", len(fields), strings.Join(spotPriceColumns, ", "))}
		}
		if field, message := h.add(fields, lines.line); message != "" {
			for _, before := range fields[:field] {
				column += len(before) + 1
			}
			return &RowError{File: in.Name(), Line: lines.line, Column: column, Field: spotPriceColumns[field], Value: shown(fields[field]), Message: message}
		}
	}
}

func (h *spotHistory) readJSON(in *Input) error {
	j, err := readJSONText(in, "a Spot price history")
	if err != nil {
		return err
	}
	found := false
	err = j.object("the document", func(key string) error {
		if key != "SpotPriceHistory" {
			return j.skip()
		}
		found = true
		return j.array(key, func() error { return h.element(j) })
	})
	switch {
	case err != nil:
		return err
	case !found:
		return &RowError{File: in.Name(), Line: 1, Message: `the document has no "SpotPriceHistory"; is it what describe-spot-price-history prints?`}
	}
	return j.end()
}

// element reads an element of SpotPriceHistory.
func (h *spotHistory) element(j *jsonText) error {
	begins := j.start
	fields := make([][]byte, len(spotPriceColumns))
	starts := make([]int, len(spotPriceColumns))
	err := j.objectFrom("the element", func(key string) error {
		i := slices.Index(spotPriceColumns, key)
		if i < 0 {
			return j.skip()
		}
		token, err := j.value()
		if err != nil {
			return err
		}
		fields[i], starts[i] = fmt.Append(nil, token), j.start
		return nil
	})
	if err != nil {
		return err
	}
	for i, name := range spotPriceColumns {
		if fields[i] == nil {
			return j.errorAt(begins, "", nil, "the element has no "+name)
		}
	}
	if field, message := h.add(fields, j.line(begins)); message != "" {
		return j.errorAt(starts[field], spotPriceColumns[field], fields[field], message)
	}
	return nil
}

// readJSONText reads a whole file that should hold a JSON document.
func readJSONText(in *Input, what string) (*jsonText, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxJSON+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxJSON {
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file is longer than 64 MiB; is it " + what + "?"}
	}
	return newJSONText(in.Name(), bytes.TrimPrefix(data, []byte("\ufeff"))), nil
}
