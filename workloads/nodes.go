package workloads

import (
	"errors"
	"fmt"
	"io"

	"berth/sim/cluster"
)

// Node is a machine of a node list.
type Node struct {
	Name     string
	Capacity cluster.Vector // GPU is in thousandths, 1000 a device
	GPUModel string         // "" where it has no GPU
	Line     int            // of the file
}

var nodeColumns = []string{"sn", "cpu_milli", "memory_mib", "gpu", "model"}

// ReadNodes reads a node list of the Alibaba GPU cluster trace of 2023
// (openb_node_list_*.csv) with the columns sn, cpu_milli, memory_mib, gpu and
// model, in the order of the file. A malformed row is a *RowError.
func ReadNodes(path string) ([]Node, error) {
	in, err := Open(path, nil)
	if err != nil {
		return nil, err
	}
	nodes, err := readNodes(in)
	return nodes, errors.Join(err, in.Close())
}

func readNodes(in *Input) ([]Node, error) {
	t, err := newTable(in, nodeColumns, len(nodeColumns))
	if err != nil {
		return nil, err
	}
	var nodes []Node
	lines := make(map[string]int)
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return nodes, nil
		}
		if err != nil {
			return nil, err
		}
		node, bad := readNode(t)
		if bad != nil {
			return nil, bad
		}
		if line, twice := lines[node.Name]; twice {
			return nil, t.errorIn(0, fmt.Sprintf("is the name of line %d too; a name stands for one node", line))
		}
		if len(nodes) == maxPods {
			return nil, fmt.Errorf("%s: the node list has more than %d rows", in.Name(), maxPods)
		}
		lines[node.Name] = node.Line
		nodes = append(nodes, node)
	}
}

func readNode(t *table) (n Node, bad *RowError) {
	n = Node{Name: string(t.fields[0]), GPUModel: string(t.fields[4]), Line: t.lines.line}
	if n.Name == "" {
		return n, t.errorIn(0, "is empty; a node needs a name")
	}
	cpu, bad := t.integer(1, 1, maxCPU/cluster.VCPU*1000)
	if bad != nil {
		return n, bad
	}
	memory, bad := t.integer(2, 1, maxMemory/cluster.MiB)
	if bad != nil {
		return n, bad
	}
	gpus, bad := t.integer(3, 0, maxGPU/cluster.GPU)
	if bad != nil {
		return n, bad
	}
	n.Capacity = cluster.Vector{CPU: int64(cpu) * cluster.Millicore, Memory: int64(memory) * cluster.MiB, GPU: int64(gpus) * cluster.GPU}
	return n, nil
}
