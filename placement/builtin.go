package placement

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"berth/internal/spelling"
)

// Constructor makes a strategy of the field of a [Rule] and the policy that
// the rule is of. Its error says what is wrong with the field.
type Constructor func(field string, of *Policy) (Strategy, error)

// Builtin returns the strategies by their names.
// Source of random, spread and binpack: Amazon ECS API, PlacementStrategy; of
// power-of-d: Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing", IEEE Transactions on Parallel and Distributed Systems, 2001. The
// others are textbook names for what ECS does not offer.
func Builtin() map[string]Constructor {
	return map[string]Constructor{
		"random":    random,
		"spread":    spread,
		"binpack":   binpack,
		"first-fit": plain(byLaunch),
		"next-fit":  plain(byTurn),
		"best-fit":  fixed(bestFit{}),
		"worst-fit": fixed(worstFit{}),

		"power-of-d": powerOfD,

		"dot-product": dotProduct,
		"tetris":      fixed(alignment{weights{1, 1, 1}}),
		"l2-norm":     fixed(l2Norm{}),

		"least-allocated":             newLeastAllocated,
		"most-allocated":              newMostAllocated,
		"balanced-allocation":         newBalancedAllocation,
		"requested-to-capacity-ratio": newRequestedToCapacityRatio,

		"fgd": newFGD,
	}
}

// Strategy is a rule that has been understood. The zero value is binpack on
// CPU.
type Strategy struct {
	by        by
	attribute string // of byAttribute
	scorer    Scorer // of byScore
	choices   int    // of byChoices
}

// by is what the key of a strategy is made of.
type by uint8

const (
	byCPU by = iota
	byMemory
	byHost
	byAttribute
	byScore
	byLaunch
	byTurn
	byChance
	byChoices
)

// last reports whether the strategy leaves no ties, or none that a key could
// break.
func (s Strategy) last() bool { return s.by == byLaunch || s.by == byTurn || s.by == byChance }

// random takes no notice of its field, as ECS does not.
func random(string, *Policy) (Strategy, error) { return Strategy{by: byChance}, nil }

func plain(b by) Constructor {
	return func(field string, _ *Policy) (Strategy, error) {
		if field != "" {
			return Strategy{}, fmt.Errorf("%q: this strategy takes no field", field)
		}
		return Strategy{by: b}, nil
	}
}

// maxChoices is the largest d of power-of-d: to draw more instances is no
// quicker than to look at all.
const maxChoices = 64

func powerOfD(field string, _ *Policy) (Strategy, error) {
	if field == "" {
		return Strategy{by: byChoices, choices: 2}, nil
	}
	d, err := strconv.Atoi(field)
	if err != nil || d < 1 || d > maxChoices {
		return Strategy{}, fmt.Errorf("power-of-d of %q: expected how many instances to compare, 1 to %d", field, maxChoices)
	}
	return Strategy{by: byChoices, choices: d}, nil
}

func binpack(field string, _ *Policy) (Strategy, error) {
	switch strings.ToLower(field) {
	case "cpu":
		return Strategy{by: byCPU}, nil
	case "memory":
		return Strategy{by: byMemory}, nil
	}
	return Strategy{}, fmt.Errorf("binpack on %q: expected cpu or memory", field)
}

func spread(field string, _ *Policy) (Strategy, error) {
	if strings.EqualFold(field, "instanceId") || strings.EqualFold(field, "host") {
		return Strategy{by: byHost}, nil
	}
	name, ok := strings.CutPrefix(field, "attribute:")
	if !ok {
		return Strategy{}, fmt.Errorf("spread over %q: expected instanceId, host or attribute:NAME", field)
	}
	if name == "" {
		return Strategy{}, errors.New("spread over attribute: without a name")
	}
	return Strategy{by: byAttribute, attribute: name}, nil
}

// unknown lists the names of the strategies, and the nearest one to what was
// written if one is near.
func unknown(name string, among map[string]Constructor) error {
	names := slices.Sorted(maps.Keys(among))
	list := strings.Join(names, ", ")
	if nearest := spelling.Nearest(name, names); nearest != "" {
		return fmt.Errorf("unknown strategy %q; did you mean %q? There are %s", name, nearest, list)
	}
	return fmt.Errorf("unknown strategy %q: there are %s", name, list)
}
