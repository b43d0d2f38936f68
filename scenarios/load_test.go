package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/scaling"
	"berth/sim"
	"berth/sim/load"
	"berth/workloads"
)

// shop has what a load and its scaling can say, partly in AWS's longer shapes
// and with its capitals.
const shop = `
region: us-east-1
start: 2026-03-02T00:00:00Z
duration: 7d
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions:
  web:
    cpu: 2048
    memory: 4096
    imageSizeMiB: 350.5
    startup: {distribution: lognormal, median: 15s, p95: 30s}
    usage: {memory: 0.6}
    containerDefinitions:
      - {name: app, cpu: 1024, memory: 1024, StopTimeout: 45}
      - {name: proxy, cpu: 256, memory: 512, stopTimeout: 1m}
services:
  - name: web
    taskDefinition: web
    desiredCount: 1
    launchType: FARGATE
    load:
      requestsPerSecond:
        profile:
          base: 220
          timezone: America/New_York
          daily: {amplitude: 0.7, peak: "13:30"}
          weekly: {Saturday: 0.6, sunday: 0.5}
          noise: {cv: 0.08, correlation: 10m}
          spikes:
            - {at: "2026-03-05T17:00:00Z", rise: 2m, hold: 20m, fall: 10m, factor: 2.5}
            - {at: 2026-03-01T23:00:00Z, hold: 30m, factor: 2}
            - {at: 8d, hold: 1m, factor: 2}
            - {at: -1m, hold: 1h, factor: 0.5}
      perRequest: {cpuSeconds: 0.012, latency: 10ms, cv: 0.5}
      timeout: 2s
      concurrency: 3
    scaling:
      MinCapacity: 2
      MaxCapacity: 60
      ResourceId: service/default/web
      targetTracking:
        - name: cpu
          predefinedMetricType: ECSServiceAverageCPUUtilization
          targetValue: 60
          scaleOutCooldown: 30
          scaleInCooldown: 5m
        - PolicyName: memory
          PolicyARN: arn
          PredefinedMetricSpecification: {PredefinedMetricType: ECSServiceAverageMemoryUtilizationHighResolution, ResourceLabel: x}
          TargetValue: 50
          DisableScaleIn: true
      stepScaling:
        - name: requests
          adjustmentType: PercentChangeInCapacity
          minAdjustmentMagnitude: 2
          cooldown: 120
          alarm: {alarmName: many, metricName: RequestCountPerTarget, statistic: Sum, comparisonOperator: GreaterThanOrEqualToThreshold, threshold: 1000, evaluationPeriods: 3, datapointsToAlarm: 2, treatMissingData: notBreaching}
          stepAdjustments:
            - {metricIntervalLowerBound: 0, metricIntervalUpperBound: 15, scalingAdjustment: 10}
            - {metricIntervalLowerBound: 15, scalingAdjustment: 30}
        - name: never
          adjustmentType: ChangeInCapacity
          metricAggregationType: Maximum
          alarm: {metricName: CPUUtilization, comparisonOperator: GreaterThanThreshold, threshold: 100, period: 20, evaluationPeriods: 1}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
      ScheduledActions:
        - {ScheduledActionName: monday, Schedule: "cron(0 9 ? * MON *)", Timezone: America/New_York, ScalableTargetAction: {MinCapacity: 12}}
        - {name: later, schedule: "at(2026-04-01T00:00:00)", minCapacity: 2, maxCapacity: 80}
        - {name: past, schedule: "at(2026-01-01T00:00:00)", minCapacity: 2, endTime: "2026-06-01T00:00:00Z"}
        - {name: from, schedule: "rate(1 day)", minCapacity: 2, startTime: "2026-03-03T00:00:00Z"}
      suspendedState: {scheduledScalingSuspended: true}
`

