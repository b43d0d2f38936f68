package scenarios

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/ec2"
	"berth/workloads"
)

// spotDepth is how many instances a pool has for a group where nothing else is
// stated, divided by 1 + the Spot advisor's band of its type: 1000, 500, 333, 250
// and 200. AWS publishes no such figures. They are berth's, and say no more than
// that pools which are interrupted less have more to spare.
const spotDepth = 1000

// topBand is the advisor's band for types that it does not list.
const topBand = 4

// builtMarket is the Spot market of a group, ready to be made, and what a reader
// should know of it.
type builtMarket struct {
	ec2.MarketSetup
	// Given are the catalog's prices of the pools; one that is not known belongs
	// to a pool whose price is recorded.
	Given []catalog.Price
	// OnDemand are the On-Demand prices of the pools' types as they compare with
	// the prices of the pools: less the discount on Spot.
	OnDemand []int64
	Notes    []Note
}

// Note is a sentence about what stands at a path.
type Note struct{ Path, Text string }

// spotMarket works out the Spot market of a group: a pool for each type that the
// group may buy as Spot in each of its zones, where a price is known. It is nil
// if there is none. Prices are as of, discounts included. The error is [Errors].
func (s *Scenario) spotMarket(p *CapacityProvider, of *catalog.Catalog) (*builtMarket, error) {
	g := p.AutoScalingGroup
	path := "cluster.capacityProviders." + p.Name + ".autoScalingGroup.spotMarket"
	b := spotBuilder{
		Scenario: s, group: g, catalog: of, path: path,
		market: &builtMarket{MarketSetup: ec2.MarketSetup{Seed: uint64(s.Seed), Name: p.Name, Notice: ec2.Notice}},
		traces: map[string]*workloads.SpotAvailability{},
	}
	if b.setting = g.SpotMarket; b.setting == nil {
		b.setting = &SpotMarket{Notice: ec2.Notice}
	}
	b.market.Notice, b.market.Rebalance = b.setting.Notice, b.setting.RebalanceRecommendation
	// A discount is the buyer's own: the market goes by the price without it.
	undiscounted, err := of.With(catalog.Overrides{Discounts: map[catalog.Class]float64{catalog.EC2: 0, catalog.Spot: 0}})
	if err != nil {
		return nil, Errors{s.Issue("prices", "%v", err)}
	}
	b.undiscounted = undiscounted
	if err := b.readHistory(); err != nil {
		return nil, err
	}
	types := s.groupTypes(g, of)
	for _, zone := range g.AvailabilityZones {
		for _, t := range types {
			if !t.Spot {
				continue
			}
			if err := b.add(t.Name, zone); err != nil {
				return nil, err
			}
		}
	}
	if len(b.market.Pools) == 0 {
		return nil, nil
	}
	b.afterwards()
	return b.market, nil
}

// spotBuilder puts the pools of a market together.
type spotBuilder struct {
	*Scenario
	group                 *AutoScalingGroup
	setting               *SpotMarket
	catalog, undiscounted *catalog.Catalog
	path                  string
	market                *builtMarket

	history []workloads.SpotPrice
	shift   int64                                  // from the time of the history to that of the run
	without []string                               // pools of which the history says nothing
	late    []string                               // whose history begins after the start
	dear    []string                               // that cost more than the group pays
	traces  map[string]*workloads.SpotAvailability // by file
	unheard map[string][]string                    // pools that a trace says nothing of, by file
}

func (b *spotBuilder) note(path, format string, args ...any) {
	b.market.Notes = append(b.market.Notes, Note{path, fmt.Sprintf(format, args...)})
}

