package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Configure termination policies
// for Amazon EC2 Auto Scaling".
func TestTerminationPolicies(t *testing.T) {
	// i-0 and i-1 are launched at the start, i-2 after 40 minutes, i-3 after 55; a
	// scale-in comes after 90. To their next hour there are 30, 30, 10 and 25
	// minutes.
	for _, c := range []struct {
		name     string
		zones    []string
		policies []ec2.TerminationPolicy
		want     string // is gone
	}{
		{"default: closest to the next hour", []string{"a"}, nil, "web/i-2"},
		{"oldest", []string{"a"}, []ec2.TerminationPolicy{ec2.OldestInstance}, "web/i-0"},
		{"newest", []string{"a"}, []ec2.TerminationPolicy{ec2.NewestInstance, ec2.Default}, "web/i-3"},
		{"no old launch templates: the next policy", []string{"a"}, []ec2.TerminationPolicy{ec2.OldestLaunchTemplate, ec2.NewestInstance}, "web/i-3"},
		{"by the launch where a policy leaves some", []string{"a"}, []ec2.TerminationPolicy{ec2.OldestLaunchConfiguration}, "web/i-0"},
		{"zone with the most first, then the newest there", []string{"a", "b", "c"}, []ec2.TerminationPolicy{ec2.NewestInstance}, "web/i-3"}, // a has i-0 and i-3
		{"zone with the most first, then the oldest there", []string{"a", "b", "c"}, []ec2.TerminationPolicy{ec2.OldestInstance}, "web/i-0"},
		{"all of the zones that have the most", []string{"a", "b"}, nil, "web/i-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			s := w.setup(2, c.zones...)
			s.TerminationPolicies = c.policies
			g := w.AddGroup(s)
			w.at(40*sim.Minute, func() { g.SetDesired(3, "") })
			w.at(55*sim.Minute, func() { g.SetDesired(4, "") })
			var before, after []string
			w.at(90*sim.Minute, func() {
				before = w.names()
				g.SetDesired(3, "")
				after = w.names()
			})
			w.run(t, 2*sim.Hour)
			assert.Subset(t, before, after)
			assert.NotContains(t, after, c.want)
			assert.Len(t, after, 3)
		})
	}
}

func (w *world) names() []string {
	var names []string
	for id := range cluster.InstanceID(w.cluster.Slots()) {
		if w.cluster.Instance(id).State != cluster.Absent {
			names = append(names, w.cluster.InstanceName(id))
		}
	}
	return names
}

// Source: Amazon EC2 Auto Scaling user guide, "Configure termination policies
// for Amazon EC2 Auto Scaling": with types by priority the last one goes first.
func TestAllocationStrategyOfAScaleIn(t *testing.T) {
	w := newWorld()
	s := w.setup(0, "a", "b")
	w.options(&s, "m5.large", false)
	s.Distribution.OnDemandStrategy = ec2.LowestOnDemandPrice
	s.Options[0].OnDemandPrice, s.Options[1].OnDemandPrice = 100, 100
	s.Options[2].OnDemandPrice, s.Options[3].OnDemandPrice = 90, 110 // cheaper in a, dearer in b
	s.Desired = 4
	g := w.AddGroup(s)
	assert.Equal(t, [4]int{0, 2, 2, 0}, [4]int{g.Of(0), g.Of(1), g.Of(2), g.Of(3)})
	w.at(sim.Minute, func() { g.SetDesired(3, "") })
	w.run(t, sim.Hour)
	assert.Equal(t, [4]int{0, 1, 2, 0}, [4]int{g.Of(0), g.Of(1), g.Of(2), g.Of(3)}, "the dearest goes")
}

// Both zones have two instances; only a has one of the type that is listed last.
func TestTheTypeListedLastGoesFirst(t *testing.T) {
	w := newWorld()
	s := w.setup(0, "a", "b")
	w.options(&s, "m5.large", false)
	s.Options[1], s.Options[2] = s.Options[2], s.Options[1] // zone by zone
	s.Distribution.OnDemandStrategy = ec2.LowestOnDemandPrice
	g := w.AddGroup(s)
	w.at(sim.Minute, func() {
		g.Options[0].OnDemandPrice, g.Options[1].OnDemandPrice = 2, 1 // the second type is cheaper in a
		g.SetDesired(4, "")
		assert.Equal(t, [4]int{0, 2, 2, 0}, [4]int{g.Of(0), g.Of(1), g.Of(2), g.Of(3)})
		g.Distribution.OnDemandStrategy = ec2.Prioritized
		g.SetDesired(3, "")
		assert.Equal(t, [4]int{0, 1, 2, 0}, [4]int{g.Of(0), g.Of(1), g.Of(2), g.Of(3)})
	})
	w.run(t, sim.Hour)
}

// Source: Amazon EC2 Auto Scaling user guide, "Use instance scale-in
// protection"; Amazon ECS API, CapacityProvider, managedTerminationProtection:
// instances that run a task other than a daemon are protected.
func TestProtectionFromScaleIn(t *testing.T) {
	w := newWorld()
	s := w.setup(3, "a", "b", "c")
	s.ProtectedFromScaleIn = true
	s.Busy = func(id cluster.InstanceID) bool { return w.cluster.Instance(id).Tasks > 0 }
	g := w.AddGroup(s)
	w.at(sim.Minute, func() {
		w.start(0, 9*sim.Minute+30*sim.Second)
		w.start(2, sim.Hour)
		g.SetDesired(0, "")
		assert.Equal(t, []string{"web/i-0", "web/i-2"}, w.names())
		assert.Equal(t, 2, g.Running())
		assert.Zero(t, g.Desired())
	})
	w.at(10*sim.Minute+45*sim.Second, func() { assert.Equal(t, []string{"web/i-0", "web/i-2"}, w.names()) })
	w.at(11*sim.Minute+sim.Second, func() { assert.Equal(t, []string{"web/i-2"}, w.names(), "tried again each minute") })
	w.run(t, 2*sim.Hour)
	assert.Empty(t, w.names())
	assert.Contains(t, w.log, "1m0s Could not terminate 2 instances: the other instances are protected from scale-in")

	w = newWorld()
	s = w.setup(2, "a")
	s.ProtectedFromScaleIn = true
	g = w.AddGroup(s)
	w.at(sim.Minute, func() { g.SetDesired(0, "") })
	w.at(2*sim.Minute, func() { g.SetDesired(3, "") })
	w.run(t, sim.Hour)
	assert.Equal(t, 3, g.Running(), "without managed termination protection nothing unprotects them")
}
