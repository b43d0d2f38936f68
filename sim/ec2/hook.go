package ec2

import "berth/sim"

// LifecycleHook holds an instance while something is done to it: before it comes
// into service, or before it is terminated. An instance that is held before it
// comes into service is not yet ACTIVE.
//
// Source: Amazon EC2 Auto Scaling user guide, "Lifecycle hooks".
type LifecycleHook struct {
	// Duration draws how long what is done takes. It is drawn at the launch of
	// each instance, used or not.
	Duration func() sim.Time
	// HeartbeatTimeout is the longest that the instance is held; 0 is
	// [DefaultHeartbeat]. Nothing extends it.
	HeartbeatTimeout sim.Time
	// Continue is the default result CONTINUE: an instance whose time is over
	// comes into service as it is. With ABANDON it is terminated instead.
	Continue bool
}

// DefaultHeartbeat is the time-out of a lifecycle hook that states none.
// Source: Auto Scaling API, PutLifecycleHook, HeartbeatTimeout.
const DefaultHeartbeat = sim.Hour

// draw returns how long an instance is held, and whether it is given up then.
func (h *LifecycleHook) draw() (hold sim.Time, abandoned bool) {
	if h == nil {
		return 0, false
	}
	timeout := h.HeartbeatTimeout
	if timeout == 0 {
		timeout = DefaultHeartbeat
	}
	timeout = min(timeout, MaxWait)
	if d := h.Duration(); d <= timeout {
		return d, false
	}
	return timeout, !h.Continue
}
