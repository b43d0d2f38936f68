package placement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// streams gives out generators whose state can be compared.
type streams map[string]*rand.PCG

func (s streams) of(group string) *rand.Rand {
	if s[group] != nil {
		panic("a group's stream was asked for twice")
	}
	s[group] = sim.NewPCG(7, "placement/"+group)
	return rand.New(s[group])
}

var anyRule = rapid.SampledFrom([]Rule{
	{"binpack", "cpu"},
	{"binpack", "memory"},
	{"binpack", "MEMORY"},
	{"spread", "instanceId"},
	{"spread", "host"},
	{"spread", "attribute:ecs.availability-zone"},
	{"spread", "attribute:rack"},
	{"best-fit", ""},
	{"worst-fit", ""},
	{"dot-product", "cpu=2 memory=1"},
	{"tetris", ""},
	{"l2-norm", ""},
	{"least-allocated", ""},
	{"most-allocated", "cpu=1 memory=1 gpu=4"},
	{"balanced-allocation", ""},
	{"requested-to-capacity-ratio", "20:10 50:0 100:7"},
	{"fgd", ""},
	{"own", ""},
})

// anyComparison is an expression without parentheses.
var anyComparison = rapid.SampledFrom([]string{
	"attribute:rack == 1",
	"attribute:rack exists",
	"attribute:ecs.availability-zone in [a, b]",
	"attribute:ecs.availability-zone != c",
	"attribute:berth.gpu-model =~ T.*",
	"agentVersion >= 1.50",
	"agentConnected == true",
	"task:group == family:g0",
	"task:group == service:g1",
	"task:group != family:g2",
	"task:group =~ family:late.*",
	"task:group exists",
	"runningTasksCount < 2",
	"runningTasksCount >= 1",
	"runningTasksCount == 1",
	"ec2InstanceId =~ p./i-[0-4]",
	"ec2InstanceId != p0/i-0",
	"registeredAt > 2026-03-01T00:00:30Z",
	"registeredAt <= 2026-03-01T00:01:00Z",
})

func anyExpression(t *rapid.T) string {
	term := func() string {
		e := anyComparison.Draw(t, "comparison")
		if rapid.IntRange(0, 3).Draw(t, "negated") == 0 {
			return "not(" + e + ")"
		}
		return e
	}
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		return term() + " and " + term()
	case 1:
		return term() + " or " + term()
	}
	return term()
}

func anyConstraints(t *rapid.T) []Constraint {
	var all []Constraint
	for range max(0, rapid.IntRange(-2, 2).Draw(t, "expressions")) {
		all = append(all, Constraint{Type: MemberOf, Expression: anyExpression(t)})
	}
	if rapid.IntRange(0, 3).Draw(t, "distinct") == 0 {
		all = append(all, Constraint{Type: DistinctInstance})
	}
	return all
}

// networks are what tasks may take of the network, none first.
var networks = []cluster.Network{
	{},
	{Interface: true},
	{Interface: true, Static: []cluster.Port{{Number: 80}}},
	{Static: []cluster.Port{{Number: 80}}},
	{Static: []cluster.Port{{Number: 80, Protocol: cluster.UDP}, {Number: 443}}},
	{Static: []cluster.Port{{Number: 443}, {Number: 40000}}},
	{Static: []cluster.Port{{Number: 22}}},
	{Dynamic: 2},
	{Dynamic: 10000},
	{Dynamic: 15000, Static: []cluster.Port{{Number: 81}}},
	{Dynamic: 30000},
	{Static: many(60, 1000)},
	{Static: many(50, 2000)},
}

func many(n, from int) (ports []cluster.Port) {
	for p := range n {
		ports = append(ports, cluster.Port{Number: uint16(from + p)})
	}
	return ports
}

