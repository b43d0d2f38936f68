package scenarios

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
)

// setup returns a health check as the control plane takes it, nil for none.
func (h *HealthCheck) setup() *ecs.ContainerCheck {
	if h == nil {
		return nil
	}
	return &ecs.ContainerCheck{Interval: h.Interval, Timeout: h.Timeout, Retries: int(h.Retries), StartPeriod: h.StartPeriod}
}

// targetGroup returns the target group of a service, nil for none.
func (s *Service) targetGroup() *ecs.TargetGroup {
	if len(s.LoadBalancers) == 0 {
		return nil
	}
	b := s.LoadBalancers[0]
	return &ecs.TargetGroup{
		Interval: b.HealthCheckIntervalSeconds, Timeout: b.HealthCheckTimeoutSeconds, Healthy: int(b.HealthyThresholdCount), Unhealthy: int(b.UnhealthyThresholdCount),
		DeregistrationDelay: b.DeregistrationDelay, SlowStart: b.SlowStart,
	}
}

var (
	deploymentStrategies = map[string]ecs.Strategy{"ROLLING": ecs.Rolling, "BLUE_GREEN": ecs.BlueGreen, "LINEAR": ecs.Linear, "CANARY": ecs.Canary}
	thresholdTypes       = map[string]ecs.ThresholdType{"BOUNDED_PERCENT": ecs.BoundedPercent, "UNBOUNDED_PERCENT": ecs.UnboundedPercent, "COUNT": ecs.Count}
)

// deploymentSetup returns how the tasks of a service are replaced, nil where that
// is AWS's default and no event deploys it: then the health of its tasks need not
// be followed before something hangs on it.
func (s *Service) deploymentSetup(deployed bool) *ecs.DeploymentConfiguration {
	of := &s.DeploymentConfiguration
	least, most := s.percentages()
	d := ecs.DefaultDeployment()
	if s.Daemon() {
		d = ecs.DefaultDaemonDeployment()
	}
	standard := d
	d.MinimumHealthyPercent, d.MaximumPercent = int(least), int(most)
	d.Strategy = deploymentStrategies[of.Strategy]
	if of.BakeTimeInMinutes != nil {
		d.Bake = sim.Time(*of.BakeTimeInMinutes) * sim.Minute
	}
	permille := func(percent float64) int { return int(math.Round(percent * 10)) }
	d.StepPermille, d.StepBake = permille(of.LinearConfiguration.StepPercent), sim.Time(of.LinearConfiguration.StepBakeTimeInMinutes)*sim.Minute
	d.CanaryPermille, d.CanaryBake = permille(of.CanaryConfiguration.CanaryPercent), sim.Time(of.CanaryConfiguration.CanaryBakeTimeInMinutes)*sim.Minute
	b := of.DeploymentCircuitBreaker
	d.CircuitBreaker.Enable, d.CircuitBreaker.Rollback, d.CircuitBreaker.ResetOnHealthyTask = b.Enable, b.Rollback, b.ResetOnHealthyTask
	d.CircuitBreaker.Threshold.Type = thresholdTypes[b.ThresholdConfiguration.Type]
	if v := b.ThresholdConfiguration.Value; v != nil {
		d.CircuitBreaker.Threshold.Value = int(*v)
	}
	if deployed && !b.Enable { // one that never trips counts what fails, for the report
		d.CircuitBreaker.Enable, d.CircuitBreaker.Threshold = true, ecs.Threshold{Type: ecs.Count, Value: math.MaxInt}
	}
	if d == standard {
		return nil
	}
	return &d
}

// deployed reports whether an event deploys a service.
func (s *Scenario) deployed(service string) bool {
	return slices.ContainsFunc(s.Events, func(e *Event) bool { return e.Deploy != nil && e.Deploy.Service == service })
}

// revised returns the tasks of another task definition, in the same place.
func (t *tasks) revised(d *TaskDefinition) *tasks {
	r := *t
	r.network = t.world.cluster.AddNetwork(d.Network())
	r.requirements = nil
	if platform := d.RuntimePlatform.CPUArchitecture; platform != "" {
		r.requirements = []cluster.Requirement{{Attribute: cluster.AttributeCPUArchitecture, Values: []string{architecture(platform)}}}
	}
	r.pools, r.sizes = map[poolKey]cluster.PoolID{}, maps.Clone(t.sizes)
	r.plain = make([]cluster.PoolID, len(t.plain))
	for i := range r.plain {
		r.plain[i] = cluster.None
	}
	return &r
}

