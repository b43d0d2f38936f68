// Package cloudwatch is Amazon CloudWatch as far as scaling goes: metrics of
// one datapoint per period, alarms that look at the last few of them, and the
// time that passes between a load and the moment an alarm acts on it.
//
// A publisher adds a metric, [CloudWatch.AddMetric], and puts one set of
// [Statistics] per period, or says that the metric is steady from a period on,
// [CloudWatch.PutSteady]. An [Alarm] is plain data; [CloudWatch.AddAlarm] has it
// watched. Every [Observer] is told of changes of state and of actions, with the
// datapoints that caused them, see [Cause].
//
// # Time
//
// Periods begin at whole multiples of their length since the start of the run.
// A datapoint becomes visible a publication delay after the end of its period.
// An alarm is evaluated each minute, one of a period below a minute every 10 s
// or with each new datapoint if these come more slowly, at the instant at which
// a datapoint that ends a whole interval becomes visible. So what an alarm does
// at an instant follows from all that happened up to the delay before it, and
// from nothing after.
//
// Publishers put in [sim.Observing] or before. Alarms are evaluated in
// [sim.Scaling], those of one delay and interval in one event, all of them
// before any observer is told. The events are background: alarms keep no run
// going.
//
// # Work follows change
//
// While a metric is steady the datapoints to come are known. An alarm on it is
// evaluated when its state changes or its action is due and not in between, and
// once all that it looks at is the steady value, never. The outcome is the same
// as that of an evaluation each minute. An action that would be repeated without
// end need not cost an event a minute either, see [Observer].
//
// Of datapoints that differ an alarm keeps a bit each, so that an evaluation counts
// bits. No evaluation is planned for one with which the state stays.
//
// # Where AWS is silent
//
// These are choices of berth:
//
//   - How long publication and evaluation take: [StandardDelay] and
//     [HighResolutionDelay] are calibrated with published reaction times.
//   - The evaluation range holds [ExtraDatapoints] more than the evaluation
//     periods, whatever these are. It ends with the newest period that can be
//     visible, so that the delay alone makes no datapoint a missing one.
//   - An alarm of 20 s periods is evaluated every 20 s where its metric has a
//     datapoint every 20 s.
//   - An alarm that waits, as one breaching datapoint alone would be premature,
//     has INSUFFICIENT_DATA: so an older edition of the user guide.
//
// Left out: expressions over several metrics, anomaly detection, composite
// alarms, percentiles that are not evaluated for want of samples, and the
// removal of metrics and alarms.
package cloudwatch