func TestLoad(t *testing.T) {
	s := scenario(t, shop)
	web, d := s.Services[0], s.TaskDefinitions["web"]
	assert.Equal(t, sim.Minute, *d.StopTimeout, "the longest of the containers")
	assert.InDelta(t, 350.5, d.ImageSizeMiB, 0)
	assert.Equal(t, "lognormal", d.Startup.Distribution)

	profile, err := web.Load.RequestsPerSecond.Profile.profile(s.Start)
	require.NoError(t, err)
	assert.Equal(t, "America/New_York", profile.Zone.String())
	assert.Equal(t, workloads.Daily{Amplitude: 0.7, Peak: 13*sim.Hour + 30*sim.Minute}, profile.Daily)
	assert.Equal(t, map[time.Weekday]float64{
		time.Monday: 1, time.Tuesday: 1, time.Wednesday: 1, time.Thursday: 1, time.Friday: 1, time.Saturday: 0.6, time.Sunday: 0.5,
	}, profile.Weekly)
	assert.Equal(t, workloads.Noise{CV: 0.08, Correlation: 10 * sim.Minute}, profile.Noise)
	assert.Equal(t, []workloads.Spike{
		{At: 3*sim.Day + 17*sim.Hour, Rise: 2 * sim.Minute, Hold: 20 * sim.Minute, Fall: 10 * sim.Minute, Factor: 2.5},
		{At: -sim.Hour, Hold: 30 * sim.Minute, Factor: 2},
		{At: 8 * sim.Day, Hold: sim.Minute, Factor: 2},
		{At: -sim.Minute, Hold: sim.Hour, Factor: 0.5},
	}, profile.Spikes)

	assert.Equal(t, load.Setup{
		CPU: int64(*d.CPU), Concurrency: 3, CPUSeconds: 0.012, Latency: 10 * sim.Millisecond, CV: 0.5, Timeout: 2 * sim.Second, Memory: 0.6,
	}, web.Load.setup(int64(*d.CPU), 0.6))
}

func TestScaling(t *testing.T) {
	s := scenario(t, shop)
	web := s.Services[0]
	assert.Equal(t, int64(2), *web.DesiredCount, "moved to minCapacity")
	c := web.Scaling.config(s.Start)
	lower, step := 0.0, 15.0
	twelve, two, eighty := 12, 2, 80
	assert.Equal(t, []scaling.Policy{
		&scaling.TargetTracking{Name: "cpu", Predefined: "ECSServiceAverageCPUUtilization", Target: 60, ScaleOutCooldown: 30 * sim.Second, ScaleInCooldown: 5 * sim.Minute},
		&scaling.TargetTracking{
			Name: "memory", Predefined: "ECSServiceAverageMemoryUtilizationHighResolution", Target: 50, ScaleOutCooldown: 5 * sim.Minute, ScaleInCooldown: 5 * sim.Minute,
			DisableScaleIn: true,
		},
		&scaling.StepScaling{
			Name: "requests", AdjustmentType: scaling.PercentChangeInCapacity, MinAdjustmentMagnitude: 2, Cooldown: 2 * sim.Minute, Aggregation: scaling.Average,
			Steps: []scaling.StepAdjustment{{Lower: &lower, Upper: &step, Adjustment: 10}, {Lower: &step, Adjustment: 30}},
			Alarm: scaling.Alarm{
				Name: "many", Metric: scaling.Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget"}, Statistic: scaling.Sum, Comparison: scaling.AtOrAbove,
				Threshold: 1000, Period: sim.Minute, EvaluationPeriods: 3, DatapointsToAlarm: 2, MissingData: scaling.NotBreaching,
			},
		},
		&scaling.StepScaling{
			Name: "never", AdjustmentType: scaling.ChangeInCapacity, Cooldown: 5 * sim.Minute, Aggregation: scaling.Maximum,
			Steps: []scaling.StepAdjustment{{Lower: &lower, Adjustment: 1}},
			Alarm: scaling.Alarm{
				Metric: scaling.Metric{Namespace: "AWS/ECS", Name: "CPUUtilization"}, Statistic: scaling.Average, Comparison: scaling.Above,
				Threshold: 100, Period: 20 * sim.Second, EvaluationPeriods: 1, MissingData: scaling.Missing,
			},
		},
	}, c.Policies)
	require.Len(t, c.Scheduled, 4)
	assert.Equal(t, "America/New_York", c.Scheduled[0].Schedule.Zone().String())
	for i := range c.Scheduled {
		c.Scheduled[i].Schedule = nil
	}
	assert.Equal(t, []scaling.ScheduledAction{
		{Name: "monday", MinCapacity: &twelve},
		{Name: "later", MinCapacity: &two, MaxCapacity: &eighty},
		{Name: "past", MinCapacity: &two, End: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
		{Name: "from", MinCapacity: &two, Start: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)},
	}, c.Scheduled)
	assert.Equal(t, scaling.SuspendedState{ScheduledScaling: true}, c.Suspended)
	assert.Equal(t, []int{2, 60}, []int{c.MinCapacity, c.MaxCapacity})
}

