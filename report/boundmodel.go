package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// The work that bounds by patterns may take: all those of instances together,
// and that of the cost. A step takes up to six nanoseconds, so that is 0.2 s.
const (
	instanceSteps = 24_000_000
	costSteps     = 8_000_000
	searchSteps   = 20_000
	boundRows     = 256
	costGap       = 1e-4
	// maxTimedKinds is for how many kinds of tasks the time they ran is kept.
	maxTimedKinds = 2048
)

// pricedTask is a kind of tasks and what one costs on Fargate, in nano-dollars
// per hour; +Inf where its pool has none.
type pricedTask struct {
	taskKind
	alone float64
}

func comparePriced(a, b pricedTask) int {
	return cmp.Or(
		cmp.Compare(a.pool, b.pool),
		cmp.Compare(a.demand.CPU, b.demand.CPU),
		cmp.Compare(a.demand.Memory, b.demand.Memory),
		cmp.Compare(a.demand.GPU, b.demand.GPU),
		cmp.Compare(a.alone, b.alone),
	)
}

// resourcesOf adds what is known of the devices of a GPU demand: of two shares
// that are more than half of one together with another half, no two share a
// device. (The dual feasible function u⁽¹⁾ of Fekete and Schepers 2001.)
func resourcesOf(v cluster.Vector) resources {
	devices := v.GPU
	switch {
	case devices < cluster.GPU/2:
		devices = 0
	case devices > cluster.GPU/2 && devices < cluster.GPU:
		devices = cluster.GPU
	}
	return resources{v.CPU, v.Memory, v.GPU, devices}
}

// packedKinds returns the kinds of instances as a packing has them, which
// price gives them, and the set of them that a pool allows. Where there are
// more than a set holds, they become one that has the most of everything and
// costs the least.
func packedKinds(c *cluster.Cluster, price func(cluster.KindID) float64) (kinds []packedKind, allowed func(cluster.PoolID) kindSet) {
	number := map[cluster.KindID]int{}
	for id := range c.Kinds() {
		k := c.Kind(cluster.KindID(id))
		if k.Unlimited {
			continue
		}
		number[cluster.KindID(id)] = len(kinds)
		kinds = append(kinds, packedKind{resourcesOf(k.Capacity), price(cluster.KindID(id))})
	}
	if len(kinds) > maxPackedKinds {
		all := kinds[0]
		for _, k := range kinds {
			for d, v := range k.capacity {
				all.capacity[d] = max(all.capacity[d], v)
			}
			all.price = min(all.price, k.price)
		}
		clear(number)
		for id := range c.Kinds() {
			number[cluster.KindID(id)] = 0
		}
		kinds = []packedKind{all}
	}
	return kinds, func(p cluster.PoolID) kindSet {
		var s kindSet
		for _, id := range c.PoolKinds(p) {
			if !c.Kind(id).Unlimited {
				s |= 1 << number[id]
			}
		}
		return s
	}
}

// tasksOf returns what ran on instances at a peak.
func (f *Floor) tasksOf(r int) map[taskKind]int64 {
	p := &f.moments.peaks[r]
	tasks := maps.Clone(p.moved)
	if tasks == nil {
		tasks = map[taskKind]int64{}
	}
	for i := range f.classes {
		if c := &f.classes[i]; c.crowd[r].stamp == p.stamp && c.crowd[r].tasks > 0 {
			tasks[taskKind{c.class.Demand, c.class.Pool}] += int64(c.crowd[r].tasks)
		}
	}
	return tasks
}

// instancesByPatterns returns how many instances the tasks need at the busiest
// moments, each taken as a whole: at least enough, when it can tell.
func (f *Floor) instancesByPatterns(enough int64) int64 {
	kinds, allowed := packedKinds(f.cluster, func(cluster.KindID) float64 { return 1 })
	e := effort{steps: instanceSteps, each: searchSteps, rows: boundRows, gap: slack, whole: true}
	var seen []sim.Time
	for r := range f.moments.peaks {
		until := f.moments.peaks[r].until
		if until == 0 || slices.Contains(seen, until) {
			continue
		}
		seen = append(seen, until)
		var tasks []pricedTask
		counts := f.tasksOf(r)
		for k := range counts {
			tasks = append(tasks, pricedTask{k, math.Inf(1)})
		}
		slices.SortFunc(tasks, comparePriced)
		p := &packing{kinds: kinds}
		for _, k := range tasks {
			n := counts[k.taskKind]
			p.classes = append(p.classes, packedClass{
				demand: resourcesOf(k.demand), kinds: allowed(k.pool), amount: float64(n), most: n, alone: k.alone,
			})
		}
		var bound float64
		bound, e.steps = p.bound(float64(enough), e)
		enough = max(enough, int64(math.Ceil(bound)))
	}
	return enough
}

// costByPatterns returns what the tasks cost at the least, in nano-dollars, or
// 0 where too many kinds of tasks ran to tell.
func (f *Floor) costByPatterns() float64 {
	if f.times == nil {
		return 0
	}
	// Where an instance is free there is nothing to be learnt of what it may hold.
	free := kindSet(0)
	kinds, allowed := packedKinds(f.cluster, func(id cluster.KindID) float64 {
		return float64(f.ledger.leastRate(id))
	})
	for k := range kinds {
		if kinds[k].price <= 0 {
			free |= 1 << k
			kinds[k].price = 1
		}
	}
	p := &packing{kinds: kinds}
	for _, k := range slices.SortedFunc(maps.Keys(f.times), comparePriced) {
		set := allowed(k.pool)
		if set&free != 0 {
			continue
		}
		p.classes = append(p.classes, packedClass{
			demand: resourcesOf(k.demand), kinds: set, amount: f.times[k].Float() / float64(sim.Hour),
			most: math.MaxInt32, alone: k.alone,
		})
	}
	cost, _ := p.bound(0, effort{steps: costSteps, each: searchSteps, rows: boundRows, gap: costGap})
	return cost
}
