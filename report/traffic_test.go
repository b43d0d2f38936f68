package report

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

// loaded is a recorder of a cluster with a service under load.
type loaded struct {
	*Recorder
	ledger *Ledger
	web    cluster.GroupID
}

func newLoaded(of ServiceLoad) loaded {
	c := cluster.New(sim.NewKernel())
	l := NewLedger(c, 0)
	r := NewRecorder(c, l, 1)
	web := c.AddGroup(cluster.ServicePrefix + "web")
	r.AddService(web)
	r.AddTraffic(web, of)
	return loaded{r, l, web}
}

func (l loaded) service() Service { return l.Services()["web"] }

func latency(of sim.Time, n uint64) *cloudwatch.Sketch {
	s := new(cloudwatch.Sketch)
	s.Add(of, n)
	return s
}

// mass is what a column of a rate adds up to over the run.
func mass(s Series, name string) float64 {
	sum := 0.0
	for _, c := range s.Columns {
		if c.Name == name {
			for i, v := range c.Values {
				if finite(v) {
					sum += v * min(s.Width, s.End-s.Start-sim.Time(i)*s.Width).Seconds()
				}
			}
		}
	}
	return sum
}

func at(s Series, name string, t sim.Time) float64 {
	for _, c := range s.Columns {
		if c.Name == name {
			return c.Values[(t-s.Start)/s.Width]
		}
	}
	return math.NaN()
}

// busyDay is a service through a day with a spike at noon, scaled by a simple
// rule that keeps to a utilisation and needs a while to start tasks up.
func busyDay(variant string, target float64, startUp, cooldown int) Result {
	l := newLoaded(ServiceLoad{
		Targets: []Target{{"ECSServiceAverageCPUUtilization", 100 * target}},
		StartUp: sim.Time(startUp) * sim.Minute, ScaleInCooldown: sim.Time(cooldown) * sim.Minute,
	})
	const perTask = 40.0 // requests per second
	s := l.serviceOf[l.web]
	tasks, desired, backlog := 8, 8, 0.0
	l.SetDesired(0, l.web, 8)
	s.change(0, runningTasks, 8)
	starts := map[int]int{}
	lastIn := -cooldown
	for minute := range 24 * 60 {
		now := sim.Time(minute) * sim.Minute
		l.advance(now)
		if n := starts[minute]; n > 0 {
			tasks += n
			s.change(now, runningTasks, int64(n))
		}
		hour := float64(minute) / 60
		rate := 500 - 300*math.Cos(2*math.Pi*(hour-3)/24)
		if d := math.Abs(hour - 12); d < 0.5 {
			rate *= 1 + 2*(1-2*d)
		}
		offered, able := rate*60, float64(tasks)*perTask*60
		served := min(offered+backlog, able)
		backlog += offered - served
		lost := max(0, backlog-30*perTask*float64(tasks))
		backlog -= lost
		busy := served / able
		wait := 0.04 + 0.02*busy/max(0.03, 1-busy) + backlog/(perTask*float64(tasks))
		sketch := new(cloudwatch.Sketch)
		for q := range 50 { // exponential
			sketch.Add(sim.Time((0.02+wait*-math.Log(1-(float64(q)+0.5)/50))*1e9), 20)
		}
		l.Traffic(l.web, TrafficBucket{
			Start: now, Width: sim.Minute, Offered: offered, Served: served, Lost: lost, Backlog: backlog,
			Used: busy * 60 * float64(tasks), Reserved: 60 * float64(tasks), Latency: sketch,
		})
		now += sim.Minute
		want := int(math.Ceil(float64(desired) * busy / target))
		switch {
		case want > desired && minute%2 == 0:
			starts[minute+1+startUp] += want - desired
		case want < desired && float64(want) < 0.9*float64(desired) && minute-lastIn > cooldown:
			lastIn = minute
			away := min(desired-want, tasks-1)
			tasks -= away
			s.change(now, runningTasks, int64(-away))
			want = desired - away
		default:
			continue
		}
		l.ScalingActivity(now, l.web, desired, want, fmt.Sprintf("CPUUtilization is %.0f %%, the target is %.0f %%", 100*busy, 100*target))
		desired = want
		l.SetDesired(now, l.web, int64(desired))
	}
	l.Close(sim.Day)
	r := small().Results[0]
	r.Summary.Scenario, r.Summary.Variant = "live", variant
	r.Summary.SimulatedSeconds = 86400
	r.Summary.Services = l.Services()
	r.Summary.Jobs, r.Summary.Cost.ByJob = nil, nil
	web := r.Summary.Services["web"]
	r.Summary.Cost.ByService = map[string]float64{"web": web.Running.Mean * 24 * 0.04}
	web.CostPerMillionRequests = pointer(r.Summary.Cost.ByService["web"] / web.Served * 1e6)
	r.Summary.Services["web"] = web
	r.Summary.Cost.Total = r.Summary.Cost.Idle + r.Summary.Cost.ByService["web"]
	r.Summary.Expectations = []Expectation{r.Summary.Check("services.web.latencySeconds.p99", nil, pointer(0.5)), r.Summary.Check("services.web.unservedFraction", nil, pointer(0.001))}
	r.Summary.Notes = nil
	r.Series, r.Scaling = l.Series(), l.Scaling()
	return r
}

