package query

import (
	"slices"
	"time"
)

// Instance is a container instance as an expression sees it, at one moment.
type Instance interface {
	// Attribute returns the value of an attribute, and whether the instance has
	// it.
	Attribute(name string) (value string, ok bool)
	// ID returns the EC2 instance ID.
	ID() string
	RegisteredAt() time.Time
	// RunningTasks returns the number of running tasks, of any group.
	RunningTasks() int64
	// Runs reports whether the instance hosts at least one task of a group. The
	// group is a number in the list that [Expression.Bind] was given.
	Runs(group int) bool
	// AgentVersion returns the version of the container agent, such as "1.14.5".
	AgentVersion() string
	AgentConnected() bool
}

// Bound is an expression together with the task groups of a cluster.
type Bound struct {
	root   node
	groups [][]int // of each task:group, by its number: the groups that satisfy it
	named  []int   // all of them, ascending
	counts bool
	opens  bool
}

// Bind fixes the task groups of the cluster. A group is known by its number in
// the list, which holds the names that ECS gives: "family:etl", "service:web".
// A group that comes later is not seen: bind again.
func (e *Expression) Bind(groups []string) *Bound {
	b := &Bound{root: e.root, groups: make([][]int, e.groups)}
	e.root.each(func(s *simple) {
		switch s.subject {
		case taskGroup:
			for g, name := range groups {
				if s.accepts(name) {
					b.groups[s.number] = append(b.groups[s.number], g)
				}
			}
			b.named = append(b.named, b.groups[s.number]...)
		case runningTasksCount:
			b.counts = true
		}
	})
	slices.Sort(b.named)
	b.named = slices.Compact(b.named)
	b.opens, _ = b.root.moves(b.groups)
	return b
}

// Matches reports whether the expression is true of an instance. It allocates
// nothing.
func (b *Bound) Matches(i Instance) bool { return b.root.matches(i, b.groups) }

// Groups returns the numbers of the task groups that the expression hangs on,
// ascending.
func (b *Bound) Groups() []int { return slices.Clone(b.named) }

// CountsTasks reports whether the expression hangs on runningTasksCount.
func (b *Bound) CountsTasks() bool { return b.counts }

// StartsCanOpen reports whether a task that starts on an instance can make the
// expression true of it. False is certain. True is certain too where the
// expression has one comparison, negated or not; of many it may be that they
// exclude one another.
func (b *Bound) StartsCanOpen() bool { return b.opens }
