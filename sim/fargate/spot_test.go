package fargate_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/fargate"
)

// spot is a cluster with one provider, FARGATE_SPOT.
type spot struct {
	*fargate.Spot
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	on      cluster.InstanceID
	pool    cluster.PoolID
	ends    []string
}

func newSpot(setup fargate.SpotSetup) *spot {
	s := &spot{kernel: sim.NewKernel()}
	s.cluster = cluster.New(s.kernel)
	s.on = fargate.Launch(s.cluster, s.cluster.AddProvider("FARGATE_SPOT"))
	s.pool = s.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{0}})
	s.cluster.AddGroup("g")
	setup.On, setup.Name = s.on, "FARGATE_SPOT"
	s.Spot = fargate.NewSpot(s.kernel, s.cluster, setup)
	s.cluster.Watch(s)
	return s
}

func (s *spot) start() cluster.TaskID {
	d := cluster.Vector{CPU: cluster.VCPU, Memory: 2 * cluster.GiB}
	id := s.cluster.Submit(cluster.Class{Demand: d, Requested: d, Pool: s.pool}, sim.Never)
	s.cluster.Start(s.cluster.Task(id).Class, s.on)
	return id
}

func (s *spot) run(t *testing.T, until sim.Time) {
	t.Helper()
	over := s.kernel.Register("over", sim.Observing, false, func(sim.Time, uint32, uint32) {})
	s.kernel.Schedule(until-1, over, 0, 0)
	require.NoError(t, s.kernel.Run(until))
	require.NoError(t, s.cluster.Check())
}

func (s *spot) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (s *spot) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (s *spot) TaskStarted(sim.Time, cluster.TaskID)                                       {}
func (s *spot) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	s.ends = append(s.ends, fmt.Sprintf("%v %s %v", now, s.cluster.TaskName(id), why))
}

// Source: Amazon ECS developer guide, "AWS Fargate capacity providers": a
// warning of two minutes.
func ExampleSpot() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	on := fargate.Launch(c, c.AddProvider("FARGATE_SPOT"))
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{0}})
	group := c.AddGroup("etl")
	fargate.NewSpot(kernel, c, fargate.SpotSetup{
		On: on, Seed: 1, Name: "FARGATE_SPOT", Hazard: 0.5, // every two hours
		Noticed: func(id cluster.TaskID) { fmt.Println(c.TaskName(id), "has its notice at", kernel.Now()) },
	})
	d := cluster.Vector{CPU: cluster.VCPU, Memory: 2 * cluster.GiB}
	id := c.Submit(cluster.Class{Demand: d, Requested: d, Pool: pool, Group: group}, sim.Never)
	c.Start(c.Task(id).Class, on)
	over := kernel.Register("over", sim.Observing, false, func(sim.Time, uint32, uint32) {})
	kernel.Schedule(sim.Day, over, 0, 0)
	if err := kernel.Run(sim.Never); err != nil {
		fmt.Println(err)
	}
	fmt.Println(c.Running(), "tasks run")
	// Output:
	// etl/0 has its notice at 1h58m50.322s
	// 0 tasks run
}

func TestTasksOnSpotLiveForAnExponentialTime(t *testing.T) {
	s := newSpot(fargate.SpotSetup{Seed: 7, Hazard: 0.1})
	const n = 20_000
	for range n {
		s.start()
	}
	// After 10 hours exp(-1) are without notice; those with it go two minutes later.
	s.run(t, 10*sim.Hour+2*sim.Minute)
	assert.InDelta(t, math.Exp(-1), float64(s.cluster.Running())/n, 4*math.Sqrt(0.37*0.63/n))
}

func TestTheNoticeOfATaskDoesNotHangOnOthers(t *testing.T) {
	alone := newSpot(fargate.SpotSetup{Seed: 7, Hazard: 1})
	alone.start()
	alone.run(t, 100*sim.Hour)
	two := newSpot(fargate.SpotSetup{Seed: 7, Hazard: 1})
	two.start()
	two.start()
	two.run(t, 100*sim.Hour)
	assert.Contains(t, two.ends, alone.ends[0])
	assert.Len(t, two.ends, 2)
}

func TestAnInterruptionSentByHand(t *testing.T) {
	var told []string
	s := newSpot(fargate.SpotSetup{Noticed: func(id cluster.TaskID) { told = append(told, fmt.Sprint(id)) }})
	for range 3 {
		s.start()
	}
	assert.Equal(t, 2, s.Interrupt(2))
	assert.Equal(t, []string{"0", "1"}, told, "those submitted first")
	assert.Equal(t, 1, s.Interrupt(2), "two have had theirs")
	s.cluster.End(1, cluster.Stopped) // by the scheduler, before its notice is over
	s.run(t, sim.Hour)
	assert.Equal(t, []string{"0s g/1 stopped by the scheduler", "2m0s g/0 lost with its capacity", "2m0s g/2 lost with its capacity"}, s.ends)
}

func TestOutagesSuspendAndResume(t *testing.T) {
	s := newSpot(fargate.SpotSetup{Outages: []fargate.Outage{{sim.Hour, 2 * sim.Hour}, {5 * sim.Hour, 6 * sim.Hour}}})
	s.start()
	var at []sim.Time
	look := s.kernel.Register("look", sim.Observing, true, func(now sim.Time, _, _ uint32) {
		if s.cluster.Instance(s.on).Suspended {
			at = append(at, now)
		}
	})
	for h := range sim.Time(8) {
		s.kernel.Schedule(h*sim.Hour+sim.Minute, look, 0, 0)
	}
	more := s.kernel.Register("more", sim.Observing, true, func(sim.Time, uint32, uint32) {
		s.Unavailable(7*sim.Hour + 30*sim.Minute) // before the second is over
	})
	s.kernel.Schedule(5*sim.Hour+30*sim.Minute, more, 0, 0)
	s.run(t, 9*sim.Hour)
	assert.Equal(t, []sim.Time{sim.Hour + sim.Minute, 5*sim.Hour + sim.Minute, 6*sim.Hour + sim.Minute, 7*sim.Hour + sim.Minute}, at)
	assert.Equal(t, []string{"1h2m0s g/0 lost with its capacity"}, s.ends, "what runs gets its notice")
}
