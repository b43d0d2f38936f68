package report

import (
	"berth/sim"
	"berth/sim/cluster"
)

// CapacityWatcher is told what happens to capacity beyond what a
// [cluster.Watcher] hears of: prices, warnings, losses, decisions. [Meter] and
// [Events] are two. Times do not decrease, and what is told of an instant is told
// in the order in which it happens.
type CapacityWatcher interface {
	// SpotPriceChanged is called when an hour of a Spot instance of the kind
	// costs something else from now on, in nano-dollars.
	SpotPriceChanged(now sim.Time, k cluster.KindID, perHour int64)
	// RebalanceRecommendation is called when EC2 says that a Spot instance is
	// likely to be reclaimed.
	RebalanceRecommendation(now sim.Time, id cluster.InstanceID)
	// InterruptionNotice is called when EC2 warns that it will reclaim a Spot
	// instance.
	InterruptionNotice(now sim.Time, id cluster.InstanceID)
	// TaskInterruptionNotice is called when Fargate warns that it will stop a
	// task on Fargate Spot.
	TaskInterruptionNotice(now sim.Time, id cluster.TaskID)
	// InstanceLost is called when an instance is lost, before its tasks are
	// evicted and it is terminated at the same instant.
	InstanceLost(now sim.Time, id cluster.InstanceID, why Loss)
	// LaunchFailed is called when instances that were to be launched were not, with
	// that and the cause in words.
	LaunchFailed(now sim.Time, p cluster.ProviderID, why string)
	// GroupActivity is called with what an Auto Scaling group does, in words with
	// the cause: instances is how many it launches, negative where it terminates
	// some, and 0 for everything else.
	GroupActivity(now sim.Time, p cluster.ProviderID, instances int, what string)
	// DesiredCapacityChanged is called when the desired capacity of a group is
	// another from now on.
	DesiredCapacityChanged(now sim.Time, p cluster.ProviderID, desired int)
	// WarmPoolChanged is called when the warm pool of a group holds other numbers
	// of instances of a kind that wait. Stopped or hibernated ones are outside of
	// the cluster and pay for their volumes alone; running ones are in it, BOOTING.
	WarmPoolChanged(now sim.Time, k cluster.KindID, stopped, running int)
	// ReservationChanged is called with each value of CapacityProviderReservation.
	ReservationChanged(now sim.Time, p cluster.ProviderID, r Reservation)
}

// Reservation is a value of the metric CapacityProviderReservation.
// Source: Amazon ECS developer guide, "Amazon ECS cluster auto scaling".
type Reservation struct {
	Needed  int     // instances that the tasks need, M
	Running int     // instances that there are, N
	Percent float64 // the metric: M / N × 100, and what AWS defines for N = 0
	Target  float64 // targetCapacity, in per cent
}

// Loss says why an instance was lost.
type Loss uint8

// The losses.
const (
	Reclaimed      Loss = iota // EC2 took a Spot instance back
	InstanceFailed             // it broke
	ZoneLost                   // its Availability Zone failed
)

var lossNames = [...]string{
	Reclaimed:      "EC2 reclaimed the Spot instance",
	InstanceFailed: "the instance failed",
	ZoneLost:       "its Availability Zone failed",
}

// String returns the loss in words.
func (l Loss) String() string { return lossNames[l] }

// CapacityWatchers tells each of several watchers, in their order.
type CapacityWatchers []CapacityWatcher

var _ CapacityWatcher = CapacityWatchers(nil)

// SpotPriceChanged implements [CapacityWatcher].
func (w CapacityWatchers) SpotPriceChanged(now sim.Time, k cluster.KindID, perHour int64) {
	for _, of := range w {
		of.SpotPriceChanged(now, k, perHour)
	}
}

// RebalanceRecommendation implements [CapacityWatcher].
func (w CapacityWatchers) RebalanceRecommendation(now sim.Time, id cluster.InstanceID) {
	for _, of := range w {
		of.RebalanceRecommendation(now, id)
	}
}

// InterruptionNotice implements [CapacityWatcher].
func (w CapacityWatchers) InterruptionNotice(now sim.Time, id cluster.InstanceID) {
	for _, of := range w {
		of.InterruptionNotice(now, id)
	}
}

// TaskInterruptionNotice implements [CapacityWatcher].
func (w CapacityWatchers) TaskInterruptionNotice(now sim.Time, id cluster.TaskID) {
	for _, of := range w {
		of.TaskInterruptionNotice(now, id)
	}
}

// InstanceLost implements [CapacityWatcher].
func (w CapacityWatchers) InstanceLost(now sim.Time, id cluster.InstanceID, why Loss) {
	for _, of := range w {
		of.InstanceLost(now, id, why)
	}
}

// LaunchFailed implements [CapacityWatcher].
func (w CapacityWatchers) LaunchFailed(now sim.Time, p cluster.ProviderID, why string) {
	for _, of := range w {
		of.LaunchFailed(now, p, why)
	}
}

// GroupActivity implements [CapacityWatcher].
func (w CapacityWatchers) GroupActivity(now sim.Time, p cluster.ProviderID, instances int, what string) {
	for _, of := range w {
		of.GroupActivity(now, p, instances, what)
	}
}

// DesiredCapacityChanged implements [CapacityWatcher].
func (w CapacityWatchers) DesiredCapacityChanged(now sim.Time, p cluster.ProviderID, desired int) {
	for _, of := range w {
		of.DesiredCapacityChanged(now, p, desired)
	}
}

// WarmPoolChanged implements [CapacityWatcher].
func (w CapacityWatchers) WarmPoolChanged(now sim.Time, k cluster.KindID, stopped, running int) {
	for _, of := range w {
		of.WarmPoolChanged(now, k, stopped, running)
	}
}

// ReservationChanged implements [CapacityWatcher].
func (w CapacityWatchers) ReservationChanged(now sim.Time, p cluster.ProviderID, r Reservation) {
	for _, of := range w {
		of.ReservationChanged(now, p, r)
	}
}
