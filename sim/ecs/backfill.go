package ecs

import (
	"cmp"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// reservation is what a queue that backfills keeps for the class that blocks it:
// the head. It is EASY backfilling: the head gets the first instant at which, as
// far as is known, the ends of running tasks make room for it, and places at that
// instant. A task behind it may start now if it ends by then, or if it leaves
// those places free.
//
// Known are the ends of the tasks of jobs, exactly: no user's estimate is as good.
// Tasks of services have no end. So the head starts at that instant or before, and
// no later than it would if nothing overtook it, unless something happens that is
// not known: an instance is lost, a task ends early or starts before the head, or
// an instance joins while a gang is the head. Then what was free elsewhere, and
// would have been enough together with that, may be taken. If no known end makes
// room, nothing is kept for the head.
//
// Places are kept on certain instances, not in the sum of all. Where the head and
// a task behind it both take GPUs, or both take ports, on an instance that is
// kept, the task has to end in time: devices and ports are not counted ahead. A
// gang behind the head that does not end in time takes no such instance at all.
// A head whose placement constraints hang on what runs on an instance has no
// reservation, and then nothing overtakes it.
//
// To find the instant the ends of all running tasks in its pool are sorted, once
// for each head. A task goes where the placer says, and if the head needs that
// place, to the first instance that is free for it.
//
// Source: Lifka, "The ANL/IBM SP Scheduling System", 1995; Mu'alem and Feitelson,
// "Utilization, Predictability, Workloads, and User Runtime Estimates in Scheduling
// the IBM SP2 with Backfilling", 2001.
type reservation struct {
	known    bool
	sequence uint64   // of the first task of the head
	at       sim.Time // when there is room; [sim.Never] if that is not known
	kept     []kept
	ends     []ending // of the running tasks in its pool, by instance; for a moment
	ended    []cluster.TaskID
}

// kept is an instance with places for the head.
type kept struct {
	on         cluster.InstanceID
	spare      cluster.Vector // free at the instant beside the places
	interfaces int            // likewise
	network    cluster.NetworkID
	gpu        bool // the head takes GPUs
}

// ending is when a task ends on an instance.
type ending struct {
	at   sim.Time
	on   cluster.InstanceID
	task cluster.TaskID
}

// backfill starts what may overtake the class that blocks the queue. The heap
// holds what has not been asked for since it came.
func (q *queue) backfill(s *Scheduler) {
	head := q.blocked
	p := &q.plan
	if s.groups[s.cluster.Class(head).Group].constrained {
		p.known = false
		return
	}
	if s.cluster.Class(head).Gang > 1 {
		s.classes[head].refused = q.tries
	}
	if sequence := s.cluster.Task(s.cluster.FirstWaiting(head)).Sequence; !p.known || p.sequence != sequence || p.at <= s.kernel.Now() {
		p.sequence = sequence
		p.reserve(s, head)
		for id := range cluster.InstanceID(s.cluster.Slots()) {
			if s.queueAt(id) == q {
				q.offer(s, id)
			}
		}
	} else {
		for _, id := range q.gained {
			q.offer(s, id)
		}
	}
	for len(q.heap) > 0 {
		top := &q.heap[0]
		of := top.class
		if top.instance != cluster.None {
			found := q.admitted(s, top.instance)
			if found == cluster.None {
				q.pop()
				continue
			}
			if r := s.classes[found].rank; r != top.rank {
				top.rank, top.class = r, found
				q.sink()
				continue
			}
		}
		on := q.overtake(s, of, top.instance)
		switch {
		case on == cluster.None && top.instance != cluster.None:
			q.refuseGang(s, of)
			continue
		case on == cluster.None:
			if q.refuse(s, of) || s.cluster.Waiting(of) == 0 {
				q.pop()
			} else {
				top.rank = q.rankOf(s, of)
				q.sink()
			}
			continue
		case top.instance != cluster.None:
			q.unshelve(s, of)
			if s.cluster.Waiting(of) > 0 {
				q.shelve(s, of)
			}
		case s.cluster.Waiting(of) == 0:
			q.pop()
		default:
			top.rank = q.rankOf(s, of)
			q.sink()
		}
		if q.opened > 0 {
			q.tries++
			q.offer(s, on)
			for _, on := range s.begun {
				q.offer(s, on)
			}
		}
	}
}

// offer makes an instance a candidate for the earliest task that may go there.
func (q *queue) offer(s *Scheduler, id cluster.InstanceID) {
	if of := q.admitted(s, id); of != cluster.None {
		q.push(candidate{s.classes[of].rank, of, id})
	}
}

// overtake starts the first task or gang of a class where that does not delay the
// head, and returns where the last of it went, or None. free is an instance that
// is known to be such a place, or None.
func (q *queue) overtake(s *Scheduler, of cluster.ClassID, free cluster.InstanceID) cluster.InstanceID {
	s.begun = s.begun[:0]
	class, p := s.cluster.Class(of), &q.plan
	n, all := max(1, int(class.Gang)), class.Gang > 1
	on := s.fargate(class.Pool)
	if on != cluster.None && s.cluster.Instance(on).Suspended {
		return cluster.None
	}
	if on == cluster.None && all && s.room(of, n, p) < n {
		return cluster.None
	}
	fargate := on
	for i := range n {
		if on = fargate; on == cluster.None {
			on, _ = s.placer.Place(s.request(of))
			if on != cluster.None && !p.leaves(s, of, on, all) {
				if on = free; on == cluster.None || all {
					on = p.firstLeft(s, of, all)
				}
			}
			if on == cluster.None && i > 0 {
				panic("ecs: the placer found fewer places than there are")
			}
			if on == cluster.None {
				return cluster.None
			}
		}
		late := !p.inTime(s, of, on)
		s.begin(of, on)
		p.known = true
		if late {
			p.take(s, class, on)
		}
		if all {
			s.begun = append(s.begun, on)
		}
	}
	return on
}

// reserve finds the first instant at which there is room for the head, and keeps
// its places.
func (p *reservation) reserve(s *Scheduler, head cluster.ClassID) {
	p.known, p.at, p.kept, p.ends = true, sim.Never, p.kept[:0], p.ends[:0]
	class := s.cluster.Class(head)
	need := max(1, int(class.Gang))
	for on := range cluster.InstanceID(s.cluster.Slots()) {
		if i := s.cluster.Instance(on); i.State != cluster.Active || !s.cluster.Allows(class.Pool, i.Kind) || s.cluster.Kind(i.Kind).Unlimited {
			continue
		}
		from := len(p.ends)
		p.ends = append(p.ends, ending{0, on, cluster.None}) // what is free now
		s.cluster.Residents(on, func(id cluster.TaskID) {
			if t := s.cluster.Task(id); t.Duration != sim.Never {
				p.ends = append(p.ends, ending{t.Started + t.Duration, on, id})
			}
		})
		slices.SortFunc(p.ends[from:], func(a, b ending) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.task, b.task)) })
	}
	instants := make([]sim.Time, 0, len(p.ends))
	for _, e := range p.ends {
		instants = append(instants, e.at)
	}
	slices.Sort(instants)
	instants = slices.Compact(instants)
	first, _ := slices.BinarySearchFunc(instants, need, func(at sim.Time, need int) int {
		return cmp.Compare(p.places(s, head, at, need, nil), need)
	})
	if first == len(instants) {
		return
	}
	p.at = instants[first]
	p.places(s, head, p.at, need, func(on cluster.InstanceID, n int) { p.keep(s, class, on, n) })
}

