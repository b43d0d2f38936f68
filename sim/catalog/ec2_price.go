package catalog

import "fmt"

// The lists behind a Spot price, which is derived from three.
const (
	advisorDate  = "2025-06-28"
	zoneSpotDate = "2022-12-02"
)

// OnDemand returns what an hour of an instance costs in a region; false if no
// list has it. It is the newest list's price, less the discount on EC2.
func (c *Catalog) OnDemand(region, instanceType string) (Price, bool) {
	p, given := c.given(key{class: EC2, region: region, item: instanceType})
	if !given {
		p = c.ec2(region)[instanceType].listPrice()
	}
	return c.less(EC2, p), p.Known()
}

// Spot returns what an hour of a Spot instance costs in a zone, which is named
// by its id; false if the zone has no Spot pool for the type, or none whose
// price is known.
//
// The lists hold no Spot prices of today, so the price is derived:
//
//	On-Demand × (1 − saving) × (zone's price in 2022 / mean over the region's zones in 2022)
//
// saving is the Spot Advisor's of 2025-06 for the region and type, and sets the
// level with the On-Demand price of the list; the last factor, with the prices
// of 2022-12, only says which zones are dearer. A zone without a Spot price of
// 2022 has no pool, and so has a type newer than that: a user who needs one
// gives its price. A type that the advisor does not list in the region (d2 and p2
// in two of them) has none either. The price is held at the On-Demand price where the
// product is above it, as it is for one pool in 600: EC2 does not charge more
// for Spot, since the maximum price that nobody set is the On-Demand price.
//
// A price that the user gave holds in all zones it was given for, pool or not.
// A given On-Demand price or a discount on EC2 does not move the Spot price.
func (c *Catalog) Spot(region, zoneID, instanceType string) (Price, bool) {
	zone := c.zoneIndex(region, zoneID)
	if zone < 0 {
		return Price{}, false
	}
	p, given := c.given(key{class: Spot, region: region, zone: zoneID, item: instanceType})
	if !given {
		p = c.ec2(region)[instanceType].spotPrice(zone)
	}
	return c.less(Spot, p), p.Known()
}

// Interruption returns what the Spot Advisor of 2025-06 says of a type in a
// region, for Linux; false if it does not list it. band is 0 to 4: less than 5,
// 5 to 10, 10 to 15, 15 to 20 and more than 20 % of the instances were
// interrupted within the month before. savingsPercent is over On-Demand, in one
// case negative.
func (c *Catalog) Interruption(region, instanceType string) (band int, savingsPercent int, ok bool) {
	p := c.ec2(region)[instanceType]
	return int(p.band), int(p.saving), p.advised
}

// ec2Prices is one line of a table of prices.
type ec2Prices struct {
	onDemand datedUSD
	saving   int64
	band     int64
	advised  bool      // the advisor lists the type
	spot     []NanoUSD // by zone, of 2022; 0: no pool
	spotSum  NanoUSD
	pools    int
}

func (p ec2Prices) listPrice() Price {
	if p.onDemand.date == "" {
		return Price{}
	}
	return Price{p.onDemand.usd, p.onDemand.date, "AWS list price of " + p.onDemand.date}
}

func (p ec2Prices) spotPrice(zone int) Price {
	if p.onDemand.date == "" || !p.advised || zone >= len(p.spot) || p.spot[zone] == 0 {
		return Price{}
	}
	// One division for the whole product: p × n × spot / (100 × sum). The first
	// two factors stay below 1e15, so that the product has less than 128 bits.
	level := p.onDemand.usd * NanoUSD(100-p.saving) * NanoUSD(p.pools)
	price := Price{
		PerHour: scale(level, uint64(p.spot[zone]), 100*uint64(p.spotSum)),
		Date:    min(p.onDemand.date, advisorDate),
		Derivation: fmt.Sprintf("On-Demand %s (%s) less %d %% (Spot Advisor %s) × %s of the zone / %s mean of the region's zones (%s)",
			p.onDemand.usd, p.onDemand.date, p.saving, advisorDate,
			p.spot[zone], scale(p.spotSum, 1, uint64(p.pools)), zoneSpotDate),
	}
	if price.PerHour > p.onDemand.usd {
		price.PerHour = p.onDemand.usd
		price.Derivation += ", held at the On-Demand price"
	}
	return price
}

// ec2 returns a region's prices by instance type; nil if there is no such
// region.
func (c *Catalog) ec2(region string) map[string]ec2Prices {
	if !c.Region(region) {
		return nil
	}
	t := c.tables
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.prices[region] == nil {
		t.prices[region] = readEC2Prices(region)
	}
	return t.prices[region]
}

func readEC2Prices(region string) map[string]ec2Prices {
	prices := make(map[string]ec2Prices, 1500)
	var zones []NanoUSD // one array under all lines
	eachRecord("prices/"+region+".csv", func(r record) {
		p := ec2Prices{
			onDemand: datedUSD{r.usd(1), r.fields[2]},
			saving:   r.int(3),
			band:     r.int(4),
			advised:  r.fields[3] != "",
		}
		start := len(zones)
		for i := 5; i < len(r.fields); i++ {
			price := r.usd(i)
			zones = append(zones, price)
			if price > 0 {
				p.spotSum += price
				p.pools++
			}
		}
		p.spot = zones[start:len(zones):len(zones)]
		prices[r.fields[0]] = p
	})
	return prices
}

// zoneIndex returns the place of a zone in its region, -1 if it is not one of
// it.
func (c *Catalog) zoneIndex(region, zoneID string) int {
	for i, id := range c.tables.regions().zoneIDs[region] {
		if id == zoneID {
			return i
		}
	}
	return -1
}
