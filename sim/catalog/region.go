package catalog

import (
	"slices"
	"strings"
)

// Region tells whether there is a region of that name: us-east-1. Of some
// regions little is known but their zones.
func (c *Catalog) Region(name string) bool {
	return c.tables.regions().zoneIDs[name] != nil
}

// Regions returns all regions by name. The slice is the caller's.
func (c *Catalog) Regions() []string {
	return slices.Clone(c.tables.regions().names)
}

// NearestRegions returns up to n regions whose names are nearest to name, the
// nearest first, for an error message; none if nothing is near.
func (c *Catalog) NearestRegions(name string, n int) []string {
	return nearest(name, c.tables.regions().names, n)
}

// Zones returns the names of a region's zones in order: us-east-1a to
// us-east-1f; nil if there is no such region. What a letter means differs from
// one AWS account to the next; here the first letter is the zone with the
// lowest id, and so on without gaps: us-west-1b is usw1-az3, for there is no
// usw1-az2.
func (c *Catalog) Zones(region string) []string {
	ids := c.tables.regions().zoneIDs[region]
	if ids == nil {
		return nil
	}
	names := make([]string, len(ids))
	for i := range ids {
		names[i] = zoneName(region, i)
	}
	return names
}

// ZoneIDs returns the ids of a region's zones, in the order of
// [Catalog.Zones]: use1-az1 to use1-az6; nil if there is no such region.
func (c *Catalog) ZoneIDs(region string) []string {
	return slices.Clone(c.tables.regions().zoneIDs[region])
}

// ZoneID returns the id of the zone of that name: use1-az1 for us-east-1a;
// false if there is none.
func (c *Catalog) ZoneID(zoneName string) (string, bool) {
	if zoneName == "" {
		return "", false
	}
	region, letter := zoneName[:len(zoneName)-1], int(zoneName[len(zoneName)-1])-'a'
	ids := c.tables.regions().zoneIDs[region]
	if letter < 0 || letter >= len(ids) {
		return "", false
	}
	return ids[letter], true
}

// ZoneName returns the name of the zone with that id: us-east-1a for use1-az1;
// false if there is none.
func (c *Catalog) ZoneName(zoneID string) (string, bool) {
	region, i := c.zone(zoneID)
	if region == "" {
		return "", false
	}
	return zoneName(region, i), true
}

// zone returns the region of a zone id and the zone's place in it; an empty
// region if there is none.
func (c *Catalog) zone(zoneID string) (region string, index int) {
	table := c.tables.regions()
	for _, region := range table.names {
		if i := slices.Index(table.zoneIDs[region], zoneID); i >= 0 {
			return region, i
		}
	}
	return "", 0
}

func zoneName(region string, i int) string { return region + string(rune('a'+i)) }

type regionTable struct {
	names   []string
	zoneIDs map[string][]string
}

func readRegions() regionTable {
	table := regionTable{zoneIDs: make(map[string][]string)}
	eachRecord("zones.csv", func(r record) {
		table.names = append(table.names, r.fields[0])
		table.zoneIDs[r.fields[0]] = strings.Fields(r.fields[1])
	})
	return table
}
