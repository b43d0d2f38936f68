package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table reads a CSV file with a header line: RFC 4180, with LF accepted
// besides CRLF, and empty lines passed over.
type table struct {
	file   string
	lines  *lines
	header []string
	column []int    // of each field of a row, the index in wanted, or -1
	fields [][]byte // of the current row by index in wanted; nil where the file has no such column
	record []byte   // of the current row
	plain  []byte   // room for fields whose quotes were taken off
}

// newTable reads the header. wanted are the columns that are read, of which
// the first required must be there; other columns are accepted and not read.
func newTable(in *Input, wanted []string, required int) (*table, error) {
	t := &table{file: in.Name(), lines: newLines(in)}
	record, err := t.nextRecord()
	if errors.Is(err, io.EOF) {
		return nil, &RowError{File: t.file, Line: 1, Message: "the file is empty; it needs a header line with " + strings.Join(wanted[:required], ",")}
	}
	if err != nil {
		return nil, err
	}
	t.record = bytes.TrimPrefix(record, []byte("\ufeff"))
	t.fields = make([][]byte, len(wanted))
	if err := t.readHeader(wanted, required); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *table) readHeader(wanted []string, required int) error {
	for rest, more := t.record, true; more; {
		var field []byte
		var fault string
		start := len(t.record) - len(rest)
		field, rest, more, fault = t.cut(rest)
		if fault != "" {
			return t.errorAt(start, "", nil, fault)
		}
		name := string(bytes.TrimSpace(field))
		if slices.Contains(t.header, name) {
			return t.errorAt(start, "header", field, "is there twice; remove or rename one of the two columns")
		}
		t.header = append(t.header, name)
		t.column = append(t.column, slices.Index(wanted, name))
	}
	for _, name := range wanted[:required] {
		if slices.Contains(t.header, name) {
			continue
		}
		hint := didYouMean(name, t.header)
		if hint != "" {
			hint = strings.Replace(hint, "did you mean", "the nearest is", 1)
			hint = strings.Replace(hint, "?", "", 1)
		}
		return &RowError{
			File: t.file, Line: t.lines.line,
			Message: fmt.Sprintf("the header has no column %s%s; it needs %s", name, hint, strings.Join(wanted[:required], ",")),
		}
	}
	return nil
}

// has reports whether the file has the column with this index in wanted.
func (t *table) has(i int) bool { return slices.Contains(t.column, i) }

// next reads the next row into fields. The error is io.EOF at the end, a
// *RowError for a malformed row after which reading can go on, or another.
func (t *table) next() error {
	record, err := t.nextRecord()
	if err != nil {
		return err
	}
	t.record = record
	if bad := t.cutFields(); bad != nil {
		// A stray quote that happens to be closed by one further down costs
		// its own line only.
		t.lines.rewind()
		return bad
	}
	return nil
}

// cutFields cuts the record into fields.
func (t *table) cutFields() *RowError {
	record := t.record
	t.plain = t.plain[:0]
	rest, more := record, true
	for i, column := range t.column {
		if !more {
			return t.errorAt(-1, "", nil, fmt.Sprintf("the row has %d fields, the header %d", i, len(t.column)))
		}
		var field []byte
		// The common case, without quotes, by hand.
		if len(rest) > 0 && rest[0] == '"' {
			var fault string
			start := len(record) - len(rest)
			field, rest, more, fault = t.cut(rest)
			if fault != "" {
				return t.errorAt(start, t.header[i], record[start:], fault)
			}
		} else if end := bytes.IndexByte(rest, ','); end >= 0 {
			field, rest = rest[:end], rest[end+1:]
		} else {
			field, rest, more = rest, nil, false
		}
		if column >= 0 {
			t.fields[column] = field
		}
	}
	if more {
		n := len(t.column)
		for ; more && n < len(t.column)+maxShown; n++ {
			_, rest, more, _ = t.cut(rest)
		}
		return t.errorAt(-1, "", nil, fmt.Sprintf("the row has %d fields, the header %d; a value that contains a comma stands in double quotes", n, len(t.column)))
	}
	return nil
}

