package main

import (
	"errors"
	"os"
	"path/filepath"

	"berth/report"
	"berth/scenarios"
)

// rehearse builds a scenario and runs nothing: it finds what is wrong with the
// prices and the data that the scenario refers to. What can be read only once is
// left for the run.
func rehearse(s *scenarios.Scenario, o scenarios.Options) error {
	if len(readOnce(s)) > 0 {
		return nil
	}
	world, err := scenarios.Build(s, o)
	if err != nil {
		return refused(err)
	}
	world.Close()
	return nil
}

// refused makes an error of building a scenario one of the scenario or its data,
// unless it is one of the output.
func refused(err error) error {
	var output outputError
	if errors.As(err, &output) || errors.Is(err, report.ErrFolder) {
		return err
	}
	return invalid{err}
}

// outputError is a failure to write.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// readOnce lists the jobs whose trace can be read only once: standard input, a
// pipe.
func readOnce(s *scenarios.Scenario) []*scenarios.Job {
	var jobs []*scenarios.Job
	for _, j := range s.Jobs {
		if j.Trace == nil || j.Trace.Path == "" {
			continue
		}
		path := j.Trace.Path
		if path != "-" && !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir, path)
		}
		info, err := os.Stat(path)
		if path == "-" || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// readable refuses several runs, or several jobs, that would read one pipe.
func readable(runs []*scenarios.Scenario) error {
	for _, s := range runs {
		reader := map[string]string{} // job by path
		for _, j := range readOnce(s) {
			at := "jobs." + j.Name + ".trace.path"
			if len(runs) > 1 {
				return scenarios.Errors{s.Issue(at, "this can be read only once, but there are %d runs; choose one with --variant, or put the trace into a file", len(runs))}
			}
			if other := reader[j.Trace.Path]; other != "" {
				return scenarios.Errors{s.Issue(at, "this can be read only once, but job %s reads it too; put the trace into a file", other)}
			}
			reader[j.Trace.Path] = j.Name
		}
	}
	return nil
}
