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
	first, err := w.revision(s, of, w.scenario.Definition(s), s.definitionName())
	if err != nil {
		return err
	}
	first.Name = revisionName(1, s.definitionName())
	setup := ecs.ServiceSetup{
		Group: of.group, Queue: queue, Revision: first, Division: of.division, Daemon: s.Daemon(), Constrained: of.constrained,
		Warm: w.scenario.InitialState != "cold", Deployment: s.deploymentSetup(w.scenario.deployed(s.Name)), TargetGroup: s.targetGroup(), GracePeriod: s.HealthCheckGracePeriodSeconds,
		Rebalancing: s.AvailabilityZoneRebalancing == "ENABLED" && of.zones() > 1,
	}
	if s.DesiredCount != nil {
		setup.Desired = int(*s.DesiredCount)
	}
	if !setup.Daemon {
		setup.LaunchesPerMinute = ecs.LaunchesPerMinute
	}
	if setup.TargetGroup != nil {
		setup.Phase = w.stream("targets/" + s.Name).Float64
	}
	w.meter.Recorder.AddService(of.group)
	if err := w.addLiveService(s, &setup); err != nil {
		return err
	}
	w.live.begin(w.scheduler.AddService(setup))
	return nil
}

// definitionName is the name of the task definition that a service runs at the
// beginning, "" where it is in place.
func (s *Service) definitionName() string {
	if s.Task != nil {
		return ""
	}
	return s.TaskDefinition
}

// revision makes a revision of a service from a task definition. Streams of
// random numbers are named for the service, and for the definition where it is
// not that of the beginning.
func (w *World) revision(s *Service, of *tasks, d *TaskDefinition, name string) (ecs.Revision, error) {
	r := ecs.Revision{Image: w.image(d), Health: d.HealthCheck.setup()}
	stream, path := s.Name, definitionPath(s.terms())
	if d != w.scenario.Definition(s) {
		of, stream, path = of.revised(d), s.Name+"/"+name, join("taskDefinitions", name)
	}
	for share := range of.providers {
		var class cluster.Class
		if err := of.classify(&workloads.Row{Demand: d.Demand()}, share, &class); err != nil {
			return r, Errors{w.scenario.Issue(path, "%v", err)}
		}
		r.Classes = append(r.Classes, class)
	}
	if d.StopTimeout != nil {
		r.StopTimeout = *d.StopTimeout
	}
	var err error
	if r.Startup, err = w.draws(d.Startup, "startup/"+stream, path+".startup"); err != nil {
		return r, err
	}
	if f := d.Failures; f != nil {
		r.Failures = &ecs.Failures{AtStart: f.AtStart, Unhealthy: f.Unhealthy, Uniform: w.stream("failures/" + stream).Float64}
		if f.After != nil {
			r.Failures.After, err = w.draws(*f.After, "crashes/"+stream, path+".failures.after")
		}
	}
	return r, err
}

// draws returns a source of times, nil where they are all 0.
func (w *World) draws(q Quantity, stream, path string) (func() sim.Time, error) {
	of, err := workloads.NewDistribution(q.Spec())
	if err != nil {
		return nil, Errors{w.scenario.Issue(path, "%v", err)}
	}
	if q.Distribution == "constant" && q.Value == 0 {
		return nil, nil
	}
	random := w.stream(stream)
	return func() sim.Time { return workloads.Draw(of, random) }, nil
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

// lives tells watchers of the cluster how far the tasks of services have come.
type lives []ecs.TaskObserver

// observeLives has the watchers told that want to know.
func (w *World) observeLives(watchers []cluster.Watcher) {
	var l lives
	for _, watcher := range watchers {
		if t, ok := watcher.(ecs.TaskObserver); ok {
			l = append(l, t)
		}
	}
	if len(l) > 0 {
		w.scheduler.Observe(l)
	}
}

// ServiceChanged implements [ecs.Observer].
func (lives) ServiceChanged(sim.Time, *ecs.Service) {}

// TaskServes implements [ecs.TaskObserver].
func (l lives) TaskServes(now sim.Time, id cluster.TaskID) {
	for _, t := range l {
		t.TaskServes(now, id)
	}
}

// TaskStops implements [ecs.TaskObserver].
func (l lives) TaskStops(now sim.Time, id cluster.TaskID, deregistration, stopTimeout sim.Time) {
	for _, t := range l {
		t.TaskStops(now, id, deregistration, stopTimeout)
	}
}

var _ ecs.TaskObserver = lives{}
