// Package placement decides on which instance a task goes.
//
// The tasks of a group follow a [Policy]: a chain of rules as Amazon ECS has
// them, and a tie-break. Each rule gives every instance that can hold the task
// an integer, its key, and the least key wins. The chain is the lexicographic
// minimum of the keys: instances that tie under one rule stay candidates for
// the next. What ties under all rules is decided by the order in which the
// instances were launched, or at random.
//
//	rule                 key
//	binpack cpu          free CPU of the instance, before the task is placed
//	binpack memory       free memory, likewise
//	spread instanceId    tasks of the group on the instance ("host" is the same)
//	spread attribute:A   tasks of the group on all instances with this value of A
//	best-fit             dominant share of what stays free
//	worst-fit            the same, the greatest wins
//	l2-norm              sum of the squares of the shares that stay free
//	tetris               shares demanded times shares free, the greatest sum wins
//	dot-product          the same, with weights
//	least-allocated      score of Kubernetes, the greatest wins; so for
//	                     most-allocated, balanced-allocation and
//	                     requested-to-capacity-ratio
//	fgd                  GPU fragments after the task less those before
//	first-fit            place in the order of launches
//	next-fit             the same, counted from the instance taken last on
//	random               none: uniform among those that fit
//	power-of-d           none: the rules after it choose among d drawn at random,
//	                     worst-fit if there are none
//
// From best-fit on down to fgd the key is the score of a [Scorer], and one of
// one's own may join them, see [Scored].
//
// Two forms make the same decisions. [Linear] looks at every instance and is
// the definition; [Index] keeps balanced trees and looks at few. A test holds
// every decision of one against the other, and the state of the random
// generator too.
//
// Before the rules come the resources, the network and the constraints, which
// are not best effort: where no instance has room, the ports and an interface,
// and meets all constraints, the task has to wait. [DistinctInstance] and
// [MemberOf] are those of ECS; the expressions of the latter are read by the
// package query. What an expression says of attributes, it says of kinds of
// instances once and for all ([Policy.Matcher]); what hangs on the tasks that
// run is followed as they start and end.
//
// Only ACTIVE instances take tasks. An instance without limit (Fargate) holds
// anything but GPUs, meets every constraint, and counts as having more free than
// any other.
package placement
