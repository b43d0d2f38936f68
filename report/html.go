package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
)

var (
	//go:embed assets/echarts.min.js
	echartsScript string
	//go:embed assets/page.html
	pageTemplate string
	//go:embed assets/page.css
	pageStyle string
	//go:embed assets/page.js
	pageScript string
)

// WriteHTML writes a report as one page that needs nothing but itself: the
// chart library is inside, and the page forbids itself to fetch anything.
// Equal reports are equal bytes.
//
// Names and texts come from files of others. They reach the page through
// html/template or as JSON that escapes what could end a script.
func WriteHTML(w io.Writer, r Report) error {
	p, err := newPage(r)
	if err != nil {
		return fmt.Errorf("report.html: %w", err)
	}
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("report.html: %w", err)
	}
	return t.Execute(w, p)
}

// page is what the template shows.
type page struct {
	Title        string
	Description  string
	Facts        []string // period, seed, version
	Headline     string
	Caveat       string
	Warnings     []string
	Several      bool
	Cards        []card
	Figures      *htmlTable // all metrics of all runs
	Seeds        *htmlTable // what several seeds say
	SeedDetails  *htmlTable
	Sections     []section
	Bounds       *htmlTable
	BoundKinds   []string
	Jobs         *htmlTable
	JobsMore     string
	Services     *htmlTable
	ServicesMore string
	Requests     *htmlTable // what became of those to services
	Expected     []expectationRow
	Placement    []string
	Notes        []string
	Missing      []string
	Scenarios    []scenarioText
	Version      string

	Style   template.CSS
	Echarts template.JS
	Script  template.JS
}

// card holds the main figures of one run.
type card struct {
	Name        string
	Colour      int // place in the palette
	Cost        string
	PerTime     string
	Difference  string // to the first
	Cheapest    bool
	Interrupted bool
	Meters      []cardMeter
	Lines       []cardLine
}

type cardMeter struct {
	Name, Text string
	Percent    string // 0 to 100, for the style sheet
}

type cardLine struct{ Name, Text string }

// section is a part of the page with pictures.
type section struct {
	ID, Title, Text string
	Pictures        []picture
}

// picture is a chart: what the script needs to draw it, and its figures in
// words for those who cannot see it.
type picture struct {
	ID, Title, Text string
	Label           string // for screen readers
	Height          int    // pixels
	Wide            bool   // the whole width of the page
	Table           *htmlTable
	More            []*htmlTable // further ones, under their captions
	Data            template.JS
}

// htmlTable is a table of texts. The first column names the row.
type htmlTable struct {
	Caption string
	Head    []string
	Rows    []htmlRow
}

// Texts reports whether a column holds texts rather than numbers. The first,
// which names the rows, is column 0.
func (t *htmlTable) Texts(column int) bool {
	return column > 0 && len(t.Rows) > 0 && column <= len(t.Rows[0].Cells) && t.Rows[0].Cells[column-1].Left
}

type htmlRow struct {
	Name  string
	Cells []htmlCell
}

type htmlCell struct {
	Text, Small string
	Left        bool // a text rather than a number
}

type expectationRow struct {
	Holds bool
	Text  string
}

type scenarioText struct{ Name, Text string }

// drawing is what the script needs to draw a picture: the option that
// go-echarts built, what its numbers are, and the data in a form shorter than
// the library's.
type drawing struct {
	Option map[string]any `json:"option"`
	Kind   string         `json:"kind"` // bar, time, load, heat, tail or plane
	Unit   string         `json:"unit"` // money, share, seconds, or none for plain numbers
	Start  int64          `json:"start,omitempty"`
	Fill   any            `json:"fill,omitempty"`
}

func (d drawing) script() (template.JS, error) {
	b, err := json.Marshal(d) // escapes <, > and &; refuses what is not a number
	if err != nil {
		return "", err
	}
	return template.JS(b), nil
}

