// Package catalog holds the facts that AWS publishes and a simulation needs:
// EC2 instance types, regions and zones, Fargate sizes, prices, and how often
// Spot instances are interrupted.
//
// [Embedded] is the catalog inside the program. It reads a table when the first
// question about it is asked (the prices of a region are a table each), so that
// a command that asks nothing pays nothing. A [Catalog] does not change and may
// be used by many goroutines. [Catalog.With] returns another one in which some
// prices are given by the user ([ReadPrices] reads them from a file) and some
// classes of cost are discounted.
//
// # Prices
//
// Money is an integer number of nano-dollars, [NanoUSD], and a rate is per hour
// unless its type says otherwise ([MonthlyPrice]). Each [Price] says of what
// date it is and how it came about, because the lists are of different ages:
//
//	On-Demand    by region and type, from the newest list that has it: us-east-1
//	             and GovCloud 2026-07-20, 14 regions 2022-12-02, 5 regions
//	             2020-07-02; of the other 14 nothing is known
//	Spot         by zone and type, derived, see [Catalog.Spot]
//	Fargate      by region and architecture, 2021-01 to 2026-08; the date is that
//	             of each figure
//	EBS, IPv4    us-east-1, 2024-07 and 2026-08; other regions are taken to cost
//	             the same, and the price says so
//
// [Price.OlderThan] finds those that a report should warn about. A price that
// is not known is never guessed: the methods return false.
//
// Prices are those of Linux with shared tenancy. Windows, dedicated hosts,
// prices in China, Reserved Instances and Savings Plans are left out; a discount
// on a class stands for the latter.
//
// # Instances
//
// An [InstanceType] knows what it offers and what of it an ECS agent registers,
// [InstanceType.Registered]: less memory than the nominal amount, by what
// firmware and kernel keep. For four types of five that was measured.
//
// # The tables
//
// The folder tables is written by the command in the folder generate from
// published lists; the first lines of each table say from which and of what
// date. To take newer lists in, put them in a folder and run
//
//	BERTH_DATA=/path/to/lists go generate ./sim/catalog
package catalog
