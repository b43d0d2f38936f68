package ec2

import (
	"berth/sim"
	"berth/sim/cluster"
)

// cause is why an instance leaves once others have taken its place.
type cause uint8

const (
	byRebalancing cause = iota
	byRecommendation
)

// release takes an instance out of service and terminates it, at once or when
// its tasks and its terminating hook allow it. One that boots is gone at once.
//
// Source: Amazon ECS developer guide, "Managed instance draining"; Amazon EC2
// Auto Scaling user guide, "Lifecycle hooks".
func (g *Group) release(id cluster.InstanceID) {
	g.part(id)
	g.retire(id)
}

// retire terminates an instance that no longer counts.
func (g *Group) retire(id cluster.InstanceID) {
	a := g.scaling
	m, i, now := &a.members[id], a.cluster.Instance(id), a.kernel.Now()
	g.matureEarly(m)
	if i.State == cluster.Booting {
		g.end(id, cluster.Stopped)
		return
	}
	g.setState(m, terminating)
	m.hook += now
	if g.Draining.Managed && i.State == cluster.Active {
		a.cluster.Drain(id)
	}
	if g.Draining.Managed && a.cluster.Instance(id).Tasks > 0 {
		timeout := g.Draining.Timeout
		if timeout == 0 {
			timeout = MaxWait
		}
		a.schedule(max(now+timeout, m.hook), a.overdue, id)
	}
	if m.hook > now {
		a.schedule(m.hook, a.held, id)
		return
	}
	g.onDrained(id)
}

// onDrained terminates an instance whose terminating hook is over, if nothing
// runs there or nothing waits for what runs.
func (g *Group) onDrained(id cluster.InstanceID) {
	a := g.scaling
	m := &a.members[id]
	if m.state != terminating || a.kernel.Now() < m.hook || g.Draining.Managed && a.cluster.Instance(id).Tasks > 0 {
		return
	}
	g.end(id, cluster.Stopped)
}

// onOverdue terminates an instance that has drained for too long.
func (g *Group) onOverdue(id cluster.InstanceID) {
	if g.scaling.members[id].state == terminating {
		g.end(id, cluster.Stopped)
	}
}

// end ends the tasks of an instance for a reason, and the instance.
func (g *Group) end(id cluster.InstanceID, why cluster.Reason) {
	a := g.scaling
	m := &a.members[id]
	if o := &g.Options[m.option]; o.Spot && g.market != nil && !m.noticed {
		g.market.Leave(o.Pool)
	}
	if a.cluster.Instance(id).Tasks > 0 {
		a.cluster.Evict(id, why)
	}
	a.cluster.Terminate(id)
	g.setState(m, gone)
	g.states[gone] = 0
}

// lose ends an instance that is lost all at once. It is missed, and replaced, at
// the next health check, unless others take its place already.
func (g *Group) lose(id cluster.InstanceID, why string) {
	m := &g.scaling.members[id]
	if m.counts() {
		g.lost += g.Options[m.option].weight()
		g.lostWhy = why
		g.checkLater()
	}
	switch m.state {
	case pending, inService:
		if m.state == pending {
			g.tries++
		}
		g.part(id)
		g.matureEarly(m)
	case preparing, prepared:
		g.unprepare(id)
	}
	g.end(id, cluster.Interrupted)
}

// checkLater has the group look for lost instances.
func (g *Group) checkLater() {
	if g.checks {
		return
	}
	g.checks = true
	now := g.scaling.kernel.Now()
	every := g.HealthCheck
	if every == 0 {
		every = DefaultHealthCheck
	}
	at := (now/every + 1) * every
	g.scaling.kernel.Schedule(at, g.scaling.checked, g.number, 0)
	g.expect(at)
}

// onChecked replaces instances that were lost.
//
// Source: Amazon EC2 Auto Scaling user guide, "Health checks for instances in an
// Auto Scaling group".
func (g *Group) onChecked() {
	g.checks, g.lost = false, 0
	g.reconcile(g.lostWhy)
	g.fillWarmPool()
}

// protects reports whether an instance is protected from scale-in.
func (g *Group) protects(id cluster.InstanceID) bool {
	return g.scaling.members[id].protected && (g.Busy == nil || g.Busy(id))
}

// retryScaleIn is how often a group tries again to terminate what protection
// has kept. AWS does not say; it is berth's choice.
const retryScaleIn = sim.Minute

// relieveLater has the group try again to terminate what is too much.
func (g *Group) relieveLater() {
	if !g.relieves {
		g.relieves = true
		g.scaling.kernel.Schedule(g.scaling.kernel.Now()+retryScaleIn, g.scaling.relieved, g.number, 0)
	}
}

func (g *Group) onRelieved() {
	g.relieves = false
	g.reconcile("the desired capacity is less, and protection from scale-in has ended")
}

// leave marks an instance that stays until others have taken its place. It no
// longer counts.
func (g *Group) leave(id cluster.InstanceID, why cause) {
	g.part(id)
	m := &g.scaling.members[id]
	m.leaving, m.why = true, why
	g.leavingUnits += g.Options[m.option].weight()
	g.scaling.push(&g.leaving, id)
}

// trim terminates what is too much where replacements weigh more than what they
// replace.
func (g *Group) trim() {
	if g.units+g.lost-g.desired >= g.heaviest {
		g.scaleIn("replacements have more capacity than what they replace")
	}
}

// relieve terminates instances whose place others have taken, those first that
// were marked first.
func (g *Group) relieve() {
	a := g.scaling
	for id := g.leaving.first; id != cluster.None; {
		m := &a.members[id]
		next := m.next
		if g.serving+g.leavingUnits-g.Options[m.option].weight() < g.desired {
			break
		}
		if m.why == byRebalancing && g.protects(id) {
			g.relieveLater()
		} else {
			g.report(Terminating, id, 1, replacedWhy[m.why])
			g.release(id)
		}
		id = next
	}
}

var replacedWhy = [...]string{
	byRebalancing:    "another was launched to balance the Availability Zones",
	byRecommendation: "another was launched after a rebalance recommendation or an interruption notice",
}
