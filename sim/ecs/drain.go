package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// capacityOfServices follows an instance that has changed its state.
func (s *Scheduler) capacityOfServices(on cluster.InstanceID, to cluster.State) {
	switch {
	case to == cluster.Draining:
		s.drainLater(on)
	case to == cluster.Active && s.rebalancing > 0:
		for _, v := range s.services {
			v.rebalanceLater(rebalanceAfter)
		}
	}
}

// drainLater has the tasks of services dealt with that are on an instance which
// drains.
func (s *Scheduler) drainLater(on cluster.InstanceID) {
	if s.replicas > 0 && s.cluster.Instance(on).Tasks > 0 {
		s.kernel.Schedule(s.kernel.Now(), s.drains, uint32(on), 0)
	}
}

// onDrains stops the tasks of services that do not run yet on an instance that
// drains, and has the others replaced within the bounds of a deployment. With a
// minimum and a maximum of 100 per cent none can be, as long as the instance is
// there.
//
// It takes time in proportion to the tasks on the instance where the cluster
// keeps its residents, otherwise to those of all services.
//
// Source: Amazon ECS developer guide, "Draining Amazon ECS container instances".
func (s *Scheduler) onDrains(_ sim.Time, slot, _ uint32) {
	on := cluster.InstanceID(slot)
	if s.cluster.Instance(on).State != cluster.Draining {
		return // it has gone at the same instant
	}
	s.draining = s.draining[:0]
	if s.cluster.KeepsResidents() {
		s.cluster.Residents(on, func(id cluster.TaskID) {
			if v := s.serviceOf(id); v != nil && !v.Daemon {
				s.draining = append(s.draining, id)
			}
		})
	} else {
		for _, v := range s.services {
			for _, r := range v.revisions {
				for _, id := range r.tasks {
					if s.cluster.Task(id).Instance == on {
						s.draining = append(s.draining, id)
					}
				}
			}
		}
	}
	for _, id := range s.draining {
		if s.lives[id].stage == waiting {
			s.cluster.End(id, cluster.Stopped)
		} else {
			s.serviceOf(id).replace(id)
		}
	}
}
