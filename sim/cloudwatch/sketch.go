package cloudwatch

import (
	"math/bits"
	"slices"

	"berth/sim"
)

// Sketch is a distribution of latencies: how many samples lie in each of many
// buckets, 64 of equal width between a power of two of nanoseconds and the next.
// A quantile is off by less than [SketchError] of its true value; count, sum,
// least and largest are exact. Sketches of parts merge into that of the whole, in
// any order, without a loss.
//
// It takes 512 bytes for each power of two between the least and the largest
// sample, from the first sample on: 5 KiB from 1 ms to 1 s. The zero Sketch is
// empty.
type Sketch struct {
	counts   []uint64 // by bucket, from the first octave on
	octave   int      // the first that is counted
	count    uint64
	sum      sim.Integral
	min, max sim.Time
	// the quantile asked for last, for alarms ask again and again
	asked  uint64 // 0 for none
	answer sim.Time
}

// SketchError is the largest relative error of a quantile: 1 %. Half a bucket is
// 1/128 of its least value.
const SketchError = 0.01

const (
	octaveBits = 6
	perOctave  = 1 << octaveBits
)

// bucket returns the octave of a value and its place there. Values below 128 ns
// have a bucket each and form octaves 0 and 1.
func bucket(v sim.Time) (octave, place int) {
	octave = max(0, bits.Len64(uint64(v))-octaveBits)
	if octave == 0 {
		return 0, int(v)
	}
	return octave, int(v>>(octave-1)) - perOctave
}

// middle returns the value that stands for those of a bucket.
func middle(octave, place int) sim.Time {
	if octave == 0 {
		return sim.Time(place)
	}
	width := sim.Time(1) << (octave - 1)
	return sim.Time(perOctave+place)*width + width/2
}

// Add adds samples of one value, which must not be negative.
func (s *Sketch) Add(v sim.Time, samples uint64) {
	if v < 0 {
		panic("cloudwatch: a negative latency")
	}
	if samples == 0 {
		return
	}
	if s.count == 0 {
		s.min, s.max = v, v
	}
	s.min, s.max = min(s.min, v), max(s.max, v)
	octave, place := bucket(v)
	s.cover(octave, octave)
	s.counts[(octave-s.octave)*perOctave+place] += samples
	s.count += samples
	s.sum.Add(int64(v), sim.Time(samples))
	s.asked = 0
}

// Merge adds the samples of another sketch.
func (s *Sketch) Merge(o *Sketch) { s.merge(o, 1) }

// merge adds the samples of another sketch, times over.
func (s *Sketch) merge(o *Sketch, times uint64) {
	if o.count == 0 || times == 0 {
		return
	}
	if s.count == 0 {
		s.min, s.max = o.min, o.max
	}
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	s.cover(o.octave, o.octave+len(o.counts)/perOctave-1)
	to := s.counts[(o.octave-s.octave)*perOctave:]
	for i, n := range o.counts {
		to[i] += n * times
	}
	s.count += o.count * times
	for range times {
		s.sum = s.sum.Plus(o.sum)
	}
	s.asked = 0
}

// cover makes room for octaves.
func (s *Sketch) cover(first, last int) {
	if len(s.counts) == 0 {
		s.octave = first
	}
	if below := s.octave - first; below > 0 {
		s.counts = slices.Insert(s.counts, 0, make([]uint64, below*perOctave)...)
		s.octave = first
	}
	if above := last + 1 - s.octave - len(s.counts)/perOctave; above > 0 {
		n := len(s.counts)
		s.counts = slices.Grow(s.counts, above*perOctave)[:n+above*perOctave]
		clear(s.counts[n:])
	}
}

// Reset takes all samples out and keeps the room.
func (s *Sketch) Reset() {
	*s = Sketch{counts: s.counts, octave: s.octave}
	clear(s.counts)
}

// Count returns the number of samples.
func (s *Sketch) Count() uint64 { return s.count }

// Sum returns the sum of the samples.
func (s *Sketch) Sum() sim.Integral { return s.sum }

// Statistics returns the samples as a datapoint in seconds, the sketch with it.
// It has no percentiles of its own: it is good until the sketch changes.
func (s *Sketch) Statistics() Statistics {
	if s.count == 0 {
		return Statistics{}
	}
	return Statistics{
		Count: int64(s.count), Sum: s.sum.Float() / float64(sim.Second),
		Min: s.min.Seconds(), Max: s.max.Seconds(), Latencies: s,
	}
}

// Quantile returns the least latency that a share of the samples does not
// exceed, from 0 to 1 and to the millionth; 0 if there are no samples.
func (s *Sketch) Quantile(share float64) sim.Time {
	return s.quantile(uint64(min(max(share, 0), 1)*1e6 + 0.5))
}

func (s *Sketch) quantile(millionths uint64) sim.Time {
	if s.count == 0 {
		return 0
	}
	if millionths != s.asked || millionths == 0 {
		s.asked, s.answer = millionths, s.search(millionths)
	}
	return s.answer
}

// search goes through the buckets up to the sample of the rank. It finds the
// same in a sketch that holds each sample n times.
func (s *Sketch) search(millionths uint64) sim.Time {
	if millionths == 1_000_000 {
		return s.max
	}
	high, low := bits.Mul64(s.count, millionths)
	rank, rest := bits.Div64(high, low, 1_000_000)
	if rest > 0 || rank == 0 {
		rank++
	}
	var seen uint64
	for i, n := range s.counts {
		if seen += n; seen >= rank {
			return min(max(middle(s.octave+i/perOctave, i%perOctave), s.min), s.max)
		}
	}
	return s.max
}
