package ec2

import (
	"berth/sim"
	"berth/sim/cluster"
)

// GroupSetup describes an Auto Scaling group. Capacities are in units: an
// instance counts as the weight of its option, 1 where none is stated.
type GroupSetup struct {
	Name  string   // of its capacity provider
	Zones []string // its availability zones, in the order in which ties are broken
	// Options are what the group may launch, at least one.
	Options []LaunchOption
	// Distribution divides the capacity between On-Demand and Spot and chooses
	// among the options of a zone.
	Distribution Distribution
	// Market is where Spot instances come from; nil has them without limit and
	// interrupts none. The group makes a [Market] of it.
	Market *MarketSetup

	Min, Max, Desired int

	// ZoneDistribution says what happens to launches in a zone that has failed.
	ZoneDistribution ZoneDistribution
	// Warm says that the instances desired at first are ACTIVE at once, and
	// their warm pool is ready.
	Warm bool

	// Boot draws the time from the launch of an instance until its agent has
	// registered. It is drawn for every launch, in their order, used or not.
	Boot func() sim.Time
	// TimeToFailure draws the time from the launch of an instance until it
	// fails, like Boot; nil is never, and so is [sim.Never].
	TimeToFailure func() sim.Time
	// LaunchFails draws whether a launch fails, before it; nil is never.
	LaunchFails func() bool
	// HealthCheck is the time between two looks for instances that were lost.
	// They lie at its multiples, and what was lost is replaced at the next one;
	// 0 is [DefaultHealthCheck].
	HealthCheck sim.Time
	// MaxInstanceLifetime is the age at which instances are replaced; 0 is no
	// such age.
	MaxInstanceLifetime sim.Time

	// TerminationPolicies say which instance a scale-in takes, in the order in
	// which they are asked; none is the default policy.
	TerminationPolicies []TerminationPolicy
	// ProtectedFromScaleIn protects new instances (newInstancesProtectedFromScaleIn).
	ProtectedFromScaleIn bool
	// Busy reports whether a task other than a daemon runs on an instance. With
	// managed termination protection ECS unprotects instances that are not. nil
	// leaves all instances protected that were protected at their launch.
	Busy func(cluster.InstanceID) bool

	// Draining is what becomes of the tasks of an instance that the group
	// terminates.
	Draining Draining
	// SpotDraining has instances drain from their interruption notice on
	// (ECS_ENABLE_SPOT_INSTANCE_DRAINING).
	SpotDraining bool
	// CapacityRebalance has the group replace Spot instances when a rebalance
	// recommendation or an interruption notice comes, before they are gone.
	CapacityRebalance bool

	LaunchingHook, TerminatingHook *LifecycleHook // nil is none
	WarmPool                       *WarmPool      // nil is none
}

// LaunchOption is what a group may launch: an instance type in an availability
// zone, on demand or Spot.
type LaunchOption struct {
	Kind   cluster.KindID
	Zone   int // place in GroupSetup.Zones
	Type   int // place of its instance type in the group's list, which is its priority
	Weight int // units of capacity; 0 is 1
	Spot   bool
	Pool   PoolID // of the market, where there is one and the option is Spot
	// OnDemandPrice of the type, in nano-dollars per hour. That of a Spot option is
	// held against the prices of its pool: a discount on them comes off it, too.
	OnDemandPrice int64
}

// weight returns the units of capacity of an instance.
func (o *LaunchOption) weight() int { return max(o.Weight, 1) }

// ZoneDistribution says where a launch goes whose zone has failed
// (availabilityZoneDistribution.capacityDistributionStrategy).
type ZoneDistribution uint8

// The distributions over zones.
const (
	BalancedBestEffort ZoneDistribution = iota // another zone takes it
	BalancedOnly                               // it is tried again there
)

// Draining is what becomes of the tasks of an instance that its group
// terminates. Source: Amazon ECS developer guide, "Managed instance draining".
type Draining struct {
	// Managed has the instance become DRAINING first, until the last of its
	// tasks has ended. Otherwise its tasks end with it.
	Managed bool
	// Timeout is the longest that a DRAINING instance is waited for; 0 is
	// [MaxWait].
	Timeout sim.Time
}

// The times of which a setup may state others.
const (
	// Notice is how long before its end a Spot instance is told of it.
	// Source: Amazon EC2 user guide, "Spot Instance interruptions".
	Notice = 2 * sim.Minute
	// MaxWait is the longest that a lifecycle hook can hold an instance, managed
	// draining included. Source: Amazon EC2 Auto Scaling user guide, "Lifecycle
	// hooks".
	MaxWait = 48 * sim.Hour
	// DefaultHealthCheck is how often a group looks for lost instances. AWS does
	// not say; it is berth's choice.
	DefaultHealthCheck = sim.Minute
)
