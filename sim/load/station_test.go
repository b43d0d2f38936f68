package load

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

func newStation(t testing.TB, setup Setup, load Load, tasks int) *Station {
	s, err := NewStation(setup, load)
	require.NoError(t, err)
	s.Resize(0, Size{Serving: tasks, Running: tasks})
	return s
}

func endPeriod(s *Station, now sim.Time) *Period {
	var p Period
	s.EndPeriod(now, &p)
	return &p
}

// Tasks of one vCPU with 50 ms for a request serve 20 requests per second each.
func TestTheFluidByHand(t *testing.T) {
	within := service(func(s *Setup) { s.Timeout = 2 * sim.Second })
	for _, c := range []struct {
		name  string
		setup Setup
		load  *pieces
		sizes []resize
		at    sim.Time
		want  [5]float64 // backlog at the start, offered, served, lost, backlog
	}{
		{"below capacity all is served", service(nil), constant(30), []resize{{0, 2}}, sim.Minute, [5]float64{0, 1800, 1800, 0, 0}},
		{"at capacity too", service(nil), constant(40), []resize{{0, 2}}, sim.Minute, [5]float64{0, 2400, 2400, 0, 0}},
		{"above it the rest waits: 60 s × 10/s", service(nil), constant(50), []resize{{0, 2}}, sim.Minute, [5]float64{0, 3000, 2400, 0, 600}},
		{"and is lost beyond 40/s × 2 s", within, constant(50), []resize{{0, 2}}, sim.Minute, [5]float64{0, 3000, 2400, 520, 80}},
		{
			"a ramp from 0 to 80/s crosses 40/s after 30 s: then 30² × 80/60 / 2 wait", service(nil),
			&pieces{points: []point{{0, 0}, {sim.Minute, 80}}},
			[]resize{{0, 2}},
			sim.Minute,
			[5]float64{0, 2400, 1800, 0, 600},
		},
		{
			"and down again: 1200 at 90 s, 600 of them at 120 s", service(nil),
			&pieces{points: []point{{0, 0}, {sim.Minute, 80}, {2 * sim.Minute, 0}}},
			[]resize{{0, 2}},
			2 * sim.Minute,
			[5]float64{0, 4800, 4200, 0, 600},
		},
		{
			"none after 15 s more", service(nil),
			&pieces{points: []point{{0, 0}, {sim.Minute, 80}, {2 * sim.Minute, 0}}},
			[]resize{{0, 2}},
			135*sim.Second + 1,
			[5]float64{0, 4800, 4800, 0, 0},
		},
		{"tasks that come work off what waits: 600 − 10 s × 30/s", service(nil), constant(50), []resize{{0, 2}, {sim.Minute, 4}}, 70 * sim.Second, [5]float64{0, 3500, 3200, 0, 300}},
		{"tasks that go take room with them: 80 − 20/s × 2 s", within, constant(50), []resize{{0, 2}, {sim.Minute, 1}}, 61 * sim.Second, [5]float64{0, 3050, 2420, 520 + 40 + 30, 40}},
		{"without a task all wait", service(nil), constant(50), []resize{{0, 0}}, sim.Minute, [5]float64{0, 3000, 0, 0, 3000}},
		{"or all are lost", within, constant(50), []resize{{0, 0}}, sim.Minute, [5]float64{0, 3000, 0, 3000, 0}},
		{"what waits is lost when the last task goes", within, constant(50), []resize{{0, 2}, {sim.Minute, 0}}, sim.Minute + 1, [5]float64{0, 3000, 2400, 600, 0}},
		{"but tasks may be exchanged one by one", within, constant(50), []resize{{0, 2}, {sim.Minute, 0}, {sim.Minute, 2}}, sim.Minute + 1, [5]float64{0, 3000, 2400, 520, 80}},
	} {
		s, err := NewStation(c.setup, c.load)
		require.NoError(t, err)
		for _, z := range c.sizes {
			s.Resize(z.at, Size{Serving: z.tasks, Running: z.tasks})
		}
		n := s.Total(c.at)
		for i, got := range []Requests{n.BacklogStart, n.Offered, n.Served, n.Lost, n.Backlog} {
			assert.InDelta(t, c.want[i], got.Float(), 0.002, "%s: %d", c.name, i)
		}
	}
}

