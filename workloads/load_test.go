package workloads

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"berth/internal/zones"
	"berth/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := zones.Load(name)
	require.NoError(t, err)
	return z
}

func instant(t testing.TB, rfc3339 string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, rfc3339)
	require.NoError(t, err)
	return at
}

func profileLoadOf(t testing.TB, p Profile, start string) Load {
	t.Helper()
	l, err := p.Load(instant(t, start), 1, "load/web")
	require.NoError(t, err)
	return l
}

func rateAt(l Load, t sim.Time) float64 {
	rate, _, _ := l.Rate(t)
	return rate
}

// pieces walks over the pieces of l up to an instant.
func pieces(t *testing.T, l Load, end sim.Time) (n int) {
	t.Helper()
	for at := sim.Time(0); at < end; n++ {
		rate, slope, until := l.Rate(at)
		require.Greater(t, until, at)
		require.GreaterOrEqual(t, rate, 0.0)
		if until < sim.Never {
			require.GreaterOrEqual(t, rate+slope*(until-at).Seconds(), -1e-9*rate, "at %v", at)
		} else {
			require.Zero(t, slope)
		}
		at = until
	}
	return n
}

// shop is a profile with everything in it.
func shop(t testing.TB) Profile {
	return Profile{
		Base: 220, Zone: zone(t, "America/New_York"),
		Daily:  Daily{Amplitude: 0.7, Peak: 14 * sim.Hour},
		Weekly: map[time.Weekday]float64{time.Saturday: 0.6, time.Sunday: 0.5},
		Noise:  Noise{CV: 0.08, Correlation: 10 * sim.Minute},
		Spikes: []Spike{
			{At: 3*sim.Day + 17*sim.Hour, Rise: 2 * sim.Minute, Hold: 20 * sim.Minute, Fall: 10 * sim.Minute, Factor: 2.5},
			{At: -sim.Hour, Rise: 90*sim.Minute + 1, Fall: sim.Hour, Factor: 0.2},
		},
	}
}

func TestConstantRate(t *testing.T) {
	l, err := NewConstantRate(400)
	require.NoError(t, err)
	rate, slope, until := l.Rate(sim.Hour)
	assert.Equal(t, []any{400.0, 0.0, sim.Never}, []any{rate, slope, until})
	assert.InDelta(t, 400*3600, Requests(l, sim.Hour, 2*sim.Hour), 1e-6)
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := NewConstantRate(bad)
		assert.ErrorContains(t, err, "is not from 0 to 1e+12 requests per second")
	}
}

// 100 × (1 + 0.5·cos(2π(h − 14)/24)) by the clocks of New York, five hours
// behind UTC until 07:00 UTC of 8 March, then four.
func TestProfileFollowsTheClocks(t *testing.T) {
	l := profileLoadOf(t, Profile{Base: 100, Zone: zone(t, "America/New_York"), Daily: Daily{Amplitude: 0.5, Peak: 14 * sim.Hour}}, "2026-03-07T00:00:00Z")
	for _, c := range []struct {
		at   sim.Time
		want float64
	}{
		{19 * sim.Hour, 150},          // 14:00
		{sim.Day + 1*sim.Hour, 100},   // 20:00: cos(π/2)
		{sim.Day + 7*sim.Hour, 51.70}, // 03:00, no longer 02:00: 100 − 50·cos(π/12)
		{sim.Day + 18*sim.Hour, 150},  // 14:00
		{2*sim.Day + 6*sim.Hour, 50},  // 02:00
	} {
		assert.InDelta(t, c.want, rateAt(l, c.at), 0.005, "%v", c.at)
	}
	rate, _, until := l.Rate(sim.Day + 7*sim.Hour - sim.Minute)
	assert.InDelta(t, 50, rate, 0.01, "01:59")
	assert.Equal(t, sim.Day+7*sim.Hour, until)
}

// Kathmandu is 5:45 ahead of UTC: its days begin at 18:15.
func TestProfileWeek(t *testing.T) {
	l := profileLoadOf(t, Profile{Base: 10, Zone: zone(t, "Asia/Kathmandu"), Weekly: map[time.Weekday]float64{time.Saturday: 0.5, time.Sunday: 0}}, "2026-03-06T00:00:00Z") // a Friday
	type piece struct {
		rate  float64
		until sim.Time
	}
	var got []piece
	for at := sim.Time(0); at < 4*sim.Day; {
		rate, slope, until := l.Rate(at)
		require.Zero(t, slope)
		got = append(got, piece{rate, until})
		at = until
	}
	midnight := 18*sim.Hour + 15*sim.Minute
	assert.Equal(t, []piece{{10, midnight}, {5, sim.Day + midnight}, {0, 2*sim.Day + midnight}, {10, 3*sim.Day + midnight}, {10, 4*sim.Day + midnight}}, got)
}

