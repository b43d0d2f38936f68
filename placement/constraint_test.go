package placement

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/placement/query"
	"berth/sim"
	"berth/sim/cluster"
)

func TestConstraintsAreValidated(t *testing.T) {
	cases := []struct {
		name        string
		constraints []Constraint
		want        []string
	}{
		{"both", []Constraint{{Type: DistinctInstance}, {Type: MemberOf, Expression: "attribute:rack == 1"}}, nil},
		{"near", []Constraint{{Type: "memberof", Expression: "attribute:rack == 1"}}, []string{`[0].type: unknown constraint "memberof"; did you mean "memberOf"?`}},
		{"far", []Constraint{{Type: "spread"}}, []string{`[0].type: unknown constraint "spread": there are distinctInstance and memberOf`}},
		{"the wrong one has an expression", []Constraint{{Type: DistinctInstance, Expression: "a"}, {Type: MemberOf}}, []string{
			"[0].expression: distinctInstance takes no expression",
			"[1].expression: memberOf takes an expression in the cluster query language",
		}},
		{"syntax", []Constraint{{Type: MemberOf, Expression: "attribute:rack = 1"}}, []string{
			`[0].expression: character 16: `,
		}},
		// Source: Amazon ECS API, CreateService, placementConstraints.
		{"too many", make([]Constraint, 11), []string{"11 constraints, but ECS takes at most 10"}},
		// Source: Amazon ECS API, PlacementConstraint.expression.
		{"too long", []Constraint{{Type: MemberOf, Expression: "attribute:rack == " + strings.Repeat("1", 2000)}}, []string{"[0].expression: character 2001: "}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			err := Policy{Constraints: test.constraints}.Validate(nil)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
	var wrong *ConstraintError
	err := Policy{Constraints: []Constraint{{Type: DistinctInstance}, {Type: MemberOf, Expression: "rack == 1"}}}.Validate(nil)
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, 1, wrong.Constraint)
	assert.Equal(t, "expression", wrong.Field)
	var syntax *query.SyntaxError
	require.ErrorAs(t, err, &syntax)
	assert.Error(t, errors.Unwrap(wrong))
}

func TestMatcher(t *testing.T) {
	kind := func(rack, agent string) *cluster.Kind {
		return &cluster.Kind{Attributes: map[string]string{"rack": rack}, Agent: agent}
	}
	cases := []struct {
		expressions []string
		matches     []bool // of the kinds below
	}{
		{[]string{"attribute:rack == 1"}, []bool{true, false, false, true}},
		{[]string{"attribute:rack != 3", "agentVersion >= 1.50"}, []bool{true, false, false, true}},
		{[]string{"attribute:rack == 1 or task:group exists"}, []bool{true, true, true, true}},
		{[]string{"attribute:rack == 1 and runningTasksCount < 3", "task:group exists"}, []bool{true, false, false, true}},
		{[]string{"agentConnected == false"}, []bool{false, false, false, true}},
		{[]string{"runningTasksCount < 3", "task:group exists"}, nil},
		{nil, nil},
	}
	kinds := []*cluster.Kind{kind("1", "1.60.0"), kind("2", "1.40.0"), kind("3", "1.60.0"), {Unlimited: true}}
	for _, test := range cases {
		var p Policy
		for _, e := range test.expressions {
			p.Constraints = append(p.Constraints, Constraint{Type: MemberOf, Expression: e})
		}
		m, err := p.Matcher()
		require.NoError(t, err)
		if test.matches == nil {
			assert.Nil(t, m, test.expressions)
			continue
		}
		for n, want := range test.matches {
			assert.Equal(t, want, m.Matches(kinds[n]), "%v of kind %d", test.expressions, n)
		}
	}
	one := Policy{Constraints: []Constraint{{MemberOf, "attribute:a == 1"}, {MemberOf, "attribute:b equals 2"}}}
	other := Policy{Constraints: []Constraint{{MemberOf, "attribute:b == 2"}, {MemberOf, "attribute:a == 1"}, {Type: DistinctInstance}}}
	a, err := one.Matcher()
	require.NoError(t, err)
	b, err := other.Matcher()
	require.NoError(t, err)
	assert.Equal(t, a.String(), b.String(), "the same pool")
	_, err = (&Policy{Constraints: []Constraint{{Type: MemberOf}}}).Matcher()
	assert.Error(t, err)
}

// constrained is a cluster on which single constraints are tried.
type constrained struct {
	*world
	provider cluster.ProviderID
}

func newConstrained() *constrained {
	c := &constrained{world: emptyWorld()}
	c.provider = c.c.AddProvider("general")
	c.c.AddGroup("etl")
	c.c.AddGroup("service/web")
	c.pools = append(c.pools, c.c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{c.provider}}))
	return c
}