func live() Report {
	one := busyDay("", 0.6, 2, 5)
	return Report{Results: []Result{one}}
}

func liveVariants() Report {
	return Report{Results: []Result{busyDay("calm", 0.5, 2, 15), busyDay("nervous", 0.75, 6, 0)}}
}

func TestGoldenFilesOfServicesUnderLoad(t *testing.T) {
	text := func(r Report, width int) string {
		return written(t, func(w io.Writer) error { return WriteText(w, r, TextOptions{Width: width}) })
	}
	golden(t, "live.txt", text(live(), 100))
	golden(t, "live-narrow.txt", text(live(), 60))
	golden(t, "live-variants.txt", text(liveVariants(), 110))
	golden(t, "live-variants.md", written(t, func(w io.Writer) error { return WriteMarkdown(w, liveVariants()) }))
}

// Of 600 requests in the first minute 540 are served, 12 are lost and 48 wait. In
// the second, 300 come and all are served: 348.
func TestRequestsAddUp(t *testing.T) {
	l := newLoaded(ServiceLoad{})
	l.Traffic(l.web, TrafficBucket{Width: sim.Minute, Offered: 600, Served: 540, Lost: 12, Backlog: 48, Used: 108, Reserved: 120, Latency: latency(sim.Second, 540)})
	l.Traffic(l.web, TrafficBucket{Start: sim.Minute, Width: sim.Minute, Offered: 300, Served: 348, Used: 30, Reserved: 120, Latency: latency(100*sim.Millisecond, 348)})
	l.Close(2 * sim.Minute)
	v := l.service()
	assert.Equal(t, Service{
		Requests: 900, Served: 888, Lost: 12, UnservedFraction: 12.0 / 900, LatencySeconds: v.LatencySeconds,
		CPUUtilisation: pointer(138.0 / 240), CostPerMillionRequests: pointer(0.0),
	}, v)
	assert.InEpsilon(t, 1, v.LatencySeconds.P50, cloudwatch.SketchError)
	assert.InEpsilon(t, 1, v.LatencySeconds.P99, cloudwatch.SketchError)

	s := l.Series()
	assert.InDelta(t, 10, at(s, "services.web.rps", 0), 1e-9)
	assert.InDelta(t, 9, at(s, "services.web.served", sim.Minute-1), 1e-9)
	assert.InDelta(t, 0.2, at(s, "services.web.lost", 30*sim.Second), 1e-9)
	assert.InDelta(t, 0.9, at(s, "services.web.cpu", 30*sim.Second), 1e-9)
	assert.InDelta(t, 0.25, at(s, "services.web.cpu", 90*sim.Second), 1e-9)
	assert.InEpsilon(t, 1, at(s, "services.web.latencyP50", 59*sim.Second), cloudwatch.SketchError)
	assert.InEpsilon(t, 0.1, at(s, "services.web.latencyP99", 60*sim.Second), cloudwatch.SketchError)
	// The backlog rises from 0 to 48 and falls again: 24 on the mean.
	assert.InDelta(t, 24*120, mass(s, "services.web.backlog"), 1e-6)
	assert.InDelta(t, 48*30.5/60, at(s, "services.web.backlog", 30*sim.Second), 1e-6)
}