func TestProfileIsNeverNegative(t *testing.T) {
	l := profileLoadOf(t, Profile{Base: 10, Daily: Daily{Amplitude: 3, Peak: 12 * sim.Hour}, Noise: Noise{CV: 2}}, "2026-01-01T00:00:00Z")
	assert.Zero(t, rateAt(l, 0))
	assert.Positive(t, rateAt(l, 12*sim.Hour))
	pieces(t, l, 3*sim.Day)
}

// 100 × 1 up to 60 s, × 3 from 180 s to 240 s, × 1 from 250 s on.
func TestSpike(t *testing.T) {
	s := Spike{At: sim.Minute, Rise: 2 * sim.Minute, Hold: sim.Minute, Fall: 10 * sim.Second, Factor: 3}
	l := profileLoadOf(t, Profile{Base: 100, Spikes: []Spike{s}}, "2026-01-01T00:00:00Z")
	for _, c := range []struct {
		at                 sim.Time
		rate, slope, until float64
	}{
		{0, 100, 0, 60},
		{60, 100, 200.0 / 120, 180},
		{120, 200, 200.0 / 120, 180},
		{180, 300, 0, 240},
		{240, 300, -20, 250},
		{245, 200, -20, 250},
		{250, 100, 0, sim.Never.Seconds()},
	} {
		rate, slope, until := l.Rate(c.at * sim.Second)
		assert.InDelta(t, c.rate, rate, 1e-9)
		assert.InDelta(t, c.slope, slope, 1e-9)
		assert.InDelta(t, c.until, until.Seconds(), 1e-9, "%v", c.at)
	}
	// 100 × (300 + ½·120·2 + 60·2 + ½·10·2)
	assert.InDelta(t, 55_000, Requests(l, 0, 5*sim.Minute), 1e-6)

	jump := profileLoadOf(t, Profile{Base: 100, Spikes: []Spike{{At: sim.Minute, Hold: sim.Minute}, {At: 90 * sim.Second, Hold: sim.Minute, Factor: 7}, s}}, "2026-01-01T00:00:00Z")
	assert.InDelta(t, 100, rateAt(jump, 59*sim.Second), 1e-9)
	assert.Zero(t, rateAt(jump, 60*sim.Second), "a factor of 0")
	assert.Zero(t, rateAt(jump, 110*sim.Second), "0 times 7")
	assert.InDelta(t, 1400, rateAt(jump, 120*sim.Second), 1e-9, "7 times 2")
}

// formula is the profile without noise, as its comment has it.
func formula(p Profile, start time.Time, t sim.Time) float64 {
	z := p.Zone
	if z == nil {
		z = time.UTC
	}
	local := start.Add(time.Duration(t)).In(z)
	h := float64(local.Hour()) + float64(local.Minute())/60 + (float64(local.Second())+float64(local.Nanosecond())/1e9)/3600
	rate := p.Base * max(0, 1+p.Daily.Amplitude*math.Cos(2*math.Pi*(h-p.Daily.Peak.Seconds()/3600)/24))
	if w, ok := p.Weekly[local.Weekday()]; ok {
		rate *= w
	}
	for _, s := range p.Spikes {
		x := 0.0
		switch after := t - s.At; {
		case after < 0 || after >= s.Rise+s.Hold+s.Fall:
		case after < s.Rise:
			x = after.Seconds() / s.Rise.Seconds()
		case after < s.Rise+s.Hold:
			x = 1
		default:
			x = (s.At + s.Rise + s.Hold + s.Fall - t).Seconds() / s.Fall.Seconds()
		}
		rate *= 1 + x*(s.Factor-1)
	}
	return rate
}

