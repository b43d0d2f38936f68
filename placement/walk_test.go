package placement

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// The same property as TestIndexDecidesAsLinear on larger clusters, which fill
// up, run empty and lose their instances, so that trees grow, split, join and
// go, and groups get and lose trees of their own.
func TestIndexDecidesAsLinearAtSize(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { wander(t, rand.New(rand.NewPCG(uint64(seed), 0))) })
	}
}

func wander(t *testing.T, r *rand.Rand) {
	w := &world{c: cluster.New(sim.NewKernel()), drawn: [2]streams{{}, {}}, groups: 4}
	p := w.c.AddProvider("p")
	for k := range 1 + r.IntN(6) {
		kind := cluster.Kind{
			Provider:   p,
			Attributes: map[string]string{"rack": fmt.Sprint(k % 3), "model": fmt.Sprint(k % 2)},
			Capacity:   cluster.Vector{CPU: int64(4+r.IntN(2)) * cluster.VCPU, Memory: int64(8+r.IntN(2)) * cluster.GiB},
		}
		if r.IntN(2) == 0 {
			kind.Attributes[cluster.AttributeAvailabilityZone] = []string{"a", "b", "c"}[r.IntN(3)]
		}
		if r.IntN(3) == 0 {
			kind.Devices, kind.Capacity.GPU = 2, 2*cluster.GPU
		}
		w.c.AddKind(kind)
	}
	everything := cluster.Pool{Providers: []cluster.ProviderID{p}}
	half := everything
	half.Requirements = []cluster.Requirement{{Attribute: "model", Values: []string{"0"}}}
	w.pools = append(w.pools, w.c.AddPool(everything))
	var policies []Policy
	for g := range w.groups {
		w.c.AddGroup(fmt.Sprint("g", g))
		rules := []Rule{{"binpack", "cpu"}, {"binpack", "memory"}, hosts, zones, {"spread", "attribute:rack"}, {"best-fit", ""}}
		var chain []Rule
		for range r.IntN(4) {
			chain = append(chain, rules[r.IntN(min(6, 5+r.IntN(4)/3))])
		}
		switch r.IntN(6) {
		case 0:
			chain = []Rule{hosts}
		case 1:
			chain = []Rule{zones, hosts, {"binpack", "cpu"}, {"binpack", "memory"}}[:2+r.IntN(3)]
		case 2: // an attribute between rules that differ within a cell
			chain = []Rule{rules[r.IntN(3)], zones, rules[r.IntN(3)], {"spread", "attribute:rack"}}
		}
		policies = append(policies, Policy{Chain: chain, TieBreak: TieBreak(r.IntN(2))})
	}
	w.linear, w.index = NewLinear(w.c, Setup{Policies: policies, Stream: w.drawn[0].of}), New(w.c, Setup{Policies: policies, Stream: w.drawn[1].of})
	w.index.denseFrom = []int{2, 20, 64}[r.IntN(3)]
	w.c.Watch(w.index)

	target := 0
	for step := range 1500 {
		if step%100 == 0 {
			target = []int{0, 3, 40, 300}[r.IntN(4)]
			require.NoError(t, w.index.Check())
		}
		if step == 700 {
			w.pools = append(w.pools, w.c.AddPool(half))
		}
		w.resize(r, target)
		for range 2 {
			v := cluster.Vector{CPU: int64(r.IntN(5)) * cluster.VCPU / 2, Memory: int64(r.IntN(5)) * cluster.GiB / 2}
			if r.IntN(6) == 0 {
				v.GPU = []int64{300, 500, 1000, 2000}[r.IntN(4)]
			}
			w.place(t, cluster.Class{Demand: v, Pool: w.pools[r.IntN(len(w.pools))], Group: cluster.GroupID(r.IntN(w.groups))})
		}
		for len(w.tasks) > 0 && r.IntN(len(w.tasks)+200) < len(w.tasks) {
			w.end(r.IntN(len(w.tasks)))
		}
	}
	require.NoError(t, w.index.Check())
}

// resize brings the cluster a few instances nearer to n.
func (w *world) resize(r *rand.Rand, n int) {
	var there []cluster.InstanceID
	for slot := range w.c.Slots() {
		if w.c.Instance(cluster.InstanceID(slot)).State != cluster.Absent {
			there = append(there, cluster.InstanceID(slot))
		}
	}
	for range min(8, n-len(there)) {
		w.c.Launch(cluster.KindID(r.IntN(w.c.Kinds())), true)
	}
	r.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
	for _, id := range there[:min(len(there), max(0, min(8, len(there)-n)))] {
		if r.IntN(2) == 0 && w.c.Instance(id).State == cluster.Active {
			w.c.Drain(id)
			if r.IntN(2) == 0 {
				continue
			}
		}
		for n := len(w.tasks) - 1; n >= 0; n-- {
			if w.c.Task(w.tasks[n]).Instance == id {
				w.end(n)
			}
		}
		w.c.Terminate(id)
	}
}
