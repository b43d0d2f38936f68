package cluster

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

// Source: Amazon ECS API, PortMapping.hostPort: reserved ports, at most 100 of
// them with the default ones, TCP and UDP apart.
func TestPortsOfAnInstance(t *testing.T) {
	c, on := networked(2)
	web := c.AddNetwork(Network{Static: []Port{{443, TCP}, {80, TCP}}})
	assert.Equal(t, web, c.AddNetwork(Network{Static: []Port{{80, TCP}, {443, TCP}}}), "the order does not matter")
	udp := c.AddNetwork(Network{Static: []Port{{443, UDP}}})
	ssh := c.AddNetwork(Network{Static: []Port{{22, TCP}}})

	first := start(c, on, web)
	assert.False(t, c.FitsNetwork(on, web), "80 and 443 are taken")
	assert.True(t, c.FitsNetwork(on, udp), "443/udp is another port")
	assert.False(t, c.FitsNetwork(on, ssh), "22/tcp is the instance's own")
	c.End(first, Completed)
	assert.True(t, c.FitsNetwork(on, web))

	many := Network{}
	for n := range 94 {
		many.Static = append(many.Static, Port{uint16(1000 + n), TCP})
	}
	start(c, on, c.AddNetwork(many))
	assert.False(t, c.FitsNetwork(on, udp), "6 of the instance's own and 94 are 100")
	dynamic := c.AddNetwork(Network{Dynamic: 28232})
	assert.True(t, c.FitsNetwork(on, dynamic), "dynamic ports do not count among the 100")
	start(c, on, dynamic)
	assert.False(t, c.FitsNetwork(on, c.AddNetwork(Network{Dynamic: 1})), "32768 to 60999 are 28,232 ports")
	assert.NoError(t, c.Check())
}

// Source: Amazon ECS developer guide, "Elastic network interface trunking": a
// task in awsvpc mode takes an interface of the instance.
func TestInterfacesOfAnInstance(t *testing.T) {
	c, on := networked(2)
	awsvpc := c.AddNetwork(Network{Interface: true})
	first := start(c, on, awsvpc)
	start(c, on, awsvpc)
	assert.False(t, c.FitsNetwork(on, awsvpc))
	assert.True(t, c.FitsNetwork(on, NoNetwork))
	assert.NoError(t, c.Check())
	c.End(first, Completed)
	assert.True(t, c.FitsNetwork(on, awsvpc))
	assert.NoError(t, c.Check())
}

// networked returns a cluster of one instance with interfaces.
func networked(interfaces int) (*Cluster, InstanceID) {
	c := New(sim.NewKernel())
	c.AddGroup("g")
	kind := c.AddKind(Kind{Provider: c.AddProvider("p"), Capacity: Vector{CPU: 100, Memory: 100}, Interfaces: interfaces})
	c.AddPool(Pool{Providers: []ProviderID{0}})
	return c, c.Launch(kind, true)
}

func start(c *Cluster, on InstanceID, n NetworkID) TaskID {
	id := c.Submit(Class{Demand: Vector{CPU: 1, Memory: 1}, Network: n}, 1)
	return c.Start(c.Task(id).Class, on)
}

func TestRoomAfterTasksHaveEnded(t *testing.T) {
	c, on := networked(1)
	port := c.AddNetwork(Network{Static: []Port{{80, TCP}}})
	awsvpc := c.AddNetwork(Network{Interface: true})
	first, second := start(c, on, port), start(c, on, awsvpc)
	assert.False(t, c.HoldsWithout(on, nil, Vector{CPU: 1}, port))
	assert.True(t, c.HoldsWithout(on, []TaskID{first}, Vector{CPU: 1}, port))
	assert.False(t, c.HoldsWithout(on, []TaskID{first}, Vector{CPU: 1}, awsvpc))
	assert.True(t, c.HoldsWithout(on, []TaskID{second}, Vector{CPU: 1}, awsvpc))
	assert.False(t, c.HoldsWithout(on, []TaskID{first}, Vector{CPU: 100}, NoNetwork), "the other one takes 1")
	assert.True(t, c.HoldsWithout(on, []TaskID{first, second}, Vector{CPU: 100}, NoNetwork))
}
