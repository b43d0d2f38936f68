package scaling

import (
	"fmt"

	"berth/sim"
)

// ManagedScaling is how a capacity provider moves its Auto Scaling group. Make
// one with [NewManagedScaling].
//
// Source: Amazon ECS API, ManagedScaling.
type ManagedScaling struct {
	// TargetCapacity is the CapacityProviderReservation to keep, in percent, 1 to
	// 100. Below 100 there are instances to spare.
	TargetCapacity int
	// MinimumScalingStepSize and MaximumScalingStepSize bound how many instances
	// one scale-out adds, 1 to 10,000.
	MinimumScalingStepSize, MaximumScalingStepSize int
	// InstanceWarmupPeriod is for how long after the launch of the instances of a
	// scale-out the group does not scale out again, 0 to 10,000 s.
	InstanceWarmupPeriod sim.Time
}

// NewManagedScaling returns managed scaling with AWS's defaults.
//
// Source: Amazon ECS API, ManagedScaling.
func NewManagedScaling() *ManagedScaling {
	return &ManagedScaling{TargetCapacity: 100, MinimumScalingStepSize: 1, MaximumScalingStepSize: 10_000, InstanceWarmupPeriod: 300 * sim.Second}
}

// The alarms of managed scaling on CapacityProviderReservation, of datapoints of
// a minute.
//
// Source: Amazon ECS workshop, "Cluster auto scaling" (high); Amazon ECS
// developer guide, "Amazon ECS managed scaling behavior", scale-in (low).
const (
	ManagedHighDatapoints = 1  // above the target, before it scales out
	ManagedLowDatapoints  = 15 // below the target, before it scales in
)

// managedRest is how long after a scale-out nothing is taken away.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
const managedRest = ManagedLowDatapoints * sim.Minute

// firstInstances is how many instances a group without any is raised to.
//
// Source: AWS containers blog, "Deep dive on Amazon ECS cluster auto scaling".
const firstInstances = 2

// Alarms returns the alarms that managed scaling wants, high first and then low.
func (m *ManagedScaling) Alarms(provider string) [2]Alarm {
	metric := Metric{
		Namespace: "AWS/ECS/ManagedScaling", Name: "CapacityProviderReservation",
		Dimensions: []Dimension{{Name: "CapacityProviderName", Value: provider}},
	}
	high := Alarm{
		Metric: metric, Comparison: Above, Threshold: float64(m.TargetCapacity), Period: sim.Minute,
		EvaluationPeriods: ManagedHighDatapoints, DatapointsToAlarm: ManagedHighDatapoints, MissingData: Missing,
	}
	low := high
	low.Comparison = Below
	low.EvaluationPeriods, low.DatapointsToAlarm = ManagedLowDatapoints, ManagedLowDatapoints
	name := "TargetTracking-" + provider + "-Alarm"
	return [2]Alarm{high.complete(name + "High"), low.complete(name + "Low")}
}

// ManagedObservation is what managed scaling decides on.
type ManagedObservation struct {
	Now       sim.Time
	High, Low State // of its alarms
	// Reservation is what the newest datapoint of the alarms stands for.
	Reservation Reservation
	// Desired capacity of the group now, and its bounds.
	Desired, Min, Max int
	// ScaledOut is when managed scaling last scaled out, and launched instances;
	// before 0 if it has not.
	ScaledOut sim.Time
}

// ManagedHold is why managed scaling leaves the desired capacity as it is, or
// does less than it would.
type ManagedHold uint8

// The holds.
const (
	ManagedFree     ManagedHold = iota
	ManagedInRange              // no alarm asks for a change
	ManagedEnough               // the desired capacity is what is asked for
	ManagedAtMax                // the group's maximum
	ManagedAtMin                // the group's minimum
	ManagedWarmup               // the instances of the last scale-out are younger than the warm-up period
	ManagedResting              // the last scale-out was less than 15 minutes ago
	ManagedStepwise             // a scale-in takes less than half of the instances at a time
)

var managedHoldWords = [...]string{
	ManagedFree:     "",
	ManagedInRange:  "no alarm asks for a change",
	ManagedEnough:   "as many are desired already",
	ManagedAtMax:    "the maximum of the group is reached",
	ManagedAtMin:    "the minimum of the group is reached",
	ManagedWarmup:   "the instances of the last scale-out warm up",
	ManagedResting:  "the last scale-out was less than 15m ago",
	ManagedStepwise: "less than half of the instances go at a time",
}

