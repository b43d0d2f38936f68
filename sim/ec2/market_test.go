package ec2_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/ec2"
)

// run runs a kernel up to an instant, which background events alone would not.
func run(t *testing.T, kernel *sim.Kernel, to sim.Time) {
	end := kernel.Register("end", sim.Scaling, false, func(sim.Time, uint32, uint32) {})
	kernel.Schedule(to, end, 0, 0)
	require.NoError(t, kernel.Run(to+1))
}

func TestPrices(t *testing.T) {
	p := ec2.RecordedPrices([]ec2.PriceStep{{From: -sim.Hour, PerHour: 10}, {From: sim.Hour, PerHour: 30}, {From: 2 * sim.Hour, PerHour: 20}})
	for _, c := range []struct {
		at, until sim.Time
		price     int64
	}{
		{0, sim.Hour, 10},
		{sim.Hour - 1, sim.Hour, 10},
		{sim.Hour, 2 * sim.Hour, 30},
		{3 * sim.Hour, sim.Never, 20},
		{0, sim.Hour, 10}, // back again
	} {
		price, until := p.At(c.at)
		assert.Equal(t, c.price, price, c.at)
		assert.Equal(t, c.until, until, c.at)
	}
	assert.Equal(t, int64(30), p.Highest())
	// From 30 min to 3 h: 10 × 0.5 + 30 × 1 + 20 × 1 = 55.
	var want sim.Integral
	want.Add(55, sim.Hour)
	assert.Equal(t, want, p.Integral(30*sim.Minute, 3*sim.Hour))
	price, until := ec2.ConstantPrice(7).At(sim.Day)
	assert.Equal(t, int64(7), price)
	assert.Equal(t, sim.Never, until)
}

// A modelled price starts at its level, changes daily, does not exceed its
// ceiling, has the level as its median and a stationary spread of
// Volatility / √(1 − (1 − Reversion)²), and is the same whichever way it is asked.
func TestModelledPrices(t *testing.T) {
	model := ec2.PriceModel{Level: 40_000_000, Ceiling: 100_000_000, Every: sim.Day, Volatility: 0.05, Reversion: 0.1}
	p := ec2.ModelledPrices(model, sim.Stream(1, "spotprice/c5.large/us-east-1a"))
	price, until := p.At(0)
	assert.Equal(t, model.Level, price)
	assert.Equal(t, sim.Day, until)
	const days = 20_000
	var logs []float64
	squares := 0.0
	for day := range days {
		price, until := p.At(sim.Time(day)*sim.Day + sim.Hour)
		require.Equal(t, sim.Time(day+1)*sim.Day, until)
		require.LessOrEqual(t, price, model.Ceiling)
		require.Zero(t, price%1000)
		x := math.Log(float64(price) / float64(model.Level))
		logs = append(logs, x)
		squares += float64(x * x)
	}
	slices.Sort(logs)
	assert.InDelta(t, 0, logs[days/2], 0.02)
	assert.InDelta(t, 0.05/math.Sqrt(1-0.9*0.9), math.Sqrt(squares/days), 0.01) // 0.115

	again := ec2.ModelledPrices(model, sim.Stream(1, "spotprice/c5.large/us-east-1a"))
	for _, day := range []sim.Time{7000, 3, 19_999, 0} {
		a, _ := again.At(day * sim.Day)
		b, _ := p.At(day * sim.Day)
		assert.Equal(t, b, a)
	}
	other, _ := ec2.ModelledPrices(model, sim.Stream(2, "spotprice/c5.large/us-east-1a")).At(7000 * sim.Day)
	here, _ := p.At(7000 * sim.Day)
	assert.NotEqual(t, here, other)

	low := ec2.ModelledPrices(ec2.PriceModel{Level: 50, Ceiling: 40, Every: sim.Day, Volatility: 5, Reversion: 0}, sim.Stream(1, "low"))
	for day := range sim.Time(1000) {
		price, _ := low.At(day * sim.Day)
		require.LessOrEqual(t, price, int64(40))
		require.Positive(t, price)
	}
}

