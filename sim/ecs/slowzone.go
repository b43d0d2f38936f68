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
// under way is not. Of several such times each lasts as long as it says, and where
// they overlap the largest factor counts. It is for handlers of events, and berth's
// own: a zone that is impaired and has not failed.
func (s *Scheduler) SlowZone(zone string, factor float64, until sim.Time) {
	s.slow = append(s.slow, slowZone{zone, factor, until})
}

// slower returns how long something takes on an instance that takes so long as a
// rule, rounded to a millisecond where a zone is slow.
func (s *Scheduler) slower(on cluster.InstanceID, t sim.Time) sim.Time {
	now, factor := s.kernel.Now(), 0.0
	for i := range s.slow {
		if z := &s.slow[i]; now < z.until && s.cluster.Kind(s.cluster.Instance(on).Kind).Zone == z.zone {
			factor = max(factor, z.factor)
		}
	}
	if factor == 0 {
		return t
	}
	return sim.Time(math.Round(float64(t/sim.Millisecond)*factor)) * sim.Millisecond
}
