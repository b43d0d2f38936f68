package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Warm pools for applications with
// long boot times": the pool holds what is missing from the desired capacity to
// the maximum, or to the prepared capacity, and at least its minimum.
func TestWarmPoolSize(t *testing.T) {
	for _, c := range []struct{ desired, most, minimum, prepared, want int }{
		{800, 1000, 0, -1, 200},  // the guide's example: the maximum less what is desired
		{800, 1000, 0, 900, 100}, // prepared capacity 900
		{900, 1000, 50, 900, 50}, // at least the minimum
		{4, 1000, 2, 0, 2},       // prepared capacity 0: the minimum alone
		{4, 1000, 0, 0, 0},       // and without one nothing
	} {
		w := newWorld()
		s := w.setup(c.desired, "a", "b")
		s.Max = c.most
		s.WarmPool = &ec2.WarmPool{MinSize: c.minimum, MaxPrepared: c.prepared, Start: constant(0)}
		g := w.AddGroup(s)
		assert.Equal(t, c.want, g.Prepared())
		assert.Equal(t, c.want, g.Stopped(0)+g.Stopped(1))
		assert.Equal(t, c.want/2, g.Stopped(0), "balanced over the zones")
	}
}

func TestStoppedWarmPool(t *testing.T) {
	w := newWorld()
	s := w.setup(1, "a")
	s.Max, s.Boot = 4, constant(10*sim.Minute)
	s.WarmPool = &ec2.WarmPool{MaxPrepared: 3, Start: constant(30 * sim.Second)}
	g := w.AddGroup(s)
	assert.Equal(t, 2, g.Prepared())
	assert.Equal(t, map[cluster.State]int{cluster.Active: 1}, w.states(), "stopped instances are not there")
	w.at(sim.Hour, func() {
		g.SetDesired(4, "")
		assert.Zero(t, g.Prepared(), "two are taken, and 3 - 4 are none")
	})
	w.at(sim.Hour+31*sim.Second, func() { assert.Equal(t, 3, g.InService(), "the third boots for ten minutes") })
	w.at(2*sim.Hour, func() { assert.Equal(t, 4, g.InService()); g.SetDesired(2, "") })
	w.at(2*sim.Hour+sim.Second, func() {
		assert.Equal(t, map[cluster.State]int{cluster.Active: 2, cluster.Booting: 1}, w.states(), "one is prepared, and billed for that")
		assert.Equal(t, 2, g.Running())
	})
	w.run(t, 3*sim.Hour)
	assert.Equal(t, map[cluster.State]int{cluster.Active: 2}, w.states())
	assert.Equal(t, 1, g.Stopped(0))
}

func TestRunningWarmPool(t *testing.T) {
	w := newWorld()
	s := w.setup(1, "a", "b")
	s.Max, s.Boot, s.Warm = 3, constant(10*sim.Minute), false
	s.WarmPool = &ec2.WarmPool{MaxPrepared: -1, Running: true, Start: constant(5 * sim.Second)}
	g := w.AddGroup(s)
	w.at(5*sim.Minute, func() {
		assert.Equal(t, map[cluster.State]int{cluster.Booting: 3}, w.states())
		assert.Equal(t, 1, g.Running())
		assert.Zero(t, g.Prepared())
		g.SetDesired(2, "") // they are not ready: a new one boots, and there is one too many
	})
	w.at(sim.Hour, func() {
		assert.Equal(t, map[cluster.State]int{cluster.Active: 2, cluster.Booting: 1}, w.states())
		assert.Equal(t, 1, g.Prepared())
		g.SetDesired(3, "")
	})
	w.at(sim.Hour+6*sim.Second, func() {
		assert.Equal(t, map[cluster.State]int{cluster.Active: 3}, w.states(), "it was taken")
	})
	w.run(t, 2*sim.Hour)
	assert.Equal(t, 3, g.InService())
	assert.Zero(t, g.Stopped(0)+g.Stopped(1))
}

func TestWarmPoolsLoseTheirZone(t *testing.T) {
	for _, running := range []bool{false, true} {
		w := newWorld()
		s := w.setup(2, "a", "b")
		s.Max = 8
		s.WarmPool = &ec2.WarmPool{MaxPrepared: -1, Running: running, Start: constant(5 * sim.Second)}
		g := w.AddGroup(s)
		w.at(sim.Hour, func() {
			assert.Equal(t, 6, g.Prepared())
			w.ZoneOutage("b", 2*sim.Hour)
			assert.Equal(t, 3, g.Prepared())
		})
		w.run(t, sim.Hour+10*sim.Minute)
		assert.Equal(t, 6, g.Prepared(), "filled in the other zone")
		assert.Equal(t, [2]int{2, 0}, [2]int{g.InZone(0), g.InZone(1)})
	}
}
