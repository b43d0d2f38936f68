package ecs

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// firstFit places by looking at every instance.
type firstFit struct{ c *cluster.Cluster }

func (f firstFit) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	for id := range cluster.InstanceID(f.c.Slots()) {
		i := f.c.Instance(id)
		if i.State == cluster.Active && f.c.Allows(r.Pool, i.Kind) && fits(i, r.Demand) {
			return id, cluster.Placed
		}
	}
	return cluster.None, cluster.NoCapacity
}

func fits(i *cluster.Instance, d cluster.Vector) bool {
	return d.CPU <= i.Free.CPU && d.Memory <= i.Free.Memory && i.FitsGPU(d.GPU)
}

// list is a source of submissions that are known from the start.
type list []Submission

func (l *list) Next(s *Submission) (bool, error) {
	if len(*l) == 0 {
		return false, nil
	}
	*s, *l = (*l)[0], (*l)[1:]
	return true, nil
}

// world is a random cluster with jobs that share its instances.
type world struct {
	kernel    *sim.Kernel
	cluster   *cluster.Cluster
	scheduler *Scheduler
	starts    []string // in order
	rejects   []string // within an instant in any order
}

func (w *world) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (w *world) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (w *world) TaskStarted(now sim.Time, id cluster.TaskID) {
	w.starts = append(w.starts, fmt.Sprintf("%d start %s on %d", now, w.cluster.TaskName(id), w.cluster.Task(id).Instance))
}

func (w *world) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	if why != cluster.Completed {
		w.rejects = append(w.rejects, fmt.Sprintf("%d %v %s", now, why, w.cluster.TaskName(id)))
	}
}

type plan struct {
	discipline Discipline
	kinds      []cluster.Kind
	boots      []sim.Time // an instance of kind i mod len(kinds) joins at each
	reject     []bool     // by job
	jobs       [][]Submission
}

func drawPlan(t *rapid.T) plan {
	p := plan{discipline: Discipline{ByPriority: rapid.Bool().Draw(t, "byPriority"), Strict: rapid.Bool().Draw(t, "strict")}}
	small := rapid.Int64Range(0, 6)
	for range rapid.IntRange(1, 3).Draw(t, "kinds") {
		devices := rapid.IntRange(0, 3).Draw(t, "devices")
		p.kinds = append(p.kinds, cluster.Kind{
			Attributes: map[string]string{"a": fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "a"))},
			Capacity:   cluster.Vector{CPU: 2 + small.Draw(t, "cpu"), Memory: 2 + small.Draw(t, "memory"), GPU: int64(devices) * cluster.GPU},
			Devices:    devices,
		})
	}
	for range rapid.IntRange(1, 5).Draw(t, "instances") {
		p.boots = append(p.boots, sim.Time(rapid.IntRange(0, 9).Draw(t, "boot")))
	}
	for range rapid.IntRange(1, 3).Draw(t, "jobs") {
		p.reject = append(p.reject, rapid.IntRange(0, 3).Draw(t, "reject") == 0)
		var job []Submission
		at := sim.Time(0)
		for range rapid.IntRange(0, 25).Draw(t, "rows") {
			at += sim.Time(rapid.IntRange(0, 2).Draw(t, "gap"))
			gpu := rapid.SampledFrom([]int64{0, 0, 0, 300, 700, 1000, 2000}).Draw(t, "gpu")
			job = append(job, Submission{
				At:       at,
				Duration: sim.Time(rapid.IntRange(0, 8).Draw(t, "duration")),
				Count:    rapid.IntRange(1, 3).Draw(t, "count"),
				Class: cluster.Class{
					Demand:   cluster.Vector{CPU: small.Draw(t, "cpu"), Memory: small.Draw(t, "memory"), GPU: gpu},
					Pool:     cluster.PoolID(rapid.IntRange(0, 1).Draw(t, "pool")),
					Priority: int32(rapid.IntRange(0, 2).Draw(t, "priority")),
				},
			})
		}
		p.jobs = append(p.jobs, job)
	}
	return p
}

