package scenarios

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"berth/scaling"
	"berth/sim"
	"berth/sim/cloudwatch"
)

// addTarget makes the target of a service and its alarms.
func (w *World) addTarget(v *liveService, s *Service) error {
	path := "services." + s.Name + ".scaling"
	var err error
	if v.target, err = scaling.New(s.Scaling.config(w.scenario.Start)); err != nil {
		return Errors{w.scenario.Issue(path, "%v", err)}
	}
	for _, a := range v.target.Alarms() {
		if v.station == nil {
			return Errors{w.scenario.Issue(path, "policy %s follows %s, which a service without load does not have", a.Policy, a.Metric.Name)}
		}
		if a.Metric.Name == "MemoryUtilization" && w.usage(s).Memory == nil {
			return Errors{w.scenario.Issue(path, "policy %s follows MemoryUtilization; state with usage.memory how much of their memory the tasks use", a.Policy)}
		}
		metric, err := w.live.metric(v, a.Metric.Name, a.Period)
		if err != nil {
			return Errors{w.scenario.Issue(path, "policy %s: %v", a.Policy, err)}
		}
		id, err := w.live.watch.AddAlarm(cloudwatch.Alarm{
			Name: a.Name + " of service " + s.Name, Metric: metric, Period: a.Period, Statistic: cloudwatch.Statistic(a.Statistic),
			Comparison: cloudwatch.Comparison(a.Comparison), Threshold: a.Threshold, EvaluationPeriods: a.EvaluationPeriods,
			DatapointsToAlarm: a.DatapointsToAlarm, MissingData: cloudwatch.MissingData(a.MissingData), Acts: true,
		})
		if err != nil {
			return Errors{w.scenario.Issue(path, "policy %s: %v", a.Policy, err)}
		}
		v.alarms = append(v.alarms, id)
		w.live.byAlarm = append(w.live.byAlarm, v)
	}
	v.signals = make([]scaling.Signal, len(v.alarms))
	w.live.scheduleNext(v)
	return nil
}

// highResolution reports whether a policy follows datapoints of less than a
// minute.
func (s *Scaling) highResolution() bool {
	for _, p := range s.config(time.Time{}).Policies {
		for _, a := range p.Terms().Alarms {
			if a.Period < cloudwatch.Standard {
				return true
			}
		}
	}
	return false
}

// metric returns the metric of a service that an alarm of a period looks at: that
// of high resolution below a minute.
func (l *live) metric(v *liveService, name string, period sim.Time) (cloudwatch.MetricID, error) {
	resolution := cloudwatch.Standard
	if period < resolution {
		resolution = cloudwatch.HighResolution
	}
	for i := range v.series {
		if v.series[i].name == name && v.series[i].period == resolution {
			return v.series[i].metric, nil
		}
	}
	id, err := l.watch.AddMetric(cloudwatch.NewMetric(name+" of service "+v.name, resolution))
	if err != nil {
		return 0, err
	}
	v.series = append(v.series, series{metric: id, name: name, period: resolution})
	return id, nil
}

// AlarmChanged implements [cloudwatch.Observer]. What one alarm asks for may have
// been held up by another.
func (l *live) AlarmChanged(now sim.Time, cause *cloudwatch.Cause) {
	l.askAgain(l.byAlarm[cause.Alarm], now)
}

// AlarmActs implements [cloudwatch.Observer]: the service is decided on when all
// alarms of the instant are known. With the same datapoints the answer is the
// same again, until something else changes: then askAgain is called.
func (l *live) AlarmActs(now sim.Time, cause *cloudwatch.Cause) sim.Time {
	v := l.byAlarm[cause.Alarm]
	l.ask(v, now)
	v.asked.alarm = true
	return sim.Never
}

// askAgain has the alarms of a service act again that are in ALARM, a minute after
// they last did.
func (l *live) askAgain(v *liveService, now sim.Time) {
	for _, id := range v.alarms {
		l.watch.Again(id, now)
	}
}

// ask has a service decided on at this instant.
func (l *live) ask(v *liveService, now sim.Time) {
	if v.asked.alarm || v.asked.schedule {
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
	slices.SortFunc(l.deciding, func(a, b *liveService) int { return cmp.Compare(a.rank, b.rank) })
	for _, v := range l.deciding {
		l.decideOn(v, now)
	}
	l.deciding = l.deciding[:0]
}

// decideOn runs what is scheduled, and then asks the policies.
func (l *live) decideOn(v *liveService, now sim.Time) {
	asked := v.asked
	v.asked.alarm, v.asked.schedule = false, false
	if asked.schedule {
		v.scheduled = v.target.RunScheduled(now, v.capacity(), v.scheduled[:0])
		for i := range v.scheduled {
			l.carryOut(v, &v.scheduled[i], now)
		}
		l.scheduleNext(v)
		l.askAgain(v, now) // the bounds are others
	}
	if !asked.alarm {
		return
	}
	for i, id := range v.alarms {
		v.signals[i].State = scalingStates[l.watch.State(id)]
		v.signals[i].Datapoints = l.watch.Datapoints(id, v.signals[i].Datapoints[:0])
	}
	a := v.target.Evaluate(now, v.capacity(), v.signals)
	l.carryOut(v, &a, now)
	if a.Changed() || a.Hold == scaling.InScaleOutCooldown || a.Hold == scaling.InScaleInCooldown {
		l.askAgain(v, now)
	}
}

var scalingStates = [...]scaling.State{
	cloudwatch.InsufficientData: scaling.InsufficientData, cloudwatch.OK: scaling.OK, cloudwatch.InAlarm: scaling.InAlarm,
}

func (v *liveService) capacity() scaling.Capacity {
	return scaling.Capacity{Running: v.service.Running(), Desired: v.service.Desired()}
}

// wordedActivities is how many scaling activities of a service have a cause in
// words, where only the report asks: it lists no more.
const wordedActivities = 1000

// carryOut changes the desired count.
func (l *live) carryOut(v *liveService, a *scaling.Activity, now sim.Time) {
	if !a.Changed() {
		return
	}
	cause := "scaling"
	if v.changes++; v.changes <= wordedActivities || l.words {
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
