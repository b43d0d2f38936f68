// Command generate writes the reference of scenario files from the structs of
// package scenarios: docs/scenario.md for people and scenarios/schema.json, a
// JSON schema, for editors. Descriptions are the fields' doc comments; units,
// ranges and the rest are their tags. Its argument is the folder
// of the package; go generate runs it there, without one.
package main

import (
	"fmt"
	"os"

	"berth/scenarios/generate/reference"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(dir); err != nil {
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
