package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "%s differs; -update writes it anew", path)
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// overSeeds is a comparison of the two small runs over some seeds: the cost of
// Fargate varies, that of EC2 does too, but Fargate's is always higher.
func overSeeds(t *testing.T, seeds int) *Comparison {
	t.Helper()
	variants := []Runs{{Name: "ec2"}, {Name: "fargate"}}
	for seed := range seeds {
		for v, r := range small().Results {
			s := r.Summary
			s.Seed = uint64(seed)
			s.Cost.Total += float64(seed%3)*0.5 + float64(v*(seed%2))*0.25
			s.Tasks.PendingSeconds.Mean += float64((seed*7+v*3)%5) * 20
			variants[v].Summaries = append(variants[v].Summaries, s)
		}
	}
	c, err := Compare(variants)
	require.NoError(t, err)
	return c
}

func TestGoldenFiles(t *testing.T) {
	both := small()
	one := Report{Results: both.Results[:1]}
	text := func(r Report, o TextOptions) string {
		return written(t, func(w io.Writer) error { return WriteText(w, r, o) })
	}
	golden(t, "summary.json", written(t, func(w io.Writer) error { return WriteSummary(w, one.Results[0].Summary) }))
	golden(t, "series.csv", written(t, func(w io.Writer) error { return WriteSeries(w, one.Results[0].Series) }))
	golden(t, "run.txt", text(one, TextOptions{Width: 90}))
	golden(t, "run-colour.txt", text(one, TextOptions{Width: 90, Colour: true}))
	golden(t, "variants.txt", text(both, TextOptions{Width: 100}))
	golden(t, "variants-narrow.txt", text(both, TextOptions{Width: 60}))
	golden(t, "variants.md", written(t, func(w io.Writer) error { return WriteMarkdown(w, both) }))
	for _, seeds := range []int{3, 6} {
		r := both
		r.Comparison = overSeeds(t, seeds)
		name := map[int]string{3: "seeds-3", 6: "seeds-6"}[seeds]
		golden(t, name+".txt", text(r, TextOptions{Width: 100}))
		golden(t, name+".md", written(t, func(w io.Writer) error { return WriteMarkdown(w, r) }))
	}
	// The page without what it always holds.
	page := written(t, func(w io.Writer) error { return WriteHTML(w, both) })
	for _, part := range []string{echartsScript, pageScript, pageStyle} {
		require.Contains(t, page, part)
		page = strings.Replace(page, part, "", 1)
	}
	golden(t, "report.html", page)
}

func TestEqualReportsAreEqualBytes(t *testing.T) {
	for _, r := range []Report{small(), week(3)} {
		first := written(t, func(w io.Writer) error { return WriteHTML(w, r) })
		for range 3 {
			again := written(t, func(w io.Writer) error { return WriteHTML(w, r) })
			assert.Equal(t, sha256.Sum256([]byte(first)), sha256.Sum256([]byte(again)), "two pages of one report differ")
		}
	}
}

func TestPageIsSmall(t *testing.T) {
	page := written(t, func(w io.Writer) error { return WriteHTML(w, week(4)) })
	assert.Less(t, len(page), 2_500_000)
}

func TestSummaryWithoutNilsAndNaNs(t *testing.T) {
	var back map[string]any
	require.NoError(t, json.Unmarshal([]byte(written(t, func(w io.Writer) error { return WriteSummary(w, Summary{}) })), &back))
	assert.Equal(t, map[string]any{}, back["services"])
	assert.Equal(t, []any{}, back["notes"])
	assert.Equal(t, "[]\n", written(t, func(w io.Writer) error { return WriteSummaries(w, nil) }))

	err := WriteSummary(io.Discard, Summary{Scenario: "shop", Variant: "ec2", Cost: Cost{Total: math.NaN()}})
	assert.ErrorContains(t, err, "summary of shop, variant ec2")
}

// Odd reports must neither fail nor panic: no tasks, no series, a run without
// instances, columns of no values.
func TestOddReports(t *testing.T) {
	nan := math.NaN()
	for name, r := range map[string]Report{
		"empty":       {},
		"zero":        {Results: []Result{{}}},
		"interrupted": {Results: []Result{{Summary: Summary{Variant: "a"}}, {Summary: Summary{Variant: "b", Complete: true}}}},
		"only NaN":    {Results: []Result{{Series: Series{Width: 1, Columns: []Column{{Name: "x", Values: []float64{nan}}, {Name: "y"}}}, Heatmap: Heatmap{Rows: []string{"a"}, Shares: [][]float64{{nan}}}}}},
		"seeds alone": {Comparison: overSeeds(t, 5)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, colour := range []bool{false, true} {
				require.NoError(t, WriteText(io.Discard, r, TextOptions{Colour: colour, Width: 20}))
			}
			require.NoError(t, WriteMarkdown(io.Discard, r))
			require.NoError(t, WriteHTML(io.Discard, r))
		})
	}
}

func TestNamesAreHarmlessInTerminals(t *testing.T) {
	r := small()
	r.Results[0].Summary.Variant = "a\x1b]0;title\x07\nb"
	r.Results[0].Summary.Notes = []string{"\x1b[2J"}
	for _, of := range []Report{r, {Results: r.Results[:1]}} {
		out := written(t, func(w io.Writer) error { return WriteText(w, of, TextOptions{}) })
		assert.NotContains(t, out, "\x1b")
		assert.NotContains(t, out, "\x07")
	}
}

func BenchmarkWriteHTML(b *testing.B) {
	r := week(3)
	for b.Loop() {
		if err := WriteHTML(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
