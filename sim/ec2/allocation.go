package ec2

import "fmt"

// Offer is what one pool of a zone has to give now, to an allocation strategy:
// an instance type that could be launched there. The order of offers is that of
// the group's list of types, which is their priority. A strategy chooses within
// one zone: the group has balanced its zones before it asks.
type Offer struct {
	// Price of an instance now, in nano-dollars per hour: the Spot price for the
	// Spot part of a group, the On-Demand price for the other.
	Price int64
	// OnDemand price of the type as it compares with Price, in nano-dollars per
	// hour. Only [Diversified] looks at it.
	OnDemand int64
	// Weight is the number of units that an instance counts, at least 1.
	Weight int64
	// Spare is how many more instances the pool has. A pool without is not
	// chosen.
	Spare int64
	// Running is how many instances the group has in the pool.
	Running int64
}

// cheaper reports whether a unit costs less than one of the other. Prices per unit
// are compared as fractions, exactly: up to 9·10^15 / 999 nano-dollars.
//
// Source: Amazon EC2 Auto Scaling user guide, "Configure an Auto Scaling group
// to use instance weights".
func (o Offer) cheaper(than Offer) bool { return o.Price*than.Weight < than.Price*o.Weight }

// units of capacity that the group has in the pool.
func (o Offer) units() int64 { return o.Running * o.Weight }

// SpotStrategy says in which pool of a zone a Spot instance is launched.
type SpotStrategy uint8

// The allocation strategies for Spot instances. Ties go to the offer that is
// listed first.
//
// Source: Amazon EC2 Auto Scaling user guide, "Allocation strategies for
// multiple instance types"; Amazon EC2 user guide, "Allocation strategies for
// Spot Instances", for Diversified.
const (
	// LowestPrice takes the N pools that are cheapest by the unit, and of them
	// the one in which the group has the least capacity.
	LowestPrice SpotStrategy = iota
	// Diversified takes the pool in which the group has the least capacity.
	// Pools in which Spot costs as much as On-Demand or more are left out.
	Diversified
	// CapacityOptimized takes the pool with the most spare capacity.
	CapacityOptimized
	// CapacityOptimizedPrioritized takes the first of the list among the pools
	// with ample capacity, see [AmplePart].
	CapacityOptimizedPrioritized
	// PriceCapacityOptimized takes the cheapest by the unit among the pools with
	// ample capacity, see [AmplePart].
	PriceCapacityOptimized
)

// AmplePart makes definite what AWS leaves open, which pools are "those with the
// most spare capacity": the pools with at least one AmplePart-th as many spare
// instances as the pool that has most. It is berth's choice.
const AmplePart = 2

// The bounds and the default of the number of pools of [LowestPrice].
//
// Source: Auto Scaling API, InstancesDistribution, SpotInstancePools.
const (
	DefaultSpotPools = 2
	MaxSpotPools     = 20
)