func (c *constrained) machine(rack string, active bool) cluster.InstanceID {
	return c.c.Launch(c.c.AddKind(cluster.Kind{
		Provider: c.provider, Attributes: map[string]string{"rack": rack}, Agent: "1.60.0", Interfaces: 1,
		Capacity: cluster.Vector{CPU: 8 * cluster.VCPU, Memory: 8 * cluster.GiB},
	}), active)
}

func (c *constrained) start(g cluster.GroupID, n cluster.Network, on cluster.InstanceID) cluster.TaskID {
	of := cluster.Class{Demand: demand(1, 1, 0), Pool: c.pools[0], Group: g, Network: c.c.AddNetwork(n)}
	return c.c.Start(c.c.Task(c.c.Submit(of, 0)).Class, on)
}

// Each constraint by itself: to which of three instances may a task of etl go?
func TestConstraints(t *testing.T) {
	const (
		etl cluster.GroupID = iota
		web
	)
	port := func(n uint16) cluster.Network { return cluster.Network{Static: []cluster.Port{{Number: n}}} }
	awsvpc := cluster.Network{Interface: true}
	cases := []struct {
		name, source string
		constraints  []Constraint
		network      cluster.Network
		want         []bool
	}{
		{
			name: "none", source: "",
			want: []bool{true, true, true},
		},
		{
			name: "distinctInstance: each task of the group on another instance", source: "ECS developer guide, task placement constraints",
			constraints: []Constraint{{Type: DistinctInstance}}, want: []bool{false, true, true},
		},
		{
			name: "memberOf an attribute", source: "ECS developer guide, task placement constraints",
			constraints: []Constraint{{MemberOf, "attribute:rack in [1, 3]"}}, want: []bool{true, false, true},
		},
		{
			name: "all constraints must hold", source: "ECS developer guide, task placement, step 2",
			constraints: []Constraint{{MemberOf, "attribute:rack in [1, 3]"}, {Type: DistinctInstance}}, want: []bool{false, false, true},
		},
		{
			name: "task:group: affinity", source: "ECS developer guide, cluster query language, examples",
			constraints: []Constraint{{MemberOf, "task:group == service:web"}}, want: []bool{false, true, false},
		},
		{
			name: "not task:group: anti-affinity", source: "ECS developer guide, cluster query language, examples",
			constraints: []Constraint{{MemberOf, "not(task:group == service:web)"}}, want: []bool{true, false, true},
		},
		{
			name: "the group of a task that was run is its family", source: "ECS developer guide, task groups",
			constraints: []Constraint{{MemberOf, "task:group == family:etl"}}, want: []bool{true, false, false},
		},
		{
			name: "runningTasksCount is of all groups", source: "ECS developer guide, cluster query language, subject",
			constraints: []Constraint{{MemberOf, "runningTasksCount >= 2"}}, want: []bool{false, true, false},
		},
		{
			name: "ec2InstanceId", source: "ECS developer guide, cluster query language, subject",
			constraints: []Constraint{{MemberOf, "ec2InstanceId in [general/i-0, general/i-2]"}}, want: []bool{true, false, true},
		},
		{
			// The third became ACTIVE a minute after its launch, the others at once.
			name: "registeredAt", source: "ECS developer guide, cluster query language, subject",
			constraints: []Constraint{{MemberOf, "registeredAt >= 2026-03-01T00:01:00Z"}}, want: []bool{false, false, true},
		},
		{
			name: "agentVersion", source: "ECS developer guide, cluster query language, subject",
			constraints: []Constraint{{MemberOf, "agentVersion > 1.60.0"}}, want: []bool{false, false, false},
		},
		{
			name: "a static port is free once on an instance", source: "ECS API, PortMapping.hostPort",
			network: port(80), want: []bool{false, true, true},
		},
		{
			name: "the protocol matters", source: "ECS API, PortMapping.protocol",
			network: cluster.Network{Static: []cluster.Port{{Number: 80, Protocol: cluster.UDP}}}, want: []bool{true, true, true},
		},
		{
			name: "reserved ports", source: "ECS API, PortMapping.hostPort",
			network: port(22), want: []bool{false, false, false},
		},
		{
			name: "one interface for each task", source: "ECS developer guide, elastic network interface trunking",
			network: awsvpc, want: []bool{true, false, true},
		},
		{
			name: "ports of an interface do not collide", source: "ECS developer guide, task networking",
			network: cluster.Network{Interface: true}, want: []bool{true, false, true},
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := newConstrained()
			one, two, three := c.machine("1", true), c.machine("2", true), c.machine("3", false)
			c.wait(sim.Minute)
			c.c.Activate(three)
			c.start(etl, port(80), one)
			c.start(web, awsvpc, two)
			c.start(web, cluster.Network{}, two)
			c.forms([]Policy{{Constraints: test.constraints}}, 64)
			r := cluster.Request{Demand: demand(1, 1, 0), Pool: c.pools[0], Group: etl, Network: c.c.AddNetwork(test.network)}
			first := cluster.InstanceID(cluster.None)
			for id, want := range test.want {
				id := cluster.InstanceID(id)
				assert.Equal(t, want, c.linear.Fits(r, id), "linear, %d; %s", id, test.source)
				assert.Equal(t, want, c.index.Fits(r, id), "index, %d; %s", id, test.source)
				if want && first == cluster.None {
					first = id
				}
			}
			have, _ := c.index.Place(r)
			assert.Equal(t, first, have)
			have, _ = c.linear.Place(r)
			assert.Equal(t, first, have)
			require.NoError(t, c.index.Check())
		})
	}
}

