package load

import (
	"math"

	"berth/sim"
)

// noise is what the fluid does not see: requests wait although there is capacity
// for all of them, for they come by chance and take differently long. It is an
// approximation for the mean wait and the share of those that wait, with a
// memory: near saturation a line takes minutes to build up, and the load has
// moved on by then.
type noise struct {
	capacity float64 // of a queue, requests per second
	servers  int     // of a queue
	arrivals float64 // squared coefficient of variation of the times between arrivals
	spread   float64 // arrivals + that of the service times
	longest  float64 // mean wait, seconds: half the timeout
	square   float64 // of the mean wait at present
}

// adapt takes over how many tasks there are. Those that wait now do so before
// another capacity.
func (n *noise) adapt(setup *Setup, size Size, capacity float64) {
	if capacity == 0 {
		*n = noise{}
		return
	}
	was, servers := n.capacity, setup.serversOf(setup.mean(size))
	n.capacity, n.servers, n.arrivals = capacity, size.Serving*servers, 1
	if setup.Balancing == RoundRobin {
		n.capacity, n.servers, n.arrivals = capacity/float64(size.Serving), servers, 1/float64(size.Serving)
	}
	if was != n.capacity {
		n.square *= was / n.capacity * was / n.capacity
	}
	n.spread = n.arrivals + float64(setup.CV*setup.CV)
	n.longest = math.Inf(1)
	if setup.Timeout > 0 {
		n.longest = setup.Timeout.Seconds() / 2
	}
}

// stationary returns which share of the requests waits at a utilisation below 1,
// and how long all of them wait on average, in seconds, once the load has been
// the same for long.
//
// Sources: A. K. Erlang, Solution of some problems in the theory of
// probabilities of significance in automatic telephone exchanges, 1917, for
// M/M/c; A. O. Allen, Probability, statistics, and queueing theory, 1990, the
// formula of Allen and Cunneen, for the variation of service times; W. Kraemer
// and M. Langenbach-Belz, Approximate formulae for the delay in the queueing
// system GI/G/1, 1976, for arrivals that are more even than by chance.
func (n *noise) stationary(utilisation float64) (waiting, mean float64) {
	waiting = erlangC(n.servers, utilisation)
	free := max(1-utilisation, leastDrift)
	if even := 1 - n.arrivals; even > 0 && utilisation > 0 {
		waiting *= math.Exp(-2 * free * even * even / (3 * utilisation * n.spread))
	}
	return waiting, min(n.longest, waiting*n.spread/(2*n.capacity*free))
}

// leastDrift keeps formulas finite at saturation.
const leastDrift = 1e-9

// crowded is stationary for a time in which all wait, as the fluid has it: the
// mean of what is added to the wait of the fluid. Above saturation a line is
// longer than the fluid's by the largest lead that departures would have had,
// which has the same mean as the line at the mirrored utilisation. The
// utilisation moves from one value to another; what counts is how far it is from
// saturation on average.
func (n *noise) crowded(from, to float64) float64 {
	a, b := from-1, to-1
	drift := math.Abs(a+b) / 2
	if a*b < 0 {
		drift = (float64(a*a) + float64(b*b)) / (2 * math.Abs(b-a))
	}
	return min(n.longest, n.spread/(2*n.capacity*max(drift, leastDrift)))
}

// growth returns by how much the square of the mean wait grows per second at
// saturation from nothing: the mean of a Brownian motion reflected at 0 is
// √(2σ²t/π), and σ² is capacity × spread requests² per second.
func (n *noise) growth() float64 { return 2 / math.Pi * n.spread / n.capacity }

// relax lets the wait come closer to a stationary one for some seconds. Its
// square does so exponentially: from nothing it grows as at saturation, and it
// ends where it should. It returns what share waits meanwhile, and how long
// those do on average.
func (n *noise) relax(waiting, mean, length float64) (share, wait float64) {
	target := mean * mean
	was := n.square
	n.square = target
	grown := length * n.growth()
	if grown >= 40*target { // mostly
		return spell(waiting, mean, mean)
	}
	x := grown / target
	arrived := -math.Expm1(-x)
	n.square = float64(target*arrived) + float64(was*(1-arrived))
	still := arrived / x // of the difference, on average
	average := float64(target*(1-still)) + float64(was*still)
	if x < 1e-4 {
		average = was + float64(grown/2) // 1 - still has no digits left
	}
	return spell(waiting, mean, math.Sqrt(average))
}

// spell returns which share waits and how long when the mean wait is another
// than the stationary one: if it is longer, more do so before they do so longer.
func spell(waiting, mean, now float64) (share, wait float64) {
	if waiting == 0 {
		return 0, 0
	}
	if now > mean {
		waiting = min(1, waiting*now/mean)
	}
	return waiting, now / waiting
}

// settle reports whether the wait is, but for what nobody would notice, the
// stationary one of a utilisation at most 1, and makes it that.
func (n *noise) settle(utilisation float64, period sim.Time) bool {
	_, mean := n.stationary(utilisation)
	target := mean * mean
	if math.Abs(n.square-target) > target/1000 && 14*target > n.growth()*seconds(period)/100 {
		return false
	}
	n.square = target
	return true
}

// erlangC returns the probability that a request finds all servers taken, at a
// utilisation up to 1: C = B / (1 − ρ(1 − B)), where 1/B is the sum over j of
// c!/(c−j)!/a^j with a = cρ, taken from the largest terms on. It takes some √c
// steps.
func erlangC(servers int, utilisation float64) float64 {
	if utilisation <= 0 {
		return 0
	}
	if utilisation >= 1 {
		return 1
	}
	perOffered := 1 / (float64(servers) * utilisation)
	term, sum := 1.0, 1.0
	for k := float64(servers); k > 0; k-- {
		term *= k * perOffered
		sum += term
		if sum > 1e12 {
			return 0
		}
		if term < sum*1e-6 {
			break
		}
	}
	return 1 / (sum - float64(utilisation*(sum-1)))
}
