package placement

// MaxConstraints is the largest number of constraints of a task, those of its
// task definition and of its service or run together.
// Source: Amazon ECS API, CreateService, placementConstraints.
const MaxConstraints = 10

// The types of constraints. Source: Amazon ECS API, PlacementConstraint.
const (
	DistinctInstance = "distinctInstance" // no two tasks of the group on one instance
	MemberOf         = "memberOf"         // only on instances that an expression matches
)

// Constraint is a placement constraint as the ECS API writes it.
type Constraint struct {
	Type       string
	Expression string // in the cluster query language; of memberOf alone
}