// However a course is cut into buckets, its totals are exact, and so is what
// comes of the summary.
func TestRequestsAreCountedExactly(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		whole, unrolled := newLoaded(ServiceLoad{}), newLoaded(ServiceLoad{})
		warmup := sim.Time(random.Int64N(int64(3 * sim.Hour)))
		if random.IntN(3) == 0 {
			warmup = 0
		}
		var now sim.Time
		var backlog, requests, served, lost int64
		warm := warmup == 0
		for range 200 {
			if now >= warmup && !warm {
				warm = true
				whole.EndWarmup(warmup)
				unrolled.EndWarmup(warmup)
			}
			repeat := uint64(1)
			if random.IntN(4) == 0 {
				repeat = 1 + random.Uint64N(300)
			}
			b := TrafficBucket{Start: now, Width: sim.Minute, Repeat: repeat, Latency: latency(sim.Time(1+random.Int64N(int64(sim.Second))), 1+random.Uint64N(1000))}
			offered, gone := random.Int64N(1e6), random.Int64N(1000)
			left := backlog
			if repeat == 1 {
				left = random.Int64N(min(backlog+offered-min(gone, offered), 1e6) + 1)
			}
			gone = min(gone, offered)
			done := backlog + offered - gone - left
			b.Offered, b.Served, b.Lost, b.Backlog = float64(offered)/1000, float64(done)/1000, float64(gone)/1000, float64(left)/1000
			if now >= warmup {
				requests, served, lost = requests+offered*int64(repeat), served+done*int64(repeat), lost+gone*int64(repeat)
			}
			backlog = left
			whole.Traffic(whole.web, b)
			for k := range repeat {
				one := b
				one.Repeat, one.Start = 0, now+sim.Time(k)*b.Width
				unrolled.Traffic(unrolled.web, one)
			}
			now += b.Width * sim.Time(repeat)
		}
		require.Greater(t, now, warmup)
		whole.Close(now)
		unrolled.Close(now)
		v, u := whole.service(), unrolled.service()
		if warmup == 0 {
			assert.InDelta(t, float64(requests)/1000, v.Requests, 0)
			assert.InDelta(t, float64(served)/1000, v.Served, 0)
			assert.InDelta(t, float64(lost)/1000, v.Lost, 0)
			assert.Zero(t, v.BacklogStart)
		} else {
			assert.GreaterOrEqual(t, v.Requests, float64(requests)/1000)
		}
		assert.InDelta(t, v.BacklogStart+v.Requests, v.Served+v.Lost+v.BacklogEnd, 1e-6)
		assert.InDelta(t, float64(backlog)/1000, v.BacklogEnd, 0)
		assert.InDelta(t, u.Requests, v.Requests, 0.1, "what is repeated is as good as one after the other")
		assert.Equal(t, u.LatencySeconds, v.LatencySeconds)
		s, o := whole.Series(), unrolled.Series()
		assert.InDelta(t, v.Requests, mass(s, "services.web.rps"), 1e-6*v.Requests)
		assert.InDelta(t, v.Served, mass(s, "services.web.served"), 1e-6*v.Requests)
		for i, c := range s.Columns {
			assert.InDeltaSlice(t, known(o.Columns[i].Values), known(c.Values), 0.2, c.Name)
		}
	}
}

// known puts a number where there is none.
func known(values []float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		if all[i] = v; !finite(v) {
			all[i] = -1
		}
	}
	return all
}

