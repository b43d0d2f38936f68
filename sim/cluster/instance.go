package cluster

import (
	"fmt"
	"math"
	"math/bits"

	"berth/sim"
)

// State is the state of an instance, in ECS's words where ECS has one.
type State uint8

// The states of an instance, in the order in which it passes through them.
const (
	Absent     State = iota // not there: before the launch and after the end
	Booting                 // launched and billed, not yet registered with the cluster
	Active                  // takes tasks
	Draining                // keeps its tasks, takes no new ones
	Terminated              // gone
)

var stateNames = [...]string{"ABSENT", "BOOTING", "ACTIVE", "DRAINING", "TERMINATED"}

// String returns the state as ECS writes it.
func (s State) String() string { return stateNames[s] }

const maxDevices = 32

// Instance is a container instance: an EC2 instance, a machine of one's own,
// or the whole of Fargate. Outside this package it is only read.
type Instance struct {
	Free       Vector   // what is left of the kind's capacity; of an unlimited instance, what is used, negated
	LaunchedAt sim.Time // billing starts here
	Kind       KindID
	Sequence   uint32 // place in the order of all launches of the run, from 0
	Number     int32  // place in the order of launches of its provider, from 0
	Tasks      int32  // tasks that run here
	devices    int32  // first of its GPUs in Cluster.devices, or None
	boot       uint32 // milliseconds from its launch until it became ACTIVE
	// WholeDevices is the number of GPUs of which nothing is taken.
	WholeDevices uint16
	// LargestShare is the largest free share of one GPU, 0 to 1000.
	LargestShare uint16
	// FreeInterfaces is how many more tasks can have a network interface of
	// their own.
	FreeInterfaces uint8
	State          State
	// Suspended says that an instance without limit takes no tasks for a while.
	Suspended bool
}

// RegisteredAt returns when an instance that is or was ACTIVE became so, rounded
// up to a millisecond after its launch.
func (i *Instance) RegisteredAt() sim.Time {
	return i.LaunchedAt + sim.Time(i.boot)*sim.Millisecond
}

// FitsGPU reports whether the instance's devices hold a GPU demand, see
// [Vector.GPU].
func (i *Instance) FitsGPU(demand int64) bool {
	if demand <= GPU {
		return demand <= int64(i.LargestShare)
	}
	return demand <= int64(i.WholeDevices)*GPU
}

// Launch adds an instance in state BOOTING (or ACTIVE at once when active is
// set) and returns its slot.
func (c *Cluster) Launch(kind KindID, active bool) InstanceID {
	id := InstanceID(len(c.instances))
	if n := len(c.freeInstances); n > 0 {
		id = c.freeInstances[n-1]
		c.freeInstances = c.freeInstances[:n-1]
	} else {
		c.instances = append(c.instances, Instance{})
	}
	k := &c.kinds[kind]
	p := &c.providers[k.Provider]
	c.instances[id] = Instance{
		Free:       k.Capacity,
		LaunchedAt: c.clock.Now(),
		Kind:       kind,
		Sequence:   c.launches,
		Number:     p.launches,
		devices:    c.takeDevices(k.Devices),
		State:      Absent,

		FreeInterfaces: uint8(k.Interfaces),
	}
	c.refreshDevices(&c.instances[id], k.Devices)
	c.launches++
	p.launches++
	c.setState(id, Booting)
	if active {
		c.setState(id, Active)
	}
	return id
}

// Activate makes a BOOTING instance ACTIVE.
func (c *Cluster) Activate(id InstanceID) {
	c.mustBe(id, Booting)
	c.setState(id, Active)
}

// Drain makes an ACTIVE instance DRAINING.
func (c *Cluster) Drain(id InstanceID) {
	c.mustBe(id, Active)
	c.setState(id, Draining)
}

