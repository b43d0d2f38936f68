package placement

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// explains holds an explanation, made before a decision, against the decision.
func explains(t require.TestingT, c *cluster.Cluster, e *Explanation, able []cluster.InstanceID, on cluster.InstanceID) {
	require.Equal(t, len(able), e.Fits, "instances that fit")
	left := e.Active
	for _, s := range e.Funnel {
		require.Equal(t, left, s.Before, "before %s", s.Name)
		require.LessOrEqual(t, s.After, s.Before)
		left = s.After
	}
	require.Equal(t, e.Fits, left, "survivors of the funnel")
	require.Len(t, e.Fates, e.Active)
	if on == cluster.None {
		require.Empty(t, e.Pick)
		require.Empty(t, e.Ranking)
		return
	}
	for _, r := range e.Ranking {
		require.Equal(t, left, r.Before, "before %s", r.Rule)
		left = r.After
	}
	require.Equal(t, e.Ties, left)
	if e.Pick != "" {
		require.Equal(t, c.InstanceName(on), e.Pick)
	}
}

// explained is a cluster of four instances for explanations: two general ones
// in each of two zones, one of them half full.
func explained(t *testing.T, policy Policy) (*cluster.Cluster, *Linear, cluster.Class) {
	t.Helper()
	c := cluster.New(sim.NewKernel())
	c.AddGroup("etl")
	c.AddGroup("other")
	p := c.AddProvider("general")
	for _, zone := range []string{"us-east-1a", "us-east-1b"} {
		kind := c.AddKind(cluster.Kind{
			Provider: p, Type: "m6i.large", Zone: zone,
			Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone},
			Capacity:   cluster.Vector{CPU: 2 * cluster.VCPU, Memory: 8 * cluster.GiB},
			Interfaces: 2,
		})
		c.Launch(kind, true)
		c.Launch(kind, true)
	}
	require.NoError(t, policy.Validate(nil))
	l := NewLinear(c, Setup{Policies: []Policy{policy}, Stream: func(g string) *rand.Rand { return sim.Stream(1, g) }})
	return c, l, cluster.Class{
		Demand: cluster.Vector{CPU: cluster.VCPU, Memory: 5 * cluster.GiB},
		Pool:   c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}}),
	}
}

func occupy(c *cluster.Cluster, class cluster.Class, on cluster.InstanceID, lasts sim.Time) {
	id := c.Submit(class, lasts)
	c.Start(c.Task(id).Class, on)
}

func request(c *cluster.Cluster, class cluster.Class) cluster.Request {
	id := c.Submit(class, 1)
	return cluster.Request{Class: c.Task(id).Class, Demand: class.Demand, Pool: class.Pool, Group: class.Group, Network: class.Network}
}

func TestExplanationOfAPlace(t *testing.T) {
	c, l, class := explained(t, Policy{Chain: []Rule{{"spread", "attribute:ecs.availability-zone"}, {"binpack", "memory"}}})
	small := class
	small.Demand = cluster.Vector{CPU: cluster.VCPU / 2, Memory: cluster.GiB}
	occupy(c, class, 0, 10)
	occupy(c, small, 3, 10)
	e := l.Explain(request(c, class))
	assert.Equal(t, 4, e.Active)
	assert.Equal(t, 3, e.Fits)
	assert.Equal(t, []Step{
		{Name: "capacity provider", Before: 4, After: 4},
		{Name: "cpu", Before: 4, After: 4},
		{Name: "memory", Before: 4, After: 3, Nearest: &Miss{"general/i-0", []string{"2048 MiB"}}},
	}, e.Funnel)
	assert.Equal(t, "spread(attribute:ecs.availability-zone)", e.Ranking[0].Rule)
	assert.Equal(t, []Place{{"1 task of the group in us-east-1a", 1, "general/i-1", true}, {"1 task of the group in us-east-1b", 2, "general/i-2", true}}, e.Ranking[0].Places)
	assert.Equal(t, "general/i-3", e.Pick, "the tightest of the zones that tie")
	assert.Contains(t, e.Others, Choice{"general/i-3", []string{"binpack(cpu)", "binpack(memory)", "best-fit", "balanced-allocation"}})
}

func TestExplanationOfWaiting(t *testing.T) {
	c, l, class := explained(t, Policy{Constraints: []Constraint{{DistinctInstance, ""}, {MemberOf, "attribute:ecs.availability-zone == us-east-1a"}}})
	class.Network = c.AddNetwork(cluster.Network{Static: []cluster.Port{{Number: 80}}, Interface: true})
	other := class
	other.Group = 1
	occupy(c, class, 0, 40)
	occupy(c, other, 1, 30)
	occupy(c, other, 2, 20)
	e := l.Explain(request(c, class))
	assert.Zero(t, e.Fits)
	var steps []string
	for _, s := range e.Funnel {
		steps = append(steps, fmt.Sprint(s.Name, " ", s.After))
	}
	assert.Equal(t, []string{
		"capacity provider 4", "cpu 4", "memory 1", "ports 1", "network interface 1", "distinctInstance 1",
		"memberOf attribute:ecs.availability-zone == us-east-1a 0",
	}, steps)
	assert.Equal(t, "general/i-3 lacks what attribute:ecs.availability-zone == us-east-1a asks for", e.Nearest[0].String())
	assert.Equal(t, "general/i-1 lacks 2048 MiB and port 80/tcp, which is taken", e.Nearest[1].String())
	assert.Equal(t, []Relaxation{{"memberOf attribute:ecs.availability-zone == us-east-1a", 1}}, e.Without)
	assert.Equal(t, &Release{Instance: "general/i-1", Tasks: []string{"other/0"}, At: 30, Seconds: 30e-9}, e.Release, "us-east-1b is no help, and i-0 has a task of the group for longer")
	assert.Equal(t, []string{"general m6i.large in us-east-1a"}, e.New)
}

func TestExplanationLeavesChanceOpen(t *testing.T) {
	c, l, class := explained(t, Policy{Chain: []Rule{{"random", ""}}})
	e := l.Explain(request(c, class))
	assert.Empty(t, e.Pick)
	assert.Equal(t, 4, e.Ties)
	assert.Equal(t, "one of them at random", e.TieBreak)
}
