package placement

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"berth/sim/cluster"
)

// MaxRules is the largest number of rules in a chain.
// Source: Amazon ECS API, CreateService, placementStrategy.
const MaxRules = 5

// Rule is one element of a placement strategy, as the ECS API writes it:
// {"type": "spread", "field": "attribute:ecs.availability-zone"}.
type Rule struct {
	Type  string // a name of [Builtin]
	Field string // what the rule looks at; its meaning depends on Type
}

// String returns the rule in one word: "binpack(memory)".
func (r Rule) String() string {
	if r.Field == "" {
		return r.Type
	}
	return r.Type + "(" + r.Field + ")"
}

// TieBreak says which of the instances that tie under every rule is taken.
// ECS does not document what it does; this is a stated choice.
type TieBreak uint8

// The tie-breaks.
const (
	Launched TieBreak = iota // the instance launched first
	Random                   // any, all with the same probability
)

// String returns the name of the tie-break in a scenario.
func (t TieBreak) String() string {
	if t == Random {
		return "random"
	}
	return "launched"
}

// ParseTieBreak returns the tie-break of a name; "" is launched.
func ParseTieBreak(name string) (TieBreak, error) {
	switch name {
	case "", "launched":
		return Launched, nil
	case "random":
		return Random, nil
	}
	return 0, fmt.Errorf("unknown tie-break %q: expected launched or random", name)
}

// Policy says how the tasks of one group are placed. With an empty chain only
// the tie-break decides: launched is first fit, random is the strategy random.
//
// The rules random, first-fit and next-fit leave no ties and therefore stand
// last. Random as the last rule is the same as the tie-break Random; first-fit
// as the last rule is the same as Launched; either overrides TieBreak, and so
// does next-fit. The rule power-of-d stands first, for it says what the others
// choose from.
type Policy struct {
	Chain       []Rule
	TieBreak    TieBreak
	Constraints []Constraint
	// Rounding says how strategies score whose source rounds its scores.
	Rounding Rounding
	// Workload is what tasks are expected, for strategies that look ahead
	// (fgd).
	Workload []Expected
}

// Expected is one sort of tasks that a strategy may look ahead to.
type Expected struct {
	Demand cluster.Vector
	Weight int64 // how often, in any unit
}

// Rounding says how strategies score whose source rounds its scores to few
// steps. Then many instances tie, and the tie-break decides much.
type Rounding uint8

// The roundings.
const (
	RoundedAsSource Rounding = iota // as the source of the strategy does
	Exact                           // as finely as integers allow
)

// String returns the name of the rounding in a scenario.
func (r Rounding) String() string { return [...]string{"source", "exact"}[r] }

// ParseRounding returns the rounding of a name; "" is source.
func ParseRounding(name string) (Rounding, error) {
	switch name {
	case "", "source":
		return RoundedAsSource, nil
	case "exact":
		return Exact, nil
	}
	return 0, fmt.Errorf("unknown rounding %q: expected source or exact", name)
}

// String returns the policy in one line: "spread(instanceId), binpack(memory);
// ties: launched".
func (p Policy) String() string {
	var rules []string
	for _, r := range p.Chain {
		rules = append(rules, r.String())
	}
	return strings.Join(rules, ", ") + "; ties: " + p.TieBreak.String()
}

// RuleError is what is wrong with one rule of a chain.
type RuleError struct {
	Rule  int    // place in the chain, from 0
	Field string // "type" or "field", whichever is wrong
	Err   error
}

// Error names the element of the chain and says what is wrong.
func (e *RuleError) Error() string { return fmt.Sprintf("[%d].%s: %v", e.Rule, e.Field, e.Err) }

// Unwrap returns what is wrong, without the place.
func (e *RuleError) Unwrap() error { return e.Err }

// Validate returns all that is wrong with a policy, joined: a [*RuleError] for
// each rule that is wrong, a [*ConstraintError] for each constraint, and an
// error when there are more than [MaxRules] or [MaxConstraints].
// strategies are those there are; nil means [Builtin].
func (p Policy) Validate(strategies map[string]Constructor) error {
	_, err := compile(&p, strategies)
	return err
}

// chain is a policy whose names have been looked up. What stands last in it and
// leaves no ties has become the tie-break.
type chain struct {
	rules []Strategy
	ties  TieBreak
	turns bool // next-fit: of what ties, the next from the instance taken last on
	// launches says that the order of launches is what the policy asks for
	// (first-fit, next-fit, no rule at all), not what breaks the ties of others.
	launches bool
	choices  int // of a power of d: that d; or 0

	distinct bool
	memberOf conjunction
}

// firstFit is the chain of a group without a policy.
var firstFit = chain{launches: true}

func compile(p *Policy, strategies map[string]Constructor) (chain, error) {
	var errs []error
	if len(p.Chain) > MaxRules {
		errs = append(errs, fmt.Errorf("%d rules, but ECS takes at most %d", len(p.Chain), MaxRules))
	}
	if strategies == nil {
		strategies = Builtin()
	}
	out := chain{ties: p.TieBreak, launches: len(p.Chain) == 0 && p.TieBreak == Launched}
	for i, r := range p.Chain {
		construct, ok := strategies[r.Type]
		if !ok {
			errs = append(errs, &RuleError{i, "type", unknown(r.Type, strategies)})
			continue
		}
		s, err := construct(r.Field, p)
		if err != nil {
			errs = append(errs, &RuleError{i, "field", err})
			continue
		}
		switch {
		case s.by == byChoices:
			if i != 0 {
				errs = append(errs, &RuleError{i, "type", fmt.Errorf("%s says what the rules after it choose from: it must be the first", r.Type)})
			}
			out.choices = s.choices
		case s.last():
			if i != len(p.Chain)-1 {
				errs = append(errs, &RuleError{i, "type", fmt.Errorf("%s leaves no ties for the rules after it: it must be the last", r.Type)})
			}
			out.ties, out.turns, out.launches = Launched, s.by == byTurn, true
			if s.by == byChance {
				out.ties, out.launches = Random, false
			}
		default:
			out.rules = append(out.rules, s)
		}
	}
	if out.choices > 0 && len(p.Chain) == 1 {
		out.rules = []Strategy{Scored(worstFit{})}
	}
	var wrong []error
	out.distinct, out.memberOf, wrong = understand(p.Constraints)
	return out, errors.Join(append(errs, wrong...)...)
}

// Setup is what placement needs besides its cluster.
type Setup struct {
	// Policies of the task groups, by group number; groups beyond them follow
	// the zero policy, first fit.
	Policies []Policy
	// Strategies that rules may name; nil means [Builtin].
	Strategies map[string]Constructor
	// Stream gives each group that needs one its random stream, once.
	Stream func(group string) *rand.Rand
	// Start is the calendar's time of the simulation's start, for the query
	// subject registeredAt.
	Start time.Time
}

// mustCompile compiles the policies of a cluster's groups.
func mustCompile(s *Setup) []chain {
	chains := make([]chain, len(s.Policies))
	for g := range s.Policies {
		var err error
		if chains[g], err = compile(&s.Policies[g], s.Strategies); err != nil {
			panic(fmt.Sprintf("placement: policy of group %d: %v", g, err))
		}
	}
	return chains
}
