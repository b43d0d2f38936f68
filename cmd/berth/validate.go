package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"berth/scenarios"
)

func validateCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "validate SCENARIO...",
		Short: "Check scenarios without running them",
		Long: `Checks scenarios with all their variants, prices and the beginnings of the data
they refer to, and prints everything that is wrong, with file, line and column.
The exit code is 2 if anything is. What is allowed and may not be what was meant
is a note: on standard error, with its place, and a scenario is ok with it.`,
		Example: `  berth validate web.yaml
  berth validate scenarios/*.yaml`,
		Args: arguments(1, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			wrong := 0
			for _, name := range args {
				notes, err := validate(name)
				if err != nil {
					fmt.Fprint(p.stderr, message(err))
					wrong++
					continue
				}
				if _, err := fmt.Fprintln(p.stdout, "ok", name); err != nil {
					return err
				}
				for _, note := range notes {
					fmt.Fprintf(p.stderr, "%s: note: %s: %s\n", note.Position, note.Path, note.Message)
				}
			}
			if wrong > 0 {
				return invalid{fmt.Errorf("%d of %s not valid", wrong, count(len(args), "scenario is", "scenarios are"))}
			}
			return nil
		},
	}
}

// validate checks a scenario with its variants. What is wrong with it is the
// error; the notes tell what the reports will say of it as it is written.
func validate(name string) (notes []scenarios.Issue, err error) {
	file, err := scenarios.Load(name)
	if err != nil {
		return nil, err
	}
	all, err := file.All(nil)
	if err != nil {
		return nil, err
	}
	var wrong scenarios.Errors
	seen := map[string]bool{} // variants share most of what is wrong, and of the notes
	first := func(issue scenarios.Issue) bool {
		told := seen[issue.String()]
		seen[issue.String()] = true
		return !told
	}
	for _, s := range all {
		var issues scenarios.Errors
		err := rehearse(s, scenarios.Options{})
		if err != nil && !errors.As(err, &issues) {
			return nil, err
		}
		for _, issue := range issues {
			if first(issue) {
				wrong = append(wrong, issue)
			}
		}
		for _, note := range s.Notes {
			path, text, _ := strings.Cut(note, ": ")
			if issue := s.Issue(path, "%s", text); first(issue) {
				notes = append(notes, issue)
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return notes, nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
