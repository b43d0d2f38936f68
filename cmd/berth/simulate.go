package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"berth/report"
	"berth/scenarios"
	"berth/sim/cluster"
)

// simulation runs scenarios. The host's clock and its cores are known here and
// not to the scenarios.
type simulation struct {
	options  scenarios.Options // of each run
	events   string            // output folder for events.ndjson; "" without
	progress *progress         // or nil

	marking sync.Mutex // one run at a time prepares the output folder
}

// all runs scenarios side by side, as many as there are processors, and calls
// done with each result by its number, one at a time. An error ends the others.
// After an interrupt those that were begun are done, as far as they came.
func (s *simulation) all(ctx context.Context, runs []*scenarios.Scenario, done func(int, *report.Result)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	errs := make([]error, len(runs))
	next := make(chan int)
	var results sync.Mutex
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(runs)) {
		workers.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					continue
				}
				result, err := s.run(ctx, runs[i])
				if errs[i] = err; err != nil {
					cancel(err)
					continue
				}
				if result != nil {
					results.Lock()
					done(i, result)
					results.Unlock()
				}
			}
		})
	}
	for i := range runs {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	for _, err := range errs { // the first in the order of the runs, not of time
		if err != nil {
			return err
		}
	}
	if signal, ok := caught(ctx); ok {
		return signal
	}
	return nil
}

// run runs one scenario. After an interrupt the result is what was computed
// until then, nil if that is nothing.
func (s *simulation) run(ctx context.Context, scenario *scenarios.Scenario) (*report.Result, error) {
	started := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := s.options
	input := &untilDone{ctx: ctx, from: options.Stdin}
	options.Stdin = input
	var events *report.Events
	if s.events != "" {
		options.Watch = func(c *cluster.Cluster) ([]cluster.Watcher, error) {
			s.marking.Lock()
			defer s.marking.Unlock()
			var err error
			if events, err = report.CreateEvents(s.events, scenario.Variant, c); err != nil {
				return nil, outputError{err}
			}
			return []cluster.Watcher{events}, nil
		}
	}
	bar := s.progress.begin(scenario, options.Until)
	defer bar.finish()
	options.Pulse = func(p scenarios.Progress) {
		bar.at(p)
		if events != nil && events.Err() != nil {
			cancel() // a full disk ends the run, not its last line
		}
	}
	world, err := scenarios.Build(scenario, options)
	if err != nil {
		if events != nil {
			events.Discard()
		}
		return nil, refused(err)
	}
	defer world.Close()
	result, err := world.Run(ctx)
	if errors.Is(err, scenarios.ErrInterrupted) {
		err = nil
	}
	if err != nil && ctx.Err() != nil {
		err = nil // what was cut off with the input is no fault of the input
	}
	if events != nil {
		if err != nil || result == nil {
			events.Discard()
		} else {
			err = events.Close()
		}
	}
	if err != nil || result == nil {
		return nil, err
	}
	if input.cut.Load() {
		result.Summary.Complete = false // the run may not have noticed that there was more
	}
	run := &result.Run
	run.StartedAt = started.UTC().Format(time.RFC3339)
	run.WallSeconds = time.Since(started).Seconds()
	run.TasksPerSec = float64(run.Tasks) / run.WallSeconds
	run.PeakMemoryMiB = peakMemoryMiB()
	return result, nil
}