func TestThePeriodIsWhatTheDatapointsAreMadeOf(t *testing.T) {
	// 30 s of 30/s on two tasks of three that run, then three: 300 + 300 and
	// 100 requests each, CPU 30 × 50 ms of 3.
	s, err := NewStation(service(func(s *Setup) { s.Memory, s.PerPeriod = 0.4, true }), constant(30))
	require.NoError(t, err)
	s.Resize(0, Size{Serving: 2, Running: 3})
	s.Resize(30*sim.Second, Size{Serving: 3, Running: 3})
	s.Resize(50*sim.Second, Size{Serving: 3, Running: 4})
	p := endPeriod(s, sim.Minute)
	assert.Equal(t, sim.Time(0), p.Start)
	assert.InDelta(t, 1800, p.RequestCount().Sum, 1e-9)
	assert.InDelta(t, 450+200+100, p.RequestCountPerTarget().Sum, 1e-9)
	cpu := p.CPUUtilization()
	assert.InDelta(t, 100*90/(150.0+40), cpu.Average(), 1e-9)
	assert.InDelta(t, 50, cpu.Max, 1e-9)
	assert.InDelta(t, 37.5, cpu.Min, 1e-9)
	assert.InDelta(t, 190.0/60, p.Tasks, 1e-12)
	assert.InDelta(t, 150.0/60, p.Targets, 1e-12)
	memory := p.MemoryUtilization()
	assert.InDelta(t, 40, memory.Average(), 1e-9)
	response := p.TargetResponseTime()
	assert.EqualValues(t, 1800, response.Count)
	assert.False(t, p.Steady)
	assert.Equal(t, 2*sim.Minute, s.Due(sim.Minute))
	assert.InDelta(t, 1.5, s.Busy(sim.Minute), 1e-12)

	s.Resize(sim.Minute, Size{})
	p = endPeriod(s, 2*sim.Minute)
	cpu, memory, perTarget, response := p.CPUUtilization(), p.MemoryUtilization(), p.RequestCountPerTarget(), p.TargetResponseTime()
	assert.Zero(t, cpu.Count+memory.Count+perTarget.Count+response.Count, "no task, no datapoint")
	assert.InDelta(t, 1800, p.RequestCount().Sum, 1e-9)
	assert.Zero(t, s.Busy(2*sim.Minute))
}

func TestCPUBeyondTheReservedIsUsedWhereThereIsSome(t *testing.T) {
	s := newStation(t, service(nil), constant(50), 2)
	s.Resize(0, Size{Serving: 2, Running: 2, Extra: cluster.VCPU})
	p := endPeriod(s, sim.Minute)
	cpu := p.CPUUtilization()
	assert.InDelta(t, 125, cpu.Average(), 1e-9, "50 × 50 ms = 2.5 of 2 vCPU")
	assert.Zero(t, p.Backlog)
	assert.InDelta(t, 60, s.Capacity(), 1e-9)
}

func TestASteadyStationIsLeftAlone(t *testing.T) {
	s := newStation(t, service(nil), steps(point{0, 20}, point{90 * sim.Minute, 30}), 2)
	// The load begins with the period.
	first := endPeriod(s, sim.Minute)
	require.True(t, first.Steady)
	assert.Equal(t, 91*sim.Minute, s.Due(sim.Minute), "it changes at the end of the 90th minute")
	assert.Equal(t, 40*1200*Request, s.Total(40*sim.Minute).Offered)
	p := endPeriod(s, 91*sim.Minute)
	assert.Equal(t, 90*sim.Minute, p.Start)
	assert.Equal(t, 1800*Request, p.Offered)
	assert.False(t, p.Steady, "lines build up for some seconds")
	assert.Equal(t, 92*sim.Minute, s.Due(91*sim.Minute))
	assert.True(t, endPeriod(s, 92*sim.Minute).Steady)
	assert.Equal(t, sim.Never, s.Due(92*sim.Minute))
	s.Resize(200*sim.Minute+1, Size{Serving: 2, Running: 2})
	assert.Equal(t, sim.Never, s.Due(200*sim.Minute+1), "nothing has changed")
	s.Resize(200*sim.Minute+1, Size{Serving: 1, Running: 2})
	assert.Equal(t, 201*sim.Minute, s.Due(200*sim.Minute+1))
	p = endPeriod(s, 201*sim.Minute)
	assert.False(t, p.Steady)
	assert.InDelta(t, 600, p.Backlog.Float(), 0.01)
	assert.Equal(t, 90*1200*Request+111*1800*Request, s.Total(201*sim.Minute).Offered)
	// All that wait do so for a timeout: that is steady too.
	s = newStation(t, service(func(s *Setup) { s.Timeout = sim.Second }), constant(50), 2)
	assert.False(t, endPeriod(s, sim.Minute).Steady, "the backlog has to build up")
	assert.True(t, endPeriod(s, 2*sim.Minute).Steady)
	assert.Equal(t, sim.Never, s.Due(2*sim.Minute))
}

