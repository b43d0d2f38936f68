// Command generate writes the reference of scenario files from the structs of
// package scenarios: docs/scenario.md for people and scenarios/schema.json, a
// JSON schema, for editors. Descriptions are the fields' doc comments; units,
// ranges and the rest are their tags. It is run in the folder scenarios, by go
// generate.
package main

import (
	"fmt"
	"os"

	"berth/scenarios/generate/reference"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := reference.Files(dir)
	if err != nil {
		return err
	}
	for path, text := range files {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
