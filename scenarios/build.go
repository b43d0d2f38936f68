package scenarios

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"berth/placement"
	"berth/report"
	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/cluster"
	"berth/sim/ec2"
	"berth/sim/ecs"
	"berth/sim/fargate"
	"berth/workloads"
)

// Options is what a caller may add to a scenario.
type Options struct {
	// Catalog of prices and instance types; nil means the embedded one.
	Catalog *catalog.Catalog
	// Strategies that placementStrategy may name; nil means those with which
	// the scenario was read ([File.Strategies]).
	Strategies map[string]placement.Constructor
	// Until ends the run early, unless it is 0.
	Until sim.Time
	// Check verifies the state of the cluster after each event, slowly.
	Check bool
	// Watch is called with the cluster before anything happens, and returns
	// further watchers, such as one that writes down the events.
	Watch func(*cluster.Cluster) ([]cluster.Watcher, error)
	// Stdin is read where the path of a trace is "-".
	Stdin io.Reader
	// Pulse is called every 1,024 events with how far the run has come.
	Pulse func(Progress)
	// Version of the program, for the summary.
	Version string
	// Question that [World.Explain] is to answer, or nil. It makes runs slower.
	Question *Question
}

// Progress is how far a run has come.
type Progress struct {
	Now   sim.Time // simulated
	Tasks int64    // submitted so far
	// Read is how much of the traces has been read, from 0 to 1, of the one of
	// which least has been; 0 where there is no trace or that is not known.
	Read float64
}

// World is a scenario wired up and ready to run once.
type World struct {
	scenario *Scenario
	options  Options
	prices   *catalog.Catalog
	notes    []string              // found while building
	dated    map[string]datedPrice // prices used, by what they are of

	kernel    *sim.Kernel
	cluster   *cluster.Cluster
	scheduler *ecs.Scheduler
	placer    *placement.Index
	policies  []placement.Policy // by task group
	expected  *expected          // tasks, where a strategy looks ahead
	witness   *witness           // where there is a question
	meter     *report.Meter
	checker   *cluster.Checker
	live      *live                           // nil where no service has a load or scaling
	images    map[*TaskDefinition]ecs.ImageID // that tasks pull

	providers []builtProvider
	groups    []ec2.Group
	sources   []*jobSource
	tasks     []*tasks // by task group
	closers   []io.Closer
	inputs    []*workloads.Input
	horizon   sim.Time
	warm      bool // the warm-up has ended
}

type datedPrice struct {
	date string
	old  bool
}

// builtProvider is a capacity provider of the scenario in the cluster.
type builtProvider struct {
	*CapacityProvider
	id cluster.ProviderID
}

