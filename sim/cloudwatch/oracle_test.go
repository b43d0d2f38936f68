package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
)

// The oracle keeps one entry per period and evaluates every alarm at every
// instant at which it can be evaluated, from nothing but the text of the user
// guide. It shares no code with the package.
type oracle struct {
	resolution, delay sim.Time
	entries           []entry
	stretches         int
	alarms            []*oracleAlarm
}

// entry is the datapoint of one period. Entries of one steady stretch have one
// number, those that were put alone have one each, and none has 0.
type entry struct {
	stretch int
	count   int64
	values  [3]float64 // sum, min, max
	samples []int      // ns
}

type oracleAlarm struct {
	Alarm
	added, interval sim.Time
	rest            int // how the observer answers
	state           State
	acted, again    sim.Time
	asleep          bool
	log             []string
}

func (o *oracle) put(n int, e entry) {
	o.stretches++
	e.stretch = o.stretches
	clear(o.entries[n:])
	if e.count > 0 {
		o.entries[n] = e
	}
}

func (o *oracle) putSteady(n int, e entry) {
	if last := o.entries[len(o.entries)-1]; last.count > 0 && e.count == last.count && e.values == last.values &&
		e.samples == nil && last.samples == nil && o.entries[n].stretch == last.stretch {
		return
	}
	o.stretches++
	e.stretch = o.stretches
	clear(o.entries[n:])
	for i := n; e.count > 0 && i < len(o.entries); i++ {
		o.entries[i] = e
	}
}

// closed returns the period after the last that was put and is not steady.
func (o *oracle) closed() int {
	if o.entries[len(o.entries)-1].count > 0 {
		return 0
	}
	for n := len(o.entries); n > 0; n-- {
		if o.entries[n-1].count > 0 {
			return n
		}
	}
	return 0
}

// window returns the value of the periods from first up to end, if any has one.
func (o *oracle) window(a *oracleAlarm, first, end int) (float64, bool) {
	var count int64
	var sum float64
	low, high := math.Inf(1), math.Inf(-1)
	var samples []int
	for _, e := range o.entries[max(0, first):max(0, end)] {
		if e.count > 0 {
			count += e.count
			sum += e.values[0]
			low, high = min(low, e.values[1]), max(high, e.values[2])
			samples = append(samples, e.samples...)
		}
	}
	switch {
	case count == 0:
		return 0, false
	case a.Statistic == Average:
		return sum / float64(count), true
	case a.Statistic == Sum:
		return sum, true
	case a.Statistic == Minimum:
		return low, true
	case a.Statistic == Maximum:
		return high, true
	case a.Statistic == SampleCount:
		return float64(count), true
	case len(samples) == 0:
		return high, true
	}
	p, _ := strconv.Atoi(string(a.Statistic[1:]))
	slices.Sort(samples)
	return float64(samples[(len(samples)*p+99)/100-1]) / 1e9, true
}

func (a *oracleAlarm) breaches(v float64) bool {
	return v > a.Threshold && (a.Comparison == Above || a.Comparison == AtOrAbove) ||
		v < a.Threshold && (a.Comparison == Below || a.Comparison == AtOrBelow) ||
		v == a.Threshold && (a.Comparison == AtOrAbove || a.Comparison == AtOrBelow)
}

// stretch returns the number of the stretch of a period.
func (o *oracle) stretch(n int) int {
	if n < 0 {
		return 0
	}
	return o.entries[n].stretch
}

