package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/ecs"
)

// Ten tasks serve 100 requests a second, 120 come from 10:00 on: 1,200 more wait each
// minute, which is 120 per task. The third datapoint above 100, of 12:00 to 13:00, is
// the first of which three are; it has 360 per task, and is seen 183 s later.
//
// Source: Amazon EC2 Auto Scaling user guide, "Scaling policy based on Amazon SQS":
// a backlog per instance that the user publishes.
func TestTargetTrackingFollowsAMetricOfOnesOwn(t *testing.T) {
	r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: {profile: {base: 80, spikes: [{at: 10m, factor: 1.5, hold: 20m}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 10
      maxCapacity: 60
      targetTracking:
        - name: backlog
          customizedMetricSpecification: {namespace: Berth, metricName: BacklogPerTask, statistic: Average}
          targetValue: 100
          disableScaleIn: true
`))
	require.NotEmpty(t, r.Scaling[0].Activities)
	assert.Equal(t, "16m3s: 10 to 36", activities(r, "web")[0])
	assert.Equal(t, "BacklogPerTask 360 is above 100 for 3 of 3 datapoints of 1m; ceil(10 × 360 / 100) = 36", r.Scaling[0].Activities[0].Cause)
}

// A percentile of the response times, in seconds: ten tasks at 120 % have a queue.
//
// Source: Amazon CloudWatch API, PutMetricAlarm, ExtendedStatistic.
func TestAnAlarmWatchesAPercentile(t *testing.T) {
	text := onFargate(`
    load: {requestsPerSecond: {profile: {base: 80, spikes: [{at: 10m, factor: 1.5, hold: 20m}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 10
      maxCapacity: 60
      stepScaling:
        - name: slow
          adjustmentType: ChangeInCapacity
          alarm: {namespace: AWS/ApplicationELB, metricName: TargetResponseTime, extendedStatistic: p99, comparisonOperator: GreaterThanThreshold, threshold: 9, period: 60s, evaluationPeriods: 2, dimensions: [{name: ServiceName, value: web}]}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 10}]
`)
	// Those that are served in the first minute have waited for up to 10 s, in the
	// second for up to 20 s.
	assert.Equal(t, "15m3s: 10 to 20", activities(run(t, "%s", text), "web")[0])
	// The mean of the first minute is 5 s.
	text = strings.Replace(text, "extendedStatistic: p99", "statistic: Average", 1)
	assert.Equal(t, "16m3s: 10 to 20", activities(run(t, "%s", text), "web")[0])
}

// A service without a load of its own follows the requests of another.
func TestAServiceFollowsTheMetricOfAnother(t *testing.T) {
	text := onFargate(`
    load: {requestsPerSecond: {profile: {base: 20, spikes: [{at: 10m, factor: 3, hold: 20m}]}}, perRequest: {cpuSeconds: 0.1}}
`) + `
  - name: log
    task: {cpu: 256, memory: 512}
    desiredCount: 2
    launchType: FARGATE
    scaling:
      minCapacity: 2
      maxCapacity: 20
      stepScaling:
        - name: many
          adjustmentType: ExactCapacity
          alarm: {metricName: RequestCount, statistic: Sum, comparisonOperator: GreaterThanThreshold, threshold: 3000, period: 60s, evaluationPeriods: 1, dimensions: [{name: ClusterName, value: any}, {name: ServiceName, value: web}]}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 7}]
`
	r := run(t, "%s", text)
	assert.Equal(t, []string{"14m3s: 2 to 7"}, activities(r, "log"))
}

// The second day is like the first: each hour's tasks are there five minutes before
// it begins, from 24 hours of history on.
//
// Source: Application Auto Scaling API, PredictiveScalingPolicyConfiguration; Amazon
// EC2 Auto Scaling user guide, "Predictive scaling".
func TestPredictiveScalingIsAheadOfTheHour(t *testing.T) {
	text := strings.Replace(onFargate(`
    load: {requestsPerSecond: {profile: {base: 60, daily: {amplitude: 0.5, peak: "14:00"}}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 4
      maxCapacity: 60
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 70}]
      predictiveScaling: [{name: ahead, predefinedMetricType: ECSServiceCPUUtilization, targetValue: 60, mode: ForecastAndScale}]
`), "duration: 2h", "duration: 2d", 1)
	require.Contains(t, text, "duration: 2d")
	r := run(t, "%s", text)
	var ahead []string
	for i, a := range r.Scaling[0].Activities {
		if strings.Contains(a.Cause, "ahead forecasts") {
			ahead = append(ahead, activities(r, "web")[i])
			assert.Greater(t, a.To, a.From)
		}
	}
	// The hour from 38:00 on has the peak of 90 requests a second, 9 vCPU: 15 tasks
	// at 60 %.
	assert.Equal(t, []string{
		"24h0m0s: 5 to 6", "27h55m0s: 6 to 7", "29h55m0s: 7 to 9", "30h55m0s: 9 to 10", "31h55m0s: 10 to 11",
		"32h55m0s: 11 to 12", "33h55m0s: 12 to 14", "35h55m0s: 14 to 15",
	}, ahead)
	only := run(t, "%s", strings.Replace(text, "ForecastAndScale", "ForecastOnly", 1))
	for _, a := range only.Scaling[0].Activities {
		assert.NotContains(t, a.Cause, "forecasts")
	}
}

func TestWrongMetricsAndPredictionsAreRefused(t *testing.T) {
	for _, c := range []struct{ scaling, want string }{
		{
			`stepScaling: [{name: a, adjustmentType: ChangeInCapacity, alarm: {metricName: RequestCounts, comparisonOperator: GreaterThanThreshold, threshold: 1, evaluationPeriods: 1}, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}]`,
			`nothing publishes a metric "RequestCounts"; there are CPUUtilization, MemoryUtilization, RequestCountPerTarget, RequestCount, TargetResponseTime, Backlog, BacklogPerTask and RunningTaskCount; did you mean "RequestCount"?`,
		}, {
			`stepScaling: [{name: a, adjustmentType: ChangeInCapacity, alarm: {metricName: CPUUtilization, extendedStatistic: p99, comparisonOperator: GreaterThanThreshold, threshold: 1, evaluationPeriods: 1}, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}]`,
			`CPUUtilization has no samples of which there are percentiles; only TargetResponseTime has`,
		}, {
			`stepScaling: [{name: a, adjustmentType: ChangeInCapacity, alarm: {metricName: TargetResponseTime, extendedStatistic: q99, comparisonOperator: GreaterThanThreshold, threshold: 1, evaluationPeriods: 1}, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}]`,
			`expected a percentile such as p99 or p99.9, found "q99"`,
		}, {
			`stepScaling: [{name: a, adjustmentType: ChangeInCapacity, alarm: {metricName: Backlog, period: 20s, comparisonOperator: GreaterThanThreshold, threshold: 1, evaluationPeriods: 1}, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}]`,
			`Backlog has a datapoint each minute; expected whole minutes, found 20s`,
		}, {
			`targetTracking: [{name: a, targetValue: 1, predefinedMetricType: ALBRequestCountPerTarget, customizedMetricSpecification: {metricName: Backlog, statistic: Average}}]`,
			`a policy has one metric, and customizedMetricSpecification is stated too`,
		}, {
			`targetTracking: [{name: a, targetValue: 1, customizedMetricSpecification: {metricName: Backlog, statistic: Average, namespace: AWS/ECS}}]`,
			`Backlog is a metric of Berth`,
		}, {
			`targetTracking: [{name: a, targetValue: 1, customizedMetricSpecification: {metricName: Backlog, statistic: Average, metrics: [{id: x}]}}]`,
			`this version of berth does not support it yet`,
		}, {
			`predictiveScaling: [{name: a, targetValue: 1, predefinedMetricType: ALBRequestCount, schedulingBufferTime: 2h}]`,
			`schedulingBufferTime: expected a value from 0s to 1h`,
		}, {
			`predictiveScaling: [{name: a, targetValue: 1, predefinedMetricType: ALBRequestCount, mode: ForecastAndScale}, {name: b, targetValue: 1, predefinedMetricType: ALBRequestCount, mode: ForecastAndScale}]`,
			`scales already, and only one policy may`,
		}, {
			`predictiveScaling: [{name: a, targetValue: 1, predefinedMetricType: ALBRequestCount, maxCapacityBuffer: 10}]`,
			`it belongs to IncreaseMaxCapacity`,
		},
	} {
		file, err := LoadBytes("x.yaml", []byte(onFargate(`
    load: {requestsPerSecond: 10, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 1
      maxCapacity: 2
      `+c.scaling+"\n")))
		require.NoError(t, err)
		_, err = file.Variant("", nil)
		if assert.Error(t, err, c.scaling) {
			assert.Contains(t, err.Error(), c.want)
		}
	}
}

// Requests that take differently long wait for longer, at the same utilisation.
func TestTheSpreadOfRequestsHasAnEffect(t *testing.T) {
	var p99 []float64
	for _, cv := range []string{"0", "1", "2"} {
		r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: 90, perRequest: {cpuSeconds: 0.1, cv: `+cv+`}}
`))
		p99 = append(p99, r.Summary.Services["web"].LatencySeconds.P99)
	}
	assert.Greater(t, p99[1], 1.3*p99[0])
	assert.Greater(t, p99[2], 1.5*p99[1])
}

// Scale-in is off during a deployment, and asked for again when it ends.
//
// Source: Amazon ECS developer guide, "Service auto scaling": scale-in is turned off
// while deployments are in progress, scale-out is not.
func TestADeploymentKeepsAServiceFromScalingIn(t *testing.T) {
	text := `
region: us-east-1
duration: 3h
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions: {one: {cpu: 1024, memory: 2048}, two: {cpu: 2048, memory: 4096, imageSizeMiB: 5000}}
services:
  - name: web
    taskDefinition: one
    desiredCount: 10
    launchType: FARGATE
    deploymentConfiguration: {minimumHealthyPercent: 100, maximumPercent: 110}
    load: {requestsPerSecond: {profile: {base: 60, spikes: [{at: 30m, factor: 0.5, hold: 3h}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 2
      maxCapacity: 60
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60}]
%s`
	without := run(t, text, "")
	assert.Equal(t, "48m3s: 10 to 5", activities(without, "web")[0], "fifteen minutes below 54 %, and 183 s")
	with := run(t, text, `events: [{at: 40m, deploy: {service: web, taskDefinition: two}}]`)
	require.NotEmpty(t, activities(with, "web"))
	first := with.Scaling[0].Activities[0]
	assert.Equal(t, 10, first.From)
	assert.GreaterOrEqual(t, first.At, 40*sim.Minute+10*ecs.PullTime(5000), "ten pulls, one after the other")
	// Tasks of two vCPU use half as much of what is reserved.
	last := with.Scaling[0].Activities[len(with.Scaling[0].Activities)-1]
	assert.Equal(t, 3, last.To, "30 a second are 3 vCPU, which is 2.5 tasks at 60 %")
}