func anyPolicy(t *rapid.T) Policy {
	p := Policy{
		Chain:    rapid.SliceOfN(anyRule, 0, 4).Draw(t, "chain"),
		TieBreak: TieBreak(rapid.IntRange(0, 1).Draw(t, "tieBreak")),
		Rounding: Rounding(rapid.IntRange(0, 1).Draw(t, "rounding")),
		Workload: expected,
	}
	if rapid.IntRange(0, 4).Draw(t, "of few") == 0 {
		p.Chain = append([]Rule{{"power-of-d", rapid.SampledFrom([]string{"", "1", "3", "9"}).Draw(t, "d")}}, p.Chain...)
	}
	if len(p.Chain) == MaxRules {
		return p
	}
	switch rapid.IntRange(0, 6).Draw(t, "last") {
	case 0:
		p.Chain = append(p.Chain, Rule{Type: "random"})
	case 1:
		p.Chain = append(p.Chain, Rule{Type: "first-fit"})
	case 2:
		p.Chain = append(p.Chain, Rule{Type: "next-fit"})
	}
	return p
}

// world is a cluster with both forms of placement on it.
type world struct {
	c      *cluster.Cluster
	index  *Index
	linear *Linear
	drawn  [2]streams
	groups int
	pools  []cluster.PoolID
	tasks  []cluster.TaskID

	networks []cluster.NetworkID
	clock    *sim.Kernel
	tick     sim.Kind
}

// emptyWorld returns a world with nothing in it.
func emptyWorld() *world {
	w := &world{clock: sim.NewKernel(), drawn: [2]streams{{}, {}}}
	w.c = cluster.New(w.clock)
	w.tick = w.clock.Register("tick", sim.Ending, false, func(sim.Time, uint32, uint32) {})
	for _, n := range networks {
		w.networks = append(w.networks, w.c.AddNetwork(n))
	}
	return w
}

// forms puts both forms of placement on the cluster.
func (w *world) forms(policies []Policy, denseFrom int) {
	setup := Setup{Policies: policies, Strategies: withOwn(), Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	setup.Stream = w.drawn[0].of
	w.linear = NewLinear(w.c, setup)
	setup.Stream = w.drawn[1].of
	w.index = New(w.c, setup)
	w.index.denseFrom = denseFrom
	w.c.Watch(w.index)
}

// wait lets time pass.
func (w *world) wait(d sim.Time) {
	at := w.clock.Now() + d
	w.clock.Schedule(at, w.tick, 0, 0)
	if err := w.clock.Run(at + 1); err != nil {
		panic(err)
	}
}

func newWorld(t *rapid.T) *world {
	w := emptyWorld()
	for p := range rapid.IntRange(1, 3).Draw(t, "providers") {
		w.c.AddProvider(fmt.Sprint("p", p))
	}
	for range rapid.IntRange(1, 6).Draw(t, "kinds") {
		w.addKind(t)
	}
	for range rapid.IntRange(1, 3).Draw(t, "pools") {
		w.addPool(t)
	}
	w.groups = rapid.IntRange(1, 4).Draw(t, "groups")
	var policies []Policy
	for g := range w.groups {
		w.c.AddGroup(fmt.Sprint("g", g))
		p := anyPolicy(t)
		p.Constraints = anyConstraints(t)
		policies = append(policies, p)
	}
	w.c.AddGroup("service/g1")
	w.groups++
	if rapid.Bool().Draw(t, "late") {
		for range 20 {
			w.launch(t)
			w.submit(t)
		}
	}
	w.forms(policies, rapid.SampledFrom([]int{2, 8, 64}).Draw(t, "denseFrom"))
	return w
}

func (w *world) addKind(t *rapid.T) {
	k := cluster.Kind{
		Provider:   cluster.ProviderID(rapid.IntRange(0, w.c.Providers()-1).Draw(t, "provider")),
		Attributes: map[string]string{},
		Agent:      rapid.SampledFrom([]string{"1.40.0", "1.60.2", "none"}).Draw(t, "agent"),
		Interfaces: rapid.SampledFrom([]int{0, 1, 2, 255}).Draw(t, "interfaces"),
		Capacity: cluster.Vector{
			CPU:    int64(rapid.IntRange(0, 8).Draw(t, "vcpu")) * cluster.VCPU,
			Memory: int64(rapid.IntRange(0, 16).Draw(t, "gib")) * cluster.GiB,
		},
	}
	if rapid.IntRange(0, 9).Draw(t, "unlimited") == 0 {
		k.Unlimited, k.Capacity = true, cluster.Vector{}
	} else if k.Devices = max(0, rapid.IntRange(-3, 4).Draw(t, "devices")); k.Devices > 0 {
		k.Attributes[cluster.AttributeGPUModel] = rapid.SampledFrom([]string{"T4", "V100"}).Draw(t, "model")
		k.Capacity.GPU = int64(k.Devices) * cluster.GPU
	}
	if zone := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "zone"); zone != "" {
		k.Zone = zone
		k.Attributes[cluster.AttributeAvailabilityZone] = zone
	}
	if rack := rapid.SampledFrom([]string{"none", "", "1", "2"}).Draw(t, "rack"); rack != "none" {
		k.Attributes["rack"] = rack
	}
	w.c.AddKind(k)
}

