package load

import "berth/sim"

// Toucher is a load that keeps something in memory of its own. It reads it when told
// that it will be asked soon. It must not change anything.
type Toucher interface{ Touch() float64 }

// Touch reads what the end of a period will need, so that the waits for memory of
// several stations overlap. It returns what keeps that from being optimised away.
func (s *Station) Touch() sim.Time {
	if t, ok := s.load.(Toucher); ok && t.Touch() < 0 {
		return 1
	}
	last := s.lastWait
	return sim.Time(s.CPU) + s.at + s.segment.from + s.segment.counted + s.since + sim.Time(s.total.Lost) + sim.Time(s.line.head) +
		sim.Time(s.noise.servers) + s.period.Start + s.period.serving + sim.Time(s.all.waits[last].n) + sim.Time(s.recent.waits[last].n) + sim.Time(s.all.atOnce) + sim.Time(s.recent.atOnce)
}
