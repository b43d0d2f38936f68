package report

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// measure is a quantity that the recorder follows over time.
type measure uint8

const (
	tasksRunning measure = iota
	tasksPending
	instancesRunning
	instancesOccupied // with at least one task
	cpuReserved       // on EC2 and external instances that are ACTIVE or DRAINING
	memoryReserved
	gpuReserved
	cpuRegistered
	memoryRegistered
	gpuRegistered
	cpuUsed
	memoryUsed
	fargateCPU // demand of the tasks on Fargate
	fargateMemory
	fargateCPUUsed
	fargateMemoryUsed
	costRate // nano-dollars per hour
	measures
)

// maxBuckets is how many buckets a recorder keeps: when they are full, pairs
// merge and the width doubles, so memory does not grow with the run.
const maxBuckets = 1024

// Usage is the part of its reservation that a task of a group uses, in
// thousandths. A negative part is not known.
type Usage struct{ CPU, Memory int64 }

// Recorder follows a run: how many tasks and instances there are, what is
// reserved and used. It is told of the changes and keeps exact integrals of each
// measure in at most 1,024 buckets of equal width.
type Recorder struct {
	cluster *cluster.Cluster
	ledger  *Ledger
	start   sim.Time // of the first bucket
	first   sim.Time // width with which a run begins
	width   sim.Time
	now     sim.Time
	next    sim.Time // end of the present bucket
	current [measures]int64
	since   [measures]sim.Time // current has been as it is since then, at the earliest since the bucket began
	buckets [][measures]sim.Integral
	usage   []Usage // by task group
	heat    *heat
	samples *samples

	services  []*serviceCourse
	serviceOf []*serviceCourse // by task group; nil for jobs
	loads     int              // services under load
	perSketch int              // buckets that share a latency sketch, a power of two

	capacity *capacityCourse // nil where capacity does not move

	peakOf struct{ instances, occupied, cpu, memory, gpu int64 }
	count  Instances
	knows  [2]struct{ cpu, memory bool } // all that ran so far on instances, on Fargate, had a known usage
	ran    struct{ instance, fargate bool }
}

// NewRecorder returns a recorder for a run that starts now. instances is how many instances are expected, to size the rows of the heat
// map; it is a hint.
func NewRecorder(c *cluster.Cluster, l *Ledger, instances int) *Recorder {
	r := &Recorder{cluster: c, ledger: l, first: sim.Second, heat: newHeat(instances), samples: new(samples)}
	r.reset(0)
	return r
}

// Expect says how long the run lasts beyond its warm-up, before it begins. From the
// start buckets are as wide as that needs; without it they begin with a second. A run
// that ends before has fewer of them.
func (r *Recorder) Expect(span sim.Time) {
	for span/maxBuckets >= r.first {
		r.first *= 2
	}
	r.reset(r.now)
	r.heat.restart(r.now, r.width)
}

func (r *Recorder) reset(now sim.Time) {
	r.start = now
	r.width = r.first
	r.now = now
	r.next = now + r.width
	r.buckets = append(r.buckets[:0], [measures]sim.Integral{})
	for i := range r.knows {
		r.knows[i].cpu, r.knows[i].memory = true, true
	}
	for m := range r.since {
		r.since[m] = now
	}
	for _, s := range r.services {
		s.reset(now)
	}
	if r.capacity != nil {
		r.capacity.reset(now)
	}
}

// SetUsage declares what the tasks of a group use of what they reserve.
func (r *Recorder) SetUsage(g cluster.GroupID, u Usage) {
	for len(r.usage) <= int(g) {
		r.usage = append(r.usage, Usage{-1, -1})
	}
	r.usage[g] = u
}

// advance brings the integrals up to now.
func (r *Recorder) advance(now sim.Time) {
	if now == r.now {
		return
	}
	for now >= r.next {
		r.now = r.next
		r.settle()
		if len(r.buckets) == maxBuckets {
			r.double()
		}
		r.buckets = append(r.buckets, [measures]sim.Integral{})
		for _, s := range r.services {
			s.buckets = append(s.buckets, serviceBucket{})
		}
		if r.capacity != nil {
			r.capacity.next()
		}
		r.next += r.width
	}
	r.now = now
}

