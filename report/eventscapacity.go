package report

import (
	"strconv"

	"berth/sim"
	"berth/sim/cluster"
)

var _ CapacityWatcher = (*Events)(nil)

// capacityEvents is what the lines about capacity need to know.
type capacityEvents struct {
	losses       []uint8 // by instance: why it is being lost, from 1; 0 if it is not
	reservations []told  // by provider: what was written last
}

type told struct {
	Reservation
	any bool
}

// SpotPriceChanged writes spotPrice.
func (e *Events) SpotPriceChanged(now sim.Time, k cluster.KindID, perHour int64) {
	if e.err != nil {
		return
	}
	kind := e.cluster.Kind(k)
	e.begin(now, "spotPrice")
	e.provider(kind.Provider)
	e.text(`,"type":`, kind.Type)
	e.text(`,"zone":`, kind.Zone)
	e.line = append(e.line, `,"perHour":`...)
	e.amount(perHour, nanoPerDollar)
	e.end()
}

// RebalanceRecommendation writes rebalanceRecommendation with the instance.
func (e *Events) RebalanceRecommendation(now sim.Time, id cluster.InstanceID) {
	e.ofInstance(now, "rebalanceRecommendation", id)
}

// InterruptionNotice writes interruptionNotice with the instance.
func (e *Events) InterruptionNotice(now sim.Time, id cluster.InstanceID) {
	e.ofInstance(now, "interruptionNotice", id)
}

func (e *Events) ofInstance(now sim.Time, kind string, id cluster.InstanceID) {
	if e.err != nil {
		return
	}
	e.begin(now, kind)
	e.instance(id)
	e.end()
}

// TaskInterruptionNotice writes interruptionNotice with the task.
func (e *Events) TaskInterruptionNotice(now sim.Time, id cluster.TaskID) {
	if e.err != nil {
		return
	}
	e.begin(now, "interruptionNotice")
	e.task(id)
	e.instance(e.cluster.Task(id).Instance)
	e.end()
}

// InstanceLost remembers why an instance is lost, for its tasks and its end.
func (e *Events) InstanceLost(_ sim.Time, id cluster.InstanceID, why Loss) {
	for len(e.capacity.losses) <= int(id) {
		e.capacity.losses = append(e.capacity.losses, 0)
	}
	e.capacity.losses[id] = uint8(why) + 1
}

// loss returns why an instance is being lost, in words; "" if it is not.
func (e *Events) loss(id cluster.InstanceID) string {
	if int(id) >= len(e.capacity.losses) || e.capacity.losses[id] == 0 {
		return ""
	}
	return Loss(e.capacity.losses[id] - 1).String()
}

// taskInterrupted writes taskInterrupted with the instance and the reason.
func (e *Events) taskInterrupted(now sim.Time, id cluster.TaskID) {
	on := e.cluster.Task(id).Instance
	reason := e.loss(on)
	switch {
	case reason != "":
	case e.cluster.Kind(e.cluster.Instance(on).Kind).Unlimited:
		reason = "Fargate reclaimed the capacity"
	default:
		reason = "lost with its capacity"
	}
	e.begin(now, "taskInterrupted")
	e.task(id)
	e.instance(on)
	e.text(`,"reason":`, reason)
	e.end()
}

// LaunchFailed writes launchFailed with the reason.
func (e *Events) LaunchFailed(now sim.Time, p cluster.ProviderID, why string) {
	if e.err != nil {
		return
	}
	e.begin(now, "launchFailed")
	e.provider(p)
	e.text(`,"reason":`, why)
	e.end()
}

// GroupActivity writes groupActivity: what an Auto Scaling group does, and why.
func (e *Events) GroupActivity(now sim.Time, p cluster.ProviderID, instances int, what string) {
	if e.err != nil {
		return
	}
	e.begin(now, "groupActivity")
	e.provider(p)
	e.integer(`,"instances":`, instances)
	e.text(`,"reason":`, what)
	e.end()
}

// DesiredCapacityChanged writes desiredCapacity.
func (e *Events) DesiredCapacityChanged(now sim.Time, p cluster.ProviderID, desired int) {
	if e.err != nil {
		return
	}
	e.begin(now, "desiredCapacity")
	e.provider(p)
	e.integer(`,"desired":`, desired)
	e.end()
}

// WarmPoolChanged writes warmPool.
func (e *Events) WarmPoolChanged(now sim.Time, k cluster.KindID, stopped, running int) {
	if e.err != nil {
		return
	}
	kind := e.cluster.Kind(k)
	e.begin(now, "warmPool")
	e.provider(kind.Provider)
	e.text(`,"type":`, kind.Type)
	e.text(`,"zone":`, kind.Zone)
	e.integer(`,"stopped":`, stopped)
	e.integer(`,"running":`, running)
	e.end()
}

// ReservationChanged writes reservation, unless nothing has changed.
func (e *Events) ReservationChanged(now sim.Time, p cluster.ProviderID, r Reservation) {
	if e.err != nil {
		return
	}
	for len(e.capacity.reservations) <= int(p) {
		e.capacity.reservations = append(e.capacity.reservations, told{})
	}
	if e.capacity.reservations[p] == (told{r, true}) {
		return
	}
	e.capacity.reservations[p] = told{r, true}
	e.begin(now, "reservation")
	e.provider(p)
	e.integer(`,"needed":`, r.Needed)
	e.integer(`,"running":`, r.Running)
	e.float(`,"reservation":`, r.Percent)
	e.float(`,"target":`, r.Target)
	e.end()
}

// provider writes the name of a capacity provider.
func (e *Events) provider(p cluster.ProviderID) {
	e.line = append(e.line, `,"capacityProvider":"`...)
	e.line = append(e.line, e.providerName(p)...)
	e.line = append(e.line, '"')
}

func (e *Events) integer(key string, n int) {
	e.line = append(e.line, key...)
	e.line = strconv.AppendInt(e.line, int64(n), 10)
}

func (e *Events) float(key string, v float64) {
	e.line = append(e.line, key...)
	e.line = strconv.AppendFloat(e.line, v, 'f', -1, 64)
}