func TestRestartForgetsTheWarmUp(t *testing.T) {
	s := newStation(t, service(nil), constant(50), 2)
	s.Restart(sim.Minute)
	n := s.Total(2 * sim.Minute)
	assert.Equal(t, Counts{BacklogStart: 600 * Request, Offered: 3000 * Request, Served: 2400 * Request, Backlog: 1200 * Request}, n)
	assert.EqualValues(t, 2400*Request, timesOf(s, 2*sim.Minute).Count())
	assert.InDelta(t, 1200.0/3600, n.Unserved(), 1e-12)
	assert.Zero(t, Counts{}.Unserved())
}

func TestSetupsThatCannotBeAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Setup){
		"cpu: expected":                   func(s *Setup) { s.CPU = 0 },
		"concurrency: expected":           func(s *Setup) { s.Concurrency = -1 },
		"perRequest.cpuSeconds: expected": func(s *Setup) { s.CPUSeconds = math.NaN() },
		"perRequest.latency: expected":    func(s *Setup) { s.Latency = -1 },
		"perRequest.cv: expected":         func(s *Setup) { s.CV = -1 },
		"timeout: expected":               func(s *Setup) { s.Timeout = -1 },
		"balancing: expected":             func(s *Setup) { s.Balancing = 9 },
		"usage.memory: expected":          func(s *Setup) { s.Memory = -1 },
		"period: expected":                func(s *Setup) { s.Period = -1 },
	} {
		_, err := NewStation(service(change), constant(1))
		assert.ErrorContains(t, err, want)
	}
	s := newStation(t, service(nil), constant(1), 1)
	assert.Panics(t, func() { s.Resize(0, Size{Serving: 2, Running: 1}) })
	assert.Panics(t, func() { endPeriod(s, sim.Second) })
	s.Total(sim.Second)
	assert.Panics(t, func() { s.Total(0) })
	assert.Panics(t, func() { newStation(t, service(nil), constant(-1), 1).Total(1) })
}

func TestATaskHasAServerForEachWholeVCPU(t *testing.T) {
	for cpu, want := range map[int64]int{cluster.VCPU / 4: 1, cluster.VCPU: 1, cluster.VCPU * 3 / 2: 1, 4 * cluster.VCPU: 4} {
		s := service(func(s *Setup) { s.CPU = cpu })
		assert.Equal(t, want, s.servers())
	}
	// 4 vCPU and 16 servers: each has a quarter of a vCPU, so 50 ms take 200.
	s := service(func(s *Setup) { s.CPU, s.Concurrency, s.Latency = 4*cluster.VCPU, 16, 0 })
	assert.Equal(t, 200*sim.Millisecond, s.ServiceTime())
	assert.Equal(t, 200*sim.Millisecond, newStation(t, s, constant(1), 1).Latency)
}

// world is a random service and what happens to it.
type world struct {
	setup Setup
	load  *pieces
	sizes []resize
	// failing are parts of the requests that fail, in turn, none if there are none
	failing []float64
	end     sim.Time
}

// fail has requests of a world fail, now a part of them and now none.
func (w *world) fail(t *rapid.T) {
	w.failing = rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]float64{0, 0.05, 1}), rapid.Float64Range(0, 1)), 0, 3).Draw(t, "failing")
}

