package report

import (
	"fmt"
	"slices"
	"strings"
)

// mostPools and mostProviders bound the pictures of capacity.
const (
	mostProviders = 6
	mostPools     = 12
)

// ofCapacity reports whether a column is shown with the pictures of capacity.
func ofCapacity(name string) bool {
	switch name {
	case "instances.onDemand", "instances.spot", "instances.booting", "instances.active", "instances.draining":
		return true
	}
	return strings.HasPrefix(name, "capacityProviders.") || strings.HasPrefix(name, "instances.zone.") || strings.HasPrefix(name, "spot.price.")
}

// capacityPictures draw how capacity moved, where it did.
func capacityPictures(labels []string, results []Result) ([]picture, string, error) {
	if !slices.ContainsFunc(results, func(r Result) bool { return r.Capacity != nil }) {
		return nil, "", nil
	}
	text := "Instances of EC2 from their launch to their end. Each point is the mean of its interval. Times are UTC. Click a name to hide or show it."
	use, err := usePicture(labels, results)
	if err != nil {
		return nil, "", err
	}
	pictures := []picture{use}
	keep := func(p *picture, err error) error {
		if p != nil && err == nil {
			pictures = append(pictures, *p)
		}
		return err
	}
	providers := slices.DeleteFunc(capacityNames(results, func(c *Capacity) []string { return c.Providers }), func(name string) bool { return !moved(name, results) })
	if more := len(providers) - mostProviders; more > 0 {
		providers = providers[:mostProviders]
		text += " " + plural(int64(more), "more capacity provider", "more capacity providers") + ": in series.csv."
	}
	draws := []func() (*picture, error){
		func() (*picture, error) { return drawPurchase(labels, results) },
		func() (*picture, error) { return drawZones(labels, results) },
	}
	for n, name := range providers {
		id := fmt.Sprintf("capacity-%d-", n+1)
		draws = append(draws,
			func() (*picture, error) { return drawInstances(id, name, labels, results) },
			func() (*picture, error) { return drawReservation(id, name, labels, results) },
			func() (*picture, error) { return drawLaunches(id, name, labels, results) })
	}
	draws = append(draws,
		func() (*picture, error) { return drawSpotPrices(labels, results) },
		func() (*picture, error) { return drawSurvival(labels, results) })
	for _, draw := range draws {
		if err := keep(draw()); err != nil {
			return nil, "", err
		}
	}
	return pictures, text, nil
}

// moved reports whether anything happened to the instances of a capacity provider.
func moved(name string, results []Result) bool {
	return slices.ContainsFunc(results, func(r Result) bool {
		v := r.Summary.CapacityProviders[name]
		return v.Launched+v.Terminated+v.Failed+v.Notices+v.Activities > 0 || v.Reservation != nil
	})
}

