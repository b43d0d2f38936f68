package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Alarms of 20 s act each minute, also those that wait for the end of a scale-in
// cooldown: 130 s after one scale-in the next is due after 180 s.
func TestTheCooldownDoesNotShiftTheMinutesOfAnAlarm(t *testing.T) {
	r := run(t, "%s", onFargate(`
    usage: {memory: 0.5}
    load: {requestsPerSecond: {profile: {base: 50, noise: {cv: 0.1}}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 6
      maxCapacity: 10
      targetTracking:
        - {name: memory, predefinedMetricType: ECSServiceAverageMemoryUtilizationHighResolution, targetValue: 59, scaleInCooldown: 130s}
`))
	all := r.Scaling[0].Activities
	require.Len(t, all, 4) // from 10 to 6
	for i := range all[1:] {
		assert.Equal(t, "3m0s", (all[i+1].At - all[i].At).String())
	}
}
