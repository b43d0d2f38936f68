package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteSummary writes a summary as JSON: the content of summary.json. A number
// that is not finite is an error.
func WriteSummary(w io.Writer, s Summary) error {
	if err := writeJSON(w, s.filled()); err != nil {
		return fmt.Errorf("summary of %s: %w", s.name(), err)
	}
	return nil
}

// WriteSummaries writes summaries as a JSON array: the content of
// comparison.json.
func WriteSummaries(w io.Writer, summaries []Summary) error {
	filled := make([]Summary, len(summaries))
	for i, s := range summaries {
		filled[i] = s.filled()
	}
	if err := writeJSON(w, filled); err != nil {
		return fmt.Errorf("summaries: %w", err)
	}
	return nil
}

func (s Summary) name() string {
	if s.Variant == "" {
		return s.Scenario
	}
	return s.Scenario + ", variant " + s.Variant
}

// filled returns the summary with empty maps and lists in the place of nil
// ones, so that readers always find an object or an array.
func (s Summary) filled() Summary {
	if s.Services == nil {
		s.Services = map[string]Service{}
	}
	if s.CapacityProviders == nil {
		s.CapacityProviders = map[string]CapacityProvider{}
	}
	if s.Jobs == nil {
		s.Jobs = map[string]Job{}
	}
	c := &s.Cost
	for _, m := range []*map[string]float64{&c.ByCapacityProvider, &c.ByService, &c.ByJob} {
		if *m == nil {
			*m = map[string]float64{}
		}
	}
	if s.Expectations == nil {
		s.Expectations = []Expectation{}
	}
	if s.Notes == nil {
		s.Notes = []string{}
	}
	return s
}

// writeJSON writes indented JSON with sorted keys. Names stay as they are:
// this is a file of its own, not a part of a page.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
