package scenarios

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/workloads"
)

// TestAWholeLifeAllocatesNothing counts what is allocated between the 150,000th
// and the 300,000th task of a run in the steady state: read, queued, placed,
// run, ended, billed and recorded, they may cost a few growing slices in all.
func TestAWholeLifeAllocatesNothing(t *testing.T) {
	workload := workloads.W1()
	workload.Tasks = 310_000
	path := writeTrace(t, workload.Source())
	for _, strategy := range []string{"{type: binpack, field: cpu}", "{type: spread, field: instanceId}", "{type: random}", "{type: first-fit}"} {
		var before, after runtime.MemStats
		w, err := Build(scenario(t, w1Scenario, 1000, path, strategy), Options{Pulse: func(p Progress) {
			switch {
			case p.Tasks > 150_000 && before.Mallocs == 0:
				runtime.ReadMemStats(&before)
			case p.Tasks > 300_000 && after.Mallocs == 0:
				runtime.ReadMemStats(&after)
			}
		}})
		require.NoError(t, err)
		_, err = w.Run(context.Background())
		require.NoError(t, err)
		w.Close()
		require.NotZero(t, after.Mallocs)
		assert.Less(t, after.Mallocs-before.Mallocs, uint64(200), "%s: for 150,000 tasks", strategy)
	}
}
