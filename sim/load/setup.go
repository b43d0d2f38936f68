package load

import (
	"fmt"
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// Balancing says where requests wait.
type Balancing uint8

const (
	// SharedQueue has requests wait in one line for the first free server of
	// any task: M/G/c. A load balancer that sends each request to the target
	// with the fewest outstanding ones comes close.
	SharedQueue Balancing = iota
	// RoundRobin sends requests to the tasks in turn, and each task has a line
	// of its own: GI/G/k with every n-th of the requests. So does an
	// Application Load Balancer of one node by default; with several nodes,
	// each in turn by itself, tasks are hit less evenly than here.
	RoundRobin
)

// DefaultCV is the coefficient of variation of the CPU time of requests where
// none is stated: that of an exponential time.
const DefaultCV = 1

// Setup describes a service and what its requests take.
type Setup struct {
	CPU        int64   // of a task, in 1/128000 vCPU, see [cluster.VCPU]
	CPUSeconds float64 // vCPU seconds that a request takes on average, above 0
	// Memory is the part of its reserved memory that a task uses, for
	// [Period.MemoryUtilization]; 0 where it is not known.
	Memory float64
	// Period is the length of a period: that of the datapoints. 0 for a minute.
	Period sim.Time
	// Concurrency is how many requests a task works on at once: 0 for one per
	// whole vCPU, at least one.
	Concurrency int
	// Latency is the response time of a request that does not wait, its CPU
	// time included; 0 for [Setup.ServiceTime].
	Latency sim.Time
	// CV is the coefficient of variation of the CPU time of requests: 0 for a
	// constant, 1 for an exponential time, see [DefaultCV].
	CV float64
	// Timeout is how long a request waits at most; 0: as long as need be.
	Timeout   sim.Time
	Balancing Balancing
	// PerPeriod says that each period has response times of its own,
	// [Period.Latencies], which takes more work than to gather them.
	PerPeriod bool
}

// ServiceTime returns how long a server works on a request, on average:
// concurrency × cpuSeconds / vCPU.
func (s *Setup) ServiceTime() sim.Time { return s.serviceTimeOf(s.CPU) }

// servers returns how many requests a task works on at once.
func (s *Setup) servers() int { return s.serversOf(s.CPU) }

// check returns an error that names the field that is wrong.
func (s *Setup) check() error {
	switch {
	case s.CPU <= 0:
		return fmt.Errorf("load: cpu: expected more than 0, found %d", s.CPU)
	case s.Concurrency < 0:
		return fmt.Errorf("load: concurrency: expected at least 1, found %d", s.Concurrency)
	case !(s.CPUSeconds > 0) || math.IsInf(s.CPUSeconds, 0):
		return fmt.Errorf("load: perRequest.cpuSeconds: expected more than 0, found %v", s.CPUSeconds)
	case s.Latency < 0:
		return fmt.Errorf("load: perRequest.latency: expected at least 0s, found %v", s.Latency)
	case !(s.CV >= 0) || math.IsInf(s.CV, 0):
		return fmt.Errorf("load: perRequest.cv: expected at least 0, found %v", s.CV)
	case s.Timeout < 0:
		return fmt.Errorf("load: timeout: expected at least 0s, found %v", s.Timeout)
	case s.Balancing > RoundRobin:
		return fmt.Errorf("load: balancing: expected SharedQueue or RoundRobin, found %d", s.Balancing)
	case !(s.Memory >= 0) || math.IsInf(s.Memory, 0):
		return fmt.Errorf("load: usage.memory: expected at least 0, found %v", s.Memory)
	case s.Period < 0:
		return fmt.Errorf("load: period: expected at least 1ns, found %v", s.Period)
	}
	return nil
}

// Size is how many tasks there are at an instant.
type Size struct {
	Serving int // tasks that requests are sent to
	// Running are the tasks whose CPU is reserved: those that serve, and those
	// that start, drain or are unhealthy. At least Serving.
	Running int
	// Extra is CPU that the serving tasks together have beyond that of the setup, in
	// 1/128000 vCPU: where some are of another size, or burst. It may be negative, but
	// all together have more than none.
	Extra int64
	// Reserved is CPU beyond that of the setup that is reserved for the running
	// tasks together.
	Reserved int64
	// Failing is which part of the requests goes to tasks that fail them, 0 to 1:
	// it is lost at once, and the serving tasks get the others.
	Failing float64
}

// capacity returns how many requests per second a size serves.
func (s *Setup) capacity(z Size) float64 {
	if z.Serving == 0 {
		return 0
	}
	return float64(max(0, int64(z.Serving)*s.CPU+z.Extra)) / cluster.VCPU / s.CPUSeconds
}
