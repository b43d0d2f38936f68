package placement

import (
	"math"

	"berth/sim/cluster"
)

// boxFanout is how many entries a node of boxes has at most; [spot] has room
// for as many.
const boxFanout = 16

// boxes holds the ACTIVE instances for searches by score: a B+-tree for each
// kind, in the order of a curve through the space of what is free (Morton,
// 1966), and then of launches. Neighbours on the curve have about equally much
// free of every resource, so that the box around a subtree is small and a bound
// on the scores in it says much. Nodes refer to each other by number, as those
// of a forest do; within a leaf there is no order.
type boxes struct {
	nodes   []boxNode
	unused  []int32
	roots   []int32 // by kind
	at      []spot  // by instance
	visited uint64  // nodes that searches have looked at
}

// boxNode is a leaf, whose refs are instances, or an inner node, whose refs are
// nodes.
type boxNode struct {
	refs    [boxFanout]int32
	parent  int32
	n       uint8
	inner   bool
	entries [boxFanout]boxEntry
}

// boxEntry stands for an instance or for all in a subtree: nothing below comes
// before the place and the sequence; earliest is the first launch below, and
// the rest bounds what is free, as tightly as can be.
type boxEntry struct {
	place       uint64
	sequence    uint32
	earliest    uint32
	least, most cluster.Vector
	share       uint16 // greatest
	whole       uint8  // greatest
	interfaces  uint8  // greatest
}

// boxOf returns the entry of an instance.
func boxOf(i *cluster.Instance, k *cluster.Kind) boxEntry {
	room := entryOf(i, k.Unlimited)
	e := boxEntry{
		sequence: i.Sequence, earliest: i.Sequence,
		least: i.Free,
		share: room.share, whole: room.whole, interfaces: room.interfaces,
	}
	if k.Unlimited {
		e.least = cluster.Vector{CPU: room.cpu, Memory: room.memory}
	} else {
		e.place = placeOf(i.Free, k.Capacity)
	}
	e.most = e.least
	return e
}

// placeOf returns the place on the curve: the bits of the free shares of CPU,
// memory and GPU in turn, of each the sixteen highest.
func placeOf(free, capacity cluster.Vector) uint64 {
	place := spaced(share(free.CPU, capacity.CPU, 16)) | spaced(share(free.Memory, capacity.Memory, 16))<<1
	if capacity.GPU > 0 {
		place |= spaced(share(free.GPU, capacity.GPU, 16)) << 2
	}
	return place
}

// spaced puts two zeros between the bits of a number of up to 21.
func spaced(n uint64) uint64 {
	n = (n | n<<32) & 0x001f00000000ffff
	n = (n | n<<16) & 0x001f0000ff0000ff
	n = (n | n<<8) & 0x100f00f00f00f00f
	n = (n | n<<4) & 0x10c30c30c30c30c3
	return (n | n<<2) & 0x1249249249249249
}

func (e *boxEntry) holds(n *need) bool {
	return n.cpu <= e.most.CPU && n.memory <= e.most.Memory && n.share <= e.share && n.whole <= e.whole && n.interfaces <= e.interfaces
}

func (e *boxEntry) before(o *boxEntry) bool {
	return e.place < o.place || e.place == o.place && e.sequence < o.sequence
}

// grow makes the box hold that of o as well.
func (e *boxEntry) grow(o *boxEntry) {
	if o.before(e) {
		e.place, e.sequence = o.place, o.sequence
	}
	e.earliest = min(e.earliest, o.earliest)
	e.least.CPU, e.most.CPU = min(e.least.CPU, o.least.CPU), max(e.most.CPU, o.most.CPU)
	e.least.Memory, e.most.Memory = min(e.least.Memory, o.least.Memory), max(e.most.Memory, o.most.Memory)
	e.least.GPU, e.most.GPU = min(e.least.GPU, o.least.GPU), max(e.most.GPU, o.most.GPU)
	e.share, e.whole, e.interfaces = max(e.share, o.share), max(e.whole, o.whole), max(e.interfaces, o.interfaces)
}

