package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"berth/scaling"
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/load"
)

// addTargets makes the targets of all services that are scaled, and their alarms:
// before any station, for a service may be scaled by the metric of another.
func (w *World) addTargets() error {
	for _, s := range w.scenario.Services {
		if s.Scaling == nil {
			continue
		}
		if err := w.addTarget(w.live.byName[s.Name], s); err != nil {
			return err
		}
	}
	return nil
}

// addTarget makes the target of a service and its alarms.
func (w *World) addTarget(v *liveService, s *Service) error {
	path := "services." + s.Name + ".scaling"
	var err error
	if v.target, err = scaling.New(s.Scaling.config(w.scenario.Start)); err != nil {
		return Errors{w.scenario.Issue(path, "%v", err)}
	}
	for _, a := range v.target.Alarms() {
		of := v
		for _, d := range a.Metric.Dimensions {
			if d.Name == serviceName {
				of = w.live.byName[d.Value]
			}
		}
		metric, err := w.metric(of, a.Metric.Name, a.Alarm)
		if err != nil {
			return Errors{w.scenario.Issue(path, "policy %s: %v", a.Policy, err)}
		}
		id, err := w.live.watch.AddAlarm(cloudwatch.Alarm{
			Name: a.Name + " of service " + s.Name, Metric: metric, Period: a.Period, Statistic: cloudwatch.Statistic(a.Statistic),
			Comparison: cloudwatch.Comparison(a.Comparison), Threshold: a.Threshold, EvaluationPeriods: a.EvaluationPeriods,
			DatapointsToAlarm: a.DatapointsToAlarm, MissingData: cloudwatch.MissingData(a.MissingData), Acts: true, Newest: a.Newest,
		})
		if err != nil {
			return Errors{w.scenario.Issue(path, "policy %s: %v", a.Policy, err)}
		}
		v.alarms = append(v.alarms, watched{id, a.Newest, a.Period, a.Metric.Name == metricsOf[requestCountPerTarget].name})
		w.live.byAlarm = append(w.live.byAlarm, v)
	}
	v.signals = make([]scaling.Signal, len(v.alarms))
	v.follow(s, w.options.always)
	return nil
}

// followed is a metric that a target tracking policy of the service itself keeps at a
// value.
type followed struct {
	series    int
	target    float64
	ofTargets bool
}

// tasks returns how many tasks the policy computes from the datapoint of a period.
func (f *followed) tasks(p *load.Period, value float64) int {
	if f.ofTargets {
		return scaling.Proportional(p.Targets, value, f.target)
	}
	return scaling.Proportional(p.Tasks, value, f.target)
}

// follow finds out whether all policies of a service keep predefined metrics of its own
// at a value. Then it can tell from a datapoint, before anyone sees it, whether there
// is anything to decide.
func (v *liveService) follow(s *Service, always bool) {
	if always || len(s.Scaling.StepScaling) > 0 {
		return
	}
	for _, p := range s.Scaling.TargetTracking {
		policy := p.policy()
		for _, m := range scaling.PredefinedMetrics() {
			if kind, ok := publishedMetric(m.Metric.Name); ok && m.Type == policy.Predefined {
				i := slices.IndexFunc(v.series, func(of series) bool { return of.kind == kind && of.period == m.Period })
				v.followed = append(v.followed, followed{i, policy.Target, kind == requestCountPerTarget})
			}
		}
	}
	if len(v.followed) < len(s.Scaling.TargetTracking) {
		v.followed = nil
	}
}

// calm reports whether the policies compute from a period what there is.
func (v *liveService) calm(e *ended) bool {
	desired := v.service.Desired()
	return v.running == desired && desired > 0 && int(e.least) == desired && int(e.most) == desired
}

// attend has the alarms of a service act again that are in ALARM, when the datapoints
// of a period are seen, if these ask for anything. What only asks for fewer tasks
// waits for the end of the scale-in cooldown. It reports whether they act for these.
func (l *live) attend(v *liveService, e *ended) bool {
	if e.least > e.most || v.calm(e) { // nothing is followed, or there are no datapoints
		return false
	}
	at := e.end + v.delay()
	if rests := v.target.RestsUntil(); at < rests && v.running > 0 && v.running == v.service.Desired() && int(e.most) <= v.running {
		l.askAgain(v, rests)
		return false
	}
	l.askAgain(v, at)
	return true
}

