package scenarios

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/sim/fargate"
	"berth/workloads"
)

// addJobs declares queues, pools and sources, and has the first task of each
// job arrive.
func (w *World) addJobs() error {
	routes := make([]route, len(w.scenario.Jobs))
	for i, j := range w.scenario.Jobs {
		r, err := w.route(j, cluster.GroupID(i))
		if err != nil {
			return err
		}
		routes[i] = r
	}
	queues := w.addQueues(routes)
	for i, j := range w.scenario.Jobs {
		source, err := w.source(j, routes[i])
		if err != nil {
			return err
		}
		w.sources = append(w.sources, source)
		err = w.scheduler.AddJob(ecs.Job{
			Group:  cluster.GroupID(i),
			Queue:  queues[i],
			Reject: j.OnNoCapacity == "reject",
			Source: source,
		})
		if err != nil {
			return w.sourceError(err)
		}
	}
	return nil
}

// route says where a job's tasks go: to the providers in turn that a division
// names, or to one pool of several.
type route struct {
	group     cluster.GroupID
	division  *ecs.Division
	providers [][]builtProvider // of each share of the division; one entry without
	all       []builtProvider
}

// route looks up where a job's tasks go.
func (w *World) route(j *Job, g cluster.GroupID) (route, error) {
	r := route{group: g}
	target := w.scenario.Target(j)
	named := func(name string) builtProvider {
		i := slices.IndexFunc(w.providers, func(p builtProvider) bool { return p.Name == name })
		return w.providers[i] // references were checked on loading
	}
	if len(target.Strategy) == 0 {
		var pool []builtProvider
		for _, name := range target.Pool {
			pool = append(pool, named(name))
		}
		r.providers = [][]builtProvider{pool}
	} else {
		var shares []ecs.Share
		for _, item := range target.Strategy {
			shares = append(shares, ecs.Share{Base: int(item.Base), Weight: int(item.Weight)})
			r.providers = append(r.providers, []builtProvider{named(item.CapacityProvider)})
		}
		var err error
		if r.division, err = ecs.NewDivision(shares); err != nil {
			return r, Errors{w.scenario.Issue("jobs."+j.Name+".capacityProviderStrategy", "%v", err)}
		}
	}
	r.all = slices.Concat(r.providers...)
	if len(r.all) == 0 {
		return r, Errors{w.scenario.Issue("jobs."+j.Name, "there is no capacity provider on which the job could run; name one in capacityProviderStrategy, or add one to cluster.capacityProviders")}
	}
	return r, nil
}

// addQueues gives one queue to all jobs that wait for the same capacity, be it
// by way of other jobs, and returns each job's.
func (w *World) addQueues(routes []route) []ecs.QueueID {
	leader := make([]int, len(w.providers)) // of the providers joined so far
	for i := range leader {
		leader[i] = i
	}
	for _, r := range routes {
		for _, p := range r.all[1:] {
			from, to := leader[p.id], leader[r.all[0].id]
			for i := range leader {
				if leader[i] == from {
					leader[i] = to
				}
			}
		}
	}
	queueOf := map[int]ecs.QueueID{}
	queues := make([]ecs.QueueID, len(routes))
	for i, r := range routes {
		l := leader[r.all[0].id]
		q, ok := queueOf[l]
		if !ok {
			var providers []cluster.ProviderID
			for p, of := range leader {
				if of == l {
					providers = append(providers, cluster.ProviderID(p))
				}
			}
			d := w.scenario.Jobs[i].Queue
			q = w.scheduler.AddQueue(ecs.Discipline{ByPriority: d.Order == "priority", Strict: d.Blocking == "strict"}, providers...)
			queueOf[l] = q
		}
		queues[i] = q
	}
	return queues
}

// jobSource turns the rows of a workload into submissions: it decides the
// capacity provider, rounds up to Fargate sizes, and finds out what fits
// nowhere.
type jobSource struct {
	world *World
	job   *Job
	route route
	rows  workloads.Source
	trace workloads.Trace // or nil
	file  string          // of the trace
	// rejectMisfits counts a row that no instance could hold as rejected;
	// otherwise it is an error.
	rejectMisfits bool
	requirements  []cluster.Requirement
	row           workloads.Row
	left          int // tasks of row that are still to be submitted
	pools         map[poolKey]cluster.PoolID
	plain         []cluster.PoolID                  // by share: its pool for rows without a GPU model, once known
	sizes         map[cluster.Vector]cluster.Vector // Fargate sizes found so far
	misfits       int
	exhausted     bool
}

