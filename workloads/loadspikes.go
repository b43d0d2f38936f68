package workloads

import (
	"slices"

	"berth/sim"
)

// spikes are those of a profile, cut where any of them has a corner.
type spikes struct {
	corners []sim.Time // sorted
	active  [][]Spike  // between corners[i] and corners[i+1]
	i       int        // of the stretch last asked for; -1 before the first corner
}

func newSpikes(list []Spike) spikes {
	s := spikes{i: -1}
	for _, k := range list {
		s.corners = append(s.corners, k.At, k.peak(), k.peak()+k.Hold, k.end())
	}
	slices.Sort(s.corners)
	s.corners = slices.Compact(s.corners)
	s.active = make([][]Spike, len(s.corners))
	for _, k := range list {
		i, _ := slices.BinarySearch(s.corners, k.At)
		for ; s.corners[i] < k.end(); i++ {
			s.active[i] = append(s.active[i], k)
		}
	}
	return s
}

func (k Spike) peak() sim.Time { return k.At + k.Rise }
func (k Spike) end() sim.Time  { return k.At + k.Rise + k.Hold + k.Fall }

// moves reports whether the factor changes in a stretch that begins at the
// given corner.
func (k Spike) moves(corner sim.Time) bool {
	return k.Factor != 1 && (corner < k.peak() || corner >= k.peak()+k.Hold)
}

// at moves to the stretch with t in it, and tells how many spikes rise or fall
// in it.
func (s *spikes) at(t sim.Time) (from, until sim.Time, ramps int) {
	if s.i >= 0 && t < s.corners[s.i] {
		s.i = -1
	}
	for s.i+1 < len(s.corners) && s.corners[s.i+1] <= t {
		s.i++
	}
	from, until = unbounded, sim.Never
	if s.i+1 < len(s.corners) {
		until = s.corners[s.i+1]
	}
	if s.i >= 0 {
		from = s.corners[s.i]
		for _, k := range s.active[s.i] {
			if k.moves(from) {
				ramps++
			}
		}
	}
	return from, until, ramps
}

// factor is the product of the spikes at an instant of that stretch, its end
// being one.
func (s *spikes) factor(t sim.Time) float64 {
	if s.i < 0 {
		return 1
	}
	product := 1.0
	for _, k := range s.active[s.i] {
		share := 1.0
		switch corner := s.corners[s.i]; {
		case corner < k.peak():
			share = (t - k.At).Seconds() / k.Rise.Seconds()
		case corner >= k.peak()+k.Hold:
			share = (k.end() - t).Seconds() / k.Fall.Seconds()
		}
		product *= 1 + float64(share*(k.Factor-1))
	}
	return product
}