// places counts the places for the head at an instant, up to a number, and calls
// f for each instance with some that count.
func (p *reservation) places(s *Scheduler, head cluster.ClassID, at sim.Time, need int, f func(cluster.InstanceID, int)) int {
	sum := 0
	for from := 0; from < len(p.ends) && sum < need; {
		on, to := p.ends[from].on, from+1
		p.ended = p.ended[:0]
		for ; to < len(p.ends) && p.ends[to].on == on; to++ {
			if p.ends[to].at <= at {
				p.ended = append(p.ended, p.ends[to].task)
			}
		}
		from = to
		if n := s.roomOn(head, on, p.ended, need-sum); n > 0 {
			sum += n
			if f != nil {
				f(on, n)
			}
		}
	}
	return sum
}

// keep keeps places for the head on an instance. p.ended holds the tasks that have
// ended there by then.
func (p *reservation) keep(s *Scheduler, head *cluster.Class, on cluster.InstanceID, n int) {
	i := s.cluster.Instance(on)
	k := kept{on: on, spare: i.Free, interfaces: int(i.FreeInterfaces), network: head.Network, gpu: head.Demand.GPU > 0}
	for _, id := range p.ended {
		class := s.cluster.Class(s.cluster.Task(id).Class)
		k.spare = k.spare.Add(class.Demand)
		if s.cluster.Network(class.Network).Interface {
			k.interfaces++
		}
	}
	for range n {
		k.spare = k.spare.Sub(head.Demand)
		if s.cluster.Network(head.Network).Interface {
			k.interfaces--
		}
	}
	p.kept = append(p.kept, k)
}

func (p *reservation) keptOn(on cluster.InstanceID) *kept {
	for i := range p.kept {
		if p.kept[i].on == on {
			return &p.kept[i]
		}
	}
	return nil
}

// inTime reports whether a task of a class, started now, ends before the head
// needs its place.
func (p *reservation) inTime(s *Scheduler, of cluster.ClassID, on cluster.InstanceID) bool {
	class := s.cluster.Class(of)
	if p.at == sim.Never {
		return true
	}
	if s.groups[class.Group].service != nil {
		return false
	}
	now := s.kernel.Now()
	pull := sim.Time(0)
	if len(s.images) > 0 {
		pull = s.pullLeft(&s.groups[class.Group], on)
	}
	return class.Estimate <= p.at-now-pull
}

