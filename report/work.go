package report

import (
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// lostWork is what is known of the work of a task that is about to end.
type lostWork struct {
	task cluster.TaskID
	time sim.Time
}

// WorkLost says, before the meter hears of the end of a task of a job, for how
// much of the time for which its containers have run the work is thrown away: all
// of it, or what came after its last checkpoint. Where that is all, the pull of its
// image is lost too. Whether another attempt follows makes no difference. Without
// a call, all the work of tasks that are interrupted or fail is lost.
func (m *Meter) WorkLost(now sim.Time, id cluster.TaskID, lost sim.Time, _ bool) {
	t := m.cluster.Task(id)
	if lost >= now-t.Started {
		lost = now - t.Placed()
	}
	m.lost = lostWork{id, lost}
}

// lostTime returns for how much of the time of a task, from its place to its end,
// work was thrown away. That of services is not: they have served until then.
func (m *Meter) lostTime(now sim.Time, id cluster.TaskID, why cluster.Reason) sim.Time {
	if m.lost.task == id {
		lost := m.lost.time
		m.lost = lostWork{task: cluster.None}
		return lost
	}
	if why != cluster.Interrupted && why != cluster.Failed {
		return 0
	}
	t := m.cluster.Task(id)
	if t.Instance == cluster.None || strings.HasPrefix(m.cluster.GroupName(m.cluster.Class(t.Class).Group), cluster.ServicePrefix) {
		return 0
	}
	return now - t.Placed()
}

// TaskRetried says that a task, which has just been submitted, follows an attempt
// that was submitted at an earlier time. Both are attempts of one task of the job.
func (m *Meter) TaskRetried(_ sim.Time, id cluster.TaskID, earlier sim.Time) {
	m.Tally.TaskRetried(id, earlier)
}

// FollowCapacity has the course of capacity recorded, before anything is launched:
// it is for runs whose capacity can move.
func (m *Meter) FollowCapacity(f CapacityFacts) { m.Recorder.FollowCapacity(f) }

// SpotPriceChanged implements [CapacityWatcher].
func (m *Meter) SpotPriceChanged(now sim.Time, k cluster.KindID, perHour int64) {
	before := m.Ledger.rate(k)
	m.Ledger.SpotPriceChanged(now, k, perHour)
	m.Recorder.spotPriceChanged(now, k, perHour, m.Ledger.rate(k)-before)
}

// RebalanceRecommendation implements [CapacityWatcher].
func (m *Meter) RebalanceRecommendation(now sim.Time, id cluster.InstanceID) {
	m.Recorder.rebalanceRecommendation(now, id)
}

// InterruptionNotice implements [CapacityWatcher].
func (m *Meter) InterruptionNotice(now sim.Time, id cluster.InstanceID) {
	m.Recorder.interruptionNotice(now, id)
}

// TaskInterruptionNotice implements [CapacityWatcher].
func (m *Meter) TaskInterruptionNotice(now sim.Time, id cluster.TaskID) {
	m.Recorder.taskInterruptionNotice(now, id)
}

// InstanceLost implements [CapacityWatcher]. An instance is lost once.
func (m *Meter) InstanceLost(now sim.Time, id cluster.InstanceID, why Loss) {
	for len(m.losing) <= int(id) {
		m.losing = append(m.losing, false)
	}
	if m.losing[id] {
		return
	}
	m.losing[id] = true
	if why == Reclaimed {
		m.Ledger.Reclaimed(id)
	}
	m.Recorder.instanceLost(now, id, why)
}

// LaunchFailed implements [CapacityWatcher].
func (m *Meter) LaunchFailed(now sim.Time, p cluster.ProviderID, why string) {
	m.Recorder.launchFailed(now, p, why)
}

// GroupActivity implements [CapacityWatcher].
func (m *Meter) GroupActivity(now sim.Time, p cluster.ProviderID, instances int, what string) {
	m.Recorder.groupActivity(now, p, instances, what)
}

// DesiredCapacityChanged implements [CapacityWatcher].
func (m *Meter) DesiredCapacityChanged(now sim.Time, p cluster.ProviderID, desired int) {
	m.Recorder.desiredCapacityChanged(now, p, desired)
}

// WarmPoolChanged implements [CapacityWatcher].
func (m *Meter) WarmPoolChanged(now sim.Time, k cluster.KindID, stopped, running int) {
	m.Recorder.warmPoolChanged(now, k, stopped, running)
	m.Ledger.WarmPoolChanged(now, k, stopped, running)
}

// ReservationChanged implements [CapacityWatcher].
func (m *Meter) ReservationChanged(now sim.Time, p cluster.ProviderID, r Reservation) {
	m.Recorder.reservationChanged(now, p, r)
}
