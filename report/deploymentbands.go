package report

import "slices"

// loadBands are the deployments of one sort in a picture of a service: they have
// a name in the legend, and a colour.
type loadBands struct {
	Name        string     `json:"name"`
	Deployments []loadBand `json:"of"`
}

// loadBand is a deployment. It reaches over the whole height of the picture
// where there is one run, else over the lane of its run.
type loadBand struct {
	From  int64  `json:"x0"` // milliseconds since 1970
	To    int64  `json:"x1"`
	Lane  int    `json:"lane"`
	Title string `json:"title"`
	Text  string `json:"why"` // what it came to
}

// bandSorts are the sorts of deployments, by how they ended. The colours can be
// told apart by people who see few of them, and each has its name in the legend.
var bandSorts = []struct {
	name, colour string
	is           func(d *Deployment) bool
}{
	{"deployments", "c2", func(d *Deployment) bool { return d.Status == DeploymentCompleted && !d.Rollback }},
	{"deployments that failed", "c1", func(d *Deployment) bool { return d.Status == DeploymentFailed }},
	{"deployments still under way at the end", "c5", func(d *Deployment) bool { return d.Status == DeploymentInProgress }},
	{"deployments that another one stopped", "c6", func(d *Deployment) bool { return d.Status == DeploymentStopped }},
	{"rollbacks", "c3", func(d *Deployment) bool { return d.Status == DeploymentCompleted && d.Rollback }},
}

// deployments adds the deployments of a service as bands, and their table.
func (c *loadChart) deployments() {
	table := &htmlTable{Caption: "Deployments", Head: []string{"started", "run", "of", "took", "failed tasks", "", "why"}}
	for _, sort := range bandSorts {
		bands := loadBands{Name: sort.name}
		for run := range c.results {
			s := &c.results[run].Summary
			start := startOf(*s)
			for _, d := range s.Services[c.name].Deployments {
				if !sort.is(&d) {
					continue
				}
				end := s.SimulatedSeconds
				if d.EndedSeconds != nil {
					end = *d.EndedSeconds
				}
				text := d.status() + ", took " + d.took(s.SimulatedSeconds)
				if d.FailedTasks > 0 {
					text += ", " + plural(d.FailedTasks, "task", "tasks") + " failed"
				}
				if why := d.why(); why != "" {
					text += ": " + why
				}
				from := start + int64(d.StartedSeconds*1000)
				bands.Deployments = append(bands.Deployments, loadBand{
					From: max(c.from, from), To: max(c.from, from, start+int64(end*1000)), Lane: run, Title: c.title(run, d.title()), Text: text,
				})
			}
		}
		if len(bands.Deployments) > 0 {
			c.bands = append(c.bands, bands)
			c.bandColours = append(c.bandColours, sort.colour)
		}
	}
	for run := range c.results {
		s := &c.results[run].Summary
		for _, d := range s.Services[c.name].Deployments {
			if len(table.Rows) < mostDeployments {
				table.Rows = append(table.Rows, htmlRow{span(d.StartedSeconds), []htmlCell{
					{Text: c.labels[run], Left: true},
					{Text: d.title(), Left: true},
					{Text: d.took(s.SimulatedSeconds)},
					{Text: count(d.FailedTasks)},
					{Text: d.status(), Left: true},
					{Text: d.why(), Left: true},
				}})
			}
		}
	}
	if len(table.Rows) > 0 {
		c.more = append(c.more, table)
	}
}

// bandsText explains the bands of a picture.
func (c *loadChart) bandsText() string {
	switch {
	case len(c.bands) == 0:
		return ""
	case len(c.results) == 1:
		return " Shaded: deployments; point at one for what it came to."
	}
	return " Bars at the top: deployments, a row for each run in their order; point at one for what it came to."
}

// deployed lists the services that were deployed in any run, those under load
// left out: they are in the list already.
func deployed(listed []string, results []Result) []string {
	for _, r := range results {
		for _, name := range byCost(sortedKeys(r.Summary.Services), r.Summary.Cost.ByService) {
			if len(r.Summary.Services[name].Deployments) > 0 && !slices.Contains(listed, name) {
				listed = append(listed, name)
			}
		}
	}
	return listed
}
