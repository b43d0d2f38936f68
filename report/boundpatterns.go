package report

import (
	"cmp"
	"math"
	"slices"
)

// effort is how much work a bound may take, in counted steps and not in time,
// so that it comes out the same on every machine. A step is about a
// nanosecond, six at most; see docs/model.md for what was measured.
type effort struct {
	steps int     // of all together
	each  int     // of the first searches for the most valuable pattern; more where that does not do
	rows  int     // classes: what is more is merged
	gap   float64 // between the bound and the linear program, as a share: less is not worth more work
	whole bool    // the bound is going to be rounded up
}

const (
	valueOne = 1 << 32 // what the price of the dearest kind is in whole numbers
	// nearOne is above 1 by what a search leaves aside: patterns that are worth
	// hardly more than their instance costs.
	nearOne = 1 + 1e-6
)

// bound returns a number that no way to put the tasks on instances costs less
// than. It is at least enough, when it can tell within the effort that it is;
// then it looks no further. left is what it did not use of the steps.
//
// A way is a number of instances for each pattern. Allowing parts of instances
// gives a linear program with a column for each pattern, of which only those
// are made that would lower the price (Gilmore and Gomory 1961). Its dual gives
// each class a price such that no pattern is worth more than its instance
// costs, and every such prices add up, over the tasks, to a bound. Prices that
// are too high for some pattern are scaled down by the most valuable one
// (Farley 1990): so each round gives a bound that holds, however far the
// program is from its optimum. The prices asked about lie between those of the
// best bound so far and those of the program (Wentges 1997), which saves most
// of the rounds.
//
// That a bound holds does not hang on floating-point numbers: the prices are
// rounded to whole numbers first, the most valuable pattern is searched in
// whole numbers, and where the search is cut short, what it has not looked at
// counts by an upper limit.
func (p *packing) bound(enough float64, e effort) (best float64, left int) {
	p = p.reduced(e.rows)
	if len(p.classes) == 0 {
		return 0, e.steps
	}
	g := newGeneration(p, e)
	g.start()
	for g.smooth = 1; g.steps > 0; { // first the prices that start gave
		settled := g.settle()
		limit := g.master.value()
		if e.whole {
			limit = math.Ceil(limit - 1e-6)
		}
		if max(g.best, enough) >= limit*(1-e.gap) {
			break
		}
		g.cut = false
		switch {
		case g.round() || settled:
			g.smooth = smoothing
		case g.smooth > 0: // the prices between tell nothing new
			g.smooth = 0
		case g.cut: // nor do those of the program: look longer
			g.each *= 4
		default:
			return g.best, g.steps
		}
	}
	return g.best, g.steps
}

// smoothing is the weight of the prices of the best bound.
const smoothing = 0.8

// generation is the state of [packing.bound].
type generation struct {
	*packing
	effort
	master   *master
	knapsack knapsack
	dearest  float64
	smooth   float64
	centre   []float64 // the prices of the best bound
	values   []int64
	best     float64
	cut      bool // a search was cut short in this round
}

func newGeneration(p *packing, e effort) *generation {
	g := &generation{packing: p, effort: e, smooth: smoothing, centre: make([]float64, len(p.classes)), values: make([]int64, len(p.classes))}
	for k := range p.kinds {
		g.dearest = max(g.dearest, p.kinds[k].price)
	}
	if len(p.kinds) == 0 {
		g.dearest = 1
		for c := range p.classes {
			g.dearest = max(g.dearest, p.classes[c].alone)
		}
	}
	return g
}

// pivotSteps is what a pivot takes.
func (g *generation) pivotSteps() int { return len(g.classes) * len(g.classes) }

// settle lets go of cover that no class needs, one class each round: all of
// them at once would take most of the time.
func (g *generation) settle() bool {
	if !g.master.settle() {
		return false
	}
	g.steps -= g.pivotSteps()
	return true
}

// start makes the first patterns: of each class alone, and such as a greedy
// packing has. The prices of the best bound start from a resource that is
// worth what it costs where it is cheapest.
func (g *generation) start() {
	amounts := make([]float64, len(g.classes))
	perInstance := make([]float64, len(g.classes))
	costs := make([]float64, len(g.classes))
	for c := range g.classes {
		class := &g.classes[c]
		amounts[c] = class.amount
		if !math.IsInf(class.alone, 1) {
			perInstance[c], costs[c] = 1, class.alone
		}
		for k := range g.kinds {
			if !class.kinds.has(k) {
				continue
			}
			n := float64(class.demand.times(&g.kinds[k].capacity, class.most))
			if n > 0 && (perInstance[c] == 0 || g.kinds[k].price*perInstance[c] < costs[c]*n) {
				perInstance[c], costs[c] = n, g.kinds[k].price
			}
		}
	}
	g.master = newMaster(amounts, perInstance, costs)
	g.steps -= g.pivotSteps()
	g.fluid()
	g.greedy()
}

