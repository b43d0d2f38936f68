package placement

import (
	"math/rand/v2"
	"slices"
	"time"

	"berth/sim"
	"berth/sim/cluster"
)

// Index places tasks as [Linear] does, and looks at few instances for it. It
// watches its cluster: every change of an instance updates each order in use
// once, in time O(log n), and what constraints hang on. A decision takes
// O(log n) too, with these exceptions: a search for several resources may have
// to look into several subtrees (its worst case, instances that have plenty of
// one resource but not of another, is linear); a search leaves out up to some
// dozens of instances that a constraint closes one by one; a [Scorer] is asked
// for the instances whose bound it could not exclude, or, if it has none, for
// those that have changed since a task of the sort was placed; a tie-break at
// random and a power of d draw instances, and may list those they can choose
// from.
//
// Make one with [New]. It must be the first watcher, so that the others can
// ask it.
type Index struct {
	c       *cluster.Cluster
	stream  func(group string) *rand.Rand
	start   time.Time
	cells   cells
	plans   []plan
	counted []bool // by group, as far as it has a plan: its tasks are counted
	orders  []*ordered
	rosters []roster // by pool
	free    []rough  // by instance, once there have been draws
	cpuBits int
	memBits int
	visited uint64
	touched int64 // keeps what Touch reads from being optimised away

	groups   int // task groups that expressions have been bound to
	reasons  []*reason
	counting []*reason // those that hang on the number of tasks
	ported   []*reason // those that hang on ports
	// The most static and dynamic ports that a network of ported takes.
	mostStatic, mostDynamic int

	// A group whose chain spreads over instances gets a tree of its own when it
	// has tasks on denseFrom instances, if it is the first, on twice as many if
	// it is the second, and so on; below half of denseFrom it loses it.
	denseFrom int
	dense     int // groups with such a tree

	scoring

	// What a decision needs for a moment.
	ranked []ranked
	mark   []bool // by cell: in the present tier
	admit  []int32
	list   []candidate
	chosen []candidate
	seen   seen
	names  []string // of instances, as far as an expression has asked

	stopping scaleIn
}

var _ cluster.Watcher = (*Index)(nil)

// New returns the index of a cluster. It panics on a policy that does not
// [Policy.Validate]. The caller adds the index to the cluster's watchers.
func New(c *cluster.Cluster, s Setup) *Index {
	ix := &Index{c: c, stream: s.Stream, start: s.Start, denseFrom: 64}
	for _, ch := range mustCompile(&s) {
		ix.plans = append(ix.plans, newPlan(ch, &ix.cells))
	}
	for len(ix.plans) < c.Groups() {
		ix.plans = append(ix.plans, newPlan(firstFit, &ix.cells))
	}
	ix.cells.divide(c)
	ix.rebind()
	ix.recount()
	ix.rebuild()
	ix.startScoring()
	return ix
}

