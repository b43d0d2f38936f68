package report

import (
	"fmt"
	"strconv"
	"strings"
)

// variants writes a comparison of runs, one each.
func (t *terminal) variants(r Report) {
	summaries, labels := summariesOf(r.Results), r.labels()
	t.line("%s", t.paint(bold, clean(r.title())))
	t.line("%s", t.paint(dim, period(summaries)))
	t.line("")
	t.table(t.comparison(labels, summaries))
	t.line("")
	t.line("  %s", t.paint(dim, "wait: from submission to start; p99: 99 % of the tasks waited at most so long"))
	if metricAt("services.*.unservedFraction").tells(summaries) {
		t.line("  %s", t.paint(dim, "unserved: requests lost or waiting at the end; resp.: of the slowest service"))
	}
	t.costBars(labels, summaries)
	t.components(labels, summaries)
	t.deploymentsOf(labels, summaries)
	t.boundsOf(labels, summaries)
	t.expectations(labels, summaries)
	t.remarks(labels, r.Results)
	t.line("")
	t.line("%s", t.paint(amber, (*Comparison)(nil).caveat()))
}

// compared are the metrics of the table of variants, with how readily each is
// left out where there is no room.
var compared = []struct {
	path string
	drop int
}{
	{"utilisation.cpuReserved", 0},
	{"utilisation.memoryReserved", 2},
	{"utilisation.gpuReserved", 3},
	{"services.*.unservedFraction", 0},
	{"services.*.latencySeconds.p99", 0},
	{"services.*.costPerMillionRequests", 3},
	{"tasks.pendingSeconds.p50", 5},
	{"tasks.pendingSeconds.p99", 0},
	{"instances.peak", 4},
	{"instances.occupiedPeak", 4},
	{"cost.lostWork", 3},
	{"spot.savingsAgainstOnDemand", 2},
	{"instances.interrupted", 3},
	{"tasks.rejected", 1},
	{"tasks.interrupted", 6},
	{"tasks.failed", 1},
	{"tasks.pending", 1},
	{"fragmentation.unusableFreeCpu", 8},
	{"fragmentation.unusableFreeMemory", 9},
}

// comparison is the table with a row per run.
func (t *terminal) comparison(labels []string, summaries []Summary) *textTable {
	columns := []column{
		{title: "", width: 32},
		{title: "cost", right: true},
		{title: "vs " + shorten(clean(labels[0]), 16), right: true},
		{title: ""},
	}
	var shown []metric
	for _, c := range compared {
		if m := metricAt(c.path); m.tells(summaries) {
			shown = append(shown, m)
			columns = append(columns, column{title: m.short, right: true, drop: c.drop})
		}
	}
	table := newTable(columns)
	best := cheapest(summaries)
	cost := metricAt("cost.total")
	for i := range summaries {
		s := &summaries[i]
		difference, mark := "", ""
		if i > 0 {
			difference = cost.difference(&summaries[0], s)
		}
		switch {
		case !s.Complete:
			difference, mark = none, t.paint(bad, "interrupted")
		case i == best:
			mark = t.paint(good, "cheapest")
		}
		row := []string{labels[i], money(s.Cost.Total), difference, mark}
		for _, m := range shown {
			row = append(row, m.text(s))
		}
		table.row(row...)
	}
	return table
}

func metricAt(path string) metric {
	for _, m := range metrics {
		if m.path == path {
			return m
		}
	}
	panic("report: no metric " + path)
}

// costBars draws the cost of each run, what tasks held and what nobody did.
func (t *terminal) costBars(labels []string, summaries []Summary) {
	most, idle, name := 0.0, false, 0
	for i, s := range summaries {
		most = max(most, s.Cost.Total)
		idle = idle || s.Cost.Idle > 0
		name = max(name, len([]rune(labels[i])))
	}
	if most <= 0 {
		return
	}
	name = min(name, 32)
	title := "Cost"
	if idle {
		title += ": █ held by tasks, ░ paid for and held by none"
	}
	t.heading(title)
	width := max(10, min(60, t.width-name-20))
	for i, s := range summaries {
		n := int(s.Cost.Total/most*float64(width) + 0.5)
		free := int(s.Cost.Idle/most*float64(width) + 0.5)
		t.line("  %s  %s%s %s", padRight(labels[i], name), t.paint(blue, strings.Repeat("█", max(0, n-free))), t.paint(dim, strings.Repeat("░", min(n, free))), money(s.Cost.Total))
	}
}

