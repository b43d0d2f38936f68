package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/load"
)

// onFargate is a scenario with one service of tasks of one vCPU, each of which
// serves ten requests per second.
func onFargate(more string) string {
	return `
region: us-east-1
duration: 2h
cluster: {capacityProviders: [{name: FARGATE}]}
services:
  - name: web
    task: {cpu: 1024, memory: 2048}
    desiredCount: 10
    launchType: FARGATE
` + more
}

// activities are those of a service, without their causes.
func activities(r *report.Result, service string) []string {
	lines := []string{}
	for _, s := range r.Scaling {
		for _, a := range s.Activities {
			if s.Service == service {
				lines = append(lines, fmt.Sprintf("%v: %d to %d", a.At, a.From, a.To))
			}
		}
	}
	return lines
}

// balanced holds the figures of a service to the identity of its requests.
func balanced(t *testing.T, s report.Service) {
	t.Helper()
	thousandths := func(requests float64) int64 { return int64(requests*1000 + 0.5) }
	assert.Equal(t, thousandths(s.BacklogStart)+thousandths(s.Requests), thousandths(s.Served)+thousandths(s.Lost)+thousandths(s.BacklogEnd), "requests are conserved")
}

// A burst from 40 % to 100 % is answered 363 s after it began: the third
// datapoint above the target is over after 180 s, and seen 183 s later. Ten tasks
// at 100 % are 17 at 60 %.
//
// Source: AWS containers roadmap, thread 2113, of June 2026.
func TestABurstIsAnsweredAfterSixMinutes(t *testing.T) {
	const service = `
    load:
      requestsPerSecond: {profile: {base: 40, spikes: [{at: 10m, factor: 2.5, hold: 80m}]}}
      perRequest: {cpuSeconds: 0.1}
      timeout: 10s
    scaling:
      minCapacity: 10
      maxCapacity: 60
      targetTracking: [{name: cpu, predefinedMetricType: %s, targetValue: 60}]
`
	r := run(t, "%s", onFargate(fmt.Sprintf(service, "ECSServiceAverageCPUUtilization")))
	assert.Equal(t, []string{"16m3s: 10 to 17", "1h48m3s: 17 to 10"}, activities(r, "web"))
	assert.Equal(t, "CPUUtilization 100 is above 60 for 3 of 3 datapoints of 1m; ceil(10 × 100 / 60) = 17", r.Scaling[0].Activities[0].Cause)
	balanced(t, r.Summary.Services["web"])
	assert.Equal(t, int64(2), r.Summary.Services["web"].ScalingActivities)
	assert.InDelta(t, 40*7200+60*4800, r.Summary.Services["web"].Requests, 0.01)

	r = run(t, "%s", onFargate(fmt.Sprintf(service, "ECSServiceAverageCPUUtilizationHighResolution")))
	assert.Equal(t, "11m26s: 10 to 17", activities(r, "web")[0], "86 s with datapoints of 20 s")
}

// Tasks that are added pull 250 MiB for 10 s, and start up for 15. They serve 25 s
// after the decision, which is what is lost to waiting longer.
func TestATaskServesAfterItsPullAndItsStartup(t *testing.T) {
	text := strings.Replace(onFargate(`
    load:
      requestsPerSecond: {profile: {base: 40, spikes: [{at: 10m, factor: 3, hold: 80m}]}}
      perRequest: {cpuSeconds: 0.1}
      timeout: 1s
    scaling:
      minCapacity: 10
      maxCapacity: 60
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60}]
`), "memory: 2048", "memory: 2048, imageSizeMiB: 250, startup: 15s, stopTimeout: 30s", 1)
	r := run(t, "%s", text)
	// The datapoint of the minute in which the seven begin to serve has both.
	require.Equal(t, []string{"16m3s: 10 to 17", "20m3s: 17 to 19", "21m3s: 19 to 20", "1h48m3s: 20 to 10"}, activities(r, "web"))
	s := r.Summary.Services["web"]
	balanced(t, s)
	// 120 come and 100 are served for 363 + 25 s. Within the second that a request
	// waits, 100 wait: they are not lost.
	assert.InDelta(t, 20*(363+25)-100, s.Lost, 0.01)
	// Ten of the tasks wait ten seconds each, from their submission to the start of
	// their containers: seven, two, and one more for 120 at 60 %. Those of the start
	// have been there before.
	assert.InDelta(t, 3*10, s.BelowDesiredSeconds, 1e-9)
	assert.InDelta(t, 10, r.Summary.Tasks.PendingSeconds.Max, 1e-9)
	assert.InDelta(t, 10.0*10/20, r.Summary.Tasks.PendingSeconds.Mean, 1e-9)
}

