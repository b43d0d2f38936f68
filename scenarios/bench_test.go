package scenarios

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/workloads"
)

// BenchmarkTaskLife measures the whole life of a task: read from CSV, queued,
// placed by exact binpack, run, ended, billed, recorded.
func BenchmarkTaskLife(b *testing.B) {
	for _, c := range []struct {
		name      string
		instances int
		tasks     int
		rate      float64 // arrivals per second
	}{
		{"W1", 1000, 100_000, 31.25},
		{"W1X", 10_000, 1_000_000, 312.5},
		{"instances=1000/alive=18700", 1000, 1_000_000, 31.25},
		{"instances=10000/alive=18700", 10_000, 1_000_000, 31.25},
		{"instances=100000/alive=18700", 100_000, 1_000_000, 31.25},
		{"instances=100000/alive=1870000", 100_000, 5_000_000, 3125},
	} {
		b.Run(c.name, func(b *testing.B) {
			workload := workloads.W1()
			workload.Tasks, workload.RatePerSecond = c.tasks, c.rate
			s := scenario(b, w1Scenario, c.instances, writeTrace(b, workload.Source()), "{type: binpack, field: cpu}")
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				w, err := Build(s, Options{})
				require.NoError(b, err)
				_, err = w.Run(context.Background())
				require.NoError(b, err)
				w.Close()
			}
			perTask := b.Elapsed().Seconds() / float64(b.N) / float64(c.tasks)
			b.ReportMetric(perTask*1e9, "ns/task")
			b.ReportMetric(1/perTask, "tasks/s")
		})
	}
}