func anyProfile(t *rapid.T, noise bool) Profile {
	zoneNames := []string{"UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Havana", "Pacific/Apia"}
	z, err := zones.Load(rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	require.NoError(t, err)
	spans := rapid.Map(rapid.IntRange(0, 7200), func(s int) sim.Time { return sim.Time(s) * sim.Second })
	p := Profile{
		Base: rapid.SampledFrom([]float64{0, 1, 220}).Draw(t, "base"), Zone: z,
		Daily:  Daily{Amplitude: rapid.SampledFrom([]float64{0, 0.7, 1}).Draw(t, "amplitude"), Peak: sim.Time(rapid.IntRange(0, 1439).Draw(t, "peak")) * sim.Minute},
		Weekly: map[time.Weekday]float64{},
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if rapid.Bool().Draw(t, "weekly") {
			p.Weekly[day] = rapid.SampledFrom([]float64{0, 0.5, 1, 2}).Draw(t, "weight")
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "spikes") {
		s := Spike{
			At: sim.Time(rapid.IntRange(-7200, 3*86400).Draw(t, "at")) * sim.Second, Rise: spans.Draw(t, "rise"), Hold: spans.Draw(t, "hold"), Fall: spans.Draw(t, "fall"),
			Factor: rapid.SampledFrom([]float64{0, 0.5, 1, 2.5}).Draw(t, "factor"),
		}
		if s.Rise+s.Hold+s.Fall > 0 {
			p.Spikes = append(p.Spikes, s)
		}
	}
	if noise {
		p.Noise = Noise{CV: rapid.SampledFrom([]float64{0, 0.08, 1}).Draw(t, "cv"), Correlation: sim.Time(rapid.IntRange(0, 60).Draw(t, "correlation")) * sim.Minute}
	}
	return p
}

// starts of runs, around changes of the clocks among them.
var profileStarts = []string{"2026-01-01T00:00:00Z", "2026-03-07T13:00:07Z", "2026-10-31T23:59:59Z", "2026-04-04T12:00:00Z", "1970-01-01T00:00:00Z", "2011-12-29T00:00:00Z", "2028-12-30T00:00:00Z"}

// Without noise the formula is exact at both ends of every piece, and where no
// spike moves within 6·10⁻⁵ of the daily amplitude between them.
func TestProfileIsTheFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile(t, false)
		start, err := time.Parse(time.RFC3339, rapid.SampledFrom(profileStarts).Draw(t, "start"))
		require.NoError(t, err)
		l, err := p.Load(start, 1, "load/web")
		require.NoError(t, err)
		moving := func(at sim.Time) bool {
			return slices.ContainsFunc(p.Spikes, func(s Spike) bool {
				return at >= s.At && at < s.peak() || at >= s.peak()+s.Hold && at < s.end()
			})
		}
		largest := p.Base * 2 * 2 * math.Pow(2.5, float64(len(p.Spikes)))
		for range 50 {
			at := sim.Time(rapid.Int64Range(0, int64(3*sim.Day)).Draw(t, "t"))
			rate, slope, until := l.Rate(at)
			if !moving(at) {
				require.InDelta(t, formula(p, start, at), rate, largest/2*6e-5+1e-9, "at %v", at)
			}
			if until == sim.Never {
				require.InDelta(t, formula(p, start, at+1000*sim.Day), rate, 1e-9)
				continue
			}
			// A nanosecond before the end, by which a spike moves little.
			require.InDelta(t, formula(p, start, until-1), rate+slope*(until-at).Seconds(), largest*1e-8+1e-9, "before %v", until)
			require.InDelta(t, formula(p, start, until), rateAt(l, until), largest*1e-12, "at %v", until)
		}
	})
}

// At the ends of pieces the formula is exact, and the piece ends where the
// next begins unless there is a jump.
func TestProfilePieces(t *testing.T) {
	p := shop(t)
	p.Noise = Noise{}
	start := instant(t, "2026-03-02T00:00:00Z")
	l, err := p.Load(start, 1, "load/web")
	require.NoError(t, err)
	n := 0
	for at := sim.Time(0); at < 14*sim.Day; n++ {
		rate, slope, until := l.Rate(at)
		want := formula(p, start, at)
		require.InEpsilon(t, want, rate, 1e-12, "at %v", at)
		require.InDelta(t, formula(p, start, until-1), rate+slope*(until-at).Seconds(), 1e-6, "before %v", until)
		at = until
	}
	// 288 a day; 102 minutes of moving spikes in place of 20 pieces, and corners.
	assert.InDelta(t, 14*288+82, n, 5)
}

