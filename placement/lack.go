package placement

import (
	"fmt"
	"slices"
	"strings"

	"berth/placement/query"
	"berth/sim/cluster"
)

// lack is something that an instance has not got for a task.
type lack struct {
	step       string
	text       string
	share      float64 // how much of the capacity is missing, for comparison only
	constraint bool
}

// The steps of the funnel before the constraints.
const (
	stepProvider  = "capacity provider"
	stepAttribute = "platform"
	stepCPU       = "cpu"
	stepMemory    = "memory"
	stepGPU       = "gpu"
	stepPorts     = "ports"
	stepInterface = "network interface"
)

// steps returns the steps that a task goes through, in ECS's order.
func (l *Linear) steps(r cluster.Request) []string {
	steps := []string{stepProvider}
	if len(l.c.Pool(r.Pool).Requirements) > 0 {
		steps = append(steps, stepAttribute)
	}
	steps = append(steps, stepCPU, stepMemory)
	if r.Demand.GPU > 0 {
		steps = append(steps, stepGPU)
	}
	n := l.c.Network(r.Network)
	if len(n.Static) > 0 || n.Dynamic > 0 {
		steps = append(steps, stepPorts)
	}
	if n.Interface {
		steps = append(steps, stepInterface)
	}
	ch := l.chain(r.Group)
	if ch.distinct {
		steps = append(steps, DistinctInstance)
	}
	for _, e := range ch.memberOf {
		steps = append(steps, memberOfStep(e))
	}
	return steps
}

// lacks returns what an instance has not got for a task, in the order of the
// steps.
func (l *Linear) lacks(id cluster.InstanceID, r cluster.Request) []lack {
	i := l.c.Instance(id)
	kind := l.c.Kind(i.Kind)
	pool := l.c.Pool(r.Pool)
	var all []lack
	add := func(step, text string, missing, capacity int64) {
		all = append(all, lack{step: step, text: text, share: float64(missing) / float64(max(capacity, 1))})
	}
	if !slices.Contains(pool.Providers, kind.Provider) {
		add(stepProvider, "nothing, but is of "+l.c.ProviderName(kind.Provider), 1, 1)
	}
	for _, q := range pool.Requirements {
		if v, ok := kind.Attributes[q.Attribute]; !ok || !slices.Contains(q.Values, v) {
			add(stepAttribute, fmt.Sprintf("%s %s", q.Attribute, strings.Join(q.Values, " or ")), 1, 1)
		}
	}
	if !kind.Unlimited {
		if missing := r.Demand.CPU - i.Free.CPU; missing > 0 {
			add(stepCPU, units(missing, cluster.CPUUnit)+" CPU units", missing, kind.Capacity.CPU)
		}
		if missing := r.Demand.Memory - i.Free.Memory; missing > 0 {
			add(stepMemory, units(missing, cluster.MiB)+" MiB", missing, kind.Capacity.Memory)
		}
		if text, missing := l.lacksGPU(id, r.Demand.GPU); missing > 0 {
			add(stepGPU, text, missing, kind.Capacity.GPU)
		}
		n := l.c.Network(r.Network)
		if ports := l.c.Ports(id); !ports.Takes(n) {
			text := l.takenPorts(id, n)
			add(stepPorts, text, 1, 1)
		}
		if n.Interface && i.FreeInterfaces == 0 {
			text := fmt.Sprintf("a network interface: all %d are taken", kind.Interfaces)
			if kind.Interfaces == 0 {
				text = "network interfaces for tasks"
			}
			add(stepInterface, text, 1, 1)
		}
	} else if r.Demand.GPU > 0 {
		add(stepGPU, "GPUs", 1, 1)
	}
	if kind.Unlimited {
		return all
	}
	ch := l.chain(r.Group)
	if ch.distinct && slices.Contains(l.use[id].groups, int(r.Group)) {
		all = append(all, lack{DistinctInstance, "an instance to itself: a task of the group runs there", 1, true})
	}
	for n, b := range l.bind(ch) {
		if !b.Matches(whole{l, id}) {
			all = append(all, lack{memberOfStep(ch.memberOf[n]), "what " + ch.memberOf[n].String() + " asks for", 1, true})
		}
	}
	return all
}

func memberOfStep(e *query.Expression) string { return MemberOf + " " + e.String() }

// units writes an amount in a unit, with as many decimals as it needs.
func units(n, unit int64) string {
	if n%unit == 0 {
		return fmt.Sprint(n / unit)
	}
	return strings.TrimRight(fmt.Sprintf("%.3f", float64(n)/float64(unit)), "0")
}

// lacksGPU tells how much of one device, or how many whole ones, are missing.
func (l *Linear) lacksGPU(id cluster.InstanceID, demand int64) (text string, missing int64) {
	if demand == 0 {
		return "", 0
	}
	var largest, whole, sum int64
	for _, free := range l.c.Devices(id) {
		largest = max(largest, int64(free))
		sum += int64(free)
		if free == cluster.GPU {
			whole++
		}
	}
	switch devices := len(l.c.Devices(id)); {
	case devices == 0:
		return "GPUs", demand
	case demand <= cluster.GPU && demand > largest:
		text = units(demand-largest, cluster.GPU) + " of a GPU"
		if sum >= demand {
			text += fmt.Sprintf(" on one device (%s free on %d together)", units(sum, cluster.GPU), devices)
		}
		return text, demand - largest
	case demand > cluster.GPU && demand > whole*cluster.GPU:
		text = units(demand-whole*cluster.GPU, cluster.GPU) + " whole GPUs"
		if sum >= demand {
			text += fmt.Sprintf(" (%s free in parts)", units(sum, cluster.GPU))
		}
		return text, demand - whole*cluster.GPU
	}
	return "", 0
}

// takenPorts tells which ports of a network an instance has not got.
func (l *Linear) takenPorts(id cluster.InstanceID, n *cluster.Network) string {
	used := l.c.Ports(id)
	var taken []string
	for _, p := range n.Static {
		if slices.Contains(used.Static, p) || slices.Contains(cluster.ReservedPorts[:], p) {
			taken = append(taken, p.String())
		}
	}
	switch {
	case len(taken) == 1:
		return "port " + taken[0] + ", which is taken"
	case len(taken) > 1:
		return "ports " + strings.Join(taken, ", ") + ", which are taken"
	case len(n.Static) > 0:
		return fmt.Sprintf("%d ports: it has %d of its own and at most %d", len(n.Static), len(used.Static)+len(cluster.ReservedPorts), cluster.MaxReservedPorts)
	}
	return fmt.Sprintf("%d ports: %d are assigned already", n.Dynamic, used.Dynamic)
}

// survivors counts who is left after each step.
func (l *Linear) survivors(r cluster.Request, order []cluster.InstanceID, lacks [][]lack) []Step {
	left := len(order)
	var steps []Step
	for _, name := range l.steps(r) {
		s := Step{Name: name, Before: left}
		var nearest *lack
		for n, missing := range lacks {
			if len(missing) == 0 || missing[0].step != name {
				continue
			}
			left--
			if name == stepProvider {
				continue // none is nearer than the others
			}
			if nearest == nil || missing[0].share < nearest.share {
				nearest = &missing[0]
				s.Nearest = &Miss{l.c.InstanceName(order[n]), []string{missing[0].text}}
			}
		}
		s.After = left
		steps = append(steps, s)
	}
	return steps
}
