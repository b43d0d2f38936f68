package placement

import (
	"math/rand/v2"

	"berth/sim/cluster"
)

// plan is how the index carries out the policy of a group, and what it counts
// for it.
type plan struct {
	chain
	member    *membership // of the memberOf constraints, or nil
	rng       *rand.Rand
	cursor    uint32            // of next-fit: the launch of the instance taken last
	attribute [MaxRules]int     // of rules by attribute: its number
	buckets   [MaxRules][]int64 // of rules by attribute: running tasks of the group by value
	leading   int               // rules by attribute before the first other rule
	scans     bool              // the first rule that differs within a cell scores
	bucketed  bool              // a rule spreads over an attribute
	spreads   bool              // a rule spreads over instances
	counts    bool              // the group's tasks are counted by instance: for that, for distinctInstance or for an expression
	heard     []*reason         // those that hang on where tasks of the group run
	gates     []*gate           // by the networks that its tasks have had

	// Under a spread over instances a group with few hosts has no tree of its
	// own. Its level 0, the instances without a task of the group, is a search
	// in a common tree that skips the hosts; then come the hosts, one by one.
	// A group with many hosts gets a tree of its own, which has to follow every
	// change of every instance.
	hosts  []int32 // running tasks of the group by instance
	list   []int32 // the instances with any
	at     []int32 // by instance: its place in list
	sparse bool    // the group has no tree of its own

	packed order // what the trees that it searches are ordered by
	keyed  int32 // the group whose tasks that counts, or none
	exact  bool  // the order's key holds every rule that differs within a cell, except the spread over instances of a sparse group
	equal  bool  // instances of a tier with the same key tie under every rule
	prunes bool  // the first part of the order's key comes next after the rules that a tier of cells is equal in
}

// ordered is a forest with what its keys are made of.
type ordered struct {
	forest
	order
	group int32 // the group whose tasks the keys count, or none
	only  *gate // the gate to which the trees belong, or nil: they hold all ACTIVE instances
	users int   // gates whose searches look there
}

// holds reports whether an ACTIVE instance belongs there.
func (o *ordered) holds(slot int32) bool { return o.only == nil || o.only.open(slot) }

// within returns the rules of a plan that differ within a cell. A power of d
// takes from all of them what it compares.
func (p *plan) within() []by {
	var rules []by
	if p.choices > 0 {
		return nil
	}
	for _, s := range p.rules {
		if s.by != byAttribute {
			rules = append(rules, s.by)
		}
	}
	return rules
}

// hostsFirst reports whether the spread over instances comes before all else
// that differs within a cell.
func (p *plan) hostsFirst() bool {
	return p.spreads && p.choices == 0 && p.rules[p.leading].by == byHost
}

func newPlan(ch chain, p *cells) plan {
	out := plan{chain: ch, member: p.member(ch.memberOf), counts: ch.distinct}
	first := true
	for n, s := range ch.rules {
		switch s.by {
		case byAttribute:
			out.attribute[n], out.bucketed = p.use(s.attribute), true
			if first {
				out.leading++
			}
			continue
		case byHost:
			out.spreads, out.counts = true, true
		case byScore:
			out.scans = out.scans || first
		}
		first = false
	}
	if ch.choices > 0 {
		out.leading, out.scans = 0, false
	}
	return out
}

// count follows a task of the group that starts (by 1) or ends (by -1) on an
// instance.
func (p *plan) count(at *cells, slot int32, kind cluster.KindID, by int32) {
	for n := range p.rules {
		if p.rules[n].by != byAttribute {
			continue
		}
		v := int(at.attributes[p.attribute[n]].ofKind[kind])
		for len(p.buckets[n]) <= v {
			p.buckets[n] = append(p.buckets[n], 0)
		}
		p.buckets[n][v] += int64(by)
	}
	if !p.counts {
		return
	}
	p.reach(int(slot) + 1)
	was := p.hosts[slot]
	p.hosts[slot] += by
	switch {
	case was == 0:
		p.at[slot] = int32(len(p.list))
		p.list = append(p.list, slot)
	case was+by == 0:
		last := p.list[len(p.list)-1]
		p.list[p.at[slot]], p.at[last] = last, p.at[slot]
		p.list = p.list[:len(p.list)-1]
	}
}

func (p *plan) reach(slots int) {
	if !p.counts {
		return
	}
	for len(p.hosts) < slots {
		p.hosts = append(p.hosts, 0)
		p.at = append(p.at, none)
	}
}

// bucket returns the running tasks of the group under value v of rule n.
func (p *plan) bucket(n int, v int32) uint64 {
	if int(v) >= len(p.buckets[n]) {
		return 0
	}
	return uint64(p.buckets[n][v])
}
