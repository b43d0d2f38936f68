package ecs

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

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
	services  []*Service
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
	networks   []cluster.Network // the first of them has the number 1
	boots      []sim.Time        // an instance of kind i mod len(kinds) joins at each
	reject     []bool            // by job
	gang       []bool            // by job
	share      []int             // by job, from 1, of a queue with fair shares: its weight
	jobs       [][]Submission
	services   []plannedService // their groups come after those of the jobs
	rules      []rules          // by group
	blows      []blow
}

type plannedService struct {
	daemon  bool
	desired int
	classes []cluster.Class // divided in equal parts
	pulls   bool            // an image, for longer than all else lasts
	starts  sim.Time        // up for so long
	stops   sim.Time        // for so long
}

// blow is something that happens to a task, an instance or a service.
type blow struct {
	at     sim.Time
	kind   int // 0 ends a task, 1 drains an instance, 2 terminates one without tasks, 3 resizes a service
	target int // counted among all those that are there
	desire int // of a resize
}

// networks that tasks may have; ports collide.
var networks = []cluster.Network{
	{Interface: true},
	{Static: []cluster.Port{{Number: 80}}},
	{Static: []cluster.Port{{Number: 80}, {Number: 443}}},
	{Dynamic: 2},
}

func drawPlan(t *rapid.T) plan {
	p := drawJobs(t)
	if rapid.Bool().Draw(t, "networks") {
		p.networks = networks
		n := rapid.IntRange(0, len(networks))
		for _, job := range p.jobs {
			for i := range job {
				job[i].Class.Network = cluster.NetworkID(n.Draw(t, "network"))
			}
		}
	}
	if rapid.Bool().Draw(t, "constraints") {
		for g := range p.jobs {
			p.rules = append(p.rules, drawRules(t, g, len(p.jobs), false))
		}
	}
	return p
}

// drawServices adds services to a plan, with constraints, and what befalls them.
func drawServices(t *rapid.T, p *plan) {
	replicas, daemons := rapid.IntRange(0, 2).Draw(t, "replicas"), rapid.IntRange(0, 2).Draw(t, "daemons")
	p.networks = networks
	small := rapid.Int64Range(0, 4)
	for n := range replicas + daemons {
		v := plannedService{daemon: n >= replicas, desired: rapid.IntRange(0, 5).Draw(t, "desired"), pulls: rapid.IntRange(0, 3).Draw(t, "pulls") == 0}
		v.starts, v.stops = sim.Time(rapid.IntRange(0, 4).Draw(t, "starts")), sim.Time(rapid.IntRange(0, 4).Draw(t, "stops"))
		class := cluster.Class{
			Demand:   cluster.Vector{CPU: small.Draw(t, "cpu"), Memory: small.Draw(t, "memory")},
			Pool:     cluster.PoolID(rapid.IntRange(0, 1).Draw(t, "pool")),
			Priority: int32(rapid.IntRange(0, 2).Draw(t, "priority")),
			Network:  cluster.NetworkID(rapid.IntRange(0, len(networks)).Draw(t, "network")),
		}
		v.classes = append(v.classes, class)
		if !v.daemon && rapid.Bool().Draw(t, "divided") {
			class.Pool = 1 - class.Pool
			v.classes = append(v.classes, class)
		}
		p.services = append(p.services, v)
	}
	for len(p.rules) < len(p.jobs)+len(p.services) {
		n := len(p.rules)
		p.rules = append(p.rules, drawRules(t, n, len(p.jobs)+replicas, n >= len(p.jobs)+replicas))
	}
	for range rapid.IntRange(0, 8).Draw(t, "blows") {
		p.blows = append(p.blows, blow{
			at:     sim.Time(rapid.IntRange(0, 30).Draw(t, "at")),
			kind:   rapid.IntRange(0, 3).Draw(t, "blow"),
			target: rapid.IntRange(0, 20).Draw(t, "target"),
			desire: rapid.IntRange(0, 6).Draw(t, "desire"),
		})
	}
}

