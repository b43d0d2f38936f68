package placement

import "berth/sim/cluster"

// State is what a [Scorer] may look at of an instance.
type State struct {
	Free     cluster.Vector // before the task is placed
	Capacity cluster.Vector
	Devices  []uint16 // free thousandths of each GPU; not to be changed
	Kind     cluster.KindID
}

// Scorer gives an instance that has room for a task a score; the least wins.
// It is a function of its arguments alone, which no two calls may answer
// differently, and works in integers, so that all machines decide alike.
type Scorer interface {
	Score(s *State, demand cluster.Vector) int64
}

// Box holds instances of one capacity with room for a task: each has at least
// Least free of every resource and at most Most. Least is at least the demand.
type Box struct {
	Least, Most cluster.Vector
	Capacity    cluster.Vector
}

// Bounder is a [Scorer] that knows a score which no instance in a box is
// below. With one a search leaves out whole subtrees; without one it looks at
// every instance.
type Bounder interface {
	Scorer
	Bound(b *Box, demand cluster.Vector) int64
}

// Scored returns the strategy of a scorer.
func Scored(s Scorer) Strategy { return Strategy{by: byScore, scorer: s} }

// scoreKey turns a score into a key of the same order.
func scoreKey(score int64) uint64 { return uint64(score) ^ 1<<63 }
