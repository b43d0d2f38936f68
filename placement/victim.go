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
	s := scaleIn{
		c: ix.c, chain: p.chain, left: append(ix.stopping[:0], among...), devices: ix.devices,
		host: func(id cluster.InstanceID) uint64 { return uint64(p.hosts[id]) },
		bucket: func(n int, k cluster.KindID) uint64 {
			return p.bucket(n, ix.cells.attributes[p.attribute[n]].ofKind[k])
		},
	}
	s.narrow()
	ix.stopping, ix.devices = s.left, s.devices
	if s.draws() {
		ix.seed(p, g)
		return s.left[p.rng.IntN(len(s.left))]
	}
	return s.last()
}

// Victim is the same as [Index.Victim].
func (l *Linear) Victim(g cluster.GroupID, among []cluster.TaskID) cluster.TaskID {
	l.count(g)
	s := scaleIn{
		c: l.c, chain: l.chain(g), left: slices.Clone(among),
		host: func(id cluster.InstanceID) uint64 { return uint64(l.hosts[id]) },
	}
	s.bucket = func(n int, k cluster.KindID) (tasks uint64) {
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
	}
	s.narrow()
	if s.draws() {
		return s.left[l.seeded(g).IntN(len(s.left))]
	}
	return s.last()
}

// scaleIn is the choice of one task to stop.
type scaleIn struct {
	c *cluster.Cluster
	chain
	left    []cluster.TaskID // in the order of their submissions
	devices []uint16
	// The tasks of the group on an instance, and under the value of a kind in a
	// rule by attribute.
	host   func(cluster.InstanceID) uint64
	bucket func(rule int, k cluster.KindID) uint64
}

// narrow keeps those tasks whose keys are greatest under the chain.
func (s *scaleIn) narrow() {
	slices.SortFunc(s.left, func(a, b cluster.TaskID) int {
		return cmp.Compare(s.c.Task(a).Sequence, s.c.Task(b).Sequence)
	})
	for n := range s.rules {
		s.keep(func(id cluster.TaskID) uint64 { return s.key(n, id) })
	}
	if s.launches {
		s.keep(func(id cluster.TaskID) uint64 { return uint64(s.c.Instance(s.c.Task(id).Instance).Sequence) })
	}
}

func (s *scaleIn) keep(key func(cluster.TaskID) uint64) {
	most, kept := uint64(0), s.left[:0]
	for _, id := range s.left {
		k := key(id)
		if k > most {
			most, kept = k, s.left[:0]
		}
		if k == most {
			kept = append(kept, id)
		}
	}
	s.left = kept
}

// key returns the key that the instance of a task would have under a rule for
// that task if it were gone.
func (s *scaleIn) key(n int, id cluster.TaskID) uint64 {
	t := s.c.Task(id)
	i := s.c.Instance(t.Instance)
	kind := s.c.Kind(i.Kind)
	demand := s.c.Class(t.Class).Demand
	free := i.Free.Add(demand)
	switch by := s.rules[n].by; {
	case by == byHost:
		return s.host(t.Instance)
	case by == byAttribute:
		return s.bucket(n, i.Kind)
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
func (s *scaleIn) last() cluster.TaskID { return s.left[len(s.left)-1] }
