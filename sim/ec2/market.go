package ec2

import (
	"math/rand/v2"
	"slices"

	"berth/sim"
)

// Market is the Spot market as one group meets it: pools of instances, what
// they cost, how many instances they still have, and when they take them back.
//
// A pool has its depth of instances for the group, unless a record says how many
// it had, it is reclaimed as a whole, or its price is above what the group pays
// at most: then it has none. When a pool has fewer than the group runs, those
// too many are given notice together.
//
// The group tells the market of each launch, and once of each instance that
// leaves: when it is given its notice, or else when it is terminated.
type Market struct {
	kernel  *sim.Kernel
	setup   MarketSetup
	pools   []pool
	reclaim func(p PoolID, n int64)
	changed sim.Kind
}

// PoolID is the number of a pool of a market, from 0 in the order of the setup.
type PoolID int32

// MarketSetup is what a Spot market consists of.
type MarketSetup struct {
	// Seed of the run, and Name of the group: the random streams are named
	// spot/NAME/LAUNCH for the interruption of an instance and
	// spot/NAME/TYPE/ZONE for the reclamations of a pool.
	Seed uint64
	Name string
	// Notice is the time from the notice of an interruption to the end of the
	// instance. With EC2 it is two minutes.
	Notice sim.Time
	// Rebalance is the time from a recommendation to rebalance to the notice.
	Rebalance sim.Time
	// Pools of the market.
	Pools []Pool
}

// Pool is an instance type in an availability zone.
type Pool struct {
	Type, Zone string
	// Depth is how many instances the group can have there.
	Depth int64
	// Prices over time.
	Prices *Prices
	// MaxPrice that the group pays, in nano-dollars per hour. While the price is
	// above it, the pool has nothing for the group. 0 is no limit.
	MaxPrice int64
	// Available is what a record says the pool had, by time; before the first
	// step it is what the first one says. Without steps the pool always has its
	// depth.
	Available []CapacityStep
	// Hazard is the number of interruptions per hour and instance, each instance
	// for itself; 0 is none.
	Hazard float64
	// Reclaimed is the mean of the time until the whole pool is reclaimed, from
	// the start and from the end of each time that it was, which is exponential;
	// 0 is never. Out is how long the pool then has nothing, more than 0.
	Reclaimed, Out sim.Time
}

// CapacityStep is how many instances a pool has from an instant on.
type CapacityStep struct {
	From      sim.Time
	Instances int64
}

// unaffordable reports whether the price can rise above what the group pays.
func (p *Pool) unaffordable() bool { return p.MaxPrice > 0 && p.Prices.Highest() > p.MaxPrice }

// varies reports whether the pool does not have its depth all the time.
func (p Pool) varies() bool { return len(p.Available) > 0 || p.Reclaimed > 0 || p.unaffordable() }

// pool is a pool at the present instant.
type pool struct {
	Pool
	capacity int64 // instances that it has
	taken    int64 // of them, by the group
	step     int   // of Available
	stream   *rand.Rand
	out      bool     // reclaimed as a whole
	turns    sim.Time // when out changes
}

// NewMarket returns a market at the present instant of the kernel. reclaim is
// called when a pool has n instances fewer than the group runs there: the group
// gives n of them their notice, with the fate of [Market.Reclaimed], and calls
// [Market.Leave] for each. It may be nil where pools have no records, maximum
// prices and reclamations.
func NewMarket(kernel *sim.Kernel, setup MarketSetup, reclaim func(p PoolID, n int64)) *Market {
	m := &Market{kernel: kernel, setup: setup, pools: make([]pool, len(setup.Pools)), reclaim: reclaim}
	if slices.ContainsFunc(setup.Pools, Pool.varies) {
		m.changed = kernel.Register("Spot capacity", sim.Capacity, true, func(_ sim.Time, slot, _ uint32) { m.turn(PoolID(slot)) })
	}
	for i := range m.pools {
		p := &m.pools[i]
		p.Pool, p.turns = setup.Pools[i], sim.Never
		if p.Reclaimed > 0 {
			p.stream = sim.Stream(setup.Seed, "spot/"+setup.Name+"/"+p.Type+"/"+p.Zone)
			p.turns = p.untilReclaimed(kernel.Now())
		}
		m.turn(PoolID(i))
	}
	return m
}