// readHistory reads the rows of the group's types.
func (b *spotBuilder) readHistory() error {
	file := b.setting.Price.History
	if file == "" {
		return nil
	}
	wanted := map[string]bool{}
	for _, t := range b.groupTypes(b.group, b.catalog) {
		wanted[t.Name] = true
	}
	at := join(b.path, "price.history")
	rows, err := workloads.ReadSpotPrices(b.Resolve(file), func(name string) bool { return wanted[name] })
	switch {
	case err != nil:
		return Errors{b.Issue(at, "%v", err)}
	case len(rows) == 0:
		return Errors{b.Issue(at, "%s has no price of a type of the group, for Linux", short(file))}
	}
	b.history, b.shift = rows, rows[0].At
	if b.setting.Price.Align == "absolute" {
		b.shift = b.Start.UnixNano()
	}
	last := rows[len(rows)-1]
	if end := last.At - b.shift; b.Duration > 0 && b.Duration < sim.Never && end < int64(b.Duration) {
		b.note(at, "the last price is of %s (line %d) and holds until the end of the run", b.when(end), last.Line)
	}
	return nil
}

// when says an instant of a history, which may lie before the start.
func (b *spotBuilder) when(since int64) string {
	if since < 0 {
		return sim.Time(-since).String() + " before the start"
	}
	return sim.Time(since).String() + " after the start"
}

// add adds a pool, if a price of it is known.
func (b *spotBuilder) add(instanceType, zone string) error {
	id := b.zoneID(zone, b.catalog)
	given, known := b.catalog.Spot(b.Region, id, instanceType)
	recorded := b.recorded(instanceType, zone, id)
	if !known && recorded == nil {
		return nil
	}
	discount := b.catalog.Discount(catalog.Spot)
	limit := int64(0)
	if onDemand, ok := b.undiscounted.OnDemand(b.Region, instanceType); ok {
		limit = int64(onDemand.PerHour)
	}
	ceiling := limit
	if p := b.group.MixedInstancesPolicy; p != nil && p.InstancesDistribution.SpotMaxPrice != nil {
		limit = int64(catalog.FromUSD(float64(*p.InstancesDistribution.SpotMaxPrice)))
	}
	// Rounded up, so that a price held at the On-Demand price is not above it.
	pool := ec2.Pool{Type: instanceType, Zone: zone, MaxPrice: int64(math.Ceil(float64(limit) * (1 - discount)))}
	switch model := b.setting.Price.Model; {
	case recorded != nil:
		given = catalog.Price{}
		for i := range recorded {
			recorded[i].PerHour = less(recorded[i].PerHour, discount)
		}
		pool.Prices = ec2.RecordedPrices(recorded)
	case model != nil:
		pool.Prices = ec2.ModelledPrices(ec2.PriceModel{
			Level: int64(given.PerHour), Ceiling: max(less(ceiling, discount), int64(given.PerHour)), Every: model.Step,
			Volatility: model.Volatility, Reversion: model.Reversion,
		}, sim.Stream(uint64(b.Seed), "spotprice/"+instanceType+"/"+zone))
	default:
		if b.setting.Price.History != "" {
			b.without = append(b.without, instanceType+" in "+zone)
		}
		pool.Prices = ec2.ConstantPrice(int64(given.PerHour))
		if int64(given.PerHour) > pool.MaxPrice && pool.MaxPrice > 0 {
			b.dear = append(b.dear, instanceType+" in "+zone)
		}
	}
	band, _, advised := b.catalog.Interruption(b.Region, instanceType)
	if !advised {
		band = topBand
	}
	pool.Depth = spotDepth / int64(1+band)
	trace, at := b.setting.Interruptions.Trace, join(b.path, "interruptions.trace")
	for i, known := range b.setting.Pools {
		if known.InstanceType != "" && known.InstanceType != instanceType || known.AvailabilityZone != "" && known.AvailabilityZone != zone {
			continue
		}
		if known.Depth != nil {
			pool.Depth = *known.Depth
		}
		if known.Trace != "" {
			trace, at = known.Trace, fmt.Sprintf("%s.pools.%d.trace", b.path, i)
		}
	}
	b.interrupt(&pool, band)
	if trace != "" {
		if err := b.available(&pool, trace, at, id); err != nil {
			return err
		}
	}
	b.market.Pools = append(b.market.Pools, pool)
	b.market.Given = append(b.market.Given, given)
	// Rounded down, so that a price held at the On-Demand price is not below it.
	b.market.OnDemand = append(b.market.OnDemand, max(1, int64(math.Floor(float64(ceiling)*(1-discount)))))
	return nil
}

