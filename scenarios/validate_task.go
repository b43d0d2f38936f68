package scenarios

import (
	"fmt"
	"maps"
	"slices"

	"berth/placement"
	"berth/sim"
	"berth/sim/cluster"
)

// mostContainers of a task.
//
// Source: ECS API, RegisterTaskDefinition; Amazon ECS service quotas.
const mostContainers = 10

// definition fills in what the containers sum up to and checks what a task
// reserves.
func (c *checker) definition(d *TaskDefinition, path string) {
	if d == nil {
		return
	}
	var cpu CPU
	var memory Memory
	var gpu GPU
	var stop sim.Time
	whole := true // every container says how much memory it reserves
	for i, at := range c.paths(join(path, "containerDefinitions")) {
		container := d.ContainerDefinitions[i]
		cpu += container.CPU
		if container.StopTimeout != nil {
			stop = max(stop, *container.StopTimeout)
		}
		if d.HealthCheck == nil {
			d.HealthCheck = container.HealthCheck
		}
		hard, soft := container.Memory, container.MemoryReservation
		switch {
		case hard != nil && soft != nil && *soft >= *hard && *hard > 0:
			c.issue(join(at, "memoryReservation"), "has to be less than memory")
		case soft != nil: // what placement subtracts
			memory += *soft
		case hard != nil:
			memory += *hard
		default:
			whole = false
			if !c.stated(join(path, "memory")) {
				c.issue(at, "expected memory or memoryReservation, because the task states no memory")
			}
		}
		for k, r := range container.ResourceRequirements {
			if r.Value%cluster.GPU != 0 {
				c.issue(join(at, fmt.Sprintf("resourceRequirements.%d.value", k)), "expected a whole number of GPUs")
			}
			gpu += r.Value
		}
	}
	if n := len(d.ContainerDefinitions); n > mostContainers {
		c.issue(join(path, "containerDefinitions"), "%d containers; a task has at most %d", n, mostContainers)
	}
	for i, constraint := range d.PlacementConstraints {
		if constraint.Type == placement.DistinctInstance {
			c.issue(join(c.index(path, "placementConstraints", i), "type"), "a task definition takes memberOf only; distinctInstance belongs to the job or service")
		}
	}
	if n := len(d.PlacementConstraints); n > placement.MaxConstraints {
		c.issue(join(path, "placementConstraints"), "%d constraints, but ECS takes at most %d", n, placement.MaxConstraints)
	}
	if d.StopTimeout == nil {
		d.StopTimeout = &stop
	}
	if d.CPU == nil {
		d.CPU = &cpu
	}
	if d.GPU == nil {
		d.GPU = &gpu
	}
	if *d.GPU > cluster.GPU && *d.GPU%cluster.GPU != 0 {
		c.issue(join(path, "gpu"), "more than one GPU has to be a whole number of them")
	}
	if d.Memory == nil {
		if len(d.ContainerDefinitions) == 0 && !c.stated(join(path, "memory")) {
			c.issue(join(path, "memory"), "required, and left out")
		}
		d.Memory = &memory
	} else if whole && *d.Memory > 0 && memory > *d.Memory {
		c.issue(join(path, "memory"), "the containers reserve %g MiB, more than the %g of the task", memory.MiB(), d.Memory.MiB())
	}
}

// unused checks the task definitions that nothing runs as far as that goes.
func (c *checker) unused() {
	for _, name := range slices.Sorted(maps.Keys(c.TaskDefinitions)) {
		d, path := c.TaskDefinitions[name], join("taskDefinitions", name)
		if d == nil || c.used[path] {
			continue
		}
		c.ports(d, path, d.mode(false))
		c.listed(d.PlacementConstraints, path)
	}
}

// placed checks a definition against the capacity that a job or service takes
// it to. named is a task definition of the scenario; what stands in a job or
// service is rounded up to a size of Fargate.
func (c *checker) placed(d *TaskDefinition, path string, named bool, to Target) {
	fargate := to.Fargate()
	c.used[path] = true
	c.ports(d, path, d.mode(fargate))
	if d.CPU == nil || d.Memory == nil || d.GPU == nil {
		return // already refused
	}
	if !fargate {
		c.interfaces(d, path, to)
		return
	}
	if d.NetworkMode != "" && d.NetworkMode != modeAwsvpc {
		c.issue(join(path, "networkMode"), "Fargate takes awsvpc only; leave networkMode out")
	}
	if longest := 120 * sim.Second; d.StopTimeout != nil && *d.StopTimeout > longest && !c.refused(join(path, "stopTimeout")) {
		c.issue(join(path, "stopTimeout"), "Fargate gives a task at most 120s to stop, found %v", *d.StopTimeout)
	}
	if *d.GPU > 0 {
		c.issue(join(path, "gpu"), "Fargate has no GPUs")
	}
	cpu, memory := up(int64(*d.CPU), cluster.CPUUnit), up(int64(*d.Memory), cluster.MiB)
	if _, fits := c.catalog.FargateFit(cpu, memory); !named && fits || memory == 0 {
		return
	}
	if exact := *d.CPU%cluster.CPUUnit == 0 && *d.Memory%cluster.MiB == 0; exact && c.catalog.FargateValid(cpu, memory) {
		return
	}
	if sizes := c.catalog.FargateSizes(); !named {
		c.issue(path, "%g CPU units with %g MiB is more than any size of Fargate holds; the largest is %s", d.CPU.Units(), d.Memory.MiB(), sizes[len(sizes)-1])
		return
	}
	var near []string
	for _, s := range c.catalog.FargateNearest(cpu, memory) {
		near = append(near, s.String())
	}
	c.issue(path, "%g CPU units with %g MiB is not a size of Fargate; the nearest are %s", d.CPU.Units(), d.Memory.MiB(), either(near))
}

// interfaces checks that instances have network interfaces for tasks with
// networkMode awsvpc.
func (c *checker) interfaces(d *TaskDefinition, path string, to Target) {
	if d.mode(false) != modeAwsvpc {
		return
	}
	at := join(path, "networkMode")
	for _, name := range to.Providers() {
		if p := c.Provider(name); p != nil && p.Kind() == KindExternal {
			c.issue(at, "external instances (%s) have no awsvpc; use bridge, host or none, or name where the tasks go", name)
			return
		}
	}
	kinds := c.kindsOf(to.Providers())
	if len(kinds) == 0 || slices.ContainsFunc(kinds, func(k cluster.Kind) bool { return k.Interfaces > 0 }) {
		return
	}
	c.issue(at, "with awsvpc each task takes a network interface of its own, and an instance of type %s has none for tasks as far as is known", kinds[0].Type)
}

// up divides and rounds up.
func up(n, by int64) int64 { return (n + by - 1) / by }
