package scenarios

import (
	"fmt"
	"math"
	"slices"
)

// deployment checks how the tasks of a service are replaced.
//
// Source: ECS API, DeploymentConfiguration, DeploymentCircuitBreaker,
// LinearConfiguration and CanaryConfiguration; Amazon ECS developer guide,
// "Amazon ECS services", Daemon, and "Required resources for Amazon ECS canary
// deployments".
func (c *checker) deployment(s *Service, path string) {
	if t := s.DeploymentController.Type; t != "ECS" && t != "" {
		c.alsoIssue(join(path, "deploymentController.type"), fmt.Sprintf("this version of berth does not support %s; with ECS the strategies BLUE_GREEN, LINEAR and CANARY of deploymentConfiguration are there", t))
	}
	of, at := &s.DeploymentConfiguration, join(path, "deploymentConfiguration")
	if of.Alarms.Enable {
		c.issue(join(at, "alarms"), "this version of berth does not support it yet")
	}
	c.breaker(&of.DeploymentCircuitBreaker, of.Strategy, join(at, "deploymentCircuitBreaker"))
	c.shifts(s, at)
	c.percentages(s, at)
}

// rolling reports whether tasks are replaced one by one.
func (d *DeploymentConfiguration) rolling() bool { return d.Strategy == "ROLLING" }

// breaker checks a circuit breaker.
func (c *checker) breaker(b *DeploymentCircuitBreaker, strategy, path string) {
	if b.Enable && strategy != "ROLLING" && strategy != "" {
		c.issue(join(path, "enable"), "the deployment circuit breaker is for the strategy ROLLING only, and this one is %s", strategy)
	}
	if b.Rollback && !b.Enable && !c.refused(path) {
		c.note(join(path, "rollback"), "without enable nothing is counted, and so nothing is rolled back")
	}
	t, at := &b.ThresholdConfiguration, join(path, "thresholdConfiguration.value")
	switch {
	case t.Value == nil && t.Type == "COUNT" && !c.stated(at):
		c.issue(at, "required with COUNT, and left out")
	case t.Value != nil && t.Type == "BOUNDED_PERCENT" && *t.Value > 100:
		c.alsoIssue(at, fmt.Sprintf("expected a percentage from 1 to 100, found %d", *t.Value))
	}
}

// shifts checks what belongs to the strategies that shift the requests from one
// revision to another.
func (c *checker) shifts(s *Service, path string) {
	of := &s.DeploymentConfiguration
	for _, part := range []struct{ field, strategy string }{{"linearConfiguration", "LINEAR"}, {"canaryConfiguration", "CANARY"}} {
		if at := join(path, part.field); c.stated(at) && of.Strategy != part.strategy && of.Strategy != "" {
			c.issue(at, "this belongs to the strategy %s, and the one here is %s", part.strategy, of.Strategy)
		}
	}
	tenths := func(percent float64, at string) {
		if n := percent * 10; math.Abs(n-math.Round(n)) > 1e-6 {
			c.alsoIssue(at, fmt.Sprintf("expected at most one decimal, found %v", percent))
		}
	}
	tenths(of.LinearConfiguration.StepPercent, join(path, "linearConfiguration.stepPercent"))
	tenths(of.CanaryConfiguration.CanaryPercent, join(path, "canaryConfiguration.canaryPercent"))
	bake := join(path, "bakeTimeInMinutes")
	if of.rolling() || of.Strategy == "" {
		if b := of.BakeTimeInMinutes; b != nil && *b > 0 {
			c.note(bake, "a rolling deployment without alarms bakes for no time; this has no effect")
		}
		return
	}
	if of.Strategy == "BLUE_GREEN" && of.BakeTimeInMinutes == nil && !c.stated(bake) {
		c.issue(bake, "required with BLUE_GREEN, and left out")
	}
	strategy := join(path, "strategy")
	if s.Daemon() {
		c.issue(strategy, "a DAEMON has one task on each instance, so that there is no room for two revisions; expected ROLLING")
		return
	}
	for _, name := range c.Target(s).Providers() {
		if p := c.Provider(name); p != nil && p.Kind() == KindExternal {
			c.issue(strategy, "external instances (%s) take rolling deployments only; expected ROLLING", name)
			return
		}
	}
	service, _ := cut(path)
	connected := slices.Contains(c.notModelled, join(service, "serviceConnectConfiguration"))
	if len(s.LoadBalancers) == 0 && !connected && !c.refused(strategy) && !c.refused(join(service, "loadBalancers")) {
		c.note(strategy, "AWS shifts requests by means of a load balancer or Service Connect, and this service has no loadBalancers; here they are shifted all the same")
	}
}

