package catalog

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func with(t *testing.T, c *Catalog, o Overrides) *Catalog {
	t.Helper()
	changed, err := c.With(o)
	require.NoError(t, err)
	return changed
}

func TestGivenPricesAndDiscounts(t *testing.T) {
	c := with(t, Embedded(), Overrides{
		Entries: []Entry{
			{Class: EC2, Item: "m6i.large", Price: FromUSD(0.08)},
			{Class: Spot, Item: "m7i.large", Price: FromUSD(0.03), Date: "2026-10", Source: "prices.csv:3"},
			{Class: Fargate, Item: FargateVCPU, Price: FromUSD(0.05)},
			{Class: FargateSpot, Item: FargateMemory, Price: FromUSD(0.002)},
			{Class: EBS, Price: FromUSD(0.1)},
			{Class: PublicIPv4, Price: 0},
		},
		Discounts: map[Class]float64{EC2: 0.1, EBS: 0.5},
	})

	given, _ := c.OnDemand("us-east-1", "m6i.large") // 0.08 × 0.9
	assert.Equal(t, Price{72_000_000, "", "given in the scenario, less 10 % (discount on ec2)"}, given)
	listed, _ := c.OnDemand("us-east-1", "m5.large") // 0.096 × 0.9
	assert.Equal(t, Price{86_400_000, "2026-07-20", "AWS list price of 2026-07-20, less 10 % (discount on ec2)"}, listed)

	// A price that is given makes a pool, in any zone; the list has none.
	spot, ok := c.Spot("us-east-1", "use1-az3", "m7i.large")
	assert.True(t, ok)
	assert.Equal(t, Price{30_000_000, "2026-10", "given in prices.csv:3"}, spot)
	before, _ := Embedded().Spot("us-east-1", "use1-az1", "m5.large")
	after, _ := c.Spot("us-east-1", "use1-az1", "m5.large")
	assert.Equal(t, before, after, "a discount on ec2 is not one on spot")

	for _, architecture := range []string{X86, Arm64} {
		rates, ok := c.Fargate("us-east-1", architecture)
		assert.True(t, ok)
		assert.Equal(t, "0.05", rates.VCPU.PerHour.String())
		assert.Equal(t, "0.002", rates.SpotGB.PerHour.String())
	}
	gp3, _ := c.EBSGP3("eu-west-1")
	assert.Equal(t, MonthlyPrice{50_000_000, "", "given in the scenario, less 50 % (discount on ebs)"}, gp3)
	free, ok := c.PublicIPv4("us-east-1")
	assert.True(t, ok)
	assert.True(t, free.Known())
	assert.Zero(t, free.PerHour)

	unchanged, _ := Embedded().OnDemand("us-east-1", "m6i.large")
	assert.Equal(t, "0.096", unchanged.PerHour.String())
}

func TestTheMostParticularPriceHolds(t *testing.T) {
	file := with(t, Embedded(), Overrides{Entries: []Entry{
		{Class: Spot, Item: "m5.large", Price: 1},
		{Class: Spot, Item: "m5.large", Region: "us-east-1", Price: 2},
		{Class: Spot, Item: "m5.large", Zone: "us-east-1b", Price: 3}, // by name
		{Class: Spot, Item: "m5.large", Zone: "use1-az3", Price: 4},   // by id
		{Class: Fargate, Item: FargateVCPU, Price: 5},
		{Class: Fargate, Item: FargateVCPU, Architecture: Arm64, Price: 6},
		{Class: Fargate, Item: FargateVCPU, Region: "eu-west-1", Price: 7},
		{Class: Fargate, Item: FargateVCPU, Region: "eu-west-1", Price: 8}, // twice: the later
	}})
	spot := func(c *Catalog, region, zone string) NanoUSD {
		p, _ := c.Spot(region, zone, "m5.large")
		return p.PerHour
	}
	assert.Equal(t, NanoUSD(1), spot(file, "eu-west-1", "euw1-az1"))
	assert.Equal(t, NanoUSD(2), spot(file, "us-east-1", "use1-az1"))
	assert.Equal(t, NanoUSD(3), spot(file, "us-east-1", "use1-az2"))
	assert.Equal(t, NanoUSD(4), spot(file, "us-east-1", "use1-az3"))

	fargate := func(region, architecture string) NanoUSD {
		p, _ := file.Fargate(region, architecture)
		return p.VCPU.PerHour
	}
	assert.Equal(t, NanoUSD(5), fargate("us-east-1", X86))
	assert.Equal(t, NanoUSD(6), fargate("us-east-1", Arm64))
	assert.Equal(t, NanoUSD(8), fargate("eu-west-1", X86))
	assert.Equal(t, NanoUSD(8), fargate("eu-west-1", Arm64))

	scenario := with(t, file, Overrides{Entries: []Entry{{Class: Spot, Item: "m5.large", Price: 9}}})
	assert.Equal(t, NanoUSD(9), spot(scenario, "us-east-1", "use1-az2"), "the scenario goes before the file")
	assert.Equal(t, NanoUSD(3), spot(file, "us-east-1", "use1-az2"))
}

