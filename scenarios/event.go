package scenarios

import "berth/sim"

// Event is something that happens at a given time. It has exactly one action.
// Events of one instant happen in the order of the list.
type Event struct {
	// At is when it happens.
	At Instant `yaml:"at,required" source:"berth"`
	// Deploy begins a deployment of a service.
	Deploy *Deploy `yaml:"deploy" source:"ECS UpdateService"`
	// ZoneOutage is the loss of an Availability Zone.
	ZoneOutage *ZoneOutage `yaml:"zoneOutage" source:"berth"`
	// SlowZone makes everything in an Availability Zone slower.
	SlowZone *SlowZone `yaml:"slowZone" source:"berth"`
	// RegistryOutage is a time in which no image can be pulled.
	RegistryOutage *RegistryOutage `yaml:"registryOutage" source:"berth"`
	// LaunchFailure is a time in which a capacity provider gets no instances.
	LaunchFailure *LaunchFailure `yaml:"launchFailure" source:"berth"`
	// Interrupt takes Spot capacity away.
	Interrupt *Interrupt `yaml:"interrupt" source:"EC2 Spot interruption"`
	// InstanceRefresh replaces the instances of an Auto Scaling group.
	InstanceRefresh *InstanceRefresh `yaml:"instanceRefresh" source:"EC2 Auto Scaling StartInstanceRefresh"`
}

// Deploy begins a deployment: the tasks of a service are replaced by those of a
// task definition.
type Deploy struct {
	// Service that is deployed, by name.
	Service string `yaml:"service,required" source:"ECS UpdateService"`
	// TaskDefinition that its tasks run from then on. That which they run already is a new deployment, too.
	TaskDefinition string `yaml:"taskDefinition" default:"(the one that the service runs: a forced new deployment)" source:"ECS UpdateService"`
}

// ZoneOutage is the loss of an Availability Zone: what runs there is lost, and
// nothing starts there until it is over.
type ZoneOutage struct {
	// AvailabilityZone that is lost.
	AvailabilityZone string `yaml:"availabilityZone,required" source:"EC2 DescribeAvailabilityZones"`
	// Duration of the outage.
	Duration *sim.Time `yaml:"duration" unit:"duration" range:">0s.." default:"(until the end of the run)" source:"berth"`
}

// SlowZone makes what begins in an Availability Zone slower by a factor:
// instances boot, images are pulled and tasks of services start up. What runs is
// as fast as ever.
type SlowZone struct {
	// AvailabilityZone that is slow.
	AvailabilityZone string `yaml:"availabilityZone,required" source:"EC2 DescribeAvailabilityZones"`
	// Factor by which that takes longer.
	Factor float64 `yaml:"factor,required" range:"1..1000" source:"berth"`
	// Duration of the slowness.
	Duration *sim.Time `yaml:"duration" unit:"duration" range:">0s.." default:"(until the end of the run)" source:"berth"`
}

// RegistryOutage is a time in which no image is pulled: tasks whose image is not
// on their instance wait, and pulls under way go on afterwards.
type RegistryOutage struct {
	// Duration of the outage.
	Duration *sim.Time `yaml:"duration" unit:"duration" range:">0s.." default:"(until the end of the run)" source:"berth"`
}

// LaunchFailure is a time in which a capacity provider gets no instances.
type LaunchFailure struct {
	// CapacityProvider by name.
	CapacityProvider string `yaml:"capacityProvider,required" source:"ECS CreateCapacityProvider"`
	// Duration for which launches fail.
	Duration *sim.Time `yaml:"duration" unit:"duration" range:">0s.." default:"(until the end of the run)" source:"berth"`
}

// Interrupt takes Spot capacity away, with the notice of its market.
type Interrupt struct {
	// CapacityProvider by name.
	CapacityProvider string `yaml:"capacityProvider,required" source:"ECS CreateCapacityProvider"`
	// Count of instances, or on FARGATE_SPOT of tasks.
	Count *int64 `yaml:"count" unit:"instances or tasks" range:"1..1000000" default:"(all)" source:"berth"`
	// AvailabilityZone whose capacity is taken away.
	AvailabilityZone string `yaml:"availabilityZone" default:"(all)" source:"EC2 DescribeAvailabilityZones"`
	// InstanceType that is taken away.
	InstanceType string `yaml:"instanceType" default:"(all)" source:"EC2 instance type"`
}

// InstanceRefresh replaces the instances of an Auto Scaling group, a part at a
// time.
type InstanceRefresh struct {
	// CapacityProvider of the group, by name.
	CapacityProvider string `yaml:"capacityProvider,required" source:"ECS CreateCapacityProvider"`
	// MinHealthyPercentage is which part of the desired capacity stays in service.
	MinHealthyPercentage int64 `yaml:"minHealthyPercentage" unit:"percent of the desired capacity" range:"0..100" default:"90" source:"EC2 Auto Scaling RefreshPreferences"`
	// InstanceWarmup is how long a new instance takes until the next ones are replaced.
	InstanceWarmup sim.Time `yaml:"instanceWarmup" unit:"seconds" range:"0s.." default:"0s" source:"EC2 Auto Scaling RefreshPreferences"`
}
