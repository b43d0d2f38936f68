package placement

import (
	"math"

	"berth/sim/cluster"
)

// entry stands for an instance in a tree, or for a whole subtree: then the key
// and the sequence are not above those of any instance in it, and the room is
// not below that of any, in each resource. A task that has no room in that
// cannot have any below.
type entry struct {
	key      uint64
	cpu      int64
	memory   int64
	sequence uint32
	share    uint16 // largest free share of one GPU
	whole    uint8  // GPUs that are free entirely
	// interfaces is how many more tasks can have a network interface of their
	// own; 255 where there is no limit.
	interfaces uint8
}

// need is what a task takes, in the resources of an entry.
type need struct {
	cpu    int64
	memory int64
	share  uint16
	whole  uint8
	// interfaces is 1 for a task with a network interface of its own (awsvpc).
	interfaces uint8
}

func needOf(d cluster.Vector, network *cluster.Network) need {
	n := need{cpu: d.CPU, memory: d.Memory}
	switch {
	case d.GPU <= cluster.GPU:
		n.share = uint16(d.GPU)
	case d.GPU > math.MaxUint8*cluster.GPU: // no instance has as many
		n.whole = math.MaxUint8
	default:
		n.whole = uint8((d.GPU + cluster.GPU - 1) / cluster.GPU)
	}
	if network.Interface {
		n.interfaces = 1
	}
	return n
}

// entryOf returns the entry of an instance, without its key.
func entryOf(i *cluster.Instance, unlimited bool) entry {
	if unlimited {
		return entry{cpu: math.MaxInt64, memory: math.MaxInt64, sequence: i.Sequence, interfaces: math.MaxUint8}
	}
	return entry{
		cpu: i.Free.CPU, memory: i.Free.Memory, sequence: i.Sequence,
		share: i.LargestShare, whole: uint8(i.WholeDevices), interfaces: i.FreeInterfaces,
	}
}

// emptyOf returns the entry of an instance of a kind on which nothing runs.
func emptyOf(k *cluster.Kind) entry {
	if k.Unlimited {
		return entry{cpu: math.MaxInt64, memory: math.MaxInt64, interfaces: math.MaxUint8}
	}
	e := entry{cpu: k.Capacity.CPU, memory: k.Capacity.Memory, whole: uint8(k.Devices), interfaces: uint8(k.Interfaces)}
	if k.Devices > 0 {
		e.share = cluster.GPU
	}
	return e
}

func (e *entry) holds(n *need) bool {
	return n.cpu <= e.cpu && n.memory <= e.memory && n.share <= e.share && n.whole <= e.whole && n.interfaces <= e.interfaces
}

// before is the order of a tree.
func (e *entry) before(o *entry) bool {
	return e.key < o.key || e.key == o.key && e.sequence < o.sequence
}

// grow raises the room to hold that of o as well.
func (e *entry) grow(o *entry) {
	e.cpu = max(e.cpu, o.cpu)
	e.memory = max(e.memory, o.memory)
	e.share = max(e.share, o.share)
	e.whole = max(e.whole, o.whole)
	e.interfaces = max(e.interfaces, o.interfaces)
}

// exceededBy reports whether o has more of something.
func (e *entry) exceededBy(o *entry) bool {
	return o.cpu > e.cpu || o.memory > e.memory || o.share > e.share || o.whole > e.whole || o.interfaces > e.interfaces
}

func (e *entry) sameRoom(o *entry) bool {
	return e.cpu == o.cpu && e.memory == o.memory && e.share == o.share && e.whole == o.whole && e.interfaces == o.interfaces
}

// nothing has less room than any instance.
var nothing = entry{cpu: math.MinInt64, memory: math.MinInt64}
