package load

import (
	"fmt"
	"math"

	"berth/sim"
)

// A segment is a time in which the rate is a line, the capacity is constant and
// requests fare in one way, so that all that is counted is a polynomial of time.
// Where segments begin and end follows from the load, the sizes and the periods,
// and not from when somebody looks.
type segment struct {
	from, to    sim.Time
	rate, slope float64 // at from, of what comes to the tasks that serve
	failing     float64 // at from, the rate of what comes to those that fail it
	failingRise float64 // its slope
	mode        mode
	ends        ending
	// settled says that nothing changes in it: it goes on over the ends of
	// periods. Others end with the period.
	settled bool
	backlog Requests // at from, without what is lost at once
	lost    Requests // at once, for capacity has shrunk
	limit   Requests // of the backlog
	counted sim.Time
	taken   flow  // counted already
	rest    rests // that taken has left
	sampled flow  // of taken, what the response times of the period cover
	// gathered is what those gathered cover of what is served, in a settled segment.
	gathered Requests
}

// mode is how requests fare.
type mode uint8

const (
	idle   mode = iota // nobody waits for long: what comes is served
	busy               // the tasks serve what they can, the rest waits
	capped             // they do, and no more can wait in time: the rest is lost
	closed             // there is no task
)

// ending is what a segment ends with.
type ending uint8

const (
	cut    ending = iota // something outside
	empty                // nobody waits any longer
	filled               // the backlog reaches its limit
)

// look reads the piece of the load that holds at an instant.
func (s *Station) look(at sim.Time) {
	if at < s.until {
		return
	}
	s.rate, s.slope, s.until = s.load.Rate(at)
	s.since = at
	if !(s.rate >= 0 && s.rate <= math.MaxFloat64 && math.Abs(s.slope) <= math.MaxFloat64 && s.until > at) {
		panic(fmt.Sprintf("load: no rate at %v: %v requests/s, rising by %v/s until %v", at, s.rate, s.slope, s.until))
	}
}

// rateAt returns the rate at an instant of the present piece.
func (s *Station) rateAt(at sim.Time) float64 {
	return max(0, s.rate+float64(s.slope*seconds(at-s.since)))
}

// plan finds the segment that begins at s.at.
func (s *Station) plan() {
	s.look(s.at)
	s.segment = segment{from: s.at, to: s.until, counted: s.at, rate: s.rateAt(s.at), slope: s.slope, backlog: s.total.Backlog}
	s.planned = true
	g := &s.segment
	if f := s.size.Failing; f > 0 {
		g.failing, g.failingRise = f*g.rate, f*g.slope
		g.rate *= 1 - f
		g.slope *= 1 - f
	} else {
		s.rest.offered += s.rest.failed
		s.rest.failed = 0
	}
	if s.Timeout > 0 {
		g.limit = Requests(min(s.capacity*s.Timeout.Seconds()*float64(Request), 1<<62))
		g.lost = max(0, g.backlog-g.limit)
		g.backlog -= g.lost
		s.line.drop(g.lost)
	}
	if !s.adapted {
		s.noise.adapt(&s.Setup, s.size, s.capacity)
		s.ofSize()
		s.adapted = true
	}
	excess := g.rate - s.capacity
	grows := excess > 0 || excess == 0 && g.slope > 0
	length := seconds(g.to - g.from)
	var after float64 // seconds to the end of the mode
	switch {
	case s.capacity == 0:
		g.mode, g.settled = closed, s.slope == 0
		after = length
	case g.backlog == 0 && !grows:
		g.mode = idle
		if s.slope == 0 {
			g.settled = s.noise.settle(g.rate/s.capacity, s.Setup.Period)
		}
		if after = math.Inf(1); g.slope > 0 {
			after = -excess / g.slope
		}
	case s.Timeout > 0 && g.backlog == g.limit && grows:
		g.mode = capped
		after = firstRoot(0, g.slope, excess)
	default:
		g.mode = busy
		backlog := g.backlog.Float()
		after, g.ends = firstRoot(g.slope/2, excess, backlog), empty
		if s.Timeout > 0 {
			if fills := firstRoot(g.slope/2, excess, backlog-g.limit.Float()); fills < after {
				after, g.ends = fills, filled
			}
		}
	}
	if g.mode != capped {
		s.full = sim.Never
	} else {
		s.full = min(s.full, s.at)
		// After that all in line came when it was full.
		g.settled = s.slope == 0 && s.at-s.full >= s.Timeout
	}
	if after < length {
		// Rounded up, so that time goes on.
		g.to = min(g.to, g.from+max(1, sim.Time(math.Ceil(after*float64(sim.Second)))))
	} else {
		g.ends = cut
	}
	if end := s.periodEnd(g.from); !g.settled && end < g.to {
		g.to, g.ends = end, cut
	}
}

