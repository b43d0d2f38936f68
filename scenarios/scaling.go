package scenarios

import (
	"time"

	"berth/internal/zones"
	"berth/scaling"
	"berth/sim"
)

// Scaling is how Application Auto Scaling moves the desired count of a service
// between two bounds.
type Scaling struct {
	// MinCapacity is the least number of tasks that scaling asks for.
	MinCapacity int64 `yaml:"minCapacity,required" unit:"tasks" range:"0..1000000" source:"Application Auto Scaling RegisterScalableTarget"`
	// MaxCapacity is the largest number of tasks that scaling asks for.
	MaxCapacity int64 `yaml:"maxCapacity,required" unit:"tasks" range:"0..1000000" source:"Application Auto Scaling RegisterScalableTarget"`
	// TargetTracking policies keep a metric at a value.
	TargetTracking []*TargetTracking `yaml:"targetTracking" source:"Application Auto Scaling PutScalingPolicy, TargetTrackingScaling"`
	// StepScaling policies add and remove the more, the further a metric is off a threshold.
	StepScaling []*StepScaling `yaml:"stepScaling" source:"Application Auto Scaling PutScalingPolicy, StepScaling"`
	// PredictiveScaling policies provide tasks for what they forecast from the run's own load, from a day after its start on. At most one may scale.
	PredictiveScaling []*PredictiveScaling `yaml:"predictiveScaling" source:"Application Auto Scaling PutScalingPolicy, PredictiveScaling"`
	// Scheduled actions move the bounds at given times.
	Scheduled []*ScheduledAction `yaml:"scheduled" source:"Application Auto Scaling PutScheduledAction"`
	// ScheduledActions is AWS's name of scheduled; one of the two.
	ScheduledActions []*ScheduledAction `yaml:"scheduledActions" source:"Application Auto Scaling DescribeScheduledActions"`
	// SuspendedState says which activities rest.
	SuspendedState SuspendedState `yaml:"suspendedState" source:"Application Auto Scaling SuspendedState"`
}

