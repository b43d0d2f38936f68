package ecs

import "berth/sim/cluster"

// Notice has a task of a service replaced that will be interrupted soon, as one
// on an instance that drains: its replacement starts within the maximum of the
// service, and the task goes when that is there. If it is still there at the end
// of its notice, whoever gave that ends it. A task whose containers have not
// started ends at once. Tasks of jobs run on. It is for handlers of events.
//
// Source: Amazon ECS developer guide, "AWS Fargate capacity providers": the
// service scheduler starts a replacement if there is capacity.
func (s *Scheduler) Notice(id cluster.TaskID) {
	v := s.serviceOf(id)
	switch {
	case v == nil || v.Daemon || s.lives[id].stage == stopping:
	case s.lives[id].stage == waiting:
		s.cluster.End(id, cluster.Stopped)
	default:
		v.replace(id)
	}
}