type poolKey struct {
	share  int
	models string
}

// source makes the source of a job's tasks.
func (w *World) source(j *Job, r route) (*jobSource, error) {
	s := w.scenario
	src := &jobSource{world: w, job: j, route: r, pools: map[poolKey]cluster.PoolID{}, sizes: map[cluster.Vector]cluster.Vector{}}
	for range r.providers {
		src.plain = append(src.plain, cluster.None)
	}
	path := "jobs." + j.Name
	definition := s.Definition(j)
	platform := ""
	storage := int64(0)
	usage := j.Usage
	if definition != nil {
		platform = definition.RuntimePlatform.CPUArchitecture
		storage = definition.EphemeralStorage.SizeInGiB
		if usage == nil {
			usage = definition.Usage
		}
	}
	if platform != "" {
		src.requirements = []cluster.Requirement{{Attribute: cluster.AttributeCPUArchitecture, Values: []string{architecture(platform)}}}
	}
	if usage != nil {
		thousandths := func(f *float64) int64 {
			if f == nil {
				return -1
			}
			return int64(*f*1000 + 0.5)
		}
		w.meter.Recorder.SetUsage(r.group, report.Usage{CPU: thousandths(usage.CPU), Memory: thousandths(usage.Memory)})
	}
	for _, p := range r.all {
		if p.Kind() == KindFargate {
			if err := w.setFargatePrice(p, r.group, platform, storage, path); err != nil {
				return nil, err
			}
		}
	}
	if err := src.openRows(definition); err != nil {
		return nil, err
	}
	return src, nil
}

// setFargatePrice looks up what a job's tasks cost on Fargate.
func (w *World) setFargatePrice(p builtProvider, g cluster.GroupID, platform string, storageGiB int64, path string) error {
	s := w.scenario
	arch := "x86_64"
	if platform != "" {
		arch = architecture(platform)
	}
	rates, ok := w.prices.Fargate(s.Region, arch)
	if !ok {
		return Errors{s.Issue(path, "no Fargate price is known for %s in %s; give one in prices.fargate", arch, s.Region)}
	}
	vcpu, gib := rates.VCPU, rates.GB
	price := report.FargatePrice{Spot: p.Name == FargateSpot}
	if price.Spot {
		vcpu, gib = rates.SpotVCPU, rates.SpotGB
		if !vcpu.Known() || !gib.Known() {
			return Errors{s.Issue(path, "no Fargate Spot price is known for %s in %s; give one in prices.fargateSpot", arch, s.Region)}
		}
	}
	price.VCPU, price.GiB = int64(vcpu.PerHour), int64(gib.PerHour)
	w.used(p.Name+" vCPU in "+s.Region, vcpu.Date, vcpu.OlderThan(oldMonths, s.Start))
	w.used(p.Name+" memory in "+s.Region, gib.Date, gib.OlderThan(oldMonths, s.Start))
	if extra := storageGiB - 20; extra > 0 {
		if !rates.StorageGB.Known() {
			return Errors{s.Issue(path, "no price is known for ephemeral storage on Fargate in %s; give one in prices.fargate.storage", s.Region)}
		}
		price.Storage = int64(rates.StorageGB.PerHour) * extra
		w.used("Fargate storage in "+s.Region, rates.StorageGB.Date, rates.StorageGB.OlderThan(oldMonths, s.Start))
	}
	w.meter.Ledger.SetFargatePrice(p.id, g, price)
	return nil
}

// openRows makes the source of rows: a trace that is read or generated, or
// tasks of one definition.
func (src *jobSource) openRows(definition *TaskDefinition) error {
	j := src.job
	var arrivals workloads.Arrivals
	var duration workloads.Distribution
	var err error
	if j.Arrivals != nil {
		if arrivals, err = src.arrivals(); err != nil {
			return src.issue(".arrivals", err)
		}
	}
	if j.Duration != nil {
		if duration, err = workloads.NewDistribution(j.Duration.Spec()); err != nil {
			return src.issue(".duration", err)
		}
	}
	durations := src.world.stream("durations/" + j.Name)
	switch {
	case j.Trace == nil:
		return src.drawRows(definition, arrivals, duration, durations)
	case j.Trace.Generate != nil:
		return src.generateRows(durations)
	default:
		return src.readRows(arrivals, duration, durations)
	}
}

// issue is an error at a part of the job.
func (src *jobSource) issue(part string, err error) error {
	return Errors{src.world.scenario.Issue("jobs."+src.job.Name+part, "%v", err)}
}

// readRows opens a trace.
func (src *jobSource) readRows(arrivals workloads.Arrivals, duration workloads.Distribution, durations *rand.Rand) error {
	w, t := src.world, src.job.Trace
	src.file = w.scenario.Resolve(t.Path)
	options := workloads.Options{
		SkipBadRows: t.OnBadRow == "skip",
		Untimed:     arrivals != nil,
		Stdin:       w.options.Stdin,
		Opened:      func(in *workloads.Input) { w.inputs = append(w.inputs, in) },
	}
	if t.Memory != nil {
		options.MemoryKiB = int64(*t.Memory)
	}
	trace, err := workloads.OpenTrace(workloads.Formats(), t.Format, src.file, options)
	if err != nil {
		return src.issue(".trace.path", err)
	}
	ahead := workloads.Ahead(trace)
	w.closers = append(w.closers, ahead)
	src.trace, src.rows = ahead, ahead
	src.rejectMisfits = t.Format == "swf" || t.OnBadRow == "skip"
	if arrivals != nil {
		src.rows = &workloads.Timed{Source: ahead, Arrivals: arrivals, Duration: duration, Stream: durations}
	}
	return nil
}

// generateRows makes a trace.
func (src *jobSource) generateRows(durations *rand.Rand) error {
	w, name := src.world, src.job.Name
	rows, err := workloads.GenerateTrace(src.job.Trace.Generate.batch(), w.stream("arrivals/"+name), durations, w.stream("sizes/"+name))
	if err != nil {
		return src.issue(".trace.generate", err)
	}
	src.rows = rows
	return nil
}

// drawRows makes tasks of one definition.
func (src *jobSource) drawRows(definition *TaskDefinition, arrivals workloads.Arrivals, duration workloads.Distribution, durations *rand.Rand) error {
	j, horizon := src.job, src.world.horizon
	rows := &workloads.Synthetic{Arrivals: arrivals, Duration: duration, Stream: durations, Demand: definition.Demand(), Priority: int(j.Priority), Count: int(j.TasksPerArrival)}
	if j.Count != nil { // of tasks; the limit is one of arrivals
		rows.Limit = int(*j.Count / max(1, j.TasksPerArrival))
	}
	switch {
	case arrivals == nil: // all at the start, by default one
		rows.Arrivals, rows.Limit = atOnce{}, max(1, rows.Limit)
	case horizon != sim.Never:
		rows.Until = horizon
	}
	if err := rows.Validate(); err != nil {
		return src.issue("", err)
	}
	src.rows = rows
	return src.checkDefinition(definition)
}

// atOnce are arrivals at the start, each task drawing a duration of its own.
type atOnce struct{}

func (atOnce) Next() (sim.Time, bool) { return 0, true }

// checkDefinition finds out at once whether the one definition of a job fits.
func (src *jobSource) checkDefinition(d *TaskDefinition) error {
	for share := range src.route.providers {
		if err := src.classify(&workloads.Row{Demand: d.Demand()}, share, new(cluster.Class)); err != nil {
			at := "jobs." + src.job.Name + ".task"
			if src.job.TaskDefinition != "" {
				at = "taskDefinitions." + src.job.TaskDefinition
			}
			return Errors{src.world.scenario.Issue(at, "%v", err)}
		}
	}
	return nil
}

// batch describes the trace that a scenario asks for.
func (g *Generate) batch() workloads.Batch {
	b := workloads.DefaultBatch()
	b.Tasks = int(g.Tasks)
	b.PerHour = float64(g.Tasks) / (float64(g.Span) / float64(sim.Hour))
	b.Amplitude, b.PeakHour = g.Amplitude, g.Peak.Hours()
	return b
}

func (src *jobSource) arrivals() (workloads.Arrivals, error) {
	a := src.job.Arrivals
	if a.Gap == nil {
		return workloads.At(a.At...)
	}
	gap, err := workloads.NewDistribution(a.Gap.Spec())
	if err != nil {
		return nil, err
	}
	return workloads.Gaps(gap, src.world.stream("arrivals/"+src.job.Name)), nil
}

