package scenarios

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
	"berth/workloads"
)

// placements sums (task number + 1) × (instance number + 1) over all
// placements, modulo 2^64: the checksum under which W1 is published.
type placements struct {
	cluster *cluster.Cluster
	sum     uint64
	running int
	peak    int
	end     sim.Time
}

func (p *placements) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (p *placements) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (p *placements) TaskStarted(_ sim.Time, id cluster.TaskID) {
	t := p.cluster.Task(id)
	p.sum += (t.Sequence + 1) * (uint64(p.cluster.Instance(t.Instance).Number) + 1)
	p.running++
	p.peak = max(p.peak, p.running)
}

func (p *placements) TaskEnded(now sim.Time, _ cluster.TaskID, _ cluster.Reason) {
	p.running--
	p.end = now
}

// w1Scenario is W1 at a scale: a trace on equal machines, one strict queue.
const w1Scenario = `
name: w1
cluster:
  capacityProviders:
    - name: nodes
      external: {instances: [{count: %d, cpu: 32768, memory: 131072}]}
jobs:
  - name: w1
    trace: {format: csv, path: %s}
    queue: {blocking: strict}
    placementStrategy: [%s]
`

// writeTrace writes a workload as a generic trace and returns its path.
func writeTrace(t testing.TB, source workloads.Source) string {
	path := filepath.Join(t.TempDir(), "trace.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = workloads.WriteCSV(f, source)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return path
}

// Source of the figures: the published workload W1 and its recorded results
// (100,000 tasks on 1,000 machines; W1X is ten times both).
func TestW1EndsWithTheKnownChecksums(t *testing.T) {
	for _, c := range []struct {
		name, strategy, sum string
		scale, peak         int
		endMilliseconds     int64
	}{
		{"W1 binpack", "{type: binpack, field: cpu}", "134815870bb", 1, 18_699, 8_116_060},
		{"W1 first fit", "{type: first-fit}", "d54f323263", 1, 18_699, 8_116_060},
		{"W1X binpack", "{type: binpack, field: cpu}", "4b80bf930344c", 10, 186_240, 10_444_082},
	} {
		t.Run(c.name, func(t *testing.T) {
			workload := workloads.W1()
			workload.Tasks *= c.scale
			workload.RatePerSecond *= float64(c.scale)
			s := scenario(t, w1Scenario, 1000*c.scale, writeTrace(t, workload.Source()), c.strategy)
			got := &placements{}
			w, err := Build(s, Options{Watch: func(cl *cluster.Cluster) ([]cluster.Watcher, error) {
				got.cluster = cl
				return []cluster.Watcher{got}, nil
			}})
			require.NoError(t, err)
			defer w.Close()
			result, err := w.Run(context.Background())
			require.NoError(t, err)
			assert.Equal(t, c.sum, fmt.Sprintf("%x", got.sum))
			assert.Equal(t, c.peak, got.peak)
			assert.Equal(t, sim.Time(c.endMilliseconds)*sim.Millisecond, got.end)
			assert.Equal(t, report.Waiting{}, result.Summary.Tasks.PendingSeconds, "nobody waits")
			assert.Equal(t, int64(workload.Tasks), result.Summary.Tasks.Completed)
		})
	}
}