// without reports whether the box may stay as it is without o: o does not touch
// its edge, except where the box has no extent.
func (e *boxEntry) without(o *boxEntry) bool {
	inside := func(least, most, v int64) bool { return least == most || least < v && v < most }
	return inside(e.least.CPU, e.most.CPU, o.least.CPU) &&
		inside(e.least.Memory, e.most.Memory, o.least.Memory) &&
		inside(e.least.GPU, e.most.GPU, o.least.GPU) &&
		e.earliest < o.earliest &&
		(e.share == 0 || o.share < e.share) && (e.whole == 0 || o.whole < e.whole) && (e.interfaces == 0 || o.interfaces < e.interfaces)
}

func newBoxes() *boxes { return &boxes{} }

// reach makes room for kinds and instances below those numbers.
func (b *boxes) reach(kinds, slots int) {
	for len(b.roots) < kinds {
		b.roots = append(b.roots, none)
	}
	for len(b.at) < slots {
		b.at = append(b.at, none)
	}
}

// around returns the entry of all in a node.
func (n *boxNode) around() boxEntry {
	e := n.entries[0]
	for i := 1; i < int(n.n); i++ {
		e.grow(&n.entries[i])
	}
	return e
}

// beginning is around with the beginning of another entry, which was that of the
// node: what belongs there still does.
func (n *boxNode) beginning(as *boxEntry) boxEntry {
	e := n.around()
	e.place, e.sequence = as.place, as.sequence
	return e
}

// child returns the place of the child where an entry belongs: the last that
// does not begin after it, or the first.
func (n *boxNode) child(e *boxEntry) int {
	i := int(n.n) - 1
	for i > 0 && e.before(&n.entries[i]) {
		i--
	}
	return i
}

func (n *boxNode) index(ref int32) int {
	for i, r := range n.refs[:n.n] {
		if r == ref {
			return i
		}
	}
	panic("placement: lost in the boxes")
}

// insert adds an instance to the tree of its kind. Nodes that are full are
// split on the way down, so that there is always room above.
func (b *boxes) insert(kind cluster.KindID, slot int32, e boxEntry) {
	id := b.roots[kind]
	if id == none {
		id = b.allocate(false, none)
		b.roots[kind] = id
	}
	if b.nodes[id].n == boxFanout {
		top := b.allocate(true, none)
		root := &b.nodes[top]
		root.n, root.refs[0], root.entries[0] = 1, id, b.nodes[id].around()
		b.nodes[id].parent = top
		b.roots[kind] = top
		id = top
		b.split(id, 0, &e)
	}
	for b.nodes[id].inner {
		i := b.nodes[id].child(&e)
		if b.nodes[b.nodes[id].refs[i]].n == boxFanout {
			b.split(id, i, &e)
			i = b.nodes[id].child(&e)
		}
		n := &b.nodes[id]
		n.entries[i].grow(&e)
		id = n.refs[i]
	}
	n := &b.nodes[id]
	n.entries[n.n], n.refs[n.n] = e, slot
	b.at[slot] = spotOf(id, int(n.n))
	n.n++
}

// split moves the upper half of a child to a new one after it; where the entry
// to come belongs at the end, all but the last stays, for entries may come in
// ascending order.
func (b *boxes) split(id int32, i int, coming *boxEntry) {
	left := b.nodes[id].refs[i]
	right := b.allocate(b.nodes[left].inner, id)
	l, r := &b.nodes[left], &b.nodes[right]
	if !l.inner {
		l.sort()
	}
	keep := uint8(boxFanout / 2)
	if l.entries[boxFanout-1].before(coming) {
		keep = boxFanout - 1
	}
	r.n = uint8(copy(r.entries[:], l.entries[keep:]))
	copy(r.refs[:], l.refs[keep:])
	l.n = keep
	b.adopt(left)
	b.adopt(right)

	n := &b.nodes[id]
	copy(n.entries[i+2:], n.entries[i+1:n.n])
	copy(n.refs[i+2:], n.refs[i+1:n.n])
	n.n++
	n.refs[i+1] = right
	n.entries[i] = l.beginning(&n.entries[i])
	n.entries[i+1] = r.around()
}

// sort puts a leaf in order.
func (n *boxNode) sort() {
	for i := 1; i < int(n.n); i++ {
		e, ref, to := n.entries[i], n.refs[i], i
		for ; to > 0 && e.before(&n.entries[to-1]); to-- {
			n.entries[to], n.refs[to] = n.entries[to-1], n.refs[to-1]
		}
		n.entries[to], n.refs[to] = e, ref
	}
}

