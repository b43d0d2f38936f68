package report

import (
	"fmt"
	"strings"
)

// enoughInterruptions is from how many interruptions on figures of a run are said
// to rest on more than a few.
const enoughInterruptions = 10

// capacity says what came of capacity that moves.
func (t *terminal) capacity(s Summary) {
	if len(s.CapacityProviders) == 0 {
		return
	}
	t.heading("Capacity")
	table := newTable([]column{
		{title: "capacity provider", width: 32},
		{title: "launched", right: true},
		{title: "terminated", right: true},
		{title: "lost", right: true},
		{title: "most", right: true},
		{title: "mean", right: true},
		{title: "Spot", right: true},
		{title: "reservation", right: true, drop: 1},
		{title: "target", right: true, drop: 2},
	})
	for _, name := range sortedKeys(s.CapacityProviders) {
		v := s.CapacityProviders[name]
		reservation, target := none, none
		if r := v.Reservation; r != nil {
			reservation, target = number(r.Mean)+" %", number(r.Target)+" %"
		}
		table.row(name, count(v.Launched), count(v.Terminated), count(v.Interrupted), count(v.Peak), number(v.Mean), share(v.SpotFraction), reservation, target)
	}
	t.table(table)
	if lines := capacityLines(s); len(lines) > 0 {
		t.line("")
		for _, l := range lines {
			t.entry(l.title, l.value, "", l.remark)
		}
	}
	t.line("  %s", t.paint(dim, "lost: reclaimed by EC2, failed or gone with their zone; reservation: mean of CapacityProviderReservation"))
}

type capacityLine struct{ title, value, remark string }

// capacityLines are the figures of Spot and of lost work, where there are any.
func capacityLines(s Summary) []capacityLine {
	var lines []capacityLine
	if p := s.Spot; p.InstanceHours > 0 {
		remark := number(p.InstanceHours) + " instance-hours"
		if p.HoursFraction != nil {
			remark += ", " + percent(*p.HoursFraction) + " of all"
		}
		if p.FreeHours > 0 {
			remark += ", " + number(p.FreeHours) + " of them not charged"
		}
		lines = append(lines, capacityLine{"Spot instances", money(p.Cost), remark})
		saved := money(p.OnDemandCost) + " on demand"
		if p.SavingsFraction != nil {
			saved += ", " + percent(*p.SavingsFraction) + " saved"
		}
		lines = append(lines, capacityLine{"saved by Spot", money(p.SavingsAgainstOnDemand), saved})
		lines = append(lines, capacityLine{"reclaimed by EC2", count(p.Interruptions), ""})
	}
	if s.Cost.LostWork > 0 {
		lines = append(lines, capacityLine{"paid for lost work", money(s.Cost.LostWork), span(s.Tasks.LostSeconds) + " of tasks, " + percent(s.Cost.LostWork/s.Cost.Total) + " of the cost"})
	}
	return lines
}

// capacityRemarks says in words what the figures of moving capacity do not say
// themselves.
func (r Result) capacityRemarks() []string {
	c := r.Capacity
	if c == nil {
		return nil
	}
	var remarks []string
	if n := r.Summary.Spot.Interruptions; c.Interruptible && r.Summary.Spot.InstanceHours > 0 && n < enoughInterruptions {
		seen := "no Spot instance was"
		if n > 0 {
			seen = "only " + strings.Replace(plural(n, "Spot instance was", "Spot instances were"), "1 ", "one ", 1)
		}
		remarks = append(remarks, seen+" reclaimed: what interruptions do rests on chance here; a longer run, or several seeds (berth compare --seeds), would tell more")
	}
	if c.Untold > 0 {
		kept := int64(len(c.Marks))
		remarks = append(remarks, fmt.Sprintf("capacity: the first %s of %s activities and losses are listed", count(kept), count(kept+c.Untold)))
	}
	return remarks
}