// zones returns in how many Availability Zones instances for the tasks are.
func (t *tasks) zones() int {
	zones := map[string]bool{}
	for _, p := range t.all {
		if g := p.AutoScalingGroup; g != nil {
			for _, zone := range g.AvailabilityZones {
				zones[zone] = true
			}
		}
	}
	return len(zones)
}

// revisionName names a revision of a service: its number, from 1, and its task
// definition.
func revisionName(number int, definition string) string {
	return strconv.Itoa(number) + ":" + definition
}

// ofRevision takes the name of a revision apart.
func ofRevision(name string) (number int, definition string) {
	digits, definition, _ := strings.Cut(name, ":")
	number, _ = strconv.Atoi(digits)
	return number, definition
}

// deployments follows the deployments of services for the report.
type deployments struct {
	all     []serviceDeployments // by task group; services come first
	tellers []deploymentTeller
}

// serviceDeployments is what is known of the deployments of a service.
type serviceDeployments struct {
	service   *ecs.Service
	made      map[*TaskDefinition]ecs.Revision // of those that events deploy
	revisions int                              // so far
	last      report.Deployment
	failures  int // of last, as the circuit breaker counts them
	green     int // thousandths of the requests that the revision of last gets
}

// deploymentTeller is told of deployments: the recorder, and watchers of the
// cluster that want to know.
type deploymentTeller interface {
	// DeploymentChanged is called when a deployment has begun, moved on or ended.
	DeploymentChanged(now sim.Time, service cluster.GroupID, kind report.DeploymentKind, d report.Deployment)
}

// addDeployments prepares for the deployments of services.
func (w *World) addDeployments(watchers []cluster.Watcher) {
	d := &deployments{all: make([]serviceDeployments, len(w.scenario.Services)), tellers: []deploymentTeller{w.meter.Recorder}}
	for i := range d.all {
		d.all[i].revisions = 1
	}
	for _, watcher := range watchers {
		if t, ok := watcher.(deploymentTeller); ok {
			d.tellers = append(d.tellers, t)
		}
	}
	w.deployments = d
	w.scheduler.Observe(d)
	if w.live == nil && w.horizon != sim.Never {
		// What goes on for ever, such as tasks that fail, or that follows when all
		// jobs have ended, such as a scale-in, keeps no run going. It goes on until
		// the end all the same; the run ends before this event.
		w.kernel.Schedule(w.horizon, w.kernel.Register("end of the run", sim.Scaling, false, func(sim.Time, uint32, uint32) {}), 0, 0)
	}
}

// ServiceChanged implements [ecs.Observer].
func (*deployments) ServiceChanged(sim.Time, *ecs.Service) {}

// DeploymentChanged implements [ecs.DeploymentObserver]. Of the deployment with
// which a service is created it is told only that it has failed.
func (a *deployments) DeploymentChanged(now sim.Time, s *ecs.Service, d *ecs.Deployment) {
	if d.Number == 1 && d.Status != ecs.Failed {
		return
	}
	of := &a.all[s.Group]
	l := &of.last
	if l.Number != d.Number {
		number, definition := ofRevision(d.Revision)
		*l = report.Deployment{
			Number: d.Number, Revision: number, TaskDefinition: definition, StartedSeconds: d.Started.Seconds(),
			Status: report.DeploymentInProgress, Rollback: d.Rollback, Reason: d.Why,
		}
		of.failures, of.green = 0, 0
		a.tell(now, s.Group, report.DeploymentStarts, *l)
	}
	if d.Failures > of.failures {
		l.FailedTasks += int64(d.Failures - of.failures)
	}
	of.failures = d.Failures
	if c := s.ServiceSetup.Deployment; c != nil && c.Strategy != ecs.Rolling {
		a.shifted(now, s, d)
	}
	if d.Status == ecs.InProgress {
		a.tell(now, s.Group, "", *l)
		return
	}
	seconds := now.Seconds()
	l.EndedSeconds, l.Status = &seconds, d.Status.String()
	kind := report.DeploymentCompletes
	switch d.Status {
	case ecs.Failed:
		kind, l.Reason = report.DeploymentFails, fmt.Sprintf("%d tasks failed", d.Failures)
		if c := s.ServiceSetup.Deployment; c != nil {
			if c.CircuitBreaker.ResetOnHealthyTask {
				l.Reason = fmt.Sprintf("%d tasks in a row failed", d.Failures)
			}
			l.Reason += fmt.Sprintf("; the circuit breaker ends a deployment at %d", c.CircuitBreaker.Threshold.Failures(s.Desired()))
		}
	case ecs.Superseded:
		kind, l.Reason = report.DeploymentStops, "another deployment began before it was completed"
	}
	a.tell(now, s.Group, kind, *l)
}

