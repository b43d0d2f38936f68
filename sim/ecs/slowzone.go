package ecs

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// slowZone is a time in which what begins in an Availability Zone takes longer.
type slowZone struct {
	zone   string
	factor float64
	until  sim.Time
}

// SlowZone has images pulled and tasks of services started up more slowly in an
// Availability Zone, by a factor, where they begin before an instant. What is
// under way is not. It is for handlers of events, and berth's own: a zone that is
// impaired and has not failed.
func (s *Scheduler) SlowZone(zone string, factor float64, until sim.Time) {
	s.slow = append(s.slow, slowZone{zone, factor, until})
}

// slower returns how long something takes on an instance that takes so long as a
// rule, rounded to a millisecond where a zone is slow. Of several times that
// overlap the last one counts.
func (s *Scheduler) slower(on cluster.InstanceID, t sim.Time) sim.Time {
	now := s.kernel.Now()
	for i := len(s.slow) - 1; i >= 0; i-- {
		if z := &s.slow[i]; now < z.until && s.cluster.Kind(s.cluster.Instance(on).Kind).Zone == z.zone {
			return sim.Time(math.Round(float64(t/sim.Millisecond)*z.factor)) * sim.Millisecond
		}
	}
	return t
}
