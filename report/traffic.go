package report

import (
	"math"

	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
)

// ServiceLoad is what is known, before a run begins, of a service that requests
// come to.
type ServiceLoad struct {
	// Targets are what its scaling policies keep to, in their order.
	Targets []Target
	// StartUp is how long it takes from the decision to add a task to its first
	// request; 0 where that is not known.
	StartUp sim.Time
	// ScaleInCooldown is the shortest pause between two decisions to take tasks
	// away, 0 if there is none. It means something only where StartUp is known.
	ScaleInCooldown sim.Time
}

// Target is a value that a policy keeps a metric to.
type Target struct {
	Metric string  // as AWS calls it: "ECSServiceAverageCPUUtilization", "CPUUtilization"
	Value  float64 // in the unit of the metric: 60 for 60 %
}

// TrafficBucket is what a service went through from Start on for a time of Width,
// as often as Repeat says. Requests may be fractions, to the thousandth. The
// recorder keeps no reference to the sketch.
type TrafficBucket struct {
	Start, Width sim.Time
	// Repeat is how many such buckets follow one another without a gap, in all;
	// 0 stands for one. Figures are those of one of them.
	Repeat uint64

	Offered, Served, Lost float64 // requests
	Backlog               float64 // requests that wait when the last of the buckets ends
	Used, Reserved        float64 // CPU, in vCPU seconds; both 0 where no task ran
	// Latency holds the response times, in any unit of count. It may be nil.
	Latency *cloudwatch.Sketch
}

// ScalingActivity is a change of the number of tasks that a service should have,
// by its own scaling.
type ScalingActivity struct {
	At       sim.Time // since the start of the run
	From, To int
	Cause    string
}

// ServiceScaling is how a service under load was scaled.
type ServiceScaling struct {
	Service string
	Load    ServiceLoad
	// Activities are the first ones after the warm-up, see
	// [Recorder.MostActivities]; Untold counts the rest.
	Activities []ScalingActivity
	Untold     int64
}

// mostActivities is how many scaling activities of a service are kept, if all
// services together have no more than allActivities.
const (
	mostActivities  = 1000
	leastActivities = 20
	allActivities   = 50_000
)

// MostActivities is how many scaling activities of a service are kept, and how many
// causes in words are wanted: 1,000, and fewer the more services are under load.
func (r *Recorder) MostActivities() int {
	return max(leastActivities, min(mostActivities, allActivities/max(1, r.loads)))
}

// mostSketches bounds the latency sketches of all services together. A sketch
// takes some KiB.
const mostSketches = 16 << 10

// traffic follows the requests of a service. Requests are counted in
// thousandths, and so exactly.
type traffic struct {
	load     ServiceLoad
	rows     []trafficRow         // by bucket of the recorder, as far as known
	sketches []*cloudwatch.Sketch // each of perSketch buckets; nil where nothing was served
	all      cloudwatch.Sketch
	sum      trafficRow
	backlog  int64    // at the end of what is known
	longest  sim.Time // width of a bucket with response times
}

// trafficRow is what came of the requests within a bucket.
type trafficRow struct {
	offered, served, lost int64
	backlog               float64 // requests × seconds
	used, reserved        float64 // vCPU seconds
}

func (t *trafficRow) add(u trafficRow) {
	t.offered += u.offered
	t.served += u.served
	t.lost += u.lost
	t.backlog += u.backlog
	t.used += u.used
	t.reserved += u.reserved
}

// scalingCourse follows the scaling of a service.
type scalingCourse struct {
	kept      []ScalingActivity
	count     int64
	up        bool // the last one added tasks
	turned    bool // there was a last one
	reversals []sim.Time
	worst     int // reversals within an hour
}

// AddTraffic declares that requests come to a service, after
// [Recorder.AddService] and before the run begins.
func (r *Recorder) AddTraffic(g cluster.GroupID, of ServiceLoad) {
	r.serviceOf[g].traffic = &traffic{load: of}
	r.loads++
	r.perSketch = SketchEvery(r.loads)
}

// Traffic records what became of the requests of a service. Buckets come one
// after the other, each when it is over, also the last one, which the end of the
// run may cut. Of one that begins within the warm-up the part after it counts.
func (r *Recorder) Traffic(g cluster.GroupID, b TrafficBucket) {
	repeat := max(1, b.Repeat)
	end := b.Start + b.Width*sim.Time(repeat)
	t := r.serviceOf[g].traffic
	t.backlog = thousandths(b.Backlog)
	if end <= b.Start || end <= r.start {
		return
	}
	if end > r.now {
		r.advance(end)
	}
	t.spread(r, b, repeat, end)
	if b.Latency != nil && b.Latency.Count() > 0 {
		t.respond(r, b, repeat)
	}
}