// evaluate is one evaluation at an instant.
func (o *oracle) evaluate(id int, now sim.Time) {
	a := o.alarms[id]
	end := int((now - o.delay) / o.resolution)
	width := int(a.Period / o.resolution)
	positions := a.EvaluationPeriods + 2
	var points []float64 // newest first
	breaching, oldest := 0, 0
	for n := range positions {
		if v, ok := o.window(a, end-(n+1)*width, end-n*width); ok && len(points) < a.EvaluationPeriods {
			if points = append(points, v); a.breaches(v) {
				breaching, oldest = breaching+1, n+1
			}
		}
	}
	was := a.state
	filled := a.EvaluationPeriods - len(points)
	ok := map[bool]State{true: InAlarm, false: OK}
	switch {
	case filled == 0:
		a.state = ok[breaching >= a.DatapointsToAlarm]
	case a.MissingData == Breaching:
		a.state = ok[breaching+filled >= a.DatapointsToAlarm]
	case a.MissingData == NotBreaching, breaching >= a.DatapointsToAlarm, breaching < len(points):
		a.state = ok[breaching >= a.DatapointsToAlarm]
	case a.MissingData == Ignore:
	case len(points) > 0 && oldest >= a.DatapointsToAlarm:
		a.state = InAlarm
	default:
		a.state = InsufficientData
	}
	slices.Reverse(points)
	if a.Newest {
		points = points[max(0, len(points)-1):]
	}
	if was != a.state {
		a.log = append(a.log, fmt.Sprintf("%v %v to %v: %v", now, was, a.state, points))
	}
	if a.Acts && a.state == InAlarm {
		uniform := true
		for n := end - positions*width; n < end; n++ {
			uniform = uniform && o.stretch(n) == o.stretch(end-1)
		}
		beat := (sim.Minute + a.interval - 1) / a.interval * a.interval
		if was != InAlarm || now > a.acted && (now-a.acted)%beat == 0 && (!uniform && !a.asleep || now >= a.again) {
			a.log = append(a.log, fmt.Sprintf("%v acts: %v", now, points))
			a.acted, a.again = now, rest(a.rest, now)
			if a.asleep = a.again == UntilAsked; a.asleep {
				a.again = sim.Never
			}
		}
	}
}

// rest is how an observer answers.
func rest(kind int, now sim.Time) sim.Time {
	return [...]sim.Time{0, sim.Never, now + 150*sim.Second, now + 7*sim.Minute, UntilAsked}[kind]
}

// newest returns the newest datapoint that an alarm looked at when it was last due, and
// when that ended.
func (o *oracle) newest(id int, now sim.Time) (value float64, end sim.Time, ok bool) {
	a := o.alarms[id]
	last := int(max(0, now-o.delay-(now-o.delay)%a.interval) / o.resolution)
	width := int(a.Period / o.resolution)
	for range a.EvaluationPeriods + 2 {
		if value, ok = o.window(a, last-width, last); ok {
			return value, sim.Time(last) * o.resolution, true
		}
		last -= width
	}
	return 0, 0, false
}

// told writes down what the package tells, in the words of the oracle.
type told struct {
	logs  [][]string
	rests []int
}

// seen returns the datapoints that may be asked for.
func (l *told) seen(c *Cause) []float64 {
	points := c.Datapoints(nil)
	if c.Setup.Newest {
		points = points[max(0, len(points)-1):]
	}
	return points
}

func (l *told) AlarmChanged(now sim.Time, c *Cause) {
	l.logs[c.Alarm] = append(l.logs[c.Alarm], fmt.Sprintf("%v %v to %v: %v", now, c.From, c.To, l.seen(c)))
}

func (l *told) AlarmActs(now sim.Time, c *Cause) sim.Time {
	l.logs[c.Alarm] = append(l.logs[c.Alarm], fmt.Sprintf("%v acts: %v", now, l.seen(c)))
	return rest(l.rests[c.Alarm], now)
}

func drawEntry(t *rapid.T) (entry, Statistics) {
	var e entry
	var s Statistics
	if e.count = rapid.Int64Range(-1, 3).Draw(t, "count"); e.count <= 0 {
		e.count = 0
		return e, s
	}
	low := rapid.IntRange(0, 16).Draw(t, "low")
	high := rapid.IntRange(low, 16).Draw(t, "high")
	e.values = [3]float64{float64(int64(low) * e.count), float64(low) / 4, float64(high) / 4}
	s = Statistics{Count: e.count, Sum: e.values[0], Min: e.values[1], Max: e.values[2]}
	if rapid.IntRange(0, 3).Draw(t, "samples") == 0 {
		e.samples = rapid.SliceOfN(rapid.IntRange(0, 100), 1, 5).Draw(t, "latencies")
		s.Latencies = new(Sketch)
		for _, v := range e.samples {
			s.Latencies.Add(sim.Time(v), 1)
		}
	}
	return e, s
}

