package scenarios

import (
	"time"

	"berth/scaling"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/load"
)

// forecaster keeps the load of a service by hours of the calendar, and has a
// predictive policy forecast from it.
type forecaster struct {
	policy   *scaling.Predictive
	requests bool      // the load is requests per minute, else percent of CPU × tasks
	history  []float64 // of whole hours, from the first one of the run on
	counted  load.Counts
	began    bool     // a whole hour has begun
	forecast int      // how many hours were known at the last forecast
	next     sim.Time // when tasks are provided next, or [sim.Never]
}

// addForecaster prepares for the predictive policy of a service that scales. One that
// only forecasts changes nothing.
func (w *World) addForecaster(v *liveService, s *Service) {
	if v.station == nil || s.Scaling == nil {
		return
	}
	for _, p := range s.Scaling.PredictiveScaling {
		if policy := p.policy(); policy.Mode == scaling.ForecastAndScale {
			v.ahead = &forecaster{policy: policy, requests: p.PredefinedMetricType == "ALBRequestCount", next: sim.Never}
		}
	}
	if v.ahead == nil {
		return
	}
	past := sim.Time(w.scenario.Start.Sub(w.scenario.Start.Truncate(time.Hour)))
	w.kernel.Schedule((sim.Hour-past)%sim.Hour, w.live.hour, uint32(v.group), 0)
}

// onHour takes down the load of an hour that is over, and forecasts when that is due.
// From then on the hour before no longer keeps tasks from being taken away.
//
// Source: Amazon EC2 Auto Scaling user guide, "Predictive scaling": forecasts for two
// days, by the hour; Application Auto Scaling user guide: each six hours.
func (l *live) onHour(now sim.Time, slot, _ uint32) {
	v := l.of[slot]
	f := v.ahead
	l.kernel.Schedule(now+sim.Hour, l.hour, slot, 0)
	l.catchUp(v, now)
	is := v.station.Total(now)
	if f.began {
		f.history = append(f.history, f.load(v, is))
		f.history = f.history[max(0, len(f.history)-scaling.MostHistory):]
	}
	f.began, f.counted = true, is
	if f.forecast++; len(f.history) >= scaling.LeastHistory && sim.Time(f.forecast-1)%(scaling.ForecastEvery/sim.Hour) == 0 {
		if forecast, err := f.policy.Forecast(now, f.history); err == nil {
			v.target.SetForecast(forecast)
			l.provide(v, now)
		}
	}
	l.askAgain(v, now)
}

// load returns the mean load of the hour that ends, by what was served or came in it.
func (f *forecaster) load(v *liveService, is load.Counts) float64 {
	if f.requests {
		return (is.Offered - f.counted.Offered).Float() / 60
	}
	cpu := float64(v.station.CPU) / cluster.VCPU
	return 100 * (is.Served - f.counted.Served).Float() * v.station.CPUSeconds / sim.Hour.Seconds() / cpu
}

// restart has the counts begin anew, at the end of the warm-up, within an hour.
func (f *forecaster) restart(was load.Counts) {
	if f != nil {
		f.counted.Offered -= was.Offered
		f.counted.Served -= was.Served
	}
}

// provide has the capacity provided that is forecast for an instant.
func (l *live) provide(v *liveService, at sim.Time) {
	if f := v.ahead; at < f.next {
		f.next = at
		l.kernel.Schedule(at, l.predict, uint32(v.group), 0)
	}
}

func (l *live) onPredict(now sim.Time, slot, _ uint32) {
	v := l.of[slot]
	if v.ahead.next != now {
		return // overtaken
	}
	v.ahead.next = sim.Never
	l.ask(v, now)
	v.asked.forecast = true
}

// runPredicted provides what is forecast, and plans when it is provided next.
func (l *live) runPredicted(v *liveService, now sim.Time) {
	a := v.target.RunPredicted(now, v.capacity())
	l.carryOut(v, &a, now)
	if at := v.target.NextPredicted(now); at != sim.Never {
		l.provide(v, at)
	}
	l.askAgain(v, now) // maxCapacity may be another, and what is held up
}
