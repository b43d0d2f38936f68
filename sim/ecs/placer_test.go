package ecs

import (
	"cmp"
	"slices"

	"pgregory.net/rapid"

	"berth/sim/cluster"
)

// ruled places by looking at every instance, under constraints that hang on
// what runs there.
type ruled struct {
	c     *cluster.Cluster
	rules []rules // by task group; those beyond have none
}

// rules are the constraints of a task group in the words of ECS.
type rules struct {
	distinct bool  // distinctInstance
	with     []int // task:group == each of them
	without  []int // not(task:group == any of them)
	more     int   // runningTasksCount >= more
	atMost   int   // runningTasksCount <= atMost, unless it is 0
}

func (r rules) constrained() bool {
	return r.distinct || len(r.with) > 0 || len(r.without) > 0 || r.more > 0 || r.atMost > 0
}

func (f ruled) of(g cluster.GroupID) rules {
	if int(g) < len(f.rules) {
		return f.rules[g]
	}
	return rules{}
}

// hosts counts the tasks of a group on an instance.
func (f ruled) hosts(on cluster.InstanceID, g cluster.GroupID) int {
	n := 0
	f.c.LiveTasks(func(id cluster.TaskID) {
		if t := f.c.Task(id); t.Instance == on && f.c.Class(t.Class).Group == g {
			n++
		}
	})
	return n
}

func (f ruled) Matches(r cluster.Request, on cluster.InstanceID, one bool) bool {
	i, rule := f.c.Instance(on), f.of(r.Group)
	own := 0
	if one {
		own = 1
	}
	tasks := int(i.Tasks) - own
	switch {
	case !f.c.Allows(r.Pool, i.Kind), rule.distinct && f.hosts(on, r.Group) > own,
		tasks < rule.more, rule.atMost > 0 && tasks > rule.atMost:
		return false
	}
	runs := func(g int) bool {
		n := f.hosts(on, cluster.GroupID(g))
		return n > 1 || n == 1 && (!one || cluster.GroupID(g) != r.Group)
	}
	return !slices.ContainsFunc(rule.with, func(g int) bool { return !runs(g) }) && !slices.ContainsFunc(rule.without, runs)
}

func (f ruled) Fits(r cluster.Request, on cluster.InstanceID) bool {
	i := f.c.Instance(on)
	return i.State == cluster.Active && f.c.Allows(r.Pool, i.Kind) && r.Demand.CPU <= i.Free.CPU && r.Demand.Memory <= i.Free.Memory &&
		i.FitsGPU(r.Demand.GPU) && f.c.FitsNetwork(on, r.Network) && f.Matches(r, on, false)
}

func (f ruled) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	for id := range cluster.InstanceID(f.c.Slots()) {
		if f.Fits(r, id) {
			return id, cluster.Placed
		}
	}
	return cluster.None, cluster.NoCapacity
}

func (f ruled) StartsOpen(g cluster.GroupID) bool {
	return len(f.of(g).with) > 0 || f.of(g).more > 0
}

// Victim takes the task in the middle, in the order of submissions.
func (f ruled) Victim(_ cluster.GroupID, among []cluster.TaskID) cluster.TaskID {
	return slices.SortedFunc(slices.Values(among), func(a, b cluster.TaskID) int {
		return cmp.Compare(f.c.Task(a).Sequence, f.c.Task(b).Sequence)
	})[len(among)/2]
}

// drawRules draws the constraints of one of several groups, that of a daemon if
// daemon is set. Daemons hang on groups of jobs and services only: two of them
// could drive each other out for ever.
func drawRules(t *rapid.T, self, groups int, daemon bool) rules {
	var r rules
	other := rapid.IntRange(0, groups-1)
	switch rapid.IntRange(0, 5).Draw(t, "rule") {
	case 0:
		r.distinct = !daemon
	case 1:
		r.with = append(r.with, other.Draw(t, "with"))
	case 2:
		r.without = append(r.without, other.Draw(t, "without"))
	case 3:
		if !daemon {
			r.more = rapid.IntRange(1, 2).Draw(t, "more")
		}
	case 4:
		if !daemon {
			r.atMost = rapid.IntRange(1, 2).Draw(t, "atMost")
		}
	}
	// A group that waits for itself waits for ever; now and then is enough.
	if slices.Contains(r.with, self) && rapid.Bool().Draw(t, "mend") {
		r.with = nil
	}
	return r
}
