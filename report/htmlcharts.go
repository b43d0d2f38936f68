package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// paletteSize is the number of colours in the style sheet.
const paletteSize = 8

// addSections adds the parts of the page that hold pictures.
func (p *page) addSections(r Report, labels []string, summaries []Summary) error {
	cost, err := costPictures(labels, summaries)
	if err != nil {
		return err
	}
	course, err := coursePictures(labels, r.Results)
	if err != nil {
		return err
	}
	loads, loadText, err := loadPictures(labels, r.Results)
	if err != nil {
		return err
	}
	capacity, capacityText, err := capacityPictures(labels, r.Results)
	if err != nil {
		return err
	}
	waiting, err := waitingPictures(labels, r.Results)
	if err != nil {
		return err
	}
	full, err := fullnessPictures(labels, r.Results)
	if err != nil {
		return err
	}
	heat, err := heatPictures(labels, r.Results)
	if err != nil {
		return err
	}
	extra, err := planePictures(r.Charts)
	if err != nil {
		return err
	}
	for _, s := range []section{
		{"cost", "What it costs", "", cost},
		{"curves", "Trade-offs", "", extra},
		{"load", "Services under load", loadText, loads},
		{"capacity", "Capacity", capacityText, capacity},
		{"time", "Over time", "Each point is the mean of its interval. Times are UTC. Click a name to hide or show it.", course},
		{"waiting", "How long tasks waited", "From the submission of a task to the start of its containers, over the tasks that started.", waiting},
		{"full", "How full the machines were", "", full},
		{"packing", "How the strategy packs", "Each row is an instance, in the order of launch; the colour is how much of its most reserved resource was taken. Where there is no colour, there was no instance.", heat},
	} {
		if s.ID == "waiting" && len(s.Pictures) == 0 {
			s.Text = waitingSentence(r.Results)
		}
		if len(s.Pictures) > 0 || s.ID == "waiting" && s.Text != "" {
			p.Sections = append(p.Sections, s)
		}
	}
	return nil
}

// newPicture joins an option built by go-echarts with what our script needs.
func newPicture(id, title string, d drawing) (picture, error) {
	js, err := d.script()
	if err != nil {
		return picture{}, fmt.Errorf("chart %q: %w", title, err)
	}
	return picture{ID: id, Title: title, Data: js, Height: 300, Label: title}, nil
}

// stackedBars draws a horizontal bar per run, made of parts. Parts that are
// zero everywhere are left out.
func stackedBars(id, title, unit string, format func(float64) string, labels []string, parts []barPart) (picture, error) {
	chart := charts.NewBar()
	chart.ChartID = id
	chart.SetXAxis(labels)
	var shades []string
	table := &htmlTable{Caption: title, Head: []string{""}}
	for _, label := range labels {
		table.Rows = append(table.Rows, htmlRow{Name: label})
	}
	for _, part := range parts {
		data, some := make([]opts.BarData, len(labels)), false
		for i, v := range part.values {
			if !finite(v) {
				v = 0
			}
			data[i].Value = v
			some = some || v != 0
		}
		if !some {
			continue
		}
		chart.AddSeries(part.name, data, charts.WithBarChartOpts(opts.BarChart{Stack: "all"}))
		shades = append(shades, part.colour)
		table.Head = append(table.Head, part.name)
		for i, v := range part.values {
			table.Rows[i].Cells = append(table.Rows[i].Cells, htmlCell{Text: format(v)})
		}
	}
	chart.XYReversal()
	option := finish(chart, &chart.BaseConfiguration)
	p, err := newPicture(id, title, drawing{Option: option, Kind: "bar", Unit: unit, Fill: map[string]any{"colours": shades}})
	p.Table = table
	p.Height = 70 + 46*len(labels)
	return p, err
}

// barPart is a part of each bar. Its colour is a name of the style sheet: parts
// have colours of their own, lest one takes them for runs.
type barPart struct {
	name, colour string
	values       []float64 // one per bar
}

// finish turns a chart into the option that the script will decorate.
func finish(chart interface{ Validate() }, base *charts.BaseConfiguration) map[string]any {
	base.Animation = opts.Bool(false)
	for i := range base.YAxisList {
		if base.YAxisList[i].AxisLabel == nil {
			base.YAxisList[i].AxisLabel = &opts.AxisLabel{}
		}
	}
	chart.Validate()
	return base.JSON()
}

