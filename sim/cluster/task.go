package cluster

import (
	"fmt"
	"math"

	"berth/sim"
)

// Class is what tasks have in common that matters to placement. Tasks of one
// class are interchangeable: if one has no place, none has.
type Class struct {
	Demand   Vector
	Pool     PoolID
	Group    GroupID
	Priority int32 // larger goes first where the queue is ordered by priority
	Network  NetworkID
	// Requested is what the task asked for before it was rounded up to a
	// Fargate size; elsewhere it equals Demand.
	Requested Vector
	// Estimate is how long a task of a job runs, where its queue plans with that;
	// else 0.
	Estimate sim.Time
	// Gang is how many tasks of the class start together; 0 where each goes alone.
	Gang int32
}

// Task is an attempt to run something. Outside this package it is only read,
// but for Paid. It fills one cache line: with hundreds of thousands alive, an
// event finds its task in memory, not in a cache.
type Task struct {
	Submitted sim.Time
	Started   sim.Time // when its containers start, once it has an instance: after the pull of its image
	Duration  sim.Time // of running
	Sequence  uint64   // place in the order of all submissions, from 0
	Paid      float64  // for the ledger to keep a figure in while the task runs
	Number    uint32   // place in the order of submissions of its task group, from 0
	Class     ClassID
	Instance  InstanceID // where it has its place, or None while it waits
	next      TaskID     // next to wait in its class; with a place, what the pull takes, see pulls
	devices   uint32     // GPUs it occupies, as bits
	life      uint32     // generation of the slot, shifted by one; the lowest bit is set while the task is alive
}

func (t *Task) live() bool { return t.life&1 != 0 }

// A task with a place has no next one. In its stead stands how many milliseconds
// its image is pulled for: n once the containers have started, -1 - n before.
func (t *Task) pulls(n TaskID) { t.next = -1 - n }

// Pulling reports whether a task has its place, and its containers have not
// started.
func (t *Task) Pulling() bool { return t.Instance != None && t.next < 0 }

// Placed returns when a task got its place. From then on resources are reserved
// for it.
func (t *Task) Placed() sim.Time {
	n := t.next
	if n < 0 {
		n = -1 - n
	}
	return t.Started - sim.Time(n)*sim.Millisecond
}

type class struct {
	Class
	tasks       int32 // alive, waiting or running
	waiting     int32
	first, last TaskID // of those that wait, in the order of submission
}

// Submit adds a task that waits for a place, and returns its slot. It joins
// the others of its class at the end.
func (c *Cluster) Submit(of Class, duration sim.Time) TaskID {
	classID := c.intern(&of)
	id := TaskID(len(c.tasks))
	if n := len(c.freeTasks); n > 0 {
		id = c.freeTasks[n-1]
		c.freeTasks = c.freeTasks[:n-1]
	} else {
		c.tasks = append(c.tasks, Task{})
	}
	if n := int(of.Group) + 1; n > len(c.submissions) {
		c.submissions = append(c.submissions, make([]uint32, n-len(c.submissions))...)
	}
	t := &c.tasks[id]
	*t = Task{
		Submitted: c.clock.Now(),
		Duration:  duration,
		Sequence:  c.submitted,
		Number:    c.submissions[of.Group],
		Class:     classID,
		Instance:  None,
		next:      None,
		life:      t.life | 1,
	}
	c.submitted++
	c.submissions[of.Group]++
	k := &c.classes[classID]
	k.tasks++
	if k.waiting++; k.waiting == 1 {
		k.first = id
	} else {
		c.tasks[k.last].next = id
	}
	k.last = id
	c.pending++
	for _, w := range c.watchers {
		w.TaskSubmitted(c.clock.Now(), id)
	}
	return id
}

// Start gives the first waiting task of a class its place, on an ACTIVE
// instance with enough room, and returns its slot. It panics when the instance
// has not enough room: that is a mistake of the caller.
func (c *Cluster) Start(of ClassID, on InstanceID) TaskID { return c.StartAfter(of, on, 0) }

// longestPull is the longest pull that a task has room for: 24 days.
const longestPull = math.MaxInt32

