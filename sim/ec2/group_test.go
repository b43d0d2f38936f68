package ec2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// world is a cluster with groups whose instances boot in a minute.
type world struct {
	*ec2.AutoScaling
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	log     []string // activities, and marks
	pool    cluster.PoolID
	group   cluster.GroupID
	do      []func() // due at instants given to at
	doing   sim.Kind
}

func newWorld() *world {
	w := &world{kernel: sim.NewKernel()}
	w.cluster = cluster.New(w.kernel)
	w.AutoScaling = ec2.NewAutoScaling(w.kernel, w.cluster)
	w.Observe(w)
	w.doing = w.kernel.Register("test", sim.Scaling, false, func(_ sim.Time, slot, _ uint32) { w.do[slot]() })
	w.group = w.cluster.AddGroup("job")
	return w
}

func (w *world) Activity(now sim.Time, a *ec2.Activity) {
	w.log = append(w.log, now.String()+" "+a.String())
}

func (w *world) GroupChanged(sim.Time, *ec2.Group) {}

// at has something done at an instant.
func (w *world) at(t sim.Time, f func()) {
	w.do = append(w.do, f)
	w.kernel.Schedule(t, w.doing, uint32(len(w.do)-1), 0)
}

func (w *world) run(t *testing.T, until sim.Time) {
	t.Helper()
	w.at(until-1, func() {}) // what is in the background goes on until then
	require.NoError(t, w.kernel.Run(until))
	require.NoError(t, w.Check())
	require.NoError(t, w.cluster.Check())
}

// setup describes a group with an on-demand option in each zone.
func (w *world) setup(desired int, zones ...string) ec2.GroupSetup {
	s := ec2.GroupSetup{Name: "web", Zones: zones, Max: 100, Desired: desired, Warm: true, Boot: constant(sim.Minute)}
	w.options(&s, "m6i.large", false)
	return s
}

// options adds a type to a group, in each of its zones.
func (w *world) options(s *ec2.GroupSetup, typ string, spot bool) {
	p := cluster.ProviderID(0)
	if w.cluster.Providers() == 0 {
		p = w.cluster.AddProvider("web")
		w.pool = w.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	}
	types := 0
	for _, o := range s.Options {
		types = max(types, o.Type+1)
	}
	for z, zone := range s.Zones {
		kind := w.cluster.AddKind(cluster.Kind{Provider: p, Type: typ, Zone: zone, Spot: spot, Capacity: cluster.Vector{CPU: 8 * cluster.VCPU, Memory: 8 * cluster.GiB}})
		s.Options = append(s.Options, ec2.LaunchOption{Kind: kind, Zone: z, Type: types, Spot: spot})
	}
}

func constant(t sim.Time) func() sim.Time { return func() sim.Time { return t } }

// start starts a task on an instance that ends after a time, and returns it.
func (w *world) start(on cluster.InstanceID, duration sim.Time) cluster.TaskID {
	d := cluster.Vector{CPU: cluster.VCPU, Memory: cluster.GiB}
	id := w.cluster.Submit(cluster.Class{Demand: d, Requested: d, Pool: w.pool, Group: w.group}, duration)
	w.cluster.Start(w.cluster.Task(id).Class, on)
	if duration < sim.Never {
		generation := w.cluster.Generation(id)
		w.at(w.kernel.Now()+duration, func() {
			if w.cluster.Generation(id) == generation {
				w.cluster.End(id, cluster.Completed)
			}
		})
	}
	return id
}

// alive returns the names of the instances that are there, with their states and
// zones, in the order of slots.
func (w *world) alive() []string {
	var names []string
	for id := range cluster.InstanceID(w.cluster.Slots()) {
		if i := w.cluster.Instance(id); i.State != cluster.Absent {
			names = append(names, fmt.Sprint(w.cluster.InstanceName(id), " ", i.State, " ", w.cluster.Kind(i.Kind).Zone))
		}
	}
	return names
}

func (w *world) states() map[cluster.State]int {
	states := map[cluster.State]int{}
	for id := range cluster.InstanceID(w.cluster.Slots()) {
		if s := w.cluster.Instance(id).State; s != cluster.Absent {
			states[s]++
		}
	}
	return states
}

// Source: Amazon EC2 Auto Scaling user guide, "Add and remove Availability
// Zones": launches go to the zone with the fewest instances.
func TestLaunchesAreBalancedOverZones(t *testing.T) {
	w := newWorld()
	g := w.AddGroup(w.setup(4, "a", "b", "c"))
	assert.Equal(t, []string{"web/i-0 ACTIVE a", "web/i-1 ACTIVE b", "web/i-2 ACTIVE c", "web/i-3 ACTIVE a"}, w.alive())
	w.at(sim.Hour, func() {
		g.SetDesired(7, "CapacityProviderReservation 175 over 100")
		assert.Equal(t, 7, g.Running())
		assert.Equal(t, 3, g.Pending())
	})
	w.run(t, sim.Hour+2*sim.Minute)
	assert.Equal(t, map[cluster.State]int{cluster.Active: 7}, w.states())
	assert.Equal(t, [3]int{3, 2, 2}, [3]int{g.InZone(0), g.InZone(1), g.InZone(2)})
	assert.Equal(t, []string{
		"0s Launching 4 instances: the group was created",
		"1h0m0s Launching 3 instances: desired capacity raised from 4 to 7 by CapacityProviderReservation 175 over 100",
	}, w.log)
}

