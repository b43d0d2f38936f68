package report

// mostDeployments is how many deployments of a run a terminal and a page list.
const mostDeployments = 40

// deployments lists the deployments of services.
func (t *terminal) deployments(s Summary, names []string) {
	table := newTable([]column{
		{title: "deployments", width: 32},
		{title: "of", width: 28},
		{title: "started", right: true},
		{title: "took", right: true},
		{title: "failed tasks", right: true, drop: 1},
		{title: "", width: 12},
	})
	more := int64(0)
	for _, name := range names {
		for _, d := range s.Services[name].Deployments {
			if len(table.rows) == mostDeployments {
				more++
				continue
			}
			table.row(name, d.title(), span(d.StartedSeconds), d.took(s.SimulatedSeconds), count(d.FailedTasks), d.status())
		}
	}
	if len(table.rows) == 0 {
		return
	}
	t.line("")
	t.table(table)
	if more > 0 {
		t.line("  %s", t.paint(dim, "and "+plural(more, "more", "more")+", in summary.json"))
	}
}

// deploymentsOf lists the deployments of several runs, with how many tasks of the
// service there were at most.
func (t *terminal) deploymentsOf(labels []string, summaries []Summary) {
	table := newTable([]column{
		{title: "", width: 32},
		{title: "service", width: 24, drop: 4},
		{title: "of", width: 28},
		{title: "started", right: true, drop: 2},
		{title: "took", right: true},
		{title: "failed tasks", right: true, drop: 1},
		{title: "most tasks", right: true, drop: 3},
		{title: "", width: 12},
	})
	more := int64(0)
	for i, s := range summaries {
		for _, name := range byCost(sortedKeys(s.Services), s.Cost.ByService) {
			for _, d := range s.Services[name].Deployments {
				if len(table.rows) == mostDeployments {
					more++
					continue
				}
				table.row(labels[i], name, d.title(), span(d.StartedSeconds), d.took(s.SimulatedSeconds), count(d.FailedTasks), count(s.Services[name].Running.Max), d.status())
			}
		}
	}
	if len(table.rows) == 0 {
		return
	}
	t.heading("Deployments")
	t.table(table)
	if more > 0 {
		t.line("  %s", t.paint(dim, "and "+plural(more, "more", "more")+", in summary.json"))
	}
}
