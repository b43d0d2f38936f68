package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Metric returns the number at a dotted path of the summary: "cost.total",
// "jobs.etl.pendingSeconds.p99". It is nil where the summary has null there. A
// path that leads nowhere, or not to a number, is an error that names what is
// there.
func (s *Summary) Metric(path string) (*float64, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var at any
	if err := json.Unmarshal(raw, &at); err != nil {
		return nil, err
	}
	walked := "the summary"
	for _, step := range strings.Split(path, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s has no parts", walked)
		}
		next, ok := object[step]
		if !ok {
			return nil, fmt.Errorf("there is no %q in %s; it has %s", step, walked, strings.Join(slices.Sorted(maps.Keys(object)), ", "))
		}
		at, walked = next, step
	}
	switch v := at.(type) {
	case nil:
		return nil, nil
	case float64:
		return &v, nil
	default:
		return nil, fmt.Errorf("%s is not a number", path)
	}
}

// Check holds a metric against bounds, either of which may be nil. Where the
// metric has no value the expectation does not hold.
func (s *Summary) Check(metric string, least, most *float64) Expectation {
	e := Expectation{Metric: metric, Min: least, Max: most}
	e.Value, _ = s.Metric(metric)
	e.Holds = e.Value != nil && (least == nil || *e.Value >= *least) && (most == nil || *e.Value <= *most)
	return e
}