// Next implements [ecs.Source].
func (src *jobSource) Next(next *ecs.Submission) (bool, error) {
	if src.left == 0 {
		ok, err := src.rows.Next(&src.row)
		if err != nil || !ok {
			src.exhausted = err == nil
			return false, err
		}
		src.left = src.row.Count
	}
	count, share := src.left, 0
	if src.route.division != nil {
		share = src.route.division.Next()
		if len(src.route.providers) > 1 {
			count = 1
		}
	}
	next.At, next.Duration, next.Count, next.NeverFits = src.row.Submit, src.row.Duration, count, false
	if err := src.classify(&src.row, share, &next.Class); err != nil {
		if !src.rejectMisfits {
			return false, src.misfit(err)
		}
		next.NeverFits = true
		src.misfits += count
	}
	src.left -= count
	return true, nil
}

// misfit says at which row of the trace something is that fits nowhere.
func (src *jobSource) misfit(err error) error {
	if src.row.Line == 0 {
		return Errors{src.world.scenario.Issue("jobs."+src.job.Name, "%v", err)}
	}
	return &DataError{fmt.Errorf("%s:%d: %w", src.file, src.row.Line, err)}
}

// DataError is an error in the data that a scenario refers to.
type DataError struct{ error }

// Unwrap returns the error.
func (e *DataError) Unwrap() error { return e.error }

// classify fills in the class of a row's tasks. It is an error when no instance
// could ever hold one.
func (src *jobSource) classify(row *workloads.Row, share int, class *cluster.Class) error {
	priority := row.Priority
	if src.job.Trace == nil || priority == 0 {
		priority = int(src.job.Priority)
	}
	class.Demand, class.Requested = row.Demand, row.Demand
	class.Group, class.Priority = src.route.group, int32(priority)
	class.Pool = src.plain[share]
	if class.Pool == cluster.None || row.GPUModels != "" {
		var err error
		if class.Pool, err = src.pool(share, row.GPUModels); err != nil {
			return err
		}
	}
	if src.onFargate(share) {
		size, ok := src.size(row.Demand)
		if !ok {
			return fmt.Errorf("a task needs %v; no Fargate size holds that", row.Demand)
		}
		class.Demand = size
		return nil
	}
	c := src.world.cluster
	var largest cluster.Vector
	for _, id := range c.PoolKinds(class.Pool) {
		k := c.Kind(id)
		if row.Demand.CPU <= k.Capacity.CPU && row.Demand.Memory <= k.Capacity.Memory && row.Demand.GPU <= k.Capacity.GPU {
			return nil
		}
		largest.CPU = max(largest.CPU, k.Capacity.CPU)
		largest.Memory = max(largest.Memory, k.Capacity.Memory)
		largest.GPU = max(largest.GPU, k.Capacity.GPU)
	}
	return fmt.Errorf("a task needs %v; no instance can ever hold that, the most that any offers is %v", row.Demand, largest)
}

// onFargate reports whether the tasks of a share go to Fargate.
func (src *jobSource) onFargate(share int) bool {
	return src.route.providers[share][0].Kind() == KindFargate
}

// pool returns the pool of a share, restricted to GPU models.
func (src *jobSource) pool(share int, models string) (cluster.PoolID, error) {
	key := poolKey{share, models}
	if id, ok := src.pools[key]; ok {
		return id, nil
	}
	p := cluster.Pool{}
	for _, provider := range src.route.providers[share] {
		p.Providers = append(p.Providers, provider.id)
	}
	if !src.onFargate(share) { // which has every architecture
		p.Requirements = append(p.Requirements, src.requirements...)
		if models != "" {
			p.Requirements = append(p.Requirements, cluster.Requirement{Attribute: cluster.AttributeGPUModel, Values: strings.Split(models, "|")})
		}
	}
	id := src.world.cluster.AddPool(p)
	if len(src.world.cluster.PoolKinds(id)) == 0 && !src.onFargate(share) {
		if models != "" {
			return id, fmt.Errorf("a task needs a GPU of model %s; no instance has one", strings.ReplaceAll(models, "|", " or "))
		}
		return id, errors.New("no instance of its capacity providers has the CPU architecture that runtimePlatform asks for")
	}
	src.pools[key] = id
	if models == "" {
		src.plain[share] = id
	}
	return id, nil
}

// size returns the Fargate size for a demand.
func (src *jobSource) size(demand cluster.Vector) (cluster.Vector, bool) {
	if size, ok := src.sizes[demand]; ok {
		return size, true
	}
	size, ok := fargate.Size(src.world.prices, demand)
	if ok {
		if len(src.sizes) == 4096 { // memory does not follow the length of a trace
			clear(src.sizes)
		}
		src.sizes[demand] = size
	}
	return size, ok
}

var (
	_ ecs.Source         = (*jobSource)(nil)
	_ workloads.Arrivals = atOnce{}
)
