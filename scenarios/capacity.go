package scenarios

// Cluster is the capacity that tasks are placed on.
type Cluster struct {
	// CapacityProviders of the cluster: Auto Scaling groups, external machines, FARGATE and FARGATE_SPOT.
	CapacityProviders []*CapacityProvider `yaml:"capacityProviders" source:"ECS CreateCapacityProvider"`
	// AccountSettings that change what instances can hold.
	AccountSettings AccountSettings `yaml:"accountSettings" source:"ECS PutAccountSetting"`
	// AgentVersion of the ECS agent on every instance, for the subject agentVersion of placement constraints.
	AgentVersion string `yaml:"agentVersion,scalar" default:"1.90.0" source:"ECS VersionInfo"`
	// DefaultCapacityProviderStrategy holds for jobs and services that state neither capacityProviderStrategy nor capacityProviders nor launchType.
	DefaultCapacityProviderStrategy []CapacityProviderStrategyItem `yaml:"defaultCapacityProviderStrategy" default:"(all EC2 and external instances)" source:"ECS PutClusterCapacityProviders"`
}

// AccountSettings are settings of the AWS account.
type AccountSettings struct {
	// AwsvpcTrunking says whether instances of types that can have a trunk interface have one, and so hold more tasks with networkMode awsvpc.
	AwsvpcTrunking string `yaml:"awsvpcTrunking" enum:"enabled disabled" default:"disabled" source:"ECS PutAccountSetting"`
}

// CapacityProvider is a named part of the capacity. One named FARGATE or
// FARGATE_SPOT is AWS's own and has no further fields; any other has either
// autoScalingGroup or external.
type CapacityProvider struct {
	// Name by which strategies refer to it: letters, digits, "-" and "_".
	Name string `yaml:"name,required" source:"ECS CreateCapacityProvider"`
	// AutoScalingGroup of EC2 instances.
	AutoScalingGroup *AutoScalingGroup `yaml:"autoScalingGroup" source:"Auto Scaling CreateAutoScalingGroup"`
	// AutoScalingGroupProvider holds AWS's settings of the provider. In this version it may state the ARN alone, which has no effect.
	AutoScalingGroupProvider *AutoScalingGroupProvider `yaml:"autoScalingGroupProvider" source:"ECS CreateCapacityProvider"`
	// External machines of one's own (ECS Anywhere).
	External *External `yaml:"external" source:"ECS Anywhere; berth's field"`
}

// AutoScalingGroupProvider is AWS's shape of a provider's settings. The group
// that its ARN points to is described in autoScalingGroup, beside it.
type AutoScalingGroupProvider struct{}

// AutoScalingGroup is a group of EC2 instances. In this version its size is
// fixed: min, max and desired are equal.
type AutoScalingGroup struct {
	// InstanceTypes of the group. In this version: one.
	InstanceTypes []string `yaml:"instanceTypes" default:"(required)" source:"Auto Scaling CreateAutoScalingGroup, LaunchTemplateOverrides.InstanceType"`
	// AvailabilityZones over which the instances are balanced.
	AvailabilityZones []string `yaml:"availabilityZones,required" source:"Auto Scaling CreateAutoScalingGroup"`
	// MinSize of the group.
	MinSize *int64 `yaml:"minSize" unit:"instances" range:"0..1000000" default:"(desiredCapacity)" source:"Auto Scaling CreateAutoScalingGroup"`
	// MaxSize of the group.
	MaxSize *int64 `yaml:"maxSize" unit:"instances" range:"0..1000000" default:"(desiredCapacity)" source:"Auto Scaling CreateAutoScalingGroup"`
	// DesiredCapacity is the number of instances.
	DesiredCapacity *int64 `yaml:"desiredCapacity" unit:"instances" range:"0..1000000" default:"(minSize)" source:"Auto Scaling CreateAutoScalingGroup"`
	// BootTime from launch until the instance is active in the cluster. It is billed.
	BootTime Quantity `yaml:"bootTime" unit:"duration" default:"0s" source:"berth"`
	// Attributes that the instances carry beside the built-in ones.
	Attributes map[string]string `yaml:"attributes" source:"ECS PutAttributes"`
	// Registered states exactly what an instance registers, in place of the catalog's figure.
	Registered Registered `yaml:"registered" default:"(the catalog's)" source:"ECS RegisterContainerInstance"`
	// ReservedCPU is taken off each instance for daemons and agents.
	ReservedCPU CPU `yaml:"reservedCpu" unit:"ECS CPU units" range:"0.." default:"0" source:"berth"`
	// ReservedMemory is taken off each instance for daemons and agents.
	ReservedMemory Memory `yaml:"reservedMemory" unit:"MiB" range:"0.." default:"0" source:"ECS agent, ECS_RESERVED_MEMORY"`
	// EBS volume of each instance. Left out, none is billed.
	EBS *EBS `yaml:"ebs" default:"(none)" source:"EC2 EbsBlockDevice"`
	// PublicIPv4 says whether each instance has a public address that is billed.
	PublicIPv4 bool `yaml:"publicIpv4" default:"false" source:"berth; EC2 AssociatePublicIpAddress"`
}