// components writes the bill of each run, line by line.
func (t *terminal) components(labels []string, summaries []Summary) {
	columns := []column{{title: "", width: 28}}
	for _, l := range labels {
		columns = append(columns, column{title: shorten(clean(l), 20), right: true})
	}
	table := newTable(columns)
	add := func(title string, value func(*Summary) float64) {
		row, told := []string{title}, false
		for i := range summaries {
			v := value(&summaries[i])
			told = told || v != 0
			if v == 0 {
				row = append(row, none)
			} else {
				row = append(row, money(v))
			}
		}
		if told {
			table.row(row...)
		}
	}
	for _, c := range components {
		add(c.title, func(s *Summary) float64 { return c.value(&s.Cost.ByComponent) })
	}
	if len(table.rows) == 0 || tooWide(table, t.width) {
		return
	}
	t.heading("What is paid for")
	t.table(table)
}

func tooWide(table *textTable, width int) bool {
	total := 2
	for i := range table.columns {
		total += table.columnWidth(i) + 2
	}
	return total > width
}

func (t *terminal) boundsOf(labels []string, summaries []Summary) {
	table := newTable([]column{{title: "", width: 32}, {title: "", width: 20}, {title: "bound", right: true}, {title: "used", right: true}, {title: "ratio", right: true}})
	for i, s := range summaries {
		for _, l := range boundLines(s) {
			table.row(labels[i], l.title, l.bound, l.used, l.ratio)
		}
	}
	if len(table.rows) == 0 {
		return
	}
	t.heading("Against what no placement can beat")
	t.table(table)
}

// seeds writes what several seeds say about variants.
func (t *terminal) seeds(r Report) {
	c := r.Comparison
	t.line("%s", t.paint(bold, clean(r.title())))
	t.line("%s", t.paint(dim, plural(int64(len(c.Variants)), "variant", "variants")+", "+strconv.Itoa(c.Seeds)+" seeds each"))
	if verdict := c.verdict(); verdict != "" {
		t.line("")
		t.line("%s", clean(verdict))
	}
	for _, row := range c.mainRows() {
		t.heading(row.Title)
		table := newTable([]column{
			{title: "", width: 32},
			{title: "mean", right: true},
			{title: "95 % interval", right: true, drop: 2},
			{title: "vs " + shorten(clean(c.Variants[0]), 16), right: true},
			{title: "95 % interval", right: true, drop: 1},
			{title: ""},
		})
		for i, e := range row.Estimates {
			cells := row.cells(i)
			switch {
			case i == 0:
			case e.Differs:
				cells.verdict = t.paint(good, cells.verdict)
			default:
				cells.verdict = t.paint(dim, cells.verdict)
			}
			table.row(c.Variants[i], cells.mean, cells.interval, cells.difference, cells.differenceInterval, cells.verdict)
		}
		t.table(table)
	}
	t.expectations(r.labels(), summariesOf(r.Results))
	t.remarks(r.labels(), r.Results)
	t.line("")
	t.line("%s", t.paint(amber, c.caveat()))
}

// estimateCells is an estimate in words.
type estimateCells struct{ mean, interval, difference, differenceInterval, verdict string }

func (row ComparisonRow) cells(i int) estimateCells {
	e, m := row.Estimates[i], row.metric
	if e.N == 0 {
		return estimateCells{mean: none, interval: none}
	}
	c := estimateCells{mean: m.format(e.Mean), interval: none}
	if finite(e.Low) {
		c.interval = m.format(e.Low) + " to " + m.format(e.High)
	}
	if i == 0 || e.Pairs == 0 {
		return c
	}
	tell, at, low, high := relative, e.Relative, e.RelativeLow, e.RelativeHigh
	switch {
	case m.absolute:
		tell, at, low, high = points, e.Difference, e.DifferenceLow, e.DifferenceHigh
	case !finite(e.Relative): // from nothing there is no percentage
		tell, at, low, high = m.signed, e.Difference, e.DifferenceLow, e.DifferenceHigh
	}
	c.difference = tell(at)
	if finite(low) {
		c.differenceInterval = tell(low) + " to " + tell(high)
	}
	switch {
	case e.Pairs < enoughSeeds:
		c.verdict = fmt.Sprintf("%s: too few", plural(int64(e.Pairs), "seed", "seeds"))
	case e.Differs:
		c.verdict = "differs"
	default:
		c.verdict = "no difference shown"
	}
	return c
}

// signed formats a difference of the metric's own unit.
func (m metric) signed(x float64) string {
	if x > 0 {
		return "+" + m.format(x)
	}
	return m.format(x)
}