// The warm-up ends a third into a minute in which the backlog rises from 0 to 30:
// two thirds of the minute count, and 10 requests wait when they begin.
func TestWarmupCutsABucket(t *testing.T) {
	l := newLoaded(ServiceLoad{})
	l.ScalingActivity(5*sim.Second, l.web, 1, 2, "before")
	l.EndWarmup(20 * sim.Second)
	l.Traffic(l.web, TrafficBucket{Width: sim.Minute, Offered: 90, Served: 54, Lost: 6, Backlog: 30, Latency: latency(sim.Second, 54)})
	l.Close(sim.Minute)
	v := l.service()
	v.LatencySeconds, v.CostPerMillionRequests = Latency{}, nil
	assert.Equal(t, Service{Requests: 60, Served: 36, Lost: 4, BacklogStart: 10, BacklogEnd: 30, UnservedFraction: 34.0 / 70}, v)
	assert.Equal(t, []ServiceScaling{{Service: "web"}}, l.Scaling())
}

// What tasks use beyond their reservation by the rounding of requests is not told; what
// they burst is.
func TestBusyTasksUseAllTheyHave(t *testing.T) {
	for _, row := range []struct{ used, told float64 }{{60.01, 1}, {59, 59.0 / 60}, {90, 1.5}} {
		l := newLoaded(ServiceLoad{})
		l.Traffic(l.web, TrafficBucket{Width: sim.Minute, Offered: 600, Served: 600, Used: row.used, Reserved: 60})
		l.Close(sim.Minute)
		assert.InDelta(t, row.told, *l.service().CPUUtilisation, 1e-12)
	}
}

func TestNoLoadIsNoFigures(t *testing.T) {
	l := newLoaded(ServiceLoad{})
	l.Close(sim.Minute)
	assert.Equal(t, Service{}, l.service())
	s := l.Series()
	assert.Zero(t, at(s, "services.web.rps", 0))
	assert.True(t, math.IsNaN(at(s, "services.web.cpu", 0)))
	assert.True(t, math.IsNaN(at(s, "services.web.latencyP99", 0)))
}

// Sketches take kilobytes, so many services share what there is room for.
func TestManyServicesShareSketches(t *testing.T) {
	c := cluster.New(sim.NewKernel())
	r := NewRecorder(c, NewLedger(c, 0), 1)
	const services = 100
	for i := range services {
		g := c.AddGroup(fmt.Sprintf("%s%d", cluster.ServicePrefix, i))
		r.AddService(g)
		r.AddTraffic(g, ServiceLoad{})
	}
	for minute := range sim.Time(2000) {
		for g := range services {
			r.Traffic(cluster.GroupID(g), TrafficBucket{Start: minute * sim.Minute, Width: sim.Minute, Offered: 1, Served: 1, Latency: latency(sim.Second*(1+minute/1000), 1)})
		}
	}
	r.Close(2000 * sim.Minute)
	sketches := 0
	for _, s := range r.services {
		sketches += len(s.traffic.sketches)
	}
	assert.LessOrEqual(t, sketches, mostSketches)
	s := r.Series()
	assert.InEpsilon(t, 1, at(s, "services.7.latencyP50", 900*sim.Minute), cloudwatch.SketchError)
	assert.InEpsilon(t, 2, at(s, "services.7.latencyP50", 1900*sim.Minute), cloudwatch.SketchError)
	assert.InDelta(t, 2000, mass(s, "services.7.rps"), 1e-6)
}

func TestScalingThatOscillates(t *testing.T) {
	for name, c := range map[string]struct {
		minutes []sim.Time // of activities
		to      []int      // from 10 on
		worst   int64
	}{
		"nothing":          {nil, nil, 0},
		"up":               {[]sim.Time{0, 1, 2}, []int{11, 12, 13}, 0},
		"up and down":      {[]sim.Time{0, 1, 2, 3}, []int{11, 12, 11, 10}, 1},
		"to and fro":       {[]sim.Time{0, 10, 20, 30, 40}, []int{11, 10, 11, 10, 11}, 4},
		"within two hours": {[]sim.Time{0, 30, 60, 90, 120}, []int{11, 10, 11, 10, 11}, 2}, // an hour is over when the next begins
		"at worst":         {[]sim.Time{0, 1, 2, 200, 201, 202, 203, 500}, []int{11, 10, 11, 10, 11, 10, 11, 10}, 4},
		"no change":        {[]sim.Time{0, 1, 2}, []int{11, 11, 12}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoaded(ServiceLoad{})
			from := 10
			for i, minute := range c.minutes {
				l.ScalingActivity(minute*sim.Minute, l.web, from, c.to[i], "because")
				from = c.to[i]
			}
			v := l.service()
			assert.Equal(t, c.worst, v.Oscillation)
			assert.Equal(t, int64(len(c.minutes)), v.ScalingActivities)
		})
	}
}

