package main

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	lists  = "../../../../shared/data/aws"
	tables = "../tables"
)

func needLists(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(lists); err != nil {
		t.Skipf("the published lists are not at %s: whether the tables are up to date is not tested", lists)
	}
}

func TestTheTablesAreNotStale(t *testing.T) {
	needLists(t)
	want, err := generate(lists)
	require.NoError(t, err)

	var have []string
	require.NoError(t, fs.WalkDir(os.DirFS(tables), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			have = append(have, path)
		}
		return err
	}))
	slices.Sort(have)
	assert.Equal(t, slices.Sorted(maps.Keys(want)), have)
	for _, name := range have {
		content, err := os.ReadFile(filepath.Join(tables, name))
		require.NoError(t, err)
		// Not assert.Equal: a difference would be printed whole.
		assert.True(t, bytes.Equal(want[name], content), "tables/%s differs from what the lists say: run go generate", name)
	}
}

func TestRunWritesTheTables(t *testing.T) {
	needLists(t)
	out := t.TempDir()
	gone := filepath.Join(out, "prices", "moon-1.csv")
	require.NoError(t, os.MkdirAll(filepath.Dir(gone), 0o755))
	require.NoError(t, os.WriteFile(gone, nil, 0o644))
	require.NoError(t, run([]string{"-data", lists, "-out", out}, io.Discard))
	assert.NoFileExists(t, gone)
	assert.FileExists(t, filepath.Join(out, "prices", "us-east-1.csv"))
	assert.FileExists(t, filepath.Join(out, "types.csv"))
}

func TestRunSaysWhatIsMissing(t *testing.T) {
	assert.ErrorContains(t, run(nil, io.Discard), "-data is missing")

	empty := t.TempDir()
	assert.ErrorContains(t, run([]string{"-data", empty}, io.Discard), "ec2_instance_types.csv")

	require.NoError(t, os.WriteFile(filepath.Join(empty, "ec2_instance_types.csv"), []byte("instance_type,cpus\n"), 0o644))
	assert.ErrorContains(t, run([]string{"-data", empty}, io.Discard), `ec2_instance_types.csv: no column "vcpu"`)
}

func TestDecimal(t *testing.T) {
	for s, want := range map[string]string{"0.0960": "0.096", "1.0": "1", "10": "10", "0.005": "0.005"} {
		assert.Equal(t, want, decimal(s))
	}
}
