package cluster

// Instances, tasks and classes are addressed by slots, which are reused.
// Providers, kinds, groups and pools are numbered once and stay.
type (
	InstanceID int32 // slot of an instance
	TaskID     int32 // slot of a task
	ClassID    int32 // slot of a class
	ProviderID int32 // number of a capacity provider, in the order of declaration
	KindID     int32 // number of a kind of instance
	GroupID    int32 // number of a task group
	PoolID     int32 // number of a pool
	NetworkID  int32 // number of a network
)

// None is the id of no instance, task, class, provider, kind, group or pool.
const None = -1

// Request is what a placement strategy is asked: where does the next task of a
// class go?
type Request struct {
	Class   ClassID
	Demand  Vector
	Pool    PoolID
	Group   GroupID
	Network NetworkID
}

// Reason says why something happened, or did not.
type Reason uint8

// The reasons.
const (
	Placed      Reason = iota // the task has its place
	NoCapacity                // no ACTIVE instance of the pool has enough room now and meets the constraints
	Completed                 // the task ran to its end
	Stopped                   // the scheduler ended the task
	Rejected                  // there was no room and the job does not wait
	NeverFits                 // no instance of the pool could hold the task even when empty
	Interrupted               // its instance, or its place on Fargate Spot, was reclaimed or failed
	Failed                    // an essential container ended by itself, or never started
)

var reasonNames = [...]string{
	Placed:     "placed",
	NoCapacity: "no instance has enough room and meets the constraints",
	Completed:  "completed",
	Stopped:    "stopped by the scheduler",
	Rejected:   "rejected: no instance has enough room and meets the constraints, and the job does not wait",
	NeverFits:  "no instance could hold it even when empty",

	Interrupted: "lost with its capacity",
	Failed:      "an essential container ended",
}

// String returns the reason in words.
func (r Reason) String() string { return reasonNames[r] }
