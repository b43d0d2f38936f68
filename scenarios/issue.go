package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is where something is written: in a file, or in a --set of the
// command line.
type Position struct {
	File         string
	Line, Column int    // from 1; 0 where the file as a whole is meant
	Argument     string // of the command line, "" for a file
}

// String gives file:line:column, or the argument of the command line.
func (p Position) String() string {
	switch {
	case p.Argument != "":
		return p.Argument
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Issue is one thing that is wrong with a scenario.
type Issue struct {
	Position Position
	Path     string // dotted, "" for the document as a whole
	Message  string // what was expected, and the nearest valid name
	excerpt  string // the line of the file
}

// String gives the issue in one line: position, path, message.
func (i Issue) String() string {
	if i.Path == "" {
		return i.Position.String() + ": " + i.Message
	}
	return i.Position.String() + ": " + i.Path + ": " + i.Message
}

// Errors is everything that is wrong with a scenario, in the order of the file;
// what comes from the command line is last.
type Errors []Issue

// Error gives one line for each issue.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, issue := range e {
		lines[i] = issue.String()
	}
	return strings.Join(lines, "\n")
}

// Format gives each issue with the line of the file it is about and a caret
// below the place.
func (e Errors) Format() string {
	var b strings.Builder
	for _, issue := range e {
		fmt.Fprintln(&b, issue)
		if issue.excerpt != "" {
			fmt.Fprintf(&b, "    %s\n    %s^\n", issue.excerpt, blank(issue.excerpt, issue.Position.Column-1))
		}
	}
	return b.String()
}

// blank is the white space as wide as the first n characters of line, tabs kept.
func blank(line string, n int) string {
	return strings.Map(func(r rune) rune {
		if n--; n < 0 {
			return -1
		}
		if r == '\t' {
			return r
		}
		return ' '
	}, line)
}

// sorted returns the errors in order and without repetitions, nil when there
// are none.
func (e Errors) sorted() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b Issue) int {
		return cmp.Or(
			cmp.Compare(a.Position.Argument, b.Position.Argument),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
		)
	})
	seen := map[Issue]bool{}
	return slices.DeleteFunc(e, func(i Issue) bool {
		if seen[i] {
			return true
		}
		seen[i] = true
		return false
	})
}