func costPictures(labels []string, summaries []Summary) ([]picture, error) {
	var parts []barPart
	for n, c := range components {
		part := barPart{name: c.title, colour: fmt.Sprint("p", n)}
		for i := range summaries {
			part.values = append(part.values, c.value(&summaries[i].Cost.ByComponent))
		}
		parts = append(parts, part)
	}
	byComponent, err := stackedBars("cost-by-component", "By what is paid for", "money", money, labels, parts)
	if err != nil {
		return nil, err
	}
	byComponent.Text = "The bill of each run, in US dollars."
	byComponent.Label = "Stacked bars of the cost of each run by component; the figures are in the table below."
	byComponent.Wide = len(labels) > 1

	var names []string
	seen := map[string]bool{}
	for _, s := range summaries {
		for _, of := range []map[string]float64{s.Cost.ByService, s.Cost.ByJob} {
			for _, name := range sortedKeys(of) {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	}
	held := func(name string) barPart {
		part := barPart{name: name}
		for _, s := range summaries {
			part.values = append(part.values, s.Cost.ByService[name]+s.Cost.ByJob[name])
		}
		return part
	}
	parts = nil
	const most = 6
	others := barPart{name: fmt.Sprintf("%d others", max(0, len(names)-most)), colour: "p9", values: make([]float64, len(labels))}
	names = byTotal(names, held)
	for n, name := range names {
		part := held(name)
		part.colour = fmt.Sprint("p", n)
		if n < most {
			parts = append(parts, part)
			continue
		}
		for i, v := range part.values {
			others.values[i] += v
		}
	}
	idle, unattributed := barPart{name: "held by no task", colour: "idle"}, barPart{name: "of no provider", colour: "p7"}
	for _, s := range summaries {
		idle.values = append(idle.values, s.Cost.Idle)
		unattributed.values = append(unattributed.values, s.Cost.Unattributed)
	}
	byUser, err := stackedBars("cost-by-job", "By who held it", "money", money, labels, append(parts, others, idle, unattributed))
	if err != nil {
		return nil, err
	}
	byUser.Text = "A task pays for the largest of its shares of an instance; what no task held was free, booting or empty."
	byUser.Label = "Stacked bars of the cost of each run by job and service; the figures are in the table below."
	byUser.Wide = len(labels) > 1
	return []picture{byComponent, byUser}, nil
}

// byTotal orders names by the sum of their values, the largest first.
func byTotal(names []string, part func(string) barPart) []string {
	total := map[string]float64{}
	for _, name := range names {
		for _, v := range part(name).values {
			total[name] += v
		}
	}
	return byCost(names, total)
}

// groupedBars draws upright bars over steps, one per run in each.
func groupedBars(id, title string, steps, labels []string, values [][]float64, present []int) (picture, error) {
	chart := charts.NewBar()
	chart.ChartID = id
	chart.SetXAxis(steps)
	table := &htmlTable{Caption: title, Head: []string{""}}
	for _, s := range steps {
		table.Rows = append(table.Rows, htmlRow{Name: s})
	}
	for _, run := range present {
		data := make([]opts.BarData, len(steps))
		for i, v := range values[run] {
			data[i].Value = round(v)
			table.Rows[i].Cells = append(table.Rows[i].Cells, htmlCell{Text: percent(v)})
		}
		table.Head = append(table.Head, labels[run])
		chart.AddSeries(labels[run], data)
	}
	p, err := newPicture(id, title, drawing{Option: finish(chart, &chart.BaseConfiguration), Kind: "bar", Unit: "share", Fill: colours(present)})
	p.Table = table
	p.Wide = true
	return p, err
}

// colours gives the colour of each series by its name in the style sheet, so
// that a run has one colour in all pictures.
func colours(present []int) map[string]any {
	names := make([]string, len(present))
	for i, run := range present {
		names[i] = fmt.Sprint("c", run%paletteSize)
	}
	return map[string]any{"colours": names}
}

// round keeps five digits: more cannot be seen.
func round(v float64) float64 {
	if v == 0 || !finite(v) {
		return 0
	}
	scale := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

func waitingPictures(labels []string, results []Result) ([]picture, error) {
	first, last := len(waitingBounds), -1
	values := make([][]float64, len(results))
	var present []int
	for run, r := range results {
		steps := waitingSteps(r.WaitingCounts)
		var total int64
		for _, s := range steps {
			total += s.count
		}
		if total == 0 {
			continue
		}
		present = append(present, run)
		for i, s := range steps {
			values[run] = append(values[run], float64(s.count)/float64(total))
			if s.count > 0 {
				first, last = min(first, i), max(last, i)
			}
		}
	}
	// Bars in one place would be a picture of nothing.
	if last <= first {
		return nil, nil
	}
	var titles []string
	for _, s := range waitingBounds[first : last+1] {
		titles = append(titles, s.title)
	}
	for _, run := range present {
		values[run] = values[run][first : last+1]
	}
	p, err := groupedBars("waiting-times", "Distribution of waiting times", titles, labels, values, present)
	if err != nil {
		return nil, err
	}
	p.Text = "Share of the tasks."
	p.Label = "Bars of the share of tasks by how long they waited, per run; the figures are in the table below."
	tail, err := tailPicture(labels, results)
	if err != nil {
		return nil, err
	}
	return append([]picture{p}, tail...), nil
}

// waitingSentence tells how long tasks waited where all waited alike.
func waitingSentence(results []Result) string {
	for _, r := range results {
		steps := trimSteps(waitingSteps(r.WaitingCounts))
		switch {
		case len(steps) == 0:
		case steps[0].upTo == 0:
			return "No task waited: each started when it was submitted."
		default:
			return "Every task waited alike: " + steps[0].title + "."
		}
	}
	return ""
}

// tailPicture draws for every time the share of tasks that waited longer. Both
// axes are logarithmic: what few tasks suffered is what users complain about.
func tailPicture(labels []string, results []Result) ([]picture, error) {
	const shortest = 1e-3
	chart := charts.NewLine()
	chart.ChartID = "waiting-tail"
	table := &htmlTable{Caption: "Waiting longer than", Head: []string{"", "mean", "median", "90 % at most", "99 % at most", "longest"}}
	var present []int
	for run, r := range results {
		var total, longer int64
		for _, c := range r.WaitingCounts {
			total += c.Count
		}
		longer = total
		var data []opts.LineData
		last := math.Inf(1)
		for _, c := range r.WaitingCounts {
			longer -= c.Count
			if c.High < shortest || c.Count == 0 || longer == 0 {
				continue
			}
			// A point per three per cent is more than a screen shows.
			x := math.Log(c.High)
			if len(data) > 0 && x-last < 0.03 {
				continue
			}
			last = x
			data = append(data, opts.LineData{Value: []float64{round(c.High), round(float64(longer) / float64(total))}})
		}
		if len(data) < 2 {
			continue
		}
		present = append(present, run)
		chart.AddSeries(labels[run], data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false), Step: "end"}), charts.WithLineStyleOpts(opts.LineStyle{Width: 2}))
		w := r.Summary.Tasks.PendingSeconds
		table.Rows = append(table.Rows, htmlRow{labels[run], []htmlCell{{Text: span(w.Mean)}, {Text: span(w.P50)}, {Text: span(w.P90)}, {Text: span(w.P99)}, {Text: span(w.Max)}}})
	}
	if len(present) == 0 {
		return nil, nil
	}
	chart.SetGlobalOptions(charts.WithXAxisOpts(opts.XAxis{Type: "log"}), charts.WithYAxisOpts(opts.YAxis{Type: "log", Max: 1}))
	p, err := newPicture(chart.ChartID, "How many waited longer", drawing{Option: finish(chart, &chart.BaseConfiguration), Kind: "tail", Fill: colours(present)})
	if err != nil {
		return nil, err
	}
	p.Text = "For each time, the share of the tasks that waited longer. Both scales are logarithmic: the right end is what the unlucky few had."
	p.Label = "Lines of the share of tasks that waited longer than a time, per run; the quantiles are in the table below."
	p.Table, p.Wide = table, true
	return []picture{p}, nil
}

