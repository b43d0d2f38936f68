package catalog

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNothingIsReadBeforeTheFirstQuestion(t *testing.T) {
	c := &Catalog{tables: newTables()}
	assert.Empty(t, c.tables.prices)
	c.OnDemand("us-east-1", "m5.large")
	assert.Len(t, c.tables.prices, 1, "one region was asked for")
}

// For the race detector.
func TestACatalogServesManyGoroutines(t *testing.T) {
	c := &Catalog{tables: newTables()}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, region := range c.Regions()[:6] {
				c.OnDemand(region, "m5.large")
				c.Fargate(region, X86)
				_, ok := c.Type("m5.large")
				assert.True(t, ok)
			}
		})
	}
	group.Wait()
}

// The first question about a type, its price and a Spot price: what a command
// waits for.
func BenchmarkFirstLoad(b *testing.B) {
	for b.Loop() {
		c := &Catalog{tables: newTables()}
		c.Type("m5.large")
		c.OnDemand("us-east-1", "m5.large")
		c.Spot("us-east-1", "use1-az1", "m5.large")
		c.Fargate("us-east-1", X86)
	}
}

// All tables of all regions.
func BenchmarkLoadEverything(b *testing.B) {
	for b.Loop() {
		c := &Catalog{tables: newTables()}
		c.Type("m5.large")
		c.Fargate("us-east-1", X86)
		c.FargateSizes()
		c.EBSGP3("us-east-1")
		for _, region := range c.Regions() {
			c.OnDemand(region, "m5.large")
		}
	}
}

func BenchmarkSpot(b *testing.B) {
	for b.Loop() {
		Embedded().Spot("us-east-1", "use1-az1", "m5.large")
	}
}
