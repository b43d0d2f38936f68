package ecs

import (
	"fmt"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// ServiceSetup describes a service.
type ServiceSetup struct {
	Group cluster.GroupID // of its tasks; a group belongs to one service
	// Queue is where its tasks wait. Tasks of a daemon wait in none.
	Queue QueueID
	// Classes of its tasks: one, or one for each capacity provider among which
	// the division divides them. All are of the group.
	Classes  []cluster.Class
	Division *Division // of this service alone; nil where there is one class
	// Desired is how many tasks there are to be. A daemon has no such number.
	Desired int
	// Daemon asks for exactly one task on each instance that matches.
	Daemon bool
	// Constrained says that the group has placement constraints that hang on
	// what runs on an instance, see [Job.Constrained].
	Constrained bool
	// Image that its tasks pull, or [NoImage].
	Image ImageID
	// Startup draws the time from the start of a task's containers until the
	// task serves; nil is none. It is drawn at the submission of each task, in
	// this order.
	Startup func() sim.Time
	// StopTimeout is how long a task that a scale-in stops keeps its place,
	// without serving. Those of a daemon end at once.
	StopTimeout sim.Time
	// Warm says that tasks which get a place at the beginning of the run have
	// been there before: they serve at once.
	Warm bool
}

// Service keeps tasks running that have no end of their own. A task that ends,
// for whatever reason, is replaced at the same instant.
//
// A REPLICA service keeps a desired number of tasks. They wait like those of
// jobs. A task that replaces another goes where the division misses one.
//
// A DAEMON service keeps one task on each ACTIVE instance that is of its pool
// and meets its constraints. It does not compete for places: its tasks start
// before anything else gets a place at that instant, and stop last on an
// instance that drains. A daemon that matches an instance without enough room
// waits for that instance, and takes the room before the queues as soon as
// there is enough. Nothing is kept free until then: what is there first stays,
// and what is released in parts may be taken in parts. Daemons do not run on
// Fargate.
//
// Source: Amazon ECS developer guide, "Amazon ECS services", Replica and Daemon.
type Service struct {
	ServiceSetup
	scheduler *Scheduler
	number    uint32 // among the services
	desired   int
	why       string
	pending   int // have no place
	placed    int // have a place and are not about to stop
	pulling   int // of placed: their containers have not started
	serving   int // of placed: they take requests
	stopping  int
	shares    []share          // by class
	tasks     []cluster.TaskID // that are placed, of a REPLICA
	young     []cluster.TaskID // of a scale-in under way
	refills   bool             // a gap is to be filled at this instant
	places    []place          // of a DAEMON, by instance
}

// share is what a service has of one of its classes.
type share struct {
	class   cluster.ClassID // meaningful while there are tasks
	pending int
	placed  int // those that stop included
}

// Observer is told of services. It must not change anything.
type Observer interface {
	// ServiceChanged is called after the desired number of tasks, that of
	// running ones, of those that serve or of waiting ones has changed.
	ServiceChanged(now sim.Time, s *Service)
}

// Observe adds an observer of all services. It is told of services that are
// added later.
func (s *Scheduler) Observe(o Observer) { s.observers = append(s.observers, o) }

// AddService adds a service. A REPLICA submits its tasks at once, before
// anything that arrives at this instant. A DAEMON comes to the instances that
// are ACTIVE before anything else starts, daemons in the order in which they
// were added. The queue must have been added, and the scheduler must watch the
// cluster.
func (s *Scheduler) AddService(setup ServiceSetup) *Service {
	v := &Service{ServiceSetup: setup, scheduler: s, number: uint32(len(s.services)), shares: make([]share, len(setup.Classes))}
	switch {
	case len(setup.Classes) == 0:
		panic("ecs: a service without a class of tasks")
	case setup.Division == nil && len(setup.Classes) > 1, setup.Division != nil && len(setup.Division.shares) != len(setup.Classes):
		panic("ecs: a service divides its tasks among as many providers as it has classes")
	case setup.Daemon && len(setup.Classes) > 1:
		panic("ecs: a daemon has one class of tasks")
	}
	for n, c := range setup.Classes {
		if c.Group != setup.Group || slices.Contains(setup.Classes[:n], c) {
			panic("ecs: the classes of a service are of its group, each another")
		}
	}
	s.addGroup(setup.Group, group{service: v, queue: setup.Queue, constrained: setup.Constrained, image: setup.Image})
	s.services = append(s.services, v)
	if !setup.Daemon {
		v.SetDesired(setup.Desired, "")
		return v
	}
	s.daemons = append(s.daemons, v)
	if v.Constrained {
		s.rechecks++
	}
	for id := range cluster.InstanceID(s.cluster.Slots()) {
		s.settleLater(id)
	}
	return v
}

// Services returns the services in the order in which they were added; the
// slice must not be changed.
func (s *Scheduler) Services() []*Service { return s.services }

// Name returns the name of the service's task group.
func (v *Service) Name() string { return v.scheduler.cluster.GroupName(v.Group) }

// Desired returns how many tasks there are to be: of a daemon, the number of
// instances that match.
func (v *Service) Desired() int { return v.desired }

// Why returns the reason for the last change of the desired number, "" for that
// with which the service started.
func (v *Service) Why() string { return v.why }

// Running returns how many tasks run: their containers have started, and they
// have not been told to stop.
func (v *Service) Running() int { return v.placed - v.pulling }

// Pending returns how many tasks wait for a place or for their image.
func (v *Service) Pending() int { return v.pending + v.pulling }

// Unplaced returns how many tasks wait for a place.
func (v *Service) Unplaced() int { return v.pending }

// Serving returns how many tasks run and have been through their start-up.
func (v *Service) Serving() int { return v.serving }

// Stopping returns how many tasks have been told to stop and still run.
func (v *Service) Stopping() int { return v.stopping }

// SetDesired sets how many tasks there are to be, for a reason. Missing tasks
// are submitted at once. Of those too many, tasks that wait for a place go first,
// those that were submitted last at first, then those that pull their image,
// then the others, each time the victims of the placer. It is for handlers of
// events, not for watchers.
//
// AWS does not say how a scale-in treats the division among capacity providers;
// here the placement strategy alone decides.
func (v *Service) SetDesired(n int, why string) {
	if v.Daemon {
		panic("ecs: a daemon has no desired number of tasks")
	}
	if n < 0 {
		panic(fmt.Sprintf("ecs: %s: %d tasks desired", v.Name(), n))
	}
	if v.desired != n {
		v.desired, v.why = n, why
		v.changed(v.scheduler.kernel.Now())
	}
	v.fill()
	for v.placed+v.pending > n && v.pending > 0 {
		v.scheduler.queues[v.Queue].withdraw(v.scheduler, v.newest())
	}
	for v.placed > n {
		victim := v.tasks[v.placed-1]
		if n > 0 { // otherwise all go
			victim = v.scheduler.placer.Victim(v.Group, v.stoppable())
		}
		v.stop(victim)
	}
}

// stoppable returns the tasks of which a scale-in takes the next one.
func (v *Service) stoppable() []cluster.TaskID {
	if v.pulling == 0 {
		return v.tasks
	}
	v.young = v.young[:0]
	for _, id := range v.tasks {
		if v.scheduler.lives[id].stage == waiting {
			v.young = append(v.young, id)
		}
	}
	return v.young
}

// fill submits the tasks that are missing.
func (v *Service) fill() {
	for v.placed+v.pending < v.desired {
		n := 0
		if v.Division != nil {
			n = v.Division.Next()
		}
		v.scheduler.enqueue(v.submit(n))
	}
}

// submit submits a task of a class.
func (v *Service) submit(n int) cluster.TaskID {
	c := v.scheduler.cluster
	id := c.Submit(v.Classes[n], sim.Never)
	v.shares[n].class = c.Task(id).Class
	v.shares[n].pending++
	v.pending++
	l := v.scheduler.lifeOf(id)
	*l = life{}
	if v.Startup != nil {
		l.startup = v.Startup()
	}
	v.changed(c.Now())
	return id
}

// newest returns the class of the waiting task that was submitted last.
func (v *Service) newest() cluster.ClassID {
	c := v.scheduler.cluster
	best, sequence := cluster.ClassID(cluster.None), uint64(0)
	for _, sh := range v.shares {
		if sh.pending == 0 {
			continue
		}
		if t := c.Task(c.LastWaiting(sh.class)); best == cluster.None || t.Sequence > sequence {
			best, sequence = sh.class, t.Sequence
		}
	}
	return best
}

// shareOf returns the number of the share that a task belongs to.
func (v *Service) shareOf(of cluster.ClassID) int {
	return slices.IndexFunc(v.shares, func(sh share) bool { return sh.class == of && sh.pending+sh.placed > 0 })
}

func (v *Service) changed(now sim.Time) {
	for _, o := range v.scheduler.observers {
		o.ServiceChanged(now, v)
	}
}

// serviceStarted follows the start of a task, of a service or not.
func (s *Scheduler) serviceStarted(id cluster.TaskID) {
	t := s.cluster.Task(id)
	v := s.groups[s.cluster.Class(t.Class).Group].service
	s.recheck(t.Instance, v)
	if v == nil {
		return
	}
	sh := &v.shares[v.shareOf(t.Class)]
	sh.pending--
	sh.placed++
	v.pending--
	v.placed++
	if v.Daemon {
		v.place(t.Instance).task = id
	} else {
		s.lives[id].among = int32(len(v.tasks))
		v.tasks = append(v.tasks, id)
	}
	if t.Pulling() {
		v.pulling++
	} else {
		v.contain(id)
	}
	v.changed(s.cluster.Now())
}

// serviceEnded follows the end of a task, of a service or not.
func (s *Scheduler) serviceEnded(now sim.Time, id cluster.TaskID) {
	t := s.cluster.Task(id)
	v := s.groups[s.cluster.Class(t.Class).Group].service
	if t.Instance != cluster.None && len(s.daemons) > 0 {
		s.roomForDaemons(t.Instance)
		s.recheck(t.Instance, v)
	}
	if v == nil {
		return
	}
	n := v.shareOf(t.Class)
	sh := &v.shares[n]
	was := s.lives[id].stage
	switch {
	case t.Instance == cluster.None:
		sh.pending--
		v.pending--
	case was == stopping:
		sh.placed--
		v.stopping--
	default:
		sh.placed--
		v.leave(id)
		if v.Daemon {
			v.place(t.Instance).task = cluster.None
			s.settleLater(t.Instance)
		}
	}
	if v.Division != nil && was != stopping {
		v.Division.Release(n)
	}
	if !v.Daemon && !v.refills && v.placed+v.pending < v.desired {
		v.refills = true
		s.kernel.Schedule(now, s.refill, v.number, 0)
	}
	v.changed(now)
}

// onRefill replaces the tasks of a service that have ended.
func (s *Scheduler) onRefill(_ sim.Time, slot, _ uint32) {
	v := s.services[slot]
	v.refills = false
	v.fill()
}
