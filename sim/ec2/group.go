package ec2

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// Group is an Auto Scaling group: it keeps as much capacity as is desired,
// balanced over its availability zones.
//
// Source: Amazon EC2 Auto Scaling user guide.
type Group struct {
	GroupSetup
	scaling *AutoScaling
	number  uint32
	market  *Market // nil without one

	desired int
	why     string // the desired capacity is what it is

	// Capacity in units. What counts is pending or in service and not about to
	// be replaced.
	units, spotUnits int // that count
	serving          int // of units: in service
	leavingUnits     int // of instances that others replace before they go
	lost             int // of instances that are gone and have not been missed yet
	lostWhy          string

	states   [states]int // instances by state
	zones    []groupZone
	options  []option
	leaving  list
	buys     purchases
	heaviest int   // weight
	types    int   // instance types
	byType   []int // options in the order of their types, that is of priority
	launches uint32

	beginning  bool     // the group is being created
	failsUntil sim.Time // launches fail before
	backoff    sim.Time // until a failed launch is tried again
	tries      int      // launches in a row that failed, in some way
	retries    bool     // a retry is due
	checks     bool     // a health check is due
	relieves   bool     // a scale-in is to be tried again
	balances   bool     // the zones are to be balanced
	stuck      bool     // protection was reported

	chain  []step // of termination policies
	queues []queue
	tied   []int
	going  []cluster.InstanceID

	offers  []Offer // scratch for allocation strategies
	offered []int   // their options

	pool    warmPool
	refresh refresh
	told    figures
}

// groupZone is an availability zone as one group has it.
type groupZone struct {
	list
	number  int // among the zones of all groups
	members int // instances that count
}

// option is what a group has of one of its options.
type option struct{ members int }

const states = int(prepared) + 1

// begin launches what is desired at first.
func (g *Group) begin() {
	g.beginning = true
	g.reconcile("the group was created")
	g.fillWarmPool()
	g.beginning = false
}

// Number returns the place of the group in the order in which the groups were
// added, from 0.
func (g *Group) Number() int { return int(g.number) }

// Desired returns the desired capacity, in units.
func (g *Group) Desired() int { return g.desired }

// Why returns the reason for the last change of the desired capacity, "" for
// that with which the group started.
func (g *Group) Why() string { return g.why }

// Running returns how many instances are pending or in service. Those that are
// being terminated and those of the warm pool do not count.
func (g *Group) Running() int { return g.states[pending] + g.states[inService] }

// Pending returns how many instances boot.
func (g *Group) Pending() int { return g.states[pending] }

// InService returns how many instances have registered and are not being
// terminated by the group.
func (g *Group) InService() int { return g.states[inService] }

// Terminating returns how many instances are being terminated: they drain, or
// wait for their terminating hook.
func (g *Group) Terminating() int { return g.states[terminating] }

// Capacity returns the units of the instances that count towards the desired
// capacity. It may exceed what is desired by less than one instance where there
// are weights.
func (g *Group) Capacity() int { return g.units }

// SpotCapacity returns how much of the capacity is Spot, in units.
func (g *Group) SpotCapacity() int { return g.spotUnits }

// InZone returns how many instances that count are in a zone, by its place in
// GroupSetup.Zones.
func (g *Group) InZone(zone int) int { return g.zones[zone].members }

// Of returns how many instances that count were launched by an option, by its
// place in GroupSetup.Options.
func (g *Group) Of(option int) int { return g.options[option].members }

// Market returns the Spot market of the group, or nil.
func (g *Group) Market() *Market { return g.market }

// SetDesired sets the desired capacity, for a reason, within the minimum and the
// maximum. What is missing is launched at once; what is too much is terminated
// as the termination policies say. It is for handlers of events, not for
// watchers.
func (g *Group) SetDesired(n int, why string) {
	n = min(max(n, g.Min), g.Max)
	from := g.desired
	if n == from {
		return
	}
	g.desired, g.why = n, why
	text := ""
	if g.scaling.observed() {
		direction := "raised"
		if n < from {
			direction = "reduced"
		}
		text = fmt.Sprintf("desired capacity %s from %d to %d", direction, from, n)
		if why != "" {
			text += " by " + why
		}
	}
	g.reconcile(text)
	g.fillWarmPool()
	g.tell()
}

// Members calls f for each instance that counts, zone by zone, those of a zone
// in the order of launches. f must not change the group.
func (g *Group) Members(f func(cluster.InstanceID)) {
	for z := range g.zones {
		for id := g.zones[z].first; id != cluster.None; id = g.scaling.members[id].next {
			f(id)
		}
	}
}

// reconcile launches what is missing and terminates what is too much.
func (g *Group) reconcile(why string) {
	switch have := g.units + g.lost; {
	case have < g.desired:
		g.launchMissing(why)
	case have > g.desired:
		g.scaleIn(why)
	}
	g.relieve()
}
