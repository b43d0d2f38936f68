package workloads

import "berth/sim/cluster"

// Size is a container size and how often it is asked for.
type Size struct {
	Weight int // in proportion to the sum of all
	Demand cluster.Vector
}

// UsualSizes are ten container sizes between a quarter of a vCPU and 16, with
// weights that add up to 100: many small ones, few large ones, and some with
// much more memory than their CPU would suggest. They are those of the Steady
// workload.
func UsualSizes() []Size {
	size := func(weight int, milli, mib int64) Size {
		return Size{weight, cluster.Vector{CPU: milli * cluster.Millicore, Memory: mib * cluster.MiB}}
	}
	return []Size{
		size(30, 250, 512), size(20, 500, 1024), size(20, 1000, 2048), size(5, 1000, 8192),
		size(10, 2000, 4096), size(3, 2000, 16384), size(7, 4000, 8192), size(2, 4000, 30720),
		size(2, 8000, 16384), size(1, 16000, 32768),
	}
}

// pick returns the index of the size that holds the n-th place, n counted
// from 0 and below the sum of the weights.
func pick(sizes []Size, n int) int {
	i := 0
	for n >= sizes[i].Weight {
		n -= sizes[i].Weight
		i++
	}
	return i
}