// attendAll attends to the periods whose datapoints have just been put.
func (l *live) attendAll(v *liveService) {
	first, n := l.unput.first, l.unput.n
	l.unput.n = 0
	if len(v.followed) == 0 || !slices.ContainsFunc(v.alarms, func(a watched) bool { return l.watch.State(a.id) == cloudwatch.InAlarm }) {
		return
	}
	for i := range n {
		if l.attend(v, v.nth(first+i)) {
			return
		}
	}
}

// rest has a service on which nothing was decided attend to the first of the datapoints
// to come that asks for anything.
func (l *live) rest(v *liveService, now sim.Time) {
	for i := v.oldest(); i < v.periods; i++ {
		if e := v.nth(i); e.end+v.delay() > now && l.attend(v, e) {
			return
		}
	}
}

// delay is the time from the end of a period until its datapoint is seen.
func (v *liveService) delay() sim.Time {
	if v.station.Period < cloudwatch.Standard {
		return cloudwatch.HighResolutionDelay
	}
	return cloudwatch.StandardDelay
}

// watched is an alarm of a target.
type watched struct {
	id        cloudwatch.AlarmID
	newest    bool // its policy looks at the newest datapoint alone
	period    sim.Time
	ofTargets bool // the metric is a mean of those that serve, and not of all that run
}

// metric returns the metric of a service that an alarm looks at: that of high
// resolution below a minute.
func (w *World) metric(v *liveService, name string, a scaling.Alarm) (cloudwatch.MetricID, error) {
	kind, known := publishedMetric(name)
	switch {
	case !known:
		return 0, fmt.Errorf("nothing publishes %s; there are %s", name, publishedNames())
	case v == nil || v.of.Load == nil:
		return 0, fmt.Errorf("nothing publishes %s of a service without load", name)
	case kind == memoryUtilization && w.usage(v.of).Memory == nil:
		return 0, fmt.Errorf("nothing publishes MemoryUtilization of %s; state with usage.memory how much of their memory the tasks use", v.name)
	}
	resolution := cloudwatch.Standard
	if a.Period < resolution {
		resolution, v.fine = cloudwatch.HighResolution, true
	}
	v.each = v.each || kind.each()
	v.times = v.times || kind == targetResponseTime
	for i := range v.series {
		if v.series[i].kind == kind && v.series[i].period == resolution {
			return v.series[i].metric, nil
		}
	}
	metric := cloudwatch.NewMetric(name+" of service "+v.name, resolution)
	metric.Complete = true // every period is ended before its datapoint is seen
	id, err := w.live.watch.AddMetric(metric)
	if err != nil {
		return 0, err
	}
	v.series = append(v.series, series{metric: id, kind: kind, period: resolution})
	return id, nil
}

// AlarmChanged implements [cloudwatch.Observer]. What one alarm asks for may have
// been held up by another.
func (l *live) AlarmChanged(now sim.Time, cause *cloudwatch.Cause) {
	l.askAgain(l.byAlarm[cause.Alarm], now)
}

// AlarmActs implements [cloudwatch.Observer]: the service is decided on when all
// alarms of the instant are known. With the same datapoints the answer is the
// same again, until something else changes: then askAgain is called. A service that
// knows what its datapoints ask for calls it for them too.
func (l *live) AlarmActs(now sim.Time, cause *cloudwatch.Cause) sim.Time {
	v := l.byAlarm[cause.Alarm]
	if len(v.followed) == 0 {
		l.ask(v, now)
		v.asked.alarm = true
		if l.always || now < v.moved+settles {
			return 0
		}
		return sim.Never
	}
	if e := v.seen(now); e != nil && v.calm(e) {
		l.rest(v, now)
	} else {
		l.ask(v, now)
		v.asked.alarm = true
	}
	return cloudwatch.UntilAsked
}

// settles is how long it takes at most from a change of the number of tasks until a
// period without it is seen: what a datapoint asks for hangs on the tasks of its period.
const settles = cloudwatch.StandardDelay + 4*cloudwatch.Standard

// seen returns the newest period whose datapoints can be seen, or nil if it has none.
func (v *liveService) seen(now sim.Time) *ended {
	for i := v.periods - 1; i >= v.oldest(); i-- {
		if e := v.nth(i); e.end+v.delay() <= now {
			if e.least > e.most {
				return nil
			}
			return e
		}
	}
	return nil
}

// askAgain has the alarms of a service act again that are in ALARM, from an instant on
// and a whole number of minutes after they last did. What follows from the decisions of
// an instant is seen at the next one: an alarm that nobody has let rest has acted by then.
func (l *live) askAgain(v *liveService, from sim.Time) {
	if from <= l.decided {
		from = l.decided + 1
	}
	for i := range v.alarms {
		l.watch.Again(v.alarms[i].id, from)
	}
}

