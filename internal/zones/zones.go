// Package zones is the time zone database of the house. It is part of the
// binary, so that a time zone means the same on every machine: the host's own
// database, the variables TZ and ZONEINFO, and the zone "Local" are not looked
// at.
//
// zoneinfo.zip.gz is lib/time/zoneinfo.zip of the Go distribution, compressed
// once more (95 KB instead of 408 KB), with release 2025c of the IANA time zone
// database, which is in the public domain. A newer Go brings a newer one:
// go generate ./internal/zones.
package zones

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	_ "embed" // for the database
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"berth/internal/spelling"
)

//go:generate sh -c "gzip -9nc $GOROOT/lib/time/zoneinfo.zip > zoneinfo.zip.gz"

//go:embed zoneinfo.zip.gz
var compressed []byte

// database is what is in the file, unpacked at the first question.
type database struct {
	files map[string]*zip.File
	names []string // of the zones, sorted

	mu     sync.Mutex
	loaded map[string]*time.Location
}

var open = sync.OnceValues(func() (*database, error) {
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	archive, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	db := &database{files: map[string]*zip.File{}, loaded: map[string]*time.Location{}}
	for _, f := range r.File {
		// "Factory" stands for a machine that nobody has set up.
		if !f.FileInfo().IsDir() && f.Name != "Factory" {
			db.files[f.Name] = f
		}
	}
	db.names = slices.Sorted(maps.Keys(db.files))
	return db, nil
})

// Names returns the names of all time zones, sorted, links to renamed zones
// among them.
func Names() []string {
	db, err := open()
	if err != nil {
		return nil // Load tells
	}
	return slices.Clone(db.names)
}

// Load returns the time zone with an IANA name, such as Europe/Berlin; the same
// name always gives the same location. Upper and lower case count. The error
// for an unknown name has the nearest one.
func Load(name string) (*time.Location, error) {
	db, err := open()
	if err != nil {
		return nil, fmt.Errorf("the embedded time zone database: %w", err)
	}
	switch name {
	case "UTC":
		return time.UTC, nil
	case "":
		return nil, errors.New("the time zone is empty; write a name such as Europe/Berlin, or UTC")
	case "Local":
		return nil, errors.New("the time zone Local is another one on every machine; write a name such as Europe/Berlin, or UTC")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if zone := db.loaded[name]; zone != nil {
		return zone, nil
	}
	f := db.files[name]
	if f == nil {
		return nil, unknown(name, db.names)
	}
	zone, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("the embedded time zone %s: %w", name, err)
	}
	db.loaded[name] = zone
	return zone, nil
}

func read(f *zip.File) (*time.Location, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(f.Name, data)
}

func unknown(name string, names []string) error {
	hint := ""
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("unknown time zone %q%s; write a name of the IANA time zone database such as Europe/Berlin, or UTC", name, hint)
}

// nearest returns the name that is most likely meant: a name spelt nearly so,
// or one whose city is.
func nearest(name string, names []string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	if near := spelling.Nearest(name, names); near != "" && spelling.Distance(strings.ToLower(near), strings.ToLower(name)) <= 2 {
		return near
	}
	_, city, found := strings.Cut(name, "/")
	if !found {
		city = name
	}
	cities := make([]string, 0, len(names))
	for _, n := range names {
		cities = append(cities, n[strings.LastIndexByte(n, '/')+1:])
	}
	if near := spelling.Nearest(city, cities); near != "" {
		return names[slices.Index(cities, near)]
	}
	return spelling.Nearest(name, names)
}
