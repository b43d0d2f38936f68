package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"berth/report"
)

// terminal tells what standard output can show. What is not a terminal gets a
// fixed width and no colours, so that files do not depend on the window they
// were made in.
func (p *program) terminal() report.TextOptions {
	width, ok := terminalWidth(p.stdout)
	if !ok {
		return report.TextOptions{}
	}
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return report.TextOptions{Width: width, Colour: !plain}
}

// progress shows bars where standard error is a terminal.
func (p *program) progress(quiet bool) *progress {
	if _, ok := terminalWidth(p.stderr); !ok || quiet || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return newProgress(p.stderr)
}

// terminalWidth returns the width in characters, if w is a terminal.
func terminalWidth(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, true
	}
	return width, true
}
