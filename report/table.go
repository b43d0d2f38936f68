package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// column is a column of a table in a terminal or in Markdown.
type column struct {
	title string
	right bool // numbers stand at the right
	width int  // at most this wide in a terminal; 0 means no bound
	// drop says how readily the column is left out where there is no room for
	// it; columns with 0 stay.
	drop int
}

// textTable is a table of texts.
type textTable struct {
	columns []column
	rows    [][]string
}

func newTable(columns []column) *textTable { return &textTable{columns: columns} }

func (t *textTable) row(cells ...string) { t.rows = append(t.rows, cells) }

// fit leaves out columns until the table fits into a width.
func (t *textTable) fit(width int) *textTable {
	for {
		total := 0
		least := -1
		for i, c := range t.columns {
			total += t.columnWidth(i) + 2
			if c.drop > 0 && (least < 0 || c.drop >= t.columns[least].drop) {
				least = i
			}
		}
		if total <= width || least < 0 {
			return t
		}
		t = t.without(least)
	}
}

func (t *textTable) columnWidth(i int) int {
	width := text.StringWidthWithoutEscSequences(t.columns[i].title)
	for _, r := range t.rows {
		width = max(width, text.StringWidthWithoutEscSequences(r[i]))
	}
	if most := t.columns[i].width; most > 0 {
		width = min(width, most)
	}
	return width
}

func (t *textTable) without(i int) *textTable {
	slimmer := newTable(slices.Delete(slices.Clone(t.columns), i, i+1))
	for _, r := range t.rows {
		slimmer.rows = append(slimmer.rows, slices.Delete(slices.Clone(r), i, i+1))
	}
	return slimmer
}

func (t *textTable) writer() table.Writer {
	w := table.NewWriter()
	var configs []table.ColumnConfig
	header := table.Row{}
	for i, c := range t.columns {
		align := text.AlignLeft
		if c.right {
			align = text.AlignRight
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
		header = append(header, c.title)
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(header)
	for _, cells := range t.rows {
		row := table.Row{}
		for _, c := range cells {
			row = append(row, c)
		}
		w.AppendRow(row)
	}
	w.SuppressTrailingSpaces()
	return w
}

// table writes a table without lines: space is enough to tell columns apart.
func (t *terminal) table(of *textTable) {
	of = of.fit(t.width - 2)
	shown := newTable(of.columns)
	for _, cells := range of.rows {
		row := make([]string, len(cells))
		for i, c := range cells {
			if most := of.columns[i].width; most > 0 {
				c = shorten(clean(c), most)
			}
			row[i] = c
		}
		shown.row(row...)
	}
	w := shown.writer()
	style := table.StyleDefault
	style.Box = table.BoxStyle{PaddingLeft: "", PaddingRight: "  ", PageSeparator: "\n"}
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	for i, line := range strings.Split(w.Render(), "\n") {
		if i == 0 {
			line = t.paint(dim, strings.TrimRight(line, " "))
		}
		t.line("  %s", line)
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