func drawJobs(t *rapid.T) plan {
	p := plan{discipline: Discipline{ByPriority: rapid.Bool().Draw(t, "byPriority"), Strict: rapid.Bool().Draw(t, "strict")}}
	small := rapid.Int64Range(0, 6)
	for range rapid.IntRange(1, 3).Draw(t, "kinds") {
		devices := rapid.IntRange(0, 3).Draw(t, "devices")
		p.kinds = append(p.kinds, cluster.Kind{
			Attributes: map[string]string{"a": fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "a"))},
			Capacity:   cluster.Vector{CPU: 2 + small.Draw(t, "cpu"), Memory: 2 + small.Draw(t, "memory"), GPU: int64(devices) * cluster.GPU},
			Devices:    devices,
			Interfaces: rapid.IntRange(0, 2).Draw(t, "interfaces"),
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
	for _, n := range p.networks {
		w.cluster.AddNetwork(n)
	}
	w.scheduler = New(k, w.cluster, ruled{w.cluster, p.rules})
	if oracle {
		// All that waits is tried in its order, from the first on after each
		// start, at every dispatch.
		w.scheduler.dispatch = k.Register("oracle", sim.Starting, false, func(sim.Time, uint32, uint32) {
			w.scheduler.dispatches = false
			p.dispatch(w)
		})
	}
	checker := cluster.NewChecker(w.cluster, w.scheduler.Check)
	w.cluster.Watch(w.scheduler)
	if oracle {
		w.cluster.Watch(always{w.scheduler})
	}
	w.cluster.Watch(w)
	w.cluster.Watch(checker)
	k.Watch(func(now sim.Time, kind sim.Kind, slot uint32) {
		checker.After(now, kind, slot)
		require.NoError(t, checker.All())
	})
	queue := w.scheduler.AddQueue(p.discipline, provider)
	for _, weight := range p.share {
		w.scheduler.AddShare(queue, float64(weight))
	}
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
		job := Job{Group: g, Queue: queue, Reject: p.reject[i], Source: &l, Constrained: p.constrained(g), Gang: len(p.gang) > 0 && p.gang[i]}
		if len(p.share) > 0 {
			job.Share = ShareID(i + 1)
		}
		require.NoError(t, w.scheduler.AddJob(job))
	}
	for i, v := range p.services {
		g := w.cluster.AddGroup(fmt.Sprint(cluster.ServicePrefix, i))
		setup := v.setup(g, queue, p.constrained(g))
		if v.pulls {
			setup.Image = w.scheduler.AddImage(1)
		}
		w.services = append(w.services, w.scheduler.AddService(setup))
	}
	blows := k.Register("blow", sim.Scaling, false, func(_ sim.Time, slot, _ uint32) { w.blow(p.blows[slot]) })
	for i, b := range p.blows {
		k.Schedule(b.at, blows, uint32(i), 0)
	}
	require.NoError(t, k.Run(sim.Never))
	require.NoError(t, checker.All())
	slices.Sort(w.rejects)
	return append(append(w.starts, w.rejects...), fmt.Sprintf("%d pending", w.cluster.Pending()))
}

func (p plan) constrained(g cluster.GroupID) bool {
	return int(g) < len(p.rules) && p.rules[g].constrained()
}

func (v plannedService) setup(g cluster.GroupID, q QueueID, constrained bool) ServiceSetup {
	s := ServiceSetup{Group: g, Queue: q, Daemon: v.daemon, Constrained: constrained, Desired: v.desired, Revision: Revision{StopTimeout: v.stops}}
	if v.starts > 0 {
		s.Startup = func() sim.Time { return v.starts }
	}
	var shares []Share
	for _, c := range v.classes {
		c.Group, c.Requested = g, c.Demand
		s.Classes = append(s.Classes, c)
		shares = append(shares, Share{Weight: 1})
	}
	if len(shares) > 1 {
		s.Division, _ = NewDivision(shares)
	}
	return s
}

