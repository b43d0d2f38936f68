package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"berth/internal/spelling"
	"berth/placement"
	"berth/placement/query"
	"berth/sim/cluster"
)

// The strategies of what states none.
//
// Source: ECS Developer Guide, "Amazon ECS services" (a service without a
// strategy); that RunTask places at random is berth's choice.
var (
	defaultOfJobs     = []PlacementStrategy{{Type: "random"}}
	defaultOfServices = []PlacementStrategy{
		{Type: "spread", Field: "attribute:" + cluster.AttributeAvailabilityZone},
		{Type: "spread", Field: "instanceId"},
	}
)

// policy says how the tasks of a job or service are placed. The constraints of
// its task definition come before its own.
func (s *Scenario) policy(w Work) placement.Policy {
	t := w.terms()
	var p placement.Policy
	for _, r := range *t.rules {
		p.Chain = append(p.Chain, placement.Rule{Type: r.Type, Field: r.Field})
	}
	p.TieBreak, _ = placement.ParseTieBreak(t.tieBreak)
	p.Rounding, _ = placement.ParseRounding(t.rounding)
	if d := s.Definition(w); d != nil {
		p.Constraints = constraints(d.PlacementConstraints)
	}
	p.Constraints = append(p.Constraints, constraints(t.constraints)...)
	return p
}

func constraints(stated []PlacementConstraint) []placement.Constraint {
	var all []placement.Constraint
	for _, c := range stated {
		all = append(all, placement.Constraint{Type: c.Type, Expression: c.Expression})
	}
	return all
}

// placement checks how the tasks of a job or service are placed, and fills in
// the strategy where none is stated.
func (c *checker) placement(w Work, path string) {
	t, target := w.terms(), c.Target(w)
	list := join(path, "placementStrategy")
	if target.Fargate() {
		if len(*t.rules) > 0 {
			c.issue(list, "Fargate takes no placement strategy; leave it out, or [] in a variant")
		}
		if len(t.constraints) > 0 {
			c.issue(join(path, "placementConstraints"), "Fargate takes no placement constraints; leave them out, or [] in a variant")
		}
		if d := c.Definition(w); d != nil && len(d.PlacementConstraints) > 0 {
			c.issue(definitionAt(t, path)+".placementConstraints", "Fargate takes no placement constraints, and the %s %q runs there", t.kind, t.name)
		}
		return
	}
	c.rules(w, list, target)
	switch {
	case len(*t.rules) > 0 || t.daemon:
	case t.list == "services":
		*t.rules = defaultOfServices
	default:
		*t.rules = defaultOfJobs
	}
	c.constraints(w, path, target)
}

// definitionAt is where the task definition of a job or service at a path is.
func definitionAt(t terms, path string) string {
	if t.task != nil {
		return join(path, "task")
	}
	return definitionPath(t)
}

// rules checks a placement strategy: its names and fields are those of package
// placement, and an instance carries what it spreads over.
func (c *checker) rules(w Work, list string, target Target) {
	p := c.policy(w)
	p.Constraints = nil
	p.Workload = []placement.Expected{{Demand: cluster.Vector{CPU: 1, Memory: 1}, Weight: 1}} // known when the scenario is built
	carried := c.carried(target)
	paths := c.paths(list)
	for _, err := range unjoined(p.Validate(c.strategies)) {
		var rule *placement.RuleError
		if !errors.As(err, &rule) {
			c.issue(list, "%v", err)
			continue
		}
		r, at := p.Chain[rule.Rule], list
		if rule.Rule < len(paths) {
			at = join(paths[rule.Rule], rule.Field)
		}
		if r.Type == "" || c.faulty(at) {
			continue // refused already
		}
		message := rule.Err.Error()
		if r.Type == "spread" && rule.Field == "field" {
			message += suggestion(attributeField(r.Field, carried), append([]string{"instanceId", "host"}, attributeFields(carried)...))
		}
		c.issue(at, "%s", message)
	}
	for i, r := range p.Chain {
		name, ok := strings.CutPrefix(r.Field, "attribute:")
		if r.Type != "spread" || !ok || name == "" || i >= len(paths) || slices.Contains(carried, name) {
			continue
		}
		at := join(paths[i], "field")
		if slices.Contains(builtinAttributes, name) {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: no instance carries the attribute %q, so that the rule leaves the choice as it is", at, name))
			continue
		}
		c.issue(at, "no instance carries the attribute %q%s", short(name), meant(name, carried))
	}
}

// attributeField is a field with the prefix that was forgotten.
func attributeField(field string, carried []string) string {
	if slices.Contains(carried, field) {
		return "attribute:" + field
	}
	return field
}

func attributeFields(names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, "attribute:"+name)
	}
	return all
}

// faulty reports whether there is an issue about a path already.
func (c *checker) faulty(path string) bool {
	return slices.ContainsFunc(c.issues, func(i Issue) bool { return i.Path == path })
}

