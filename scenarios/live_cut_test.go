package scenarios

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A warm-up and a run that end within a minute: requests come as they did before.
func TestAWarmupAndARunThatEndWithinAMinute(t *testing.T) {
	text := strings.Replace(onFargate("    load: {requestsPerSecond: 20, perRequest: {cpuSeconds: 0.1}}\n"), "duration: 2h", "duration: 61m24s\nwarmup: 10m45s", 1)
	r := run(t, "%s", text)
	for _, c := range r.Series.Columns {
		if c.Name == "services.web.rps" || c.Name == "services.web.served" {
			assert.InDelta(t, 20, slices.Min(c.Values), 0.01, c.Name)
			assert.InDelta(t, 20, slices.Max(c.Values), 0.01, c.Name)
		}
	}
	assert.InDelta(t, 20*(3684-645), r.Summary.Services["web"].Requests, 0.01)
}