// Tasks that burst use more than is reserved for them, and so an alarm above 100 %
// can go off; their memory cannot.
//
// Source: Amazon ECS developer guide, "Amazon ECS CloudWatch metrics": on instances
// CPUUtilization may exceed 100 %.
func TestAnAlarmOnTasksThatBurst(t *testing.T) {
	const path = "services.web.scaling.stepScaling.out.alarm.threshold: "
	never := []string{path + "tasks use at most 100 % of what is reserved for them, so that the alarm never goes off"}
	for _, c := range []struct {
		burst  bool
		metric string
		want   []string
	}{
		{false, "CPUUtilization", never},
		{true, "CPUUtilization", nil},
		{true, "MemoryUtilization", never},
	} {
		s := scenario(t, "%s", onInstances(fmt.Sprintf(`    usage: {memory: 0.5}
    load: {requestsPerSecond: 10, perRequest: {cpuSeconds: 0.01, latency: 20ms}, timeout: 1s, cpuBurst: %v}
    scaling:
      minCapacity: 4
      maxCapacity: 9
      stepScaling:
        - name: out
          adjustmentType: ChangeInCapacity
          alarm: {metricName: %s, comparisonOperator: GreaterThanThreshold, threshold: 150, evaluationPeriods: 2}
          stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]
`, c.burst, c.metric)))
		assert.Equal(t, c.want, s.Notes, "%+v", c)
	}
}

// Source: Amazon ECS developer guide, "Target tracking scaling policies",
// considerations: ALBRequestCountPerTarget is not supported with blue/green
// deployments.
func TestRequestsPerTargetWithTwoTargetGroups(t *testing.T) {
	const path = "services.web.scaling.targetTracking.r.predefinedMetricType: "
	for configuration, want := range map[string][]string{
		"{strategy: ROLLING}":                          nil,
		"{strategy: BLUE_GREEN, bakeTimeInMinutes: 5}": {path + "Amazon ECS does not support ALBRequestCountPerTarget with blue/green deployments, for it is a metric of one of two target groups (strategy BLUE_GREEN); here it is followed all the same"},
		"{strategy: CANARY}":                           {path + "Amazon ECS does not support ALBRequestCountPerTarget with blue/green deployments, for it is a metric of one of two target groups (strategy CANARY); here it is followed all the same"},
	} {
		s := scenario(t, "%s", onInstances("    deploymentConfiguration: "+configuration+`
    loadBalancers: [{}]
    load: {requestsPerSecond: 10, perRequest: {cpuSeconds: 0.01, latency: 20ms}, timeout: 1s}
    scaling: {minCapacity: 4, maxCapacity: 9, targetTracking: [{name: r, predefinedMetricType: ALBRequestCountPerTarget, targetValue: 100}]}
`))
		assert.Equal(t, want, s.Notes, configuration)
	}
}

