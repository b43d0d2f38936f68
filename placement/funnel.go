package placement

import (
	"slices"
	"time"

	"berth/placement/query"
	"berth/sim/cluster"
)

// Fits reports whether a task could go to an instance now.
func (l *Linear) Fits(r cluster.Request, on cluster.InstanceID) bool {
	i := l.c.Instance(on)
	return i.State == cluster.Active && l.c.Allows(r.Pool, i.Kind) && l.funnel(l.chain(r.Group), r)(on)
}

// StartsOpen reports whether a task that starts on an instance can make it one
// that tasks of the group may go to.
func (l *Linear) StartsOpen(g cluster.GroupID) bool {
	return slices.ContainsFunc(l.bind(l.chain(g)), (*query.Bound).StartsCanOpen)
}

// funnel returns the function that tells whether an ACTIVE instance can take a
// task. Its steps are those of Amazon ECS: resources, ports and interface
// first, then the constraints; an instance without limit has all of it but
// GPUs.
// Source: Amazon ECS developer guide, "Amazon ECS task placement".
func (l *Linear) funnel(ch chain, r cluster.Request) func(cluster.InstanceID) bool {
	if r.Network != cluster.NoNetwork || ch.distinct || len(ch.memberOf) > 0 {
		l.inventory()
	}
	bound := l.bind(ch)
	return func(id cluster.InstanceID) bool {
		kind := l.c.Kind(l.c.Instance(id).Kind)
		if kind.Unlimited {
			return r.Demand.GPU == 0
		}
		if !l.fits(id, r.Demand) {
			return false
		}
		if r.Network != cluster.NoNetwork && !l.use[id].takes(l.c.Network(r.Network), kind.Interfaces) {
			return false
		}
		if ch.distinct && slices.Contains(l.use[id].groups, int(r.Group)) {
			return false
		}
		for _, b := range bound {
			if !b.Matches(whole{l, id}) {
				return false
			}
		}
		return true
	}
}

// bind binds the expressions of a chain to the task groups there are.
func (l *Linear) bind(ch chain) []*query.Bound {
	names := make([]string, l.c.Groups())
	for g := range names {
		names[g] = l.c.TaskGroup(cluster.GroupID(g))
	}
	var all []*query.Bound
	for _, e := range ch.memberOf {
		all = append(all, e.Bind(names))
	}
	return all
}

func (l *Linear) fits(id cluster.InstanceID, d cluster.Vector) bool {
	i := l.c.Instance(id)
	if d.CPU > i.Free.CPU || d.Memory > i.Free.Memory {
		return false
	}
	if d.GPU == 0 {
		return true
	}
	whole := int64(0)
	for _, free := range l.c.Devices(id) {
		if d.GPU <= cluster.GPU && int64(free) >= d.GPU {
			return true
		}
		if free == cluster.GPU {
			whole++
		}
	}
	return d.GPU > cluster.GPU && whole*cluster.GPU >= d.GPU
}

// use is what the tasks of an instance take that is no resource.
type use struct {
	groups     []int // of each task
	interfaces int
	static     []cluster.Port
	dynamic    int
}

// inventory looks at what runs on each instance.
func (l *Linear) inventory() {
	l.use = append(l.use[:0], make([]use, l.c.Slots())...)
	l.c.LiveTasks(func(id cluster.TaskID) {
		t := l.c.Task(id)
		if t.Instance == cluster.None {
			return
		}
		class := l.c.Class(t.Class)
		u, n := &l.use[t.Instance], l.c.Network(class.Network)
		u.groups = append(u.groups, int(class.Group))
		if n.Interface {
			u.interfaces++
		}
		u.static = append(u.static, n.Static...)
		u.dynamic += n.Dynamic
	})
}

// takes reports whether a task of the network can join, where so many tasks can
// have an interface of their own. Static ports must be free on the instance,
// which has some of its own, and all of them together are limited; dynamic
// ports are of a range without the static ones.
// Source: Amazon ECS API, PortMapping.hostPort.
func (u *use) takes(n *cluster.Network, interfaces int) bool {
	if n.Interface && u.interfaces >= interfaces {
		return false
	}
	if len(n.Static) == 0 && n.Dynamic == 0 {
		return true
	}
	all := slices.Concat(cluster.ReservedPorts[:], u.static)
	if slices.ContainsFunc(n.Static, func(p cluster.Port) bool { return slices.Contains(all, p) }) {
		return false
	}
	all = append(all, n.Static...)
	ephemeral := u.dynamic + n.Dynamic
	for _, p := range all[len(cluster.ReservedPorts):] {
		if p.Number >= cluster.FirstEphemeralPort && p.Number <= cluster.LastEphemeralPort {
			ephemeral++
		}
	}
	return len(all) <= cluster.MaxReservedPorts && ephemeral <= cluster.LastEphemeralPort-cluster.FirstEphemeralPort+1
}

// whole is an instance as the query language sees it.
type whole struct {
	l  *Linear
	id cluster.InstanceID
}

func (w whole) kind() *cluster.Kind { return w.l.c.Kind(w.l.c.Instance(w.id).Kind) }

func (w whole) Attribute(name string) (string, bool) {
	value, ok := w.kind().Attributes[name]
	return value, ok
}

func (w whole) ID() string { return w.l.c.InstanceName(w.id) }

func (w whole) RegisteredAt() time.Time {
	return w.l.setup.Start.Add(time.Duration(w.l.c.Instance(w.id).RegisteredAt()))
}

func (w whole) RunningTasks() int64  { return int64(len(w.l.use[w.id].groups)) }
func (w whole) Runs(group int) bool  { return slices.Contains(w.l.use[w.id].groups, group) }
func (w whole) AgentVersion() string { return w.kind().Agent }
func (w whole) AgentConnected() bool { return true }

// refusal tells "not now" from "never": the task never fits when no kind of
// the pool could hold it empty, or none can meet the constraints.
func (l *Linear) refusal(ch chain, r cluster.Request) cluster.Reason {
	d := r.Demand
	for _, id := range l.c.PoolKinds(r.Pool) {
		k := l.c.Kind(id)
		if k.Unlimited {
			if d.GPU == 0 {
				return cluster.NoCapacity
			}
			continue
		}
		if d.CPU <= k.Capacity.CPU && d.Memory <= k.Capacity.Memory && d.GPU <= int64(k.Devices)*cluster.GPU &&
			(&use{}).takes(l.c.Network(r.Network), k.Interfaces) && ch.memberOf.static(k) != query.False {
			return cluster.NoCapacity
		}
	}
	return cluster.NeverFits
}
