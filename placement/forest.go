package placement

import (
	"math"
	"math/bits"
)

const (
	fanout = 14
	none   = -1
)

// forest is one order of the ACTIVE instances: a B+-tree for each cell, by key
// and then by launch. The trees share their nodes' slab; nodes refer to each
// other by number, so that the garbage collector has nothing to scan.
//
// Nearly all changes take an instance from one leaf to a distant one, so that
// this has to be cheap: within a leaf there is no order, and a maximum that may
// have become too high stays until a search has looked for nothing below it.
//
// All operations take time in proportion to the height, except that a search
// that asks for several resources may have to look into several subtrees: in
// each resource something below has room, but no instance has all of it.
type forest struct {
	nodes   []node
	unused  []int32
	roots   []int32 // by cell
	at      []spot  // by instance
	visited uint64  // nodes that searches have looked at
}

// node is a leaf, whose refs are instances in any order, or an inner node,
// whose refs are nodes. It takes eight cache lines.
type node struct {
	refs    [fanout]int32
	parent  int32
	n       uint8
	inner   bool
	loose   bool // what the parent has for its room may be too much
	entries [fanout]entry
}

// spot is where an instance is: its leaf and its place there, or none.
type spot int32

func spotOf(leaf int32, place int) spot { return spot(leaf<<4 | int32(place)) }

func (s spot) leaf() int32 { return int32(s >> 4) }
func (s spot) place() int  { return int(s & 15) }

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
	for len(f.at) < slots {
		f.at = append(f.at, none)
	}
}

// probe is what a search looks for.
type probe struct {
	want  need
	from  uint64 // instances with a key below this one do not count,
	since uint32 // nor those with this key that were launched before
	limit uint64 // nor those with a key above this one

	without []int32 // nor those with a number above zero here, by instance; or nil
	closed  []uint8 // likewise
}

// takes reports whether an instance is not to be left out.
func (p *probe) takes(slot int32) bool {
	return (p.without == nil || p.without[slot] == 0) && (p.closed == nil || p.closed[slot] == 0)
}

// first returns the instance that comes first in the tree of a cell among
// those that are looked for, and its key; or none.
func (f *forest) first(cell int32, p *probe) (slot int32, key uint64) {
	if f.roots[cell] == none {
		return none, 0
	}
	return f.firstIn(f.roots[cell], p)
}

func (f *forest) firstIn(id int32, p *probe) (int32, uint64) {
	n := &f.nodes[id]
	f.visited++
	if !n.inner {
		return n.first(p)
	}
	for i := n.child(p.from, p.since); i < int(n.n); i++ {
		e := &n.entries[i]
		if e.key > p.limit {
			break
		}
		if !e.holds(&p.want) {
			continue
		}
		if slot, key := f.firstIn(n.refs[i], p); slot != none {
			return slot, key
		}
		f.tighten(n, i)
	}
	return none, 0
}

// first is [forest.first] within a leaf.
func (n *node) first(p *probe) (slot int32, key uint64) {
	best := &entry{key: unbounded, sequence: math.MaxUint32}
	slot = none
	for i := range n.entries[:n.n] {
		e := &n.entries[i]
		if e.holds(&p.want) && e.key >= p.from && e.key <= p.limit && e.before(best) &&
			(e.sequence >= p.since || e.key > p.from) && p.takes(n.refs[i]) {
			best, slot = e, n.refs[i]
		}
	}
	return slot, best.key
}

// tighten makes the room that a node has for its i-th child right.
func (f *forest) tighten(n *node, i int) {
	if child := &f.nodes[n.refs[i]]; child.loose {
		child.loose, n.loose = false, true
		n.entries[i] = child.room(n.entries[i].key, n.entries[i].sequence)
	}
}

// candidate is an instance that has room.
type candidate struct {
	sequence uint32
	slot     int32
}

// list appends the instances of a cell that are looked for, in no order; it
// stops once there are most. It takes no notice of since.
func (f *forest) list(to []candidate, most int, cell int32, p *probe) []candidate {
	if f.roots[cell] == none {
		return to
	}
	return f.listIn(to, most, f.roots[cell], p)
}

func (f *forest) listIn(to []candidate, most int, id int32, p *probe) []candidate {
	n := &f.nodes[id]
	f.visited++
	i := 0
	if n.inner && p.from > 0 {
		i = n.child(p.from, 0)
	}
	for ; i < int(n.n) && len(to) < most; i++ {
		e := &n.entries[i]
		switch {
		case e.key > p.limit && n.inner:
			return to
		case e.key > p.limit || !e.holds(&p.want):
		case n.inner:
			was := len(to)
			if to = f.listIn(to, most, n.refs[i], p); len(to) == was {
				f.tighten(n, i)
			}
		case e.key >= p.from && p.takes(n.refs[i]):
			to = append(to, candidate{e.sequence, n.refs[i]})
		}
	}
	return to
}

