// Package scaling decides how many tasks a service should have, as Application
// Auto Scaling does.
//
// Most callers make a [Target] with [New] and ask it:
//
//   - [Target.Alarms] says which CloudWatch alarms its policies want. Somebody
//     else evaluates them; [Target.Evaluate] takes their states and datapoints
//     and returns the [Activity]: the desired count, and why.
//   - [Target.NextScheduled] and [Target.RunScheduled] run the scheduled actions.
//   - [Target.NextPredicted] and [Target.RunPredicted] follow a forecast.
//
// A [Policy] is a function from what it observes to what it asks for, with the
// reason. Bounds, cooldowns and the agreement of several policies are kept once,
// around all of them, in the target. Time is always an argument.
//
//	policy            asks for
//	TargetTracking    ceil(capacity × metric / target), of the capacity that was measured
//	StepScaling       more or less, the further the metric is off a threshold
//	Predictive        ceil(load expected for the hour / target)
//	ScheduledAction   nothing: it moves the bounds
//
// [ManagedScaling] is that of ECS capacity providers: [ManagedScaling.Reserve] works
// out CapacityProviderReservation, and [ManagedScaling.Decide] what becomes of the
// desired capacity of the Auto Scaling group.
//
// [ParseSchedule] reads AWS's at(…), rate(…) and cron(…), with time zones.
//
// Zones come with the caller, as a *time.Location: this package never asks the
// host for one.
//
// # Where AWS is silent
//
// These are choices of berth:
//
//   - Target tracking scales in by the formula by which it scales out, one step
//     per cooldown, and computes with the newest datapoint and the tasks that it
//     is the mean of, [Signal].
//   - With datapoints of 20 s its alarms want 3 above the target and 45 (15
//     minutes) below 0.9 of it.
//   - Step scaling aggregates the datapoints of its alarm's evaluation periods.
//   - In a scale-out cooldown a policy computes from the capacity from which the
//     cooldown's first activity started. A larger scale-out that goes through
//     starts the cooldown anew but leaves that capacity. The cooldown is the
//     policy's own; that of a scale-in holds for all policies.
//   - A scale-out that is held up, by a cooldown, a bound or a suspension, still
//     keeps other policies from scaling in.
//   - A local time that the clocks skip is passed over, and one that they repeat
//     counts once ([DaylightSaving]). So cron(0/30 * * * ? *) rests during the
//     second of two equal hours.
//   - In cron, ranges may go past the end of their field (20-2, FRI-MON), and
//     what stands between commas may be any form that the field knows. nW with a
//     day that a month does not have takes no day of it.
//   - The model of forecasts, see [Predictive.Forecast].
//
// # What it leaves out
//
// Alarms on expressions of several metrics, the form of cron with seconds, and
// Auto Scaling groups, whose step policies have a warm-up instead of a cooldown
// and whose schedules are of five fields.
package scaling
