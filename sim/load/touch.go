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
	sum := s.at + s.segment.from + s.segment.counted + s.since + s.full + s.period.Start + s.period.serving
	counts := sim.Time(s.CPU) + sim.Time(s.total.Lost) + sim.Time(s.line.head) + sim.Time(s.noise.servers)
	return sum + counts + sim.Time(s.recent.atOnce) + sim.Time(s.recent.waits[s.lastWait].n)
}
