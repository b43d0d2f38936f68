package placement

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// Memos that are forgotten, that lie far behind or that become too small for
// the cluster decide as the definition does.
func TestMemos(t *testing.T) {
	w := emptyWorld()
	p := w.c.AddProvider("p")
	w.c.AddGroup("g")
	w.c.AddKind(cluster.Kind{Provider: p, Capacity: demand(16, 64, 0)})
	w.c.AddKind(cluster.Kind{Provider: p, Capacity: demand(8, 16, 0)})
	pool := w.c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	w.forms([]Policy{{Chain: []Rule{{"own", ""}}}}, 64)
	w.index.memos.most = 300
	r := sim.Stream(1, "memos")
	forgot, behind := false, false
	place := func(v cluster.Vector) { w.place(t, cluster.Class{Demand: v, Pool: pool}) }
	for step := range 6000 {
		if step%40 == 0 {
			w.c.Launch(cluster.KindID(r.IntN(2)), true)
		}
		sizes := 1 + int64(step/500)
		place(demand(1+r.Int64N(sizes), 1, 0))
		for len(w.tasks) > 0 && r.IntN(len(w.tasks)+100) < len(w.tasks) {
			w.end(r.IntN(len(w.tasks)))
		}
		if step == 5000 { // long without a decision
			churn(w, r, pool)
			for _, m := range w.index.memos.of {
				behind = behind || m.seen < w.index.memos.base
			}
		}
		forgot = forgot || len(w.index.memos.of) < int(sizes)
		if step%500 == 0 {
			require.NoError(t, w.index.Check())
		}
	}
	require.LessOrEqual(t, w.index.memos.size, 300)
	require.True(t, forgot && behind)
}

// churn starts and ends tasks that nobody places.
func churn(w *world, r *rand.Rand, pool cluster.PoolID) {
	for range 5000 {
		class := w.c.Task(w.c.Submit(cluster.Class{Demand: demand(0, 0, 0), Pool: pool}, 0)).Class
		w.c.End(w.c.Start(class, cluster.InstanceID(r.IntN(w.c.Slots()))), cluster.Completed)
	}
}
