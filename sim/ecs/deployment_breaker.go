package ecs

import (
	"fmt"

	"berth/sim"
)

// CircuitBreaker ends a rolling update whose tasks fail again and again.
//
// Until a task of the deployment has been RUNNING, those count that stop before
// they run. From then on those count that fail health checks. A task that runs
// and then ends by itself never counts, as long as it has passed its checks.
//
// Source: Amazon ECS API, DeploymentCircuitBreaker; Amazon ECS developer guide,
// "How the Amazon ECS deployment circuit breaker detects failures".
type CircuitBreaker struct {
	Enable bool
	// Rollback has a failed deployment be followed by one of the revision that was
	// completed last, if there is one.
	Rollback bool
	// ResetOnHealthyTask has the count begin anew when a task becomes healthy.
	ResetOnHealthyTask bool
	Threshold          Threshold
}

// Threshold is how many failures are too many.
//
// Source: Amazon ECS API, ThresholdConfiguration.
type Threshold struct {
	Type  ThresholdType
	Value int // per cent of the desired number of tasks, or a number of tasks
}

// ThresholdType is how the value of a threshold is read.
type ThresholdType uint8

// The types of threshold.
const (
	BoundedPercent   ThresholdType = iota // per cent, rounded up, at least 3 and at most 200
	UnboundedPercent                      // per cent, rounded up
	Count                                 // a number of tasks
)

// The bounds of [BoundedPercent], as of 2026. Until 2023 the lower one was 10.
const (
	leastFailures = 3
	mostFailures  = 200
)

// Failures returns how many failures are too many where so many tasks are desired.
func (t Threshold) Failures(desired int) int {
	percent := (desired*t.Value + 99) / 100
	switch t.Type {
	case BoundedPercent:
		return min(max(percent, leastFailures), mostFailures)
	case UnboundedPercent:
		return percent
	}
	return t.Value
}

// started takes note that a task of a revision runs.
func (v *Service) started(r *revision) {
	r.throttle.attempts = 0
	if r == v.current {
		v.deployment.ran = true
	}
}

// failedToStart takes note that a task of a revision has ended before it ran, and
// not because the scheduler stopped it.
func (v *Service) failedToStart(now sim.Time, r *revision) {
	r.throttle.failed(now)
	if r == v.current && !v.deployment.ran {
		v.fail()
	}
}

// foundUnhealthy takes note that checks have found a task of a revision unhealthy.
func (v *Service) foundUnhealthy(r *revision) {
	if r == v.current {
		v.fail()
	}
}

// fail counts a failure, whether or not anything hangs on it.
func (v *Service) fail() {
	if v.deployment.Status != InProgress {
		return
	}
	v.deployment.Failures++
	v.tell()
	if v.tripped() {
		v.reconcileLater()
	}
}

// tripped reports whether the circuit breaker ends the deployment.
func (v *Service) tripped() bool {
	c := v.configuration()
	return v.deployment.Status == InProgress && v.deployment.Failures > 0 && c.CircuitBreaker.Enable && c.Strategy == Rolling &&
		v.deployment.Failures >= c.CircuitBreaker.Threshold.Failures(v.desired)
}

// judge has the deployment fail if the circuit breaker has tripped, and goes back
// to the revision that was completed last. Its tasks that still run stay. A
// rollback that fails in its turn is followed by none.
func (v *Service) judge() {
	if !v.tripped() {
		return
	}
	d := &v.deployment
	d.Status, d.Stuck = Failed, ""
	v.tell()
	if v.configuration().CircuitBreaker.Rollback && !d.Rollback && v.completed != nil && v.completed != v.current {
		v.begin(v.completed, fmt.Sprintf("rollback: deployment %d has failed %d times", d.Number, d.Failures), true)
	}
}
