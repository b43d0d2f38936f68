package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"berth/placement"
	"berth/sim/catalog"
)

// File is a scenario file that was read: a document and the names of its
// variants. Its content is checked by [File.Variant].
type File struct {
	Path string // as it was named
	Dir  string // what paths in the document are relative to; "" for a scenario of the library
	// Catalog against which types, regions and sizes are checked. It is the
	// embedded one unless it is set before Variant.
	Catalog *catalog.Catalog
	// Strategies that placementStrategy may name. They are those of
	// [placement.Builtin] unless others are set before Variant.
	Strategies map[string]placement.Constructor

	src      []byte
	tree     *tree
	variants []Variant
}

// Load reads a scenario: a file, or a scenario of the library by its name. The
// error is [Errors] where the file was read and is not a scenario.
func Load(nameOrPath string) (*File, error) {
	source, err := Resolve(nameOrPath)
	if err != nil {
		return nil, err
	}
	if source.Library {
		src, err := library.ReadFile(source.Path)
		if err != nil {
			return nil, err
		}
		return LoadBytes(nameOrPath, src)
	}
	src, err := os.ReadFile(source.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source.Path, cause(err))
	}
	file, err := LoadBytes(source.Path, src)
	if err != nil {
		return nil, err
	}
	file.Dir = filepath.Dir(source.Path)
	return file, nil
}

// cause takes an operating system's error out of the words around it, which
// would name the path a second time.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// LoadBytes reads a scenario from src. name stands for the file in messages.
// Paths in the document are relative to the current folder.
func LoadBytes(name string, src []byte) (*File, error) {
	tree, err := parse(name, src)
	if err != nil {
		return nil, err
	}
	file := &File{Path: name, Catalog: catalog.Embedded(), src: src, tree: tree}
	d := decoder{tree: tree}
	if _, n := entry(tree.root, "variants"); n != nil && !null(n) {
		f, _ := named(fields(reflect.TypeFor[Scenario]()), "variants")
		d.value(n, reflect.ValueOf(&file.variants).Elem(), f, "variants")
	}
	for _, v := range file.variants {
		d.name(v.Name, join(join("variants", v.Name), "name"), "a variant")
	}
	return file, d.issues.sorted()
}

// Variants returns the names of the scenario's variants, in its order; none for
// a scenario without.
func (f *File) Variants() []string {
	names := make([]string, len(f.variants))
	for i, v := range f.variants {
		names[i] = v.Name
	}
	return names
}

// Variant returns the scenario that results when the settings of a variant and
// then those of the command line, each PATH=VALUE, are applied to the document.
// name "" is the document without a variant. The error is [Errors]: everything
// that is wrong with the result.
func (f *File) Variant(name string, sets []string) (*Scenario, error) {
	t := f.tree.clone()
	var settings Settings
	if name != "" {
		i := slices.IndexFunc(f.variants, func(v Variant) bool { return v.Name == name })
		if i < 0 {
			if len(f.variants) == 0 {
				return nil, fmt.Errorf("%s: there is no variant %q; the scenario has none", f.Path, name)
			}
			return nil, fmt.Errorf("%s: there is no variant %q%s", f.Path, name, meant(name, f.Variants()))
		}
		for _, s := range f.variants[i].Set {
			s.value = clone(s.value)
			settings = append(settings, s)
		}
	}
	var issues Errors
	for _, set := range sets {
		s, wrong := t.argument(set)
		if wrong != nil {
			issues = append(issues, *wrong)
			continue
		}
		settings = append(settings, s)
	}
	for _, s := range settings {
		if wrong := t.apply(s); wrong != nil {
			issues = append(issues, *wrong)
		}
	}
	s := &Scenario{Variant: name, Path: f.Path, Dir: f.Dir, Source: f.src, tree: t, strategies: f.Strategies}
	d := decoder{tree: t, issues: issues}
	d.structure(t.root, reflect.ValueOf(s).Elem(), "")
	s.NotModelled = d.notModelled
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(f.Path), filepath.Ext(f.Path))
	}
	c := checker{decoder: &d, Scenario: s, catalog: f.Catalog, strategies: f.Strategies}
	c.check()
	if len(d.issues) == 0 {
		d.issues = d.early
	}
	if err := d.issues.sorted(); err != nil {
		return nil, err
	}
	if len(settings) > 0 {
		src, err := yaml.Dump(t.root, yaml.WithLineWidth(-1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		s.Source = src
	}
	return s, nil
}

// All returns the scenarios of the variants with the names, without names those
// of all variants, or the one of a document without variants. The error is
// [Errors]: what is wrong with any of them, once.
func (f *File) All(sets []string, names ...string) ([]*Scenario, error) {
	if len(names) == 0 {
		names = f.Variants()
	}
	if len(names) == 0 {
		names = []string{""}
	}
	var all []*Scenario
	var issues Errors
	for _, name := range names {
		s, err := f.Variant(name, sets)
		var e Errors
		switch {
		case errors.As(err, &e):
			issues = append(issues, e...)
		case err != nil:
			return nil, err
		}
		all = append(all, s)
	}
	if err := issues.sorted(); err != nil {
		return nil, err
	}
	return all, nil
}

// Pos returns where the value at a dotted path is written, or, where it is left
// out, what is around it. An element of a list is named as in variants.
func (s *Scenario) Pos(path string) Position { return s.tree.pos(path) }

// Issue makes an issue at a path, for what is found only when the scenario is
// built or its data read.
func (s *Scenario) Issue(path, format string, args ...any) Issue {
	return s.tree.at(s.tree.pos(path), path, fmt.Sprintf(format, args...))
}