// Years end, and leap years too, without a change of the clocks.
func TestProfileOverManyYears(t *testing.T) {
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		p := Profile{Base: 100, Zone: zone(t, name), Daily: Daily{Amplitude: 1, Peak: 12 * sim.Hour}}
		start := instant(t, "2027-01-01T00:00:00Z")
		l, err := p.Load(start, 1, "load/web")
		require.NoError(t, err)
		changes := 0
		for at := sim.Time(0); at < 12*365*sim.Day; {
			rate, slope, until := l.Rate(at)
			if until <= at {
				t.Fatalf("%s: the piece at %v ends at %v", name, start.Add(time.Duration(at)), until)
			}
			if at%(31*sim.Hour) == 0 {
				require.InDelta(t, formula(p, start, at), rate, 1e-9, "%s at %v", name, start.Add(time.Duration(at)))
			}
			if next := rateAt(l, until); math.Abs(next-rate-slope*(until-at).Seconds()) > 1e-9 {
				changes++
			}
			at = until
		}
		switch name {
		case "UTC":
			assert.Zero(t, changes)
		case "America/New_York", "Australia/Lord_Howe":
			assert.Equal(t, 24, changes, name)
		default:
			assert.Equal(t, 26, changes, "%s: twice for each Ramadan, of which 2030 has two", name)
		}
	}
}

// The curve departs from its chords by at most the stated share.
func TestDailyCurveBound(t *testing.T) {
	p := Profile{Base: 1000, Daily: Daily{Amplitude: 1, Peak: 12 * sim.Hour}}
	start := instant(t, "2026-01-01T00:00:00Z")
	l, err := p.Load(start, 1, "load/web")
	require.NoError(t, err)
	worst := 0.0
	for at := sim.Time(0); at < sim.Day; at += 10 * sim.Second {
		worst = max(worst, math.Abs(rateAt(l, at)-formula(p, start, at)))
	}
	assert.Less(t, worst, 1000*6e-5)
	assert.Greater(t, worst, 1000*5.9e-5)
	assert.InDelta(t, 1000*86400, Requests(l, 0, sim.Day), 1e-3, "over a day it cancels out")
}

// The answer does not depend on what was asked before, whatever the order.
func TestLoadIsAFunctionOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile(t, true)
		start, err := time.Parse(time.RFC3339, rapid.SampledFrom(profileStarts).Draw(t, "start"))
		require.NoError(t, err)
		name := rapid.SampledFrom([]string{"load/a", "load/b"}).Draw(t, "stream")
		l, err := p.Load(start, 7, name)
		require.NoError(t, err)
		instants := rapid.SliceOfN(rapid.Int64Range(0, int64(3*sim.Day)), 1, 30).Draw(t, "instants")
		for _, at := range instants {
			fresh, err := p.Load(start, 7, name)
			require.NoError(t, err)
			sameAnswer(t, fresh, l, sim.Time(at))
		}
	})
}

// piecewise is a profile that cuts one piece at a time.
type piecewise struct{ l *profileLoad }

func (p piecewise) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	scale, step := p.l.bounds(t)
	if step > 0 {
		p.l.narrow(t/step*step, t/step*step+step)
	}
	p.l.single(scale)
	piece := p.l.row[0]
	return max(0, piece.first+float64(piece.slope*(t-p.l.from).Seconds())), piece.slope, p.l.until
}

// Rows of pieces are those that are cut one by one, whether what they are asked goes
// on from piece to piece, passes over some, or goes back.
func TestRowsAreTheirPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile(t, true)
		start, err := time.Parse(time.RFC3339, rapid.SampledFrom(profileStarts).Draw(t, "start"))
		require.NoError(t, err)
		l := newProfileLoad(p, start, 7, "load/a")
		alone := piecewise{newProfileLoad(p, start, 7, "load/a")}
		at := sim.Time(0)
		for range rapid.IntRange(1, 10).Draw(t, "walks") {
			for range rapid.IntRange(1, 40).Draw(t, "pieces") {
				sameAnswer(t, alone, l, at)
				if _, _, at = l.Rate(at); at == sim.Never {
					break
				}
			}
			switch rapid.IntRange(0, 3).Draw(t, "move") {
			case 0:
				at = sim.Time(rapid.Int64Range(0, int64(5*sim.Day)).Draw(t, "to"))
			case 1:
				at = max(0, min(at, 5*sim.Day)-sim.Time(rapid.Int64Range(0, int64(20*sim.Minute)).Draw(t, "back")))
			case 2:
				at = min(at, 5*sim.Day) + sim.Time(rapid.Int64Range(0, int64(20*sim.Minute)).Draw(t, "on"))
			}
		}
	})
}

