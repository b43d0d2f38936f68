package workloads

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// RowError says what is wrong with a row of a trace file: where, with which
// field and value, and what is expected instead.
type RowError struct {
	File   string
	Line   int // counted from 1, of the field where there is one
	Column int // of the field's first byte in its line, from 1; 0 if the row as a whole is wrong
	Field  string
	Value  string // as in the file, shortened to maxShown bytes
	// Message is what is wrong and what to do, without the place.
	Message string
}

// Error formats e as file:line:column: field: "value" message.
func (e *RowError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:", e.File, e.Line)
	if e.Column > 0 {
		fmt.Fprintf(&b, "%d:", e.Column)
	}
	b.WriteByte(' ')
	if e.Field != "" {
		fmt.Fprintf(&b, "%s: %q ", e.Field, e.Value)
	}
	b.WriteString(e.Message)
	return b.String()
}

const (
	maxShown   = 80 // bytes of a value in a message
	maxBadRows = 10 // kept of the skipped ones
)

// shown is a copy of value, short enough for a message.
func shown(value []byte) string {
	if len(value) <= maxShown {
		return string(value)
	}
	cut := maxShown
	for cut > 0 && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return string(value[:cut]) + "..."
}

// badRows decides about a malformed row: the end of the reading, or one more
// in the count.
type badRows struct {
	skip  bool
	count int
	first []*RowError
}

// add returns err, or nil if the reader is to go on with the next row.
func (b *badRows) add(err *RowError) error {
	if !b.skip {
		return err
	}
	b.count++
	if len(b.first) < maxBadRows {
		b.first = append(b.first, err)
	}
	return nil
}

// Skipped is the number of malformed rows left out so far.
func (b *badRows) Skipped() int { return b.count }

// BadRows are the first ten of them.
func (b *badRows) BadRows() []*RowError { return b.first }