// What no instance can ever meet is told from what none meets now.
func TestRefusals(t *testing.T) {
	cases := []struct {
		constraint string
		network    cluster.Network
		want       cluster.Reason
	}{
		{"attribute:rack == 7", cluster.Network{}, cluster.NeverFits},
		{"attribute:rack == 7 and task:group exists", cluster.Network{}, cluster.NeverFits},
		{"task:group == family:nobody", cluster.Network{}, cluster.NoCapacity},
		{"runningTasksCount > 5", cluster.Network{}, cluster.NoCapacity},
		{"attribute:rack == 1 and runningTasksCount > 5", cluster.Network{Interface: true}, cluster.NoCapacity},
		{"attribute:rack == 1", cluster.Network{Static: []cluster.Port{{Number: 2375}}}, cluster.NeverFits},
		{"attribute:rack == 1", cluster.Network{Static: many(95, 1000)}, cluster.NeverFits},
		{"attribute:rack == 1", cluster.Network{Dynamic: 28233}, cluster.NeverFits},
	}
	for _, test := range cases {
		c := newConstrained()
		c.machine("1", true)
		c.forms([]Policy{{Constraints: []Constraint{{MemberOf, test.constraint}}}}, 64)
		r := cluster.Request{Demand: demand(1, 1, 0), Pool: c.pools[0], Network: c.c.AddNetwork(test.network)}
		_, have := c.index.Place(r)
		assert.Equal(t, test.want, have, "%v", test)
		_, have = c.linear.Place(r)
		assert.Equal(t, test.want, have, "%v", test)
	}
}

