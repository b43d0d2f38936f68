package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"berth/internal/spelling"
	"berth/scenarios"
	"berth/sim"
)

// flagError makes an error about a flag one of the command line, with the
// nearest flag where there is none of the name.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		return invalid{fmt.Errorf("--%s: %q: %w", value.GetFlag().Name, value.GetValue(), value.Unwrap())}
	}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && len(unknown.GetSpecifiedName()) > 1 {
		if near := spelling.Nearest(unknown.GetSpecifiedName(), flagNames(cmd)); near != "" {
			return invalid{fmt.Errorf("%w; did you mean --%s?", err, near)}
		}
	}
	return invalid{fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())}
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// choice is the value of a flag that takes one of a few words, the first being
// the default.
type choice struct {
	words  []string
	chosen string
}

var _ pflag.Value = (*choice)(nil)

// addChoice declares such a flag.
func addChoice(cmd *cobra.Command, name, usage string, words ...string) *choice {
	c := &choice{words, words[0]}
	cmd.Flags().Var(c, name, fmt.Sprintf("%s: %s", usage, strings.Join(words, " or ")))
	// It fails for an unknown flag only.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (c *choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("expected %s", strings.Join(c.words, " or "))
	}
	c.chosen = word
	return nil
}

func (c *choice) String() string { return c.chosen }

func (*choice) Type() string { return "word" }

// span is the value of a flag that takes a duration as scenarios write it.
type span sim.Time

var _ pflag.Value = (*span)(nil)

func (s *span) Set(text string) error {
	t, err := scenarios.ParseDuration(text)
	switch {
	case err != nil:
		return fmt.Errorf("%w; expected for example 90s, 2h30m, 3d or 1w", err)
	case t <= 0:
		return errors.New("expected more than 0s")
	}
	*s = span(t)
	return nil
}

func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return sim.Time(*s).String()
}

func (*span) Type() string { return "duration" }
