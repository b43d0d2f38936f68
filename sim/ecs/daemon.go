package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// place is what a daemon has on an instance.
type place struct {
	task   cluster.TaskID // that runs there, waits for the place, or None
	wanted bool           // the instance is ACTIVE and matches
}

// waits stands for a task that waits for its place. Which one that is does not
// matter: all tasks of a daemon are of one class.
const waits = cluster.TaskID(-2)

// place returns what a daemon has on an instance. The pointer is good until the
// next call.
func (v *Service) place(on cluster.InstanceID) *place {
	for len(v.places) <= int(on) {
		v.places = append(v.places, place{task: cluster.None})
	}
	return &v.places[on]
}

// settleLater has the daemons of an instance looked at before anything else
// gets a place at this instant.
func (s *Scheduler) settleLater(on cluster.InstanceID) {
	for len(s.settles) <= int(on) {
		s.settles = append(s.settles, false)
	}
	if !s.settles[on] {
		s.settles[on] = true
		s.kernel.Schedule(s.kernel.Now(), s.settling, uint32(on), 0)
	}
}

// roomForDaemons has the daemons of an instance looked at that has lost a task,
// if one of them waits for room there or for being the last.
func (s *Scheduler) roomForDaemons(on cluster.InstanceID) {
	if s.cluster.Instance(on).State == cluster.Draining {
		s.settleLater(on)
		return
	}
	for _, d := range s.daemons {
		if d.place(on).task == waits {
			s.settleLater(on)
			return
		}
	}
}

// recheck has the daemons of an instance looked at on which a task has started
// or ended, if their constraints may hang on that. What a daemon does itself is
// no reason to ask whether it still matches.
// Source: Amazon ECS developer guide, "Amazon ECS services", Daemon: tasks that
// no longer meet the placement constraints are stopped.
func (s *Scheduler) recheck(on cluster.InstanceID, by *Service) {
	others := s.rechecks
	if by != nil && by.Daemon && by.Constrained {
		others--
	}
	if others > 0 {
		s.settleLater(on)
	}
}

// onSettle brings the daemons of an instance to what they should be. It goes by
// what is, not by what has happened: the slot may belong to another instance by
// now.
func (s *Scheduler) onSettle(_ sim.Time, slot, _ uint32) {
	on := cluster.InstanceID(slot)
	s.settles[on] = false
	for _, d := range s.daemons {
		d.settle(on)
	}
	if s.cluster.Instance(on).State == cluster.Draining {
		s.stopLast(on)
	}
}

// settle brings one daemon to what it should be on an instance.
func (v *Service) settle(on cluster.InstanceID) {
	s := v.scheduler
	active := s.cluster.Instance(on).State == cluster.Active
	wanted := active && v.matches(on)
	p := v.place(on)
	if wanted != p.wanted {
		p.wanted = wanted
		if wanted {
			v.desired++
		} else {
			v.desired--
		}
		v.changed(s.kernel.Now())
	}
	if !wanted {
		switch {
		case p.task == waits:
			p.task = cluster.None
			s.cluster.Withdraw(v.current.shares[0].class, cluster.Stopped)
		case p.task != cluster.None && active: // it no longer matches
			s.cluster.End(p.task, cluster.Stopped)
		}
		return
	}
	if p.task == cluster.None {
		class := v.current.Classes[0]
		if v.deployment.Status == Failed || !v.mayLaunch(v.current, &class) {
			v.held = true
			return
		}
		v.submit(v.current, 0, class)
		p.task = waits
	}
	if of := v.current.shares[0].class; p.task == waits && s.placer.Fits(s.request(of), on) {
		s.begin(of, on)
		// It may have made the instance eligible for what waits in the queue.
		if q := s.queueAt(on); q != nil && q.opened > 0 {
			s.gain(on)
		}
	}
}

// matches reports whether a daemon belongs on an instance, whatever room it has.
func (v *Service) matches(on cluster.InstanceID) bool {
	s := v.scheduler
	kind := s.cluster.Instance(on).Kind
	class := &v.current.Classes[0]
	if s.cluster.Kind(kind).Unlimited || !s.cluster.Allows(class.Pool, kind) {
		return false
	}
	return !v.Constrained || s.placer.Matches(cluster.Request{Class: cluster.None, Demand: class.Demand, Pool: class.Pool, Group: v.Group, Network: class.Network}, on, v.place(on).task >= 0)
}

// roll replaces the daemons of other revisions by those of the present one, in the
// order of the slots of their instances, as many as the lower bound for healthy
// ones allows. Each ends before the next one starts on its instance: there are
// never two.
//
// Source: Amazon ECS API, DeploymentConfiguration, maximumPercent: of a DAEMON
// service it is 100.
func (v *Service) roll() {
	s := v.scheduler
	lower, _ := v.configuration().Bounds(v.desired)
	all := v.total()
	for on := range v.places {
		p := &v.places[on]
		if p.task < 0 || !p.wanted || v.revisionOf(p.task) == v.current || v.deployment.Status == Failed {
			continue
		}
		if s.lives[p.task].healthy {
			if all.healthy <= lower {
				continue
			}
			all.healthy--
		}
		s.cluster.End(p.task, cluster.Stopped)
	}
	v.conclude(s.kernel.Now())
}

// giveUpWaiting has the daemons of a revision that wait for their places go, so
// that those of another wait for them.
func (v *Service) giveUpWaiting(of *revision) {
	s := v.scheduler
	for on := range v.places {
		if p := &v.places[on]; p.task == waits {
			p.task = cluster.None
			s.cluster.Withdraw(of.shares[0].class, cluster.Stopped)
			s.settleLater(cluster.InstanceID(on))
		}
	}
}

// stopLast ends the daemons of a draining instance when nothing else runs there.
func (s *Scheduler) stopLast(on cluster.InstanceID) {
	running := int32(0)
	for _, d := range s.daemons {
		if d.place(on).task >= 0 {
			running++
		}
	}
	if running == 0 || s.cluster.Instance(on).Tasks > running {
		return
	}
	for _, d := range s.daemons {
		if id := d.place(on).task; id >= 0 {
			s.cluster.End(id, cluster.Stopped)
		}
	}
}
