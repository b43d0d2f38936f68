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
	whole    uint16 // GPUs that are free entirely
}

// need is what a task takes, in the resources of an entry.
type need struct {
	cpu    int64
	memory int64
	share  uint16
	whole  uint16
}

func needOf(d cluster.Vector) need {
	n := need{cpu: d.CPU, memory: d.Memory}
	switch {
	case d.GPU <= cluster.GPU:
		n.share = uint16(d.GPU)
	case d.GPU > math.MaxUint16*cluster.GPU:
		n.whole = math.MaxUint16
	default:
		n.whole = uint16((d.GPU + cluster.GPU - 1) / cluster.GPU)
	}
	return n
}

// entryOf returns the entry of an instance, without its key.
func entryOf(i *cluster.Instance, unlimited bool) entry {
	if unlimited {
		return entry{cpu: math.MaxInt64, memory: math.MaxInt64, sequence: i.Sequence}
	}
	return entry{cpu: i.Free.CPU, memory: i.Free.Memory, sequence: i.Sequence, share: i.LargestShare, whole: i.WholeDevices}
}

func (e *entry) holds(n *need) bool {
	return n.cpu <= e.cpu && n.memory <= e.memory && n.share <= e.share && n.whole <= e.whole
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
}

// exceededBy reports whether o has more of something.
func (e *entry) exceededBy(o *entry) bool {
	return o.cpu > e.cpu || o.memory > e.memory || o.share > e.share || o.whole > e.whole
}

func (e *entry) sameRoom(o *entry) bool {
	return e.cpu == o.cpu && e.memory == o.memory && e.share == o.share && e.whole == o.whole
}

// nothing has less room than any instance.
var nothing = entry{cpu: math.MinInt64, memory: math.MinInt64}
