package main

import (
	"fmt"
	"strconv"
	"strings"

	"berth/report"
)

// met returns an [unmet] with every expectation that does not hold, nil if all
// do. Of an interrupted run nothing is expected.
func met(all []report.Summary) error {
	var failed []string
	for _, s := range all {
		for _, e := range s.Expectations {
			if s.Complete && !e.Holds {
				failed = append(failed, failure(s, e))
			}
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return unmet{failed}
}

func failure(s report.Summary, e report.Expectation) string {
	var b strings.Builder
	b.WriteString("expectation does not hold: ")
	if s.Variant != "" {
		b.WriteString(s.Variant + ": ")
	}
	value := "none"
	if e.Value != nil {
		value = number(*e.Value)
	}
	fmt.Fprintf(&b, "%s is %s", e.Metric, value)
	if e.Min != nil {
		b.WriteString(", min " + number(*e.Min))
	}
	if e.Max != nil {
		b.WriteString(", max " + number(*e.Max))
	}
	return b.String()
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }
