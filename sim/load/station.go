package load

import (
	"fmt"

	"berth/sim"
	"berth/sim/cloudwatch"
)

// Station is the tasks of a service and the requests that wait for them. It has
// no events of its own: whoever owns it says when the number of tasks changes,
// [Station.Resize], and ends its periods, [Station.EndPeriod], when that is due,
// [Station.Due]. Instants must not go back. Make one with [NewStation].
type Station struct {
	// What a usual period needs lies together, from atOnce in recent to the first
	// fields of Setup, in five cache lines, with the word that Go puts before an
	// object. What is seldom needed comes before and after. See [Station.Touch].
	lasting Enduring // how requests fared in the last steady period
	recent  times    // since they were asked for last

	load Load
	at   sim.Time
	// the piece of the load that holds at at
	since, until sim.Time
	rate, slope  float64
	total        Counts // since the start or the last restart
	rest         rests
	noise        noise
	capacity     float64 // requests per second
	whole        whole
	start        sim.Time // of the period
	full         sim.Time // since when the backlog has been at its limit, or Never
	unended      Requests // of recent, served in the last whole period, if it is like the steady one and nobody has ended it yet
	usually      bool     // a period that lasts as whole says can be a usual one, see [Station.usual]
	adapted      bool     // the noise, whole and usually are those of the tasks
	planned      bool
	steady       bool // the period ended last is like those to come
	brief        bool // it was a usual one: nothing is known of it any more
	ownLatency   bool // which is the service time

	Setup
	size     Size
	segment  segment // from at on, once time has gone on
	line     line
	period   open
	ofPeriod cloudwatch.Sketch // with [Setup.PerPeriod]
}

// NewStation returns a station without tasks at time 0. The error names the
// field of the setup that is wrong.
func NewStation(setup Setup, load Load) (*Station, error) {
	if err := setup.check(); err != nil {
		return nil, err
	}
	if setup.Period == 0 {
		setup.Period = sim.Minute
	}
	s := &Station{Setup: setup, load: load, full: sim.Never, ownLatency: setup.Latency == 0}
	if s.ownLatency {
		s.Latency = s.ServiceTime()
	}
	s.openPeriod(0)
	return s, nil
}

// Size returns how many tasks there are.
func (s *Station) Size() Size { return s.size }

// Capacity returns how many requests per second the tasks serve.
func (s *Station) Capacity() float64 { return s.capacity }

// Resize says how many tasks there are from now on. What it loses, and anything
// else, follows from the last size at an instant: tasks may be exchanged one by
// one. To say the same again changes nothing.
func (s *Station) Resize(now sim.Time, size Size) {
	if !(size.Failing >= 0 && size.Failing <= 1) || size.Serving < 0 || size.Running < size.Serving || size.Running > 0 && int64(size.Running)*s.CPU+size.Reserved <= 0 {
		panic(fmt.Sprintf("load: no size: %+v", size))
	}
	if s.advance(now); size == s.size {
		return
	}
	s.split(now)
	s.size, s.capacity = size, s.Setup.capacity(size)
	s.tune()
	s.adapted, s.usually, s.steady, s.full = false, false, false, sim.Never
}

// Retune says that the tasks have another CPU from now on, in 1/128000 vCPU: those of
// another revision have taken the place of the first ones. The size must be that of
// such tasks alone, see [Size].
func (s *Station) Retune(now sim.Time, cpu int64) {
	if cpu <= 0 {
		panic(fmt.Sprintf("load: no CPU: %d", cpu))
	}
	if s.advance(now); cpu == s.CPU {
		return
	}
	s.split(now)
	s.period.beyond += seconds(s.period.running) * float64(s.CPU-cpu)
	s.CPU = cpu
	s.tune()
	s.capacity = s.Setup.capacity(s.size)
	s.adapted, s.usually, s.steady, s.full = false, false, false, sim.Never
}

// Total returns the counts since the start or the last [Station.Restart]. It
// disturbs nothing.
func (s *Station) Total(now sim.Time) Counts {
	s.advance(now)
	return s.total
}

// Present returns the counts of the period in which an instant lies, up to there, the
// warm-up included. It disturbs nothing.
func (s *Station) Present(now sim.Time) Counts {
	s.advance(now)
	return s.period.Counts
}

