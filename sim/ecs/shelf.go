package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// shelf holds the classes of one pool that found no place, in a treap ordered
// by the rank of their first task. Each node knows the least demand below it,
// so that the earliest class that fits on an instance is found without looking
// at those that cannot.
type shelf struct {
	pool cluster.PoolID
	root cluster.ClassID
}

type node struct {
	rank        rank
	least       cluster.Vector // of each resource, over the subtree
	shortest    sim.Time       // estimate over the subtree, where a queue backfills; [sim.Never] is unknown
	left, right cluster.ClassID
	weight      uint32 // the heap order of the treap
}

func (q *queue) shelf(pool cluster.PoolID) *shelf {
	for i := range q.shelves {
		if q.shelves[i].pool == pool {
			return &q.shelves[i]
		}
	}
	q.shelves = append(q.shelves, shelf{pool, cluster.None})
	return &q.shelves[len(q.shelves)-1]
}

func (q *queue) shelve(s *Scheduler, of cluster.ClassID) {
	c := &s.classes[of]
	c.rank = q.rankOf(s, of)
	c.left, c.right = cluster.None, cluster.None
	// A number that looks random but hangs on nothing else than the rank.
	w := (c.rank.sequence + 1) * 0x9E3779B97F4A7C15
	c.weight = uint32(w >> 32)
	s.refresh(of)
	class := s.cluster.Class(of)
	g := &s.groups[class.Group]
	c.shelved, c.plain, c.refused = true, class.Network == cluster.NoNetwork && !g.constrained, 0
	opened := 0
	if g.opens {
		opened = 1
	}
	q.count(s, 1, opened)
	sh := q.shelf(class.Pool)
	before, after := s.split(sh.root, c.rank)
	sh.root = s.merge(s.merge(before, of), after)
	if s.waiter != nil {
		s.waiter.Waits(of)
	}
}

func (q *queue) unshelve(s *Scheduler, of cluster.ClassID) {
	class := s.cluster.Class(of)
	opened := 0
	if s.groups[class.Group].opens {
		opened = -1
	}
	q.count(s, -1, opened)
	s.classes[of].shelved = false
	sh := q.shelf(class.Pool)
	r := s.classes[of].rank
	before, rest := s.split(sh.root, r)
	r.sequence++
	_, after := s.split(rest, r)
	sh.root = s.merge(before, after)
}

// count counts classes that come to the shelves or leave them; those of a share
// are those of its queue, too.
func (q *queue) count(s *Scheduler, shelved, opened int) {
	q.shelved += shelved
	q.opened += opened
	if q.within != noQueue {
		s.queues[q.within].count(s, shelved, opened)
	}
}

// first returns the class whose first task has the earliest rank, or None.
func (q *queue) first(s *Scheduler) cluster.ClassID {
	best := cluster.ClassID(cluster.None)
	for _, sh := range q.shelves {
		n := sh.root
		if n == cluster.None {
			continue
		}
		for s.classes[n].left != cluster.None {
			n = s.classes[n].left
		}
		if best == cluster.None || s.classes[n].rank.before(s.classes[best].rank) {
			best = n
		}
	}
	return best
}

// earliest returns the shelved class with the earliest rank that fits on an
// instance, or None.
func (q *queue) earliest(s *Scheduler, on cluster.InstanceID) cluster.ClassID {
	i := s.cluster.Instance(on)
	best := cluster.ClassID(cluster.None)
	if i.State != cluster.Active {
		return best
	}
	for _, sh := range q.shelves {
		if sh.root == cluster.None || !s.cluster.Allows(sh.pool, i.Kind) {
			continue
		}
		n := s.earliestBelow(sh.root, on, i)
		if n != cluster.None && (best == cluster.None || s.classes[n].rank.before(s.classes[best].rank)) {
			best = n
		}
	}
	return best
}

// earliestBelow searches a subtree. Room is necessary for every class and prunes
// the search; where it is not sufficient the placer decides.
func (s *Scheduler) earliestBelow(n cluster.ClassID, on cluster.InstanceID, i *cluster.Instance) cluster.ClassID {
	for n != cluster.None {
		c := &s.classes[n]
		// What holds no share of the least GPU demand and not that many whole
		// devices holds none of the demands below.
		if c.least.CPU > i.Free.CPU || c.least.Memory > i.Free.Memory ||
			c.least.GPU > max(int64(i.LargestShare), int64(i.WholeDevices)*cluster.GPU) {
			return cluster.None
		}
		if found := s.earliestBelow(c.left, on, i); found != cluster.None {
			return found
		}
		if d := s.cluster.Class(n).Demand; d.CPU <= i.Free.CPU && d.Memory <= i.Free.Memory && i.FitsGPU(d.GPU) &&
			(c.plain || s.placer.Fits(s.request(n), on)) && (c.refused == 0 || !s.refused(n)) {
			return n
		}
		n = c.right
	}
	return cluster.None
}

// refresh works out the least demand below a node.
func (s *Scheduler) refresh(n cluster.ClassID) {
	c := &s.classes[n]
	c.least = s.cluster.Class(n).Demand
	if s.plans {
		s.refreshShortest(n)
	}
	for _, child := range [2]cluster.ClassID{c.left, c.right} {
		if child != cluster.None {
			o := s.classes[child].least
			c.least.CPU = min(c.least.CPU, o.CPU)
			c.least.Memory = min(c.least.Memory, o.Memory)
			c.least.GPU = min(c.least.GPU, o.GPU)
		}
	}
}

// split parts a tree into the ranks before r and those from r on.
func (s *Scheduler) split(n cluster.ClassID, r rank) (before, after cluster.ClassID) {
	if n == cluster.None {
		return cluster.None, cluster.None
	}
	c := &s.classes[n]
	if c.rank.before(r) {
		c.right, after = s.split(c.right, r)
		s.refresh(n)
		return n, after
	}
	before, c.left = s.split(c.left, r)
	s.refresh(n)
	return before, n
}

// merge joins two trees; all ranks of a lie before those of b.
func (s *Scheduler) merge(a, b cluster.ClassID) cluster.ClassID {
	if a == cluster.None {
		return b
	}
	if b == cluster.None {
		return a
	}
	if s.classes[a].weight > s.classes[b].weight {
		s.classes[a].right = s.merge(s.classes[a].right, b)
		s.refresh(a)
		return a
	}
	s.classes[b].left = s.merge(a, s.classes[b].left)
	s.refresh(b)
	return b
}