// settle brings the integrals of all measures up to now.
func (r *Recorder) settle() {
	for m := range measures {
		r.change(m, 0)
	}
	for _, s := range r.services {
		s.settle(r.now)
	}
	if r.capacity != nil {
		r.capacity.settle(r.now)
	}
}

// change adds to a measure, whose integral it brings up to now. What does not
// change costs nothing but at the end of a bucket.
func (r *Recorder) change(m measure, by int64) {
	if v := r.current[m]; v != 0 {
		r.buckets[len(r.buckets)-1][m].Add(v, r.now-r.since[m])
	}
	r.since[m] = r.now
	r.current[m] += by
}

// double merges pairs of buckets.
func (r *Recorder) double() {
	for i := range maxBuckets / 2 {
		for f := range r.buckets[i] {
			r.buckets[i][f] = r.buckets[2*i][f].Plus(r.buckets[2*i+1][f])
		}
	}
	r.buckets = r.buckets[:maxBuckets/2]
	for _, s := range r.services {
		s.double()
	}
	if r.capacity != nil {
		r.capacity.double()
	}
	r.width *= 2
	r.heat.double(r.now)
}

// InstanceChanged counts instances and what they register.
func (r *Recorder) InstanceChanged(now sim.Time, id cluster.InstanceID, from, to cluster.State) {
	r.advance(now)
	i := r.cluster.Instance(id)
	k := r.cluster.Kind(i.Kind)
	if k.Unlimited {
		return
	}
	if from == cluster.Absent {
		r.heat.launch(r, id)
	}
	if r.capacity != nil {
		r.capacity.instanceChanged(r, i.Kind, from, to)
	}
	register := func(sign int64) {
		r.change(cpuRegistered, sign*k.Capacity.CPU)
		r.change(memoryRegistered, sign*k.Capacity.Memory)
		r.change(gpuRegistered, sign*k.Capacity.GPU)
	}
	registered := func(s cluster.State) bool { return s == cluster.Active || s == cluster.Draining }
	switch {
	case registered(to) && !registered(from):
		register(1)
		r.heat.join(r, id)
	case registered(from) && !registered(to):
		register(-1)
		r.heat.leave(r, id)
	}
	switch {
	case from == cluster.Absent:
		r.count.Launched++
		r.change(instancesRunning, 1)
		r.change(costRate, r.ledger.rate(i.Kind))
	case to == cluster.Active && now == 0 && i.LaunchedAt == 0:
		r.count.Launched--
		r.count.RunningAtStart++
		if r.capacity != nil {
			r.capacity.atStart(r, i.Kind)
		}
	case to == cluster.Terminated:
		r.count.Terminated++
		r.change(instancesRunning, -1)
		r.change(costRate, -r.ledger.rate(i.Kind))
	}
	r.peakOf.instances = max(r.peakOf.instances, r.current[instancesRunning])
	r.samples.take(r)
}

// TaskSubmitted counts a task that waits.
func (r *Recorder) TaskSubmitted(now sim.Time, id cluster.TaskID) {
	r.advance(now)
	r.change(tasksPending, 1)
	r.samples.submitted(r.cluster.Class(r.cluster.Task(id).Class).Demand)
	r.samples.take(r)
}

// TaskStarted counts what a task reserves, and the task as one that runs unless
// its containers start later.
func (r *Recorder) TaskStarted(now sim.Time, id cluster.TaskID) {
	r.advance(now)
	t := r.cluster.Task(id)
	if !t.Pulling() {
		r.contain(t)
	}
	r.note(t)
	r.run(t, 1)
	r.samples.take(r)
}

// TaskPulled counts a task whose containers start now.
func (r *Recorder) TaskPulled(now sim.Time, id cluster.TaskID) {
	r.advance(now)
	r.contain(r.cluster.Task(id))
}

