package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// program is one call of berth: its streams, and the way out that does not
// wait.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	abandoned      chan int // receives an exit code when a second signal arrives
}

// commands are all commands, in the order of the help.
var commands = []func(*program) *cobra.Command{
	runCommand,
	compareCommand,
	explainCommand,
	validateCommand,
	scenariosCommand,
	pricesCommand,
	traceCommand,
	schemaCommand,
	versionCommand,
}

// run carries out a command line, tells what went wrong and returns the exit
// code.
func (p *program) run(args []string) int {
	err := p.execute(args)
	if err != nil {
		fmt.Fprint(p.stderr, message(err))
	}
	return exitCode(err)
}

func (p *program) execute(args []string) error {
	root := p.root()
	root.SetArgs(args)
	if _, _, err := root.Find(args); err != nil { // the one thing that Find finds wrong
		var name string
		if _, scan := fmt.Sscanf(err.Error(), "unknown command %q", &name); scan != nil {
			return invalid{err}
		}
		return unknownCommand(root, name)
	}
	return root.Execute()
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "berth",
		Short: "Simulate how container clusters place, scale and bill their work",
		Long: `berth simulates a cluster of containers on AWS: it places the tasks of a
scenario on EC2 instances, Fargate or machines of your own, and tells what that
costs, how full the machines are and how long tasks wait.

A scenario is a YAML file, or the name of one in the built-in library.

Settings (the defaults of flags) come from flags, then from environment
variables (BERTH_FORMAT, or BERTH_RUN_FORMAT for one command), then from a
configuration file (~/.config/berth/config.yaml), then from what each command's
help says.`,
		Example: `  berth scenarios                        what there is to try
  berth run batch-poisson                run a scenario, write berth-out/batch-poisson/
  berth compare web.yaml --seeds 10      what several seeds say about its variants
  berth explain ports --service web      why a task goes where it goes, or waits
  berth validate *.yaml                  check scenarios without running them`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return applySettings(cmd) },
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().String("config", "", "configuration `file` (default ~/.config/berth/config.yaml)")
	for _, command := range commands {
		root.AddCommand(command(p))
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.RunE, cmd.Run = help, nil
		case "completion":
			onlySubcommands(cmd)
		}
	}
	return root
}

// help shows the help of a command; cobra's own takes an unknown one for
// success.
func help(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return unknownCommand(found, strings.Join(rest, " "))
	}
	found.InitDefaultHelpFlag()
	return found.Help()
}

// onlySubcommands makes a command that does nothing by itself refuse what is
// none of its subcommands; cobra would show the help and report success.
func onlySubcommands(cmd *cobra.Command) {
	cmd.Args = noOther
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// noOther refuses arguments of a command that has subcommands.
func noOther(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

func unknownCommand(in *cobra.Command, name string) error {
	err := fmt.Errorf("unknown command %q for %q", name, in.CommandPath())
	in.SuggestionsMinimumDistance = 2 // cobra sets it for the root only
	if near := in.SuggestionsFor(name); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %q?", err, near[0])
	}
	return invalid{err}
}

// arguments says how many arguments a command takes, in words of its usage.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return invalid{fmt.Errorf("too few arguments; the usage is: %s", cmd.UseLine())}
		case most >= 0 && len(args) > most:
			return invalid{fmt.Errorf("unexpected argument %q; the usage is: %s", args[most], cmd.UseLine())}
		}
		return nil
	}
}
