package scenarios

import "berth/sim"

// Job is work that arrives, runs and ends: from a trace, or count tasks of one
// definition, at once or as arrivals say.
type Job struct {
	// Name of the job: letters, digits, "-" and "_". Its tasks are NAME/0, NAME/1, …, their task group is family:NAME.
	Name string `yaml:"name,required" source:"berth"`
	// TaskDefinition that its tasks run, by name. On Fargate its size must be a valid one.
	TaskDefinition string `yaml:"taskDefinition" source:"ECS RunTask"`
	// Task is a definition in place. On Fargate it is rounded up to the next valid size.
	Task *TaskDefinition `yaml:"task" source:"berth"`
	// Trace from which the tasks come.
	Trace *Trace `yaml:"trace" source:"berth"`
	// Arrivals says when tasks are submitted: the gaps between submissions, or a list of times.
	Arrivals *Arrivals `yaml:"arrivals" unit:"duration" default:"(all tasks at the start)" source:"berth"`
	// Schedule on which tasks are submitted, in place of arrivals: cron(…), rate(…) or at(…).
	Schedule string `yaml:"schedule" default:"(none)" source:"EventBridge Scheduler, ScheduleExpression"`
	// Timezone of the schedule.
	Timezone string `yaml:"timezone" unit:"IANA name" default:"UTC" source:"EventBridge Scheduler, ScheduleExpressionTimezone"`
	// Duration for which a task runs.
	Duration *Quantity `yaml:"duration" unit:"duration" default:"(required, unless the trace has it)" source:"berth"`
	// Count of tasks in all.
	Count *int64 `yaml:"count" unit:"tasks" range:"1..1000000000" default:"(1 without arrivals; with gaps: until the end of the run)" source:"ECS RunTask"`
	// TasksPerArrival is the number of tasks that each arrival brings.
	TasksPerArrival int64 `yaml:"tasksPerArrival" unit:"tasks" range:"1..1000000" default:"1" source:"berth"`
	// CapacityProviderStrategy divides the tasks among providers, before placement.
	CapacityProviderStrategy []CapacityProviderStrategyItem `yaml:"capacityProviderStrategy" default:"(that of the cluster)" source:"ECS RunTask"`
	// CapacityProviders makes one pool of the instances of several providers.
	CapacityProviders []string `yaml:"capacityProviders" default:"(that of the cluster)" source:"berth"`
	// LaunchType makes one pool of all instances of a kind, or asks for Fargate.
	LaunchType string `yaml:"launchType" enum:"EC2 FARGATE EXTERNAL" source:"ECS RunTask"`
	// PlacementStrategy orders the instances that fit: a chain of rules, each narrowing the choice of the one before. At most 5.
	PlacementStrategy []PlacementStrategy `yaml:"placementStrategy" default:"(random)" source:"ECS RunTask"`
	// PlacementConstraints that an instance must meet. At most 10, those of the task definition included.
	PlacementConstraints []PlacementConstraint `yaml:"placementConstraints" source:"ECS RunTask"`
	// TieBreak decides among instances that the last rule leaves equal: the one launched first, or a random one.
	TieBreak string `yaml:"tieBreak" enum:"launched random" default:"launched" source:"berth"`
	// Rounding of the scores of strategies whose source rounds them: to few steps as the source does, or exact.
	Rounding string `yaml:"rounding" enum:"source exact" default:"source" source:"berth"`
	// OnNoCapacity says whether a task that fits nowhere waits or is lost.
	OnNoCapacity string `yaml:"onNoCapacity" enum:"wait reject" default:"wait" source:"berth"`
	// Queue of the tasks that wait. Jobs that wait for the same capacity have one queue and must agree on it.
	Queue Queue `yaml:"queue" source:"berth"`
	// OnInterruption says what becomes of a task whose instance, or place on Fargate Spot, is lost.
	OnInterruption *OnInterruption `yaml:"onInterruption" default:"(restart)" source:"berth"`
	// Retries is how many further attempts a task gets whose attempt was interrupted or failed. What is lost after that stays lost. As in AWS Batch at most 9: attempts are 1 to 10.
	Retries *int64 `yaml:"retries" unit:"attempts" range:"0..9" default:"(without bound)" source:"AWS Batch RetryStrategy, attempts less one"`
	// DependsOn lists what has to end successfully before tasks of the job are submitted; at most 20. Where that fails, they fail.
	DependsOn []JobDependency `yaml:"dependsOn" default:"(nothing)" source:"AWS Batch SubmitJob"`
	// ArraySize makes the job an array of so many children, which each arrival brings, or the job as a whole has where there are no arrivals.
	ArraySize *int64 `yaml:"arraySize" unit:"tasks" range:"2..10000" default:"(no array)" source:"AWS Batch ArrayProperties, size"`
	// Gang says that tasks which arrive together start together or not at all: those of one arrival, of one row of the trace, or all without arrivals. They run equally long.
	Gang bool `yaml:"gang" default:"false" source:"berth"`
	// Group is the share of the job where the queue has the order fairShare.
	Group string `yaml:"group" default:"(the name of the job)" source:"AWS Batch SubmitJob, shareIdentifier"`
	// Priority of the tasks in a queue ordered by priority, or within a share; larger goes first. Rows of a trace may state their own.
	Priority int64 `yaml:"priority" range:"-1000000..1000000" default:"0" source:"berth"`
	// Usage is the part of its reservation that a task uses. It goes before that of the task definition.
	Usage *Usage `yaml:"usage" default:"(that of the task definition)" source:"berth"`
}

