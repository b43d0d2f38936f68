package load

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
)

const stations = 1000

// noisy returns stations of 20 tasks whose load moves each minute, around 70 % of
// what they serve: its coefficient of variation is 8 % and its correlation time
// 10 min.
func noisy(t testing.TB) []*Station {
	stream := sim.Stream(1, "noise")
	all := make([]*Station, stations)
	for i := range all {
		p := &cycle{}
		noise := 0.0
		for j := range p.rates {
			p.rates[j] = 280 * (1 + noise)
			noise = noise*math.Exp(-0.1) + 0.08*math.Sqrt(1-math.Exp(-0.2))*stream.NormFloat64()
		}
		all[i] = newStation(t, service(func(s *Setup) { s.Timeout = 2 * sim.Second }), p, 20)
	}
	return all
}

// cycle is 64 minutes of noise, again and again.
type cycle struct{ rates [1440]float64 }

func (c *cycle) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	n := t / sim.Minute
	a, b := c.rates[n%1440], c.rates[(n+1)%1440]
	slope = (b - a) / 60
	return a + slope*(t-n*sim.Minute).Seconds(), slope, (n + 1) * sim.Minute
}

// One operation is 1,000 stations for a day of noisy minutes.
func BenchmarkDayOfNoise(b *testing.B) {
	all := noisy(b)
	var now sim.Time
	var p Period
	b.ReportAllocs()
	for b.Loop() {
		for end := now + sim.Day; now < end; {
			now += sim.Minute
			for _, s := range all {
				s.EndPeriod(now, &p)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/stations/1440, "ns/minute")
}

// One operation is 1,000 stations for a day in which nothing changes.
func BenchmarkSteadyDay(b *testing.B) {
	all := make([]*Station, stations)
	for i := range all {
		all[i] = newStation(b, service(nil), constant(280), 20)
	}
	var now sim.Time
	var p Period
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range all {
			s.EndPeriod(now+sim.Minute, &p)
			s.Total(now + sim.Day)
		}
		now += sim.Day
	}
}

// One operation is a minute in which the load moves.
func BenchmarkMinute(b *testing.B) {
	for name, tasks := range map[string]int{"10tasks": 10, "100tasks": 100, "1000tasks": 1000} {
		b.Run(name, func(b *testing.B) {
			for name, level := range map[string]float64{"70%": 0.7, "95%": 0.95, "overload": 1.2} {
				b.Run(name, func(b *testing.B) {
					load := &cycle{}
					for j := range load.rates {
						load.rates[j] = 20 * float64(tasks) * (level + 0.02*float64(j%2))
					}
					s := newStation(b, service(func(s *Setup) { s.Timeout = 20 * sim.Minute }), load, tasks)
					var now sim.Time
					var p Period
					b.ReportAllocs()
					for b.Loop() {
						now += sim.Minute
						s.EndPeriod(now, &p)
					}
				})
			}
		})
	}
}

func TestAMinuteAllocatesNothing(t *testing.T) {
	all := noisy(t)[:10]
	var now sim.Time
	var p Period
	hour := func() {
		for range 64 {
			now += sim.Minute
			for i, s := range all {
				s.Resize(now-sim.Second, Size{Serving: 18 + (i+int(now/sim.Minute))%4, Running: 22})
				s.EndPeriod(now, &p)
			}
		}
	}
	for range 20 {
		hour()
	}
	require.Zero(t, testing.AllocsPerRun(10, hour))
}