var spotStrategies = [...]string{"lowest-price", "diversified", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"}

// String returns the strategy as Auto Scaling writes it.
func (s SpotStrategy) String() string { return spotStrategies[s] }

// ParseSpotStrategy returns the strategy with the name that Auto Scaling gives it.
func ParseSpotStrategy(name string) (SpotStrategy, error) {
	for i, s := range spotStrategies {
		if s == name {
			return SpotStrategy(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no allocation strategy for Spot instances", name)
}

// Choose returns the offer that the next Spot instance takes, -1 if none has
// room. pools is the N of [LowestPrice], 1 to [MaxSpotPools]; the other
// strategies do not look at it.
func (s SpotStrategy) Choose(offers []Offer, pools int) int {
	switch s {
	case LowestPrice:
		var cheapest [MaxSpotPools]int
		return least(offers, cheapest[:cheapestPools(offers, &cheapest, pools)])
	case Diversified:
		best := -1
		for i, o := range offers {
			if o.Spare > 0 && o.Price < o.OnDemand && (best < 0 || o.units() < offers[best].units()) {
				best = i
			}
		}
		return best
	}
	enough := ample(offers)
	if s == CapacityOptimized {
		enough = mostSpare(offers)
	}
	best := -1
	for i, o := range offers {
		if o.Spare <= 0 || o.Spare < enough {
			continue
		}
		if best < 0 || s == PriceCapacityOptimized && o.cheaper(offers[best]) {
			best = i
		}
	}
	return best
}

// Release returns the offer of which a scale-in takes an instance, so that what
// is left is nearer to what the strategy would choose; -1 if none runs. It is
// the opposite of Choose: with [LowestPrice] a pool that is none of the N
// cheapest, the dearest first, and then the one with the most capacity of the
// group; with [Diversified] the one with the most; with [CapacityOptimized] the
// one with the least spare capacity; with the two others first a pool whose
// spare capacity is not ample, then the last of the list or the dearest.
//
// Source: Amazon EC2 Auto Scaling user guide, "Configure termination policies
// for Amazon EC2 Auto Scaling", AllocationStrategy; how a strategy is turned
// round is berth's choice.
func (s SpotStrategy) Release(offers []Offer, pools int) int {
	var cheapest [MaxSpotPools]int
	n, enough := 0, int64(0)
	switch s {
	case LowestPrice:
		n = cheapestPools(offers, &cheapest, pools)
	case CapacityOptimizedPrioritized, PriceCapacityOptimized:
		enough = ample(offers)
	}
	worst := -1
	for i, o := range offers {
		if o.Running <= 0 {
			continue
		}
		if worst < 0 || s.worse(offers, i, worst, enough, cheapest[:n]) {
			worst = i
		}
	}
	return worst
}

// worse reports whether an instance of offer i goes before one of j, which is
// listed earlier.
func (s SpotStrategy) worse(offers []Offer, i, j int, enough int64, cheapest []int) bool {
	a, b := offers[i], offers[j]
	switch s {
	case LowestPrice:
		switch in, jn := among(cheapest, i), among(cheapest, j); {
		case in != jn:
			return !in
		case !in:
			return !a.cheaper(b)
		}
		return a.units() >= b.units()
	case Diversified:
		return a.units() >= b.units()
	case CapacityOptimized:
		return a.Spare <= b.Spare
	}
	if scarce := a.Spare < enough; scarce != (b.Spare < enough) {
		return scarce
	}
	return s == CapacityOptimizedPrioritized || !a.cheaper(b)
}

// OnDemandStrategy says which type an On-Demand instance has.
type OnDemandStrategy uint8

// The allocation strategies for On-Demand instances.
//
// Source: Amazon EC2 Auto Scaling user guide, "Allocation strategies for
// multiple instance types".
const (
	// Prioritized takes the first of the list.
	Prioritized OnDemandStrategy = iota
	// LowestOnDemandPrice takes the cheapest by the unit, of equals the first.
	LowestOnDemandPrice
)

var onDemandStrategies = [...]string{"prioritized", "lowest-price"}

// String returns the strategy as Auto Scaling writes it.
func (s OnDemandStrategy) String() string { return onDemandStrategies[s] }

// ParseOnDemandStrategy returns the strategy with the name that Auto Scaling
// gives it.
func ParseOnDemandStrategy(name string) (OnDemandStrategy, error) {
	for i, s := range onDemandStrategies {
		if s == name {
			return OnDemandStrategy(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no allocation strategy for On-Demand instances", name)
}

// Choose returns the offer that the next On-Demand instance takes, -1 if none
// has room. Spare of an offer is how many instances may be launched: any
// positive number where there is no limit.
func (s OnDemandStrategy) Choose(offers []Offer) int {
	best := -1
	for i, o := range offers {
		if o.Spare > 0 && (best < 0 || s == LowestOnDemandPrice && o.cheaper(offers[best])) {
			best = i
		}
	}
	return best
}

// Release returns the offer of which a scale-in takes an On-Demand instance, -1
// if none runs: the last of the list, or the dearest by the unit.
func (s OnDemandStrategy) Release(offers []Offer) int {
	worst := -1
	for i, o := range offers {
		if o.Running > 0 && (worst < 0 || s == Prioritized || !o.cheaper(offers[worst])) {
			worst = i
		}
	}
	return worst
}

// cheapestPools fills in the n pools with room that are cheapest by the unit,
// the cheapest first, and returns how many there are.
func cheapestPools(offers []Offer, into *[MaxSpotPools]int, n int) int {
	n = min(max(n, 1), MaxSpotPools)
	found := 0
	for i, o := range offers {
		if o.Spare <= 0 {
			continue
		}
		at := found
		for at > 0 && o.cheaper(offers[into[at-1]]) {
			at--
		}
		if at == n {
			continue
		}
		found = min(found+1, n)
		copy(into[at+1:found], into[at:found-1])
		into[at] = i
	}
	return found
}

// least returns the one of the offers in which the group has the least capacity,
// the first of equals; -1 if there are none.
func least(offers []Offer, among []int) int {
	best := -1
	for _, i := range among {
		if best < 0 || offers[i].units() < offers[best].units() {
			best = i
		}
	}
	return best
}

func mostSpare(offers []Offer) int64 {
	most := int64(0)
	for _, o := range offers {
		most = max(most, o.Spare)
	}
	return most
}

// ample is the least number of spare instances that counts as ample.
func ample(offers []Offer) int64 { return (mostSpare(offers) + AmplePart - 1) / AmplePart }

func among(list []int, i int) bool {
	for _, j := range list {
		if i == j {
			return true
		}
	}
	return false
}
