package report

import (
	"cmp"
	"slices"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// serviceCourse follows one service: how many tasks it should have, and how
// many run.
type serviceCourse struct {
	name    string
	current [serviceMeasures]int64
	since   sim.Time // they have been as they are since then, at the earliest since the bucket began
	buckets []serviceBucket
	least   [serviceMeasures]int64 // of what lasted
	most    [serviceMeasures]int64
	lasted  bool // something has
	below   sim.Time
	traffic *traffic // nil without a load
	scaling scalingCourse

	deployments []Deployment
}

const (
	desiredTasks = iota
	runningTasks
	instanceTaskCPU // reserved by its tasks with a place on an instance; of services under load
	fargateTaskCPU
	serviceMeasures
)

type serviceBucket [serviceMeasures]sim.Integral

// AddService declares the task group of a service. The services of a run are
// declared before it begins.
func (r *Recorder) AddService(g cluster.GroupID) {
	for len(r.serviceOf) <= int(g) {
		r.serviceOf = append(r.serviceOf, nil)
	}
	s := &serviceCourse{name: strings.TrimPrefix(r.cluster.GroupName(g), cluster.ServicePrefix)}
	s.reset(r.now)
	r.serviceOf[g] = s
	r.services = append(r.services, s)
}

// SetDesired says how many tasks a service should have from now on.
func (r *Recorder) SetDesired(now sim.Time, g cluster.GroupID, tasks int64) {
	s := r.serviceOf[g]
	if tasks == s.current[desiredTasks] {
		return
	}
	r.advance(now)
	s.change(r.now, desiredTasks, tasks-s.current[desiredTasks])
}

// ofService counts a task of a service that starts (by 1) or ends (by -1).
func (r *Recorder) ofService(g cluster.GroupID, by int64) {
	if int(g) < len(r.serviceOf) && r.serviceOf[g] != nil {
		r.serviceOf[g].change(r.now, runningTasks, by)
	}
}

func (s *serviceCourse) reset(now sim.Time) {
	s.since, s.lasted, s.below = now, false, 0
	s.buckets = append(s.buckets[:0], serviceBucket{})
	s.scaling = scalingCourse{}
	s.deployments = underWay(s.deployments)
	if s.traffic != nil {
		s.traffic.reset()
	}
}

// settle brings the integrals up to now. What lasted no time at all is neither
// the least nor the most.
func (s *serviceCourse) settle(now sim.Time) {
	span := now - s.since
	if span == 0 {
		return
	}
	s.since = now
	bucket := &s.buckets[len(s.buckets)-1]
	for k, v := range s.current {
		if v != 0 {
			bucket[k].Add(v, span)
		}
		if !s.lasted {
			s.least[k], s.most[k] = v, v
		}
		s.least[k], s.most[k] = min(s.least[k], v), max(s.most[k], v)
	}
	s.lasted = true
	if s.current[runningTasks] < s.current[desiredTasks] {
		s.below += span
	}
}

func (s *serviceCourse) change(now sim.Time, what int, by int64) {
	s.settle(now)
	s.current[what] += by
}

// double merges pairs of buckets.
func (s *serviceCourse) double() {
	for i := range maxBuckets / 2 {
		for k := range s.buckets[i] {
			s.buckets[i][k] = s.buckets[2*i][k].Plus(s.buckets[2*i+1][k])
		}
	}
	s.buckets = s.buckets[:maxBuckets/2]
	if s.traffic != nil {
		s.traffic.double()
	}
}

// level describes one of the two over a span.
func (s *serviceCourse) level(what int, over sim.Time) Level {
	var sum sim.Integral
	for i := range s.buckets {
		sum = sum.Plus(s.buckets[i][what])
	}
	if !s.lasted {
		v := s.current[what]
		return Level{Mean: float64(v), Min: v, Max: v}
	}
	return Level{Mean: sum.Mean(over), Min: s.least[what], Max: s.most[what]}
}

// Services returns what came of each service. Call it after [Recorder.Close].
func (r *Recorder) Services() map[string]Service {
	all := map[string]Service{}
	var cost map[string]float64
	if r.loads > 0 {
		cost = r.ledger.Cost().ByService
	}
	for _, s := range r.services {
		v := Service{
			Desired:             s.level(desiredTasks, r.now-r.start),
			Running:             s.level(runningTasks, r.now-r.start),
			BelowDesiredSeconds: s.below.Seconds(),
			ScalingActivities:   s.scaling.count,
			Oscillation:         int64(s.scaling.worst),
			Deployments:         s.deployments,
		}
		if s.traffic != nil {
			s.traffic.describe(&v, cost[s.name])
		}
		all[s.name] = v
	}
	return all
}

// serviceColumns are the columns of the services in the course of a run.
func (r *Recorder) serviceColumns(spans []sim.Time) []Column {
	var columns []Column
	for _, s := range r.services {
		for what, name := range [...]string{"desired", "running"} {
			c := Column{Name: "services." + s.name + "." + name, Unit: "tasks", Values: make([]float64, len(spans))}
			for i, span := range spans {
				c.Values[i] = s.buckets[i][what].Mean(span)
			}
			columns = append(columns, c)
		}
		if s.traffic != nil {
			columns = append(columns, s.traffic.columns(r, "services."+s.name+".", spans)...)
		}
	}
	return columns
}

// byCost sorts names of jobs or services: those that cost most first, and by name
// where they cost the same.
func byCost(names []string, cost map[string]float64) []string {
	return slices.SortedFunc(slices.Values(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(cost[b], cost[a]), cmp.Compare(a, b))
	})
}

// underLoad reports whether requests come to a service.
func (v *Service) underLoad() bool { return v.Requests > 0 || v.BacklogStart > 0 }

// latency formats a response time, of which there is none where nothing was
// served.
func (v *Service) latency(seconds float64) string {
	if v.Served == 0 {
		return none
	}
	return span(seconds)
}

// share formats a share that may be missing.
func share(v *float64) string {
	if v == nil {
		return none
	}
	return percent(*v)
}

// price formats an amount of money that may be missing.
func price(v *float64) string {
	if v == nil {
		return none
	}
	return money(*v)
}