func drawAlarm(t *rapid.T, resolution sim.Time, like *oracleAlarm) *oracleAlarm {
	a := new(oracleAlarm)
	if like != nil {
		a.Period, a.EvaluationPeriods = like.Period, like.EvaluationPeriods
	} else {
		var periods []sim.Time
		for _, p := range []sim.Time{10 * sim.Second, 20 * sim.Second, 30 * sim.Second, sim.Minute, 3 * sim.Minute} {
			if p%resolution == 0 {
				periods = append(periods, p)
			}
		}
		a.Period = rapid.SampledFrom(periods).Draw(t, "period")
		a.EvaluationPeriods = rapid.IntRange(1, 5).Draw(t, "evaluationPeriods")
	}
	a.interval = sim.Minute
	if a.Period < sim.Minute {
		a.interval = max(10*sim.Second, resolution)
	}
	a.DatapointsToAlarm = rapid.IntRange(1, a.EvaluationPeriods).Draw(t, "datapointsToAlarm")
	a.Statistic = rapid.SampledFrom([]Statistic{Average, Average, Sum, Minimum, Maximum, SampleCount, "p50", "p90", "p100"}).Draw(t, "statistic")
	a.Comparison = rapid.SampledFrom([]Comparison{Above, AtOrAbove, Below, AtOrBelow}).Draw(t, "comparison")
	a.MissingData = rapid.SampledFrom([]MissingData{Missing, Ignore, Breaching, NotBreaching}).Draw(t, "missing")
	a.Threshold = float64(rapid.IntRange(0, 16).Draw(t, "threshold"))
	switch a.Statistic {
	case Minimum, Maximum, SampleCount:
		a.Threshold /= 4
	case "p50", "p90", "p100":
		a.Threshold = float64(rapid.IntRange(0, 100).Draw(t, "threshold")) / 1e9
	}
	a.Acts = rapid.Bool().Draw(t, "acts")
	a.rest = rapid.IntRange(0, 4).Draw(t, "rest")
	return a
}

