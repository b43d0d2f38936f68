package scenarios

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// events checks what happens at given times.
func (c *checker) events() {
	for i, path := range c.paths("events") {
		e := c.Events[i]
		c.eventTime(e, join(path, "at"))
		var given []string
		for _, a := range eventActions {
			if c.stated(join(path, a.name)) {
				given = append(given, a.name)
			}
		}
		switch {
		case len(given) == 0 && !c.refused(path):
			c.issue(path, "expected %s", either(actionNames()))
		case len(given) > 1:
			c.issue(join(path, given[1]), "an event has one action, and %s is stated too; events of one instant happen in the order of the list", given[0])
		}
		c.happens(e, path)
	}
}

// actionNames lists what can happen.
func actionNames() []string {
	var names []string
	for _, a := range eventActions {
		names = append(names, a.name)
	}
	return names
}

// eventTime checks that an event is within the run.
func (c *checker) eventTime(e *Event, path string) {
	if !c.stated(path) || c.refused(path) {
		return
	}
	switch at := e.At.In(c.Start); {
	case at < 0:
		c.issue(path, "before the start of the run (%s)", c.Start.Format(time.RFC3339))
	case at >= c.Duration:
		c.issue(path, "not before the end of the run, which lasts %v", c.Duration)
	}
}

// happens checks the action of an event.
func (c *checker) happens(e *Event, path string) {
	if d := e.Deploy; d != nil {
		c.deploy(d, join(path, "deploy"))
	}
	if o := e.ZoneOutage; o != nil {
		c.struck(o.AvailabilityZone, join(path, "zoneOutage.availabilityZone"))
	}
	if o := e.SlowZone; o != nil {
		c.struck(o.AvailabilityZone, join(path, "slowZone.availabilityZone"))
	}
	if e.RegistryOutage != nil && !c.pulls() {
		c.note(join(path, "registryOutage"), "no task definition states an imageSizeMiB, so that nothing happens")
	}
	if f := e.LaunchFailure; f != nil {
		c.provided(f.CapacityProvider, join(path, "launchFailure.capacityProvider"), KindEC2, KindFargate)
	}
	if r := e.InstanceRefresh; r != nil {
		c.provided(r.CapacityProvider, join(path, "instanceRefresh.capacityProvider"), KindEC2)
	}
	if i := e.Interrupt; i != nil {
		at := join(path, "interrupt")
		c.provided(i.CapacityProvider, join(at, "capacityProvider"), KindEC2, KindFargate)
		if i.CapacityProvider == Fargate {
			c.issue(join(at, "capacityProvider"), "%s is not interrupted; %s is", Fargate, FargateSpot)
		}
		if i.AvailabilityZone != "" {
			c.struck(i.AvailabilityZone, join(at, "availabilityZone"))
		}
		if i.InstanceType != "" {
			c.instanceType(i.InstanceType, join(at, "instanceType"))
		}
		c.interrupted(i, at)
	}
}

// interrupted checks that there is something to interrupt.
func (c *checker) interrupted(i *Interrupt, path string) {
	p := c.Provider(i.CapacityProvider)
	if p == nil || c.refused(path) {
		return
	}
	if p.Kind() == KindFargate {
		for _, field := range []string{"availabilityZone", "instanceType"} {
			if c.stated(join(path, field)) {
				c.issue(join(path, field), "the tasks on %s have none here; state count, or nothing for all of them", p.Name)
			}
		}
		return
	}
	g := p.AutoScalingGroup
	if g == nil {
		return
	}
	_, buys := g.Buys()
	isOfType := func(t GroupType) bool { return t.Name == i.InstanceType }
	switch {
	case !buys:
		c.note(path, "the group of %s buys no Spot instances, so that nothing happens", p.Name)
	case i.AvailabilityZone != "" && !slices.Contains(g.AvailabilityZones, i.AvailabilityZone):
		c.note(join(path, "availabilityZone"), "the group of %s has no instances in %s, so that nothing happens", p.Name, i.AvailabilityZone)
	case i.InstanceType != "" && !slices.ContainsFunc(c.groupTypes(g, c.priced()), isOfType):
		c.note(join(path, "instanceType"), "%s is no type of the group of %s, so that nothing happens", i.InstanceType, p.Name)
	}
}

