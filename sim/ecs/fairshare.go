package ecs

import "berth/sim/cluster"

// ShareID is the number of a share among those of its queue. Share 0 is that of
// the tasks that name none, those of services among them.
type ShareID int32

// lane is one share of a queue: the tasks of the share that wait, in a queue of
// their own.
type lane struct {
	queue
	weight float64
	use    cluster.Vector // by its tasks on instances
}

// AddShare adds a share of a weight above 0 to a queue with fair shares. Shares
// must be added before jobs.
//
// Among the shares with a task that fits, the one goes first that uses least for
// its weight: the largest of its parts of the CPU, the memory and the GPUs of the
// queue's ACTIVE instances, divided by the weight. What counts is what its tasks
// reserve at the moment; what they have used before does not. Equal shares go by
// the rank of their tasks.
//
// Source: AWS Batch user guide, "Fair-share scheduling policies": shares with
// identifiers and weights. There the weight is a factor on the use (less is more),
// and past use counts for a while (shareDecaySeconds). Here a larger weight is
// entitled to more, and what counts is the dominant share as in Ghodsi et al.,
// "Dominant Resource Fairness", NSDI 2011.
func (s *Scheduler) AddShare(to QueueID, weight float64) ShareID {
	q := &s.queues[to]
	if !q.FairShare || !(weight > 0) {
		panic("ecs: a share has a weight above 0, and a queue that knows of shares")
	}
	l := lane{queue: queue{Discipline: Discipline{ByPriority: q.ByPriority}, blocked: cluster.None, within: to}, weight: weight}
	q.lanes = append(q.lanes, l)
	return ShareID(len(q.lanes) - 1)
}

// weighted is how much a share uses for its weight.
func (q *queue) weighted(l *lane) float64 {
	return max(part(l.use.CPU, q.total.CPU), part(l.use.Memory, q.total.Memory), part(l.use.GPU, q.total.GPU)) / l.weight
}

// part of a total, which may have gone while its use has not.
func part(use, total int64) float64 {
	if use == 0 {
		return 0
	}
	return float64(use) / float64(total)
}

// dispatchFair lets the share that uses least start the earliest of its tasks
// that fits, again and again. It looks at each share for a start, and at none of
// the tasks behind.
func (q *queue) dispatchFair(s *Scheduler) {
	for i := range q.lanes {
		q.lanes[i].tries++
		q.lanes[i].load(s, q.gained)
	}
	for {
		var best *lane
		var least float64
		for i := range q.lanes {
			l := &q.lanes[i]
			if len(l.heap) == 0 {
				continue
			}
			w := q.weighted(l)
			if best == nil || w < least || w == least && l.heap[0].before(best.heap[0].rank) {
				best, least = l, w
			}
		}
		if best == nil {
			return
		}
		if on := best.step(s); on != cluster.None && q.opened > 0 {
			for i := range q.lanes {
				q.lanes[i].reopen(s, on)
			}
		}
	}
}

// useShare counts a task that starts or ends (by -1) in the use of its share.
func (s *Scheduler) useShare(id cluster.TaskID, by int64) {
	t := s.cluster.Task(id)
	if t.Instance == cluster.None || s.cluster.Kind(s.cluster.Instance(t.Instance).Kind).Unlimited {
		return
	}
	class := s.cluster.Class(t.Class)
	g := &s.groups[class.Group]
	q := &s.queues[g.queue]
	if !q.FairShare || g.service != nil && g.service.Daemon {
		return
	}
	u := &q.lanes[g.share].use
	u.CPU += by * class.Demand.CPU
	u.Memory += by * class.Demand.Memory
	u.GPU += by * class.Demand.GPU
}

// capacityChanged follows the capacity of queues that go by it.
func (s *Scheduler) capacityChanged(id cluster.InstanceID, from, to cluster.State) {
	q := s.queueAt(id)
	if q == nil || from != cluster.Active && to != cluster.Active {
		return
	}
	q.plan.known = false
	k := s.cluster.Kind(s.cluster.Instance(id).Kind)
	switch {
	case k.Unlimited:
	case to == cluster.Active:
		q.total = q.total.Add(k.Capacity)
	default:
		q.total = q.total.Sub(k.Capacity)
	}
}