func thousandths(requests float64) int64 { return int64(math.Round(requests * 1000)) }

// spread divides buckets among those of the recorder.
func (t *traffic) spread(r *Recorder, b TrafficBucket, repeat uint64, end sim.Time) {
	n := int64(repeat)
	offered, served, lost := n*thousandths(b.Offered), n*thousandths(b.Served), n*thousandths(b.Lost)
	last := thousandths(b.Backlog)
	first := last - offered + served + lost
	span := float64(end - b.Start)
	part := func(total int64, share float64) int64 { return int64(math.Round(float64(total) * share)) }
	between := func(from, to sim.Time) trafficRow {
		x, y := float64(from-b.Start)/span, float64(to-b.Start)/span
		waiting := float64(first) + float64(float64(last-first)*((x+y)/2))
		return trafficRow{
			offered:  part(offered, y) - part(offered, x),
			served:   part(served, y) - part(served, x),
			lost:     part(lost, y) - part(lost, x),
			backlog:  float64(waiting / 1000 * (to - from).Seconds()),
			used:     float64(b.Used * float64(n) * (y - x)),
			reserved: float64(b.Reserved * float64(n) * (y - x)),
		}
	}
	begin := max(b.Start, r.start)
	t.sum.add(between(begin, end))
	for from := begin; from < end; {
		i := int((from - r.start) / r.width)
		to := min(end, r.start+sim.Time(i+1)*r.width)
		for len(t.rows) <= i {
			t.rows = append(t.rows, trafficRow{})
		}
		t.rows[i].add(between(from, to))
		from = to
	}
}

// respond adds the response times of each bucket to the sketch in whose time its
// middle lies.
func (t *traffic) respond(r *Recorder, b TrafficBucket, repeat uint64) {
	t.longest = max(t.longest, b.Width)
	width := r.width * sim.Time(r.perSketch)
	for middle := b.Start + b.Width/2; repeat > 0; {
		// As many as have their middle before the end of this sketch's time.
		c, until := sim.Time(-1), r.start
		if middle >= r.start {
			c = (middle - r.start) / width
			until = r.start + (c+1)*width
		}
		n := min(repeat, uint64((until-middle+b.Width-1)/b.Width))
		if c >= 0 {
			mergeTimes(t.sketch(int(c)), b.Latency, n)
			mergeTimes(&t.all, b.Latency, n)
		}
		repeat -= n
		middle += sim.Time(n) * b.Width
	}
}

func (t *traffic) sketch(i int) *cloudwatch.Sketch {
	for len(t.sketches) <= i {
		t.sketches = append(t.sketches, nil)
	}
	if t.sketches[i] == nil {
		t.sketches[i] = new(cloudwatch.Sketch)
	}
	return t.sketches[i]
}

// mergeTimes adds the samples of a sketch to another, n times over.
func mergeTimes(to, from *cloudwatch.Sketch, n uint64) {
	if n > 1 {
		var doubled cloudwatch.Sketch
		doubled.Merge(from)
		for ; n > 1; n /= 2 {
			if n%2 == 1 {
				to.Merge(&doubled)
			}
			doubled.Merge(&doubled)
		}
		from = &doubled
	}
	if n == 1 {
		to.Merge(from)
	}
}

// double merges pairs of buckets.
func (t *traffic) double() {
	for i := range t.rows {
		if u := t.rows[i]; i%2 == 0 {
			t.rows[i/2] = u
		} else {
			t.rows[i/2].add(u)
		}
	}
	t.rows = t.rows[:(len(t.rows)+1)/2]
	for i, s := range t.sketches {
		switch {
		case i%2 == 0:
			t.sketches[i/2] = s
		case s == nil:
		case t.sketches[i/2] == nil:
			t.sketches[i/2] = s
		default:
			t.sketches[i/2].Merge(s)
		}
	}
	kept := (len(t.sketches) + 1) / 2
	clear(t.sketches[kept:])
	t.sketches = t.sketches[:kept]
}

func (t *traffic) reset() {
	clear(t.sketches)
	t.rows, t.sketches = t.rows[:0], t.sketches[:0]
	t.all.Reset()
	t.sum = trafficRow{}
}

// row returns what is known of a bucket of the recorder.
func (t *traffic) row(i int) trafficRow {
	if i < len(t.rows) {
		return t.rows[i]
	}
	return trafficRow{}
}