func newPage(r Report) (*page, error) {
	p := &page{
		Title:   r.title(),
		Style:   template.CSS(pageStyle),
		Echarts: template.JS(echartsScript),
		Script:  template.JS(pageScript),
		Several: len(r.Results) > 1,
	}
	if c := r.Comparison; c != nil && c.Seeds > 1 {
		p.addSeeds(c)
	}
	if len(r.Results) == 0 {
		return p, nil
	}
	summaries, labels := summariesOf(r.Results), r.labels()
	first := summaries[0]
	p.Version = first.Version
	p.Facts = []string{period(summaries)}
	for _, result := range r.Results {
		if p.Description == "" {
			p.Description = result.Description
		}
	}
	p.warn(labels, summaries)
	if p.Seeds == nil {
		p.headline(labels, summaries)
	} else {
		p.Caveat += fmt.Sprintf(" Cards and pictures show one run of each variant (seed %d).", first.Seed)
	}
	p.addCards(labels, summaries)
	p.Figures = figuresTable(labels, summaries)
	if err := p.addSections(r, labels, summaries); err != nil {
		return nil, err
	}
	p.addBounds(labels, summaries)
	p.addJobs(labels, summaries)
	p.addServices(labels, summaries)
	names := labels
	if !p.Several {
		names = []string{""}
	}
	for _, l := range expectationLines(names, summaries) {
		p.Expected = append(p.Expected, expectationRow{l.holds, l.text})
	}
	p.Placement = placementLines(labels, r.Results)
	p.Notes, p.Missing = splitNotes(labels, r.Results)
	p.addScenarios(labels, r.Results)
	return p, nil
}

func (p *page) warn(labels []string, summaries []Summary) {
	for i, s := range summaries {
		if !s.Complete {
			p.Warnings = append(p.Warnings, labels[i]+" was interrupted: its figures cover the run until then and are compared with nothing.")
		}
	}
}

// headline says the main thing, and how far it can be trusted.
func (p *page) headline(labels []string, summaries []Summary) {
	if !p.Several {
		s := summaries[0]
		p.Headline = money(s.Cost.Total) + " for " + span(measured(s))
		if per := perTime(s); per != "" {
			p.Headline += ": " + per
		}
		p.Headline += "."
		p.Caveat = fmt.Sprintf("One seed (%d): another would give other figures.", s.Seed)
		return
	}
	p.Caveat = "One seed: a difference may be chance; five seeds or more would tell."
	best := cheapest(summaries)
	if best < 0 {
		p.Headline = "All cost the same: " + money(summaries[0].Cost.Total) + "."
		return
	}
	b := summaries[best]
	p.Headline = labels[best] + " costs least: " + money(b.Cost.Total)
	if best > 0 && summaries[0].Complete && summaries[0].Cost.Total > 0 {
		p.Headline += ", " + percent(1-b.Cost.Total/summaries[0].Cost.Total) + " less than " + labels[0]
	} else if next := secondCheapest(summaries, best); next >= 0 {
		p.Headline += "; " + labels[next] + ", the next, costs " + percent(summaries[next].Cost.Total/b.Cost.Total-1) + " more"
	}
	p.Headline += "."
	// The cheapest is no bargain if it did less work.
	if l, of := loadOf(&b), 1.0; l.of > 0 {
		for i := range summaries {
			if o := loadOf(&summaries[i]); summaries[i].Complete && o.of > 0 {
				of = min(of, o.unserved)
			}
		}
		if l.unserved > of+0.0005 {
			p.Headline += " But it left " + percent(l.unserved) + " of the requests unserved; another run left " + percent(of) + "."
		}
	}
	least := unserved(b)
	for _, s := range summaries {
		if s.Complete {
			least = min(least, unserved(s))
		}
	}
	if lost := unserved(b); lost > least {
		p.Headline += " But it left " + plural(lost, "task", "tasks") + " without a start; another run left " + count(least) + "."
	}
}

// unserved counts the attempts that never started.
func unserved(s Summary) int64 { return s.Tasks.Rejected + s.Tasks.Pending }

func secondCheapest(summaries []Summary, best int) int {
	next := -1
	for i, s := range summaries {
		if i != best && s.Complete && summaries[best].Cost.Total > 0 && (next < 0 || s.Cost.Total < summaries[next].Cost.Total) {
			next = i
		}
	}
	return next
}

