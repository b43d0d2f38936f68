package scaling

import (
	"errors"
	"fmt"
	"math"
	"time"

	"berth/sim"
)

// The times of predictive scaling.
//
// Source: Amazon EC2 Auto Scaling user guide, "Predictive scaling for Amazon
// EC2 Auto Scaling"; Application Auto Scaling API,
// PredictiveScalingPolicyConfiguration. The refreshing every six hours is that
// of Application Auto Scaling.
const (
	LeastHistory            = 24 // hours with a load before there is any forecast
	MostHistory             = 14 * 24
	ForecastHours           = 48
	ForecastEvery           = 6 * sim.Hour
	DefaultSchedulingBuffer = 300 * sim.Second
	MostSchedulingBuffer    = sim.Hour
)

// ErrTooLittleHistory is the error of a forecast from less than [LeastHistory].
var ErrTooLittleHistory = errors.New("predictive scaling needs the load of at least 24 hours")

// Mode says what becomes of forecasts.
type Mode string

// The modes, as the Application Auto Scaling API names them.
const (
	ForecastOnly     Mode = "ForecastOnly"
	ForecastAndScale Mode = "ForecastAndScale"
)

// Breach says what happens when more is forecast than maxCapacity.
type Breach string

// The behaviours, as the Application Auto Scaling API names them.
const (
	HonorMaxCapacity    Breach = "HonorMaxCapacity"
	IncreaseMaxCapacity Breach = "IncreaseMaxCapacity"
)

// Predictive is a policy that provides capacity before the hours for which it
// expects load. It scales out only. Make one with [NewPredictive].
type Predictive struct {
	Name string
	// Target is the load that a task is to carry, above 0: percent of CPU or
	// memory, or requests per minute.
	Target float64
	Mode   Mode // "" is ForecastOnly
	// SchedulingBuffer is how long before the hour its capacity is provided,
	// from 0 to [MostSchedulingBuffer].
	SchedulingBuffer sim.Time
	Breach           Breach // "" is HonorMaxCapacity
	// MaxCapacityBuffer is how far maxCapacity is raised above what is forecast,
	// in percent of that from 0 to 100, with IncreaseMaxCapacity.
	MaxCapacityBuffer int
}

// NewPredictive returns a policy with AWS's defaults: it forecasts only, 300 s
// ahead, and honours maxCapacity.
func NewPredictive(name string, target float64) *Predictive {
	return &Predictive{Name: name, Target: target, Mode: ForecastOnly, SchedulingBuffer: DefaultSchedulingBuffer, Breach: HonorMaxCapacity}
}

// Problems returns what is wrong with the policy.
func (p *Predictive) Problems() []Problem {
	var all problems
	if p.Name == "" {
		all.add("policyName", "expected a name")
	}
	if !(p.Target > 0) || math.IsInf(p.Target, 0) {
		all.add("targetValue", "expected a number above 0, found %v", p.Target)
	}
	oneOf(&all, "mode", p.Mode, "", ForecastOnly, ForecastAndScale)
	oneOf(&all, "maxCapacityBreachBehavior", p.Breach, "", HonorMaxCapacity, IncreaseMaxCapacity)
	if p.SchedulingBuffer < 0 || p.SchedulingBuffer > MostSchedulingBuffer {
		all.add("schedulingBufferTime", "expected a duration from 0 to %v, found %v", words(MostSchedulingBuffer), words(p.SchedulingBuffer))
	}
	switch b := p.MaxCapacityBuffer; {
	case b < 0 || b > 100:
		all.add("maxCapacityBuffer", "expected a percentage from 0 to 100, found %d", b)
	case b > 0 && p.Breach != IncreaseMaxCapacity:
		all.add("maxCapacityBuffer", "expected none: it belongs to IncreaseMaxCapacity")
	}
	return all
}

// Forecast is what is expected of the hours to come.
type Forecast struct {
	Start    sim.Time  // of the first hour
	Load     []float64 // of each hour
	Capacity []int     // for each hour: the load over the target, rounded up
}

