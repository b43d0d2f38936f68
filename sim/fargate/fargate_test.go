package fargate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/cluster"
	"berth/sim/fargate"
)

func Example() {
	demand := cluster.Vector{CPU: 1100 * cluster.CPUUnit, Memory: 2000 * cluster.MiB}
	size, ok := fargate.Size(catalog.Embedded(), demand)
	fmt.Println(demand, "becomes", size, ok)
	// Output: cpu 1100, memory 2000 MiB becomes cpu 2048, memory 4096 MiB true
}

// Source: Amazon ECS developer guide, "Amazon ECS on AWS Fargate", task CPU and
// memory.
func TestSizesAreRoundedUp(t *testing.T) {
	for _, c := range []struct{ cpu, memory, wantCPU, wantMemory int64 }{
		{256, 512, 256, 512},
		{1, 1, 256, 512},
		{256, 2049, 512, 3072},      // 0.25 vCPU goes with 2 GB at the most
		{512, 4097, 1024, 5120},     // 0.5 with 4
		{4096, 30721, 8192, 32768},  // 4 with 30; 8 in steps of 4
		{16384, 1, 16384, 32768},    // 16 with 32 at the least
		{1024, 61441, 16384, 65536}, // only 16 vCPU go with more than 60 GB
	} {
		got, ok := fargate.Size(catalog.Embedded(), cluster.Vector{CPU: c.cpu * cluster.CPUUnit, Memory: c.memory * cluster.MiB})
		assert.True(t, ok)
		assert.Equal(t, cluster.Vector{CPU: c.wantCPU * cluster.CPUUnit, Memory: c.wantMemory * cluster.MiB}, got, "%+v", c)
	}
	_, ok := fargate.Size(catalog.Embedded(), cluster.Vector{CPU: cluster.CPUUnit, Memory: 122881 * cluster.MiB})
	assert.False(t, ok, "120 GB is the most")
	_, ok = fargate.Size(catalog.Embedded(), cluster.Vector{CPU: cluster.CPUUnit, Memory: cluster.MiB, GPU: 1})
	assert.False(t, ok, "there are no GPUs")
}

func TestFargateHasNoLimit(t *testing.T) {
	c := cluster.New(sim.NewKernel())
	on := fargate.Launch(c, c.AddProvider("FARGATE"))
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{0}})
	g := c.AddGroup("g")
	d := cluster.Vector{CPU: 16 * cluster.VCPU, Memory: 120 * cluster.GiB}
	for range 10_000 {
		id := c.Submit(cluster.Class{Demand: d, Requested: d, Pool: pool, Group: g}, sim.Hour)
		c.Start(c.Task(id).Class, on)
	}
	assert.Equal(t, 10_000, c.Running())
	assert.NoError(t, c.Check())
}
