package scenarios

import "berth/sim/cluster"

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
	// NetworkMode of the task. In this version awsvpc is for Fargate alone.
	NetworkMode string `yaml:"networkMode" enum:"none bridge host awsvpc" default:"(awsvpc on Fargate, else bridge)" source:"ECS RegisterTaskDefinition"`
	// RuntimePlatform restricts where a task may run and decides its price on Fargate.
	RuntimePlatform RuntimePlatform `yaml:"runtimePlatform" source:"ECS RuntimePlatform"`
	// EphemeralStorage of a task on Fargate. Without effect elsewhere.
	EphemeralStorage EphemeralStorage `yaml:"ephemeralStorage" source:"ECS EphemeralStorage"`
	// ContainerDefinitions is AWS's longer shape.
	ContainerDefinitions []ContainerDefinition `yaml:"containerDefinitions" source:"ECS ContainerDefinition"`
	// Usage is the part of its reservation that a task uses.
	Usage *Usage `yaml:"usage" default:"(unknown)" source:"berth"`
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
	// ResourceRequirements lists the GPUs of the container.
	ResourceRequirements []ResourceRequirement `yaml:"resourceRequirements" source:"ECS ResourceRequirement"`
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
