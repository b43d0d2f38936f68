package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// row is one row of a published list, its values by column name.
type row map[string]string

// readList returns the rows of a list. Every column that the caller names must
// be there, so that a list whose publisher renamed a column is an error and not
// a table without that fact.
func readList(data, name string, columns ...string) ([]row, error) {
	file, err := os.Open(filepath.Join(data, name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	var from io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if from, err = gzip.NewReader(file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	records, err := csv.NewReader(from).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s: no header row", name)
	}
	header := records[0]
	for _, column := range columns {
		if !slices.Contains(header, column) {
			return nil, fmt.Errorf("%s: no column %q among %s", name, column, strings.Join(header, ", "))
		}
	}
	rows := make([]row, 0, len(records)-1)
	for _, record := range records[1:] {
		r := make(row, len(columns))
		for i, column := range header {
			if slices.Contains(columns, column) {
				r[column] = record[i]
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// decimal returns a price in its shortest form: 0.0960 and 0.096 are one price.
func decimal(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
