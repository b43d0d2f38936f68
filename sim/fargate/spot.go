package fargate

import (
	"cmp"
	"math"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// SpotSetup describes Fargate Spot.
type SpotSetup struct {
	On   cluster.InstanceID // the instance without limit that stands for it
	Seed uint64             // of the run
	Name string             // of its capacity provider
	// Hazard is the number of interruptions per hour and task, each task for
	// itself; 0 is none. The time until the notice of a task is exponential. It
	// hangs on the seed, the provider, the task's group and its number alone, so
	// that other tasks that come or go leave it where it is.
	Hazard float64
	// Notice is the time from the notice of an interruption to the end of the
	// task; 0 is [Notice].
	Notice sim.Time
	// Noticed is called when a task gets its notice, so that it can be replaced
	// and told to stop. A task that is still there at the end of its notice is
	// interrupted. It may be nil.
	Noticed func(cluster.TaskID)
	// Outages are the times at which there is no capacity, in their order and
	// apart from each other: all tasks that run get their notice at the beginning,
	// and none can be started until the end.
	Outages []Outage
}

// Outage is a time at which Fargate Spot has no capacity.
type Outage struct{ From, Until sim.Time }

// Notice is how long before its end a task on Fargate Spot is told of it.
// Source: Amazon ECS developer guide, "AWS Fargate capacity providers".
const Notice = 2 * sim.Minute

// Spot interrupts tasks on Fargate Spot. It never moves a task to Fargate.
//
// Source: Amazon ECS developer guide, "AWS Fargate capacity providers".
type Spot struct {
	setup   SpotSetup
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	key     uint64
	told    []uint32 // by task: one more than the generation that has had its notice

	until  sim.Time // of the outage under way
	awaits bool     // something waits for its end

	noticed, ended, out, back, awaited sim.Kind
}

// NewSpot returns Fargate Spot for a cluster. It watches the cluster from now on.
func NewSpot(kernel *sim.Kernel, c *cluster.Cluster, setup SpotSetup) *Spot {
	if setup.Notice == 0 {
		setup.Notice = Notice
	}
	s := &Spot{setup: setup, kernel: kernel, cluster: c, key: sim.NewPCG(setup.Seed, "spot/"+setup.Name).Uint64()}
	about := func(f func(cluster.TaskID)) sim.Handler {
		return func(_ sim.Time, slot, generation uint32) {
			if id := cluster.TaskID(slot); c.Generation(id) == generation {
				f(id)
			}
		}
	}
	s.noticed = kernel.Register("Fargate Spot notice", sim.Capacity, true, about(s.notice))
	s.ended = kernel.Register("Fargate Spot interruption", sim.Capacity, true, about(func(id cluster.TaskID) { c.End(id, cluster.Interrupted) }))
	s.out = kernel.Register("Fargate Spot has no capacity", sim.Capacity, true, func(_ sim.Time, slot, _ uint32) {
		s.Interrupt(math.MaxInt)
		s.Unavailable(setup.Outages[slot].Until)
	})
	s.back = kernel.Register("Fargate Spot has capacity", sim.Capacity, true, s.onBack)
	// It comes after what it waits for.
	s.awaited = kernel.Register("Fargate Spot awaited", sim.Observing, false, func(sim.Time, uint32, uint32) {})
	for i, o := range setup.Outages {
		kernel.Schedule(o.From, s.out, uint32(i), 0)
	}
	c.Watch(s)
	return s
}

// Unavailable has no task start on Fargate Spot before an instant. Those that run
// go on. It is for handlers of events.
func (s *Spot) Unavailable(until sim.Time) {
	if until <= s.kernel.Now() || until <= s.until {
		return
	}
	s.until, s.awaits = until, false
	if s.cluster.Pending() > 0 {
		s.await()
	}
	if !s.cluster.Instance(s.setup.On).Suspended {
		s.cluster.Suspend(s.setup.On)
	}
	if until < sim.Never {
		s.kernel.Schedule(until, s.back, 0, 0)
	}
}

// await keeps a run going until the end of an outage that something waits for.
func (s *Spot) await() {
	if !s.awaits && s.until < sim.Never {
		s.awaits = true
		s.kernel.Schedule(s.until, s.awaited, 0, 0)
	}
}

func (s *Spot) onBack(now sim.Time, _, _ uint32) {
	if now == s.until {
		s.cluster.Resume(s.setup.On)
	}
}

// Interrupt gives up to n tasks their notice, those first that were submitted
// first, and returns how many. Those that have had theirs are left out. It is
// for handlers of events. It takes time in proportion to the tasks of the
// cluster.
func (s *Spot) Interrupt(n int) int {
	var at []cluster.TaskID
	s.cluster.LiveTasks(func(id cluster.TaskID) {
		if s.cluster.Task(id).Instance == s.setup.On && !s.hasNotice(id) {
			at = append(at, id)
		}
	})
	slices.SortFunc(at, func(a, b cluster.TaskID) int {
		return cmp.Compare(s.cluster.Task(a).Sequence, s.cluster.Task(b).Sequence)
	})
	at = at[:min(n, len(at))]
	for _, id := range at {
		s.notice(id)
	}
	return len(at)
}

func (s *Spot) hasNotice(id cluster.TaskID) bool {
	return int(id) < len(s.told) && s.told[id] == s.cluster.Generation(id)+1
}

// notice tells a task that it will be interrupted.
func (s *Spot) notice(id cluster.TaskID) {
	if s.hasNotice(id) {
		return
	}
	for len(s.told) <= int(id) {
		s.told = append(s.told, 0)
	}
	s.told[id] = s.cluster.Generation(id) + 1
	s.schedule(s.setup.Notice, s.ended, id)
	if s.setup.Noticed != nil {
		s.setup.Noticed(id)
	}
}

// schedule schedules a timer about a task.
func (s *Spot) schedule(after sim.Time, kind sim.Kind, id cluster.TaskID) {
	s.kernel.Schedule(s.kernel.Now()+after, kind, uint32(id), s.cluster.Generation(id))
}

var _ cluster.Watcher = (*Spot)(nil)

// TaskStarted draws when the task gets its notice.
func (s *Spot) TaskStarted(now sim.Time, id cluster.TaskID) {
	t := s.cluster.Task(id)
	if t.Instance != s.setup.On || s.setup.Hazard <= 0 {
		return
	}
	u := uniform(mix(s.key ^ mix(uint64(s.cluster.Class(t.Class).Group)<<32|uint64(t.Number))))
	ms := math.Round(-math.Log1p(-u) / s.setup.Hazard * float64(sim.Hour/sim.Millisecond))
	if ms < float64((sim.Never-now)/(2*sim.Millisecond)) {
		s.schedule(sim.Time(ms)*sim.Millisecond, s.noticed, id)
	}
}

// uniform returns a number from 0 up to, and without, 1.
func uniform(bits uint64) float64 { return float64(bits>>11) / (1 << 53) }

// mix makes a number look random. It is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// InstanceChanged does nothing: no instance of Fargate comes or goes.
func (s *Spot) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}

// TaskSubmitted notes that something may wait for the end of an outage.
func (s *Spot) TaskSubmitted(now sim.Time, _ cluster.TaskID) {
	if now < s.until {
		s.await()
	}
}

// TaskEnded does nothing: the timers of a task end with its generation.
func (s *Spot) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason) {}
