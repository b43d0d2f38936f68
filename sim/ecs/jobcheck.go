package ecs

import (
	"fmt"

	"berth/sim/cluster"
)

// checkJobs compares what is kept of jobs that depend on one another, and of
// shares, with the tasks that are alive.
func (s *Scheduler) checkJobs() error {
	if s.depends {
		alive := make([]int64, len(s.jobs))
		s.cluster.LiveTasks(func(id cluster.TaskID) {
			if n := s.jobOf(id); n >= 0 {
				alive[n]++
			}
		})
		for _, r := range s.again {
			alive[r.job]++
		}
		for n := range s.jobs {
			j := &s.jobs[n]
			unsubmitted := int64(0)
			if j.children != nil {
				unsubmitted = int64(len(j.children)) - int64(j.submitted)
			}
			if j.alive != alive[n]+unsubmitted {
				return fmt.Errorf("ecs: job %s counts %d tasks that have not ended, there are %d", s.cluster.GroupName(j.Group), j.alive, alive[n]+unsubmitted)
			}
		}
	}
	if !s.fair {
		return nil
	}
	use := make([][]cluster.Vector, len(s.queues))
	for i := range s.queues {
		use[i] = make([]cluster.Vector, len(s.queues[i].lanes))
	}
	s.cluster.LiveTasks(func(id cluster.TaskID) {
		t := s.cluster.Task(id)
		class := s.cluster.Class(t.Class)
		g := &s.groups[class.Group]
		if t.Instance == cluster.None || !s.queues[g.queue].FairShare || s.cluster.Kind(s.cluster.Instance(t.Instance).Kind).Unlimited || g.service != nil && g.service.Daemon {
			return
		}
		use[g.queue][g.share] = use[g.queue][g.share].Add(class.Demand)
	})
	for i := range s.queues {
		for n, want := range use[i] {
			if got := s.queues[i].lanes[n].use; got != want {
				return fmt.Errorf("ecs: share %d of queue %d counts %v in use, it is %v", n, i, got, want)
			}
		}
	}
	return nil
}
