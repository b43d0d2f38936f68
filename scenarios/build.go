package scenarios

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

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

	// always has scaling decide each minute on all that alarms ask for, also where
	// nothing can come of it: for tests.
	always bool
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

	deployments *deployments

	providers   []builtProvider
	launches    []func() // what is there from the start, in the order of the scenario
	launcher    *ec2.Launcher
	told        report.CapacityWatchers  // of what becomes of capacity
	fargate     map[string]*fargate.Spot // by the name of the provider: where tasks can be taken back
	followed    []spotKind               // kinds of Spot instances and their prices
	autoScaling *autoScaling             // nil where no Auto Scaling group moves
	managed     *managedCapacity         // nil where no capacity provider has managed scaling
	sources     []*jobSource
	shares      map[shareKey]ecs.ShareID // of queues with fair shares
	tasks       []*tasks                 // by task group
	closers     []io.Closer
	inputs      []*workloads.Input
	horizon     sim.Time
	warm        bool // the warm-up has ended
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
	w.scheduler.ObserveWork(w.meter)
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
	w.observeLives(watchers)
	w.addLive(watchers)
	w.addDeployments(watchers)
	w.addAutoScaling(watchers)
	if o.Check {
		w.checker = cluster.NewChecker(w.cluster, w.placer.Check, w.scheduler.Check, w.live.check, w.autoScaling.check, w.meter.Check)
		w.cluster.Watch(w.checker)
		w.kernel.Watch(w.checker.After)
	}
	w.scheduleWarmup()
	if err := w.launch(); err != nil {
		return nil, err
	}
	if err := w.addWorks(w.policies); err != nil {
		w.Close()
		return nil, err
	}
	if err := w.addEvents(watchers); err != nil {
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
