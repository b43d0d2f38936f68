package scenarios

import (
	"fmt"
	"math"

	"berth/sim"
	"berth/sim/ec2"
)

// until returns when something ends that begins now and lasts for a time, or for
// the rest of the run.
func until(now sim.Time, duration *sim.Time) sim.Time {
	if duration == nil || *duration >= sim.Never-now {
		return sim.Never
	}
	return now + *duration
}

// lasting says for how long something lasts.
func lasting(duration *sim.Time) string {
	if duration == nil {
		return "until the end of the run"
	}
	return "for " + duration.String()
}

// zoneOutage has the instances of an Availability Zone lost. Where no group can
// lose any, there is none in the zone.
func (w *World) zoneOutage(e *Event, _ string) (func(now sim.Time), string, error) {
	o := e.ZoneOutage
	return func(now sim.Time) {
		if a := w.autoScaling; a != nil {
			a.ZoneOutage(o.AvailabilityZone, until(now, o.Duration))
		}
	}, fmt.Sprintf("the Availability Zone %s fails %s", o.AvailabilityZone, lasting(o.Duration)), nil
}

// slowZone has what begins in an Availability Zone take longer.
func (w *World) slowZone(e *Event, _ string) (func(now sim.Time), string, error) {
	z := e.SlowZone
	return func(now sim.Time) {
		if w.autoScaling != nil {
			w.autoScaling.SlowZone(z.AvailabilityZone, z.Factor, until(now, z.Duration))
		}
		w.scheduler.SlowZone(z.AvailabilityZone, z.Factor, until(now, z.Duration))
	}, fmt.Sprintf("the Availability Zone %s is slower by %g %s", z.AvailabilityZone, z.Factor, lasting(z.Duration)), nil
}

// registryOutage has no image pulled for a time.
func (w *World) registryOutage(e *Event, _ string) (func(now sim.Time), string, error) {
	at := e.At.In(w.scenario.Start)
	w.scheduler.RegistryOutage(at, until(at, e.RegistryOutage.Duration))
	return func(sim.Time) {}, "no image can be pulled " + lasting(e.RegistryOutage.Duration), nil
}

// launchFailure has the launches of a group fail, or leaves Fargate without
// capacity for new tasks.
func (w *World) launchFailure(e *Event, _ string) (func(now sim.Time), string, error) {
	f := e.LaunchFailure
	return func(now sim.Time) {
		if of := w.fargate[f.CapacityProvider]; of != nil {
			of.Unavailable(until(now, f.Duration))
		}
		if g := w.movingGroup(f.CapacityProvider); g != nil {
			g.LaunchFailure(until(now, f.Duration))
		}
	}, fmt.Sprintf("nothing can be launched by %s %s", f.CapacityProvider, lasting(f.Duration)), nil
}

// interrupt has Spot instances of a group, or tasks on Fargate Spot, given their
// notice.
func (w *World) interrupt(e *Event, _ string) (func(now sim.Time), string, error) {
	i := e.Interrupt
	n, what := math.MaxInt, "all Spot capacity"
	if i.Count != nil {
		n, what = int(*i.Count), fmt.Sprintf("Spot capacity, %d at most,", *i.Count)
	}
	if i.InstanceType != "" {
		what += " of type " + i.InstanceType
	}
	if i.AvailabilityZone != "" {
		what += " in " + i.AvailabilityZone
	}
	return func(sim.Time) {
		if of := w.fargate[i.CapacityProvider]; of != nil {
			of.Interrupt(n)
		}
		if g := w.movingGroup(i.CapacityProvider); g != nil {
			w.autoScaling.Interrupt(ec2.Selection{Group: g, Zone: i.AvailabilityZone, Type: i.InstanceType}, n)
		}
	}, fmt.Sprintf("%s of %s gets its interruption notice", what, i.CapacityProvider), nil
}

// instanceRefresh has the instances of a group replaced.
func (w *World) instanceRefresh(e *Event, _ string) (func(now sim.Time), string, error) {
	r := e.InstanceRefresh
	return func(sim.Time) {
		if g := w.movingGroup(r.CapacityProvider); g != nil {
			g.Refresh(int(r.MinHealthyPercentage), r.InstanceWarmup)
		}
	}, "the instances of " + r.CapacityProvider + " are replaced", nil
}

// movingGroup returns the group of a capacity provider, nil where it has none that
// moves.
func (w *World) movingGroup(name string) *ec2.Group {
	for _, p := range w.providers {
		if p.Name == name && w.autoScaling != nil {
			return w.autoScaling.of[p.id]
		}
	}
	return nil
}
