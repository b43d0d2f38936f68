package scenarios

import "slices"

// Kind is what a capacity provider consists of.
type Kind string

// The kinds of capacity. One strategy does not mix them, as in AWS.
const (
	KindEC2      Kind = "Auto Scaling groups"
	KindFargate  Kind = "Fargate"
	KindExternal Kind = "external instances"
)

// The names of AWS's own capacity providers.
const (
	Fargate     = "FARGATE"
	FargateSpot = "FARGATE_SPOT"
)

// Kind returns what the provider consists of.
func (p *CapacityProvider) Kind() Kind {
	switch {
	case isFargate(p.Name):
		return KindFargate
	case p.External != nil:
		return KindExternal
	}
	return KindEC2
}

// Provider returns the capacity provider with the name, nil if there is none.
func (s *Scenario) Provider(name string) *CapacityProvider {
	for _, p := range s.Cluster.CapacityProviders {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Work is what brings tasks: a [Job] or a [Service].
type Work interface{ terms() terms }

// terms is what jobs and services say in the same words.
type terms struct {
	list, kind  string // "jobs", "job"
	name        string
	task        *TaskDefinition
	definition  string
	strategy    []CapacityProviderStrategyItem
	providers   []string
	launchType  string
	rules       *[]PlacementStrategy
	constraints []PlacementConstraint
	tieBreak    string
	rounding    string
	usage       *Usage
	daemon      bool
}

// path of the job or service in the document.
func (t terms) path() string { return t.list + "." + t.name }

func (j *Job) terms() terms {
	return terms{
		list: "jobs", kind: "job", name: j.Name, task: j.Task, definition: j.TaskDefinition,
		strategy: j.CapacityProviderStrategy, providers: j.CapacityProviders, launchType: j.LaunchType,
		rules: &j.PlacementStrategy, constraints: j.PlacementConstraints, tieBreak: j.TieBreak, rounding: j.Rounding, usage: j.Usage,
	}
}

func (s *Service) terms() terms {
	return terms{
		list: "services", kind: "service", name: s.Name, task: s.Task, definition: s.TaskDefinition,
		strategy: s.CapacityProviderStrategy, providers: s.CapacityProviders, launchType: s.LaunchType,
		rules: &s.PlacementStrategy, constraints: s.PlacementConstraints, tieBreak: s.TieBreak, rounding: s.Rounding, usage: s.Usage,
		daemon: s.Daemon(),
	}
}

// works lists the services and then the jobs, in the order of their task
// groups: services are there from the start.
func (s *Scenario) works() []Work {
	var all []Work
	for _, service := range s.Services {
		all = append(all, service)
	}
	for _, job := range s.Jobs {
		all = append(all, job)
	}
	return all
}

// Target says where the tasks of a job or service go. One of the two is empty.
type Target struct {
	// Strategy decides the provider of each task before placement.
	Strategy []CapacityProviderStrategyItem
	// Pool names the providers whose instances are one pool.
	Pool []string
}

// Target returns where the tasks of a job or service go: what its
// capacityProviderStrategy, its capacityProviders or its launchType say, else
// the cluster's default strategy, else all EC2 and external instances. A DAEMON
// runs on the instances of all providers of a strategy.
func (s *Scenario) Target(w Work) Target {
	t := w.terms()
	strategy := t.strategy
	switch {
	case len(strategy) > 0:
	case len(t.providers) == 1 && isFargate(t.providers[0]):
		return all(t.providers[0])
	case len(t.providers) > 0:
		return Target{Pool: t.providers}
	case t.launchType == "FARGATE":
		return all(Fargate)
	case t.launchType == "EC2":
		return Target{Pool: s.providers(KindEC2)}
	case t.launchType == "EXTERNAL":
		return Target{Pool: s.providers(KindExternal)}
	case len(s.Cluster.DefaultCapacityProviderStrategy) > 0:
		strategy = s.Cluster.DefaultCapacityProviderStrategy
	default:
		return Target{Pool: s.providers(KindEC2, KindExternal)}
	}
	target := Target{Strategy: strategy}
	if t.daemon && !target.Fargate() {
		return Target{Pool: target.Providers()}
	}
	return target
}

func isFargate(provider string) bool { return provider == Fargate || provider == FargateSpot }

func all(provider string) Target {
	return Target{Strategy: []CapacityProviderStrategyItem{{CapacityProvider: provider, Weight: 1}}}
}

func (s *Scenario) providers(kinds ...Kind) []string {
	var names []string
	for _, p := range s.Cluster.CapacityProviders {
		if slices.Contains(kinds, p.Kind()) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Providers names the capacity providers that a target leads to.
func (t Target) Providers() []string {
	if len(t.Pool) > 0 {
		return t.Pool
	}
	var names []string
	for _, item := range t.Strategy {
		names = append(names, item.CapacityProvider)
	}
	return names
}

// Fargate reports whether all tasks of a target run on Fargate.
func (t Target) Fargate() bool {
	for _, name := range t.Providers() {
		if !isFargate(name) {
			return false
		}
	}
	return len(t.Strategy) > 0
}

// Definition returns the task definition of a job or service, in place or by
// name; nil for a job whose tasks come from a trace.
func (s *Scenario) Definition(w Work) *TaskDefinition {
	t := w.terms()
	if t.task != nil {
		return t.task
	}
	return s.TaskDefinitions[t.definition]
}

// definitionPath is where the task definition of a job or service is.
func definitionPath(t terms) string {
	if t.task != nil {
		return t.path() + ".task"
	}
	return join("taskDefinitions", t.definition)
}