// capacityNames gathers names over all runs, each once.
func capacityNames(results []Result, of func(*Capacity) []string) []string {
	var names []string
	for _, r := range results {
		if r.Capacity == nil {
			continue
		}
		for _, name := range of(r.Capacity) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// courseNamed returns a column by its name, or nil where there is none. One that is
// 0 throughout is none either, unless it is wanted.
func (r *Result) courseNamed(name string, zeros bool) *Column {
	for i := range r.Series.Columns {
		if c := &r.Series.Columns[i]; c.Name == name {
			least, _, most := extent(c.Values)
			if zeros || least != 0 || most != 0 {
				return c
			}
		}
	}
	return nil
}

// usePicture shows what was paid for work, useful and lost, and for nothing.
func usePicture(labels []string, results []Result) (picture, error) {
	var parts []barPart
	for _, part := range []struct {
		name, colour string
		value        func(*Cost) float64
	}{
		{"useful work", "p4", func(c *Cost) float64 { return c.UsefulWork }},
		{"work lost with its capacity", "vain", func(c *Cost) float64 { return c.LostWork }},
		{"booting", "p9", func(c *Cost) float64 { return c.IdleByCause.Booting }},
		{"free while tasks waited", "p2", func(c *Cost) float64 { return c.IdleByCause.Waiting }},
		{"draining", "p1", func(c *Cost) float64 { return c.IdleByCause.Draining }},
		{"in a warm pool", "p8", func(c *Cost) float64 { return c.IdleByCause.WarmPool }},
		{"free", "idle", func(c *Cost) float64 { return c.IdleByCause.Free }},
	} {
		bar := barPart{name: part.name, colour: part.colour}
		for i := range results {
			bar.values = append(bar.values, part.value(&results[i].Summary.Cost))
		}
		parts = append(parts, bar)
	}
	p, err := stackedBars("capacity-use", "What the money was used for", "money", money, labels, parts)
	p.Text = "In US dollars. Work is lost when a task of a job is interrupted or fails and does it again; what is free is held by no task of an instance that takes tasks."
	p.Label = "Stacked bars of the cost of each run by its use; the figures are in the table below."
	p.Wide = len(labels) > 1
	return p, err
}

// drawPurchase shows instances on demand and on Spot.
func drawPurchase(labels []string, results []Result) (*picture, error) {
	c := newLoadChart("", labels, results, loadAxis{Name: "instances"})
	if !slices.ContainsFunc(results, func(r Result) bool { return r.courseNamed("instances.spot", false) != nil }) {
		return nil, nil
	}
	for run := range results {
		for _, of := range []struct {
			name, what, colour string
			dash               bool
		}{{"instances.onDemand", "on demand", "c0", len(results) > 1}, {"instances.spot", "Spot", "c1", false}} {
			if column := results[run].courseNamed(of.name, len(results) == 1); column != nil {
				c.addColumn(run, column, of.what, of.colour, loadLine{Dash: of.dash})
			}
		}
	}
	p, err := c.draw("capacity-purchase", "Instances by purchase option")
	if p == nil {
		return nil, err
	}
	p.Label = "Lines of the instances on demand and on Spot over time; least, mean and most are in the table below."
	return p, nil
}

// drawZones shows instances by Availability Zone.
func drawZones(labels []string, results []Result) (*picture, error) {
	zones := capacityNames(results, func(c *Capacity) []string { return c.Zones })
	if len(zones) < 2 {
		return nil, nil
	}
	slices.Sort(zones)
	c := newLoadChart("", labels, results, loadAxis{Name: "instances"})
	for run := range results {
		for n, zone := range zones {
			if column := results[run].courseNamed("instances.zone."+zone, true); column != nil {
				c.addColumn(run, column, zone, runColour(n), loadLine{Dash: len(results) > 1 && n > 0})
				if run > 0 {
					c.hidden = append(c.hidden, c.title(run, zone))
				}
			}
		}
	}
	p, err := c.draw("capacity-zones", "Instances by Availability Zone")
	if p == nil {
		return nil, err
	}
	if len(results) > 1 {
		p.Text = "What is struck out below is shown when its name is clicked."
	}
	p.Label = "Lines of the instances in each Availability Zone over time; least, mean and most are in the table below."
	return p, nil
}

// markSorts are what the marks of capacity are called, and how they are drawn.
var markSorts = []struct {
	name, colour, symbol string
	kinds                []MarkKind
}{
	{"group activities", "ink", "", []MarkKind{MarkActivity}},
	{"warnings", "c5", "diamond", []MarkKind{MarkRebalance, MarkNotice}},
	{"instances lost", "c1", "diamond", []MarkKind{MarkLost}},
	{"failed launches", "c3", "diamond", []MarkKind{MarkFailure}},
}

// drawInstances shows what the instances of a capacity provider did, beside the
// tasks that waited meanwhile.
func drawInstances(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Name: "instances"}, loadAxis{Name: "tasks waiting"})
	prefix := "capacityProviders." + name + "."
	told := false
	for run := range results {
		r := &results[run]
		if pending := r.courseNamed("tasks.pending", false); pending != nil && r.Capacity != nil {
			c.addColumn(run, pending, c.title(run, "tasks waiting"), "idle", loadLine{Axis: 1, Area: true})
			if run > 0 {
				c.hidden = append(c.hidden, c.title(run, "tasks waiting"))
			}
		}
		for _, of := range []struct {
			figure, colour string
			dash, shown    bool
		}{{"active", "c0", false, true}, {"booting", "c5", true, true}, {"draining", "c3", true, false}, {"desired", "c1", true, false}, {"warmPool", "c4", true, false}} {
			column := r.courseNamed(prefix+of.figure, of.figure == "active")
			if column == nil {
				continue
			}
			what := of.figure
			if of.figure == "warmPool" {
				what = "in the warm pool"
			}
			c.addColumn(run, column, what, of.colour, loadLine{Dash: of.dash})
			if len(results) > 1 && !of.shown {
				c.hidden = append(c.hidden, c.title(run, what))
			}
		}
		told = c.capacityMarks(run) || told
	}
	p, err := c.draw(id+"instances", name+": instances and waiting tasks")
	if p == nil {
		return nil, err
	}
	p.Text = "Left: instances. Right: tasks of the whole cluster that wait for a place."
	if told {
		p.Text += " Marks are what the group did and what befell it: point at one for its cause."
		p.Text += c.unmarked
	}
	if len(c.hidden) > 0 {
		p.Text += " What is struck out below is shown when its name is clicked."
	}
	p.Wide, p.Height = true, 320
	p.Label = "Lines of the active, booting and draining instances of " + name + " and of the waiting tasks over time; least, mean and most are in the table below, group activities in the next."
	return p, nil
}

