package ecs

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// PullRate is how much of an image comes per second, unpacked, in MiB. It is a
// choice of berth: it makes ten seconds to a minute of images of 250 MiB to
// 1.5 GiB, which is what has been reported of Fargate. AWS publishes no figure.
const PullRate = 25

// ImageID is the number of an image.
type ImageID int32

// NoImage is that of tasks which need not pull any.
const NoImage = ImageID(0)

// image is what the tasks of a task definition pull before their containers
// start.
type image struct {
	pull sim.Time
	// there holds when an instance has the image, or [sim.Never]. An instance
	// keeps what it has pulled; Fargate never does.
	//
	// Source: Amazon ECS container agent, ECS_IMAGE_PULL_BEHAVIOR; Amazon ECS
	// developer guide, "Fargate task launch times".
	there []sim.Time // by instance
}

// AddImage adds an image of a size in MiB, above 0.
func (s *Scheduler) AddImage(sizeMiB float64) ImageID {
	s.images = append(s.images, image{pull: PullTime(sizeMiB)})
	return ImageID(len(s.images))
}

// PullTime returns how long an image of a size in MiB is pulled, rounded up to a
// millisecond.
func PullTime(sizeMiB float64) sim.Time {
	return sim.Time(math.Ceil(sizeMiB/PullRate*1000)) * sim.Millisecond
}

// pullTime returns how long the image of the next task of a class is pulled that
// is about to start on an instance, and has the instance keep the image. A task
// that comes while another pulls the image waits for that. A pull that does not end
// takes [sim.Never]. Services of a warm cluster have been there before the run, and
// so have their images.
func (s *Scheduler) pullTime(of cluster.ClassID, on cluster.InstanceID) sim.Time {
	g := &s.groups[s.cluster.Class(of).Group]
	id := g.image
	if g.service != nil {
		id = g.service.revisionOf(s.cluster.FirstWaiting(of)).Image
	}
	if id == NoImage {
		return 0
	}
	m, now := &s.images[id-1], s.kernel.Now()
	pull := sim.Time(0)
	if !g.isWarm(now) {
		pull = s.held(s.slower(on, m.pull))
	}
	if s.cluster.Kind(s.cluster.Instance(on).Kind).Unlimited {
		return pull
	}
	for len(m.there) <= int(on) {
		m.there = append(m.there, sim.Never)
	}
	if pull != sim.Never {
		m.there[on] = min(m.there[on], now+pull)
	}
	if m.there[on] == sim.Never {
		return sim.Never
	}
	return max(0, m.there[on]-now)
}

// pullLeft returns how long the image of a task would be pulled that started now
// on an instance.
func (s *Scheduler) pullLeft(g *group, on cluster.InstanceID) sim.Time {
	if g.image == NoImage {
		return 0
	}
	m, now := &s.images[g.image-1], s.kernel.Now()
	pull := s.held(s.slower(on, m.pull))
	if int(on) < len(m.there) {
		return max(0, min(m.there[on]-now, pull))
	}
	return pull
}

// forget notes that a slot has a new instance, which has no images.
func (s *Scheduler) forget(on cluster.InstanceID) {
	for i := range s.images {
		if there := s.images[i].there; int(on) < len(there) {
			there[on] = sim.Never
		}
	}
}

// onPulled has the containers of a task start.
func (s *Scheduler) onPulled(now sim.Time, slot, generation uint32) {
	id := cluster.TaskID(slot)
	if s.cluster.Generation(id) != generation {
		return
	}
	if v := s.serviceOf(id); v != nil && s.lives[id].dies {
		s.cluster.End(id, cluster.Failed)
		return
	}
	s.cluster.Pulled(id)
	if t := s.cluster.Task(id); t.Duration != sim.Never {
		s.kernel.Schedule(now+t.Duration, s.end, slot, generation)
	}
	if v := s.serviceOf(id); v != nil {
		v.revisionOf(id).pulling--
		v.contain(id)
		v.changed(now)
	}
}