// market with one pool of c5.large in us-east-1a.
func market(kernel *sim.Kernel, pool ec2.Pool, reclaim func(ec2.PoolID, int64)) *ec2.Market {
	pool.Type, pool.Zone = "c5.large", "us-east-1a"
	if pool.Prices == nil {
		pool.Prices = ec2.ConstantPrice(40)
	}
	return ec2.NewMarket(kernel, ec2.MarketSetup{Seed: 1, Name: "workers", Notice: 2 * sim.Minute, Rebalance: 10 * sim.Minute, Pools: []ec2.Pool{pool}}, reclaim)
}

func TestDepth(t *testing.T) {
	kernel := sim.NewKernel()
	m := market(kernel, ec2.Pool{Depth: 2}, nil)
	id, ok := m.Find("c5.large", "us-east-1a")
	require.True(t, ok)
	_, ok = m.Find("c5.large", "us-east-1b")
	assert.False(t, ok)
	assert.Equal(t, 1, m.Pools())
	assert.Equal(t, "c5.large", m.Pool(id).Type)
	assert.Equal(t, int64(40), m.Price(id))
	for launch := range uint32(2) {
		fate, ok := m.Launch(id, launch)
		require.True(t, ok)
		assert.Equal(t, ec2.Spared, fate, "nothing interrupts it")
	}
	_, ok = m.Launch(id, 2)
	assert.False(t, ok)
	assert.Zero(t, m.Spare(id))
	m.Leave(id)
	assert.Equal(t, int64(1), m.Spare(id))
	assert.Equal(t, int64(2), m.Capacity(id))
	assert.True(t, kernel.Idle())
	m.Leave(id)
	assert.Panics(t, func() { m.Leave(id) })
}

// An interruption has exactly one notice, its lead ahead, and a recommendation
// to rebalance before it, though not before the launch.
//
// Source: Amazon EC2 user guide, "Spot Instance interruption notices" and "EC2
// instance rebalance recommendations".
func TestFate(t *testing.T) {
	kernel := sim.NewKernel()
	m := market(kernel, ec2.Pool{Depth: 1000, Hazard: 2}, nil)
	run(t, kernel, sim.Hour)
	for launch := range uint32(1000) {
		f, ok := m.Launch(0, launch)
		require.True(t, ok)
		require.GreaterOrEqual(t, f.Notice, sim.Hour)
		require.Zero(t, f.Notice%sim.Millisecond)
		require.Equal(t, f.Notice+2*sim.Minute, f.End)
		if f.Notice-10*sim.Minute > sim.Hour {
			require.Equal(t, f.Notice-10*sim.Minute, f.Recommendation)
		} else {
			require.Equal(t, f.Notice, f.Recommendation, "too early for one before the notice")
		}
	}
	assert.Equal(t, ec2.Fate{Recommendation: sim.Hour, Notice: sim.Hour, End: sim.Hour + 2*sim.Minute}, m.Reclaimed())
}

// The draw belongs to the number of the launch: a pool with twice the hazard
// interrupts the same instance after half the time, whatever was launched before.
func TestFateBelongsToTheLaunch(t *testing.T) {
	slow, fast := market(sim.NewKernel(), ec2.Pool{Depth: 100, Hazard: 0.01}, nil), market(sim.NewKernel(), ec2.Pool{Depth: 100, Hazard: 0.02}, nil)
	const n = 50
	var a, b [n]ec2.Fate
	for launch := range uint32(n) {
		a[launch], _ = slow.Launch(0, launch)
		b[n-1-launch], _ = fast.Launch(0, n-1-launch)
	}
	for launch := range n {
		assert.InDelta(t, a[launch].Notice.Seconds(), 2*b[launch].Notice.Seconds(), 0.002)
	}
	assert.NotEqual(t, a[0], a[1])
}

