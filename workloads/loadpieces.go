package workloads

import (
	"math"
	"sync"
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
//
// Where services are many, what it takes to cut a piece is seldom in a cache. So
// several are cut at a time, and what the answers from them read lies together.
type profileLoad struct {
	// The row of pieces, of one length, in which the last question was. It is empty
	// at first.
	from, until sim.Time
	length      sim.Time
	row         [rowLength]piece

	noise     *noise // nil without
	base      float64
	amplitude float64
	peak      sim.Time
	cosines   *cosines
	spikes    spikes
	clock     localClock
	daysEqual bool
	weekly    [7]float64 // by time.Weekday
}

// rowLength is how many pieces are computed at a time.
const rowLength = 8

// piece is a line.
type piece struct {
	first float64 // the rate at its beginning
	slope float64 // per second
}

func newProfileLoad(p Profile, start time.Time, seed uint64, stream string) *profileLoad {
	l := &profileLoad{
		base: p.Base, amplitude: p.Daily.Amplitude, peak: p.Daily.Peak, cosines: minutes(), daysEqual: true,
		clock: localClock{start: start.UnixNano(), zone: p.Zone}, spikes: newSpikes(p.Spikes),
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
	since := t - l.from
	p := &l.row[since/l.length]
	since %= l.length
	if p.slope == 0 {
		return p.first, 0, t - since + l.length
	}
	return max(0, p.first+float64(p.slope*since.Seconds())), p.slope, t - since + l.length
}

// cut finds the piece with t in it, and those after it if they are whole steps.
func (l *profileLoad) cut(t sim.Time) {
	scale, step := l.bounds(t)
	if step > 0 {
		from := t / step * step
		n := min(rowLength, (min(l.until, MaxTime)-from)/step)
		if from >= l.from && n > 0 {
			l.from, l.until, l.length = from, from+n*step, step
			l.fill(scale, l.row[:n])
			return
		}
		l.narrow(from, from+step)
	}
	l.single(scale)
}

// bounds finds the time around t in which the day is the same and no spike has a
// corner: from where until where, the factor that does not change in it, and the
// longest pieces into which it has to be cut, or 0.
func (l *profileLoad) bounds(t sim.Time) (scale float64, step sim.Time) {
	l.from, l.until = 0, sim.Never
	if l.base == 0 {
		return 0, 0
	}
	weight := l.weekly[0]
	if l.amplitude > 0 || !l.daysEqual {
		day := l.clock.at(t)
		l.narrow(l.clock.from, l.clock.until)
		weight = l.weekly[day]
	}
	if scale = l.base * weight; scale == 0 {
		return 0, 0
	}
	from, until, ramps := l.spikes.at(t)
	l.narrow(from, until)
	switch {
	case l.noise != nil, ramps > 1, ramps == 1 && l.amplitude > 0:
		return scale, noisyPiece
	case l.amplitude > 0:
		return scale, smoothPiece
	}
	return scale, 0
}

// single makes all from from until until one piece.
func (l *profileLoad) single(scale float64) {
	l.row[0] = piece{}
	if scale != 0 {
		if l.noise != nil {
			l.noise.at(int64(l.from / sim.Minute))
		}
		first := float64(scale * l.factor(l.from))
		l.row[0].first = first
		if l.until < sim.Never {
			l.row[0].slope = (float64(scale*l.factor(l.until)) - first) / (l.until - l.from).Seconds()
			l.until = min(l.until, MaxTime)
		}
	}
	l.length = l.until - l.from
}

// fill computes the pieces of a row, as single does for one. It does the work of one
// kind for all of them before that of the next: what does not depend on each other
// overlaps in the processor.
func (l *profileLoad) fill(scale float64, row []piece) {
	var noise, day [rowLength + 1]float64
	n := len(row)
	if l.noise != nil {
		l.noise.walk(int64(l.from/sim.Minute), noise[:n+1])
	}
	if l.amplitude > 0 {
		of := l.clock.ofDay(l.from)
		for i := range day[:n+1] {
			day[i] = l.daily(of + sim.Time(i)*l.length)
		}
	}
	length := l.length.Seconds()
	for i := range row {
		first, last := 1.0, 1.0
		if l.amplitude > 0 {
			first, last = day[i], day[i+1]
		}
		if l.noise != nil {
			first *= noise[i]
			last *= noise[i] + (noise[i+1] - noise[i])
		}
		first = float64(scale * (first * l.spikes.factor(l.from+sim.Time(i)*l.length)))
		last = float64(scale * (last * l.spikes.factor(l.from+sim.Time(i+1)*l.length)))
		row[i] = piece{first, (last - first) / length}
	}
}

// narrow ends the piece at the given ends, if they are nearer.
func (l *profileLoad) narrow(from, until sim.Time) {
	l.from, l.until = max(l.from, from), min(l.until, until)
}

// factor is what varies within a piece, at one of its ends.
func (l *profileLoad) factor(at sim.Time) float64 {
	f := 1.0
	if l.amplitude > 0 {
		f = l.daily(l.clock.ofDay(at))
	}
	if l.noise != nil {
		f *= l.noise.between(at)
	}
	return f * l.spikes.factor(at)
}

// daily is the rhythm of a day at one of its times.
func (l *profileLoad) daily(of sim.Time) float64 {
	return max(0, 1+float64(l.amplitude*l.cosines.at(max(of-l.peak, l.peak-of))))
}

// cosines are those of the whole minutes from the peak of a day up to a day later.
// They are the same for all loads.
type cosines [sim.Day/sim.Minute + 1]float64

var minutes = sync.OnceValue(func() *cosines {
	c := &cosines{}
	for i := range c {
		c[i] = cosine(sim.Time(i) * sim.Minute)
	}
	return c
})

func cosine(fromPeak sim.Time) float64 {
	return math.Cos(2 * math.Pi / float64(sim.Day) * float64(fromPeak))
}

func (c *cosines) at(fromPeak sim.Time) float64 {
	if i := fromPeak / sim.Minute; i*sim.Minute == fromPeak && i < sim.Time(len(c)) {
		return c[i]
	}
	return cosine(fromPeak)
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
