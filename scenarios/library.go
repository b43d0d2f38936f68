package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"strings"
)

//go:embed library
var library embed.FS

// Entry is a scenario of the built-in library.
type Entry struct {
	Name        string
	Description string
}

// Library lists the built-in scenarios, by name.
func Library() []Entry {
	var all []Entry
	files, _ := fs.ReadDir(library, "library") // embedded: it is there
	for _, file := range files {
		name, ok := strings.CutSuffix(file.Name(), ".yaml")
		if !ok {
			continue
		}
		src, _ := library.ReadFile(path.Join("library", file.Name()))
		entry := Entry{Name: name}
		if t, err := parse(name, src); err == nil {
			d := decoder{tree: t}
			var s Scenario
			d.structure(t.root, reflect.ValueOf(&s).Elem(), "")
			entry.Description = s.Description
		}
		all = append(all, entry)
	}
	return all
}

// LibraryFile returns the text of a library scenario.
func LibraryFile(name string) ([]byte, error) {
	if src, err := library.ReadFile(path.Join("library", name+".yaml")); err == nil {
		return src, nil
	}
	return nil, fmt.Errorf("there is no scenario %q in the library%s", name, meant(name, libraryNames()))
}

func libraryNames() []string {
	var names []string
	for _, e := range Library() {
		names = append(names, e.Name)
	}
	return names
}

// Source is where a scenario is read from.
type Source struct {
	Path    string
	Library bool // Path is one of the embedded library
}

// Resolve finds what a SCENARIO of the command line means. What has a slash or
// an extension is a file; a bare name is a file if there is one, else a scenario
// of the library.
func Resolve(nameOrPath string) (Source, error) {
	info, err := os.Stat(nameOrPath)
	embedded := path.Join("library", nameOrPath+".yaml")
	_, missing := fs.Stat(library, embedded)
	switch {
	case err == nil && !info.IsDir():
		return Source{Path: nameOrPath}, nil
	case missing == nil:
		return Source{Path: embedded, Library: true}, nil
	case err == nil:
		return Source{}, fmt.Errorf("%s: a folder; expected a scenario file or the name of a library scenario", nameOrPath)
	case errors.Is(err, fs.ErrNotExist):
		return Source{}, fmt.Errorf("%s: there is neither such a file nor such a scenario in the library%s", nameOrPath, meant(nameOrPath, libraryNames()))
	}
	return Source{}, fmt.Errorf("%s: %w", nameOrPath, cause(err))
}
