package report

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// What [Bounds] says of how its figures were come by: that which gave more. See
// docs/model.md.
const (
	instancesByVolume   = "instances by volume at the busiest moment of each resource"
	instancesByPatterns = "instances by what fits together (a linear program) at the busiest moment"
	costByMixes         = "cost by the cheapest price of a mix of resources"
	costByPatterns      = "cost by what fits together (a linear program)"
)

// mixes are the weights under which the cost of a task is bounded from below:
// each resource alone, and half and half of CPU and memory. In any placement
// the tasks of an instance take at most its capacity of each resource, hence
// at most a share of 1 of any mix; so the instances' prices, handed out by
// shares of a mix, add up to no more than was paid. (Handed out by dominant
// shares they can add up to more, so that would be no bound.)
var mixes = [...]struct{ cpu, memory, gpu float64 }{
	{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.5, 0.5, 0},
}

// Floor works out what no placement could have beaten.
type Floor struct {
	cluster *cluster.Cluster
	ledger  *Ledger
	warmup  sim.Time
	classes []classTime // by class
	sums    [len(mixes)]compensated
	moments moments
	times   map[pricedTask]sim.Integral // tasks × ns of what is no longer in classes; nil when they are too many
}

// classTime is how long tasks of a class have run since the class got its slot.
type classTime struct {
	class cluster.Class
	time  sim.Integral // tasks × ns
	crowd crowd
}

// NewFloor returns a floor for a run that counts from the warm-up on.
func NewFloor(c *cluster.Cluster, l *Ledger, warmup sim.Time) *Floor {
	return &Floor{cluster: c, ledger: l, warmup: warmup, moments: moments{warmup: warmup}, times: map[pricedTask]sim.Integral{}}
}

// TaskStarted adds the task to what runs.
func (f *Floor) TaskStarted(now sim.Time, id cluster.TaskID) {
	if t := f.cluster.Task(id); f.onInstance(t) {
		f.moments.started(now, &f.cluster.Class(t.Class).Demand)
	}
}

func (f *Floor) onInstance(t *cluster.Task) bool {
	return !f.cluster.Kind(f.cluster.Instance(t.Instance).Kind).Unlimited
}

// TaskEnded adds the task's least cost and counts it at the busiest moments.
func (f *Floor) TaskEnded(now sim.Time, id cluster.TaskID) {
	if t := f.cluster.Task(id); t.Instance != cluster.None {
		f.add(now, t)
	}
}

// Close adds the least cost of what still runs.
func (f *Floor) Close(now sim.Time) {
	f.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := f.cluster.Task(id); t.Instance != cluster.None {
			f.add(now, t)
		}
	})
	for i := range f.classes {
		f.flush(&f.classes[i])
	}
}

func (f *Floor) add(now sim.Time, t *cluster.Task) {
	for len(f.classes) <= int(t.Class) {
		f.classes = append(f.classes, classTime{})
	}
	c, class := &f.classes[t.Class], f.cluster.Class(t.Class)
	if c.class != *class { // the slot has another class now, or was never used
		f.flush(c)
		f.moments.move(&c.class, &c.crowd)
		c.class = *class
	}
	if f.onInstance(t) {
		f.moments.ended(now, t.Placed(), &class.Demand, &c.crowd)
	}
	if now > f.warmup {
		c.time.Add(1, now-max(t.Placed(), f.warmup))
	}
}

// flush turns the time of a class into its least cost.
func (f *Floor) flush(c *classTime) {
	if c.time.IsZero() {
		return
	}
	if f.times != nil {
		k := pricedTask{taskKind{c.class.Demand, c.class.Pool}, f.fargate(&c.class)}
		f.times[k] = f.times[k].Plus(c.time)
		if len(f.times) > maxTimedKinds {
			f.times = nil
		}
	}
	hours := c.time.Float() / float64(sim.Hour)
	for m := range f.sums {
		f.sums[m].add(float64(f.leastRate(&c.class, m) * hours))
	}
	c.time = sim.Integral{}
}

// fargate returns what a task costs on the cheapest Fargate of its pool, in
// nano-dollars per hour; +Inf where there is none.
func (f *Floor) fargate(class *cluster.Class) float64 {
	least := math.Inf(1)
	for _, id := range f.cluster.PoolKinds(class.Pool) {
		if k := f.cluster.Kind(id); k.Unlimited {
			least = min(least, float64(f.ledger.fargateRate(k.Provider, class)))
		}
	}
	return least
}

// leastRate is the cheapest price that a pool offers for a demand under a mix.
func (f *Floor) leastRate(class *cluster.Class, m int) float64 {
	least := math.Inf(1)
	for _, id := range f.cluster.PoolKinds(class.Pool) {
		k := f.cluster.Kind(id)
		if k.Unlimited {
			least = min(least, float64(f.ledger.fargateRate(k.Provider, class)))
			continue
		}
		part := func(weight float64, d, c int64) float64 {
			if c == 0 || d == 0 {
				return 0
			}
			return weight * (float64(d) / float64(c))
		}
		d, c, mix := class.Demand, k.Capacity, mixes[m]
		share := part(mix.cpu, d.CPU, c.CPU) + part(mix.memory, d.Memory, c.Memory) + part(mix.gpu, d.GPU, c.GPU)
		least = min(least, share*float64(f.ledger.leastRate(id)))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// Bounds returns the bounds of the run. Call it after [Floor.Close] and
// [Recorder.Close].
func (f *Floor) Bounds(r *Recorder) Bounds {
	var b Bounds
	byInstances, byCost := instancesByVolume, costByMixes
	var largest cluster.Vector
	instances := false
	for id := range f.cluster.Kinds() {
		if k := f.cluster.Kind(cluster.KindID(id)); !k.Unlimited {
			instances = true
			largest.CPU = max(largest.CPU, k.Capacity.CPU)
			largest.Memory = max(largest.Memory, k.Capacity.Memory)
			largest.GPU = max(largest.GPU, k.Capacity.GPU)
		}
	}
	if instances {
		ceil := func(peak, capacity int64) int64 {
			if peak == 0 || capacity == 0 {
				return 0
			}
			return (peak + capacity - 1) / capacity
		}
		n := max(ceil(r.peakOf.cpu, largest.CPU), ceil(r.peakOf.memory, largest.Memory), ceil(r.peakOf.gpu, largest.GPU))
		if p := f.instancesByPatterns(n); p > n {
			n, byInstances = p, instancesByPatterns
		}
		b.InstancesLowerBound = &n
	}
	var cost float64
	for m := range f.sums {
		cost = max(cost, f.sums[m].value())
	}
	if p := f.costByPatterns(); p > cost {
		cost, byCost = p, costByPatterns
	}
	// A hair less, for what rounding may have added. Spot instances that were not
	// charged may have run some of the tasks.
	cost = max(0, cost/nanoPerDollar*(1-1e-9)-f.ledger.spared()/nanoPerDollar)
	b.CostLowerBound = &cost
	b.Kind = byCost
	if b.InstancesLowerBound != nil {
		b.Kind = byInstances + "; " + byCost
	}
	return b
}