// Source: Elastic Load Balancing, Application Load Balancers, "CloudWatch metrics":
// those of targets are there where there is a load balancer.
func TestMetricsOfALoadBalancerThatIsNotThere(t *testing.T) {
	const (
		requests = `targetTracking: [{name: r, predefinedMetricType: ALBRequestCountPerTarget, targetValue: 100}]`
		own      = `targetTracking: [{name: r, customizedMetricSpecification: {metricName: %s, statistic: Average}, targetValue: 100}]`
		why      = " is a metric of load balancers, and service \"web\" has no loadBalancers, so that AWS does not publish it; here it is published all the same"
		path     = "services.web.scaling.targetTracking.r."
	)
	for _, c := range []struct {
		policies, balancers string
		want                []string
	}{
		{requests, "", []string{path + "predefinedMetricType: RequestCountPerTarget" + why}},
		{requests, "loadBalancers: [{}]", nil},
		{fmt.Sprintf(own, "TargetResponseTime"), "", []string{path + "customizedMetricSpecification.metricName: TargetResponseTime" + why}},
		{fmt.Sprintf(own, "TargetResponseTime"), "loadBalancers: [{}]", nil},
		{fmt.Sprintf(own, "Backlog"), "", nil},
		{`targetTracking: [{name: r, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60}]`, "", nil},
	} {
		s := scenario(t, "%s", onInstances("    "+c.balancers+`
    load: {requestsPerSecond: 10, perRequest: {cpuSeconds: 0.01, latency: 20ms}, timeout: 1s}
    scaling: {minCapacity: 4, maxCapacity: 9, `+c.policies+`}
`))
		assert.Equal(t, c.want, s.Notes, "%+v", c)
	}
}

// What works, but hardly as meant, is said with the results.
func TestNotesOnLoadAndScaling(t *testing.T) {
	s := scenario(t, shop)
	assert.Equal(t, []string{
		"services.web.load.requestsPerSecond.profile.spikes.1.at: the spike is over before the start of the run",
		"services.web.load.requestsPerSecond.profile.spikes.2.at: the spike begins after the end of the run",
		"services.web.load.perRequest.latency: 10ms is less than the 18ms for which a task works on a request (concurrency × cpuSeconds / vCPU)", // 3 × 0.012 / 2
		"services.web.scaling.stepScaling.requests.alarm.metricName: RequestCountPerTarget is a metric of load balancers, and service \"web\" has no loadBalancers, so that AWS does not publish it; here it is published all the same",
		"services.web.scaling.stepScaling.never.alarm.threshold: tasks use at most 100 % of what is reserved for them, so that the alarm never goes off",
		"services.web.scaling.scheduledActions.later.schedule: at(2026-04-01T00:00:00) happens first at 2026-04-01T00:00:00Z, after the end of the run",
		"services.web.scaling.targetTracking.cpu.scaleOutCooldown: 30s is shorter than the period of the alarm TargetTracking-cpu-AlarmHigh (1m): there is no newer datapoint when it ends",
		"services.web.scaling.stepScaling.requests.metricAggregationType: Average, but the statistic of the alarm is Sum: the steps may see another value than the alarm",
		"services.web.scaling.stepScaling.never.metricAggregationType: Maximum, but the statistic of the alarm is Average: the steps may see another value than the alarm",
		"services.web.scaling.scheduledActions.past.schedule: at(2026-01-01T00:00:00) never happens from the start of the run on (2026-03-02T00:00:00Z)",
		"services.web.desiredCount: 1 is outside of minCapacity and maxCapacity (2 to 60), so that the service starts with 2",
	}, s.Notes)
	assert.Equal(t, []string{
		"services.web.scaling.ResourceId", "services.web.scaling.targetTracking.1.PolicyARN",
		"services.web.scaling.targetTracking.1.predefinedMetricSpecification.ResourceLabel",
	}, s.NotModelled)
}

// A constant rate, and the two shapes of time at which a rate begins.
func TestOpenRates(t *testing.T) {
	constant := 400.0
	r := RequestRate{Constant: &constant}
	l, _, err := r.open(loadSetup{})
	require.NoError(t, err)
	rate, slope, until := l.Rate(5 * sim.Hour)
	assert.Equal(t, []any{400.0, 0.0, sim.Never}, []any{rate, slope, until})

	s := scenario(t, shop)
	setup := loadSetup{start: s.Start, end: s.Duration, seed: 1, stream: "load/web", resolve: s.Resolve}
	one, _, err := s.Services[0].Load.RequestsPerSecond.open(setup)
	require.NoError(t, err)
	two, _, err := s.Services[0].Load.RequestsPerSecond.open(setup)
	require.NoError(t, err)
	assert.InDelta(t, workloads.Requests(one, 0, sim.Day), workloads.Requests(two, 0, sim.Day), 0, "the same seed, the same requests")
}

