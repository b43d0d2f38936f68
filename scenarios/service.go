package scenarios

import "berth/sim"

// Service keeps a number of tasks running (REPLICA), or one on each instance
// (DAEMON).
type Service struct {
	// Name of the service: letters, digits, "-" and "_"; no job has it. Its tasks are service/NAME/0, service/NAME/1, …, their task group is service:NAME.
	Name string `yaml:"name,required" source:"ECS CreateService, serviceName"`
	// TaskDefinition that its tasks run, by name. On Fargate its size must be a valid one.
	TaskDefinition string `yaml:"taskDefinition" source:"ECS CreateService"`
	// Task is a definition in place. On Fargate it is rounded up to the next valid size.
	Task *TaskDefinition `yaml:"task" source:"berth"`
	// DesiredCount of tasks. A DAEMON has none. With scaling it is the count at the start, moved between minCapacity and maxCapacity.
	DesiredCount *int64 `yaml:"desiredCount" unit:"tasks" range:"0..1000000" default:"(required, except for DAEMON)" source:"ECS CreateService"`
	// SchedulingStrategy says whether a number of tasks is kept (REPLICA), or one on each instance that meets the placement constraints (DAEMON).
	SchedulingStrategy string `yaml:"schedulingStrategy" enum:"REPLICA DAEMON" default:"REPLICA" source:"ECS CreateService"`
	// CapacityProviderStrategy divides the tasks among providers, before placement. A DAEMON runs on the instances of all of them.
	CapacityProviderStrategy []CapacityProviderStrategyItem `yaml:"capacityProviderStrategy" default:"(that of the cluster)" source:"ECS CreateService"`
	// CapacityProviders makes one pool of the instances of several providers.
	CapacityProviders []string `yaml:"capacityProviders" default:"(that of the cluster)" source:"berth"`
	// LaunchType makes one pool of all instances of a kind, or asks for Fargate.
	LaunchType string `yaml:"launchType" enum:"EC2 FARGATE EXTERNAL" source:"ECS CreateService"`
	// PlacementStrategy orders the instances that fit: a chain of rules, each narrowing the choice of the one before. At most 5.
	PlacementStrategy []PlacementStrategy `yaml:"placementStrategy" default:"(spread over attribute:ecs.availability-zone, then over instanceId)" source:"ECS CreateService"`
	// PlacementConstraints that an instance must meet. At most 10, those of the task definition included.
	PlacementConstraints []PlacementConstraint `yaml:"placementConstraints" source:"ECS CreateService"`
	// TieBreak decides among instances that the last rule leaves equal: the one launched first, or a random one.
	TieBreak string `yaml:"tieBreak" enum:"launched random" default:"launched" source:"berth"`
	// Rounding of the scores of strategies whose source rounds them: to few steps as the source does, or exact.
	Rounding string `yaml:"rounding" enum:"source exact" default:"source" source:"berth"`
	// DeploymentConfiguration says how a deployment replaces the tasks.
	DeploymentConfiguration DeploymentConfiguration `yaml:"deploymentConfiguration" source:"ECS CreateService"`
	// DeploymentController says who deploys: ECS itself, the only one here.
	DeploymentController DeploymentController `yaml:"deploymentController" source:"ECS CreateService"`
	// LoadBalancers lists the target group that the tasks are registered with; at most one. A task is healthy when it has passed its health check, and a task that stops keeps its place for the deregistration delay first.
	LoadBalancers []LoadBalancer `yaml:"loadBalancers" default:"(none: requests reach every task that serves)" source:"ECS CreateService; Elastic Load Balancing target groups"`
	// HealthCheckGracePeriodSeconds is how long after its start failed health checks of a task, of the load balancer and of the container, do not count.
	HealthCheckGracePeriodSeconds sim.Time `yaml:"healthCheckGracePeriodSeconds" unit:"seconds" range:"0s.." default:"0s" source:"ECS CreateService"`
	// AvailabilityZoneRebalancing says whether tasks move to zones that have fewer of them. Only a REPLICA on Auto Scaling groups can have it that spreads over zones first, has no constraint on zones, and may have more tasks than desired for a while (maximumPercent).
	AvailabilityZoneRebalancing string `yaml:"availabilityZoneRebalancing" enum:"ENABLED DISABLED" default:"(ENABLED where the service can have it, as for a service created in AWS)" source:"ECS CreateService"`
	// Usage is the part of its reservation that a task uses. It goes before that of the task definition.
	Usage *Usage `yaml:"usage" default:"(that of the task definition)" source:"berth"`
	// Load is the requests that the service is sent. They decide what its tasks use.
	Load *ServiceLoad `yaml:"load" default:"(none)" source:"berth"`
	// Scaling moves the desired count. It needs something to follow: a load, or scheduled actions.
	Scaling *Scaling `yaml:"scaling" default:"(none: desiredCount stays)" source:"Application Auto Scaling"`
}

// Daemon reports whether the service has one task on each instance.
func (s *Service) Daemon() bool { return s.SchedulingStrategy == "DAEMON" }