func TestCosinesOfWholeMinutes(t *testing.T) {
	for at := sim.Time(0); at <= sim.Day; at += 30 * sim.Second {
		require.Equal(t, math.Float64bits(cosine(at)), math.Float64bits(minutes().at(at)))
		require.Equal(t, math.Float64bits(cosine(-at)), math.Float64bits(minutes().at(at)))
	}
}

func sameAnswer(t require.TestingT, want, got Load, at sim.Time) {
	rate, slope, until := want.Rate(at)
	r, s, u := got.Rate(at)
	require.Equal(t, []uint64{math.Float64bits(rate), math.Float64bits(slope), uint64(until)}, []uint64{math.Float64bits(r), math.Float64bits(s), uint64(u)}, "at %v", at)
}

// The integral over an interval is the sum of those over its parts.
func TestRequestsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile(t, true)
		l, err := p.Load(time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC), 3, "load/web")
		require.NoError(t, err)
		checkIntegral(t, l, 2*sim.Day)
	})
}

func checkIntegral(t *rapid.T, l Load, end sim.Time) {
	cuts := rapid.SliceOfN(rapid.Int64Range(0, int64(end)), 2, 6).Draw(t, "cuts")
	slices.Sort(cuts)
	whole := Requests(l, sim.Time(cuts[0]), sim.Time(cuts[len(cuts)-1]))
	sum := 0.0
	for i := range cuts[1:] {
		sum += Requests(l, sim.Time(cuts[i]), sim.Time(cuts[i+1]))
	}
	require.InDelta(t, whole, sum, 1e-9*whole+1e-9)
	// The same by the trapezoids of the pieces.
	trapezoids := 0.0
	for at := sim.Time(cuts[0]); at < sim.Time(cuts[len(cuts)-1]); {
		rate, slope, until := l.Rate(at)
		until = min(until, sim.Time(cuts[len(cuts)-1]))
		end := rate + slope*(until-at).Seconds()
		trapezoids += (rate + end) / 2 * (until - at).Seconds()
		at = until
	}
	require.InDelta(t, whole, trapezoids, 1e-9*whole+1e-9)
}

// 4,000 streams, each sampled at two instants ten minutes apart, after some
// hours of the process. The bounds are those within which an estimate lies in
// 99.9 of 100 cases (3.29 standard errors); the seeds are fixed.
func TestNoise(t *testing.T) {
	const n, cv, z = 4000, 0.4, 3.29
	p := Profile{Base: 1, Noise: Noise{CV: cv, Correlation: 20 * sim.Minute}}
	variance := math.Log(1 + cv*cv)
	for _, from := range []sim.Time{0, 5 * sim.Hour} {
		mean, logs, squares, products, squares2, logs2 := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
		for seed := range uint64(n) {
			l, err := p.Load(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), seed, "load/web")
			require.NoError(t, err)
			a := rateAt(l, from)
			b := rateAt(l, from+10*sim.Minute)
			mean += a / n
			x, y := math.Log(a)+variance/2, math.Log(b)+variance/2
			logs, logs2 = logs+x/n, logs2+y/n
			squares, squares2, products = squares+x*x/n, squares2+y*y/n, products+x*y/n
		}
		assert.InDelta(t, 1, mean, z*cv/math.Sqrt(n))
		assert.InDelta(t, 0, logs, z*math.Sqrt(variance/n))
		// A variance of normal values has the relative standard error √(2/n).
		assert.InDelta(t, variance, squares, z*variance*math.Sqrt(2.0/n))
		// Fisher: atanh of a correlation is normal with deviation 1/√(n−3).
		r := (products - logs*logs2) / math.Sqrt((squares-logs*logs)*(squares2-logs2*logs2))
		assert.InDelta(t, math.Atanh(math.Exp(-0.5)), math.Atanh(r), z/math.Sqrt(n-3))
	}
}

