package placement

import (
	"math"

	"berth/sim/cluster"
)

// rough is how much CPU and memory an instance has free, in the highest 16 bits
// of what any has. A random draw looks at it first, because it hits one
// instance here and another there: at four bytes each they stay in the cache.
type rough struct{ cpu, memory uint16 }

// shifts returns by how many bits the free CPU and memory are shortened.
func (ix *Index) shifts() (cpu, memory int) { return max(0, ix.cpuBits-16), max(0, ix.memBits-16) }

// roughOf returns what is free on an instance, roughly.
func (ix *Index) roughOf(e *entry) rough {
	cpu, memory := ix.shifts()
	return rough{uint16(min(e.cpu>>cpu, math.MaxUint16)), uint16(min(e.memory>>memory, math.MaxUint16))}
}

// roughly returns what is free on the ACTIVE instances, by slot, and keeps that
// from now on.
func (ix *Index) roughly() []rough {
	if ix.free == nil {
		ix.free = make([]rough, ix.c.Slots())
		for slot := range ix.free {
			if i := ix.c.Instance(cluster.InstanceID(slot)); i.State == cluster.Active {
				e := entryOf(i, ix.c.Kind(i.Kind).Unlimited)
				ix.free[slot] = ix.roughOf(&e)
			}
		}
	}
	return ix.free
}

// lottery draws instances of a pool at random.
type lottery struct {
	ix   *Index
	s    *search
	all  []cluster.InstanceID
	free []rough
	want rough
}

func (ix *Index) lottery(s *search) lottery {
	return lottery{
		ix: ix, s: s, all: ix.roster(s.request.Pool).slots, free: ix.roughly(),
		want: ix.roughOf(&entry{cpu: s.want.cpu, memory: s.want.memory}),
	}
}

// draw draws an instance and reports whether it can take the task.
func (l *lottery) draw() (cluster.InstanceID, bool) {
	id := l.all[l.s.rng.IntN(len(l.all))]
	if f := l.free[id]; f.cpu < l.want.cpu || f.memory < l.want.memory {
		l.ix.visited++
		return id, false
	}
	return id, l.ix.open(l.s, int32(id))
}