// contain counts a task whose containers start: it does not wait any longer.
func (r *Recorder) contain(t *cluster.Task) {
	r.change(tasksPending, -1)
	r.change(tasksRunning, 1)
	r.ofService(r.cluster.Class(t.Class).Group, 1)
}

// TaskEnded takes away what TaskSubmitted or TaskStarted added.
func (r *Recorder) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	r.advance(now)
	t := r.cluster.Task(id)
	if t.Instance != cluster.None {
		r.run(t, -1)
		if r.capacity != nil {
			r.survive(t, why == cluster.Interrupted)
		}
	}
	if t.Instance == cluster.None || t.Pulling() {
		r.change(tasksPending, -1)
	} else {
		r.change(tasksRunning, -1)
		r.ofService(r.cluster.Class(t.Class).Group, -1)
	}
	r.samples.take(r)
}

// usageOf returns what a task of a class uses, as far as it is the same at all
// times, and whether it is known in the end: what a task under load uses of its
// CPU hangs on the requests.
func (r *Recorder) usageOf(class *cluster.Class) (u Usage, cpu, memory bool) {
	u = Usage{-1, -1}
	if int(class.Group) < len(r.usage) {
		u = r.usage[class.Group]
	}
	if r.underLoad(class.Group) != nil {
		u.CPU = -1
		return u, true, u.Memory >= 0
	}
	return u, u.CPU >= 0, u.Memory >= 0
}

// underLoad returns the service that requests come to, or nil.
func (r *Recorder) underLoad(g cluster.GroupID) *serviceCourse {
	if int(g) < len(r.serviceOf) && r.serviceOf[g] != nil && r.serviceOf[g].traffic != nil {
		return r.serviceOf[g]
	}
	return nil
}

const (
	onInstances = iota
	onFargate
)

// note remembers that a task has run, and whether its use is known.
func (r *Recorder) note(t *cluster.Task) {
	_, cpu, memory := r.usageOf(r.cluster.Class(t.Class))
	where := onInstances
	if r.cluster.Kind(r.cluster.Instance(t.Instance).Kind).Unlimited {
		where = onFargate
		r.ran.fargate = true
	} else {
		r.ran.instance = true
	}
	r.knows[where].cpu = r.knows[where].cpu && cpu
	r.knows[where].memory = r.knows[where].memory && memory
}

// run adds or takes away what a task with a place reserves, uses and costs.
func (r *Recorder) run(t *cluster.Task, sign int64) {
	class := r.cluster.Class(t.Class)
	d := class.Demand
	u, _, _ := r.usageOf(class)
	load := r.underLoad(class.Group)
	if k := r.cluster.Kind(r.cluster.Instance(t.Instance).Kind); k.Unlimited {
		r.change(fargateCPU, sign*d.CPU)
		r.change(fargateMemory, sign*d.Memory)
		if load != nil {
			load.change(r.now, fargateTaskCPU, sign*d.CPU)
		}
		if u.CPU > 0 {
			r.change(fargateCPUUsed, sign*(d.CPU*u.CPU/1000))
		}
		if u.Memory > 0 {
			r.change(fargateMemoryUsed, sign*(d.Memory*u.Memory/1000))
		}
		r.change(costRate, sign*r.ledger.fargateRate(k.Provider, class))
		return
	}
	if on := r.cluster.Instance(t.Instance).Tasks; on == 1 && sign > 0 || on == 0 {
		r.change(instancesOccupied, sign)
		r.peakOf.occupied = max(r.peakOf.occupied, r.current[instancesOccupied])
	}
	r.change(cpuReserved, sign*d.CPU)
	r.change(memoryReserved, sign*d.Memory)
	if d.GPU > 0 {
		r.change(gpuReserved, sign*d.GPU)
	}
	if load != nil {
		load.change(r.now, instanceTaskCPU, sign*d.CPU)
	}
	if u.CPU > 0 {
		r.change(cpuUsed, sign*(d.CPU*u.CPU/1000))
	}
	if u.Memory > 0 {
		r.change(memoryUsed, sign*(d.Memory*u.Memory/1000))
	}
	r.peakOf.cpu = max(r.peakOf.cpu, r.current[cpuReserved])
	r.peakOf.memory = max(r.peakOf.memory, r.current[memoryReserved])
	r.peakOf.gpu = max(r.peakOf.gpu, r.current[gpuReserved])
	r.heat.change(r, t.Instance)
}

