package scenarios

import (
	"fmt"
	"slices"

	"berth/report"
	"berth/scaling"
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/sim/load"
)

// liveService is a service with a load, or one that is scaled. What the end of a period
// needs comes first.
type liveService struct {
	station  *load.Station // or nil: it has no load
	due      sim.Time      // the end of the next period of the station that is not like the one before, or [sim.Never]
	wake     sim.Time      // when that is looked at, at the latest, or [sim.Never]
	lag      sim.Time      // how much later that is
	traffic  trafficCourse // for the report
	past     []ended       // the periods that ended last, by their number
	periods  int           // how many have ended
	series   []series      // of datapoints that alarms look at
	each     bool          // every period is ended, also those that are like the one before
	fine     bool          // there are datapoints of less than a minute
	times    bool          // there are datapoints of response times
	bursts   bool          // its tasks do
	group    cluster.GroupID
	strength ecs.Strength                             // of the service
	moved    sim.Time                                 // when that changed last
	running  int                                      // when the alarms were last asked to act again
	target   *scaling.Target                          // or nil: it is not scaled
	service  *ecs.Service                             // nil before it is added
	alarms   []watched                                // of the target, in its order
	signals  []scaling.Signal                         // the same
	followed []followed                               // by its policies, or none: see follow
	asked    struct{ alarm, schedule, forecast bool } // for a decision at this instant

	name      string
	of        *Service
	rank      int                // by name
	changes   int                // of its desired count, since the warm-up
	scheduled []scaling.Activity // room for what falls due at once
	ahead     *forecaster        // or nil
	burst     serviceBurst
	unstepped string // a note
}

// live runs the services of a world that have a load or are scaled: requests come
// and are served by the tasks that serve, what the tasks use becomes datapoints,
// alarms look at those, and policies move the desired counts. It observes the
// services and the alarms.
//
// At an instant tasks end, find their places and serve before periods are ended;
// then alarms are evaluated, and when all are, the services that they ask for are
// decided on in one event, in the order of their names. So the order in which
// services are listed does not matter.
type live struct {
	kernel   *sim.Kernel
	recorder *report.Recorder
	watch    *cloudwatch.CloudWatch
	all      []*liveService
	of       []*liveService // by task group; nil for others
	byName   map[string]*liveService
	byAlarm  []*liveService

	coarse                   sim.Time // how long the periods are that the report is told of together
	origin, sketched         sim.Time // the same of response times, from the end of the warm-up on
	period, schedule, decide sim.Kind
	hour, predict            sim.Kind
	deciding                 []*liveService // at this instant
	decided                  sim.Time       // when it last was
	tellers                  []activityTeller
	soon                     []*liveService            // of the present call of touch
	touched                  sim.Time                  // keeps what touch reads from being optimised away
	words                    bool                      // someone wants the causes of all activities
	always                   bool                      // see [Options]
	times                    cloudwatch.Sketch         // that are being told
	points                   [][]cloudwatch.Statistics // of the service that is caught up, by series
	unput                    unput
	ended                    load.Period // the one that ended last
}

// unput is the periods of a service whose datapoints are not put yet.
type unput struct {
	first, n int      // their numbers
	start    sim.Time // of the first
}

// activityTeller is a watcher of the cluster that wants to know of the scaling of
// services too.
type activityTeller interface {
	// ScalingActivity is called when scaling changes the desired count of a
	// service, before tasks are submitted or stopped for it.
	ScalingActivity(now sim.Time, service cluster.GroupID, from, to int, cause string)
}

