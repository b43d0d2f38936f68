package scenarios

import "berth/sim"

// SpotMarket is the market that a group's Spot instances come from: pools, each
// an instance type in a zone, with what they cost, how many instances they have
// and when they take them back. Groups do not take capacity from one another.
type SpotMarket struct {
	// Interruptions of instances.
	Interruptions Interruptions `yaml:"interruptions" default:"(none)" source:"berth"`
	// Notice is the time from the notice of an interruption until the instance is gone.
	Notice sim.Time `yaml:"notice" unit:"duration" range:"0s..1h" default:"2m" source:"EC2 Spot Instance interruption notices"`
	// RebalanceRecommendation is how long before the notice a rebalance recommendation comes.
	RebalanceRecommendation sim.Time `yaml:"rebalanceRecommendation" unit:"duration" range:"0s..1d" default:"0s" source:"EC2 rebalance recommendations"`
	// Price of the pools over time.
	Price SpotPricing `yaml:"price" default:"(catalog)" source:"berth"`
	// Pools about which something is known. A later entry goes before an earlier one.
	Pools []SpotPool `yaml:"pools" default:"(1000 instances in each pool, divided by 1 + the Spot advisor's band)" source:"berth"`
}

// Interruptions say when Spot instances are interrupted. In YAML it is none;
// advisor, the frequencies that AWS publishes; or a mapping: at most one of
// ratePerHour, advisor and trace, and wholePool alone or beside it.
type Interruptions struct {
	// RatePerHour is how often an instance is interrupted; each for itself, at any time alike.
	RatePerHour *float64 `yaml:"ratePerHour" unit:"interruptions per hour and instance" range:"0..3600" source:"berth"`
	// Advisor derives the rate of each pool from the Spot advisor's band of its type.
	Advisor *SpotAdvisor `yaml:"advisor" source:"EC2 Spot Instance advisor"`
	// Trace is a record of how many instances pools had: CSV with time_s, instances and perhaps availability_zone and instance_type, or a probe's JSON. Where a pool has fewer than run, those too many are interrupted together, and launches fail.
	Trace string `yaml:"trace" source:"berth"`
	// WholePool has pools lose all their instances at once, each pool for itself.
	WholePool *WholePool `yaml:"wholePool" source:"berth"`
}

// SpotAdvisor derives rates from the Spot Instance advisor's monthly bands: with
// p the middle of the band, −ln(1 − p) in 30 days.
type SpotAdvisor struct {
	// Factor by which the rates are multiplied.
	Factor float64 `yaml:"factor" range:"0..1000" default:"1" source:"berth"`
	// TopBand is what stands for the middle of the band above 20 %, which has no upper bound.
	TopBand float64 `yaml:"topBand" unit:"fraction of the instances in a month" range:"0.2..0.99" default:"0.3" source:"berth"`
}

// WholePool is the reclamation of all instances of a pool.
type WholePool struct {
	// MeanTimeBetween reclamations of a pool, from the end of one to the next; the times are exponential.
	MeanTimeBetween sim.Time `yaml:"meanTimeBetween,required" unit:"duration" range:">0s.." source:"berth"`
	// Duration for which the pool has no capacity then.
	Duration sim.Time `yaml:"duration,required" unit:"duration" range:">0s.." source:"berth"`
}

// SpotPricing says what Spot instances cost. In YAML it is catalog, the derived
// price of the catalog, which does not change; or a mapping with history or
// model.
type SpotPricing struct {
	// History is a file of recorded prices as describe-spot-price-history prints them: text with tabs, CSV or JSON. A price holds until the next one; the first holds before its time and the last after it. Pools without a row have the catalog's price.
	History string `yaml:"history" source:"EC2 DescribeSpotPriceHistory"`
	// Align says where the history lies: its first row at the start of the run, or where its dates say.
	Align string `yaml:"align" enum:"start absolute" default:"start" source:"berth"`
	// Model has the price of each pool wander about the catalog's.
	Model *SpotPriceModel `yaml:"model" source:"berth"`
}

// SpotPriceModel is a price that comes back to its level: with x the logarithm
// of price over level, x ← (1 − reversion)·x + volatility·N(0, 1) at each step. It
// does not exceed the On-Demand price.
type SpotPriceModel struct {
	// Volatility is the standard deviation of one step of the logarithm: 0.03 is about 3 %.
	Volatility float64 `yaml:"volatility" range:"0..2" default:"0.03" source:"berth"`
	// Reversion is the part of the way back to the level that a step goes.
	Reversion float64 `yaml:"reversion" range:"0..1" default:"0.1" source:"berth"`
	// Step is the time between two changes.
	Step sim.Time `yaml:"step" unit:"duration" range:"1m.." default:"1d" source:"berth"`
}

// SpotPool is what is known of some pools.
type SpotPool struct {
	// InstanceType of the pools.
	InstanceType string `yaml:"instanceType" default:"(all)" source:"EC2 instance type"`
	// AvailabilityZone of the pools.
	AvailabilityZone string `yaml:"availabilityZone" default:"(all)" source:"EC2 DescribeAvailabilityZones"`
	// Depth is how many instances each of the pools has for the group.
	Depth *int64 `yaml:"depth" unit:"instances" range:"0..1000000" default:"(see pools)" source:"berth"`
	// Trace is a record of how many instances the pools had, in place of that of interruptions.
	Trace string `yaml:"trace" source:"berth"`
}

// FargateSpotMarket is the market that tasks on FARGATE_SPOT come from.
type FargateSpotMarket struct {
	// Interruptions of tasks: none, or ratePerHour.
	Interruptions Interruptions `yaml:"interruptions" default:"(none)" source:"berth"`
	// Notice is the time from the notice of an interruption, and SIGTERM, until the task is gone.
	Notice sim.Time `yaml:"notice" unit:"duration" range:">0s..1h" default:"2m" source:"ECS Fargate Spot termination notices"`
	// Unavailable lists when there is no capacity: what runs is interrupted, and nothing starts.
	Unavailable []Unavailable `yaml:"unavailable" default:"(never)" source:"berth"`
}

// Unavailable is a span of time without capacity.
type Unavailable struct {
	// At is when it begins.
	At Instant `yaml:"at,required" source:"berth"`
	// Duration of it.
	Duration sim.Time `yaml:"duration,required" unit:"duration" range:">0s.." source:"berth"`
}

// none reports whether nothing is ever interrupted.
func (i *Interruptions) none() bool {
	return (i.RatePerHour == nil || *i.RatePerHour == 0) && i.Advisor == nil && i.Trace == "" && i.WholePool == nil
}
