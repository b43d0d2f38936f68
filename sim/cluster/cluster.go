package cluster

import "berth/sim"

// Cluster is the state of one simulated cluster. Make one with [New].
type Cluster struct {
	clock    *sim.Kernel
	watchers []Watcher

	providers []provider
	kinds     []Kind
	groups    []string
	pools     []pool
	networks  []Network

	instances     []Instance
	freeInstances []InstanceID
	launches      uint32
	ports         []Ports                 // by instance, as far as a task with ports has come
	devices       []uint16                // free thousandths of every GPU
	freeDevices   [maxDevices + 1][]int32 // places in devices to reuse, by number of GPUs

	tasks       []Task
	freeTasks   []TaskID
	submitted   uint64
	submissions []uint32 // by task group
	pending     int
	running     int

	residents *residents // nil unless someone asked for them

	pullers  []Puller
	touchers []Toucher
	touching []InstanceID // of the present call of Touch
	touched  int64        // keeps what Touch reads from being optimised away

	classes     []class
	freeClasses []ClassID
	classOf     map[Class]ClassID
	recent      [1024]ClassID // classes found lately, by a hash of the demand and the group
}

type provider struct {
	name     string
	launches int32
}

type pool struct {
	Pool
	kinds []KindID
}

// Watcher is told of each change, after it has been made. It may schedule
// events but must not change the cluster.
type Watcher interface {
	// InstanceChanged is called when an instance passes from one state to
	// another. A launch is a change from Absent.
	InstanceChanged(now sim.Time, id InstanceID, from, to State)
	// TaskSubmitted is called when a task has joined those that wait.
	TaskSubmitted(now sim.Time, id TaskID)
	// TaskStarted is called when a task has got its place. If its image is pulled
	// first ([Task.Pulling]), its containers start later, see [Puller].
	TaskStarted(now sim.Time, id TaskID)
	// TaskEnded is called when a task has ended or was rejected; a task that
	// was rejected has no instance. The instance is already free of it.
	TaskEnded(now sim.Time, id TaskID, why Reason)
}

// Puller is a watcher that is told when containers start later than their task
// got its place.
type Puller interface {
	// TaskPulled is called when the containers of a task start whose image had
	// to be pulled.
	TaskPulled(now sim.Time, id TaskID)
}

// New returns an empty cluster that lives by the clock.
func New(clock *sim.Kernel) *Cluster {
	return &Cluster{clock: clock, classOf: make(map[Class]ClassID), networks: make([]Network, 1)}
}

// Watch adds a watcher after those already there.
func (c *Cluster) Watch(w Watcher) {
	c.watchers = append(c.watchers, w)
	if p, ok := w.(Puller); ok {
		c.pullers = append(c.pullers, p)
	}
	if t, ok := w.(Toucher); ok {
		c.touchers = append(c.touchers, t)
	}
}

// Now returns the present instant.
func (c *Cluster) Now() sim.Time { return c.clock.Now() }
