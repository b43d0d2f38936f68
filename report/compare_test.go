package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func costs(name string, values ...float64) Runs {
	r := Runs{Name: name}
	for seed, v := range values {
		r.Summaries = append(r.Summaries, Summary{Seed: uint64(seed), Complete: true, Cost: Cost{Total: v}})
	}
	return r
}

func TestIntervalIsStudents(t *testing.T) {
	// Mean 3, standard deviation sqrt(2.5) = 1.5811, error 1.5811/sqrt(5) =
	// 0.7071, t(0.975; 4) = 2.7764: 3 ± 1.9632.
	mean, low, high := interval([]float64{1, 2, 3, 4, 5})
	assert.InDelta(t, 3, mean, 1e-12)
	assert.InDelta(t, 1.0368, low, 1e-4)
	assert.InDelta(t, 4.9632, high, 1e-4)
}

func TestDifferencesArePaired(t *testing.T) {
	// The costs vary far more than the difference, which is 1 to 1.2 with every
	// seed: unpaired intervals overlap, the paired one excludes zero.
	c, err := Compare([]Runs{costs("a", 10, 20, 30, 40, 50), costs("b", 11, 21.1, 31.2, 41, 51.1)})
	require.NoError(t, err)
	require.Equal(t, "cost.total", c.Rows[0].Metric)
	b := c.Rows[0].Estimates[1]
	assert.Less(t, b.Low, c.Rows[0].Estimates[0].High)
	assert.InDelta(t, 1.08, b.Difference, 1e-9)
	assert.InDelta(t, 1.08/30, b.Relative, 1e-9)
	assert.True(t, b.Differs)
}

func TestFewSeedsShowNoDifference(t *testing.T) {
	for seeds, want := range map[int]bool{1: false, 4: false, 5: true} {
		a := []float64{10, 20, 30, 40, 50}[:seeds]
		b := []float64{20, 30, 40, 50, 60}[:seeds]
		c, err := Compare([]Runs{costs("a", a...), costs("b", b...)})
		require.NoError(t, err)
		assert.Equal(t, seeds, c.Seeds)
		assert.Equal(t, want, c.Rows[0].Estimates[1].Differs, "%d seeds", seeds)
	}
}

func TestChanceIsNoDifference(t *testing.T) {
	c, err := Compare([]Runs{costs("a", 10, 12, 11, 13, 9, 12), costs("b", 11, 11, 12, 12, 10, 11)})
	require.NoError(t, err)
	assert.False(t, c.Rows[0].Estimates[1].Differs)
	same, err := Compare([]Runs{costs("a", 1, 2, 3, 4, 5), costs("b", 1, 2, 3, 4, 5)})
	require.NoError(t, err)
	assert.False(t, same.Rows[0].Estimates[1].Differs)
}

func TestOnlyCommonCompleteSeedsCount(t *testing.T) {
	a, b := costs("a", 1, 2, 3), costs("b", 1, 2, 3)
	b.Summaries[1].Complete = false
	b.Summaries[0], b.Summaries[2] = b.Summaries[2], b.Summaries[0]
	c, err := Compare([]Runs{a, b})
	require.NoError(t, err)
	assert.Equal(t, 2, c.Seeds)
	assert.Zero(t, c.Rows[0].Estimates[1].Difference, "runs are paired by seed, not by place")

	_, err = Compare([]Runs{a, {Name: "none"}})
	assert.Error(t, err)
	a.Summaries[1].Seed = 0
	_, err = Compare([]Runs{a})
	assert.ErrorContains(t, err, "two runs with seed 0")
	_, err = Compare(nil)
	assert.Error(t, err)
}

func TestCheapestIsCompleteAndAlone(t *testing.T) {
	run := func(usd float64, complete bool) Summary { return Summary{Cost: Cost{Total: usd}, Complete: complete} }
	assert.Equal(t, 1, cheapest([]Summary{run(3, true), run(2, true), run(1, false)}))
	assert.Equal(t, -1, cheapest([]Summary{run(3, true), run(3, true)}), "equal costs have no cheapest")
	assert.Equal(t, -1, cheapest([]Summary{run(3, true)}))
	assert.Equal(t, 0, cheapest([]Summary{run(3, true), run(3, true), run(4, true)}))
}

func TestWhatRoundingMakesIsNoDifference(t *testing.T) {
	var first, second Runs
	first.Name, second.Name = "a", "b"
	for seed := range uint64(6) {
		cost := 100 + float64(seed)
		s := Summary{Seed: seed, Complete: true, Cost: Cost{Total: cost}}
		first.Summaries = append(first.Summaries, s)
		s.Cost.Total = cost * (1 + 1e-15)
		second.Summaries = append(second.Summaries, s)
	}
	c, err := Compare([]Runs{first, second})
	require.NoError(t, err)
	for _, row := range c.Rows {
		assert.False(t, row.Estimates[1].Differs, row.Metric)
	}
}
