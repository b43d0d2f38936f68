package ec2

import (
	"berth/sim"
	"berth/sim/cluster"
)

// memberState is how far an instance of a group has come, in the words of Auto
// Scaling's lifecycle states.
type memberState uint8

const (
	gone        memberState = iota
	pending                 // boots, or its launching hook is under way
	inService               // its agent has registered
	terminating             // drains, or its terminating hook is under way
	preparing               // boots for the warm pool
	prepared                // runs in the warm pool
)

// member is what a group knows of one of its instances.
type member struct {
	group        int32
	option       int32
	next, before cluster.InstanceID // in its list, in the order of launches
	end          sim.Time           // when it is reclaimed, once it has had its notice
	hook         sim.Time           // what its terminating hook takes; once terminating, until when
	state        memberState
	why          cause // of its being replaced
	protected    bool  // from scale-in
	leaving      bool  // stays until others have taken its place, and no longer counts
	noticed      bool  // has had its interruption notice
	abandoned    bool  // its launching hook will end with ABANDON
	young        bool  // launched by an instance refresh, its warm-up is not over
}

// counts reports whether the instance counts towards the desired capacity.
func (m *member) counts() bool {
	return (m.state == pending || m.state == inService) && !m.leaving
}

// list is a list of instances of a group.
type list struct{ first, last cluster.InstanceID }

var emptyList = list{first: cluster.None, last: cluster.None}

func (a *AutoScaling) push(l *list, id cluster.InstanceID) {
	m := &a.members[id]
	m.next, m.before = cluster.None, l.last
	if l.last == cluster.None {
		l.first = id
	} else {
		a.members[l.last].next = id
	}
	l.last = id
}

func (a *AutoScaling) remove(l *list, id cluster.InstanceID) {
	m := &a.members[id]
	if m.before == cluster.None {
		l.first = m.next
	} else {
		a.members[m.before].next = m.next
	}
	if m.next == cluster.None {
		l.last = m.before
	} else {
		a.members[m.next].before = m.before
	}
}

// join adds an instance to what counts towards the desired capacity.
func (g *Group) join(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	o := &g.Options[m.option]
	z := &g.zones[o.Zone]
	g.scaling.push(&z.list, id)
	z.members++
	g.options[m.option].members++
	g.add(m, o.weight())
}

// add adds the units of an instance that counts, or takes them off.
func (g *Group) add(m *member, units int) {
	g.units += units
	if g.Options[m.option].Spot {
		g.spotUnits += units
	}
	if m.state == inService {
		g.serving += units
	}
}

// part takes an instance out of what counts, whatever becomes of it.
func (g *Group) part(id cluster.InstanceID) {
	m := &g.scaling.members[id]
	o := &g.Options[m.option]
	if m.leaving {
		g.scaling.remove(&g.leaving, id)
		g.leavingUnits -= o.weight()
		return
	}
	z := &g.zones[o.Zone]
	g.scaling.remove(&z.list, id)
	z.members--
	g.options[m.option].members--
	g.add(m, -o.weight())
}

// setState moves an instance from one state to another and keeps the counts.
func (g *Group) setState(m *member, to memberState) {
	g.states[m.state]--
	m.state = to
	g.states[to]++
}
