package scenarios

import (
	"time"

	"berth/placement"
	"berth/sim"
)

// Scenario is the root of a scenario file: a cluster, the work it is given and
// the time span that is simulated.
type Scenario struct {
	// Name of the scenario in reports and in the library.
	Name string `yaml:"name" default:"(the file's name without its extension)" source:"berth"`
	// Description in a sentence or two: the question that the scenario answers.
	Description string `yaml:"description" source:"berth"`
	// Region decides prices, zones and which instance types exist.
	Region string `yaml:"region" default:"(none; required with Auto Scaling groups and Fargate)" source:"AWS region code"`
	// Start is the instant of the calendar at which the run starts. It is never the wall clock.
	Start time.Time `yaml:"start" unit:"RFC 3339" default:"2026-01-01T00:00:00Z" source:"berth"`
	// Duration is the simulated span, warm-up included. Left out, a run ends when all its jobs have ended.
	Duration sim.Time `yaml:"duration" unit:"duration" range:">0s.." default:"(until all jobs have ended; required with services and with unending arrivals)" source:"berth"`
	// Warmup is the part at the start that fills the system and is left out of the figures.
	Warmup sim.Time `yaml:"warmup" unit:"duration" range:"0s.." default:"0s" source:"berth"`
	// Seed of all random streams: the same seed gives the same run.
	Seed int64 `yaml:"seed" range:"0.." default:"1" source:"berth"`
	// InitialState says whether the desired instances are active and the desired tasks of services run at the start (warm), or have to boot and start first (cold).
	InitialState string `yaml:"initialState" enum:"warm cold" default:"warm" source:"berth"`
	// ZoneIDs overrides which zone id a zone's name stands for. It differs from account to account.
	ZoneIDs map[string]string `yaml:"zoneIds" default:"(us-east-1a is use1-az1, and so on in order)" source:"EC2 DescribeAvailabilityZones"`
	// Prices overrides and discounts what the catalog says.
	Prices Prices `yaml:"prices" source:"berth"`
	// Cluster is the capacity.
	Cluster Cluster `yaml:"cluster" source:"ECS CreateCluster"`
	// TaskDefinitions by name, for jobs to refer to.
	TaskDefinitions map[string]*TaskDefinition `yaml:"taskDefinitions" source:"ECS RegisterTaskDefinition"`
	// Services keep tasks running. At least one service or job is needed.
	Services []*Service `yaml:"services" source:"ECS CreateService"`
	// Jobs bring tasks that run and end.
	Jobs []*Job `yaml:"jobs" source:"berth"`
	// Events are what happens at given times: deployments, outages, failures.
	Events []*Event `yaml:"events" source:"berth"`
	// Failures that happen by chance in the capacity of Auto Scaling groups.
	Failures Failures `yaml:"failures" default:"(none)" source:"berth"`
	// Variants are settings under which the scenario is run side by side, each applied to the document as written.
	Variants []Variant `yaml:"variants" source:"berth"`
	// Expect lists what must hold at the end; where it does not, the exit code is 3.
	Expect []Expectation `yaml:"expect" source:"berth"`

	// Variant is the name of the variant that was selected, "" without one.
	Variant string `yaml:"-"`
	// Path of the scenario's file as it was named, and Dir its folder: paths in
	// the document are relative to it. Dir is "" for a library scenario.
	Path, Dir string `yaml:"-"`
	// Source is the document that resulted from the variant and the settings of
	// the command line, as YAML. Without either it is the file as it was read.
	Source []byte `yaml:"-"`
	// NotModelled lists the paths of AWS's fields that are accepted and have no effect.
	NotModelled []string `yaml:"-"`
	// Notes are sentences about what a reader of the result should know.
	Notes []string `yaml:"-"`

	tree       *tree
	strategies map[string]placement.Constructor // nil: those of placement.Builtin
}

// Variant is a named set of settings.
type Variant struct {
	// Name of the variant, and of its folder in the output.
	Name string `yaml:"name,required" source:"berth"`
	// Description in a sentence.
	Description string `yaml:"description" source:"berth"`
	// Set gives values by their dotted path; an element of a list is addressed by its name, else by its index. null removes what the path leads to.
	Set Settings `yaml:"set" source:"berth"`
}

// Expectation bounds a figure of the summary.
type Expectation struct {
	// Metric is the dotted path of a number in summary.json, such as cost.total.
	Metric string `yaml:"metric,required" source:"berth"`
	// Max is the largest value with which the expectation holds.
	Max *float64 `yaml:"max" unit:"that of the metric" default:"(no bound)" source:"berth"`
	// Min is the least value with which the expectation holds.
	Min *float64 `yaml:"min" unit:"that of the metric" default:"(no bound)" source:"berth"`
}
