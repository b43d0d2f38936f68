package scenarios

import (
	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/workloads"
)

// addService declares a service, whose first tasks are submitted at once.
func (w *World) addService(s *Service, of *tasks, queue ecs.QueueID) error {
	definition := w.scenario.Definition(s)
	if err := of.fits(definition); err != nil {
		return err
	}
	setup := ecs.ServiceSetup{Group: of.group, Queue: queue, Division: of.division, Daemon: s.Daemon(), Constrained: of.constrained}
	for share := range of.providers {
		var class cluster.Class
		if err := of.classify(&workloads.Row{Demand: definition.Demand()}, share, &class); err != nil {
			return err // it has just fitted
		}
		setup.Classes = append(setup.Classes, class)
	}
	if s.DesiredCount != nil {
		setup.Desired = int(*s.DesiredCount)
	}
	w.meter.Recorder.AddService(of.group)
	w.scheduler.AddService(setup)
	return nil
}

// desired tells the recorder how many tasks services should have.
type desired struct{ recorder *report.Recorder }

// ServiceChanged implements [ecs.Observer].
func (d desired) ServiceChanged(now sim.Time, s *ecs.Service) {
	d.recorder.SetDesired(now, s.Group, int64(s.Desired()))
}

var _ ecs.Observer = desired{}