// fullnessPictures show what of the machines was reserved, free, and free but
// of no use, and for how much of their time machines were how full.
func fullnessPictures(labels []string, results []Result) ([]picture, error) {
	var pictures []picture
	var names []string
	reserved := barPart{name: "reserved", colour: "accent"}
	usable := barPart{name: "free, with room for the median task", colour: "free"}
	lost := barPart{name: "free, without room for it", colour: "vain"}
	var median string
	add := func(name string, share, unusable *float64) {
		if share == nil {
			return
		}
		free, waste := max(0, 1-*share), 0.0
		if unusable != nil {
			waste = free * *unusable
		}
		names = append(names, name)
		reserved.values = append(reserved.values, *share)
		usable.values = append(usable.values, free-waste)
		lost.values = append(lost.values, waste)
	}
	for _, resource := range []struct {
		name            string
		share, unusable func(*Summary) *float64
	}{
		{"CPU", func(s *Summary) *float64 { return s.Utilisation.CPUReserved }, func(s *Summary) *float64 { return s.Fragments.UnusableFreeCPU }},
		{"memory", func(s *Summary) *float64 { return s.Utilisation.MemoryReserved }, func(s *Summary) *float64 { return s.Fragments.UnusableFreeMemory }},
	} {
		for i := range results {
			s := &results[i].Summary
			name := resource.name
			if len(results) > 1 {
				name += " · " + labels[i]
			}
			add(name, resource.share(s), resource.unusable(s))
			if median == "" && resource.unusable(s) != nil {
				median = medianTask(s.Fragments)
			}
		}
	}
	if len(names) > 0 {
		p, err := stackedBars("fragmentation", "Reserved, free, and free in vain", "share", percent, names, []barPart{reserved, usable, lost})
		if err != nil {
			return nil, err
		}
		p.Text = "Of what EC2 and external instances registered, over the whole run."
		if median != "" {
			p.Text += " What is free on an instance without room for the median task (" + median + ") is of little use: this is fragmentation."
		}
		p.Label = "Stacked bars of the reserved, usable and unusable share of the machines; the figures are in the table below."
		p.Height = 70 + 34*len(names)
		p.Wide = true
		pictures = append(pictures, p)
	}
	p, err := fullnessHistogram(labels, results)
	if err != nil {
		return nil, err
	}
	return append(pictures, p...), nil
}

