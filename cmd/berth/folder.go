package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"berth/report"
	"berth/scenarios"
)

// defaultFolder is where a scenario's output goes unless -o says otherwise.
func defaultFolder(file *scenarios.File, s *scenarios.Scenario) string {
	const parent = "berth-out"
	if dir, err := report.VariantFolder(parent, s.Name); err == nil {
		return dir
	}
	// A name that can be none of a folder, and a file that has one.
	return filepath.Join(parent, strings.TrimSuffix(filepath.Base(file.Path), filepath.Ext(file.Path)))
}

// prepareFolder finds out before the run whether the output can be written: it
// makes the folder and tries to make a file in it. undo removes what it made and
// nothing was written to.
func prepareFolder(dir string, runs []*scenarios.Scenario) (undo func(), err error) {
	if err := report.CheckFolder(dir); err != nil {
		return nil, err
	}
	for _, s := range runs {
		if s.Variant == "" {
			continue
		}
		if _, err := report.VariantFolder(dir, s.Variant); err != nil {
			return nil, err
		}
	}
	made := missing(dir)
	undo = func() {
		for _, d := range made {
			if os.Remove(d) != nil { // it holds something by now
				return
			}
		}
	}
	if err := writable(dir); err != nil {
		undo()
		return nil, fmt.Errorf("output folder: %w (%w)", err, report.ErrFolder)
	}
	return undo, nil
}

// missing lists the folders of a path that do not exist, the innermost first.
func missing(dir string) []string {
	var made []string
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			return made
		}
		made = append(made, d)
	}
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".berth-*.tmp")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
