package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
	"pgregory.net/rapid"

	"berth/sim/cluster"
)

var ample = effort{steps: 10_000_000, each: 10_000, rows: 64, gap: 1e-9}

// class is so many tasks of a demand, which the first kinds may hold.
func class(n int64, kinds kindSet, demand resources) packedClass {
	return packedClass{demand: demand, kinds: kinds, amount: float64(n), most: n, alone: math.Inf(1)}
}

func TestABoundByPatterns(t *testing.T) {
	gpu := func(v int64) resources { return resourcesOf(cluster.Vector{GPU: v}) }
	for _, c := range []struct {
		name string
		p    packing
		want float64
	}{
		{"nothing", packing{kinds: []packedKind{{resources{100}, 1}}}, 0},
		// Two of 51 are more than 100; by volume 153 / 100 are 2.
		{"three of 51 %", packing{[]packedKind{{resources{100}, 1}}, []packedClass{class(3, 1, resources{51})}}, 3},
		// At most three on an instance: 7 / 3; by volume 210 / 100.
		{"seven of 30 %", packing{[]packedKind{{resources{100}, 1}}, []packedClass{class(7, 1, resources{30})}}, 7.0 / 3},
		// One of each fits together, two of a sort do not.
		{"that complement each other", packing{[]packedKind{{resources{10, 10}, 1}}, []packedClass{class(4, 1, resources{9, 1}), class(4, 1, resources{1, 9})}}, 4},
		// Three pairs that each exceed one of three resources: no two share.
		{"no two together", packing{[]packedKind{{resources{10, 10, 10}, 1}}, []packedClass{class(1, 1, resources{6, 6, 0}), class(1, 1, resources{6, 0, 6}), class(1, 1, resources{0, 6, 6})}}, 3},
		// Volume by the largest of each resource: 40 / 20 = 2. But either kind
		// holds ten.
		{"two kinds", packing{[]packedKind{{resources{20, 10}, 1}, {resources{10, 20}, 1}}, []packedClass{class(40, 3, resources{1, 1})}}, 4},
		{"a kind that only some may use", packing{[]packedKind{{resources{10}, 1}, {resources{20}, 1}}, []packedClass{class(4, 1, resources{5}), class(4, 3, resources{5})}}, 3},
		// 4 small ones at 1 cost less than one large at 5.
		{"the cheaper kind", packing{[]packedKind{{resources{10}, 1}, {resources{40}, 5}}, []packedClass{class(8, 3, resources{5})}}, 4},
		// A large one at 3 holds what four small ones at 1 hold.
		{"the larger kind", packing{[]packedKind{{resources{10}, 1}, {resources{40}, 3}}, []packedClass{class(8, 3, resources{5})}}, 3},
		// Shares of 600 thousandths: two devices hold two, though 2000 / 600 is 3.
		{"shares of GPUs", packing{[]packedKind{{gpu(2000), 1}}, []packedClass{class(6, 1, gpu(600))}}, 3},
		{"half GPUs", packing{[]packedKind{{gpu(2000), 1}}, []packedClass{class(6, 1, gpu(500))}}, 1.5},
		{"no demand", packing{[]packedKind{{resources{100}, 1}}, []packedClass{class(3, 1, resources{})}}, 0},
		// On an instance at 4 two of them cost 2 each; alone one costs 1.
		{"alone", packing{[]packedKind{{resources{10}, 4}}, []packedClass{{resources{5}, 1, 6, 6, 1}}}, 6},
		{"alone but dear", packing{[]packedKind{{resources{10}, 4}}, []packedClass{{resources{5}, 1, 6, 6, 3}}}, 12},
		{"on Fargate only", packing{nil, []packedClass{{resources{5}, 0, 2.5, 6, 3}}}, 7.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := c.p.bound(0, ample)
			assert.InDelta(t, c.want, got, 1e-4*c.want)
			assert.LessOrEqual(t, got, c.want)
			again, _ := c.p.bound(0, ample)
			assert.Equal(t, math.Float64bits(got), math.Float64bits(again))
		})
	}
}

