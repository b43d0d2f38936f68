package scenarios

import "slices"

// capacityNotes lists what a reader of the summary should know of the capacity.
func (w *World) capacityNotes() []string {
	notes := w.managed.notes()
	if len(w.followed) == 0 {
		for _, path := range w.scenario.spotSettings() {
			notes = append(notes, "without effect: "+path+"; no Auto Scaling group buys Spot instances")
		}
	}
	for _, p := range w.providers {
		if p.Name == FargateSpot && w.fargate[p.Name] == nil && slices.ContainsFunc(w.tasks, func(t *tasks) bool { return slices.Contains(t.all, p) }) {
			notes = append(notes, "not modelled: interruptions of tasks on FARGATE_SPOT, which its spotMarket can state; it is a price only")
		}
	}
	return notes
}

// spotSettings lists what a scenario says of Spot instances.
func (s *Scenario) spotSettings() []string {
	var paths []string
	if len(s.Prices.Spot) > 0 {
		paths = append(paths, "prices.spot")
	}
	if s.Prices.Discounts.Spot > 0 {
		paths = append(paths, "prices.discounts.spot")
	}
	return paths
}
