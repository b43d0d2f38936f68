package scenarios

import (
	"berth/sim"
	"berth/sim/cluster"
)

// TaskDefinition is what one task reserves and needs. The short shape states
// cpu and memory of the task; AWS's longer one lists containers, whose sum holds
// for whatever the task does not state itself.
type TaskDefinition struct {
	// CPU that a task reserves; AWS's strings are taken too (".5 vCPU").
	CPU *CPU `yaml:"cpu" unit:"ECS CPU units, 1024 = 1 vCPU" range:"0.." default:"(sum of the containers, else 0)" source:"ECS RegisterTaskDefinition"`
	// Memory that a task reserves; AWS's strings are taken too ("1 GB").
	Memory *Memory `yaml:"memory" unit:"MiB" range:">0.." default:"(sum of the containers; required without)" source:"ECS RegisterTaskDefinition"`
	// GPU that a task reserves: a fraction of one device up to 1, above that whole devices.
	GPU *GPU `yaml:"gpu" unit:"GPUs" range:"0.." default:"(sum of the containers, else 0)" source:"berth; ECS ResourceRequirement"`
	// NetworkMode of the task: awsvpc gives it a network interface of its own, bridge maps its ports to ports of the instance, host uses those directly. External instances have no awsvpc.
	NetworkMode string `yaml:"networkMode" enum:"none bridge host awsvpc" default:"(awsvpc on Fargate, else bridge)" source:"ECS RegisterTaskDefinition"`
	// RuntimePlatform restricts where a task may run and decides its price on Fargate.
	RuntimePlatform RuntimePlatform `yaml:"runtimePlatform" source:"ECS RuntimePlatform"`
	// EphemeralStorage of a task on Fargate. Without effect elsewhere.
	EphemeralStorage EphemeralStorage `yaml:"ephemeralStorage" source:"ECS EphemeralStorage"`
	// PortMappings of the task, without naming a container.
	PortMappings []PortMapping `yaml:"portMappings" source:"ECS PortMapping"`
	// PlacementConstraints that hold for every task of the definition. Of the type memberOf alone; at most 10 together with those of a job or service.
	PlacementConstraints []PlacementConstraint `yaml:"placementConstraints" source:"ECS RegisterTaskDefinition"`
	// ContainerDefinitions is AWS's longer shape; at most 10 containers.
	ContainerDefinitions []ContainerDefinition `yaml:"containerDefinitions" source:"ECS ContainerDefinition"`
	// Usage is the part of its reservation that a task uses.
	Usage *Usage `yaml:"usage" default:"(unknown)" source:"berth"`
	// ImageSizeMiB is the size of all images of the task together, which are pulled before its containers start.
	ImageSizeMiB float64 `yaml:"imageSizeMiB" unit:"MiB" range:"0..1000000" default:"0" source:"berth"`
	// Startup of the task: the time from the start of its containers until it can work.
	Startup Quantity `yaml:"startup" unit:"duration" default:"0s" source:"berth"`
	// StopTimeout is how long a task that is told to stop goes on until it is gone. Where nothing is stated it is gone at once; AWS gives it up to 30s. On Fargate at most 120s.
	StopTimeout *sim.Time `yaml:"stopTimeout" unit:"seconds" range:"0s..7d" default:"(the longest of the containers, else 0s)" source:"ECS ContainerDefinition"`
	// HealthCheck of the task, without naming a container. A task of a service that fails it is replaced.
	HealthCheck *HealthCheck `yaml:"healthCheck" default:"(that of the first container that has one, else none)" source:"ECS HealthCheck"`
	// Failures of the tasks of services.
	Failures *TaskFailures `yaml:"failures" default:"(none)" source:"berth"`
}

// HealthCheck is how the container agent finds out whether a container works.
// What it looks at is not modelled: tasks pass it once they serve, but for those
// that failures makes unhealthy.
type HealthCheck struct {
	// Interval between two checks.
	Interval sim.Time `yaml:"interval" unit:"seconds" range:"5s..300s" default:"30s" source:"ECS HealthCheck"`
	// Timeout after which a check without an answer has failed.
	Timeout sim.Time `yaml:"timeout" unit:"seconds" range:"2s..60s" default:"5s" source:"ECS HealthCheck"`
	// Retries is how many checks in a row fail before the container is unhealthy.
	Retries int64 `yaml:"retries" unit:"checks" range:"1..10" default:"3" source:"ECS HealthCheck"`
	// StartPeriod after the start of the container in which failed checks do not count.
	StartPeriod sim.Time `yaml:"startPeriod" unit:"seconds" range:"0s..300s" default:"0s" source:"ECS HealthCheck"`
}

// TaskFailures is how tasks fail. Whether and when is drawn for each task when it
// is submitted, from streams named for the service and the revision, so that
// variants see the same failures.
type TaskFailures struct {
	// AtStart is the part of the tasks whose essential container ends before they are RUNNING.
	AtStart float64 `yaml:"atStart" unit:"fraction of the tasks" range:"0..1" default:"0" source:"berth"`
	// Unhealthy is the part of the tasks that never pass a health check. They fail all requests that are sent to them, and what checks nothing takes them for healthy.
	Unhealthy float64 `yaml:"unhealthy" unit:"fraction of the tasks" range:"0..1" default:"0" source:"berth"`
	// After is how long a task runs before its essential container ends.
	After *Quantity `yaml:"after" unit:"duration" default:"(never)" source:"berth"`
}

