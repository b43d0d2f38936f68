package placement

import (
	"cmp"
	"math"
	"slices"

	"berth/sim/cluster"
)

// scoring is what the index keeps for strategies that score: boxes for those
// with a bound, memos for those without.
type scoring struct {
	boxes *boxes // or nil
	memos *memos // or nil

	// What a decision needs for a moment.
	scorer  Scorer
	bounder Bounder // the scorer, if it is one
	state   State
	box     Box
	ranks   []rankedKind
}

// rankedKind is a kind with the keys of the rules that lead a chain, which are
// equal for all its instances, and a bound on the key of the rule after them.
type rankedKind struct {
	keys  keys
	bound uint64
	kind  cluster.KindID
}

// startScoring makes what the plans need.
func (ix *Index) startScoring() {
	for g := range ix.plans {
		p := &ix.plans[g]
		if !p.scans {
			continue
		}
		if _, bounded := p.rules[p.leading].scorer.(Bounder); bounded && ix.boxes == nil {
			ix.boxes = newBoxes()
		} else if !bounded && ix.memos == nil {
			ix.memos = newMemos()
		}
	}
	for slot := range ix.c.Slots() {
		ix.rescore(cluster.InstanceID(slot))
	}
}

// rescore follows a change of an instance.
func (ix *Index) rescore(id cluster.InstanceID) {
	if ix.boxes != nil {
		ix.boxes.reach(ix.c.Kinds(), ix.c.Slots())
		i := ix.c.Instance(id)
		if i.State == cluster.Active || ix.boxes.at[id] != none {
			ix.boxes.update(id, i, ix.c.Kind(i.Kind))
		}
	}
	if ix.memos != nil {
		ix.memos.changed(int32(id), ix.c.Slots())
	}
}

// score returns the key of an instance under a scorer.
func (ix *Index) score(by Scorer, slot int32, demand cluster.Vector) uint64 {
	i := ix.c.Instance(cluster.InstanceID(slot))
	kind := ix.c.Kind(i.Kind)
	if kind.Unlimited {
		return keyUnlimited(by, demand)
	}
	ix.state = State{Free: i.Free, Capacity: kind.Capacity, Devices: ix.c.Devices(cluster.InstanceID(slot)), Kind: i.Kind}
	return scoreKey(by.Score(&ix.state, demand))
}

// hunt is a search by score.
type hunt struct {
	*search
	rule int  // the one that scores
	last bool // it leaves ties to the order of launches alone
	// listing says that what ties with the best is to be listed, until there
	// are most.
	listing bool
	most    int
	// Of the kind at hand:
	kind *cluster.Kind
}

func (ix *Index) hunt(s *search) hunt {
	ix.scorer = s.rules[s.leading].scorer
	ix.bounder, _ = ix.scorer.(Bounder)
	return hunt{search: s, rule: s.leading, last: s.leading == len(s.rules)-1 && !s.turns}
}

// scored finds the best instance of the pool where the first rule that differs
// within a kind scores.
func (ix *Index) scored(s *search) {
	h := ix.hunt(s)
	ix.rankKinds(&h)
	for n, r := range ix.ranks {
		if s.slot != none && ix.ranks[n].over(&h) {
			return
		}
		if ix.bounder == nil {
			if n == 0 || r.keys != ix.ranks[n-1].keys {
				ix.remember(&h, r.keys)
			}
			continue
		}
		h.kind = ix.c.Kind(r.kind)
		if !h.excludes(r.bound, 0) {
			ix.descendBoxes(&h, ix.boxes.roots[r.kind])
		}
	}
}

// over reports whether the rules before the one that scores prefer what has
// been found to a kind.
func (r *rankedKind) over(h *hunt) bool {
	return slices.Compare(r.keys[:h.rule], h.keys[:h.rule]) > 0
}

// ties lists what ties with the best, or at least most of it.
func (ix *Index) scoredTies(s *search, most int) {
	h := ix.hunt(s)
	h.listing, h.most = true, most
	ix.rankKinds(&h)
	for n, r := range ix.ranks {
		if !slices.Equal(r.keys[:h.rule], s.keys[:h.rule]) {
			continue
		}
		if ix.bounder == nil {
			if n == 0 || r.keys != ix.ranks[n-1].keys {
				ix.remember(&h, r.keys)
			}
			continue
		}
		h.kind = ix.c.Kind(r.kind)
		ix.descendBoxes(&h, ix.boxes.roots[r.kind])
	}
}

