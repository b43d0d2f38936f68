package report

import (
	"fmt"
	"strings"

	"berth/sim"
)

// oscillates is from how many changes of direction within an hour on scaling is
// said to oscillate. A service that follows a spike up and down again turns once.
const oscillates = 6

// Remarks says in words what the figures of services under load do not say
// themselves: that their scaling oscillates, and for how long they were on the
// wrong side of what the scenario expects of them. It is for
// [Summary.Notes], once the expectations are known.
func (r Result) Remarks() []string {
	var remarks []string
	loads := map[string]ServiceLoad{}
	for _, s := range r.Scaling {
		loads[s.Service] = s.Load
	}
	for _, name := range sortedKeys(r.Summary.Services) {
		if n := r.Summary.Services[name].Oscillation; n >= oscillates {
			remarks = append(remarks, "service "+name+": "+oscillation(n, loads[name]))
		}
	}
	for _, e := range r.Summary.Expectations {
		if remark := r.beyond(e); remark != "" {
			remarks = append(remarks, remark)
		}
	}
	remarks = append(remarks, deploymentRemarks(&r.Summary)...)
	remarks = append(remarks, r.capacityRemarks()...)
	for _, s := range r.Scaling {
		if s.Untold > 0 {
			remarks = append(remarks, fmt.Sprintf("service %s: the first %s of %s scaling activities are listed", s.Service, count(int64(len(s.Activities))), count(s.Untold+int64(len(s.Activities)))))
		}
	}
	return remarks
}

// oscillation tells of changes of direction within an hour, and their cause if
// what is known of the service shows it.
func oscillation(n int64, of ServiceLoad) string {
	text := "its scaling oscillates, " + plural(n, "change", "changes") + " of direction in an hour"
	switch {
	case of.StartUp == 0 || of.ScaleInCooldown >= of.StartUp:
		return text
	case of.ScaleInCooldown == 0:
		return text + ": there is no scale-in cooldown, and a task takes " + span(of.StartUp.Seconds()) + " to start up"
	}
	return text + fmt.Sprintf(": the scale-in cooldown (%s) is shorter than the start-up time (%s)", span(of.ScaleInCooldown.Seconds()), span(of.StartUp.Seconds()))
}

// beyond tells for how long a service was on the wrong side of an expectation,
// where the course of the run shows it.
func (r Result) beyond(e Expectation) string {
	if e.Max == nil {
		return ""
	}
	path, ok := strings.CutPrefix(e.Metric, "services.")
	if !ok {
		return ""
	}
	name, figure, _ := strings.Cut(path, ".")
	var what, limit string
	var over func(i int) bool
	column := func(figure string) []float64 {
		for _, c := range r.Series.Columns {
			if c.Name == "services."+name+"."+figure {
				return c.Values
			}
		}
		return nil
	}
	var values []float64
	switch figure {
	case "latencySeconds.p50", "latencySeconds.p99":
		what, limit = figure[len("latencySeconds."):]+" response time above", span(*e.Max)
		values = column("latency" + strings.ToUpper(figure[len("latencySeconds."):]))
		over = func(i int) bool { return values[i] > *e.Max }
	case "unservedFraction":
		offered := column("rps")
		values = column("lost")
		if len(offered) != len(values) {
			return ""
		}
		what, limit = "share of requests lost above", percent(*e.Max)
		over = func(i int) bool { return values[i] > 0 && values[i] > *e.Max*offered[i] }
	default:
		return ""
	}
	var beyond, all sim.Time
	for i := range values {
		width := min(r.Series.Width, r.Series.End-r.Series.Start-sim.Time(i)*r.Series.Width)
		all += width
		if over(i) {
			beyond += width
		}
	}
	if beyond == 0 {
		return ""
	}
	return fmt.Sprintf("service %s: %s %s for %s of %s, by intervals of %s", name, what, limit, span(beyond.Seconds()), span(all.Seconds()), span(r.Series.Width.Seconds()))
}

// notes are all that is to be told beside the figures.
func (r Result) notes() []string {
	notes := r.Summary.Notes
	for _, remark := range r.Remarks() {
		known := false
		for _, n := range notes {
			known = known || n == remark
		}
		if !known {
			notes = append(notes[:len(notes):len(notes)], remark)
		}
	}
	return notes
}
