package ecs

import "berth/sim/cluster"

// Placer says where tasks go, whether they could go to an instance, and which
// of them goes when there are too many.
//
// What it says of an instance hangs on nothing that happens on others: a task
// that starts or ends elsewhere makes no instance eligible.
type Placer interface {
	// Place returns the instance for the next task of a class. It is asked when
	// a place may exist; it answers [cluster.None] and the reason when there is
	// none.
	Place(cluster.Request) (cluster.InstanceID, cluster.Reason)
	// Fits reports whether the task could go to the instance now: it is ACTIVE
	// and of the pool, has the room, the ports and the interface, and meets the
	// constraints. Place finds a place if Fits holds for any instance.
	Fits(cluster.Request, cluster.InstanceID) bool
	// Matches reports whether the instance is of the pool and meets the
	// constraints, whatever room it has. It is asked for daemons: where one runs
	// already, it is looked at as if it did not.
	Matches(r cluster.Request, on cluster.InstanceID, runs bool) bool
	// StartsOpen reports whether a task that starts on an instance can make the
	// instance eligible for tasks of the group, as an affinity does.
	StartsOpen(cluster.GroupID) bool
	// Victim returns which of the tasks of a group, all running, a scale-in
	// stops first. They come in no particular order, the same one in each run.
	// The slice must neither be changed nor kept.
	Victim(group cluster.GroupID, among []cluster.TaskID) cluster.TaskID
}
