package scaling

import (
	"fmt"

	"berth/sim/cluster"
)

// InstanceShape is what a type of instance offers to tasks. Of several types it
// may be the largest or the smallest of each parameter by itself, which no type
// need have.
type InstanceShape struct {
	Capacity   cluster.Vector
	Interfaces int // tasks that can have a network interface of their own
}

// Largest returns the larger of two shapes, parameter by parameter.
func (s InstanceShape) Largest(o InstanceShape) InstanceShape {
	return InstanceShape{
		Capacity: cluster.Vector{
			CPU: max(s.Capacity.CPU, o.Capacity.CPU), Memory: max(s.Capacity.Memory, o.Capacity.Memory), GPU: max(s.Capacity.GPU, o.Capacity.GPU),
		},
		Interfaces: max(s.Interfaces, o.Interfaces),
	}
}

// Smallest returns the smaller of two shapes, parameter by parameter.
func (s InstanceShape) Smallest(o InstanceShape) InstanceShape {
	return InstanceShape{
		Capacity: cluster.Vector{
			CPU: min(s.Capacity.CPU, o.Capacity.CPU), Memory: min(s.Capacity.Memory, o.Capacity.Memory), GPU: min(s.Capacity.GPU, o.Capacity.GPU),
		},
		Interfaces: min(s.Interfaces, o.Interfaces),
	}
}

// WaitingTasks are tasks in PROVISIONING of equal demands.
type WaitingTasks struct {
	TaskNeeds
	Count int
}

// TaskNeeds is what decides how many tasks an instance holds.
type TaskNeeds struct {
	Demand    cluster.Vector
	Interface bool // each takes a network interface of its own
	// Alone says that an instance holds one of them: by the constraint
	// distinctInstance, or because they ask for the same port.
	Alone bool
}

// unlimited stands for as many as anybody counts.
const unlimited = 1 << 30

// PerInstance returns how many of the tasks an empty instance holds.
func (t *TaskNeeds) PerInstance(s *InstanceShape) int {
	n := int64(unlimited)
	of := func(capacity, demand int64) {
		if demand > 0 {
			n = min(n, capacity/demand)
		}
	}
	of(s.Capacity.CPU, t.Demand.CPU)
	of(s.Capacity.Memory, t.Demand.Memory)
	if g := t.Demand.GPU; g > 0 && g <= cluster.GPU { // shares of one device each
		n = min(n, s.Capacity.GPU/cluster.GPU*(cluster.GPU/g))
	} else {
		of(s.Capacity.GPU, g)
	}
	if t.Interface {
		n = min(n, int64(s.Interfaces))
	}
	if t.Alone {
		n = min(n, 1)
	}
	return int(n)
}

// Fleet is the instances of a capacity provider.
type Fleet struct {
	// Running is N: the instances that are there and are not on their way out.
	Running int
	// Busy are those of them that run at least one task which is not a daemon's.
	Busy int
	// Largest and Smallest of each parameter over the types of the group.
	Largest, Smallest InstanceShape
}

// ReservationCase is a case of how CapacityProviderReservation comes about.
type ReservationCase uint8

// The cases.
const (
	NothingWaits ReservationCase = iota // M is the instances that run a task
	TasksWait                           // M is those that are there, and what bin packing needs beyond
	NoneFits                            // every task that waits is left out, for the smallest type does not hold it
	NothingThere                        // no instance, and nothing to run
	FirstTasks                          // no instance, and tasks wait
)

// Reservation is the CapacityProviderReservation of a capacity provider at an
// instant, and how it comes about.
type Reservation struct {
	Case    ReservationCase
	Running int // N
	Needed  int // M
	// Percent is the metric: in general M / N × 100.
	Percent float64

	// TasksWait, FirstTasks: the group of equal tasks that needs the most
	// instances, by its place among those that wait; how many it needs, and how
	// many tasks one of them holds.
	Group, Estimate, PerInstance int
	// LeftOut is how many tasks the smallest type does not hold.
	LeftOut int
}

// Percentages that are not M / N × 100: that of a provider without instances.
//
// Source: AWS containers blog, "Deep dive on Amazon ECS cluster auto scaling".
const (
	idleReservation  = 100 // and nothing to run
	firstReservation = 200 // and tasks that wait
)

// Reserve returns the CapacityProviderReservation of a fleet for which tasks
// wait, those of equal needs once.
//
// As long as nothing waits, M is the number of instances that run a task. What
// waits is taken in groups of equal tasks. Each group alone needs, of the
// largest type, a number of instances that is a division; the most that any
// group needs is a lower bound of what all need. M is that more than there are,
// but not less than the minimum step and not more than the maximum step. A group
// that does not fit the smallest type is left out; if all are, the metric is held
// at the target, so that nothing scales and the tasks keep waiting.
//
// It takes time in proportion to the groups, not to their tasks.
//
// Source: AWS containers blog, "Deep dive on Amazon ECS cluster auto scaling";
// Amazon ECS developer guide, "Amazon ECS managed scaling behavior", scale-out.
func (m *ManagedScaling) Reserve(f *Fleet, waiting []WaitingTasks) Reservation {
	r := Reservation{Running: f.Running, Needed: f.Busy}
	fits := false
	for i := range waiting {
		w := &waiting[i]
		if w.PerInstance(&f.Smallest) == 0 {
			r.LeftOut += w.Count
			continue
		}
		per := w.PerInstance(&f.Largest)
		if n := (w.Count + per - 1) / per; !fits || n > r.Estimate {
			r.Group, r.Estimate, r.PerInstance = i, n, per
		}
		fits = true
	}
	switch {
	case fits:
		r.Needed = f.Running + min(max(r.Estimate, m.MinimumScalingStepSize), m.MaximumScalingStepSize)
		if r.Case, r.Percent = TasksWait, percentOf(r.Needed, f.Running); f.Running == 0 {
			r.Case, r.Percent = FirstTasks, firstReservation
		}
	case len(waiting) > 0:
		r.Case, r.Percent = NoneFits, float64(m.TargetCapacity)
	case f.Running == 0:
		r.Case, r.Percent = NothingThere, idleReservation
	default:
		r.Percent = percentOf(f.Busy, f.Running)
	}
	return r
}

func percentOf(m, n int) float64 {
	if n == 0 {
		return 0
	}
	return 100 * float64(m) / float64(n)
}

// String returns how the metric comes about: "8 of 10 instances run a task".
func (r *Reservation) String() string {
	switch r.Case {
	case TasksWait:
		return fmt.Sprintf("tasks wait that need %s more, %d each: %d needed of %d", instances(r.Estimate), r.PerInstance, r.Needed, r.Running)
	case NoneFits:
		return fmt.Sprintf("tasks wait that the smallest type does not hold: %d", r.LeftOut)
	case NothingThere:
		return "there are no instances and nothing waits"
	case FirstTasks:
		return fmt.Sprintf("tasks wait that need %s, %d each, and there is none", instances(r.Estimate), r.PerInstance)
	}
	return fmt.Sprintf("%d of %s run a task", r.Needed, instances(r.Running))
}

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}
