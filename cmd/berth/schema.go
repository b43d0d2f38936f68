package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"berth/scenarios"
)

func schemaCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of a scenario file, for editors",
		Long: `Prints the JSON schema (draft 2020-12) of a scenario file. An editor that knows
it completes fields and shows what they mean.`,
		Example: `  berth schema > berth.schema.json
  # and at the top of a scenario:
  # yaml-language-server: $schema=berth.schema.json`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			schema, err := scenarios.JSONSchema()
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(append(bytes.TrimRight(schema, "\n"), '\n'))
			return err
		},
	}
}
