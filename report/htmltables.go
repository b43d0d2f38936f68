package report

import (
	"math"
	"strings"
)

// figuresTable holds all metrics of all runs, with their differences to the
// first.
func figuresTable(labels []string, summaries []Summary) *htmlTable {
	t := &htmlTable{Caption: "All figures", Head: append([]string{""}, labels...)}
	for _, m := range metrics {
		if !m.tells(summaries) {
			continue
		}
		row := htmlRow{Name: m.title}
		for i := range summaries {
			cell := htmlCell{Text: m.text(&summaries[i])}
			if i > 0 && summaries[i].Complete {
				if d := m.difference(&summaries[0], &summaries[i]); d != none {
					cell.Small = d
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// addSeeds holds what several seeds say, the details apart.
func (p *page) addSeeds(c *Comparison) {
	head := []string{"", "variant", "mean", "95 % interval", "against " + c.Variants[0], "95 % interval", ""}
	p.Seeds = &htmlTable{Caption: "Over several seeds", Head: head}
	p.SeedDetails = &htmlTable{Caption: "More figures", Head: head}
	for _, row := range c.Rows {
		t := p.Seeds
		if row.metric.detail {
			t = p.SeedDetails
		}
		title := row.Title
		for i, name := range c.Variants {
			cells := row.cells(i)
			t.Rows = append(t.Rows, htmlRow{title, []htmlCell{
				{Text: name, Left: true},
				{Text: cells.mean},
				{Text: cells.interval},
				{Text: cells.difference},
				{Text: cells.differenceInterval},
				{Text: cells.verdict, Left: true},
			}})
			title = ""
		}
	}
	if len(p.SeedDetails.Rows) == 0 {
		p.SeedDetails = nil
	}
	p.Headline = c.verdict()
	p.Caveat = c.caveat()
	p.Caveat = strings.ToUpper(p.Caveat[:1]) + p.Caveat[1:] + "."
}

func (p *page) addBounds(labels []string, summaries []Summary) {
	t := &htmlTable{Caption: "Bounds", Head: []string{"", "bound", "used", "times the bound"}}
	kinds := map[string]bool{}
	for i, s := range summaries {
		for _, l := range boundLines(s) {
			name := l.title
			if len(summaries) > 1 {
				name = labels[i] + ": " + name
			}
			t.Rows = append(t.Rows, htmlRow{name, []htmlCell{{Text: l.bound}, {Text: l.used}, {Text: l.ratio}}})
			if k := s.Bounds.Kind; k != "" && !kinds[k] {
				kinds[k] = true
				p.BoundKinds = append(p.BoundKinds, k)
			}
		}
	}
	if len(t.Rows) > 0 {
		p.Bounds = t
	}
}

// mostRows is how many jobs and services the page lists.
const mostRows = 50

// addJobs lists the jobs, those that cost most in the first run first, with a
// row per run.
func (p *page) addJobs(labels []string, summaries []Summary) {
	t := &htmlTable{Caption: "Jobs", Head: []string{"job", "run", "tasks", "completed", "attempts", "rejected", "median wait", "99 % wait at most", "longest wait", "makespan", "cost"}}
	seen := map[string]bool{}
	var names []string
	for _, s := range summaries {
		for _, name := range byCost(sortedKeys(s.Jobs), s.Cost.ByJob) {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if more := len(names) - mostRows; more > 0 {
		names = names[:mostRows]
		p.JobsMore = "And " + plural(int64(more), "more job", "more jobs") + " that cost less, in summary.json."
	}
	for _, name := range names {
		shown := name
		for i, s := range summaries {
			j, ok := s.Jobs[name]
			if !ok {
				continue
			}
			w := j.PendingSeconds
			t.Rows = append(t.Rows, htmlRow{shown, []htmlCell{
				{Text: labels[i], Left: true},
				{Text: count(j.Submitted)},
				{Text: count(j.Completed)},
				{Text: count(j.Attempts)},
				{Text: count(j.Rejected)},
				{Text: span(w.P50)},
				{Text: span(w.P99)},
				{Text: span(w.Max)},
				{Text: span(j.MakespanSeconds)},
				{Text: money(s.Cost.ByJob[name])},
			}})
			shown = ""
		}
	}
	if len(t.Rows) > 0 {
		p.Jobs = t
	}
}

// addServices lists the services as addJobs lists the jobs.
func (p *page) addServices(labels []string, summaries []Summary) {
	requests := &htmlTable{Caption: "Requests", Head: []string{"under load", "run", "requests", "served", "lost", "waiting at the end", "lost or waiting", "response p50", "p90", "p99", "CPU", "scaling activities", "changes of direction in an hour, at worst", "cost per million served"}}
	t := &htmlTable{Caption: "Services", Head: []string{"service", "run", "desired", "running, mean", "least", "most", "below desired", "cost"}}
	seen := map[string]bool{}
	var names []string
	for _, s := range summaries {
		for _, name := range byCost(sortedKeys(s.Services), s.Cost.ByService) {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if more := len(names) - mostRows; more > 0 {
		names = names[:mostRows]
		p.ServicesMore = "And " + plural(int64(more), "more service", "more services") + " that cost less, in summary.json."
	}
	for _, name := range names {
		shown := name
		for i, s := range summaries {
			v, ok := s.Services[name]
			if !ok {
				continue
			}
			t.Rows = append(t.Rows, htmlRow{shown, []htmlCell{
				{Text: labels[i], Left: true},
				{Text: number(v.Desired.Mean)},
				{Text: number(v.Running.Mean)},
				{Text: count(v.Running.Min)},
				{Text: count(v.Running.Max)},
				{Text: span(v.BelowDesiredSeconds)},
				{Text: money(s.Cost.ByService[name])},
			}})
			shown = ""
		}
		shown = name
		for i, s := range summaries {
			v := s.Services[name]
			if !v.underLoad() {
				continue
			}
			l := v.LatencySeconds
			requests.Rows = append(requests.Rows, htmlRow{shown, []htmlCell{
				{Text: labels[i], Left: true},
				{Text: number(math.Round(v.Requests))},
				{Text: number(math.Round(v.Served))},
				{Text: number(math.Round(v.Lost))},
				{Text: number(math.Round(v.BacklogEnd))},
				{Text: percent(v.UnservedFraction)},
				{Text: v.latency(l.P50)},
				{Text: v.latency(l.P90)},
				{Text: v.latency(l.P99)},
				{Text: share(v.CPUUtilisation)},
				{Text: count(v.ScalingActivities)},
				{Text: count(v.Oscillation)},
				{Text: price(v.CostPerMillionRequests)},
			}})
			shown = ""
		}
	}
	if len(t.Rows) > 0 {
		p.Services = t
	}
	if len(requests.Rows) > 0 {
		p.Requests = requests
	}
}