// Constraints and networks do not concern Fargate, which has no instances.
// Source: ECS developer guide, task placement constraints.
func TestFargateTakesNoConstraints(t *testing.T) {
	c := newConstrained()
	c.c.Launch(c.c.AddKind(cluster.Kind{Provider: c.provider, Unlimited: true}), true)
	c.forms([]Policy{{Constraints: []Constraint{{Type: DistinctInstance}, {MemberOf, "attribute:rack == 7"}}}}, 64)
	r := cluster.Request{Demand: demand(1, 1, 0), Pool: c.pools[0], Network: c.c.AddNetwork(cluster.Network{Interface: true})}
	for range 3 {
		have, _ := c.index.Place(r)
		assert.Equal(t, cluster.InstanceID(0), have)
		have, _ = c.linear.Place(r)
		assert.Equal(t, cluster.InstanceID(0), have)
		c.start(0, cluster.Network{Interface: true}, 0)
	}
}

func TestStartsOpen(t *testing.T) {
	for expression, want := range map[string]bool{
		"attribute:rack == 1":             false,
		"task:group == service:web":       true,
		"not(task:group == service:web)":  false,
		"runningTasksCount > 0":           true,
		"runningTasksCount < 5":           false,
		"task:group == family:late":       false,
		"task:group =~ family:.*":         true,
		"registeredAt > 2026-03-01":       false,
		"ec2InstanceId == general/i-0":    false,
		"task:group == family:nobody":     false,
		"not(runningTasksCount > 0)":      false,
		"attribute:rack exists":           false,
		"task:group exists":               true,
		"agentConnected == true":          false,
		"not(task:group !~ service:.*)":   true,
		"runningTasksCount == 0":          false,
		"not(not(runningTasksCount > 0))": true,
	} {
		c := newConstrained()
		c.forms([]Policy{{Constraints: []Constraint{{MemberOf, expression}}}}, 64)
		assert.Equal(t, want, c.index.StartsOpen(0), expression)
		assert.Equal(t, want, c.linear.StartsOpen(0), expression)
		assert.False(t, c.index.StartsOpen(1))
	}
	c := newConstrained()
	c.forms([]Policy{{Constraints: []Constraint{{MemberOf, "task:group == family:late"}}}}, 64)
	require.False(t, c.index.StartsOpen(0))
	c.c.AddGroup("late")
	assert.True(t, c.index.StartsOpen(0), "the group is there now")
}

// An expression follows what starts and ends, and groups that come later.
func TestExpressionsFollowTasks(t *testing.T) {
	c := newConstrained()
	one := c.machine("1", true)
	c.forms([]Policy{{Constraints: []Constraint{{MemberOf, "task:group == family:late and runningTasksCount < 3"}}}}, 1)
	r := cluster.Request{Demand: demand(1, 1, 0), Pool: c.pools[0]}
	fits := func(want bool) {
		t.Helper()
		have, _ := c.index.Place(r)
		assert.Equal(t, want, have == one)
		assert.Equal(t, want, c.index.Fits(r, one))
		assert.Equal(t, want, c.linear.Fits(r, one))
		require.NoError(t, c.index.Check())
	}
	fits(false)
	late := c.c.AddGroup("late")
	fits(false)
	first := c.start(late, cluster.Network{}, one)
	fits(true)
	second := c.start(late, cluster.Network{}, one)
	c.start(1, cluster.Network{}, one)
	fits(false)
	c.c.End(second, cluster.Completed)
	fits(true)
	c.c.End(first, cluster.Completed)
	fits(false)
}

// A start of the simulation shifts registeredAt.
func TestRegisteredAtIsOfTheCalendar(t *testing.T) {
	for year, want := range map[int]bool{2025: false, 2027: true} {
		c := newConstrained()
		c.machine("1", true)
		c.index = New(c.c, Setup{
			Policies: []Policy{{Constraints: []Constraint{{MemberOf, "registeredAt > 2026-06-01"}}}},
			Start:    time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC),
		})
		assert.Equal(t, want, c.index.Fits(cluster.Request{Demand: demand(1, 1, 0), Pool: c.pools[0]}, 0))
	}
}
