package cluster

import (
	"math/bits"
	"slices"
)

// HoldsWithout reports whether an instance would have room for a demand and a
// network if some of its tasks had ended. It costs time in proportion to them
// and is for explanations.
func (c *Cluster) HoldsWithout(id InstanceID, ended []TaskID, demand Vector, n NetworkID) bool {
	i := &c.instances[id]
	k := &c.kinds[i.Kind]
	if k.Unlimited {
		return demand.GPU == 0
	}
	free, interfaces := i.Free, int(i.FreeInterfaces)
	devices := slices.Clone(c.Devices(id))
	used := c.Ports(id)
	ports := Ports{Static: slices.Clone(used.Static), Dynamic: used.Dynamic}
	for _, t := range ended {
		class := &c.classes[c.tasks[t].Class]
		free = free.Add(class.Demand)
		share := uint16(min(class.Demand.GPU, GPU))
		for s := c.tasks[t].devices; s != 0 && class.Demand.GPU > 0; s &= s - 1 {
			devices[bits.TrailingZeros32(s)] += share
		}
		w := &c.networks[class.Network]
		if w.Interface {
			interfaces++
		}
		ports.Dynamic -= w.Dynamic
		ports.Static = slices.DeleteFunc(ports.Static, func(p Port) bool { return slices.Contains(w.Static, p) })
	}
	then := Instance{}
	for _, f := range devices {
		then.LargestShare = max(then.LargestShare, f)
		if f == GPU {
			then.WholeDevices++
		}
	}
	w := &c.networks[n]
	return free.covers(demand) && then.FitsGPU(demand.GPU) && (!w.Interface || interfaces > 0) && ports.Takes(w)
}

// DevicesWithout appends the thousandths of each GPU of a running task's
// instance that would be free if it ended.
func (c *Cluster) DevicesWithout(id TaskID, to []uint16) []uint16 {
	t := &c.tasks[id]
	at := len(to)
	to = append(to, c.Devices(t.Instance)...)
	share := uint16(min(c.classes[t.Class].Demand.GPU, GPU))
	for s := t.devices; s != 0; s &= s - 1 {
		to[at+bits.TrailingZeros32(s)] += share
	}
	return to
}
