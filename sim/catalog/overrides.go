package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Class is a class of cost: what a discount is on.
type Class string

// The classes, as scenarios and files of prices name them.
const (
	EC2         Class = "ec2"         // instances on demand
	Spot        Class = "spot"        // Spot instances
	Fargate     Class = "fargate"     // Fargate on demand, and storage
	FargateSpot Class = "fargateSpot" // Fargate Spot
	EBS         Class = "ebs"         // gp3 volumes, per GB-month
	PublicIPv4  Class = "publicIpv4"  // public addresses
)

// Classes returns all classes.
func Classes() []Class {
	return []Class{EC2, Spot, Fargate, FargateSpot, EBS, PublicIPv4}
}

// An Entry is a price that a user gives. What is left empty is not restricted:
// an entry without a region holds in all.
type Entry struct {
	Class  Class
	Region string
	// Zone is a name (us-east-1a) or an id (use1-az1), for class Spot only. The
	// name of a zone implies its region.
	Zone string
	// Architecture is X86 or Arm64, for classes Fargate and FargateSpot only.
	Architecture string
	// Item is the instance type for classes EC2 and Spot, a part of the price
	// ([FargateVCPU], [FargateMemory], [FargateStorage]) for Fargate and
	// FargateSpot, and empty for EBS and PublicIPv4.
	Item string
	// Price is per hour, for class EBS per GB-month; from 0 to [MaxPrice].
	Price NanoUSD
	// Date is empty or as in [Price].
	Date string
	// Source says where the entry stands, for the derivation of the price:
	// prices.csv:3. If it is empty, the scenario.
	Source string
}

// Overrides are prices and discounts that a user gives.
type Overrides struct {
	Entries []Entry
	// Discounts are fractions from 0 to 1 by class, taken off whichever price
	// holds: the lists' or a given one.
	Discounts map[Class]float64
}