// cut takes the first field off rest, without its quotes. fault is "" or what
// is wrong with the field.
func (t *table) cut(rest []byte) (field, after []byte, more bool, fault string) {
	if len(rest) == 0 || rest[0] != '"' {
		field, after, more = bytes.Cut(rest, []byte(","))
		return field, after, more, ""
	}
	from := len(t.plain)
	for rest = rest[1:]; ; {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			return nil, nil, false, `has a double quote that is not closed; write "" for a quote inside a quoted value`
		}
		t.plain = append(t.plain, rest[:i]...)
		rest = rest[i+1:]
		switch {
		case len(rest) == 0:
			return t.plain[from:], nil, false, ""
		case rest[0] == ',':
			return t.plain[from:], rest[1:], true, ""
		case rest[0] != '"':
			return nil, nil, false, `goes on after its closing double quote; write "" for a quote inside a quoted value`
		}
		t.plain = append(t.plain, '"')
		rest = rest[1:]
	}
}

// nextRecord returns the next record, which spans several lines if a quoted
// field does.
func (t *table) nextRecord() ([]byte, error) {
	for {
		record, err := t.lines.next()
		if err == nil && len(record) == 0 {
			continue
		}
		if err == nil && bytes.IndexByte(record, '"') >= 0 && openQuote(record, false) {
			return t.multiLine(record)
		}
		if errors.Is(err, errRecordTooLong) {
			return nil, &RowError{File: t.file, Line: t.lines.line, Message: "the line is longer than 1 MiB; is this a trace?"}
		}
		return record, err
	}
}

func (t *table) multiLine(record []byte) ([]byte, error) {
	for open, seen := true, len(record); open; {
		longer, err := t.lines.more()
		if errors.Is(err, io.EOF) || errors.Is(err, errRecordTooLong) {
			// The quote was a mistake: only its own line is lost.
			t.lines.rewind()
			return nil, &RowError{
				File: t.file, Line: t.lines.line,
				Message: `the row has a double quote that is not closed within 1 MiB; write "" for a quote inside a quoted value`,
			}
		}
		if err != nil {
			return nil, err
		}
		record = longer
		open, seen = openQuote(record[seen:], true), len(record)
	}
	return record, nil
}

// openQuote reports whether what begins inside a quoted field or not ends
// inside one: a quote opens one at the beginning of a field only.
func openQuote(part []byte, inside bool) bool {
	for begins := true; len(part) > 0; begins = false {
		if !inside && (!begins || part[0] != '"') {
			i := bytes.Index(part, []byte(`,"`))
			if i < 0 {
				return false
			}
			part = part[i+1:]
		}
		if !inside {
			part = part[1:]
		}
		i := bytes.IndexByte(part, '"')
		if i < 0 {
			return true
		}
		part = part[i+1:]
		// A doubled quote is one that is meant, the field goes on.
		inside = len(part) > 0 && part[0] == '"'
		if inside {
			part = part[1:]
			if len(part) == 0 {
				return true
			}
		}
	}
	return inside
}

// errorIn is an error about the field with this index in wanted.
func (t *table) errorIn(wanted int, message string) *RowError {
	i := slices.Index(t.column, wanted)
	rest, start := t.record, 0
	t.plain = t.plain[:0]
	for range i {
		_, rest, _, _ = t.cut(rest)
		start = len(t.record) - len(rest)
	}
	field, _, _, _ := t.cut(rest)
	return t.errorAt(start, t.header[i], field, message)
}

// errorAt is an error about the field that starts at the given byte of the
// record, or about the row if start is negative.
func (t *table) errorAt(start int, field string, value []byte, message string) *RowError {
	e := &RowError{File: t.file, Line: t.lines.line, Field: field, Value: shown(value), Message: message}
	if start >= 0 {
		before := t.record[:start]
		e.Line += bytes.Count(before, []byte("\n"))
		e.Column = start - bytes.LastIndexByte(before, '\n')
	}
	return e
}
