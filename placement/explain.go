package placement

import (
	"fmt"

	"berth/sim/cluster"
)

// Explain returns why the next task of a class goes where. It changes nothing:
// where chance decides, the pick is left open.
func (l *Linear) Explain(r cluster.Request) *Explanation {
	ch := l.chain(r.Group)
	e := &Explanation{Demand: l.demand(r)}
	var order []cluster.InstanceID
	for slot := range l.c.Slots() {
		switch id := cluster.InstanceID(slot); l.c.Instance(id).State {
		case cluster.Active:
			order = append(order, id)
		case cluster.Booting, cluster.Draining:
			e.Inactive++
		}
	}
	l.byLaunch(order)
	l.inventory()
	e.Active = len(order)
	lacks := make([][]lack, len(order))
	var fits []cluster.InstanceID
	for n, id := range order {
		lacks[n] = l.lacks(id, r)
		fate := Fate{Instance: id}
		if len(lacks[n]) == 0 {
			fits = append(fits, id)
		} else {
			first := lacks[n][0]
			fate.Step, fate.Note, fate.Constraint = first.step, "lacks "+first.text, first.constraint
			if fate.Elsewhere = first.step == stepProvider; fate.Elsewhere {
				fate.Note = ""
			}
		}
		e.Fates = append(e.Fates, fate)
	}
	e.Fits = len(fits)
	e.Funnel = l.survivors(r, order, lacks)
	if len(fits) > 0 {
		l.rank(e, ch, r, fits)
		return e
	}
	l.misses(e, r, order, lacks)
	l.relax(e, r, lacks)
	l.empty(e, r)
	l.release(e, r, order)
	return e
}

// Took tells the linear form which instance a group's task went to, where
// another one decides: next-fit goes on from there.
func (l *Linear) Took(g cluster.GroupID, on cluster.InstanceID) {
	if on != cluster.None {
		l.group(g).cursor = l.c.Instance(on).Sequence
	}
}

// demand tells what a task takes.
func (l *Linear) demand(r cluster.Request) string {
	text := r.Demand.String()
	n := l.c.Network(r.Network)
	if n.Interface {
		text += ", a network interface"
	}
	for _, p := range n.Static {
		text += ", port " + p.String()
	}
	switch {
	case n.Dynamic == 1:
		text += ", a dynamic port"
	case n.Dynamic > 1:
		text += fmt.Sprintf(", %d dynamic ports", n.Dynamic)
	}
	return text
}
