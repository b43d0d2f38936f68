package query

import (
	"maps"
	"slices"
	"strings"
)

// MaxLength is the largest number of characters in an expression.
// Source: Amazon ECS API, PlacementConstraint.expression.
const MaxLength = 2000

// Expression is an expression that has been understood. It does not change and
// can be used by many goroutines at once. [Parse] makes one; the zero value is
// none.
type Expression struct {
	root   node
	groups int // how many times it names task:group
}

// String returns the canonical spelling: operators as symbols, and, or and not
// as words, parentheses around whatever is negated and wherever and meets or,
// quotes where they are needed. Parse makes an equal expression of it, unless
// the spaces and words of the canonical spelling make it longer than
// [MaxLength].
func (e *Expression) String() string {
	var b strings.Builder
	e.root.write(&b, false)
	return b.String()
}

// Attributes returns the names of the attributes that the expression names,
// sorted, each once.
func (e *Expression) Attributes() []string {
	return e.attributes(func(operator) bool { return true })
}

// AttributesCompared returns the names of the attributes that the expression
// compares with something, sorted, each once. Those that it only asks to exist
// or not to exist are not among them, for it is no mistake when no instance
// has these.
func (e *Expression) AttributesCompared() []string {
	return e.attributes(func(o operator) bool { return !o.takesNothing() })
}

func (e *Expression) attributes(with func(operator) bool) []string {
	names := make(map[string]bool)
	e.root.each(func(s *simple) {
		if s.subject == attribute && with(s.operator) {
			names[s.name] = true
		}
	})
	return slices.Sorted(maps.Keys(names))
}

// Known is what never changes about the instances of one kind, and is the same
// for all of them.
type Known struct {
	Attribute      func(name string) (value string, ok bool) // nil: they have none
	AgentVersion   string                                    // "1.14.5"; "" if there is none
	AgentConnected bool
}

// Static returns what the expression is for all instances of a kind: True if
// all of them match at any time, False if none ever does, and Unknown where it
// hangs on the instance or on what runs there (ec2InstanceId, registeredAt,
// runningTasksCount, task:group). Unknown is no promise that both happen.
func (e *Expression) Static(k Known) Truth { return e.root.static(&k) }
