package ecs

import (
	"slices"

	"berth/sim/cluster"
)

// Discipline says in which order tasks that wait get their places.
type Discipline struct {
	// ByPriority puts larger priorities first; equal ones, and all tasks where
	// it is false, go in the order of their submission.
	ByPriority bool
	// Strict lets the first task block all others until it has a place.
	// Otherwise the earliest task that fits goes.
	Strict bool
	// FairShare lets the share go first that uses least, see [Scheduler.AddShare].
	// Within a share, and where shares are equal, ByPriority says the order. Not
	// with Strict.
	FairShare bool
	// Backfill lets others overtake a task that blocks where that does not delay
	// it. With Strict only. See reservation.
	Backfill bool
}

// QueueID is the number of a queue.
type QueueID int32

const noQueue = QueueID(-1)

// queue holds the tasks that wait for the capacity of certain providers.
type queue struct {
	Discipline
	// untried lists classes that have tasks waiting and were not asked for
	// since their first came. Shelved classes have been asked for and found
	// no place: nothing of them fits anywhere but on gained instances.
	untried []cluster.ClassID
	shelves []shelf
	shelved int                  // classes on the shelves
	opened  int                  // those of them for which a start can make its instance eligible
	gained  []cluster.InstanceID // instances that have gained room since the last dispatch
	heap    []candidate          // of the dispatch under way
	blocked cluster.ClassID      // strict: the class that found no place at the last dispatch, or None
	cleared bool                 // strict: the class that blocked has been withdrawn since
	tries   uint32               // dispatches with gangs so far, see waitingClass.refused
	within  QueueID              // the queue of which this is a share, or noQueue
	lanes   []lane               // fair shares: its shares
	total   cluster.Vector       // fair shares: capacity of its ACTIVE instances
	plan    reservation          // backfill: for the class that blocks
}

// waitingClass is what the scheduler knows of a class with waiting tasks.
type waitingClass struct {
	node           // in the tree of its shelf, meaningful while it is shelved
	shelved bool   // it has been asked for and found no place
	plain   bool   // free room alone decides whether it fits; meaningful while it is shelved
	refused uint32 // of a gang: the try of its queue in which there was no room for it
}

// AddQueue adds a queue for the tasks that wait for the providers. A provider
// belongs to one queue. Queues must be added before jobs.
func (s *Scheduler) AddQueue(d Discipline, providers ...cluster.ProviderID) QueueID {
	id := QueueID(len(s.queues))
	if d.FairShare && d.Strict || d.Backfill && !d.Strict {
		panic("ecs: fair shares go with skip, backfilling with strict")
	}
	s.queues = append(s.queues, queue{Discipline: d, blocked: cluster.None, within: noQueue})
	if d.FairShare {
		s.fair = true
		s.AddShare(id, 1) // of those that name none
	}
	if d.Backfill {
		s.plans = true
		s.cluster.KeepResidents()
	}
	for _, p := range providers {
		for len(s.queueOf) <= int(p) {
			s.queueOf = append(s.queueOf, noQueue)
		}
		s.queueOf[p] = id
	}
	for on := range cluster.InstanceID(s.cluster.Slots()) {
		if s.cluster.Instance(on).State == cluster.Active {
			s.capacityChanged(on, cluster.Absent, cluster.Active)
		}
	}
	return id
}

// rank orders waiting tasks: the smaller goes first.
type rank struct {
	urgency  int64 // negated priority, 0 where the order is fifo
	sequence uint64
}

func (a rank) before(b rank) bool {
	return a.urgency < b.urgency || a.urgency == b.urgency && a.sequence < b.sequence
}

// rankOf returns the rank of the first waiting task of a class.
func (q *queue) rankOf(s *Scheduler, of cluster.ClassID) rank {
	r := rank{sequence: s.cluster.Task(s.cluster.FirstWaiting(of)).Sequence}
	if q.ByPriority {
		r.urgency = -int64(s.cluster.Class(of).Priority)
	}
	return r
}

// candidate is a task that may go next: the first one of an untried class, or
// the first shelved one that fits on an instance that has gained room.
type candidate struct {
	rank
	class    cluster.ClassID
	instance cluster.InstanceID // None for an untried class
}

// dispatch gives places until nothing more fits.
func (q *queue) dispatch(s *Scheduler) {
	if len(q.untried) == 0 && len(q.gained) == 0 && !q.cleared && !q.FairShare {
		return
	}
	q.cleared = false
	q.tries++
	switch {
	case q.FairShare:
		q.dispatchFair(s)
	case q.Strict:
		q.dispatchStrict(s)
	default:
		q.dispatchSkip(s)
	}
	for _, id := range q.gained {
		s.gainedMark[id] = false
	}
	q.gained = q.gained[:0]
}

// dispatchSkip lets the earliest task that fits go, again and again.
func (q *queue) dispatchSkip(s *Scheduler) {
	q.load(s, q.gained)
	for len(q.heap) > 0 {
		if on := q.step(s); on != cluster.None {
			q.reopen(s, on)
		}
	}
}

// load puts into the heap what may go next. Ranks in it may be stale but only
// too early, since room shrinks and the first of a class moves back while places
// are given: so a candidate is looked at anew when it comes up. Where a start
// makes its instance eligible for a class, the instance becomes a candidate again.
func (q *queue) load(s *Scheduler, gained []cluster.InstanceID) {
	for _, of := range q.untried {
		q.push(candidate{q.rankOf(s, of), of, cluster.None})
	}
	q.untried = q.untried[:0]
	for _, id := range gained {
		if of := q.earliest(s, id); of != cluster.None {
			q.push(candidate{s.classes[of].rank, of, id})
		}
	}
}

