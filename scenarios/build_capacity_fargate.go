package scenarios

import (
	"slices"

	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/sim/fargate"
)

// launchFargate launches what stands for a Fargate provider. It is followed where
// it can take tasks back or be without capacity.
func (w *World) launchFargate(p builtProvider) {
	on := fargate.Launch(w.cluster, p.id)
	w.scheduler.LimitLaunches(p.id, ecs.FargateBurst, ecs.FargateRefill)
	if !w.scenario.takesBack(p.CapacityProvider) {
		return
	}
	setup := fargate.SpotSetup{On: on, Seed: uint64(w.scenario.Seed), Name: p.Name, Noticed: w.taskNoticed}
	if m := p.SpotMarket; m != nil {
		setup.Notice = m.Notice
		if rate := m.Interruptions.RatePerHour; rate != nil {
			setup.Hazard = *rate
		}
		for _, u := range m.Unavailable {
			if at := u.At.In(w.scenario.Start); at >= 0 {
				setup.Outages = append(setup.Outages, fargate.Outage{From: at, Until: until(at, &u.Duration)})
			}
		}
	}
	if w.fargate == nil {
		w.fargate = map[string]*fargate.Spot{}
	}
	w.fargate[p.Name] = fargate.NewSpot(w.kernel, w.cluster, setup)
}

// takesBack reports whether a Fargate provider can take tasks back or be without
// capacity.
func (s *Scenario) takesBack(p *CapacityProvider) bool {
	if m := p.SpotMarket; m != nil && (!m.Interruptions.none() || len(m.Unavailable) > 0) {
		return true
	}
	return slices.ContainsFunc(s.Events, func(e *Event) bool {
		return e.Interrupt != nil && e.Interrupt.CapacityProvider == p.Name || e.LaunchFailure != nil && e.LaunchFailure.CapacityProvider == p.Name
	})
}

// taskNoticed follows the notice of a task on Fargate Spot.
func (w *World) taskNoticed(id cluster.TaskID) {
	w.told.TaskInterruptionNotice(w.kernel.Now(), id)
	w.scheduler.Notice(id)
}
