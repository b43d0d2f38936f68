package ecs

import "berth/sim"

// shift is the course of a deployment that shifts requests from one revision to
// another: all tasks of the new one, green, are started and become healthy first.
// Then the requests are shifted, at once or in steps, with a time to bake after
// each. At last the tasks of the old one, blue, are stopped. Until then both have
// the desired number of tasks.
//
// A deployment that overtakes another brings all requests back to blue.
//
// Source: Amazon ECS developer guide, "Amazon ECS blue/green deployments"; Amazon
// ECS API, DeploymentConfiguration.
type shift struct {
	blue  *revision // which goes
	stage shiftStage
	green int // thousandths of the requests that the present revision gets
}

type shiftStage uint8

const (
	unshifted  shiftStage = iota // there is no such deployment
	scalingUp                    // the tasks of green start
	baking                       // requests have been shifted
	cleaningUp                   // the tasks of blue stop
)

// shiftOn shifts the next part of the requests.
func (v *Service) shiftOn(now sim.Time) {
	c, sh := v.configuration(), &v.shift
	wait := c.Bake
	switch {
	case c.Strategy == Canary && sh.green == 0:
		sh.green = c.CanaryPermille
		wait = c.CanaryBake
	case c.Strategy == Linear && sh.green+c.StepPermille < 1000:
		sh.green += c.StepPermille
		wait = c.StepBake
	default:
		sh.green = 1000
	}
	if sh.green >= 1000 {
		sh.green, wait = 1000, c.Bake
	}
	sh.stage = baking
	v.scheduler.kernel.Schedule(now+wait, v.scheduler.shifts, v.number, uint32(v.deployment.Number)&sim.MaxGeneration)
	v.tell()
	v.changed(now)
}

// onShifts shifts the next part of the requests, or has the old tasks stop.
func (s *Scheduler) onShifts(now sim.Time, slot, generation uint32) {
	v := s.services[slot]
	if uint32(v.deployment.Number)&sim.MaxGeneration != generation || v.shift.stage != baking {
		return
	}
	if v.shift.green < 1000 {
		v.shiftOn(now)
		return
	}
	v.shift.stage = cleaningUp
	v.reconcile()
}

// Weight is the part of the requests that goes to a revision.
type Weight struct {
	Revision string
	Permille int // of the requests, in thousandths
	Serving  int // tasks of the revision that take requests
}

// Traffic appends which part of the requests goes to which revision, those that
// get none left out. In a rolling update the tasks that serve get equal parts.
func (v *Service) Traffic(to []Weight) []Weight {
	all := 0
	for _, r := range v.revisions {
		all += r.serving
	}
	for _, r := range v.revisions {
		permille := 0
		switch {
		case v.shift.stage == unshifted && all > 0:
			permille = r.serving * 1000 / all
		case v.shift.stage != unshifted:
			permille = v.weight(r)
		}
		if permille > 0 {
			to = append(to, Weight{Revision: r.Name, Permille: permille, Serving: r.serving})
		}
	}
	return to
}

// weight returns how many thousandths of the requests a revision gets while
// requests are shifted.
func (v *Service) weight(r *revision) int {
	switch r {
	case v.current:
		return v.shift.green
	case v.shift.blue:
		return 1000 - v.shift.green
	}
	return 0
}

// Serving returns how many tasks take requests: those that run, have been through
// their start-up and are healthy targets, where there is a load balancer.
//
// While a deployment shifts requests, each revision gets its part of them,
// whatever number of tasks it has. The revision that is shortest of tasks for its
// part then limits what the service holds, and the number is that of tasks with
// which a service with equal parts would hold as much: with 10 tasks of blue that
// get 90 per cent, and 10 of green that get the others, it is 11.
func (v *Service) Serving() int {
	sum := 0
	if v.shift.stage == unshifted {
		for _, r := range v.revisions {
			sum += r.serving
		}
		return sum
	}
	tightest := -1
	for _, r := range v.revisions {
		w := v.weight(r)
		if w == 0 {
			continue
		}
		sum += r.serving
		if n := r.serving * 1000 / w; tightest < 0 || n < tightest {
			tightest = n
		}
	}
	return min(sum, tightest)
}
