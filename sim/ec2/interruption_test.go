package ec2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// spot describes a group of Spot instances.
func (w *world) spot(desired int, zones ...string) ec2.GroupSetup {
	s := w.setup(desired, zones...)
	s.Options = nil
	w.options(&s, "m6i.large", true)
	return s
}

// Source: Amazon EC2 user guide, "Spot Instance interruptions": two minutes;
// Amazon ECS developer guide, "Container instance draining", Spot.
func TestInterruptionNotice(t *testing.T) {
	for _, draining := range []bool{false, true} {
		w := newWorld()
		s := w.spot(2, "a", "b")
		s.SpotDraining = draining
		g := w.AddGroup(s)
		ends := &ends{}
		w.cluster.Watch(ends)
		w.at(10*sim.Minute+sim.Second, func() {
			w.start(0, sim.Minute)
			w.start(0, sim.Hour)
			assert.Equal(t, 1, w.Interrupt(ec2.Selection{Group: g}, 1))
		})
		w.at(10*sim.Minute+2*sim.Second, func() {
			want := cluster.Active
			if draining {
				want = cluster.Draining
			}
			assert.Equal(t, want, w.cluster.Instance(0).State)
			assert.Equal(t, 2, g.InService(), "it is replaced when it is gone")
		})
		w.at(12*sim.Minute, func() { assert.Len(t, w.names(), 2) })
		w.run(t, 14*sim.Minute+1)
		assert.Equal(t, []cluster.Reason{cluster.Completed, cluster.Interrupted}, ends.why)
		assert.Equal(t, map[cluster.State]int{cluster.Active: 2}, w.states())
		assert.Equal(t, []string{
			"0s Launching 2 instances: the group was created",
			"10m1s Interruption notice for an instance",
			"12m1s Reclaimed an instance",
			"13m0s Launching an instance: a Spot instance was interrupted",
		}, w.log)
	}
}

// Source: Amazon EC2 Auto Scaling user guide, "Use Capacity Rebalancing": a
// replacement is launched, and the old instance is terminated when it is there.
func TestCapacityRebalancing(t *testing.T) {
	w := newWorld()
	s := w.spot(2, "a", "b")
	s.CapacityRebalance, s.Max = true, 2
	s.Draining.Managed = true
	g := w.AddGroup(s)
	w.at(10*sim.Minute, func() {
		w.start(1, 30*sim.Second)
		assert.Equal(t, 2, w.Interrupt(ec2.Selection{}, 2))
		assert.Equal(t, 3, g.Running(), "one above the maximum")
		assert.Equal(t, 2, g.Capacity())
	})
	// i-2 replaces i-0 in zone a; i-1 is replaced once it is gone.
	w.at(11*sim.Minute+sim.Second, func() { assert.Equal(t, []string{"web/i-1 ACTIVE b", "web/i-2 ACTIVE a"}, w.alive()) })
	w.run(t, sim.Hour)
	assert.Equal(t, []string{"web/i-3 ACTIVE b", "web/i-2 ACTIVE a"}, w.alive())
	assert.Equal(t, []string{
		"0s Launching 2 instances: the group was created",
		"10m0s Interruption notice for an instance",
		"10m0s Launching an instance: an instance is at an elevated risk of interruption",
		"10m0s Interruption notice for an instance",
		"11m0s Terminating an instance: another was launched after a rebalance recommendation or an interruption notice",
		"12m0s Reclaimed an instance",
		"13m0s Launching an instance: a Spot instance was interrupted",
	}, w.log)
}

// market describes a market with a pool in each zone.
func (w *world) market(s *ec2.GroupSetup, depth int64, hazard float64) {
	s.Market = &ec2.MarketSetup{Seed: 1, Name: "web", Notice: ec2.Notice}
	for i := range s.Options {
		o := &s.Options[i]
		o.Pool = ec2.PoolID(i)
		s.Market.Pools = append(s.Market.Pools, ec2.Pool{Type: "m6i.large", Zone: s.Zones[o.Zone], Depth: depth, Hazard: hazard, Prices: ec2.ConstantPrice(1)})
	}
}

func TestTheMarketInterruptsInstances(t *testing.T) {
	w := newWorld()
	s := w.spot(50, "a", "b")
	s.SpotDraining = true
	w.market(&s, 100, 0.5)
	g := w.AddGroup(s)
	w.run(t, 20*sim.Hour)
	// 50 instances at 0.5 per hour over 20 hours: 500, of Poisson about 22 off.
	assert.InDelta(t, 500, float64(w.count("Reclaimed an instance")), 4*22.4)
	assert.InDelta(t, 50, g.Running(), 3)
	taken := int64(0)
	for p := range ec2.PoolID(2) {
		taken += g.Market().Capacity(p) - g.Market().Spare(p)
	}
	assert.LessOrEqual(t, taken, int64(50))
}

func (w *world) count(what string) int {
	n := 0
	for _, line := range w.log {
		for i := range line {
			if line[i] == ' ' {
				if line[i+1:] == what {
					n++
				}
				break
			}
		}
	}
	return n
}

