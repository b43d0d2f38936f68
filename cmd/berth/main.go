// Command berth simulates how container clusters place, scale and bill their
// work.
//
// Results go to standard output and everything else to standard error. Exit
// codes: 0 done; 1 the run failed; 2 the command line, the scenario or its data
// is invalid; 3 it ran, and an expectation does not hold; 130 and 143 it was
// interrupted, and what was computed until then is kept.
package main

import (
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run carries out a command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr, abandoned: make(chan int, 1)}
	done := make(chan int, 1)
	go func() { done <- p.run(args) }()
	select {
	case code := <-done:
		return code
	case code := <-p.abandoned:
		return code
	}
}
