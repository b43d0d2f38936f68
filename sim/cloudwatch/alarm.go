package cloudwatch

import (
	"fmt"

	"berth/sim"
)

// State is the state of an alarm. An alarm starts with INSUFFICIENT_DATA.
type State uint8

// The states of an alarm.
const (
	InsufficientData State = iota
	OK
	InAlarm
)

// String returns the state as CloudWatch writes it.
func (s State) String() string { return [...]string{"INSUFFICIENT_DATA", "OK", "ALARM"}[s] }

// Comparison says on which side of its threshold a datapoint breaches.
type Comparison string

// The comparisons, as the CloudWatch API names them.
const (
	AtOrAbove Comparison = "GreaterThanOrEqualToThreshold"
	Above     Comparison = "GreaterThanThreshold"
	Below     Comparison = "LessThanThreshold"
	AtOrBelow Comparison = "LessThanOrEqualToThreshold"
)

// MissingData says what a missing datapoint counts as, see [Alarm].
type MissingData string

// The treatments of missing data, as the CloudWatch API names them. "" is
// missing.
const (
	Missing      MissingData = "missing"
	Ignore       MissingData = "ignore"
	Breaching    MissingData = "breaching"
	NotBreaching MissingData = "notBreaching"
)

// Alarm watches one metric. At each evaluation it looks at the datapoints of its
// evaluation range. If EvaluationPeriods of them exist, the newest that exist
// decide: the state is ALARM when DatapointsToAlarm of them breach, else OK. If
// fewer exist, all of them and MissingData decide:
//
//	breaching     those that lack are breaches
//	notBreaching  those that lack are none
//	ignore        ALARM when DatapointsToAlarm breach, else OK when any does not
//	              breach, else the state stays
//	missing       likewise; but where all that exist breach and are too few, ALARM
//	              when the oldest of them is at least DatapointsToAlarm periods
//	              old, and INSUFFICIENT_DATA before that and without any datapoint
//
// Data from before an alarm was added count, as far as the metric has kept them
// for other alarms.
//
// Source: Amazon CloudWatch API, PutMetricAlarm; user guide, "Configuring how
// CloudWatch alarms treat missing data".
type Alarm struct {
	Name   string // for messages
	Metric MetricID
	// Period is the length of one datapoint of the alarm, a multiple of the
	// metric's resolution: 10, 20 or 30 s, or whole minutes. A period of several
	// datapoints of the metric slides by an evaluation interval, so that an alarm
	// of 5 minutes is evaluated each minute.
	Period            sim.Time
	Statistic         Statistic // "" is Average
	Comparison        Comparison
	Threshold         float64     // in the unit of the metric; seconds for percentiles
	EvaluationPeriods int         // how many datapoints decide, from 1; at most a day, with periods of an hour or longer seven days
	DatapointsToAlarm int         // how many of them must breach; 0 is all
	MissingData       MissingData // "" is missing
	// Acts says that the alarm has an action of Auto Scaling for its ALARM state,
	// which is repeated each minute while it lasts.
	Acts bool
	// Newest says that nobody asks for more of what the alarm looked at than
	// [CloudWatch.Newest], so that older datapoints need not be kept.
	Newest bool
}

// ExtraDatapoints are in the evaluation range besides the evaluation periods.
// AWS gives no formula, but 5 for 3 periods of one or five minutes.
const ExtraDatapoints = 2

// ActionRepeat is the time between two actions of an alarm that stays in ALARM.
//
// Source: Amazon CloudWatch user guide, "Using Amazon CloudWatch alarms".
const ActionRepeat = sim.Minute

// fast is the time between evaluations of alarms with periods below a minute.
//
// Source: Amazon CloudWatch user guide, "High-resolution alarms".
const fast = 10 * sim.Second

// treatment is a [MissingData] that has been read.
type treatment uint8

const (
	asMissing treatment = iota
	asIgnored
	asBreaching
	asNotBreaching
)

var treatments = map[MissingData]treatment{Missing: asMissing, Ignore: asIgnored, Breaching: asBreaching, NotBreaching: asNotBreaching}

// alarm is what evaluations need of an alarm, and what has become of it: in two lines
// of a cache.
type alarm struct {
	recent    recent
	limit     limit
	evaluated sim.Time // the last evaluation; before the run if there was none
	known     sim.Time // up to which evaluations change nothing, by datapoints that are put
	next      sim.Time // the next evaluation, or [sim.Never]
	acted     sim.Time // the last action
	again     sim.Time // when the action is wanted again if nothing changes
	metric    MetricID
	group     int32
	width     int32 // of its periods, in periods of the metric
	span      int32 // of its evaluation range, in its periods
	most      int32 // datapoints that decide
	enough    int32 // of them that breach
	measure   measure
	state     State
	missing   treatment
	acts      bool // see [Alarm]
	asleep    bool // the action is not wanted again if datapoints change either, see [UntilAsked]
	_         [8]byte
}

