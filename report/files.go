package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write writes a report into an output folder, which is made if need be.
//
// One run without a variant puts summary.json, series.csv, report.html and
// run.json into the folder. Otherwise each variant has them in a folder of its
// own name, and the folder itself holds a report.html over all of them,
// comparison.json with the summaries of the runs that were not interrupted, and
// run.json.
//
// Every file is first written beside its place, and only when all of them are
// whole do they take their places, run.json first, summary.json and
// comparison.json last. A full disk or the end of the process therefore leaves
// each file as it was or as it is to be. Nothing else in the folder is touched,
// and a folder that is not berth's is an error that wraps [ErrFolder].
func Write(dir string, r Report) error { return write(dir, r, createFile) }

func write(dir string, r Report, create createFunc) error {
	if err := CheckFolder(dir); err != nil {
		return err
	}
	files, err := r.files(dir)
	if err != nil {
		return err
	}
	return replaceAll(files, create)
}

// WriteComparison writes what several seeds say about the variants: report.html,
// comparison.json with the summaries of all runs, and run.json. It treats the
// folder as [Write] does.
func WriteComparison(dir string, r Report, summaries []Summary) error {
	if err := CheckFolder(dir); err != nil {
		return err
	}
	return replaceAll([]file{
		r.runFile(dir),
		{filepath.Join(dir, "report.html"), func(w io.Writer) error { return WriteHTML(w, r) }},
		{filepath.Join(dir, "comparison.json"), func(w io.Writer) error { return WriteSummaries(w, complete(summaries)) }},
	}, createFile)
}

// file is something to be written, and its place.
type file struct {
	path  string
	write func(io.Writer) error
}

// files lists all files of a report in the order in which they take their
// places.
func (r Report) files(dir string) ([]file, error) {
	if len(r.Results) == 0 {
		return nil, errors.New("a report without results cannot be written")
	}
	if !r.hasVariants() {
		if len(r.Results) > 1 {
			return nil, errors.New("several results without variants cannot share a folder")
		}
		return append(append([]file{r.runFile(dir)}, r.Results[0].detailFiles(dir, r)...), r.Results[0].summaryFile(dir)), nil
	}
	first := []file{r.runFile(dir)}
	var last []file
	seen := map[string]bool{}
	var summaries []Summary
	for _, result := range r.Results {
		folder, err := VariantFolder(dir, result.Summary.Variant)
		if err != nil {
			return nil, err
		}
		if seen[folder] {
			return nil, fmt.Errorf("two results are called %q and cannot share a folder: %w", result.Summary.Variant, ErrFolder)
		}
		seen[folder] = true
		alone := Report{Title: r.Title, Results: []Result{result}}
		first = append(first, alone.runFile(folder))
		first = append(first, result.detailFiles(folder, alone)...)
		last = append(last, result.summaryFile(folder))
		summaries = append(summaries, result.Summary)
	}
	first = append(first, file{filepath.Join(dir, "report.html"), func(w io.Writer) error { return WriteHTML(w, r) }})
	last = append(last, file{filepath.Join(dir, "comparison.json"), func(w io.Writer) error { return WriteSummaries(w, complete(summaries)) }})
	return append(first, last...), nil
}

func (r Result) detailFiles(dir string, page Report) []file {
	return []file{
		{filepath.Join(dir, "series.csv"), func(w io.Writer) error { return WriteSeries(w, r.Series) }},
		{filepath.Join(dir, "report.html"), func(w io.Writer) error { return WriteHTML(w, page) }},
	}
}

func (r Result) summaryFile(dir string) file {
	return file{filepath.Join(dir, "summary.json"), func(w io.Writer) error { return WriteSummary(w, r.Summary) }}
}

// complete leaves out the summaries of interrupted runs: they cannot be
// compared with the others.
func complete(summaries []Summary) []Summary {
	kept := []Summary{}
	for _, s := range summaries {
		if s.Complete {
			kept = append(kept, s)
		}
	}
	return kept
}

// runFile is run.json: of one run, or of all of them together.
func (r Report) runFile(dir string) file {
	content := struct {
		Schema string `json:"schema"`
		Run
		Variants []string `json:"variants,omitempty"`
	}{Schema: runSchema}
	for i, result := range r.Results {
		run := result.Run
		if i == 0 {
			content.Run = run
			continue
		}
		all := &content.Run
		all.Variant = ""
		all.WallSeconds += run.WallSeconds
		all.Events += run.Events
		all.Tasks += run.Tasks
		all.PeakMemoryMiB = max(all.PeakMemoryMiB, run.PeakMemoryMiB)
	}
	if len(r.Results) > 1 {
		content.Variants = r.labels()
		content.TasksPerSec = 0
		if content.WallSeconds > 0 {
			content.TasksPerSec = float64(content.Tasks) / content.WallSeconds
		}
	}
	return file{filepath.Join(dir, "run.json"), func(w io.Writer) error { return writeJSON(w, content) }}
}

// createFunc opens a new file for writing, in place of one with its name. The
// tests put full disks in its place.
type createFunc func(path string) (io.WriteCloser, error)

func createFile(path string) (io.WriteCloser, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// replaceAll writes all files beside their places, and then moves each to its
// place. On an error it removes what has not been moved.
func replaceAll(files []file, create createFunc) (err error) {
	moved := 0
	defer func() {
		if err != nil {
			for _, f := range files[moved:] {
				_ = os.Remove(temporary(f.path))
			}
		}
	}()
	for _, f := range files {
		if err := writeBeside(f, create); err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
	}
	for _, f := range files {
		if err := os.Rename(temporary(f.path), f.path); err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
		moved++
	}
	return nil
}

func writeBeside(f file, create createFunc) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return err
	}
	out, err := create(temporary(f.path))
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 64<<10)
	err = f.write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	// A disk may tell only at the close that it is full.
	return errors.Join(err, out.Close())
}

// temporary is where a file is written before it takes its place: in the same
// folder, so that a rename suffices. The process id keeps two runs apart.
func temporary(path string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, fmt.Sprintf(".berth-%s-%d.tmp", name, os.Getpid()))
}
