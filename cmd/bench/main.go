// Command bench measures how fast berth is and prints it beside what others
// reach: recorded figures of theirs, and where one run can have both, both in
// one run. It makes its own workloads.
//
// Usage, from the module's root:
//
//	go run ./cmd/bench [-runs 5] [-markdown] [hold] [w1] [w1x] [scale] [trace] [moving]
//
// Without a section it runs all, in some minutes. Figures are medians. Each
// replay of a trace is a process of its own, from the scenario's text to the
// result, so that memory is that of the run alone; runs that are compared
// alternate, so that a busy machine slows them equally.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one call of the command.
type bench struct {
	runs     int
	dir      string // for traces
	stderr   io.Writer
	progress func(format string, args ...any) // tells on a terminal what goes on
}

type section struct {
	name    string
	measure func(*bench) (table, error)
}

// sections are all there is to measure, in the order of the output.
var sections = []section{
	{"hold", (*bench).hold},
	{"w1", (*bench).w1},
	{"w1x", (*bench).w1x},
	{"scale", (*bench).scale},
	{"trace", (*bench).trace},
	{"moving", (*bench).moving},
}

func run(args []string, stdout, stderr io.Writer) error {
	b := &bench{stderr: stderr, progress: progressOn(stderr)}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&b.runs, "runs", 5, "how often each figure is measured; the median counts")
	markdown := flags.Bool("markdown", false, "write Markdown")
	replayed := flags.String("replay", "", "run the scenario in this `file` once and print the time it took; bench calls itself so")
	watched := flags.Bool("watch", false, "with -replay: sum over the placements, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *replayed != "" {
		return replayHere(*replayed, *watched, stdout)
	}
	if b.runs < 1 {
		return fmt.Errorf("-runs %d: must be at least 1", b.runs)
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	return b.print(chosen, stdout, *markdown)
}

// choose returns the sections of the names, all of them if there are none.
func choose(names []string) ([]section, error) {
	var known []string
	for _, s := range sections {
		known = append(known, s.name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown section %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(slices.Clone(sections), func(s section) bool {
		return len(names) > 0 && !slices.Contains(names, s.name)
	}), nil
}

// print measures sections and writes each as soon as it is there.
func (b *bench) print(chosen []section, out io.Writer, markdown bool) (err error) {
	if b.dir, err = os.MkdirTemp("", "berth-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	b.clearOnInterrupt()
	_, err = fmt.Fprintf(out, "%s, %s/%s, %d processors; medians of %d runs.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.runs)
	if err != nil {
		return err
	}
	for _, s := range chosen {
		t, err := s.measure(b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := t.write(out, markdown); err != nil {
			return err
		}
	}
	return nil
}

// clearOnInterrupt takes the traces away, hundreds of megabytes, when the
// command is interrupted.
func (b *bench) clearOnInterrupt() {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	go func() {
		<-interrupted
		_ = os.RemoveAll(b.dir) // nobody waits for the outcome
		os.Exit(130)
	}()
}

// progressOn returns a function that writes over one line of a terminal, or
// one that does nothing where there is none.
func progressOn(w io.Writer) func(format string, args ...any) {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return func(format string, args ...any) { _, _ = fmt.Fprintf(f, "\r\033[K"+format, args...) }
		}
	}
	return func(string, ...any) {}
}

// median returns the middle of some figures, the lower of two.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[(len(sorted)-1)/2]
}