// Ten tasks at 80 %: two datapoints at or above 70 are 10 above the threshold, for
// which 10 % is one task, but at least two. After the cooldown of two minutes the
// newest datapoints are still those of ten tasks, for they are seen 183 s later:
// two more. Fourteen at 28.6 % are below 35 for fifteen datapoints: one less each
// five minutes, down to eleven at 36.4 %.
func TestStepScalingByHand(t *testing.T) {
	r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: {profile: {base: 40, spikes: [{at: 30m, factor: 2, hold: 30m}]}}, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 5
      maxCapacity: 80
      stepScaling:
        - name: cpu-high
          adjustmentType: PercentChangeInCapacity
          minAdjustmentMagnitude: 2
          cooldown: 120s
          alarm: {metricName: CPUUtilization, statistic: Average, comparisonOperator: GreaterThanOrEqualToThreshold, threshold: 70, period: 60s, evaluationPeriods: 2}
          stepAdjustments:
            - {metricIntervalLowerBound: 0, metricIntervalUpperBound: 15, scalingAdjustment: 10}
            - {metricIntervalLowerBound: 15, scalingAdjustment: 30}
        - name: cpu-low
          adjustmentType: ChangeInCapacity
          cooldown: 300s
          alarm: {metricName: CPUUtilization, statistic: Average, comparisonOperator: LessThanThreshold, threshold: 35, period: 60s, evaluationPeriods: 15}
          stepAdjustments: [{metricIntervalUpperBound: 0, scalingAdjustment: -1}]
`))
	assert.Equal(t, []string{"35m3s: 10 to 12", "37m3s: 12 to 14", "1h18m3s: 14 to 13", "1h23m3s: 13 to 12", "1h28m3s: 12 to 11"}, activities(r, "web"))
	balanced(t, r.Summary.Services["web"])
}

// An action that sets the bounds acts at its time, and a policy that was held up
// by them goes on as soon as it may.
func TestScheduledActionsMoveTheBounds(t *testing.T) {
	r := run(t, "%s", onFargate(`
    load: {requestsPerSecond: 20, perRequest: {cpuSeconds: 0.1}}
    scaling:
      minCapacity: 10
      maxCapacity: 20
      targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60}]
      scheduled:
        - {name: up, schedule: "at(2026-01-01T00:30:00)", minCapacity: 12}
        - {name: down, schedule: "at(2026-01-01T01:00:30)", minCapacity: 2}
`))
	// The alarm on less than 54 % has been in ALARM since the start. Twelve tasks at
	// 16.7 % are four.
	assert.Equal(t, []string{"30m0s: 10 to 12", "1h1m3s: 12 to 4"}, activities(r, "web"))
	assert.Equal(t, "scheduled action up: minCapacity 12, maxCapacity 20", r.Scaling[0].Activities[0].Cause)
}

// A service without a task loses what waits longer than its timeout, until an
// action gives it some. Its first request is served 2 s after that.
func TestAServiceThatBeginsWithoutATask(t *testing.T) {
	r := run(t, "%s", strings.NewReplacer("desiredCount: 10", "desiredCount: 0", "memory: 2048", "memory: 2048, startup: 2s").Replace(onFargate(`
    load: {requestsPerSecond: 20, perRequest: {cpuSeconds: 0.1}, timeout: 1s}
    scaling:
      minCapacity: 0
      maxCapacity: 20
      scheduled: [{name: up, schedule: "at(2026-01-01T00:30:00)", minCapacity: 4}]
