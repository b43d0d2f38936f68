package load

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// whole is what follows from the setup and the size for a period that the size lasts
// for.
type whole struct {
	seconds        float64 // of a period
	perRequest     float64 // part of the reserved CPU that a request per second uses
	reserved       float64 // [Period.Reserved]
	tasks, targets float64 // [Period.Tasks], [Period.Targets]
}

// ofSize finds what follows from the size.
func (s *Station) ofSize() {
	z, length := &s.size, s.Setup.Period
	running, serving := sim.Time(z.Running)*length, sim.Time(z.Serving)*length
	s.whole = whole{
		seconds: seconds(length), perRequest: s.perRequest(), reserved: s.reserved(running, 0),
		tasks: float64(running) / float64(length), targets: float64(serving) / float64(length),
	}
	s.usually = s.capacity > 0 && z.Failing == 0 && z.Reserved == 0 && !s.PerPeriod && s.whole.targets == float64(z.Serving)
}

// leastFree is the part of the capacity that is free throughout a usual period.
const leastFree = 1e-3

// usual ends the present period if it is what nearly every one is under a noisy load:
// it begins where the last one ended, one piece of the load, which moves, and one size
// last for all of it, and nobody waits for long, for there is capacity, so that the
// waits are asked for once. It reports whether that is so; if not, nothing has changed.
//
// It does what plan, count, pass, finish and the end of the period do, in one go and
// without a segment, with the same results to the last bit.
func (s *Station) usual(now sim.Time, p *Period) bool {
	from, length := s.at, s.Setup.Period
	if !s.usually || s.planned || s.total.Backlog != 0 || s.start+length != from || from+length != now {
		return false
	}
	s.look(from)
	if s.until < now || s.slope == 0 {
		return false
	}
	h := s.whole.seconds
	first := s.rateAt(from)
	last := max(0, first+float64(s.slope*h))
	low, high := min(first, last), max(first, last)
	if free := s.capacity - high; free < s.capacity*leastFree || high-low >= free {
		return false
	}

	exact := float64((float64(first*h)+float64(s.slope*h*h/2))*float64(Request)) + s.rest.offered
	served := max(0, Requests(math.Round(exact)))
	s.rest = rests{offered: exact - float64(served)}
	s.total.Offered += served
	s.total.Served += served

	waiting, mean := s.noise.stationary((first + float64(s.slope*(0.5*h))) / s.capacity)
	share, wait := s.noise.relax(waiting, mean, h)
	s.recent.add(served, share, wait)

	requests := served.Float()
	p.Start, p.Counts, p.Steady = from, Counts{Offered: served, Served: served}, false
	p.PerTarget, p.Used, p.Reserved = requests/s.whole.targets, requests*s.CPUSeconds, s.whole.reserved
	p.Tasks, p.Targets = s.whole.tasks, s.whole.targets
	p.CPUMin, p.CPUMax = low*s.whole.perRequest, high*s.whole.perRequest
	p.Memory, p.Latencies = s.Memory, nil
	s.start, s.at, s.full = from, now, sim.Never
	s.unended, s.steady, s.brief = 0, false, true
	return true
}

// perRequest returns which part of the reserved CPU a request per second uses.
func (s *Station) perRequest() float64 {
	return s.CPUSeconds * cluster.VCPU / float64(int64(s.size.Running)*s.CPU+s.size.Reserved)
}

// reserved returns the CPU, in vCPU seconds, of tasks that ran for a time in all, and
// what is beyond that of the setup, see [Period].
func (s *Station) reserved(running sim.Time, beyond float64) float64 {
	return (float64(seconds(running)*float64(s.CPU)) + beyond) / cluster.VCPU
}
