package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"berth/report"
	"berth/scenarios"
)

// runFlags are the flags of run.
type runFlags struct {
	overrides
	output   string
	variants []string
	seed     seedFlag
	check    bool
	events   bool
	format   *choice
	quiet    bool
}

func runCommand(p *program) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Run a scenario and report cost, utilisation and waiting",
		Long: `Runs a scenario, all its variants or those named by --variant, prints a summary
and writes summary.json, series.csv and report.html to the output folder. With
variants each has a folder of its own in there, and report.html and
comparison.json in the folder itself are over all of them.

An output folder is written to if it is new, empty, or one that berth wrote.
Ctrl-C keeps what was computed until then.`,
		Example: `  berth run batch-poisson
  berth run web.yaml -o out --variant spot --variant mixed
  berth run web.yaml --seed 7 --until 2d --set jobs.etl.count=500
  zcat trace.csv.gz | berth run replay.yaml --set jobs.replay.trace.path=-`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return p.runScenario(args[0], &f) },
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "output `folder` (default berth-out/NAME)")
	cmd.Flags().StringArrayVar(&f.variants, "variant", nil, "run only the variant with this `name`; may be repeated")
	cmd.Flags().Var(&f.seed, "seed", "seed of all random numbers, in place of the scenario's")
	f.declare(cmd)
	cmd.Flags().BoolVar(&f.check, "check", false, "verify the state of the cluster after each event, slowly")
	cmd.Flags().BoolVar(&f.events, "events", false, "write each event to events.ndjson")
	f.format = addChoice(cmd, "format", "what to print", "table", "json")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	return cmd
}

func (p *program) runScenario(name string, f *runFlags) (err error) {
	prices, err := f.catalog()
	if err != nil {
		return err
	}
	if f.seed.given {
		f.set = append(f.set, "seed="+strconv.FormatUint(f.seed.seed, 10))
	}
	file, runs, err := f.load(name, prices, distinct(f.variants))
	if err != nil {
		return err
	}
	options := f.options(prices)
	options.Check = f.check
	if err := p.ready(runs, options); err != nil {
		return err
	}
	dir := f.output
	if dir == "" {
		dir = defaultFolder(file, runs[0])
	}
	undo, err := prepareFolder(dir, runs)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()

	options.Stdin = p.stdin
	s := simulation{options: options, progress: p.progress(f.quiet)}
	if f.events {
		s.events = dir
	}
	ctx, stop := p.interruptible(context.Background())
	defer stop()
	kept := make([]*report.Result, len(runs))
	err = s.all(ctx, runs, func(i int, r *report.Result) { kept[i] = r })
	s.progress.close()
	var signal interrupted
	if err != nil && !errors.As(err, &signal) {
		return err
	}
	r := report.Report{}
	for _, result := range kept {
		if result != nil {
			r.Results = append(r.Results, *result)
		}
	}
	if len(r.Results) == 0 {
		return err // interrupted before anything was computed
	}
	if chart, ok := report.BreakEven(r.Results); ok {
		r.Charts = append(r.Charts, chart)
	}
	wrote := report.Write(dir, r)
	if err != nil && wrote == nil {
		signal.kept = "; what was computed until then is in " + dir
	}
	// What cannot be written is printed nevertheless, and the other way round.
	printed := p.print(r, f, dir)
	if err != nil {
		return errors.Join(wrote, printed, signal)
	}
	return errors.Join(wrote, printed, met(summaries(r)))
}

// ready finds what is wrong with any of several runs before the first is begun.
func (p *program) ready(runs []*scenarios.Scenario, options scenarios.Options) error {
	if err := readable(runs); err != nil {
		return err
	}
	if len(runs) == 1 {
		return nil // it is built before anything else happens
	}
	for _, s := range runs {
		if err := rehearse(s, options); err != nil {
			return err
		}
	}
	return nil
}

// print prints the results of run as its flags say.
func (p *program) print(r report.Report, f *runFlags, dir string) error {
	switch {
	case f.quiet:
		return nil
	case f.format.chosen == "json" && len(r.Results) == 1:
		return report.WriteSummary(p.stdout, r.Results[0].Summary)
	case f.format.chosen == "json":
		return report.WriteSummaries(p.stdout, summaries(r))
	}
	if err := report.WriteText(p.stdout, r, p.terminal()); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "\nReport: %s\n", filepath.Join(dir, "report.html"))
	return nil
}

func summaries(r report.Report) []report.Summary {
	var all []report.Summary
	for _, result := range r.Results {
		all = append(all, result.Summary)
	}
	return all
}

// distinct leaves out names that were given before.
func distinct(names []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