// Forecast returns what a history leads to expect, for [ForecastHours] from its
// end. The history holds the mean load of one hour each, of all tasks together
// (percent of CPU times tasks, or requests per minute), oldest first and
// without gaps; an hour without data is NaN. Of more than [MostHistory] the
// newest count. It ends at an instant that is a whole hour of the calendar.
//
// AWS says that it finds daily and weekly patterns, but not how; its model is
// learned and not published. This one is a choice of berth. The history is cut
// into whole periods from its end, of a week if there is one and of a day
// otherwise. The load of an hour is the mean of what it was at that hour of
// the period, and with two periods or more, moved by the straight line through
// the means of the periods (least squares). It is never below 0. Days and
// weeks are of 24 and 168 hours: a change of the clocks shifts the pattern by
// an hour for as long as the history remembers.
//
// The error is [ErrTooLittleHistory].
func (p *Predictive) Forecast(end sim.Time, history []float64) (Forecast, error) {
	f := Forecast{Start: end}
	history = history[max(0, len(history)-MostHistory):]
	known := 0
	for _, v := range history {
		if !math.IsNaN(v) {
			known++
		}
	}
	if known < LeastHistory {
		return f, fmt.Errorf("%w, and there are %d", ErrTooLittleHistory, known)
	}
	s := newSeason(history)
	for hour := range ForecastHours {
		load := s.load(hour)
		f.Load = append(f.Load, load)
		f.Capacity = append(f.Capacity, wholeTasks(1, load, p.Target))
	}
	return f, nil
}

// ahead is the policy of a target that scales by its forecast.
type ahead struct {
	policy   *Predictive
	forecast Forecast
}

// capacity returns what is forecast for an instant: of its hour, and of the
// next one when that is near. hour is the one that asks for it.
func (h *ahead) capacity(now sim.Time) (capacity, hour int) {
	hour = -1
	f := &h.forecast
	if now+h.policy.SchedulingBuffer < f.Start {
		return 0, hour
	}
	for i := max(0, int((now-f.Start)/sim.Hour)); i < len(f.Capacity); i++ {
		if f.Start+sim.Time(i)*sim.Hour-h.policy.SchedulingBuffer > now {
			break
		}
		if hour < 0 || f.Capacity[i] > capacity {
			capacity, hour = f.Capacity[i], i
		}
	}
	return capacity, hour
}

// floor returns the capacity below which policies do not scale in, for what is
// forecast: the desired count is the largest that any policy asks for.
func (t *Target) floor(now sim.Time) int {
	if t.ahead == nil || t.suspended.DynamicScalingOut {
		return 0
	}
	capacity, _ := t.ahead.capacity(now)
	return min(capacity, t.max)
}

// SetForecast gives the target a new forecast of its predictive policy, in
// place of an older one. Without a policy that scales it does nothing.
func (t *Target) SetForecast(f Forecast) {
	if t.ahead != nil {
		t.ahead.forecast = f
	}
}

// NextPredicted returns when capacity is due to be provided for the next hour
// of the forecast, after an instant; [sim.Never] when there is none.
func (t *Target) NextPredicted(after sim.Time) sim.Time {
	if t.ahead == nil {
		return sim.Never
	}
	f, buffer := &t.ahead.forecast, t.ahead.policy.SchedulingBuffer
	i := sim.Time(0)
	if passed := after + buffer - f.Start; passed >= 0 {
		i = passed/sim.Hour + 1
	}
	if i >= sim.Time(len(f.Capacity)) {
		return sim.Never
	}
	return f.Start + i*sim.Hour - buffer
}

// RunPredicted provides the capacity that is forecast for an instant, and
// returns what becomes of the desired count. It never lowers it. Cooldowns do
// not matter to it, and it starts none.
//
// With IncreaseMaxCapacity and a forecast whose capacity with its buffer is
// above maxCapacity, maxCapacity becomes that, rounded up, and stays so: EC2
// Auto Scaling documents the higher one as the new normal.
func (t *Target) RunPredicted(now sim.Time, c Capacity) Activity {
	a := Activity{At: now, From: c.Desired, To: c.Desired, Hold: NothingAsked}
	if t.ahead == nil {
		return a
	}
	p, f := t.ahead.policy, &t.ahead.forecast
	a.Policy = p.Name
	capacity, hour := t.ahead.capacity(now)
	if hour < 0 {
		a.Reason = Reason{Cause: NoData, Metric: "the load"}
		return a
	}
	a.Reason = Reason{
		Cause: Predicted, Name: p.Name, Target: p.Target, Load: f.Load[hour], Hour: f.Start + sim.Time(hour)*sim.Hour,
		Capacity: c.Desired, Result: capacity,
	}
	if t.suspended.DynamicScalingOut {
		a.Hold = Suspended
		return a
	}
	if p.Breach == IncreaseMaxCapacity {
		t.max = max(t.max, (min(capacity, most)*(100+p.MaxCapacityBuffer)+99)/100)
	}
	to := t.clamp(capacity)
	switch {
	case to > c.Desired:
		if a.To, a.Hold = to, Free; capacity > to {
			a.Hold = AtMaxCapacity
		} else if capacity < to {
			a.Hold = AtMinCapacity
		}
	case capacity > to:
		a.Hold = AtMaxCapacity
	default:
		a.Hold = Enough
	}
	return a
}

func duration(t sim.Time) time.Duration { return time.Duration(t) }
