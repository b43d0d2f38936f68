package placement

import (
	"slices"
	"strings"

	"berth/placement/query"
	"berth/sim/cluster"
)

// conjunction is all memberOf constraints of a policy: an instance must match
// every one of them.
type conjunction []*query.Expression

// static returns what is known of the conjunction for all instances of a kind.
// Of an instance without limit it is true.
func (all conjunction) static(k *cluster.Kind) query.Truth {
	if k.Unlimited {
		return query.True
	}
	known := query.Known{
		Attribute: func(name string) (string, bool) {
			value, ok := k.Attributes[name]
			return value, ok
		},
		AgentVersion:   k.Agent,
		AgentConnected: true, // the agent of an ACTIVE instance, which alone takes tasks
	}
	truth := query.True
	for _, e := range all {
		switch e.Static(known) {
		case query.False:
			return query.False
		case query.Unknown:
			truth = query.Unknown
		}
	}
	return truth
}

// String is equal for conjunctions of the same expressions.
func (all conjunction) String() string {
	var texts []string
	for _, e := range all {
		texts = append(texts, e.String())
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), "\n")
}

// Matches reports whether instances of the kind can match; see
// [Policy.Matcher].
func (all conjunction) Matches(k *cluster.Kind) bool { return all.static(k) != query.False }

// Matcher returns the part of the constraints that is about what never
// changes, for the pools of the tasks that follow the policy: the kinds of
// which some instance may match all expressions at some time. It is nil where
// the constraints do not hang on that. The error is that of
// [Policy.Validate].
func (p *Policy) Matcher() (cluster.Matcher, error) {
	_, memberOf, errs := understand(p.Constraints)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	var static conjunction
	for _, e := range memberOf {
		if hangsOnKind(e) {
			static = append(static, e)
		}
	}
	if static == nil {
		return nil, nil
	}
	return static, nil
}

// hangsOnKind reports whether an expression is about anything that never
// changes. A literal that reads like the name of a subject can deceive it: the
// matcher then matches more kinds than it need, which is allowed.
func hangsOnKind(e *query.Expression) bool {
	text := e.String()
	return len(e.Attributes()) > 0 || strings.Contains(text, "agentVersion") || strings.Contains(text, "agentConnected")
}