// drawPacking draws up to eight tasks and three kinds that hold any of them.
func drawPacking(t *rapid.T) *packing {
	amount := rapid.Int64Range(0, 10)
	p := &packing{}
	for range rapid.IntRange(1, 3).Draw(t, "kinds") {
		p.kinds = append(p.kinds, packedKind{
			resources{rapid.Int64Range(10, 20).Draw(t, "cpu"), rapid.Int64Range(10, 20).Draw(t, "memory"), rapid.Int64Range(10, 20).Draw(t, "gpu")},
			float64(rapid.IntRange(1, 5).Draw(t, "price")),
		})
	}
	for left := rapid.Int64Range(1, 8).Draw(t, "tasks"); left > 0; {
		n := rapid.Int64Range(1, min(3, left)).Draw(t, "count")
		left -= n
		c := class(n, kindSet(rapid.IntRange(1, 1<<len(p.kinds)-1).Draw(t, "allowed")),
			resources{amount.Draw(t, "cpu"), amount.Draw(t, "memory"), amount.Draw(t, "gpu")})
		if rapid.IntRange(0, 9).Draw(t, "fargate") == 0 {
			c.alone = float64(rapid.IntRange(1, 4).Draw(t, "alone"))
		}
		p.classes = append(p.classes, c)
	}
	return p
}

// cheapestWay tries everything.
func cheapestWay(p *packing) float64 {
	var tasks []packedClass
	for _, c := range p.classes {
		for range c.most {
			tasks = append(tasks, c)
		}
	}
	best := math.Inf(1)
	type instance struct {
		kind int
		left resources
	}
	var try func(i int, spent float64, on []instance)
	try = func(i int, spent float64, on []instance) {
		if spent >= best {
			return
		}
		if i == len(tasks) {
			best = spent
			return
		}
		c := &tasks[i]
		for n := range on {
			if c.kinds.has(on[n].kind) && c.demand.fitsIn(&on[n].left) {
				on[n].left.take(1, &c.demand)
				try(i+1, spent, on)
				on[n].left.take(-1, &c.demand)
			}
		}
		for k := range p.kinds {
			if c.kinds.has(k) {
				left := p.kinds[k].capacity
				left.take(1, &c.demand)
				try(i+1, spent+p.kinds[k].price, append(on[:len(on):len(on)], instance{k, left}))
			}
		}
		if !math.IsInf(c.alone, 1) {
			try(i+1, spent+c.alone, on)
		}
	}
	try(0, 0, nil)
	return best
}

func TestNoBoundByPatternsIsAboveTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPacking(t)
		best := cheapestWay(p)
		for _, e := range []effort{ample, {steps: 500, each: 20, rows: 3}, {steps: 2000, each: 10, rows: 64}, {steps: 100_000, each: 50, rows: 2, whole: true}} {
			if got, _ := p.bound(0, e); got > best {
				t.Fatalf("the best way costs %v, the bound of %v is %v: %+v", best, e, got, p)
			}
		}
		got, left := p.bound(0, ample)
		if left <= 0 {
			t.Fatalf("all steps used by %+v", p)
		}
		// Not below the volume of any one resource, at the price of its
		// cheapest unit.
		for d := range 3 {
			rate, sum := math.Inf(1), 0.0
			for _, k := range p.kinds {
				rate = min(rate, k.price/float64(k.capacity[d]))
			}
			for _, c := range p.classes {
				sum += c.amount * min(rate*float64(c.demand[d]), c.alone)
			}
			if got < sum*(1-1e-5) {
				t.Fatalf("the volume of %d costs %v, the bound is %v: %+v", d, sum, got, p)
			}
		}
	})
}