// percentages checks the bounds of a rolling deployment.
//
// Source: ECS API, DeploymentConfiguration; Amazon ECS developer guide, "Rolling
// update".
func (c *checker) percentages(s *Service, path string) {
	of := &s.DeploymentConfiguration
	low, high := join(path, "minimumHealthyPercent"), join(path, "maximumPercent")
	if c.refused(low) || c.refused(high) {
		return
	}
	least, most := s.percentages()
	switch {
	case s.Daemon() && most != 100:
		c.issue(high, "maximumPercent of a DAEMON is 100: an instance has one task of it")
		return
	case most < least:
		at := high
		if of.MaximumPercent == nil {
			at = low
		}
		c.issue(at, "maximumPercent (%d) is less than minimumHealthyPercent (%d)", most, least)
		return
	}
	if s.Daemon() {
		if least == 100 {
			c.stuck(s, path, "with minimumHealthyPercent 100 no task of a DAEMON can be stopped, and an instance has one task of it; 0 is AWS's default")
		}
		return
	}
	if !of.rolling() || s.DesiredCount == nil {
		return
	}
	if n := *s.DesiredCount; immovable(n, least, most) {
		c.stuck(s, path, fmt.Sprintf("with %s no deployment makes progress: %s", someTasks(n), immovableText(n, least, most)))
		return
	}
	service, _ := cut(path)
	if of := s.Scaling; of != nil && !c.refused(join(service, "scaling")) {
		for n := of.MinCapacity; n <= min(of.MaxCapacity, mostServiceTasks); n++ {
			if immovable(n, least, most) {
				c.note(path, "with %s, to which scaling may go, no deployment makes progress: %s", someTasks(n), immovableText(n, least, most))
				return
			}
		}
	}
}

func someTasks(n int64) string {
	if n == 1 {
		return "1 task"
	}
	return fmt.Sprintf("%d tasks", n)
}

// deploymentBounds returns how many tasks of a service stay healthy at least, and how many
// there are at most, while a deployment replaces them.
//
// Source: Amazon ECS developer guide, "Rolling update": the lower bound is
// rounded up, the upper one down.
func deploymentBounds(desired, least, most int64) (lower, upper int64) {
	return (desired*least + 99) / 100, desired * most / 100
}

// immovable reports whether a rolling deployment can neither start a task nor
// stop one.
func immovable(desired, least, most int64) bool {
	lower, upper := deploymentBounds(desired, least, most)
	return desired > 0 && upper <= desired && lower >= desired
}

func immovableText(desired, least, most int64) string {
	lower, upper := deploymentBounds(desired, least, most)
	return fmt.Sprintf("minimumHealthyPercent %d keeps ceil(%d × %d / 100) = %d healthy, and maximumPercent %d allows floor(%d × %d / 100) = %d, so that none can be stopped and none started",
		least, desired, least, lower, most, desired, most, upper)
}

// stuck tells of a deployment that can never make progress: an error where one is
// among the events, else a note.
func (c *checker) stuck(s *Service, path, message string) {
	if c.deployed(s.Name) {
		c.alsoIssue(path, message)
		return
	}
	c.note(path, "%s", message)
}
