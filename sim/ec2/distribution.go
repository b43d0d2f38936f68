package ec2

// Distribution divides the capacity of a mixed instances group between
// On-Demand and Spot, and chooses instance types (instancesDistribution).
type Distribution struct {
	OnDemandBase                int // OnDemandBaseCapacity, in units
	OnDemandPercentageAboveBase int // OnDemandPercentageAboveBaseCapacity, 0 to 100
	OnDemandStrategy            OnDemandStrategy
	SpotStrategy                SpotStrategy
	SpotPools                   int // SpotInstancePools, for [LowestPrice]; 0 is [DefaultSpotPools]
}

// OnDemand returns how much of a capacity is on demand: the base, and the
// percentage of the rest, rounded up.
//
// Source: Amazon EC2 Auto Scaling user guide, "Auto Scaling groups with multiple
// instance types and purchase options".
func (d Distribution) OnDemand(total int) int {
	above := max(0, total-d.OnDemandBase)
	return min(total, d.OnDemandBase) + (above*d.OnDemandPercentageAboveBase+99)/100
}

func (d Distribution) pools() int {
	if d.SpotPools == 0 {
		return DefaultSpotPools
	}
	return d.SpotPools
}

// purchases says what a group buys.
type purchases struct{ onDemand, spot bool }

// next reports whether the next launch of a group is to be Spot.
func (g *Group) nextIsSpot() bool {
	if !g.buys.onDemand || !g.buys.spot {
		return g.buys.spot
	}
	return g.units-g.spotUnits >= g.Distribution.OnDemand(max(g.desired, g.units+1))
}

// choose returns the option of a zone that a launch takes, or None where there
// is none with room.
func (g *Group) choose(zone int, spot bool) int {
	g.offers, g.offered = g.offers[:0], g.offered[:0]
	for _, i := range g.byType {
		if o := &g.Options[i]; o.Zone == zone && o.Spot == spot {
			g.offer(i)
		}
	}
	n := 0
	if spot {
		n = g.Distribution.SpotStrategy.Choose(g.offers, g.Distribution.pools())
	} else {
		n = g.Distribution.OnDemandStrategy.Choose(g.offers)
	}
	if n < 0 {
		return none
	}
	return g.offered[n]
}

// offer adds an option to those among which an allocation strategy chooses.
func (g *Group) offer(i int) {
	o := &g.Options[i]
	offer := Offer{Price: o.OnDemandPrice, OnDemand: o.OnDemandPrice, Weight: int64(o.weight()), Spare: 1, Running: int64(g.options[i].members)}
	if o.Spot && g.market != nil {
		offer.Price, offer.Spare = g.market.Price(o.Pool), g.market.Spare(o.Pool)
	}
	g.offers, g.offered = append(g.offers, offer), append(g.offered, i)
}