// ask has a service decided on at this instant.
func (l *live) ask(v *liveService, now sim.Time) {
	if v.asked.alarm || v.asked.schedule || v.asked.forecast {
		return
	}
	if l.deciding = append(l.deciding, v); len(l.deciding) == 1 {
		l.kernel.Schedule(now, l.decide, 0, 0)
	}
}

// scheduleNext schedules the next scheduled action of a service.
func (l *live) scheduleNext(v *liveService) {
	if at := v.target.NextScheduled(); at != sim.Never {
		l.kernel.Schedule(at, l.schedule, uint32(v.group), 0)
	}
}

func (l *live) onSchedule(now sim.Time, slot, _ uint32) {
	v := l.of[slot]
	l.ask(v, now)
	v.asked.schedule = true
}

// onDecide decides on the services that have been asked for.
func (l *live) onDecide(now sim.Time, _, _ uint32) {
	l.decided = now
	slices.SortFunc(l.deciding, func(a, b *liveService) int { return cmp.Compare(a.rank, b.rank) })
	for some := range slices.Chunk(l.deciding, touchedAtOnce) {
		l.touchDecisions(some)
		for _, v := range some {
			l.decideOn(v, now)
		}
	}
	l.deciding = l.deciding[:0]
}

// decideOn runs what is scheduled, and then asks the policies.
func (l *live) decideOn(v *liveService, now sim.Time) {
	asked := v.asked
	v.asked.alarm, v.asked.schedule, v.asked.forecast = false, false, false
	if asked.schedule {
		v.scheduled = v.target.RunScheduled(now, v.capacity(), v.scheduled[:0])
		for i := range v.scheduled {
			l.carryOut(v, &v.scheduled[i], now)
		}
		l.scheduleNext(v)
		l.askAgain(v, now) // the bounds are others
	}
	if asked.forecast {
		l.runPredicted(v, now)
	}
	if !asked.alarm {
		return
	}
	for i := range v.alarms {
		l.look(v, i)
	}
	a := v.target.Evaluate(now, v.capacity(), v.signals)
	if policy, why, ok := v.target.Unstepped(); ok && v.unstepped == "" {
		v.unstepped = fmt.Sprintf("service %s: policy %s did nothing though its alarm was in ALARM, first at %v: %v", v.name, policy, now, why)
	}
	l.carryOut(v, &a, now)
	switch followed := len(v.followed) > 0; {
	case followed && a.Hold == scaling.InScaleInCooldown:
		l.askAgain(v, v.target.RestsUntil())
		l.rest(v, now)
	case a.Changed() || a.Hold == scaling.InScaleOutCooldown || a.Hold == scaling.InScaleInCooldown:
		l.askAgain(v, now)
	case followed:
		l.rest(v, now)
	}
}

// look has the target see what one of its alarms sees.
func (l *live) look(v *liveService, i int) {
	a, s := &v.alarms[i], &v.signals[i]
	s.State = scalingStates[l.watch.State(a.id)]
	if !a.newest {
		s.Datapoints = l.watch.Datapoints(a.id, s.Datapoints[:0])
		return
	}
	s.Datapoints, s.Capacity = s.Datapoints[:0], 0
	value, end, ok := l.watch.Newest(a.id)
	if !ok {
		return
	}
	s.Datapoints = append(s.Datapoints, value)
	if tasks, targets, known := v.ranIn(end-a.period, end); known {
		if s.Capacity = tasks; a.ofTargets {
			s.Capacity = targets
		}
	}
}

var scalingStates = [...]scaling.State{
	cloudwatch.InsufficientData: scaling.InsufficientData, cloudwatch.OK: scaling.OK, cloudwatch.InAlarm: scaling.InAlarm,
}

func (v *liveService) capacity() scaling.Capacity {
	return scaling.Capacity{Running: v.running, Desired: v.service.Desired(), Deploying: v.service.Deploying()}
}

// carryOut changes the desired count.
func (l *live) carryOut(v *liveService, a *scaling.Activity, now sim.Time) {
	if !a.Changed() {
		return
	}
	cause := "scaling"
	if v.changes++; v.changes <= l.recorder.MostActivities() || l.words {
		cause = a.String()
		if _, after, ok := strings.Cut(cause, ": "); ok { // the change itself is told apart
			cause = after
		}
	}
	for _, t := range l.tellers {
		t.ScalingActivity(now, v.group, a.From, a.To, cause)
	}
	v.service.SetDesired(a.To, cause)
}
