package cloudwatch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Statistics are the samples of one period, as CloudWatch keeps them: a
// statistic set. Without samples it is no datapoint.
type Statistics struct {
	Count         int64   // of samples
	Sum, Min, Max float64 // in the unit of the metric
	// Latencies are the samples themselves where the metric is a latency, in
	// seconds, and percentiles of it are wanted; else nil. What is put is
	// copied.
	Latencies *Sketch
}

// Sample returns the statistics of one sample.
func Sample(value float64) Statistics {
	return Statistics{Count: 1, Sum: value, Min: value, Max: value}
}

// Average returns the mean of the samples; there must be some.
func (s *Statistics) Average() float64 { return s.Sum / float64(s.Count) }

// add adds the samples of other periods, times over.
func (s *Statistics) add(o *Statistics, times int64) {
	if s.Count == 0 {
		s.Min, s.Max = o.Min, o.Max
	}
	s.Count += times * o.Count
	s.Sum += float64(float64(times) * o.Sum)
	s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
}

// Statistic says which number of a period's samples an alarm looks at: one of
// the named ones, or a percentile written as p99 or p99.9, above 0 and up to 100
// with at most four decimals.
//
// Source: Amazon CloudWatch API, PutMetricAlarm, Statistic and
// ExtendedStatistic.
type Statistic string

// The statistics with a name. "" is Average.
const (
	Average     Statistic = "Average"
	Sum         Statistic = "Sum"
	Minimum     Statistic = "Minimum"
	Maximum     Statistic = "Maximum"
	SampleCount Statistic = "SampleCount"
)

// measure is a [Statistic] that has been read.
type measure struct {
	of         named
	millionths uint32 // of a percentile: p99 is 990,000; else 0
}

// named is one of the statistics with a name, or a percentile.
type named uint8

const (
	average named = iota
	sum
	minimum
	maximum
	sampleCount
	percentile
)

// measure reads a statistic.
func (s Statistic) measure() (measure, error) {
	switch s {
	case "", Average:
		return measure{of: average}, nil
	case Sum:
		return measure{of: sum}, nil
	case Minimum:
		return measure{of: minimum}, nil
	case Maximum:
		return measure{of: maximum}, nil
	case SampleCount:
		return measure{of: sampleCount}, nil
	}
	number, isPercentile := strings.CutPrefix(string(s), "p")
	whole, decimals, _ := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole+decimals+strings.Repeat("0", max(0, 4-len(decimals))), 10, 32)
	if !isPercentile || err != nil || len(decimals) > 4 || n == 0 || n > 1_000_000 {
		return measure{}, fmt.Errorf("statistic: expected Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99.9, found %q", string(s))
	}
	return measure{of: percentile, millionths: uint32(n)}, nil
}

// one returns the statistic of a window that one steady set fills, so many
// times over.
func (m measure) one(s *Statistics, times int64) float64 {
	switch m.of {
	case percentile:
		return s.percentile(uint64(m.millionths))
	case average:
		return s.Average() // and not through a product, which rounds
	case sum:
		return float64(times) * s.Sum
	case minimum:
		return s.Min
	case maximum:
		return s.Max
	}
	return float64(times * s.Count)
}

// percentile returns a percentile in seconds. Where the samples were not put,
// the largest stands in for them: an alarm on what is unknown errs that way.
func (s *Statistics) percentile(millionths uint64) float64 {
	if s.Latencies == nil || s.Latencies.Count() == 0 {
		return s.Max
	}
	return s.Latencies.quantile(millionths).Seconds()
}

// check panics on what cannot be a set of statistics.
func (s *Statistics) check(name string) {
	if s.Count < 0 || s.Sum-s.Sum != 0 || s.Min-s.Min != 0 || s.Max-s.Max != 0 { // not finite
		panic(fmt.Sprintf("cloudwatch: %s: no statistics: %+v", name, *s))
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
