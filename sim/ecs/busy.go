package ecs

import (
	"fmt"
	"slices"

	"berth/sim/cluster"
)

// busyCounts is on which instances tasks other than those of daemons run. Only
// clusters with managed scaling or managed termination protection need it.
type busyCounts struct {
	tasks     []int32 // by instance: those of no daemon
	instances []int   // by provider: ACTIVE ones with such tasks
}

// CountBusy has the scheduler know which instances are busy, for [Scheduler.Busy]
// and [Scheduler.BusyInstances]. It must be called before any task starts.
func (s *Scheduler) CountBusy() {
	if s.busy == nil {
		s.busy = &busyCounts{instances: make([]int, s.cluster.Providers())}
	}
}

// Busy reports whether an instance runs at least one task that is not a
// daemon's. It takes constant time.
//
// Source: Amazon ECS developer guide, "Control the instances Amazon ECS
// terminates": an instance that runs tasks of daemons alone counts as empty.
func (s *Scheduler) Busy(id cluster.InstanceID) bool {
	return int(id) < len(s.busy.tasks) && s.busy.tasks[id] > 0
}

// BusyInstances returns how many ACTIVE instances of a provider are busy. It
// takes constant time.
func (s *Scheduler) BusyInstances(p cluster.ProviderID) int { return s.busy.instances[p] }

// changed counts a task on an instance: by is 1 for a start and -1 for an end.
func (b *busyCounts) changed(s *Scheduler, id cluster.TaskID, by int32) {
	t := s.cluster.Task(id)
	if v := s.groups[s.cluster.Class(t.Class).Group].service; v != nil && v.Daemon {
		return
	}
	for len(b.tasks) <= int(t.Instance) {
		b.tasks = append(b.tasks, 0)
	}
	b.tasks[t.Instance] += by
	if n := b.tasks[t.Instance]; n == 0 || n == 1 && by > 0 {
		b.count(s, t.Instance, cluster.Active, int(by))
	}
}

// count counts a busy instance, if it is in a state.
func (b *busyCounts) count(s *Scheduler, on cluster.InstanceID, state cluster.State, by int) {
	if i := s.cluster.Instance(on); i.State == state {
		b.instances[s.cluster.Kind(i.Kind).Provider] += by
	}
}

// drained takes note of an instance that is ACTIVE no longer. Its tasks are
// counted on until they end.
func (b *busyCounts) drained(s *Scheduler, on cluster.InstanceID, to cluster.State) {
	if int(on) < len(b.tasks) && b.tasks[on] > 0 {
		b.count(s, on, to, -1)
	}
}

// check compares the counts with the tasks that are alive.
func (b *busyCounts) check(s *Scheduler) error {
	tasks := make([]int32, s.cluster.Slots())
	s.cluster.LiveTasks(func(id cluster.TaskID) {
		t := s.cluster.Task(id)
		if v := s.serviceOf(id); t.Instance != cluster.None && (v == nil || !v.Daemon) {
			tasks[t.Instance]++
		}
	})
	instances := make([]int, len(b.instances))
	for on, want := range tasks {
		id := cluster.InstanceID(on)
		if s.Busy(id) != (want > 0) {
			return fmt.Errorf("ecs: %s is busy: %v, and has %d tasks", s.cluster.InstanceName(id), s.Busy(id), want)
		}
		if i := s.cluster.Instance(id); want > 0 && i.State == cluster.Active {
			instances[s.cluster.Kind(i.Kind).Provider]++
		}
	}
	if !slices.Equal(instances, b.instances) {
		return fmt.Errorf("ecs: counts %v busy instances by provider, there are %v", b.instances, instances)
	}
	return nil
}