func TestScalingActivitiesAreKeptUpToANumber(t *testing.T) {
	l := newLoaded(ServiceLoad{Targets: []Target{{"ALBRequestCountPerTarget", 1000}}})
	for i := range mostActivities + 5 {
		l.ScalingActivity(sim.Time(i)*sim.Second, l.web, i, i+1, "because")
	}
	of := l.Scaling()
	require.Len(t, of, 1)
	assert.Len(t, of[0].Activities, mostActivities)
	assert.Equal(t, ScalingActivity{999 * sim.Second, 999, 1000, "because"}, of[0].Activities[999])
	assert.Equal(t, int64(5), of[0].Untold)
	assert.Equal(t, int64(1005), l.service().ScalingActivities)
	r := Result{Scaling: of}
	assert.Equal(t, []string{"service web: the first 1,000 of 1,005 scaling activities are listed"}, r.Remarks())
}

// The cause of an oscillation is told only where it is known.
func TestRemarks(t *testing.T) {
	const oscillates = "service web: its scaling oscillates, 18 changes of direction in an hour"
	for _, c := range []struct {
		of    ServiceLoad
		cause string
	}{
		{ServiceLoad{}, ""},
		{ServiceLoad{StartUp: 90 * sim.Second, ScaleInCooldown: 5 * sim.Minute}, ""},
		{ServiceLoad{StartUp: 90 * sim.Second, ScaleInCooldown: 30 * sim.Second}, ": the scale-in cooldown (30 s) is shorter than the start-up time (1 min 30 s)"},
		{ServiceLoad{StartUp: 90 * sim.Second}, ": there is no scale-in cooldown, and a task takes 1 min 30 s to start up"},
	} {
		of, want := c.of, oscillates+c.cause
		r := Result{Scaling: []ServiceScaling{{Service: "web", Load: of}}}
		r.Summary.Services = map[string]Service{"web": {Oscillation: 18}}
		assert.Equal(t, []string{want}, r.Remarks())
		r.Summary.Notes = []string{"other", want}
		assert.Equal(t, []string{"other", want}, r.notes(), "what is among the notes already is not repeated")
	}
	calm := Result{}
	calm.Summary.Services = map[string]Service{"web": {Oscillation: 5}}
	assert.Empty(t, calm.Remarks())
}

func TestTimeBeyondWhatIsExpected(t *testing.T) {
	nan := math.NaN()
	r := Result{Series: Series{Width: sim.Hour, End: 3*sim.Hour + 30*sim.Minute, Columns: []Column{
		{Name: "services.web.latencyP99", Values: []float64{0.4, 0.6, nan, 0.7}},
		{Name: "services.web.rps", Values: []float64{100, 100, 100, 0}},
		{Name: "services.web.lost", Values: []float64{0.5, 2, 0, 0}},
	}}}
	r.Summary.Expectations = []Expectation{
		{Metric: "services.web.latencySeconds.p99", Max: pointer(0.5)},
		{Metric: "services.web.latencySeconds.p99", Max: pointer(1.0)},
		{Metric: "services.web.latencySeconds.p90", Max: pointer(0.1)}, // no course of it
		{Metric: "services.web.unservedFraction", Max: pointer(0.01)},
		{Metric: "services.none.unservedFraction", Max: pointer(0.01)},
		{Metric: "cost.total", Max: pointer(1.0)},
		{Metric: "services.web.requests", Min: pointer(1.0)},
	}
	assert.Equal(t, []string{
		"service web: p99 response time above 500 ms for 1 h 30 min of 3 h 30 min, by intervals of 1 h",
		"service web: share of requests lost above 1.0 % for 1 h of 3 h 30 min, by intervals of 1 h",
	}, r.Remarks())
}

