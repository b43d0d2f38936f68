package ecs

import (
	"cmp"
	"fmt"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// reconcileLater has the service looked at before anything gets a place at this
// instant.
func (v *Service) reconcileLater() {
	if !v.refills {
		v.refills = true
		v.scheduler.kernel.Schedule(v.scheduler.kernel.Now(), v.scheduler.refill, v.number, 0)
	}
}

// onRefill looks at a service of which something has changed.
func (s *Scheduler) onRefill(_ sim.Time, slot, _ uint32) {
	v := s.services[slot]
	v.refills = false
	v.reconcile()
}

// unsettled reports whether tasks are being replaced.
func (v *Service) unsettled() bool {
	if v.Deploying() || v.extra > 0 {
		return true
	}
	for _, r := range v.revisions {
		if r.outgoing > 0 || r.replaced > 0 || r != v.current && r.live() > 0 {
			return true
		}
	}
	return false
}

// target returns how many tasks of a revision that stays there are to be.
func (v *Service) target() int { return v.desired + v.extra }

// reconcile compares what there is of a REPLICA service with what there should be,
// and starts and stops tasks accordingly. Everything else only changes what there
// is, or marks tasks that are to be replaced.
func (v *Service) reconcile() {
	was := v.refills
	v.refills = true // what ends here is taken account of here
	v.judge()
	if v.Daemon {
		v.roll()
		v.refills = was
		return
	}
	v.held = false
	if v.extra > 0 && v.current.keptHealthy() >= v.target() {
		v.withdrawZoned()
		v.extra = 0
	}
	for v.balanceAll() { // what stops at once may make room
	}
	v.refills = was
	now := v.scheduler.kernel.Now()
	if v.shift.stage == scalingUp && v.current.keptHealthy() >= v.desired {
		v.shiftOn(now)
	}
	v.conclude(now)
	v.noteStuck()
	if v.Rebalancing && !v.unsettled() {
		v.rebalanceLater(rebalanceAfter)
	}
}

// balanceAll balances the revisions of the service and reports whether another
// look is worth it. In a rolling update they share the desired number. While
// requests are shifted, blue and green have it each.
func (v *Service) balanceAll() (again bool) {
	if v.shift.stage == unshifted {
		return v.balance(v.revisions, v.current)
	}
	for _, r := range v.revisions {
		if r != v.current && (r != v.shift.blue || v.shift.stage == cleaningUp) {
			v.retire(r)
		}
	}
	if v.shift.stage != cleaningUp {
		again = v.balance([]*revision{v.shift.blue}, v.shift.blue)
	}
	return v.balance([]*revision{v.current}, v.current) || again
}

// retire stops all tasks of a revision.
func (v *Service) retire(r *revision) {
	v.clear(r)
	for r.placed > 0 {
		v.stop(r.tasks[r.placed-1])
	}
}

// balance brings some revisions to what they should be: the desired number of
// tasks of one of them, and none of the others. The number of healthy tasks does
// not fall below the lower bound for it, and while tasks are being replaced that of
// all tasks, those that stop included, does not rise above the upper one.
//
// What makes room comes first: tasks beyond the desired number, and tasks of other
// revisions that do not run yet. Then as many tasks are started as the upper bound
// allows. Then as many are stopped as the lower bound allows. Tasks that are
// unhealthy are stopped when as many healthy ones are there in their stead; if
// there is no room for those, one unhealthy task after the other goes first.
//
// Source: Amazon ECS developer guide, "Rolling update"; Amazon ECS API,
// DeploymentConfiguration, minimumHealthyPercent and maximumPercent.
func (v *Service) balance(of []*revision, to *revision) (again bool) {
	target := v.target()
	if n := to.kept() - target; n > 0 {
		v.scaleIn(to, n)
		again = true
	}
	halted := v.deployment.Status == Failed
	if halted {
		v.clear(to)
	} else {
		for _, r := range of {
			if r != to && r.pending+r.pulling > 0 {
				v.clear(r)
				again = true
			}
		}
	}
	lower, upper := v.configuration().Bounds(v.desired)
	var all counts
	for _, r := range of {
		all.add(&r.counts)
	}
	old := all.live() - to.kept()
	want, room := target-to.kept(), upper-all.live()-all.stopping
	if !halted && want > 0 {
		n := want
		if old > 0 || all.replaced > 0 || v.Deploying() && v.shift.stage == unshifted {
			n = max(0, min(want, room))
		}
		n = v.launch(to, n)
		want -= n
		room -= n
	}
	if old == 0 {
		return again
	}

	ailingHere := to.outgoing - to.outgoingHealthy
	ailingThere := all.placed - all.healthy - (to.placed - to.healthy)
	here, there := max(0, ailingHere-(target-to.keptHealthy())), 0
	healthy := min(max(0, all.healthy-lower), all.healthy-to.keptHealthy())
	switch {
	case halted:
		here = ailingHere
		healthy = min(healthy, to.outgoingHealthy)
	case all.healthy >= lower:
		there = ailingThere
	}
	if !halted && here+there == 0 && ailingHere+ailingThere > 0 && want > 0 && room <= 0 && all.stopping == 0 {
		if ailingThere > 0 {
			there = 1
		} else {
			here = 1
		}
	}
	return v.stopOld(of, to, there, here, healthy) || again
}

// stopOld stops numbers of tasks that are to be replaced: those of other revisions
// that are not healthy, those of the present one that are not, and healthy ones.
// Those on instances that drain and other unhealthy ones go first, then those that
// were submitted first. AWS does not say which.
func (v *Service) stopOld(of []*revision, to *revision, there, here, healthy int) (some bool) {
	if there+here+healthy <= 0 {
		return false
	}
	lives, c := v.scheduler.lives, v.scheduler.cluster
	to.leaving = to.leaving[:0]
	for _, r := range of {
		if r == to && r.outgoing == 0 {
			continue
		}
		for _, id := range r.tasks {
			if l := &lives[id]; r != to || l.outgoing {
				to.leaving = append(to.leaving, id)
			}
		}
	}
	slices.SortFunc(to.leaving, func(a, b cluster.TaskID) int {
		if lives[a].outgoing != lives[b].outgoing {
			if lives[a].outgoing {
				return -1
			}
			return 1
		}
		return cmp.Compare(c.Task(a).Sequence, c.Task(b).Sequence)
	})
	for _, id := range to.leaving {
		n := &healthy
		if l := &lives[id]; !l.healthy {
			if n = &here; l.revision != to.slot {
				n = &there
			}
		}
		if *n > 0 {
			*n--
			v.stop(id)
			some = true
		}
	}
	return some
}

// clear takes back the tasks of a revision that do not run yet.
func (v *Service) clear(r *revision) {
	s := v.scheduler
	for r.pending > 0 {
		// Where tasks of two revisions are of one class, those of the other go too
		// and are submitted anew.
		v.withdraw(r.newest(s.cluster))
	}
	for i := len(r.tasks) - 1; i >= 0 && r.pulling > 0; i-- {
		if id := r.tasks[i]; s.lives[id].stage == waiting {
			v.stop(id) // the last one takes its place in the list
		}
	}
}

// scaleIn stops tasks of a revision of which there are too many.
func (v *Service) scaleIn(r *revision, n int) {
	s := v.scheduler
	for ; n > 0 && r.pending > 0; n-- {
		before := r.pending
		for r.pending == before {
			v.withdraw(r.newest(s.cluster))
		}
	}
	all := n >= r.placed-r.outgoing
	for ; n > 0; n-- {
		if all && r.outgoing == 0 {
			v.stop(r.tasks[r.placed-1])
		} else {
			v.stop(s.placer.Victim(v.Group, v.stoppable(r)))
		}
	}
}

// stoppable returns the tasks of which a scale-in takes the next one. Those that
// are to be replaced go in another way.
func (v *Service) stoppable(r *revision) []cluster.TaskID {
	ailing := 0 // those that run and stay, but are not healthy, where that is known
	if v.attentive {
		ailing = r.placed - r.pulling - r.outgoing - r.keptHealthy()
	}
	if r.pulling == 0 && r.outgoing == 0 && ailing == 0 {
		return r.tasks
	}
	r.young = r.young[:0]
	for _, id := range r.tasks {
		l := &v.scheduler.lives[id]
		if r.pulling > 0 && l.stage == waiting || r.pulling == 0 && !l.outgoing && (ailing == 0 || !l.healthy) {
			r.young = append(r.young, id)
		}
	}
	return r.young
}

// launch submits tasks of a revision, as many as may be started now.
func (v *Service) launch(r *revision, n int) (submitted int) {
	for submitted < n {
		k := 0
		if r.division != nil {
			k = r.division.Next()
		}
		if !v.mayLaunch(r, &r.Classes[k]) {
			if r.division != nil {
				r.division.Release(k)
			}
			v.held = true
			break
		}
		v.scheduler.enqueue(v.submit(r, k, r.Classes[k]))
		submitted++
	}
	return submitted
}

// noteStuck takes note of a rolling update that the bounds let neither start nor
// stop a task, while nothing is under way that would change that.
func (v *Service) noteStuck() {
	if !v.Deploying() {
		return
	}
	all, r, c := v.total(), v.current, v.configuration()
	lower, upper := c.Bounds(v.desired)
	why := ""
	if v.shift.stage == unshifted && r.kept() < v.target() && all.pending == 0 && all.live() >= upper && all.stopping == 0 && all.healthy <= lower && all.placed == all.healthy+r.outgoing-r.outgoingHealthy {
		why = fmt.Sprintf("minimumHealthyPercent %d and maximumPercent %d let it neither start nor stop a task", c.MinimumHealthyPercent, c.MaximumPercent)
	}
	if why != v.deployment.Stuck {
		v.deployment.Stuck = why
		v.tell()
	}
}
