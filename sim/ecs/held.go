package ecs

import (
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// Head returns the task that goes first of those which wait in the queue of a
// class, if the queue is strict: the others wait for it, unless they may overtake
// it by backfilling. Of other queues it is [cluster.None]. It looks at every class
// that has not been asked for yet.
func (s *Scheduler) Head(of cluster.ClassID) cluster.TaskID {
	q := s.queue(of)
	if !q.Strict {
		return cluster.None
	}
	first := q.first(s)
	for _, other := range q.untried {
		if first == cluster.None || q.rankOf(s, other).before(q.rankOf(s, first)) {
			first = other
		}
	}
	if first == cluster.None {
		return cluster.None
	}
	return s.cluster.FirstWaiting(first)
}

// Hold says why the scheduler starts no task of a service for some time, whatever
// room there is.
type Hold uint8

// The reasons for which the scheduler puts off tasks of a service.
const (
	NotHeld        Hold = iota
	RestartsHeld        // its tasks have failed before they ran, see [FirstRestart]
	LaunchesHeld        // it has started what it may within a minute, see [LaunchesPerMinute]
	ProviderHeld        // it waits for the launch quota of its capacity provider, see [Scheduler.LimitLaunches]
	DeploymentHeld      // the circuit breaker has ended its deployment, and nothing has been rolled back
)

// Held says whether the scheduler puts off tasks of a service that it would submit
// otherwise, and until when at the earliest: [sim.Never] where no time is known.
// Tasks that wait already are not held.
func (v *Service) Held(now sim.Time) (Hold, sim.Time) {
	n := &v.launches
	switch {
	case v.deployment.Status == Failed:
		return DeploymentHeld, sim.Never
	case v.current.throttle.until > now:
		return RestartsHeld, v.current.throttle.until
	case v.LaunchesPerMinute > 0 && now < n.since+sim.Minute && n.count >= v.LaunchesPerMinute:
		return LaunchesHeld, n.since + sim.Minute
	}
	for i := range v.scheduler.buckets {
		if b := &v.scheduler.buckets[i]; slices.Contains(b.waiting, v) {
			return ProviderHeld, b.next()
		}
	}
	return NotHeld, 0
}
