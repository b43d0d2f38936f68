package ec2_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Allocation strategies for
// multiple instance types".
func TestSpotStrategies(t *testing.T) {
	offer := func(price, weight, spare, running int64) ec2.Offer {
		return ec2.Offer{Price: price, OnDemand: 100, Weight: weight, Spare: spare, Running: running}
	}
	for _, c := range []struct {
		name     string
		strategy ec2.SpotStrategy
		pools    int
		offers   []ec2.Offer
		want     int
	}{
		{"the cheapest two are 1 and 2; of them 2 has fewer", ec2.LowestPrice, 2, []ec2.Offer{offer(40, 1, 9, 0), offer(20, 1, 9, 3), offer(30, 1, 9, 2)}, 2},
		{"both have as many: the one listed first", ec2.LowestPrice, 2, []ec2.Offer{offer(40, 1, 9, 0), offer(20, 1, 9, 2), offer(30, 1, 9, 2)}, 1},
		{"one pool: the cheapest, however many run there", ec2.LowestPrice, 1, []ec2.Offer{offer(40, 1, 9, 0), offer(20, 1, 9, 3)}, 1},
		{"a pool that is empty gives way to the next cheapest", ec2.LowestPrice, 1, []ec2.Offer{offer(40, 1, 9, 0), offer(20, 1, 0, 3)}, 0},
		// 40/4 = 10 a unit against 20/1.
		{"the price of a unit counts", ec2.LowestPrice, 1, []ec2.Offer{offer(20, 1, 9, 0), offer(40, 4, 9, 0)}, 1},
		// 1 × 4 units against 3 × 1.
		{"evenly by units", ec2.LowestPrice, 2, []ec2.Offer{offer(40, 4, 9, 1), offer(10, 1, 9, 3)}, 1},
		{"evenly over all pools", ec2.Diversified, 2, []ec2.Offer{offer(40, 1, 9, 3), offer(20, 1, 9, 2), offer(90, 1, 9, 1)}, 2},
		{"Spot that costs as much as On-Demand is left out", ec2.Diversified, 2, []ec2.Offer{offer(40, 1, 9, 3), offer(100, 1, 9, 0)}, 0},
		{"the most spare capacity, whatever the price", ec2.CapacityOptimized, 2, []ec2.Offer{offer(10, 1, 8, 0), offer(90, 1, 9, 5)}, 1},
		// Half of 10 is 5: the first has 4, the second 5.
		{"the first of the list with ample capacity", ec2.CapacityOptimizedPrioritized, 2, []ec2.Offer{offer(10, 1, 4, 0), offer(90, 1, 5, 0), offer(10, 1, 10, 0)}, 1},
		{"the cheapest with ample capacity", ec2.PriceCapacityOptimized, 2, []ec2.Offer{offer(10, 1, 4, 0), offer(90, 1, 10, 0), offer(30, 1, 5, 0)}, 2},
		// Half of 3, rounded up, is 2.
		{"ample is rounded up", ec2.PriceCapacityOptimized, 2, []ec2.Offer{offer(10, 1, 1, 0), offer(90, 1, 3, 0)}, 1},
		{"nothing is left anywhere", ec2.PriceCapacityOptimized, 2, []ec2.Offer{offer(10, 1, 0, 1)}, -1},
		{"no offers", ec2.CapacityOptimized, 2, nil, -1},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.strategy.Choose(c.offers, c.pools)) })
	}
}

// Source: Amazon EC2 Auto Scaling user guide, "Allocation strategies for
// multiple instance types".
func TestOnDemandStrategies(t *testing.T) {
	offers := []ec2.Offer{{Price: 50, Weight: 1, Spare: 0}, {Price: 40, Weight: 1, Spare: 1, Running: 1}, {Price: 60, Weight: 2, Spare: 1, Running: 1}}
	assert.Equal(t, 1, ec2.Prioritized.Choose(offers), "the first of the list with room")
	assert.Equal(t, 2, ec2.LowestOnDemandPrice.Choose(offers), "60/2 is less than 40")
	assert.Equal(t, -1, ec2.Prioritized.Choose(offers[:1]))
	assert.Equal(t, 2, ec2.Prioritized.Release(offers), "the last of the list")
	assert.Equal(t, 1, ec2.LowestOnDemandPrice.Release(offers), "the dearest")
	assert.Equal(t, -1, ec2.Prioritized.Release(offers[:1]), "none runs")
}

func TestSpotRelease(t *testing.T) {
	offer := func(price, spare, running int64) ec2.Offer {
		return ec2.Offer{Price: price, OnDemand: 100, Weight: 1, Spare: spare, Running: running}
	}
	for _, c := range []struct {
		name     string
		strategy ec2.SpotStrategy
		offers   []ec2.Offer
		want     int
	}{
		{"not one of the cheapest two", ec2.LowestPrice, []ec2.Offer{offer(10, 9, 5), offer(40, 9, 1), offer(20, 9, 5)}, 1},
		{"the dearest of those", ec2.LowestPrice, []ec2.Offer{offer(10, 9, 5), offer(40, 9, 1), offer(20, 9, 5), offer(50, 9, 1)}, 3},
		{"of the cheapest the one with more", ec2.LowestPrice, []ec2.Offer{offer(10, 9, 5), offer(20, 9, 4)}, 0},
		{"the pool with most", ec2.Diversified, []ec2.Offer{offer(10, 9, 5), offer(20, 9, 4)}, 0},
		{"the scarcest pool", ec2.CapacityOptimized, []ec2.Offer{offer(10, 9, 5), offer(20, 8, 4), offer(20, 1, 0)}, 1},
		{"the last of the list", ec2.CapacityOptimizedPrioritized, []ec2.Offer{offer(10, 9, 5), offer(20, 8, 4)}, 1},
		{"what is not ample goes first", ec2.CapacityOptimizedPrioritized, []ec2.Offer{offer(10, 3, 5), offer(20, 8, 4)}, 0},
		{"the dearest with ample capacity", ec2.PriceCapacityOptimized, []ec2.Offer{offer(30, 9, 5), offer(20, 8, 4)}, 0},
		{"none runs", ec2.PriceCapacityOptimized, []ec2.Offer{offer(30, 9, 0)}, -1},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.strategy.Release(c.offers, ec2.DefaultSpotPools)) })
	}
}

