package placement

import (
	"math/bits"

	"berth/sim/cluster"
)

// order says how the key of a [forest] is made: of what its rules look at, the
// first in the highest bits.
type order struct {
	parts [MaxRules]part
	n     int
}

type part struct {
	by    by
	shift uint8
	mask  uint64
}

// hostBits are enough for the tasks of one group on one instance; from 2^28 on
// they would all count as equally many.
const hostBits = 28

// widths returns how many bits the free CPU and memory of any instance of the
// cluster take. All bits set stand for an instance without limit and are left
// free for it.
func widths(c *cluster.Cluster) (cpu, memory int) {
	var most cluster.Vector
	for k := range c.Kinds() {
		capacity := c.Kind(cluster.KindID(k)).Capacity
		most.CPU, most.Memory = max(most.CPU, capacity.CPU), max(most.Memory, capacity.Memory)
	}
	return bits.Len64(uint64(most.CPU + 1)), bits.Len64(uint64(most.Memory + 1))
}

// pack returns an order of as many of the rules as have room in 64 bits, up to
// one that scores.
func pack(rules []by, cpuBits, memoryBits int) order {
	var o order
	used := 0
	for _, b := range rules {
		width := hostBits
		switch b {
		case byCPU:
			width = cpuBits
		case byMemory:
			width = memoryBits
		}
		if used+width > 64 || b == byScore {
			break
		}
		used += width
		for i := range o.n {
			o.parts[i].shift += uint8(width)
		}
		o.parts[o.n] = part{by: b, mask: 1<<width - 1}
		o.n++
	}
	return o
}

// key returns the key of an instance; hosts is the number of tasks of the
// group there.
func (o *order) key(e *entry, hosts int32) uint64 {
	var key uint64
	for i := range o.parts[:o.n] {
		p := &o.parts[i]
		v := uint64(hosts)
		switch p.by {
		case byCPU:
			v = uint64(e.cpu)
		case byMemory:
			v = uint64(e.memory)
		}
		key |= min(v, p.mask) << p.shift
	}
	return key
}

// from returns a key below which no instance has room.
func (o *order) from(n *need) uint64 {
	if o.n == 0 {
		return 0
	}
	p := &o.parts[0]
	switch p.by {
	case byCPU:
		return min(uint64(n.cpu), p.mask) << p.shift
	case byMemory:
		return min(uint64(n.memory), p.mask) << p.shift
	}
	return 0
}

// ceiling returns the greatest key that is equal to this one in the first
// part.
func (o *order) ceiling(key uint64) uint64 {
	if o.n == 0 {
		return key
	}
	return key | (1<<o.parts[0].shift - 1)
}
