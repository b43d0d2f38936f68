package cluster_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

func TestResidentsAreTheTasksOfAnInstance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cluster.New(sim.NewKernel())
		c.KeepResidents()
		p := c.AddProvider("p")
		k := c.AddKind(cluster.Kind{Provider: p, Capacity: cluster.Vector{CPU: 8, Memory: 8}})
		class := cluster.Class{Demand: cluster.Vector{CPU: 1, Memory: 1}, Pool: c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}}), Group: c.AddGroup("g")}
		c.Launch(k, true)
		c.Launch(k, true)
		on := map[cluster.InstanceID][]cluster.TaskID{} // in the order of starts
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := cluster.InstanceID(rapid.IntRange(0, 1).Draw(t, "instance"))
			switch n := len(on[i]); {
			case rapid.IntRange(0, 9).Draw(t, "evict") == 0:
				c.Evict(i, cluster.Interrupted)
				on[i] = nil
			case n > 0 && (n == 8 || rapid.Bool().Draw(t, "end")):
				at := rapid.IntRange(0, n-1).Draw(t, "which")
				c.End(on[i][at], cluster.Completed)
				on[i] = append(on[i][:at:at], on[i][at+1:]...)
			default:
				on[i] = append(on[i], c.Start(c.Task(c.Submit(class, sim.Hour)).Class, i))
			}
			require.NoError(t, c.Check())
		}
		for i := range cluster.InstanceID(2) {
			var got []cluster.TaskID
			c.Residents(i, func(id cluster.TaskID) { got = append([]cluster.TaskID{id}, got...) })
			assert.True(t, slices.Equal(on[i], got), "%v, not %v", got, on[i])
		}
	})
}
