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

// expressions close few instances, many, or nearly all.
var expressions = []string{
	"task:group == family:g0",
	"not(task:group == family:g1)",
	"not(task:group in [family:g0, family:g1, family:g2])",
	"runningTasksCount < 2",
	"runningTasksCount >= 1 or attribute:rack == 0",
	"attribute:rack != 0 and not(task:group == family:g3)",
	"registeredAt > 2026-03-01T00:00:20Z",
	"ec2InstanceId =~ .*[02468]",
	"attribute:model == 1",
}

func wander(t *testing.T, r *rand.Rand) {
	w := emptyWorld()
	w.groups = 4
	p := w.c.AddProvider("p")
	for k := range 1 + r.IntN(6) {
		kind := cluster.Kind{
			Provider:   p,
			Attributes: map[string]string{"rack": fmt.Sprint(k % 3), "model": fmt.Sprint(k % 2)},
			Interfaces: 1 + r.IntN(3),
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
		switch r.IntN(8) {
		case 0:
			chain = []Rule{hosts}
		case 1:
			chain = []Rule{zones, hosts, {"binpack", "cpu"}, {"binpack", "memory"}}[:2+r.IntN(3)]
		case 2: // an attribute between rules that differ within a cell
			chain = []Rule{rules[r.IntN(3)], zones, rules[r.IntN(3)], {"spread", "attribute:rack"}}
		case 3, 4: // scores, of all or by zones, alone or before another rule
			scores := append([]Rule{{"own", ""}, {"fgd", ""}}, bounded...)
			chain = []Rule{zones, scores[r.IntN(len(scores))], rules[r.IntN(len(rules))]}[r.IntN(2) : 2+r.IntN(2)]
		}
		switch r.IntN(8) {
		case 0:
			chain = append(chain[:min(4, len(chain))], Rule{Type: "next-fit"})
		case 1:
			chain = append([]Rule{{"power-of-d", fmt.Sprint(1 + r.IntN(10))}}, chain[:min(4, len(chain))]...)
		}
		policy := Policy{Chain: chain, TieBreak: TieBreak(r.IntN(2)), Rounding: Rounding(r.IntN(2)), Workload: expected}
		if r.IntN(3) == 0 {
			policy.Constraints = append(policy.Constraints, Constraint{Type: DistinctInstance})
		}
		if r.IntN(3) == 0 {
			policy.Constraints = append(policy.Constraints, Constraint{Type: MemberOf, Expression: expressions[r.IntN(len(expressions))]})
		}
		policies = append(policies, policy)
	}
	w.forms(policies, []int{2, 20, 64}[r.IntN(3)])

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
			class := cluster.Class{Demand: v, Pool: w.pools[r.IntN(len(w.pools))], Group: cluster.GroupID(r.IntN(w.groups))}
			if r.IntN(2) == 0 {
				class.Network = w.networks[r.IntN(len(w.networks))]
			}
			w.place(t, class)
		}
		if r.IntN(10) == 0 {
			w.wait(sim.Second)
			w.victim(t, cluster.GroupID(r.IntN(w.groups)), func(cluster.TaskID) bool { return r.IntN(4) > 0 })
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
