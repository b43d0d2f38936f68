package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"berth/report"
	"berth/scenarios"
)

// compareFlags are the flags of compare.
type compareFlags struct {
	overrides
	output string
	seeds  seedCount
	format *choice
	quiet  bool
}

func compareCommand(p *program) *cobra.Command {
	f := compareFlags{seeds: 1}
	cmd := &cobra.Command{
		Use:   "compare SCENARIO...",
		Short: "Compare scenarios and variants, over several seeds",
		Long: `Runs each scenario, with all its variants, with the seeds from that of the first
on, and tells how the figures differ from those of the first. A difference is
called one only with at least five seeds and an interval that excludes zero.`,
		Example: `  berth compare web.yaml --seeds 10
  berth compare today.yaml tomorrow.yaml --seeds 5 -o out --format markdown`,
		Args:              arguments(1, -1),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return p.compare(args, &f) },
	}
	cmd.Flags().Var(&f.seeds, "seeds", "how many seeds to run each with: that of the first scenario and those that follow")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "`folder` for report.html and comparison.json (default none)")
	f.declare(cmd)
	f.format = addChoice(cmd, "format", "what to print", "table", "json", "markdown")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	return cmd
}

func (p *program) compare(names []string, f *compareFlags) (err error) {
	variants, options, err := f.loadAll(names)
	if err != nil {
		return err
	}
	for _, v := range variants {
		if v.Seed != variants[0].Seed { // seeds are compared one by one
			fmt.Fprintf(p.stderr, "berth: %s is run with the seeds of the first, from %d on, instead of %d\n", name(v), variants[0].Seed, v.Seed)
		}
	}
	runs, err := withSeeds(variants, int(f.seeds))
	if err != nil {
		return err
	}
	if err := readable(runs); err != nil {
		return err
	}
	if err := p.ready(variants, options); err != nil {
		return err
	}
	if f.output != "" {
		undo, err := prepareFolder(f.output, nil)
		if err != nil {
			return err
		}
		defer undo() // only what is empty
	}
	options.Stdin = p.stdin
	s := simulation{options: options, progress: p.progress(f.quiet)}
	ctx, stop := p.interruptible(context.Background())
	defer stop()
	// Of the first seed everything is kept, for the report; of the others the
	// summaries, so that many seeds take little memory.
	first := make([]*report.Result, len(variants))
	done := make([]*report.Summary, len(runs))
	err = s.all(ctx, runs, func(i int, r *report.Result) {
		done[i] = &r.Summary
		if i < len(variants) {
			first[i] = r
		}
	})
	s.progress.close()
	var signal interrupted
	if err != nil && !errors.As(err, &signal) {
		return err
	}
	r, all, compared := comparison(labels(variants, names), first, done)
	if compared != nil {
		if err != nil {
			return signal
		}
		return compared
	}
	var wrote error
	if f.output != "" {
		wrote = report.WriteComparison(f.output, r, all)
		if wrote == nil {
			signal.kept = "; what was computed until then is in " + f.output
		}
	}
	printed := p.printComparison(r, all, f)
	if err != nil {
		return errors.Join(wrote, printed, signal)
	}
	return errors.Join(wrote, printed, met(all))
}

// loadAll returns the variants of all scenarios.
func (f *compareFlags) loadAll(names []string) ([]*scenarios.Scenario, scenarios.Options, error) {
	var variants []*scenarios.Scenario
	var wrong scenarios.Errors
	prices, err := f.catalog()
	if err != nil {
		return nil, scenarios.Options{}, err
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, scenarios.Options{}, invalid{fmt.Errorf("%s is named twice", name)}
		}
		_, all, err := f.load(name, prices, nil)
		var issues scenarios.Errors
		switch {
		case errors.As(err, &issues):
			wrong = append(wrong, issues...)
		case err != nil:
			return nil, scenarios.Options{}, err
		}
		variants = append(variants, all...)
	}
	if len(wrong) > 0 {
		return nil, scenarios.Options{}, wrong
	}
	return variants, f.options(prices), nil
}

// name tells a scenario and its variant.
func name(s *scenarios.Scenario) string {
	if s.Variant == "" {
		return s.Name
	}
	return s.Name + "/" + s.Variant
}

// withSeeds lists the runs: all variants with the seed of the first, then all
// with the next, so that what an interrupt leaves can be compared.
func withSeeds(variants []*scenarios.Scenario, seeds int) ([]*scenarios.Scenario, error) {
	first := variants[0]
	if first.Seed > math.MaxInt64-int64(seeds-1) {
		return nil, scenarios.Errors{first.Issue("seed", "there are no %d seeds from this one on", seeds)}
	}
	var runs []*scenarios.Scenario
	for n := range seeds {
		for _, v := range variants {
			run := *v
			run.Seed = first.Seed + int64(n)
			runs = append(runs, &run)
		}
	}
	return runs, nil
}

// labels names variants as briefly as is unambiguous.
func labels(variants []*scenarios.Scenario, names []string) []string {
	paths := map[string]string{} // by name of the scenario
	clash := false
	for _, v := range variants {
		if path, known := paths[v.Name]; known && path != v.Path {
			clash = true
		}
		paths[v.Name] = v.Path
	}
	all := make([]string, len(variants))
	for i, v := range variants {
		name := v.Name
		if clash {
			name = v.Path
		}
		switch {
		case v.Variant == "":
			all[i] = name
		case len(names) > 1:
			all[i] = name + "/" + v.Variant
		default:
			all[i] = v.Variant
		}
	}
	return all
}

// comparison makes the report, and lists the summaries of all runs that were
// completed, those of one variant after the other.
func comparison(labels []string, first []*report.Result, done []*report.Summary) (report.Report, []report.Summary, error) {
	var r report.Report
	var all []report.Summary
	runs := make([]report.Runs, len(labels))
	for v, label := range labels {
		runs[v].Name = label
		for i := v; i < len(done); i += len(labels) {
			if done[i] != nil && done[i].Complete {
				runs[v].Summaries = append(runs[v].Summaries, *done[i])
			}
		}
		all = append(all, runs[v].Summaries...)
		if first[v] != nil {
			r.Results = append(r.Results, *first[v])
		}
	}
	var err error
	r.Comparison, err = report.Compare(runs)
	return r, all, err
}

func (p *program) printComparison(r report.Report, all []report.Summary, f *compareFlags) error {
	if f.quiet {
		return nil
	}
	switch f.format.chosen {
	case "json":
		return report.WriteSummaries(p.stdout, all)
	case "markdown":
		return report.WriteMarkdown(p.stdout, r)
	}
	return report.WriteText(p.stdout, r, p.terminal())
}

// seedCount is the value of --seeds.
type seedCount int

func (n *seedCount) Set(text string) error {
	i, err := strconv.Atoi(text)
	if err != nil || i < 1 || i > 10_000 {
		return errors.New("expected a whole number from 1 to 10000")
	}
	*n = seedCount(i)
	return nil
}

func (n *seedCount) String() string { return strconv.Itoa(int(*n)) }

func (*seedCount) Type() string { return "number" }
