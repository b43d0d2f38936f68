package report

import (
	"io"
	"strings"
)

// WriteMarkdown writes the comparison of a report as Markdown, for a pull
// request or a wiki: a table of the runs, or of what several seeds say.
func WriteMarkdown(w io.Writer, r Report) error {
	var b strings.Builder
	b.WriteString("## " + inMarkdown(r.title()) + "\n\n")
	switch c := r.Comparison; {
	case c != nil && c.Seeds > 1:
		if verdict := c.verdict(); verdict != "" {
			b.WriteString(inMarkdown(verdict) + "\n\n")
		}
		b.WriteString(c.markdown())
		b.WriteString("\n\n" + inMarkdown(c.caveat()) + "\n")
	case len(r.Results) > 0:
		t := &terminal{}
		b.WriteString(t.comparison(r.labels(), summariesOf(r.Results)).markdown())
		b.WriteString("\n\n" + (*Comparison)(nil).caveat() + "\n")
	}
	for i, l := range expectationLines(r.labels(), summariesOf(r.Results)) {
		if i == 0 {
			b.WriteString("\n")
		}
		mark := "holds"
		if !l.holds {
			mark = "does **not** hold"
		}
		b.WriteString("- " + mark + ": " + inMarkdown(l.text) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Comparison) markdown() string {
	table := newTable([]column{
		{title: "figure"},
		{title: "variant"},
		{title: "mean", right: true},
		{title: "95 % interval", right: true},
		{title: "vs " + c.Variants[0], right: true},
		{title: "95 % interval", right: true},
		{title: ""},
	})
	for _, row := range c.mainRows() {
		for i, name := range c.Variants {
			cells := row.cells(i)
			table.row(row.Title, name, cells.mean, cells.interval, cells.difference, cells.differenceInterval, cells.verdict)
		}
	}
	return table.markdown()
}

func (t *textTable) markdown() string {
	escaped := newTable(nil)
	for _, c := range t.columns {
		c.title = inMarkdown(c.title)
		escaped.columns = append(escaped.columns, c)
	}
	for _, cells := range t.rows {
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = inMarkdown(c)
		}
		escaped.row(row...)
	}
	return escaped.writer().RenderMarkdown()
}

// inMarkdown makes a text mean itself in Markdown. Cells of tables escape
// their bars themselves.
func inMarkdown(s string) string {
	return markdownEscapes.Replace(clean(s))
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`,
)
