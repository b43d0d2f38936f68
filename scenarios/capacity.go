package scenarios

import "berth/sim"

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
// FARGATE_SPOT is AWS's own and has no further fields, but for the spotMarket of
// FARGATE_SPOT; any other has either autoScalingGroup or external.
type CapacityProvider struct {
	// Name by which strategies refer to it: letters, digits, "-" and "_".
	Name string `yaml:"name,required" source:"ECS CreateCapacityProvider"`
	// AutoScalingGroup of EC2 instances.
	AutoScalingGroup *AutoScalingGroup `yaml:"autoScalingGroup" source:"Auto Scaling CreateAutoScalingGroup"`
	// ManagedScaling has ECS move the desired capacity of the group.
	ManagedScaling *ManagedScaling `yaml:"managedScaling" default:"(off)" source:"ECS ManagedScaling"`
	// ManagedTerminationProtection keeps scale-in away from instances with tasks. It needs managed scaling, and newInstancesProtectedFromScaleIn of the group.
	ManagedTerminationProtection string `yaml:"managedTerminationProtection" enum:"ENABLED DISABLED" default:"DISABLED" source:"ECS AutoScalingGroupProvider"`
	// ManagedDraining has instances that the group terminates drain first.
	ManagedDraining string `yaml:"managedDraining" enum:"ENABLED DISABLED" default:"ENABLED" source:"ECS AutoScalingGroupProvider"`
	// AutoScalingGroupProvider holds the same settings in AWS's shape. Each may be stated in one of the two places. The ARN has no effect.
	AutoScalingGroupProvider *AutoScalingGroupProvider `yaml:"autoScalingGroupProvider" source:"ECS CreateCapacityProvider"`
	// External machines of one's own (ECS Anywhere).
	External *External `yaml:"external" source:"ECS Anywhere; berth's field"`
	// SpotMarket of FARGATE_SPOT: when it takes tasks back, and when it has no capacity.
	SpotMarket *FargateSpotMarket `yaml:"spotMarket" default:"(always capacity, no interruptions)" source:"berth"`
}

// ManagedScaling is how ECS moves the desired capacity of an Auto Scaling group:
// so that the instances needed are targetCapacity per cent of those running.
type ManagedScaling struct {
	// Status says whether managed scaling is on.
	Status string `yaml:"status,required" enum:"ENABLED DISABLED" source:"ECS ManagedScaling"`
	// TargetCapacity is the CapacityProviderReservation to keep. Below 100 there are instances to spare.
	TargetCapacity int64 `yaml:"targetCapacity" unit:"percent" range:"1..100" default:"100" source:"ECS ManagedScaling"`
	// MinimumScalingStepSize is the least number of instances that one scale-out adds.
	MinimumScalingStepSize int64 `yaml:"minimumScalingStepSize" unit:"instances" range:"1..10000" default:"1" source:"ECS ManagedScaling"`
	// MaximumScalingStepSize is the largest number of instances that one scale-out adds.
	MaximumScalingStepSize int64 `yaml:"maximumScalingStepSize" unit:"instances" range:"1..10000" default:"10000" source:"ECS ManagedScaling"`
	// InstanceWarmupPeriod is how long after the launch of an instance the group does not scale out again.
	InstanceWarmupPeriod sim.Time `yaml:"instanceWarmupPeriod" unit:"seconds" range:"0s..10000s" default:"300s" source:"ECS ManagedScaling"`
}

// AutoScalingGroupProvider is AWS's shape of a provider's settings. The group
// that its ARN points to is described in autoScalingGroup, beside it.
type AutoScalingGroupProvider struct {
	// ManagedScaling has ECS move the desired capacity of the group.
	ManagedScaling *ManagedScaling `yaml:"managedScaling" default:"(off)" source:"ECS ManagedScaling"`
	// ManagedTerminationProtection keeps scale-in away from instances with tasks.
	ManagedTerminationProtection string `yaml:"managedTerminationProtection" enum:"ENABLED DISABLED" default:"(the provider's)" source:"ECS AutoScalingGroupProvider"`
	// ManagedDraining has instances that the group terminates drain first.
	ManagedDraining string `yaml:"managedDraining" enum:"ENABLED DISABLED" default:"(the provider's)" source:"ECS AutoScalingGroupProvider"`
}