`)))
	assert.Equal(t, []string{"30m0s: 0 to 4"}, activities(r, "web"))
	s := r.Summary.Services["web"]
	balanced(t, s)
	assert.InDelta(t, 20*7200, s.Requests, 0.01)
	assert.InDelta(t, 20*1802, s.Lost, 20)
}

// What nothing asks for costs nothing: a service without a change has a handful
// of events in a year.
func TestAServiceThatDoesNotMoveCostsNothing(t *testing.T) {
	text := strings.Replace(onFargate(`
    load: {requestsPerSecond: 1, perRequest: {cpuSeconds: 0.1}}
    scaling: {minCapacity: 10, maxCapacity: 20, targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60}]}
`), "2h", "365d", 1)
	r := runScenario(t, scenario(t, "%s", text), Options{})
	assert.Less(t, r.Run.Events, uint64(100))
	s := r.Summary.Services["web"]
	assert.InDelta(t, 365*86400, s.Requests, 1)
	balanced(t, s)
}

const rhythm = `
  - name: %s
    task: {cpu: 1024, memory: 2048, imageSizeMiB: 200, startup: {distribution: lognormal, median: 15s, p95: 30s}, stopTimeout: 30s}
    desiredCount: 6
    launchType: FARGATE
    load: {requestsPerSecond: {profile: {base: %d, daily: {amplitude: 0.8, peak: "08:00"}, noise: {cv: 0.2, correlation: 10m}, spikes: [{at: 5h, rise: 2m, hold: 20m, fall: 10m, factor: 4}]}}, perRequest: {cpuSeconds: 0.1}, timeout: 5s}
    scaling: {minCapacity: 2, maxCapacity: 30, targetTracking: [{name: cpu, predefinedMetricType: ECSServiceAverageCPUUtilization, targetValue: 60, scaleOutCooldown: 60s}]}
`

// services runs a scenario of several.
func services(t *testing.T, more string, list ...string) *report.Result {
	t.Helper()
	return run(t, "%s", "region: us-east-1\nduration: 1d\n"+more+"\ncluster: {capacityProviders: [{name: FARGATE}]}\nservices:"+strings.Join(list, ""))
}

func TestTheOrderOfServicesDoesNotMatter(t *testing.T) {
	a, b, c := fmt.Sprintf(rhythm, "a", 40), fmt.Sprintf(rhythm, "b", 60), fmt.Sprintf(rhythm, "c", 80)
	first, second := services(t, "", a, b, c), services(t, "", c, a, b)
	assert.Equal(t, first.Summary.Services, second.Summary.Services)
	assert.Equal(t, first.Summary.Tasks, second.Summary.Tasks)
	assert.InDelta(t, first.Summary.Cost.Total, second.Summary.Cost.Total, 1e-9)
	for _, name := range []string{"a", "b", "c"} {
		assert.Equal(t, activities(first, name), activities(second, name))
		s := first.Summary.Services[name]
		balanced(t, s)
		assert.Positive(t, s.ScalingActivities)
		assert.Positive(t, s.Lost)
	}
	alone := services(t, "", b)
	assert.Equal(t, first.Summary.Services["b"], alone.Summary.Services["b"], "nor do others")
}

func TestTheSameLoadGivesTheSameBytes(t *testing.T) {
	text := fmt.Sprintf(rhythm, "web", 50)
	first, err := json.Marshal(services(t, "seed: 3", text).Summary)
	require.NoError(t, err)
	second, err := json.Marshal(services(t, "seed: 3", text).Summary)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))
	other, err := json.Marshal(services(t, "seed: 4", text).Summary)
	require.NoError(t, err)
	assert.NotEqual(t, string(first), string(other))
}

// The course of the requests that the report draws adds up to the summary.
func TestTheCourseOfTheRequestsAddsUp(t *testing.T) {
	for name, more := range map[string]string{"whole": "", "cut": "warmup: 2h0m30s", "within a period": "warmup: 3h\ninitialState: cold"} {
		r := services(t, more, fmt.Sprintf(rhythm, "web", 50))
		s := r.Summary.Services["web"]
		balanced(t, s)
		for _, c := range r.Series.Columns {
			sum := 0.0
			for i, v := range c.Values {
				sum += v * min(r.Series.Width, r.Series.End-r.Series.Start-sim.Time(i)*r.Series.Width).Seconds()
			}
			switch c.Name {
			case "services.web.rps":
				assert.InEpsilon(t, s.Requests, sum, 1e-4, name)
			case "services.web.served":
				assert.InEpsilon(t, s.Served, sum, 1e-4, name)
			case "services.web.lost":
				assert.InDelta(t, s.Lost, sum, 1+s.Lost*1e-3, name)
			}
		}
	}
}

// A run that is cut short counts what came until then.
func TestARunUnderLoadThatIsCut(t *testing.T) {
	s := scenario(t, "%s", onFargate(`
    load: {requestsPerSecond: 40, perRequest: {cpuSeconds: 0.1}}
