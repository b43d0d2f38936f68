package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// TextOptions says what a terminal can show.
type TextOptions struct {
	Width  int  // in characters; 0 means 100
	Colour bool // whether colours may be used
}

// WriteText writes a report for people to read in a terminal: one run in full,
// or a comparison of several.
func WriteText(w io.Writer, r Report, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &terminal{width: max(o.Width, 40), colour: o.Colour}
	switch {
	case len(r.Results) == 0 && r.Comparison == nil:
	case r.Comparison != nil && r.Comparison.Seeds > 1:
		t.seeds(r)
	case len(r.Results) == 1:
		t.run(r.title(), r.Results[0])
	default:
		t.variants(r)
	}
	_, err := w.Write(t.b.Bytes())
	return err
}

// terminal gathers lines for a terminal.
type terminal struct {
	b      bytes.Buffer
	width  int
	colour bool
}

// The colours, by what they say.
const (
	bold  = "1"
	dim   = "2"
	good  = "32"
	bad   = "31"
	blue  = "34"
	amber = "33"
)

func (t *terminal) paint(style, s string) string {
	if !t.colour || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (t *terminal) line(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	t.b.WriteString(strings.TrimRight(s, " "))
	t.b.WriteByte('\n')
}

func (t *terminal) heading(s string) {
	t.line("")
	t.line("%s", t.paint(bold, s))
}

// labelWidth is the width of the first column of a run's lines.
const labelWidth = 24

// entry writes a line of a run: what, how much, a bar, and a remark.
func (t *terminal) entry(label, value, bar, remark string) {
	t.line("  %s %s  %s%s", padRight(label, labelWidth), padLeft(value, 14), bar, t.paint(dim, remark))
}

func padRight(s string, width int) string {
	s = shorten(clean(s), width)
	return s + strings.Repeat(" ", max(0, width-text.StringWidth(s)))
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-text.StringWidth(s))) + s
}