func anyWorld(t *rapid.T) world {
	var w world
	w.setup = service(func(s *Setup) {
		s.CPU = rapid.SampledFrom([]int64{cluster.VCPU / 4, cluster.VCPU, 3 * cluster.VCPU}).Draw(t, "cpu")
		s.Timeout = rapid.SampledFrom([]sim.Time{0, 1, sim.Second, 40 * sim.Second}).Draw(t, "timeout")
		s.CV = rapid.SampledFrom([]float64{0, 1, 3}).Draw(t, "cv")
		s.Balancing = rapid.SampledFrom([]Balancing{SharedQueue, RoundRobin}).Draw(t, "balancing")
		s.Period = rapid.SampledFrom([]sim.Time{20 * sim.Second, sim.Minute}).Draw(t, "period")
		s.PerPeriod = true
	})
	instant := rapid.Custom(func(t *rapid.T) sim.Time {
		if rapid.Bool().Draw(t, "round") {
			return sim.Time(rapid.IntRange(1, 60).Draw(t, "at")) * 20 * sim.Second
		}
		return sim.Time(rapid.Int64Range(1, int64(20*sim.Minute)).Draw(t, "at"))
	})
	rate := rapid.OneOf(rapid.SampledFrom([]float64{0, 20, 60, 0.001}), rapid.Float64Range(0, 400))
	w.load = &pieces{points: []point{{0, rate.Draw(t, "rate")}}}
	for range rapid.IntRange(0, 8).Draw(t, "pieces") {
		last := w.load.points[len(w.load.points)-1]
		length := instant.Draw(t, "length") / 4
		if rapid.Bool().Draw(t, "flat") {
			w.load.points = append(w.load.points, point{last.at + length, last.rate})
		} else {
			w.load.points = append(w.load.points, point{last.at + length, rate.Draw(t, "rate")})
		}
		if rapid.Bool().Draw(t, "jump") {
			w.load.points = append(w.load.points, point{last.at + length + 1, rate.Draw(t, "rate")})
		}
	}
	w.sizes = []resize{{0, rapid.IntRange(0, 6).Draw(t, "tasks")}}
	for range rapid.IntRange(0, 6).Draw(t, "resizes") {
		last := w.sizes[len(w.sizes)-1]
		w.sizes = append(w.sizes, resize{last.at + instant.Draw(t, "after")/6, rapid.IntRange(0, 6).Draw(t, "tasks")})
	}
	w.end = max(w.load.points[len(w.load.points)-1].at, w.sizes[len(w.sizes)-1].at) + instant.Draw(t, "end")
	return w
}

// run goes through a world with more tasks than it has, and calls at each of some
// instants in between.
func (w *world) run(t testing.TB, load Load, more int, at []sim.Time, f func(s *Station, now sim.Time)) *Station {
	s, err := NewStation(w.setup, load)
	require.NoError(t, err)
	n := 0
	upTo := func(now sim.Time) {
		for ; n < len(at) && at[n] <= now; n++ {
			f(s, at[n])
		}
	}
	for i, z := range w.sizes {
		upTo(z.at)
		size := Size{Serving: z.tasks + more, Running: z.tasks + more}
		if len(w.failing) > 0 {
			size.Failing = w.failing[i%len(w.failing)]
		}
		s.Resize(z.at, size)
	}
	upTo(w.end)
	return s
}

func every(length, end sim.Time) (at []sim.Time) {
	for t := length; t <= end; t += length {
		at = append(at, t)
	}
	return at
}

