package scenarios

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nothing changes for hours, and then all have to wait for a minute: of 366,000
// requests 6,000 are served in it, and more than half of them wait for the timeout.
func TestResponseTimesOfTheFirstMinuteAfterALull(t *testing.T) {
	r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: {profile: {base: 50, spikes: [{at: 90m, factor: 5, hold: 1m}]}}, perRequest: {cpuSeconds: 0.1}, timeout: 2s}
`))
	s := r.Summary.Services["web"]
	assert.InDelta(t, 9000, s.Lost, 250)
	assert.InEpsilon(t, 2.1, s.LatencySeconds.P99, 0.02)
	for _, c := range r.Series.Columns {
		if c.Name == "services.web.latencyP50" {
			known := slices.DeleteFunc(slices.Clone(c.Values), math.IsNaN)
			assert.InEpsilon(t, 2.1, slices.Max(known), 0.02)
			assert.InEpsilon(t, 0.1, known[0], 0.02)
		}
	}
}
