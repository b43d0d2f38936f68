package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"berth/scenarios"
)

func validateCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "validate SCENARIO...",
		Short: "Check scenarios without running them",
		Long: `Checks scenarios with all their variants, prices and the beginnings of the data
they refer to, and prints everything that is wrong, with file, line and column.
The exit code is 2 if anything is.`,
		Example: `  berth validate web.yaml
  berth validate scenarios/*.yaml`,
		Args: arguments(1, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			wrong := 0
			for _, name := range args {
				if err := validate(name); err != nil {
					fmt.Fprint(p.stderr, message(err))
					wrong++
					continue
				}
				if _, err := fmt.Fprintln(p.stdout, "ok", name); err != nil {
					return err
				}
			}
			if wrong > 0 {
				return invalid{fmt.Errorf("%d of %s not valid", wrong, count(len(args), "scenario is", "scenarios are"))}
			}
			return nil
		},
	}
}

func validate(name string) error {
	file, err := scenarios.Load(name)
	if err != nil {
		return err
	}
	all, err := file.All(nil)
	if err != nil {
		return err
	}
	var wrong scenarios.Errors
	seen := map[string]bool{} // variants share most of what is wrong
	for _, s := range all {
		var issues scenarios.Errors
		err := rehearse(s, scenarios.Options{})
		if err != nil && !errors.As(err, &issues) {
			return err
		}
		for _, issue := range issues {
			if !seen[issue.String()] {
				seen[issue.String()] = true
				wrong = append(wrong, issue)
			}
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
