package placement

import (
	"fmt"

	"berth/sim/cluster"
)

// checkScoring compares what is kept for strategies that score with the
// cluster: boxes hold exactly the ACTIVE instances and are right around them,
// and memos are right except where something has changed since.
func (ix *Index) checkScoring() error {
	if ix.boxes != nil {
		if err := ix.checkBoxes(); err != nil {
			return err
		}
	}
	if ix.memos == nil {
		return nil
	}
	size := 0
	for of, m := range ix.memos.of {
		size += len(m.keys)
		if err := ix.checkMemo(of, m); err != nil {
			return fmt.Errorf("placement: memo of %v in %s: %w", of.demand, ix.c.GroupName(of.group), err)
		}
	}
	if size != ix.memos.size {
		return fmt.Errorf("placement: memos hold %d instances, but %d are counted", size, ix.memos.size)
	}
	return nil
}

func (ix *Index) checkBoxes() error {
	b := ix.boxes
	active := 0
	for slot := range ix.c.Slots() {
		if ix.c.Instance(cluster.InstanceID(slot)).State == cluster.Active {
			active++
		}
	}
	nodes, seen := 0, 0
	for kind, root := range b.roots {
		if root == none {
			continue
		}
		if b.nodes[root].parent != none {
			return fmt.Errorf("placement: boxes of kind %d: the root has a parent", kind)
		}
		var walk func(id int32) error
		walk = func(id int32) error {
			n := &b.nodes[id]
			nodes++
			if n.n == 0 {
				return fmt.Errorf("node %d is empty", id)
			}
			for i, ref := range n.refs[:n.n] {
				e := n.entries[i]
				if n.inner {
					if b.nodes[ref].parent != id {
						return fmt.Errorf("node %d does not know its parent", ref)
					}
					if i > 0 && e.before(&n.entries[i-1]) {
						return fmt.Errorf("node %d is not in order", id)
					}
					below := b.nodes[ref].around()
					if below.before(&e) {
						return fmt.Errorf("node %d begins before %+v", ref, e)
					}
					if e != b.nodes[ref].beginning(&e) {
						return fmt.Errorf("node %d: %+v is around %+v", id, e, below)
					}
					if err := walk(ref); err != nil {
						return err
					}
					continue
				}
				seen++
				at := ix.c.Instance(cluster.InstanceID(ref))
				switch {
				case b.at[ref] != spotOf(id, i):
					return fmt.Errorf("%s is at %x", ix.c.InstanceName(cluster.InstanceID(ref)), b.at[ref])
				case at.State != cluster.Active || int(at.Kind) != kind:
					return fmt.Errorf("%s does not belong here", ix.c.InstanceName(cluster.InstanceID(ref)))
				case e != boxOf(at, ix.c.Kind(at.Kind)):
					return fmt.Errorf("%s is entered as %+v", ix.c.InstanceName(cluster.InstanceID(ref)), e)
				}
			}
			return nil
		}
		if err := walk(root); err != nil {
			return fmt.Errorf("placement: boxes of kind %d: %w", kind, err)
		}
	}
	if seen != active || nodes+len(b.unused) != len(b.nodes) {
		return fmt.Errorf("placement: boxes: %d instances, but %d are ACTIVE; of %d nodes %d are used and %d are not", seen, active, len(b.nodes), nodes, len(b.unused))
	}
	return nil
}

func (ix *Index) checkMemo(of sortOfTask, m *memo) error {
	if m.seen < ix.memos.base {
		return nil // it starts anew
	}
	stale := make(map[int32]bool)
	for _, slot := range ix.memos.log[m.seen-ix.memos.base:] {
		stale[slot] = true
	}
	p := ix.plan(of.group)
	s := search{plan: p, request: &cluster.Request{Pool: of.pool, Demand: of.demand, Group: of.group}, slot: none}
	s.want = needOf(of.demand, &cluster.Network{})
	h := ix.hunt(&s)
	fresh := memo{keys: make([]uint64, len(m.keys))}
	for slot := range min(len(m.keys), ix.c.Slots()) {
		was, now := m.wins[len(m.keys)+slot], ix.worth(&h, &fresh, int32(slot))
		if !stale[int32(slot)] && (was != now || was != none && m.keys[slot] != fresh.keys[slot]) {
			return fmt.Errorf("%s has another key", ix.c.InstanceName(cluster.InstanceID(slot)))
		}
	}
	if len(stale) > 0 {
		return nil // sequences may have changed as well
	}
	for at := len(m.keys) - 1; at > 0; at-- {
		if m.wins[at] != m.better(ix, m.wins[2*at], m.wins[2*at+1]) {
			return fmt.Errorf("the tournament is wrong at %d", at)
		}
	}
	return nil
}
