package scaling

import "math"

// The periods of a season, in hours.
const (
	day  = 24
	week = 7 * day
)

// season is a pattern that repeats, and a straight line under it.
type season struct {
	pattern []float64 // the mean load of each hour of the period
	slope   float64   // how much the mean of a period rises from one to the next
	ahead   float64   // from the middle of the history to the period after it, in periods
}

// newSeason finds the season of a history that has a whole day, see
// [Predictive.Forecast].
func newSeason(history []float64) season {
	length := day
	if len(history) >= week {
		length = week
	}
	periods, usual := len(history)/length, meanOf(history, 0, 1)
	history = history[len(history)-periods*length:]
	s := season{pattern: make([]float64, length), ahead: float64(periods+1) / 2}
	for hour := range s.pattern {
		s.pattern[hour] = meanOf(history, hour, length)
	}
	for hour, v := range s.pattern {
		if math.IsNaN(v) { // no period knows this hour: the same hour of other days, or any
			if v = meanOf(history, hour%day, day); math.IsNaN(v) {
				v = usual
			}
			s.pattern[hour] = v
		}
	}
	s.slope = s.slopeOf(history, periods)
	return s
}

// slopeOf returns the slope of the straight line through the periods' means, by
// least squares. An hour without data counts as its pattern.
func (s *season) slopeOf(history []float64, periods int) float64 {
	above, below := 0.0, 0.0
	for period := range periods {
		x, sum := float64(period)-float64(periods-1)/2, 0.0
		for hour, usual := range s.pattern {
			if v := history[period*len(s.pattern)+hour]; !math.IsNaN(v) {
				sum += v - usual
			}
		}
		above += float64(x * sum / float64(len(s.pattern)))
		below += float64(x * x)
	}
	if below == 0 {
		return 0
	}
	return above / below
}

// load returns what is expected of an hour after the history, counted from 0.
func (s *season) load(hour int) float64 {
	n := len(s.pattern)
	return max(0, s.pattern[hour%n]+float64(s.slope*(s.ahead+float64(hour/n))))
}

// meanOf returns the mean of every so many hours from one on, NaN when none of
// them is known.
func meanOf(history []float64, from, every int) float64 {
	sum, n := 0.0, 0
	for i := from; i < len(history); i += every {
		if v := history[i]; !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}