// check reads the alarm for a metric, with its defaults in place.
func (a *Alarm) check(resolution sim.Time) (m measure, err error) {
	fault := func(format string, args ...any) (measure, error) {
		return measure{}, fmt.Errorf("cloudwatch: alarm %s: "+format, append([]any{a.Name}, args...)...)
	}
	if m, err = a.Statistic.measure(); err != nil {
		return fault("%w", err)
	}
	switch a.Comparison {
	case AtOrAbove, Above, Below, AtOrBelow:
	default:
		return fault("comparisonOperator: expected %s, %s, %s or %s, found %q", AtOrAbove, Above, Below, AtOrBelow, string(a.Comparison))
	}
	switch a.MissingData {
	case "":
		a.MissingData = Missing
	case Missing, Ignore, Breaching, NotBreaching:
	default:
		return fault("treatMissingData: expected %s, %s, %s or %s, found %q", Missing, Ignore, Breaching, NotBreaching, string(a.MissingData))
	}
	if !finite(a.Threshold) {
		return fault("threshold: expected a number, found %v", a.Threshold)
	}
	switch short := a.Period == 10*sim.Second || a.Period == 20*sim.Second || a.Period == 30*sim.Second; {
	case a.Period <= 0 || a.Period%sim.Minute != 0 && !short:
		return fault("period: expected 10s, 20s, 30s or whole minutes, found %v", a.Period)
	case a.Period%resolution != 0:
		return fault("period: expected a multiple of the metric's %v, found %v", resolution, a.Period)
	}
	longest := sim.Day
	if a.Period >= sim.Hour {
		longest = 7 * sim.Day
	}
	if a.EvaluationPeriods < 1 || sim.Time(a.EvaluationPeriods) > longest/a.Period {
		return fault("evaluationPeriods: expected a number from 1 to %d, which take %v, found %d", longest/a.Period, longest, a.EvaluationPeriods)
	}
	if a.DatapointsToAlarm == 0 {
		a.DatapointsToAlarm = a.EvaluationPeriods
	}
	if a.DatapointsToAlarm < 1 || a.DatapointsToAlarm > a.EvaluationPeriods {
		return fault("datapointsToAlarm: expected a number from 1 to evaluationPeriods (%d), found %d", a.EvaluationPeriods, a.DatapointsToAlarm)
	}
	return m, nil
}

// AddAlarm adds an alarm on a metric that has been added. It is evaluated for
// the first time when the next evaluation of its group is due, which may be now.
// The error says which setting is wrong.
func (c *CloudWatch) AddAlarm(setup Alarm) (AlarmID, error) {
	m := &c.metrics[setup.Metric]
	measure, err := setup.check(m.Resolution)
	if err != nil {
		return 0, err
	}
	a := alarm{
		limit: setup.limit(), measure: measure, missing: treatments[setup.MissingData], acts: setup.Acts,
		metric: setup.Metric, width: int32(setup.Period / m.Resolution), span: int32(setup.EvaluationPeriods + ExtraDatapoints),
		most: int32(setup.EvaluationPeriods), enough: int32(setup.DatapointsToAlarm),
		evaluated: -1, known: -1, next: sim.Never,
	}
	interval := sim.Minute
	if setup.Period < interval {
		interval = max(fast, m.Resolution)
	}
	a.group = c.groupOf(interval, m.Delay)
	looked := sim.Time(a.span)
	if setup.Newest && a.remembers(m, interval) {
		looked = 1
	}
	m.reach = max(m.reach, m.Delay+interval+looked*setup.Period)
	m.samples = m.samples || measure.of == percentile

	id := AlarmID(len(c.alarms))
	m.alarms = append(m.alarms, id)
	if a.width == 1 {
		for i := m.old; i < m.end; i++ {
			if r := m.at(i); r.end != open {
				a.note(r, r.end)
			}
		}
	}
	c.alarms, c.setups = append(c.alarms, a), append(c.setups, setup)
	c.plan(id, c.groups[a.group].tickFrom(c.kernel.Now()))
	return id, nil
}

// Alarm returns an alarm as it was added, with its defaults in place.
func (c *CloudWatch) Alarm(id AlarmID) Alarm { return c.setups[id] }

// State returns the state of an alarm as of its last evaluation.
func (c *CloudWatch) State(id AlarmID) State { return c.alarms[id].state }

// Datapoints appends what an alarm looked at when it was last due for
// evaluation: the values of its statistic, oldest first, at most
// EvaluationPeriods. Missing ones are left out.
func (c *CloudWatch) Datapoints(id AlarmID, to []float64) []float64 {
	a := &c.alarms[id]
	g := &c.groups[a.group]
	at := g.tickFrom(c.kernel.Now())
	if at > c.kernel.Now() {
		at -= g.interval
	}
	return c.datapoints(a, at-g.delay, to)
}
