package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// ServiceSetup describes a service.
type ServiceSetup struct {
	Group cluster.GroupID // of its tasks; a group belongs to one service
	// Queue is where its tasks wait. Tasks of a daemon wait in none.
	Queue QueueID
	// Deployment says how tasks are replaced; nil is [DefaultDeployment].
	Deployment *DeploymentConfiguration
	// TargetGroup of a load balancer, or nil.
	TargetGroup *TargetGroup
	// Daemon asks for exactly one task on each instance that matches.
	Daemon bool
	// Constrained says that the group has placement constraints that hang on
	// what runs on an instance, see [Job.Constrained].
	Constrained bool
	// Warm says that tasks which get a place at the beginning of the run have
	// been there before: they serve at once.
	Warm bool
	// Rebalancing evens out how many tasks are in each Availability Zone. The
	// placer must choose its victims from the zone with the most tasks.
	Rebalancing bool
	// LaunchesPerMinute is how many tasks the scheduler starts for this service
	// within a minute; 0 is any number. See [LaunchesPerMinute].
	LaunchesPerMinute int
	// Revision of its tasks at the beginning.
	Revision
	Division *Division // of this service alone; nil where there is one class
	// Desired is how many tasks there are to be. A daemon has no such number.
	Desired int
	// GracePeriod is for how long after the start of a task's containers failed
	// checks have no consequence: healthCheckGracePeriodSeconds.
	GracePeriod sim.Time
	// Phase draws when the checks of a target begin, as a part of their interval
	// from 0 to 1; nil is at once. It is drawn at the submission of each task,
	// after its start-up, where there is a target group.
	Phase func() float64
}

// Service keeps tasks running that have no end of their own. A task that ends,
// for whatever reason, is replaced at the same instant, unless launches are
// throttled.
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
	// What every change reads lies together, from the end of the deployment to the
	// beginning of the setup: services are many, and of one that has not changed for
	// a while nothing is left in a cache.
	deployment Deployment
	scheduler  *Scheduler
	revisions  []*revision // by slot; those of which nothing is left are replaced
	current    *revision   // that of the last deployment
	desired    int
	extra      int    // tasks beyond the desired ones, while zones are rebalanced
	number     uint32 // among the services
	refills    bool   // it is about to be reconciled at this instant
	attentive  bool   // the health of its tasks is followed
	held       bool   // something could not be started at the last reconciliation
	shift      shift
	ServiceSetup

	why       string
	launches  launches
	places    []place   // of a DAEMON, by instance
	completed *revision // that of the last deployment that was completed, or nil
	rebalance rebalance
}

// Observer is told of services. It must not change anything.
type Observer interface {
	// ServiceChanged is called after the desired number of tasks, that of
	// running ones, of those that serve or of waiting ones has changed.
	ServiceChanged(now sim.Time, s *Service)
}

// Observe adds an observer of all services. It is told of services that are
// added later, and of their deployments if it is a [DeploymentObserver].
func (s *Scheduler) Observe(o Observer) {
	s.observers = append(s.observers, o)
	if d, ok := o.(DeploymentObserver); ok {
		s.deploymentObservers = append(s.deploymentObservers, d)
	}
	if t, ok := o.(TaskObserver); ok {
		s.taskObservers = append(s.taskObservers, t)
	}
}

