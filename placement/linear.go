package placement

import (
	"math"
	"math/rand/v2"
	"slices"

	"berth/sim/cluster"
)

const (
	// draws is up to how many ties are listed to draw one of them.
	draws = 64
	// tries is how many times a random choice draws an instance before it looks
	// whether only few can be chosen, and again if there are more, before it
	// lists all of them.
	tries = 4 * draws
	// few is how many these are.
	few = 16
)

// Linear places tasks by looking at every instance. It remembers nothing
// between decisions but where next-fit stands and is the definition of what
// [Index] must decide. A decision costs time in proportion to the instances,
// and with spread, networks and constraints also to the tasks. Make one with
// [NewLinear].
type Linear struct {
	c      *cluster.Cluster
	chains []chain
	setup  Setup
	groups []grouped

	active []cluster.InstanceID // of the pool, in the order of launches
	ties   []cluster.InstanceID // in the order of launches
	hosts  []int32              // tasks of the group by instance
	use    []use                // by instance
}

// grouped is what Linear remembers of a task group.
type grouped struct {
	rng    *rand.Rand
	cursor uint32 // of next-fit: the launch of the instance taken last
}

// NewLinear returns the linear form for a cluster. It panics on a policy that
// does not [Policy.Validate].
func NewLinear(c *cluster.Cluster, s Setup) *Linear {
	return &Linear{c: c, chains: mustCompile(&s), setup: s}
}

func (l *Linear) chain(g cluster.GroupID) chain {
	if int(g) < len(l.chains) {
		return l.chains[g]
	}
	return firstFit
}

func (l *Linear) group(g cluster.GroupID) *grouped {
	for int(g) >= len(l.groups) {
		l.groups = append(l.groups, grouped{})
	}
	return &l.groups[g]
}

// seeded returns the random stream of a group.
func (l *Linear) seeded(g cluster.GroupID) *rand.Rand {
	of := l.group(g)
	if of.rng == nil {
		of.rng = l.setup.Stream(l.c.GroupName(g))
	}
	return of.rng
}

// keys are the keys of one instance under each rule of a chain.
type keys [MaxRules]uint64

// Place returns the instance for a task, or None and why there is none.
func (l *Linear) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	ch := l.chain(r.Group)
	able := l.able(ch, r)
	if len(able) == 0 {
		return cluster.None, l.refusal(ch, r)
	}
	if ch.choices > 0 {
		able = l.choose(r.Group, ch.choices, able)
	}
	key := l.ranker(ch, r)
	l.ties = l.ties[:0]
	var best keys
	for _, id := range able {
		k := key(id)
		c := slices.Compare(k[:], best[:])
		if c < 0 || len(l.ties) == 0 {
			best, l.ties = k, l.ties[:0]
		} else if c > 0 {
			continue
		}
		l.ties = append(l.ties, id)
	}
	switch {
	case ch.ties == Random && ch.choices > 0:
		return l.pick(r.Group, l.ties), cluster.Placed
	case ch.ties == Random:
		return l.draw(r.Group, len(ch.rules) == 0), cluster.Placed
	case ch.turns:
		return l.next(r.Group), cluster.Placed
	}
	return l.ties[0], cluster.Placed
}

// able returns the instances of the pool that can take the task, in the order
// of launches.
func (l *Linear) able(ch chain, r cluster.Request) []cluster.InstanceID {
	eligible := l.funnel(ch, r)
	var all []cluster.InstanceID
	l.active = l.active[:0]
	for slot := range l.c.Slots() {
		id := cluster.InstanceID(slot)
		if i := l.c.Instance(id); i.State == cluster.Active && l.c.Allows(r.Pool, i.Kind) {
			l.active = append(l.active, id)
			if eligible(id) {
				all = append(all, id)
			}
		}
	}
	l.byLaunch(l.active)
	l.byLaunch(all)
	return all
}

