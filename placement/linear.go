package placement

import (
	"math"
	"math/rand/v2"
	"slices"

	"berth/sim/cluster"
)

// draws is how many times a random choice tries an instance before it lists
// those it may choose from.
const draws = 64

// Linear places tasks by looking at every instance. It remembers nothing
// between decisions and is the definition of what [Index] must decide. A
// decision costs time in proportion to the instances, and under spread also to
// the tasks. Make one with [NewLinear].
type Linear struct {
	c       *cluster.Cluster
	chains  []chain
	stream  func(group string) *rand.Rand
	streams []*rand.Rand

	active []cluster.InstanceID // of the pool
	ties   []cluster.InstanceID
	hosts  []int64 // tasks of the group by instance
}

// NewLinear returns the linear form for a cluster. It panics on a policy that
// does not [Policy.Validate].
func NewLinear(c *cluster.Cluster, s Setup) *Linear {
	return &Linear{c: c, chains: mustCompile(&s), stream: s.Stream}
}

// keys are the keys of one instance under each rule of a chain.
type keys [MaxRules]uint64

// Place returns the instance for a task, or None and why there is none.
func (l *Linear) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	var ch chain
	if int(r.Group) < len(l.chains) {
		ch = l.chains[r.Group]
	}
	key := l.ranker(ch, r)
	l.active, l.ties = l.active[:0], l.ties[:0]
	var best keys
	for slot := range l.c.Slots() {
		id := cluster.InstanceID(slot)
		i := l.c.Instance(id)
		if i.State != cluster.Active || !l.c.Allows(r.Pool, i.Kind) {
			continue
		}
		l.active = append(l.active, id)
		if !l.fits(id, r.Demand) {
			continue
		}
		k := key(id)
		c := slices.Compare(k[:], best[:])
		if c < 0 || len(l.ties) == 0 {
			best, l.ties = k, l.ties[:0]
		} else if c > 0 {
			continue
		}
		l.ties = append(l.ties, id)
	}
	if len(l.ties) == 0 {
		return cluster.None, l.refusal(r)
	}
	launched := func(a, b cluster.InstanceID) int {
		return int(int64(l.c.Instance(a).Sequence) - int64(l.c.Instance(b).Sequence))
	}
	slices.SortFunc(l.active, launched)
	slices.SortFunc(l.ties, launched)
	if ch.ties == Launched {
		return l.ties[0], cluster.Placed
	}
	return l.draw(r.Group, len(ch.rules) == 0), cluster.Placed
}

// draw takes one of the ties, each with the same probability. Which numbers it
// draws for that is part of the definition: of up to 64 ties after a rule it
// draws one; of more, and whenever there is no rule, it first tries up to 64
// of the pool's ACTIVE instances and takes the first that is among the ties,
// because then that is quicker than to list them.
func (l *Linear) draw(g cluster.GroupID, always bool) cluster.InstanceID {
	for int(g) >= len(l.streams) {
		l.streams = append(l.streams, nil)
	}
	if l.streams[g] == nil {
		l.streams[g] = l.stream(l.c.GroupName(g))
	}
	rng := l.streams[g]
	if always || len(l.ties) > draws {
		for range draws {
			id := l.active[rng.IntN(len(l.active))]
			if slices.Contains(l.ties, id) {
				return id
			}
		}
	} else if len(l.ties) == 1 {
		return l.ties[0]
	}
	return l.ties[rng.IntN(len(l.ties))]
}

// ranker returns the function that gives an instance its keys.
func (l *Linear) ranker(ch chain, r cluster.Request) func(cluster.InstanceID) keys {
	type bucket struct {
		value   string
		present bool
	}
	bucketOf := func(id cluster.InstanceID, attribute string) bucket {
		v, ok := l.c.Kind(l.c.Instance(id).Kind).Attributes[attribute]
		return bucket{v, ok}
	}
	var buckets [MaxRules]map[bucket]uint64
	if slices.ContainsFunc(ch.rules, func(s Strategy) bool { return s.by == byHost || s.by == byAttribute }) {
		l.count(r.Group)
		for n, s := range ch.rules {
			if s.by != byAttribute {
				continue
			}
			buckets[n] = make(map[bucket]uint64)
			for slot, tasks := range l.hosts {
				if tasks > 0 {
					buckets[n][bucketOf(cluster.InstanceID(slot), s.attribute)] += uint64(tasks)
				}
			}
		}
	}
	return func(id cluster.InstanceID) (k keys) {
		i := l.c.Instance(id)
		kind := l.c.Kind(i.Kind)
		for n, s := range ch.rules {
			switch s.by {
			case byCPU:
				k[n] = uint64(i.Free.CPU)
				if kind.Unlimited {
					k[n] = math.MaxUint64
				}
			case byMemory:
				k[n] = uint64(i.Free.Memory)
				if kind.Unlimited {
					k[n] = math.MaxUint64
				}
			case byHost:
				k[n] = uint64(l.hosts[id])
			case byAttribute:
				k[n] = buckets[n][bucketOf(id, s.attribute)]
			case byScore:
				k[n] = math.MaxUint64
				if !kind.Unlimited {
					state := State{Free: i.Free, Capacity: kind.Capacity, Devices: l.c.Devices(id), Kind: i.Kind}
					k[n] = scoreKey(s.scorer.Score(&state, r.Demand))
				}
			case byLeastShare, byMostShare:
				k[n] = boundless
				if !kind.Unlimited {
					k[n] = dominantShare(i.Free, kind.Capacity, r.Demand)
				}
				if s.by == byMostShare {
					k[n] = ^k[n]
				}
			}
		}
		return k
	}
}

// count counts the running tasks of a group on each instance.
func (l *Linear) count(g cluster.GroupID) {
	l.hosts = append(l.hosts[:0], make([]int64, l.c.Slots())...)
	l.c.LiveTasks(func(id cluster.TaskID) {
		t := l.c.Task(id)
		if t.Instance != cluster.None && l.c.Class(t.Class).Group == g {
			l.hosts[t.Instance]++
		}
	})
}

func (l *Linear) fits(id cluster.InstanceID, d cluster.Vector) bool {
	i := l.c.Instance(id)
	if l.c.Kind(i.Kind).Unlimited {
		return d.GPU == 0
	}
	if d.CPU > i.Free.CPU || d.Memory > i.Free.Memory {
		return false
	}
	if d.GPU == 0 {
		return true
	}
	whole := int64(0)
	for _, free := range l.c.Devices(id) {
		if d.GPU <= cluster.GPU && int64(free) >= d.GPU {
			return true
		}
		if free == cluster.GPU {
			whole++
		}
	}
	return d.GPU > cluster.GPU && whole*cluster.GPU >= d.GPU
}

// refusal tells "not now" from "never": the task never fits when no kind of
// the pool could hold it empty.
func (l *Linear) refusal(r cluster.Request) cluster.Reason {
	d := r.Demand
	for _, id := range l.c.PoolKinds(r.Pool) {
		k := l.c.Kind(id)
		if k.Unlimited && d.GPU == 0 ||
			d.CPU <= k.Capacity.CPU && d.Memory <= k.Capacity.Memory && d.GPU <= int64(k.Devices)*cluster.GPU {
			return cluster.NoCapacity
		}
	}
	return cluster.NeverFits
}