// capacityMarks adds the marks of a capacity provider in a run, and their table.
// It reports whether there are any.
func (c *loadChart) capacityMarks(run int) bool {
	r := &c.results[run]
	if r.Capacity == nil {
		return false
	}
	start := startOf(r.Summary)
	height := r.courseNamed("capacityProviders."+c.name+".instances", true)
	level := func(m *CapacityMark) int {
		if height == nil || r.Series.Width <= 0 {
			return 0
		}
		i := min(int((m.At-r.Series.Start)/r.Series.Width), len(height.Values)-1)
		if i < 0 || !finite(height.Values[i]) {
			return 0
		}
		return int(height.Values[i] + 0.5)
	}
	list := &htmlTable{Caption: c.title(run, "what the group did, and what befell it"), Head: []string{"time", "what"}}
	for _, sort := range markSorts {
		marks, all := loadMarks{Name: c.title(run, sort.name)}, 0
		for i := range r.Capacity.Marks {
			m := &r.Capacity.Marks[i]
			if m.Provider != c.name || !slices.Contains(sort.kinds, m.Kind) {
				continue
			}
			if all++; all > mostMarks {
				continue
			}
			at := level(m)
			what, why, _ := strings.Cut(m.Text, ": ")
			marks.Activities = append(marks.Activities, loadActivity{At: start + milliseconds(m.At), From: at - m.Instances, To: at, What: what, Cause: why, Symbol: sort.symbol})
		}
		if len(marks.Activities) == 0 {
			continue
		}
		if all > mostMarks {
			c.unmarked += fmt.Sprintf(" Of the %s, the first %d of %s are marked.", marks.Name, mostMarks, count(int64(all)))
		}
		c.marks = append(c.marks, marks)
		tint := sort.colour
		if len(c.results) > 1 {
			tint = runColour(run)
			c.hidden = append(c.hidden, marks.Name)
		}
		c.tints = append(c.tints, tint)
	}
	for i := range r.Capacity.Marks {
		if m := &r.Capacity.Marks[i]; m.Provider == c.name && len(list.Rows) < mostMarks {
			list.Rows = append(list.Rows, htmlRow{span(m.At.Seconds()), []htmlCell{{Text: m.Text, Left: true}}})
		}
	}
	if len(list.Rows) > 0 {
		c.more = append(c.more, list)
	}
	return len(list.Rows) > 0
}

// drawReservation shows CapacityProviderReservation beside its target, and the
// two numbers that it is made of.
func drawReservation(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Name: "%"}, loadAxis{Name: "instances"})
	prefix := "capacityProviders." + name + "."
	var targets []float64
	for run := range results {
		r := &results[run]
		column := r.courseNamed(prefix+"reservation", true)
		if column == nil {
			continue
		}
		c.addColumn(run, column, "reservation", "c0", loadLine{})
		for _, of := range []struct{ figure, what, colour string }{{"needed", "instances needed (M)", "c1"}, {"running", "instances there (N)", "c2"}} {
			if column := r.courseNamed(prefix+of.figure, true); column != nil {
				c.addColumn(run, column, of.what, of.colour, loadLine{Axis: 1, Dash: true})
				if len(results) > 1 {
					c.hidden = append(c.hidden, c.title(run, of.what))
				}
			}
		}
		if v, ok := r.Summary.CapacityProviders[name]; ok && v.Reservation != nil && !slices.Contains(targets, v.Reservation.Target) {
			targets = append(targets, v.Reservation.Target)
		}
	}
	for _, v := range targets {
		if len(c.lines) > 0 {
			c.level("target "+number(v)+" %", "ink", v)
		}
	}
	p, err := c.draw(id+"reservation", name+": CapacityProviderReservation")
	if p == nil {
		return nil, err
	}
	p.Text = "Left: M / N × 100, where the tasks need M instances and there are N. Above the target the group grows, below it shrinks."
	p.Label = "Lines of the metric CapacityProviderReservation of " + name + " and its target over time; least, mean and most are in the table below."
	return p, nil
}

