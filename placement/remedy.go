package placement

import (
	"cmp"
	"slices"

	"berth/placement/query"
	"berth/sim"
	"berth/sim/cluster"
)

// mostMisses is how many of the nearest instances are listed.
const mostMisses = 3

// misses lists the instances that lack least: those with the fewest steps in
// their way, and of these the ones with the smallest share missing.
func (l *Linear) misses(e *Explanation, r cluster.Request, order []cluster.InstanceID, lacks [][]lack) {
	var in []int
	for n := range order {
		if lacks[n][0].step != stepProvider {
			in = append(in, n)
		}
	}
	missing := func(n int) (sum float64) {
		for _, k := range lacks[n] {
			sum += k.share
		}
		return sum
	}
	slices.SortStableFunc(in, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(lacks[a]), len(lacks[b])), cmp.Compare(missing(a), missing(b)))
	})
	for _, n := range in[:min(len(in), mostMisses)] {
		m := Miss{Instance: l.c.InstanceName(order[n])}
		for _, k := range lacks[n] {
			m.Lacks = append(m.Lacks, k.text)
		}
		e.Nearest = append(e.Nearest, m)
	}
}

// relax finds the steps that are alone in the way of some instance.
func (l *Linear) relax(e *Explanation, r cluster.Request, lacks [][]lack) {
	for _, step := range l.steps(r)[1:] {
		n := 0
		for _, missing := range lacks {
			if len(missing) > 0 && !slices.ContainsFunc(missing, func(k lack) bool { return k.step != step }) {
				n++
			}
		}
		if n > 0 {
			e.Without = append(e.Without, Relaxation{step, n})
		}
	}
}

// empty lists the kinds of instances that hold the task when they are empty.
func (l *Linear) empty(e *Explanation, r cluster.Request) {
	n := l.c.Network(r.Network)
	for _, id := range l.c.PoolKinds(r.Pool) {
		k := l.c.Kind(id)
		var unused cluster.Ports
		if !k.Unlimited && (r.Demand.CPU > k.Capacity.CPU || r.Demand.Memory > k.Capacity.Memory || r.Demand.GPU > int64(k.Devices)*cluster.GPU ||
			n.Interface && k.Interfaces == 0 || !unused.Takes(n) || l.chain(r.Group).memberOf.static(k) == query.False) {
			continue
		}
		name := l.c.ProviderName(k.Provider)
		if k.Type != "" {
			name += " " + k.Type
		}
		if k.Zone != "" {
			name += " in " + k.Zone
		}
		if !slices.Contains(e.New, name) {
			e.New = append(e.New, name)
		}
	}
}

// release finds the instance on which tasks that end make room first. It
// counts CPU, memory, GPUs, ports and interfaces as they come free; tasks that
// have no end are no help.
func (l *Linear) release(e *Explanation, r cluster.Request, order []cluster.InstanceID) {
	ends := map[cluster.InstanceID][]cluster.TaskID{}
	l.c.LiveTasks(func(id cluster.TaskID) {
		if t := l.c.Task(id); t.Instance != cluster.None && t.Duration != sim.Never {
			ends[t.Instance] = append(ends[t.Instance], id)
		}
	})
	end := func(id cluster.TaskID) sim.Time { return l.c.Task(id).Started + l.c.Task(id).Duration }
	for _, on := range order {
		if !l.c.Allows(r.Pool, l.c.Instance(on).Kind) {
			continue // the platform, or what never changes of a constraint
		}
		tasks := ends[on]
		slices.SortFunc(tasks, func(a, b cluster.TaskID) int {
			return cmp.Or(cmp.Compare(end(a), end(b)), cmp.Compare(l.c.Task(a).Sequence, l.c.Task(b).Sequence))
		})
		n := l.enough(on, r, tasks)
		if n < 0 {
			continue
		}
		if at := end(tasks[n-1]); e.Release == nil || at < e.Release.At {
			e.Release = &Release{Instance: l.c.InstanceName(on), At: at, Seconds: at.Seconds()}
			for _, id := range tasks[:n] {
				e.Release.Tasks = append(e.Release.Tasks, l.c.TaskName(id))
			}
		}
	}
}

// enough returns how many of an instance's tasks, in their order, have to end
// for a task to fit; -1 if all of them are not enough. An expression is taken
// to be true only if it is so already.
func (l *Linear) enough(on cluster.InstanceID, r cluster.Request, tasks []cluster.TaskID) int {
	ch := l.chain(r.Group)
	for _, b := range l.bind(ch) {
		if !b.Matches(whole{l, on}) {
			return -1
		}
	}
	own := 0 // tasks of the group, which distinctInstance does not allow
	for _, g := range l.use[on].groups {
		if ch.distinct && g == int(r.Group) {
			own++
		}
	}
	for n := 1; n <= len(tasks); n++ {
		if ch.distinct && l.c.Class(l.c.Task(tasks[n-1]).Class).Group == r.Group {
			own--
		}
		if own == 0 && l.c.HoldsWithout(on, tasks[:n], r.Demand, r.Network) {
			return n
		}
	}
	return -1
}