func TestNoRequestGetsLostUnseen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		w.fail(rt)
		w.end -= w.end%w.setup.Period - w.setup.Period
		var sum Counts
		var samples uint64
		s := w.run(t, w.load, 0, every(w.setup.Period, w.end), func(s *Station, now sim.Time) {
			p := endPeriod(s, now)
			cpu := p.CPUUtilization()
			switch {
			case p.Start != now-w.setup.Period:
				rt.Fatalf("period from %v on at %v", p.Start, now)
			case p.BacklogStart+p.Offered != p.Served+p.Lost+p.Backlog:
				rt.Fatalf("%v: %+v", now, p.Counts)
			case p.BacklogStart != sum.Backlog:
				rt.Fatalf("%v: %d waited, then %d", now, sum.Backlog, p.BacklogStart)
			case min(p.Offered, p.Served, p.Lost, p.Backlog) < 0:
				rt.Fatalf("%v: %+v", now, p.Counts)
			case cpu.Count > 0 && (cpu.Min < 0 || cpu.Sum < cpu.Min || cpu.Max < cpu.Sum || cpu.Max > 100*(1+1e-12)):
				rt.Fatalf("%v: %+v", now, cpu)
			case p.Latencies.Count() != uint64(p.Served):
				rt.Fatalf("%v: %d served, %d response times", now, p.Served, p.Latencies.Count())
			case w.setup.Timeout > 0 && p.Latencies.Quantile(1) > w.setup.Timeout+w.setup.Latency:
				rt.Fatalf("%v: somebody waited for %v", now, p.Latencies.Quantile(1))
			}
			sum.Offered += p.Offered
			sum.Served += p.Served
			sum.Lost += p.Lost
			sum.Backlog = p.Backlog
			samples += p.Latencies.Count()
		})
		if total := s.Total(w.end); total != sum || timesOf(s, w.end).Count() != samples {
			rt.Fatalf("in all %+v, by period %+v", total, sum)
		}
		var line Requests
		for _, c := range s.line.cohorts[s.line.head:] {
			line += c.units
		}
		if line != sum.Backlog {
			rt.Fatalf("%d wait, but %d are in line", sum.Backlog, line)
		}
	})
}

// split is a load in pieces that are cut up for no reason.
type split struct {
	*pieces
	at []sim.Time
}

func (l split) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	rate, slope, until = l.pieces.Rate(t)
	for _, at := range l.at {
		if at > t {
			until = min(until, at)
		}
	}
	return rate, slope, until
}

func TestToLookChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		w.fail(rt)
		left := w.run(t, w.load, 0, nil, nil)
		total, latencies := left.Total(w.end), timesOf(left, w.end)
		var at []sim.Time
		var now sim.Time
		for range rapid.IntRange(1, 40).Draw(rt, "looks") {
			if now += sim.Time(rapid.Int64Range(0, int64(2*sim.Minute)).Draw(rt, "after")); rapid.Bool().Draw(rt, "period") {
				now += w.setup.Period - now%w.setup.Period
			}
			at = append(at, now)
		}
		steady := false
		watched := w.run(t, w.load, 0, at, func(s *Station, now sim.Time) {
			s.Total(now)
			s.Busy(now)
			if now > 0 && now%w.setup.Period == 0 {
				steady = endPeriod(s, now).Steady || steady // then those like it are not gathered
			}
			s.Due(now)
			s.Resize(now, s.Size())
		})
		if got := watched.Total(w.end); got != total {
			rt.Fatalf("watched %+v, left alone %+v", got, total)
		}
		same := timesOf(watched, w.end)
		near := Requests(4 * (len(at) + 1))
		longest := latencies.Quantile(1).Seconds() * 1e9 // how many wait is rounded for each period
		if !steady && (same.Count() != latencies.Count() || math.Abs(same.Sum().Float()-latencies.Sum().Float()) > float64(near)*longest) {
			rt.Fatalf("watched %v ns in all, left alone %v ns", same.Sum().Float(), latencies.Sum().Float())
		}
		// Pieces cut in two are other segments: the same but for rounding.
		cut := w.run(t, split{w.load, at}, 0, nil, nil)
		got := cut.Total(w.end)
		if off := max(abs(got.Offered-total.Offered), abs(got.Served-total.Served), abs(got.Lost-total.Lost), abs(got.Backlog-total.Backlog)); off > near {
			rt.Fatalf("cut up %+v, whole %+v", got, total)
		}
		if served := float64(total.Served); served > 1000*1000 {
			a, b := timesOf(cut, w.end).Sum().Float()/served, latencies.Sum().Float()/served
			if math.Abs(a/b-1) > 0.05 {
				rt.Fatalf("cut up %v ns on average, whole %v ns", a, b)
			}
		}
	})
}

func abs(r Requests) Requests { return max(r, -r) }

