package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

const (
	// mostLoads is how many services under load have pictures.
	mostLoads = 6
	// mostMarks is how many activities of a run a picture marks at least, and
	// how many of all runs the table below it lists.
	mostMarks = 250
	// allMarks is how many scaling activities a picture of few runs marks.
	allMarks = 1500
)

// loadFigureNames are the columns of a service under load.
var loadFigureNames = []string{"desired", "running", "rps", "served", "lost", "backlog", "cpu", "latencyP50", "latencyP99"}

// loadsByCost lists the services under load of all runs, those first that cost
// most in the first run, and then others that were deployed.
func loadsByCost(results []Result) []string {
	var names []string
	seen := map[string]bool{}
	for _, r := range results {
		for _, name := range byCost(sortedKeys(r.Summary.Services), r.Summary.Cost.ByService) {
			if !seen[name] && (r.column(name, "rps") != nil) {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return deployed(names, results)
}

// column returns the course of a figure of a service, or nil.
func (r *Result) column(service, figure string) *Column {
	for i := range r.Series.Columns {
		if c := &r.Series.Columns[i]; c.Name == "services."+service+"."+figure && len(c.Values) > 0 {
			return c
		}
	}
	return nil
}

func (r *Result) scaling(service string) ServiceScaling {
	for _, s := range r.Scaling {
		if s.Service == service {
			return s
		}
	}
	return ServiceScaling{}
}

// loadPictures draw what services under load went through.
func loadPictures(labels []string, results []Result) ([]picture, string, error) {
	names := loadsByCost(results)
	if len(names) == 0 {
		return nil, "", nil
	}
	text := "Each point is the mean of its interval. Times are UTC. Click a name to hide or show it."
	if more := len(names) - mostLoads; more > 0 {
		names = names[:mostLoads]
		text += " " + plural(int64(more), "more service", "more services") + " that cost less: in series.csv."
	}
	var pictures []picture
	for n, name := range names {
		id := fmt.Sprintf("load-%d-", n+1)
		for _, draw := range []func(string, string, []string, []Result) (*picture, error){drawTasks, drawCPU, drawLatency, drawLosses} {
			p, err := draw(id, name, labels, results)
			if err != nil {
				return nil, "", err
			}
			if p != nil {
				pictures = append(pictures, *p)
			}
		}
	}
	return pictures, text, nil
}

// loadChart gathers the lines of a picture of a service.
type loadChart struct {
	name     string
	labels   []string
	results  []Result
	axes     []loadAxis
	titles   []string // of the lines
	lines    []loadLine
	colours  []string
	marks    []loadMarks
	tints    []string // of the marks
	hidden   []string // lines and marks that are shown on demand
	unmarked string   // what of the marks is left out, in words
	bands    []loadBands
	more     []*htmlTable

	bandColours []string
	table       htmlTable
	from        int64
	to          int64
	all         float64 // largest value
	small       float64 // least above zero
}

// loadAxis is one of at most two scales.
type loadAxis struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // as in drawing
	Log  bool   `json:"log,omitempty"`
}

type loadLine struct {
	courseLine
	Axis int  `json:"axis,omitempty"`
	Dash bool `json:"dash,omitempty"`
	Area bool `json:"area,omitempty"`
}

// loadMarks are the scaling activities of a run.
type loadMarks struct {
	Name       string         `json:"name"`
	Activities []loadActivity `json:"of"`
}

type loadActivity struct {
	At    int64  `json:"t"` // milliseconds since 1970
	From  int    `json:"from"`
	To    int    `json:"to"`
	Cause string `json:"why"`
	// What heads the cause where From and To are not numbers of tasks.
	What   string `json:"what,omitempty"`
	Symbol string `json:"sym,omitempty"` // a triangle unless there is one
}

func newLoadChart(name string, labels []string, results []Result, axes ...loadAxis) *loadChart {
	return &loadChart{
		name: name, labels: labels, results: results, axes: axes,
		table: htmlTable{Head: []string{"", "least", "mean", "most"}},
		from:  math.MaxInt64, to: math.MinInt64, small: math.Inf(1),
	}
}

// title names a line of a run; a single run needs no name.
func (c *loadChart) title(run int, what string) string {
	if len(c.results) == 1 {
		return what
	}
	return c.labels[run] + ": " + what
}

// add adds the course of a figure of a run, if there is one, in its own colour
// for a single run, and in that of the run where there are several.
func (c *loadChart) add(run int, figure, what, alone string, style loadLine) {
	if of := c.results[run].column(c.name, figure); of != nil {
		c.addColumn(run, of, what, alone, style)
	}
}

// addColumn adds a course as add does.
func (c *loadChart) addColumn(run int, of *Column, what, alone string, style loadLine) {
	r := &c.results[run]
	least, average, most := extent(of.Values)
	if !finite(average) {
		return
	}
	style.courseLine = newCourseLine(*r, *of)
	c.from, c.to = min(c.from, style.Start), max(c.to, style.End)
	if len(c.results) > 1 && !style.Area {
		alone = runColour(run)
	}
	for _, v := range of.Values {
		if finite(v) && v > 0 {
			c.small, c.all = min(c.small, v), max(c.all, v)
		}
	}
	title := c.title(run, what)
	if style.Area {
		title = what
	}
	c.titles, c.lines, c.colours = append(c.titles, title), append(c.lines, style), append(c.colours, alone)
	format := number
	switch c.axes[style.Axis].Unit {
	case "share":
		format = percent
	case "seconds":
		format = span
	}
	c.table.Rows = append(c.table.Rows, htmlRow{title, []htmlCell{{Text: format(least)}, {Text: format(average)}, {Text: format(most)}}})
}

func runColour(run int) string { return fmt.Sprint("c", run%paletteSize) }

// level adds a dashed line at a value.
func (c *loadChart) level(what, colour string, v float64) {
	line := loadLine{Dash: true}
	line.Start, line.End, line.Step, line.Values = c.from, c.to, float64(c.to-c.from), compact([]float64{v})
	c.titles, c.lines, c.colours = append(c.titles, what), append(c.lines, line), append(c.colours, colour)
	c.small, c.all = min(c.small, v), max(c.all, v)
}

// draw returns the picture, or nil where there is nothing to be seen.
func (c *loadChart) draw(id, title string) (*picture, error) {
	if len(c.table.Rows) == 0 {
		return nil, nil
	}
	chart := charts.NewLine()
	chart.ChartID = id
	for i := range c.lines {
		chart.AddSeries(c.titles[i], nil,
			charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false), Step: "end", YAxisIndex: c.lines[i].Axis}),
			charts.WithLineStyleOpts(opts.LineStyle{Width: 1.5}))
	}
	chart.SetGlobalOptions(charts.WithXAxisOpts(opts.XAxis{Type: "time", Min: c.from, Max: c.to}))
	for i, a := range c.axes {
		kind := "value"
		if a.Log {
			kind = "log"
		}
		axis := opts.YAxis{Type: kind, Name: a.Name}
		if i == 0 {
			chart.SetGlobalOptions(charts.WithYAxisOpts(axis))
		} else {
			axis.AxisLabel = &opts.AxisLabel{}
			chart.ExtendYAxis(axis)
		}
	}
	fill := map[string]any{"colours": slices.Concat(c.colours, c.tints, c.bandColours), "lines": c.lines, "axes": c.axes, "marks": c.marks, "hidden": c.hidden}
	if len(c.bands) > 0 {
		fill["bands"] = c.bands
	}
	p, err := newPicture(id, title, drawing{
		Option: finish(chart, &chart.BaseConfiguration), Kind: "load", Unit: c.axes[0].Unit, Start: startOf(c.results[0].Summary), Fill: fill,
	})
	if err != nil {
		return nil, err
	}
	c.table.Caption = title
	p.Table, p.Height, p.More = &c.table, 260, c.more
	return &p, nil
}