// patterns lists all patterns of all kinds.
func patterns(p *packing) (all [][]part, prices []float64) {
	for k := range p.kinds {
		var add func(c int, left resources, pattern []part)
		add = func(c int, left resources, pattern []part) {
			if c == len(p.classes) {
				if len(pattern) > 0 {
					all, prices = append(all, append([]part(nil), pattern...)), append(prices, p.kinds[k].price)
				}
				return
			}
			add(c+1, left, pattern)
			if !p.classes[c].kinds.has(k) {
				return
			}
			for n := int64(1); n <= p.classes[c].most; n++ {
				if left.take(1, &p.classes[c].demand); min(left[0], left[1], left[2], left[3]) < 0 {
					return
				}
				add(c+1, left, append(pattern[:len(pattern):len(pattern)], part{c, n}))
			}
		}
		add(0, p.kinds[k].capacity, nil)
	}
	for c := range p.classes {
		if a := p.classes[c].alone; !math.IsInf(a, 1) {
			all, prices = append(all, []part{{c, 1}}), append(prices, a)
		}
	}
	return all, prices
}

// TestTheBoundIsTheLinearProgram solves the program over all patterns with
// gonum.
func TestTheBoundIsTheLinearProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPacking(t).reduced(64)
		if len(p.classes) == 0 {
			return
		}
		all, prices := patterns(p)
		rows := len(p.classes)
		a := mat.NewDense(rows, len(all)+rows, nil)
		cost := make([]float64, len(all)+rows)
		need := make([]float64, rows)
		for j, pattern := range all {
			cost[j] = prices[j]
			for _, part := range pattern {
				a.Set(part.class, j, float64(part.tasks))
			}
		}
		for i := range rows {
			a.Set(i, len(all)+i, -1)
			need[i] = p.classes[i].amount
		}
		want, _, err := lp.Simplex(cost, a, need, 1e-10, nil)
		if err != nil {
			t.Skip(err) // of degenerate programs gonum's method does not solve all
		}
		got, _ := p.bound(0, ample)
		if math.Abs(got-want) > 1e-5*want {
			t.Fatalf("the linear program has %v, the bound is %v: %+v", want, got, p)
		}
	})
}

func TestTheMostValuablePattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPacking(t)
		values := make([]int64, len(p.classes))
		for c := range values {
			values[c] = rapid.Int64Range(0, 1000).Draw(t, "value")
		}
		floor := rapid.Int64Range(0, 1000).Draw(t, "floor")
		limit := rapid.SampledFrom([]int{1, 30, 100, 1_000_000}).Draw(t, "limit")
		for k := range p.kinds {
			one := &packing{kinds: p.kinds[k : k+1]}
			for _, c := range p.classes {
				c.kinds, c.alone = c.kinds>>k&1, math.Inf(1)
				one.classes = append(one.classes, c)
			}
			best := floor
			all, _ := patterns(one)
			for _, pattern := range all {
				var sum int64
				for _, part := range pattern {
					sum += values[part.class] * part.tasks
				}
				best = max(best, sum)
			}
			var s knapsack
			most, pattern := s.mostValuable(p, k, values, floor, limit)
			if most < best || !s.cut && most != best {
				t.Fatalf("the most valuable pattern of %d is worth %d, found %d", k, best, most)
			}
			if most > floor && !s.cut && len(pattern) == 0 {
				t.Fatal("no pattern")
			}
			left := p.kinds[k].capacity
			for _, part := range pattern {
				left.take(part.tasks, &p.classes[part.class].demand)
			}
			if min(left[0], left[1], left[2], left[3]) < 0 {
				t.Fatalf("%v does not fit", pattern)
			}
		}
	})
}

func TestMergedClassesAskForTheLeast(t *testing.T) {
	p := &packing{kinds: []packedKind{{resources{100}, 1}, {resources{50}, 1}, {resources{50}, 2}}}
	for i := range int64(40) {
		p.classes = append(p.classes, class(1+i%3, 1+2*kindSet(i%2), resources{1 + i%20}))
	}
	small := p.reduced(8)
	require.LessOrEqual(t, len(small.classes), 8)
	assert.Len(t, small.kinds, 1, "the others are smaller and no cheaper")
	var tasks, volume, before float64
	for _, c := range small.classes {
		tasks += c.amount
		volume += c.amount * float64(c.demand[0])
	}
	for _, c := range p.classes {
		before += c.amount * float64(c.demand[0])
	}
	assert.InDelta(t, 79, tasks, 0)
	assert.Less(t, volume, before)
	assert.Greater(t, volume, 0.8*before)
}
