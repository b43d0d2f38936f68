package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"berth/placement"
	"berth/placement/query"
	"berth/report"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/sim/fargate"
	"berth/workloads"
)

// tasks is what the tasks of a job or service have in common: where they go and
// which classes they are of.
type tasks struct {
	world     *World
	work      Work
	terms     terms
	group     cluster.GroupID
	division  *ecs.Division     // or nil: one share
	providers [][]builtProvider // of each share of the division; one entry without
	all       []builtProvider

	requirements []cluster.Requirement
	matcher      cluster.Matcher // what placement constraints say of kinds, or nil
	constrained  bool            // placement constraints hang on what runs on an instance
	distinct     bool            // no two of the tasks may run on one instance
	network      cluster.NetworkID
	pools        map[poolKey]cluster.PoolID
	plain        []cluster.PoolID                  // by share: its pool for rows without a GPU model, once known
	sizes        map[cluster.Vector]cluster.Vector // Fargate sizes found so far
}

type poolKey struct {
	share  int
	models string
}

// addWorks declares services, jobs and queues, and has the first task of each
// arrive.
func (w *World) addWorks(policies []placement.Policy) error {
	works := w.scenario.works()
	for i, work := range works {
		t, err := w.newTasks(work, cluster.GroupID(i), policies[i])
		if err != nil {
			return err
		}
		w.tasks = append(w.tasks, t)
	}
	queues := w.addQueues()
	for i, work := range works {
		var err error
		switch work := work.(type) {
		case *Service:
			err = w.addService(work, w.tasks[i], queues[i])
		case *Job:
			err = w.addJob(work, w.tasks[i], queues[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// newTasks looks up where the tasks of a job or service go and what they cost.
func (w *World) newTasks(work Work, g cluster.GroupID, policy placement.Policy) (*tasks, error) {
	t := &tasks{
		world: w, work: work, terms: work.terms(), group: g, network: cluster.NoNetwork,
		pools: map[poolKey]cluster.PoolID{}, sizes: map[cluster.Vector]cluster.Vector{},
	}
	var err error
	if t.matcher, err = policy.Matcher(); err != nil {
		return nil, Errors{w.scenario.Issue(t.terms.path()+".placementConstraints", "%v", err)}
	}
	if err := t.route(work); err != nil {
		return nil, err
	}
	t.constrained = t.hangsOnTasks(policy.Constraints)
	t.distinct = slices.ContainsFunc(policy.Constraints, func(c placement.Constraint) bool { return c.Type == placement.DistinctInstance })
	usage, platform, storage := t.terms.usage, "", int64(0)
	if d := w.scenario.Definition(work); d != nil {
		platform, storage = d.RuntimePlatform.CPUArchitecture, d.EphemeralStorage.SizeInGiB
		t.network = w.cluster.AddNetwork(d.Network())
		if usage == nil {
			usage = d.Usage
		}
	}
	if platform != "" {
		t.requirements = []cluster.Requirement{{Attribute: cluster.AttributeCPUArchitecture, Values: []string{architecture(platform)}}}
	}
	if usage != nil {
		thousandths := func(f *float64) int64 {
			if f == nil {
				return -1
			}
			return int64(*f*1000 + 0.5)
		}
		w.meter.Recorder.SetUsage(g, report.Usage{CPU: thousandths(usage.CPU), Memory: thousandths(usage.Memory)})
	}
	for _, p := range t.all {
		if p.Kind() == KindFargate {
			if err := w.setFargatePrice(p, g, platform, storage, t.terms.path()); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// route looks up the providers of the tasks: those that a division names in
// turn, or those of one pool.
func (t *tasks) route(work Work) error {
	w := t.world
	target := w.scenario.Target(work)
	named := func(name string) builtProvider {
		i := slices.IndexFunc(w.providers, func(p builtProvider) bool { return p.Name == name })
		return w.providers[i] // references were checked on loading
	}
	if len(target.Strategy) == 0 {
		var pool []builtProvider
		for _, name := range target.Pool {
			pool = append(pool, named(name))
		}
		t.providers = [][]builtProvider{pool}
	} else {
		var shares []ecs.Share
		for _, item := range target.Strategy {
			shares = append(shares, ecs.Share{Base: int(item.Base), Weight: int(item.Weight)})
			t.providers = append(t.providers, []builtProvider{named(item.CapacityProvider)})
		}
		var err error
		if t.division, err = ecs.NewDivision(shares); err != nil {
			return Errors{w.scenario.Issue(t.terms.path()+".capacityProviderStrategy", "%v", err)}
		}
	}
	for range t.providers {
		t.plain = append(t.plain, cluster.None)
	}
	if t.all = slices.Concat(t.providers...); len(t.all) == 0 {
		return Errors{w.scenario.Issue(t.terms.path(), "there is no capacity provider on which the %s could run; name one in capacityProviderStrategy, or add one to cluster.capacityProviders", t.terms.kind)}
	}
	return nil
}

// hangsOnTasks reports whether constraints say something that is not the same
// for all instances of a kind.
func (t *tasks) hangsOnTasks(all []placement.Constraint) bool {
	for _, c := range all {
		if c.Type == placement.DistinctInstance {
			return true
		}
		e, err := query.Parse(c.Expression)
		if err != nil {
			continue // refused already
		}
		for id := range cluster.KindID(t.world.cluster.Kinds()) {
			k := t.world.cluster.Kind(id)
			known := query.Known{Attribute: func(name string) (string, bool) { v, ok := k.Attributes[name]; return v, ok }, AgentVersion: k.Agent, AgentConnected: true}
			if e.Static(known) == query.Unknown {
				return true
			}
		}
	}
	return false
}

// addQueues gives one queue to all jobs and services that wait for the same
// capacity, be it by way of others, and returns each one's. Its discipline is
// that of the jobs.
func (w *World) addQueues() []ecs.QueueID {
	leader := make([]int, len(w.providers)) // of the providers joined so far
	for i := range leader {
		leader[i] = i
	}
	for _, t := range w.tasks {
		for _, p := range t.all[1:] {
			from, to := leader[p.id], leader[t.all[0].id]
			for i := range leader {
				if leader[i] == from {
					leader[i] = to
				}
			}
		}
	}
	disciplines, weights := map[int]ecs.Discipline{}, map[int]map[string]float64{}
	for _, j := range slices.Backward(w.scenario.Jobs) {
		t := w.tasks[slices.IndexFunc(w.tasks, func(t *tasks) bool { return t.terms.list == "jobs" && t.terms.name == j.Name })]
		l := leader[t.all[0].id]
		disciplines[l] = ecs.Discipline{
			ByPriority: j.Queue.Order != "fifo", // within a share, too
			Strict:     j.Queue.Blocking == "strict", FairShare: j.Queue.Order == fairShare, Backfill: j.Queue.Backfill,
		}
		if len(j.Queue.FairShare) > 0 {
			weights[l] = j.Queue.FairShare
		}
	}
	queueOf := map[int]ecs.QueueID{}
	queues := make([]ecs.QueueID, len(w.tasks))
	for i, t := range w.tasks {
		l := leader[t.all[0].id]
		q, ok := queueOf[l]
		if !ok {
			var providers []cluster.ProviderID
			for p, of := range leader {
				if of == l {
					providers = append(providers, cluster.ProviderID(p))
				}
			}
			q = w.scheduler.AddQueue(disciplines[l], providers...)
			queueOf[l] = q
		}
		queues[i] = q
		if j, ok := t.work.(*Job); ok && disciplines[l].FairShare {
			w.addShare(q, j.share(), weights[l])
		}
	}
	return queues
}

// shareKey names a share of a queue.
type shareKey struct {
	queue ecs.QueueID
	name  string
}

// addShare adds a share to a queue, unless it is there already.
func (w *World) addShare(q ecs.QueueID, name string, weights map[string]float64) {
	key := shareKey{q, name}
	if _, ok := w.shares[key]; ok {
		return
	}
	weight, ok := weights[name]
	if !ok {
		weight = 1
	}
	if w.shares == nil {
		w.shares = map[shareKey]ecs.ShareID{}
	}
	w.shares[key] = w.scheduler.AddShare(q, weight)
}

// setFargatePrice looks up what the tasks of a group cost on Fargate.
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

// fits finds out at once whether tasks of one definition fit.
func (t *tasks) fits(d *TaskDefinition) error {
	for share := range t.providers {
		if err := t.classify(&workloads.Row{Demand: d.Demand()}, share, new(cluster.Class)); err != nil {
			return Errors{t.world.scenario.Issue(definitionPath(t.terms), "%v", err)}
		}
	}
	return nil
}

// classify fills in the class of a row's tasks, but for the priority. It is an
// error when no instance could ever hold one.
func (t *tasks) classify(row *workloads.Row, share int, class *cluster.Class) error {
	class.Demand, class.Requested = row.Demand, row.Demand
	class.Group, class.Network = t.group, cluster.NoNetwork
	class.Pool = t.plain[share]
	if class.Pool == cluster.None || row.GPUModels != "" {
		var err error
		if class.Pool, err = t.pool(share, row.GPUModels); err != nil {
			return err
		}
	}
	if t.onFargate(share) {
		size, ok := t.size(row.Demand)
		if !ok {
			return fmt.Errorf("a task needs %v; no Fargate size holds that", row.Demand)
		}
		class.Demand = size
		return nil
	}
	class.Network = t.network
	c := t.world.cluster
	var largest cluster.Vector
	for _, id := range c.PoolKinds(class.Pool) {
		k := c.Kind(id)
		if row.Demand.CPU <= k.Capacity.CPU && row.Demand.Memory <= k.Capacity.Memory && row.Demand.GPU <= k.Capacity.GPU &&
			(k.Interfaces > 0 || !c.Network(t.network).Interface) {
			return nil
		}
		largest.CPU = max(largest.CPU, k.Capacity.CPU)
		largest.Memory = max(largest.Memory, k.Capacity.Memory)
		largest.GPU = max(largest.GPU, k.Capacity.GPU)
	}
	return fmt.Errorf("a task needs %v; no instance can ever hold that, the most that any offers is %v", row.Demand, largest)
}

// onFargate reports whether the tasks of a share go to Fargate.
func (t *tasks) onFargate(share int) bool { return t.providers[share][0].Kind() == KindFargate }

// pool returns the pool of a share, restricted to GPU models.
func (t *tasks) pool(share int, models string) (cluster.PoolID, error) {
	key := poolKey{share, models}
	if id, ok := t.pools[key]; ok {
		return id, nil
	}
	p := cluster.Pool{}
	for _, provider := range t.providers[share] {
		p.Providers = append(p.Providers, provider.id)
	}
	if !t.onFargate(share) { // which has every architecture
		p.Requirements = append(p.Requirements, t.requirements...)
		p.Matcher = t.matcher
		if models != "" {
			p.Requirements = append(p.Requirements, cluster.Requirement{Attribute: cluster.AttributeGPUModel, Values: strings.Split(models, "|")})
		}
	}
	c := t.world.cluster
	id := c.AddPool(p)
	if len(c.PoolKinds(id)) == 0 && !t.onFargate(share) {
		return id, t.empty(p, models)
	}
	t.pools[key] = id
	if models == "" {
		t.plain[share] = id
	}
	return id, nil
}

// empty says why a pool has no instances.
func (t *tasks) empty(p cluster.Pool, models string) error {
	c := t.world.cluster
	some := func(p cluster.Pool) bool { return len(c.PoolKinds(c.AddPool(p))) > 0 }
	models = strings.ReplaceAll(models, "|", " or ")
	switch unconstrained := (cluster.Pool{Providers: p.Providers, Requirements: p.Requirements}); {
	case some(unconstrained) && models != "":
		return fmt.Errorf("a task needs a GPU of model %s; no instance that meets the placement constraints has one", models)
	case some(unconstrained):
		return errors.New("no instance of its capacity providers that it can run on meets the placement constraints")
	case models != "":
		return fmt.Errorf("a task needs a GPU of model %s; no instance has one", models)
	}
	return errors.New("no instance of its capacity providers has the CPU architecture that runtimePlatform asks for")
}

// size returns the Fargate size for a demand.
func (t *tasks) size(demand cluster.Vector) (cluster.Vector, bool) {
	if size, ok := t.sizes[demand]; ok {
		return size, true
	}
	size, ok := fargate.Size(t.world.prices, demand)
	if ok {
		if len(t.sizes) == 4096 { // memory does not follow the length of a trace
			clear(t.sizes)
		}
		t.sizes[demand] = size
	}
	return size, ok
}
