package main

import (
	"bufio"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the documentation shows is run. The blocks of a page are carried out in
// their order, in one new folder:
//
//   - a yaml block that begins with a comment such as "# nightly.yaml" is
//     written to the file of that name;
//   - in a console block, a line after "$ " is a command, and what follows is
//     what it prints, on standard output and standard error, from the first line
//     to the last; "…" alone on a line stands for any number of lines. Empty
//     lines count as nothing. A command with nothing below it may print anything;
//   - in an sh block each line is a command that may print anything.
//
// A command ends with exit code 0, or with that of a comment behind it: "# exits
// 2". "go run ./cmd/berth" is berth; other commands that begin with go, make or
// git are not run.

// page is a document.
type page struct {
	path   string
	blocks []block
}

// block is a fenced block.
type block struct {
	language string
	line     int // of its fence
	lines    []string
}

// step is a command with what it shows.
type step struct {
	line    int
	command string
	shown   []string
}

// pages reads the README and the documents.
func pages(t *testing.T) []page {
	t.Helper()
	root := filepath.Join("..", "..")
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	var all []page
	for _, path := range append([]string{filepath.Join(root, "README.md")}, paths...) {
		all = append(all, readPage(t, path))
	}
	require.Greater(t, len(all), 5)
	return all
}

func readPage(t *testing.T, path string) page {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, f.Close()) }()
	p := page{path: path}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	inside := false
	for n := 1; lines.Scan(); n++ {
		language, fence := strings.CutPrefix(lines.Text(), "```")
		switch {
		case fence && !inside:
			inside = true
			p.blocks = append(p.blocks, block{language: language, line: n})
		case fence:
			inside = false
		case inside:
			b := &p.blocks[len(p.blocks)-1]
			b.lines = append(b.lines, lines.Text())
		}
	}
	require.NoError(t, lines.Err())
	require.False(t, inside, "%s: the last block does not end", path)
	return p
}

// steps returns the commands of a block.
func (b block) steps() []step {
	var all []step
	for i, text := range b.lines {
		at := b.line + 1 + i
		command, prompt := strings.CutPrefix(text, "$ ")
		switch {
		case strings.TrimSpace(text) == "":
		case b.language == "sh" && !strings.HasPrefix(text, "#"):
			all = append(all, step{line: at, command: text})
		case b.language == "console" && prompt:
			all = append(all, step{line: at, command: command})
		case b.language == "console" && len(all) > 0:
			last := &all[len(all)-1]
			last.shown = append(last.shown, strings.TrimRight(text, " "))
		}
	}
	return all
}

var update = flag.Bool("update", false, "draw the pictures of the documents anew")

var (
	exitNote = regexp.MustCompile(`\s+# exits (\d+)$`)
	fileNote = regexp.MustCompile(`^# ([\w-]+\.yaml)$`)
)

func TestDocumentedCommandsRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the documents show the commands of a shell")
	}
	ran := 0
	for _, p := range pages(t) {
		t.Run(filepath.Base(p.path), func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("HOME", dir)
			t.Setenv("XDG_CONFIG_HOME", dir)
			for _, b := range p.blocks {
				if b.language == "yaml" && len(b.lines) > 0 {
					if name := fileNote.FindStringSubmatch(b.lines[0]); name != nil {
						require.NoError(t, os.WriteFile(filepath.Join(dir, name[1]), []byte(strings.Join(b.lines, "\n")+"\n"), 0o644))
					}
				}
				for _, s := range b.steps() {
					ran += s.run(t, p.path, dir)
				}
			}
			pictures(t, dir)
		})
	}
	assert.Greater(t, ran, 10, "commands that were run")
}

// pictures holds the pictures that a page's commands have drawn against those
// in docs/pictures.
func pictures(t *testing.T, dir string) {
	t.Helper()
	drawn, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	require.NoError(t, err)
	for _, path := range drawn {
		have, err := os.ReadFile(path)
		require.NoError(t, err)
		golden := filepath.Join("..", "..", "docs", "pictures", filepath.Base(path))
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
			require.NoError(t, os.WriteFile(golden, have, 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(have), "%s; -update draws it anew", golden)
	}
}

// run runs a step in a folder and returns how many commands that were.
func (s step) run(t *testing.T, path, dir string) int {
	t.Helper()
	command, want := s.command, 0
	if note := exitNote.FindStringSubmatch(command); note != nil {
		want, _ = strconv.Atoi(note[1]) // the pattern lets digits through only
		command = strings.TrimSuffix(command, note[0])
	}
	if rest, ok := strings.CutPrefix(command, "go run ./cmd/berth "); ok {
		command = "berth " + rest
	}
	if first, _, _ := strings.Cut(command, " "); slices.Contains([]string{"go", "make", "git"}, first) {
		return 0
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		require.NoError(t, err)
	}
	assert.Equal(t, want, code, "%s:%d: the exit code of %s, which prints\n%s", path, s.line, command, out)
	if len(s.shown) > 0 {
		if line, ok := shows(s.shown, string(out)); !ok {
			t.Errorf("%s:%d: %s does not print %q there; it prints\n%s", path, s.line, command, line, out)
		}
	}
	return 1
}

// shows reports whether the lines shown are what was printed; if not, the first
// that is missing, or the first that is not shown.
func shows(shown []string, printed string) (string, bool) {
	var left []string
	for line := range strings.SplitSeq(printed, "\n") {
		if line = strings.TrimRight(line, " "); line != "" {
			left = append(left, line)
		}
	}
	skip := false
	for _, line := range shown {
		if line == "…" {
			skip = true
			continue
		}
		at := slices.Index(left, line)
		if at < 0 || at > 0 && !skip {
			return line, false
		}
		left, skip = left[at+1:], false
	}
	if len(left) > 0 && !skip {
		return left[0], false
	}
	return "", true
}

func TestShows(t *testing.T) {
	const printed = "a\n\nb  \nc\nd\n"
	for _, c := range []struct {
		shown string
		want  bool
	}{
		{"a b c d", true},
		{"a … d", true},
		{"… b c …", true},
		{"a b", false},
		{"b …", false},
		{"a c d", false},
		{"a … c b …", false},
		{"…", true},
	} {
		_, ok := shows(strings.Fields(c.shown), printed)
		assert.Equal(t, c.want, ok, c.shown)
	}
}

var (
	testName   = regexp.MustCompile("`((?:Test|Fuzz|Benchmark|Example)\\w*)`")
	testDef    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w*)\(`)
	linkTarget = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
)

// A document that names a test which is not there claims what nobody checks.
func TestDocumentedTestsExist(t *testing.T) {
	there := map[string]bool{}
	root := filepath.Join("..", "..")
	for _, pattern := range []string{"*/*_test.go", "*/*/*_test.go", "*/*/*/*_test.go"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, path := range paths {
			src, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, def := range testDef.FindAllSubmatch(src, -1) {
				there[string(def[1])] = true
			}
		}
	}
	named := 0
	for _, p := range pages(t) {
		src, err := os.ReadFile(p.path)
		require.NoError(t, err)
		for _, name := range testName.FindAllSubmatch(src, -1) {
			named++
			assert.True(t, there[string(name[1])], "%s names %s, which is not there", p.path, name[1])
		}
	}
	assert.Greater(t, named, 20)
}

func TestDocumentedLinksLeadSomewhere(t *testing.T) {
	for _, p := range pages(t) {
		src, err := os.ReadFile(p.path)
		require.NoError(t, err)
		for _, link := range linkTarget.FindAllSubmatch(src, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(p.path), string(link[1])))
			assert.NoError(t, err, "%s links to %s", p.path, link[1])
		}
	}
}