// StartAfter is [Cluster.Start] for a task whose image is pulled first, for a
// time that is rounded up to a millisecond. The caller says when that is over,
// with [Cluster.Pulled].
func (c *Cluster) StartAfter(of ClassID, on InstanceID, pull sim.Time) TaskID {
	id := c.dequeue(of)
	t, i, demand := &c.tasks[id], &c.instances[on], c.classes[of].Demand
	if !c.kinds[i.Kind].Unlimited {
		if i.State != Active || !i.Free.covers(demand) || !i.FitsGPU(demand.GPU) || !c.FitsNetwork(on, c.classes[of].Network) {
			panic(fmt.Sprintf("cluster: %s (%v) placed on %s (%v, %v free)", c.TaskName(id), demand, c.InstanceName(on), i.State, i.Free))
		}
		if demand.GPU > 0 {
			t.devices = c.occupy(i, demand.GPU)
		}
		if n := c.classes[of].Network; n != NoNetwork {
			c.connect(on, n, 1)
		}
	}
	i.Free = i.Free.Sub(demand)
	i.Tasks++
	t.Instance = on
	t.Started = c.clock.Now()
	t.next = 0
	if pull > 0 {
		n := min((pull+sim.Millisecond-1)/sim.Millisecond, longestPull)
		t.pulls(TaskID(n))
		t.Started += n * sim.Millisecond
	}
	c.running++
	if c.residents != nil {
		c.residents.add(on, id)
	}
	for _, w := range c.watchers {
		w.TaskStarted(c.clock.Now(), id)
	}
	return id
}

// Pulled says that the image of a task is there, at the instant that is its
// Started: its containers start.
func (c *Cluster) Pulled(id TaskID) {
	t := &c.tasks[id]
	if !t.live() || !t.Pulling() || t.Started != c.clock.Now() {
		panic(fmt.Sprintf("cluster: %s does not end its pull at %v", c.TaskName(id), c.clock.Now()))
	}
	t.next = -1 - t.next
	for _, p := range c.pullers {
		p.TaskPulled(c.clock.Now(), id)
	}
}

// End ends a task that has a place for a reason. Watchers see the task as it was, with
// the instance already free of it.
func (c *Cluster) End(id TaskID, why Reason) {
	t := &c.tasks[id]
	i, demand := &c.instances[t.Instance], c.classes[t.Class].Demand
	if !t.live() || t.Instance == None {
		panic("cluster: a task that does not run cannot end")
	}
	i.Free = i.Free.Add(demand)
	i.Tasks--
	if !c.kinds[i.Kind].Unlimited {
		if demand.GPU > 0 {
			c.release(i, demand.GPU, t.devices)
		}
		if n := c.classes[t.Class].Network; n != NoNetwork {
			c.connect(t.Instance, n, -1)
		}
	}
	c.running--
	if c.residents != nil {
		c.residents.remove(t.Instance, id)
	}
	for _, w := range c.watchers {
		w.TaskEnded(c.clock.Now(), id, why)
	}
	c.bury(id)
}

// Reject removes the first waiting task of a class for a reason.
func (c *Cluster) Reject(of ClassID, why Reason) {
	id := c.dequeue(of)
	for _, w := range c.watchers {
		w.TaskEnded(c.clock.Now(), id, why)
	}
	c.bury(id)
}

// Withdraw removes the last waiting task of a class for a reason, so that the
// others keep their turn. It takes time in proportion to how many wait.
func (c *Cluster) Withdraw(of ClassID, why Reason) {
	k := &c.classes[of]
	if k.waiting < 2 {
		c.Reject(of, why)
		return
	}
	id, before := k.last, k.first
	for c.tasks[before].next != id {
		before = c.tasks[before].next
	}
	c.tasks[before].next = None
	k.last = before
	k.waiting--
	c.pending--
	for _, w := range c.watchers {
		w.TaskEnded(c.clock.Now(), id, why)
	}
	c.bury(id)
}

