package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/ec2"
)

// Source: Amazon EC2 Auto Scaling user guide, "Use an instance refresh to update
// instances in an Auto Scaling group"; Auto Scaling API, RefreshPreferences.
func TestInstanceRefresh(t *testing.T) {
	for _, c := range []struct {
		name       string
		minHealthy int
		batch      int      // instances replaced at a time
		takes      sim.Time // each batch boots for a minute and warms up for two
	}{
		{"90 % of 10: one at a time", 90, 1, 30 * sim.Minute},
		{"75 % of 10 are 8: two at a time", 75, 2, 15 * sim.Minute},
		{"none need be healthy: all at once", 0, 10, 3 * sim.Minute},
		{"all are to be healthy: still one at a time", 100, 1, 30 * sim.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			g := w.AddGroup(w.setup(10, "a", "b"))
			least := 10
			w.at(sim.Hour, func() {
				assert.True(t, g.Refresh(c.minHealthy, 2*sim.Minute))
				assert.False(t, g.Refresh(c.minHealthy, 0), "one is under way")
			})
			for at := sim.Hour; at < 2*sim.Hour; at += 30 * sim.Second {
				w.at(at, func() { least = min(least, g.InService()) })
			}
			w.at(sim.Hour+c.takes-1, func() { assert.True(t, g.Refreshing()) })
			w.at(sim.Hour+c.takes, func() { assert.False(t, g.Refreshing()) })
			w.run(t, 2*sim.Hour)
			assert.Equal(t, 10-c.batch, least)
			assert.Equal(t, 10, g.InService())
			for _, name := range w.names() {
				assert.NotContains(t, []string{"web/i-0", "web/i-1", "web/i-2", "web/i-3", "web/i-4", "web/i-5", "web/i-6", "web/i-7", "web/i-8", "web/i-9"}, name)
			}
			assert.Equal(t, 1, w.count("Instance refresh ended"))
		})
	}
}

func TestRefreshSurvivesLosses(t *testing.T) {
	w := newWorld()
	s := w.setup(6, "a", "b")
	s.Draining = ec2.Draining{Managed: true, Timeout: 5 * sim.Minute}
	g := w.AddGroup(s)
	w.at(sim.Hour, func() {
		w.start(0, sim.Day)
		g.Refresh(66, 10*sim.Minute)
	})
	w.at(sim.Hour+30*sim.Second, func() { g.SetDesired(5, "") })
	w.at(sim.Hour+5*sim.Minute, func() { w.ZoneOutage("a", sim.Hour+20*sim.Minute) })
	w.run(t, 4*sim.Hour)
	assert.False(t, g.Refreshing())
	assert.Equal(t, 5, g.InService())
}

// What is launched at the start of a run, but after the group was created, boots
// as at any other time.
func TestRefreshAtTheStart(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.setup(2, "a", "b"))
	w.at(0, func() { assert.True(t, g.Refresh(50, 2*sim.Minute)) })
	w.at(30*sim.Second, func() { assert.Equal(t, [2]int{1, 1}, [2]int{g.InService(), g.Pending()}) })
	w.at(6*sim.Minute-1, func() { assert.True(t, g.Refreshing()) })
	w.run(t, 6*sim.Minute+1)
	assert.False(t, g.Refreshing(), "twice a minute to boot and two to warm up")
	assert.Equal(t, []string{"web/i-2 ACTIVE a", "web/i-3 ACTIVE b"}, w.alive())
}

func TestLaunchesAtTheStartOfAWarmRunBoot(t *testing.T) {
	w := newWorld()
	s := w.setup(1, "a")
	s.LaunchFails = func() bool { return true }
	g := w.AddGroup(s)
	assert.Equal(t, 1, g.InService(), "what is there from the start has been launched before")
	w.at(0, func() { g.SetDesired(2, "") })
	w.run(t, 10*sim.Second)
	assert.Equal(t, [2]int{1, 0}, [2]int{g.InService(), g.Pending()}, "it fails like any other")
}
