package cluster

import (
	"cmp"
	"fmt"
	"slices"
)

// Protocol is the transport protocol of a port.
type Protocol uint8

// The protocols. Source: Amazon ECS API, PortMapping.protocol.
const (
	TCP Protocol = iota
	UDP
)

// String returns the protocol as ECS writes it: "tcp".
func (p Protocol) String() string { return [...]string{"tcp", "udp"}[p] }

// Port is a port of an instance.
type Port struct {
	Number   uint16
	Protocol Protocol
}

// String returns the port as people write it: "8080/tcp".
func (p Port) String() string { return fmt.Sprintf("%d/%v", p.Number, p.Protocol) }

func (p Port) compare(o Port) int {
	return cmp.Or(cmp.Compare(p.Number, o.Number), cmp.Compare(p.Protocol, o.Protocol))
}

// ReservedPorts are taken on every instance, by SSH, Docker and the ECS agent.
// Source: Amazon ECS API, PortMapping.hostPort.
var ReservedPorts = [...]Port{{22, TCP}, {2375, TCP}, {2376, TCP}, {51678, TCP}, {51679, TCP}, {51680, TCP}}

const (
	// MaxReservedPorts is how many ports can be reserved on an instance at a
	// time, TCP and UDP together and [ReservedPorts] among them. Ports that are
	// assigned dynamically do not count.
	// Source: Amazon ECS API, PortMapping.hostPort.
	MaxReservedPorts = 100
	// FirstEphemeralPort is the first of the ports that Linux assigns
	// dynamically, unless told otherwise.
	// Source: Linux, net.ipv4.ip_local_port_range, which the ECS agent reads.
	FirstEphemeralPort = 32768
	// LastEphemeralPort is the last of them.
	LastEphemeralPort = 60999
	ephemeralPorts    = LastEphemeralPort - FirstEphemeralPort + 1
)

// staticPorts is how many static ports the tasks of an instance may have.
const staticPorts = MaxReservedPorts - len(ReservedPorts)

// Network is what a task takes of the network of its instance.
type Network struct {
	// Interface says that the task has a network interface of its own
	// (awsvpc). Its ports then are no ports of the instance.
	Interface bool
	// Static lists the ports that the task must have.
	Static []Port
	// Dynamic is the number of ports that the task gets from the ephemeral
	// range, of either protocol.
	Dynamic int
}

// Ports reports whether the task takes ports of its instance.
func (n *Network) Ports() bool { return len(n.Static) > 0 || n.Dynamic > 0 }

// NoNetwork is the number of the network of tasks that take nothing of it.
const NoNetwork NetworkID = 0

// AddNetwork returns the number of a network, the same one for an equal
// network. The order of the static ports does not matter.
func (c *Cluster) AddNetwork(n Network) NetworkID {
	n.Static = slices.Clone(n.Static)
	slices.SortFunc(n.Static, Port.compare)
	for id, o := range c.networks {
		if o.Interface == n.Interface && o.Dynamic == n.Dynamic && slices.Equal(o.Static, n.Static) {
			return NetworkID(id)
		}
	}
	c.networks = append(c.networks, n)
	return NetworkID(len(c.networks) - 1)
}

// Network returns a network; it must not be changed. Its static ports are in
// ascending order.
func (c *Cluster) Network(n NetworkID) *Network { return &c.networks[n] }

// Networks returns how many networks there are; they are numbered from 0,
// which is [NoNetwork].
func (c *Cluster) Networks() int { return len(c.networks) }

// Ports are the ports that the tasks of an instance hold.
type Ports struct {
	Static  []Port // in ascending order
	Dynamic int
}

// Ports returns the ports in use on an instance; they must not be changed.
func (c *Cluster) Ports(id InstanceID) Ports {
	if int(id) >= len(c.ports) {
		return Ports{}
	}
	return c.ports[id]
}

// Takes reports whether an instance with these ports in use has those of n.
func (p *Ports) Takes(n *Network) bool {
	if len(n.Static) == 0 && n.Dynamic == 0 {
		return true
	}
	if len(p.Static)+len(n.Static) > staticPorts {
		return false
	}
	for _, port := range n.Static {
		if _, taken := slices.BinarySearchFunc(p.Static, port, Port.compare); taken || slices.Contains(ReservedPorts[:], port) {
			return false
		}
	}
	return p.Dynamic+n.Dynamic+ephemeral(p.Static)+ephemeral(n.Static) <= ephemeralPorts
}

// ephemeral counts the ports that are not left to be assigned dynamically. The
// range is kept for both protocols together, which is on the safe side.
func ephemeral(static []Port) int {
	n := 0
	for _, p := range static {
		if p.Number >= FirstEphemeralPort && p.Number <= LastEphemeralPort {
			n++
		}
	}
	return n
}

// FitsNetwork reports whether an instance has the interface and the ports that
// a task of the network takes.
func (c *Cluster) FitsNetwork(id InstanceID, n NetworkID) bool {
	if n == NoNetwork {
		return true
	}
	w := &c.networks[n]
	if w.Interface && c.instances[id].FreeInterfaces == 0 {
		return false
	}
	p := c.Ports(id)
	return p.Takes(w)
}

// connect takes from an instance what a task of the network takes, or gives it
// back (by -1).
func (c *Cluster) connect(id InstanceID, n NetworkID, by int) {
	w := &c.networks[n]
	if w.Interface {
		i := &c.instances[id]
		i.FreeInterfaces = uint8(int(i.FreeInterfaces) - by)
	}
	if len(w.Static) == 0 && w.Dynamic == 0 {
		return
	}
	for len(c.ports) <= int(id) {
		c.ports = append(c.ports, Ports{})
	}
	p := &c.ports[id]
	p.Dynamic += by * w.Dynamic
	for _, port := range w.Static {
		at, _ := slices.BinarySearchFunc(p.Static, port, Port.compare)
		if by > 0 {
			p.Static = slices.Insert(p.Static, at, port)
		} else {
			p.Static = slices.Delete(p.Static, at, at+1)
		}
	}
}