func TestMoreTasksServeMore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		at := every(w.setup.Period, w.end)
		var served, lost, wait []Requests
		w.run(t, w.load, 0, at, func(s *Station, now sim.Time) {
			n := s.Total(now)
			served, lost, wait = append(served, n.Served), append(lost, n.Lost), append(wait, n.Backlog)
		})
		i := 0
		w.run(t, w.load, rapid.IntRange(1, 3).Draw(rt, "more"), at, func(s *Station, now sim.Time) {
			n := s.Total(now)
			near := Requests(2 * (i + len(w.sizes) + 2*len(w.load.points)))
			if n.Served < served[i]-near || n.Lost > lost[i]+near || w.setup.Timeout == 0 && n.Backlog > wait[i]+near {
				rt.Fatalf("%v: %+v, with fewer tasks %d served, %d lost, %d wait", now, n, served[i], lost[i], wait[i])
			}
			i++
		})
	})
}

// The fluid, by steps of 5 ms, with requests by the million: chance is nothing
// then, and by Little's law all have waited as long as the backlog was there.
func TestTheFluidFollowsItsDifferentialEquation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		const dt = 5 * sim.Millisecond
		w.setup.CPUSeconds, w.setup.CV, w.setup.Balancing = 50e-9, 0, SharedQueue
		for i := range w.load.points {
			w.load.points[i].rate *= 1e6
			w.load.points[i].at -= w.load.points[i].at % dt
		}
		for i := range w.sizes {
			w.sizes[i].at -= w.sizes[i].at % dt
		}
		w.sizes = append(w.sizes, resize{w.end, 400}) // all are served in the end
		s := w.run(t, w.load, 0, nil, nil)
		end := w.end + sim.Hour
		var offered, served, lost, backlog, waits float64
		size := 0
		var until sim.Time
		var rate, slope, capacity float64
		for now := sim.Time(0); now < w.end; now += dt {
			if now >= until {
				rate, slope, until = w.load.Rate(now)
			} else {
				rate += slope * dt.Seconds()
			}
			for ; size < len(w.sizes) && w.sizes[size].at <= now; size++ {
				capacity = w.setup.capacity(Size{Serving: w.sizes[size].tasks, Running: w.sizes[size].tasks})
			}
			in := (rate + slope*dt.Seconds()/2) * dt.Seconds()
			out := min(capacity*dt.Seconds(), backlog+in)
			offered += in
			served += out
			waits += backlog * dt.Seconds()
			if backlog += in - out; w.setup.Timeout > 0 && backlog > capacity*w.setup.Timeout.Seconds() {
				lost += backlog - capacity*w.setup.Timeout.Seconds()
				backlog = capacity * w.setup.Timeout.Seconds()
			}
		}
		n := s.Total(w.end)
		const near = 0.05e6 * 400 // of up to 400 million a second
		if math.Abs(n.Offered.Float()-offered) > near || math.Abs(n.Lost.Float()-lost) > near || math.Abs(n.Backlog.Float()-backlog) > near {
			rt.Fatalf("%+v, by steps %v offered, %v served, %v lost, %v wait", n, offered, served, lost, backlog)
		}
		if w.setup.Timeout == 0 {
			last := Size{Serving: 400, Running: 400}
			s.Resize(w.end, last)
			rest := backlog / (w.setup.capacity(last) - w.load.points[len(w.load.points)-1].rate) // seconds
			waits += backlog * rest / 2
			l := timesOf(s, end)
			got := l.Sum().Float()/1e9/float64(Request) - w.setup.Latency.Seconds()*float64(l.Count())/float64(Request)
			// What chance adds even so: some ms in the minutes exactly at capacity.
			if math.Abs(got-waits) > 0.02*waits+0.005*offered+near {
				rt.Fatalf("waited for %v s in all, by Little's law %v s", got, waits)
			}
		}
	})
}