func (c *Cluster) dequeue(of ClassID) TaskID {
	k := &c.classes[of]
	if k.waiting == 0 {
		panic("cluster: no task of the class waits")
	}
	id := k.first
	k.first = c.tasks[id].next
	k.waiting--
	c.pending--
	return id
}

// bury frees the slot of a task and, with its last task, that of its class.
func (c *Cluster) bury(id TaskID) {
	t := &c.tasks[id]
	k := &c.classes[t.Class]
	if k.tasks--; k.tasks == 0 {
		delete(c.classOf, k.Class)
		c.freeClasses = append(c.freeClasses, t.Class)
	}
	t.life = (t.life>>1 + 1) & sim.MaxGeneration << 1
	c.freeTasks = append(c.freeTasks, id)
}

// intern returns the slot of a class. The tasks of a job are of few classes,
// most often: a small table by demand and group spares most of them the map.
func (c *Cluster) intern(of *Class) ClassID {
	recent := &c.recent[(uint64(of.Demand.CPU)*0x9E3779B97F4A7C15^uint64(of.Demand.Memory)*0xC2B2AE3D27D4EB4F^uint64(of.Group)*0x165667B19E3779F9)>>54]
	if id := *recent; int(id) < len(c.classes) && c.classes[id].tasks > 0 && c.classes[id].Class == *of {
		return id
	}
	id, ok := c.classOf[*of]
	if !ok {
		id = c.addClass(*of)
	}
	*recent = id
	return id
}

func (c *Cluster) addClass(of Class) ClassID {
	id := ClassID(len(c.classes))
	if n := len(c.freeClasses); n > 0 {
		id = c.freeClasses[n-1]
		c.freeClasses = c.freeClasses[:n-1]
	} else {
		c.classes = append(c.classes, class{})
	}
	c.classes[id] = class{Class: of, first: None, last: None}
	c.classOf[of] = id
	return id
}

// Task returns a task, to be read only. The pointer is good until the next
// submission.
func (c *Cluster) Task(id TaskID) *Task { return &c.tasks[id] }

// Generation returns the generation of a task's slot, for timers about it.
func (c *Cluster) Generation(id TaskID) uint32 { return c.tasks[id].life >> 1 }

// Class returns the class of a slot.
func (c *Cluster) Class(id ClassID) *Class { return &c.classes[id].Class }

// Waiting returns how many tasks of a class wait.
func (c *Cluster) Waiting(of ClassID) int { return int(c.classes[of].waiting) }

// FirstWaiting returns the task of a class that has waited longest, or None.
func (c *Cluster) FirstWaiting(of ClassID) TaskID {
	if c.classes[of].waiting == 0 {
		return None
	}
	return c.classes[of].first
}

// LastWaiting returns the task of a class that was submitted last of those that
// wait, or None.
func (c *Cluster) LastWaiting(of ClassID) TaskID {
	if c.classes[of].waiting == 0 {
		return None
	}
	return c.classes[of].last
}

// NextWaiting returns the task that waits behind another of its class, or None.
func (c *Cluster) NextWaiting(id TaskID) TaskID {
	if c.classes[c.tasks[id].Class].last == id {
		return None
	}
	return c.tasks[id].next
}

// Submissions returns how many tasks of a group have been submitted.
func (c *Cluster) Submissions(g GroupID) int {
	if int(g) >= len(c.submissions) {
		return 0
	}
	return int(c.submissions[g])
}

// TaskName returns the id that users see: "etl/17".
func (c *Cluster) TaskName(id TaskID) string {
	t := &c.tasks[id]
	return fmt.Sprintf("%s/%d", c.groups[c.classes[t.Class].Group], t.Number)
}

// LiveTasks calls f for each task that waits or runs, in the order of slots.
func (c *Cluster) LiveTasks(f func(TaskID)) {
	for id := range c.tasks {
		if c.tasks[id].live() {
			f(TaskID(id))
		}
	}
}

// Pending returns how many tasks wait.
func (c *Cluster) Pending() int { return c.pending }

// Running returns how many tasks have a place.
func (c *Cluster) Running() int { return c.running }

// Submitted returns how many tasks have been submitted.
func (c *Cluster) Submitted() uint64 { return c.submitted }