// turn brings the capacity of a pool up to date and schedules its next change.
func (m *Market) turn(id PoolID) {
	now, p := m.kernel.Now(), &m.pools[id]
	next := p.update(now)
	if next < sim.Never {
		m.kernel.Schedule(next, m.changed, uint32(id), 0)
	}
	if n := p.taken - p.capacity; n > 0 {
		m.reclaim(id, n)
	}
}

// update works out the capacity at an instant, and returns until when it holds
// at least.
func (p *pool) update(now sim.Time) (until sim.Time) {
	p.capacity, until = p.Depth, sim.Never
	if n := len(p.Available); n > 0 {
		for p.step+1 < n && p.Available[p.step+1].From <= now {
			p.step++
		}
		p.capacity = p.Available[p.step].Instances
		if p.step+1 < n {
			until = p.Available[p.step+1].From
		}
	}
	if p.unaffordable() {
		price, changes := p.Prices.At(now)
		if price > p.MaxPrice {
			p.capacity = 0
		}
		until = min(until, changes)
	}
	for p.turns <= now {
		if p.out = !p.out; p.out {
			p.turns += p.Out
		} else {
			p.turns = p.untilReclaimed(p.turns)
		}
	}
	if p.out {
		p.capacity = 0
	}
	return min(until, p.turns)
}

// untilReclaimed draws when the pool is reclaimed next.
func (p *pool) untilReclaimed(from sim.Time) sim.Time {
	span := p.stream.ExpFloat64() * float64(p.Reclaimed/sim.Millisecond)
	if !(span < float64((sim.Never-from)/(2*sim.Millisecond))) {
		return sim.Never
	}
	return from + max(1, sim.Time(span))*sim.Millisecond
}

// Find returns the pool of a type in a zone, false if there is none.
func (m *Market) Find(instanceType, zone string) (PoolID, bool) {
	for i := range m.pools {
		if p := &m.pools[i]; p.Type == instanceType && p.Zone == zone {
			return PoolID(i), true
		}
	}
	return 0, false
}

// Pools returns how many pools there are.
func (m *Market) Pools() int { return len(m.pools) }

// Pool returns a pool as it was set up.
func (m *Market) Pool(p PoolID) Pool { return m.pools[p].Pool }

// Price returns what an instance of a pool costs now, in nano-dollars per hour.
func (m *Market) Price(p PoolID) int64 {
	price, _ := m.pools[p].Prices.At(m.kernel.Now())
	return price
}

// Capacity returns how many instances a pool has now, those of the group
// included.
func (m *Market) Capacity(p PoolID) int64 { return m.pools[p].capacity }

// Spare returns how many more instances the group can launch in a pool now.
func (m *Market) Spare(p PoolID) int64 { return max(0, m.pools[p].capacity-m.pools[p].taken) }

// Launch takes an instance out of a pool, and returns when it will be
// interrupted. launch is the number of the launch within the group, which must
// not be used twice. It returns false, and takes nothing, if the pool has none.
func (m *Market) Launch(p PoolID, launch uint32) (Fate, bool) {
	if m.Spare(p) == 0 {
		return Spared, false
	}
	m.pools[p].taken++
	return m.setup.fate(m.kernel.Now(), m.setup.survival(m.pools[p].Hazard, launch)), true
}

// Reclaimed returns the fate of an instance that is given its notice now. Its
// recommendation comes with the notice.
func (m *Market) Reclaimed() Fate { return m.setup.fate(m.kernel.Now(), 0) }

// Leave gives an instance back to its pool: one that is given its notice, which
// is no longer the group's to keep, or that is terminated without one.
func (m *Market) Leave(p PoolID) {
	if m.pools[p].taken == 0 {
		panic("ec2: an instance leaves a Spot pool that has none of the group")
	}
	m.pools[p].taken--
}
