package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"berth/scenarios"
	"berth/sim"
)

// headline is the whole answer in one sentence.
func headline(a *scenarios.Answer) string {
	at := instantText(a.At)
	but, and, besides := "", "", ""
	if a.Held != "" {
		but, and, besides = ", but "+a.Held, ", and "+a.Held, "; "+a.Held
	}
	waits := a.State == "PENDING" && a.Instance == "" // one that has its place starts up
	switch {
	case a.Explanation == nil && a.Instance != "":
		return fmt.Sprintf("%s went to %s at %s: %s.", a.Task, a.Instance, at, a.Unchosen)
	case a.Explanation == nil && waits:
		return fmt.Sprintf("%s waits since %s: at %s %s%s.", a.Task, instantText(*a.Submitted), at, a.Unchosen, besides)
	case a.Explanation == nil:
		return fmt.Sprintf("%s: %s%s (at %s).", a.Task, a.Unchosen, besides, at)
	case a.Fits == 0 && a.State == "REJECTED":
		return fmt.Sprintf("%s was rejected at %s: no instance could hold it.", a.Task, at)
	case a.Fits == 0 && a.Submitted != nil:
		return fmt.Sprintf("%s waits since %s: at %s no instance can hold it%s.", a.Task, instantText(*a.Submitted), at, and)
	case a.Fits == 0:
		return fmt.Sprintf("%s has no place at %s%s.", a.Task, at, and)
	case a.State == "SUPPOSED" && a.Pick != "":
		return fmt.Sprintf("%s would go to %s at %s%s.", a.Task, a.Pick, at, but)
	case a.State == "SUPPOSED":
		return fmt.Sprintf("%s would go to one of %s at %s%s.", a.Task, instances(a.Ties), at, but)
	case waits && a.Held != "":
		return fmt.Sprintf("%s waits since %s; at %s there is room on %s, but %s.", a.Task, instantText(*a.Submitted), at, instances(a.Fits), a.Held)
	case waits && a.Ahead > 0:
		return fmt.Sprintf("%s waits since %s, behind %d equal ones; at %s there is room.", a.Task, instantText(*a.Submitted), a.Ahead, at)
	case waits:
		return fmt.Sprintf("%s waits since %s; at %s there is room, but others are first in its queue.", a.Task, instantText(*a.Submitted), at)
	}
	return fmt.Sprintf("%s went to %s at %s.", a.Task, a.Pick, at)
}

func instantText(seconds float64) string { return sim.Time(seconds * float64(sim.Second)).String() }

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}

// writeAnswer prints an answer for people.
func writeAnswer(to io.Writer, a *scenarios.Answer) error {
	w := bufio.NewWriter(to)
	title := a.Scenario
	if a.Variant != "" {
		title += ", variant " + a.Variant
	}
	fmt.Fprintf(w, "%s\n%s\n", title, headline(a))
	if a.Explanation == nil {
		return w.Flush()
	}
	fmt.Fprintf(w, "\n  takes       %s\n  strategy    %s\n", a.Demand, a.Strategy)
	for _, c := range a.Constraints {
		fmt.Fprintf(w, "  constraint  %s\n", c)
	}
	rows := aligned(w)
	rows.line("\nFunnel\tleft\tfell out\tnearest miss")
	inactive := ""
	if a.Inactive > 0 {
		inactive = fmt.Sprintf("%d booting or draining", a.Inactive)
	}
	rows.line("  ACTIVE instances\t%d\t\t%s", a.Active, inactive)
	for _, s := range a.Funnel {
		out, miss := "", ""
		if s.After < s.Before {
			out = fmt.Sprint(s.Before - s.After)
		}
		if s.Nearest != nil {
			miss = s.Nearest.String()
		}
		rows.line("  %s\t%d\t%s\t%s", s.Name, s.After, out, miss)
	}
	for _, r := range a.Ranking {
		rows.line("  %s\t%d\t%d\t", r.Rule, r.After, r.Before-r.After)
	}
	rows.flush()
	if a.Fits > 0 {
		writeRanking(w, a)
	} else {
		writeRefusal(w, a)
	}
	return w.Flush()
}

