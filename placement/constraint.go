package placement

import (
	"errors"
	"fmt"

	"berth/internal/spelling"
	"berth/placement/query"
)

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
//
// Constraints do not concern instances without limit: ECS knows none for tasks
// on Fargate. Source: Amazon ECS developer guide, "Amazon ECS task placement
// constraints".
type Constraint struct {
	Type       string
	Expression string // in the cluster query language; of memberOf alone
}

// String returns the constraint in one line.
func (c Constraint) String() string {
	if c.Expression == "" {
		return c.Type
	}
	return c.Type + " " + c.Expression
}

// ConstraintError is what is wrong with one constraint of a policy.
type ConstraintError struct {
	Constraint int    // place in the list, from 0
	Field      string // "type" or "expression", whichever is wrong
	Err        error  // of an expression that is not understood a [*query.SyntaxError]
}

// Error names the element of the list and says what is wrong.
func (e *ConstraintError) Error() string {
	return fmt.Sprintf("[%d].%s: %v", e.Constraint, e.Field, e.Err)
}

// Unwrap returns what is wrong, without the place.
func (e *ConstraintError) Unwrap() error { return e.Err }

// understand reads the constraints of a policy.
func understand(all []Constraint) (distinct bool, memberOf conjunction, errs []error) {
	if len(all) > MaxConstraints {
		errs = append(errs, fmt.Errorf("%d constraints, but ECS takes at most %d", len(all), MaxConstraints))
	}
	for n, c := range all {
		switch c.Type {
		case DistinctInstance:
			distinct = true
			if c.Expression != "" {
				errs = append(errs, &ConstraintError{n, "expression", errors.New("distinctInstance takes no expression")})
			}
		case MemberOf:
			if c.Expression == "" {
				errs = append(errs, &ConstraintError{n, "expression", errors.New("memberOf takes an expression in the cluster query language")})
				continue
			}
			e, err := query.Parse(c.Expression)
			if err != nil {
				errs = append(errs, &ConstraintError{n, "expression", err})
				continue
			}
			memberOf = append(memberOf, e)
		default:
			errs = append(errs, &ConstraintError{n, "type", unknownConstraint(c.Type)})
		}
	}
	return distinct, memberOf, errs
}

func unknownConstraint(name string) error {
	if nearest := spelling.Nearest(name, []string{DistinctInstance, MemberOf}); nearest != "" {
		return fmt.Errorf("unknown constraint %q; did you mean %q?", name, nearest)
	}
	return fmt.Errorf("unknown constraint %q: there are %s and %s", name, DistinctInstance, MemberOf)
}