// Over one long run: the mean, with the standard error that the correlation
// gives it, and the coefficient of variation.
func TestNoiseOverTime(t *testing.T) {
	const n, cv, correlation = 200_000, 0.3, 5.0
	l := profileLoadOf(t, Profile{Base: 1, Noise: Noise{CV: cv, Correlation: correlation * sim.Minute}}, "2026-01-01T00:00:00Z")
	mean, squares := 0.0, 0.0
	for k := range n {
		rate := rateAt(l, sim.Time(k)*sim.Minute)
		mean += rate / n
		squares += rate * rate / n
	}
	// Σ over lags of the correlation of the factor, (e^(σ²ρᵏ) − 1)/cv².
	sum, sumOfSquares := 1.0, 1.0
	for k := 1; k < 200; k++ {
		c := math.Expm1(math.Log(1+cv*cv)*math.Exp(-float64(k)/correlation)) / (cv * cv)
		sum, sumOfSquares = sum+2*c, sumOfSquares+2*c*c
	}
	assert.InDelta(t, 1, mean, 3.29*cv*math.Sqrt(sum/n))
	// The variance's relative standard error, with the kurtosis of a lognormal.
	w := 1 + cv*cv
	kurtosis := w*w*w*w + 2*w*w*w + 3*w*w - 3
	assert.InDelta(t, cv*cv, squares-mean*mean, 3.29*cv*cv*math.Sqrt((kurtosis-1)*sumOfSquares/n))
}

// A change here is a change of the results of every run with noise.
func TestNoiseFirstDraws(t *testing.T) {
	l := profileLoadOf(t, Profile{Base: 100, Noise: Noise{CV: 0.08, Correlation: 10 * sim.Minute}}, "2026-01-01T00:00:00Z")
	var got []float64
	for k := range 5 {
		got = append(got, math.Round(rateAt(l, sim.Time(k)*sim.Minute)*1e6)/1e6)
	}
	assert.Equal(t, []float64{103.754428, 103.811502, 104.963746, 104.936333, 111.314336}, got)
	assert.InDelta(t, (got[0]+got[1])/2, rateAt(l, sim.Minute/2), 1e-6, "linear between minutes")
}

func TestProfileOfTheShop(t *testing.T) {
	l := profileLoadOf(t, shop(t), "2026-03-02T00:00:00Z")
	n := pieces(t, l, 7*sim.Day)
	assert.InDelta(t, 7*1440, n, 20)
	// 5 of 7 days full, one at 0.6 and one at 0.5 of 220; the noise and the
	// spikes move it by a few percent.
	assert.InEpsilon(t, 220*86400*6.1, Requests(l, 0, 7*sim.Day), 0.03)
}

func TestLoadAtTheEndOfTime(t *testing.T) {
	p := shop(t)
	p.Noise = Noise{}
	for _, l := range []Load{profileLoadOf(t, p, "2026-03-02T00:00:00Z"), profileLoadOf(t, Profile{Base: 3, Weekly: map[time.Weekday]float64{0: 2}}, "2100-12-31T00:00:00Z")} {
		for _, at := range []sim.Time{MaxTime - 1, MaxTime, MaxTime + 1, sim.Never - 1, sim.Never} {
			rate, _, until := l.Rate(at)
			assert.Positive(t, rate)
			if at < MaxTime {
				assert.Equal(t, MaxTime, until)
			} else {
				assert.Equal(t, sim.Never, until)
			}
		}
	}
}

func TestProfileWithoutChangeHasOnePiece(t *testing.T) {
	for _, p := range []Profile{
		{Base: 5},
		{Daily: Daily{Amplitude: 1}, Noise: Noise{CV: 1}},
		{Base: 5, Weekly: map[time.Weekday]float64{0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2}},
	} {
		_, _, until := profileLoadOf(t, p, "2026-01-01T00:00:00Z").Rate(0)
		assert.Equal(t, sim.Never, until)
	}
}

