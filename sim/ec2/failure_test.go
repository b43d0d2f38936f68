package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Rebalancing activities".
func TestZoneOutage(t *testing.T) {
	w := newWorld()
	s := w.setup(9, "a", "b", "c")
	s.Max = 9
	g := w.AddGroup(s)
	zones := func() [3]int { return [3]int{g.InZone(0), g.InZone(1), g.InZone(2)} }
	ends := &ends{}
	w.cluster.Watch(ends)
	w.at(sim.Hour, func() {
		w.start(0, sim.Day)
		w.start(1, sim.Day)
		w.ZoneOutage("a", 2*sim.Hour)
		assert.Equal(t, [3]int{0, 3, 3}, zones())
		assert.Equal(t, []cluster.Reason{cluster.Interrupted}, ends.why)
	})
	w.at(sim.Hour+5*sim.Minute, func() {
		assert.Equal(t, [3]int{0, 5, 4}, zones(), "others take its place")
		assert.Equal(t, 9, g.InService())
	})
	most := 0
	for at := 2 * sim.Hour; at < 2*sim.Hour+20*sim.Minute; at += 10 * sim.Second {
		w.at(at, func() {
			most = max(most, g.Running())
			assert.GreaterOrEqual(t, g.InService(), 9, "launched before it is terminated")
		})
	}
	w.run(t, 3*sim.Hour)
	assert.Equal(t, [3]int{3, 3, 3}, zones(), "it is balanced again")
	assert.Equal(t, 10, most, "one above the maximum: a tenth of 9 is less")
	assert.Equal(t, 3, w.count("Loss of an instance: the Availability Zone a failed"))
}

// Source: Auto Scaling API, AvailabilityZoneDistribution, balanced-only.
func TestBalancedOnlyKeepsTrying(t *testing.T) {
	w := newWorld()
	s := w.setup(6, "a", "b")
	s.ZoneDistribution = ec2.BalancedOnly
	g := w.AddGroup(s)
	w.at(sim.Hour, func() { w.ZoneOutage("a", 2*sim.Hour) })
	w.at(sim.Hour+30*sim.Minute, func() { assert.Equal(t, [2]int{0, 3}, [2]int{g.InZone(0), g.InZone(1)}) })
	w.run(t, 2*sim.Hour+sim.Minute+1)
	assert.Equal(t, [2]int{3, 3}, [2]int{g.InZone(0), g.InZone(1)})
	assert.Equal(t, 6, g.InService())
}

func TestSlowZone(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.setup(0, "a", "b"))
	w.at(sim.Hour, func() {
		w.SlowZone("b", 2.5, sim.Hour+sim.Minute)
		g.SetDesired(2, "")
	})
	w.at(sim.Hour+2*sim.Minute, func() {
		assert.Equal(t, []string{"web/i-0 ACTIVE a", "web/i-1 BOOTING b"}, w.alive())
		g.SetDesired(4, "")
	})
	w.at(sim.Hour+2*sim.Minute+30*sim.Second, func() { assert.Equal(t, 1, g.Pending()-1, "the slow one is there; two boot") })
	w.run(t, sim.Hour+3*sim.Minute+1)
	assert.Equal(t, 4, g.InService(), "those launched later boot as always")
}

func TestFailedLaunchesAreTriedAgain(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.setup(0, "a"))
	w.at(sim.Hour, func() {
		g.LaunchFailure(sim.Hour + 10*sim.Minute)
		g.SetDesired(2, "")
		assert.Zero(t, g.Running())
	})
	w.run(t, 2*sim.Hour)
	// After 30 s, then 1, 2, 4 and 8 minutes more.
	assert.Equal(t, []string{
		"1h0m0s Failed to launch 2 instances: desired capacity raised from 0 to 2",
		"1h0m30s Failed to launch 2 instances: 2 of 2 units were missing",
		"1h1m30s Failed to launch 2 instances: 2 of 2 units were missing",
		"1h3m30s Failed to launch 2 instances: 2 of 2 units were missing",
		"1h7m30s Failed to launch 2 instances: 2 of 2 units were missing",
		"1h15m30s Launching 2 instances: 2 of 2 units were missing",
	}, w.log)
}

