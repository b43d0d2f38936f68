package placement

import (
	"fmt"
	"slices"

	"berth/sim/cluster"
)

// Check compares the index with its cluster, entirely: the trees hold exactly
// the ACTIVE instances, in order, with right keys and maxima that are not too
// low, nor too high where that is not marked, and what is
// counted for spreads is what runs, and what gates close is what there are
// reasons for. It returns the first difference.
func (ix *Index) Check() error {
	ix.refresh()
	for n, o := range ix.orders {
		active := make([]int, ix.cells.n)
		for slot := range ix.c.Slots() {
			if i := ix.c.Instance(cluster.InstanceID(slot)); i.State == cluster.Active && o.holds(int32(slot)) {
				active[ix.cells.of[i.Kind]]++
			}
		}
		used := 0
		for cell, root := range o.roots {
			seen := 0
			if root != none {
				if o.nodes[root].parent != none {
					return fmt.Errorf("placement: order %d: the root of cell %d has a parent", n, cell)
				}
				w := walk{ix: ix, o: o, cell: int32(cell)}
				if _, err := w.node(root, &entry{}, nil); err != nil {
					return fmt.Errorf("placement: order %d, cell %d: %w", n, cell, err)
				}
				seen = w.seen
				used += w.nodes
			}
			if seen != active[cell] {
				return fmt.Errorf("placement: order %d, cell %d: %d instances, but %d belong there", n, cell, seen, active[cell])
			}
		}
		if used+len(o.unused) != len(o.nodes) {
			return fmt.Errorf("placement: order %d: of %d nodes %d are used and %d are not", n, len(o.nodes), used, len(o.unused))
		}
	}
	if err := ix.checkCounts(); err != nil {
		return err
	}
	if err := ix.checkGates(); err != nil {
		return err
	}
	for slot, have := range ix.free {
		i := ix.c.Instance(cluster.InstanceID(slot))
		if i.State != cluster.Active {
			continue
		}
		if e := entryOf(i, ix.c.Kind(i.Kind).Unlimited); have != ix.roughOf(&e) {
			return fmt.Errorf("placement: %s is said to have about %v free, but has %+v", ix.c.InstanceName(cluster.InstanceID(slot)), have, e)
		}
	}
	if err := ix.checkScoring(); err != nil {
		return err
	}
	return ix.checkRosters()
}

// walk goes through a tree.
type walk struct {
	ix    *Index
	o     *ordered
	cell  int32
	seen  int // instances
	nodes int
}

// node checks a subtree, whose entries do not come before first and come before
// end, unless that is nil. It returns its maxima.
func (w *walk) node(id int32, first, end *entry) (entry, error) {
	n := &w.o.nodes[id]
	w.nodes++
	if n.n == 0 {
		return nothing, fmt.Errorf("node %d is empty", id)
	}
	for i, ref := range n.refs[:n.n] {
		e := &n.entries[i]
		if e.before(first) || end != nil && !e.before(end) {
			return nothing, fmt.Errorf("node %d: %+v is out of order", id, e)
		}
		if !n.inner {
			if err := w.instance(spotOf(id, i), ref, e); err != nil {
				return nothing, err
			}
			continue
		}
		if w.o.nodes[ref].parent != id {
			return nothing, fmt.Errorf("node %d does not know its parent", ref)
		}
		next := end
		if i+1 < int(n.n) {
			next = &n.entries[i+1]
		}
		m, err := w.node(ref, e, next)
		if err != nil {
			return nothing, err
		}
		if e.exceededBy(&m) || !w.o.nodes[ref].loose && !m.sameRoom(e) {
			return nothing, fmt.Errorf("node %d: %+v, but what is below has %+v", ref, e, m)
		}
	}
	return n.room(0, 0), nil
}

