package report

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// enoughSeeds is how many seeds it takes before a difference is called one.
const enoughSeeds = 5

// Runs are the summaries of one variant, a run per seed.
type Runs struct {
	Name      string
	Summaries []Summary
}

// Comparison is what several seeds say about variants: for every figure an
// estimate per variant, and how it differs from the first variant.
type Comparison struct {
	Variants []string
	// Seeds counts the seeds that every variant was run with.
	Seeds int
	Rows  []ComparisonRow
}

// ComparisonRow holds one figure of all variants.
type ComparisonRow struct {
	Metric    string // its path in the summary; services.* stands for all services under load together
	Title     string
	Estimates []Estimate // in the order of the variants
	metric    metric
}

// Estimate is what the seeds say about a figure of one variant. Differences
// are to the first variant, seed by seed: variants run with one seed see the
// same random numbers, so that much of what chance does cancels out.
type Estimate struct {
	N    int // seeds that have the figure; the rest is meaningless without
	Mean float64
	// Low and High bound the mean with 95 % confidence; NaN for a single seed.
	Low, High float64
	// Pairs is how many seeds have the figure in this variant and the first.
	Pairs                         int
	Difference                    float64 // mean
	DifferenceLow, DifferenceHigh float64 // with 95 % confidence; NaN for a single seed
	Relative                      float64 // Difference as a share of the first variant's mean; NaN if that is 0
	RelativeLow, RelativeHigh     float64
	// Differs is set where the difference is called one: at least five seeds,
	// and the interval excludes zero.
	Differs bool
}

// Compare compares variants over the seeds that all of them were run with.
// Runs that were interrupted count as not run. The intervals are Student's t
// at 95 %; they take the mean over seeds as normally distributed.
func Compare(variants []Runs) (*Comparison, error) {
	if len(variants) == 0 {
		return nil, errors.New("nothing to compare")
	}
	seeds, err := commonSeeds(variants)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Seeds: len(seeds)}
	bySeed := make([][]Summary, len(variants))
	var all []Summary
	for i, v := range variants {
		c.Variants = append(c.Variants, v.Name)
		bySeed[i] = pick(v.Summaries, seeds)
		all = append(all, bySeed[i]...)
	}
	for _, m := range metrics {
		if !m.tells(all) {
			continue
		}
		row := ComparisonRow{Metric: m.path, Title: m.title, metric: m}
		for i := range variants {
			row.Estimates = append(row.Estimates, estimate(m, bySeed[0], bySeed[i]))
		}
		c.Rows = append(c.Rows, row)
	}
	return c, nil
}

// commonSeeds lists the seeds with which every variant has a complete run, in
// the order of the first variant.
func commonSeeds(variants []Runs) ([]uint64, error) {
	var seeds []uint64
	for i, v := range variants {
		has := map[uint64]bool{}
		for _, s := range v.Summaries {
			if !s.Complete {
				continue
			}
			if has[s.Seed] {
				return nil, fmt.Errorf("%s has two runs with seed %d", v.Name, s.Seed)
			}
			has[s.Seed] = true
			if i == 0 {
				seeds = append(seeds, s.Seed)
			}
		}
		kept := seeds[:0]
		for _, seed := range seeds {
			if has[seed] {
				kept = append(kept, seed)
			}
		}
		seeds = kept
	}
	if len(seeds) == 0 {
		return nil, errors.New("no seed with which every variant was run to its end")
	}
	return seeds, nil
}

func pick(summaries []Summary, seeds []uint64) []Summary {
	picked := make([]Summary, 0, len(seeds))
	for _, seed := range seeds {
		for _, s := range summaries {
			if s.Seed == seed && s.Complete {
				picked = append(picked, s)
			}
		}
	}
	return picked
}

// rounding is the relative difference up to which two sums of floating-point
// numbers are the same amount, added up in another order.
const rounding = 1e-9

func estimate(m metric, first, runs []Summary) Estimate {
	var values, base, differences []float64
	for i := range runs {
		v, ok := m.value(&runs[i])
		if !ok {
			continue
		}
		values = append(values, v)
		if b, ok := m.value(&first[i]); ok {
			base = append(base, b)
			d := v - b
			if math.Abs(d) <= rounding*max(math.Abs(v), math.Abs(b)) {
				d = 0
			}
			differences = append(differences, d)
		}
	}
	e := Estimate{N: len(values), Pairs: len(differences)}
	e.Mean, e.Low, e.High = interval(values)
	e.Difference, e.DifferenceLow, e.DifferenceHigh = interval(differences)
	from := math.Abs(stat.Mean(base, nil))
	if from == 0 {
		from = math.NaN()
	}
	e.Relative, e.RelativeLow, e.RelativeHigh = e.Difference/from, e.DifferenceLow/from, e.DifferenceHigh/from
	e.Differs = e.Pairs >= enoughSeeds && (e.DifferenceLow > 0 || e.DifferenceHigh < 0)
	return e
}

// interval returns the mean of the values and the bounds within which it lies
// with 95 % confidence, NaN where there are too few values.
func interval(values []float64) (mean, low, high float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	if len(values) == 1 {
		return values[0], math.NaN(), math.NaN()
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	n := float64(len(values))
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
	return mean, mean - half, mean + half
}

// verdict says in a sentence which variant costs least on the mean, and whether
// that is more than chance. It is empty where there is nothing to choose.
func (c *Comparison) verdict() string {
	if len(c.Rows) == 0 {
		return ""
	}
	cost := c.Rows[0].Estimates // every summary has a cost, and it comes first
	best, next := 0, -1
	for i, e := range cost {
		if e.Mean < cost[best].Mean {
			best = i
		}
	}
	for i, e := range cost {
		if i != best && (next < 0 || e.Mean < cost[next].Mean) {
			next = i
		}
	}
	switch {
	case next < 0 || cost[best].Mean <= 0:
		return ""
	case math.Abs(cost[next].Mean/cost[best].Mean-1) < negligible:
		return fmt.Sprintf("%s and %s cost the same and least on the mean of %d seeds: %s.", c.Variants[best], c.Variants[next], c.Seeds, money(cost[best].Mean))
	}
	text := fmt.Sprintf("%s costs least on the mean of %d seeds: %s", c.Variants[best], c.Seeds, money(cost[best].Mean))
	compared := best
	if best == 0 {
		compared = next
		text += fmt.Sprintf("; %s, the next, costs %s more", c.Variants[next], percent(cost[next].Mean/cost[best].Mean-1))
	} else {
		text += fmt.Sprintf(", %s less than %s", percent(1-cost[best].Mean/cost[0].Mean), c.Variants[0])
	}
	switch {
	case c.Seeds < enoughSeeds:
		text += "; but these are too few seeds to call that a difference"
	case !cost[compared].Differs:
		text += "; but that may be chance"
	}
	return text + "."
}

// mainRows are the rows for texts; the page has all.
func (c *Comparison) mainRows() []ComparisonRow {
	var rows []ComparisonRow
	for _, row := range c.Rows {
		if !row.metric.detail {
			rows = append(rows, row)
		}
	}
	return rows
}

// caveat says how far the differences between variants can be trusted.
func (c *Comparison) caveat() string {
	switch {
	case c == nil || c.Seeds == 1:
		return "one seed: a difference may be chance; five seeds or more would tell"
	case c.Seeds < enoughSeeds:
		return fmt.Sprintf("%d seeds: too few to call a difference one; it takes at least %d", c.Seeds, enoughSeeds)
	default:
		return fmt.Sprintf("%d seeds: mean and 95 %% interval; a difference is called one where the interval of the differences, seed by seed, excludes zero", c.Seeds)
	}
}
