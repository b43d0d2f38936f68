package ecs

import "berth/sim/cluster"

// Serves reports whether a task is one of a service and takes requests. While a
// deployment shifts requests, tasks of both revisions count.
func (s *Scheduler) Serves(id cluster.TaskID) bool {
	return s.serviceOf(id) != nil && s.lives[id].stage == serving
}
