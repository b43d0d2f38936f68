package ecs

import "berth/sim/cluster"

// A gang is the tasks of one submission of a job that asks for it: they start at
// one instant or not at all. They are of one class, which they share with no gang
// of another size. So whether a gang fits is a matter of counting: an instance has
// room for so many tasks of the class, whatever happens on others, and one place
// taken is one place less. Only when there are enough places in all is the
// placer asked for them one by one; a gang that has to wait leaves no trace.
//
// Counting looks at every instance of the pool, each time that a gang comes up: at
// its submission, and when an instance that has room for one of its tasks has
// gained room. Where the placement constraints of the group hang on what runs on
// an instance, one task counts for each instance. That is exact for
// distinctInstance, and on the safe side for others.
//
// A gang holds together at its start only. An attempt that follows a lost one
// starts by itself, while the others of its gang go on. That is a choice of
// berth: what the others do meanwhile is the program's business.

// startGang starts the first gang of a class if all of it fits, and returns where
// the last of it went, or None.
func (s *Scheduler) startGang(of cluster.ClassID) cluster.InstanceID {
	n := int(s.cluster.Class(of).Gang)
	if s.room(of, n, nil) < n {
		return cluster.None
	}
	on := cluster.InstanceID(cluster.None)
	for range n {
		on, _ = s.placer.Place(s.request(of))
		if on == cluster.None {
			panic("ecs: the placer found fewer places than there are")
		}
		s.begin(of, on)
		s.begun = append(s.begun, on)
	}
	return on
}

// room counts the tasks of a class that have a place now, up to a number. With a
// plan only places that it leaves to the class count.
func (s *Scheduler) room(of cluster.ClassID, most int, p *reservation) int {
	sum := 0
	for on := range cluster.InstanceID(s.cluster.Slots()) {
		if p != nil && !p.leavesAll(s, of, on) {
			continue
		}
		if sum += s.roomOn(of, on, nil, most-sum); sum >= most {
			break
		}
	}
	return sum
}

// roomOn counts the tasks of a class for which an instance has room, up to a
// number, if some of those that run there had ended.
func (s *Scheduler) roomOn(of cluster.ClassID, on cluster.InstanceID, ended []cluster.TaskID, most int) int {
	class, i := s.cluster.Class(of), s.cluster.Instance(on)
	if i.State != cluster.Active || !s.cluster.Allows(class.Pool, i.Kind) {
		return 0
	}
	if s.groups[class.Group].constrained {
		if most = min(most, 1); !s.placer.Fits(s.request(of), on) {
			return 0
		}
	}
	return s.cluster.Room(on, ended, class.Demand, class.Network, most)
}

// refuseGang notes that there was no room for a shelved gang in this try of its
// queue, so that the same try does not come to it again.
func (q *queue) refuseGang(s *Scheduler, of cluster.ClassID) {
	if s.cluster.Class(of).Gang < 2 {
		panic("ecs: the placer found no place where an instance has room")
	}
	s.classes[of].refused = q.tries
}

// refused reports whether there was no room for a gang in this try of its queue.
func (s *Scheduler) refused(of cluster.ClassID) bool {
	return s.classes[of].refused == s.queue(of).tries
}