// pulls reports whether there is an image to pull.
func (c *checker) pulls() bool {
	pulls := func(d *TaskDefinition) bool { return d != nil && d.ImageSizeMiB > 0 }
	for _, d := range c.TaskDefinitions {
		if pulls(d) {
			return true
		}
	}
	return slices.ContainsFunc(c.Services, func(s *Service) bool { return pulls(s.Task) }) ||
		slices.ContainsFunc(c.Jobs, func(j *Job) bool { return pulls(j.Task) })
}

// struck checks a zone that something happens to: it is one of the region, and
// something is there.
func (c *checker) struck(zone, path string) {
	if zone == "" || !c.regional() {
		return
	}
	issues := len(c.issues)
	if c.zone(zone, path); len(c.issues) > issues {
		return
	}
	var used []string
	for _, p := range c.Cluster.CapacityProviders {
		if p.AutoScalingGroup != nil {
			used = append(used, p.AutoScalingGroup.AvailabilityZones...)
		}
	}
	if !slices.Contains(used, zone) {
		c.note(path, "no Auto Scaling group has instances in %s, so that nothing happens", zone)
	}
}

// provided checks a capacity provider that something happens to.
func (c *checker) provided(name, path string, kinds ...Kind) {
	if name == "" {
		return
	}
	p := c.Provider(name)
	if p == nil {
		c.undefined(name, path)
		return
	}
	if !slices.Contains(kinds, p.Kind()) {
		var words []string
		for _, k := range kinds {
			words = append(words, string(k))
		}
		c.issue(path, "%s is one of %s; this happens to %s", name, p.Kind(), either(words))
	}
}

// deploy checks a deployment: its service, and that the tasks that it brings can
// run where those of the service do.
func (c *checker) deploy(d *Deploy, path string) {
	names := c.workNames("services")
	i := slices.IndexFunc(c.Services, func(s *Service) bool { return s.Name == d.Service })
	if d.Service != "" && i < 0 {
		message := meant(d.Service, names)
		if slices.Contains(c.workNames("jobs"), d.Service) {
			message = "; it is a job, whose tasks are not deployed"
		}
		c.issue(join(path, "service"), "there is no service %q%s", short(d.Service), message)
	}
	at := join(path, "taskDefinition")
	of := c.TaskDefinitions[d.TaskDefinition]
	if names := slices.Sorted(maps.Keys(c.TaskDefinitions)); d.TaskDefinition != "" && !slices.Contains(names, d.TaskDefinition) {
		c.issue(at, "there is no task definition %q%s", short(d.TaskDefinition), meant(d.TaskDefinition, names))
	}
	if i < 0 || of == nil {
		return
	}
	s := c.Services[i]
	if first := c.Definition(s); first != nil && first != of {
		c.replaces(s, first, of, at)
	}
	if target := c.Target(s); len(target.Providers()) > 0 {
		c.placed(of, join("taskDefinitions", d.TaskDefinition), true, target)
	}
}

// replaces refuses the differences between two revisions of a service that hold
// for the service as a whole in this version.
func (c *checker) replaces(s *Service, first, of *TaskDefinition, path string) {
	differ := func(what string) {
		c.issue(path, "%s of service %q; this version of berth keeps it for all revisions of a service", what, s.Name)
	}
	if !slices.Equal(first.PlacementConstraints, of.PlacementConstraints) {
		differ("its placementConstraints are not those of the first task definition")
	}
	if c.Target(s).Fargate() {
		if architecture(first.RuntimePlatform.CPUArchitecture) != architecture(of.RuntimePlatform.CPUArchitecture) {
			differ("its cpuArchitecture, on which the price hangs, is not that of the first task definition")
		}
		if first.EphemeralStorage != of.EphemeralStorage {
			differ("its ephemeralStorage, on which the price hangs, is not that of the first task definition")
		}
	}
	if s.Usage == nil && !reflect.DeepEqual(first.Usage, of.Usage) {
		c.note(path, "its usage is not that of the first task definition of service %q, which is reported for all its tasks", s.Name)
	}
}
