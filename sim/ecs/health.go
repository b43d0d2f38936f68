package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// HealthyAfter is how long a task without a load balancer and without a health
// check runs until it counts as healthy.
//
// Source: Amazon ECS developer guide, "Rolling update": 40 seconds.
const HealthyAfter = 40 * sim.Second

// ContainerCheck is the health check of an essential container. The first check
// comes an interval after the start of the containers. One that passes makes the
// task healthy at once, one that fails is known to have failed after the timeout.
//
// Source: Amazon ECS API, HealthCheck.
type ContainerCheck struct {
	Interval    sim.Time // 5 s to 300 s
	Timeout     sim.Time // 2 s to 60 s
	Retries     int      // failures in a row that make the container unhealthy, 1 to 10
	StartPeriod sim.Time // in which failures do not count, 0 to 300 s
}

// TargetGroup is that of an Application Load Balancer with which the tasks of a
// service are registered, each revision with its own where requests are shifted.
//
// Source: Elastic Load Balancing, "Health checks for Application Load Balancer
// target groups" and "Edit target group attributes for your Application Load
// Balancer".
type TargetGroup struct {
	Interval            sim.Time // of the checks of a target, 5 s to 300 s
	Timeout             sim.Time // after which a failed check is known to have failed, 2 s to 120 s
	Healthy             int      // passes in a row that make an unhealthy target healthy, 2 to 10
	Unhealthy           int      // failures in a row that make a target unhealthy, 2 to 10
	DeregistrationDelay sim.Time // in which a target that is deregistered keeps its place, 0 to 3600 s
	SlowStart           sim.Time // 0, or 30 s to 900 s
}

// DefaultTargetGroup returns the settings of a target group that is created
// without any.
func DefaultTargetGroup() TargetGroup {
	return TargetGroup{Interval: 30 * sim.Second, Timeout: 5 * sim.Second, Healthy: 5, Unhealthy: 2, DeregistrationDelay: 300 * sim.Second}
}

// outlook is what checks will find of a task, counted from the start of its
// containers: when it is healthy, and when it is unhealthy before that, or
// [sim.Never].
type outlook struct{ healthy, unhealthy sim.Time }

// graced returns the outlook where failures have no consequence within a time.
func (o outlook) graced(grace sim.Time) outlook {
	if o.unhealthy != sim.Never {
		o.unhealthy = max(o.unhealthy, grace)
	}
	if o.healthy <= o.unhealthy {
		o.unhealthy = sim.Never
	}
	return o
}

// of returns the outlook of a container that answers from a time on, or never.
func (c *ContainerCheck) of(up sim.Time) outlook {
	pass := max(1, stepsTo(up, c.Interval)) // the check that passes, counted from 1
	fatal := max(1, stepsTo(c.StartPeriod, c.Interval)) + sim.Time(c.Retries) - 1
	o := outlook{healthy: sim.Never, unhealthy: sim.Never}
	if up != sim.Never {
		o.healthy = pass * c.Interval
	}
	if up == sim.Never || pass > fatal {
		o.unhealthy = fatal*c.Interval + c.Timeout
	}
	return o
}

// of returns the outlook of a target that answers from a time on, or never, and
// is checked for the first time at another. A new target is healthy with the first
// check that it passes, one that has become unhealthy after several.
func (g *TargetGroup) of(up, first sim.Time) outlook {
	fatal := sim.Time(g.Unhealthy) - 1 // counted from 0
	if up == sim.Never {
		return outlook{healthy: sim.Never, unhealthy: first + fatal*g.Interval + g.Timeout}
	}
	pass := stepsTo(max(0, up-first), g.Interval)
	if pass <= fatal {
		return outlook{healthy: first + pass*g.Interval, unhealthy: sim.Never}
	}
	return outlook{healthy: first + (pass+sim.Time(g.Healthy)-1)*g.Interval, unhealthy: first + fatal*g.Interval + g.Timeout}
}

// stepsTo returns how many steps of a size reach a time.
func stepsTo(t, step sim.Time) sim.Time {
	if t == sim.Never {
		return 0
	}
	return (t + step - 1) / step
}

