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
	case p.Name == Fargate || p.Name == FargateSpot:
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

// Target says where the tasks of a job go. One of the two is empty.
type Target struct {
	// Strategy decides the provider of each task before placement.
	Strategy []CapacityProviderStrategyItem
	// Pool names the providers whose instances are one pool.
	Pool []string
}

// Target returns where the tasks of a job go: what its capacityProviderStrategy,
// its capacityProviders or its launchType say, else the cluster's default
// strategy, else all EC2 and external instances.
func (s *Scenario) Target(j *Job) Target {
	switch {
	case len(j.CapacityProviderStrategy) > 0:
		return Target{Strategy: j.CapacityProviderStrategy}
	case len(j.CapacityProviders) == 1 && (j.CapacityProviders[0] == Fargate || j.CapacityProviders[0] == FargateSpot):
		return all(j.CapacityProviders[0])
	case len(j.CapacityProviders) > 0:
		return Target{Pool: j.CapacityProviders}
	case j.LaunchType == "FARGATE":
		return all(Fargate)
	case j.LaunchType == "EC2":
		return Target{Pool: s.providers(KindEC2)}
	case j.LaunchType == "EXTERNAL":
		return Target{Pool: s.providers(KindExternal)}
	case len(s.Cluster.DefaultCapacityProviderStrategy) > 0:
		return Target{Strategy: s.Cluster.DefaultCapacityProviderStrategy}
	}
	return Target{Pool: s.providers(KindEC2, KindExternal)}
}

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
		if name != Fargate && name != FargateSpot {
			return false
		}
	}
	return len(t.Strategy) > 0
}

// Definition returns the task definition of a job, in place or by name; nil for
// a job whose tasks come from a trace.
func (s *Scenario) Definition(j *Job) *TaskDefinition {
	if j.Task != nil {
		return j.Task
	}
	return s.TaskDefinitions[j.TaskDefinition]
}