// addLive prepares for services with a load or scaling, if there are any.
func (w *World) addLive(watchers []cluster.Watcher) {
	some := false
	var names []string
	for _, s := range w.scenario.Services {
		some = some || s.Load != nil || s.Scaling != nil
		names = append(names, s.Name)
	}
	if !some {
		return
	}
	if w.horizon != sim.Never {
		w.meter.Recorder.Expect(w.horizon - w.scenario.Warmup)
	}
	l := &live{kernel: w.kernel, recorder: w.meter.Recorder, coarse: w.bucket() / finestTraffic, origin: w.scenario.Warmup, watch: cloudwatch.New(w.kernel), decided: -1, tellers: []activityTeller{w.meter.Recorder}}
	slices.Sort(names)
	l.byName = map[string]*liveService{}
	for _, s := range w.scenario.Services {
		if s.Load == nil && s.Scaling == nil {
			continue
		}
		rank, _ := slices.BinarySearch(names, s.Name)
		l.byName[s.Name] = &liveService{name: s.Name, of: s, due: sim.Never, wake: sim.Never, past: make([]ended, fewEnded), rank: rank, bursts: s.Load != nil && s.Load.CPUBurst}
	}
	l.words, l.always = w.options.Question != nil, w.options.always
	l.period = w.kernel.Register("load", sim.Observing, true, l.onPeriod)
	w.kernel.Foresee(l.period, l.touch)
	l.schedule = w.kernel.Register("scheduled scaling", sim.Scaling, true, l.onSchedule)
	l.decide = w.kernel.Register("scaling", sim.Scaling, true, l.onDecide)
	l.hour = w.kernel.Register("hour of load", sim.Observing, true, l.onHour)
	l.predict = w.kernel.Register("predictive scaling", sim.Scaling, true, l.onPredict)
	l.watch.Observe(l)
	w.scheduler.Observe(l)
	for _, watcher := range watchers {
		if t, ok := watcher.(activityTeller); ok {
			l.tellers = append(l.tellers, t)
			l.words = true
		}
	}
	loads := 0
	for _, s := range w.scenario.Services {
		if s.Load != nil {
			loads++
		}
	}
	l.sketched = w.bucket() * sim.Time(report.SketchEvery(loads))
	// Requests come as long as the run lasts. It ends before this event.
	w.kernel.Schedule(w.horizon, w.kernel.Register("end of the run", sim.Scaling, false, func(sim.Time, uint32, uint32) {}), 0, 0)
	w.live = l
	w.addBursts()
}

// addLiveService declares the load and the scaling of a service whose tasks are
// about to be submitted.
func (w *World) addLiveService(s *Service, setup *ecs.ServiceSetup) error {
	if s.Load == nil && s.Scaling == nil {
		return nil
	}
	l := w.live
	if len(l.all) == 0 {
		if err := w.addTargets(); err != nil {
			return err
		}
	}
	v := l.byName[s.Name]
	v.group = setup.Group
	if v.target != nil {
		l.scheduleNext(v)
	}
	if s.Load != nil {
		if err := w.addStation(v, s, setup); err != nil {
			return err
		}
	}
	if v.station != nil {
		w.addTraffic(v, s)
		w.addForecaster(v, s)
		v.lag = v.lateness()
		if v.station.Period < cloudwatch.Standard {
			v.past = make([]ended, manyEnded)
		}
	}
	l.all = append(l.all, v)
	for len(l.of) <= int(setup.Group) {
		l.of = append(l.of, nil)
	}
	l.of[setup.Group] = v
	return nil
}

// begin takes note of a service that has been added. It may be without a task, and
// nobody is told of it then.
func (l *live) begin(s *ecs.Service) {
	if l == nil || int(s.Group) >= len(l.of) || l.of[s.Group] == nil {
		return
	}
	v := l.of[s.Group]
	if v.service = s; v.station != nil {
		l.plan(v, l.kernel.Now())
	}
}

// addStation makes the queue of a service.
func (w *World) addStation(v *liveService, s *Service, setup *ecs.ServiceSetup) error {
	path := "services." + s.Name + ".load"
	requests, field, err := s.Load.RequestsPerSecond.open(w.loadSetup(s.Name))
	if err != nil {
		return Errors{w.scenario.Issue(join(path+".requestsPerSecond", field), "%v", err)}
	}
	memory := 0.0
	if m := w.usage(s).Memory; m != nil {
		memory = *m
	}
	of := s.Load.setup(setup.Classes[0].Demand.CPU, memory)
	of.Period, of.PerPeriod = cloudwatch.Standard, v.times
	if v.fine {
		of.Period = cloudwatch.HighResolution
	}
	for i := range v.series {
		if v.series[i].period != of.Period { // it is gathered
			v.each, v.followed = true, nil
		}
	}
	if v.station, err = load.NewStation(of, requests); err != nil {
		return Errors{w.scenario.Issue(path, "%v", err)}
	}
	return nil
}

