package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// doors lists for each room which others of the house it may import. The first
// entry whose pattern covers a package decides; "sim/..." is sim and all below
// it, "sim" is sim alone. docs/architecture.md draws the same as a picture.
var doors = []struct {
	room string
	may  []string
}{
	{"sim/catalog/generate", nil},
	{"sim/cluster/...", []string{"sim"}},
	{"sim/cloudwatch/...", []string{"sim", "sim/cluster"}},
	{"sim/catalog/...", []string{"sim", "sim/cluster"}},
	// The control planes do not import one another.
	{"sim/ec2/...", []string{"sim", "sim/cluster", "sim/cloudwatch", "sim/catalog"}},
	{"sim/ecs/...", []string{"sim", "sim/cluster", "sim/cloudwatch", "sim/catalog"}},
	{"sim/eks/...", []string{"sim", "sim/cluster", "sim/cloudwatch", "sim/catalog"}},
	{"sim/fargate/...", []string{"sim", "sim/cluster", "sim/cloudwatch", "sim/catalog"}},
	{"sim/lambda/...", []string{"sim", "sim/cluster", "sim/cloudwatch", "sim/catalog"}},
	{"sim/load/...", []string{"sim", "sim/cluster", "sim/cloudwatch"}},
	{"sim", nil},
	{internal, nil},
	{"placement/query/...", nil}, // a language, of no house
	{"placement", []string{"placement/query", "sim/..."}},
	{"workloads/...", []string{"sim/..."}},
	{"scaling/...", []string{"sim/..."}},
	{"report/...", []string{"sim/..."}},
	{"scenarios/...", []string{"scenarios/...", "workloads", "placement/...", "scaling", "report", "sim/..."}},
	{"cmd/...", []string{"scenarios/...", "workloads", "placement", "scaling", "report", "sim/..."}},
}

// model is what computes the simulated world: it opens no file, reads no
// clock, and draws from named streams alone.
var model = []string{"sim/...", "placement/...", "scaling/..."}

// covers reports whether a pattern of doors covers a package.
func covers(pattern, pkg string) bool {
	root, all := strings.CutSuffix(pattern, "/...")
	return pkg == root || all && strings.HasPrefix(pkg, root+"/")
}

func coveredBy(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, pkg) })
}

// Everyone may import what is internal, which imports no room itself.
const internal = "internal/..."

// mayImport reports whether one package of the house may import another, and
// whether doors knows the first.
func mayImport(from, to string) (may, known bool) {
	if covers(internal, to) {
		return true, true
	}
	for _, d := range doors {
		if covers(d.room, from) {
			return coveredBy(d.may, to), true
		}
	}
	return false, false
}

// sourceFile is a Go file of the house that is not a test.
type sourceFile struct {
	name string // slash-separated, from the module's root
	pkg  string // its folder
	*ast.File
	imports []string
}

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []sourceFile
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && at != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), at, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		f := sourceFile{name: filepath.ToSlash(rel), File: parsed}
		f.pkg = path.Dir(f.name)
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func TestTheDoorsOpenOneWay(t *testing.T) {
	for _, f := range sourceFiles(t) {
		_, known := mayImport(f.pkg, "")
		assert.True(t, known, "%s: the room %s is not in the list of doors", f.name, f.pkg)
		for _, imported := range f.imports {
			to, ours := strings.CutPrefix(imported, "berth/")
			if !ours {
				continue
			}
			may, _ := mayImport(f.pkg, to)
			assert.True(t, may, "%s imports %s: that door does not open", f.name, imported)
		}
	}
}

func TestTheModelComputesOnly(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	for _, f := range sourceFiles(t) {
		for _, imported := range f.imports {
			assert.NotEqual(t, "math/rand", imported, "%s: random numbers come from named streams over math/rand/v2", f.name)
			if !coveredBy([]string{"cmd/..."}, f.pkg) {
				assert.False(t, strings.HasPrefix(imported, "github.com/spf13/"), "%s imports %s: settings are read in cmd and passed in", f.name, imported)
			}
		}
		if !coveredBy(model, f.pkg) || f.pkg == "sim/catalog/generate" {
			continue
		}
		for _, imported := range f.imports {
			assert.False(t, coveredBy([]string{"os/...", "net/..."}, imported), "%s imports %s: the model does no I/O", f.name, imported)
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "time" {
					assert.NotContains(t, clock, s.Sel.Name, "%s reads the host's clock", f.name)
				}
			}
			return true
		})
	}
}

// The list itself is easily got wrong: some doors that must be shut, and some
// that must be open.
func TestDoors(t *testing.T) {
	for _, c := range []struct {
		from, to string
		may      bool
	}{
		{"sim", "sim/cluster", false},
		{"sim/cluster", "sim", true},
		{"sim/cluster", "sim/catalog", false},
		{"sim/ecs", "sim/ec2", false},
		{"sim/ecs", "sim/cluster", true},
		{"placement", "sim/cluster", true},
		{"placement", "report", false},
		{"report", "placement", false},
		{"workloads", "scenarios", false},
		{"scenarios", "placement", true},
		{"scenarios/experiments", "report", true},
		{"scenarios", "cmd/berth", false},
		{"cmd/berth", "scenarios", true},
		{"simulation", "sim", false},
	} {
		may, _ := mayImport(c.from, c.to)
		assert.Equal(t, c.may, may, "%s imports %s", c.from, c.to)
	}
}
