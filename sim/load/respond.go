package load

import (
	"math"

	"berth/sim"
	"berth/sim/cloudwatch"
)

// Enduring is how requests fare where nothing changes: a share waits, for an
// exponential time with a mean in seconds, or all wait for the timeout.
type Enduring struct {
	share, wait float64
	capped      bool
	latency     sim.Time // of those that do not wait
}

// enduring returns how requests fare in the present segment, which is settled.
func (s *Station) enduring() Enduring {
	switch s.segment.mode {
	case idle:
		waiting, mean := s.noise.stationary(s.segment.rate / s.capacity)
		share, wait := spell(waiting, mean, math.Sqrt(s.noise.square))
		return Enduring{share: share, wait: wait, latency: s.Latency}
	case capped:
		return Enduring{capped: true, latency: s.Latency}
	}
	return Enduring{latency: s.Latency}
}

// gather adds the response times of requests that fare so.
func (t *times) gather(s *Station, served Requests, e Enduring) {
	if e.capped {
		s.add(s.Timeout.Seconds(), served, &t.sketch)
		return
	}
	t.add(served, e.share, e.wait)
}

// sample has the response times of the period, and those gathered, cover all that
// is counted of a settled segment.
func (s *Station) sample() {
	g := &s.segment
	if !g.settled {
		return
	}
	if d := g.taken.served - g.gathered; d > 0 {
		s.recent.gather(s, d, s.enduring())
	}
	d := g.taken.minus(g.sampled)
	if d.served > 0 && s.PerPeriod {
		s.endured(d.served, s.enduring(), &s.ofPeriod)
	}
	s.period.targets(s.size, d.offered)
	g.sampled, g.gathered = g.taken, g.taken.served
}

// endured adds the response times of requests that fare so to a sketch.
func (s *Station) endured(served Requests, e Enduring, to *cloudwatch.Sketch) {
	if e.capped {
		s.add(s.Timeout.Seconds(), served, to)
		return
	}
	s.spread(served, e.share, e.wait, fine[:], to)
}

// mostSlices is how often waits are asked for at most in a segment in which the
// rate moves.
const mostSlices = 8

// slices returns how often they are: more often the more the part of the capacity
// changes that is free, of which the waits are the inverse.
func (s *Station) slices() int {
	last := s.rateEnd()
	free, change := max(s.capacity-max(s.segment.rate, last), s.capacity*1e-3), math.Abs(last-s.segment.rate)
	if change < free { // mostly
		return 1
	}
	return 1 + int(min(mostSlices-1, change/free))
}

// pass adds the response times of the requests served in a segment that is not
// settled, and moves the line.
func (s *Station) pass() {
	g := &s.segment
	length := seconds(g.to - g.from)
	switch g.mode {
	case idle:
		slices := s.slices()
		var before Requests
		for i := range slices {
			end := float64(i+1) / float64(slices)
			middle := (float64(i) + 0.5) / float64(slices) * length
			waiting, mean := s.noise.stationary(min(1, (g.rate+float64(g.slope*middle))/s.capacity))
			share, wait := s.noise.relax(waiting, mean, length/float64(slices))
			after := g.taken.served
			if i < slices-1 {
				f, _ := s.flow(g.from + sim.Time(end*float64(g.to-g.from)))
				after = min(max(f.served, before), after) // rounding may go back by one
			}
			s.recent.add(after-before, share, wait)
			if s.PerPeriod {
				s.spread(after-before, share, wait, coarse[:], &s.ofPeriod)
			}
			before = after
		}
	case busy:
		s.line.join(cohort{g.from, g.to, g.rate, s.rateEnd(), g.taken.offered})
		s.line.drop(g.taken.lost - g.lost)
		s.serve(s.crowd(length))
	case capped:
		s.crowd(length)
		s.line.join(cohort{g.from, g.to, s.capacity, s.capacity, g.taken.served})
		s.serve(0)
	}
}

