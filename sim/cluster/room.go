package cluster

import "math/bits"

// Room returns how many tasks of a demand and a network an instance would have
// room for, at most so many, if some of its tasks had ended. It takes time in
// proportion to those and to the GPUs.
func (c *Cluster) Room(id InstanceID, ended []TaskID, demand Vector, n NetworkID, most int) int {
	i := &c.instances[id]
	if c.kinds[i.Kind].Unlimited {
		if demand.GPU > 0 {
			return 0
		}
		return most
	}
	w := &c.networks[n]
	free, interfaces := i.Free, int(i.FreeInterfaces)
	for _, t := range ended {
		class := &c.classes[c.tasks[t].Class]
		free = free.Add(class.Demand)
		if c.networks[class.Network].Interface {
			interfaces++
		}
	}
	room := int64(most)
	if demand.CPU > 0 {
		room = min(room, free.CPU/demand.CPU)
	}
	if demand.Memory > 0 {
		room = min(room, free.Memory/demand.Memory)
	}
	if w.Interface {
		room = min(room, int64(interfaces))
	}
	if room > 0 && demand.GPU > 0 {
		room = min(room, c.roomOnDevices(id, ended, demand.GPU))
	}
	if room > 0 && (len(w.Static) > 0 || w.Dynamic > 0) {
		room = min(room, c.roomOfPorts(id, ended, w))
	}
	return int(room)
}

// roomOnDevices is Room as far as GPUs go.
func (c *Cluster) roomOnDevices(id InstanceID, ended []TaskID, demand int64) int64 {
	var free [maxDevices]uint16
	n := copy(free[:], c.Devices(id))
	for _, t := range ended {
		share := uint16(min(c.classes[c.tasks[t].Class].Demand.GPU, GPU))
		for s := c.tasks[t].devices; s != 0 && share > 0; s &= s - 1 {
			free[bits.TrailingZeros32(s)] += share
		}
	}
	room := int64(0)
	for _, f := range free[:n] {
		switch {
		case demand <= GPU:
			room += int64(f) / demand
		case f == GPU:
			room++
		}
	}
	if demand > GPU {
		room /= demand / GPU
	}
	return room
}

// roomOfPorts is Room as far as ports go. No two tasks have the same port.
func (c *Cluster) roomOfPorts(id InstanceID, ended []TaskID, w *Network) int64 {
	used := c.Ports(id)
	taken := make(map[Port]bool, len(used.Static))
	for _, p := range used.Static {
		taken[p] = true
	}
	dynamic := used.Dynamic
	for _, t := range ended {
		o := &c.networks[c.classes[c.tasks[t].Class].Network]
		dynamic -= o.Dynamic
		for _, p := range o.Static {
			delete(taken, p)
		}
	}
	then := Ports{Dynamic: dynamic}
	for _, p := range used.Static {
		if taken[p] {
			then.Static = append(then.Static, p)
		}
	}
	switch {
	case !then.Takes(w):
		return 0
	case len(w.Static) > 0:
		return 1
	}
	return int64((ephemeralPorts - dynamic - ephemeral(then.Static)) / w.Dynamic)
}
