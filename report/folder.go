package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// ErrFolder is what errors about an unusable output folder wrap: it holds
// something that is not berth's, is no folder, or a variant's name cannot be
// the name of a folder. Nothing has been written then.
var ErrFolder = errors.New("not a folder that berth can write to")

const runSchema = "berth.run/1"

// CheckFolder reports whether an output folder may be written to: if it is new
// or empty, or if it holds berth's run.json. Files that an interrupted run of
// berth left half written count as nothing.
func CheckFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("output folder: %w (%w)", err, ErrFolder)
	case holdsRun(dir), holdsNothing(dir, entries):
		return nil
	}
	return fmt.Errorf("output folder %s holds something that is not berth's (%s); name a new or an empty folder: %w", dir, entries[0].Name(), ErrFolder)
}

func holdsRun(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return false
	}
	var run struct {
		Schema string `json:"schema"`
	}
	return json.Unmarshal(b, &run) == nil && strings.HasPrefix(run.Schema, "berth.run/")
}

// holdsNothing reports whether there is nothing in a folder but files that
// berth has left half written, in it or in its folders.
func holdsNothing(dir string, entries []fs.DirEntry) bool {
	for _, e := range entries {
		switch {
		case isTemporary(e.Name()):
		case e.IsDir():
			inner, err := os.ReadDir(filepath.Join(dir, e.Name()))
			if err != nil || len(inner) == 0 {
				return false
			}
			for _, f := range inner {
				if !isTemporary(f.Name()) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// VariantFolder returns the folder of a variant inside an output folder. A
// name that would lead elsewhere or get into the way of berth's own files is
// an error.
func VariantFolder(dir, variant string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("variant %q: the name becomes a folder, %s: %w", variant, why, ErrFolder)
	}
	switch {
	case strings.TrimSpace(variant) == "":
		return bad("it must not be empty")
	case variant == "." || variant == "..":
		return bad("and this one is taken")
	case strings.ContainsAny(variant, `/\`):
		return bad("it must not contain / or \\")
	case strings.ContainsFunc(variant, unicode.IsControl):
		return bad("it must not contain control characters")
	case len(variant) > 200:
		return bad("it must have at most 200 bytes")
	case isTemporary(variant) || ownFiles[strings.ToLower(variant)]:
		return bad("and this is the name of a file of berth's")
	}
	return filepath.Join(dir, variant), nil
}

// ownFiles are the files that berth writes into an output folder.
var ownFiles = map[string]bool{
	"summary.json": true, "series.csv": true, "report.html": true,
	"comparison.json": true, "run.json": true, "events.ndjson": true,
}

func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".berth-") && strings.HasSuffix(name, ".tmp")
}
