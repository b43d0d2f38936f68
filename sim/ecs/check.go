package ecs

import (
	"fmt"

	"berth/sim/cluster"
)

// Check compares what the scheduler keeps of its services with the tasks that
// are alive, and returns the first thing that does not hold. It takes time in
// proportion to the cluster; it is for tests and for runs with --check.
func (s *Scheduler) Check() error {
	if len(s.services) == 0 {
		return nil
	}
	type counts struct{ pending, placed int }
	alive := make([][]counts, len(s.services))
	stages := make([][stopping + 1]int, len(s.services))
	for _, v := range s.services {
		alive[v.number] = make([]counts, len(v.shares))
	}
	var wrong error
	s.cluster.LiveTasks(func(id cluster.TaskID) {
		t := s.cluster.Task(id)
		v := s.groups[s.cluster.Class(t.Class).Group].service
		if v == nil {
			return
		}
		n := v.shareOf(t.Class)
		switch {
		case n < 0:
			wrong = fmt.Errorf("ecs: %s is of no class of its service", s.cluster.TaskName(id))
		case t.Instance == cluster.None:
			alive[v.number][n].pending++
		default:
			alive[v.number][n].placed++
			stages[v.number][s.lives[id].stage]++
			if v.Daemon && v.place(t.Instance).task != id {
				wrong = fmt.Errorf("ecs: %s runs on %s, where its daemon does not know of it", s.cluster.TaskName(id), s.cluster.InstanceName(t.Instance))
			}
		}
	})
	if wrong != nil {
		return wrong
	}
	for _, v := range s.services {
		var sum counts
		for n, want := range alive[v.number] {
			if got := (counts{v.shares[n].pending, v.shares[n].placed}); got != want {
				return fmt.Errorf("ecs: %s counts %v waiting and running tasks of its class %d, there are %v", v.Name(), got, n, want)
			}
			sum.pending += want.pending
			sum.placed += want.placed
		}
		if got := (counts{v.pending, v.placed + v.stopping}); got != sum {
			return fmt.Errorf("ecs: %s counts %v waiting and running tasks, there are %v", v.Name(), got, sum)
		}
		if got := [...]int{v.pulling, v.placed - v.pulling - v.serving, v.serving, v.stopping}; got != stages[v.number] {
			return fmt.Errorf("ecs: %s counts %v tasks that pull, start, serve and stop, there are %v", v.Name(), got, stages[v.number])
		}
		if err := v.check(); err != nil {
			return err
		}
	}
	return nil
}

// check compares a service with what is desired, where nothing is about to be
// done about it.
func (v *Service) check() error {
	s := v.scheduler
	if !v.Daemon {
		if v.placed != len(v.tasks) {
			return fmt.Errorf("ecs: %s lists %d of %d tasks with a place", v.Name(), len(v.tasks), v.placed)
		}
		if !v.refills && v.placed+v.pending != v.desired {
			return fmt.Errorf("ecs: %s has %d tasks, of %d", v.Name(), v.placed+v.pending, v.desired)
		}
		return nil
	}
	wanted, waiting := 0, 0
	for on := range cluster.InstanceID(s.cluster.Slots()) {
		p := *v.place(on)
		if p.wanted {
			wanted++
		}
		if p.task == waits {
			waiting++
		}
		if int(on) < len(s.settles) && s.settles[on] {
			continue
		}
		if err := v.checkPlace(on, p); err != nil {
			return err
		}
	}
	if wanted != v.desired || waiting != v.pending {
		return fmt.Errorf("ecs: %s wants %d tasks of which %d wait, and counts %d and %d", v.Name(), wanted, waiting, v.desired, v.pending)
	}
	return nil
}

// checkPlace compares what a daemon has on an instance with what should be
// there. Whether a daemon that runs still matches is not asked: it may itself
// be what its constraints speak of.
func (v *Service) checkPlace(on cluster.InstanceID, p place) error {
	s := v.scheduler
	state := s.cluster.Instance(on).State
	switch {
	case p.task >= 0:
		if state == cluster.Active && !p.wanted {
			return fmt.Errorf("ecs: %s runs on %s, where it does not match", v.Name(), s.cluster.InstanceName(on))
		}
	case state != cluster.Active:
		if p.wanted || p.task == waits {
			return fmt.Errorf("ecs: %s waits for %s, which is %v", v.Name(), s.cluster.InstanceName(on), state)
		}
	case p.wanted != v.matches(on) || p.wanted != (p.task == waits):
		return fmt.Errorf("ecs: %s matches %s: %v, is wanted there: %v, waits for it: %v", v.Name(), s.cluster.InstanceName(on), v.matches(on), p.wanted, p.task == waits)
	case p.task == waits && s.placer.Fits(s.request(v.shares[0].class), on):
		return fmt.Errorf("ecs: %s waits for %s, which has room", v.Name(), s.cluster.InstanceName(on))
	}
	return nil
}
