package scenarios

import "berth/sim"

// DeploymentConfiguration is how a deployment replaces the tasks of a service by
// those of another revision.
type DeploymentConfiguration struct {
	// Strategy of the deployment: task by task (ROLLING), or all tasks of the new revision first and then the requests, all at once (BLUE_GREEN), in equal steps (LINEAR), or a small part first (CANARY).
	Strategy string `yaml:"strategy" enum:"ROLLING BLUE_GREEN LINEAR CANARY" default:"ROLLING" source:"ECS DeploymentConfiguration"`
	// MinimumHealthyPercent is which part of the desired count stays healthy while tasks are replaced, rounded up.
	MinimumHealthyPercent *int64 `yaml:"minimumHealthyPercent" unit:"percent of the desired count" range:"0..100" default:"(100; of a DAEMON 0)" source:"ECS DeploymentConfiguration"`
	// MaximumPercent is up to which part of the desired count there may be tasks while they are replaced, those that stop included, rounded down. Of a DAEMON it is 100.
	MaximumPercent *int64 `yaml:"maximumPercent" unit:"percent of the desired count" range:"1..10000" default:"(200; of a DAEMON 100)" source:"ECS DeploymentConfiguration"`
	// DeploymentCircuitBreaker ends a rolling deployment whose tasks fail.
	DeploymentCircuitBreaker DeploymentCircuitBreaker `yaml:"deploymentCircuitBreaker" source:"ECS DeploymentCircuitBreaker"`
	// Alarms that end a deployment.
	Alarms DeploymentAlarms `yaml:"alarms" source:"ECS DeploymentAlarms"`
	// BakeTimeInMinutes is how long both revisions run on after all requests have been shifted. Without effect with ROLLING.
	BakeTimeInMinutes *int64 `yaml:"bakeTimeInMinutes" unit:"minutes" range:"0..1440" default:"(0; required with BLUE_GREEN)" source:"ECS DeploymentConfiguration"`
	// LinearConfiguration of the strategy LINEAR.
	LinearConfiguration LinearConfiguration `yaml:"linearConfiguration" source:"ECS LinearConfiguration"`
	// CanaryConfiguration of the strategy CANARY.
	CanaryConfiguration CanaryConfiguration `yaml:"canaryConfiguration" source:"ECS CanaryConfiguration"`
}

// DeploymentCircuitBreaker counts the tasks of a deployment that fail: before
// one of them runs those that end before, afterwards those that fail health
// checks. At the threshold the deployment has failed.
type DeploymentCircuitBreaker struct {
	// Enable says whether failures are counted.
	Enable bool `yaml:"enable" default:"false" source:"ECS DeploymentCircuitBreaker"`
	// Rollback says whether the service then goes back to the revision that was completed last.
	Rollback bool `yaml:"rollback" default:"false" source:"ECS DeploymentCircuitBreaker"`
	// ResetOnHealthyTask says whether a task that becomes healthy sets the count to 0.
	ResetOnHealthyTask bool `yaml:"resetOnHealthyTask" default:"true" source:"ECS DeploymentCircuitBreaker"`
	// ThresholdConfiguration says how many failures are too many.
	ThresholdConfiguration ThresholdConfiguration `yaml:"thresholdConfiguration" source:"ECS ThresholdConfiguration"`
}

// ThresholdConfiguration is the number of failures at which a deployment has
// failed.
type ThresholdConfiguration struct {
	// Type says what the value is: a part of the desired count, rounded up and at least 3 and at most 200 (BOUNDED_PERCENT), the same without bounds, or a number of tasks.
	Type string `yaml:"type" enum:"BOUNDED_PERCENT UNBOUNDED_PERCENT COUNT" default:"BOUNDED_PERCENT" source:"ECS ThresholdConfiguration"`
	// Value in percent of the desired count, or of COUNT in tasks.
	Value *int64 `yaml:"value" unit:"percent or tasks" range:"1..1000000" default:"(50; required with COUNT)" source:"ECS ThresholdConfiguration"`
}

// DeploymentAlarms are CloudWatch alarms that end a deployment.
type DeploymentAlarms struct {
	// AlarmNames of the alarms.
	AlarmNames []string `yaml:"alarmNames" source:"ECS DeploymentAlarms"`
	// Enable says whether alarms end a deployment. True is refused: this version has no such alarms.
	Enable bool `yaml:"enable" default:"false" source:"ECS DeploymentAlarms"`
	// Rollback says whether the service then goes back.
	Rollback bool `yaml:"rollback" default:"false" source:"ECS DeploymentAlarms"`
}

