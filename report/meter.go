package report

import (
	"berth/sim"
	"berth/sim/cluster"
)

// Meter is all that measures a run, as one watcher: the ledger, the recorder,
// the tally and the floor, in this order.
type Meter struct {
	Ledger   *Ledger
	Recorder *Recorder
	Tally    *Tally
	Floor    *Floor

	cluster *cluster.Cluster
	lost    lostWork
	losing  []bool // by instance: it is lost, and not yet gone
}

var (
	_ cluster.Watcher = (*Meter)(nil)
	_ CapacityWatcher = (*Meter)(nil)
)

// NewMeter returns a meter for a run that counts from the warm-up on.
// instances is how many instances are expected; it is a hint.
func NewMeter(c *cluster.Cluster, warmup sim.Time, instances int) *Meter {
	l := NewLedger(c, warmup)
	return &Meter{Ledger: l, Recorder: NewRecorder(c, l, instances), Tally: NewTally(c, warmup), Floor: NewFloor(c, l, warmup), cluster: c, lost: lostWork{task: cluster.None}}
}

// InstanceChanged implements [cluster.Watcher].
func (m *Meter) InstanceChanged(now sim.Time, id cluster.InstanceID, from, to cluster.State) {
	m.Ledger.InstanceChanged(now, id, from, to)
	m.Recorder.InstanceChanged(now, id, from, to)
	if to == cluster.Terminated && int(id) < len(m.losing) {
		m.losing[id] = false
	}
}

// TaskSubmitted implements [cluster.Watcher].
func (m *Meter) TaskSubmitted(now sim.Time, id cluster.TaskID) {
	m.Ledger.Waiting(now, true)
	m.Recorder.TaskSubmitted(now, id)
	m.Tally.TaskSubmitted(now, id)
}

// TaskStarted implements [cluster.Watcher].
func (m *Meter) TaskStarted(now sim.Time, id cluster.TaskID) {
	m.Ledger.Waiting(now, m.cluster.Pending() > 0)
	m.Ledger.TaskStarted(now, id)
	m.Recorder.TaskStarted(now, id)
	m.Tally.TaskStarted(now, id)
	m.Floor.TaskStarted(now, id)
}

// TaskPulled implements [cluster.Puller].
func (m *Meter) TaskPulled(now sim.Time, id cluster.TaskID) {
	m.Recorder.TaskPulled(now, id)
	m.Tally.TaskPulled(now, id)
}

// TaskEnded implements [cluster.Watcher].
func (m *Meter) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	m.Ledger.Waiting(now, m.cluster.Pending() > 0)
	lost := m.lostTime(now, id, why)
	m.Ledger.TaskLost(now, id, lost)
	m.Recorder.TaskEnded(now, id, why)
	m.Tally.TaskEnded(now, id, why)
	m.Tally.lose(id, lost)
	m.Floor.TaskEnded(now, id)
}

// Touch implements [cluster.Toucher].
func (m *Meter) Touch(instances []cluster.InstanceID) { m.Ledger.Touch(instances) }

// EndWarmup forgets what has been measured so far.
func (m *Meter) EndWarmup(now sim.Time) {
	m.Ledger.EndWarmup(now)
	m.Recorder.EndWarmup(now)
}

// Close measures what is still there at the end of the run.
func (m *Meter) Close(now sim.Time) {
	m.Ledger.Close(now)
	m.Recorder.Close(now)
	m.Floor.Close(now)
}