// EndWarmup forgets the past: measures cover the time from now on.
func (r *Recorder) EndWarmup(now sim.Time) {
	r.reset(now)
	running := r.current[instancesRunning]
	r.count = Instances{RunningAtStart: running}
	r.peakOf.instances, r.peakOf.occupied = running, r.current[instancesOccupied]
	r.peakOf.cpu, r.peakOf.memory, r.peakOf.gpu = r.current[cpuReserved], r.current[memoryReserved], r.current[gpuReserved]
	r.ran.instance, r.ran.fargate = false, false
	r.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := r.cluster.Task(id); t.Instance != cluster.None {
			r.note(t)
		}
	})
	r.heat.restart(now, r.width)
	r.samples.restart(now)
}

// Close brings everything up to the end of the run.
func (r *Recorder) Close(now sim.Time) {
	r.advance(now)
	r.settle()
	r.heat.close(now)
	if r.capacity != nil {
		r.cluster.LiveTasks(func(id cluster.TaskID) {
			if t := r.cluster.Task(id); t.Instance != cluster.None {
				r.survive(t, false)
			}
		})
	}
}

// total returns the integral of a measure over the whole run.
func (r *Recorder) total(f measure) sim.Integral {
	var sum sim.Integral
	for i := range r.buckets {
		sum = sum.Plus(r.buckets[i][f])
	}
	return sum
}

// Instances returns the count of instances. Call it after [Recorder.Close].
func (r *Recorder) Instances() Instances {
	c := r.count
	span := r.now - r.start
	t := r.total(instancesRunning)
	c.RunningAtEnd = r.current[instancesRunning]
	c.Peak = r.peakOf.instances
	c.Mean = t.Mean(span)
	c.Hours = t.Float() / float64(sim.Hour)
	c.OccupiedPeak = r.peakOf.occupied
	c.OccupiedMean = r.total(instancesOccupied).Mean(span)
	return c
}

// Utilisation returns the shares reserved and used. Call it after
// [Recorder.Close].
func (r *Recorder) Utilisation() Utilisation {
	ratio := func(part, whole measure) *float64 {
		if w := r.total(whole); !w.IsZero() {
			v := r.total(part).Ratio(w)
			return &v
		}
		return nil
	}
	u := Utilisation{
		CPUReserved:    ratio(cpuReserved, cpuRegistered),
		MemoryReserved: ratio(memoryReserved, memoryRegistered),
		GPUReserved:    ratio(gpuReserved, gpuRegistered),
	}
	used := func(ran bool, where int, part, whole measure) *float64 {
		v := ratio(part, whole)
		if !ran || !r.knows[where].cpu || v == nil {
			return nil
		}
		for _, u := range r.usedByLoads(where) {
			*v += u / r.total(whole).Float()
		}
		*v = usedShare(*v)
		return v
	}
	u.CPUUsed = used(r.ran.instance, onInstances, cpuUsed, cpuRegistered)
	u.FargateCPUUsed = used(r.ran.fargate, onFargate, fargateCPUUsed, fargateCPU)
	if r.ran.instance && r.knows[onInstances].memory {
		u.MemoryUsed = ratio(memoryUsed, memoryRegistered)
	}
	if r.ran.fargate && r.knows[onFargate].memory {
		u.FargateMemoryUsed = ratio(fargateMemoryUsed, fargateMemory)
	}
	return u
}

