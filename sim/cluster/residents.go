package cluster

// residents lists the tasks that have their place on an instance, newest first.
// Only clusters whose instances can be lost need it.
type residents struct {
	first []TaskID    // by instance
	links []neighbour // by task
}

type neighbour struct{ next, before TaskID }

// KeepResidents has the cluster know which tasks have their place on an
// instance, for [Cluster.Evict] and [Cluster.Residents]. It must be called before
// any task starts.
func (c *Cluster) KeepResidents() {
	if c.residents == nil {
		c.residents = &residents{}
	}
}

// KeepsResidents reports whether the cluster knows which tasks have their place on
// an instance.
func (c *Cluster) KeepsResidents() bool { return c.residents != nil }

func (r *residents) add(on InstanceID, id TaskID) {
	for len(r.first) <= int(on) {
		r.first = append(r.first, None)
	}
	for len(r.links) <= int(id) {
		r.links = append(r.links, neighbour{})
	}
	next := r.first[on]
	r.links[id] = neighbour{next: next, before: None}
	if next != None {
		r.links[next].before = id
	}
	r.first[on] = id
}

func (r *residents) remove(on InstanceID, id TaskID) {
	l := r.links[id]
	if l.next != None {
		r.links[l.next].before = l.before
	}
	if l.before == None {
		r.first[on] = l.next
	} else {
		r.links[l.before].next = l.next
	}
}

// Residents calls f for each task that has its place on an instance, those that
// came last first. f may end the task that it is called for, and no other.
func (c *Cluster) Residents(on InstanceID, f func(TaskID)) {
	r := c.residents
	if int(on) >= len(r.first) {
		return
	}
	for id := r.first[on]; id != None; {
		next := r.links[id].next
		f(id)
		id = next
	}
}

// Evict ends all tasks of an instance for a reason, those that came last first. It
// takes time in proportion to them.
func (c *Cluster) Evict(on InstanceID, why Reason) {
	c.Residents(on, func(id TaskID) { c.End(id, why) })
}
