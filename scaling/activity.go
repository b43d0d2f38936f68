package scaling

import (
	"fmt"

	"berth/sim"
)

// Hold is what keeps a target from doing what it was asked for, entirely or in
// part.
type Hold uint8

// The holds.
const (
	Free                 Hold = iota // nothing did
	NothingAsked                     // no policy asks for a change
	Enough                           // the desired count is there already
	AtMaxCapacity                    // maxCapacity
	AtMinCapacity                    // minCapacity
	InScaleOutCooldown               // the policy's own cooldown after a scale-out
	InScaleInCooldown                // the cooldown after a scale-in
	NotAllAgree                      // a target tracking policy is not ready to scale in
	Suspended                        // the suspended state of the target
	DeploymentInProgress             // a deployment, during which ECS services do not scale in
	HeldByForecast                   // what is forecast for this hour
	MinAboveMax                      // a scheduled action would set minCapacity above maxCapacity
)

var holdWords = [...]string{
	Free:                 "",
	NothingAsked:         "nothing is asked for",
	Enough:               "as many are desired already",
	AtMaxCapacity:        "maxCapacity is reached",
	AtMinCapacity:        "minCapacity is reached",
	InScaleOutCooldown:   "in the scale-out cooldown, which computes from where it began",
	InScaleInCooldown:    "in the scale-in cooldown",
	NotAllAgree:          "not all target tracking policies are ready to scale in",
	Suspended:            "suspended",
	DeploymentInProgress: "no scale-in during a deployment",
	HeldByForecast:       "the forecast of the hour asks for as many",
	MinAboveMax:          "minCapacity would be above maxCapacity, give both",
}

// String returns the hold in words.
func (h Hold) String() string { return holdWords[h] }

// Activity is what a target did with the capacity, or why it did nothing.
type Activity struct {
	At       sim.Time
	Policy   string // the policy or the scheduled action that decided
	From, To int    // desired count
	Reason   Reason
	// Hold is why To is From, or why it is not all that was asked for.
	Hold Hold
}

// Changed reports whether the desired count changes.
func (a *Activity) Changed() bool { return a.From != a.To }

// String returns the activity in words:
//
//	raised from 4 to 6: CPUUtilization 83 is above 60 for 3 of 3 datapoints of 1m; ceil(4 × 83 / 60) = 6
func (a Activity) String() string {
	switch {
	case a.To > a.From:
		return fmt.Sprintf("raised from %d to %d: %v%s", a.From, a.To, a.Reason, a.but())
	case a.To < a.From:
		return fmt.Sprintf("lowered from %d to %d: %v%s", a.From, a.To, a.Reason, a.but())
	}
	return fmt.Sprintf("stays at %d: %v%s", a.From, a.Reason, a.but())
}

func (a *Activity) but() string {
	if a.Hold == Free || a.Hold == NothingAsked {
		return ""
	}
	return ", but " + a.Hold.String()
}
