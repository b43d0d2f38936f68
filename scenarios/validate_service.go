package scenarios

import (
	"slices"
	"strings"

	"berth/placement"
	"berth/sim"
	"berth/sim/cluster"
)

// mostServiceTasks is how many tasks a service may have in AWS without a larger
// quota.
//
// Source: Amazon ECS developer guide, "Amazon ECS service quotas".
const mostServiceTasks = 5000

// service checks what only services have.
//
// Source: ECS API, CreateService; ECS Developer Guide, "Amazon ECS services".
func (c *checker) service(s *Service, path string) {
	c.name(s.Name, join(path, "name"), "a service")
	if s.Name != "" && slices.Contains(c.workNames("jobs"), s.Name) {
		c.issue(join(path, "name"), "there is a job of this name too; names of services and jobs are unique together")
	}
	c.tasks(s, path, "task", "taskDefinition")
	switch {
	case s.Daemon():
		if c.stated(join(path, "desiredCount")) {
			c.issue(join(path, "desiredCount"), "a DAEMON has no desiredCount: it runs one task on each instance that meets its placement constraints")
		}
		if len(s.PlacementStrategy) > 0 {
			c.issue(join(path, "placementStrategy"), "a DAEMON takes no placement strategy: it runs one task on each instance that meets its placement constraints")
		}
		if c.Target(s).Fargate() {
			c.issue(join(path, "schedulingStrategy"), "Fargate has no instances for a DAEMON to run on")
		}
	case s.DesiredCount == nil && !c.stated(join(path, "desiredCount")):
		c.issue(join(path, "desiredCount"), "required, and left out")
	case s.DesiredCount != nil && *s.DesiredCount > mostServiceTasks:
		c.note(join(path, "desiredCount"), "%d tasks; AWS allows a service %d unless the quota is raised", *s.DesiredCount, mostServiceTasks)
	}
	c.target(s, path)
	c.placement(s, path)
	c.deployment(s, path)
	c.health(s, path)
	c.rebalancing(s, path)
	c.load(s, path)
	c.scaling(s, path)
}

// health checks what finds out whether tasks of a service work.
//
// Source: ECS API, CreateService and HealthCheck; Elastic Load Balancing API,
// CreateTargetGroup; Application Load Balancer user guide, "Target group
// attributes".
func (c *checker) health(s *Service, path string) {
	for i, at := range c.paths(join(path, "loadBalancers")) {
		b := s.LoadBalancers[i]
		if i == 1 {
			c.issue(at, "this version of berth supports one target group of a service")
		}
		if field := join(at, "healthCheckTimeoutSeconds"); b.HealthCheckTimeoutSeconds >= b.HealthCheckIntervalSeconds && !c.refused(field) && !c.refused(join(at, "healthCheckIntervalSeconds")) {
			c.issue(field, "%v is not less than the interval of %v between two checks", b.HealthCheckTimeoutSeconds, b.HealthCheckIntervalSeconds)
		}
		if b.SlowStart > 0 && b.SlowStart < 30*sim.Second {
			c.alsoIssue(join(at, "slowStart"), "expected 0s (off) or a duration from 30s to 900s")
		}
	}
	d := c.Definition(s)
	checked := len(s.LoadBalancers) > 0 || d != nil && d.HealthCheck != nil
	if s.HealthCheckGracePeriodSeconds > 0 && !checked {
		c.note(join(path, "healthCheckGracePeriodSeconds"), "nothing checks the health of the tasks: they have no healthCheck, and the service has no loadBalancers")
	}
	if s.Daemon() && len(s.LoadBalancers) > 0 {
		c.issue(join(path, "loadBalancers"), "this version of berth does not support load balancers in front of a DAEMON")
	}
}

// rebalancing checks that the tasks of a service can move between zones where
// that is asked for, and decides it where the scenario does not say.
//
// Source: Amazon ECS developer guide, "Balancing an Amazon ECS service across
// Availability Zones"; ECS API, CreateService, availabilityZoneRebalancing.
func (c *checker) rebalancing(s *Service, path string) {
	at := join(path, "availabilityZoneRebalancing")
	why := c.unbalanced(s)
	if s.AvailabilityZoneRebalancing == "ENABLED" && why != "" {
		if c.Target(s).Fargate() {
			c.note(at, "%s; this has no effect", why)
			s.AvailabilityZoneRebalancing = "DISABLED"
		} else {
			c.issue(at, "%s", why)
		}
	}
	if s.AvailabilityZoneRebalancing == "" && !c.stated(at) {
		s.AvailabilityZoneRebalancing = "DISABLED"
		if why == "" {
			s.AvailabilityZoneRebalancing = "ENABLED"
		}
	}
}

// unbalanced says why the tasks of a service cannot move between zones, "" where
// they can.
func (c *checker) unbalanced(s *Service) string {
	target := c.Target(s)
	if s.Daemon() {
		return "a DAEMON has one task on each instance, whatever its zone; no task can move"
	}
	for _, name := range target.Providers() {
		switch p := c.Provider(name); {
		case p == nil: // which is told already
		case p.Kind() == KindExternal:
			return "external instances (" + name + ") have no Availability Zones"
		case p.Kind() == KindFargate:
			return "the zones of Fargate are not modelled"
		}
	}
	if len(s.PlacementStrategy) > 0 {
		if r := s.PlacementStrategy[0]; r.Type != "spread" || r.Field != "attribute:"+cluster.AttributeAvailabilityZone {
			return "the first rule of placementStrategy has to be spread over attribute:ecs.availability-zone for tasks to be moved between zones"
		}
	}
	constraints := s.PlacementConstraints
	if d := c.Definition(s); d != nil {
		constraints = slices.Concat(constraints, d.PlacementConstraints)
	}
	for _, constraint := range constraints {
		if constraint.Type == placement.MemberOf && strings.Contains(constraint.Expression, cluster.AttributeAvailabilityZone) {
			return "a placement constraint says in which Availability Zones the tasks may be"
		}
	}
	if _, most := s.percentages(); most <= 100 {
		return "with maximumPercent 100 no task can start in another zone before one has stopped"
	}
	return ""
}
