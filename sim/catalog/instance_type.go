package catalog

import (
	"slices"

	"berth/sim/cluster"
)

// The architectures of processors, as ECS names them.
const (
	X86   = "x86_64"
	Arm64 = "arm64"
)

// What an instance does not register of its nominal memory when nobody measured
// it: a fraction of all, in thousandths, of what is left after a fixed amount on
// Arm. Karpenter plans with these figures until it has seen an instance of the
// type. They are cautious: of the types measured with more than 4 GiB nearly all
// lose 2 to 7 %.
//
// Source: Karpenter documentation, "Settings", VM_MEMORY_OVERHEAD_PERCENT.
const (
	MemoryOverheadPermille = 75
	MemoryOverheadArmMiB   = 64
)

// MaxTrunkedTasks bounds the awsvpc tasks of one instance with trunking,
// whatever its interfaces would allow.
//
// Source: Amazon ECS Developer Guide, "Elastic network interface trunking": no
// type of the table has more.
const MaxTrunkedTasks = 120

// An InstanceType is a type of EC2 instance: m5.large. Numbers that are not
// known are 0.
type InstanceType struct {
	Name      string
	VCPU      int64
	MemoryMiB int64 // nominal; see RegisteredMemory
	// Architecture is X86 or Arm64; empty for Mac instances, which run no
	// containers.
	Architecture string
	// GPUs is the number of whole devices. The types with a fraction of one
	// (g6f, gr6f) have 0, and register none.
	GPUs         int64
	GPUModel     string // in lower case: t4, a10g, h100
	GPUMemoryMiB int64  // of each device, or of the fraction

	MaxENIs    int64 // network interfaces, the primary one included
	IPv4PerENI int64 // addresses of each
	BranchENIs int64 // interfaces below a trunk
	Trunking   bool  // whether the type can have a trunk

	// MeasuredMemoryMiB is what Linux saw on an instance of the type, on the
	// day MeasuredOn (2025-12-10); 0 and empty when nobody measured.
	MeasuredMemoryMiB int64
	MeasuredOn        string

	// Manufacturer of the processors: intel, amd, aws or apple.
	Manufacturer string
	BareMetal    bool
	// Burstable types earn CPU credits: the T families.
	Burstable bool
	// Previous tells a type of a previous generation, one that AWS recommends
	// no more. A type newer than the list that says so is of the current one.
	Previous bool
}

// RegisteredMemory returns the memory in KiB that an ECS agent registers for an
// instance of the type, nothing being reserved (ECS_RESERVED_MEMORY is 0): what
// Linux was measured to see, or else, in whole MiB rounded down,
//
//	(MemoryMiB − 64 on Arm) × (1000 − 75) / 1000
func (t InstanceType) RegisteredMemory() int64 {
	if t.MeasuredMemoryMiB > 0 {
		return t.MeasuredMemoryMiB * cluster.MiB
	}
	mib := t.MemoryMiB
	if t.Architecture == Arm64 {
		mib -= MemoryOverheadArmMiB
	}
	return mib * (1000 - MemoryOverheadPermille) / 1000 * cluster.MiB
}

// Registered returns what an ECS agent registers for an instance of the type:
// all of its vCPUs, its memory as in [InstanceType.RegisteredMemory], and its
// GPUs, whoever made them.
func (t InstanceType) Registered() cluster.Vector {
	return cluster.Vector{
		CPU:    t.VCPU * cluster.VCPU,
		Memory: t.RegisteredMemory(),
		GPU:    t.GPUs * cluster.GPU,
	}
}

// AwsvpcTasks returns how many tasks with their own network interface an
// instance of the type holds. Without trunking the primary interface is the
// instance's and each other one a task's. With trunking one more carries the
// branch interfaces, and what remains still serves one task each: an m5.large
// has 3 interfaces and 9 branches, so 2 tasks without and 9 + 3 − 2 = 10 with.
// A type that cannot have a trunk gets the first figure either way; 0 when the
// limits of the type are not known.
//
// Source: Amazon ECS Developer Guide, "Elastic network interface trunking",
// whose table this reproduces.
func (t InstanceType) AwsvpcTasks(trunking bool) int64 {
	if t.MaxENIs == 0 {
		return 0
	}
	if trunking && t.Trunking {
		return min(t.BranchENIs+t.MaxENIs-2, MaxTrunkedTasks)
	}
	return t.MaxENIs - 1
}

// Type returns the instance type of that name; false if there is none. Names
// are in lower case.
func (c *Catalog) Type(name string) (InstanceType, bool) {
	table := c.tables.types()
	i, ok := table.index[name]
	if !ok {
		return InstanceType{}, false
	}
	return table.types[i], true
}

// Types returns all instance types by name. The slice is the caller's.
func (c *Catalog) Types() []InstanceType {
	return slices.Clone(c.tables.types().types)
}

// NearestTypes returns up to n instance types whose names are nearest to name,
// the nearest first, for an error message; none if nothing is near.
func (c *Catalog) NearestTypes(name string, n int) []string {
	return nearest(name, c.typeNames(), n)
}

func (c *Catalog) typeNames() []string {
	types := c.tables.types().types
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name
	}
	return names
}

type typeTable struct {
	types []InstanceType // by name
	index map[string]int
}

func readTypes() typeTable {
	table := typeTable{types: make([]InstanceType, 0, 1500), index: make(map[string]int, 1500)}
	eachRecord("types.csv", func(r record) {
		table.index[r.fields[0]] = len(table.types)
		table.types = append(table.types, InstanceType{
			Name:              r.fields[0],
			VCPU:              r.int(1),
			MemoryMiB:         r.int(2),
			Architecture:      r.fields[3],
			GPUs:              r.int(4),
			GPUModel:          r.fields[5],
			GPUMemoryMiB:      r.int(6),
			MaxENIs:           r.int(7),
			IPv4PerENI:        r.int(8),
			BranchENIs:        r.int(9),
			Trunking:          r.fields[10] != "",
			MeasuredMemoryMiB: r.int(11),
			MeasuredOn:        r.fields[12],
			Manufacturer:      r.fields[13],
			BareMetal:         r.fields[14] != "",
			Burstable:         r.fields[15] != "",
			Previous:          r.fields[16] != "",
		})
	})
	return table
}