// Build wires a scenario up. The error is [Errors] where the scenario or its
// data is wrong. A world that was built must be closed.
func Build(s *Scenario, o Options) (*World, error) {
	if o.Strategies == nil {
		o.Strategies = s.strategies
	}
	w := &World{scenario: s, options: o, dated: map[string]datedPrice{}, kernel: sim.NewKernel(), horizon: sim.Never}
	if s.Duration > 0 {
		w.horizon = s.Duration
	}
	if o.Until > 0 {
		w.horizon = min(w.horizon, o.Until)
	}
	prices := o.Catalog
	if prices == nil {
		prices = catalog.Embedded()
	}
	var err error
	if w.prices, err = prices.With(s.overrides()); err != nil {
		return nil, Errors{s.Issue("prices", "%v", err)}
	}
	if err := w.expectable(); err != nil {
		return nil, err
	}
	w.cluster = cluster.New(w.kernel)
	w.meter = report.NewMeter(w.cluster, s.Warmup, s.instances())
	if err := w.addProviders(); err != nil {
		return nil, err
	}
	if w.policies, err = w.addGroups(); err != nil {
		return nil, err
	}
	setup := placement.Setup{
		Policies:   w.policies,
		Strategies: o.Strategies,
		Stream:     func(group string) *rand.Rand { return w.stream("placement/" + group) },
		Start:      s.Start,
	}
	w.placer = placement.New(w.cluster, setup)
	var placer ecs.Placer = w.placer
	if o.Question != nil {
		if w.witness, err = w.testify(setup, o.Question); err != nil {
			return nil, err
		}
		placer = w.witness
	}
	w.scheduler = ecs.New(w.kernel, w.cluster, placer)
	w.scheduler.Observe(desired{w.meter.Recorder})
	for _, watcher := range []cluster.Watcher{w.placer, w.scheduler, w.meter} {
		w.cluster.Watch(watcher)
	}
	if w.witness != nil {
		w.cluster.Watch(w.witness)
	}
	var watchers []cluster.Watcher
	if o.Watch != nil {
		if watchers, err = o.Watch(w.cluster); err != nil {
			return nil, err
		}
		for _, watcher := range watchers {
			w.cluster.Watch(watcher)
		}
	}
	w.addLive(watchers)
	if o.Check {
		w.checker = cluster.NewChecker(w.cluster, w.placer.Check, w.scheduler.Check, w.live.check)
		w.cluster.Watch(w.checker)
		w.kernel.Watch(w.checker.After)
	}
	w.scheduleWarmup()
	w.launch()
	if err := w.addWorks(w.policies); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close releases what the world holds open. It may be called twice.
func (w *World) Close() {
	for _, c := range w.closers {
		_ = c.Close() // they were only read
	}
	w.closers = nil
}

// instances returns how many instances a scenario states, those of lists in
// files not counted.
func (s *Scenario) instances() int {
	n := int64(0)
	for _, p := range s.Cluster.CapacityProviders {
		if p.AutoScalingGroup != nil {
			n += p.AutoScalingGroup.Size()
		}
		if p.External != nil {
			for _, m := range p.External.Instances {
				n += m.Count
			}
		}
	}
	return int(n)
}

func (w *World) stream(name string) *rand.Rand {
	return sim.Stream(uint64(w.scenario.Seed), name)
}

// scheduleWarmup makes the figures forget what happens before the warm-up ends.
// It is scheduled first and hence is the first event of its instant. It does not
// keep a run going; [World.result] makes up for it where a run ends before.
func (w *World) scheduleWarmup() {
	if w.scenario.Warmup == 0 {
		return
	}
	kind := w.kernel.Register("warm-up ends", sim.Ending, true, func(now sim.Time, _, _ uint32) { w.endWarmup(now) })
	w.kernel.Schedule(w.scenario.Warmup, kind, 0, 0)
}

func (w *World) endWarmup(now sim.Time) {
	w.warm = true
	w.meter.EndWarmup(now)
	if w.live != nil {
		w.live.endWarmup(now)
	}
}

// launch launches everything that is there from the start: EC2 groups and
// external machines in the order of the scenario, then Fargate.
func (w *World) launch() {
	launcher := ec2.NewLauncher(w.kernel, w.cluster)
	for _, g := range w.groups {
		launcher.Launch(g)
	}
	for _, p := range w.providers {
		if p.Kind() == KindFargate {
			fargate.Launch(w.cluster, p.id)
		}
	}
}

// addProviders declares capacity providers, kinds of instances and prices.
func (w *World) addProviders() error {
	for _, p := range w.scenario.Cluster.CapacityProviders {
		built := builtProvider{p, w.cluster.AddProvider(p.Name)}
		w.providers = append(w.providers, built)
		var err error
		switch {
		case p.AutoScalingGroup != nil:
			err = w.addAutoScalingGroup(built)
		case p.External != nil:
			err = w.addExternal(built)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *World) addAutoScalingGroup(p builtProvider) error {
	s, g := w.scenario, p.AutoScalingGroup
	path := "cluster.capacityProviders." + p.Name + ".autoScalingGroup"
	t, ok := w.prices.Type(g.InstanceTypes[0])
	if !ok {
		return Errors{s.Issue(path+".instanceTypes", "unknown instance type %q", g.InstanceTypes[0])}
	}
	capacity := t.Registered()
	if r := g.Registered.CPU; r != nil {
		capacity.CPU = int64(*r)
	}
	if r := g.Registered.Memory; r != nil {
		capacity.Memory = int64(*r)
	}
	capacity.CPU -= int64(g.ReservedCPU)
	capacity.Memory -= int64(g.ReservedMemory)
	if capacity.CPU <= 0 || capacity.Memory <= 0 {
		return Errors{s.Issue(path, "nothing is left of an instance after reservedCpu and reservedMemory")}
	}
	price, err := w.instancePrice(p, path)
	if err != nil {
		return err
	}
	group := ec2.Group{Desired: int(g.Size()), Warm: s.InitialState != "cold"}
	boot, err := workloads.NewDistribution(g.BootTime.Spec())
	if err != nil {
		return Errors{s.Issue(path+".bootTime", "%v", err)}
	}
	stream := w.stream("boot/" + p.Name)
	group.BootTime = func() sim.Time { return workloads.Draw(boot, stream) }
	for _, zone := range g.AvailabilityZones {
		kind := s.groupKind(g, t, zone)
		kind.Provider, kind.Capacity = p.id, capacity
		id := w.cluster.AddKind(kind)
		w.meter.Ledger.SetInstancePrice(id, price)
		group.Kinds = append(group.Kinds, id)
	}
	w.groups = append(w.groups, group)
	w.noteSpotPools(p)
	return nil
}

// noteSpotPools warns of zones of a group in which its type has no Spot pool,
// where other zones of the region have one.
func (w *World) noteSpotPools(p builtProvider) {
	s, g := w.scenario, p.AutoScalingGroup
	pool := func(id string) bool {
		_, ok := w.prices.Spot(s.Region, id, g.InstanceTypes[0])
		return ok
	}
	if !slices.ContainsFunc(w.prices.ZoneIDs(s.Region), pool) {
		return
	}
	var without []string
	for _, zone := range g.AvailabilityZones {
		id, ok := s.ZoneIDs[zone]
		if !ok {
			id, _ = w.prices.ZoneID(zone)
		}
		if !pool(id) {
			without = append(without, zone+" ("+id+")")
		}
	}
	if len(without) > 0 {
		w.notes = append(w.notes, fmt.Sprintf("%s has no Spot pool in %s, of group %s; On-Demand instances do not need one", g.InstanceTypes[0], strings.Join(without, ", "), p.Name))
	}
}

// instancePrice looks up what an instance of a group costs.
func (w *World) instancePrice(p builtProvider, path string) (report.InstancePrice, error) {
	s, g := w.scenario, p.AutoScalingGroup
	onDemand, ok := w.prices.OnDemand(s.Region, g.InstanceTypes[0])
	if !ok {
		return report.InstancePrice{}, Errors{s.Issue(path+".instanceTypes", "no price is known for %s in %s", g.InstanceTypes[0], s.Region)}
	}
	w.used(g.InstanceTypes[0]+" in "+s.Region, onDemand.Date, onDemand.OlderThan(oldMonths, s.Start))
	price := report.InstancePrice{OnDemand: int64(onDemand.PerHour)}
	if g.EBS != nil {
		monthly, ok := w.prices.EBSGP3(s.Region)
		if !ok {
			return price, Errors{s.Issue(path+".ebs", "no price is known for EBS in %s", s.Region)}
		}
		hourly := monthly.Hourly(g.EBS.VolumeSize)
		w.used("EBS gp3 in "+s.Region, hourly.Date, hourly.OlderThan(oldMonths, s.Start))
		price.EBS = int64(hourly.PerHour)
	}
	if g.PublicIPv4 {
		address, ok := w.prices.PublicIPv4(s.Region)
		if !ok {
			return price, Errors{s.Issue(path+".publicIpv4", "no price is known for public IPv4 addresses in %s", s.Region)}
		}
		w.used("public IPv4 in "+s.Region, address.Date, address.OlderThan(oldMonths, s.Start))
		price.PublicIPv4 = int64(address.PerHour)
	}
	return price, nil
}

// oldMonths is the age from which on the report says so of a price.
const oldMonths = 18

func (w *World) used(what, date string, old bool) { w.dated[what] = datedPrice{date, old} }

func (w *World) addExternal(p builtProvider) error {
	s, e := w.scenario, p.External
	add := func(kind cluster.Kind, pricePerHour float64) cluster.KindID {
		kind.Provider = p.id
		id := w.cluster.AddKind(kind)
		w.meter.Ledger.SetInstancePrice(id, report.InstancePrice{External: int64(catalog.FromUSD(pricePerHour))})
		return id
	}
	launch := func(kind cluster.KindID, n int) {
		w.groups = append(w.groups, ec2.Group{Kinds: []cluster.KindID{kind}, Desired: n, Warm: true, BootTime: func() sim.Time { return 0 }})
	}
	for i, m := range e.Instances {
		path := fmt.Sprintf("cluster.capacityProviders.%s.external.instances.%d", p.Name, i)
		capacity := m.capacity()
		if capacity.CPU <= 0 || capacity.Memory <= 0 {
			return Errors{s.Issue(path, "nothing is left of a machine after reservedCpu and reservedMemory")}
		}
		if m.GPUs > 32 {
			return Errors{s.Issue(path+".gpus", "at most 32 GPUs fit into one machine")}
		}
		launch(add(s.machineKind(capacity, m.GPUModel, architecture(m.CPUArchitecture), m.Attributes), m.PricePerHour), int(m.Count))
	}
	if e.Nodes == nil {
		return nil
	}
	nodes, err := workloads.ReadNodes(s.Resolve(e.Nodes.Path))
	if err != nil {
		return Errors{s.Issue("cluster.capacityProviders."+p.Name+".external.nodes.path", "%v", err)}
	}
	kinds := map[workloads.Node]cluster.KindID{}
	for _, n := range nodes {
		key := workloads.Node{Capacity: n.Capacity, GPUModel: n.GPUModel}
		kind, ok := kinds[key]
		if !ok {
			kind = add(s.machineKind(n.Capacity, n.GPUModel, catalog.X86, e.Nodes.Attributes), e.Nodes.PricePerHour)
			kinds[key] = kind
		}
		launch(kind, 1)
	}
	return nil
}

// addGroups declares a task group for each service and job, the services first,
// and returns their policies.
func (w *World) addGroups() ([]placement.Policy, error) {
	var policies []placement.Policy
	var issues Errors
	for _, work := range w.scenario.works() {
		t := work.terms()
		if t.list == "services" {
			w.cluster.AddGroup(cluster.ServicePrefix + t.name)
		} else {
			w.cluster.AddGroup(t.name)
		}
		policy := w.scenario.policy(work)
		var err error
		if policy.Workload, err = w.workload(policy.Chain); err != nil {
			return nil, err
		}
		for _, err := range unjoined(policy.Validate(w.options.Strategies)) {
			at := t.path() + ".placementStrategy"
			var rule *placement.RuleError
			if errors.As(err, &rule) {
				at, err = fmt.Sprintf("%s.%d.%s", at, rule.Rule, rule.Field), rule.Err
			}
			issues = append(issues, w.scenario.Issue(at, "%v", err))
		}
		policies = append(policies, policy)
	}
	return policies, issues.sorted()
}
