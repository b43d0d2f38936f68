package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"berth/workloads"
)

func traceCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{Use: "trace", Short: "Look into files of workloads"}
	onlySubcommands(cmd)
	cmd.AddCommand(traceInfoCommand(p))
	return cmd
}

func traceInfoCommand(p *program) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Tell what is in a trace: rows, span, demand, duration, peak",
		Long: `Reads a trace to its end and tells its format, rows and span, percentiles of
demand and duration, and what would run at once if every task started when it is
submitted. The format is found from the content; gzip and zstd are read
directly, and - is standard input. Malformed rows are counted. Series of rates,
which load.requestsPerSecond.trace of a scenario reads, are no traces of tasks.`,
		Example: `  berth trace info tasks.csv.gz
  zstdcat jobs.swf.zst | berth trace info - --format json`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			info, err := workloads.Inspect(args[0], workloads.Options{Stdin: p.stdin})
			if err != nil {
				return invalid{err}
			}
			if format.chosen == "json" {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetIndent("", "  ")
				return encoder.Encode(info)
			}
			width := p.terminal().Width
			if width == 0 {
				width = 100
			}
			return info.WriteText(p.stdout, width)
		},
	}
	format = addChoice(cmd, "format", "what to print", "table", "json")
	return cmd
}