// columns are lines whose cells, with tabs between them, are aligned.
type columns struct {
	*tabwriter.Writer
	text strings.Builder
	to   *bufio.Writer // keeps its error
}

func aligned(to *bufio.Writer) *columns {
	c := &columns{to: to}
	c.Writer = tabwriter.NewWriter(&c.text, 0, 0, 3, ' ', 0)
	return c
}

// line adds a line; its cells have tabs between them.
func (c *columns) line(format string, cells ...any) {
	_, _ = fmt.Fprintf(c.Writer, format+"\n", cells...) // a builder takes everything
}

// flush writes the lines, without spaces at their ends.
func (c *columns) flush() {
	_ = c.Flush() // a builder takes everything
	for line := range strings.Lines(c.text.String()) {
		_, _ = fmt.Fprintln(c.to, strings.TrimRight(line, " \n"))
	}
}

// writeRanking prints how the rules rank the instances that fit, and what
// others would do.
func writeRanking(w *bufio.Writer, a *scenarios.Answer) {
	for n, r := range a.Ranking {
		fmt.Fprintf(w, "\n%d. %s, among %s\n", n+1, r.Rule, instances(r.Before))
		rows := aligned(w)
		for _, p := range r.Places {
			first := p.First
			if p.Instances > 1 {
				first = fmt.Sprintf("%s, the first being %s", instances(p.Instances), p.First)
			}
			mark := " "
			if p.Best {
				mark = "→"
			}
			rows.line("  %s %s\t%s", mark, p.Value, first)
		}
		rows.flush()
		if r.Skipped > 0 {
			fmt.Fprintf(w, "    and %d more\n", r.Skipped)
		}
	}
	if a.Ties > 1 {
		fmt.Fprintf(w, "\nPick: of %s that tie, %s", instances(a.Ties), a.TieBreak)
		if a.Pick != "" {
			fmt.Fprintf(w, ": %s", a.Pick)
		}
		fmt.Fprintln(w)
	} else if a.Pick != "" {
		fmt.Fprintf(w, "\nPick: %s\n", a.Pick)
	} else {
		fmt.Fprintf(w, "\nPick: none yet\n")
	}
	fmt.Fprintf(w, "\nOther strategies would pick\n")
	rows := aligned(w)
	for _, c := range a.Others {
		rows.line("  %s\t%s", c.Instance, strings.Join(c.Strategies, ", "))
	}
	rows.line("  any of %s\trandom", instances(a.Fits))
	rows.flush()
}

// writeRefusal prints what a task that fits nowhere would have needed.
func writeRefusal(w *bufio.Writer, a *scenarios.Answer) {
	if len(a.Nearest) > 0 {
		fmt.Fprintf(w, "\nNearest\n")
		for _, m := range a.Nearest {
			fmt.Fprintf(w, "  %s\n", m)
		}
	}
	fmt.Fprintf(w, "\nIt would fit\n")
	for _, r := range a.Without {
		fmt.Fprintf(w, "  on %s, if it were not for %s\n", instances(r.Instances), r.Step)
	}
	for _, k := range a.New {
		fmt.Fprintf(w, "  on a new instance: %s\n", k)
	}
	if r := a.Release; r != nil {
		ends := "ends"
		if len(r.Tasks) > 1 {
			ends = "have ended"
		}
		fmt.Fprintf(w, "  on %s at %s, when %s %s\n", r.Instance, sim.Time(r.At), strings.Join(r.Tasks, ", "), ends)
	}
	if len(a.Without) == 0 && len(a.New) == 0 && a.Release == nil {
		fmt.Fprintf(w, "  nowhere in this cluster: no instance could hold it, empty as it might be\n")
	}
}
