package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Lifecycle hooks"; Auto Scaling
// API, PutLifecycleHook: after the heartbeat time-out the default result holds.
func TestLaunchingHook(t *testing.T) {
	for _, c := range []struct {
		name      string
		hook      ec2.LifecycleHook
		inService sim.Time // after the launch; boots take a minute
		first     bool     // and it is the first instance
	}{
		{"in time", ec2.LifecycleHook{Duration: constant(5 * sim.Minute)}, 6 * sim.Minute, true},
		{"over, CONTINUE", ec2.LifecycleHook{Duration: constant(5 * sim.Minute), HeartbeatTimeout: 2 * sim.Minute, Continue: true}, 3 * sim.Minute, true},
		// The first takes three minutes, and so does each after it, but the second is quick.
		{"over, ABANDON", ec2.LifecycleHook{Duration: turns(5*sim.Minute, 0), HeartbeatTimeout: 2 * sim.Minute}, 4 * sim.Minute, false},
		{"an hour where none is stated", ec2.LifecycleHook{Duration: constant(2 * sim.Hour), Continue: true}, 61 * sim.Minute, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			s := w.setup(1, "a")
			s.Warm, s.LaunchingHook = false, &c.hook
			g := w.AddGroup(s)
			w.at(c.inService-1, func() { assert.Zero(t, g.InService()) })
			w.run(t, c.inService+1)
			assert.Equal(t, 1, g.InService())
			assert.Equal(t, c.first, w.names()[0] == "web/i-0")
		})
	}
}

// turns returns one time after another, and zero in the end.
func turns(times ...sim.Time) func() sim.Time {
	return func() sim.Time {
		if len(times) == 0 {
			return 0
		}
		t := times[0]
		times = times[1:]
		return t
	}
}

// Without managed draining an instance in Terminating:Wait stays ACTIVE: ECS is
// not told. Source: Amazon ECS developer guide, "Container instance draining".
func TestTerminatingHook(t *testing.T) {
	for _, managed := range []bool{false, true} {
		w := newWorld()
		s := w.setup(1, "a")
		s.Draining.Managed = managed
		s.TerminatingHook = &ec2.LifecycleHook{Duration: constant(5 * sim.Minute)}
		g := w.AddGroup(s)
		ends := &ends{}
		w.cluster.Watch(ends)
		w.at(sim.Hour, func() {
			w.start(0, 10*sim.Minute)
			w.start(0, sim.Minute)
			g.SetDesired(0, "")
		})
		w.at(sim.Hour+5*sim.Minute-1, func() {
			want := cluster.Active
			if managed {
				want = cluster.Draining
			}
			assert.Equal(t, want, w.cluster.Instance(0).State)
		})
		w.at(sim.Hour+5*sim.Minute+1, func() { assert.Equal(t, managed, len(w.names()) == 1, "both have to be over") })
		w.run(t, sim.Hour+10*sim.Minute+1)
		assert.Empty(t, w.names())
		why := cluster.Stopped
		if managed {
			why = cluster.Completed
		}
		assert.Equal(t, []cluster.Reason{cluster.Completed, why}, ends.why)
	}
}