// AutoScalingGroup is a group of EC2 instances. What it buys is said by
// instanceTypes, by instanceRequirements, or by the overrides of its
// mixedInstancesPolicy.
type AutoScalingGroup struct {
	// InstanceTypes of the group, in the order of priority.
	InstanceTypes []string `yaml:"instanceTypes" default:"(those of mixedInstancesPolicy or instanceRequirements)" source:"Auto Scaling LaunchTemplateOverrides, InstanceType"`
	// InstanceRequirements choose the types by their attributes.
	InstanceRequirements *InstanceRequirements `yaml:"instanceRequirements" source:"Auto Scaling LaunchTemplateOverrides, InstanceRequirements"`
	// MixedInstancesPolicy divides the group between On-Demand and Spot. Without it all is on demand, of the first type with capacity.
	MixedInstancesPolicy *MixedInstancesPolicy `yaml:"mixedInstancesPolicy" default:"(all on demand)" source:"Auto Scaling MixedInstancesPolicy"`
	// AvailabilityZones over which the instances are balanced.
	AvailabilityZones []string `yaml:"availabilityZones,required" source:"Auto Scaling CreateAutoScalingGroup"`
	// AvailabilityZoneDistribution says what happens to launches in a zone that has failed.
	AvailabilityZoneDistribution AvailabilityZoneDistribution `yaml:"availabilityZoneDistribution" source:"Auto Scaling AvailabilityZoneDistribution"`
	// MinSize of the group, in units: an instance counts as its weightedCapacity.
	MinSize *int64 `yaml:"minSize" unit:"units" range:"0..1000000" default:"(desiredCapacity)" source:"Auto Scaling CreateAutoScalingGroup"`
	// MaxSize of the group, in units.
	MaxSize *int64 `yaml:"maxSize" unit:"units" range:"0..1000000" default:"(desiredCapacity)" source:"Auto Scaling CreateAutoScalingGroup"`
	// DesiredCapacity is the number of units at the start.
	DesiredCapacity *int64 `yaml:"desiredCapacity" unit:"units" range:"0..1000000" default:"(minSize)" source:"Auto Scaling CreateAutoScalingGroup"`
	// DesiredCapacityType says what a unit is where instanceRequirements choose the types: an instance, a vCPU or a MiB.
	DesiredCapacityType string `yaml:"desiredCapacityType" enum:"units vcpu memory-mib" default:"units" source:"Auto Scaling CreateAutoScalingGroup"`
	// CapacityRebalance replaces Spot instances for which a rebalance recommendation came, before they are interrupted.
	CapacityRebalance bool `yaml:"capacityRebalance" default:"false" source:"Auto Scaling CreateAutoScalingGroup"`
	// NewInstancesProtectedFromScaleIn keeps scale-in away from instances; with managedTerminationProtection, as long as tasks run on them.
	NewInstancesProtectedFromScaleIn bool `yaml:"newInstancesProtectedFromScaleIn" default:"false" source:"Auto Scaling CreateAutoScalingGroup"`
	// TerminationPolicies say which instance a scale-in takes, in their order.
	TerminationPolicies []string `yaml:"terminationPolicies" enum:"Default AllocationStrategy OldestInstance NewestInstance ClosestToNextInstanceHour OldestLaunchTemplate OldestLaunchConfiguration" default:"(Default)" source:"Auto Scaling CreateAutoScalingGroup"`
	// MaxInstanceLifetime is the age at which an instance is replaced, a day at least; 0 is no such age.
	MaxInstanceLifetime sim.Time `yaml:"maxInstanceLifetime" unit:"seconds" range:"0s..31536000s" default:"0s" source:"Auto Scaling CreateAutoScalingGroup"`
	// WarmPool of instances that have booted before they are needed.
	WarmPool *WarmPool `yaml:"warmPool" default:"(none)" source:"Auto Scaling PutWarmPool"`
	// LifecycleHooks hold instances before they come into service and before they are terminated, one of each at most.
	LifecycleHooks []LifecycleHook `yaml:"lifecycleHooks" default:"(none)" source:"Auto Scaling PutLifecycleHook"`
	// LifecycleHookSpecificationList is AWS's name for lifecycleHooks.
	LifecycleHookSpecificationList []LifecycleHook `yaml:"lifecycleHookSpecificationList" default:"(none)" source:"Auto Scaling CreateAutoScalingGroup"`
	// Agent settings of every instance.
	Agent Agent `yaml:"agent" source:"ECS agent configuration"`
	// SpotMarket that the group's Spot instances come from.
	SpotMarket *SpotMarket `yaml:"spotMarket" default:"(the catalog's prices, no interruptions)" source:"berth"`
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

// AvailabilityZoneDistribution says what happens to launches in a zone that has
// failed.
type AvailabilityZoneDistribution struct {
	// CapacityDistributionStrategy is to launch in another zone, or to try the same one again.
	CapacityDistributionStrategy string `yaml:"capacityDistributionStrategy" enum:"balanced-best-effort balanced-only" default:"balanced-best-effort" source:"Auto Scaling AvailabilityZoneDistribution"`
}

// WarmPool is a pool of instances that have booted once and wait.
type WarmPool struct {
	// MinSize is how many instances it holds at least.
	MinSize int64 `yaml:"minSize" unit:"instances" range:"0..1000000" default:"0" source:"Auto Scaling PutWarmPool"`
	// MaxGroupPreparedCapacity is what the group and its pool hold together; -1 is maxSize.
	MaxGroupPreparedCapacity int64 `yaml:"maxGroupPreparedCapacity" unit:"instances" range:"-1..1000000" default:"-1" source:"Auto Scaling PutWarmPool"`
	// PoolState in which they wait. Hibernated is as Stopped: no instance is billed, and the time to start is startTime.
	PoolState string `yaml:"poolState" enum:"Stopped Running Hibernated" default:"Stopped" source:"Auto Scaling PutWarmPool"`
	// StartTime from leaving the pool until the instance is active in the cluster.
	StartTime Quantity `yaml:"startTime" unit:"duration" default:"0s" source:"berth"`
	// InstanceReusePolicy of the pool.
	InstanceReusePolicy InstanceReusePolicy `yaml:"instanceReusePolicy" source:"Auto Scaling InstanceReusePolicy"`
}

// InstanceReusePolicy says whether instances return to a warm pool.
type InstanceReusePolicy struct {
	// ReuseOnScaleIn is not possible with ECS: container instances cannot return.
	ReuseOnScaleIn bool `yaml:"reuseOnScaleIn" default:"false" source:"Auto Scaling InstanceReusePolicy"`
}

// LifecycleHook holds an instance while something is done to it.
type LifecycleHook struct {
	// LifecycleTransition at which it holds instances.
	LifecycleTransition string `yaml:"lifecycleTransition,required" enum:"autoscaling:EC2_INSTANCE_LAUNCHING autoscaling:EC2_INSTANCE_TERMINATING" source:"Auto Scaling PutLifecycleHook"`
	// HeartbeatTimeout is the longest that it holds an instance.
	HeartbeatTimeout sim.Time `yaml:"heartbeatTimeout" unit:"seconds" range:"30s..7200s" default:"3600s" source:"Auto Scaling PutLifecycleHook"`
	// Duration of what is done. It is completed then, or cut off by the time-out.
	Duration Quantity `yaml:"duration,required" unit:"duration" source:"berth"`
	// DefaultResult is what becomes of an instance whose time is over.
	DefaultResult string `yaml:"defaultResult" enum:"ABANDON CONTINUE" default:"ABANDON" source:"Auto Scaling PutLifecycleHook"`
}

// The transitions of a lifecycle hook.
const (
	Launching   = "autoscaling:EC2_INSTANCE_LAUNCHING"
	Terminating = "autoscaling:EC2_INSTANCE_TERMINATING"
)

// Agent is the configuration of the ECS agent on the instances of a group.
type Agent struct {
	// SpotInstanceDraining has instances drain from the notice of their interruption on. Otherwise their tasks end with them.
	SpotInstanceDraining bool `yaml:"ECS_ENABLE_SPOT_INSTANCE_DRAINING" default:"false" source:"ECS agent, ECS_ENABLE_SPOT_INSTANCE_DRAINING"`
}

// Size returns the units that the group has at the start.
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