// Terminate ends an instance on which no task runs. Its slot may be reused.
func (c *Cluster) Terminate(id InstanceID) {
	i := &c.instances[id]
	if i.Tasks > 0 {
		panic(fmt.Sprintf("cluster: %s terminated with %d tasks on it", c.InstanceName(id), i.Tasks))
	}
	c.setState(id, Terminated)
	devices := c.kinds[i.Kind].Devices
	if devices > 0 {
		c.freeDevices[devices] = append(c.freeDevices[devices], i.devices)
	}
	i.State = Absent
	c.freeInstances = append(c.freeInstances, id)
}

func (c *Cluster) mustBe(id InstanceID, want State) {
	if got := c.instances[id].State; got != want {
		panic(fmt.Sprintf("cluster: %s is %v, not %v", c.InstanceName(id), got, want))
	}
}

func (c *Cluster) setState(id InstanceID, to State) {
	i := &c.instances[id]
	from := i.State
	i.State = to
	if to == Active {
		boot := (c.clock.Now() - i.LaunchedAt + sim.Millisecond - 1) / sim.Millisecond
		i.boot = uint32(min(boot, math.MaxUint32)) // 49 days
	}
	for _, w := range c.watchers {
		w.InstanceChanged(c.clock.Now(), id, from, to)
	}
}

// Instance returns an instance, to be read only. The pointer is good until the
// next launch.
func (c *Cluster) Instance(id InstanceID) *Instance { return &c.instances[id] }

// Slots returns the number of instance slots: ids are smaller. Slots may be
// empty, their state is then [Absent].
func (c *Cluster) Slots() int { return len(c.instances) }

// InstanceName returns the id that users see: "general/i-17".
func (c *Cluster) InstanceName(id InstanceID) string {
	i := &c.instances[id]
	return fmt.Sprintf("%s/i-%d", c.providers[c.kinds[i.Kind].Provider].name, i.Number)
}

// Devices returns the free thousandths of each GPU of an instance; the slice
// must not be changed.
func (c *Cluster) Devices(id InstanceID) []uint16 {
	i := &c.instances[id]
	n := c.kinds[i.Kind].Devices
	if n == 0 {
		return nil
	}
	return c.devices[i.devices : int(i.devices)+n]
}

// takeDevices returns the place of n free GPUs.
func (c *Cluster) takeDevices(n int) int32 {
	if n == 0 {
		return None
	}
	at := int32(len(c.devices))
	if k := len(c.freeDevices[n]); k > 0 {
		at = c.freeDevices[n][k-1]
		c.freeDevices[n] = c.freeDevices[n][:k-1]
	} else {
		c.devices = append(c.devices, make([]uint16, n)...)
	}
	for d := range n {
		c.devices[int(at)+d] = GPU
	}
	return at
}

// occupy takes a GPU demand from the devices of an instance and returns the
// set of devices as bits. A share goes to the device with the least free share
// that holds it; whole devices are taken in their order. Ties go to the first
// device.
func (c *Cluster) occupy(i *Instance, demand int64) uint32 {
	n := c.kinds[i.Kind].Devices
	free := c.devices[i.devices : int(i.devices)+n]
	var set uint32
	if demand <= GPU {
		best := -1
		for d, f := range free {
			if int64(f) >= demand && (best < 0 || f < free[best]) {
				best = d
			}
		}
		free[best] -= uint16(demand)
		set = 1 << best
	} else {
		for d, left := 0, demand; left > 0; d++ {
			if free[d] == GPU {
				free[d] = 0
				set |= 1 << d
				left -= GPU
			}
		}
	}
	c.refreshDevices(i, n)
	return set
}

// release gives back what occupy took.
func (c *Cluster) release(i *Instance, demand int64, set uint32) {
	share := uint16(min(demand, GPU))
	for s := set; s != 0; s &= s - 1 {
		c.devices[int(i.devices)+bits.TrailingZeros32(s)] += share
	}
	c.refreshDevices(i, c.kinds[i.Kind].Devices)
}

func (c *Cluster) refreshDevices(i *Instance, n int) {
	i.WholeDevices, i.LargestShare = 0, 0
	for d := range n {
		f := c.devices[int(i.devices)+d]
		i.LargestShare = max(i.LargestShare, f)
		if f == GPU {
			i.WholeDevices++
		}
	}
}
