package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// table is a section of the output.
type table struct {
	title string
	text  string // what was measured
	head  []string
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// peers adds the figures of others.
func (t *table) peers(rows [][]string) { t.rows = append(t.rows, rows...) }

func (t *table) write(out io.Writer, markdown bool) error {
	var b strings.Builder
	if markdown {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n%s\n", t.title, t.text, line(t.head), strings.Repeat("| --- ", len(t.head))+"|")
		for _, row := range t.rows {
			b.WriteString(line(row) + "\n")
		}
		_, err := io.WriteString(out, b.String())
		return err
	}
	fmt.Fprintf(&b, "\n%s\n%s\n\n", t.title, t.text)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(t.head, "\t"))
	for _, row := range t.rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// line is a row of a Markdown table.
func line(cells []string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
	}
	return b.String() + "|"
}

// count writes a number as people do: 1,320,000.
func count(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// perSecond writes a rate to three figures, for more would be noise.
func perSecond(n float64) string {
	unit := 1.0
	for n/unit >= 1000 {
		unit *= 10
	}
	return count(float64(int64(n/unit+0.5)) * unit)
}

// memory writes an amount of memory; 0 is one that is not known here.
func memory(mib float64) string {
	if mib == 0 {
		return ""
	}
	return count(mib) + " MiB"
}
