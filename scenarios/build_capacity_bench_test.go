package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
)

// One evaluation a minute, of 50,000 waiting tasks of 500 kinds.
func BenchmarkCapacityProviderReservation(b *testing.B) {
	var jobs strings.Builder
	for i := range 500 {
		fmt.Fprintf(&jobs, "\n  - {name: j%d, task: {cpu: %d, memory: %d}, count: 100, duration: 1h, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}", i, 128+i, 512+i)
	}
	w, err := Build(scenario(b, "%s", managedGroupOf("minSize: 0, maxSize: 10", "jobs:"+jobs.String())), Options{})
	require.NoError(b, err)
	defer w.Close()
	require.NoError(b, w.kernel.Run(sim.Minute))
	require.Equal(b, 50_000, w.cluster.Pending())
	b.ReportAllocs()
	for b.Loop() {
		w.managed.reserve(w.managed.groups[0])
	}
}