// The hazard is recovered from how long simulated instances live. The sum of n
// exponential lives is n / hazard on average with a relative deviation of
// 1/√n; 3.29 deviations are the bounds of 99.9 %. Instances that outlive the
// window count with the time they ran, as in any estimate of a rate.
func TestHazardIsRecovered(t *testing.T) {
	const n, window = 20_000, 30 * sim.Day
	for band := range 5 {
		t.Run(fmt.Sprintf("band %d", band), func(t *testing.T) {
			hazard := ec2.AdvisorHazard(band, 0.3)
			m := market(sim.NewKernel(), ec2.Pool{Depth: n, Hazard: hazard}, nil)
			events, hours := 0, 0.0
			for launch := range uint32(n) {
				f, ok := m.Launch(0, launch)
				require.True(t, ok)
				if f.Notice < window {
					events++
				}
				hours += min(f.Notice, window).Seconds() / 3600
			}
			estimate := float64(events) / hours
			bound := 3.29 / math.Sqrt(float64(events))
			assert.InDelta(t, 1, estimate/hazard, bound)
			// The part that is gone after a month is the middle of the band.
			p := []float64{0.025, 0.075, 0.125, 0.175, 0.30}[band]
			assert.InDelta(t, p, float64(events)/n, 3.29*math.Sqrt(p*(1-p)/n))
		})
	}
}

// When a record says that a pool has fewer than run, those too many go together,
// and launches fail until it has more again.
func TestRecordedAvailability(t *testing.T) {
	kernel := sim.NewKernel()
	var m *ec2.Market
	var reclaimed []string
	m = market(kernel, ec2.Pool{Depth: 9, Available: []ec2.CapacityStep{{From: sim.Minute, Instances: 5}, {From: sim.Hour, Instances: 2}, {From: 2 * sim.Hour, Instances: 0}, {From: 3 * sim.Hour, Instances: 4}}},
		func(p ec2.PoolID, n int64) {
			reclaimed = append(reclaimed, fmt.Sprintf("%v: %d", kernel.Now(), n))
			for range n {
				m.Leave(p)
			}
		})
	assert.Equal(t, int64(5), m.Capacity(0), "before the record begins it is as at its beginning")
	for launch := range uint32(5) {
		_, ok := m.Launch(0, launch)
		require.True(t, ok)
	}
	_, ok := m.Launch(0, 5)
	assert.False(t, ok)
	assert.True(t, kernel.Idle(), "records do not keep a run going")
	run(t, kernel, 4*sim.Hour)
	assert.Equal(t, []string{"1h0m0s: 3", "2h0m0s: 2"}, reclaimed)
	assert.Equal(t, int64(4), m.Spare(0))
}

// A price above what the group pays at most takes its instances away.
//
// Source: Amazon EC2 user guide, "Spot Instance interruptions": the Spot price
// exceeds the maximum price.
func TestMaximumPrice(t *testing.T) {
	kernel := sim.NewKernel()
	var m *ec2.Market
	taken := int64(0)
	prices := ec2.RecordedPrices([]ec2.PriceStep{{From: 0, PerHour: 50}, {From: sim.Hour, PerHour: 101}, {From: 2 * sim.Hour, PerHour: 100}})
	m = market(kernel, ec2.Pool{Depth: 9, Prices: prices, MaxPrice: 100}, func(p ec2.PoolID, n int64) {
		assert.Equal(t, sim.Hour, kernel.Now())
		for taken = n; n > 0; n-- {
			m.Leave(p)
		}
		_, ok := m.Launch(p, 9)
		assert.False(t, ok)
	})
	for launch := range uint32(3) {
		m.Launch(0, launch)
	}
	run(t, kernel, 3*sim.Hour)
	assert.Equal(t, int64(3), taken)
	assert.Equal(t, int64(9), m.Spare(0), "100 is not above 100")
}

