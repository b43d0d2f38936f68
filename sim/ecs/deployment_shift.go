package ecs

import (
	"math/bits"

	"berth/sim"
)

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
	Taking   int // tasks of the revision that take requests, those that fail them too
}

// Traffic appends which part of the requests goes to which revision, those that
// get none left out. In a rolling update the tasks that take requests get equal
// parts.
func (v *Service) Traffic(to []Weight) []Weight {
	all := 0
	for _, r := range v.revisions {
		all += r.taking()
	}
	for _, r := range v.revisions {
		permille := 0
		switch {
		case v.shift.stage == unshifted && all > 0:
			permille = r.taking() * 1000 / all
		case v.shift.stage != unshifted:
			permille = v.weight(r)
		}
		if permille > 0 {
			to = append(to, Weight{Revision: r.Name, Permille: permille, Taking: r.taking()})
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

// Serving returns how many tasks take requests and serve them: those that run,
// have been through their start-up and are healthy targets, where there is a load
// balancer.
//
// While a deployment shifts requests, each revision gets its part of them,
// whatever number of tasks it has. The revision that is shortest of tasks for its
// part then limits what the service holds, and the number is that of tasks with
// which a service with equal parts would hold as much: with 10 tasks of blue that
// get 90 per cent, and 10 of green that get the others, it is 11. Of the requests
// it is those that do not fail, see [Service.Failing]: if nothing of green works,
// it is the 10 of blue.
func (v *Service) Serving() int {
	if v.shift.stage != unshifted {
		return int(v.tightest(false))
	}
	sum := 0
	for _, r := range v.revisions {
		sum += r.serving
	}
	return sum
}

// tightest returns for how many tasks those count that serve while requests are
// shifted, or for how much CPU.
//
// Of the requests the part p = weight × serving / (serving + failing) is served by
// a revision, and P by both. It holds as much as serving × P / p tasks that get
// equal parts, which is
//
//	serving + (P - p) × (serving + failing) / weight
func (v *Service) tightest(ofCPU bool) int64 {
	var sum, least int64
	least = -1
	for _, r := range v.revisions {
		w := v.weight(r)
		if w == 0 || r.serving == 0 {
			continue
		}
		each := int64(1)
		if ofCPU {
			each = r.cpu
		}
		holds := int64(r.serving) * each
		sum += holds
		if o := v.opposite(r); v.weight(o) > 0 && o.serving > 0 {
			// Up to 2^80 in between, and less than 2^60 in the end.
			high, low := bits.Mul64(uint64(each)*uint64(r.taking()), uint64(v.weight(o))*uint64(o.serving))
			more, _ := bits.Div64(high, low, uint64(w)*uint64(o.taking()))
			holds += int64(more)
		}
		if least < 0 || holds < least {
			least = holds
		}
	}
	if least < 0 {
		return 0
	}
	return min(sum, least)
}

// opposite returns the other one of the two revisions between which requests are
// shifted.
func (v *Service) opposite(r *revision) *revision {
	if r == v.current {
		return v.shift.blue
	}
	return v.current
}

// Failing returns which part of the requests fails, 0 to 1, since it is sent to
// tasks that fail it. Requests are spread over all tasks that take some. With a
// load balancer that is none of those: a new target takes requests when it has
// passed a check. Without one they are sent to any task that has been through its
// start-up, until it is told to stop, whatever its health check says.
//
// While a deployment shifts requests, each revision fails its own part, and all of
// it if none of its tasks takes requests. If no task of either does, it is 0, as it
// is for a service without a task.
//
// Source: Amazon ECS developer guide, "Service Connect"; Elastic Load Balancing,
// "Health checks for Application Load Balancer target groups". What a health check
// of a container is to those who send requests is a choice of berth.
func (v *Service) Failing() float64 {
	all, broken := 0, 0
	for _, r := range v.revisions {
		if v.shift.stage == unshifted || v.weight(r) > 0 {
			all += r.taking()
			broken += r.failing
		}
	}
	switch {
	case all == 0:
		return 0
	case v.shift.stage == unshifted:
		return float64(broken) / float64(all)
	}
	green, blue := v.current.lost(v.weight(v.current)), v.shift.blue.lost(v.weight(v.shift.blue))
	return (green + blue) / 1000
}

// lost returns how many thousandths of the requests are lost of those that a
// revision gets.
func (r *revision) lost(weight int) float64 {
	switch {
	case weight == 0 || r.failing == 0 && r.serving > 0:
		return 0
	case r.serving == 0:
		return float64(weight)
	}
	return float64(weight*r.failing) / float64(r.taking())
}