// unjoined takes joined errors apart.
func unjoined(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// suggestion is the nearest name, for messages that have listed what there is.
func suggestion(word string, names []string) string {
	if name := spelling.Nearest(word, names); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	return ""
}

// builtinAttributes are those that ECS itself gives instances, whether they have
// a value here or not.
var builtinAttributes = append([]string{
	cluster.AttributeInstanceType, cluster.AttributeAvailabilityZone, cluster.AttributeCPUArchitecture, cluster.AttributeOSType, cluster.AttributeExternal, attributeTrunk,
}, valueless...)

// carried lists the attributes that instances of a target have, built in and of
// the scenario's own.
func (c *checker) carried(t Target) []string { return attributesOf(c.kindsOf(t.Providers())) }

func attributesOf(kinds []cluster.Kind) []string {
	set := map[string]bool{}
	for _, k := range kinds {
		for name := range k.Attributes {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// kindsOf lists the kinds of instances of providers.
func (c *checker) kindsOf(providers []string) []cluster.Kind {
	var all []cluster.Kind
	for _, name := range providers {
		if p := c.Provider(name); p != nil {
			if _, ok := c.instances[name]; !ok {
				c.instances[name] = c.kinds(p, c.catalog)
			}
			all = append(all, c.instances[name]...)
		}
	}
	return all
}

// condition is a placement constraint and where it is written.
type condition struct {
	*PlacementConstraint
	path       string
	expression *query.Expression // of memberOf, if it is one
}

// constraints checks the placement constraints of a job or service together with
// those of its task definition.
func (c *checker) constraints(w Work, path string, target Target) {
	t := w.terms()
	all := c.listed(t.constraints, path)
	if d := c.Definition(w); d != nil {
		all = slices.Concat(c.listed(d.PlacementConstraints, definitionAt(t, path)), all)
	}
	own := join(path, "placementConstraints")
	if n := len(all); n > placement.MaxConstraints && c.stated(own) {
		c.issue(own, "%d constraints, those of the task definition included, but ECS takes at most %d", n, placement.MaxConstraints)
	}
	c.matchable(all, target)
}

// listed returns the constraints of a list, each checked by itself.
func (c *checker) listed(list []PlacementConstraint, path string) []condition {
	var all []condition
	for i, at := range c.paths(join(path, "placementConstraints")) {
		all = append(all, c.constraint(&list[i], at))
	}
	return all
}

// constraint checks a constraint by itself, as package placement does.
func (c *checker) constraint(p *PlacementConstraint, path string) condition {
	s := condition{PlacementConstraint: p, path: join(path, "expression")}
	if c.faulty(s.path) || c.faulty(join(path, "type")) {
		return s
	}
	alone := placement.Policy{Constraints: constraints([]PlacementConstraint{*p})}
	err := alone.Validate(c.strategies)
	var wrong *placement.ConstraintError
	var syntax *query.SyntaxError
	switch {
	case errors.As(err, &syntax):
		c.issueWithin(s.path, syntax.Character-1, syntax.Message)
	case errors.As(err, &wrong):
		c.issue(join(path, wrong.Field), "%v", wrong.Err)
	case err != nil:
		c.issue(path, "%v", err)
	case p.Type == placement.MemberOf:
		if e, err := query.Parse(p.Expression); err == nil && c.compared(e, s) {
			s.expression = e
		}
	}
	return s
}

// compared reports attributes that an expression compares with something and
// that nothing in the cluster carries; true if there are none.
func (c *checker) compared(e *query.Expression, s condition) bool {
	var providers []string
	for _, p := range c.Cluster.CapacityProviders {
		providers = append(providers, p.Name)
	}
	known, ok := attributesOf(c.kindsOf(providers)), true
	for _, name := range e.AttributesCompared() {
		if slices.Contains(known, name) || slices.Contains(builtinAttributes, name) {
			continue
		}
		before, _, _ := strings.Cut(s.Expression, "attribute:"+name)
		c.issueWithin(s.path, len([]rune(before)), fmt.Sprintf("no instance carries the attribute %q%s", short(name), meant(name, known)))
		ok = false
	}
	return ok
}

// matchable reports constraints that no instance of a target can ever meet.
func (c *checker) matchable(all []condition, target Target) {
	kinds := c.kindsOf(target.Providers())
	if len(kinds) == 0 {
		return
	}
	left := kinds
	for _, s := range all {
		if s.expression == nil {
			continue
		}
		was := left
		left = nil
		alone := placement.Policy{Constraints: constraints([]PlacementConstraint{*s.PlacementConstraint})}
		matcher, _ := alone.Matcher() // it has been understood
		for i := range was {
			if matcher == nil || matcher.Matches(&was[i]) {
				left = append(left, was[i])
			}
		}
		if len(left) > 0 {
			continue
		}
		of := "that it may run on"
		if len(was) < len(kinds) {
			of = "that meets the constraints before this one"
		}
		c.issue(s.path, "no instance %s can ever match %q: %s", of, s.Expression, c.have(s.expression, was))
		return
	}
}

// have says which values the instances have of what an expression names.
func (c *checker) have(e *query.Expression, kinds []cluster.Kind) string {
	var parts []string
	for _, name := range e.Attributes() {
		var values []string
		for _, k := range kinds {
			if v, ok := k.Attributes[name]; ok && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		switch {
		case slices.Contains(valueless, name):
			parts = append(parts, name+" has no value here")
		case len(values) == 0:
			parts = append(parts, "none has "+name)
		default:
			slices.Sort(values)
			parts = append(parts, name+" is "+either(values))
		}
	}
	if len(parts) == 0 {
		return "the agent's version is " + c.Cluster.AgentVersion + ", and all agents are connected"
	}
	return strings.Join(parts, ", ")
}