func TestADiscountReplacesTheOneBefore(t *testing.T) {
	c := with(t, Embedded(), Overrides{Discounts: map[Class]float64{EC2: 0.5, Spot: 1}})
	c = with(t, c, Overrides{Discounts: map[Class]float64{EC2: 0.25}})
	p, _ := c.OnDemand("us-east-1", "m5.large")
	assert.Equal(t, "0.072", p.PerHour.String())
	free, ok := c.Spot("us-east-1", "use1-az1", "m5.large")
	assert.True(t, ok, "all of it taken off is still a price")
	assert.Zero(t, free.PerHour)
	none := with(t, c, Overrides{Discounts: map[Class]float64{EC2: 0}})
	p, _ = none.OnDemand("us-east-1", "m5.large")
	assert.Equal(t, "0.096", p.PerHour.String())
}

func TestWhatIsWrongWithOverrides(t *testing.T) {
	for _, c := range []struct {
		entry Entry
		want  string
	}{
		{Entry{Class: "ec3"}, `class: unknown class "ec3"; the classes are ec2, spot, fargate, fargateSpot, ebs, publicIpv4`},
		{Entry{Class: EC2, Item: "m5.lagre"}, `item: unknown instance type "m5.lagre"; did you mean m5.large,`},
		{Entry{Class: EC2, Region: "us-esat-1", Item: "m5.large"}, `region: unknown region "us-esat-1"; did you mean us-east-1,`},
		{Entry{Class: EC2, Zone: "us-east-1a", Item: "m5.large"}, `zone: a price of class ec2 does not depend on the zone`},
		{Entry{Class: Spot, Zone: "us-east-1z", Item: "m5.large"}, `zone: unknown zone "us-east-1z"; did you mean us-east-1a,`},
		{Entry{Class: Spot, Region: "us-east-1", Zone: "euw1-az1", Item: "m5.large"}, `zone: zone "euw1-az1" is in eu-west-1, not in us-east-1`},
		{Entry{Class: Spot, Architecture: X86, Item: "m5.large"}, `architecture: a price of class spot has none`},
		{Entry{Class: Fargate, Architecture: "amd64", Item: "vcpu"}, `architecture: unknown architecture "amd64"; it is x86_64 or arm64`},
		{Entry{Class: Fargate, Item: "cpu"}, `item: unknown part "cpu" of a price of class fargate; the parts are vcpu, memory, storage`},
		{Entry{Class: FargateSpot, Item: "storage"}, `item: unknown part "storage" of a price of class fargateSpot; the parts are vcpu, memory`},
		{Entry{Class: EBS, Item: "gp2"}, `item: class ebs has one price and needs no item, but "gp2" is given`},
		{Entry{Class: EBS, Price: -1}, `usd: -0.000000001 is not between 0 and 1000000`},
		{Entry{Class: EBS, Price: MaxPrice + 1}, `usd: 1000000.000000001 is not between`},
		{Entry{Class: EBS, Date: "July"}, `date: "July" is not a date like 2026-07-20`},
		{Entry{Class: EBS, Date: "2022..2025"}, `date: "2022..2025" is not a date`},
	} {
		require.ErrorContains(t, Embedded().Check(c.entry), c.want)
		_, err := Embedded().With(Overrides{Entries: []Entry{{Class: EBS}, c.entry}})
		require.ErrorContains(t, err, "price 2: "+c.want)
	}
	for class, fraction := range map[Class]float64{EC2: 1.01, Spot: -0.1, EBS: math.NaN(), Fargate: math.Inf(1)} {
		_, err := Embedded().With(Overrides{Discounts: map[Class]float64{class: fraction}})
		require.ErrorContains(t, err, "discount on "+string(class))
		assert.ErrorContains(t, err, "is not a fraction from 0 to 1")
	}
	_, err := Embedded().With(Overrides{Discounts: map[Class]float64{"lambda": 0.1}})
	assert.ErrorContains(t, err, `discount: unknown class "lambda"`)
}