func TestALongLineForgetsDetails(t *testing.T) {
	load := &pieces{repeat: 2 * sim.Minute, points: []point{{0, 50}, {sim.Minute, 70}}}
	s := newStation(t, service(nil), load, 2)
	n := s.Total(3 * sim.Day)
	assert.LessOrEqual(t, len(s.line.cohorts), 2*maxCohorts)
	assert.InDelta(t, (65-40)*3*86400, n.Backlog.Float(), 86400*10)
	s.Resize(3*sim.Day, Size{Serving: 10, Running: 10})
	assert.Zero(t, s.Total(5*sim.Day).Backlog)
	assert.Greater(t, timesOf(s, 5*sim.Day).Quantile(0.99), 12*sim.Hour)
}

// What is gathered over many periods has as many response times as requests were
// served, and about the quantiles of those that each period has of its own.
func TestResponseTimesAreGathered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := anyWorld(rt)
		w.end -= w.end%w.setup.Period - w.setup.Period
		var gathered, own cloudwatch.Sketch
		s := w.run(t, w.load, 0, every(w.setup.Period, w.end), func(s *Station, now sim.Time) {
			own.Merge(endPeriod(s, now).Latencies)
			if rapid.Bool().Draw(rt, "ask") {
				s.Gathered(&gathered)
			}
		})
		s.Gathered(&gathered)
		if gathered.Count() != own.Count() {
			rt.Fatalf("%d gathered, %d by period", gathered.Count(), own.Count())
		}
		if own.Count() < uint64(1000*Request) {
			return
		}
		// Where one in a hundred waits, a quantile jumps: what lies around it counts.
		latency := w.setup.Latency.Seconds()
		wait := func(s *cloudwatch.Sketch, share float64) float64 { return s.Quantile(share).Seconds() - latency }
		within := 0.04*wait(&own, 0.99) + 0.02*latency
		for _, share := range []float64{0.5, 0.9, 0.99} {
			least, is, most := wait(&own, share-0.006), wait(&gathered, share), wait(&own, share+0.006)
			if is < 0.85*least-within || is > most/0.85+within {
				rt.Fatalf("p%v: a wait of %v s gathered, %v s to %v s by period", 100*share, is, least, most)
			}
		}
	})
}

// A steady period that nobody ends is gathered when that is asked for.
func TestSteadyPeriodsAreGathered(t *testing.T) {
	s := newStation(t, service(func(s *Setup) { s.PerPeriod = true }), constant(30), 2)
	var of, gathered, before cloudwatch.Sketch
	endPeriod(s, 5*sim.Minute)
	s.Gathered(&before)
	p := endPeriod(s, 6*sim.Minute)
	require.True(t, p.Steady)
	of.Merge(p.Latencies)
	s.Gathered(&gathered)
	assert.Equal(t, of.Count(), gathered.Count())
	assert.Equal(t, of.Sum(), gathered.Sum())
	s.Total(sim.Hour)
	s.GatherSteady(59*p.Served, s.Lasting()) // the next hour but for a minute
	s.Gathered(&gathered)
	assert.Equal(t, 60*of.Count(), gathered.Count())
	assert.InEpsilon(t, of.Quantile(0.99).Seconds(), gathered.Quantile(0.99).Seconds(), 0.001)
}

// Two tasks of one vCPU and one of two serve as four of one; when all three are of
// two, they serve as six, and each works on two requests at once.
func TestTasksOfAnotherSizeServeInProportion(t *testing.T) {
	s, err := NewStation(service(nil), constant(100))
	require.NoError(t, err)
	s.Resize(0, Size{Serving: 3, Running: 3, Extra: cluster.VCPU, Reserved: cluster.VCPU})
	assert.InDelta(t, 80, s.Capacity(), 1e-9)
	s.Resize(30*sim.Second, Size{Serving: 3, Running: 3})
	s.Retune(30*sim.Second, 2*cluster.VCPU)
	assert.InDelta(t, 120, s.Capacity(), 1e-9)
	p := endPeriod(s, sim.Minute)
	assert.InDelta(t, 30*4+30*6, p.Reserved, 1e-9)
	assert.InDelta(t, 30*4+30*6, p.Used, 1e-3, "600 wait after half a minute, and none after a whole one")
	assert.InDelta(t, 0, p.Backlog.Float(), 0.01)
	assert.InDelta(t, 3, p.Tasks, 1e-9)
	cpu := p.CPUUtilization()
	assert.InDelta(t, 100, cpu.Average(), 1e-3)
}
