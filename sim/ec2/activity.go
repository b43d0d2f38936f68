package ec2

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// Observer is told of groups. It must not change anything.
type Observer interface {
	// GroupChanged is called after the desired capacity of a group or the number
	// of its instances in some state has changed, that of those stopped in its warm
	// pool included, once at the end of an event.
	GroupChanged(now sim.Time, g *Group)
	// Activity is called with what a group does and with what befalls its
	// instances. The activity is good until the call returns.
	Activity(now sim.Time, a *Activity)
}

// Activity is something that a group does, or that befalls its instances.
type Activity struct {
	Group *Group
	Kind  ActivityKind
	// Instance that it is about, or None where it is about several or none. It
	// is still there, with its tasks. What befalls instances is told of each.
	Instance cluster.InstanceID
	Count    int    // instances; 0 where it is about none
	Cause    string // in words, without a full stop
}

// String returns the activity in words: "Launching 3 instances: desired capacity
// raised from 4 to 7".
func (a *Activity) String() string {
	what := activityNames[a.Kind]
	switch {
	case a.Count == 1:
		what += " an instance"
	case a.Count > 1:
		what += fmt.Sprintf(" %d instances", a.Count)
	}
	if a.Cause == "" {
		return what
	}
	return what + ": " + a.Cause
}

// ActivityKind is a kind of activity.
type ActivityKind uint8

// The kinds of activity.
const (
	Launching               ActivityKind = iota // instances were launched
	LaunchFailed                                // a launch failed and will be tried again
	Terminating                                 // instances are taken out of service by their group
	InterruptionNotice                          // a Spot instance will be gone soon
	RebalanceRecommendation                     // a Spot instance is at risk
	Reclaimed                                   // a Spot instance is gone
	InstanceFailed                              // an instance failed
	ZoneLost                                    // an instance is lost with its zone
	NotScaledIn                                 // protection keeps instances that are too many
	RefreshStarted
	RefreshEnded
)

var activityNames = [...]string{
	Launching:               "Launching",
	LaunchFailed:            "Failed to launch",
	Terminating:             "Terminating",
	InterruptionNotice:      "Interruption notice for",
	RebalanceRecommendation: "Rebalance recommendation for",
	Reclaimed:               "Reclaimed",
	InstanceFailed:          "Failure of",
	ZoneLost:                "Loss of",
	NotScaledIn:             "Could not terminate",
	RefreshStarted:          "Instance refresh started",
	RefreshEnded:            "Instance refresh ended",
}

// Observe adds an observer of all groups, those to come included.
func (a *AutoScaling) Observe(o Observer) { a.observers = append(a.observers, o) }

// observed reports whether anyone wants to know why.
func (a *AutoScaling) observed() bool { return len(a.observers) > 0 }

// report tells the observers of an activity.
func (g *Group) report(kind ActivityKind, id cluster.InstanceID, count int, why string) {
	for _, o := range g.scaling.observers {
		o.Activity(g.scaling.kernel.Now(), &Activity{Group: g, Kind: kind, Instance: id, Count: count, Cause: why})
	}
}

// tell tells the observers of a group whose numbers have changed.
func (g *Group) tell() {
	now := figures{g.desired, g.states, g.pool.changes}
	if now == g.told {
		return
	}
	g.told = now
	for _, o := range g.scaling.observers {
		o.GroupChanged(g.scaling.kernel.Now(), g)
	}
}

// figures are what observers are told the changes of.
type figures struct {
	desired int
	states  [states]int
	stopped int // changes of what is stopped in the warm pool
}
