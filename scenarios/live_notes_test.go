package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Two of five datapoints are above the threshold, and their mean is not: the only step
// begins there.
func TestANoteTellsOfAlarmsThatNoStepTakes(t *testing.T) {
	r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: {profile: {base: 20, spikes: [{at: 10m, factor: 4, hold: 1m}, {at: 13m, factor: 4, hold: 1m}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 10
      maxCapacity: 20
      stepScaling:
        - name: out
          adjustmentType: ChangeInCapacity
          alarm: {metricName: CPUUtilization, comparisonOperator: GreaterThanThreshold, threshold: 60, evaluationPeriods: 5, datapointsToAlarm: 2}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 2}]
`))
	assert.Contains(t, r.Summary.Notes, "service web: policy out did nothing though its alarm was in ALARM, first at 17m3s: "+
		"CPUUtilization is above 60 for 2 of 5 datapoints of 1m, and 44 over all of them; no step takes it")
}
