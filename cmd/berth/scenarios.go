package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"berth/scenarios"
)

func scenariosCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List, show and copy the scenarios of the built-in library",
		Example: `  berth scenarios
  berth scenarios show batch-poisson
  berth scenarios copy batch-poisson .`,
		Args: noOther,
		RunE: func(*cobra.Command, []string) error { return p.listScenarios() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List the scenarios of the library (the default)",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return p.listScenarios() },
	}, &cobra.Command{
		Use:               "show NAME",
		Short:             "Print a scenario of the library",
		Args:              arguments(1, 1),
		ValidArgsFunction: completeLibrary,
		RunE: func(_ *cobra.Command, args []string) error {
			src, err := scenarios.LibraryFile(args[0])
			if err != nil {
				return invalid{err}
			}
			_, err = p.stdout.Write(src)
			return err
		},
	}, &cobra.Command{
		Use:               "copy NAME DIR",
		Short:             "Copy a scenario of the library into a folder, to change it",
		Args:              arguments(2, 2),
		ValidArgsFunction: completeLibrary,
		RunE:              func(_ *cobra.Command, args []string) error { return p.copyScenario(args[0], args[1]) },
	})
	return cmd
}

// listScenarios prints names and the first sentences of descriptions.
func (p *program) listScenarios() error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, e := range scenarios.Library() {
		fmt.Fprintf(w, "%s\t%s\n", e.Name, strings.Join(strings.Fields(e.Description), " "))
	}
	return w.Flush()
}

// copyScenario never overwrites a file.
func (p *program) copyScenario(name, dir string) error {
	src, err := scenarios.LibraryFile(name)
	if err != nil {
		return invalid{err}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return invalid{err}
	}
	path := filepath.Join(dir, name+".yaml")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return invalid{fmt.Errorf("%s exists, and is left as it is", path)}
	case err != nil:
		return invalid{err}
	}
	_, err = f.Write(src)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a scenario is none
	}
	fmt.Fprintln(p.stderr, "wrote", path)
	return nil
}

// completeScenario completes a SCENARIO: files, and the names of the library.
func completeScenario(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return libraryCompletions(), cobra.ShellCompDirectiveDefault
}

// completeLibrary completes the NAME of a library scenario, then a folder.
func completeLibrary(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return libraryCompletions(), cobra.ShellCompDirectiveNoFileComp
}

func libraryCompletions() []cobra.Completion {
	var all []cobra.Completion
	for _, e := range scenarios.Library() {
		all = append(all, cobra.CompletionWithDesc(e.Name, e.Description))
	}
	return all
}