func (l *Linear) byLaunch(ids []cluster.InstanceID) {
	slices.SortFunc(ids, func(a, b cluster.InstanceID) int {
		return int(int64(l.c.Instance(a).Sequence) - int64(l.c.Instance(b).Sequence))
	})
}

// next returns the first of the ties from the instance taken last on.
func (l *Linear) next(g cluster.GroupID) cluster.InstanceID {
	id := l.turn(g, l.ties)
	l.group(g).cursor = l.c.Instance(id).Sequence
	return id
}

// draw takes one of the ties, each with the same probability. Which numbers it
// draws for that is part of the definition, and made so that few need be
// listed:
//
//   - Of up to 64 ties after a rule one is drawn.
//   - Else, and whenever there is no rule, up to 256 of the pool's ACTIVE
//     instances are drawn, by their place in the order of launches, and the
//     first that is among the ties is taken.
//   - If none was: of up to 16 ties one is drawn.
//   - If there are more, up to 256 further instances of the pool are drawn in
//     the same way.
//   - If still none was among the ties, one of the ties is drawn.
func (l *Linear) draw(g cluster.GroupID, always bool) cluster.InstanceID {
	rng := l.seeded(g)
	try := func(n int) cluster.InstanceID {
		for range n {
			if id := l.active[rng.IntN(len(l.active))]; slices.Contains(l.ties, id) {
				return id
			}
		}
		return cluster.None
	}
	if always || len(l.ties) > draws {
		if id := try(tries); id != cluster.None {
			return id
		}
		if len(l.ties) > few {
			if id := try(tries); id != cluster.None {
				return id
			}
		}
	}
	return l.pick(g, l.ties)
}

// pick draws one of several; of one it draws nothing.
func (l *Linear) pick(g cluster.GroupID, among []cluster.InstanceID) cluster.InstanceID {
	if len(among) == 1 {
		return among[0]
	}
	return among[l.seeded(g).IntN(len(among))]
}

// choose draws d different instances of those that can take the task, all sets
// with the same probability; if there are no more than d it takes them all and
// draws nothing. Which numbers it draws is part of the definition: up to 64·d
// of the pool's ACTIVE instances, by their place in the order of launches, of
// which those count that can take the task and have not been drawn before; and
// what is then missing from the list of the rest, in the order of launches,
// one by one.
func (l *Linear) choose(g cluster.GroupID, d int, able []cluster.InstanceID) []cluster.InstanceID {
	if len(able) <= d {
		return able
	}
	rng := l.seeded(g)
	var chosen []cluster.InstanceID
	for n := 0; n < draws*d && len(chosen) < d; n++ {
		if id := l.active[rng.IntN(len(l.active))]; slices.Contains(able, id) && !slices.Contains(chosen, id) {
			chosen = append(chosen, id)
		}
	}
	rest := slices.DeleteFunc(able, func(id cluster.InstanceID) bool { return slices.Contains(chosen, id) })
	for len(chosen) < d {
		n := rng.IntN(len(rest))
		chosen = append(chosen, rest[n])
		rest = slices.Delete(rest, n, n+1)
	}
	l.byLaunch(chosen)
	return chosen
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
				k[n] = keyUnlimited(s.scorer, r.Demand)
				if !kind.Unlimited {
					state := State{Free: i.Free, Capacity: kind.Capacity, Devices: l.c.Devices(id), Kind: i.Kind}
					k[n] = scoreKey(s.scorer.Score(&state, r.Demand))
				}
			}
		}
		return k
	}
}

// count counts the running tasks of a group on each instance.
func (l *Linear) count(g cluster.GroupID) {
	l.hosts = append(l.hosts[:0], make([]int32, l.c.Slots())...)
	l.c.LiveTasks(func(id cluster.TaskID) {
		t := l.c.Task(id)
		if t.Instance != cluster.None && l.c.Class(t.Class).Group == g {
			l.hosts[t.Instance]++
		}
	})
}
