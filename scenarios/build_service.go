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
	if err := w.lifeOf(s, definition, &setup); err != nil {
		return err
	}
	w.meter.Recorder.AddService(of.group)
	if err := w.addLiveService(s, &setup); err != nil {
		return err
	}
	w.live.begin(w.scheduler.AddService(setup))
	return nil
}

// lifeOf fills in what happens to the tasks of a service besides waiting.
func (w *World) lifeOf(s *Service, definition *TaskDefinition, setup *ecs.ServiceSetup) error {
	setup.Image = w.image(definition)
	setup.Warm = w.scenario.InitialState != "cold"
	if t := definition.StopTimeout; t != nil {
		setup.StopTimeout = *t
	}
	startup, err := workloads.NewDistribution(definition.Startup.Spec())
	if err != nil {
		return Errors{w.scenario.Issue(definitionPath(s.terms())+".startup", "%v", err)}
	}
	if definition.Startup.Distribution == "constant" && definition.Startup.Value == 0 {
		return nil
	}
	stream := w.stream("startup/" + s.Name)
	setup.Startup = func() sim.Time { return workloads.Draw(startup, stream) }
	return nil
}

// image returns the image that the tasks of a definition pull. Those of one
// definition have one image.
func (w *World) image(d *TaskDefinition) ecs.ImageID {
	if d == nil || d.ImageSizeMiB == 0 {
		return ecs.NoImage
	}
	id, ok := w.images[d]
	if !ok {
		id = w.scheduler.AddImage(d.ImageSizeMiB)
		if w.images == nil {
			w.images = map[*TaskDefinition]ecs.ImageID{}
		}
		w.images[d] = id
	}
	return id
}

// desired tells the recorder how many tasks services should have.
type desired struct{ recorder *report.Recorder }

// ServiceChanged implements [ecs.Observer].
func (d desired) ServiceChanged(now sim.Time, s *ecs.Service) {
	d.recorder.SetDesired(now, s.Group, int64(s.Desired()))
}

var _ ecs.Observer = desired{}
