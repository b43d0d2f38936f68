package scenarios

import (
	"math"

	"berth/report"
	"berth/scaling"
	"berth/sim"
	"berth/sim/ecs"
	"berth/sim/load"
	"berth/workloads"
)

// trafficCourse is how far the report has been told of a service's requests.
type trafficCourse struct {
	until sim.Time // known, told or gathered

	// what is gathered and not told
	from           sim.Time
	sum            load.Counts
	used, reserved float64

	timed    sim.Time // until when the response times are told; the station gathers the others
	sketched sim.Time // when they are to be told next

	steady  report.TrafficBucket // the periods from until on are like this one
	lasting load.Enduring        // so requests fare in them
}

// addTraffic declares to the report that requests come to a service.
func (w *World) addTraffic(v *liveService, s *Service) {
	of := report.ServiceLoad{StartUp: w.startUp(s)}
	if s.Scaling != nil {
		of.ScaleInCooldown = sim.Never
		for _, p := range s.Scaling.config(w.scenario.Start).Policies {
			if tracking, ok := p.(*scaling.TargetTracking); ok {
				metric := tracking.Predefined
				if metric == "" {
					metric = tracking.Customized.Name
				}
				of.Targets = append(of.Targets, report.Target{Metric: metric, Value: tracking.Target})
				if tracking.DisableScaleIn {
					continue
				}
			}
			of.ScaleInCooldown = min(of.ScaleInCooldown, p.Terms().ScaleInCooldown)
		}
	}
	w.meter.Recorder.AddTraffic(v.group, of)
	w.live.timed(&v.traffic, 0)
}

// startUp is how long a task takes on average from its place to its first
// request; 0 where there is no mean.
func (w *World) startUp(s *Service) sim.Time {
	d := w.scenario.Definition(s)
	startup, err := workloads.NewDistribution(d.Startup.Spec())
	if err != nil || math.IsInf(startup.Mean(), 0) {
		return 0
	}
	return ecs.PullTime(d.ImageSizeMiB) + sim.Time(startup.Mean()*float64(sim.Second))
}

// finestTraffic is how many parts of a bucket of the report's the requests are
// told in: periods that are much shorter are told together.
const finestTraffic = 4

// bucket returns how long a bucket of the report's is in the end.
func (w *World) bucket() sim.Time {
	width := sim.Second
	for width*1024 < w.horizon-w.scenario.Warmup {
		width *= 2
	}
	return width
}

// tell tells the report of a period that ends, and of those before it that have
// been like the steady one.
func (l *live) tell(v *liveService, p *load.Period, end sim.Time) {
	c := &v.traffic
	if p.Start > c.until {
		l.tellSteady(v, p.Start, p.BacklogStart)
	}
	c.until = end
	c.sum.Offered += p.Offered
	c.sum.Served += p.Served
	c.sum.Lost += p.Lost
	c.sum.Backlog = p.Backlog
	c.used += p.Used
	c.reserved += p.Reserved
	if p.Steady || end-c.from >= l.coarse {
		l.tellGathered(v)
	}
	if p.Steady || end >= c.sketched {
		l.tellTimes(v)
	}
	if p.Steady {
		c.steady = report.TrafficBucket{
			Width: v.station.Period, Offered: p.Offered.Float(), Served: p.Served.Float(), Lost: p.Lost.Float(),
			Used: p.Used, Reserved: p.Reserved,
		}
		c.lasting = v.station.Lasting()
	}
}

// tellGathered tells what has been gathered.
func (l *live) tellGathered(v *liveService) {
	c := &v.traffic
	if c.until > c.from {
		l.recorder.Traffic(v.group, report.TrafficBucket{
			Start: c.from, Width: c.until - c.from, Offered: c.sum.Offered.Float(), Served: c.sum.Served.Float(), Lost: c.sum.Lost.Float(),
			Backlog: c.sum.Backlog.Float(), Used: c.used, Reserved: c.reserved,
		})
	}
	c.from, c.sum, c.used, c.reserved = c.until, load.Counts{}, 0, 0
}

// tellTimes tells the response times that the station has gathered, if there is a time
// to tell them of: else they are those of the period that goes on or has just ended.
func (l *live) tellTimes(v *liveService) {
	c := &v.traffic
	if c.until <= c.timed {
		return
	}
	l.times.Reset()
	v.station.Gathered(&l.times)
	l.recorder.ResponseTimes(v.group, c.timed, c.until-c.timed, 1, &l.times)
	l.timed(c, c.until)
}

// timed takes note of until when the response times are told.
func (l *live) timed(c *trafficCourse, until sim.Time) {
	c.timed = until
	c.sketched = l.origin + ((until-l.origin)/l.sketched+1)*l.sketched
}

// tellSteady tells of the steady periods up to one.
func (l *live) tellSteady(v *liveService, until sim.Time, backlog load.Requests) {
	c := &v.traffic
	l.tellGathered(v)
	n := (until - c.until) / v.station.Period
	if n <= 0 {
		return
	}
	c.steady.Start, c.steady.Repeat, c.steady.Backlog = c.until, uint64(n), backlog.Float()
	l.recorder.Traffic(v.group, c.steady)
	served := requests(c.steady.Served)
	if width := n * v.station.Period; c.until-c.timed+width < l.coarse {
		v.station.GatherSteady(load.Requests(n)*served, c.lasting)
	} else {
		l.tellTimes(v)
		l.times.Reset()
		v.station.SteadyTimes(served, c.lasting, &l.times)
		l.recorder.ResponseTimes(v.group, c.until, v.station.Period, uint64(n), &l.times)
		l.timed(c, c.timed+width)
	}
	c.until += n * v.station.Period
	c.from = c.until
}

func requests(n float64) load.Requests { return load.Requests(math.Round(n * float64(load.Request))) }

// close tells the report of what it does not know yet at the end of the run.
func (l *live) close(end sim.Time) {
	for _, v := range l.all {
		if v.station == nil {
			continue
		}
		l.catchUp(v, end)
		l.tellSteady(v, end-end%v.station.Period, v.station.Total(end).Backlog)
		c := &v.traffic
		l.tellTimes(v)
		if end > c.until {
			is := v.station.Present(end)
			l.recorder.Traffic(v.group, report.TrafficBucket{
				Start: c.until, Width: end - c.until, Offered: is.Offered.Float(), Served: is.Served.Float(), Lost: is.Lost.Float(),
				Backlog: v.station.Total(end).Backlog.Float(),
			})
			v.station.End(end)
			c.until = end
			l.tellTimes(v)
		}
	}
}

// describe fills in what has become of the requests to the services, exactly; how
// long they took the report knows.
func (l *live) describe(services map[string]report.Service, end sim.Time) {
	for _, v := range l.all {
		if v.station == nil {
			continue
		}
		s, c := services[v.name], v.station.Total(end)
		s.Requests, s.Served, s.Lost = c.Offered.Float(), c.Served.Float(), c.Lost.Float()
		s.BacklogStart, s.BacklogEnd, s.UnservedFraction = c.BacklogStart.Float(), c.Backlog.Float(), c.Unserved()
		services[v.name] = s
	}
}
