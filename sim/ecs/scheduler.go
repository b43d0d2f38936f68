package ecs

import (
	"berth/sim"
	"berth/sim/cluster"
)

// Scheduler moves tasks from submission to their end. It watches the cluster
// to learn where room has been gained.
type Scheduler struct {
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	placer  Placer

	arrival, dispatch, end, refill, settling sim.Kind
	retry, release, childDue                 sim.Kind
	pulled, serves, stopped                  sim.Kind

	jobs       []job
	groups     []group // by task group
	queues     []queue
	queueOf    []QueueID            // by capacity provider
	unlimited  []cluster.InstanceID // by pool: its Fargate, or None; unknown beyond the end
	classes    []waitingClass       // by class
	gainedMark []bool               // by instance: it is in its queue's gained list
	dispatches bool                 // a dispatch is due at this instant

	services  []*Service
	observers []Observer // of the services
	lives     []life     // by task: of those of services
	attempts  []attempt  // by task: of those of jobs of which something is kept
	coming    attempt    // what is to be kept of the task that is being submitted
	again     []resubmission

	dependents    [][]dependent // by task group: jobs that wait for it
	workObservers []WorkObserver
	begun         []cluster.InstanceID // where the tasks of the gang went that has just started
	startups      []sim.Time           // of the gang that is being submitted
	depends       bool                 // jobs depend on jobs, or children of arrays on one another
	fair          bool                 // a queue has fair shares
	plans         bool                 // a queue backfills

	images   []image
	daemons  []*Service // those of the services that are
	rechecks int        // daemons that are constrained
	settles  []bool     // by instance: its daemons are looked at at this instant
	replicated

	busy   *busyCounts // nil unless someone asked for them
	waiter Waiter      // nil unless someone asked
	slow   []slowZone

	outages []outage // of the registry, one after the other

	err error
}

// group is what the scheduler knows of a task group.
type group struct {
	service     *Service // or nil: the group of a job
	queue       QueueID
	reject      bool
	constrained bool
	opens       bool // see Placer.StartsOpen
	image       ImageID
	job         int32 // its number from 1; 0 for a service
	share       ShareID
}

// New returns a scheduler without jobs. It must watch the cluster before any
// task is submitted.
func New(kernel *sim.Kernel, c *cluster.Cluster, placer Placer) *Scheduler {
	s := &Scheduler{kernel: kernel, cluster: c, placer: placer}
	s.end = kernel.Register("task end", sim.Ending, false, s.onEnd)
	kernel.Foresee(s.end, c.Touch)
	s.arrival = kernel.Register("arrival", sim.Arriving, false, s.onArrival)
	s.dispatch = kernel.Register("dispatch", sim.Starting, false, s.onDispatch)
	s.retry = kernel.Register("attempt", sim.Arriving, false, s.onRetry)
	s.release = kernel.Register("job released", sim.Arriving, false, s.onRelease)
	s.childDue = kernel.Register("child of an array", sim.Arriving, false, s.onChild)
	s.refill = kernel.Register("service", sim.Arriving, false, s.onRefill)
	s.pulled = kernel.Register("image pulled", sim.Starting, false, s.onPulled)
	s.serves = kernel.Register("task serves", sim.Starting, false, s.onServes)
	s.stopped = kernel.Register("task stopped", sim.Ending, false, s.onStopped)
	s.settling = kernel.Register("daemons", sim.Capacity, false, s.onSettle)
	s.replicated.register(s)
	return s
}

func (s *Scheduler) addGroup(id cluster.GroupID, g group) {
	g.opens = g.constrained && s.placer.StartsOpen(id)
	for len(s.groups) <= int(id) {
		s.groups = append(s.groups, group{})
	}
	s.groups[id] = g
}

// enqueue has a submitted task looked at by the next dispatch.
func (s *Scheduler) enqueue(id cluster.TaskID) {
	of := s.cluster.Task(id).Class
	for len(s.classes) <= int(of) {
		s.classes = append(s.classes, waitingClass{})
	}
	if s.cluster.Waiting(of) > 1 {
		return // it waits behind others of its class
	}
	q := s.queue(of)
	q.untried = append(q.untried, of)
	s.wantDispatch()
}

// queue returns the queue in which tasks of a class wait.
func (s *Scheduler) queue(of cluster.ClassID) *queue {
	g := &s.groups[s.cluster.Class(of).Group]
	q := &s.queues[g.queue]
	if q.FairShare {
		return &q.lanes[g.share].queue
	}
	return q
}

func (s *Scheduler) wantDispatch() {
	if !s.dispatches {
		s.dispatches = true
		s.kernel.Schedule(s.kernel.Now(), s.dispatch, 0, 0)
	}
}

func (s *Scheduler) onDispatch(_ sim.Time, _, _ uint32) {
	s.dispatches = false
	for i := range s.queues {
		s.queues[i].dispatch(s)
	}
}