// followHealth has the scheduler hear when a task, whose containers have started,
// becomes healthy or unhealthy, and a target take requests.
func (v *Service) followHealth(id cluster.TaskID) {
	if !v.attentive {
		return
	}
	s := v.scheduler
	l, since, generation := &s.lives[id], s.cluster.Task(id).Started, s.cluster.Generation(id)
	up := l.startup
	if l.mute {
		up = sim.Never
	}
	o := outlook{healthy: HealthyAfter, unhealthy: sim.Never}
	if c := v.revisions[l.revision].Health; c != nil {
		o = c.of(up).graced(v.GracePeriod)
	}
	if g := v.TargetGroup; g != nil {
		t := g.of(up, l.first).graced(v.GracePeriod)
		if t.healthy != sim.Never {
			s.kernel.Schedule(since+t.healthy, s.serves, uint32(id), generation)
		}
		if v.revisions[l.revision].Health == nil {
			o = t
		}
		o.healthy, o.unhealthy = max(o.healthy, t.healthy), min(o.unhealthy, t.unhealthy)
	}
	// What a deployment waits for keeps the run going.
	heals, ails := s.heals, s.ails
	if v.unsettled() {
		heals, ails = s.healsInTime, s.ailsInTime
	}
	now := s.kernel.Now()
	if o.unhealthy != sim.Never {
		s.kernel.Schedule(max(now, since+o.unhealthy), ails, uint32(id), generation)
	}
	if o.healthy != sim.Never {
		s.kernel.Schedule(max(now, since+o.healthy), heals, uint32(id), generation)
	}
}

// attend has the health of the tasks of a service be followed from now on. Until
// then nothing hung on it.
func (v *Service) attend() {
	if v.attentive {
		return
	}
	v.attentive = true
	s := v.scheduler
	now := s.kernel.Now()
	each := func(id cluster.TaskID) {
		l, t := &s.lives[id], s.cluster.Task(id)
		switch {
		case l.stage == waiting:
		case now >= t.Started+HealthyAfter, v.isWarm(t.Started):
			v.heal(now, v.revisions[l.revision], l)
		default:
			v.followHealth(id)
		}
	}
	for _, id := range v.current.tasks { // there has been no other revision
		each(id)
	}
	for on := range v.places {
		if id := v.places[on].task; id >= 0 {
			each(id)
		}
	}
	v.conclude(now)
}

// heal counts a task as healthy.
func (v *Service) heal(now sim.Time, r *revision, l *life) {
	if l.healthy {
		return
	}
	l.healthy = true
	r.healthy++
	if l.outgoing {
		r.outgoingHealthy++
	}
	if d := &v.deployment; r == v.current && d.Status == InProgress && d.Failures > 0 && v.configuration().CircuitBreaker.ResetOnHealthyTask {
		d.Failures = 0
		v.tell()
	}
	if v.unsettled() {
		v.reconcileLater()
		return
	}
	v.conclude(now)
	v.rebalanceLater(rebalanceAfter)
}

// onHeals counts a task as healthy that its checks have found so.
func (s *Scheduler) onHeals(now sim.Time, slot, generation uint32) {
	id := cluster.TaskID(slot)
	if s.cluster.Generation(id) != generation || s.lives[id].stage == stopping {
		return
	}
	v, l := s.serviceOf(id), &s.lives[id]
	r := v.revisionOf(id)
	if l.ill {
		r.keep(l)
		v.reconcileLater()
	}
	v.heal(now, r, l)
	v.changed(now)
}

// onAils replaces a task that its checks have found unhealthy.
func (s *Scheduler) onAils(_ sim.Time, slot, generation uint32) {
	id := cluster.TaskID(slot)
	if s.cluster.Generation(id) != generation || s.lives[id].stage == stopping {
		return
	}
	v := s.serviceOf(id)
	v.foundUnhealthy(v.revisionOf(id))
	if s.lives[id].outgoing {
		return
	}
	if v.Daemon { // of which there cannot be two on an instance
		s.cluster.End(id, cluster.Stopped)
		return
	}
	v.replace(id)
	s.lives[id].ill = s.lives[id].outgoing
}

// keep has a task stay that was to be replaced, and is not healthy so far. AWS does
// not say whether one that passes its checks again is replaced all the same.
func (r *revision) keep(l *life) {
	l.outgoing, l.ill = false, false
	r.outgoing--
	if r.division != nil {
		r.division.assigned[l.share]++
	}
}

// replace has a task go that runs, once the bounds of a deployment allow it.
func (v *Service) replace(id cluster.TaskID) {
	v.attend()
	l := &v.scheduler.lives[id]
	l.ill = false // whatever its checks find from now on
	if l.outgoing || l.stage == stopping {
		return
	}
	r := v.revisions[l.revision]
	r.release(l)
	l.outgoing = true
	r.outgoing++
	if l.healthy {
		r.outgoingHealthy++
	}
	v.reconcileLater()
}
