package placement

import (
	"math"
)

const (
	fanout = 16
	none   = -1
)

// forest is one order of the ACTIVE instances: a B+-tree for each cell, by key
// and then by launch. The trees share their nodes' slab; nodes refer to each
// other by number, so that the garbage collector has nothing to scan.
//
// All operations take time in proportion to the height, except that a search
// that asks for several resources may have to look into several subtrees: in
// each resource something below has room, but no instance has all of it.
type forest struct {
	nodes   []node
	unused  []int32
	roots   []int32 // by cell
	leaf    []int32 // by instance: the leaf it is in
	visited uint64  // nodes that searches have looked at
}

// node is a leaf, whose refs are instances, or an inner node, whose refs are
// nodes.
type node struct {
	refs    [fanout]int32
	entries [fanout]entry
	parent  int32
	n       int32
	inner   bool
}

func newForest(cells, slots int) forest {
	f := forest{roots: make([]int32, cells)}
	for c := range f.roots {
		f.roots[c] = none
	}
	f.reach(slots)
	return f
}

// reach makes room for instances below slots.
func (f *forest) reach(slots int) {
	for len(f.leaf) < slots {
		f.leaf = append(f.leaf, none)
	}
}

// first returns the instance that comes first in the tree of a cell among
// those that have room, do not come before the key from, do not have a key
// above limit and are not to be skipped; or none. skip is nil or says by
// instance which ones, by a number above zero.
func (f *forest) first(cell int32, from, limit uint64, want *need, skip []int32) (slot int32, key uint64) {
	if f.roots[cell] == none {
		return none, 0
	}
	return f.firstIn(f.roots[cell], from, limit, want, skip)
}

func (f *forest) firstIn(id int32, from, limit uint64, want *need, skip []int32) (int32, uint64) {
	n := &f.nodes[id]
	f.visited++
	for i := n.start(from); i < int(n.n); i++ {
		e := &n.entries[i]
		if e.key > limit {
			break
		}
		if !e.holds(want) {
			continue
		}
		if n.inner {
			if slot, key := f.firstIn(n.refs[i], from, limit, want, skip); slot != none {
				return slot, key
			}
		} else if skip == nil || skip[n.refs[i]] == 0 {
			return n.refs[i], e.key
		}
	}
	return none, 0
}

// candidate is an instance that has room.
type candidate struct {
	sequence uint32
	slot     int32
}

// list appends the instances of a cell that have room and whose keys are
// between from and to, in order; it stops once there are most.
func (f *forest) list(to []candidate, most int, cell int32, from, limit uint64, want *need, skip []int32) []candidate {
	if f.roots[cell] == none {
		return to
	}
	return f.listIn(to, most, f.roots[cell], from, limit, want, skip)
}

func (f *forest) listIn(to []candidate, most int, id int32, from, limit uint64, want *need, skip []int32) []candidate {
	n := &f.nodes[id]
	f.visited++
	for i := n.start(from); i < int(n.n) && len(to) < most; i++ {
		e := &n.entries[i]
		if e.key > limit {
			break
		}
		if !e.holds(want) {
			continue
		}
		if n.inner {
			to = f.listIn(to, most, n.refs[i], from, limit, want, skip)
		} else if skip == nil || skip[n.refs[i]] == 0 {
			to = append(to, candidate{e.sequence, n.refs[i]})
		}
	}
	return to
}

// start returns the first place where an entry of key from or more can be: in
// an inner node that is one before the first such entry, because what stands
// there is the least of a subtree.
func (n *node) start(from uint64) int {
	if from == 0 {
		return 0
	}
	at := n.place(&entry{key: from})
	if n.inner && at > 0 {
		at--
	}
	return at
}