func TestFiguresOfLoad(t *testing.T) {
	s := Summary{Complete: true, Cost: Cost{ByService: map[string]float64{"a": 3, "b": 1, "idle": 9}}, Services: map[string]Service{
		"a":    {Requests: 2e6, Served: 1.9e6, Lost: 1e5, LatencySeconds: Latency{P99: 0.2}},
		"b":    {Requests: 1e5, Served: 1e5, BacklogStart: 1e5, BacklogEnd: 1e5, LatencySeconds: Latency{P99: 0.7}},
		"idle": {},
	}}
	value := func(path string, s *Summary) *float64 {
		if v, ok := metricAt(path).value(s); ok {
			return &v
		}
		return nil
	}
	// Of 2.2 million requests, 200,000 were not served; 4 dollars for 2 million.
	assert.InDelta(t, 0.2/2.2, *value("services.*.unservedFraction", &s), 1e-12)
	assert.InDelta(t, 0.7, *value("services.*.latencySeconds.p99", &s), 0)
	assert.InDelta(t, 2, *value("services.*.costPerMillionRequests", &s), 1e-12)
	assert.Nil(t, value("services.*.costPerMillionRequests", &Summary{}))

	// The cheapest is no bargain if it served less.
	dear := s
	dear.Variant, dear.Cost.Total = "dear", 10
	dear.Services = map[string]Service{"a": {Requests: 100, Served: 100}}
	cheap := s
	cheap.Variant, cheap.Cost.Total = "cheap", 5
	page := written(t, func(w io.Writer) error {
		return WriteHTML(w, Report{Results: []Result{{Summary: dear}, {Summary: cheap}}})
	})
	assert.Contains(t, page, "But it left 9.1 % of the requests unserved; another run left 0.0 %.")
}

