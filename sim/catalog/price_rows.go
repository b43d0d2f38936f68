package catalog

import (
	"fmt"
	"path"
)

// A PriceRow is what is known of an instance type in a region.
type PriceRow struct {
	Region         string
	Type           InstanceType
	OnDemand       Price // may be unknown: see [Price.Known]
	Spot           []SpotPool
	Advised        bool // the Spot Advisor lists the type in the region
	Band           int  // as in [Catalog.Interruption]
	SavingsPercent int
}

// A SpotPool is a zone in which a type is sold as Spot.
type SpotPool struct {
	Zone   string // us-east-1a
	ZoneID string // use1-az1
	Price  Price
}

// PriceRows returns a row for each instance type of a region that has a price
// there, sorted by name; for each region in turn if region is empty. glob
// selects types by name as [path.Match] does (m6i.*, *.large); empty selects
// all.
//
// It is an error if there is no such region, if the pattern is malformed, or if
// nothing is selected: because no type has such a name, or because no price is
// known.
func (c *Catalog) PriceRows(region, glob string) ([]PriceRow, error) {
	regions := []string{region}
	switch {
	case region == "":
		regions = c.Regions()
	case !c.Region(region):
		return nil, c.unknownRegion(region)
	}
	types, err := c.match(glob)
	if err != nil {
		return nil, err
	}
	var rows []PriceRow
	for _, region := range regions {
		for _, t := range types {
			if row := c.priceRow(region, t); row.OnDemand.Known() || len(row.Spot) > 0 {
				rows = append(rows, row)
			}
		}
	}
	if len(rows) == 0 {
		where := "any region"
		if region != "" {
			where = region
		}
		return nil, fmt.Errorf("no price of %s is known in %s", names(types), where)
	}
	return rows, nil
}

// match returns the types that a pattern selects, at least one.
func (c *Catalog) match(glob string) ([]InstanceType, error) {
	all := c.Types()
	if glob == "" {
		return all, nil
	}
	var types []InstanceType
	for _, t := range all {
		matches, err := path.Match(glob, t.Name)
		if err != nil {
			return nil, fmt.Errorf("malformed pattern %q: in it * stands for any characters, ? for one, [abc] for one of them", glob)
		}
		if matches {
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("no instance type is called %q%s", glob, meant(c.NearestTypes(glob, 3)))
	}
	return types, nil
}

func (c *Catalog) priceRow(region string, t InstanceType) PriceRow {
	row := PriceRow{Region: region, Type: t}
	row.OnDemand, _ = c.OnDemand(region, t.Name)
	row.Band, row.SavingsPercent, row.Advised = c.Interruption(region, t.Name)
	for i, id := range c.tables.regions().zoneIDs[region] {
		if p, ok := c.Spot(region, id, t.Name); ok {
			row.Spot = append(row.Spot, SpotPool{zoneName(region, i), id, p})
		}
	}
	return row
}

// names tells types in a message: a few by name.
func names(types []InstanceType) string {
	switch len(types) {
	case 1:
		return types[0].Name
	case 2:
		return types[0].Name + " and " + types[1].Name
	}
	return fmt.Sprintf("%s, %s and %d other instance types", types[0].Name, types[1].Name, len(types)-2)
}