// A pool that is reclaimed as a whole has nothing for a while. With a mean of 9 h
// until it happens and 1 h without capacity it is out a tenth of the time.
func TestPoolReclamation(t *testing.T) {
	kernel := sim.NewKernel()
	m := market(kernel, ec2.Pool{Depth: 1, Reclaimed: 9 * sim.Hour, Out: sim.Hour}, nil)
	out, asked, times := 0, 0, 0
	before := int64(1)
	ask := kernel.Register("ask", sim.Scaling, false, func(sim.Time, uint32, uint32) {
		if asked++; m.Capacity(0) == 0 {
			out++
			times += int(before)
		}
		before = m.Capacity(0)
	})
	const hours = 20_000
	for at := range sim.Time(hours * 10) {
		kernel.Schedule(at*6*sim.Minute, ask, 0, 0)
	}
	require.NoError(t, kernel.Run(sim.Never))
	// 2,000 reclamations expected, with a deviation of about √2000 × 0.9 = 40.
	assert.InDelta(t, 2000, times, 3.29*40)
	assert.InDelta(t, 0.1, float64(out)/float64(asked), 0.007)
}

// Whatever happens, the group never has more in a pool than the pool has once it
// has given back what was reclaimed, and launches succeed exactly where there is
// room.
func TestPoolsAreNeverOverdrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernel := sim.NewKernel()
		steps := []ec2.CapacityStep{}
		at := sim.Time(0)
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			at += sim.Time(rapid.IntRange(1, 5).Draw(t, "gap")) * sim.Hour
			steps = append(steps, ec2.CapacityStep{From: at, Instances: rapid.Int64Range(0, 6).Draw(t, "instances")})
		}
		prices := ec2.ModelledPrices(ec2.PriceModel{Level: 50_000, Ceiling: 100_000, Every: 3 * sim.Hour, Volatility: 0.3, Reversion: 0.2}, sim.Stream(rapid.Uint64().Draw(t, "seed"), "price"))
		var m *ec2.Market
		running := int64(0)
		m = market(kernel, ec2.Pool{Depth: 6, Available: steps, Prices: prices, MaxPrice: 60_000, Reclaimed: 5 * sim.Hour, Out: sim.Hour}, func(p ec2.PoolID, n int64) {
			require.LessOrEqual(t, n, running)
			for running -= n; n > 0; n-- {
				m.Leave(p)
			}
		})
		launch := uint32(0)
		kind := kernel.Register("launch", sim.Scaling, false, func(sim.Time, uint32, uint32) {
			spare := m.Spare(0)
			_, ok := m.Launch(0, launch)
			launch++
			require.Equal(t, spare > 0, ok)
			if ok {
				running++
			}
			require.LessOrEqual(t, running, m.Capacity(0))
			require.Equal(t, m.Capacity(0)-running, m.Spare(0))
		})
		for i := range sim.Time(40) {
			kernel.Schedule(i*30*sim.Minute, kind, 0, 0)
		}
		require.NoError(t, kernel.Run(sim.Never))
	})
}

// A market of one pool whose instances are interrupted every 50 hours on average.
func ExampleMarket() {
	kernel := sim.NewKernel()
	m := ec2.NewMarket(kernel, ec2.MarketSetup{
		Seed: 1, Name: "workers", Notice: 2 * sim.Minute,
		Pools: []ec2.Pool{{Type: "c5.large", Zone: "us-east-1a", Depth: 100, Prices: ec2.ConstantPrice(33_000_000), Hazard: 0.02}},
	}, nil)
	pool, _ := m.Find("c5.large", "us-east-1a")
	fate, ok := m.Launch(pool, 0)
	fmt.Println(ok, m.Spare(pool), fate.End-fate.Notice)
	// Output: true 99 2m0s
}

// Of the advisor's band "5-10 %" a month, 7.5 % is the middle.
func ExampleAdvisorHazard() {
	fmt.Printf("%.6f interruptions per hour\n", ec2.AdvisorHazard(1, 0.3))
	// Output: 0.000108 interruptions per hour
}
