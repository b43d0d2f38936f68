package ecs

import (
	"slices"

	"berth/sim"
)

// longestPull is beyond what a task has room for. A pull that takes longer does
// not end.
const longestPull = 24 * 24 * sim.Hour

// outage is a time in which nothing comes from the registry of images.
type outage struct{ from, until sim.Time }

// RegistryOutage has pulls of images make no progress from an instant until
// another, or [sim.Never]: those that begin wait for its end, those that are under
// way stop and go on afterwards. An image that is on its instance is there all the
// same. Outages that overlap or touch are one. It is for the time before the run:
// how long a pull takes is known when it begins.
//
// It is berth's own. With AWS a task whose image cannot be pulled is stopped after
// some attempts, with CannotPullContainerError, and a service starts another.
func (s *Scheduler) RegistryOutage(from, until sim.Time) {
	all := append(s.outages, outage{from, until})
	slices.SortFunc(all, func(a, b outage) int { return int(min(max(a.from-b.from, -1), 1)) })
	s.outages = all[:1]
	for _, o := range all[1:] {
		if last := &s.outages[len(s.outages)-1]; o.from <= last.until {
			last.until = max(last.until, o.until)
		} else {
			s.outages = append(s.outages, o)
		}
	}
}

// held returns how long a pull takes that begins now and would take so long
// without an outage, or [sim.Never].
func (s *Scheduler) held(pull sim.Time) sim.Time {
	now := s.kernel.Now()
	for _, o := range s.outages {
		if o.until <= now || pull == 0 || o.from >= now+pull {
			continue
		}
		holds := o.until - max(o.from, now)
		if holds > longestPull || pull+holds > longestPull {
			return sim.Never
		}
		pull += holds
	}
	return pull
}