// shorten cuts a text that is too wide for its column.
func shorten(s string, width int) string {
	if text.StringWidth(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && text.StringWidth(string(runes))+1 > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

var eighths = []rune(" ▏▎▍▌▋▊▉")

// bar draws a share of the width in eighths of a character.
func bar(share float64, width int) string {
	if !finite(share) || share <= 0 {
		return strings.Repeat(" ", width)
	}
	n := int(min(share, 1)*float64(width)*8 + 0.5)
	s := strings.Repeat("█", n/8)
	if rest := n % 8; rest > 0 {
		s += string(eighths[rest])
	}
	if s == "" {
		s = "▏" // little is not nothing
	}
	return padRight(s, width)
}

// meter draws a share on a track that shows the whole.
func (t *terminal) meter(share float64, width int) string {
	n := int(min(max(share, 0), 1)*float64(width) + 0.5)
	return t.paint(blue, strings.Repeat("█", n)) + t.paint(dim, strings.Repeat("░", width-n))
}

func (t *terminal) barWidth() int { return min(30, max(8, t.width-62)) }

// run writes one run in full.
func (t *terminal) run(title string, r Result) {
	s := r.Summary
	name := title
	if s.Variant != "" {
		name += " · " + s.Variant
	}
	t.line("%s", t.paint(bold, clean(name)))
	t.line("%s", t.paint(dim, period([]Summary{s})))
	if !s.Complete {
		t.line("%s", t.paint(bad, "Interrupted: what follows covers the run until then."))
	}
	t.cost(s)
	t.machines(s)
	t.capacity(s)
	t.tasks(r)
	t.services(s)
	t.jobs(s)
	t.bounds(s)
	t.expectations([]string{""}, []Summary{s})
	t.remarks([]string{""}, []Result{r})
	t.line("")
	t.line("%s", t.paint(dim, fmt.Sprintf("one seed (%d): another would give other figures", s.Seed)))
}

// period says what time runs cover, and with which seed.
func period(summaries []Summary) string {
	s, longest, differ := summaries[0], 0.0, false
	for _, o := range summaries {
		longest = max(longest, o.SimulatedSeconds)
		differ = differ || o.SimulatedSeconds != s.SimulatedSeconds
	}
	text := span(longest)
	if differ {
		text = "up to " + text
	}
	if start, err := time.Parse(time.RFC3339, s.Start); err == nil {
		text += " from " + start.UTC().Format("Mon 2 Jan 2006 15:04") + " UTC"
	}
	if s.WarmupSeconds > 0 {
		text += ", of which " + span(s.WarmupSeconds) + " warm-up that is not counted"
	}
	return text + fmt.Sprintf(" · seed %d", s.Seed)
}

// measured returns the seconds that the figures cover.
func measured(s Summary) float64 { return s.SimulatedSeconds - s.WarmupSeconds }

func (t *terminal) cost(s Summary) {
	t.heading("Cost")
	t.entry("total", t.paint(bold, money(s.Cost.Total)), "", perTime(s))
	width := t.barWidth()
	line := func(label string, usd float64, remark string) {
		if usd != 0 {
			of := usd / s.Cost.Total
			t.entry(label, money(usd), t.paint(blue, bar(of, width))+" "+padLeft(percent(of), 7), remark)
		}
	}
	for _, c := range components {
		line(c.title, c.value(&s.Cost.ByComponent), "")
	}
	if len(s.Cost.ByCapacityProvider) > 1 {
		for _, name := range sortedKeys(s.Cost.ByCapacityProvider) {
			line("· "+name, s.Cost.ByCapacityProvider[name], "")
		}
	}
	line("held by no task", s.Cost.Idle, "")
	line("rounding to sizes", s.Cost.RoundingWaste, "")
	line("of no provider", s.Cost.Unattributed, "")
}

// perTime tells the cost of a day and of thirty, where the run is long enough
// for that to mean something.
func perTime(s Summary) string {
	days := measured(s) / 86400
	if days < 0.5 || s.Cost.Total == 0 {
		return ""
	}
	perDay := s.Cost.Total / days
	return fmt.Sprintf("%s a day, %s in 30 days", money(perDay), money(30*perDay))
}

func (t *terminal) machines(s Summary) {
	u, i := s.Utilisation, s.Instances
	if i == (Instances{}) && u == (Utilisation{}) {
		return
	}
	t.heading("Instances")
	if i != (Instances{}) {
		t.entry("most at once", count(i.Peak), "", fmt.Sprintf("%s on the mean, %s instance-hours", number(i.Mean), number(i.Hours)))
		t.entry("launched, terminated", count(i.Launched)+", "+count(i.Terminated), "", atEnds(i))
	}
	meter := func(label string, v *float64, remark string) {
		if v != nil {
			t.entry(label, percent(*v), t.meter(*v, t.barWidth())+" ", remark)
		}
	}
	meter("CPU reserved", u.CPUReserved, "")
	meter("CPU used", u.CPUUsed, "")
	meter("memory reserved", u.MemoryReserved, "")
	meter("memory used", u.MemoryUsed, "")
	meter("GPU reserved", u.GPUReserved, "")
	meter("Fargate CPU used", u.FargateCPUUsed, "")
	meter("Fargate memory used", u.FargateMemoryUsed, "")
	if f := s.Fragments; f.UnusableFreeCPU != nil || f.UnusableFreeMemory != nil {
		meter("lost of the free CPU", f.UnusableFreeCPU, "")
		meter("lost of the free memory", f.UnusableFreeMemory, "")
		t.line("  %s", t.paint(dim, "lost: on instances without room for the median task ("+medianTask(f)+")"))
	}
}

func atEnds(i Instances) string {
	s := fmt.Sprintf("%s at the start, %s at the end", count(i.RunningAtStart), count(i.RunningAtEnd))
	if i.Interrupted > 0 {
		s += ", " + count(i.Interrupted) + " interrupted"
	}
	return s
}

func medianTask(f Fragmentation) string {
	return "cpu " + number(f.MedianCPU) + ", memory " + number(f.MedianMemoryMiB) + " MiB"
}

// taskStates are where attempts are at the end.
var taskStates = []struct {
	title string
	count func(*Tasks) int64
}{
	{"completed", func(t *Tasks) int64 { return t.Completed }},
	{"stopped", func(t *Tasks) int64 { return t.Stopped }},
	{"interrupted", func(t *Tasks) int64 { return t.Interrupted }},
	{"failed", func(t *Tasks) int64 { return t.Failed }},
	{"rejected", func(t *Tasks) int64 { return t.Rejected }},
	{"running at the end", func(t *Tasks) int64 { return t.Running }},
	{"waiting at the end", func(t *Tasks) int64 { return t.Pending }},
}

func (t *terminal) tasks(r Result) {
	tasks := r.Summary.Tasks
	t.heading("Tasks")
	t.entry("submitted", count(tasks.Submitted), "", "")
	for _, state := range taskStates {
		if n := state.count(&tasks); n > 0 {
			of := float64(n) / float64(tasks.Submitted)
			t.entry(state.title, count(n), t.paint(blue, bar(of, t.barWidth()))+" "+padLeft(percent(of), 7), "")
		}
	}
	if tasks.OldestPendingSeconds > 0 {
		t.entry("the oldest waits since", span(tasks.OldestPendingSeconds), "", "")
	}
	if tasks.RoundedUp > 0 {
		t.entry("rounded up to a size", count(tasks.RoundedUp), "", "")
	}
	if tasks.BadRows > 0 {
		t.entry("bad rows skipped", count(tasks.BadRows), "", "")
	}
	t.waiting(r)
}

func (t *terminal) waiting(r Result) {
	steps := waitingSteps(r.WaitingCounts)
	var started int64
	for _, s := range steps {
		started += s.count
	}
	if started == 0 {
		return
	}
	p := r.Summary.Tasks.PendingSeconds
	t.heading("Waiting, from submission to start")
	t.line("  %s", fmt.Sprintf("mean %s · median %s · 90 %% at most %s · 99 %% at most %s · longest %s", span(p.Mean), span(p.P50), span(p.P90), span(p.P99), span(p.Max)))
	for _, s := range trimSteps(steps) {
		of := float64(s.count) / float64(started)
		t.entry(s.title, count(s.count), t.paint(blue, bar(of, t.barWidth()))+" "+padLeft(percent(of), 7), "")
	}
}

// mostJobs is how many jobs a terminal lists, and how many services.
const mostJobs = 12

func (t *terminal) services(s Summary) {
	names := byCost(sortedKeys(s.Services), s.Cost.ByService)
	if len(names) == 0 {
		return
	}
	t.heading("Services")
	table := newTable([]column{
		{title: "service", width: 32},
		{title: "desired", right: true},
		{title: "running", right: true},
		{title: "least", right: true},
		{title: "most", right: true},
		{title: "below desired", right: true},
		{title: "cost", right: true},
	})
	for _, name := range names[:min(len(names), mostJobs)] {
		v := s.Services[name]
		table.row(name, number(v.Desired.Mean), number(v.Running.Mean), count(v.Running.Min), count(v.Running.Max), span(v.BelowDesiredSeconds), money(s.Cost.ByService[name]))
	}
	t.table(table)
	if more := len(names) - mostJobs; more > 0 {
		t.line("  %s", t.paint(dim, "and "+plural(int64(more), "more service", "more services")+" that cost less, in summary.json"))
	}
	t.requests(s, names[:min(len(names), mostJobs)])
	t.deployments(s, names)
}

// requests says what became of the requests to the services under load.
func (t *terminal) requests(s Summary, names []string) {
	table := newTable([]column{
		{title: "under load", width: 32},
		{title: "requests", right: true},
		{title: "lost", right: true},
		{title: "unserved", right: true, drop: 4},
		{title: "p50", right: true, drop: 5},
		{title: "p99", right: true},
		{title: "CPU", right: true, drop: 1},
		{title: "scaled", right: true, drop: 2},
		{title: "per million", right: true, drop: 3},
	})
	for _, name := range names {
		v := s.Services[name]
		if !v.underLoad() {
			continue
		}
		table.row(name, number(math.Round(v.Requests)), number(math.Round(v.Lost)), percent(v.UnservedFraction), v.latency(v.LatencySeconds.P50), v.latency(v.LatencySeconds.P99),
			share(v.CPUUtilisation), plural(v.ScalingActivities, "time", "times"), price(v.CostPerMillionRequests))
	}
	if len(table.rows) == 0 {
		return
	}
	t.line("")
	t.table(table)
	t.line("  %s", t.paint(dim, "p50, p99: response time of the requests served; per million: cost of a million of them"))
}

func (t *terminal) jobs(s Summary) {
	names := byCost(sortedKeys(s.Jobs), s.Cost.ByJob)
	if len(names) < 2 {
		return
	}
	t.heading("Jobs")
	table := newTable([]column{
		{title: "job", width: 32},
		{title: "tasks", right: true},
		{title: "completed", right: true},
		{title: "wait p50", right: true},
		{title: "wait p99", right: true},
		{title: "makespan", right: true},
		{title: "cost", right: true},
	})
	for _, name := range names[:min(len(names), mostJobs)] {
		j := s.Jobs[name]
		table.row(name, count(j.Submitted), count(j.Completed), span(j.PendingSeconds.P50), span(j.PendingSeconds.P99), span(j.MakespanSeconds), money(s.Cost.ByJob[name]))
	}
	t.table(table)
	if more := len(names) - mostJobs; more > 0 {
		t.line("  %s", t.paint(dim, "and "+plural(int64(more), "more job", "more jobs")+" that cost less, in summary.json"))
	}
}

func (t *terminal) bounds(s Summary) {
	lines := boundLines(s)
	if len(lines) == 0 {
		return
	}
	t.heading("Against what no placement can beat")
	for _, l := range lines {
		t.entry(l.title, l.bound, "", l.remark)
	}
}

// boundLine holds a bound against what was used.
type boundLine struct{ title, bound, used, ratio, remark string }

func boundLines(s Summary) []boundLine {
	var lines []boundLine
	add := func(title, bound, used string, b, u float64) {
		l := boundLine{title: title, bound: bound, used: used, ratio: none, remark: used + " used"}
		if b > 0 {
			l.ratio = grouped(strconv.FormatFloat(u/b, 'f', 2, 64)) + " ×"
			l.remark += ", " + l.ratio + " as much"
		}
		lines = append(lines, l)
	}
	if b := s.Bounds.InstancesLowerBound; b != nil {
		add("instances at least", count(*b), count(s.Instances.OccupiedPeak), float64(*b), float64(s.Instances.OccupiedPeak))
	}
	if b := s.Bounds.CostLowerBound; b != nil {
		add("cost at least", money(*b), money(s.Cost.Total), *b, s.Cost.Total)
	}
	return lines
}

// expectations lists what the scenario expects, of one run or several.
func (t *terminal) expectations(labels []string, summaries []Summary) {
	lines := expectationLines(labels, summaries)
	if len(lines) == 0 {
		return
	}
	t.heading("Expectations")
	for _, l := range lines {
		mark := t.paint(good, "✓")
		if !l.holds {
			mark = t.paint(bad, "✗")
		}
		t.line("  %s %s", mark, clean(l.text))
	}
}

type expectationLine struct {
	text  string
	holds bool
}

func expectationLines(labels []string, summaries []Summary) []expectationLine {
	var lines []expectationLine
	for i, s := range summaries {
		for _, e := range s.Expectations {
			text := e.Metric
			if labels[i] != "" {
				text = labels[i] + ": " + text
			}
			if e.Min != nil {
				text += " at least " + exact(*e.Min)
			}
			if e.Max != nil {
				if e.Min != nil {
					text += " and"
				}
				text += " at most " + exact(*e.Max)
			}
			switch {
			case e.Value == nil:
				text += "; there is no such figure"
			case e.Holds:
				text += "; it is " + exact(*e.Value)
			default:
				text += "; but it is " + exact(*e.Value)
			}
			lines = append(lines, expectationLine{text, e.Holds})
		}
	}
	return lines
}

// notModelled is how notes begin that say what the simulation leaves out.
const notModelled = "not modelled: "

// remarks lists the notes of the runs and what is not modelled. A note of all
// runs is written once.
func (t *terminal) remarks(labels []string, results []Result) {
	notes, missing := splitNotes(labels, results)
	placement := placementLines(labels, results)
	for _, part := range []struct {
		title string
		lines []string
	}{{"How tasks were placed", placement}, {"Notes", notes}, {"Not modelled", missing}} {
		if len(part.lines) == 0 {
			continue
		}
		t.heading(part.title)
		for _, l := range part.lines {
			t.wrapped(l)
		}
	}
}

// wrapped writes a point of a list over as many lines as it needs.
func (t *terminal) wrapped(s string) {
	lead := "  · "
	line := lead
	for _, word := range strings.Fields(clean(s)) {
		if line != lead && text.StringWidth(line)+1+text.StringWidth(word) > t.width {
			t.line("%s", line)
			lead = "    "
			line = lead
		}
		if line != lead {
			line += " "
		}
		line += word
	}
	t.line("%s", line)
}

// splitNotes gathers the notes of the runs, each once, with the names of the
// runs that have it unless all do.
func splitNotes(labels []string, results []Result) (notes, missing []string) {
	all := gather(labels, results, Result.notes)
	for _, n := range all {
		if text, ok := strings.CutPrefix(n.text, notModelled); ok {
			missing = append(missing, text+n.of)
		} else {
			notes = append(notes, n.text+n.of)
		}
	}
	return notes, missing
}

func placementLines(labels []string, results []Result) []string {
	var lines []string
	for _, n := range gather(labels, results, func(r Result) []string { return r.Placement }) {
		lines = append(lines, n.text+n.of)
	}
	return lines
}

type gathered struct{ text, of string }

// gather collects lines of all results in the order of their first appearance.
func gather(labels []string, results []Result, lines func(Result) []string) []gathered {
	var order []string
	owners := map[string][]string{}
	for i, r := range results {
		for _, l := range lines(r) {
			have := owners[l]
			if len(have) == 0 {
				order = append(order, l)
			}
			if len(have) == 0 || have[len(have)-1] != labels[i] {
				owners[l] = append(have, labels[i])
			}
		}
	}
	all := make([]gathered, len(order))
	for i, l := range order {
		all[i].text = l
		if len(owners[l]) < len(results) {
			all[i].of = " (" + strings.Join(owners[l], ", ") + ")"
		}
	}
	return all
}