// Visited returns how many nodes of trees, and single instances, all
// decisions so far have looked at.
func (ix *Index) Visited() uint64 {
	n := ix.visited
	for _, o := range ix.orders {
		n += o.visited
	}
	if ix.boxes != nil {
		n += ix.boxes.visited
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
	active := to == cluster.Active
	ix.reach(int(id)+1, active)
	ix.refresh()
	if active && ix.free != nil {
		e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
		ix.free[id] = ix.roughOf(&e)
	}
	for _, r := range ix.reasons {
		ix.flip(r, int32(id), active && ix.shuts(r, int32(id)))
	}
	for _, o := range ix.orders {
		switch there := o.at[id] != none; {
		case active && !there && o.holds(int32(id)):
			ix.insert(o, id)
		case !active && there:
			o.remove(ix.cells.of[i.Kind], int32(id))
		}
	}
	ix.rescore(id)
}

// reach makes room for instances below slots, the last of which may be a new
// one.
func (ix *Index) reach(slots int, active bool) {
	for g := range ix.plans {
		ix.plans[g].reach(slots)
		for _, gate := range ix.plans[g].gates {
			gate.reach(slots, false)
		}
	}
	for _, o := range ix.orders {
		o.reach(slots)
	}
	for ix.free != nil && len(ix.free) < slots {
		ix.free = append(ix.free, rough{})
	}
	if active && len(ix.names) >= slots {
		ix.names[slots-1] = ""
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
	if ix.groups != ix.c.Groups() {
		ix.rebind()
	}
	class := ix.c.Class(t.Class)
	i := ix.c.Instance(t.Instance)
	if g := int(class.Group); g < len(ix.counted) && ix.counted[g] {
		p := &ix.plans[g]
		p.count(&ix.cells, int32(t.Instance), i.Kind, by)
		ix.settle(int32(class.Group))
	}
	if i.State != cluster.Active {
		return
	}
	if len(ix.reasons) > 0 {
		ix.reconsider(int32(t.Instance), class, by)
	}
	kind := ix.c.Kind(i.Kind)
	cell := ix.cells.of[i.Kind]
	e := entryOf(i, kind.Unlimited)
	if ix.free != nil {
		ix.free[t.Instance] = ix.roughOf(&e)
	}
	for _, o := range ix.orders {
		if o.at[t.Instance] == none {
			continue
		}
		e.key = o.key(&e, ix.hosts(o, t.Instance))
		o.update(cell, int32(t.Instance), e)
	}
	if ix.boxes != nil || ix.memos != nil {
		ix.rescore(t.Instance)
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
		ix.plans = append(ix.plans, newPlan(firstFit, &ix.cells))
		ix.form(int32(len(ix.plans) - 1))
	}
	return &ix.plans[g]
}

// refresh takes account of groups, kinds and pools that have been added.
func (ix *Index) refresh() {
	if ix.groups != ix.c.Groups() {
		ix.rebind()
	}
	if ix.cells.current(ix.c) {
		return
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
		return
	}
	ix.rebuild()
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
	ix.orders, ix.dense, ix.free = nil, 0, nil
	ix.mark = make([]bool, ix.cells.n)
	for g := range ix.plans {
		p := &ix.plans[g]
		p.sparse = p.hostsFirst()
		for _, gate := range p.gates {
			gate.order, gate.own = nil, false
		}
		ix.form(int32(g))
	}
	for g := range ix.plans {
		ix.settle(int32(g))
		for _, gate := range ix.plans[g].gates {
			ix.weigh(gate)
		}
	}
}

// settle gives a group a tree of its own or takes it away, by the number of
// its hosts.
func (ix *Index) settle(g int32) {
	p := &ix.plans[g]
	switch {
	case p.scans || !p.hostsFirst():
	case p.sparse && len(p.list) >= ix.denseFrom*(1+ix.dense):
		p.sparse = false
		ix.dense++
		ix.form(g)
	case !p.sparse && len(p.list) < ix.denseFrom/2:
		p.sparse = true
		ix.dense--
		ix.form(g)
	}
}

// form works out by what the trees that a plan searches are ordered, and gives
// them to its gates.
func (ix *Index) form(g int32) {
	p := &ix.plans[g]
	if p.scans {
		return
	}
	rules, next := p.within(), p.leading
	p.keyed = none
	switch {
	case p.sparse:
		rules, next = rules[1:], next+1
	case p.spreads && p.choices == 0:
		p.keyed = g
	}
	p.packed = pack(rules, ix.cpuBits, ix.memBits)
	p.exact = p.packed.n == len(rules)
	p.equal = p.exact && !slices.ContainsFunc(p.rules[p.leading:], func(s Strategy) bool { return s.by == byAttribute })
	p.prunes = next == len(p.rules) || p.rules[next].by != byAttribute
	for _, gate := range p.gates {
		ix.route(gate)
	}
}

// share returns the forest of an order, for all instances or for those that a
// gate leaves open.
func (ix *Index) share(by order, group int32, only *gate) *ordered {
	for _, o := range ix.orders {
		if o.order == by && o.group == group && o.only == only {
			return o
		}
	}
	o := &ordered{forest: newForest(int(ix.cells.n), ix.c.Slots()), order: by, group: group, only: only}
	for slot := range ix.c.Slots() {
		if id := cluster.InstanceID(slot); ix.c.Instance(id).State == cluster.Active && o.holds(int32(slot)) {
			ix.insert(o, id)
		}
	}
	ix.orders = append(ix.orders, o)
	return o
}

// refusal tells "not now" from "never".
func (ix *Index) refusal(s *search) cluster.Reason {
	network := ix.c.Network(s.request.Network)
	for _, id := range ix.c.PoolKinds(s.request.Pool) {
		k := ix.c.Kind(id)
		empty := emptyOf(k)
		if empty.holds(&s.want) && s.admits(id) && (k.Unlimited || (&cluster.Ports{}).Takes(network)) {
			return cluster.NoCapacity
		}
	}
	return cluster.NeverFits
}
