package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Auto Scaling groups with multiple
// instance types and purchase options", the table of examples: how a group of
// 10, 20, 30 and 40 divides with a base of 10 and other percentages above it.
func TestDistribution(t *testing.T) {
	for _, c := range []struct {
		name    string
		of      ec2.Distribution
		total   [4]int
		want    [4]int // on demand
		comment string
	}{
		{"base 10, 50 %", ec2.Distribution{OnDemandBase: 10, OnDemandPercentageAboveBase: 50}, [4]int{10, 20, 30, 40}, [4]int{10, 15, 20, 25}, ""},
		{"base 0, 0 %", ec2.Distribution{}, [4]int{10, 20, 30, 40}, [4]int{0, 0, 0, 0}, ""},
		{"base 0, 60 %", ec2.Distribution{OnDemandPercentageAboveBase: 60}, [4]int{10, 20, 30, 40}, [4]int{6, 12, 18, 24}, ""},
		{"base 0, 100 %", ec2.Distribution{OnDemandPercentageAboveBase: 100}, [4]int{10, 20, 30, 40}, [4]int{10, 20, 30, 40}, ""},
		{"base 12, 0 %", ec2.Distribution{OnDemandBase: 12}, [4]int{10, 20, 30, 40}, [4]int{10, 12, 12, 12}, ""},
		// 25 % of 1, 2, 5 and 9 are 0.25, 0.5, 1.25 and 2.25: up in favour of On-Demand.
		{"rounded up", ec2.Distribution{OnDemandPercentageAboveBase: 25}, [4]int{1, 2, 5, 9}, [4]int{1, 1, 2, 3}, ""},
	} {
		var got [4]int
		for i, n := range c.total {
			got[i] = c.of.OnDemand(n)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// mixed describes a group with an On-Demand and a Spot option in each zone.
func (w *world) mixed(desired int, d ec2.Distribution, zones ...string) ec2.GroupSetup {
	s := w.setup(desired, zones...)
	w.options(&s, "m6i.large", true)
	for i := range s.Options {
		s.Options[i].Type = 0
	}
	s.Distribution = d
	return s
}

func TestMixedGroupsKeepTheirDistribution(t *testing.T) {
	w := newWorld()
	d := ec2.Distribution{OnDemandBase: 2, OnDemandPercentageAboveBase: 50}
	g := w.AddGroup(w.mixed(1, d, "a", "b"))
	for i, n := range []int{1, 2, 3, 7, 20, 12, 5, 3, 1, 0} {
		w.at(sim.Time(i+1)*sim.Hour, func() {
			g.SetDesired(n, "")
			assert.Equal(t, n, g.Capacity())
			assert.Equal(t, n-d.OnDemand(n), g.SpotCapacity(), "of %d", n)
			assert.LessOrEqual(t, max(g.InZone(0), g.InZone(1))-min(g.InZone(0), g.InZone(1)), 1)
		})
	}
	w.run(t, sim.Day)
}

// Source: Amazon EC2 Auto Scaling user guide, "Configure an Auto Scaling group
// to use instance weights": launches go on until the capacity is there, and a
// scale-in does not go below it.
func TestWeightsCountAsCapacity(t *testing.T) {
	w := newWorld()
	s := w.setup(0, "a")
	s.Options[0].Weight = 4
	g := w.AddGroup(s)
	for _, c := range []struct{ desired, instances int }{
		{1, 1}, // 4 units
		{4, 1}, //
		{5, 2}, // 8
		{9, 3}, // 12
		{6, 2}, // 8: a third less would be 4
		{5, 2}, // 8
		{4, 1}, // 4
		{3, 1}, // 4: nothing less than 3 is left otherwise
		{0, 0},
	} {
		w.at(w.kernel.Now()+sim.Hour, func() { g.SetDesired(c.desired, "") })
		w.run(t, w.kernel.Now()+2*sim.Hour)
		assert.Equal(t, c.instances, g.Running(), "%d desired", c.desired)
		assert.Equal(t, 4*c.instances, g.Capacity())
	}
}

func TestTypesByPriority(t *testing.T) {
	w := newWorld()
	s := w.setup(2, "a", "b")
	w.options(&s, "m5.large", false)
	w.AddGroup(s)
	for id := range cluster.InstanceID(2) {
		assert.Equal(t, "m6i.large", w.cluster.Kind(w.cluster.Instance(id).Kind).Type, "the first of the list")
	}
}
