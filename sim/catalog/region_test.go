package catalog

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRegions(t *testing.T) {
	c := Embedded()
	regions := c.Regions()
	assert.True(t, slices.IsSorted(regions))
	assert.Len(t, regions, 36)
	for _, name := range []string{"us-east-1", "eu-west-1", "us-gov-west-1", "ca-central-1", "sa-east-1"} {
		assert.True(t, c.Region(name), name)
	}
	// A Local Zone, a region whose prices are not in dollars, a zone.
	for _, name := range []string{"us-west-2-lax-1a", "cn-north-1", "us-east-1a", ""} {
		assert.False(t, c.Region(name), name)
	}
	assert.Equal(t, []string{"us-east-1"}, c.NearestRegions("us-esat-1", 1))
	assert.Empty(t, c.NearestRegions("moon", 1))
}

func TestZones(t *testing.T) {
	c := Embedded()
	assert.Equal(t, []string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"}, c.Zones("us-east-1"))
	assert.Equal(t, []string{"us-west-1a", "us-west-1b"}, c.Zones("us-west-1"))
	assert.Nil(t, c.Zones("moon-1"))
	assert.Nil(t, c.ZoneIDs("moon-1"))
	for name, want := range map[string]string{
		"us-east-1a":      "use1-az1",
		"us-east-1f":      "use1-az6",
		"us-west-1b":      "usw1-az3", // there is no usw1-az2
		"ap-northeast-1c": "apne1-az4",
		"us-gov-east-1c":  "usge1-az3",
	} {
		id, ok := c.ZoneID(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, id)
		back, ok := c.ZoneName(id)
		assert.True(t, ok, id)
		assert.Equal(t, name, back)
	}
	for _, name := range []string{"", "a", "us-east-1", "us-east-1g", "us-east-1A", "use1-az1", "us-east-1\xff"} {
		_, ok := c.ZoneID(name)
		assert.False(t, ok, name)
	}
	_, ok := c.ZoneName("use1-az7")
	assert.False(t, ok)
}

func TestEveryZoneHasANameOfItsOwn(t *testing.T) {
	c := Embedded()
	seen := map[string]bool{}
	for _, region := range c.Regions() {
		assert.NotEmpty(t, c.Zones(region), region)
		for i, id := range c.ZoneIDs(region) {
			assert.False(t, seen[id], id)
			seen[id] = true
			got, _ := c.ZoneID(c.Zones(region)[i])
			assert.Equal(t, id, got)
		}
	}
}
