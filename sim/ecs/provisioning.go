package ecs

import (
	"slices"

	"berth/sim/cluster"
)

// Waiter is told of tasks that begin to wait for capacity.
type Waiter interface {
	// Waits is called when tasks of a class have found no place, or fewer places
	// than there are tasks. It may be told again of tasks that wait already. It
	// may schedule events but must not change anything.
	Waits(of cluster.ClassID)
}

// NotifyWaits has a waiter told of tasks that begin to wait. There is one.
func (s *Scheduler) NotifyWaits(w Waiter) { s.waiter = w }

// Provisioning calls f for each class of tasks that wait for a place which an
// instance of the provider could be: those in PROVISIONING. A task that waits for
// any of several providers is one for each of them; one that was divided among
// providers is one for its own. Tasks of daemons are none. It takes time in
// proportion to the classes that wait for the same capacity, and comes in the
// same order in each run.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
func (s *Scheduler) Provisioning(p cluster.ProviderID, f func(of cluster.ClassID, waiting int)) {
	if int(p) >= len(s.queueOf) || s.queueOf[p] == noQueue {
		return
	}
	q := &s.queues[s.queueOf[p]]
	q.provisioning(s, p, f)
	for i := range q.lanes {
		q.lanes[i].provisioning(s, p, f)
	}
}

func (q *queue) provisioning(s *Scheduler, p cluster.ProviderID, f func(of cluster.ClassID, waiting int)) {
	for _, of := range q.untried {
		if slices.Contains(s.cluster.Pool(s.cluster.Class(of).Pool).Providers, p) {
			f(of, s.cluster.Waiting(of))
		}
	}
	for _, sh := range q.shelves {
		if sh.root != cluster.None && slices.Contains(s.cluster.Pool(sh.pool).Providers, p) {
			s.eachShelved(sh.root, f)
		}
	}
}

// eachShelved calls f for the classes of a subtree, the earliest first.
func (s *Scheduler) eachShelved(n cluster.ClassID, f func(of cluster.ClassID, waiting int)) {
	for n != cluster.None {
		if left := s.classes[n].left; left != cluster.None {
			s.eachShelved(left, f)
		}
		f(n, s.cluster.Waiting(n))
		n = s.classes[n].right
	}
}
