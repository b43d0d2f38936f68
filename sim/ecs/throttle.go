package ecs

import "berth/sim"

// The scheduler waits longer and longer before it starts further tasks of a
// service whose tasks end before they run: FirstRestart after the first attempt
// that fails, twice as long after each further one, at most LongestRestart.
// Tasks that fail while it waits are of the same attempt. A task that runs
// has the series begin anew, and so does a deployment; what has been waited for is
// waited for to the end in the first case. Tasks that run and then end are
// replaced at once.
//
// AWS says that the time between attempts grows to 15 minutes, and not how. That
// it begins with five seconds and doubles is a choice of berth.
//
// Source: Amazon ECS developer guide, "Amazon ECS service throttle logic".
const (
	FirstRestart   = 5 * sim.Second
	LongestRestart = 900 * sim.Second
)

// growing is how many attempts it takes until the wait is as long as it gets:
// 5 s × 2^8 is more than 900 s.
const growing = 8

// throttle is how restarts of the tasks of a revision are put off.
type throttle struct {
	attempts int      // that have failed, one after the other
	until    sim.Time // no task is started before
	wakes    sim.Time // when the service is reconciled for that
}

// failed takes note of a task that has ended before it ran.
func (t *throttle) failed(now sim.Time) {
	if now < t.until {
		return
	}
	t.attempts++
	t.until = now + restartAfter(t.attempts)
}

// restartAfter returns how long is waited after a number of failed attempts.
func restartAfter(attempts int) sim.Time {
	if attempts > growing {
		return LongestRestart
	}
	return min(FirstRestart<<(attempts-1), LongestRestart)
}

// ThrottledUntil returns when the scheduler next starts tasks of the service after
// tasks have failed to start, or a time that has passed.
func (v *Service) ThrottledUntil() sim.Time { return v.current.throttle.until }
