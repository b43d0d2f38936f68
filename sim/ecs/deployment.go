package ecs

import (
	"fmt"

	"berth/sim"
)

// DeploymentConfiguration says how the tasks of a service are replaced.
//
// Source: Amazon ECS API, DeploymentConfiguration, LinearConfiguration,
// CanaryConfiguration.
type DeploymentConfiguration struct {
	// MinimumHealthyPercent of the desired number of tasks, rounded up, stay
	// healthy while tasks are replaced, 0 to 100.
	MinimumHealthyPercent int
	// MaximumPercent of the desired number of tasks, rounded down, may be there
	// while tasks are replaced, those that stop included. Of a daemon it is 100.
	MaximumPercent int
	// CircuitBreaker of rolling updates.
	CircuitBreaker CircuitBreaker
	Strategy       Strategy
	// Bake is how long both revisions run on once all requests go to the new one.
	Bake sim.Time
	// StepPermille of the requests are shifted at a time by [Linear], in
	// thousandths, 30 to 1000; StepBake is the time from one step to the next.
	StepPermille int
	StepBake     sim.Time
	// CanaryPermille of the requests are shifted first by [Canary], in
	// thousandths, 1 to 1000; CanaryBake is the time until the others follow.
	CanaryPermille int
	CanaryBake     sim.Time
}

// Strategy is the way in which a deployment replaces tasks.
type Strategy uint8

// The strategies. All but Rolling start all tasks of the new revision before they
// shift requests to it, and stop those of the old one at the end. The first
// deployment of a service is always a rolling one.
const (
	Rolling   Strategy = iota // tasks are replaced by and by
	BlueGreen                 // requests are shifted all at once
	Linear                    // in steps
	Canary                    // a part first, then the others
)

// DefaultDeployment returns the configuration of a REPLICA service that has none.
//
// Source: Amazon ECS API, DeploymentConfiguration, DeploymentCircuitBreaker,
// LinearConfiguration, CanaryConfiguration.
func DefaultDeployment() DeploymentConfiguration {
	return DeploymentConfiguration{
		MinimumHealthyPercent: 100, MaximumPercent: 200,
		CircuitBreaker: CircuitBreaker{ResetOnHealthyTask: true, Threshold: Threshold{Type: BoundedPercent, Value: 50}},
		StepPermille:   100, StepBake: 6 * sim.Minute,
		CanaryPermille: 50, CanaryBake: 10 * sim.Minute,
	}
}

// DefaultDaemonDeployment returns the configuration of a DAEMON service that has
// none: its tasks need not stay healthy, and there are never two on an instance.
func DefaultDaemonDeployment() DeploymentConfiguration {
	d := DefaultDeployment()
	d.MinimumHealthyPercent, d.MaximumPercent = 0, 100
	return d
}

var defaultDeployment, defaultDaemonDeployment = DefaultDeployment(), DefaultDaemonDeployment()

// configuration returns how the tasks of a service are replaced.
func (v *Service) configuration() *DeploymentConfiguration {
	switch {
	case v.ServiceSetup.Deployment != nil:
		return v.ServiceSetup.Deployment
	case v.Daemon:
		return &defaultDaemonDeployment
	}
	return &defaultDeployment
}

// Bounds returns how many tasks of a desired number stay healthy while tasks are
// replaced, and how many there may be. Both are rounded to the careful side.
//
// Source: Amazon ECS developer guide, "Rolling update": the lower limit is rounded
// up, the upper one down.
func (d *DeploymentConfiguration) Bounds(desired int) (lower, upper int) {
	return (desired*d.MinimumHealthyPercent + 99) / 100, desired * d.MaximumPercent / 100
}

// Deployment is the way of a service to a revision. The first one is that with
// which the service was created.
type Deployment struct {
	Revision string // name of the revision
	Why      string // reason, "" for that with which the service was created
	// Stuck says why the deployment can neither start nor stop a task, or is "".
	Stuck    string
	Started  sim.Time
	Number   int // from 1
	Failures int // as the circuit breaker counts them, whether or not it is enabled
	Status   DeploymentStatus
	Rollback bool // the circuit breaker has gone back to what was completed last

	ran bool // one of its tasks has been RUNNING
}

// DeploymentStatus is how far a deployment has come.
type DeploymentStatus uint8

