package placement

import (
	"fmt"
	"math/rand/v2"
	"testing"

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
})

func anyPolicy(t *rapid.T) Policy {
	p := Policy{
		Chain:    rapid.SliceOfN(anyRule, 0, 4).Draw(t, "chain"),
		TieBreak: TieBreak(rapid.IntRange(0, 1).Draw(t, "tieBreak")),
	}
	switch rapid.IntRange(0, 5).Draw(t, "last") {
	case 0:
		p.Chain = append(p.Chain, Rule{Type: "random"})
	case 1:
		p.Chain = append(p.Chain, Rule{Type: "first-fit"})
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
}

func newWorld(t *rapid.T) *world {
	w := &world{c: cluster.New(sim.NewKernel()), drawn: [2]streams{{}, {}}}
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
		policies = append(policies, anyPolicy(t))
	}
	w.c.AddGroup("without policy")
	w.groups++
	if rapid.Bool().Draw(t, "late") {
		for range 20 {
			w.launch(t)
			w.submit(t)
		}
	}
	w.linear = NewLinear(w.c, Setup{Policies: policies, Stream: w.drawn[0].of})
	w.index = New(w.c, Setup{Policies: policies, Stream: w.drawn[1].of})
	w.index.denseFrom = rapid.SampledFrom([]int{2, 8, 64}).Draw(t, "denseFrom")
	w.c.Watch(w.index)
	return w
}

func (w *world) addKind(t *rapid.T) {
	k := cluster.Kind{
		Provider:   cluster.ProviderID(rapid.IntRange(0, w.c.Providers()-1).Draw(t, "provider")),
		Attributes: map[string]string{},
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
	w.place(t, class)
}

// place submits a task and has both forms place it.
func (w *world) place(t require.TestingT, class cluster.Class) {
	class.Requested = class.Demand
	waiting := w.c.Submit(class, 0)
	request := cluster.Request{Class: w.c.Task(waiting).Class, Demand: class.Demand, Pool: class.Pool, Group: class.Group}
	if w.linear == nil { // before there is anything to compare
		first := NewLinear(w.c, Setup{})
		if id, _ := first.Place(request); id != cluster.None {
			w.tasks = append(w.tasks, w.c.Start(request.Class, id))
		} else {
			w.c.Reject(request.Class, cluster.Rejected)
		}
		return
	}
	want, wantReason := w.linear.Place(request)
	have, reason := w.index.Place(request)
	require.Equal(t, want, have, "instance for %v of %s", class.Demand, w.c.GroupName(class.Group))
	require.Equal(t, wantReason, reason)
	require.Equal(t, w.drawn[0], w.drawn[1], "the state of the generators")
	if have == cluster.None {
		w.c.Reject(request.Class, reason)
		return
	}
	w.tasks = append(w.tasks, w.c.Start(request.Class, have))
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
			"kind or pool": func(t *rapid.T) {
				switch rapid.IntRange(0, 5).Draw(t, "which") {
				case 0:
					w.addKind(t)
				case 1:
					w.addPool(t)
				}
			},
			"": func(t *rapid.T) { require.NoError(t, w.index.Check()) },
		})
	})
}
