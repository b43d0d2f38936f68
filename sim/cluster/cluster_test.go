package cluster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

func Example() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	provider := c.AddProvider("general")
	kind := c.AddKind(cluster.Kind{Provider: provider, Capacity: cluster.Vector{CPU: 2 * cluster.VCPU, Memory: 8 * cluster.GiB}})
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}})
	web := c.AddGroup("web")

	on := c.Launch(kind, true)
	demand := cluster.Vector{CPU: 512 * cluster.CPUUnit, Memory: 1 * cluster.GiB}
	waiting := c.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: pool, Group: web}, sim.Hour)
	task := c.Start(c.Task(waiting).Class, on)
	fmt.Println(c.TaskName(task), "on", c.InstanceName(on), "leaves", c.Instance(on).Free)
	c.End(task, cluster.Completed)
	fmt.Println("then", c.Instance(on).Free)
	// Output:
	// web/0 on general/i-0 leaves cpu 1536, memory 7168 MiB
	// then cpu 2048, memory 8192 MiB
}

// machine is a cluster with instances that have GPUs.
func machine(devices ...int) (*cluster.Cluster, []cluster.InstanceID) {
	c := cluster.New(sim.NewKernel())
	p := c.AddProvider("p")
	c.AddGroup("g")
	var ids []cluster.InstanceID
	for _, n := range devices {
		k := c.AddKind(cluster.Kind{Provider: p, Devices: n, Capacity: cluster.Vector{CPU: 100, Memory: 100, GPU: int64(n) * cluster.GPU}})
		ids = append(ids, c.Launch(k, true))
	}
	c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	return c, ids
}

func place(c *cluster.Cluster, on cluster.InstanceID, gpu int64) cluster.TaskID {
	d := cluster.Vector{CPU: 1, Memory: 1, GPU: gpu}
	id := c.Submit(cluster.Class{Demand: d, Requested: d}, 0)
	return c.Start(c.Task(id).Class, on)
}

func TestGPUsAreDevices(t *testing.T) {
	c, ids := machine(4)
	on := ids[0]
	for range 4 {
		place(c, on, 600)
	}
	i := c.Instance(on)
	assert.Equal(t, int64(1600), i.Free.GPU)
	assert.False(t, i.FitsGPU(500), "four GPUs with 400 free each do not hold a 500")
	assert.True(t, i.FitsGPU(400))
	assert.Panics(t, func() { place(c, on, 500) })
}

func TestASharePrefersTheTightestDevice(t *testing.T) {
	c, ids := machine(2)
	a := place(c, ids[0], 300)
	place(c, ids[0], 600) // beside the first: 400 would be left on the other
	assert.Equal(t, []uint16{100, 1000}, c.Devices(ids[0]))
	place(c, ids[0], 1000)
	c.End(a, cluster.Completed)
	assert.Equal(t, []uint16{400, 0}, c.Devices(ids[0]))
	require.NoError(t, c.Check())
}

func TestWholeDevicesAreTakenInTheirOrder(t *testing.T) {
	c, ids := machine(4)
	place(c, ids[0], 500)
	pair := place(c, ids[0], 2000)
	assert.Equal(t, []uint16{500, 0, 0, 1000}, c.Devices(ids[0]))
	assert.False(t, c.Instance(ids[0]).FitsGPU(2000))
	c.End(pair, cluster.Completed)
	assert.Equal(t, []uint16{500, 1000, 1000, 1000}, c.Devices(ids[0]))
}

func TestSlotsAreReusedAndTimersToldApart(t *testing.T) {
	c, ids := machine(0)
	first := place(c, ids[0], 0)
	generation := c.Generation(first)
	c.End(first, cluster.Completed)
	second := place(c, ids[0], 0)
	assert.Equal(t, first, second, "the slot is reused")
	assert.NotEqual(t, generation, c.Generation(second), "a timer of the first task is stale")
	assert.Equal(t, "g/1", c.TaskName(second), "names are not reused")
	c.End(second, cluster.Completed)
	assert.Panics(t, func() { c.End(second, cluster.Completed) }, "a task ends once")
}

