package cluster

import (
	"fmt"

	"berth/sim"
)

// Resumer is a watcher that is told when an instance takes tasks again.
type Resumer interface {
	// InstanceResumed is called when an instance takes tasks again that had been
	// suspended.
	InstanceResumed(now sim.Time, id InstanceID)
}

// Suspend has an instance without limit take no tasks, until [Cluster.Resume].
// It stays ACTIVE, and its tasks run on. It is for capacity without instances
// that there is none of for a while.
func (c *Cluster) Suspend(id InstanceID) {
	i := &c.instances[id]
	if c.mustBe(id, Active); !c.kinds[i.Kind].Unlimited || i.Suspended {
		panic(fmt.Sprintf("cluster: %s cannot be suspended", c.InstanceName(id)))
	}
	i.Suspended = true
}

// Resume has an instance take tasks again.
func (c *Cluster) Resume(id InstanceID) {
	i := &c.instances[id]
	if !i.Suspended {
		panic(fmt.Sprintf("cluster: %s is not suspended", c.InstanceName(id)))
	}
	i.Suspended = false
	for _, w := range c.watchers {
		if r, ok := w.(Resumer); ok {
			r.InstanceResumed(c.clock.Now(), id)
		}
	}
}