// usage returns what a service states of its use of what it reserves.
func (w *World) usage(s *Service) Usage {
	switch d := w.scenario.Definition(s); {
	case s.Usage != nil:
		return *s.Usage
	case d != nil && d.Usage != nil:
		return *d.Usage
	}
	return Usage{}
}

func (w *World) loadSetup(service string) loadSetup {
	setup := loadSetup{
		start: w.scenario.Start, seed: uint64(w.scenario.Seed), stream: "load/" + service,
		resolve: w.scenario.Resolve, stdin: w.options.Stdin,
	}
	if w.horizon != sim.Never {
		setup.end = w.horizon
	}
	return setup
}

// ServiceChanged implements [ecs.Observer]: the tasks that serve are those of the
// station, and those that run are where scaling starts from.
func (l *live) ServiceChanged(now sim.Time, s *ecs.Service) {
	if int(s.Group) >= len(l.of) || l.of[s.Group] == nil {
		return
	}
	v := l.of[s.Group]
	is := s.Strength()
	if is == v.strength && is.Running == v.running {
		return
	}
	v.strength, v.moved = is, now
	if v.station != nil {
		l.resize(v, now)
	}
	if is.Running != v.running {
		v.running = is.Running
		l.askAgain(v, now)
	}
}

// size returns how many tasks a service has, and how much CPU each. While a deployment
// goes from tasks of one size to tasks of another, those of the size before are what
// counts, and what the others have beyond that is added to the sum. So is what they
// use beyond their reservation.
func (v *liveService) size() (size load.Size, cpu int64) {
	s := &v.strength
	size, cpu = load.Size{Serving: s.Serving, Running: s.Running + s.Stopping, Failing: s.Failing}, v.station.CPU
	size.Extra = v.burst.beyond(s.ServingCPU)
	if size.Running > 0 {
		if each := s.ReservedCPU / int64(size.Running); each*int64(size.Running) == s.ReservedCPU && each*int64(size.Serving) == s.ServingCPU {
			return size, each
		}
	}
	size.Extra, size.Reserved = size.Extra+s.ServingCPU-int64(size.Serving)*cpu, s.ReservedCPU-int64(size.Running)*cpu
	return size, cpu
}

// DeploymentChanged implements [ecs.DeploymentObserver]: what a deployment has held up
// is asked for again when it ends.
func (l *live) DeploymentChanged(now sim.Time, s *ecs.Service, _ *ecs.Deployment) {
	if int(s.Group) < len(l.of) && l.of[s.Group] != nil && l.of[s.Group].service != nil && !s.Deploying() {
		l.askAgain(l.of[s.Group], now)
	}
}

// endWarmup has the figures begin anew.
func (l *live) endWarmup(now sim.Time) {
	for _, v := range l.all {
		v.changes = 0
		if v.station != nil {
			l.catchUp(v, now)
			l.tellSteady(v, now-now%v.station.Period, v.station.Total(now).Backlog)
			l.tellGathered(v)
			l.tellTimes(v)
			v.ahead.restart(v.station.Total(now))
			v.burst.restart(v.station.Total(now))
			v.station.Restart(now)
			v.traffic.timed = now
			l.plan(v, now)
		}
	}
}

// notes lists what a reader of the summary should know of scaling.
func (l *live) notes() []string {
	var notes []string
	if l != nil {
		for _, v := range l.all {
			if v.unstepped != "" {
				notes = append(notes, v.unstepped)
			}
		}
	}
	return notes
}

// check is for runs with --check: requests are neither made nor lost on the way.
func (l *live) check() error {
	if l == nil {
		return nil
	}
	for _, v := range l.all {
		if v.station == nil {
			continue
		}
		l.catchUp(v, l.kernel.Now()) // which could as well come later
		if c := v.station.Total(l.kernel.Now()); c.BacklogStart+c.Offered != c.Served+c.Lost+c.Backlog {
			return fmt.Errorf("scenarios: service %s: %d requests waited and %d came, but %d were served, %d lost and %d wait, in thousandths", v.name, c.BacklogStart, c.Offered, c.Served, c.Lost, c.Backlog)
		}
	}
	return l.watch.Check()
}

var (
	_ ecs.Observer           = (*live)(nil)
	_ ecs.DeploymentObserver = (*live)(nil)
	_ cloudwatch.Observer    = (*live)(nil)
)
