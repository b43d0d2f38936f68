package scenarios

import "slices"

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
	}
	c.target(s, path)
	c.placement(s, path)
	c.load(s, path)
	c.scaling(s, path)
}
