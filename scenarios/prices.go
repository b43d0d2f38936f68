package scenarios

// Prices overrides the catalog's prices. A price that is left out is the
// catalog's for the region; a discount is taken off whichever of the two holds.
type Prices struct {
	// Discounts by class of cost, for savings plans and private terms.
	Discounts Discounts `yaml:"discounts" source:"berth"`
	// EC2 on-demand prices by instance type.
	EC2 map[string]float64 `yaml:"ec2" unit:"USD per hour" range:"0..1000000" default:"(the catalog's)" source:"EC2 on-demand price list"`
	// Spot prices by instance type.
	Spot map[string]float64 `yaml:"spot" unit:"USD per hour" range:"0..1000000" default:"(the catalog's)" source:"EC2 DescribeSpotPriceHistory"`
	// Fargate prices.
	Fargate FargatePrices `yaml:"fargate" source:"Fargate price list"`
	// FargateSpot prices. Storage costs what it costs on Fargate.
	FargateSpot FargateSpotPrices `yaml:"fargateSpot" source:"Fargate price list"`
	// EBS price of a volume.
	EBS *float64 `yaml:"ebs" unit:"USD per GB-month" range:"0..1000000" default:"(the catalog's)" source:"EBS price list"`
	// PublicIPv4 price of an address in use.
	PublicIPv4 *float64 `yaml:"publicIpv4" unit:"USD per hour" range:"0..1000000" default:"(the catalog's)" source:"VPC price list"`
}

// FargatePrices are those of Fargate on demand.
type FargatePrices struct {
	// VCPU price of a vCPU.
	VCPU *float64 `yaml:"vcpu" unit:"USD per vCPU-hour" range:"0..1000000" default:"(the catalog's)" source:"Fargate price list"`
	// Memory price of a GiB.
	Memory *float64 `yaml:"memory" unit:"USD per GB-hour" range:"0..1000000" default:"(the catalog's)" source:"Fargate price list"`
	// Storage price of a GB above the first 20.
	Storage *float64 `yaml:"storage" unit:"USD per GB-hour" range:"0..1000000" default:"(the catalog's)" source:"Fargate price list"`
}

// FargateSpotPrices are those of Fargate Spot.
type FargateSpotPrices struct {
	// VCPU price of a vCPU.
	VCPU *float64 `yaml:"vcpu" unit:"USD per vCPU-hour" range:"0..1000000" default:"(the catalog's)" source:"Fargate price list"`
	// Memory price of a GiB.
	Memory *float64 `yaml:"memory" unit:"USD per GB-hour" range:"0..1000000" default:"(the catalog's)" source:"Fargate price list"`
}

// Discounts are fractions taken off a price: 0.28 leaves 72 %.
type Discounts struct {
	// EC2 instances on demand.
	EC2 float64 `yaml:"ec2" unit:"fraction" range:"0..1" default:"0" source:"berth"`
	// Spot instances.
	Spot float64 `yaml:"spot" unit:"fraction" range:"0..1" default:"0" source:"berth"`
	// Fargate vCPU, memory and storage.
	Fargate float64 `yaml:"fargate" unit:"fraction" range:"0..1" default:"0" source:"berth"`
	// FargateSpot vCPU and memory.
	FargateSpot float64 `yaml:"fargateSpot" unit:"fraction" range:"0..1" default:"0" source:"berth"`
	// EBS volumes.
	EBS float64 `yaml:"ebs" unit:"fraction" range:"0..1" default:"0" source:"berth"`
	// PublicIPv4 addresses.
	PublicIPv4 float64 `yaml:"publicIpv4" unit:"fraction" range:"0..1" default:"0" source:"berth"`
}
