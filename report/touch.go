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
