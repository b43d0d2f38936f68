// Package ec2 is Amazon EC2 as far as a cluster meets it: Auto Scaling groups,
// the life of their instances, and the Spot market.
//
// [AutoScaling] holds the groups of a cluster. A [Group] keeps as much capacity
// as is desired ([Group.SetDesired]), balanced over its Availability Zones and
// divided between On-Demand and Spot by its [Distribution]; a scale-in takes
// instances by its termination policies and leaves protected ones alone. What
// happens to groups and instances, and why, is told to an [Observer].
//
// The life of an instance, with the states of the cluster in capitals:
//
//	launch ──► BOOTING ──► ACTIVE ──► DRAINING ──► terminated
//	              │           │ └── lost: failure, zone, end of a Spot notice ──► terminated
//	              └───────────┴── given up, scale-in without managed draining ──► terminated
//
// It is billed from its launch to its end; the time until an instance is
// running, which EC2 does not bill, is left out. It boots for a time that is
// drawn at its launch, with its launching lifecycle hook after that. The group
// terminates it at once or, with managed draining or a terminating hook, when
// its tasks have ended and the hook is over. The tasks of an instance that its
// group ends are stopped; those of one that is lost are interrupted. What was
// lost is replaced at the next health check.
//
// A Spot instance gets its notice two minutes before its end, from the [Market]
// of its group or by [AutoScaling.Interrupt]. It drains from then on if its
// agent is set to. It is replaced when it is gone, or at once with capacity
// rebalancing.
//
// [AutoScaling.ZoneOutage], [AutoScaling.SlowZone], [Group.LaunchFailure] and
// [Group.Refresh] are what can be planned to happen. [WarmPool] holds instances
// that come into service faster.
//
// A [FixedGroup] is a group to which nothing happens, for a [Launcher].
//
// Groups keep a run going as long as tasks wait and an instance is known to
// come. All else that they do happens while something else goes on.
//
// Left out are health checks other than the loss of an instance, cooldowns,
// launch templates, instance reuse by warm pools, hibernation and attachments.
package ec2
