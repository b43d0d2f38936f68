package workloads

import "io"

// Options say how a trace is read. The zero value reads strictly and keeps
// only what a simulation needs.
type Options struct {
	// SkipBadRows goes on after a malformed row and counts it
	// (onBadRow: skip) instead of ending with its error.
	SkipBadRows bool
	// MemoryKiB is the memory of a task of which the trace does not tell it.
	// 0 makes such a row a malformed one. Only swf has such rows.
	MemoryKiB int64
	// Untimed reads rows for their demands alone, in the order of the file:
	// Submit and Duration are 0 and the file's times are not looked at. It is
	// for Timed, and only alibaba-gpu-2023 needs it.
	Untimed bool
	// KeepGroups and KeepIDs fill Row.Group and Row.ID. Without them they
	// stay "", since names cost more to read than all the rest of a row.
	KeepGroups bool
	KeepIDs    bool
	// Opened, unless it is nil, is given the file once it is open, to ask it how
	// much has been read.
	Opened func(*Input)
	// Stdin is what the path "-" stands for.
	Stdin io.Reader

	// memoryMayBeUnknown lets rows through whose memory is not known, as 0:
	// for a look at a trace.
	memoryMayBeUnknown bool
}

// Trace is a Source that reads a file.
type Trace interface {
	Source
	// Skipped is the number of malformed rows left out so far. It is 0
	// unless Options.SkipBadRows.
	Skipped() int
	// BadRows are the first ten of them, in the order in which they were met.
	BadRows() []*RowError
	// Close closes the file.
	Close() error
}
