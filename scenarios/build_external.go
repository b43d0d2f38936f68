package scenarios

import (
	"fmt"

	"berth/report"
	"berth/sim"
	"berth/sim/catalog"
	"berth/sim/cluster"
	"berth/sim/ec2"
	"berth/workloads"
)

// addExternal declares the machines of one's own of a provider.
func (w *World) addExternal(p builtProvider) error {
	s, e := w.scenario, p.External
	add := func(kind cluster.Kind, pricePerHour float64) cluster.KindID {
		kind.Provider = p.id
		id := w.cluster.AddKind(kind)
		w.meter.Ledger.SetInstancePrice(id, report.InstancePrice{External: int64(catalog.FromUSD(pricePerHour))})
		return id
	}
	launch := func(kind cluster.KindID, n int) {
		group := ec2.FixedGroup{Kinds: []cluster.KindID{kind}, Desired: n, Warm: true, BootTime: func() sim.Time { return 0 }}
		w.launches = append(w.launches, func() { w.launcher.Launch(group) })
	}
	for i, m := range e.Instances {
		path := fmt.Sprintf("cluster.capacityProviders.%s.external.instances.%d", p.Name, i)
		capacity := m.capacity()
		if capacity.CPU <= 0 || capacity.Memory <= 0 {
			return Errors{s.Issue(path, "nothing is left of a machine after reservedCpu and reservedMemory")}
		}
		if m.GPUs > 32 {
			return Errors{s.Issue(path+".gpus", "at most 32 GPUs fit into one machine")}
		}
		launch(add(s.machineKind(capacity, m.GPUModel, architecture(m.CPUArchitecture), m.Attributes), m.PricePerHour), int(m.Count))
	}
	if e.Nodes == nil {
		return nil
	}
	nodes, err := workloads.ReadNodes(s.Resolve(e.Nodes.Path))
	if err != nil {
		return Errors{s.Issue("cluster.capacityProviders."+p.Name+".external.nodes.path", "%v", err)}
	}
	kinds := map[workloads.Node]cluster.KindID{}
	for _, n := range nodes {
		key := workloads.Node{Capacity: n.Capacity, GPUModel: n.GPUModel}
		kind, ok := kinds[key]
		if !ok {
			kind = add(s.machineKind(n.Capacity, n.GPUModel, catalog.X86, e.Nodes.Attributes), e.Nodes.PricePerHour)
			kinds[key] = kind
		}
		launch(kind, 1)
	}
	return nil
}