// drawTasks holds the load against the tasks that were there and those that
// should have been, with the decisions between.
func drawTasks(id, name string, labels []string, results []Result) (*picture, error) {
	axes, text, title := []loadAxis{{Name: "tasks"}, {Name: "requests/s"}}, "Left: tasks. Right: requests per second.", ": load and tasks"
	if underLoad := slices.ContainsFunc(results, func(r Result) bool { return r.column(name, "rps") != nil }); !underLoad {
		axes, text, title = axes[:1], "Tasks.", ": tasks"
	}
	c := newLoadChart(name, labels, results, axes...)
	load := loadLine{Axis: 1, Area: true}
	if alike(name, results) {
		c.add(0, "rps", "requests per second", "idle", load)
	} else {
		for run := range results {
			c.add(run, "rps", c.title(run, "requests per second"), "idle", load)
		}
	}
	list := &htmlTable{Caption: "Scaling activities", Head: []string{"time", "run", "from", "to", "why"}}
	targets, told := "", false
	most, of := max(mostMarks, allMarks/len(results)), int64(0)
	for run := range results {
		r := &results[run]
		c.add(run, "running", "running", "c0", loadLine{})
		c.add(run, "desired", "desired", "c1", loadLine{Dash: true})
		if len(results) > 1 {
			c.hidden = append(c.hidden, c.title(run, "desired"))
		}
		scaling := r.scaling(name)
		targets += targetsText(labels[run], scaling.Load.Targets, len(results) > 1)
		if len(scaling.Activities) == 0 {
			continue
		}
		if !told {
			told = true
			text += " ▲ and ▼ are scaling activities: point at one for its cause."
			if len(results) > 1 {
				text += " What is struck out below is shown when its name is clicked."
			}
		}
		marks := loadMarks{Name: c.title(run, "scaling activities")}
		start := startOf(r.Summary)
		for _, a := range scaling.Activities[:min(len(scaling.Activities), most)] {
			marks.Activities = append(marks.Activities, loadActivity{At: start + milliseconds(a.At), From: a.From, To: a.To, Cause: a.Cause})
			if len(list.Rows) < mostMarks {
				list.Rows = append(list.Rows, htmlRow{span(a.At.Seconds()), []htmlCell{
					{Text: labels[run], Left: true}, {Text: count(int64(a.From))}, {Text: count(int64(a.To))}, {Text: a.Cause, Left: true},
				}})
			}
		}
		all := int64(len(scaling.Activities)) + scaling.Untold
		if marked := len(marks.Activities); all > int64(marked) {
			text += fmt.Sprintf(" Of %s, the first %d of %s are marked.", c.title(run, "scaling activities"), marked, count(all))
		}
		of += all
		c.marks = append(c.marks, marks)
		tint := "ink"
		if len(results) > 1 {
			tint = runColour(run)
			c.hidden = append(c.hidden, marks.Name)
		}
		c.tints = append(c.tints, tint)
	}
	if listed := int64(len(list.Rows)); listed > 0 {
		if of > listed {
			list.Caption += fmt.Sprintf(": the first %d of %s", listed, count(of))
		}
		c.more = append(c.more, list)
	}
	c.deployments()
	p, err := c.draw(id+"tasks", name+title)
	if p == nil {
		return nil, err
	}
	p.Text, p.Wide, p.Height = text+c.bandsText()+targets, true, 320
	p.Label = "Lines of the requests per second to " + name + " and of its running and desired tasks over time; least, mean and most are in the table below, scaling activities in the next."
	if len(axes) == 1 {
		p.Label = "Lines of the running and desired tasks of " + name + " over time; least, mean and most are in the table below, deployments in the next."
	}
	return p, nil
}

