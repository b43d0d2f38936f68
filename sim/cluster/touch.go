package cluster

// Toucher is a watcher that keeps something for each instance in memory of its
// own. It reads it when told that tasks on the instances will end soon. It must
// not change anything.
type Toucher interface {
	Touch(instances []InstanceID)
}

// Touch reads what the ends of tasks will need, all at once, so that the waits
// for memory overlap: with a hundred thousand tasks alive they are a good part
// of what an end costs. The slots are those of tasks, see [sim.Kernel.Foresee];
// a slot may have another task by now, or none.
func (c *Cluster) Touch(slots []uint32) {
	c.touching = c.touching[:0]
	for _, id := range slots {
		if on := c.tasks[id].Instance; on != None {
			c.touching = append(c.touching, on)
		}
	}
	for _, on := range c.touching {
		c.touched += c.instances[on].Free.CPU
	}
	for _, t := range c.touchers {
		t.Touch(c.touching)
	}
}
