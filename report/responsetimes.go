package report

import (
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

// ResponseTimes records the response times of requests to a service, apart from
// [Recorder.Traffic]: of stretches of one width that begin at an instant and follow
// one another as often as repeat says, for each the same. It is called after what
// became of the requests is told up to their end. The recorder keeps no reference to
// the sketch.
func (r *Recorder) ResponseTimes(g cluster.GroupID, start, width sim.Time, repeat uint64, times *cloudwatch.Sketch) {
	if times.Count() == 0 || width <= 0 || start+width*sim.Time(repeat) <= r.start {
		return
	}
	r.serviceOf[g].traffic.respond(r, TrafficBucket{Start: start, Width: width, Latency: times}, repeat)
}

// SketchEvery is how many of the recorder's buckets share one distribution of
// response times where so many services are under load.
func SketchEvery(loads int) int {
	every := 1
	for every < maxBuckets && maxBuckets/every*loads > mostSketches {
		every *= 2
	}
	return every
}
