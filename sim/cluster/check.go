package cluster

import (
	"fmt"
	"slices"

	"berth/sim"
)

// Check compares everything that the cluster keeps with what follows from its
// tasks, and returns the first thing that does not hold. It takes time in
// proportion to the cluster; it is for tests and for runs with --check.
func (c *Cluster) Check() error {
	used := make([]Vector, len(c.instances))
	count := make([]int32, len(c.instances))
	interfaces := make([]int, len(c.instances))
	ports := make([]Ports, len(c.instances))
	waiting := make([]int32, len(c.classes))
	alive := make([]int32, len(c.classes))
	var pending, running int
	for id := range c.tasks {
		t := &c.tasks[id]
		if !t.live() {
			continue
		}
		alive[t.Class]++
		if t.Instance == None {
			pending++
			waiting[t.Class]++
			continue
		}
		running++
		used[t.Instance] = used[t.Instance].Add(c.classes[t.Class].Demand)
		count[t.Instance]++
		n := &c.networks[c.classes[t.Class].Network]
		if n.Interface {
			interfaces[t.Instance]++
		}
		p := &ports[t.Instance]
		p.Static = append(p.Static, n.Static...)
		p.Dynamic += n.Dynamic
	}
	if pending != c.pending || running != c.running {
		return fmt.Errorf("cluster: counts %d waiting and %d running tasks, there are %d and %d", c.pending, c.running, pending, running)
	}
	for id := range c.classes {
		k := &c.classes[id]
		if alive[id] != 0 && (alive[id] != k.tasks || waiting[id] != k.waiting) {
			return fmt.Errorf("cluster: class %d counts %d tasks, %d waiting; there are %d and %d", id, k.tasks, k.waiting, alive[id], waiting[id])
		}
	}
	for id := range c.instances {
		i := &c.instances[id]
		if i.State == Absent {
			continue
		}
		if err := c.CheckInstance(InstanceID(id)); err != nil {
			return err
		}
		if want := c.kinds[i.Kind].Capacity.Sub(used[id]); i.Free != want || i.Tasks != count[id] {
			return fmt.Errorf("cluster: %s has %v free with %d tasks, should have %v with %d", c.InstanceName(InstanceID(id)), i.Free, i.Tasks, want, count[id])
		}
		if err := c.checkResidents(InstanceID(id)); err != nil {
			return err
		}
		if c.kinds[i.Kind].Unlimited {
			continue
		}
		if want := c.kinds[i.Kind].Interfaces - interfaces[id]; int(i.FreeInterfaces) != want {
			return fmt.Errorf("cluster: %s has %d free interfaces, should have %d", c.InstanceName(InstanceID(id)), i.FreeInterfaces, want)
		}
		slices.SortFunc(ports[id].Static, Port.compare)
		if got, want := c.Ports(InstanceID(id)), ports[id]; got.Dynamic != want.Dynamic || !slices.Equal(got.Static, want.Static) {
			return fmt.Errorf("cluster: %s uses the ports %v, should use %v", c.InstanceName(InstanceID(id)), got, want)
		}
	}
	return nil
}

func (c *Cluster) checkResidents(on InstanceID) error {
	if c.residents == nil {
		return nil
	}
	var n int32
	var err error
	c.Residents(on, func(id TaskID) {
		if t := &c.tasks[id]; !t.live() || t.Instance != on {
			err = fmt.Errorf("cluster: the list of %s has %s, which is not there", c.InstanceName(on), c.TaskName(id))
		}
		n++
	})
	if err == nil && n != c.instances[on].Tasks {
		err = fmt.Errorf("cluster: the list of %s has %d tasks, there are %d", c.InstanceName(on), n, c.instances[on].Tasks)
	}
	return err
}

// CheckInstance returns what is wrong with an instance taken by itself.
func (c *Cluster) CheckInstance(id InstanceID) error {
	i := &c.instances[id]
	k := &c.kinds[i.Kind]
	if k.Unlimited || i.State == Absent {
		return nil
	}
	if i.Free.CPU < 0 || i.Free.Memory < 0 || i.Free.GPU < 0 || i.Free.CPU > k.Capacity.CPU || i.Free.Memory > k.Capacity.Memory || i.Free.GPU > k.Capacity.GPU {
		return fmt.Errorf("cluster: %s has %v free of %v", c.InstanceName(id), i.Free, k.Capacity)
	}
	var sum int64
	var whole, largest uint16
	for _, f := range c.Devices(id) {
		sum += int64(f)
		largest = max(largest, f)
		if f == GPU {
			whole++
		}
	}
	if sum != i.Free.GPU || whole != i.WholeDevices || largest != i.LargestShare {
		return fmt.Errorf("cluster: the GPUs of %s have %d free, %d whole, at most %d; it says %d, %d, %d", c.InstanceName(id), sum, whole, largest, i.Free.GPU, i.WholeDevices, i.LargestShare)
	}
	return nil
}

// Checker verifies what each event touched, after the event, and everything
// every 1,024 events. It watches the cluster, last of all watchers.
type Checker struct {
	cluster *Cluster
	others  []func() error // further checks of everything
	touched []InstanceID
	events  int
}

// NewChecker returns a checker that calls the others whenever it checks
// everything.
func NewChecker(c *Cluster, others ...func() error) *Checker {
	return &Checker{cluster: c, others: others}
}

const checkAllEvery = 1024

// After checks after an event, and is for [sim.Kernel.Watch]. It panics with
// what does not hold: the program is wrong, and so would be its results.
func (k *Checker) After(now sim.Time, _ sim.Kind, _ uint32) {
	for _, id := range k.touched {
		if err := k.cluster.CheckInstance(id); err != nil {
			panic(fmt.Sprintf("at %v: %v", now, err))
		}
	}
	k.touched = k.touched[:0]
	if k.events++; k.events%checkAllEvery == 0 {
		if err := k.All(); err != nil {
			panic(fmt.Sprintf("at %v: %v", now, err))
		}
	}
}

// All checks everything.
func (k *Checker) All() error {
	if err := k.cluster.Check(); err != nil {
		return err
	}
	for _, check := range k.others {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// InstanceChanged notes the instance.
func (k *Checker) InstanceChanged(_ sim.Time, id InstanceID, _, _ State) {
	k.touched = append(k.touched, id)
}

// TaskSubmitted touches no instance.
func (k *Checker) TaskSubmitted(sim.Time, TaskID) {}

// TaskStarted notes the task's instance.
func (k *Checker) TaskStarted(_ sim.Time, id TaskID) {
	k.touched = append(k.touched, k.cluster.tasks[id].Instance)
}

// TaskEnded notes the task's instance.
func (k *Checker) TaskEnded(_ sim.Time, id TaskID, _ Reason) {
	if on := k.cluster.tasks[id].Instance; on != None {
		k.touched = append(k.touched, on)
	}
}