// TargetTracking is a policy that keeps a metric at a value, as a thermostat
// does.
type TargetTracking struct {
	// Name of the policy.
	Name string `yaml:"name" default:"(required, or policyName)" source:"Application Auto Scaling PutScalingPolicy, PolicyName"`
	// PolicyName is AWS's name of name.
	PolicyName string `yaml:"policyName" source:"Application Auto Scaling PutScalingPolicy"`
	// PredefinedMetricType names the metric, without a specification around it.
	PredefinedMetricType string `yaml:"predefinedMetricType" enum:"ECSServiceAverageCPUUtilization ECSServiceAverageMemoryUtilization ECSServiceAverageCPUUtilizationHighResolution ECSServiceAverageMemoryUtilizationHighResolution ALBRequestCountPerTarget" default:"(required, or predefinedMetricSpecification or customizedMetricSpecification)" source:"Application Auto Scaling PredefinedMetricSpecification"`
	// PredefinedMetricSpecification is AWS's longer shape of it.
	PredefinedMetricSpecification *PredefinedMetricSpecification `yaml:"predefinedMetricSpecification" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
	// CustomizedMetricSpecification names any other metric that is published. It must fall when tasks are added, in proportion.
	CustomizedMetricSpecification *CustomizedMetricSpecification `yaml:"customizedMetricSpecification" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
	// TargetValue at which the metric is kept: percent of what is reserved, of ALBRequestCountPerTarget requests per minute and task.
	TargetValue float64 `yaml:"targetValue,required" unit:"that of the metric" range:">0..1000000000000" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
	// ScaleOutCooldown is how long after a scale-out only a larger one follows.
	ScaleOutCooldown sim.Time `yaml:"scaleOutCooldown" unit:"seconds" range:"0s.." default:"300s" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
	// ScaleInCooldown is how long after a scale-in none follows.
	ScaleInCooldown sim.Time `yaml:"scaleInCooldown" unit:"seconds" range:"0s.." default:"300s" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
	// DisableScaleIn says whether the policy scales out only.
	DisableScaleIn bool `yaml:"disableScaleIn" default:"false" source:"Application Auto Scaling TargetTrackingScalingPolicyConfiguration"`
}

// PredefinedMetricSpecification names a metric that target tracking knows.
type PredefinedMetricSpecification struct {
	// PredefinedMetricType names the metric.
	PredefinedMetricType string `yaml:"predefinedMetricType,required" enum:"ECSServiceAverageCPUUtilization ECSServiceAverageMemoryUtilization ECSServiceAverageCPUUtilizationHighResolution ECSServiceAverageMemoryUtilizationHighResolution ALBRequestCountPerTarget" source:"Application Auto Scaling PredefinedMetricSpecification"`
}

// CustomizedMetricSpecification names a metric that is published: of the service, or
// of the one that a dimension names.
type CustomizedMetricSpecification struct {
	// Namespace of the metric; Berth of those that AWS does not have.
	Namespace string `yaml:"namespace" enum:"AWS/ECS AWS/ApplicationELB ECS/ContainerInsights Berth" default:"(that of the metric)" source:"Application Auto Scaling CustomizedMetricSpecification"`
	// MetricName of the metric: percent of what is reserved, of TargetResponseTime seconds, of RequestCount requests per minute, of Backlog and BacklogPerTask requests that wait when the minute ends.
	MetricName string `yaml:"metricName,required" source:"Application Auto Scaling CustomizedMetricSpecification"`
	// Dimensions of the metric. ServiceName names the service whose metric it is.
	Dimensions []MetricDimension `yaml:"dimensions" default:"(the service itself)" source:"Application Auto Scaling CustomizedMetricSpecification"`
	// Statistic that makes a datapoint of the samples of a minute.
	Statistic string `yaml:"statistic,required" enum:"Average Sum Minimum Maximum SampleCount" source:"Application Auto Scaling CustomizedMetricSpecification"`
}

// MetricDimension is a name and a value that tell metrics of one name apart.
type MetricDimension struct {
	// Name of the dimension.
	Name string `yaml:"name,required" enum:"ServiceName ClusterName" source:"CloudWatch Dimension"`
	// Value of the dimension: of ServiceName a service of the scenario with a load.
	Value string `yaml:"value,required" source:"CloudWatch Dimension"`
}

// serviceName is the dimension that names the service of a metric.
const serviceName = "ServiceName"

func dimensions(of []MetricDimension) (all []scaling.Dimension) {
	for _, d := range of {
		all = append(all, scaling.Dimension{Name: d.Name, Value: d.Value})
	}
	return all
}

// PredictiveScaling is a policy that provides tasks before the hours for which it
// expects load. It never takes any away.
type PredictiveScaling struct {
	// Name of the policy.
	Name string `yaml:"name" default:"(required, or policyName)" source:"Application Auto Scaling PutScalingPolicy, PolicyName"`
	// PolicyName is AWS's name of name.
	PolicyName string `yaml:"policyName" source:"Application Auto Scaling PutScalingPolicy"`
	// PredefinedMetricType names the pair of metrics: the load that is forecast, and what of it a task is to carry.
	PredefinedMetricType string `yaml:"predefinedMetricType,required" enum:"ECSServiceCPUUtilization ALBRequestCount" source:"Application Auto Scaling PredictiveScalingPredefinedMetricPairSpecification"`
	// TargetValue is what a task is to carry: percent of the CPU that is reserved for it, of ALBRequestCount requests per minute.
	TargetValue float64 `yaml:"targetValue,required" unit:"that of the metric" range:">0..1000000000000" source:"Application Auto Scaling PredictiveScalingMetricSpecification"`
	// Mode says whether forecasts have an effect. ForecastOnly is to look at them: nothing is scaled.
	Mode string `yaml:"mode" enum:"ForecastOnly ForecastAndScale" default:"ForecastOnly" source:"Application Auto Scaling PredictiveScalingPolicyConfiguration"`
	// SchedulingBufferTime is how long before an hour its tasks are provided.
	SchedulingBufferTime sim.Time `yaml:"schedulingBufferTime" unit:"seconds" range:"0s..1h" default:"300s" source:"Application Auto Scaling PredictiveScalingPolicyConfiguration"`
	// MaxCapacityBreachBehavior says what happens when more is forecast than maxCapacity: it holds, or it is raised.
	MaxCapacityBreachBehavior string `yaml:"maxCapacityBreachBehavior" enum:"HonorMaxCapacity IncreaseMaxCapacity" default:"HonorMaxCapacity" source:"Application Auto Scaling PredictiveScalingPolicyConfiguration"`
	// MaxCapacityBuffer is how far maxCapacity is raised above what is forecast, with IncreaseMaxCapacity.
	MaxCapacityBuffer int64 `yaml:"maxCapacityBuffer" unit:"percent" range:"0..100" default:"0" source:"Application Auto Scaling PredictiveScalingPolicyConfiguration"`
}

func (p *PredictiveScaling) policy() *scaling.Predictive {
	return &scaling.Predictive{
		Name: p.Name, Target: p.TargetValue, Mode: scaling.Mode(p.Mode), SchedulingBuffer: p.SchedulingBufferTime,
		Breach: scaling.Breach(p.MaxCapacityBreachBehavior), MaxCapacityBuffer: int(p.MaxCapacityBuffer),
	}
}

// StepScaling is a policy that changes the number of tasks the more, the further
// a metric has gone beyond the threshold of an alarm.
type StepScaling struct {
	// Name of the policy.
	Name string `yaml:"name" default:"(required, or policyName)" source:"Application Auto Scaling PutScalingPolicy, PolicyName"`
	// PolicyName is AWS's name of name.
	PolicyName string `yaml:"policyName" source:"Application Auto Scaling PutScalingPolicy"`
	// AdjustmentType says what the number of a step means: so many more or fewer tasks, so many tasks, or so many percent more or fewer.
	AdjustmentType string `yaml:"adjustmentType,required" enum:"ChangeInCapacity ExactCapacity PercentChangeInCapacity" source:"Application Auto Scaling StepScalingPolicyConfiguration"`
	// MetricAggregationType says how the datapoints of the alarm become one value.
	MetricAggregationType string `yaml:"metricAggregationType" enum:"Average Minimum Maximum" default:"Average" source:"Application Auto Scaling StepScalingPolicyConfiguration"`
	// MinAdjustmentMagnitude is the least change of PercentChangeInCapacity.
	MinAdjustmentMagnitude *int64 `yaml:"minAdjustmentMagnitude" unit:"tasks" range:"1..1000000" default:"(none)" source:"Application Auto Scaling StepScalingPolicyConfiguration"`
	// Cooldown is how long after a scaling activity only a larger scale-out follows.
	Cooldown sim.Time `yaml:"cooldown" unit:"seconds" range:"0s.." default:"300s" source:"Application Auto Scaling StepScalingPolicyConfiguration"`
	// Alarm that sets the policy off.
	Alarm Alarm `yaml:"alarm,required" source:"CloudWatch PutMetricAlarm"`
	// StepAdjustments say what to do by how far the metric is off the threshold of the alarm. Together they leave no gap; at most 20.
	StepAdjustments []StepAdjustment `yaml:"stepAdjustments,required" source:"Application Auto Scaling StepAdjustment"`
}

// Alarm is a CloudWatch alarm on a metric of the service.
type Alarm struct {
	// AlarmName of the alarm.
	AlarmName string `yaml:"alarmName" default:"(that of the policy)" source:"CloudWatch PutMetricAlarm"`
	// Namespace of the metric; Berth of those that AWS does not have.
	Namespace string `yaml:"namespace" enum:"AWS/ECS AWS/ApplicationELB ECS/ContainerInsights Berth" default:"(that of the metric)" source:"CloudWatch PutMetricAlarm"`
	// MetricName of the metric: percent of what is reserved, of TargetResponseTime seconds, of RequestCount requests per period, of Backlog and BacklogPerTask requests that wait when a minute ends.
	MetricName string `yaml:"metricName,required" source:"CloudWatch PutMetricAlarm"`
	// Dimensions of the metric. ServiceName names the service whose metric it is.
	Dimensions []MetricDimension `yaml:"dimensions" default:"(the service itself)" source:"CloudWatch PutMetricAlarm"`
	// Statistic that makes a datapoint of the samples of a period.
	Statistic string `yaml:"statistic" enum:"Average Sum Minimum Maximum SampleCount" default:"Average" source:"CloudWatch PutMetricAlarm"`
	// ExtendedStatistic is a percentile in place of statistic: p99 or p99.9, of TargetResponseTime.
	ExtendedStatistic string `yaml:"extendedStatistic" default:"(none)" source:"CloudWatch PutMetricAlarm"`
	// ComparisonOperator says on which side of the threshold a datapoint breaches.
	ComparisonOperator string `yaml:"comparisonOperator,required" enum:"GreaterThanOrEqualToThreshold GreaterThanThreshold LessThanThreshold LessThanOrEqualToThreshold" source:"CloudWatch PutMetricAlarm"`
	// Threshold with which datapoints are compared.
	Threshold float64 `yaml:"threshold,required" unit:"that of the metric" source:"CloudWatch PutMetricAlarm"`
	// Period of a datapoint: whole minutes; of CPUUtilization and MemoryUtilization 20s too.
	Period sim.Time `yaml:"period" unit:"seconds" range:">0s.." default:"60s" source:"CloudWatch PutMetricAlarm"`
	// EvaluationPeriods is how many datapoints are looked at.
	EvaluationPeriods int64 `yaml:"evaluationPeriods,required" range:"1..100000" source:"CloudWatch PutMetricAlarm"`
	// DatapointsToAlarm is how many of them have to breach.
	DatapointsToAlarm *int64 `yaml:"datapointsToAlarm" range:"1..100000" default:"(evaluationPeriods)" source:"CloudWatch PutMetricAlarm"`
	// TreatMissingData says what a missing datapoint counts as.
	TreatMissingData string `yaml:"treatMissingData" enum:"missing ignore breaching notBreaching" default:"missing" source:"CloudWatch PutMetricAlarm"`
}

// StepAdjustment is what a step policy does while the metric is between two
// bounds, which are relative to the threshold of the alarm.
type StepAdjustment struct {
	// MetricIntervalLowerBound of the step.
	MetricIntervalLowerBound *float64 `yaml:"metricIntervalLowerBound" unit:"that of the metric" default:"(unbounded)" source:"Application Auto Scaling StepAdjustment"`
	// MetricIntervalUpperBound of the step.
	MetricIntervalUpperBound *float64 `yaml:"metricIntervalUpperBound" unit:"that of the metric" default:"(unbounded)" source:"Application Auto Scaling StepAdjustment"`
	// ScalingAdjustment is the number of tasks or percent, by the policy's adjustmentType.
	ScalingAdjustment int64 `yaml:"scalingAdjustment,required" range:"-1000000..1000000" source:"Application Auto Scaling StepAdjustment"`
}

// ScheduledAction sets the bounds at the times of a schedule. They stay until
// something else sets them.
type ScheduledAction struct {
	// Name of the action.
	Name string `yaml:"name" default:"(required, or scheduledActionName)" source:"Application Auto Scaling PutScheduledAction, ScheduledActionName"`
	// ScheduledActionName is AWS's name of name.
	ScheduledActionName string `yaml:"scheduledActionName" source:"Application Auto Scaling PutScheduledAction"`
	// Schedule of the action: at(2026-03-05T17:00:00), rate(5 minutes) or cron(0 9 ? * MON-FRI *).
	Schedule string `yaml:"schedule,required" source:"Application Auto Scaling PutScheduledAction"`
	// Timezone of the times in at and cron: a name of the IANA time zone database.
	Timezone string `yaml:"timezone" default:"UTC" source:"Application Auto Scaling PutScheduledAction"`
	// MinCapacity that is set.
	MinCapacity *int64 `yaml:"minCapacity" unit:"tasks" range:"0..1000000" default:"(left as it is)" source:"Application Auto Scaling ScalableTargetAction"`
	// MaxCapacity that is set.
	MaxCapacity *int64 `yaml:"maxCapacity" unit:"tasks" range:"0..1000000" default:"(left as it is)" source:"Application Auto Scaling ScalableTargetAction"`
	// ScalableTargetAction is AWS's longer shape of the two.
	ScalableTargetAction *ScalableTargetAction `yaml:"scalableTargetAction" source:"Application Auto Scaling PutScheduledAction"`
	// StartTime at which the action happens for the first time, whatever its schedule says.
	StartTime *time.Time `yaml:"startTime" unit:"RFC 3339" default:"(the start of the run)" source:"Application Auto Scaling PutScheduledAction"`
	// EndTime after which nothing happens.
	EndTime *time.Time `yaml:"endTime" unit:"RFC 3339" default:"(none)" source:"Application Auto Scaling PutScheduledAction"`
}

// ScalableTargetAction is the bounds that a scheduled action sets.
type ScalableTargetAction struct {
	// MinCapacity that is set.
	MinCapacity *int64 `yaml:"minCapacity" unit:"tasks" range:"0..1000000" default:"(left as it is)" source:"Application Auto Scaling ScalableTargetAction"`
	// MaxCapacity that is set.
	MaxCapacity *int64 `yaml:"maxCapacity" unit:"tasks" range:"0..1000000" default:"(left as it is)" source:"Application Auto Scaling ScalableTargetAction"`
}

// SuspendedState says which activities of scaling rest.
type SuspendedState struct {
	// DynamicScalingInSuspended says whether policies remove no tasks.
	DynamicScalingInSuspended bool `yaml:"dynamicScalingInSuspended" default:"false" source:"Application Auto Scaling SuspendedState"`
	// DynamicScalingOutSuspended says whether policies add no tasks.
	DynamicScalingOutSuspended bool `yaml:"dynamicScalingOutSuspended" default:"false" source:"Application Auto Scaling SuspendedState"`
	// ScheduledScalingSuspended says whether scheduled actions do nothing.
	ScheduledScalingSuspended bool `yaml:"scheduledScalingSuspended" default:"false" source:"Application Auto Scaling SuspendedState"`
}

// Actions returns the scheduled actions, under whichever name they are stated.
func (s *Scaling) Actions() []*ScheduledAction {
	if len(s.Scheduled) == 0 {
		return s.ScheduledActions
	}
	return s.Scheduled
}

// config returns what package scaling takes, for a run that starts at the given
// time: the target tracking policies, then those of steps, the predictive ones and
// the scheduled actions, each in the order of the document. A schedule that cannot be read is
// nil; the checks have refused it.
func (s *Scaling) config(start time.Time) scaling.Config {
	c := scaling.Config{
		MinCapacity: int(s.MinCapacity), MaxCapacity: int(s.MaxCapacity), Start: start,
		Suspended: scaling.SuspendedState{
			DynamicScalingIn:  s.SuspendedState.DynamicScalingInSuspended,
			DynamicScalingOut: s.SuspendedState.DynamicScalingOutSuspended,
			ScheduledScaling:  s.SuspendedState.ScheduledScalingSuspended,
		},
	}
	for _, p := range s.TargetTracking {
		c.Policies = append(c.Policies, p.policy())
	}
	for _, p := range s.StepScaling {
		c.Policies = append(c.Policies, p.policy())
	}
	for _, p := range s.PredictiveScaling {
		c.Predictive = append(c.Predictive, p.policy())
	}
	for _, a := range s.Actions() {
		c.Scheduled = append(c.Scheduled, a.action())
	}
	return c
}

func (p *TargetTracking) policy() *scaling.TargetTracking {
	of := &scaling.TargetTracking{
		Name: p.Name, Predefined: p.Metric(), Target: p.TargetValue,
		ScaleOutCooldown: p.ScaleOutCooldown, ScaleInCooldown: p.ScaleInCooldown, DisableScaleIn: p.DisableScaleIn,
	}
	if m := p.CustomizedMetricSpecification; m != nil {
		of.Customized = scaling.Metric{Namespace: namespace(m.MetricName), Name: m.MetricName, Dimensions: dimensions(m.Dimensions)}
		of.Statistic = scaling.Statistic(m.Statistic)
	}
	return of
}

// Metric names the metric of the policy, in whichever shape it is stated.
func (p *TargetTracking) Metric() string {
	if p.PredefinedMetricSpecification != nil {
		return p.PredefinedMetricSpecification.PredefinedMetricType
	}
	return p.PredefinedMetricType
}

func (p *StepScaling) policy() *scaling.StepScaling {
	of := &scaling.StepScaling{
		Name: p.Name, AdjustmentType: scaling.AdjustmentType(p.AdjustmentType), Cooldown: p.Cooldown,
		Aggregation: scaling.Statistic(p.MetricAggregationType), Alarm: p.Alarm.alarm(),
	}
	if p.MinAdjustmentMagnitude != nil {
		of.MinAdjustmentMagnitude = int(*p.MinAdjustmentMagnitude)
	}
	for _, step := range p.StepAdjustments {
		of.Steps = append(of.Steps, scaling.StepAdjustment{Lower: step.MetricIntervalLowerBound, Upper: step.MetricIntervalUpperBound, Adjustment: int(step.ScalingAdjustment)})
	}
	return of
}

// namespace returns the namespace of a metric, "" of one that nothing publishes.
func namespace(metric string) string {
	if m, ok := publishedMetric(metric); ok {
		return metricsOf[m].namespace
	}
	return ""
}

func (a *Alarm) alarm() scaling.Alarm {
	of := scaling.Alarm{
		Name: a.AlarmName, Metric: scaling.Metric{Namespace: namespace(a.MetricName), Name: a.MetricName, Dimensions: dimensions(a.Dimensions)}, Statistic: scaling.Statistic(a.Statistic),
		Comparison: scaling.Comparison(a.ComparisonOperator), Threshold: a.Threshold, Period: a.Period,
		EvaluationPeriods: int(a.EvaluationPeriods), MissingData: scaling.MissingData(a.TreatMissingData),
	}
	if a.ExtendedStatistic != "" {
		of.Statistic = scaling.Statistic(a.ExtendedStatistic)
	}
	if a.DatapointsToAlarm != nil {
		of.DatapointsToAlarm = int(*a.DatapointsToAlarm)
	}
	return of
}

func (a *ScheduledAction) action() scaling.ScheduledAction {
	of := scaling.ScheduledAction{Name: a.Name, MinCapacity: count(a.MinCapacity), MaxCapacity: count(a.MaxCapacity)}
	if to := a.ScalableTargetAction; to != nil {
		of.MinCapacity, of.MaxCapacity = count(to.MinCapacity), count(to.MaxCapacity)
	}
	if zone, err := zones.Load(a.Timezone); err == nil {
		if schedule, err := scaling.ParseSchedule(a.Schedule, zone); err == nil {
			of.Schedule = schedule
		}
	}
	if a.StartTime != nil {
		of.Start = *a.StartTime
	}
	if a.EndTime != nil {
		of.End = *a.EndTime
	}
	return of
}

func count(n *int64) *int {
	if n == nil {
		return nil
	}
	tasks := int(*n)
	return &tasks
}
