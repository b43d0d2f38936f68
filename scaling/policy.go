package scaling

import (
	"math"

	"berth/sim"
)

// DefaultCooldown is the length of every cooldown of an ECS service that is
// not stated.
//
// Source: Application Auto Scaling API, TargetTrackingScalingPolicyConfiguration
// and StepScalingPolicyConfiguration.
const DefaultCooldown = 300 * sim.Second

// Policy says which capacity a scalable target should have. It is a function
// of what it is shown and nothing else: no clock, no bounds, no memory of what
// it asked for before. Bounds, cooldowns and the other policies are the
// business of [Target].
//
// [*TargetTracking] and [*StepScaling] are those of AWS.
type Policy interface {
	// Terms returns what a target has to know of the policy. It is asked once.
	Terms() Terms
	// Decide answers what it observes. It keeps nothing of the observation, and
	// the same observation has the same answer.
	Decide(Observation) Decision
	// Problems returns what is wrong with the policy, for a target to refuse.
	Problems() []Problem
}

// Terms are what a [Target] has to know of a policy beforehand.
type Terms struct {
	Name             string // unique within the target
	Alarms           []Alarm
	ScaleOutCooldown sim.Time // after a scale-out of this policy
	ScaleInCooldown  sim.Time // after a scale-in of this policy
	// Votes is true of a policy that scales in only together with all others
	// that vote.
	Votes bool
	// Newest is true of a policy that looks at no datapoint of its alarms but the
	// newest, so that the others need not be given.
	Newest bool
}

// Observation is what a policy decides on.
type Observation struct {
	// Capacity is where the computation starts: the tasks that are RUNNING, not
	// those desired. During a scale-out cooldown it is what the target started
	// from (see [Target.Evaluate]).
	//
	// Source: Amazon ECS developer guide, "Service auto scaling".
	Capacity int
	Signals  []Signal // of the policy's alarms, in the order of its [Terms]
}

// Action is the direction of a decision.
type Action uint8

// The actions.
const (
	Stay Action = iota
	ScaleOut
	ScaleIn
)

// String returns the action in words.
func (a Action) String() string { return [...]string{"stay", "scale out", "scale in"}[a] }

// Decision is what a policy asks for.
type Decision struct {
	Action Action
	// Capacity is what it asks for, from 0 on. Of a scale-in it may be what
	// there is: ready to remove something, but not a whole one.
	Capacity int
	Reason   Reason
}

// most is the largest capacity that a policy asks for; no service is as large.
const most = math.MaxInt32

// wholeTasks returns capacity × metric / target, rounded up and from 0 to
// most. A part in 10⁹ too much is taken for an error of rounding in the
// metric, so that 8 tasks at 90.00000000001 of 60 become 12 and not 13.
func wholeTasks[T int | float64](capacity T, metric, target float64) int {
	x := float64(float64(capacity)*metric) / target
	switch {
	case x >= most:
		return most
	case x > 0:
		return int(math.Ceil(x - float64(x*1e-9)))
	}
	return 0
}