// adopt tells the refs of a node where they are.
func (b *boxes) adopt(id int32) {
	n := &b.nodes[id]
	for i, ref := range n.refs[:n.n] {
		if n.inner {
			b.nodes[ref].parent = id
		} else {
			b.at[ref] = spotOf(id, i)
		}
	}
}

// allocate returns an empty node.
func (b *boxes) allocate(inner bool, parent int32) int32 {
	id := int32(len(b.nodes))
	if k := len(b.unused); k > 0 {
		id = b.unused[k-1]
		b.unused = b.unused[:k-1]
	} else {
		b.nodes = append(b.nodes, boxNode{})
	}
	n := &b.nodes[id]
	n.inner, n.parent, n.n = inner, parent, 0
	return id
}

// remove takes an instance out of the tree of its kind: the last of its leaf
// takes its place.
func (b *boxes) remove(kind cluster.KindID, slot int32) {
	id, at := b.at[slot].leaf(), b.at[slot].place()
	n := &b.nodes[id]
	gone := n.entries[at]
	n.n--
	last := n.refs[n.n]
	n.entries[at], n.refs[at] = n.entries[n.n], last
	b.at[last] = spotOf(id, at)
	b.at[slot] = none
	b.lessen(kind, id, &gone)
}

// lessen follows the loss of an instance from a leaf upwards: nodes that have
// become rather empty are joined with a neighbour, and boxes shrink, as far as
// that matters.
func (b *boxes) lessen(kind cluster.KindID, id int32, gone *boxEntry) {
	for {
		n := &b.nodes[id]
		p := n.parent
		if p == none {
			b.shorten(kind)
			return
		}
		parent := &b.nodes[p]
		i := parent.index(id)
		switch {
		case n.n == 0:
			b.unused = append(b.unused, id)
			parent.drop(i)
		case n.n < boxFanout/4 && b.join(p, i):
		case parent.entries[i].without(gone):
			return
		default:
			e := n.beginning(&parent.entries[i])
			if e == parent.entries[i] {
				return
			}
			parent.entries[i] = e
		}
		id = p
	}
}

// drop takes an entry out of an inner node.
func (n *boxNode) drop(at int) {
	copy(n.entries[at:], n.entries[at+1:n.n])
	copy(n.refs[at:], n.refs[at+1:n.n])
	n.n--
}

// join moves the entries of one of two neighbours to the other, when there is
// ample room, and reports whether there was.
func (b *boxes) join(p int32, i int) bool {
	parent := &b.nodes[p]
	if i == int(parent.n)-1 {
		i--
	}
	if i < 0 {
		return false
	}
	left, right := parent.refs[i], parent.refs[i+1]
	l, r := &b.nodes[left], &b.nodes[right]
	if l.n+r.n > boxFanout*3/4 {
		return false
	}
	copy(l.entries[l.n:], r.entries[:r.n])
	copy(l.refs[l.n:], r.refs[:r.n])
	l.n += r.n
	b.adopt(left)
	b.unused = append(b.unused, right)
	parent.entries[i] = l.beginning(&parent.entries[i])
	parent.drop(i + 1)
	return true
}

// shorten removes roots that are of no use.
func (b *boxes) shorten(kind cluster.KindID) {
	for {
		id := b.roots[kind]
		n := &b.nodes[id]
		switch {
		case n.n == 0:
			b.roots[kind] = none
			b.unused = append(b.unused, id)
			return
		case n.n == 1 && n.inner:
			b.roots[kind] = n.refs[0]
			b.nodes[n.refs[0]].parent = none
			b.unused = append(b.unused, id)
		default:
			return
		}
	}
}

// update gives an ACTIVE instance its entry, or removes it if it is not.
func (b *boxes) update(id cluster.InstanceID, i *cluster.Instance, k *cluster.Kind) {
	at, active := b.at[id], i.State == cluster.Active
	e := boxEntry{}
	if active {
		e = boxOf(i, k)
	}
	if at != none {
		if active && b.nodes[at.leaf()].entries[at.place()] == e {
			return
		}
		b.remove(i.Kind, int32(id))
	}
	if active {
		b.insert(i.Kind, int32(id), e)
	}
}

// noLaunch is later than all launches.
const noLaunch = math.MaxUint32