// LinearConfiguration shifts the requests in equal steps.
type LinearConfiguration struct {
	// StepPercent is the part of the requests that each step shifts, with at most one decimal.
	StepPercent float64 `yaml:"stepPercent" unit:"percent of the requests" range:"3..100" default:"10" source:"ECS LinearConfiguration"`
	// StepBakeTimeInMinutes is the pause after each step but the last.
	StepBakeTimeInMinutes int64 `yaml:"stepBakeTimeInMinutes" unit:"minutes" range:"0..1440" default:"6" source:"ECS LinearConfiguration"`
}

// CanaryConfiguration shifts a part of the requests, and after a pause the rest.
type CanaryConfiguration struct {
	// CanaryPercent is the part of the requests that is shifted first, with at most one decimal.
	CanaryPercent float64 `yaml:"canaryPercent" unit:"percent of the requests" range:"0.1..100" default:"5" source:"ECS CanaryConfiguration"`
	// CanaryBakeTimeInMinutes is the pause before the rest is shifted.
	CanaryBakeTimeInMinutes int64 `yaml:"canaryBakeTimeInMinutes" unit:"minutes" range:"0..1440" default:"10" source:"ECS CanaryConfiguration"`
}

// DeploymentController is who deploys.
type DeploymentController struct {
	// Type of the controller. This version has ECS only.
	Type string `yaml:"type" enum:"ECS CODE_DEPLOY EXTERNAL" default:"ECS" source:"ECS DeploymentController"`
}

// LoadBalancer is a target group of a load balancer, by what decides when a task
// takes requests and when it is gone. Settings of the target group stand here
// beside those of the service.
type LoadBalancer struct {
	// HealthCheckIntervalSeconds between two checks of a task.
	HealthCheckIntervalSeconds sim.Time `yaml:"healthCheckIntervalSeconds" unit:"seconds" range:"5s..300s" default:"30s" source:"Elastic Load Balancing CreateTargetGroup"`
	// HealthCheckTimeoutSeconds after which a check without an answer has failed; less than the interval.
	HealthCheckTimeoutSeconds sim.Time `yaml:"healthCheckTimeoutSeconds" unit:"seconds" range:"2s..120s" default:"5s" source:"Elastic Load Balancing CreateTargetGroup"`
	// HealthyThresholdCount is how many checks in a row a task passes to be healthy again. A task that was just registered needs one.
	HealthyThresholdCount int64 `yaml:"healthyThresholdCount" unit:"checks" range:"2..10" default:"5" source:"Elastic Load Balancing CreateTargetGroup"`
	// UnhealthyThresholdCount is how many checks in a row a task fails to be unhealthy.
	UnhealthyThresholdCount int64 `yaml:"unhealthyThresholdCount" unit:"checks" range:"2..10" default:"2" source:"Elastic Load Balancing CreateTargetGroup"`
	// DeregistrationDelay is how long a task that stops keeps its place for the requests that it still works on.
	DeregistrationDelay sim.Time `yaml:"deregistrationDelay" unit:"seconds" range:"0s..3600s" default:"300s" source:"Elastic Load Balancing TargetGroupAttribute, deregistration_delay.timeout_seconds"`
	// SlowStart is how long the share of the requests that a new task gets grows to that of the others: 0s, or 30s to 900s.
	SlowStart sim.Time `yaml:"slowStart" unit:"seconds" range:"0s..900s" default:"0s" source:"Elastic Load Balancing TargetGroupAttribute, slow_start.duration_seconds"`
}

// percentages returns the minimum healthy and the maximum per cent of a service,
// those of AWS where it states none.
//
// Source: ECS API, DeploymentConfiguration.
func (s *Service) percentages() (least, most int64) {
	least, most = 100, 200
	if s.Daemon() {
		least, most = 0, 100
	}
	if p := s.DeploymentConfiguration.MinimumHealthyPercent; p != nil {
		least = *p
	}
	if p := s.DeploymentConfiguration.MaximumPercent; p != nil {
		most = *p
	}
	return least, most
}