// alike reports whether a service gets the same requests in all runs.
func alike(name string, results []Result) bool {
	first := results[0].column(name, "rps")
	for _, r := range results[1:] {
		of := r.column(name, "rps")
		if first == nil || of == nil || len(of.Values) != len(first.Values) || r.Series.Width != results[0].Series.Width {
			return false
		}
		for i, v := range of.Values {
			if math.Abs(v-first.Values[i]) > 1e-3*max(1, math.Abs(v)) {
				return false
			}
		}
	}
	return true
}

// targetsText says in a sentence what the policies of a service keep to.
func targetsText(label string, targets []Target, several bool) string {
	var texts []string
	for _, t := range targets {
		metric := t.Metric
		if metric == "" {
			metric = "a metric of its own"
		}
		texts = append(texts, metric+" at "+t.text())
	}
	who := " Its scaling"
	if several {
		who = " In " + label + " it"
	}
	if len(texts) == 0 {
		return ""
	}
	return who + " keeps " + strings.Join(texts, ", ") + "."
}

// cpu reports whether a target is one of the CPU, in per cent.
func (t Target) cpu() bool { return strings.HasSuffix(t.Metric, "CPUUtilization") }

func (t Target) text() string {
	if strings.HasSuffix(t.Metric, "Utilization") {
		return number(t.Value) + " %"
	}
	return number(t.Value)
}

