package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The datapoints of several minutes are put together, and each minute has its own
// response times: 1,200 requests more wait each minute, for 10 s longer, so that those
// of 12:00 to 13:00 are the first above 25 s. With the check after each event no minutes
// are put together.
func TestPercentilesOfMinutesThatArePutTogether(t *testing.T) {
	text := onFargate(`
    load: {requestsPerSecond: {profile: {base: 80, spikes: [{at: 10m, factor: 1.5, hold: 20m}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 10
      maxCapacity: 60
      stepScaling:
        - name: slow
          adjustmentType: ChangeInCapacity
          alarm: {metricName: TargetResponseTime, extendedStatistic: p99, comparisonOperator: GreaterThanThreshold, threshold: 25, evaluationPeriods: 1}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 10}]
`)
	unchecked := runScenario(t, scenario(t, "%s", text), Options{})
	assert.Equal(t, "16m3s: 10 to 20", activities(unchecked, "web")[0])
	assert.Equal(t, run(t, "%s", text).Scaling, unchecked.Scaling)
}
