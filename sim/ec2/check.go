package ec2

import (
	"fmt"

	"berth/sim/cluster"
)

// Check compares what the groups count with their instances, and returns the
// first thing that does not hold. It takes time in proportion to the instances;
// it is for tests and for runs with --check.
func (a *AutoScaling) Check() error {
	type counts struct {
		units, spot, serving, leaving, young int
		states                               [states]int
	}
	found := make([]counts, len(a.groups))
	zones := make(map[[2]int]int)
	options := make(map[[2]int]int)
	for id := range a.members {
		m := &a.members[id]
		if m.state == gone {
			continue
		}
		i := a.cluster.Instance(cluster.InstanceID(id))
		g, c := a.groups[m.group], &found[m.group]
		o := &g.Options[m.option]
		c.states[m.state]++
		booting := m.state == pending || m.state == preparing || m.state == prepared
		if i.State == cluster.Absent || booting != (i.State == cluster.Booting) || i.Kind != o.Kind {
			return fmt.Errorf("ec2: %s is %v, and not what %s takes it for", a.cluster.InstanceName(cluster.InstanceID(id)), i.State, g.Name)
		}
		if m.young {
			c.young += o.weight()
		}
		if m.leaving && m.state != terminating {
			c.leaving += o.weight()
		}
		if !m.counts() {
			continue
		}
		c.units += o.weight()
		if o.Spot {
			c.spot += o.weight()
		}
		if m.state == inService {
			c.serving += o.weight()
		}
		zones[[2]int{int(m.group), o.Zone}]++
		options[[2]int{int(m.group), int(m.option)}]++
	}
	for n, g := range a.groups {
		have := counts{g.units, g.spotUnits, g.serving, g.leavingUnits, g.refresh.young, g.states}
		if have != found[n] {
			return fmt.Errorf("ec2: %s counts %+v, there are %+v", g.Name, have, found[n])
		}
		for z := range g.zones {
			if g.zones[z].members != zones[[2]int{n, z}] {
				return fmt.Errorf("ec2: %s counts %d instances in %s, there are %d", g.Name, g.zones[z].members, g.Zones[z], zones[[2]int{n, z}])
			}
		}
		for i := range g.options {
			if g.options[i].members != options[[2]int{n, i}] {
				return fmt.Errorf("ec2: %s counts %d instances of option %d, there are %d", g.Name, g.options[i].members, i, options[[2]int{n, i}])
			}
		}
		if g.units+g.lost > g.desired && g.units > 0 && !g.relieves && g.units+g.lost-g.desired >= g.heaviest {
			return fmt.Errorf("ec2: %s has %d units of %d desired", g.Name, g.units, g.desired)
		}
	}
	return nil
}
