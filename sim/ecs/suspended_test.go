package ecs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// Source: Amazon ECS developer guide, "AWS Fargate capacity providers": tasks
// wait until there is capacity on Fargate Spot again, they do not go elsewhere.
func TestTasksWaitForSuspendedCapacity(t *testing.T) {
	for _, d := range []Discipline{{}, {Strict: true}, {FairShare: true}, {Strict: true, Backfill: true}} {
		g := newStage(t, cluster.Vector{CPU: 10}, 0)
		spot := g.cluster.AddProvider("FARGATE_SPOT")
		on := g.cluster.Launch(g.cluster.AddKind(cluster.Kind{Provider: spot, Unlimited: true}), true)
		g.pool = g.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{spot}})
		g.queue = g.scheduler.AddQueue(d, spot)
		g.job(t, "a", 1, Submission{Duration: 10, Count: 1}, Submission{At: 2, Duration: 10, Count: 2})
		g.job(t, "b", 2, Submission{At: 3, Duration: 10, Count: 1})
		event := g.kernel.Register("test", sim.Capacity, false, func(now sim.Time, _, _ uint32) {
			if now == 1 {
				g.cluster.Suspend(on)
			} else {
				g.cluster.Resume(on)
			}
		})
		g.kernel.Schedule(1, event, 0, 0)
		g.kernel.Schedule(5, event, 0, 0)
		require.NoError(t, g.kernel.Run(sim.Never))
		assert.Equal(t, []string{"0 start a/0 on 0", "5 start a/1 on 0", "5 start a/2 on 0", "5 start b/0 on 0"}, g.starts, "%+v", d)
	}
}