// place returns the number of entries of a node that come before e.
func (n *node) place(e *entry) int {
	low, high := 0, int(n.n)
	for low < high {
		if mid := (low + high) / 2; n.entries[mid].before(e) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// index returns the place of a ref in a node.
func (n *node) index(ref int32) int {
	for i, r := range n.refs[:n.n] {
		if r == ref {
			return i
		}
	}
	panic("placement: lost in the index")
}

// room returns the maxima of a node, under the key and sequence given.
func (n *node) room(key uint64, sequence uint32) entry {
	m := nothing
	for i := range n.entries[:n.n] {
		e := &n.entries[i]
		m.cpu = max(m.cpu, e.cpu)
		m.memory = max(m.memory, e.memory)
		m.share = max(m.share, e.share)
		m.whole = max(m.whole, e.whole)
	}
	m.key, m.sequence = key, sequence
	return m
}

// insert adds an instance to the tree of a cell.
func (f *forest) insert(cell, slot int32, e entry) {
	id := f.roots[cell]
	if id == none {
		id = f.allocate(false, none)
		f.roots[cell] = id
	}
	for f.nodes[id].inner {
		n := &f.nodes[id]
		i := n.place(&e)
		if i == int(n.n) || e.before(&n.entries[i]) {
			i--
		}
		if i < 0 {
			i = 0
			n.entries[0].key, n.entries[0].sequence = e.key, e.sequence
		}
		id = n.refs[i]
	}
	f.add(cell, id, slot, e)
}

// add puts an entry into a node, which is split when it is full, and raises
// the maxima above.
func (f *forest) add(cell, id, ref int32, e entry) {
	at := f.nodes[id].place(&e)
	if f.nodes[id].n == fanout {
		right := f.split(cell, id, at)
		if n := f.nodes[id].n; at > int(n) || at == int(n) && !e.before(&f.nodes[right].entries[0]) {
			id, at = right, at-int(n)
		}
	}
	n := &f.nodes[id]
	copy(n.entries[at+1:n.n+1], n.entries[at:n.n])
	copy(n.refs[at+1:n.n+1], n.refs[at:n.n])
	n.entries[at], n.refs[at] = e, ref
	n.n++
	f.adopt(id, ref)
	f.raise(id, e)
}

// adopt tells a ref of a node where it is.
func (f *forest) adopt(id, ref int32) {
	if f.nodes[id].inner {
		f.nodes[ref].parent = id
	} else {
		f.leaf[ref] = id
	}
}

// raise makes the entries above a node hold e as well.
func (f *forest) raise(id int32, e entry) {
	for p := f.nodes[id].parent; p != none; id, p = p, f.nodes[p].parent {
		n := &f.nodes[p]
		if !n.entries[n.index(id)].grow(&e) {
			return
		}
	}
}

// split moves the upper part of a full node to a new one, which is returned.
// Where entries come in ascending order, nodes are left full.
func (f *forest) split(cell, id int32, at int) int32 {
	parent := f.nodes[id].parent
	if parent == none {
		parent = f.allocate(true, none)
		root, n := &f.nodes[parent], &f.nodes[id]
		root.n, root.refs[0] = 1, id
		root.entries[0] = n.room(0, 0)
		n.parent = parent
		f.roots[cell] = parent
	}
	right := f.allocate(f.nodes[id].inner, parent)
	n, r := &f.nodes[id], &f.nodes[right]
	keep := int32(fanout / 2)
	if at == fanout {
		keep = fanout - 1
	}
	r.n = int32(copy(r.entries[:], n.entries[keep:n.n]))
	copy(r.refs[:], n.refs[keep:n.n])
	n.n = keep
	for _, ref := range r.refs[:r.n] {
		f.adopt(right, ref)
	}
	p := &f.nodes[parent]
	mine := &p.entries[p.index(id)]
	*mine = n.room(mine.key, mine.sequence)
	f.add(cell, parent, right, r.room(r.entries[0].key, r.entries[0].sequence))
	return right
}

// allocate returns an empty node.
func (f *forest) allocate(inner bool, parent int32) int32 {
	id := int32(len(f.nodes))
	if k := len(f.unused); k > 0 {
		id = f.unused[k-1]
		f.unused = f.unused[:k-1]
	} else {
		f.nodes = append(f.nodes, node{})
	}
	n := &f.nodes[id]
	n.inner, n.parent, n.n = inner, parent, 0
	return id
}

// remove takes an instance out of the tree of its cell.
func (f *forest) remove(cell, slot int32) {
	id := f.leaf[slot]
	f.leaf[slot] = none
	f.drop(cell, id, f.nodes[id].index(slot))
}

// drop takes an entry out of a node, lowers the maxima above, and joins the
// node with a neighbour when both are rather empty.
func (f *forest) drop(cell, id int32, at int) {
	n := &f.nodes[id]
	gone := n.entries[at]
	copy(n.entries[at:], n.entries[at+1:n.n])
	copy(n.refs[at:], n.refs[at+1:n.n])
	n.n--
	switch {
	case n.parent == none:
		f.shorten(cell)
	case n.n == 0:
		p := n.parent
		f.unused = append(f.unused, id)
		f.drop(cell, p, f.nodes[p].index(id))
	default:
		f.change(id, gone, nothing)
		if n.n < fanout/4 {
			f.join(cell, id)
		}
	}
}

// shorten removes a root that is of no use.
func (f *forest) shorten(cell int32) {
	for id := f.roots[cell]; ; {
		n := &f.nodes[id]
		switch {
		case n.n == 0:
			f.roots[cell] = none
		case n.n == 1 && n.inner:
			child := n.refs[0]
			f.roots[cell], f.nodes[child].parent = child, none
			f.unused = append(f.unused, id)
			id = child
			continue
		default:
			return
		}
		f.unused = append(f.unused, id)
		return
	}
}

// join moves the entries of one of two neighbours to the other, when there is
// ample room.
func (f *forest) join(cell, id int32) {
	p := f.nodes[id].parent
	parent := &f.nodes[p]
	i := parent.index(id)
	if i == int(parent.n)-1 {
		i--
	}
	if i < 0 {
		return
	}
	left, right := parent.refs[i], parent.refs[i+1]
	l, r := &f.nodes[left], &f.nodes[right]
	if l.n+r.n > fanout*3/4 {
		return
	}
	copy(l.entries[l.n:], r.entries[:r.n])
	copy(l.refs[l.n:], r.refs[:r.n])
	l.n += r.n
	for _, ref := range r.refs[:r.n] {
		f.adopt(left, ref)
	}
	parent.entries[i].grow(&parent.entries[i+1])
	f.unused = append(f.unused, right)
	f.drop(cell, p, i+1)
}

// change makes the maxima above a node right after one of its entries has
// changed.
func (f *forest) change(id int32, old, now entry) {
	for p := f.nodes[id].parent; p != none; id, p = p, f.nodes[p].parent {
		n := &f.nodes[p]
		e := &n.entries[n.index(id)]
		was := *e
		if e.upheldBy(&old, &now) {
			*e = f.nodes[id].room(e.key, e.sequence)
		} else if !e.exceededBy(&now) || !e.grow(&now) {
			return
		}
		if *e == was {
			return
		}
		old, now = was, *e
	}
}

// update gives an instance its new entry.
func (f *forest) update(cell, slot int32, e entry) {
	id := f.leaf[slot]
	n := &f.nodes[id]
	at := n.index(slot)
	old := n.entries[at]
	if e.key == old.key {
		n.entries[at] = e
		if !e.sameRoom(&old) {
			f.change(id, old, e)
		}
		return
	}
	// The instance stays in its leaf if it does not become the first or the
	// last there: what is beyond is the neighbour's.
	last := int(n.n) - 1
	up := e.key > old.key
	if up && at < last && e.before(&n.entries[last]) {
		to := at
		for ; n.entries[to+1].before(&e); to++ {
			n.entries[to], n.refs[to] = n.entries[to+1], n.refs[to+1]
		}
		n.entries[to], n.refs[to] = e, slot
		f.change(id, old, e)
		return
	}
	if !up && at > 0 && n.entries[0].before(&e) {
		to := at
		for ; e.before(&n.entries[to-1]); to-- {
			n.entries[to], n.refs[to] = n.entries[to-1], n.refs[to-1]
		}
		n.entries[to], n.refs[to] = e, slot
		f.change(id, old, e)
		return
	}
	f.drop(cell, id, at)
	f.insert(cell, slot, e)
}

// unbounded is the limit of a search without one.
const unbounded = math.MaxUint64