// crowd returns the mean of what chance adds to the waits in a segment in which
// all wait.
func (s *Station) crowd(length float64) (mean float64) {
	first, last := s.segment.rate/s.capacity, s.rateEnd()/s.capacity
	slices := 1 + min(mostSlices-1, int(math.Abs(last-first)*10))
	step := (last - first) / float64(slices)
	for i := range slices {
		from := first + float64(step*float64(i))
		_, wait := s.noise.relax(1, s.noise.crowded(from, from+step), length/float64(slices))
		mean += wait / float64(slices)
	}
	return mean
}

// serve takes the requests that a busy segment has served out of the line. One
// that is served has waited since it came; on top of that comes what chance
// adds, an exponential time of the given mean in seconds.
func (s *Station) serve(mean float64) {
	g := &s.segment
	served := g.taken.served
	perUnit := float64(g.to-g.from) / float64(served)
	for done := Requests(0); done < served; {
		c := &s.line.cohorts[s.line.head]
		n := min(c.units, served-done)
		start, rest := g.from+sim.Time(float64(done)*perUnit), float64(n)*perUnit
		var before Requests
		for i := range partsOfLine {
			middle := (float64(i) + 0.5) / partsOfLine
			came := c.at(middle * float64(n) / float64(c.units))
			waited := seconds(start + sim.Time(middle*rest) - came)
			after := n * Requests(i+1) / partsOfLine
			wait := max(0, waited) + float64(mean*evenly[i*7%partsOfLine])
			s.add(wait, after-before, &s.recent.sketch)
			if s.PerPeriod {
				s.add(wait, after-before, &s.ofPeriod)
			}
			before = after
		}
		s.line.leave(n)
		done += n
	}
}

// spread adds the response times of requests of which a share waits, for an
// exponential time with a mean in seconds. Those of M/M/c are exponential.
func (s *Station) spread(n Requests, share, mean float64, parts []part, to *cloudwatch.Sketch) {
	waiting := Requests(float64(share*float64(n)) + 0.5)
	s.add(0, n-waiting, to)
	s.expand(waiting, mean, parts, to)
}

// expand adds the response times of requests that wait for an exponential time with
// a mean in seconds.
func (s *Station) expand(n Requests, mean float64, parts []part, to *cloudwatch.Sketch) {
	var before Requests
	for i := range parts {
		after := Requests(parts[i].until * float64(n))
		s.add(mean*parts[i].wait, after-before, to)
		before = after
	}
}

// add adds requests that have waited for a time in seconds.
func (s *Station) add(wait float64, n Requests, to *cloudwatch.Sketch) {
	if n <= 0 {
		return
	}
	t := s.Latency + sim.Time(float64(min(wait, longestWait)*float64(sim.Second))+0.5)
	if s.Timeout > 0 {
		t = min(t, s.Latency+s.Timeout)
	}
	to.Add(t, uint64(n))
}

// longestWait keeps a wait within the integers: a hundred years.
const longestWait = 100 * 365 * 86400

// An exponential time of mean 1 in parts: the mean of each, and the probability
// up to its end. The parts grow with the time, so that a quantile of any height
// is off by a few parts in a hundred of its wait where the parts are fine, for
// loads that stay, and by up to 10 % in a minute in which the load moves. evenly
// is the same in parts of equal probability.
var (
	fine   = unequalParts[[64]part]()
	coarse = unequalParts[[16]part]()
	evenly = equalParts()
)

const partsOfLine = 16

type part struct{ wait, until float64 }

func unequalParts[P [16]part | [64]part]() (p P) {
	var from float64
	for i := range len(p) {
		to := math.Inf(1)
		if i < len(p)-1 {
			to = 0.9 * math.Expm1(2.4/float64(len(p))*float64(i+1)) // 9 before the last part
		}
		p[i] = part{meanBetween(from, to), -math.Expm1(-to)}
		from = to
	}
	return p
}

func equalParts() (p [partsOfLine]float64) {
	var from float64
	for i := range p {
		to := -math.Log1p(-float64(i+1) / partsOfLine)
		p[i] = meanBetween(from, to)
		from = to
	}
	return p
}

// meanBetween returns the mean of an exponential time of mean 1 that lies between
// two.
func meanBetween(from, to float64) float64 {
	if math.IsInf(to, 1) {
		return from + 1
	}
	width := to - from
	return from + 1 - width/math.Expm1(width)
}
