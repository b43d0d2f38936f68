package load

import "berth/sim"

// Toucher is a load that keeps something in memory of its own. It reads it when told
// that it will be asked soon. It must not change anything.
type Toucher interface{ Touch() float64 }

// Touch reads what the end of a period will need, a word of each cache line, so that
// the waits for memory of several stations overlap. It returns what keeps that from
// being optimised away.
func (s *Station) Touch() sim.Time {
	if t, ok := s.load.(Toucher); ok && t.Touch() < 0 {
		return 1
	}
	// The first of the lines is that of the load.
	return sim.Time(s.total.Served) + sim.Time(s.noise.servers) + s.start + sim.Time(s.CPU) + sim.Time(s.recent.waits[s.recent.last].n)
}