func TestStrategyNames(t *testing.T) {
	for s := ec2.LowestPrice; s <= ec2.PriceCapacityOptimized; s++ {
		got, err := ec2.ParseSpotStrategy(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	for s := ec2.Prioritized; s <= ec2.LowestOnDemandPrice; s++ {
		got, err := ec2.ParseOnDemandStrategy(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	_, err := ec2.ParseSpotStrategy("cheapest")
	require.Error(t, err)
	_, err = ec2.ParseOnDemandStrategy("diversified")
	require.Error(t, err)
}

// The choice is the minimum of what the strategy's sentence says, found by
// sorting all offers with room.
func TestChoiceIsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ec2.Offer {
			return ec2.Offer{
				Price: rapid.Int64Range(1, 8).Draw(t, "price"), OnDemand: rapid.Int64Range(4, 8).Draw(t, "on demand"), Weight: rapid.Int64Range(1, 4).Draw(t, "weight"),
				Spare: rapid.Int64Range(0, 6).Draw(t, "spare"), Running: rapid.Int64Range(0, 4).Draw(t, "running"),
			}
		}), 0, 30).Draw(t, "offers")
		strategy := ec2.SpotStrategy(rapid.IntRange(0, int(ec2.PriceCapacityOptimized)).Draw(t, "strategy"))
		pools := rapid.IntRange(1, ec2.MaxSpotPools).Draw(t, "pools")

		var room []int
		most := int64(0)
		for i, o := range offers {
			if o.Spare > 0 {
				room = append(room, i)
				most = max(most, o.Spare)
			}
		}
		// Prices of a unit as whole numbers: 12 is a multiple of every weight.
		unit := func(i int) int64 { return 12 * offers[i].Price / offers[i].Weight }
		units := func(i int) int64 { return offers[i].Running * offers[i].Weight }
		keep := func(f func(i int) bool) { room = slices.DeleteFunc(room, func(i int) bool { return !f(i) }) }
		by := func(key func(i int) int64) {
			slices.SortStableFunc(room, func(a, b int) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b)) })
		}
		switch strategy {
		case ec2.LowestPrice:
			by(unit)
			cheapest := room[:min(len(room), pools)]
			fewest := int64(1 << 60)
			for _, i := range cheapest {
				fewest = min(fewest, units(i))
			}
			room = slices.DeleteFunc(slices.Clone(cheapest), func(i int) bool { return units(i) > fewest })
		case ec2.Diversified:
			keep(func(i int) bool { return offers[i].Price < offers[i].OnDemand })
			by(units)
		case ec2.CapacityOptimized:
			by(func(i int) int64 { return -offers[i].Spare })
		case ec2.CapacityOptimizedPrioritized:
			keep(func(i int) bool { return 2*offers[i].Spare >= most })
		case ec2.PriceCapacityOptimized:
			keep(func(i int) bool { return 2*offers[i].Spare >= most })
			by(unit)
		}
		want := -1
		if len(room) > 0 {
			want = room[0]
		}
		require.Equal(t, want, strategy.Choose(offers, pools))

		// A release takes from a pool that runs something, and finds one if any does.
		gone := strategy.Release(offers, pools)
		running := slices.ContainsFunc(offers, func(o ec2.Offer) bool { return o.Running > 0 })
		require.Equal(t, running, gone >= 0)
		require.True(t, gone < 0 || offers[gone].Running > 0)
	})
}

// Launches one by one are spread evenly over the N cheapest pools.
func TestLowestPriceIsEven(t *testing.T) {
	offers := []ec2.Offer{{Price: 5, Weight: 1, Spare: 99}, {Price: 1, Weight: 1, Spare: 99}, {Price: 3, Weight: 1, Spare: 99}, {Price: 2, Weight: 1, Spare: 99}}
	for range 30 {
		i := ec2.LowestPrice.Choose(offers, 3)
		offers[i].Running++
		offers[i].Spare--
	}
	assert.Equal(t, []int64{0, 10, 10, 10}, []int64{offers[0].Running, offers[1].Running, offers[2].Running, offers[3].Running})
}

func TestChoosingDoesNotAllocate(t *testing.T) {
	offers := make([]ec2.Offer, 40)
	for i := range offers {
		offers[i] = ec2.Offer{Price: int64(i*37%41) + 1, OnDemand: 99, Weight: 1, Spare: int64(i), Running: int64(i % 3)}
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		for s := ec2.LowestPrice; s <= ec2.PriceCapacityOptimized; s++ {
			s.Choose(offers, 4)
			s.Release(offers, 4)
		}
	}))
}
