package scenarios

import (
	"math"
	"slices"

	"berth/sim"
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
	m := p.SpotMarket
	if m != nil {
		setup.Notice = m.Notice
		if rate := m.Interruptions.RatePerHour; rate != nil {
			setup.Hazard = *rate
		}
	}
	spot := fargate.NewSpot(w.kernel, w.cluster, setup)
	if w.fargate == nil {
		w.fargate = map[string]*fargate.Spot{}
	}
	w.fargate[p.Name] = spot
	if m == nil {
		return
	}
	begins := w.kernel.Register("Fargate Spot unavailable", sim.Capacity, true, func(now sim.Time, slot, _ uint32) {
		spot.Interrupt(math.MaxInt)
		spot.Unavailable(until(now, &m.Unavailable[slot].Duration))
	})
	for i, u := range m.Unavailable {
		if at := u.At.In(w.scenario.Start); at >= 0 {
			w.kernel.Schedule(at, begins, uint32(i), 0)
		}
	}
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
