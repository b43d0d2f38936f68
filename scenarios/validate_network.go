package scenarios

import (
	"regexp"
	"slices"
	"strconv"

	"berth/sim/cluster"
)

// The network modes.
//
// Source: ECS API, NetworkMode.
const (
	modeNone   = "none"
	modeBridge = "bridge"
	modeHost   = "host"
	modeAwsvpc = "awsvpc"
)

// mode returns the network mode of a task of the definition.
func (d *TaskDefinition) mode(fargate bool) string {
	switch {
	case fargate:
		return modeAwsvpc
	case d.NetworkMode == "":
		return modeBridge
	}
	return d.NetworkMode
}

// mappings lists the port mappings of a definition, its containers included.
func (d *TaskDefinition) mappings() []PortMapping {
	all := slices.Clone(d.PortMappings)
	for _, c := range d.ContainerDefinitions {
		all = append(all, c.PortMappings...)
	}
	return all
}

// Network returns what a task of the definition takes of the network of an
// instance.
func (d *TaskDefinition) Network() cluster.Network {
	var n cluster.Network
	mode := d.mode(false)
	if mode == modeAwsvpc { // ports are those of the task's own interface
		n.Interface = true
		return n
	}
	for _, m := range d.mappings() {
		port, static, count := m.taken(mode)
		if static {
			n.Static = append(n.Static, port)
		}
		n.Dynamic += count
	}
	return n
}

// taken returns the port that a mapping takes, or how many of the ephemeral
// range. A mapping that was refused takes none.
func (m *PortMapping) taken(mode string) (port cluster.Port, static bool, dynamic int) {
	if m.Protocol == "udp" {
		port.Protocol = cluster.UDP
	}
	first, last, isRange := m.portRange()
	switch {
	case isRange:
		return port, false, int(last - first + 1)
	case m.ContainerPort == nil:
		return port, false, 0
	case mode == modeBridge && (m.HostPort == nil || *m.HostPort == 0):
		return port, false, 1
	case mode == modeBridge:
		port.Number = uint16(*m.HostPort)
	default:
		port.Number = uint16(*m.ContainerPort)
	}
	return port, true, 0
}

var portRange = regexp.MustCompile(`^([0-9]{1,5})-([0-9]{1,5})$`)

// portRange reads containerPortRange.
func (m *PortMapping) portRange() (first, last int64, ok bool) {
	parts := portRange.FindStringSubmatch(m.ContainerPortRange)
	if parts == nil {
		return 0, 0, false
	}
	first, _ = strconv.ParseInt(parts[1], 10, 64)
	last, _ = strconv.ParseInt(parts[2], 10, 64)
	return first, last, first >= 1 && first < last && last <= 65535
}

// mostStatic is how many static ports the tasks of an instance can have.
const mostStatic = cluster.MaxReservedPorts - len(cluster.ReservedPorts)

// ports checks the port mappings of a definition in a network mode.
//
// Source: ECS API, PortMapping and NetworkMode.
func (c *checker) ports(d *TaskDefinition, path, mode string) {
	type mapping struct {
		*PortMapping
		path string
	}
	var all []mapping
	list := func(mappings []PortMapping, path string) {
		for i, at := range c.paths(join(path, "portMappings")) {
			all = append(all, mapping{&mappings[i], at})
		}
	}
	list(d.PortMappings, path)
	for i, at := range c.paths(join(path, "containerDefinitions")) {
		list(d.ContainerDefinitions[i].PortMappings, at)
	}
	issues := len(c.issues)
	first := map[cluster.Port]string{}
	static := 0
	for _, m := range all {
		if !c.mapping(m.PortMapping, m.path, mode) {
			continue
		}
		port, is, _ := m.taken(mode)
		if !is {
			continue
		}
		at := m.path
		for _, field := range []string{"containerPort", "hostPort"} {
			if c.stated(join(m.path, field)) && (field == "hostPort" || mode != modeBridge) {
				at = join(m.path, field)
			}
		}
		static++
		switch {
		case first[port] != "":
			c.issue(at, "a task cannot have the port %v twice; the first is at %s", port, c.pos(first[port]))
		case mode != modeAwsvpc && slices.Contains(cluster.ReservedPorts[:], port):
			c.issue(at, "the port %v is taken on every instance, by SSH, Docker or the ECS agent", port)
		case mode != modeAwsvpc && static == mostStatic+1:
			c.issue(at, "more than %d ports of the instance; of the %d that can be reserved %d are taken already", mostStatic, cluster.MaxReservedPorts, len(cluster.ReservedPorts))
		}
		if first[port] == "" {
			first[port] = at
		}
	}
	if n := d.Network(); mode == modeBridge && len(c.issues) == issues && !new(cluster.Ports).Takes(&n) {
		c.issue(path, "the port mappings ask for more ports of the ephemeral range (%d to %d) than it has", cluster.FirstEphemeralPort, cluster.LastEphemeralPort)
	}
}

// mapping checks one port mapping and reports whether it says which port it is
// about.
func (c *checker) mapping(m *PortMapping, path, mode string) bool {
	before := len(c.issues)
	port, hosted := c.stated(join(path, "containerPort")), c.stated(join(path, "hostPort"))
	switch {
	case mode == modeNone:
		c.issue(path, "networkMode none has no ports; leave portMappings out")
	case m.ContainerPortRange != "":
		if _, _, ok := m.portRange(); !ok {
			c.issue(join(path, "containerPortRange"), "expected a range of ports such as 8080-8090, found %q", short(m.ContainerPortRange))
		}
		if mode == modeHost {
			c.issue(join(path, "containerPortRange"), "a range goes with networkMode bridge or awsvpc; list the ports one by one")
		}
		for _, field := range []string{"containerPort", "hostPort"} {
			if c.stated(join(path, field)) {
				c.issue(join(path, field), "a mapping has either containerPortRange or %s", field)
			}
		}
	case !port:
		c.issue(join(path, "containerPort"), "required, and left out")
	case m.ContainerPort != nil && hosted && m.HostPort != nil && mode != modeBridge && *m.HostPort != *m.ContainerPort:
		why := "its ports are those of the task's own interface"
		if mode == modeHost {
			why = "its ports are those of the instance"
		}
		c.issue(join(path, "hostPort"), "with networkMode %s the hostPort is the containerPort, %d (%s); leave hostPort out", mode, *m.ContainerPort, why)
	}
	return len(c.issues) == before && m.inRange()
}

// inRange reports whether the ports of a mapping were decoded without error.
func (m *PortMapping) inRange() bool {
	in := func(p *int64, low int64) bool { return p == nil || *p >= low && *p <= 65535 }
	return in(m.ContainerPort, 1) && in(m.HostPort, 0) && (m.ContainerPort != nil || m.ContainerPortRange != "")
}
