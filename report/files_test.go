package report

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree lists the files under a folder with their content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		content, err := os.ReadFile(path)
		files[name] = string(content)
		return err
	}))
	return files
}

func single() Report {
	r := small()
	r.Results = r.Results[:1]
	r.Results[0].Summary.Variant = ""
	r.Results[0].Run.Variant = ""
	return r
}

func TestWriteOneRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	require.NoError(t, Write(dir, single()))
	assert.Equal(t, []string{"report.html", "run.json", "series.csv", "summary.json"}, sortedKeys(tree(t, dir)))
	require.NoError(t, Write(dir, single()), "a folder of berth's is written to again")
}

func TestWriteVariants(t *testing.T) {
	dir := t.TempDir()
	r := small()
	require.NoError(t, Write(dir, r))
	files := tree(t, dir)
	assert.Equal(t, []string{
		"comparison.json", "ec2/report.html", "ec2/run.json", "ec2/series.csv", "ec2/summary.json",
		"fargate/report.html", "fargate/run.json", "fargate/series.csv", "fargate/summary.json", "report.html", "run.json",
	}, sortedKeys(files))
	var summaries []Summary
	require.NoError(t, json.Unmarshal([]byte(files["comparison.json"]), &summaries))
	require.Len(t, summaries, 2)
	assert.Equal(t, "fargate", summaries[1].Variant)
	var run map[string]any
	require.NoError(t, json.Unmarshal([]byte(files["run.json"]), &run))
	assert.Equal(t, []any{"ec2", "fargate"}, run["variants"])
	assert.InDelta(t, 0.75, run["wallSeconds"], 1e-9)

	// A later run of one variant that is interrupted: the other's folder stays,
	// and the comparison holds what is complete.
	r.Results = r.Results[:1]
	r.Results[0].Summary.Complete = false
	require.NoError(t, Write(dir, r))
	files = tree(t, dir)
	assert.Contains(t, files, "fargate/summary.json")
	assert.Equal(t, "[]\n", files["comparison.json"])
	assert.Contains(t, files["ec2/summary.json"], `"complete": false`)
}

func TestForeignFoldersAreLeftAlone(t *testing.T) {
	for name, content := range map[string]string{"notes.txt": "mine", "run.json": `{"schema":"other/1"}`, "report.html": "mine"} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666))
		err := Write(dir, single())
		assert.ErrorIs(t, err, ErrFolder)
		assert.ErrorContains(t, err, name)
		assert.Equal(t, map[string]string{name: content}, tree(t, dir))
	}
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	assert.ErrorIs(t, Write(path, single()), ErrFolder)
}

func TestLeftoversOfAKilledRunCountAsNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "ec2"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ec2", ".berth-series.csv-1.tmp"), []byte("half"), 0o666))
	require.NoError(t, CheckFolder(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ec2", "mine"), nil, 0o666))
	assert.ErrorIs(t, CheckFolder(dir), ErrFolder)
}

func TestVariantNamesStayInTheFolder(t *testing.T) {
	for _, name := range []string{"", " ", ".", "..", "a/b", `a\b`, "a\x00b", "a\nb", "summary.json", "Report.HTML", ".berth-x.tmp", strings.Repeat("x", 201)} {
		_, err := VariantFolder("out", name)
		assert.ErrorIs(t, err, ErrFolder, "%q", name)
	}
	for _, name := range []string{"ec2", "az-spread then binpack", "größer", "..a", "50%"} {
		path, err := VariantFolder("out", name)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join("out", name), path)
	}
	r := small()
	r.Results[1].Summary.Variant = "ec2"
	assert.ErrorIs(t, Write(t.TempDir(), r), ErrFolder, "two variants of one name")
}

// fullDisk is a file that takes a number of bytes and then no more.
type fullDisk struct {
	io.WriteCloser
	left *int
}

var errFull = errors.New("no space left")

func (f fullDisk) Write(b []byte) (int, error) {
	if *f.left -= len(b); *f.left < 0 {
		return 0, errFull
	}
	return f.WriteCloser.Write(b)
}

func TestAFullDiskLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Write(dir, small()))
	before := tree(t, dir)
	r := small()
	for i := range r.Results {
		r.Results[i].Summary.Version = "other"
	}
	total := 0
	for _, content := range before {
		total += len(content)
	}
	for _, room := range []int{0, 500, 5_000, total / 2, total - 100} {
		left := room
		err := write(dir, r, func(path string) (io.WriteCloser, error) {
			f, err := createFile(path)
			return fullDisk{f, &left}, err
		})
		require.ErrorIs(t, err, errFull, "%d bytes", room)
		assert.Equal(t, before, tree(t, dir), "%d bytes", room)
	}
}

// The kernel's own full disk, told at the write or at the close.
func TestDevFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here")
	}
	dir := t.TempDir()
	err := write(dir, single(), func(string) (io.WriteCloser, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) })
	assert.ErrorContains(t, err, "no space left")
	assert.Empty(t, tree(t, dir))
}

// A rename that fails half way is as good as a kill there: every file is whole,
// old or new, run.json tells that the folder is berth's, and summary.json is
// still the old one.
func TestAStopBetweenTwoRenames(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Write(dir, single()))
	old := tree(t, dir)
	require.NoError(t, os.Remove(filepath.Join(dir, "report.html")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "report.html", "in the way"), 0o777))
	r := single()
	r.Results[0].Summary.Version = "other"
	r.Results[0].Run.Version = "other"
	require.Error(t, Write(dir, r))
	now := tree(t, dir)
	assert.Equal(t, []string{"run.json", "series.csv", "summary.json"}, sortedKeys(now), "nothing half written is left")
	assert.Equal(t, old["summary.json"], now["summary.json"])
	assert.Contains(t, now["run.json"], "other")
	require.NoError(t, CheckFolder(dir))
}

func TestWriteComparison(t *testing.T) {
	dir := t.TempDir()
	r := small()
	r.Comparison = overSeeds(t, 5)
	require.NoError(t, WriteComparison(dir, r, summariesOf(r.Results)))
	files := tree(t, dir)
	assert.Equal(t, []string{"comparison.json", "report.html", "run.json"}, sortedKeys(files))
	assert.Contains(t, files["report.html"], "Over several seeds")
}