// drawLaunches shows how many instances came and went.
func drawLaunches(id, name string, labels []string, results []Result) (*picture, error) {
	c := newLoadChart(name, labels, results, loadAxis{Name: "instances/h"})
	for run := range results {
		for _, of := range []struct {
			figure, what, colour string
			dash                 bool
		}{{"launched", "launched", "c2", false}, {"terminated", "terminated", "c0", true}, {"interrupted", "of them lost", "c1", false}} {
			if column := results[run].courseNamed("capacityProviders."+name+"."+of.figure, false); column != nil {
				c.addColumn(run, column, of.what, of.colour, loadLine{Dash: of.dash})
				if len(results) > 1 && of.figure == "terminated" {
					c.hidden = append(c.hidden, c.title(run, of.what))
				}
			}
		}
	}
	p, err := c.draw(id+"launches", name+": launches and terminations")
	if p == nil {
		return nil, err
	}
	p.Text = "Instances per hour."
	p.Label = "Lines of the launches, terminations and losses of instances of " + name + " over time; least, mean and most are in the table below."
	return p, nil
}

// drawSpotPrices shows the prices of the pools, which the runs share.
func drawSpotPrices(labels []string, results []Result) (*picture, error) {
	c := newLoadChart("", labels, results, loadAxis{Unit: "money"})
	left := 0
	for run := range results {
		r := &results[run]
		if r.Capacity == nil || len(r.Capacity.Pools) == 0 {
			continue
		}
		for n, pool := range r.Capacity.Pools {
			column := r.courseNamed(pool.column(), true)
			if column == nil {
				continue
			}
			if n >= mostPools {
				left++
				continue
			}
			c.addColumn(run, column, pool.Type+" in "+pool.Zone, "", loadLine{Dash: n >= paletteSize})
			c.colours[len(c.colours)-1] = runColour(n)
		}
		if len(c.lines) > 0 { // one run shows them
			break
		}
	}
	p, err := c.draw("capacity-spot-prices", "Spot prices")
	if p == nil {
		return nil, err
	}
	p.Text = "US dollars per hour of an instance, by instance type and Availability Zone."
	if left > 0 {
		p.Text += " " + plural(int64(left), "more pool", "more pools") + ": in series.csv."
	}
	p.Label = "Lines of the Spot price of each pool over time; least, mean and most are in the table below."
	return p, nil
}

// drawSurvival shows which share of the tasks on Spot capacity reached an age.
func drawSurvival(labels []string, results []Result) (*picture, error) {
	chart := Chart{
		Title: "How long tasks on Spot survived",
		Text:  "For each age, the share of the tasks on Spot capacity that was not interrupted before (Kaplan-Meier: tasks that ended otherwise count until then).",
		XName: "age (hours)", YName: "not interrupted (%)", YMost: 100,
	}
	for run, r := range results {
		if r.Capacity == nil || len(r.Capacity.Survival) == 0 {
			continue
		}
		line := ChartLine{Name: labels[run]}
		of := r.Capacity.Survival
		for i, s := range of {
			// On the level, points between the first and the last say nothing.
			if between := i > 0 && i < len(of)-1; between && s.Share == of[i-1].Share && s.Share == of[i+1].Share {
				continue
			}
			line.Points = append(line.Points, ChartPoint{s.Age.Seconds() / 3600, 100 * s.Share})
		}
		if last := line.Points[len(line.Points)-1]; last.Y < 100 {
			chart.Lines = append(chart.Lines, line)
		}
	}
	if len(chart.Lines) == 0 {
		return nil, nil
	}
	pictures, err := planePictures([]Chart{chart})
	if err != nil {
		return nil, err
	}
	p := pictures[0]
	p.ID, p.Height, p.Wide = "capacity-survival", 300, false
	return &p, nil
}
