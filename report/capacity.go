package report

import (
	"math"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// CapacityFacts is what is known, before a run begins, of capacity that moves.
type CapacityFacts struct {
	// Interruptible says that Spot instances can be reclaimed.
	Interruptible bool
}

// Capacity is how capacity moved in a run, for the pictures. Its curves are
// columns of [Series].
type Capacity struct {
	CapacityFacts
	// Providers are the names of the capacity providers with EC2 instances, in the
	// order of their declaration.
	Providers []string
	Zones     []string    // with EC2 instances
	Pools     []SpotPool  // with Spot instances
	Survival  []Surviving // of tasks on Spot capacity; empty without any
	// Marks are the first things of note at each provider; Untold counts the rest.
	Marks  []CapacityMark
	Untold int64
}

// SpotPool is an instance type in an Availability Zone.
type SpotPool struct{ Type, Zone string }

func (p SpotPool) column() string { return "spot.price." + p.Zone + "." + p.Type }

// CapacityMark is something of note that happened to capacity.
type CapacityMark struct {
	At       sim.Time // since the start of the run
	Provider string
	Kind     MarkKind
	// Instances that were launched, or terminated where negative; 0 for all else.
	Instances int
	Text      string // what happened and why, in words
}

// MarkKind says what a mark is about.
type MarkKind uint8

// The kinds of marks.
const (
	MarkActivity  MarkKind = iota // of an Auto Scaling group
	MarkRebalance                 // a Spot instance is at risk
	MarkNotice                    // something will be reclaimed
	MarkLost                      // an instance is lost
	MarkFailure                   // a launch failed
)

// mostMarksKept is how many marks of a provider are kept.
const mostMarksKept = 1000

// track follows a figure in the recorder's buckets.
type track struct {
	name, unit string
	scale      float64 // of the unit, in units of what is followed
	current    int64
	known      bool // there is a value; where there is none, there is no curve
	since      sim.Time
	from       int // first bucket in rows
	rows       []trackRow
	peak       int64
	// counts has the track count what happens, per hour, instead of following what
	// is.
	counts bool
	// optional tracks may have no value; others are 0 before they are followed.
	optional bool
}

type trackRow struct{ sum, known sim.Integral }

// capacityCourse follows capacity that moves.
type capacityCourse struct {
	facts     CapacityFacts
	tracks    []*track
	kinds     []kindCourse      // by kind
	providers []*providerCourse // by provider; nil without EC2 instances
	order     []*providerCourse
	zones     []string
	zoneOf    map[string]*track
	pools     []SpotPool
	poolOf    map[SpotPool]*track
	purchase  [2]*track // on demand, Spot
	state     [3]*track // booting, active, draining
	survival  survival

	interruptions int64 // Spot instances that EC2 reclaimed
}

type kindCourse struct {
	known             bool
	zone              *track
	price             *track
	provider          *providerCourse
	spot              bool
	running           int64 // instances in the cluster
	stopped, prepared int64 // instances in the warm pool; the latter run, and are in the cluster, too
}

// providerCourse follows the EC2 instances of a provider.
type providerCourse struct {
	name                    string
	all, spot               *track
	state                   [3]*track
	desired                 *track
	reservation, target     *track
	needed, running         *track
	launched, ended         *track
	interrupted             *track
	warmPool                *track
	marks                   []CapacityMark
	untold                  int64
	count                   CapacityProvider
	lowest, highest, aiming float64 // of the reservation, in per cent
}

const (
	onDemand = iota
	onSpot
)

// FollowCapacity has the course of capacity recorded, before anything is launched.
func (r *Recorder) FollowCapacity(f CapacityFacts) {
	r.capacity = &capacityCourse{facts: f, zoneOf: map[string]*track{}, poolOf: map[SpotPool]*track{}}
	c := r.capacity
	c.purchase[onDemand] = c.add(r, "instances.onDemand", "instances")
	c.purchase[onSpot] = c.add(r, "instances.spot", "instances")
	for i, name := range stateColumns {
		c.state[i] = c.add(r, "instances."+name, "instances")
	}
}

var stateColumns = [...]string{"booting", "active", "draining"}

func (c *capacityCourse) add(r *Recorder, name, unit string) *track {
	t := &track{name: name, unit: unit, scale: 1, since: r.now, from: len(r.buckets) - 1, rows: make([]trackRow, 1), known: true}
	c.tracks = append(c.tracks, t)
	return t
}

// settle brings the integral of a track up to now.
func (t *track) settle(now sim.Time) {
	span := now - t.since
	if span == 0 {
		return
	}
	t.since = now
	if !t.known {
		return
	}
	row := &t.rows[len(t.rows)-1]
	row.known.Add(1, span)
	if !t.counts && t.current != 0 {
		row.sum.Add(t.current, span)
	}
}

// set gives a track a value from now on.
func (t *track) set(now sim.Time, v int64) {
	t.settle(now)
	t.current, t.known = v, true
	t.peak = max(t.peak, v)
}

func (t *track) change(now sim.Time, by int64) { t.set(now, t.current+by) }

// tick counts things that happen now. A track that counts them is per hour.
func (t *track) tick(now sim.Time, n int64) {
	t.settle(now)
	t.rows[len(t.rows)-1].sum.Add(n, sim.Hour)
}

// double merges pairs of the recorder's buckets.
func (t *track) double() {
	if t.from%2 == 1 { // the first one is alone in its pair
		t.from--
		t.rows = append(t.rows, trackRow{})
		copy(t.rows[1:], t.rows)
		t.rows[0] = trackRow{}
	}
	t.from /= 2
	for i, row := range t.rows {
		if i%2 == 0 {
			t.rows[i/2] = row
		} else {
			t.rows[i/2].sum = t.rows[i/2].sum.Plus(row.sum)
			t.rows[i/2].known = t.rows[i/2].known.Plus(row.known)
		}
	}
	t.rows = t.rows[:(len(t.rows)+1)/2]
}

func (t *track) total() (sum, known sim.Integral) {
	for _, row := range t.rows {
		sum, known = sum.Plus(row.sum), known.Plus(row.known)
	}
	return sum, known
}

// values returns the mean of the track in each of the recorder's buckets, which
// have these spans. Of an optional one it is the mean of the time for which it had
// a value, and NaN where it had none.
func (t *track) values(spans []sim.Time) []float64 {
	v := make([]float64, len(spans))
	for i, span := range spans {
		at := i - t.from
		switch known := at >= 0 && at < len(t.rows); {
		case known && !t.optional:
			v[i] = t.rows[at].sum.Mean(span) / t.scale
		case known && !t.rows[at].known.IsZero():
			v[i] = t.rows[at].sum.Ratio(t.rows[at].known) / t.scale
		case t.optional:
			v[i] = math.NaN()
		}
	}
	return v
}

// next begins a bucket.
func (c *capacityCourse) next() {
	for _, t := range c.tracks {
		t.rows = append(t.rows, trackRow{})
	}
}

func (c *capacityCourse) settle(now sim.Time) {
	for _, t := range c.tracks {
		t.settle(now)
	}
}

func (c *capacityCourse) double() {
	for _, t := range c.tracks {
		t.double()
	}
}

func (c *capacityCourse) reset(now sim.Time) {
	for _, t := range c.tracks {
		t.since, t.from, t.peak = now, 0, t.current
		t.rows = append(t.rows[:0], trackRow{})
	}
	for _, p := range c.order {
		p.marks, p.untold, p.count = nil, 0, CapacityProvider{}
		p.lowest, p.highest = math.Inf(1), math.Inf(-1)
		if p.reservation.known {
			v := float64(p.reservation.current) / p.reservation.scale
			p.lowest, p.highest = v, v
		}
	}
	c.survival.restart()
	c.interruptions = 0
}

// perThousand is the scale of figures that are followed in thousandths.
const perThousand = 1000

// provider returns the course of a provider.
func (c *capacityCourse) provider(r *Recorder, id cluster.ProviderID) *providerCourse {
	for len(c.providers) <= int(id) {
		c.providers = append(c.providers, nil)
	}
	if c.providers[id] == nil {
		name := r.cluster.ProviderName(id)
		prefix := "capacityProviders." + name + "."
		p := &providerCourse{name: name, lowest: math.Inf(1), highest: math.Inf(-1)}
		p.all, p.spot = c.add(r, prefix+"instances", "instances"), c.add(r, prefix+"spot", "instances")
		for i, name := range stateColumns {
			p.state[i] = c.add(r, prefix+name, "instances")
		}
		p.launched, p.ended = c.counting(r, prefix+"launched"), c.counting(r, prefix+"terminated")
		p.interrupted = c.counting(r, prefix+"interrupted")
		p.desired = c.unknown(r, prefix+"desired", "instances", 1)
		p.warmPool = c.unknown(r, prefix+"warmPool", "instances", 1)
		p.reservation = c.unknown(r, prefix+"reservation", "%", perThousand)
		p.target = c.unknown(r, prefix+"target", "%", perThousand)
		p.needed = c.unknown(r, prefix+"needed", "instances", 1)
		p.running = c.unknown(r, prefix+"running", "instances", 1)
		c.providers[id] = p
		c.order = append(c.order, p)
	}
	return c.providers[id]
}

func (c *capacityCourse) counting(r *Recorder, name string) *track {
	t := c.add(r, name, "instances/h")
	t.counts = true
	return t
}

// unknown adds a track that has no value yet.
func (c *capacityCourse) unknown(r *Recorder, name, unit string, scale float64) *track {
	t := c.add(r, name, unit)
	t.known, t.optional, t.scale = false, true, scale
	return t
}

// kind returns the course of a kind of EC2 instances.
func (c *capacityCourse) kind(r *Recorder, id cluster.KindID) *kindCourse {
	for len(c.kinds) <= int(id) {
		c.kinds = append(c.kinds, kindCourse{})
	}
	of := &c.kinds[id]
	if of.known {
		return of
	}
	k := r.cluster.Kind(id)
	*of = kindCourse{known: true, spot: k.Spot, provider: c.provider(r, k.Provider)}
	if k.Zone != "" {
		if of.zone = c.zoneOf[k.Zone]; of.zone == nil {
			of.zone = c.add(r, "instances.zone."+k.Zone, "instances")
			c.zoneOf[k.Zone] = of.zone
			c.zones = append(c.zones, k.Zone)
		}
	}
	if k.Spot {
		pool := SpotPool{k.Type, k.Zone}
		if of.price = c.poolOf[pool]; of.price == nil {
			of.price = c.unknown(r, pool.column(), "USD/h", nanoPerDollar)
			c.poolOf[pool] = of.price
			c.pools = append(c.pools, pool)
		}
		if !of.price.known {
			of.price.set(r.now, r.ledger.spotPrice(id).perHour)
		}
	}
	return of
}

// instanceChanged follows an instance.
func (c *capacityCourse) instanceChanged(r *Recorder, id cluster.KindID, from, to cluster.State) {
	if r.cluster.Kind(id).Type == "" { // no EC2 instance
		return
	}
	k := c.kind(r, id)
	purchase := onDemand
	if k.spot {
		purchase = onSpot
	}
	all := func(by int64) {
		k.running += by
		c.purchase[purchase].change(r.now, by)
		k.provider.all.change(r.now, by)
		if k.spot {
			k.provider.spot.change(r.now, by)
		}
		if k.zone != nil {
			k.zone.change(r.now, by)
		}
	}
	count := func(s cluster.State, by int64) {
		if i := int(s) - int(cluster.Booting); i >= 0 && i < len(c.state) {
			c.state[i].change(r.now, by)
			k.provider.state[i].change(r.now, by)
		}
	}
	count(from, -1)
	count(to, 1)
	switch {
	case from == cluster.Absent:
		all(1)
		k.provider.count.Launched++
		k.provider.launched.tick(r.now, 1)
	case to == cluster.Terminated:
		all(-1)
		k.provider.count.Terminated++
		k.provider.ended.tick(r.now, 1)
	}
}

// atStart takes back that an instance was launched: it was there already.
func (c *capacityCourse) atStart(r *Recorder, id cluster.KindID) {
	if r.cluster.Kind(id).Type == "" {
		return
	}
	p := c.kind(r, id).provider
	p.count.Launched--
	last := &p.launched.rows[len(p.launched.rows)-1]
	var one sim.Integral
	one.Add(1, sim.Hour)
	last.sum = last.sum.Minus(one)
}

// mark keeps something of note.
func (p *providerCourse) mark(now sim.Time, kind MarkKind, instances int, text string) {
	if len(p.marks) == mostMarksKept {
		p.untold++
		return
	}
	p.marks = append(p.marks, CapacityMark{At: now, Provider: p.name, Kind: kind, Instances: instances, Text: text})
}

// of returns the course of the provider of an instance, or nil where capacity is
// not followed.
func (r *Recorder) courseOf(now sim.Time, id cluster.InstanceID) *providerCourse {
	if r.capacity == nil {
		return nil
	}
	r.advance(now)
	return r.capacity.provider(r, r.cluster.Kind(r.cluster.Instance(id).Kind).Provider)
}

func (r *Recorder) spotPriceChanged(now sim.Time, k cluster.KindID, perHour, by int64) {
	r.advance(now)
	if r.capacity == nil {
		return
	}
	of := r.capacity.kind(r, k)
	if of.price != nil {
		of.price.set(now, perHour)
	}
	r.change(costRate, by*of.running)
}

func (r *Recorder) rebalanceRecommendation(now sim.Time, id cluster.InstanceID) {
	if p := r.courseOf(now, id); p != nil {
		p.mark(now, MarkRebalance, 0, "Rebalance recommendation for "+r.cluster.InstanceName(id)+r.where(id))
	}
}

func (r *Recorder) interruptionNotice(now sim.Time, id cluster.InstanceID) {
	if p := r.courseOf(now, id); p != nil {
		p.count.Notices++
		p.mark(now, MarkNotice, 0, "Interruption notice for "+r.cluster.InstanceName(id)+r.where(id))
	}
}

func (r *Recorder) taskInterruptionNotice(now sim.Time, id cluster.TaskID) {
	if p := r.courseOf(now, r.cluster.Task(id).Instance); p != nil {
		p.count.Notices++
		p.mark(now, MarkNotice, 0, "Interruption notice for task "+r.cluster.TaskName(id))
	}
}

// where tells the type and the zone of an instance.
func (r *Recorder) where(id cluster.InstanceID) string {
	k := r.cluster.Kind(r.cluster.Instance(id).Kind)
	if k.Type == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(k.Type+" in "+k.Zone, " in ") + ")"
}

func (r *Recorder) instanceLost(now sim.Time, id cluster.InstanceID, why Loss) {
	r.count.Interrupted++
	if p := r.courseOf(now, id); p != nil {
		p.count.Interrupted++
		p.interrupted.tick(now, 1)
		p.mark(now, MarkLost, -1, r.cluster.InstanceName(id)+r.where(id)+": "+why.String())
		if why == Reclaimed {
			r.capacity.interruptions++
		}
	}
}

func (r *Recorder) launchFailed(now sim.Time, p cluster.ProviderID, why string) {
	if r.capacity != nil {
		r.advance(now)
		of := r.capacity.provider(r, p)
		of.count.Failed++
		of.mark(now, MarkFailure, 0, why)
	}
}

func (r *Recorder) groupActivity(now sim.Time, p cluster.ProviderID, instances int, what string) {
	if r.capacity != nil {
		r.advance(now)
		of := r.capacity.provider(r, p)
		of.count.Activities++
		of.mark(now, MarkActivity, instances, what)
	}
}

func (r *Recorder) desiredCapacityChanged(now sim.Time, p cluster.ProviderID, desired int) {
	if r.capacity != nil {
		r.advance(now)
		r.capacity.provider(r, p).desired.set(now, int64(desired))
	}
}

func (r *Recorder) warmPoolChanged(now sim.Time, id cluster.KindID, stopped, running int) {
	if r.capacity == nil {
		return
	}
	r.advance(now)
	k, price := r.capacity.kind(r, id), r.ledger.instancePrice(id)
	byStopped, byRunning := int64(stopped)-k.stopped, int64(running)-k.prepared
	k.stopped, k.prepared = int64(stopped), int64(running)
	k.provider.warmPool.change(now, byStopped+byRunning)
	r.change(costRate, byStopped*price.EBS) // those that run are in the cluster
}

func (r *Recorder) reservationChanged(now sim.Time, p cluster.ProviderID, v Reservation) {
	if r.capacity == nil {
		return
	}
	r.advance(now)
	of := r.capacity.provider(r, p)
	of.reservation.set(now, int64(math.Round(v.Percent*perThousand)))
	of.target.set(now, int64(math.Round(v.Target*perThousand)))
	of.needed.set(now, int64(v.Needed))
	of.running.set(now, int64(v.Running))
	of.lowest, of.highest, of.aiming = min(of.lowest, v.Percent), max(of.highest, v.Percent), v.Target
}

// columns are the curves of capacity, in the recorder's buckets.
func (c *capacityCourse) columns(spans []sim.Time) []Column {
	var columns []Column
	for _, t := range c.tracks {
		if _, known := t.total(); known.IsZero() {
			continue
		}
		columns = append(columns, Column{Name: t.name, Unit: t.unit, Values: t.values(spans)})
	}
	return columns
}

// Capacity returns how capacity moved, nil unless it was followed. Call it after
// [Recorder.Close].
func (r *Recorder) Capacity() *Capacity {
	if r.capacity == nil {
		return nil
	}
	of := r.capacity
	c := &Capacity{CapacityFacts: of.facts, Zones: of.zones, Pools: of.pools, Survival: of.survival.curve()}
	for _, p := range of.providers {
		if p != nil {
			c.Providers = append(c.Providers, p.name)
			c.Marks = append(c.Marks, p.marks...)
			c.Untold += p.untold
		}
	}
	return c
}

// CapacityProviders returns what came of the capacity providers, nil unless
// capacity was followed. Call it after [Recorder.Close].
func (r *Recorder) CapacityProviders() map[string]CapacityProvider {
	if r.capacity == nil {
		return nil
	}
	all := map[string]CapacityProvider{}
	for _, p := range r.capacity.order {
		v := p.count
		instances, _ := p.all.total()
		spot, _ := p.spot.total()
		v.Peak, v.Mean = p.all.peak, instances.Mean(r.now-r.start)
		if !instances.IsZero() {
			part := spot.Ratio(instances)
			v.SpotFraction = &part
		}
		if sum, known := p.reservation.total(); !known.IsZero() {
			v.Reservation = &ReservationLevel{Mean: sum.Ratio(known) / perThousand, Min: p.lowest, Max: p.highest, Target: p.aiming}
		}
		all[p.name] = v
	}
	return all
}

// Spot returns what came of EC2 Spot instances. Call it after [Meter.Close].
func (m *Meter) Spot() Spot {
	s := m.Ledger.Spot()
	if c := m.Recorder.capacity; c != nil {
		s.Interruptions = c.interruptions
	}
	return s
}