func TestPoolsWithoutRoom(t *testing.T) {
	w := newWorld()
	s := w.spot(8, "a", "b")
	w.market(&s, 3, 0)
	s.Market.Pools[1].Available = []ec2.CapacityStep{{Instances: 3}, {From: sim.Hour, Instances: 1}, {From: 2 * sim.Hour, Instances: 10}}
	g := w.AddGroup(s)
	assert.Equal(t, 6, g.Running(), "3 in each pool")
	w.at(sim.Hour+sim.Minute, func() {
		assert.Equal(t, 2, w.count("Interruption notice for an instance"))
		assert.Equal(t, 6, g.Running())
	})
	w.at(sim.Hour+3*sim.Minute, func() { assert.Equal(t, 4, g.Running()) })
	w.run(t, 3*sim.Hour)
	assert.Equal(t, 8, g.InService(), "they are tried again")
	assert.Equal(t, [2]int{3, 5}, [2]int{g.InZone(0), g.InZone(1)}, "no more can be had in a")
}

func TestInterruptSelects(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.mixed(8, ec2.Distribution{OnDemandPercentageAboveBase: 50}, "a", "b"))
	w.at(sim.Hour, func() {
		assert.Equal(t, 0, w.Interrupt(ec2.Selection{Type: "c5.large"}, 9))
		assert.Equal(t, 0, w.Interrupt(ec2.Selection{Zone: "c"}, 9))
		a := w.Interrupt(ec2.Selection{Group: g, Zone: "a", Type: "m6i.large"}, 9)
		b := w.Interrupt(ec2.Selection{}, 9)
		assert.Equal(t, 4, a+b, "On-Demand instances are not interrupted")
		assert.Equal(t, 0, w.Interrupt(ec2.Selection{}, 9), "once is enough")
	})
	w.run(t, 2*sim.Hour)
	assert.Equal(t, 8, g.InService())
}

// Source: Amazon EC2 user guide, "EC2 instance rebalance recommendations": it
// can come before the notice. With capacity rebalancing the instance is then
// replaced before it is reclaimed.
func TestRebalanceRecommendations(t *testing.T) {
	for _, rebalance := range []bool{false, true} {
		w := newWorld()
		s := w.spot(20, "a", "b")
		s.CapacityRebalance, s.Draining.Managed = rebalance, true
		w.market(&s, 100, 0.1)
		s.Market.Rebalance = 10 * sim.Minute
		g := w.AddGroup(s)
		w.run(t, 20*sim.Hour)
		recommended, reclaimed := w.count("Rebalance recommendation for an instance"), w.count("Reclaimed an instance")
		// 20 instances at 0.1 per hour over 20 hours: about 40.
		assert.InDelta(t, 40, recommended, 4*6.4)
		if rebalance {
			assert.LessOrEqual(t, reclaimed, 2, "those that had it within their first minutes")
		} else {
			assert.InDelta(t, recommended, reclaimed, 3)
		}
		assert.InDelta(t, 20, g.Running(), 2)
	}
}

// Source: Amazon EC2 user guide, "EC2 instance rebalance recommendations": it
// can arrive along with the notice. Were it to come at the launch, a group whose
// instances boot at once would replace them without end at one instant.
func TestRecommendationsThatWouldComeBeforeTheLaunch(t *testing.T) {
	w := newWorld()
	s := w.spot(3, "a")
	s.CapacityRebalance, s.Boot = true, constant(0)
	w.market(&s, 100, 20)
	s.Market.Rebalance = 30 * sim.Minute
	g := w.AddGroup(s)
	w.run(t, 10*sim.Hour)
	// 3 instances at 20 per hour over 10 hours: about 600.
	assert.InDelta(t, 600, w.count("Interruption notice for an instance"), 4*25)
	assert.Equal(t, 3, g.InService())
}

// Observers are told of a change once at the end of an event.
func TestObserversOfGroups(t *testing.T) {
	w := newWorld()
	seen := &changes{}
	w.Observe(seen)
	g := w.AddGroup(w.setup(2, "a"))
	w.at(sim.Hour, func() { g.SetDesired(4, "") })
	w.at(2*sim.Hour, func() { g.SetDesired(4, "nothing new") })
	w.run(t, 3*sim.Hour)
	assert.Equal(t, []string{"0s: 2 of 2 in service", "1h0m0s: 2 of 4 in service", "1h1m0s: 3 of 4 in service", "1h1m0s: 4 of 4 in service"}, seen.lines)
	assert.Equal(t, g, w.Group(3))
	assert.Nil(t, w.Group(4))
	assert.Equal(t, []*ec2.Group{g}, w.Groups())
	assert.Equal(t, 4, g.Desired())
}

type changes struct{ lines []string }

func (c *changes) Activity(sim.Time, *ec2.Activity) {}
func (c *changes) GroupChanged(now sim.Time, g *ec2.Group) {
	c.lines = append(c.lines, fmt.Sprintf("%v: %d of %d in service", now, g.InService(), g.Desired()))
}