// usedShare returns the share that was used. Requests are told in small parts of one, so
// that busy tasks seem to do a little more than they can.
func usedShare(share float64) float64 {
	if share > 1 && share < 1.001 {
		return 1
	}
	return share
}

// usedByLoads returns the CPU that services under load used in each bucket, on
// instances or on Fargate: each is as busy here as there.
func (r *Recorder) usedByLoads(where int) []float64 {
	all := make([]float64, len(r.buckets))
	for _, s := range r.services {
		if s.traffic == nil {
			continue
		}
		for i := range s.traffic.rows {
			here, there := s.buckets[i][instanceTaskCPU].Float(), s.buckets[i][fargateTaskCPU].Float()
			if where == onFargate {
				here, there = there, here
			}
			if here > 0 {
				all[i] += float64(s.traffic.rows[i].used * cluster.VCPU * float64(sim.Second) * (here / (here + there)))
			}
		}
	}
	return all
}

// Series returns the course of the run. Call it after [Recorder.Close].
func (r *Recorder) Series() Series {
	s := Series{Start: r.start, Width: r.width, End: r.now}
	buckets := r.buckets
	if n := len(buckets); n > 1 && r.now == r.next-r.width { // the last one has no length
		buckets = buckets[:n-1]
	}
	column := func(name, unit string, value func(b *[measures]sim.Integral, span sim.Time) float64) {
		c := Column{Name: name, Unit: unit, Values: make([]float64, len(buckets))}
		for i := range buckets {
			from := r.start + sim.Time(i)*r.width
			c.Values[i] = value(&buckets[i], min(r.width, r.now-from))
		}
		s.Columns = append(s.Columns, c)
	}
	mean := func(f measure, scale float64) func(*[measures]sim.Integral, sim.Time) float64 {
		return func(b *[measures]sim.Integral, span sim.Time) float64 { return b[f].Mean(span) / scale }
	}
	ratio := func(part, whole measure) func(*[measures]sim.Integral, sim.Time) float64 {
		return func(b *[measures]sim.Integral, _ sim.Time) float64 {
			if b[whole].IsZero() {
				return math.NaN()
			}
			return b[part].Ratio(b[whole])
		}
	}
	column("tasks.running", "tasks", mean(tasksRunning, 1))
	column("tasks.pending", "tasks", mean(tasksPending, 1))
	column("instances.running", "instances", mean(instancesRunning, 1))
	column("instances.occupied", "instances", mean(instancesOccupied, 1))
	column("cost.perHour", "USD/h", mean(costRate, nanoPerDollar))
	column("utilisation.cpuReserved", "share", ratio(cpuReserved, cpuRegistered))
	column("utilisation.memoryReserved", "share", ratio(memoryReserved, memoryRegistered))
	if !r.total(gpuRegistered).IsZero() {
		column("utilisation.gpuReserved", "share", ratio(gpuReserved, gpuRegistered))
	}
	u := r.Utilisation()
	if u.CPUUsed != nil {
		column("utilisation.cpuUsed", "share", ratio(cpuUsed, cpuRegistered))
		values, loads := s.Columns[len(s.Columns)-1].Values, r.usedByLoads(onInstances)
		for i := range values {
			if registered := buckets[i][cpuRegistered]; !registered.IsZero() {
				values[i] += loads[i] / registered.Float()
			}
		}
	}
	if u.MemoryUsed != nil {
		column("utilisation.memoryUsed", "share", ratio(memoryUsed, memoryRegistered))
	}
	if r.ran.fargate {
		column("fargate.vcpu", "vCPU", mean(fargateCPU, cluster.VCPU))
		column("fargate.memoryGiB", "GiB", mean(fargateMemory, cluster.GiB))
	}
	spans := make([]sim.Time, len(buckets))
	for i := range spans {
		spans[i] = min(r.width, r.now-r.start-sim.Time(i)*r.width)
	}
	s.Columns = append(s.Columns, r.serviceColumns(spans)...)
	if r.capacity != nil {
		s.Columns = append(s.Columns, r.capacity.columns(spans)...)
	}
	return s
}
