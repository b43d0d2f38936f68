package query

import "slices"

type operator uint8

const (
	equals operator = iota
	notEquals
	in
	notIn
	matches
	notMatches
	exists
	notExists
	greater
	greaterEqual
	less
	lessEqual
)

// operators lists the spellings of each operator, the canonical one first.
// Source: Amazon ECS developer guide, "Cluster query language", Operator.
var operators = [...][]string{
	equals:       {"==", "equals"},
	notEquals:    {"!=", "not_equals"},
	in:           {"in"},
	notIn:        {"!in", "not_in"},
	matches:      {"=~", "matches"},
	notMatches:   {"!~", "not_matches"},
	exists:       {"exists"},
	notExists:    {"!exists", "not_exists"},
	greater:      {">", "greater_than"},
	greaterEqual: {">=", "greater_than_equal"},
	less:         {"<", "less_than"},
	lessEqual:    {"<=", "less_than_equal"},
}

func operatorOf(spelling string) (operator, bool) {
	for o, spellings := range operators {
		if slices.Contains(spellings, spelling) {
			return operator(o), true
		}
	}
	return 0, false
}

// String returns the canonical spelling.
func (o operator) String() string { return operators[o][0] }

// negates reports whether the operator is the negation of another one.
func (o operator) negates() bool {
	return o == notEquals || o == notIn || o == notMatches || o == notExists
}

func (o operator) takesPattern() bool { return o == matches || o == notMatches }
func (o operator) takesList() bool    { return o == in || o == notIn }
func (o operator) takesNothing() bool { return o == exists || o == notExists }
