// Package fargate is AWS Fargate: capacity without instances. It models
// capacity that is always there, at once, in the sizes that Fargate sells. How
// fast tasks of services may be launched, and what they take to start, is the
// scheduler's business. Tasks on Fargate Spot are interrupted by [Spot].
//
// In the cluster a Fargate capacity provider is one instance without limit, so
// that every task is on exactly one instance.
package fargate

import (
	"berth/sim/catalog"
	"berth/sim/cluster"
)

// Launch declares the kind of a Fargate capacity provider and launches the one
// instance without limit that stands for it.
func Launch(c *cluster.Cluster, provider cluster.ProviderID) cluster.InstanceID {
	return c.Launch(c.AddKind(cluster.Kind{Provider: provider, Unlimited: true}), true)
}

// Size returns the smallest size that Fargate sells and that holds the demand,
// and whether there is one. A demand for GPUs has none.
//
// Source: Amazon ECS developer guide, "Amazon ECS on AWS Fargate", task CPU and
// memory.
func Size(prices *catalog.Catalog, demand cluster.Vector) (cluster.Vector, bool) {
	if demand.GPU > 0 {
		return cluster.Vector{}, false
	}
	ceil := func(n, unit int64) int64 { return (n + unit - 1) / unit }
	size, ok := prices.FargateFit(ceil(demand.CPU, cluster.CPUUnit), ceil(demand.Memory, cluster.MiB))
	return cluster.Vector{CPU: size.CPUUnits * cluster.CPUUnit, Memory: size.MemoryMiB * cluster.MiB}, ok
}