func TestProfileErrors(t *testing.T) {
	p := Profile{
		Base: -1, Daily: Daily{Amplitude: math.NaN(), Peak: sim.Day}, Weekly: map[time.Weekday]float64{time.Monday: -1},
		Noise:  Noise{CV: math.Inf(1), Correlation: -1},
		Spikes: []Spike{{Hold: 1, Factor: 1}, {At: 1 << 62, Factor: -1}},
	}
	_, err := p.Load(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1, "load/web")
	require.Error(t, err)
	assert.Equal(t, `base: is -1; it has to be from 0 to 1e+12
daily.amplitude: is NaN; it has to be from 0 to 1e+06
daily.peak: is 24h0m0s; it has to be a time of day
weekly.monday: is -1; it has to be from 0 to 1e+06
noise.cv: is +Inf; it has to be from 0 to 100
noise.correlation: is -1ns; it has to be from 0 to 13000d
spikes[1].at: is 1281023h53m38.427387904s; it has to be from -13000d to 13000d
spikes[1].factor: is -1; it has to be from 0 to 1e+06
spikes[1]: lasts no time; give it a rise, a hold or a fall`, err.Error())
	var field *ProfileError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "base", field.Field)
	_, err = Profile{}.Load(time.Date(1812, 1, 1, 0, 0, 0, 0, time.UTC), 1, "load/web")
	assert.EqualError(t, err, "a profile cannot start in the year 1812; the years are 1970 to 2100")
}

func TestParseTimeOfDayAndWeekday(t *testing.T) {
	at, err := ParseTimeOfDay("14:30")
	require.NoError(t, err)
	assert.Equal(t, 14*sim.Hour+30*sim.Minute, at)
	at, err = ParseTimeOfDay("00:00:07")
	require.NoError(t, err)
	assert.Equal(t, 7*sim.Second, at)
	for _, bad := range []string{"", "24:00", "7:00", "14", "14:00Z", "14:60"} {
		_, err := ParseTimeOfDay(bad)
		assert.ErrorContains(t, err, "is not a time of day; write hours and minutes such as 14:00", bad)
	}
	day, err := ParseWeekday("Saturday")
	require.NoError(t, err)
	assert.Equal(t, time.Saturday, day)
	_, err = ParseWeekday("wensday")
	assert.EqualError(t, err, `"wensday" is no day of the week (did you mean "wednesday"?); write monday to sunday`)
}

func TestLoadAllocatesNothing(t *testing.T) {
	l := profileLoadOf(t, shop(t), "2026-03-02T00:00:00Z")
	at := sim.Time(0)
	assert.Zero(t, testing.AllocsPerRun(20_000, func() { _, _, at = l.Rate(at) }))
	assert.Greater(t, at, 13*sim.Day, "over a change of the clocks too")
}

func FuzzParseTimeOfDay(f *testing.F) {
	f.Add("14:00")
	f.Add("23:59:59")
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := ParseTimeOfDay(text); err == nil && (at < 0 || at >= sim.Day || len(text) < 5) {
			t.Errorf("%q is %v", text, at)
		}
	})
}

func benchmarkLoad(b *testing.B, p Profile) {
	l := profileLoadOf(b, p, "2026-03-02T00:00:00Z")
	b.ReportAllocs()
	at := sim.Time(0)
	for b.Loop() {
		if _, _, at = l.Rate(at); at > 10_000*sim.Day {
			b.StopTimer()
			at, l = 0, profileLoadOf(b, p, "2026-03-02T00:00:00Z")
			b.StartTimer()
		}
	}
}

// One operation is one piece.
func BenchmarkProfileNoisy(b *testing.B) { benchmarkLoad(b, shop(b)) }

func BenchmarkProfileSmooth(b *testing.B) {
	p := shop(b)
	p.Noise = Noise{}
	benchmarkLoad(b, p)
}

// One operation is one question within a piece.
func BenchmarkProfileWithin(b *testing.B) {
	l := profileLoadOf(b, shop(b), "2026-03-02T00:00:00Z")
	r := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		l.Rate(sim.Time(r.Uint64N(uint64(sim.Minute))))
	}
}

// Many loads that take turns, four minutes each, as those of services do. One
// operation is one minute.
func BenchmarkProfilesInTurn(b *testing.B) {
	loads := make([]Load, 10_000)
	for i := range loads {
		p := Profile{Base: 100, Daily: Daily{Amplitude: 0.6, Peak: sim.Time(i%24) * sim.Hour}, Noise: Noise{CV: 0.08, Correlation: 10 * sim.Minute}}
		loads[i] = profileLoadOf(b, p, "2026-03-02T00:00:00Z")
	}
	b.ReportAllocs()
	minute, i := sim.Time(0), 0
	for b.Loop() {
		loads[i].Rate(minute)
		if minute += sim.Minute; minute%(4*sim.Minute) == 0 {
			if i++; i < len(loads) {
				minute -= 4 * sim.Minute
			} else {
				i = 0
			}
		}
	}
}