`))
	r := runScenario(t, s, Options{Check: true, Until: 90*sim.Minute + 30*sim.Second})
	assert.InDelta(t, 40*5430, r.Summary.Services["web"].Requests, 1e-3)
	for _, c := range r.Series.Columns {
		if c.Name == "services.web.rps" {
			assert.InDelta(t, 40, c.Values[len(c.Values)-1], 1e-6)
		}
	}
}

// A service and a job of one task definition on a machine of one's own: 500 MiB take
// 20 s, for a task that comes ten seconds later ten, and then it is there.
func TestAMachineKeepsAnImage(t *testing.T) {
	r := run(t, `
region: us-east-1
duration: 1h
initialState: cold
cluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 4096, memory: 8192}]}}]}
taskDefinitions: {app: {cpu: 1024, memory: 2048, imageSizeMiB: 500, networkMode: bridge}}
services: [{name: one, taskDefinition: app, desiredCount: 1, launchType: EXTERNAL}]
jobs: [{name: two, taskDefinition: app, arrivals: {at: [10s, 30m]}, duration: 1m, launchType: EXTERNAL}]
`)
	assert.InDelta(t, (20+10+0)/3.0, r.Summary.Tasks.PendingSeconds.Mean, 1e-9)
	assert.InDelta(t, 20, r.Summary.Services["one"].BelowDesiredSeconds, 1e-9)
	// Fargate pulls each time, and bills it: an hour, and twice 80 s.
	r = run(t, `
region: us-east-1
duration: 1h
initialState: cold
cluster: {capacityProviders: [{name: FARGATE}]}
taskDefinitions: {app: {cpu: 1024, memory: 2048, imageSizeMiB: 500}}
services: [{name: one, taskDefinition: app, desiredCount: 1, launchType: FARGATE}]
jobs: [{name: two, taskDefinition: app, arrivals: {at: [10s, 30m]}, duration: 1m, launchType: FARGATE}]
prices: {fargate: {vcpu: 1, memory: 1}}
`)
	assert.InDelta(t, 20, r.Summary.Tasks.PendingSeconds.Mean, 1e-9)
	assert.InDelta(t, 3.0*(3600+80+80)/3600, r.Summary.Cost.Total, 1e-6)
}

// Little's law: the requests that wait, over time, are the waits of all requests
// together. 150 come and 100 are served per second for ten minutes; the 30,000
// that wait then are served in 500 s more at 40 per second.
func TestLittlesLaw(t *testing.T) {
	s := scenario(t, "%s", onFargate(`
    load: {requestsPerSecond: {profile: {base: 40, spikes: [{at: 10m, factor: 3.75, hold: 10m}]}}, perRequest: {cpuSeconds: 0.1, latency: 100ms, cv: 0}}
