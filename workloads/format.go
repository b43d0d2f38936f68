package workloads

import (
	"errors"
	"fmt"
	"strings"
)

// Format is a way to write a trace down.
type Format struct {
	Name    string
	Summary string // one line for a listing
	// New reads the beginning of a trace from in. The trace closes in; after
	// an error in is still to be closed.
	New func(in *Input, options Options) (Trace, error)
}

// Formats returns the built-in formats in the order of a listing. Another one
// is one more file and one more line here.
func Formats() []Format {
	return []Format{
		{"csv", "generic trace: CSV with submit_s, duration_s, cpu_units, memory_mib", newCSVTrace},
		{"swf", "Standard Workload Format of the Parallel Workloads Archive", newSWFTrace},
		{"alibaba-gpu-2023", "pod lists of the Alibaba GPU cluster trace of 2023 (openb)", newPodsTrace},
	}
}

// OpenTrace opens the trace at path, "-" being options.Stdin, in one of the
// given formats. The error for an unknown format lists the known ones.
func OpenTrace(formats []Format, format, path string, options Options) (Trace, error) {
	var known []string
	for _, f := range formats {
		if f.Name == format {
			return openAs(f, path, options)
		}
		known = append(known, f.Name)
	}
	return nil, fmt.Errorf("unknown trace format %q%s; the formats are %s", format, didYouMean(format, known), strings.Join(known, ", "))
}

func openAs(f Format, path string, options Options) (Trace, error) {
	in, err := Open(path, options.Stdin)
	if err != nil {
		return nil, err
	}
	if options.Opened != nil {
		options.Opened(in)
	}
	t, err := f.New(in, options)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return t, nil
}

func newCSVTrace(in *Input, options Options) (Trace, error) { return NewCSV(in, options) }

func newSWFTrace(in *Input, options Options) (Trace, error) { return NewSWF(in, options), nil }

func newPodsTrace(in *Input, options Options) (Trace, error) { return NewPods(in, options) }
