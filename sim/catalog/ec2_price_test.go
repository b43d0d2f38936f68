package catalog

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The price list of 2026-07-20 for us-east-1, Linux.
func TestOnDemandUsEast1(t *testing.T) {
	for name, usd := range map[string]string{
		"t3.micro": "0.0104", "t3.small": "0.0208", "t3.medium": "0.0416",
		"t3.large": "0.0832", "t4g.nano": "0.0042", "m4.large": "0.1",
		"m5.large": "0.096", "m5.xlarge": "0.192", "m5.2xlarge": "0.384",
		"m5.4xlarge": "0.768", "m6i.large": "0.096", "m6a.large": "0.0864",
		"m6g.large": "0.077", "m7i.large": "0.1008", "m7g.large": "0.0816",
		"c5.large": "0.085", "c5.xlarge": "0.17", "c5.2xlarge": "0.34",
		"c5.4xlarge": "0.68", "c5.9xlarge": "1.53", "c6i.large": "0.085",
		"c6g.large": "0.068", "c7i.large": "0.08925", "c7g.large": "0.0725",
		"r5.large": "0.126", "r5.xlarge": "0.252", "r6i.large": "0.126",
		"r6g.large": "0.1008", "g4dn.xlarge": "0.526", "g5.xlarge": "1.006",
		"p3.2xlarge": "3.06",
	} {
		p, ok := Embedded().OnDemand("us-east-1", name)
		assert.True(t, ok, name)
		assert.Equal(t, usd, p.PerHour.String(), name)
		assert.Equal(t, "2026-07-20", p.Date, name)
		assert.Equal(t, "AWS list price of 2026-07-20", p.Derivation)
	}
}

func TestOnDemandTakesTheNewestList(t *testing.T) {
	for _, c := range []struct{ region, name, usd, date string }{
		{"eu-west-1", "m5.large", "0.107", "2022-12-02"},
		{"sa-east-1", "m5.large", "0.153", "2020-07-02"},
		{"us-gov-west-1", "m5.large", "0.121", "2026-07-20"},
	} {
		p, ok := Embedded().OnDemand(c.region, c.name)
		assert.True(t, ok, c.region)
		assert.Equal(t, c.usd, p.PerHour.String(), c.region)
		assert.Equal(t, c.date, p.Date, c.region)
	}
}

func TestOnDemandUnknown(t *testing.T) {
	for _, c := range [][2]string{
		{"us-east-1", "m5.lagre"},
		{"eu-west-1", "m7i.large"}, // newer than the region's list
		{"ca-central-1", "m5.large"},
		{"cn-north-1", "m5.large"}, // priced in CNY
		{"moon-1", "m5.large"},
	} {
		p, ok := Embedded().OnDemand(c[0], c[1])
		assert.False(t, ok, c)
		assert.Equal(t, Price{}, p, c)
	}
}

func TestSpot(t *testing.T) {
	// Saving of m5.large in us-east-1: 66 %. Prices of 2022: 0.0396, 0.0412,
	// none in use1-az3, 0.0399, 0.037, 0.0403; mean 0.198 / 5 = 0.0396.
	//
	//	use1-az1  0.096 × 0.34 × 0.0396 / 0.0396 = 0.03264
	//	use1-az2  0.096 × 0.34 × 0.0412 / 0.0396 = 0.033958787…
	first, ok := Embedded().Spot("us-east-1", "use1-az1", "m5.large")
	require.True(t, ok)
	assert.Equal(t, Price{
		PerHour: 32_640_000,
		Date:    "2025-06-28",
		Derivation: "On-Demand 0.096 (2026-07-20) less 66 % (Spot Advisor 2025-06-28)" +
			" × 0.0396 of the zone / 0.0396 mean of the region's zones (2022-12-02)",
	}, first)
	second, ok := Embedded().Spot("us-east-1", "use1-az2", "m5.large")
	require.True(t, ok)
	assert.Equal(t, NanoUSD(33_958_788), second.PerHour)

	// Ireland: 0.107 (2022-12-02) × 0.43 × 0.0388 / ((0.0388 + 0.039 + 0.0419) / 3)
	// = 0.04601 × 0.0388 / 0.0399 = 0.044741553…; the older date counts.
	ireland, ok := Embedded().Spot("eu-west-1", "euw1-az1", "m5.large")
	require.True(t, ok)
	assert.Equal(t, NanoUSD(44_741_554), ireland.PerHour)
	assert.Equal(t, "2022-12-02", ireland.Date)
}

