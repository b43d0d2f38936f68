package placement

import (
	"cmp"
	"fmt"
	"slices"

	"berth/sim/cluster"
)

// mostPlaces is how many places of a ranking are listed.
const mostPlaces = 5

// rank follows the chain.
func (l *Linear) rank(e *Explanation, ch chain, r cluster.Request, fits []cluster.InstanceID) {
	e.Drawn = min(ch.choices, len(fits))
	left := l.follow(ch, r, fits, func(rule int, before []cluster.InstanceID, key func(cluster.InstanceID) uint64) {
		e.Ranking = append(e.Ranking, l.ranking(ch, rule, r.Group, before, key))
	})
	e.Ties = len(left)
	switch {
	case len(left) == 1:
	case ch.ties == Random:
		e.TieBreak = "one of them at random"
	case ch.turns:
		e.TieBreak = "the next in the order of launches"
	default:
		e.TieBreak = "the one launched first"
	}
	switch {
	case ch.choices > 0 && ch.choices < len(fits), ch.ties == Random && len(left) > 1:
	case ch.turns:
		e.Pick = l.c.InstanceName(l.turn(r.Group, left))
	default:
		e.Pick = l.c.InstanceName(left[0])
	}
	e.Others = l.others(r, fits)
}

// follow narrows instances, in the order of launch, rule by rule, and calls
// each with what is left before a rule and its keys.
func (l *Linear) follow(ch chain, r cluster.Request, left []cluster.InstanceID, each func(int, []cluster.InstanceID, func(cluster.InstanceID) uint64)) []cluster.InstanceID {
	key := l.ranker(ch, r)
	for n := range ch.rules {
		of := func(id cluster.InstanceID) uint64 { return key(id)[n] }
		each(n, left, of)
		best := of(left[0])
		for _, id := range left {
			best = min(best, of(id))
		}
		var first []cluster.InstanceID
		for _, id := range left {
			if of(id) == best {
				first = append(first, id)
			}
		}
		left = first
	}
	return left
}

// turn returns the first of some instances, in the order of launch, from the
// one that the group's last task went to on.
func (l *Linear) turn(g cluster.GroupID, ties []cluster.InstanceID) cluster.InstanceID {
	for _, id := range ties {
		if l.c.Instance(id).Sequence >= l.group(g).cursor {
			return id
		}
	}
	return ties[0]
}

// ruleName tells the n-th rule of a chain as the policy writes it.
func (l *Linear) ruleName(ch chain, n int, g cluster.GroupID) string {
	if ch.choices > 0 {
		n++
	}
	if rules := l.setup.Policies[g].Chain; n < len(rules) {
		return rules[n].String()
	}
	return "worst-fit" // of a power of d that nothing follows
}

// ranking lists the places of a rule.
func (l *Linear) ranking(ch chain, rule int, g cluster.GroupID, before []cluster.InstanceID, key func(cluster.InstanceID) uint64) Ranking {
	type place struct {
		Place
		key uint64
	}
	var places []place
	type same struct {
		key   uint64
		value string
	}
	at := map[same]int{}
	best := key(before[0])
	for _, id := range before {
		k := key(id)
		best = min(best, k)
		value := l.value(ch.rules[rule], id, k)
		n, ok := at[same{k, value}]
		if !ok {
			n = len(places)
			at[same{k, value}] = n
			places = append(places, place{Place{Value: value, First: l.c.InstanceName(id)}, k})
		}
		places[n].Instances++
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) })
	out := Ranking{Rule: l.ruleName(ch, rule, g), Before: len(before)}
	for n, p := range places {
		if p.Best = p.key == best; p.Best {
			out.After += p.Instances
		}
		if n < mostPlaces {
			out.Places = append(out.Places, p.Place)
		} else {
			out.Skipped++
		}
	}
	return out
}

// value tells a key in words.
func (l *Linear) value(s Strategy, id cluster.InstanceID, key uint64) string {
	i := l.c.Instance(id)
	kind := l.c.Kind(i.Kind)
	if kind.Unlimited && (s.by == byCPU || s.by == byMemory || s.by == byScore) {
		return "without limit"
	}
	switch s.by {
	case byCPU:
		return units(i.Free.CPU, cluster.CPUUnit) + " CPU units free"
	case byMemory:
		return units(i.Free.Memory, cluster.MiB) + " MiB free"
	case byHost:
		return tasks(key) + " of the group on the instance"
	case byAttribute:
		v, ok := kind.Attributes[s.attribute]
		if !ok {
			v = "without " + s.attribute
		}
		return tasks(key) + " of the group in " + v
	case byScore:
		return fmt.Sprintf("score %d", int64(key^1<<63))
	}
	return fmt.Sprint(key)
}

func tasks(n uint64) string {
	if n == 1 {
		return "1 task"
	}
	return fmt.Sprintf("%d tasks", n)
}

// others tells what each built-in strategy by itself would pick.
func (l *Linear) others(r cluster.Request, fits []cluster.InstanceID) []Choice {
	var choices []Choice
	for _, rule := range []Rule{
		{"binpack", "cpu"},
		{"binpack", "memory"},
		{"spread", "attribute:" + cluster.AttributeAvailabilityZone},
		{"spread", "instanceId"},
		{"first-fit", ""},
		{"best-fit", ""},
		{"worst-fit", ""},
		{"dot-product", ""},
		{"balanced-allocation", ""},
	} {
		ch, err := compile(&Policy{Chain: []Rule{rule}}, nil)
		if err != nil {
			continue
		}
		left := l.follow(ch, r, fits, func(int, []cluster.InstanceID, func(cluster.InstanceID) uint64) {})
		name := l.c.InstanceName(left[0])
		at := slices.IndexFunc(choices, func(c Choice) bool { return c.Instance == name })
		if at < 0 {
			at = len(choices)
			choices = append(choices, Choice{Instance: name})
		}
		choices[at].Strategies = append(choices[at].Strategies, rule.String())
	}
	return choices
}
