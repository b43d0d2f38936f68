package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"berth/report"
	"berth/scenarios"
	"berth/workloads"
)

// invalid is an error of the command line, the scenario or its data.
type invalid struct{ error }

func (e invalid) Unwrap() error { return e.error }

// unmet says that a run does not meet its scenario's expectations.
type unmet struct{ expectations []string }

func (e unmet) Error() string { return strings.Join(e.expectations, "\n") }

// interrupted says that a signal ended a run early.
type interrupted struct {
	signal syscall.Signal
	kept   string // what is kept of the run, in words
}

func (e interrupted) Error() string { return "interrupted" + e.kept }

// exitCode returns the exit code that an error stands for.
func exitCode(err error) int {
	var (
		signal     interrupted
		bad        invalid
		scenario   scenarios.Errors
		data       *scenarios.DataError
		row        *workloads.RowError
		unexpected unmet
		question   *scenarios.QuestionError
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &signal):
		return 128 + int(signal.signal)
	case errors.As(err, &bad), errors.As(err, &scenario), errors.As(err, &data), errors.As(err, &row), errors.As(err, &question), errors.Is(err, report.ErrFolder):
		return 2
	case errors.As(err, &unexpected):
		return 3
	}
	return 1
}

// message tells an error, each line of it on its own. What is wrong with a
// scenario begins with the place, for editors to jump to.
func message(err error) string {
	var issues scenarios.Errors
	if errors.As(err, &issues) {
		return issues.Format()
	}
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(&b, "berth: %s\n", line)
	}
	return b.String()
}
