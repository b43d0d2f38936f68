package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

var _ cluster.Resumer = (*Scheduler)(nil)

// InstanceResumed has all classes tried again that may go to an instance that
// takes tasks again. It takes time in proportion to the classes that wait.
func (s *Scheduler) InstanceResumed(_ sim.Time, on cluster.InstanceID) {
	kind := s.cluster.Instance(on).Kind
	for i := range s.classes {
		of := cluster.ClassID(i)
		if s.classes[i].shelved && s.cluster.Allows(s.cluster.Class(of).Pool, kind) {
			q := s.queue(of)
			q.unshelve(s, of)
			if q.blocked == of {
				q.blocked = cluster.None
			}
			q.untried = append(q.untried, of)
			s.wantDispatch()
		}
	}
}
