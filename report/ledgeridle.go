package report

import (
	"berth/sim"
	"berth/sim/cluster"
)

// The causes for which instances are paid that no task holds.
const (
	idleBooting  = iota // from the launch until it is ACTIVE, without the time in a warm pool
	idleWaiting         // free room of ACTIVE instances while a task waits for a place somewhere in the cluster
	idleFree            // free room of ACTIVE instances while none waits, and what is billed beyond the end
	idleDraining        // free room of DRAINING instances, which take no tasks
	idleWarmPool        // instances that run in warm pools
	idleCauses
)

// waitingClock is for how long tasks have waited for a place so far: the time in
// which at least one did.
type waitingClock struct {
	sum   sim.Time
	since sim.Time
	on    bool
}

func (w *waitingClock) at(now sim.Time) sim.Time {
	if w.on {
		return w.sum + now - w.since
	}
	return w.sum
}

// Waiting says whether a task waits for a place from now on.
func (l *Ledger) Waiting(now sim.Time, some bool) {
	if w := &l.waiting; w.on != some {
		w.sum, w.since, w.on = w.at(now), now, some
	}
}

// settleIdle hands what was idle so far, which is up to date, to its cause: an
// instance leaves the state.
func (l *Ledger) settleIdle(id cluster.InstanceID, state cluster.State) {
	a := &l.instances[id]
	add := func(cause int, amount float64) {
		if a.spot {
			l.spotAccounts[id].idle[cause] += amount
		} else {
			l.idle[cause].add(amount)
		}
	}
	switch state {
	case cluster.Booting:
		add(idleBooting, a.idle)
	case cluster.Draining:
		add(idleDraining, a.idle)
	default:
		add(idleWaiting, a.idleWaiting)
		add(idleFree, a.idle-a.idleWaiting)
	}
	a.idle, a.idleWaiting = 0, 0
}

// pool is how many instances of a kind a warm pool holds.
type pool struct {
	stopped, running int64
	since            sim.Time
	stoppedTime      sim.Integral // ns
}

// WarmPoolChanged says how many instances of a kind wait in a warm pool from now
// on. Stopped ones are outside of the cluster, and pay for their volume alone. The
// minimum of a minute for each start is left out. Running ones are in the cluster,
// BOOTING, and billed there; what they cost is booked to the warm pool.
//
// Source: Amazon EC2 Auto Scaling user guide, "Warm pools for Amazon EC2 Auto
// Scaling": stopped instances pay for volumes and addresses only.
func (l *Ledger) WarmPoolChanged(now sim.Time, k cluster.KindID, stopped, running int) {
	for len(l.pools) <= int(k) {
		l.pools = append(l.pools, pool{})
	}
	l.advancePool(now, k)
	l.pools[k].stopped, l.pools[k].running = int64(stopped), int64(running)
}

// advancePool brings what a warm pool has cost up to now.
func (l *Ledger) advancePool(now sim.Time, k cluster.KindID) {
	p := &l.pools[k]
	p.stoppedTime.Add(p.stopped, now-p.since)
	if p.running > 0 {
		cost := float64(p.running*l.rate(k)) * (float64(now-p.since) / float64(nanosPerHour))
		l.idle[idleWarmPool].add(cost)
		l.idle[idleBooting].add(-cost)
	}
	p.since = now
}

// stopped returns for how long a warm pool held stopped instances of a kind.
func (l *Ledger) stopped(k cluster.KindID) sim.Integral {
	if int(k) >= len(l.pools) {
		return sim.Integral{}
	}
	return l.pools[k].stoppedTime
}
