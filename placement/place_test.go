package placement

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// machine is one instance of a case: what it has, and what is taken of it.
type machine struct {
	zone       string // "" for none
	cpu, gib   int64
	used       [2]int64 // cpu, gib; one task of another group if there is any
	mine       int      // tasks of the group, of no size
	gpus, tens int      // devices, and tenths of the first that are taken
}

// build returns a cluster of the machines, with both forms on it for a group
// of the policy, and the request for a task.
func build(t *testing.T, machines []machine, policy Policy, demand cluster.Vector) (*cluster.Cluster, *Index, *Linear, cluster.Request) {
	c := cluster.New(sim.NewKernel())
	p := c.AddProvider("p")
	c.AddGroup("mine")
	c.AddGroup("others")
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	stream := func(g string) *rand.Rand { return sim.Stream(1, g) }
	index, linear := New(c, Setup{Policies: []Policy{policy}, Stream: stream}), NewLinear(c, Setup{Policies: []Policy{policy}, Stream: stream})
	c.Watch(index)
	for _, m := range machines {
		k := cluster.Kind{
			Provider: p, Zone: m.zone, Attributes: map[string]string{}, Devices: m.gpus,
			Capacity: cluster.Vector{CPU: m.cpu * cluster.VCPU, Memory: m.gib * cluster.GiB, GPU: int64(m.gpus) * cluster.GPU},
		}
		if m.zone != "" {
			k.Attributes[cluster.AttributeAvailabilityZone] = m.zone
		}
		id := c.Launch(c.AddKind(k), true)
		start := func(group cluster.GroupID, v cluster.Vector) {
			c.Start(c.Task(c.Submit(cluster.Class{Demand: v, Pool: pool, Group: group}, 0)).Class, id)
		}
		if m.used != [2]int64{} || m.tens > 0 {
			start(1, cluster.Vector{CPU: m.used[0] * cluster.VCPU, Memory: m.used[1] * cluster.GiB, GPU: int64(m.tens) * 100})
		}
		for range m.mine {
			start(0, cluster.Vector{})
		}
	}
	return c, index, linear, cluster.Request{Demand: demand, Pool: pool}
}

func demand(vcpu, gib, gpu int64) cluster.Vector {
	return cluster.Vector{CPU: vcpu * cluster.VCPU, Memory: gib * cluster.GiB, GPU: gpu}
}