// firstRoot returns the least x above 0 with a·x² + b·x + c = 0, +Inf if there
// is none.
func firstRoot(a, b, c float64) float64 {
	x, y := math.Inf(1), math.Inf(1)
	switch root := math.Sqrt(float64(b*b) - float64(4*a*c)); {
	case math.IsNaN(root):
	case b == 0 && root == 0: // at most c = 0: x = 0 alone, or everywhere
	default:
		q := -(b + math.Copysign(root, b)) / 2
		if a != 0 {
			x = q / a
		}
		y = c / q
	}
	if !(x > 0) {
		x = math.Inf(1)
	}
	if !(y > 0) {
		y = math.Inf(1)
	}
	return min(x, y)
}

// flow returns what has happened in the segment up to an instant, and the
// fractions of a unit that are not counted.
func (s *Station) flow(to sim.Time) (f flow, rest rests) {
	g := &s.segment
	h := seconds(to - g.from)
	if g.failing != 0 || g.failingRise != 0 {
		exact := float64((float64(g.failing*h)+float64(g.failingRise*h*h/2))*float64(Request)) + s.rest.failed
		f.failed = max(0, Requests(math.Round(exact)))
		rest.failed = exact - float64(f.failed)
	} else {
		rest.failed = s.rest.failed
	}
	exact := float64((float64(g.rate*h)+float64(g.slope*h*h/2))*float64(Request)) + s.rest.offered
	f.offered = max(0, Requests(math.Round(exact)))
	rest.offered = exact - float64(f.offered)
	f.lost = g.lost
	if g.mode == idle {
		f.served = f.offered
		return f, rest
	}
	exact = float64(s.capacity*h*float64(Request)) + s.rest.served
	could := max(0, Requests(math.Round(exact)))
	switch g.mode {
	case closed:
		if s.Timeout > 0 {
			f.lost += f.offered
		}
	case capped:
		// What is lost comes from the excess itself, for that may be next to
		// nothing. Both only grow, and what came is their sum.
		excess := float64((g.rate-s.capacity)*h) + float64(g.slope*h*h/2)
		lost := max(0, Requests(math.Round(excess*float64(Request))))
		f.served, rest.served = could, exact-float64(could)
		rest.offered += float64(f.offered - could - lost)
		f.offered = could + lost
		f.lost += lost
	case busy:
		all := g.backlog + f.offered
		f.served = min(could, all)
		if to == g.to && g.ends == filled {
			f.served = min(could, max(0, all-g.limit))
		}
		if to == g.to && g.ends == empty {
			f.served = all
		} else if rest.served = exact - float64(could); s.Timeout > 0 {
			if to == g.to {
				// A unit that rounding has put beyond the limit.
				f.lost += max(0, all-f.served-g.limit)
			}
		}
	}
	return f, rest
}

// count adds what happens in the segment up to an instant to the totals and to
// the period in which this lies.
func (s *Station) count(to sim.Time) {
	g := &s.segment
	if to == g.counted {
		return
	}
	length := s.Setup.Period
	if start := s.periodEnd(to-1) - length; start >= s.start+length {
		if start > g.counted {
			// Whole periods of a settled segment at once.
			s.take(start)
		}
		if s.steady {
			g.gathered = g.taken.served // who ends periods knows of those
		}
		s.openPeriod(start)
		g.sampled = g.taken
	}
	from := g.counted
	s.period.add(s.take(to))
	s.period.reserve(s, from, to)
}

// take adds what happens up to an instant to the totals.
func (s *Station) take(to sim.Time) flow {
	g := &s.segment
	f, rest := s.flow(to)
	d := f.minus(g.taken)
	g.taken, g.counted, g.rest = f, to, rest
	s.total.add(d)
	return d
}

// finish counts the segment to its end.
func (s *Station) finish() {
	g := &s.segment
	s.count(g.to)
	s.rest = g.rest
	if g.settled {
		if s.steady && g.to == s.start+s.Setup.Period {
			s.unended, g.gathered = g.taken.served-g.gathered, g.taken.served
		}
		s.sample()
	} else {
		s.pass()
		s.period.targets(s.size, g.taken.offered-g.sampled.offered)
	}
	switch {
	case g.mode == closed && s.Timeout == 0:
		s.line.join(cohort{g.from, g.to, g.rate, s.rateEnd(), g.taken.offered})
	case g.mode == capped && g.settled:
		s.line.clear()
		s.line.join(cohort{g.to - s.Timeout, g.to, s.capacity, s.capacity, g.backlog})
	}
	s.at, s.planned, s.steady = g.to, false, false
}

// rateEnd returns the rate at the end of the segment.
func (s *Station) rateEnd() float64 {
	g := &s.segment
	return max(0, g.rate+float64(g.slope*seconds(g.to-g.from)))
}

func seconds(t sim.Time) float64 { return float64(t) / float64(sim.Second) }
