package report

// Report is what is told about one run, or about several that are to be
// compared: the variants of a scenario, in their order. The first is the one
// that the others are measured against.
type Report struct {
	// Title heads the report; without one it is the name of the scenario.
	Title   string
	Results []Result
	// Charts are shown beside the built-in ones.
	Charts []Chart
	// Comparison is what several seeds say, or nil if each result stands for
	// one run with one seed.
	Comparison *Comparison
}

// Chart is a picture of curves in a plane, for what only some scenarios have:
// cost against utilisation with the crossing marked, for example.
type Chart struct {
	Title string
	Text  string // a sentence that says how to read it
	XName string // with the unit: "CPU reserved (%)"
	YName string
	YMost float64 // the largest value there can be, such as 100 %; 0 is any
	Lines []ChartLine
	Marks []ChartMark
}

// ChartLine is one curve of a [Chart].
type ChartLine struct {
	Name   string
	Dots   bool // points without a line between them
	Points []ChartPoint
}

// ChartPoint is a point of a [ChartLine]; both values are finite.
type ChartPoint struct{ X, Y float64 }

// ChartMark is a place in a [Chart] worth a label, such as a crossing.
type ChartMark struct {
	X, Y  float64
	Label string
}

func (r Report) title() string {
	if r.Title != "" {
		return r.Title
	}
	if len(r.Results) > 0 && r.Results[0].Summary.Scenario != "" {
		return r.Results[0].Summary.Scenario
	}
	return "berth"
}

// hasVariants reports whether the results are variants with folders of their
// own, rather than one run that has the output folder to itself.
func (r Report) hasVariants() bool {
	for _, result := range r.Results {
		if result.Summary.Variant != "" {
			return true
		}
	}
	return false
}

// labels names each result as briefly as is unambiguous: by its variant, and
// by its scenario where there are several.
func (r Report) labels() []string {
	scenarios := map[string]bool{}
	for _, result := range r.Results {
		scenarios[result.Summary.Scenario] = true
	}
	labels := make([]string, len(r.Results))
	for i, result := range r.Results {
		s := result.Summary
		switch {
		case s.Variant == "":
			labels[i] = s.Scenario
		case len(scenarios) > 1:
			labels[i] = s.Scenario + "/" + s.Variant
		default:
			labels[i] = s.Variant
		}
	}
	return labels
}