func TestPageOfServicesUnderLoad(t *testing.T) {
	for name, r := range map[string]Report{"one": live(), "several": liveVariants()} {
		for _, width := range []int64{360, 1280} {
			t.Run(fmt.Sprint(name, " ", width), func(t *testing.T) {
				b := openBrowser(t, writePage(t, r), width, 900)
				b.drawAll(t)
				assert.Equal(t, eval[int](t, b, `document.querySelectorAll('.chart').length`), eval[int](t, b, `document.querySelectorAll('canvas').length`))
				assert.LessOrEqual(t, eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`), 0, "the page is wider than the screen")
				// Show the marks where they are hidden, and point at the line below one.
				eval[bool](t, b, `(document.querySelectorAll('#load figure')[0].querySelectorAll('.legend button[aria-pressed=false]').forEach(function (x) { x.click(); }), true)`)
				tip := eval[string](t, b, `(function () {
					var el = document.getElementById('load-1-tasks'), c = echarts.getInstanceByDom(el), o = c.getOption();
					var mark = o.series.filter(function (s) { return s.type === 'scatter'; })[0].data[3].value;
					var k = 0, data = o.series[0].data;
					while (k + 1 < data.length && data[k + 1][0] <= mark[0]) k++;
					c.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: k });
					return [].map.call(el.children, function (d) { return d.textContent; }).join(' ');
				})()`)
				assert.Contains(t, tip, "CPUUtilization is")
				assert.Contains(t, tip, "requests per second")
				b.clean(t)
			})
		}
	}
}

// Four tasks of 1 vCPU for an hour, half of which they use: three on a machine of
// 10 vCPU, one on Fargate, where another task uses a quarter of its 2 vCPU. What
// is known of the memory is known of the machine alone.
func TestUseUnderLoad(t *testing.T) {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	own, fargate := c.AddProvider("own"), c.AddProvider("FARGATE")
	machine := c.AddKind(cluster.Kind{Provider: own, Capacity: cluster.Vector{CPU: 10 * cluster.VCPU, Memory: 10 * cluster.GiB}})
	unlimited := c.AddKind(cluster.Kind{Provider: fargate, Unlimited: true})
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{own, fargate}})
	web, job := c.AddGroup(cluster.ServicePrefix+"web"), c.AddGroup("etl")
	meter := NewMeter(c, 0, 1)
	meter.Recorder.AddService(web)
	meter.Recorder.AddTraffic(web, ServiceLoad{})
	meter.Recorder.SetUsage(web, Usage{CPU: 900, Memory: 500})
	meter.Recorder.SetUsage(job, Usage{CPU: 250, Memory: -1})
	meter.Ledger.SetFargatePrice(fargate, web, FargatePrice{})
	meter.Ledger.SetFargatePrice(fargate, job, FargatePrice{})
	c.Watch(meter)
	on, off := c.Launch(machine, true), c.Launch(unlimited, true)
	start := func(g cluster.GroupID, cpu int64, on cluster.InstanceID) {
		demand := cluster.Vector{CPU: cpu * cluster.VCPU, Memory: cluster.GiB}
		id := c.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: pool, Group: g}, sim.Day)
		c.Start(c.Task(id).Class, on)
	}
	for range 3 {
		start(web, 1, on)
	}
	start(web, 1, off)
	start(job, 2, off)
	meter.Recorder.Traffic(web, TrafficBucket{Width: sim.Minute, Repeat: 60, Offered: 1, Served: 1, Used: 120, Reserved: 240})
	meter.Close(sim.Hour)
	u := meter.Recorder.Utilisation()
	assert.InDelta(t, 1.5/10, *u.CPUUsed, 1e-9)
	assert.InDelta(t, (0.5+0.5)/3, *u.FargateCPUUsed, 1e-9)
	assert.InDelta(t, 1.5/10, *u.MemoryUsed, 1e-9)
	assert.Nil(t, u.FargateMemoryUsed)
	s := meter.Recorder.Series()
	assert.InDelta(t, 0.15, at(s, "utilisation.cpuUsed", 30*sim.Minute), 1e-9)
	assert.InDelta(t, 0.5*3600, mass(s, "services.web.cpu"), 1e-6)
}

// Requests that wait for as long as they may, a timeout of 2 s, and take 5 ms: no
// quantile is above that, though the step of the histogram reaches further.
func TestNoResponseTakesLongerThanItCan(t *testing.T) {
	l := newLoaded(ServiceLoad{})
	l.Traffic(l.web, TrafficBucket{Width: sim.Minute, Repeat: 3, Offered: 10, Served: 10, Latency: latency(2005*sim.Millisecond, 10)})
	l.Close(3 * sim.Minute)
	of := l.service().LatencySeconds
	assert.Equal(t, []string{"2.005", "2.005"}, []string{fmt.Sprint(of.P50), fmt.Sprint(of.P99)})
}

// A picture of one run marks all activities that were kept. What the picture and
// the table leave out, they say.
func TestMarksOfScalingActivities(t *testing.T) {
	marked := func(kept int, untold int64, runs int) (*picture, *htmlTable) {
		one := busyDay("", 0.6, 2, 5)
		one.Scaling[0].Activities, one.Scaling[0].Untold = nil, untold
		for i := range kept {
			one.Scaling[0].Activities = append(one.Scaling[0].Activities, ScalingActivity{sim.Time(i) * sim.Second, i, i + 1, "because"})
		}
		results, labels := slices.Repeat([]Result{one}, runs), slices.Repeat([]string{"run"}, runs)
		p, err := drawTasks("load-1-", "web", labels, results)
		require.NoError(t, err)
		for _, table := range p.More {
			if strings.HasPrefix(table.Caption, "Scaling activities") {
				return p, table
			}
		}
		require.Fail(t, "no table of scaling activities")
		return nil, nil
	}
	p, table := marked(200, 0, 1)
	assert.NotContains(t, p.Text, "are marked")
	assert.Equal(t, "Scaling activities", table.Caption)
	p, table = marked(1000, 0, 1)
	assert.NotContains(t, p.Text, "are marked")
	assert.Equal(t, "Scaling activities: the first 250 of 1,000", table.Caption)
	p, table = marked(1000, 5, 6)
	assert.Contains(t, p.Text, "the first 250 of 1,005 are marked")
	assert.Equal(t, "Scaling activities: the first 250 of 6,030", table.Caption)
}