func (w *walk) instance(at spot, slot int32, e *entry) error {
	i := w.ix.c.Instance(cluster.InstanceID(slot))
	name := w.ix.c.InstanceName(cluster.InstanceID(slot))
	want := entryOf(i, w.ix.c.Kind(i.Kind).Unlimited)
	want.key = w.o.key(&want, w.ix.hosts(w.o, cluster.InstanceID(slot)))
	switch {
	case w.o.at[slot] != at:
		return fmt.Errorf("%s is at %x, not at %x", name, at, w.o.at[slot])
	case i.State != cluster.Active || w.ix.cells.of[i.Kind] != w.cell || !w.o.holds(slot):
		return fmt.Errorf("%s (%v) does not belong here", name, i.State)
	case *e != want:
		return fmt.Errorf("%s is entered as %+v but is %+v", name, *e, want)
	}
	w.seen++
	return nil
}

func (ix *Index) checkCounts() error {
	fresh := &Index{c: ix.c, cells: ix.cells}
	for g := range ix.plans {
		fresh.plans = append(fresh.plans, newPlan(ix.plans[g].chain, &fresh.cells))
		fresh.plans[g].counts = ix.plans[g].counts
	}
	fresh.recount()
	for g := range ix.plans {
		have, want := &ix.plans[g], &fresh.plans[g]
		name := ix.c.GroupName(cluster.GroupID(g))
		for n := range have.rules {
			for v := range max(len(have.buckets[n]), len(want.buckets[n])) {
				if have.bucket(n, int32(v)) != want.bucket(n, int32(v)) {
					return fmt.Errorf("placement: %s, rule %d, value %d: %d tasks counted, but %d run", name, n, v, have.bucket(n, int32(v)), want.bucket(n, int32(v)))
				}
			}
		}
		if !slices.Equal(have.hosts[:min(len(have.hosts), len(want.hosts))], want.hosts[:min(len(have.hosts), len(want.hosts))]) {
			return fmt.Errorf("placement: %s: tasks by instance are not counted right", name)
		}
		if len(have.list) != len(want.list) {
			return fmt.Errorf("placement: %s: %d hosts listed, but there are %d", name, len(have.list), len(want.list))
		}
		for at, slot := range have.list {
			if have.hosts[slot] == 0 || have.at[slot] != int32(at) {
				return fmt.Errorf("placement: %s: the list of hosts is wrong at %d", name, at)
			}
		}
	}
	return nil
}

func (ix *Index) checkGates() error {
	for _, r := range ix.reasons {
		for slot := range int32(ix.c.Slots()) {
			want := ix.c.Instance(cluster.InstanceID(slot)).State == cluster.Active && ix.shuts(r, slot)
			if have := int(slot) < len(r.shut) && r.shut[slot]; have != want {
				return fmt.Errorf("placement: reason %d of %d: %s is closed: %t, but should be: %t", r.sort, r.of, ix.c.InstanceName(cluster.InstanceID(slot)), have, want)
			}
		}
	}
	for group := range ix.plans {
		for _, g := range ix.plans[group].gates {
			count := 0
			for slot := range ix.c.Slots() {
				reasons := uint8(0)
				for _, r := range g.reasons {
					if slot < len(r.shut) && r.shut[slot] {
						reasons++
					}
				}
				if reasons > 0 {
					count++
				}
				counted := uint8(0)
				if slot < len(g.closed) {
					counted = g.closed[slot]
				}
				if counted != reasons {
					return fmt.Errorf("placement: %s: the gate of network %d does not count %d reasons for %s", ix.c.GroupName(cluster.GroupID(group)), g.network, reasons, ix.c.InstanceName(cluster.InstanceID(slot)))
				}
			}
			if count != g.count {
				return fmt.Errorf("placement: %s: the gate of network %d counts %d closed, but there are %d", ix.c.GroupName(cluster.GroupID(group)), g.network, g.count, count)
			}
		}
	}
	return nil
}

func (ix *Index) checkRosters() error {
	for pool := range ix.rosters {
		have := &ix.rosters[pool]
		if !have.kept {
			continue
		}
		want := (&Index{c: ix.c}).roster(cluster.PoolID(pool))
		if !slices.Equal(have.slots, want.slots) || !slices.Equal(have.sequences, want.sequences) {
			return fmt.Errorf("placement: pool %d: the roster is not that of its ACTIVE instances", pool)
		}
	}
	return nil
}