// A trace is read when a world is built. What is wrong with it stands at its
// path, with the line of the file.
func TestRateTraces(t *testing.T) {
	folder := t.TempDir()
	trace := func(t *testing.T, text, options string) (workloads.Load, error) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "requests.csv"), []byte(text), 0o600))
		s := scenario(t, `
duration: 10m
cluster: {capacityProviders: [{name: x, external: {instances: [{cpu: 4096, memory: 8192}]}}]}
services:
  - name: web
    task: {cpu: 1024, memory: 64}
    desiredCount: 1
    load:
      perRequest: {cpuSeconds: 0.01}
      requestsPerSecond: {trace: {format: csv, path: %q%s}}
`, filepath.Join(folder, "requests.csv"), options)
		l, path, err := s.Services[0].Load.RequestsPerSecond.open(loadSetup{start: s.Start, end: s.Duration, resolve: s.Resolve})
		if err != nil {
			assert.Equal(t, "trace.path", path)
			return nil, err
		}
		return l, nil
	}
	const good = "time_s,sum\n0,600\n300,1200\n"
	for name, c := range map[string]struct{ text, options, want string }{
		"decreasing times": {"time_s,sum\n300,600\n0,1200\n", "", "requests.csv:3: time_s: \"0\" is earlier than line 2"},
		"a hole":           {"time_s,sum\n0,600\n300,1200\n900,1200\n", ", period: 300", "requests.csv:4: time_s: \"900\" is 10m0s after line 3"},
		"too short":        {"time_s,sum\n0,600\n60,1200\n", ", period: 1m", "pastEnd: hold"},
		"another column":   {good, ", column: requests", "requests"},
		"not a number":     {"time_s,sum\n0,many\n", ", period: 5m", "requests.csv:2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := trace(t, c.text, c.options)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
	l, err := trace(t, good, ", period: 300, column: sum")
	require.NoError(t, err)
	assert.InDelta(t, 1800, workloads.Requests(l, 0, 10*sim.Minute), 1e-9)
	l, err = trace(t, good, ", period: 5m, pastEnd: repeat")
	require.NoError(t, err)
	assert.InDelta(t, 3600, workloads.Requests(l, 0, 20*sim.Minute), 1e-9)
}

// Requests that cannot be counted in 64 bits are refused: they would come out
// negative. Spikes that overlap multiply, to infinity in the end.
func TestUncountableRequests(t *testing.T) {
	spike := "{at: 1m, hold: 1s, factor: 1000000}"
	for name, c := range map[string]struct{ rate, path string }{
		"a number":       {"1000000000000", ""},
		"a daily rhythm": {"{profile: {base: 1000000000000, daily: {amplitude: 1, peak: \"00:30\"}}}", "profile"},
		"spikes":         {"{profile: {base: 1000000, spikes: [" + spike + ", " + spike + "]}}", "profile"},
		"infinite":       {"{profile: {base: 1, spikes: [" + strings.Repeat(spike+", ", 59) + spike + "]}}", "profile"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Build(scenario(t, uncountable, c.rate), Options{})
			var wrong Errors
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, join("services.web.load.requestsPerSecond", c.path), wrong[0].Path)
			assert.Contains(t, wrong[0].Message, "more requests come within 1h0m0s than the 1e+15 that can be counted")
		})
	}
	for name, rate := range map[string]string{
		"a number":                     "100000000000",
		"spikes one after the other":   "{profile: {base: 1, spikes: [" + spike + ", {at: 2m, hold: 1s, factor: 1000000}, {at: 3m, hold: 1s, factor: 1000000}]}}",
		"noise that might be far more": "{profile: {base: 1000, noise: {cv: 100, correlation: 1h}}}",
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Build(scenario(t, uncountable, rate), Options{})
			require.NoError(t, err)
			w.Close()
		})
	}
}

const uncountable = `
duration: 1h
cluster: {capacityProviders: [{name: x, external: {instances: [{cpu: 4096, memory: 8192}]}}]}
services:
  - name: web
    task: {cpu: 1024, memory: 64}
    desiredCount: 1
    load: {perRequest: {cpuSeconds: 0.01}, requestsPerSecond: %s}
`
