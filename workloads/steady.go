package workloads

import (
	"math"

	"berth/sim"
)

// Steady is a workload of benchmarks: Poisson arrivals, exponential durations
// and the UsualSizes. It has a generator of its own, so that other programs
// can make the same tasks bit by bit; a simulation uses Synthetic or Batch.
type Steady struct {
	Tasks         int
	RatePerSecond float64
	MeanSeconds   float64 // of the duration
	Seed          uint64
}

// W1 is the Steady workload under which figures of placement are published:
// 100,000 tasks that take four fifths of 1,000 machines with 32 vCPU and
// 128 GiB each. Ten times the tasks and the rate, on ten times the machines,
// is W1X.
func W1() Steady {
	return Steady{Tasks: 100_000, RatePerSecond: 31.25, MeanSeconds: 600, Seed: 42}
}

// Source returns the tasks from the first on.
func (s Steady) Source() Source {
	return &steady{Steady: s, random: splitMix64(s.Seed), sizes: UsualSizes()}
}

type steady struct {
	Steady
	random splitMix64
	sizes  []Size
	clock  float64 // seconds
	made   int
}

func (s *steady) Next(row *Row) (bool, error) {
	if s.made == s.Tasks {
		return false, nil
	}
	s.made++
	s.clock += s.random.exponential() / s.RatePerSecond
	duration := s.random.exponential() * s.MeanSeconds
	size := s.sizes[pick(s.sizes, int(s.random.next()%100))]
	*row = Row{
		Submit:   sim.Time(math.Round(s.clock*1000)) * sim.Millisecond,
		Duration: max(1, sim.Time(math.Round(duration*1000))) * sim.Millisecond,
		Demand:   size.Demand,
		Count:    1,
	}
	return true, nil
}

// splitMix64 is the generator of Steele, Lea and Flood, "Fast Splittable
// Pseudorandom Number Generators", 2014.
type splitMix64 uint64

func (r *splitMix64) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// exponential draws with the mean 1, from 53 bits.
func (r *splitMix64) exponential() float64 {
	return -math.Log1p(-(float64(r.next()>>11) * 0x1p-53))
}