// String returns the hold in words.
func (h ManagedHold) String() string { return managedHoldWords[h] }

// ManagedDecision is what managed scaling decides, and why.
type ManagedDecision struct {
	Action Action
	// Desired capacity of the group from now on.
	Desired int
	Hold    ManagedHold

	target      int // percent
	asked       int // before any bounds
	reservation Reservation
}

// Decide answers what it observes. It keeps nothing of it: the same observation
// has the same answer.
//
// In the high alarm it asks for
//
//	ceil(N × CapacityProviderReservation / target)
//
// where N is the instances that the datapoint counted, and for 2 where there were
// none. While the instances of the last scale-out are younger than the warm-up
// period it waits. AWS says so of all instances, and does not say whether those
// count that replace others; here they do not: a large group on Spot would never
// grow.
//
// In the low alarm it goes towards the same figure, by at least one and by less
// than half of the instances each minute, and not within 15 minutes of a
// scale-out. AWS does not say how large a step is; it gives the bounds. An M above
// N during the scale-in makes a datapoint above the target, which ends the alarm,
// so that the 15 minutes begin anew.
//
// Source: Amazon ECS developer guide, "Amazon ECS managed scaling behavior"; AWS
// containers blog, "Faster scaling-in for Amazon ECS cluster auto scaling".
func (m *ManagedScaling) Decide(o *ManagedObservation) ManagedDecision {
	r := &o.Reservation
	d := ManagedDecision{Desired: o.Desired, target: m.TargetCapacity, reservation: *r, asked: m.Wanted(r)}
	target := float64(m.TargetCapacity)
	switch {
	case o.High == InAlarm && r.Percent > target:
		m.scaleOut(o, &d)
	case o.Low == InAlarm && r.Percent < target:
		m.scaleIn(o, &d)
	default:
		d.Hold = ManagedInRange
	}
	return d
}

// Wanted returns how many instances make the metric the target: what a decision
// would ask for, before any bounds.
func (m *ManagedScaling) Wanted(r *Reservation) int {
	if r.Case == FirstTasks {
		return firstInstances
	}
	return wholeTasks(r.Running, r.Percent, float64(m.TargetCapacity))
}

func (m *ManagedScaling) scaleOut(o *ManagedObservation, d *ManagedDecision) {
	to := min(d.asked, o.Max)
	switch {
	case d.asked <= o.Desired:
		d.Hold = ManagedEnough
		return
	case to <= o.Desired:
		d.Hold = ManagedAtMax
		return
	case o.ScaledOut >= 0 && o.Now-o.ScaledOut < m.InstanceWarmupPeriod:
		d.Hold = ManagedWarmup
		return
	case to < d.asked:
		d.Hold = ManagedAtMax
	}
	d.Action, d.Desired = ScaleOut, to
}

func (m *ManagedScaling) scaleIn(o *ManagedObservation, d *ManagedDecision) {
	step := max(1, (o.Desired+1)/2-1) // the most that is less than half
	to := max(d.asked, o.Min, o.Desired-step)
	switch {
	case d.asked >= o.Desired:
		d.Hold = ManagedEnough
		return
	case to >= o.Desired:
		d.Hold = ManagedAtMin
		return
	case o.ScaledOut >= 0 && o.Now-o.ScaledOut < managedRest:
		d.Hold = ManagedResting
		return
	case to == o.Min && d.asked < o.Min:
		d.Hold = ManagedAtMin
	case to > d.asked:
		d.Hold = ManagedStepwise
	}
	d.Action, d.Desired = ScaleIn, to
}

// String returns the cause of the change in words: "CapacityProviderReservation
// 150 is above the target 100: tasks wait that need …; ceil(10 × 150 / 100) = 15".
func (d *ManagedDecision) String() string {
	side := "at"
	switch {
	case d.reservation.Percent > float64(d.target):
		side = "above"
	case d.reservation.Percent < float64(d.target):
		side = "below"
	}
	sum := fmt.Sprintf("ceil(%d × %s / %d) = %d", d.reservation.Running, number(d.reservation.Percent), d.target, d.asked)
	if d.reservation.Case == FirstTasks {
		sum = fmt.Sprintf("%d to begin with", d.asked)
	}
	text := fmt.Sprintf("CapacityProviderReservation %s is %s the target %d: %v; %s", number(d.reservation.Percent), side, d.target, &d.reservation, sum)
	if d.Hold != ManagedFree {
		text += ", but " + d.Hold.String()
	}
	return text
}
