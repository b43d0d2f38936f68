package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"berth/report"
	"berth/scenarios"
	"berth/sim"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	overrides
	task, service string
	at            string
	variants      []string
	seed          seedFlag
	picture       string
	format        *choice
}

func explainCommand(p *program) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain SCENARIO --task ID|--service NAME",
		Short: "Tell why a task goes where it goes, or why it waits",
		Long: `Runs a scenario up to a decision of the scheduler and explains it: how many
instances survive each step of the funnel (resources, constraints, strategies,
pick), which instance comes nearest among those that fall out, how each rule of
the strategy ranks the others, and what other strategies would have picked. Of a
task that waits it tells what would release it, or for whom it waits though there
is room: its gang, the head of its queue, a throttle of its service.

With --task it is the decision about that task, as the cluster was then; if the
task waits at the end of the run or at the instant of --at, the present state is
explained. With --service it is the task of the service that has waited longest,
or else where one more would go, at --at or at the end.`,
		Example: `  berth explain ports --service web
  berth explain stranded-memory --variant binpack-cpu --task cache/23 --at 30m
  berth explain ten-tasks --variant spread --task proxy/1 --picture proxy.svg`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return p.explain(args[0], &f) },
	}
	cmd.Flags().StringVar(&f.task, "task", "", "`id` of the task, such as etl/17 or service/web/3")
	cmd.Flags().StringVar(&f.service, "service", "", "`name` of the service whose next task it is about")
	cmd.Flags().StringVar(&f.at, "at", "", "`time` it is about: a duration since the start, or RFC 3339")
	cmd.Flags().StringArrayVar(&f.variants, "variant", nil, "explain only the variant with this `name`; may be repeated")
	cmd.Flags().Var(&f.seed, "seed", "seed of all random numbers, in place of the scenario's")
	f.declare(cmd)
	cmd.Flags().StringVar(&f.picture, "picture", "", "draw the cluster at the decision into an SVG `file`; of several variants, into NAME-VARIANT.svg")
	f.format = addChoice(cmd, "format", "what to print", "table", "json")
	return cmd
}

func (p *program) explain(name string, f *explainFlags) error {
	if (f.task == "") == (f.service == "") {
		return invalid{errors.New("expected either --task ID or --service NAME")}
	}
	prices, err := f.catalog()
	if err != nil {
		return err
	}
	if f.seed.given {
		f.set = append(f.set, "seed="+strconv.FormatUint(f.seed.seed, 10))
	}
	_, runs, err := f.load(name, prices, distinct(f.variants))
	if err != nil {
		return err
	}
	ctx, stop := p.interruptible(context.Background())
	defer stop()
	var answers []*scenarios.Answer
	for _, s := range runs {
		question := scenarios.Question{Task: f.task, Service: f.service}
		if f.at != "" {
			at, err := instant(f.at, s.Start)
			if err != nil {
				return invalid{fmt.Errorf("--at: %q: %w", f.at, err)}
			}
			question.At = &at
		}
		options := f.options(prices)
		options.Question = &question
		options.Stdin = p.stdin
		answer, err := explainOne(ctx, s, options)
		if err != nil {
			if signal, ok := caught(ctx); ok {
				return signal
			}
			return err
		}
		answers = append(answers, answer)
		if f.picture != "" {
			if err := drawAnswer(picturePath(f.picture, s.Variant, len(runs)), answer); err != nil {
				return err
			}
		}
	}
	if f.format.chosen == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if len(answers) == 1 {
			return encoder.Encode(answers[0])
		}
		return encoder.Encode(answers)
	}
	for n, a := range answers {
		if n > 0 {
			if _, err := fmt.Fprintln(p.stdout); err != nil {
				return err
			}
		}
		if err := writeAnswer(p.stdout, a); err != nil {
			return err
		}
	}
	return nil
}

func explainOne(ctx context.Context, s *scenarios.Scenario, options scenarios.Options) (*scenarios.Answer, error) {
	world, err := scenarios.Build(s, options)
	if err != nil {
		return nil, refused(err)
	}
	defer world.Close()
	return world.Explain(ctx)
}

// instant reads a time of a scenario: a duration since its start, or RFC 3339.
func instant(text string, start time.Time) (sim.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		if t.Before(start) {
			return 0, fmt.Errorf("the scenario starts at %s", start.Format(time.RFC3339))
		}
		return sim.Time(t.Sub(start)), nil
	}
	t, err := scenarios.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w; expected a duration since the start, such as 90s or 2h30m, or a time such as 2026-01-01T09:00:00Z", err)
	case t < 0:
		return 0, errors.New("expected 0s or later")
	}
	return t, nil
}

func picturePath(path, variant string, runs int) string {
	if runs == 1 {
		return path
	}
	extension := filepath.Ext(path)
	return path[:len(path)-len(extension)] + "-" + variant + extension
}

// drawAnswer draws the cluster at a decision.
func drawAnswer(path string, a *scenarios.Answer) error {
	if a.Explanation == nil {
		return fmt.Errorf("there is no decision to draw: %s", a.Unchosen)
	}
	picture := report.Picture{Title: headline(a), Fates: fates[:]}
	picture.Subtitle = fmt.Sprintf("scenario %s, at %v; strategy %s", a.Scenario, sim.Time(a.At*float64(sim.Second)), a.Strategy)
	if a.Variant != "" {
		picture.Subtitle = fmt.Sprintf("scenario %s, variant %s, at %v; strategy %s", a.Scenario, a.Variant, sim.Time(a.At*float64(sim.Second)), a.Strategy)
	}
	for _, s := range a.Snapshot {
		i := report.PictureInstance{
			Name: s.Name, Type: s.Type, Zone: s.Zone, Provider: s.Provider,
			CPU: s.CPU, Memory: s.Memory, GPUs: s.GPUs, Tasks: len(s.Tasks), Note: s.Fate.Note,
		}
		switch {
		case s.Picked:
			i.Fate = picked
		case s.Fate.Step == "":
			i.Fate = fits
		case s.Fate.Elsewhere:
			i.Fate = elsewhere
		case s.Fate.Constraint:
			i.Fate = constrained
		default:
			i.Fate = noRoom
		}
		for _, t := range s.Tasks {
			i.Blocks = append(i.Blocks, report.PictureBlock{Group: t.Owner, CPU: t.CPU, Memory: t.Memory})
		}
		picture.Instances = append(picture.Instances, i)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(picture.WriteSVG(file), file.Close())
}

// The fates of instances in a picture.
const (
	picked = iota
	fits
	noRoom
	constrained
	elsewhere
)

var fates = [...]string{
	picked: "picked", fits: "fits, ranked lower", noRoom: "no room", constrained: "ruled out by a constraint", elsewhere: "not of its capacity",
}