// fluid sets the prices of the best bound: each class by one resource, the one
// that gives most.
func (g *generation) fluid() {
	var most float64
	for d := range (resources{}) {
		rate := math.Inf(1) // of a unit of the resource, where it is cheapest
		for k := range g.kinds {
			if c := g.kinds[k].capacity[d]; c > 0 {
				rate = min(rate, g.kinds[k].price/float64(c))
			}
		}
		var sum float64
		for c := range g.classes {
			if v := g.classes[c].demand[d]; v > 0 {
				sum += float64(g.classes[c].amount * (rate * float64(v)))
			}
		}
		if sum <= most {
			continue
		}
		most = sum
		for c := range g.classes {
			g.centre[c] = 0
			if v := g.classes[c].demand[d]; v > 0 {
				g.centre[c] = rate * float64(v)
			}
		}
	}
}

// greedy puts all tasks on instances, those that take most of one first, and
// brings the patterns in that this makes.
func (g *generation) greedy() {
	order := make([]int, len(g.classes))
	size := make([]float64, len(g.classes))
	rest := make([]int64, len(g.classes))
	for c := range g.classes {
		order[c] = c
		size[c] = g.size(c)
		rest[c] = int64(math.Ceil(g.classes[c].amount))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[b], size[a]) })
	for range 2 * len(g.classes) {
		pattern, price, times := g.fill(order, size, rest)
		if pattern == nil || g.steps <= 0 {
			return
		}
		for _, p := range pattern {
			rest[p.class] -= times * p.tasks
		}
		g.offer(price, pattern)
	}
}

// size is the largest part of the price of an instance that a task of a class
// takes, where that is least.
func (g *generation) size(c int) float64 {
	least := g.classes[c].alone
	for k := range g.kinds {
		if !g.classes[c].kinds.has(k) {
			continue
		}
		var share float64
		for d, v := range g.classes[c].demand {
			if v > 0 {
				share = max(share, float64(v)/float64(g.kinds[k].capacity[d]))
			}
		}
		least = min(least, share*g.kinds[k].price)
	}
	return least
}

// fill fills an instance of the kind that then holds most for its price, and
// returns how many such there can be.
func (g *generation) fill(order []int, size []float64, rest []int64) (pattern []part, price float64, times int64) {
	var most float64
	for k := range g.kinds {
		left := g.kinds[k].capacity
		var held float64
		var parts []part
		for _, c := range order {
			if rest[c] <= 0 || !g.classes[c].kinds.has(k) {
				continue
			}
			n := g.classes[c].demand.times(&left, min(rest[c], g.classes[c].most))
			if n == 0 {
				continue
			}
			left.take(n, &g.classes[c].demand)
			held += float64(float64(n) * size[c])
			parts = append(parts, part{c, n})
		}
		g.steps -= len(order)
		if held > most*g.kinds[k].price {
			most, pattern, price = held/g.kinds[k].price, parts, g.kinds[k].price
		}
	}
	times = math.MaxInt64
	for _, p := range pattern {
		times = min(times, rest[p.class]/p.tasks)
	}
	return pattern, price, times
}

// offer brings a pattern into the master if that saves something.
func (g *generation) offer(price float64, pattern []part) bool {
	if g.master.saving(price, pattern) <= priceTolerance*price {
		return false
	}
	g.steps -= g.pivotSteps()
	return g.master.enter(price, pattern)
}

// round asks for the most valuable pattern of each kind, which gives a bound,
// and brings them in. It reports whether that has changed anything.
func (g *generation) round() bool {
	for c := range g.classes {
		v := float64(g.smooth*g.centre[c]) + float64((1-g.smooth)*g.master.prices[c])
		g.values[c] = int64(max(0, min(v, g.classes[c].alone)/g.dearest*valueOne))
	}
	// scale is what the values are to be multiplied by so that no pattern is
	// worth more than its instance costs.
	scale := g.dearest / valueOne
	changed := false
	for c := range g.classes {
		if alone := g.classes[c].alone; !math.IsInf(alone, 1) && g.offer(alone, []part{{c, 1}}) {
			changed = true
		}
	}
	for k := range g.kinds {
		price := g.kinds[k].price
		floor := int64(math.Ceil(price / g.dearest * valueOne * nearOne))
		most, pattern := g.knapsack.mostValuable(g.packing, k, g.values, floor, max(1, min(g.each, g.steps)))
		g.steps -= g.knapsack.steps
		g.cut = g.cut || g.knapsack.cut
		scale = min(scale, price/float64(most))
		if pattern != nil && g.offer(price, pattern) {
			changed = true
		}
	}
	var sum float64
	for c := range g.classes {
		sum += float64(g.classes[c].amount * float64(g.values[c]))
	}
	// A hair less, for what rounding may have added.
	if b := float64(sum*scale) * (1 - slack); b > g.best*(1+1e-7) {
		g.best = b
		for c, v := range g.values {
			g.centre[c] = float64(v) * scale
		}
		changed = true
	}
	return changed
}
