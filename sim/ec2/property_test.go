package ec2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// act is something that happens to a group.
type act struct {
	at   sim.Time
	kind int
	n    int
	zone string
}

const acts = 8

// drama is a random group, and what happens to it.
type drama struct {
	zones       []string
	spot        bool
	protected   bool
	rebalance   bool
	draining    bool
	policies    []ec2.TerminationPolicy
	weight      int
	pool        bool
	running     bool
	market      bool
	hook        bool
	boots       []sim.Time
	fails       []sim.Time
	launchFails int // every so many
	acts        []act
}

func drawDrama(t *rapid.T) drama {
	d := drama{
		zones:       []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "zones")],
		spot:        rapid.Bool().Draw(t, "spot"),
		protected:   rapid.Bool().Draw(t, "protected"),
		rebalance:   rapid.Bool().Draw(t, "rebalance"),
		draining:    rapid.Bool().Draw(t, "draining"),
		weight:      rapid.IntRange(1, 3).Draw(t, "weight"),
		pool:        rapid.Bool().Draw(t, "pool"),
		running:     rapid.Bool().Draw(t, "running"),
		market:      rapid.Bool().Draw(t, "market"),
		hook:        rapid.Bool().Draw(t, "hook"),
		launchFails: rapid.IntRange(0, 4).Draw(t, "launch fails"),
	}
	minutes := func(most int, name string) sim.Time {
		return sim.Time(rapid.IntRange(0, most).Draw(t, name)) * sim.Minute
	}
	for range rapid.IntRange(0, 2).Draw(t, "policies") {
		d.policies = append(d.policies, ec2.TerminationPolicy(rapid.IntRange(0, int(ec2.OldestLaunchConfiguration)).Draw(t, "policy")))
	}
	for range 5 {
		d.boots = append(d.boots, minutes(4, "boot"))
		d.fails = append(d.fails, minutes(500, "fails")+sim.Minute)
	}
	at := sim.Time(0)
	for range rapid.IntRange(0, 30).Draw(t, "acts") {
		at += minutes(8, "gap")
		d.acts = append(d.acts, act{at, rapid.IntRange(0, acts-1).Draw(t, "kind"), rapid.IntRange(0, 12).Draw(t, "n"), d.zones[rapid.IntRange(0, len(d.zones)-1).Draw(t, "zone")]})
	}
	return d
}

// play lets it happen and returns all that was seen.
func (d drama) play(t require.TestingT) []string {
	w := newWorld()
	s := w.setup(3, d.zones...)
	s.Max, s.Draining = 15, ec2.Draining{Managed: d.draining, Timeout: 10 * sim.Minute}
	if d.spot {
		w.options(&s, "m5.large", true)
		s.Distribution.OnDemandPercentageAboveBase = 40
		if d.market {
			w.market(&s, 3, 1)
		}
	}
	if d.pool {
		s.WarmPool = &ec2.WarmPool{MinSize: 1, MaxPrepared: 6, Running: d.running, Start: constant(10 * sim.Second)}
	}
	if d.hook {
		s.LaunchingHook = &ec2.LifecycleHook{Duration: again(d.boots), HeartbeatTimeout: 3 * sim.Minute}
		s.TerminatingHook = &ec2.LifecycleHook{Duration: again(d.boots), HeartbeatTimeout: 3 * sim.Minute}
	}
	for i := range s.Options {
		s.Options[i].Weight = 1 + i%d.weight
	}
	s.SpotDraining, s.CapacityRebalance = d.draining, d.rebalance
	s.TerminationPolicies = d.policies
	s.ProtectedFromScaleIn = d.protected
	s.Busy = func(id cluster.InstanceID) bool { return w.cluster.Instance(id).Tasks > 0 }
	s.Boot, s.TimeToFailure = again(d.boots), again(d.fails)
	if d.launchFails > 1 {
		n := 0
		s.LaunchFails = func() bool { n++; return n%d.launchFails == 0 }
	}
	seen := &ledger{w: w}
	w.cluster.Watch(seen)
	w.kernel.Watch(func(sim.Time, sim.Kind, uint32) {
		require.NoError(t, w.Check())
		require.NoError(t, w.cluster.Check())
	})
	g := w.AddGroup(s)
	for _, a := range d.acts {
		w.at(a.at, func() { d.do(w, g, a) })
	}
	w.at(2*sim.Day, func() {})
	require.NoError(t, w.kernel.Run(sim.Never))
	require.Equal(t, seen.launched, seen.terminated+len(w.names()))
	return append(seen.lines, w.log...)
}

func again(times []sim.Time) func() sim.Time {
	n := 0
	return func() sim.Time { n++; return times[n%len(times)] }
}

func (d drama) do(w *world, g *ec2.Group, a act) {
	now := w.kernel.Now()
	switch a.kind {
	case 0, 1:
		g.SetDesired(a.n, "the play")
	case 2:
		w.ZoneOutage(a.zone, now+sim.Time(a.n+1)*sim.Minute)
	case 3:
		w.Interrupt(ec2.Selection{Zone: a.zone}, a.n)
	case 4:
		g.Refresh(a.n*10, sim.Time(a.n)*sim.Minute)
	case 5:
		w.SlowZone(a.zone, float64(a.n), now+sim.Time(a.n)*sim.Minute)
		g.LaunchFailure(now + sim.Time(a.n)*sim.Minute)
	default: // tasks
		for id := range cluster.InstanceID(w.cluster.Slots()) {
			if w.cluster.Instance(id).State == cluster.Active && w.cluster.Instance(id).Tasks < 4 && int(id)%3 == a.n%3 {
				w.start(id, sim.Time(a.n)*5*sim.Minute)
			}
		}
	}
}

// ledger counts launches and ends.
type ledger struct {
	w                    *world
	launched, terminated int
	lines                []string
}

func (l *ledger) InstanceChanged(now sim.Time, id cluster.InstanceID, from, to cluster.State) {
	switch {
	case from == cluster.Absent:
		l.launched++
	case to == cluster.Terminated:
		l.terminated++
	}
	l.lines = append(l.lines, fmt.Sprint(now, l.w.cluster.InstanceName(id), to))
}
func (l *ledger) TaskSubmitted(sim.Time, cluster.TaskID) {}
func (l *ledger) TaskStarted(sim.Time, cluster.TaskID)   {}
func (l *ledger) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	l.lines = append(l.lines, fmt.Sprint(now, l.w.cluster.TaskName(id), why))
}

// Whatever happens, what is counted is there, what was launched is there or was
// terminated, and the same happens again.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDrama(t)
		first, again := d.play(t), d.play(t)
		assert.Equal(t, first, again)
	})
}

// Source: Amazon EC2 Auto Scaling user guide, "Add and remove Availability
// Zones".
func TestZonesNeverDifferByMoreThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		zones := []string{"a", "b", "c", "d"}[:rapid.IntRange(1, 4).Draw(t, "zones")]
		s := w.setup(0, zones...)
		w.options(&s, "m5.large", true)
		s.Distribution = ec2.Distribution{OnDemandBase: rapid.IntRange(0, 5).Draw(t, "base"), OnDemandPercentageAboveBase: rapid.IntRange(0, 100).Draw(t, "percentage")}
		g := w.AddGroup(s)
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 40), 1, 10).Draw(t, "desired") {
			g.SetDesired(n, "")
			least, most := 100, 0
			for z := range zones {
				least, most = min(least, g.InZone(z)), max(most, g.InZone(z))
			}
			assert.LessOrEqual(t, most-least, 1)
			assert.Equal(t, n, g.Running())
		}
	})
}