// rankKinds puts the kinds of the pool in the order of the rules that lead the
// chain, and then of their bounds.
func (ix *Index) rankKinds(h *hunt) {
	ix.ranks = ix.ranks[:0]
	for _, kind := range ix.c.PoolKinds(h.request.Pool) {
		if !h.admits(kind) {
			continue
		}
		r := rankedKind{kind: kind}
		if ix.bounder != nil {
			if int(kind) >= len(ix.boxes.roots) || ix.boxes.roots[kind] == none {
				continue
			}
			h.kind = ix.c.Kind(kind)
			e := ix.boxes.nodes[ix.boxes.roots[kind]].around()
			if !e.holds(&h.want) {
				continue
			}
			r.bound = ix.bound(h, &e)
		}
		for n := range h.leading {
			r.keys[n] = h.bucket(n, ix.cells.attributes[h.attribute[n]].ofKind[kind])
		}
		ix.ranks = append(ix.ranks, r)
	}
	if len(ix.ranks) > 1 {
		slices.SortFunc(ix.ranks, func(a, b rankedKind) int {
			if c := slices.Compare(a.keys[:], b.keys[:]); c != 0 {
				return c
			}
			return cmp.Or(cmp.Compare(a.bound, b.bound), cmp.Compare(a.kind, b.kind))
		})
	}
}

// bound returns a key that none of the instances of a box that have room is
// below.
func (ix *Index) bound(h *hunt, e *boxEntry) uint64 {
	demand := h.request.Demand
	if h.kind.Unlimited {
		return keyUnlimited(ix.scorer, demand)
	}
	ix.box = Box{
		Least: cluster.Vector{
			CPU:    max(e.least.CPU, demand.CPU),
			Memory: max(e.least.Memory, demand.Memory),
			GPU:    max(e.least.GPU, demand.GPU),
		},
		Most:     e.most,
		Capacity: h.kind.Capacity,
	}
	ix.box.Most.GPU = max(ix.box.Most.GPU, ix.box.Least.GPU)
	return scoreKey(ix.bounder.Bound(&ix.box, demand))
}

// excludes reports whether nothing with a key of at least that, and launched no
// earlier, can be wanted.
func (h *hunt) excludes(key uint64, earliest uint32) bool {
	if h.slot == none {
		return false
	}
	best := h.keys[h.rule]
	if h.listing {
		return key > best
	}
	return key > best || key == best && h.last && earliest > h.sequence
}

// descendBoxes looks for the best in a tree, where the bound is least first.
func (ix *Index) descendBoxes(h *hunt, id int32) {
	n := &ix.boxes.nodes[id]
	ix.boxes.visited++
	if !n.inner {
		for i, slot := range n.refs[:n.n] {
			if e := &n.entries[i]; e.holds(&h.want) {
				ix.meet(h, slot, ix.score(ix.scorer, slot, h.request.Demand), e.earliest)
			}
		}
		return
	}
	var keys [boxFanout]uint64
	left := uint32(0) // children to look at, as bits
	for i := range n.entries[:n.n] {
		if e := &n.entries[i]; e.holds(&h.want) {
			keys[i] = ix.bound(h, e)
			left |= 1 << i
		}
	}
	for left != 0 {
		next, key, earliest := none, uint64(math.MaxUint64), uint32(noLaunch)
		for i := range int(n.n) {
			if e := &n.entries[i]; left&(1<<i) != 0 && (next == none || keys[i] < key || keys[i] == key && e.earliest < earliest) {
				next, key, earliest = i, keys[i], e.earliest
			}
		}
		left &^= 1 << next
		if h.listing && len(ix.list) >= h.most {
			return
		}
		if !h.excludes(key, earliest) {
			ix.descendBoxes(h, n.refs[next])
		} else if key > h.keys[h.rule] {
			return
		}
	}
}

// meet takes account of an instance that has room, and of its key.
func (ix *Index) meet(h *hunt, slot int32, key uint64, sequence uint32) {
	switch {
	case h.excludes(key, sequence) || !ix.open(h.search, slot):
	case !h.listing:
		ix.consider(h.search, slot, 0)
	case key == h.keys[h.rule] && ix.keys(h.search, slot, ix.c.Instance(cluster.InstanceID(slot))) == h.keys:
		ix.list = append(ix.list, candidate{sequence, slot})
	}
}
