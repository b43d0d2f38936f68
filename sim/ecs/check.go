package ecs

import (
	"fmt"

	"berth/sim/cluster"
)

// Check compares what the scheduler keeps of its services with the tasks that
// are alive, and returns the first thing that does not hold. It takes time in
// proportion to the cluster; it is for tests and for runs with --check.
func (s *Scheduler) Check() error {
	if s.busy != nil {
		if err := s.busy.check(s); err != nil {
			return err
		}
	}
	if err := s.checkJobs(); err != nil {
		return err
	}
	if len(s.services) == 0 {
		return nil
	}
	alive := make([][]revision, len(s.services)) // as the tasks say, by service and slot
	for _, v := range s.services {
		alive[v.number] = make([]revision, len(v.revisions))
		for i, r := range v.revisions {
			alive[v.number][i].shares = make([]share, len(r.shares))
		}
	}
	var wrong error
	s.cluster.LiveTasks(func(id cluster.TaskID) {
		t := s.cluster.Task(id)
		v := s.groups[s.cluster.Class(t.Class).Group].service
		if v == nil {
			return
		}
		l := &s.lives[id]
		r := &alive[v.number][l.revision]
		sh := &r.shares[l.share]
		switch t.Instance {
		case cluster.None:
			sh.pending++
			r.pending++
		default:
			sh.placed++
			r.count(l)
			if v.Daemon && v.place(t.Instance).task != id {
				wrong = fmt.Errorf("ecs: %s runs on %s, where its daemon does not know of it", s.cluster.TaskName(id), s.cluster.InstanceName(t.Instance))
			}
		}
	})
	if wrong != nil {
		return wrong
	}
	for _, v := range s.services {
		for i, r := range v.revisions {
			if err := v.checkRevision(r, &alive[v.number][i]); err != nil {
				return err
			}
		}
		if err := v.check(); err != nil {
			return err
		}
	}
	return nil
}

// count counts a task with a place.
func (c *counts) count(l *life) {
	if l.stage == stopping {
		c.stopping++
		if l.outgoing {
			c.replaced++
		}
		return
	}
	c.placed++
	switch l.stage {
	case waiting:
		c.pulling++
	case serving:
		c.serving++
	case erring:
		c.failing++
	}
	if l.healthy {
		c.healthy++
	}
	if l.outgoing {
		c.outgoing++
	}
	if l.healthy && l.outgoing {
		c.outgoingHealthy++
	}
}

// checkRevision compares what is kept of a revision with what its tasks say.
func (v *Service) checkRevision(r, alive *revision) error {
	if r.counts != alive.counts {
		return fmt.Errorf("ecs: %s counts the tasks %+v of %s, there are %+v", v.Name(), r.counts, r.Name, alive.counts)
	}
	for n, want := range alive.shares {
		if got := r.shares[n]; got.pending != want.pending || got.placed != want.placed {
			return fmt.Errorf("ecs: %s counts %d waiting and %d running tasks of its class %d, there are %d and %d", v.Name(), got.pending, got.placed, n, want.pending, want.placed)
		}
	}
	if !v.Daemon && len(r.tasks) != r.placed {
		return fmt.Errorf("ecs: %s lists %d of %d tasks with a place", v.Name(), len(r.tasks), r.placed)
	}
	if d := r.division; d != nil {
		var divided int64
		for _, n := range d.assigned {
			divided += n
		}
		if divided != int64(r.kept()) {
			return fmt.Errorf("ecs: %s has divided %d tasks, there are %d", v.Name(), divided, r.kept())
		}
	}
	return nil
}

// check compares a service with what is desired, where nothing is about to be
// done about it.
func (v *Service) check() error {
	s := v.scheduler
	if !v.Daemon {
		return v.checkBounds()
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
	if wanted != v.desired || waiting != v.Unplaced() {
		return fmt.Errorf("ecs: %s wants %d tasks of which %d wait, and counts %d and %d", v.Name(), wanted, waiting, v.desired, v.Unplaced())
	}
	return nil
}

// checkBounds compares a REPLICA service with its desired number and with the
// bounds of its deployments.
func (v *Service) checkBounds() error {
	if v.refills {
		return nil
	}
	kept, target := v.current.kept(), v.target()
	if kept > target {
		return fmt.Errorf("ecs: %s has %d tasks, of %d", v.Name(), kept, target)
	}
	if kept < target && !v.unsettled() && !v.held && v.deployment.Status != Failed {
		return fmt.Errorf("ecs: %s has %d tasks, of %d", v.Name(), kept, target)
	}
	if v.shift.stage == unshifted && v.deployment.Status == Completed && v.current != v.completed {
		return fmt.Errorf("ecs: %s has completed another revision than %s", v.Name(), v.current.Name)
	}
	if sh, lost := v.shift, v.Failing(); sh.green < 0 || sh.green > 1000 || v.Serving() > v.Running() || !(lost >= 0 && lost <= 1) {
		return fmt.Errorf("ecs: %s shifts %d thousandths of the requests, %d of %d tasks serve, and %v of the requests fail", v.Name(), sh.green, v.Serving(), v.Running(), lost)
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
	case p.wanted && p.task == cluster.None && v.held: // it is throttled
	case p.wanted != v.matches(on) || p.wanted != (p.task == waits):
		return fmt.Errorf("ecs: %s matches %s: %v, is wanted there: %v, waits for it: %v", v.Name(), s.cluster.InstanceName(on), v.matches(on), p.wanted, p.task == waits)
	case p.task == waits && s.placer.Fits(s.request(v.current.shares[0].class), on):
		return fmt.Errorf("ecs: %s waits for %s, which has room", v.Name(), s.cluster.InstanceName(on))
	}
	return nil
}
