package scaling

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"berth/sim"
)

// Metric is a metric of CloudWatch.
type Metric struct {
	Namespace  string // "AWS/ECS"
	Name       string // "CPUUtilization"
	Dimensions []Dimension
}

// Dimension is one name and value that tell metrics of one name apart.
type Dimension struct{ Name, Value string }

// equal reports whether two metrics are the same one.
func (m *Metric) equal(o *Metric) bool {
	return m.Namespace == o.Namespace && m.Name == o.Name && slices.Equal(m.Dimensions, o.Dimensions)
}

// Statistic says how the samples of a period become one datapoint.
type Statistic string

// The statistics, as the CloudWatch API names them.
const (
	Average     Statistic = "Average"
	Sum         Statistic = "Sum"
	Minimum     Statistic = "Minimum"
	Maximum     Statistic = "Maximum"
	SampleCount Statistic = "SampleCount"
)

// Percentile reports whether it is one, written as p99 or p99.9: above 0 and up to
// 100, with at most four decimals. Alarms of steps may have one.
//
// Source: Amazon CloudWatch API, PutMetricAlarm, ExtendedStatistic.
func (s Statistic) Percentile() bool {
	number, ok := strings.CutPrefix(string(s), "p")
	_, decimals, _ := strings.Cut(number, ".")
	if !ok || len(decimals) > 4 || strings.Trim(number, "0123456789.") != "" {
		return false
	}
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && n > 0 && n <= 100
}

// Comparison says on which side of its threshold a datapoint breaches.
type Comparison string

// The comparisons, as the CloudWatch API names them.
const (
	AtOrAbove Comparison = "GreaterThanOrEqualToThreshold"
	Above     Comparison = "GreaterThanThreshold"
	Below     Comparison = "LessThanThreshold"
	AtOrBelow Comparison = "LessThanOrEqualToThreshold"
)

// breaches reports whether a value lies on the side of a threshold that is looked for.
func (c Comparison) breaches(value, threshold float64) bool {
	switch c {
	case AtOrAbove:
		return value >= threshold
	case Above:
		return value > threshold
	case Below:
		return value < threshold
	}
	return value <= threshold
}

// words returns the comparison as a part of a sentence.
func (c Comparison) words() string {
	switch c {
	case AtOrAbove:
		return "at or above"
	case Above:
		return "above"
	case Below:
		return "below"
	}
	return "at or below"
}

// MissingData says what a missing datapoint counts as.
type MissingData string

// The treatments of missing data, as the CloudWatch API names them.
const (
	Missing      MissingData = "missing"      // nothing; without any datapoint the alarm has INSUFFICIENT_DATA
	Ignore       MissingData = "ignore"       // the alarm keeps its state
	Breaching    MissingData = "breaching"    // a breach
	NotBreaching MissingData = "notBreaching" // none
)

// Alarm is the CloudWatch alarm that a policy wants. It is a wish only: the
// evaluation of datapoints is the business of others, who show the policy what
// became of it as a [Signal].
type Alarm struct {
	Name              string // unique within its [Target]
	Metric            Metric
	Statistic         Statistic // "" is Average
	Comparison        Comparison
	Threshold         float64     // in the unit of the metric
	Period            sim.Time    // of one datapoint: 10 s, 20 s, 30 s or whole minutes
	EvaluationPeriods int         // how many datapoints are looked at, from 1
	DatapointsToAlarm int         // how many of them must breach; 0 is all
	MissingData       MissingData // "" is missing
}

// complete returns the alarm with its defaults in place.
func (a Alarm) complete(name string) Alarm {
	if a.Name == "" {
		a.Name = name
	}
	if a.Statistic == "" {
		a.Statistic = Average
	}
	if a.DatapointsToAlarm == 0 {
		a.DatapointsToAlarm = a.EvaluationPeriods
	}
	if a.MissingData == "" {
		a.MissingData = Missing
	}
	return a
}

// Problems returns what is wrong with the alarm.
//
// Source: Amazon CloudWatch API, PutMetricAlarm.
func (a *Alarm) Problems() []Problem {
	var p problems
	if a.Metric.Name == "" {
		p.add("metricName", "expected the name of a metric")
	}
	if !a.Statistic.Percentile() {
		oneOf(&p, "statistic", a.Statistic, "", Average, Sum, Minimum, Maximum, SampleCount)
	}
	oneOf(&p, "comparisonOperator", a.Comparison, AtOrAbove, Above, Below, AtOrBelow)
	oneOf(&p, "treatMissingData", a.MissingData, "", Missing, Ignore, Breaching, NotBreaching)
	if math.IsNaN(a.Threshold) || math.IsInf(a.Threshold, 0) {
		p.add("threshold", "expected a number, found %v", a.Threshold)
	}
	if short := a.Period == 10*sim.Second || a.Period == 20*sim.Second || a.Period == 30*sim.Second; !short && (a.Period <= 0 || a.Period%sim.Minute != 0) {
		p.add("period", "expected 10s, 20s, 30s or whole minutes, found %v", a.Period)
	}
	if a.EvaluationPeriods < 1 {
		p.add("evaluationPeriods", "expected a number from 1 on, found %d", a.EvaluationPeriods)
	}
	if a.DatapointsToAlarm < 0 || a.DatapointsToAlarm > max(1, a.EvaluationPeriods) {
		p.add("datapointsToAlarm", "expected a number from 1 to evaluationPeriods (%d), found %d", a.EvaluationPeriods, a.DatapointsToAlarm)
	}
	return p
}

// State is the state of an alarm. The zero value is that of an alarm that has
// not been evaluated yet.
type State uint8

// The states of an alarm.
const (
	InsufficientData State = iota
	OK
	InAlarm
)

// String returns the state as CloudWatch writes it.
func (s State) String() string { return [...]string{"INSUFFICIENT_DATA", "OK", "ALARM"}[s] }

// Signal is what a policy is shown of one of its alarms.
type Signal struct {
	State State
	// Datapoints are those of the alarm's evaluation periods that exist, oldest
	// first, in the unit of the metric. The policy reads them only, and keeps
	// nothing.
	Datapoints []float64
	// Capacity is how many tasks the newest datapoint is the mean of: those that
	// ran in its period, on average. 0 where that is not known.
	Capacity float64
}

// newest returns the newest datapoint, and whether there is any.
func (s *Signal) newest() (float64, bool) {
	if n := len(s.Datapoints); n > 0 && !math.IsNaN(s.Datapoints[n-1]) {
		return s.Datapoints[n-1], true
	}
	return 0, false
}

// aggregate returns the datapoints in one number, and whether there is any.
func (s *Signal) aggregate(by Statistic) (float64, bool) {
	n, total := 0, 0.0
	for _, v := range s.Datapoints {
		switch {
		case math.IsNaN(v):
			continue
		case n == 0:
			total = v
		case by == Minimum:
			total = min(total, v)
		case by == Maximum:
			total = max(total, v)
		default:
			total += v
		}
		n++
	}
	if n > 0 && (by == Average || by == "") {
		total /= float64(n)
	}
	return total, n > 0
}

// oneOf adds a problem when a name is none of those there are.
func oneOf[T ~string](p *problems, path string, name T, names ...T) {
	if slices.Contains(names, name) {
		return
	}
	var list []string
	for _, n := range names {
		if n != "" {
			list = append(list, string(n))
		}
	}
	p.add(path, "expected %s, found %q", strings.Join(list, ", "), string(name))
}