// RuntimePlatform is the platform that a task needs.
type RuntimePlatform struct {
	// CPUArchitecture of the instances that can run the task.
	CPUArchitecture string `yaml:"cpuArchitecture" enum:"X86_64 ARM64" default:"(X86_64 on Fargate, else any)" source:"ECS RuntimePlatform"`
	// OperatingSystemFamily of the task.
	OperatingSystemFamily string `yaml:"operatingSystemFamily" enum:"LINUX" default:"LINUX" source:"ECS RuntimePlatform"`
}

// EphemeralStorage is the disk of a task on Fargate.
type EphemeralStorage struct {
	// SizeInGiB of the disk; the first 20 are free.
	SizeInGiB int64 `yaml:"sizeInGiB" unit:"GiB" range:"20..200" default:"20" source:"ECS EphemeralStorage"`
}

// ContainerDefinition is one container of a task.
type ContainerDefinition struct {
	// Name of the container.
	Name string `yaml:"name" source:"ECS ContainerDefinition"`
	// CPU that the container reserves.
	CPU CPU `yaml:"cpu" unit:"ECS CPU units" range:"0.." default:"0" source:"ECS ContainerDefinition"`
	// Memory limit of the container. It is what the container reserves unless memoryReservation is given.
	Memory *Memory `yaml:"memory" unit:"MiB" range:"6.." source:"ECS ContainerDefinition"`
	// MemoryReservation is what the container reserves; less than memory.
	MemoryReservation *Memory `yaml:"memoryReservation" unit:"MiB" range:"6.." default:"(memory)" source:"ECS ContainerDefinition"`
	// PortMappings of the container.
	PortMappings []PortMapping `yaml:"portMappings" source:"ECS PortMapping"`
	// StopTimeout is how long the container goes on when it is told to stop.
	StopTimeout *sim.Time `yaml:"stopTimeout" unit:"seconds" range:"0s..7d" default:"(that of the task)" source:"ECS ContainerDefinition"`
	// HealthCheck of the container. That of the first container that has one is the task's.
	HealthCheck *HealthCheck `yaml:"healthCheck" default:"(none)" source:"ECS ContainerDefinition"`
	// ResourceRequirements lists the GPUs of the container.
	ResourceRequirements []ResourceRequirement `yaml:"resourceRequirements" source:"ECS ResourceRequirement"`
}

// PortMapping says at which port of the instance a port of a container is
// reached. With networkMode bridge a hostPort that is left out or 0 is any free
// port of the ephemeral range; with host and awsvpc it is the containerPort.
type PortMapping struct {
	// ContainerPort at which the container listens.
	ContainerPort *int64 `yaml:"containerPort" range:"1..65535" default:"(required without containerPortRange)" source:"ECS PortMapping"`
	// ContainerPortRange holds several ports, each mapped to a free port of the ephemeral range: "8080-8090". With bridge and awsvpc only.
	ContainerPortRange string `yaml:"containerPortRange" source:"ECS PortMapping"`
	// HostPort of the instance. Only one task on an instance can have it.
	HostPort *int64 `yaml:"hostPort" range:"0..65535" default:"(bridge: a free one; host, awsvpc: containerPort)" source:"ECS PortMapping"`
	// Protocol of the port. A port is taken for one protocol.
	Protocol string `yaml:"protocol" enum:"tcp udp" default:"tcp" source:"ECS PortMapping"`
}

// PlacementConstraint is what an instance must meet to hold a task. Unlike a
// strategy it binds: while no instance meets it, the task waits.
type PlacementConstraint struct {
	// Type of the constraint: no two tasks of the job or service on one instance, or only instances that an expression matches.
	Type string `yaml:"type,required" enum:"distinctInstance memberOf" source:"ECS PlacementConstraint"`
	// Expression in the cluster query language, at most 2000 characters: attribute:ecs.instance-type =~ m6i.*
	Expression string `yaml:"expression" default:"(required with memberOf)" source:"ECS PlacementConstraint"`
}

// ResourceRequirement is AWS's way to ask for GPUs.
type ResourceRequirement struct {
	// Type of the resource.
	Type string `yaml:"type,required" enum:"GPU" source:"ECS ResourceRequirement"`
	// Value is the number of GPUs.
	Value GPU `yaml:"value,required" unit:"GPUs" range:"0.." source:"ECS ResourceRequirement"`
}

// Usage is the part of a reservation that is used, for the utilisation and not
// for placement.
type Usage struct {
	// CPU used.
	CPU *float64 `yaml:"cpu" unit:"fraction of the reservation" range:"0..1" default:"(unknown)" source:"berth"`
	// Memory used.
	Memory *float64 `yaml:"memory" unit:"fraction of the reservation" range:"0..1" default:"(unknown)" source:"berth"`
}

// Demand returns what a task of the definition reserves. After loading, CPU,
// Memory and GPU hold the sum of the containers where the task states none.
func (d *TaskDefinition) Demand() cluster.Vector {
	return cluster.Vector{CPU: int64(*d.CPU), Memory: int64(*d.Memory), GPU: int64(*d.GPU)}
}