func TestARunWaitsForLaunchesThatTasksWaitFor(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.setup(0, "a"))
	w.at(sim.Hour, func() {
		g.LaunchFailure(sim.Hour + 10*sim.Minute)
		g.SetDesired(1, "")
		w.cluster.Submit(cluster.Class{Pool: w.pool}, sim.Hour)
	})
	assert.NoError(t, w.kernel.Run(sim.Never))
	assert.Equal(t, sim.Hour+16*sim.Minute+30*sim.Second, w.kernel.Now(), "it has booted")
}

func TestSomeLaunchesFail(t *testing.T) {
	w := newWorld()
	s := w.setup(0, "a")
	n := 0
	s.LaunchFails = func() bool { n++; return n%3 == 0 } // every third
	g := w.AddGroup(s)
	w.at(sim.Hour, func() {
		g.SetDesired(9, "")
		assert.Equal(t, 6, g.Running())
	})
	w.run(t, 2*sim.Hour)
	assert.Equal(t, 9, g.InService())
}

// Source: Amazon EC2 Auto Scaling user guide, "Replace Auto Scaling instances
// based on maximum instance lifetime".
func TestMaximumInstanceLifetime(t *testing.T) {
	w := newWorld()
	s := w.setup(1, "a")
	s.MaxInstanceLifetime = sim.Day
	g := w.AddGroup(s)
	w.run(t, 3*sim.Day+sim.Hour)
	assert.Equal(t, []string{"web/i-3 ACTIVE a"}, w.alive())
	assert.Equal(t, 1, g.InService())
}

// An instance of a running warm pool has a lifetime, too, and the pool is filled
// again.
func TestMaximumInstanceLifetimeInAWarmPool(t *testing.T) {
	w := newWorld()
	s := w.setup(0, "a")
	s.Max, s.MaxInstanceLifetime = 1, sim.Day
	s.WarmPool = &ec2.WarmPool{MaxPrepared: -1, Running: true, Start: constant(5 * sim.Second)}
	g := w.AddGroup(s)
	w.at(sim.Day+30*sim.Second, func() {
		assert.Equal(t, []string{"web/i-1 BOOTING a"}, w.alive())
		assert.Zero(t, g.Prepared())
	})
	w.at(sim.Day+2*sim.Minute, func() { assert.Equal(t, 1, g.Prepared()) })
	w.at(sim.Day+12*sim.Hour, func() { g.SetDesired(1, "") })
	w.run(t, 2*sim.Day+sim.Hour)
	assert.Equal(t, []string{"web/i-2 ACTIVE a"}, w.alive(), "from its launch on, wherever it was")
}

// An instance that stays until another has taken its place in a zone ends with its
// lifetime, though the other still boots.
func TestMaximumInstanceLifetimeOfAnInstanceThatLeaves(t *testing.T) {
	w := newWorld()
	s := w.setup(2, "a", "b")
	s.Boot, s.MaxInstanceLifetime = constant(23*sim.Hour), sim.Day
	g := w.AddGroup(s)
	w.at(sim.Hour, func() { w.ZoneOutage("a", 2*sim.Hour) })
	w.at(sim.Day-1, func() {
		assert.Equal(t, []string{"web/i-2 BOOTING b", "web/i-1 ACTIVE b", "web/i-3 BOOTING a"}, w.alive())
		assert.Equal(t, 2, g.Capacity(), "the new ones")
	})
	w.run(t, sim.Day+30*sim.Second)
	assert.Equal(t, []string{"web/i-2 BOOTING b", "web/i-3 BOOTING a"}, w.alive())
}

// Of two times in which a zone is slow each lasts as long as it says, and the
// larger factor counts while both do.
func TestSlowTimesOfAZoneOverlap(t *testing.T) {
	for _, c := range []struct {
		factor float64
		until  sim.Time // of the other, whose factor is 3
		boots  sim.Time
	}{
		{2, 10 * sim.Minute, 3 * sim.Minute},
		{4, 10 * sim.Minute, 4 * sim.Minute},
		{4, 30 * sim.Second, 3 * sim.Minute},
	} {
		w := newWorld()
		g := w.AddGroup(w.setup(0, "a"))
		w.at(sim.Hour, func() { w.SlowZone("a", 3, 2*sim.Hour) })
		w.at(sim.Hour, func() { w.SlowZone("a", c.factor, sim.Hour+c.until) })
		w.at(sim.Hour+sim.Minute, func() { g.SetDesired(1, "") })
		w.at(sim.Hour+sim.Minute+c.boots-1, func() { assert.Zero(t, g.InService()) })
		w.run(t, sim.Hour+sim.Minute+c.boots+1)
		assert.Equal(t, 1, g.InService())
	}
}