// Gathered adds the response times of the requests served since the last call to a
// sketch, in thousandths of a request: of the periods that have ended, but for those
// like a steady one that nobody has ended, see [Station.GatherSteady].
func (s *Station) Gathered(to *cloudwatch.Sketch) {
	to.Merge(&s.recent.sketch)
	s.recent.sketch.Reset()
	s.recent.settle(s, to)
}

// Lasting returns how requests fared in the last period that was [Period.Steady].
func (s *Station) Lasting() Enduring { return s.lasting }

// GatherSteady adds requests that fared as those of a steady period to what
// [Station.Gathered] returns.
func (s *Station) GatherSteady(served Requests, as Enduring) {
	latency := s.Latency
	s.retime(as.latency)
	s.recent.gather(s, served, as)
	s.retime(latency)
}

// SteadyTimes adds the response times of requests that fared as those of a steady
// period to a sketch.
func (s *Station) SteadyTimes(served Requests, as Enduring, to *cloudwatch.Sketch) {
	latency := s.Latency
	s.Latency = as.latency
	s.endured(served, as, to)
	s.Latency = latency
}

// Restart has the counts and the response times begin anew: the warm-up is over.
// Requests that wait stay.
func (s *Station) Restart(now sim.Time) {
	s.End(now)
	s.total = Counts{BacklogStart: s.total.Backlog, Backlog: s.total.Backlog}
	s.unended = 0
	s.recent.reset()
}

// End says that the run ends: from now on [Station.Gathered] covers the period that
// this cuts, too.
func (s *Station) End(now sim.Time) {
	s.advance(now)
	s.split(now)
}

// Busy returns how much CPU the tasks use at an instant, in vCPU.
func (s *Station) Busy(now sim.Time) float64 {
	s.advance(now)
	switch {
	case s.capacity == 0:
		return 0
	case s.total.Backlog > 0:
		return s.capacity * s.CPUSeconds
	}
	s.look(now)
	return min(s.capacity, s.rateAt(now)*(1-s.size.Failing)) * s.CPUSeconds
}

// EndPeriod fills in the period that ends now, at a whole multiple of its length, once.
// Periods before it that have not been asked for are in the totals alone.
func (s *Station) EndPeriod(now sim.Time, p *Period) {
	if s.usual(now, p) {
		return
	}
	if now <= 0 || s.periodEnd(now-1) != now {
		panic(fmt.Sprintf("load: no period of %v ends at %v", s.Setup.Period, now))
	}
	s.advance(now)
	if s.brief {
		panic(fmt.Sprintf("load: asked twice for the period that ends at %v", now))
	}
	steady := s.planned && s.segment.settled && s.segment.from <= s.start
	if s.planned {
		s.sample()
	}
	if s.unended > 0 {
		s.recent.gather(s, s.unended, s.lasting)
		s.unended = 0
	}
	if steady {
		s.lasting = s.enduring()
	}
	o := &s.period
	*p = o.Period
	p.Start, p.Memory = s.start, s.Memory
	p.Used = p.Served.Float() * s.CPUSeconds
	p.Reserved = s.reserved(o.running, o.beyond)
	p.Tasks, p.Targets = float64(o.running)/float64(s.Setup.Period), float64(o.serving)/float64(s.Setup.Period)
	p.Steady, s.steady = steady, steady
	if s.PerPeriod {
		p.Latencies = &s.ofPeriod
	}
}

// Due returns when a period is to be ended next: at the end of the present one,
// or of the first that is not like the steady one that was ended last;
// [sim.Never] if all to come are like it. A [Station.Resize] can make it earlier.
func (s *Station) Due(now sim.Time) sim.Time {
	s.advance(now)
	next := now
	if s.steady {
		next = s.segment.to
	}
	if next > sim.Never-s.Setup.Period {
		return sim.Never
	}
	return s.periodEnd(next)
}

// advance counts what happens up to an instant.
func (s *Station) advance(now sim.Time) {
	if now < s.at || s.planned && now < s.segment.counted {
		panic(fmt.Sprintf("load: asked for %v, but it is later", now))
	}
	for s.at < now {
		if !s.planned {
			s.plan()
		}
		if s.segment.to > now {
			s.count(now)
			return
		}
		s.finish()
	}
}

// split ends the segment at an instant to which it has been counted.
func (s *Station) split(now sim.Time) {
	if s.planned {
		s.segment.to, s.segment.ends = now, cut
		s.finish()
	}
}
