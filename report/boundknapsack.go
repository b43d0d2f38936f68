package report

import (
	"math"
	"slices"
)

// part is how many tasks of a class a pattern has. A pattern is what fits
// together on one instance.
type part struct {
	class int
	tasks int64
}

// knapsack looks for the most valuable pattern of a kind by branch and bound.
// Values are whole numbers, so that what it finds to be the most is exact.
//
// What is left of the resources is bounded from above by one resource made of
// all of them by weights that add up to 1, filled with the classes that give
// most for it, the last one in part (Dantzig 1957), and by each resource alone.
type knapsack struct {
	items   []knapsackItem // those that give most for the mixed resource first
	density [][len(resources{})]float64
	taken   []int64
	best    int64
	pattern []part // that reaches best; none where nothing is above what search was given
	open    int64  // no pattern that was not looked at is worth more
	cut     bool   // there are such
	steps   int
	limit   int
}

type knapsackItem struct {
	class  int
	value  int64
	demand resources
	most   int64
	weight float64 // of the mixed resource
	ratio  float64 // value by weight
}

// slack is by how much the floating-point bounds of branch and bound are
// raised, as a share: far more than rounding takes.
const slack = 1e-9

// mostValuable returns a number that no pattern of the kind is worth more than,
// and not less than floor; and the best pattern it found that is worth more
// than floor, if there is one. values are by class and not negative.
func (k *knapsack) mostValuable(p *packing, kind int, values []int64, floor int64, limit int) (most int64, pattern []part) {
	capacity := &p.kinds[kind].capacity
	k.items = k.items[:0]
	for c := range p.classes {
		class := &p.classes[c]
		if values[c] == 0 || !class.kinds.has(kind) {
			continue
		}
		if n := class.demand.times(capacity, class.most); n > 0 {
			k.items = append(k.items, knapsackItem{class: c, value: values[c], demand: class.demand, most: n})
		}
	}
	k.best, k.open, k.pattern, k.steps, k.limit = floor, floor, k.pattern[:0], 0, limit
	k.cut, k.density = false, k.density[:0]
	if len(k.items) == 0 {
		return floor, nil
	}
	k.order(capacity)
	k.taken = append(k.taken[:0], make([]int64, len(k.items))...)
	k.search(0, 0, *capacity, 1+slack)
	return max(k.best, k.open), k.pattern
}

// order parts the weights of the mixed resource under which the whole instance
// looks least valuable, of a few mixes, and sorts by them.
func (k *knapsack) order(capacity *resources) {
	var used []int
	for d := range capacity {
		if slices.ContainsFunc(k.items, func(i knapsackItem) bool { return i.demand[d] > 0 }) {
			used = append(used, d)
		}
	}
	least := math.Inf(1)
	var best [len(resources{})]float64
	try := func(weights [len(resources{})]float64) {
		k.weigh(capacity, &weights)
		if b := k.bound(0, 0, capacity, 1); b < least {
			least, best = b, weights
		}
	}
	// Each resource alone (with a hair of the others, so that nothing weighs
	// nothing), then pairs in steps around the best.
	const hair = 1.0 / 64
	for _, d := range used {
		var w [len(resources{})]float64
		for _, o := range used {
			w[o] = hair
		}
		w[d] = 1 - hair*float64(len(used)-1)
		try(w)
	}
	for step := 0.25; step >= 1.0/32 && len(used) > 1; step /= 2 {
		from := best
		for _, d := range used {
			for _, o := range used {
				if d != o && from[o] > step+hair/2 {
					w := from
					w[d] += step
					w[o] -= step
					try(w)
				}
			}
		}
	}
	k.weigh(capacity, &best)
	k.density = append(k.density[:0], make([][len(resources{})]float64, len(k.items)+1)...)
	for i := len(k.items) - 1; i >= 0; i-- {
		item := &k.items[i]
		for d, v := range item.demand {
			each := math.Inf(1)
			if v > 0 {
				each = float64(item.value) / float64(v)
			}
			k.density[i][d] = max(k.density[i+1][d], each)
		}
	}
}

// weigh sets the weights of the items and sorts them.
func (k *knapsack) weigh(capacity *resources, weights *[len(resources{})]float64) {
	for i := range k.items {
		item := &k.items[i]
		item.weight = 0
		for d, v := range item.demand {
			if v > 0 {
				item.weight += float64(weights[d] * (float64(v) / float64(capacity[d])))
			}
		}
		item.ratio = float64(item.value) / item.weight
	}
	slices.SortFunc(k.items, func(a, b knapsackItem) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return a.class - b.class
	})
	k.steps += 8 * len(k.items)
}

// bound returns what a pattern can be worth that adds to a value items from i
// on, with so much left of the resources and of the mixed one.
func (k *knapsack) bound(i int, value int64, left *resources, room float64) float64 {
	if i == len(k.items) {
		return float64(value)
	}
	rest := max(0, room) * k.items[i].ratio
	if float64(value)+rest < float64(k.best) {
		return raised(float64(value) + rest)
	}
	rest = 0
	for j := i; j < len(k.items) && room > 0; j++ {
		k.steps++
		item := &k.items[j]
		n := float64(item.most)
		if all := float64(n * item.weight); all <= room {
			rest += float64(n * float64(item.value))
			room -= all
			continue
		}
		rest += float64(room * item.ratio)
		break
	}
	if len(k.density) > i {
		for d, v := range left {
			if each := k.density[i][d]; !math.IsInf(each, 1) {
				rest = min(rest, float64(float64(v)*each))
			}
		}
	}
	return raised(float64(value) + rest)
}

func raised(bound float64) float64 { return float64(bound*(1+slack)) + 1 }

// search looks through the patterns that add items from i on.
func (k *knapsack) search(i int, value int64, left resources, room float64) {
	k.steps += 8
	if value > k.best {
		k.best = value
		k.pattern = k.pattern[:0]
		for j, n := range k.taken {
			if n > 0 {
				k.pattern = append(k.pattern, part{k.items[j].class, n})
			}
		}
	}
	for ; i < len(k.items); i++ {
		item := &k.items[i]
		n := item.demand.times(&left, item.most)
		if n == 0 {
			k.steps++
			continue
		}
		k.steps += 8
		bound := k.bound(i, value, &left, room)
		if bound < float64(k.best+1) {
			return
		}
		if k.steps > k.limit {
			k.cut = true
			k.open = max(k.open, int64(bound))
			return
		}
		rest := left
		rest.take(n, &item.demand)
		for ; n > 0; n-- {
			k.taken[i] = n
			k.search(i+1, value+n*item.value, rest, room-float64(float64(n)*item.weight))
			rest.take(-1, &item.demand)
		}
		k.taken[i] = 0
	}
}