func TestPlace(t *testing.T) {
	const (
		cpu    = "binpack cpu"
		memory = "binpack memory"
		zone   = "spread attribute:ecs.availability-zone"
		host   = "spread instanceId"
	)
	rules := map[string]Rule{cpu: {"binpack", "cpu"}, memory: {"binpack", "memory"}, zone: zones, host: hosts, "best": {"best-fit", ""}, "worst": {"worst-fit", ""}}
	three := []machine{{cpu: 8, gib: 32, used: [2]int64{2, 4}}, {cpu: 8, gib: 32, used: [2]int64{6, 24}}, {cpu: 8, gib: 32, used: [2]int64{1, 26}}}
	cases := []struct {
		name, source string
		chain        []string
		machines     []machine
		demand       cluster.Vector
		want         int
		reason       cluster.Reason
	}{
		{
			// Free: 6, 2 and 7 vCPU.
			name: "binpack cpu: least available that still fits", source: "ECS API, PlacementStrategy.type",
			chain: []string{cpu}, machines: three, demand: demand(1, 1, 0), want: 1,
		},
		{
			// Of 2 vCPU there is not enough; 6 is less than 7.
			name: "binpack cpu: the fullest does not fit", source: "ECS API, PlacementStrategy.type",
			chain: []string{cpu}, machines: three, demand: demand(3, 1, 0), want: 0,
		},
		{
			// Free: 28, 8 and 6 GiB.
			name: "binpack memory", source: "ECS API, PlacementStrategy.field",
			chain: []string{memory}, machines: three, demand: demand(1, 1, 0), want: 2,
		},
		{
			// The third has memory 6, but then comes the second's 8; it lacks CPU.
			name: "binpack memory checks the other resource too", source: "ECS developer guide, task placement, step 1",
			chain: []string{memory}, machines: three, demand: demand(3, 7, 0), want: 0,
		},
		{
			name: "what is available is counted before the task is placed", source: "ECS API, PlacementStrategy.type",
			chain: []string{cpu}, machines: []machine{{cpu: 4, gib: 8}, {cpu: 8, gib: 8, used: [2]int64{5, 0}}}, demand: demand(3, 0, 0), want: 1,
		},
		{
			// Zone a has two tasks of the group, zone b one.
			name: "spread counts the task group's tasks in the bucket", source: "ECS developer guide, task placement strategies",
			chain: []string{zone},
			machines: []machine{
				{zone: "a", cpu: 8, gib: 8},
				{zone: "a", cpu: 8, gib: 8, mine: 2},
				{zone: "b", cpu: 8, gib: 8, mine: 1},
				{zone: "b", cpu: 8, gib: 8},
			},
			demand: demand(1, 1, 0), want: 2,
		},
		{
			name: "spread takes no notice of other groups", source: "ECS developer guide, task placement strategies",
			chain: []string{host}, machines: []machine{{cpu: 8, gib: 8, used: [2]int64{4, 4}}, {cpu: 8, gib: 8, mine: 1}}, demand: demand(1, 1, 0), want: 0,
		},
		{
			// Zone b has fewer, but no room: the next best bucket.
			name: "strategies are best effort", source: "ECS developer guide, task placement strategies",
			chain:    []string{zone},
			machines: []machine{{zone: "a", cpu: 8, gib: 8, mine: 3}, {zone: "b", cpu: 1, gib: 8}}, demand: demand(2, 1, 0), want: 0,
		},
		{
			name: "an instance without the attribute is a bucket of its own", source: "stated choice",
			chain:    []string{zone},
			machines: []machine{{zone: "a", cpu: 8, gib: 8, mine: 2}, {cpu: 8, gib: 8, mine: 1}, {zone: "b", cpu: 8, gib: 8, mine: 3}}, demand: demand(1, 1, 0), want: 1,
		},
		{
			// a and b tie with one task each, c has two: the tightest of a and b.
			name: "zones, then binpack: zones that tie are searched together", source: "ECS developer guide, task placement strategies, examples",
			chain: []string{zone, memory},
			machines: []machine{
				{zone: "a", cpu: 8, gib: 32, mine: 1},
				{zone: "b", cpu: 8, gib: 16, mine: 1},
				{zone: "a", cpu: 8, gib: 24},
				{zone: "c", cpu: 8, gib: 4, mine: 2},
			},
			demand: demand(1, 1, 0), want: 1,
		},
		{
			name: "zones, then instances", source: "ECS developer guide, task placement strategies, examples",
			chain: []string{zone, host},
			machines: []machine{
				{zone: "a", cpu: 8, gib: 8, mine: 3}, {zone: "b", cpu: 8, gib: 8, mine: 2}, {zone: "b", cpu: 8, gib: 8},
			},
			demand: demand(1, 1, 0), want: 2,
		},
		{
			name: "ties go to the instance launched first", source: "stated choice",
			chain: []string{cpu}, machines: []machine{{cpu: 8, gib: 8}, {cpu: 4, gib: 8}, {cpu: 4, gib: 8}}, demand: demand(1, 1, 0), want: 1,
		},
		{
			name: "the second rule decides among what ties under the first", source: "ECS developer guide, task placement strategies",
			chain: []string{cpu, memory}, machines: []machine{{cpu: 8, gib: 8}, {cpu: 4, gib: 16}, {cpu: 4, gib: 8}}, demand: demand(1, 1, 0), want: 2,
		},
		{
			// After placing: max(7/8, 3/8) against max(5/8, 5/8).
			name: "best-fit", source: "textbook",
			chain: []string{"best"}, machines: []machine{{cpu: 8, gib: 8, used: [2]int64{0, 4}}, {cpu: 8, gib: 8, used: [2]int64{2, 2}}}, demand: demand(1, 1, 0), want: 1,
		},
		{
			name: "worst-fit", source: "textbook",
			chain: []string{"worst"}, machines: []machine{{cpu: 8, gib: 8, used: [2]int64{2, 2}}, {cpu: 8, gib: 8, used: [2]int64{0, 4}}}, demand: demand(1, 1, 0), want: 1,
		},
		{
			// 0.4 and 1 device free; the demand is a share of one device.
			name: "shares of GPUs are not added up", source: "cluster.Vector",
			machines: []machine{{cpu: 8, gib: 8, gpus: 1, tens: 6}, {cpu: 8, gib: 8, gpus: 1}}, demand: demand(1, 1, 500), want: 1,
		},
		{
			name: "several GPUs are whole", source: "cluster.Vector",
			machines: []machine{{cpu: 8, gib: 8, gpus: 2, tens: 1}, {cpu: 8, gib: 8, gpus: 2}}, demand: demand(1, 1, 2000), want: 1,
		},
		{
			name: "no room now", source: "",
			chain: []string{cpu}, machines: three, demand: demand(8, 1, 0), want: cluster.None, reason: cluster.NoCapacity,
		},
		{
			name: "no room ever", source: "",
			chain: []string{zone, cpu}, machines: three, demand: demand(9, 1, 0), want: cluster.None, reason: cluster.NeverFits,
		},
		{
			name: "no GPU ever", source: "",
			machines: three, demand: demand(1, 1, 100), want: cluster.None, reason: cluster.NeverFits,
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			var policy Policy
			for _, name := range test.chain {
				policy.Chain = append(policy.Chain, rules[name])
			}
			_, index, linear, request := build(t, test.machines, policy, test.demand)
			for _, form := range []interface {
				Place(cluster.Request) (cluster.InstanceID, cluster.Reason)
			}{linear, index} {
				id, reason := form.Place(request)
				assert.Equal(t, cluster.InstanceID(test.want), id, test.source)
				assert.Equal(t, test.reason, reason)
			}
		})
	}
}

