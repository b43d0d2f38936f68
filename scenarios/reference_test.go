package scenarios_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/scenarios"
	"berth/scenarios/generate/reference"
)

// docs/scenario.md and the JSON schema are those that the structs give. Written
// anew by go generate, or by this test with -update.
func TestReferenceIsFresh(t *testing.T) {
	files, err := reference.Files(".")
	require.NoError(t, err)
	require.Len(t, files, 2)
	for path, want := range files {
		if *update {
			require.NoError(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s is stale: go generate ./scenarios", path)
	}
}

// Every field says what it is and whose it is, and no two fields of a struct
// differ in case alone.
func TestEveryFieldIsDocumented(t *testing.T) {
	structs, err := reference.Read(".")
	require.NoError(t, err)
	for _, s := range structs {
		assert.NotEmpty(t, s.Doc, s.Name)
		seen := map[string]bool{}
		for _, f := range s.Fields {
			assert.False(t, seen[strings.ToLower(f.Name)], "%s.%s", s.Name, f.Name)
			seen[strings.ToLower(f.Name)] = true
			assert.NotEmpty(t, f.Doc, "%s.%s", s.Name, f.Name)
			assert.NotEmpty(t, f.Source, "%s.%s", s.Name, f.Name)
		}
	}
}

func TestJSONSchema(t *testing.T) {
	src, err := scenarios.JSONSchema()
	require.NoError(t, err)
	var schema map[string]any
	require.NoError(t, json.Unmarshal(src, &schema))
	assert.Equal(t, "https://json-schema.org/draft/2020-12/schema", schema["$schema"])
	assert.Contains(t, schema["properties"], "cluster")
	defs := schema["$defs"].(map[string]any)
	var references func(v any)
	references = func(v any) { // every reference leads somewhere
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				assert.Contains(t, defs, filepath.Base(ref))
			}
			for _, child := range v {
				references(child)
			}
		case []any:
			for _, child := range v {
				references(child)
			}
		}
	}
	references(schema)
	assert.Equal(t, reference.Root, reflect.TypeFor[scenarios.Scenario]().Name())
}
