package scenarios

import (
	"fmt"
	"math"

	"berth/sim/cluster"
)

// gangFits finds out whether a gang could start together if its capacity were
// empty and as large as it can get. It is an error where that is known not to be
// so.
func (t *tasks) gangFits(class *cluster.Class, share, tasks int) error {
	if tasks < 2 || t.onFargate(share) {
		return nil
	}
	c := t.world.cluster
	most := int64(0)
	for _, p := range t.providers[share] {
		instances, known := p.mostInstances()
		if !known {
			return nil
		}
		room := int64(0)
		for _, id := range c.PoolKinds(class.Pool) {
			if k := c.Kind(id); k.Provider == p.id {
				room = max(room, roomOf(k, class.Demand, c.Network(class.Network)))
			}
		}
		if t.distinct {
			room = min(room, 1)
		}
		if most += instances * min(room, int64(tasks)); most >= int64(tasks) {
			return nil
		}
	}
	return fmt.Errorf("a gang of %d tasks, but its capacity holds at most %d of them at once even when it is empty and as large as it can get", tasks, most)
}

// roomOf returns how many tasks an empty instance of a kind holds, as far as
// that is easily said.
func roomOf(k *cluster.Kind, demand cluster.Vector, network *cluster.Network) int64 {
	room := int64(math.MaxInt32)
	if demand.CPU > 0 {
		room = min(room, k.Capacity.CPU/demand.CPU)
	}
	if demand.Memory > 0 {
		room = min(room, k.Capacity.Memory/demand.Memory)
	}
	switch {
	case demand.GPU > cluster.GPU:
		room = min(room, int64(k.Devices)*cluster.GPU/demand.GPU)
	case demand.GPU > 0:
		room = min(room, int64(k.Devices)*(cluster.GPU/demand.GPU))
	}
	if network.Interface {
		room = min(room, int64(k.Interfaces))
	}
	if len(network.Static) > 0 {
		room = min(room, 1)
	}
	return room
}

// mostInstances returns how many instances a provider can have, if that is known
// from the scenario alone.
func (p *CapacityProvider) mostInstances() (n int64, known bool) {
	if e := p.External; e != nil && e.Nodes == nil {
		for _, m := range e.Instances {
			n += m.Count
		}
		return n, true
	}
	if g := p.AutoScalingGroup; g != nil && g.MixedInstancesPolicy == nil && g.InstanceRequirements == nil {
		return max(*g.DesiredCapacity, *g.MaxSize), true
	}
	return 0, false
}
