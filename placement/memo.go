package placement

import (
	"math/bits"

	"berth/sim/cluster"
)

// memos holds what has been found out about the scores of scorers without a
// bound: for each sort of task a memo, and a log of which instances have
// changed, so that a decision asks for the scores of those alone.
type memos struct {
	of   map[sortOfTask]*memo
	log  []int32 // instances that have changed, the last of them
	base uint64  // changes before the log
	now  uint64  // decisions
	size int     // of all memos together, in instances
	most int     // what size may become
}

// sortOfTask is what the scores of an instance under a plan hang on besides itself.
type sortOfTask struct {
	group  cluster.GroupID
	pool   cluster.PoolID
	demand cluster.Vector
}

// memo holds the keys of the instances of a pool that have room for a sort of
// task, and finds the least among them by a tournament.
type memo struct {
	keys []uint64 // by instance
	// wins[1] is the instance with the least key, launched first if there are
	// several; wins[n] is the better of wins[2n] and wins[2n+1]; the second
	// half are the instances themselves, or none.
	wins []int32
	seen uint64 // changes it has followed
	used uint64 // decision that used it last
}

// mostRemembered bounds the size of all memos: beyond it those that have not
// been used for longest are forgotten. An instance takes 16 to 32 bytes.
const mostRemembered = 1 << 22

func newMemos() *memos { return &memos{of: make(map[sortOfTask]*memo), most: mostRemembered} }

// changed follows a change of an instance.
func (m *memos) changed(slot int32, slots int) {
	if len(m.log) > 2*slots+1024 {
		half := len(m.log) / 2
		m.base += uint64(half)
		m.log = m.log[:copy(m.log, m.log[half:])]
	}
	m.log = append(m.log, slot)
}

// memo returns the memo of a sort of task, as things are now.
func (ix *Index) memo(h *hunt) *memo {
	all := ix.memos
	key := sortOfTask{h.request.Group, h.request.Pool, h.request.Demand}
	m := all.of[key]
	if m == nil {
		m = &memo{}
		all.of[key] = m
	}
	all.now++
	m.used = all.now
	end := all.base + uint64(len(all.log))
	switch {
	case len(m.keys) == 0 || len(m.keys) < ix.c.Slots():
		all.size -= len(m.keys)
		n := 1 << bits.Len(uint(max(ix.c.Slots()-1, 31)))
		m.keys, m.wins = make([]uint64, n), make([]int32, 2*n)
		all.size += n
		for all.size > all.most && len(all.of) > 1 {
			all.forget()
		}
		ix.fill(h, m)
	case m.seen < all.base || end-m.seen >= uint64(ix.c.Slots()):
		ix.fill(h, m)
	default:
		for _, slot := range all.log[m.seen-all.base:] {
			m.set(ix, slot, ix.worth(h, m, slot))
		}
	}
	m.seen = end
	return m
}

// forget drops the memo that has not been used for longest.
func (m *memos) forget() {
	var oldest sortOfTask
	first := m.now + 1
	for key, memo := range m.of {
		if memo.used < first {
			oldest, first = key, memo.used
		}
	}
	m.size -= len(m.of[oldest].keys)
	delete(m.of, oldest)
}

// worth works out the key of an instance and returns the instance, or none if
// it has no room or is not of the pool.
func (ix *Index) worth(h *hunt, m *memo, slot int32) int32 {
	ix.visited++
	i := ix.c.Instance(cluster.InstanceID(slot))
	if i.State != cluster.Active || !ix.c.Allows(h.request.Pool, i.Kind) {
		return none
	}
	want := h.want
	want.interfaces = 0 // which is of the network, not of the sort
	e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
	if !e.holds(&want) {
		return none
	}
	m.keys[slot] = ix.score(ix.scorer, slot, h.request.Demand)
	return slot
}

// fill works out all keys.
func (ix *Index) fill(h *hunt, m *memo) {
	n := len(m.keys)
	for slot := range n {
		m.wins[n+slot] = none
		if slot < ix.c.Slots() {
			m.wins[n+slot] = ix.worth(h, m, int32(slot))
		}
	}
	for at := n - 1; at > 0; at-- {
		m.wins[at] = m.better(ix, m.wins[2*at], m.wins[2*at+1])
	}
}

// set gives an instance its key, or takes it out when worth is none.
func (m *memo) set(ix *Index, slot, worth int32) {
	at := len(m.keys) + int(slot)
	m.wins[at] = worth
	for at /= 2; at > 0; at /= 2 {
		was := m.wins[at]
		m.wins[at] = m.better(ix, m.wins[2*at], m.wins[2*at+1])
		if was == m.wins[at] && was != slot {
			return
		}
	}
}

func (m *memo) better(ix *Index, a, b int32) int32 {
	switch {
	case a == none:
		return b
	case b == none || m.keys[a] < m.keys[b]:
		return a
	case m.keys[a] > m.keys[b]:
		return b
	case ix.c.Instance(cluster.InstanceID(a)).Sequence < ix.c.Instance(cluster.InstanceID(b)).Sequence:
		return a
	}
	return b
}

// remember looks for the best among the instances for which the rules that lead
// the chain have the keys given.
func (ix *Index) remember(h *hunt, leading keys) {
	ix.descendMemo(h, ix.memo(h), &leading, 1)
}

func (ix *Index) descendMemo(h *hunt, m *memo, leading *keys, at int) {
	win := m.wins[at]
	if win == none || h.listing && len(ix.list) >= h.most {
		return
	}
	i := ix.c.Instance(cluster.InstanceID(win))
	if h.excludes(m.keys[win], i.Sequence) {
		return
	}
	if at >= len(m.keys) {
		for n := range h.leading {
			if h.bucket(n, ix.cells.attributes[h.attribute[n]].ofKind[i.Kind]) != leading[n] {
				return
			}
		}
		ix.meet(h, win, m.keys[win], i.Sequence)
		return
	}
	first := 2 * at
	if m.wins[first] != win {
		first++
	}
	ix.descendMemo(h, m, leading, first)
	ix.descendMemo(h, m, leading, first^1)
}