// The states of a deployment.
const (
	InProgress DeploymentStatus = iota
	Completed                   // all tasks are of its revision, and healthy
	Failed                      // the circuit breaker has tripped: no further task of it is started
	Superseded                  // another deployment came before it was completed
)

var deploymentStatusNames = [...]string{"IN_PROGRESS", "COMPLETED", "FAILED", "STOPPED"}

// String returns the state as ECS writes it.
func (s DeploymentStatus) String() string { return deploymentStatusNames[s] }

// DeploymentObserver is an [Observer] that is told of deployments too.
type DeploymentObserver interface {
	// DeploymentChanged is called when a deployment begins, has counted a failure,
	// is stuck or no longer, has shifted requests or has ended. Of the first
	// deployment of a service it is told where the health of its tasks is known,
	// see [Service.Healthy]. The deployment must not be kept.
	DeploymentChanged(now sim.Time, s *Service, d *Deployment)
}

// Deploy begins a deployment of a revision, for a reason. One that is under way
// ends. The revision may be the present one: its tasks are then replaced by new
// ones. It is for handlers of events, not for watchers.
func (v *Service) Deploy(to Revision, why string) {
	v.attend()
	v.withdrawZoned()
	var d *Division
	if v.Division != nil {
		d = v.Division.fresh()
	}
	v.begin(v.newRevision(to, d), why, false)
	v.reconcile()
}

// begin makes a revision the one to which the service goes.
func (v *Service) begin(r *revision, why string, rollback bool) {
	before := v.current
	if v.deployment.Status == InProgress {
		v.deployment.Status = Superseded
		v.tell()
	}
	v.extra = 0
	r.throttle = throttle{wakes: r.throttle.wakes}
	v.current = r
	v.deployment = Deployment{Number: v.deployment.Number + 1, Revision: r.Name, Why: why, Started: v.scheduler.kernel.Now(), Rollback: rollback, ran: r.placed > r.pulling}
	if v.Daemon {
		v.giveUpWaiting(before)
	}
	if v.configuration().Strategy != Rolling && !v.Daemon {
		if v.shift.stage == unshifted {
			v.shift.blue = before
		}
		v.shift = shift{blue: v.shift.blue, stage: scalingUp}
	}
	v.tell()
}

// LastDeployment returns the deployment of the service that began last; it must
// not be changed.
func (v *Service) LastDeployment() *Deployment { return &v.deployment }

// Deploying reports whether a deployment is under way, other than that with which
// the service was created.
func (v *Service) Deploying() bool {
	return v.deployment.Status == InProgress && v.deployment.Number > 1
}

// tell tells the observers of the deployment.
func (v *Service) tell() {
	for _, o := range v.scheduler.deploymentObservers {
		o.DeploymentChanged(v.scheduler.kernel.Now(), v, &v.deployment)
	}
}

// conclude ends the deployment if all is done: the desired number of its tasks are
// healthy, and there are no others but those that stop.
func (v *Service) conclude(now sim.Time) {
	if v.deployment.Status != InProgress || !v.attentive {
		return
	}
	r := v.current
	if r.kept() != v.target() || r.keptHealthy() != r.kept() || v.shift.stage != unshifted && v.shift.stage != cleaningUp {
		return
	}
	for _, o := range v.revisions {
		if o != r && o.live() > 0 {
			return
		}
	}
	v.shift = shift{}
	v.completed = r
	v.deployment.Status, v.deployment.Stuck = Completed, ""
	v.tell()
	v.changed(now)
	v.rebalanceLater(rebalanceAfter)
}

// Stuck returns why the deployment under way makes no progress until something
// else happens, or "". It is no failure: the deployment goes on when it can.
//
// Source: Amazon ECS developer guide, "Rolling update" and "Service event
// messages".
func (v *Service) Stuck() string {
	if !v.Deploying() {
		return ""
	}
	if v.deployment.Stuck != "" {
		return v.deployment.Stuck
	}
	all, r, c := v.total(), v.current, v.configuration()
	lower, _ := c.Bounds(v.desired)
	growing := r.placed - r.healthy // or being replaced
	if r.pending == 0 || growing > 0 || all.stopping > 0 || v.shift.stage == unshifted && all.live() > r.kept() && all.healthy > lower {
		return ""
	}
	return fmt.Sprintf("%d of its tasks have no place, and minimumHealthyPercent %d lets no other task stop", r.pending, c.MinimumHealthyPercent)
}