// Size returns the number of instances of the group.
func (g *AutoScalingGroup) Size() int64 { return *g.DesiredCapacity }

// Registered is what an instance offers before reservedCpu and reservedMemory
// are taken off.
type Registered struct {
	// CPU of the instance.
	CPU *CPU `yaml:"cpu,capacity" unit:"ECS CPU units" range:">0.." default:"(vCPUs × 1024)" source:"ECS agent"`
	// Memory of the instance.
	Memory *Memory `yaml:"memory,capacity" unit:"MiB" range:">0.." default:"(the catalog's)" source:"ECS agent"`
}

// EBS is a volume attached to an instance.
type EBS struct {
	// VolumeSize of the volume.
	VolumeSize int64 `yaml:"volumeSize,required" unit:"GiB" range:"1..65536" source:"EC2 EbsBlockDevice"`
	// VolumeType of the volume.
	VolumeType string `yaml:"volumeType" enum:"gp3" default:"gp3" source:"EC2 EbsBlockDevice"`
}

// External is a set of machines of one's own, either listed or read from a file.
type External struct {
	// Instances of the set.
	Instances []ExternalInstance `yaml:"instances" source:"berth"`
	// Nodes reads the machines from a published list.
	Nodes *Nodes `yaml:"nodes" source:"berth"`
}

// ExternalInstance is a number of equal machines.
type ExternalInstance struct {
	// Count of equal machines.
	Count int64 `yaml:"count" unit:"instances" range:"1..1000000" default:"1" source:"berth"`
	// CPU that a machine registers.
	CPU CPU `yaml:"cpu,capacity,required" unit:"ECS CPU units" range:">0.." source:"ECS RegisterContainerInstance"`
	// Memory that a machine registers.
	Memory Memory `yaml:"memory,capacity,required" unit:"MiB" range:">0.." source:"ECS RegisterContainerInstance"`
	// GPUs of a machine.
	GPUs int64 `yaml:"gpus" unit:"GPUs" range:"0..1024" default:"0" source:"berth"`
	// GPUModel of its GPUs, for tasks that ask for one.
	GPUModel string `yaml:"gpuModel" source:"berth"`
	// CPUArchitecture of a machine.
	CPUArchitecture string `yaml:"cpuArchitecture" enum:"X86_64 ARM64" default:"X86_64" source:"ECS RuntimePlatform"`
	// PricePerHour of one machine, busy or not.
	PricePerHour float64 `yaml:"pricePerHour" unit:"USD per hour" range:"0..1000000" default:"0" source:"berth"`
	// Attributes that the machines carry beside the built-in ones.
	Attributes map[string]string `yaml:"attributes" source:"ECS PutAttributes"`
	// ReservedCPU is taken off each machine for daemons and agents.
	ReservedCPU CPU `yaml:"reservedCpu" unit:"ECS CPU units" range:"0.." default:"0" source:"berth"`
	// ReservedMemory is taken off each machine for daemons and agents.
	ReservedMemory Memory `yaml:"reservedMemory" unit:"MiB" range:"0.." default:"0" source:"ECS agent, ECS_RESERVED_MEMORY"`
}

// Nodes is a file that lists machines.
type Nodes struct {
	// Format of the file.
	Format string `yaml:"format,required" enum:"alibaba-gpu-2023" source:"berth"`
	// Path of the file, relative to the scenario's.
	Path string `yaml:"path,required" source:"berth"`
	// PricePerHour of each machine, busy or not.
	PricePerHour float64 `yaml:"pricePerHour" unit:"USD per hour" range:"0..1000000" default:"0" source:"berth"`
	// Attributes that the machines carry beside the built-in ones.
	Attributes map[string]string `yaml:"attributes" source:"ECS PutAttributes"`
}

// CapacityProviderStrategyItem gives a provider its share of the tasks.
type CapacityProviderStrategyItem struct {
	// CapacityProvider by its name.
	CapacityProvider string `yaml:"capacityProvider,required" source:"ECS CapacityProviderStrategyItem"`
	// Base is the number of tasks that go there before weights count. Only one provider of a strategy may have one.
	Base int64 `yaml:"base" unit:"tasks" range:"0..100000" default:"0" source:"ECS CapacityProviderStrategyItem"`
	// Weight is the share of the remaining tasks. At least one provider of a strategy needs a weight.
	Weight int64 `yaml:"weight" range:"0..1000" default:"0" source:"ECS CapacityProviderStrategyItem"`
}