// Whatever is put, and whenever: what observers are told is what an evaluation
// of each alarm at each of its instants gives. So an evaluation that the
// package leaves out would have changed nothing.
func TestEvaluationsThatAreLeftOutChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := &oracle{
			resolution: rapid.SampledFrom([]sim.Time{5 * sim.Second, 10 * sim.Second, 20 * sim.Second, sim.Minute}).Draw(t, "resolution"),
			delay:      rapid.SampledFrom([]sim.Time{0, 3 * sim.Second, HighResolutionDelay, sim.Minute, StandardDelay}).Draw(t, "delay"),
		}
		r := o.resolution
		horizon := 40 * sim.Minute
		o.entries = make([]entry, horizon/r+2)
		g, l := newStage(), &told{}
		g.observers = []Observer{l}
		complete, newest := rapid.Bool().Draw(t, "complete"), rapid.Bool().Draw(t, "newest")
		m, err := g.AddMetric(Metric{Name: "m", Resolution: r, Delay: o.delay, Complete: complete})
		require.NoError(t, err)
		add := func(a *oracleAlarm) {
			a.Metric, a.added = m, g.kernel.Now()
			o.alarms = append(o.alarms, a)
			l.logs, l.rests = append(l.logs, nil), append(l.rests, a.rest)
			_, err := g.AddAlarm(a.Alarm)
			require.NoError(t, err)
		}
		// The first keeps samples and data for those that come later. Where only the
		// newest datapoints are kept, none do.
		first := drawAlarm(t, r, nil)
		if first.Statistic = "p90"; newest {
			first.Statistic, first.Newest = Average, true
		}
		add(first)
		for range rapid.IntRange(0, 2).Draw(t, "alarms") {
			a := drawAlarm(t, r, nil)
			if a.Newest = newest; newest && a.Statistic[0] == 'p' {
				a.Statistic = Maximum
			}
			add(a)
		}
		// What is said of a complete metric: all periods before this one.
		said := 0
		put := func(n int, e entry, s []Statistics) {
			o.put(n, e)
			g.PutEach(m, sim.Time(n)*r, s)
			said = n + 1
		}
		sayUpTo := func(n int) {
			if complete && said < n {
				said = max(said, o.closed())
				if rapid.Bool().Draw(t, "at once") && said < n {
					put(said, entry{}, make([]Statistics, n-said))
					said = n
				}
				for said < n {
					put(said, entry{}, make([]Statistics, 1))
				}
			}
		}
		// What happens, in the order of time. The oracle goes through the same
		// instants once more, so that both know the same at each.
		type step struct {
			at sim.Time
			do func()
		}
		var steps []step
		at := sim.Time(0)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at += sim.Time(rapid.SampledFrom([]int{0, 1, 1, 1, 1, 2, 5, 40}).Draw(t, "pause")) * r
			if rapid.IntRange(0, 3).Draw(t, "within") == 0 {
				at += sim.Time(rapid.IntRange(0, 9).Draw(t, "seconds")) * sim.Second
			}
			if at >= horizon-r {
				break
			}
			now, what := at, rapid.IntRange(0, 9).Draw(t, "what")
			e, s := drawEntry(t)
			back := rapid.IntRange(0, 5).Draw(t, "back")
			several := rapid.IntRange(1, 4).Draw(t, "several")
			late := drawAlarm(t, r, first)
			steps = append(steps, step{now, func() {
				n := int(now/r) - back
				seen := func() bool { return n < 0 || sim.Time(n+1)*r+o.delay < now || n < o.closed() }
				switch {
				case what == 0 && len(o.alarms) < 5 && !newest:
					add(late)
				case what <= 2:
					id := back % len(o.alarms)
					g.Again(AlarmID(id), now+30*sim.Second)
					if a := o.alarms[id]; a.Acts && a.state == InAlarm {
						a.again = min(a.again, now+30*sim.Second)
					}
				case what <= 5:
					if n++; !seen() && sim.Time(n)*r <= now {
						sayUpTo(n)
						o.putSteady(n, e)
						g.PutSteady(m, sim.Time(n)*r, s)
						said = len(o.entries)
					}
				default:
					if n--; !seen() {
						sayUpTo(n)
						several := make([]Statistics, max(1, min(several, int(now/r)-n)))
						for i := range several {
							several[i] = s
						}
						put(n, e, several)
						for range several[1:] {
							o.put(said, e)
							said++
						}
					}
				}
			}})
		}
		// One event per instant at which anything can happen: the steps first,
		// then the oracle's evaluations, and the package's own in the phase after.
		instants := []sim.Time{}
		for now := sim.Time(0); now < horizon; now += sim.Second {
			instants = append(instants, now)
		}
		next := 0
		act := g.kernel.Register("oracle", sim.Observing, false, func(now sim.Time, _, _ uint32) {
			for ; next < len(steps) && steps[next].at == now; next++ {
				steps[next].do()
			}
			if now >= o.delay+r {
				sayUpTo(int((now - o.delay) / r))
			}
			for id, a := range o.alarms {
				if (now-o.delay)%a.interval == 0 && now >= a.added {
					o.evaluate(id, now)
				}
				if now >= o.delay && now >= a.added+2*sim.Minute {
					value, end, ok := g.Newest(AlarmID(id))
					wantedValue, wantedEnd, wantedOK := o.newest(id, now)
					require.Equal(t, []any{wantedValue, wantedEnd, wantedOK}, []any{value, end, ok}, "at %v", now)
				}
			}
		})
		for _, now := range instants {
			g.kernel.Schedule(now, act, 0, 0)
		}
		require.NoError(t, g.kernel.Run(horizon))
		for id, a := range o.alarms {
			require.Equal(t, a.log, l.logs[id], "%+v", a.Alarm)
		}
		require.NoError(t, g.Check())
	})
}
