package cloudwatch

import "berth/sim"

// CloudWatch holds the metrics and the alarms of one simulated world. Make one
// with [New].
type CloudWatch struct {
	kernel    *sim.Kernel
	tick      sim.Kind
	metrics   []metric
	alarms    []alarm
	setups    []Alarm // of the alarms
	groups    []group
	observers []Observer

	due    []AlarmID // of the present tick
	told   []notice  // what observers are to be told of it
	cause  Cause     // that they are told
	merged Sketch    // of a window of several periods

	touched sim.Time // keeps what Touch reads from being optimised away
}

// MetricID is the number of a metric, in the order of addition.
type MetricID int32

// AlarmID is the number of an alarm, in the order of addition.
type AlarmID int32

// New returns a CloudWatch without metrics that lives by the clock.
func New(kernel *sim.Kernel) *CloudWatch {
	c := &CloudWatch{kernel: kernel}
	c.tick = kernel.Register("alarms", sim.Scaling, true, c.onTick)
	return c
}