func TestNoSpotPool(t *testing.T) {
	for _, c := range [][3]string{
		{"us-east-1", "use1-az3", "m5.large"},        // not sold there in 2022
		{"us-east-1", "use1-az1", "m7i.large"},       // newer than 2022-12
		{"sa-east-1", "sae1-az1", "m5.large"},        // region not in the list of zones' prices
		{"ap-northeast-3", "apne3-az3", "d2.xlarge"}, // not in the advisor's list
		{"us-east-1", "euw1-az1", "m5.large"},
		{"us-east-1", "us-east-1a", "m5.large"}, // a name, not an id
		{"moon-1", "use1-az1", "m5.large"},
		{"us-east-1", "", "m5.large"},
	} {
		p, ok := Embedded().Spot(c[0], c[1], c[2])
		assert.False(t, ok, c)
		assert.Equal(t, Price{}, p, c)
	}
}

func TestSpotIsHeldAtTheOnDemandPrice(t *testing.T) {
	// 14.4 × 0.66 × 14.4 / ((14.4 + 4.32 + 14.4 + 4.32 + 4.32) / 5) = 16.386…
	p, ok := Embedded().Spot("us-east-1", "use1-az1", "p2.16xlarge")
	require.True(t, ok)
	assert.Equal(t, "14.4", p.PerHour.String())
	assert.Contains(t, p.Derivation, ", held at the On-Demand price")
}

// Every Spot price again, in exact fractions.
func TestSpotPricesAreExact(t *testing.T) {
	pools := 0
	rat := func(a, b int64) *big.Rat { return big.NewRat(a, b) }
	for _, region := range Embedded().Regions() {
		for name, line := range Embedded().ec2(region) {
			for zone, id := range Embedded().ZoneIDs(region) {
				p, ok := Embedded().Spot(region, id, name)
				if !ok {
					continue
				}
				pools++
				list, _ := Embedded().OnDemand(region, name)
				sum, n := int64(0), int64(0)
				for _, s := range line.spot {
					sum += int64(s)
					if s > 0 {
						n++
					}
				}
				want := rat(int64(list.PerHour), 100)
				want.Mul(want, rat(100-line.saving, 1))
				want.Mul(want, rat(int64(line.spot[zone])*n, sum))
				if most := rat(int64(list.PerHour), 1); want.Cmp(most) > 0 {
					want = most
				}
				off := new(big.Rat).Sub(want, rat(int64(p.PerHour), 1))
				if off.Abs(off).Cmp(rat(1, 2)) > 0 {
					t.Errorf("%s %s: %s, want %s nano-dollars", id, name, p.PerHour, want.FloatString(3))
				}
			}
		}
	}
	assert.Equal(t, 18457, pools)
}

func TestInterruption(t *testing.T) {
	// Spot Advisor of 2025-06-28, Linux.
	for name, want := range map[string][2]int{"m5.large": {3, 66}, "m6g.large": {2, 60}, "c5.large": {0, 59}} {
		band, savings, ok := Embedded().Interruption("us-east-1", name)
		assert.True(t, ok, name)
		assert.Equal(t, want, [2]int{band, savings}, name)
	}
	// The one type that cost more than On-Demand.
	_, savings, ok := Embedded().Interruption("ca-central-1", "p5.48xlarge")
	assert.True(t, ok)
	assert.Equal(t, -62, savings)
	_, _, ok = Embedded().Interruption("us-east-1", "m5.lagre")
	assert.False(t, ok)
	_, _, ok = Embedded().Interruption("moon-1", "m5.large")
	assert.False(t, ok)
}