func (p *page) addCards(labels []string, summaries []Summary) {
	best := cheapest(summaries)
	cost := metricAt("cost.total")
	for i := range summaries {
		s := &summaries[i]
		c := card{Name: labels[i], Colour: i % paletteSize, Cost: money(s.Cost.Total), PerTime: perTime(*s), Cheapest: i == best && p.Seeds == nil, Interrupted: !s.Complete}
		if i > 0 && s.Complete {
			c.Difference = cost.difference(&summaries[0], s)
		}
		u := s.Utilisation
		for _, m := range []struct {
			name string
			v    *float64
		}{{"CPU reserved", u.CPUReserved}, {"memory reserved", u.MemoryReserved}, {"GPU reserved", u.GPUReserved}, {"CPU used", u.CPUUsed}, {"Fargate CPU used", u.FargateCPUUsed}} {
			if m.v != nil && finite(*m.v) {
				c.Meters = append(c.Meters, cardMeter{m.name, percent(*m.v), strconv.FormatFloat(100*min(max(*m.v, 0), 1), 'f', 1, 64)})
			}
		}
		w := s.Tasks.PendingSeconds
		c.Lines = append(c.Lines, cardLine{"waiting", "median " + span(w.P50) + ", 99 % at most " + span(w.P99)})
		if s.Instances.Peak > 0 {
			c.Lines = append(c.Lines, cardLine{"instances", number(s.Instances.Mean) + " on the mean, at most " + count(s.Instances.Peak)})
		}
		if v := s.Spot; v.SavingsFraction != nil {
			c.Lines = append(c.Lines, cardLine{"Spot", money(v.SavingsAgainstOnDemand) + " saved, " + percent(*v.SavingsFraction) + "; " + plural(v.Interruptions, "instance", "instances") + " reclaimed"})
		}
		if s.Cost.LostWork > 0 && s.Cost.Total > 0 {
			c.Lines = append(c.Lines, cardLine{"lost work", money(s.Cost.LostWork) + ", " + percent(s.Cost.LostWork/s.Cost.Total) + " of the cost"})
		}
		c.Lines = append(c.Lines, cardLine{"tasks", tasksLine(s)})
		if l := loadOf(s); l.of > 0 {
			c.Lines = append(c.Lines, cardLine{"requests", number(math.Round(l.requests)) + ", " + percent(l.unserved) + " lost or waiting; 99 % served in at most " + span(l.slowest)})
		}
		if s.Cost.Idle > 0 && s.Cost.Total > 0 {
			c.Lines = append(c.Lines, cardLine{"held by no task", money(s.Cost.Idle) + ", " + percent(s.Cost.Idle/s.Cost.Total) + " of the cost"})
		}
		p.Cards = append(p.Cards, c)
	}
}

// tasksLine tells what became of the tasks of a run. Those of services do not
// complete: with services it tells of all states.
func tasksLine(s *Summary) string {
	t := &s.Tasks
	line := count(t.Completed) + " of " + count(t.Submitted) + " completed"
	tell := func(n int64, name string) {
		if n > 0 {
			line += ", " + count(n) + " " + name
		}
	}
	if len(s.Services) > 0 {
		line = count(t.Submitted) + " in all"
		tell(t.Completed, "completed")
		tell(t.Stopped, "stopped")
		tell(t.Interrupted, "interrupted")
		tell(t.Failed, "failed")
		tell(t.Running, "running at the end")
	}
	tell(t.Rejected, "rejected")
	tell(t.Pending, "still waiting")
	return line
}

func (p *page) addScenarios(labels []string, results []Result) {
	same := true
	for _, r := range results {
		same = same && r.Scenario == results[0].Scenario
	}
	for i, r := range results {
		if r.Scenario == "" || same && i > 0 {
			continue
		}
		name := labels[i]
		if same && len(results) > 1 {
			name = "all variants"
		}
		p.Scenarios = append(p.Scenarios, scenarioText{name, r.Scenario})
	}
}