func TestInstancesPassThroughTheirStates(t *testing.T) {
	c, ids := machine(0, 2)
	task := place(c, ids[1], 300)
	assert.Panics(t, func() { c.Activate(ids[1]) })
	c.Drain(ids[1])
	assert.Panics(t, func() { place(c, ids[1], 0) }, "a draining instance takes no tasks")
	assert.Panics(t, func() { c.Terminate(ids[1]) }, "a task runs on it")
	// The failed placement left a task waiting; that is the caller's mistake.
	c.End(task, cluster.Stopped)
	c.Terminate(ids[1])
	again := c.Launch(c.Instance(ids[1]).Kind, false)
	assert.Equal(t, ids[1], again)
	assert.Equal(t, cluster.Booting, c.Instance(again).State)
	assert.Equal(t, []uint16{1000, 1000}, c.Devices(again), "GPUs are free again")
	assert.Equal(t, "p/i-2", c.InstanceName(again))
}

func TestPoolsHoldTheKindsThatMeetTheirRequirements(t *testing.T) {
	c := cluster.New(sim.NewKernel())
	a, b := c.AddProvider("a"), c.AddProvider("b")
	arm := cluster.Requirement{Attribute: cluster.AttributeCPUArchitecture, Values: []string{"arm64"}}
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{a}, Requirements: []cluster.Requirement{arm}})
	x86 := c.AddKind(cluster.Kind{Provider: a, Attributes: map[string]string{cluster.AttributeCPUArchitecture: "x86_64"}})
	graviton := c.AddKind(cluster.Kind{Provider: a, Attributes: map[string]string{cluster.AttributeCPUArchitecture: "arm64"}})
	other := c.AddKind(cluster.Kind{Provider: b, Attributes: map[string]string{cluster.AttributeCPUArchitecture: "arm64"}})
	assert.Equal(t, []cluster.KindID{graviton}, c.PoolKinds(pool))
	assert.False(t, c.Allows(pool, x86))
	assert.False(t, c.Allows(pool, other))
	assert.Equal(t, pool, c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{a}, Requirements: []cluster.Requirement{arm}}), "an equal pool is the same one")
}

func TestTheStateHoldsUnderAnyOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ids := machine(0, 1, 3)
		var running []cluster.TaskID
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			on := rapid.SampledFrom(ids).Draw(t, "instance")
			gpu := rapid.SampledFrom([]int64{0, 1, 250, 999, 1000, 2000}).Draw(t, "gpu")
			switch i := c.Instance(on); {
			case len(running) > 0 && rapid.Bool().Draw(t, "end"):
				at := rapid.IntRange(0, len(running)-1).Draw(t, "which")
				c.End(running[at], cluster.Completed)
				running = append(running[:at], running[at+1:]...)
			case i.Free.CPU > 0 && i.FitsGPU(gpu):
				running = append(running, place(c, on, gpu))
			}
			if err := c.Check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// An instance registers when it becomes ACTIVE.
func TestRegisteredAt(t *testing.T) {
	k := sim.NewKernel()
	c := cluster.New(k)
	kind := c.AddKind(cluster.Kind{Provider: c.AddProvider("p")})
	var slow cluster.InstanceID
	at := map[sim.Time]func(){
		1 * sim.Second:                     func() { slow = c.Launch(kind, false) },
		3*sim.Second + 5*sim.Millisecond/2: func() { c.Activate(slow) },
		9 * sim.Second:                     func() { c.Drain(slow); slow = c.Launch(kind, true) },
	}
	tick := k.Register("tick", sim.Ending, false, func(now sim.Time, _, _ uint32) { at[now]() })
	for when := range at {
		k.Schedule(when, tick, 0, 0)
	}
	require.NoError(t, k.Run(sim.Hour))
	assert.Equal(t, 3*sim.Second+3*sim.Millisecond, c.Instance(0).RegisteredAt(), "rounded up")
	assert.Equal(t, 9*sim.Second, c.Instance(slow).RegisteredAt())
}

func TestDevicesWithoutATask(t *testing.T) {
	c, ids := machine(3)
	share, whole := place(c, ids[0], 400), place(c, ids[0], 2000)
	assert.Equal(t, []uint16{600, 0, 0}, c.Devices(ids[0]))
	assert.Equal(t, []uint16{1000, 0, 0}, c.DevicesWithout(share, nil))
	assert.Equal(t, []uint16{7, 600, 1000, 1000}, c.DevicesWithout(whole, []uint16{7}))
	assert.Equal(t, []uint16{600, 0, 0}, c.DevicesWithout(place(c, ids[0], 0), nil))
}
