package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// LaunchesPerMinute is the quota of tasks that the scheduler starts for one
// service within a minute. A minute begins with the first task that is started
// after the one before has ended.
//
// Source: Amazon ECS developer guide, "Amazon ECS service quotas".
const LaunchesPerMinute = 500

// The quota of launches on Fargate, in large regions: a bucket of FargateBurst
// tasks that fills by FargateRefill tasks per second, one for Fargate and one for
// Fargate Spot.
//
// Source: Amazon ECS developer guide, "AWS Fargate throttling quotas".
const (
	FargateBurst  = 100
	FargateRefill = 20
)

// launches counts what a service has started in the present minute.
type launches struct {
	since sim.Time
	count int
	wakes sim.Time // a time at which the service is reconciled for what it could not start
	queue bool     // it waits for a bucket
}

// bucket limits the launches on a capacity provider.
type bucket struct {
	each, room sim.Time // one task's part of the time in which the bucket fills, and that of all
	full       sim.Time // when it is or was full
	waiting    []*Service
}

// LimitLaunches limits how many tasks of services start on a capacity provider:
// so many at once, and then so many per second. What is there at the beginning of
// a run is exempt. See [FargateBurst].
func (s *Scheduler) LimitLaunches(p cluster.ProviderID, burst, perSecond int) {
	for len(s.buckets) <= int(p) {
		s.buckets = append(s.buckets, bucket{})
	}
	each := sim.Second / sim.Time(perSecond)
	s.buckets[p] = bucket{each: each, room: sim.Time(burst) * each}
}

// next returns when there is room for another task.
func (b *bucket) next() sim.Time { return b.full + b.each - b.room }

// take takes a task's part if there is room.
func (b *bucket) take(now sim.Time) bool {
	if b.next() > now {
		return false
	}
	b.full = max(b.full, now) + b.each
	return true
}

// bucketOf returns the bucket of tasks of a class, or nil. Those that may go to
// several providers have none.
func (s *Scheduler) bucketOf(class *cluster.Class) (cluster.ProviderID, *bucket) {
	if len(s.buckets) == 0 {
		return cluster.None, nil
	}
	providers := s.cluster.Pool(class.Pool).Providers
	if len(providers) != 1 || int(providers[0]) >= len(s.buckets) || s.buckets[providers[0]].each == 0 {
		return cluster.None, nil
	}
	return providers[0], &s.buckets[providers[0]]
}

// mayLaunch reports whether the scheduler starts another task of a revision now,
// of a class. Otherwise the service is reconciled again when it may be.
func (v *Service) mayLaunch(r *revision, class *cluster.Class) bool {
	s := v.scheduler
	now, n := s.kernel.Now(), &v.launches
	if t := &r.throttle; now < t.until {
		kind := s.restarts
		if v.Deploying() && t.attempts <= growing { // what a deployment waits for keeps the run going, but not for ever
			kind = s.wakes
		}
		v.wakeAt(&t.wakes, t.until, kind)
		return false
	}
	if v.isWarm(now) {
		return true
	}
	if v.LaunchesPerMinute > 0 {
		if now >= n.since+sim.Minute {
			n.since, n.count = now, 0
		}
		if n.count >= v.LaunchesPerMinute {
			v.wakeAt(&n.wakes, n.since+sim.Minute, s.wakes)
			return false
		}
	}
	if p, b := s.bucketOf(class); b != nil && !b.take(now) {
		if !n.queue {
			n.queue = true
			if b.waiting = append(b.waiting, v); len(b.waiting) == 1 {
				s.kernel.Schedule(b.next(), s.refills, uint32(p), 0)
			}
		}
		return false
	}
	n.count++
	return true
}

// wakeAt has the service be reconciled at a time, by an event of a kind, unless
// that is due already.
func (v *Service) wakeAt(due *sim.Time, at sim.Time, kind sim.Kind) {
	if *due != at {
		*due = at
		v.scheduler.kernel.Schedule(at, kind, v.number, 0)
	}
}

// onWakes reconciles a service that could not start all it wanted.
func (s *Scheduler) onWakes(_ sim.Time, slot, _ uint32) {
	v := s.services[slot]
	if !v.Daemon {
		v.reconcile()
		return
	}
	for on := range v.places {
		if v.places[on].wanted && v.places[on].task == cluster.None {
			s.settleLater(cluster.InstanceID(on))
		}
	}
}

// onRefills lets services start tasks for which there is room in a bucket again,
// in the order in which they have come, each as many as there is room for.
func (s *Scheduler) onRefills(now sim.Time, slot, _ uint32) {
	b := &s.buckets[slot]
	for len(b.waiting) > 0 && b.next() <= now {
		v := b.waiting[0]
		b.waiting = append(b.waiting[:0], b.waiting[1:]...)
		v.launches.queue = false
		n := len(b.waiting)
		v.reconcile()
		if n == 0 && len(b.waiting) == 1 {
			return // it has scheduled the next one
		}
	}
	if len(b.waiting) > 0 {
		s.kernel.Schedule(b.next(), s.refills, slot, 0)
	}
}
