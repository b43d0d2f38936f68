package report

import (
	"berth/sim"
	"berth/sim/cluster"
)

// TouchTraffic reads what [Recorder.Traffic] will need, so that the waits for memory
// of several services overlap. It returns what keeps that from being optimised away.
func (r *Recorder) TouchTraffic(g cluster.GroupID) sim.Time {
	t := r.serviceOf[g].traffic
	sum := t.longest
	if n := len(t.rows); n > 0 {
		sum += sim.Time(t.rows[n-1].lost)
	}
	return sum
}

// TouchService reads what [Recorder.SetDesired] and [Recorder.ScalingActivity] will need.
func (r *Recorder) TouchService(g cluster.GroupID) sim.Time {
	s := r.serviceOf[g]
	sum := s.since + sim.Time(s.most[0]) + sim.Time(s.scaling.count)
	if b := s.buckets[len(s.buckets)-1]; b[0].IsZero() {
		sum++
	}
	return sum
}