// shifted tells of requests that have been shifted to the revision of a deployment.
func (a *deployments) shifted(now sim.Time, s *ecs.Service, d *ecs.Deployment) {
	of := &a.all[s.Group]
	for _, t := range s.Traffic(nil) {
		if t.Revision == d.Revision && t.Permille > of.green && d.Status == ecs.InProgress {
			of.green = t.Permille
			told := of.last
			told.Reason = strconv.FormatFloat(float64(t.Permille)/10, 'f', -1, 64) + " % of the requests go to it"
			a.tell(now, s.Group, report.DeploymentShifts, told)
		}
	}
}

func (a *deployments) tell(now sim.Time, g cluster.GroupID, kind report.DeploymentKind, d report.Deployment) {
	for _, t := range a.tellers {
		t.DeploymentChanged(now, g, kind, d)
	}
}

// close says of deployments that are under way at the end whether they are stuck.
func (a *deployments) close(end sim.Time) {
	for g := range a.all {
		of := &a.all[g]
		if of.last.Status != report.DeploymentInProgress || of.service == nil {
			continue
		}
		of.last.Stuck = of.service.Stuck()
		a.tell(end, cluster.GroupID(g), "", of.last)
	}
}

var _ ecs.DeploymentObserver = (*deployments)(nil)

// deploy has a service replace its tasks.
func (w *World) deploy(e *Event, _ string) (func(now sim.Time), string, error) {
	i := slices.IndexFunc(w.scenario.Services, func(s *Service) bool { return s.Name == e.Deploy.Service })
	s, t, of := w.scenario.Services[i], w.tasks[i], &w.deployments.all[i] // references were checked on loading
	of.service = w.scheduler.Services()[i]
	what := fmt.Sprintf("service %s, a new deployment of what it runs", s.Name)
	if name := e.Deploy.TaskDefinition; name != "" {
		what = fmt.Sprintf("service %s, task definition %s", s.Name, name)
		if _, err := w.revisionOf(s, t, of, name); err != nil {
			return nil, "", err
		}
	}
	return func(sim.Time) {
		_, runs := ofRevision(of.service.LastDeployment().Revision)
		name, why := e.Deploy.TaskDefinition, "update to "+e.Deploy.TaskDefinition
		if name == "" || name == runs {
			name, why = runs, "a forced new deployment"
		}
		r, _ := w.revisionOf(s, t, of, name) // which has been made before
		of.revisions++
		r.Name = revisionName(of.revisions, name)
		of.service.Deploy(r, why)
	}, what, nil
}

// revisionOf makes a revision of a service from a task definition by its name, ""
// for that which is in place, or returns the one that was made before: streams of
// random numbers go on.
func (w *World) revisionOf(s *Service, t *tasks, of *serviceDeployments, name string) (ecs.Revision, error) {
	d := w.scenario.TaskDefinitions[name]
	first := w.scenario.Definition(s)
	if name == "" {
		d = first
	}
	if d == first {
		return of.service.Revision, nil
	}
	r, ok := of.made[d]
	if !ok {
		var err error
		if r, err = w.revision(s, t, d, name); err != nil {
			return r, err
		}
		if of.made == nil {
			of.made = map[*TaskDefinition]ecs.Revision{}
		}
		of.made[d] = r
	}
	return r, nil
}