// run plays a plan with the scheduler, or with the oracle in its place.
func (p plan) run(t require.TestingT, oracle bool) []string {
	k := sim.NewKernel()
	w := &world{kernel: k, cluster: cluster.New(k)}
	provider := w.cluster.AddProvider("p")
	for _, kind := range p.kinds {
		w.cluster.AddKind(kind)
	}
	w.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}})
	w.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}, Requirements: []cluster.Requirement{{Attribute: "a", Values: []string{"1"}}}})
	w.scheduler = New(k, w.cluster, firstFit{w.cluster})
	if oracle {
		// All that waits is tried in its order, from the first on after each
		// start, at every dispatch.
		w.scheduler.dispatch = k.Register("oracle", sim.Starting, false, func(sim.Time, uint32, uint32) {
			w.scheduler.dispatches = false
			p.dispatch(w)
		})
	}
	checker := cluster.NewChecker(w.cluster)
	w.cluster.Watch(w.scheduler)
	if oracle {
		w.cluster.Watch(always{w.scheduler})
	}
	w.cluster.Watch(w)
	w.cluster.Watch(checker)
	k.Watch(checker.After)
	queue := w.scheduler.AddQueue(p.discipline, provider)
	launch := k.Register("launch", sim.Capacity, false, func(_ sim.Time, slot, _ uint32) { w.cluster.Launch(cluster.KindID(slot), true) })
	for i, at := range p.boots {
		k.Schedule(at, launch, uint32(i%len(p.kinds)), 0)
	}
	for i, rows := range p.jobs {
		g := w.cluster.AddGroup(fmt.Sprint("job", i))
		l := list{}
		for _, s := range rows {
			s.Class.Group = g
			s.Class.Requested = s.Class.Demand
			l = append(l, s)
		}
		require.NoError(t, w.scheduler.AddJob(Job{Group: g, Queue: queue, Reject: p.reject[i], Source: &l}))
	}
	require.NoError(t, k.Run(sim.Never))
	require.NoError(t, checker.All())
	slices.Sort(w.rejects)
	return append(append(w.starts, w.rejects...), fmt.Sprintf("%d pending", w.cluster.Pending()))
}

// always makes every change a reason to dispatch.
type always struct{ *Scheduler }

func (a always) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {
	a.wantDispatch()
}
func (a always) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason) { a.wantDispatch() }

func (p plan) dispatch(w *world) {
	q := &w.scheduler.queues[0]
	q.untried, q.gained = q.untried[:0], q.gained[:0]
	clear(w.scheduler.gainedMark)
	for {
		started := false
		for _, of := range waitingInOrder(w, p.discipline) {
			class := w.cluster.Class(of)
			on, _ := w.scheduler.placer.Place(cluster.Request{Class: of, Demand: class.Demand, Pool: class.Pool, Group: class.Group})
			if on != cluster.None {
				w.scheduler.start(of)
				started = true
				break
			}
			if p.reject[class.Group] {
				w.cluster.Reject(of, cluster.Rejected)
				started = true
				break
			}
			if p.discipline.Strict {
				for _, behind := range waitingInOrder(w, p.discipline) {
					for p.reject[w.cluster.Class(behind).Group] && w.cluster.Waiting(behind) > 0 {
						w.cluster.Reject(behind, cluster.Rejected)
					}
				}
				return
			}
		}
		if !started {
			return
		}
	}
}

// waitingInOrder returns the classes of all waiting tasks, a class for each,
// in the order in which the tasks may go.
func waitingInOrder(w *world, d Discipline) []cluster.ClassID {
	var order []cluster.ClassID
	seen := map[cluster.ClassID]bool{}
	rankOf := func(of cluster.ClassID) rank {
		q := queue{Discipline: d}
		return q.rankOf(w.scheduler, of)
	}
	w.cluster.LiveTasks(func(id cluster.TaskID) {
		of := w.cluster.Task(id).Class
		if w.cluster.Task(id).Instance != cluster.None || seen[of] {
			return
		}
		seen[of] = true
		at := len(order)
		for at > 0 && rankOf(of).before(rankOf(order[at-1])) {
			at--
		}
		order = append(order[:at], append([]cluster.ClassID{of}, order[at:]...)...)
	})
	return order
}

func TestTheQueueGivesPlacesAsTryingEverythingWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		want, got := p.run(t, true), p.run(t, false)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("plan %+v\nwant %v\ngot  %v", p, want, got)
		}
	})
}

func TestStrictLetsTheFirstTaskBlock(t *testing.T) {
	rows := []Submission{
		{At: 0, Duration: 10, Count: 1, Class: cluster.Class{Demand: cluster.Vector{CPU: 3}}},
		{At: 1, Duration: 10, Count: 1, Class: cluster.Class{Demand: cluster.Vector{CPU: 4}}},
		{At: 2, Duration: 10, Count: 1, Class: cluster.Class{Demand: cluster.Vector{CPU: 1}}},
	}
	p := plan{kinds: []cluster.Kind{{Capacity: cluster.Vector{CPU: 4, Memory: 4}}}, boots: []sim.Time{0}, reject: []bool{false}, jobs: [][]Submission{rows}}
	assert.Equal(t, []string{"0 start job0/0 on 0", "2 start job0/2 on 0", "12 start job0/1 on 0", "0 pending"}, p.run(t, false), "skip: the small one overtakes")
	p.discipline.Strict = true
	assert.Equal(t, []string{"0 start job0/0 on 0", "10 start job0/1 on 0", "20 start job0/2 on 0", "0 pending"}, p.run(t, false))
}