// AddService adds a service. A REPLICA submits its tasks at once, before
// anything that arrives at this instant. A DAEMON comes to the instances that
// are ACTIVE before anything else starts, daemons in the order in which they
// were added. The queue must have been added, and the scheduler must watch the
// cluster.
func (s *Scheduler) AddService(setup ServiceSetup) *Service {
	v := &Service{ServiceSetup: setup, scheduler: s, number: uint32(len(s.services))}
	v.current = v.newRevision(setup.Revision, setup.Division)
	v.attentive = setup.Deployment != nil || setup.TargetGroup != nil || setup.Health != nil || setup.Rebalancing
	v.deployment = Deployment{Number: 1, Revision: setup.Name, Started: s.kernel.Now()}
	s.addGroup(setup.Group, group{service: v, queue: setup.Queue, constrained: setup.Constrained, image: setup.Image})
	s.services = append(s.services, v)
	if v.attentive {
		v.tell()
	}
	if !setup.Daemon {
		s.replicas++
		if setup.Rebalancing {
			s.rebalancing++
		}
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
func (v *Service) Running() int {
	n := 0
	for _, r := range v.revisions {
		n += r.placed - r.pulling
	}
	return n
}

// Pending returns how many tasks wait for a place or for their image.
func (v *Service) Pending() int {
	n := 0
	for _, r := range v.revisions {
		n += r.pending + r.pulling
	}
	return n
}

// Unplaced returns how many tasks wait for a place.
func (v *Service) Unplaced() int {
	n := 0
	for _, r := range v.revisions {
		n += r.pending
	}
	return n
}

// Stopping returns how many tasks have been told to stop and still run: those
// that are deregistered from their target group, and those that end after
// SIGTERM.
func (v *Service) Stopping() int {
	n := 0
	for _, r := range v.revisions {
		n += r.stopping
	}
	return n
}

// Healthy returns how many tasks ECS takes for healthy. It is known of services
// that have a load balancer, a health check or a deployment configuration, and
// of others from their second deployment on or from when one of their instances
// is drained.
func (v *Service) Healthy() int { c := v.total(); return c.healthy }

// SetDesired sets how many tasks there are to be, for a reason. Missing tasks
// are submitted at once. Of those too many, tasks that wait for a place go first,
// those that were submitted last at first, then those that pull their image,
// then those that are not healthy, where that is known, see [Service.Healthy],
// then the others, each time the victims of the placer. While tasks are being
// replaced, by a deployment or otherwise, the bounds of the deployment
// configuration follow the number. It is for handlers of events, not for
// watchers.
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
	v.withdrawZoned()
	v.reconcile()
}

// submit submits a task of a class, or of one that differs from it in where its
// tasks may go.
func (v *Service) submit(r *revision, n int, class cluster.Class) cluster.TaskID {
	c := v.scheduler.cluster
	id := c.Submit(class, sim.Never)
	if class.Pool == r.Classes[n].Pool {
		r.shares[n].class = c.Task(id).Class
	}
	r.shares[n].pending++
	r.pending++
	v.draw(r, n, v.scheduler.lifeOf(id))
	v.changed(c.Now())
	return id
}

// newest returns the class of the waiting task of a revision that was submitted
// last, or None.
func (r *revision) newest(c *cluster.Cluster) cluster.ClassID {
	best, sequence := cluster.ClassID(cluster.None), uint64(0)
	for _, sh := range r.shares {
		if sh.pending == 0 || c.Waiting(sh.class) == 0 {
			continue
		}
		if t := c.Task(c.LastWaiting(sh.class)); best == cluster.None || t.Sequence > sequence {
			best, sequence = sh.class, t.Sequence
		}
	}
	return best
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
	r, l := v.revisionOf(id), &s.lives[id]
	sh := &r.shares[l.share]
	sh.pending--
	sh.placed++
	r.pending--
	r.placed++
	if v.Daemon {
		v.place(t.Instance).task = id
	} else {
		l.among = int32(len(r.tasks))
		r.tasks = append(r.tasks, id)
	}
	switch {
	case t.Pulling():
		r.pulling++
	case l.dies:
		r.pulling++
		s.kernel.Schedule(s.kernel.Now(), s.failed, uint32(id), s.cluster.Generation(id))
	default:
		v.contain(id)
	}
	v.changed(s.cluster.Now())
}

// serviceEnded follows the end of a task, of a service or not.
func (s *Scheduler) serviceEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	t := s.cluster.Task(id)
	v := s.groups[s.cluster.Class(t.Class).Group].service
	if t.Instance != cluster.None && len(s.daemons) > 0 {
		s.roomForDaemons(t.Instance)
		s.recheck(t.Instance, v)
	}
	if v == nil {
		return
	}
	r, l := v.revisionOf(id), &s.lives[id]
	sh := &r.shares[l.share]
	if l.stage != stopping {
		r.release(l)
	}
	switch {
	case t.Instance == cluster.None:
		sh.pending--
		r.pending--
	case l.stage == stopping:
		sh.placed--
		r.stopping--
		if l.outgoing {
			r.replaced--
		}
	default:
		sh.placed--
		if l.stage == waiting && why != cluster.Stopped {
			v.failedToStart(now, r)
		}
		v.leave(id)
		if v.Daemon {
			v.place(t.Instance).task = cluster.None
			s.settleLater(t.Instance)
		}
	}
	if !v.Daemon && (v.current.kept() < v.target() || v.unsettled()) {
		v.reconcileLater()
	}
	v.changed(now)
}

// withdraw takes back the last waiting task of a class.
func (v *Service) withdraw(of cluster.ClassID) {
	v.scheduler.queue(of).withdraw(v.scheduler, of)
}

// replicated is what the scheduler keeps for services beyond jobs and daemons.
type replicated struct {
	heals, ails, healsInTime, ailsInTime sim.Kind
	failed, crashes, drains, shifts      sim.Kind
	wakes, restarts, refills             sim.Kind
	rebalances, zoned                    sim.Kind

	deploymentObservers []DeploymentObserver
	taskObservers       []TaskObserver
	replicas            int // services that are no daemons
	rebalancing         int // those of them that rebalance zones
	buckets             []bucket
	draining            []cluster.TaskID // room for the tasks of an instance
}

// register declares the events of services. What may go on for ever keeps no run
// going.
func (r *replicated) register(s *Scheduler) {
	k := s.kernel
	r.heals = k.Register("task healthy", sim.Starting, true, s.onHeals)
	r.ails = k.Register("task unhealthy", sim.Starting, true, s.onAils)
	r.healsInTime = k.Register("task of a deployment healthy", sim.Starting, false, s.onHeals)
	r.ailsInTime = k.Register("task of a deployment unhealthy", sim.Starting, false, s.onAils)
	r.failed = k.Register("task fails to start", sim.Ending, false, s.onFailed)
	r.crashes = k.Register("task fails", sim.Ending, true, s.onCrashes)
	r.drains = k.Register("instance drains", sim.Capacity, false, s.onDrains)
	r.shifts = k.Register("traffic shift", sim.Scaling, false, s.onShifts)
	r.wakes = k.Register("launches go on", sim.Arriving, false, s.onWakes)
	r.restarts = k.Register("throttled restart", sim.Arriving, true, s.onWakes)
	r.refills = k.Register("launch bucket", sim.Arriving, false, s.onRefills)
	r.rebalances = k.Register("zone rebalancing", sim.Arriving, true, s.onRebalances)
	r.zoned = k.Register("zone rebalancing without room", sim.Observing, false, s.onZoned)
}