// start tries to place the first waiting task of a class, or the first gang, and
// returns where the last of it went, or None.
func (s *Scheduler) start(of cluster.ClassID) cluster.InstanceID {
	s.begun = s.begun[:0]
	on := s.fargate(s.cluster.Class(of).Pool)
	if on == cluster.None {
		if s.cluster.Class(of).Gang > 1 {
			return s.startGang(of)
		}
		if on, _ = s.placer.Place(s.request(of)); on == cluster.None {
			return cluster.None
		}
	} else if s.cluster.Instance(on).Suspended {
		return cluster.None
	}
	for range max(1, s.cluster.Class(of).Gang) {
		s.begin(of, on)
	}
	return on
}

func (s *Scheduler) request(of cluster.ClassID) cluster.Request {
	class := s.cluster.Class(of)
	return cluster.Request{Class: of, Demand: class.Demand, Pool: class.Pool, Group: class.Group, Network: class.Network}
}

// begin starts the first waiting task of a class on an instance.
func (s *Scheduler) begin(of cluster.ClassID, on cluster.InstanceID) {
	var pull sim.Time
	if len(s.images) > 0 {
		pull = s.pullTime(of, on)
	}
	id := s.cluster.StartAfter(of, on, min(pull, longestPull))
	t := s.cluster.Task(id)
	if t.Pulling() {
		if pull <= longestPull {
			s.kernel.Schedule(t.Started, s.pulled, uint32(id), s.cluster.Generation(id))
		}
	} else if t.Duration != sim.Never {
		s.kernel.Schedule(t.Started+t.Duration, s.end, uint32(id), s.cluster.Generation(id))
	}
	if len(s.services) > 0 {
		s.serviceStarted(id)
	}
	if s.fair {
		s.useShare(id, 1)
	}
	if s.plans {
		if q := s.queueAt(on); q != nil {
			q.plan.known = false
		}
	}
}

// fargate returns the unlimited instance of a pool, or None.
func (s *Scheduler) fargate(p cluster.PoolID) cluster.InstanceID {
	for len(s.unlimited) <= int(p) {
		found := cluster.InstanceID(cluster.None)
		pool := cluster.PoolID(len(s.unlimited))
		for id := range cluster.InstanceID(s.cluster.Slots()) {
			if k := s.cluster.Instance(id).Kind; s.cluster.Kind(k).Unlimited && s.cluster.Allows(pool, k) {
				found = id
				break
			}
		}
		s.unlimited = append(s.unlimited, found)
	}
	return s.unlimited[p]
}

func (s *Scheduler) onEnd(_ sim.Time, slot, generation uint32) {
	if id := cluster.TaskID(slot); s.cluster.Generation(id) == generation {
		s.cluster.End(id, cluster.Completed)
	}
}

var _ cluster.Watcher = (*Scheduler)(nil)

// InstanceChanged notes an instance that has become ACTIVE as one with room,
// and that daemons come or go with it.
func (s *Scheduler) InstanceChanged(_ sim.Time, id cluster.InstanceID, from, to cluster.State) {
	if from == cluster.Absent {
		s.forget(id)
	}
	if s.fair || s.plans {
		s.capacityChanged(id, from, to)
	}
	if len(s.daemons) > 0 {
		s.settleLater(id)
	}
	if s.replicas > 0 {
		s.capacityOfServices(id, to)
	}
	if to == cluster.Active {
		s.gain(id)
	} else if s.busy != nil && from == cluster.Active {
		s.busy.drained(s, id, to)
	}
}

// TaskSubmitted keeps what is to be known of the task.
func (s *Scheduler) TaskSubmitted(_ sim.Time, id cluster.TaskID) { s.keep(id) }

// TaskStarted counts the task on its instance, if that is of interest. Otherwise
// there is nothing to do: the scheduler starts the tasks.
func (s *Scheduler) TaskStarted(_ sim.Time, id cluster.TaskID) {
	if s.busy != nil {
		s.busy.changed(s, id, 1)
	}
}

// TaskEnded notes the room that the task leaves, the gap in its service, and what
// becomes of the job.
func (s *Scheduler) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	if on := s.cluster.Task(id).Instance; on != cluster.None {
		s.gain(on)
		if s.busy != nil {
			s.busy.changed(s, id, -1)
		}
	}
	if s.fair {
		s.useShare(id, -1)
	}
	if s.depends || why != cluster.Completed {
		s.unexpected(id, why)
		s.attemptEnded(now, id, why)
	}
	if len(s.services) > 0 {
		s.serviceEnded(now, id, why)
	}
}

// queueAt returns the queue that waits for an instance, or nil.
func (s *Scheduler) queueAt(id cluster.InstanceID) *queue {
	k := s.cluster.Kind(s.cluster.Instance(id).Kind)
	if int(k.Provider) >= len(s.queueOf) || s.queueOf[k.Provider] == noQueue {
		return nil
	}
	return &s.queues[s.queueOf[k.Provider]]
}

// gain notes that an instance has gained room, if anything waits that has not
// fitted so far.
func (s *Scheduler) gain(id cluster.InstanceID) {
	q := s.queueAt(id)
	if q == nil || q.shelved == 0 {
		return
	}
	for len(s.gainedMark) <= int(id) {
		s.gainedMark = append(s.gainedMark, false)
	}
	if s.gainedMark[id] {
		return
	}
	s.gainedMark[id] = true
	q.gained = append(q.gained, id)
	s.wantDispatch()
}