// The order of launches decides ties, not the slot, which may be a reused one.
func TestTiesAreNotBrokenBySlot(t *testing.T) {
	c, index, linear, request := build(t, []machine{{cpu: 8, gib: 8}, {cpu: 8, gib: 8}}, Policy{Chain: []Rule{{"binpack", "cpu"}}}, demand(1, 1, 0))
	c.Terminate(0)
	require.Equal(t, cluster.InstanceID(0), c.Launch(0, true), "the slot is reused")
	for _, form := range []interface {
		Place(cluster.Request) (cluster.InstanceID, cluster.Reason)
	}{linear, index} {
		id, _ := form.Place(request)
		assert.Equal(t, cluster.InstanceID(1), id)
	}
}

// Only ACTIVE instances take tasks.
func TestStates(t *testing.T) {
	c, index, linear, request := build(t, []machine{{cpu: 8, gib: 8}, {cpu: 8, gib: 8}}, Policy{}, demand(1, 1, 0))
	place := func() cluster.InstanceID {
		a, _ := linear.Place(request)
		b, _ := index.Place(request)
		require.Equal(t, a, b)
		return b
	}
	c.Drain(0)
	assert.Equal(t, cluster.InstanceID(1), place())
	c.Terminate(1)
	assert.Equal(t, cluster.InstanceID(cluster.None), place())
	booting := c.Launch(0, false)
	assert.Equal(t, cluster.InstanceID(cluster.None), place())
	c.Activate(booting)
	assert.Equal(t, booting, place())
	require.NoError(t, index.Check())
}

func TestPolicyMustBeValid(t *testing.T) {
	c := cluster.New(sim.NewKernel())
	assert.PanicsWithValue(t, `placement: policy of group 0: [0].field: binpack on "disk": expected cpu or memory`, func() {
		New(c, Setup{Policies: []Policy{{Chain: []Rule{{"binpack", "disk"}}}}})
	})
}
