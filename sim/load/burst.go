package load

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// mean returns how much CPU a serving task has on average, in 1/128000 vCPU. Where
// there is extra CPU, tasks count as so many equal ones.
func (s *Setup) mean(z Size) int64 {
	if z.Serving == 0 || z.Extra == 0 {
		return s.CPU
	}
	return max(1, s.CPU+z.Extra/int64(z.Serving))
}

// serversOf returns how many requests a task with so much CPU works on at once: a
// stated concurrency stays what it is, one that follows the CPU grows with it.
func (s *Setup) serversOf(cpu int64) int {
	if s.Concurrency > 0 {
		return s.Concurrency
	}
	return max(1, int(cpu/cluster.VCPU))
}

// serviceTimeOf returns how long a server of a task with so much CPU works on a
// request, on average.
func (s *Setup) serviceTimeOf(cpu int64) sim.Time {
	return sim.Time(math.Round(float64(s.serversOf(cpu)) * s.CPUSeconds * cluster.VCPU / float64(cpu) * float64(sim.Second)))
}

// tune lets the response time of a request that does not wait follow the CPU that
// the tasks have, where it is not stated. What has been gathered until now keeps the
// one that it had.
func (s *Station) tune() {
	if !s.ownLatency || s.size.Serving == 0 {
		return
	}
	s.retime(s.serviceTimeOf(s.mean(s.size)))
}

// retime has requests that do not wait take another time from now on.
func (s *Station) retime(latency sim.Time) {
	if latency == s.Latency {
		return
	}
	s.recent.settle(s, &s.recent.sketch)
	s.Latency = latency
}
