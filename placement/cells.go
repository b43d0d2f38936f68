package placement

import (
	"encoding/binary"

	"berth/sim/cluster"
)

// cells partitions the kinds of instances: two kinds are in one cell if no
// pool, no attribute that a spread looks at and no constraint tells them apart. A request
// then looks at whole cells, and within a cell only at what changes.
type cells struct {
	kinds, pools int         // as many as there were
	of           []int32     // by kind
	n            int32       // cells
	inPool       [][]int32   // the cells of each pool, in ascending order
	attributes   []attribute // those that a spread looks at
	members      []*membership
}

// attribute numbers the values of an attribute. Value 0 is "has none".
type attribute struct {
	name   string
	number map[string]int32
	ofKind []int32
	ofCell []int32
}

// use returns the number of an attribute.
func (p *cells) use(name string) int {
	for a := range p.attributes {
		if p.attributes[a].name == name {
			return a
		}
	}
	p.attributes = append(p.attributes, attribute{name: name, number: make(map[string]int32)})
	return len(p.attributes) - 1
}

// current reports whether the partition is that of the cluster as it is.
func (p *cells) current(c *cluster.Cluster) bool {
	return p.kinds == c.Kinds() && p.pools == c.Pools()
}

// divide makes the partition anew. It reports whether kinds that were there
// before are in the cells they were in. Values keep their numbers.
func (p *cells) divide(c *cluster.Cluster) (same bool) {
	was := p.of
	p.kinds, p.pools = c.Kinds(), c.Pools()
	p.of, p.n = make([]int32, p.kinds), 0
	p.inPool = make([][]int32, p.pools)
	for a := range p.attributes {
		p.attributes[a].read(c)
		p.attributes[a].ofCell = p.attributes[a].ofCell[:0]
	}
	for _, m := range p.members {
		m.read(c)
		m.ofCell = m.ofCell[:0]
	}
	bySignature := make(map[string]int32)
	var signature []byte
	for k := range p.kinds {
		signature = signature[:0]
		for a := range p.attributes {
			signature = binary.LittleEndian.AppendUint32(signature, uint32(p.attributes[a].ofKind[k]))
		}
		for _, m := range p.members {
			signature = append(signature, byte(m.ofKind[k]))
		}
		for pool := range p.pools {
			allowed := byte(0)
			if c.Allows(cluster.PoolID(pool), cluster.KindID(k)) {
				allowed = 1
			}
			signature = append(signature, allowed)
		}
		cell, found := bySignature[string(signature)]
		if !found {
			cell = p.n
			p.n++
			bySignature[string(signature)] = cell
			for a := range p.attributes {
				p.attributes[a].ofCell = append(p.attributes[a].ofCell, p.attributes[a].ofKind[k])
			}
			for _, m := range p.members {
				m.ofCell = append(m.ofCell, m.ofKind[k])
			}
			for pool := range p.pools {
				if c.Allows(cluster.PoolID(pool), cluster.KindID(k)) {
					p.inPool[pool] = append(p.inPool[pool], cell)
				}
			}
		}
		p.of[k] = cell
	}
	for k := range was {
		if was[k] != p.of[k] {
			return false
		}
	}
	return true
}

// read looks at kinds that are new.
func (a *attribute) read(c *cluster.Cluster) {
	for k := len(a.ofKind); k < c.Kinds(); k++ {
		text, ok := c.Kind(cluster.KindID(k)).Attributes[a.name]
		if !ok {
			a.ofKind = append(a.ofKind, 0)
			continue
		}
		v, known := a.number[text]
		if !known {
			v = int32(len(a.number)) + 1
			a.number[text] = v
		}
		a.ofKind = append(a.ofKind, v)
	}
}