// With returns a catalog in which the overrides hold, and else what holds in c.
// Of several entries for a price the one for the zone goes before the one for
// the region and that before the one for all, and one for an architecture before
// one for both; of two alike the later in the list holds. Overrides go before
// those that c has already, however general. A discount replaces that of c on
// the same class.
//
// The error names everything that is wrong: see [Catalog.Check].
func (c *Catalog) With(o Overrides) (*Catalog, error) {
	l := layer{prices: make(map[key]Price, len(o.Entries)), discounts: make(map[Class]float64, len(o.Discounts))}
	var wrong []error
	for i, e := range o.Entries {
		if err := c.Check(e); err != nil {
			wrong = append(wrong, fmt.Errorf("price %d: %w", i+1, err))
			continue
		}
		k := c.key(e)
		source := e.Source
		if source == "" {
			source = "the scenario"
		}
		l.prices[k] = Price{e.Price, e.Date, "given in " + source}
	}
	for _, class := range slices.Sorted(maps.Keys(o.Discounts)) {
		fraction := o.Discounts[class]
		if err := checkClass(class); err != nil {
			wrong = append(wrong, fmt.Errorf("discount: %w", err))
		} else if !(fraction >= 0 && fraction <= 1) {
			wrong = append(wrong, fmt.Errorf("discount on %s: %v is not a fraction from 0 to 1", class, fraction))
		}
		l.discounts[class] = fraction
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return &Catalog{tables: c.tables, layers: append(slices.Clip(c.layers), l)}, nil
}

// Check returns what is wrong with an entry: an unknown class, region, zone,
// type or part (with the nearest names), a field that means nothing for the
// class, a price out of range, a date in another form; nil if nothing is.
func (c *Catalog) Check(e Entry) error {
	if field, err := c.check(e); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

// check names the field that is wrong, as a file of prices calls it.
func (c *Catalog) check(e Entry) (field string, err error) {
	if err := checkClass(e.Class); err != nil {
		return "class", err
	}
	if e.Region != "" && !c.Region(e.Region) {
		return "region", c.unknownRegion(e.Region)
	}
	if err := c.checkZone(e); err != nil {
		return "zone", err
	}
	if err := checkArchitecture(e); err != nil {
		return "architecture", err
	}
	if err := c.checkItem(e); err != nil {
		return "item", err
	}
	if e.Price < 0 || e.Price > MaxPrice {
		return "usd", fmt.Errorf("%s is not between 0 and %s", e.Price, MaxPrice)
	}
	if e.Date != "" {
		if err := checkDate(e.Date); err != nil {
			return "date", err
		}
	}
	return "", nil
}

func checkClass(class Class) error {
	if slices.Contains(Classes(), class) {
		return nil
	}
	var names []string
	for _, c := range Classes() {
		names = append(names, string(c))
	}
	return fmt.Errorf("unknown class %q; the classes are %s", class, strings.Join(names, ", "))
}

func (c *Catalog) unknownRegion(name string) error {
	return fmt.Errorf("unknown region %q%s", name, meant(c.NearestRegions(name, 3)))
}

func (c *Catalog) checkZone(e Entry) error {
	if e.Zone == "" {
		return nil
	}
	if e.Class != Spot {
		return fmt.Errorf("a price of class %s does not depend on the zone, but %q is given", e.Class, e.Zone)
	}
	region, id := c.zoneOf(e.Zone)
	if id == "" {
		return fmt.Errorf("unknown zone %q%s", e.Zone, meant(nearest(e.Zone, c.zoneNames(e.Region), 3)))
	}
	if e.Region != "" && region != e.Region {
		return fmt.Errorf("zone %q is in %s, not in %s", e.Zone, region, e.Region)
	}
	return nil
}

// zoneOf returns the region and the id of a zone given by name or id; both
// empty if there is none.
func (c *Catalog) zoneOf(zone string) (region, id string) {
	if id, ok := c.ZoneID(zone); ok {
		return zone[:len(zone)-1], id
	}
	if region, _ := c.zone(zone); region != "" {
		return region, zone
	}
	return "", ""
}

// zoneNames returns the names of a region's zones, of all if it is empty.
func (c *Catalog) zoneNames(region string) []string {
	if region != "" {
		return c.Zones(region)
	}
	var names []string
	for _, region := range c.tables.regions().names {
		names = append(names, c.Zones(region)...)
	}
	return names
}

func checkArchitecture(e Entry) error {
	if e.Architecture == "" {
		return nil
	}
	if e.Class != Fargate && e.Class != FargateSpot {
		return fmt.Errorf("a price of class %s has none, but %q is given", e.Class, e.Architecture)
	}
	if e.Architecture != X86 && e.Architecture != Arm64 {
		return fmt.Errorf("unknown architecture %q; it is %s or %s", e.Architecture, X86, Arm64)
	}
	return nil
}

func (c *Catalog) checkItem(e Entry) error {
	switch e.Class {
	case EC2, Spot:
		if _, ok := c.Type(e.Item); !ok {
			return fmt.Errorf("unknown instance type %q%s", e.Item, meant(c.NearestTypes(e.Item, 3)))
		}
	case Fargate, FargateSpot:
		parts := []string{FargateVCPU, FargateMemory, FargateStorage}
		if e.Class == FargateSpot { // storage costs what it costs on Fargate
			parts = parts[:2]
		}
		if !slices.Contains(parts, e.Item) {
			return fmt.Errorf("unknown part %q of a price of class %s; the parts are %s", e.Item, e.Class, strings.Join(parts, ", "))
		}
	default:
		if e.Item != "" {
			return fmt.Errorf("class %s has one price and needs no item, but %q is given", e.Class, e.Item)
		}
	}
	return nil
}

func checkDate(date string) error {
	if _, err := beginning(date); err != nil || strings.Contains(date, "..") {
		return fmt.Errorf("%q is not a date like 2026-07-20, 2026-07 or 2026", date)
	}
	return nil
}

// key is what a given price is found by. What is empty holds for all.
type key struct {
	class                            Class
	region, zone, architecture, item string
}

func (c *Catalog) key(e Entry) key {
	k := key{e.Class, e.Region, "", e.Architecture, e.Item}
	if e.Zone != "" {
		k.region, k.zone = c.zoneOf(e.Zone)
	}
	return k
}

// layer is the overrides of one call of With.
type layer struct {
	prices    map[key]Price
	discounts map[Class]float64
}

// given returns the price that a user gave; false if none did.
func (c *Catalog) given(k key) (Price, bool) {
	for _, l := range slices.Backward(c.layers) {
		if p, ok := l.price(k); ok {
			return p, true
		}
	}
	return Price{}, false
}

// price looks for the most particular entry first.
func (l layer) price(k key) (Price, bool) {
	if len(l.prices) == 0 {
		return Price{}, false
	}
	for _, place := range [][2]string{{k.region, k.zone}, {k.region, ""}, {"", ""}} {
		for _, architecture := range []string{k.architecture, ""} {
			if p, ok := l.prices[key{k.class, place[0], place[1], architecture, k.item}]; ok {
				return p, true
			}
		}
	}
	return Price{}, false
}

// Discount returns the fraction that is taken off prices of a class, 0 if none
// is.
func (c *Catalog) Discount(class Class) float64 {
	for _, l := range slices.Backward(c.layers) {
		if fraction, ok := l.discounts[class]; ok {
			return fraction
		}
	}
	return 0
}

// less takes the discount on a class off a price.
func (c *Catalog) less(class Class, p Price) Price { return p.off(c.Discount(class), class) }