// latency returns a quantile of the response times in a bucket of the recorder
// in seconds, NaN where nothing was served. Where the recorder's buckets are the
// narrower ones, several lie in the time of one sketch or around it: the nearest
// counts.
func (t *traffic) latency(r *Recorder, i int, share float64) float64 {
	width := r.width * sim.Time(r.perSketch)
	at := func(c int) *cloudwatch.Sketch {
		if c < 0 || c >= len(t.sketches) {
			return nil
		}
		return t.sketches[c]
	}
	c := i / r.perSketch
	s := at(c)
	for d := 1; s == nil && sim.Time(d)*width <= t.longest/2; d++ {
		if s = at(c + d); s == nil {
			s = at(c - d)
		}
	}
	if s == nil {
		return math.NaN()
	}
	return s.Quantile(share).Seconds()
}

// describe fills in what came of the requests.
func (t *traffic) describe(v *Service, cost float64) {
	u := t.sum
	start := t.backlog - u.offered + u.served + u.lost
	v.Requests, v.Served, v.Lost = float64(u.offered)/1000, float64(u.served)/1000, float64(u.lost)/1000
	v.BacklogStart, v.BacklogEnd = float64(start)/1000, float64(t.backlog)/1000
	if of := u.offered + start; of > 0 {
		v.UnservedFraction = float64(u.lost+t.backlog) / float64(of)
	}
	v.LatencySeconds = Latency{
		P50: t.all.Quantile(0.5).Seconds(),
		P90: t.all.Quantile(0.9).Seconds(),
		P99: t.all.Quantile(0.99).Seconds(),
	}
	if u.reserved > 0 {
		used := usedShare(u.used / u.reserved)
		v.CPUUtilisation = &used
	}
	if u.served > 0 {
		perMillion := cost / (float64(u.served) / 1e9)
		v.CostPerMillionRequests = &perMillion
	}
}

// ScalingActivity records that the number of tasks that a service should have
// was changed by its scaling, and why, in words.
func (r *Recorder) ScalingActivity(now sim.Time, g cluster.GroupID, from, to int, cause string) {
	r.serviceOf[g].scaling.add(ScalingActivity{now, from, to, cause}, r.MostActivities())
}

func (s *scalingCourse) add(a ScalingActivity, most int) {
	s.count++
	if len(s.kept) < most {
		s.kept = append(s.kept, a)
	}
	if a.From == a.To {
		return
	}
	up := a.To > a.From
	if s.turned && up != s.up {
		for len(s.reversals) > 0 && s.reversals[0] <= a.At-sim.Hour {
			s.reversals = s.reversals[1:]
		}
		s.reversals = append(s.reversals, a.At)
		s.worst = max(s.worst, len(s.reversals))
	}
	s.up, s.turned = up, true
}

// Scaling returns how the services under load, and others that were scaled, were
// scaled, in the order in which they were declared. Call it after
// [Recorder.Close].
func (r *Recorder) Scaling() []ServiceScaling {
	var all []ServiceScaling
	for _, s := range r.services {
		if s.traffic == nil && s.scaling.count == 0 {
			continue
		}
		of := ServiceScaling{Service: s.name, Activities: s.scaling.kept, Untold: s.scaling.count - int64(len(s.scaling.kept))}
		if s.traffic != nil {
			of.Load = s.traffic.load
		}
		all = append(all, of)
	}
	return all
}

// columns are the course of the requests.
func (t *traffic) columns(r *Recorder, prefix string, spans []sim.Time) []Column {
	var columns []Column
	for _, of := range []struct {
		name, unit string
		value      func(i int, u trafficRow, seconds float64) float64
	}{
		{"rps", "requests/s", func(_ int, u trafficRow, seconds float64) float64 { return float64(u.offered) / 1000 / seconds }},
		{"served", "requests/s", func(_ int, u trafficRow, seconds float64) float64 { return float64(u.served) / 1000 / seconds }},
		{"lost", "requests/s", func(_ int, u trafficRow, seconds float64) float64 { return float64(u.lost) / 1000 / seconds }},
		{"backlog", "requests", func(_ int, u trafficRow, seconds float64) float64 { return u.backlog / seconds }},
		{"cpu", "share", func(_ int, u trafficRow, _ float64) float64 { return u.used / u.reserved }}, // NaN without tasks
		{"latencyP50", "seconds", func(i int, _ trafficRow, _ float64) float64 { return t.latency(r, i, 0.5) }},
		{"latencyP99", "seconds", func(i int, _ trafficRow, _ float64) float64 { return t.latency(r, i, 0.99) }},
	} {
		c := Column{Name: prefix + of.name, Unit: of.unit, Values: make([]float64, len(spans))}
		for i, span := range spans {
			c.Values[i] = of.value(i, t.row(i), span.Seconds())
		}
		columns = append(columns, c)
	}
	return columns
}
