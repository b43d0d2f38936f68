package report

import (
	"fmt"

	"berth/sim/cluster"
)

// Check holds what has been measured so far against the cluster: each attempt and
// each instance is in one state, and each instance's account knows what its tasks
// hold. It takes time in proportion to all of them and is for --check.
func (m *Meter) Check() error {
	y := m.Tally
	var alive int64
	shares := make([]int64, len(m.Ledger.instances))
	m.cluster.LiveTasks(func(id cluster.TaskID) {
		t := m.cluster.Task(id)
		if t.Submitted >= y.warmup {
			alive++
		}
		if t.Instance != cluster.None && !m.Ledger.onFargate(t) {
			kind := m.cluster.Instance(t.Instance).Kind
			shares[t.Instance] += m.Ledger.scale[kind].dominant(m.cluster.Class(t.Class).Demand)
		}
	})
	var submitted, ended int64
	for i := range y.groups {
		g := &y.groups[i]
		submitted += g.submitted
		ended += g.completed + g.stopped + g.interrupted + g.failed + g.rejected
	}
	if submitted != ended+alive {
		return fmt.Errorf("report: of %d attempts %d have ended and %d are alive", submitted, ended, alive)
	}
	var states [int(cluster.Terminated) + 1]int64
	var ec2, others int64
	for id := range m.cluster.Slots() {
		i := m.cluster.Instance(cluster.InstanceID(id))
		k := m.cluster.Kind(i.Kind)
		switch {
		case i.State == cluster.Absent || k.Unlimited:
			continue
		case k.Type == "":
			others++
		default:
			ec2++
			states[i.State]++
		}
		if a := &m.Ledger.instances[id]; !a.open || a.shares != shares[id] {
			return fmt.Errorf("report: the account of %s holds shares of %d, its tasks of %d (open: %v)", m.cluster.InstanceName(cluster.InstanceID(id)), a.shares, shares[id], a.open)
		}
	}
	n := m.Recorder.count
	if running := n.RunningAtStart + n.Launched - n.Terminated; running != ec2+others || running != m.Recorder.current[instancesRunning] {
		return fmt.Errorf("report: %d instances at the start and %d launched less %d terminated are not the %d that there are", n.RunningAtStart, n.Launched, n.Terminated, ec2+others)
	}
	if c := m.Recorder.capacity; c != nil {
		for i, t := range c.state {
			if s := cluster.Booting + cluster.State(i); t.current != states[s] {
				return fmt.Errorf("report: %d instances are %v, not %d", states[s], s, t.current)
			}
		}
		if of := c.purchase[onDemand].current + c.purchase[onSpot].current; of != ec2 {
			return fmt.Errorf("report: %d instances by purchase option are not the %d of EC2", of, ec2)
		}
	}
	return nil
}