func (w *world) addPool(t *rapid.T) {
	var p cluster.Pool
	for provider := range w.c.Providers() {
		if rapid.IntRange(0, 3).Draw(t, "in") > 0 {
			p.Providers = append(p.Providers, cluster.ProviderID(provider))
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "requires") == 0 {
		p.Requirements = []cluster.Requirement{{
			Attribute: cluster.AttributeGPUModel,
			Values:    rapid.SampledFrom([][]string{{"T4"}, {"V100"}, {"T4", "V100"}, {"H100"}}).Draw(t, "models"),
		}}
	}
	w.pools = append(w.pools, w.c.AddPool(p))
}

func (w *world) launch(t *rapid.T) {
	kind := cluster.KindID(rapid.IntRange(0, w.c.Kinds()-1).Draw(t, "kind"))
	w.c.Launch(kind, rapid.Bool().Draw(t, "active"))
}

func (w *world) submit(t *rapid.T) {
	class := cluster.Class{
		Demand: cluster.Vector{
			CPU:    int64(rapid.IntRange(0, 8).Draw(t, "cpu")) * cluster.VCPU / 2,
			Memory: int64(rapid.IntRange(0, 8).Draw(t, "memory")) * cluster.GiB / 2,
			GPU:    rapid.SampledFrom([]int64{0, 0, 0, 250, 500, 700, 1000, 2000, 3000, 8000}).Draw(t, "gpu"),
		},
		Pool:  rapid.SampledFrom(w.pools).Draw(t, "pool"),
		Group: cluster.GroupID(rapid.IntRange(0, w.groups-1).Draw(t, "group")),
	}
	if rapid.Bool().Draw(t, "networked") {
		class.Network = rapid.SampledFrom(w.networks).Draw(t, "network")
	}
	w.place(t, class)
}

// place submits a task and has both forms place it.
func (w *world) place(t require.TestingT, class cluster.Class) {
	class.Requested = class.Demand
	waiting := w.c.Submit(class, 0)
	request := cluster.Request{Class: w.c.Task(waiting).Class, Demand: class.Demand, Pool: class.Pool, Group: class.Group, Network: class.Network}
	if w.linear == nil { // before there is anything to compare
		first := NewLinear(w.c, Setup{})
		if id, _ := first.Place(request); id != cluster.None {
			w.tasks = append(w.tasks, w.c.Start(request.Class, id))
		} else {
			w.c.Reject(request.Class, cluster.Rejected)
		}
		return
	}
	able := w.linear.able(w.linear.chain(request.Group), request)
	for slot := range min(w.c.Slots(), 50) {
		id := cluster.InstanceID(slot)
		require.Equal(t, slices.Contains(able, id), w.index.Fits(request, id), "%v of %s on %d", class, w.c.GroupName(class.Group), id)
	}
	var why *Explanation
	if w.c.Submitted()%16 == 0 {
		why = w.linear.Explain(request)
	}
	want, wantReason := w.linear.Place(request)
	have, reason := w.index.Place(request)
	require.Equal(t, want, have, "instance for %v of %s", class.Demand, w.c.GroupName(class.Group))
	require.Equal(t, wantReason, reason)
	if why != nil {
		explains(t, w.c, why, able, have)
	}
	require.Equal(t, w.drawn[0], w.drawn[1], "the state of the generators")
	if have == cluster.None {
		w.c.Reject(request.Class, reason)
		return
	}
	w.tasks = append(w.tasks, w.c.Start(request.Class, have))
}

// victim has both forms choose one of a group's tasks to stop.
func (w *world) victim(t require.TestingT, g cluster.GroupID, mayStop func(cluster.TaskID) bool) {
	require.Equal(t, w.linear.StartsOpen(g), w.index.StartsOpen(g))
	var among []cluster.TaskID
	for _, id := range w.tasks {
		if w.c.Class(w.c.Task(id).Class).Group == g && mayStop(id) {
			among = append(among, id)
		}
	}
	if len(among) == 0 {
		return
	}
	require.Equal(t, w.linear.Victim(g, among), w.index.Victim(g, among))
	require.Equal(t, w.drawn[0], w.drawn[1], "the state of the generators")
}

// in returns an instance in one of the states, or None.
func (w *world) in(t *rapid.T, states ...cluster.State) cluster.InstanceID {
	var ids []cluster.InstanceID
	for slot := range w.c.Slots() {
		for _, s := range states {
			if w.c.Instance(cluster.InstanceID(slot)).State == s {
				ids = append(ids, cluster.InstanceID(slot))
			}
		}
	}
	if len(ids) == 0 {
		return cluster.None
	}
	return rapid.SampledFrom(ids).Draw(t, "instance")
}

func (w *world) end(n int) {
	id := w.tasks[n]
	w.tasks[n] = w.tasks[len(w.tasks)-1]
	w.tasks = w.tasks[:len(w.tasks)-1]
	w.c.End(id, cluster.Completed)
}

// The index decides as the definition does, draw by draw, whatever happens to
// the cluster.
func TestIndexDecidesAsLinear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		submit := func(t *rapid.T) {
			for range rapid.IntRange(1, 12).Draw(t, "n") {
				w.submit(t)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"launch": w.launch,
			"launch many": func(t *rapid.T) {
				kind := cluster.KindID(rapid.IntRange(0, w.c.Kinds()-1).Draw(t, "kind"))
				if w.c.Slots() < 400 {
					for range rapid.IntRange(1, 100).Draw(t, "n") {
						w.c.Launch(kind, true)
					}
				}
			},
			"activate": func(t *rapid.T) {
				if id := w.in(t, cluster.Booting); id != cluster.None {
					w.c.Activate(id)
				}
			},
			"drain": func(t *rapid.T) {
				if id := w.in(t, cluster.Active); id != cluster.None {
					w.c.Drain(id)
				}
			},
			"terminate": func(t *rapid.T) {
				id := w.in(t, cluster.Booting, cluster.Active, cluster.Draining)
				if id == cluster.None {
					return
				}
				for n := len(w.tasks) - 1; n >= 0; n-- {
					if w.c.Task(w.tasks[n]).Instance == id {
						w.end(n)
					}
				}
				w.c.Terminate(id)
			},
			"submit":      submit,
			"submit more": submit,
			"end": func(t *rapid.T) {
				for range min(len(w.tasks), rapid.IntRange(1, 10).Draw(t, "n")) {
					w.end(rapid.IntRange(0, len(w.tasks)-1).Draw(t, "task"))
				}
			},
			"scale in": func(t *rapid.T) {
				w.victim(t, cluster.GroupID(rapid.IntRange(0, w.groups-1).Draw(t, "group")), func(cluster.TaskID) bool {
					return rapid.IntRange(0, 3).Draw(t, "protected") > 0
				})
			},
			"wait": func(*rapid.T) { w.wait(20 * sim.Second) },
			"kind, pool or group": func(t *rapid.T) {
				switch rapid.IntRange(0, 5).Draw(t, "which") {
				case 0:
					w.addKind(t)
				case 1:
					w.addPool(t)
				case 2:
					w.c.AddGroup(fmt.Sprint("late", w.groups))
					w.groups++
				}
			},
			"": func(t *rapid.T) { require.NoError(t, w.index.Check()) },
		})
	})
}
