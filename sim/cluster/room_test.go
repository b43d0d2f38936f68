package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// Room is as many tasks as can be started one after the other, and what it says
// of tasks that had ended is what it says when they have.
func TestRoomIsAsMuchAsStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cluster.New(sim.NewKernel())
		p := c.AddProvider("p")
		devices := rapid.IntRange(0, 3).Draw(t, "devices")
		kind := c.AddKind(cluster.Kind{Provider: p, Capacity: cluster.Vector{CPU: 9, Memory: 9, GPU: int64(devices) * cluster.GPU}, Devices: devices, Interfaces: 3})
		pool, group := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}}), c.AddGroup("g")
		networks := []cluster.NetworkID{cluster.NoNetwork}
		for _, n := range []cluster.Network{{Interface: true}, {Static: []cluster.Port{{Number: 80}}}, {Static: []cluster.Port{{Number: 40000}}}, {Dynamic: 9000}} {
			networks = append(networks, c.AddNetwork(n))
		}
		on := c.Launch(kind, true)
		draw := func() cluster.Class {
			d := cluster.Vector{CPU: rapid.Int64Range(0, 4).Draw(t, "cpu"), Memory: rapid.Int64Range(0, 4).Draw(t, "memory"), GPU: rapid.SampledFrom([]int64{0, 0, 300, 500, 1000, 2000}).Draw(t, "gpu")}
			return cluster.Class{Demand: d, Requested: d, Pool: pool, Group: group, Network: rapid.SampledFrom(networks).Draw(t, "network")}
		}
		fits := func(class cluster.Class) bool {
			i := c.Instance(on)
			return class.Demand.CPU <= i.Free.CPU && class.Demand.Memory <= i.Free.Memory && i.FitsGPU(class.Demand.GPU) && c.FitsNetwork(on, class.Network)
		}
		start := func(class cluster.Class) cluster.TaskID { return c.Start(c.Task(c.Submit(class, sim.Hour)).Class, on) }
		var running []cluster.TaskID
		for range rapid.IntRange(0, 9).Draw(t, "tasks") {
			if class := draw(); fits(class) {
				running = append(running, start(class))
			}
		}
		class, most := draw(), rapid.IntRange(0, 12).Draw(t, "most")
		n := rapid.IntRange(0, len(running)).Draw(t, "ended")
		foretold := c.Room(on, running[:n], class.Demand, class.Network, most)
		assert.Equal(t, foretold > 0, most > 0 && c.HoldsWithout(on, running[:n], class.Demand, class.Network))
		for _, id := range running[:n] {
			c.End(id, cluster.Completed)
		}
		assert.Equal(t, foretold, c.Room(on, nil, class.Demand, class.Network, most))
		got := 0
		for got < most && fits(class) {
			start(class)
			got++
		}
		assert.Equal(t, got, foretold)
	})
}