// child returns the place of the child of an inner node where an entry of the
// key and sequence belongs: the last that does not begin after it, or the
// first. There is no branch on the keys, which nobody could predict.
func (n *node) child(key uint64, sequence uint32) int {
	at := 0
	for size := int(n.n); size > 1; {
		half := size / 2
		e := &n.entries[at+half]
		_, after := bits.Sub64(uint64(sequence), uint64(e.sequence), 0)
		_, after = bits.Sub64(key, e.key, after)
		at += half & (int(after) - 1)
		size -= half
	}
	return at
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
		m.interfaces = max(m.interfaces, e.interfaces)
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
	n := &f.nodes[id]
	for n.inner {
		i := n.child(e.key, e.sequence)
		below := &n.entries[i]
		below.grow(&e)
		if i == 0 && e.before(below) {
			below.key, below.sequence = e.key, e.sequence
		}
		id = n.refs[i]
		n = &f.nodes[id]
	}
	if n.n == fanout {
		id = f.split(cell, id, &e)
		n = &f.nodes[id]
	}
	n.entries[n.n], n.refs[n.n] = e, slot
	f.at[slot] = spotOf(id, int(n.n))
	n.n++
}

// adopt tells the refs of a node where they are.
func (f *forest) adopt(id int32) {
	n := &f.nodes[id]
	for i, ref := range n.refs[:n.n] {
		if n.inner {
			f.nodes[ref].parent = id
		} else {
			f.at[ref] = spotOf(id, i)
		}
	}
}

// split moves the upper part of a full node to a new one, to make room for an
// entry, and returns where that belongs. Where entries come in ascending order,
// nodes are left full.
func (f *forest) split(cell, id int32, e *entry) int32 {
	if p := f.nodes[id].parent; p == none {
		p = f.allocate(true, none)
		root := &f.nodes[p]
		root.n, root.refs[0] = 1, id
		root.entries[0] = entry{}
		f.nodes[id].parent = p
		f.roots[cell] = p
	} else if f.nodes[p].n == fanout {
		f.split(cell, p, e)
	}
	right := f.allocate(f.nodes[id].inner, f.nodes[id].parent)
	n, r := &f.nodes[id], &f.nodes[right]
	if !n.inner {
		n.sort()
	}
	keep := uint8(fanout / 2)
	if n.entries[fanout-1].before(e) {
		keep = fanout - 1
	}
	r.n = uint8(copy(r.entries[:], n.entries[keep:]))
	copy(r.refs[:], n.refs[keep:])
	n.n = keep
	f.adopt(id)
	f.adopt(right)

	p := &f.nodes[n.parent]
	i := p.index(id)
	copy(p.entries[i+1:], p.entries[i:p.n])
	copy(p.refs[i+1:], p.refs[i:p.n])
	p.n++
	p.refs[i+1] = right
	p.entries[i] = n.room(p.entries[i].key, p.entries[i].sequence)
	p.entries[i+1] = r.room(r.entries[0].key, r.entries[0].sequence)
	p.loose = p.loose || n.loose
	n.loose = false
	if !e.before(&r.entries[0]) {
		id = right
		i++
	}
	p.entries[i].grow(e)
	return id
}

// sort puts a leaf in order.
func (n *node) sort() {
	for i := 1; i < int(n.n); i++ {
		e, ref, to := n.entries[i], n.refs[i], i
		for ; to > 0 && e.before(&n.entries[to-1]); to-- {
			n.entries[to], n.refs[to] = n.entries[to-1], n.refs[to-1]
		}
		n.entries[to], n.refs[to] = e, ref
	}
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
	n.inner, n.parent, n.n, n.loose = inner, parent, 0, false
	return id
}

// remove takes an instance out of the tree of its cell: the last of its leaf
// takes its place.
func (f *forest) remove(cell, slot int32) {
	id, at := f.at[slot].leaf(), f.at[slot].place()
	n := &f.nodes[id]
	n.n--
	last := n.refs[n.n]
	n.entries[at], n.refs[at] = n.entries[n.n], last
	f.at[last] = spotOf(id, at)
	f.at[slot] = none
	f.lessen(cell, id)
}

// drop takes a child out of an inner node.
func (f *forest) drop(cell, id int32, at int) {
	n := &f.nodes[id]
	copy(n.entries[at:], n.entries[at+1:n.n])
	copy(n.refs[at:], n.refs[at+1:n.n])
	n.n--
	f.lessen(cell, id)
}

// lessen follows the loss of an entry: a node is joined with a neighbour when
// both are rather empty.
func (f *forest) lessen(cell, id int32) {
	n := &f.nodes[id]
	n.loose = true
	switch p := n.parent; {
	case n.n >= fanout/4:
	case p == none:
		f.shorten(cell)
	case n.n == 0:
		f.unused = append(f.unused, id)
		f.drop(cell, p, f.nodes[p].index(id))
	default:
		f.join(cell, id)
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
	l.loose = l.loose || r.loose
	f.adopt(left)
	parent.entries[i].grow(&parent.entries[i+1])
	f.unused = append(f.unused, right)
	f.drop(cell, p, i+1)
}

// update gives an instance its new entry.
func (f *forest) update(cell, slot int32, e entry) {
	id := f.at[slot].leaf()
	n := &f.nodes[id]
	old := &n.entries[f.at[slot].place()]
	if e.key != old.key {
		f.remove(cell, slot)
		f.insert(cell, slot, e)
		return
	}
	n.loose = n.loose || e.exceededBy(old)
	if old.exceededBy(&e) {
		f.raise(id, &e)
	}
	*old = e
}

// raise makes the entries above a node hold e as well.
func (f *forest) raise(id int32, e *entry) {
	for p := f.nodes[id].parent; p != none; id, p = p, f.nodes[p].parent {
		n := &f.nodes[p]
		above := &n.entries[n.index(id)]
		if !above.exceededBy(e) {
			return
		}
		above.grow(e)
	}
}

// unbounded is the limit of a search without one.
const unbounded = math.MaxUint64
