package catalog

// FargatePrices are the rates of Fargate in a region for an architecture. A GB
// is 1024 MiB. The rates of Fargate Spot and of storage may not be known: see
// [Price.Known].
type FargatePrices struct {
	VCPU, GB         Price // on demand, per vCPU and per GB of memory
	SpotVCPU, SpotGB Price // on Fargate Spot
	StorageGB        Price // per GB of ephemeral storage above the 20 that are free, on either
}

// The parts of a Fargate price, as a file of prices names them.
const (
	FargateVCPU    = "vcpu"
	FargateMemory  = "memory"
	FargateStorage = "storage"
)

// Fargate returns the rates of Fargate for Linux in a region; false if the
// on-demand rate of a vCPU or of memory is not known. architecture is [X86] or
// [Arm64]; few regions have known rates for the latter.
//
// Where AWS's rates were read more than once, the latest reading of each is
// taken, with its own date: on-demand rates of 2026-08 and Spot rates of 2021-01
// in us-east-1.
func (c *Catalog) Fargate(region, architecture string) (FargatePrices, bool) {
	rate := func(class Class, item, column string) Price {
		p, given := c.given(key{class: class, region: region, architecture: architecture, item: item})
		if !given {
			p = c.tables.fargate()[fargateKey{region, architecture, column}]
		}
		return c.less(class, p)
	}
	if !c.Region(region) || (architecture != X86 && architecture != Arm64) {
		return FargatePrices{}, false
	}
	prices := FargatePrices{
		VCPU:      rate(Fargate, FargateVCPU, "vcpu"),
		GB:        rate(Fargate, FargateMemory, "memory"),
		SpotVCPU:  rate(FargateSpot, FargateVCPU, "spotVcpu"),
		SpotGB:    rate(FargateSpot, FargateMemory, "spotMemory"),
		StorageGB: rate(Fargate, FargateStorage, "storage"),
	}
	return prices, prices.VCPU.Known() && prices.GB.Known()
}

// fargateKey is a place in the table of rates; column is its name there.
type fargateKey struct{ region, architecture, column string }

func readFargate() map[fargateKey]Price {
	prices := make(map[fargateKey]Price)
	eachRecord("fargate.csv", func(r record) {
		rate := Price{r.usd(3), r.fields[4], "AWS list price of " + r.fields[4]}
		prices[fargateKey{r.fields[0], r.fields[1], r.fields[2]}] = rate
	})
	return prices
}