// drawCPU shows the utilisation beside its target.
func drawCPU(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Unit: "share"})
	for run := range results {
		c.add(run, "cpu", "CPU used", "c0", loadLine{})
	}
	var values []float64 // in the order of their first run
	runs := map[float64][]int{}
	for run := range results {
		for _, t := range results[run].scaling(name).Load.Targets {
			if !t.cpu() || len(c.lines) == 0 {
				continue
			}
			if len(runs[t.Value]) == 0 {
				values = append(values, t.Value)
			}
			runs[t.Value] = append(runs[t.Value], run)
		}
	}
	for _, v := range values {
		title, colour := "target "+number(v)+" %", "ink"
		if of := runs[v]; len(of) == 1 && len(results) > 1 {
			title, colour = c.title(of[0], title), runColour(of[0])
		}
		c.level(title, colour, v/100)
	}
	p, err := c.draw(id+"cpu", name+": CPU utilisation")
	if p == nil {
		return nil, err
	}
	p.Text = "Share of the CPU that the running tasks reserve."
	p.Label = "Lines of the CPU utilisation of " + name + " over time, with its target; least, mean and most are in the table below."
	return p, nil
}

// wideRange is from which ratio of the most to the least on a scale of response
// times is logarithmic.
const wideRange = 25

// drawLatency shows response times, and what the scenario expects of them.
func drawLatency(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Unit: "seconds"})
	for run := range results {
		c.add(run, "latencyP99", "p99", "c1", loadLine{})
		c.add(run, "latencyP50", "p50", "c0", loadLine{Dash: len(results) > 1})
	}
	seen := map[float64]bool{}
	for _, r := range results {
		for _, e := range r.Summary.Expectations {
			if e.Metric == "services."+name+".latencySeconds.p99" && e.Max != nil && !seen[*e.Max] && len(c.lines) > 0 {
				seen[*e.Max] = true
				c.level("p99 expected, at most "+span(*e.Max), "ink", *e.Max)
			}
		}
	}
	text := "Of the requests served; p50: half of them took at most so long, p99: 99 %."
	if c.all > wideRange*c.small {
		c.axes[0].Log = true
		text += " The scale is logarithmic."
	}
	p, err := c.draw(id+"latency", name+": response time")
	if p == nil {
		return nil, err
	}
	p.Text = text
	p.Label = "Lines of the median and the 99th percentile of the response time of " + name + " over time; least, mean and most are in the table below."
	return p, nil
}

// drawLosses shows the requests that were lost or had to wait, if any.
func drawLosses(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Name: "lost/s"}, loadAxis{Name: "waiting"})
	for run := range results {
		c.add(run, "lost", "lost per second", "c1", loadLine{})
		c.add(run, "backlog", "waiting", "c5", loadLine{Axis: 1, Dash: true})
	}
	if c.all == 0 {
		return nil, nil
	}
	p, err := c.draw(id+"losses", name+": requests lost and waiting")
	if p == nil {
		return nil, err
	}
	p.Text, p.Wide = "Left: requests lost per second. Right, dashed: requests that wait because the tasks cannot keep up.", true
	p.Label = "Lines of the requests to " + name + " that were lost and that waited over time; least, mean and most are in the table below."
	return p, nil
}
