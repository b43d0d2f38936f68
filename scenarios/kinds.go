package scenarios

import (
	"maps"
	"strings"

	"berth/sim/catalog"
	"berth/sim/cluster"
	"berth/workloads"
)

// The attributes that ECS gives instances and that have no value here, because
// a scenario has no AMIs, networks and outposts. A constraint may name them.
//
// Source: Amazon ECS Developer Guide, "Amazon ECS task placement constraints".
var valueless = []string{"ecs.ami-id", "ecs.os-family", "ecs.outpost-arn", "ecs.subnet-id", "ecs.vpc-id"}

// attributeTrunk is carried by instances that have a trunk interface.
//
// Source: Amazon ECS Developer Guide, "Amazon ECS task placement constraints",
// optional attributes.
const attributeTrunk = "ecs.awsvpc-trunk-id"

// trunking reports whether instances have a trunk interface where their type can.
func (s *Scenario) trunking() bool { return s.Cluster.AccountSettings.AwsvpcTrunking == "enabled" }

// groupKind is the kind of the instances of a group in a zone, but for its
// provider and capacity.
func (s *Scenario) groupKind(g *AutoScalingGroup, t catalog.InstanceType, zone string) cluster.Kind {
	trunk := ""
	if s.trunking() && t.Trunking {
		trunk = "trunk" // the id of an interface: only that there is one means something
	}
	return cluster.Kind{
		Type:       t.Name,
		Zone:       zone,
		Devices:    int(t.GPUs),
		Interfaces: int(t.AwsvpcTasks(s.trunking())),
		Agent:      s.Cluster.AgentVersion,
		Attributes: withAttributes(g.Attributes, map[string]string{
			cluster.AttributeInstanceType:     t.Name,
			cluster.AttributeAvailabilityZone: zone,
			cluster.AttributeCPUArchitecture:  t.Architecture,
			cluster.AttributeOSType:           "linux",
			cluster.AttributeGPUModel:         t.GPUModel,
			attributeTrunk:                    trunk,
		}),
	}
}

// machineKind is the kind of a machine of one's own, but for its provider. It
// has no interfaces for tasks: there is no awsvpc on external instances.
//
// Source: Amazon ECS Developer Guide, "External instances (Amazon ECS Anywhere)".
func (s *Scenario) machineKind(capacity cluster.Vector, model, architecture string, custom map[string]string) cluster.Kind {
	return cluster.Kind{
		Capacity: capacity,
		Devices:  int(capacity.GPU / cluster.GPU),
		Agent:    s.Cluster.AgentVersion,
		Attributes: withAttributes(custom, map[string]string{
			cluster.AttributeCPUArchitecture: architecture,
			cluster.AttributeOSType:          "linux",
			cluster.AttributeExternal:        "true",
			cluster.AttributeGPUModel:        model,
		}),
	}
}

// kinds lists what instances a provider has, as far as their attributes and
// interfaces go; none of Fargate. What could not be decoded or read is left out.
func (s *Scenario) kinds(p *CapacityProvider, of *catalog.Catalog) []cluster.Kind {
	var kinds []cluster.Kind
	if g := p.AutoScalingGroup; g != nil {
		for _, t := range s.groupTypes(g, of) {
			for _, zone := range g.AvailabilityZones {
				kinds = append(kinds, s.groupKind(g, t.InstanceType, zone))
			}
		}
	}
	if e := p.External; e != nil {
		for _, m := range e.Instances {
			kinds = append(kinds, s.machineKind(m.capacity(), m.GPUModel, architecture(m.CPUArchitecture), m.Attributes))
		}
		if e.Nodes != nil {
			nodes, err := workloads.ReadNodes(s.Resolve(e.Nodes.Path))
			if err != nil { // which is told when it is built
				nodes = make([]workloads.Node, 1)
			}
			seen := map[string]bool{}
			for _, n := range nodes {
				if !seen[n.GPUModel] {
					seen[n.GPUModel] = true
					kinds = append(kinds, s.machineKind(n.Capacity, n.GPUModel, catalog.X86, e.Nodes.Attributes))
				}
			}
		}
	}
	return kinds
}

// capacity is what tasks may use of a machine.
func (m *ExternalInstance) capacity() cluster.Vector {
	return cluster.Vector{CPU: int64(m.CPU - m.ReservedCPU), Memory: int64(m.Memory - m.ReservedMemory), GPU: m.GPUs * cluster.GPU}
}

// withAttributes joins custom attributes and built-in ones; the latter hold,
// and those without a value are left out.
func withAttributes(custom, builtin map[string]string) map[string]string {
	all := maps.Clone(custom)
	if all == nil {
		all = map[string]string{}
	}
	for k, v := range builtin {
		if v != "" {
			all[k] = v
		}
	}
	return all
}

// architecture translates ECS's spelling in task definitions to that of the
// attribute.
func architecture(name string) string { return strings.ToLower(name) }
