package catalog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A FargateSize is a size that a task on Fargate may have.
type FargateSize struct {
	CPUUnits  int64 // 1024 = 1 vCPU
	MemoryMiB int64
}

// String returns the size in words: 256 CPU units with 512 MiB.
func (s FargateSize) String() string {
	return fmt.Sprintf("%d CPU units with %d MiB", s.CPUUnits, s.MemoryMiB)
}

// FargateSizes returns the valid sizes by CPU, then memory: from 256 CPU units
// with 512 MiB to 16384 with 122880. The slice is the caller's.
//
// Source: Amazon ECS Developer Guide, "Amazon ECS on AWS Fargate", task CPU and
// memory, Linux.
func (c *Catalog) FargateSizes() []FargateSize {
	return slices.Clone(c.tables.sizes())
}

// FargateFit returns the smallest valid size that holds so much: of those with
// the fewest CPU units the one with the least memory. No other that holds it is
// cheaper. It is false if the largest size is too small.
func (c *Catalog) FargateFit(cpuUnits, memoryMiB int64) (FargateSize, bool) {
	for _, s := range c.tables.sizes() {
		if s.CPUUnits >= cpuUnits && s.MemoryMiB >= memoryMiB {
			return s, true
		}
	}
	return FargateSize{}, false
}

// FargateValid tells whether a task may have exactly this size.
func (c *Catalog) FargateValid(cpuUnits, memoryMiB int64) bool {
	return slices.Contains(c.tables.sizes(), FargateSize{cpuUnits, memoryMiB})
}

// FargateNearest returns up to three valid sizes for an error message about one
// that is not: first the smallest that holds it, if one does, then those that
// differ least from it, in CPU and memory each by ratio.
func (c *Catalog) FargateNearest(cpuUnits, memoryMiB int64) []FargateSize {
	sizes := c.FargateSizes()
	fit, fits := c.FargateFit(cpuUnits, memoryMiB)
	away := func(s FargateSize) float64 {
		if fits && s == fit {
			return -1
		}
		return ratio(s.CPUUnits, cpuUnits) + ratio(s.MemoryMiB, memoryMiB)
	}
	slices.SortStableFunc(sizes, func(s, t FargateSize) int { return cmp.Compare(away(s), away(t)) })
	return sizes[:min(3, len(sizes))]
}

// ratio returns the logarithm of the larger over the smaller.
func ratio(a, b int64) float64 {
	return math.Abs(math.Log2(float64(max(a, 1)) / float64(max(b, 1))))
}

func readFargateSizes() []FargateSize {
	var sizes []FargateSize
	eachRecord("fargate_sizes.csv", func(r record) {
		sizes = append(sizes, FargateSize{r.int(0), r.int(1)})
	})
	return sizes
}