// step looks at the first candidate. It returns where that has started a task, or
// None.
func (q *queue) step(s *Scheduler) cluster.InstanceID {
	top := &q.heap[0]
	of := top.class
	if top.instance != cluster.None {
		found := q.earliest(s, top.instance)
		if found == cluster.None {
			q.pop()
			return cluster.None
		}
		if r := s.classes[found].rank; r != top.rank {
			top.rank, top.class = r, found
			q.sink()
			return cluster.None
		}
		on := s.start(of)
		if on == cluster.None {
			q.refuseGang(s, of)
			return cluster.None
		}
		q.unshelve(s, of)
		if s.cluster.Waiting(of) > 0 {
			q.shelve(s, of)
		}
		return on
	}
	on := s.start(of)
	switch {
	case on == cluster.None && q.refuse(s, of), s.cluster.Waiting(of) == 0:
		q.pop()
	default:
		top.rank = q.rankOf(s, of)
		q.sink()
	}
	return on
}

// reopen makes an instance a candidate on which a task has started, if that can
// have made it eligible for a class that found no place there before; and so all
// those to which a gang went.
func (q *queue) reopen(s *Scheduler, on cluster.InstanceID) {
	if q.opened == 0 {
		return
	}
	q.tries++ // perhaps for a gang
	if of := q.earliest(s, on); of != cluster.None {
		q.push(candidate{s.classes[of].rank, of, on})
	}
	for _, on := range s.begun {
		if of := q.earliest(s, on); of != cluster.None {
			q.push(candidate{s.classes[of].rank, of, on})
		}
	}
}

// dispatchStrict lets the first task of the queue go until it has no place.
func (q *queue) dispatchStrict(s *Scheduler) {
	for _, of := range q.untried {
		q.push(candidate{q.rankOf(s, of), of, cluster.None})
	}
	q.untried = q.untried[:0]
	if len(q.gained) > 0 {
		q.blocked = cluster.None
	}
	for {
		first := q.first(s)
		if len(q.heap) > 0 && (first == cluster.None || q.heap[0].before(s.classes[first].rank)) {
			of := q.heap[0].class
			if s.start(of) != cluster.None {
				if q.opened > 0 { // perhaps for the class that blocks
					q.blocked = cluster.None
				}
				if s.cluster.Waiting(of) == 0 {
					q.pop()
				} else {
					q.heap[0].rank = q.rankOf(s, of)
					q.sink()
				}
				continue
			}
			if q.refuse(s, of) {
				q.pop()
				q.blocked = of
				break
			}
			if s.cluster.Waiting(of) == 0 {
				q.pop()
			} else {
				q.heap[0].rank = q.rankOf(s, of)
				q.sink()
			}
			continue
		}
		if first == cluster.None || first == q.blocked {
			break
		}
		if s.start(first) == cluster.None {
			q.blocked = first
			break
		}
		q.unshelve(s, first)
		if s.cluster.Waiting(first) > 0 {
			q.shelve(s, first)
		}
	}
	if q.Backfill && q.blocked != cluster.None {
		q.backfill(s)
	}
	for _, c := range q.heap { // behind the one that blocks
		for !q.refuse(s, c.class) && s.cluster.Waiting(c.class) > 0 {
		}
	}
	q.heap = q.heap[:0]
}

// refuse deals with a class that found no place: its tasks wait, or are
// rejected where the job says so. It reports whether they wait. Where a start can
// make an instance eligible for the class, its first task or gang alone is
// rejected: a task of another class may come before the second.
func (q *queue) refuse(s *Scheduler, of cluster.ClassID) (waits bool) {
	class := s.cluster.Class(of)
	g := &s.groups[class.Group]
	if !g.reject {
		q.shelve(s, of)
		return true
	}
	n := s.cluster.Waiting(of)
	if g.opens {
		n = max(1, int(class.Gang))
	}
	for range n {
		s.cluster.Reject(of, cluster.Rejected)
	}
	return false
}

// withdraw removes the last waiting task of a class.
func (q *queue) withdraw(s *Scheduler, of cluster.ClassID) {
	if s.cluster.Waiting(of) == 1 {
		if s.classes[of].shelved {
			q.unshelve(s, of)
		} else {
			q.untried = slices.DeleteFunc(q.untried, func(o cluster.ClassID) bool { return o == of })
		}
		if q.blocked == of {
			q.blocked, q.cleared = cluster.None, true
			s.wantDispatch()
		}
	}
	s.cluster.Withdraw(of, cluster.Stopped)
}

func (q *queue) push(c candidate) {
	q.heap = append(q.heap, c)
	h := q.heap
	i := len(h) - 1
	for i > 0 && c.before(h[(i-1)/2].rank) {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = c
}

func (q *queue) pop() {
	n := len(q.heap) - 1
	q.heap[0] = q.heap[n]
	q.heap = q.heap[:n]
	if n > 0 {
		q.sink()
	}
}

// sink restores the order after the first candidate has got a later rank.
func (q *queue) sink() {
	h := q.heap
	c := h[0]
	i := 0
	for child := 1; child < len(h); child = 2*i + 1 {
		if child+1 < len(h) && h[child+1].before(h[child].rank) {
			child++
		}
		if !h[child].before(c.rank) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = c
}