// leaves reports whether a task of a class, started now on an instance, leaves the
// places of the head free. One of a gang must not hang on how many others go there.
func (p *reservation) leaves(s *Scheduler, of cluster.ClassID, on cluster.InstanceID, gang bool) bool {
	if p.inTime(s, of, on) {
		return true
	}
	k := p.keptOn(on)
	if k == nil {
		return true
	}
	if gang {
		return false
	}
	class := s.cluster.Class(of)
	w, head := s.cluster.Network(class.Network), s.cluster.Network(k.network)
	if k.gpu && class.Demand.GPU > 0 || w.Interface && head.Interface && k.interfaces < 1 || w.Ports() && head.Ports() {
		return false
	}
	return class.Demand.CPU <= k.spare.CPU && class.Demand.Memory <= k.spare.Memory
}

// leavesAll is leaves for one of a gang.
func (p *reservation) leavesAll(s *Scheduler, of cluster.ClassID, on cluster.InstanceID) bool {
	return p.leaves(s, of, on, true)
}

// take notes that a task has started on an instance that is still there when the
// head needs its places.
func (p *reservation) take(s *Scheduler, class *cluster.Class, on cluster.InstanceID) {
	k := p.keptOn(on)
	if k == nil {
		return
	}
	k.spare = k.spare.Sub(class.Demand)
	if s.cluster.Network(class.Network).Interface {
		k.interfaces--
	}
}

// firstLeft returns the instance launched first on which a task of a class could
// start now without taking the places of the head, or None.
func (p *reservation) firstLeft(s *Scheduler, of cluster.ClassID, gang bool) cluster.InstanceID {
	best := cluster.InstanceID(cluster.None)
	for on := range cluster.InstanceID(s.cluster.Slots()) {
		i := s.cluster.Instance(on)
		if i.State == cluster.Active && (best == cluster.None || i.Sequence < s.cluster.Instance(best).Sequence) &&
			s.placer.Fits(s.request(of), on) && p.leaves(s, of, on, gang) {
			best = on
		}
	}
	return best
}

// admitted returns the shelved class with the earliest rank that may go to an
// instance, or None.
func (q *queue) admitted(s *Scheduler, on cluster.InstanceID) cluster.ClassID {
	i := s.cluster.Instance(on)
	best := cluster.ClassID(cluster.None)
	if i.State != cluster.Active {
		return best
	}
	for _, sh := range q.shelves {
		if sh.root == cluster.None || !s.cluster.Allows(sh.pool, i.Kind) {
			continue
		}
		n := q.plan.admittedBelow(s, sh.root, on, i, q.plan.keptOn(on))
		if n != cluster.None && (best == cluster.None || s.classes[n].rank.before(s.classes[best].rank)) {
			best = n
		}
	}
	return best
}

// admittedBelow searches a subtree as earliestBelow does. On an instance that is
// kept, subtrees without anything short or small enough are passed over.
func (p *reservation) admittedBelow(s *Scheduler, n cluster.ClassID, on cluster.InstanceID, i *cluster.Instance, k *kept) cluster.ClassID {
	for n != cluster.None {
		c := &s.classes[n]
		if c.least.CPU > i.Free.CPU || c.least.Memory > i.Free.Memory ||
			c.least.GPU > max(int64(i.LargestShare), int64(i.WholeDevices)*cluster.GPU) {
			return cluster.None
		}
		if k != nil && p.at != sim.Never && (c.least.CPU > k.spare.CPU || c.least.Memory > k.spare.Memory) && c.shortest > p.at-s.kernel.Now() {
			return cluster.None
		}
		if found := p.admittedBelow(s, c.left, on, i, k); found != cluster.None {
			return found
		}
		class := s.cluster.Class(n)
		if d := class.Demand; d.CPU <= i.Free.CPU && d.Memory <= i.Free.Memory && i.FitsGPU(d.GPU) &&
			(c.plain || s.placer.Fits(s.request(n), on)) && (c.refused == 0 || !s.refused(n)) && p.leaves(s, n, on, class.Gang > 1) {
			return n
		}
		n = c.right
	}
	return cluster.None
}

// refreshShortest works out the shortest estimate below a node.
func (s *Scheduler) refreshShortest(n cluster.ClassID) {
	c := &s.classes[n]
	c.shortest = sim.Never
	if class := s.cluster.Class(n); s.groups[class.Group].service == nil {
		c.shortest = class.Estimate
	}
	for _, child := range [2]cluster.ClassID{c.left, c.right} {
		if child != cluster.None {
			c.shortest = min(c.shortest, s.classes[child].shortest)
		}
	}
}

// unexpected notes that a task has ended at an instant that no reservation knew.
func (s *Scheduler) unexpected(id cluster.TaskID, why cluster.Reason) {
	if on := s.cluster.Task(id).Instance; s.plans && why != cluster.Completed && on != cluster.None {
		if q := s.queueAt(on); q != nil {
			q.plan.known = false
		}
	}
}
