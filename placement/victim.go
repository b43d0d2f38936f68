package placement

import (
	"cmp"
	"math"
	"slices"

	"berth/sim/cluster"
)

// Victim returns the task that a scale-in of a group stops, of those that may
// be stopped: running tasks of the group, one at least. It applies the group's
// strategy backwards, rule by rule, each of which keeps some of the tasks:
//
//   - spread: those in the bucket with most tasks of the group, those included
//     that may not be stopped;
//   - binpack: those whose instance would have most of the resource free
//     afterwards;
//   - best-fit, worst-fit and what else has a score: those whose instance,
//     after the task has gone, the strategy would choose last for it;
//   - first-fit and next-fit: those on the instance launched last.
//
// Of what is left after random, or after a spread that ends the chain, it draws
// one at random, from the group's stream; else it takes the task submitted
// last.
//
// Source: Amazon ECS developer guide, "Amazon ECS task placement strategies"
// and "Amazon ECS services", for spread, binpack and random; the rest is a
// stated choice.
func (ix *Index) Victim(g cluster.GroupID, among []cluster.TaskID) cluster.TaskID {
	ix.refresh()
	p := ix.plan(g)
	s := &ix.stopping
	s.c, s.chain = ix.c, &p.chain
	s.list(among)
	if !s.alike() {
		s.hosts = p.hosts
		s.narrow(func(n int, k cluster.KindID) uint64 {
			return p.bucket(n, ix.cells.attributes[p.attribute[n]].ofKind[k])
		})
	}
	if s.draws() {
		ix.seed(p, g)
		return s.left[p.rng.IntN(len(s.left))].task
	}
	return s.last()
}

// Victim is the same as [Index.Victim].
func (l *Linear) Victim(g cluster.GroupID, among []cluster.TaskID) cluster.TaskID {
	l.count(g)
	chain := l.chain(g)
	s := scaleIn{c: l.c, chain: &chain, hosts: l.hosts}
	s.list(among)
	s.narrow(func(n int, k cluster.KindID) (tasks uint64) {
		value, present := l.c.Kind(k).Attributes[s.rules[n].attribute]
		for slot, on := range l.hosts {
			if on == 0 {
				continue
			}
			v, ok := l.c.Kind(l.c.Instance(cluster.InstanceID(slot)).Kind).Attributes[s.rules[n].attribute]
			if v == value && ok == present {
				tasks += uint64(on)
			}
		}
		return tasks
	})
	if s.draws() {
		return s.left[l.seeded(g).IntN(len(s.left))].task
	}
	return s.last()
}

// scaleIn is the choice of one task to stop.
type scaleIn struct {
	c *cluster.Cluster
	*chain
	hosts   []int32 // the tasks of the group by instance
	left    []stoppable
	devices []uint16
}

// stoppable is a task that may be stopped.
type stoppable struct {
	sequence uint64 // of its submission
	task     cluster.TaskID
}

// list lists the tasks that may be stopped in the order of their submissions.
func (s *scaleIn) list(among []cluster.TaskID) {
	s.left = s.left[:0]
	for _, id := range among {
		s.left = append(s.left, stoppable{s.c.Task(id).Sequence, id})
	}
	slices.SortFunc(s.left, func(a, b stoppable) int { return cmp.Compare(a.sequence, b.sequence) })
}

// alike reports whether no rule can tell the tasks from one another: they are of one
// class, on one instance, and have no devices of their own.
func (s *scaleIn) alike() bool {
	first := s.c.Task(s.left[0].task)
	for _, other := range s.left[1:] {
		if t := s.c.Task(other.task); t.Instance != first.Instance || t.Class != first.Class {
			return false
		}
	}
	return s.c.Class(first.Class).Demand.GPU == 0
}

// narrow keeps those tasks whose keys are greatest under the chain. bucket tells how
// many tasks of the group there are under the value of a kind in a rule by attribute.
func (s *scaleIn) narrow(bucket func(rule int, k cluster.KindID) uint64) {
	for n := range s.rules {
		s.keep(func(id cluster.TaskID) uint64 { return s.key(n, id, bucket) })
	}
	if s.launches {
		s.keep(func(id cluster.TaskID) uint64 { return uint64(s.c.Instance(s.c.Task(id).Instance).Sequence) })
	}
}

func (s *scaleIn) keep(key func(cluster.TaskID) uint64) {
	most, kept := uint64(0), s.left[:0]
	for _, of := range s.left {
		k := key(of.task)
		if k > most {
			most, kept = k, s.left[:0]
		}
		if k == most {
			kept = append(kept, of)
		}
	}
	s.left = kept
}

// key returns the key that the instance of a task would have under a rule for
// that task if it were gone.
func (s *scaleIn) key(n int, id cluster.TaskID, bucket func(rule int, k cluster.KindID) uint64) uint64 {
	t := s.c.Task(id)
	i := s.c.Instance(t.Instance)
	kind := s.c.Kind(i.Kind)
	demand := s.c.Class(t.Class).Demand
	free := i.Free.Add(demand)
	switch by := s.rules[n].by; {
	case by == byHost:
		return uint64(s.hosts[t.Instance])
	case by == byAttribute:
		return bucket(n, i.Kind)
	case kind.Unlimited && by == byScore:
		return keyUnlimited(s.rules[n].scorer, demand)
	case kind.Unlimited:
		return math.MaxUint64
	case by == byCPU:
		return uint64(free.CPU)
	case by == byMemory:
		return uint64(free.Memory)
	}
	s.devices = s.c.DevicesWithout(id, s.devices[:0])
	state := State{Free: free, Capacity: kind.Capacity, Devices: s.devices, Kind: i.Kind}
	return scoreKey(s.rules[n].scorer.Score(&state, demand))
}

// draws reports whether chance decides what is left.
func (s *scaleIn) draws() bool {
	if len(s.left) == 1 || s.launches {
		return false
	}
	if s.ties == Random || len(s.rules) == 0 {
		return true
	}
	end := s.rules[len(s.rules)-1].by
	return end == byHost || end == byAttribute
}

// last returns the task submitted last of what is left.
func (s *scaleIn) last() cluster.TaskID { return s.left[len(s.left)-1].task }