// blow strikes the target.
func (w *world) blow(b blow) {
	var tasks []cluster.TaskID
	w.cluster.LiveTasks(func(id cluster.TaskID) {
		if w.cluster.Task(id).Instance != cluster.None {
			tasks = append(tasks, id)
		}
	})
	slices.SortFunc(tasks, func(a, b cluster.TaskID) int { // not by slot: those hang on the order of rejections
		return cmp.Compare(w.cluster.Task(a).Sequence, w.cluster.Task(b).Sequence)
	})
	var active, empty []cluster.InstanceID
	for id := range cluster.InstanceID(w.cluster.Slots()) {
		i := w.cluster.Instance(id)
		if i.State == cluster.Active {
			active = append(active, id)
		}
		if i.State != cluster.Absent && i.Tasks == 0 {
			empty = append(empty, id)
		}
	}
	switch {
	case b.kind == 0 && len(tasks) > 0:
		w.cluster.End(tasks[b.target%len(tasks)], cluster.Stopped)
	case b.kind == 1 && len(active) > 0:
		w.cluster.Drain(active[b.target%len(active)])
	case b.kind == 2 && len(empty) > 0:
		w.cluster.Terminate(empty[b.target%len(empty)])
	case b.kind == 3 && len(w.services) > 0:
		if v := w.services[b.target%len(w.services)]; !v.Daemon {
			v.SetDesired(b.desire, "a blow")
		}
	}
}

// always makes every change a reason to dispatch.
type always struct{ *Scheduler }

func (a always) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {
	a.wantDispatch()
}
func (a always) TaskStarted(sim.Time, cluster.TaskID) { a.wantDispatch() }

func (a always) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason) { a.wantDispatch() }

func (p plan) dispatch(w *world) {
	q := &w.scheduler.queues[0]
	q.untried, q.gained = q.untried[:0], q.gained[:0]
	for i := range q.lanes {
		q.lanes[i].untried = q.lanes[i].untried[:0]
	}
	clear(w.scheduler.gainedMark)
	for {
		started := false
		for _, of := range waitingInOrder(w, p.discipline) {
			class := w.cluster.Class(of)
			if w.scheduler.start(of) != cluster.None {
				started = true
				break
			}
			if p.rejects(class.Group) {
				for range max(1, class.Gang) {
					w.cluster.Reject(of, cluster.Rejected)
				}
				started = true
				break
			}
			if p.discipline.Strict {
				for _, behind := range waitingInOrder(w, p.discipline) {
					for p.rejects(w.cluster.Class(behind).Group) && w.cluster.Waiting(behind) > 0 {
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

func (p plan) rejects(g cluster.GroupID) bool { return int(g) < len(p.reject) && p.reject[g] }

// waitingInOrder returns the classes of all waiting tasks, a class for each,
// in the order in which the tasks may go.
func waitingInOrder(w *world, d Discipline) []cluster.ClassID {
	var order []cluster.ClassID
	seen := map[cluster.ClassID]bool{}
	before := func(a, b cluster.ClassID) bool {
		if d.FairShare {
			q := &w.scheduler.queues[0]
			share := func(of cluster.ClassID) *lane { return &q.lanes[w.scheduler.groups[w.cluster.Class(of).Group].share] }
			if x, y := q.weighted(share(a)), q.weighted(share(b)); x != y {
				return x < y
			}
		}
		q := queue{Discipline: d}
		return q.rankOf(w.scheduler, a).before(q.rankOf(w.scheduler, b))
	}
	w.cluster.LiveTasks(func(id cluster.TaskID) {
		of := w.cluster.Task(id).Class
		if w.cluster.Task(id).Instance != cluster.None || seen[of] {
			return
		}
		if v := w.scheduler.groups[w.cluster.Class(of).Group].service; v != nil && v.Daemon {
			return // which waits for one instance and not in the queue
		}
		seen[of] = true
		at := len(order)
		for at > 0 && before(of, order[at-1]) {
			at--
		}
		order = append(order[:at], append([]cluster.ClassID{of}, order[at:]...)...)
	})
	return order
}

func TestTheQueueGivesPlacesAsTryingEverythingWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		p.compare(t)
	})
}

func TestTheQueueGivesPlacesToServicesAsTryingEverythingWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		drawServices(t, &p)
		p.compare(t)
	})
}

func (p plan) compare(t *rapid.T) {
	want, got := p.run(t, true), p.run(t, false)
	if fmt.Sprint(want) != fmt.Sprint(got) {
		t.Fatalf("plan %+v\nwant %v\ngot  %v", p, want, got)
	}
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
