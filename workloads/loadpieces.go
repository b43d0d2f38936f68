package workloads

import (
	"math"
	"time"

	"berth/sim"
)

// The longest pieces of a profile.
const (
	noisyPiece  = sim.Minute
	smoothPiece = 5 * sim.Minute
)

// profileLoad cuts the formula of a Profile into pieces. Where they begin and
// end depends on the profile alone.
type profileLoad struct {
	base      float64
	amplitude float64
	peak      sim.Time
	weekly    [7]float64 // by time.Weekday
	daysEqual bool
	clock     localClock
	spikes    spikes
	noise     *noise // nil without

	edge dayFactor // of the end of the last piece, where the next one begins

	// The piece of the last question. It is empty at first.
	from, until sim.Time
	first       float64 // the rate at from
	slope       float64 // per second
}

func newProfileLoad(p Profile, start time.Time, seed uint64, stream string) *profileLoad {
	l := &profileLoad{
		base: p.Base, amplitude: p.Daily.Amplitude, peak: p.Daily.Peak, daysEqual: true,
		clock: localClock{start: start.UnixNano(), zone: p.Zone}, spikes: newSpikes(p.Spikes),
		edge: dayFactor{at: unbounded},
	}
	if l.clock.zone == nil {
		l.clock.zone = time.UTC
	}
	for day := range l.weekly {
		l.weekly[day] = 1
		if factor, ok := p.Weekly[time.Weekday(day)]; ok {
			l.weekly[day] = factor
		}
		l.daysEqual = l.daysEqual && l.weekly[day] == l.weekly[0]
	}
	if p.Noise.CV > 0 && p.Base > 0 {
		l.noise = newNoise(p.Noise, seed, stream)
	}
	return l
}

// Rate implements Load.
func (l *profileLoad) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	if t >= MaxTime {
		rate, _, _ = l.Rate(MaxTime - 1)
		return rate, 0, sim.Never
	}
	if t < l.from || t >= l.until {
		l.cut(t)
	}
	if l.slope == 0 {
		return l.first, 0, l.until
	}
	return max(0, l.first+float64(l.slope*(t-l.from).Seconds())), l.slope, l.until
}

// cut finds the piece with t in it.
func (l *profileLoad) cut(t sim.Time) {
	l.from, l.until, l.first, l.slope = 0, sim.Never, 0, 0
	if l.base == 0 {
		return
	}
	weight := l.weekly[0]
	if l.amplitude > 0 || !l.daysEqual {
		day := l.clock.at(t)
		l.narrow(l.clock.from, l.clock.until)
		weight = l.weekly[day]
	}
	scale := l.base * weight
	if scale == 0 {
		return
	}
	from, until, ramps := l.spikes.at(t)
	l.narrow(from, until)
	switch {
	case l.noise != nil, ramps > 1, ramps == 1 && l.amplitude > 0:
		l.grid(t, noisyPiece)
	case l.amplitude > 0:
		l.grid(t, smoothPiece)
	}
	if l.noise != nil {
		l.noise.at(int64(l.from / sim.Minute))
	}
	l.first = scale * l.factor(l.from)
	if l.until < sim.Never {
		l.slope = (float64(scale*l.factor(l.until)) - l.first) / (l.until - l.from).Seconds()
		l.until = min(l.until, MaxTime)
	}
}

// narrow ends the piece at the given ends, if they are nearer.
func (l *profileLoad) narrow(from, until sim.Time) {
	l.from, l.until = max(l.from, from), min(l.until, until)
}

func (l *profileLoad) grid(t, step sim.Time) {
	from := t / step * step
	l.narrow(from, from+step)
}

// dayFactor is the factor of a time of day.
type dayFactor struct {
	at     sim.Time // since midnight
	factor float64
}

// factor is what varies within a piece, at one of its ends.
func (l *profileLoad) factor(at sim.Time) float64 {
	f := 1.0
	if l.amplitude > 0 {
		if of := l.clock.ofDay(at); of != l.edge.at {
			angle := 2 * math.Pi / float64(sim.Day) * float64(of-l.peak)
			l.edge = dayFactor{of, max(0, 1+float64(l.amplitude*math.Cos(angle)))}
		}
		f = l.edge.factor
	}
	if l.noise != nil {
		f *= l.noise.between(at)
	}
	return f * l.spikes.factor(at)
}

// localClock tells the day and the hour in a time zone. It remembers the day of
// the last question, cut where the clocks were changed.
type localClock struct {
	start int64 // of the run, in nanoseconds since 1970
	zone  *time.Location

	offset      sim.Time // of the zone from UTC
	segment     stretch  // in which that holds
	midnight    sim.Time // at which the day began, if the offset was the same then; it may be before the start
	from, until sim.Time // of the day, or what is left of it
	weekday     time.Weekday
}

type stretch struct{ from, until sim.Time }

// unbounded is before every instant of a run, for the beginning of a stretch.
const unbounded = sim.Time(math.MinInt64)

// at moves to the day of t.
func (c *localClock) at(t sim.Time) time.Weekday {
	if t >= c.from && t < c.until {
		return c.weekday
	}
	if t < c.segment.from || t >= c.segment.until {
		at := time.Unix(0, c.start+int64(t)).In(c.zone)
		_, seconds := at.Zone()
		c.offset = sim.Time(seconds) * sim.Second
		c.segment = c.sameOffset(at, seconds)
	}
	local := c.start + int64(t) + int64(c.offset)
	day := local / int64(sim.Day)
	if local%int64(sim.Day) < 0 {
		day--
	}
	c.midnight = sim.Time(day*int64(sim.Day) - int64(c.offset) - c.start)
	c.from, c.until = max(c.midnight, c.segment.from), min(c.midnight+sim.Day, c.segment.until)
	// 1970 began on a Thursday.
	c.weekday = time.Weekday(((day+int64(time.Thursday))%7 + 7) % 7)
	return c.weekday
}

// sameOffset is the longest stretch around an instant in which the clocks are as
// far from UTC as there. ZoneBounds alone does not tell: after the last listed
// change of a zone its bounds end with the year as well, and in a leap year a day
// before, even if the instant is on that day (Go 1.26).
func (c *localClock) sameOffset(at time.Time, offset int) stretch {
	s := stretch{unbounded, sim.Never}
	for t := at; ; {
		from, _ := t.ZoneBounds()
		if from.IsZero() || from.Year() < firstYear {
			break
		}
		t = from.Add(-1)
		if _, o := t.Zone(); o != offset {
			s.from = sim.Time(from.UnixNano() - c.start)
			break
		}
	}
	for t := at; ; {
		_, until := t.ZoneBounds()
		if !until.IsZero() && !until.After(t) {
			until = time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC).In(c.zone)
		}
		if until.IsZero() || until.Year() >= 2260 {
			break
		}
		t = until
		if _, o := t.Zone(); o != offset {
			s.until = sim.Time(until.UnixNano() - c.start)
			break
		}
	}
	return s
}

// ofDay is what the clocks show at an instant of the day that was last asked
// for; the end of the day is 24:00.
func (c *localClock) ofDay(t sim.Time) sim.Time { return t - c.midnight }
