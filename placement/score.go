package placement

import (
	"math"

	"berth/sim/cluster"
)

// State is what a [Scorer] may look at of an instance.
type State struct {
	Free     cluster.Vector // before the task is placed
	Capacity cluster.Vector
	Devices  []uint16 // free thousandths of each GPU; not to be changed
	Kind     cluster.KindID
}

// Scorer gives an instance that has room for a task a score; the least wins.
// It is a function of its arguments alone, which no two calls may answer
// differently, and works in integers, so that all machines decide alike. It
// must not keep the State.
//
// A search asks for the scores of an instance only after it has changed, for
// as many sorts of tasks as there are. A [Bounder] is quicker where there are
// many sorts.
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
// below. With one a search leaves out whole subtrees.
type Bounder interface {
	Scorer
	Bound(b *Box, demand cluster.Vector) int64
}

// Elastic is a [Scorer] that says what score an instance without limit has
// (Fargate). With any other, such an instance comes after all that have one.
type Elastic interface {
	Scorer
	Unlimited(demand cluster.Vector) int64
}

// Scored returns the strategy of a scorer.
func Scored(s Scorer) Strategy { return Strategy{by: byScore, scorer: s} }

// fixed returns the constructor of a scorer that takes no field.
func fixed(s Scorer) Constructor {
	return func(field string, of *Policy) (Strategy, error) {
		out, err := plain(byScore)(field, of)
		out.scorer = s
		return out, err
	}
}

// scoreKey turns a score into a key of the same order.
func scoreKey(score int64) uint64 { return uint64(score) ^ 1<<63 }

// keyUnlimited returns the key of an instance without limit.
func keyUnlimited(s Scorer, demand cluster.Vector) uint64 {
	if e, ok := s.(Elastic); ok {
		return scoreKey(e.Unlimited(demand))
	}
	return math.MaxUint64
}