// PlacementStrategy is one rule of a chain.
type PlacementStrategy struct {
	// Type of the rule.
	Type string `yaml:"type,required,open" enum:"random spread binpack first-fit best-fit worst-fit next-fit dot-product tetris l2-norm power-of-d least-allocated most-allocated balanced-allocation requested-to-capacity-ratio fgd" source:"ECS PlacementStrategy: random, spread and binpack; the others: berth"`
	// Field that the rule looks at: cpu or memory for binpack; instanceId, host or attribute:NAME for spread; a number of instances for power-of-d. Of dot-product and the strategies of Kubernetes weights, "cpu=1 memory=1 gpu=1", and of requested-to-capacity-ratio a shape before them, "0:0 100:10".
	Field string `yaml:"field,scalar" source:"ECS PlacementStrategy"`
}

// Queue is the discipline of the tasks that wait for capacity.
type Queue struct {
	// Order in which tasks are tried: by submission, by priority and then submission, or those first whose share uses least of the capacity for its weight.
	Order string `yaml:"order" enum:"fifo priority fairShare" default:"fifo" source:"berth; fairShare: AWS Batch"`
	// Blocking says what happens when the first task does not fit: the earliest that fits goes (skip), or all wait (strict).
	Blocking string `yaml:"blocking" enum:"skip strict" default:"skip" source:"berth"`
	// Backfill lets tasks overtake a first one that does not fit, as far as that does not delay it. With blocking strict. It knows how long tasks run.
	Backfill bool `yaml:"backfill" default:"false" source:"berth"`
	// FairShare gives groups of jobs their weights: one of weight 2 is entitled to twice as much as one of weight 1. In AWS Batch a weightFactor is the inverse of that. With order fairShare. Jobs of one queue that state it have to agree.
	FairShare map[string]float64 `yaml:"fairShare" range:">0..1000000" default:"(1 each)" source:"AWS Batch ShareAttributes"`
}

// Trace is a recorded, published or generated list of tasks.
type Trace struct {
	// Format of the file. Of alibaba-gpu-2023 the times are those of the list, unless the job states arrivals and duration.
	Format string `yaml:"format" enum:"csv swf alibaba-gpu-2023" default:"(required with path)" source:"berth"`
	// Path of the file, relative to the scenario's; .gz and .zst are read directly, "-" is standard input.
	Path string `yaml:"path" source:"berth"`
	// OnBadRow says whether a malformed row ends the run or is counted and left out.
	OnBadRow string `yaml:"onBadRow" enum:"error skip" default:"error" source:"berth"`
	// Memory of a task where the trace states none (swf).
	Memory *Memory `yaml:"memory" unit:"MiB" range:">0.." default:"(none)" source:"berth"`
	// Generate makes a trace instead of reading one.
	Generate *Generate `yaml:"generate" source:"berth"`
}

// Generate describes a trace that berth makes itself, from the scenario's seed.
type Generate struct {
	// Tasks in all.
	Tasks int64 `yaml:"tasks,required" unit:"tasks" range:"1..1000000000" source:"berth"`
	// Span over which they are submitted.
	Span sim.Time `yaml:"span" unit:"duration" range:">0s.." default:"1d" source:"berth"`
	// Amplitude of the daily rhythm: 0 is even, with 1 nothing comes at the quietest moment.
	Amplitude float64 `yaml:"amplitude" unit:"fraction" range:"0..1" default:"0.6" source:"berth"`
	// Peak is the time of day at which most tasks come.
	Peak TimeOfDay `yaml:"peak" unit:"HH:MM" default:"\"14:00\"" source:"berth"`
}

// TimeOfDay is the time since midnight.
type TimeOfDay sim.Time

// Hours returns t in hours since midnight, from 0 to below 24.
func (t TimeOfDay) Hours() float64 { return sim.Time(t).Seconds() / 3600 }
