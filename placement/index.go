package placement

import (
	"math"
	"math/rand/v2"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// Index places tasks as [Linear] does, and looks at few instances for it. It
// watches its cluster: every change of an instance updates each order in use
// once, in time O(log n). A decision takes O(log n) too, with these exceptions:
// a search for several resources may have to look into several subtrees (its
// worst case, instances that have plenty of one resource but not of another,
// is linear); best-fit and worst-fit look at every instance; a tie-break at
// random may list what ties.
//
// Make one with [New]. It must be the first watcher, so that the others can
// ask it.
type Index struct {
	c       *cluster.Cluster
	stream  func(group string) *rand.Rand
	cells   cells
	plans   []plan
	orders  []*ordered
	rosters []roster // by pool
	cpuBits int
	memBits int
	visited uint64
	touched int64 // keeps what Touch reads from being optimised away

	// A group whose chain spreads over instances gets a tree of its own when it
	// has tasks on denseFrom instances, if it is the first, on twice as many if
	// it is the second, and so on; below half of denseFrom it loses it.
	denseFrom int
	dense     int // groups with such a tree

	tiers []ranked
	mark  []bool // by cell: in the present tier
	list  []candidate
}

var _ cluster.Watcher = (*Index)(nil)

// New returns the index of a cluster. It panics on a policy that does not
// [Policy.Validate]. The caller adds the index to the cluster's watchers.
func New(c *cluster.Cluster, s Setup) *Index {
	ix := &Index{c: c, stream: s.Stream, denseFrom: 64}
	for _, ch := range mustCompile(&s) {
		ix.plans = append(ix.plans, newPlan(ch, &ix.cells))
	}
	ix.cells.divide(c)
	ix.recount()
	ix.rebuild()
	return ix
}

// Visited returns how many nodes of trees, and single instances, all
// decisions so far have looked at.
func (ix *Index) Visited() uint64 {
	n := ix.visited
	for _, o := range ix.orders {
		n += o.visited
	}
	return n
}

// InstanceChanged follows an instance that becomes or ceases to be ACTIVE.
func (ix *Index) InstanceChanged(_ sim.Time, id cluster.InstanceID, from, to cluster.State) {
	if from != cluster.Active && to != cluster.Active {
		return
	}
	i := ix.c.Instance(id)
	for pool := range ix.rosters {
		if r := &ix.rosters[pool]; r.kept && ix.c.Allows(cluster.PoolID(pool), i.Kind) {
			r.set(i.Sequence, id, to == cluster.Active)
		}
	}
	for g := range ix.plans {
		ix.plans[g].reach(int(id) + 1)
	}
	if ix.refresh() {
		return
	}
	for _, o := range ix.orders {
		if to == cluster.Active {
			ix.insert(o, id)
		} else {
			o.remove(ix.cells.of[i.Kind], int32(id))
		}
	}
}

// TaskSubmitted does nothing: what waits takes no place.
func (ix *Index) TaskSubmitted(sim.Time, cluster.TaskID) {}

// TaskStarted follows a task that has taken its place.
func (ix *Index) TaskStarted(_ sim.Time, id cluster.TaskID) { ix.task(id, 1) }

// TaskEnded follows a task that has left its place.
func (ix *Index) TaskEnded(_ sim.Time, id cluster.TaskID, _ cluster.Reason) { ix.task(id, -1) }

func (ix *Index) task(id cluster.TaskID, by int32) {
	t := ix.c.Task(id)
	if t.Instance == cluster.None {
		return
	}
	g := ix.c.Class(t.Class).Group
	i := ix.c.Instance(t.Instance)
	if p := ix.plan(g); len(p.rules) > 0 {
		p.count(&ix.cells, int32(t.Instance), i.Kind, by)
		ix.settle(int32(g))
	}
	if i.State != cluster.Active {
		return
	}
	kind := ix.c.Kind(i.Kind)
	cell := ix.cells.of[i.Kind]
	e := entryOf(i, kind.Unlimited)
	for _, o := range ix.orders {
		e.key = o.key(&e, ix.hosts(o, t.Instance))
		o.update(cell, int32(t.Instance), e)
	}
}

// Touch implements [cluster.Toucher].
func (ix *Index) Touch(instances []cluster.InstanceID) {
	for _, o := range ix.orders {
		for _, id := range instances {
			if at := o.at[id]; at != none {
				n := &o.nodes[at.leaf()]
				ix.touched += int64(n.n) + n.entries[at.place()].cpu
			}
		}
	}
}

// hosts returns how many tasks of an order's group run on an instance.
func (ix *Index) hosts(o *ordered, id cluster.InstanceID) int32 {
	if o.group == none {
		return 0
	}
	return ix.plans[o.group].hosts[id]
}

func (ix *Index) insert(o *ordered, id cluster.InstanceID) {
	i := ix.c.Instance(id)
	e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
	e.key = o.key(&e, ix.hosts(o, id))
	o.reach(int(id) + 1)
	o.forest.insert(ix.cells.of[i.Kind], int32(id), e)
}

// plan returns the plan of a group, first fit if it has none.
func (ix *Index) plan(g cluster.GroupID) *plan {
	for int(g) >= len(ix.plans) {
		ix.plans = append(ix.plans, newPlan(chain{}, &ix.cells))
		ix.choose(int32(len(ix.plans) - 1))
	}
	return &ix.plans[g]
}

// refresh takes account of kinds and pools that have been added. It reports
// whether the trees have been built anew.
func (ix *Index) refresh() bool {
	if ix.cells.current(ix.c) {
		return false
	}
	n := ix.cells.n
	same := ix.cells.divide(ix.c)
	cpu, memory := widths(ix.c)
	if same && cpu == ix.cpuBits && memory == ix.memBits {
		for _, o := range ix.orders {
			for range ix.cells.n - n {
				o.roots = append(o.roots, none)
			}
		}
		ix.mark = make([]bool, ix.cells.n)
		return false
	}
	ix.rebuild()
	return true
}

// recount counts the tasks that already run.
func (ix *Index) recount() {
	for g := range ix.plans {
		ix.plans[g].reach(ix.c.Slots())
	}
	ix.c.LiveTasks(func(id cluster.TaskID) {
		t := ix.c.Task(id)
		g := ix.c.Class(t.Class).Group
		if t.Instance != cluster.None && int(g) < len(ix.plans) {
			ix.plans[g].count(&ix.cells, int32(t.Instance), ix.c.Instance(t.Instance).Kind, 1)
		}
	})
}

// rebuild makes all trees anew.
func (ix *Index) rebuild() {
	for _, o := range ix.orders {
		ix.visited += o.visited
	}
	ix.cpuBits, ix.memBits = widths(ix.c)
	ix.orders, ix.dense = nil, 0
	ix.mark = make([]bool, ix.cells.n)
	for g := range ix.plans {
		p := &ix.plans[g]
		p.order, p.sparse = nil, p.hostsFirst()
		ix.choose(int32(g))
		ix.settle(int32(g))
	}
}

// settle gives a group a tree of its own or takes it away, by the number of
// its hosts.
func (ix *Index) settle(g int32) {
	p := &ix.plans[g]
	switch {
	case p.order == nil || !p.hostsFirst():
	case p.sparse && len(p.list) >= ix.denseFrom*(1+ix.dense):
		p.sparse = false
		ix.dense++
		ix.choose(g)
	case !p.sparse && len(p.list) < ix.denseFrom/2:
		p.sparse = true
		ix.dense--
		ix.choose(g)
	}
}

// choose gives a plan the order that it searches, which is made if there is
// none, and removes the one it searched if nobody else does.
func (ix *Index) choose(g int32) {
	p := &ix.plans[g]
	was := p.order
	if p.scans {
		return
	}
	rules, group, next := p.within(), int32(none), p.leading
	switch {
	case p.sparse:
		rules, next = rules[1:], next+1
	case p.counts:
		group = g
	}
	packed := pack(rules, ix.cpuBits, ix.memBits)
	p.exact = packed.n == len(rules)
	p.equal = p.exact && !slices.ContainsFunc(p.rules[p.leading:], func(s Strategy) bool { return s.by == byAttribute })
	p.prunes = next == len(p.rules) || p.rules[next].by != byAttribute
	p.order = ix.share(packed, group)
	p.order.users++
	if was == nil {
		return
	}
	if was.users--; was.users == 0 {
		ix.visited += was.visited
		ix.orders = slices.DeleteFunc(ix.orders, func(o *ordered) bool { return o == was })
	}
}

// share returns the forest of an order.
func (ix *Index) share(by order, group int32) *ordered {
	for _, o := range ix.orders {
		if o.order == by && o.group == group {
			return o
		}
	}
	o := &ordered{forest: newForest(int(ix.cells.n), ix.c.Slots()), order: by, group: group}
	for slot := range ix.c.Slots() {
		if id := cluster.InstanceID(slot); ix.c.Instance(id).State == cluster.Active {
			ix.insert(o, id)
		}
	}
	ix.orders = append(ix.orders, o)
	return o
}

// refusal tells "not now" from "never".
func (ix *Index) refusal(r *cluster.Request, want *need) cluster.Reason {
	for _, id := range ix.c.PoolKinds(r.Pool) {
		k := ix.c.Kind(id)
		empty := entry{cpu: k.Capacity.CPU, memory: k.Capacity.Memory, whole: uint16(k.Devices)}
		if k.Devices > 0 {
			empty.share = cluster.GPU
		}
		if k.Unlimited {
			empty.cpu, empty.memory = math.MaxInt64, math.MaxInt64
		}
		if empty.holds(want) {
			return cluster.NoCapacity
		}
	}
	return cluster.NeverFits
}