// less takes a discount off a price.
func less(price int64, discount float64) int64 {
	return int64(math.Round(float64(price) * (1 - discount)))
}

// interrupt sets how often a pool's instances are interrupted.
func (b *spotBuilder) interrupt(pool *ec2.Pool, band int) {
	i := b.setting.Interruptions
	switch {
	case i.RatePerHour != nil:
		pool.Hazard = *i.RatePerHour
	case i.Advisor != nil:
		pool.Hazard = i.Advisor.Factor * ec2.AdvisorHazard(band, i.Advisor.TopBand)
	}
	if i.WholePool != nil {
		pool.Reclaimed, pool.Out = i.WholePool.MeanTimeBetween, i.WholePool.Duration
	}
}

// recorded returns the price steps of a pool, nil if the history has none.
func (b *spotBuilder) recorded(instanceType, zone, id string) []ec2.PriceStep {
	var steps []ec2.PriceStep
	for _, row := range b.history {
		if row.Type != instanceType || row.Zone != zone && row.Zone != id {
			continue
		}
		step := ec2.PriceStep{From: sim.Time(row.At - b.shift), PerHour: row.PerHour}
		switch n := len(steps); {
		case n > 0 && (step.From <= 0 || step.From == steps[n-1].From):
			steps[n-1] = step // only the last one before the start matters, and the last one of an instant
		case n > 0 && step.PerHour == steps[n-1].PerHour:
		default:
			steps = append(steps, step)
		}
	}
	if len(steps) > 0 && steps[0].From > 0 {
		b.late = append(b.late, fmt.Sprintf("%s in %s (%v)", instanceType, zone, steps[0].From))
	}
	return steps
}

// available sets what a record says that a pool had.
func (b *spotBuilder) available(pool *ec2.Pool, file, at, id string) error {
	record := b.traces[file]
	if record == nil {
		var err error
		if record, err = workloads.ReadSpotAvailability(b.Resolve(file)); err != nil {
			return Errors{b.Issue(at, "%v", err)}
		}
		b.traces[file] = record
		if b.Duration > 0 && b.Duration < sim.Never && record.Length > 0 && record.Length < b.Duration {
			b.note(at, "the record ends after %v; its last value holds until the end of the run", record.Length)
		}
	}
	for _, row := range record.Rows {
		if row.Type != "" && row.Type != pool.Type || row.Zone != "" && row.Zone != pool.Zone && row.Zone != id {
			continue
		}
		instances := row.Instances
		if record.Probe && record.Most > 0 {
			instances = pool.Depth * row.Instances / record.Most // all that it asked for stands for all that there is
		}
		step := ec2.CapacityStep{From: row.At, Instances: instances}
		if n := len(pool.Available); n > 0 && pool.Available[n-1].From == step.From {
			pool.Available[n-1] = step
			continue
		}
		pool.Available = append(pool.Available, step)
	}
	if len(pool.Available) == 0 {
		if b.unheard == nil {
			b.unheard = map[string][]string{}
		}
		b.unheard[at] = append(b.unheard[at], pool.Type+" in "+pool.Zone)
	}
	return nil
}

// afterwards adds the notes about several pools.
func (b *spotBuilder) afterwards() {
	if len(b.without) > 0 {
		b.note(join(b.path, "price.history"), "no price of %s; the catalog's holds", few(b.without))
	}
	if len(b.late) > 0 {
		b.note(join(b.path, "price.history"), "the first price of %s is later than the start, and holds before it, too", few(b.late))
	}
	if len(b.dear) > 0 {
		b.note(b.path, "%s: Spot costs more than the group pays at most (spotMaxPrice, by default the On-Demand price), so that none is launched", few(b.dear))
	}
	for _, at := range slices.Sorted(maps.Keys(b.unheard)) {
		b.note(at, "nothing is said of %s, which keep their depth", few(b.unheard[at]))
	}
}

// few lists some of the names.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