`))
	w, err := Build(s, Options{Check: true})
	require.NoError(t, err)
	defer w.Close()
	r, err := w.Run(context.Background())
	require.NoError(t, err)
	area := 30_000.0 * (600 + 500) / 2
	times := servedAgain(t, w) // for the report knows quantiles alone
	all := times.Statistics()
	waits := (all.Sum - 0.1*float64(all.Count)) / float64(load.Request)
	assert.InEpsilon(t, area, waits, 0.01)
	for _, c := range r.Series.Columns {
		if c.Name == "services.web.backlog" {
			sum := 0.0
			for _, v := range c.Values {
				sum += v * r.Series.Width.Seconds()
			}
			assert.InEpsilon(t, area, sum, 0.01)
		}
	}
}

// servedAgain has the only service of a world that has run, whose tasks stay, serve
// the same again, and returns the response times.
func servedAgain(t *testing.T, w *World) *cloudwatch.Sketch {
	s, was := w.scenario, w.live.all[0].station
	requests, _, err := s.Services[0].Load.RequestsPerSecond.open(w.loadSetup("web"))
	require.NoError(t, err)
	station, err := load.NewStation(was.Setup, requests)
	require.NoError(t, err)
	station.Resize(0, was.Size())
	station.Restart(s.Warmup)
	station.End(s.Duration)
	require.Equal(t, was.Total(s.Duration), station.Total(s.Duration))
	var times cloudwatch.Sketch
	station.Gathered(&times)
	return &times
}

// The report is told of all response times, and of none twice: of steady stretches,
// the periods before and after them, the warm-up, which does not count, and the last
// period, which the end cuts.
func TestAllResponseTimesAreTold(t *testing.T) {
	for name, load := range map[string]string{
		"a long steady stretch, and a minute that counts": "base: 40, spikes: [{at: 1h, factor: 2.6, hold: 1m}]",
		"a steady stretch up to the end of a period":      "base: 90, spikes: [{at: 1h, factor: 0.2, hold: 20m}]",
		"crowds in the warm-up":                           "base: 40, spikes: [{at: 5m, factor: 10, hold: 2m}]",
		"crowds when the warm-up ends":                    "base: 40, spikes: [{at: 30m, factor: 3, hold: 1m}]",
		"crowds in the end":                               "base: 40, spikes: [{at: 1h59m, factor: 2.6, hold: 5m}]",
		"noise":                                           "base: 60, noise: {cv: 0.2, correlation: 10m}",
	} {
		for _, ends := range []string{"duration: 2h", "duration: 2h20s\nwarmup: 30m", "duration: 1h59m50s\nwarmup: 30m30s"} {
			text := fmt.Sprintf(onFargate("    load: {requestsPerSecond: {profile: {%s}}, perRequest: {cpuSeconds: 0.1, latency: 100ms}, timeout: 30s}\n"), load)
			w, err := Build(scenario(t, "%s", strings.Replace(text, "duration: 2h", ends, 1)), Options{Check: true})
			require.NoError(t, err)
			r, err := w.Run(context.Background())
			require.NoError(t, err)
			times, got := servedAgain(t, w), r.Summary.Services["web"].LatencySeconds
			for share, v := range map[float64]float64{0.5: got.P50, 0.9: got.P90, 0.99: got.P99} {
				low, high := times.Quantile(share-0.002).Seconds(), times.Quantile(share+0.002).Seconds()
				assert.True(t, v >= 0.95*low && v <= 1.05*high, "%s, %s: p%v is %v, of %v to %v", name, ends, 100*share, v, low, high)
			}
			w.Close()
		}
	}
}

// The scenario of the introduction, as far as it runs on Fargate.
func TestTheQuickstartOnFargate(t *testing.T) {
	file, err := Load(filepath.Join("testdata", "design", "quickstart.yaml"))
	require.NoError(t, err)
	for _, variant := range []string{"fargate", "fargate-spot-mix"} {
		s, err := file.Variant(variant, nil)
		require.NoError(t, err)
		began := time.Now()
		r := runScenario(t, s, Options{})
		if !testing.Short() {
			assert.Less(t, time.Since(began), 5*time.Second, "a second on a quiet machine")
		}
		balanced(t, r.Summary.Services["web"])
		assert.Positive(t, r.Summary.Services["web"].ScalingActivities)
		for _, e := range r.Summary.Expectations {
			assert.True(t, e.Holds, e.Metric)
		}
	}
}
