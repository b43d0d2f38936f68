package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumbers(t *testing.T) {
	assert.Equal(t, "0", count(0))
	assert.Equal(t, "999", count(999))
	assert.Equal(t, "1,320,000", count(1_320_000))
	assert.Equal(t, "28", perSecond(28.4))
	assert.Equal(t, "5,970", perSecond(5_967))
	assert.Equal(t, "1,000,000", perSecond(999_700))
	assert.Equal(t, "1,880 MiB", memory(1_880))
	assert.Empty(t, memory(0), "not known")
	assert.InDelta(t, 2.0, median([]float64{9, 2, 1}), 0)
	assert.InDelta(t, 2.0, median([]float64{9, 3, 2, 1}), 0)
}

func TestTableInMarkdown(t *testing.T) {
	tab := table{title: "Title", text: "What.", head: []string{"a", "b"}}
	tab.add("x|y", "1")
	var out bytes.Buffer
	require.NoError(t, tab.write(&out, true))
	assert.Equal(t, "\n## Title\n\nWhat.\n\n| a | b |\n| --- | --- |\n| x\\|y | 1 |\n", out.String())
}

func TestArguments(t *testing.T) {
	assert.EqualError(t, run([]string{"w2"}, io.Discard, io.Discard), `unknown section "w2"; there are hold, w1, w1x, scale, trace, moving`)
	assert.EqualError(t, run([]string{"-runs", "0"}, io.Discard, io.Discard), "-runs 0: must be at least 1")
}

// A replay in its own process, but here: a thousand tasks of W1, each placed
// once.
func TestReplay(t *testing.T) {
	b := &bench{dir: t.TempDir(), stderr: io.Discard, progress: func(string, ...any) {}}
	trace, err := b.write("small.csv.gz", 1000, 31.25)
	require.NoError(t, err)
	path := filepath.Join(b.dir, "scenario.yaml")
	require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, scenarioText, 100, trace, binpack), 0o600))
	var out bytes.Buffer
	require.NoError(t, run([]string{"-watch", "-replay", path}, &out, io.Discard))
	var o outcome
	require.NoError(t, json.Unmarshal(out.Bytes(), &o))
	assert.Equal(t, int64(1000), o.Tasks)
	assert.NotEmpty(t, o.Checksum)
	assert.Positive(t, o.Seconds)
}