func TestInstancesBootBeforeTheyAreInService(t *testing.T) {
	w := newWorld()
	s := w.setup(2, "a")
	s.Warm = false
	g := w.AddGroup(s)
	assert.Equal(t, 2, g.Pending())
	w.at(59*sim.Second, func() { assert.Zero(t, g.InService()) })
	w.run(t, sim.Minute+1)
	assert.Equal(t, 2, g.InService())
}

func TestDesiredStaysWithinMinimumAndMaximum(t *testing.T) {
	w := newWorld()
	s := w.setup(2, "a")
	s.Min, s.Max = 1, 3
	g := w.AddGroup(s)
	w.at(sim.Second, func() {
		g.SetDesired(9, "")
		assert.Equal(t, 3, g.Desired())
		g.SetDesired(0, "")
		assert.Equal(t, 1, g.Desired())
	})
	w.run(t, sim.Hour)
	assert.Equal(t, map[cluster.State]int{cluster.Active: 1}, w.states())
}

func TestScaleInCancelsInstancesThatBoot(t *testing.T) {
	w := newWorld()
	s := w.setup(1, "a")
	s.TerminationPolicies = []ec2.TerminationPolicy{ec2.NewestInstance}
	g := w.AddGroup(s)
	w.at(sim.Second, func() { g.SetDesired(3, "") })
	w.at(2*sim.Second, func() { g.SetDesired(1, "") })
	w.run(t, sim.Hour)
	assert.Equal(t, []string{"web/i-0 ACTIVE a"}, w.alive())
	assert.Equal(t, "2s Terminating 2 instances: desired capacity reduced from 3 to 1", w.log[2])
}

// Source: Amazon ECS developer guide, "Managed instance draining".
func TestManagedDrainingWaitsForTasks(t *testing.T) {
	for _, c := range []struct {
		name    string
		drain   ec2.Draining
		gone    sim.Time // after the scale-in at 1m
		runs    sim.Time // of the task, from the scale-in on
		evicted bool
	}{
		{"its tasks end in time", ec2.Draining{Managed: true, Timeout: sim.Hour}, 10 * sim.Minute, 10 * sim.Minute, false},
		{"the time is over first", ec2.Draining{Managed: true, Timeout: 5 * sim.Minute}, 5 * sim.Minute, 10 * sim.Minute, true},
		{"48 hours are the most", ec2.Draining{Managed: true}, 48 * sim.Hour, 100 * sim.Hour, true},
		{"without it tasks end with the instance", ec2.Draining{}, 0, 10 * sim.Minute, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			s := w.setup(1, "a")
			s.Draining = c.drain
			g := w.AddGroup(s)
			ends := &ends{}
			w.cluster.Watch(ends)
			w.at(sim.Minute, func() {
				w.start(0, c.runs)
				g.SetDesired(0, "")
			})
			if c.gone > 0 {
				w.at(sim.Minute+c.gone-1, func() {
					assert.Equal(t, map[cluster.State]int{cluster.Draining: 1}, w.states())
					assert.Equal(t, 1, g.Terminating())
				})
			}
			w.run(t, sim.Minute+c.gone+1)
			assert.Empty(t, w.states())
			want := cluster.Completed
			if c.evicted {
				want = cluster.Stopped
			}
			assert.Equal(t, []cluster.Reason{want}, ends.why)
		})
	}
}

// ends notes why tasks end.
type ends struct{ why []cluster.Reason }

func (e *ends) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (e *ends) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (e *ends) TaskStarted(sim.Time, cluster.TaskID)                                       {}
func (e *ends) TaskEnded(_ sim.Time, _ cluster.TaskID, why cluster.Reason) {
	e.why = append(e.why, why)
}

// Source: Amazon EC2 Auto Scaling user guide, "Health checks for instances in an
// Auto Scaling group": what fails is replaced.
func TestFailedInstancesAreReplacedAtTheNextHealthCheck(t *testing.T) {
	w := newWorld()
	s := w.setup(2, "a", "b")
	n := 0
	s.TimeToFailure = func() sim.Time { // the first fails after ten minutes and a second
		if n++; n == 1 {
			return 10*sim.Minute + sim.Second
		}
		return sim.Never
	}
	w.AddGroup(s)
	ends := &ends{}
	w.cluster.Watch(ends)
	w.at(sim.Minute, func() { w.start(0, sim.Hour) })
	w.at(10*sim.Minute+2*sim.Second, func() { assert.Equal(t, []string{"web/i-1 ACTIVE b"}, w.alive()) })
	w.at(11*sim.Minute+sim.Second, func() {
		assert.Equal(t, []string{"web/i-2 BOOTING a", "web/i-1 ACTIVE b"}, w.alive())
	})
	w.run(t, 12*sim.Minute+1)
	assert.Equal(t, map[cluster.State]int{cluster.Active: 2}, w.states())
	assert.Equal(t, []cluster.Reason{cluster.Interrupted}, ends.why)
	assert.Equal(t, []string{
		"0s Launching 2 instances: the group was created",
		"10m1s Failure of an instance",
		"11m0s Launching an instance: an instance was taken out of service in response to an EC2 health check",
	}, w.log)
}
