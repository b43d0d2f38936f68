package scenarios

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var jsonSchema []byte

// JSONSchema returns the schema of a scenario file, JSON Schema draft 2020-12,
// for editors. It is generated from the structs of this package.
func JSONSchema() ([]byte, error) { return slices.Clone(jsonSchema), nil }