func fullnessHistogram(labels []string, results []Result) ([]picture, error) {
	steps := []string{"0 – 10 %", "10 – 20 %", "20 – 30 %", "30 – 40 %", "40 – 50 %", "50 – 60 %", "60 – 70 %", "70 – 80 %", "80 – 90 %", "90 – 100 %"}
	values := make([][]float64, len(results))
	var present []int
	for run, r := range results {
		tenths, total := make([]float64, 10), 0.0
		for _, row := range r.Heatmap.Shares {
			for _, v := range row {
				if finite(v) {
					tenths[min(9, max(0, int(v*10)))]++
					total++
				}
			}
		}
		if total == 0 {
			continue
		}
		for i := range tenths {
			tenths[i] /= total
		}
		values[run] = tenths
		present = append(present, run)
	}
	if len(present) == 0 {
		return nil, nil
	}
	p, err := groupedBars("fullness", "For how much of their time instances were how full", steps, labels, values, present)
	if err != nil {
		return nil, err
	}
	p.Text = "Share of instance time, by the reserved share of each instance's most reserved resource. A strategy that packs well has most on the right and the rest far on the left."
	p.Label = "Bars of the share of instance time by how full instances were, per run; the figures are in the table below."
	return []picture{p}, nil
}

// planePictures draw the curves that a scenario brings along.
func planePictures(of []Chart) ([]picture, error) {
	var pictures []picture
	for n, c := range of {
		id := fmt.Sprintf("curves-%d", n+1)
		chart := charts.NewLine()
		chart.ChartID = id
		chart.SetGlobalOptions(
			charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: c.XName, NameLocation: "middle", Scale: opts.Bool(true)}),
			charts.WithYAxisOpts(c.yAxis()),
		)
		var marks []opts.MarkPointNameCoordItem
		for _, m := range c.Marks {
			marks = append(marks, opts.MarkPointNameCoordItem{Name: m.Label, Coordinate: []any{m.X, m.Y}, Value: m.Label})
		}
		table := &htmlTable{Caption: c.Title, Head: []string{"", c.XName, c.YName}}
		var described []string
		for i, l := range c.Lines {
			data := make([]opts.LineData, len(l.Points))
			for k, point := range l.Points {
				data[k].Value = []float64{point.X, point.Y}
				if k < mostRows {
					table.Rows = append(table.Rows, htmlRow{l.Name, []htmlCell{{Text: number(point.X)}, {Text: number(point.Y)}}})
				}
			}
			style := opts.LineStyle{Width: 2}
			if l.Dots {
				style.Opacity = opts.Float(0)
			}
			options := []charts.SeriesOpts{
				charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(l.Dots || len(l.Points) < 40), Symbol: "circle", SymbolSize: 7}),
				charts.WithLineStyleOpts(style),
			}
			if i == 0 && len(marks) > 0 {
				options = append(options, charts.WithMarkPointNameCoordItemOpts(marks...))
			}
			chart.AddSeries(l.Name, data, options...)
			described = append(described, l.Name)
		}
		for _, m := range c.Marks {
			table.Rows = append(table.Rows, htmlRow{m.Label, []htmlCell{{Text: number(m.X)}, {Text: number(m.Y)}}})
		}
		p, err := newPicture(id, c.Title, drawing{Option: finish(chart, &chart.BaseConfiguration), Kind: "plane"})
		if err != nil {
			return nil, err
		}
		p.Text, p.Table, p.Height, p.Wide = c.Text, table, 380, true
		p.Label = "Curves of " + c.YName + " over " + c.XName + ": " + strings.Join(described, ", ") + "; the figures are in the table below."
		pictures = append(pictures, p)
	}
	return pictures, nil
}

func (c *Chart) yAxis() opts.YAxis {
	axis := opts.YAxis{Type: "value", Name: c.YName, Scale: opts.Bool(true)}
	if c.YMost != 0 {
		axis.Max = c.YMost
	}
	return axis
}
