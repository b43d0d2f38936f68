package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"berth/sim"
	"berth/sim/cluster"
)

// The columns of the Standard Workload Format that are read, counted from 0,
// with the names they have in messages.
const (
	swfJob        = 0
	swfSubmit     = 1
	swfRun        = 3
	swfProcessors = 4
	swfUsedMemory = 6
	swfRequested  = 7
	swfMemory     = 9
	swfStatus     = 10
	swfUser       = 11
	swfColumns    = 18
)

var swfNames = [swfColumns]string{
	swfJob: "job number", swfSubmit: "submit time", swfRun: "run time", swfProcessors: "allocated processors",
	swfUsedMemory: "used memory", swfRequested: "requested processors", swfMemory: "requested memory",
	swfStatus: "status", swfUser: "user",
}

// SWF reads the Standard Workload Format. It is made with NewSWF.
type SWF struct {
	badRows
	in       *Input
	lines    *lines
	options  Options
	record   []byte
	fields   [swfColumns][]byte
	extended bool // of the current row
	users    names
	started  bool
	origin   sim.Time // the submit time of the first row
	last     sim.Time
	lastLine int
	// unknownMemory counts rows, for Inspect.
	unknownMemory int
}

// NewSWF reads the Standard Workload Format: a job a line, 18 numbers, -1 for
// what is not known, comments after ";". The trace closes in.
//
// A job becomes one task. Its CPU is a vCPU per allocated processor, or per
// requested one where the allocated are not known. Its memory is the requested
// memory (column 10, KB per processor), else the used memory (column 7, KB per
// processor), else Options.MemoryKiB for the task; KB are taken as KiB. Time
// starts at the first row's submit time, which some logs give in seconds since
// 1970. Row.Group is the user, Row.ID the job number.
//
// A row with more than 18 columns is of the variant that the Alea simulator
// reads: its column 10 is in bytes and for the whole job, and its column 7 is
// not used, since it holds the same number on every row.
//
// Malformed are rows whose run time or number of processors is not known,
// which go back in time, or whose status is 2, 3 or 4: those are parts of a
// job that has a row of its own.
//
// Source: Chapin and others, "Benchmarks and Standards for the Evaluation of
// Parallel Job Schedulers", 1999, and the archive's description of version 2.2.
func NewSWF(in *Input, options Options) *SWF {
	return &SWF{badRows: badRows{skip: options.SkipBadRows}, in: in, lines: newLines(in), options: options}
}

// Close closes the input.
func (s *SWF) Close() error { return s.in.Close() }

// Next implements Source. The error is a *RowError, or one of reading.
func (s *SWF) Next(row *Row) (bool, error) {
	for {
		record, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		var bad *RowError
		switch {
		case errors.Is(err, errRecordTooLong):
			bad = &RowError{File: s.in.name, Line: s.lines.line, Message: "the line is longer than 1 MiB; is this a trace?"}
		case err != nil:
			return false, err
		default:
			s.record = record
			n := s.split()
			if n == 0 || s.fields[0][0] == ';' {
				continue
			}
			s.extended = n > swfColumns
			bad = s.parse(row, n)
		}
		if bad == nil {
			return true, nil
		}
		if err := s.add(bad); err != nil {
			return false, err
		}
	}
}

// split cuts the record at white space and returns how many fields it has,
// but at most one more than are read.
func (s *SWF) split() int {
	rest := s.record
	for n := range swfColumns + 1 {
		rest = bytes.TrimLeft(rest, " \t")
		if len(rest) == 0 {
			return n
		}
		if n == swfColumns {
			break
		}
		end := 0
		for end < len(rest) && rest[end] != ' ' && rest[end] != '\t' {
			end++
		}
		s.fields[n], rest = rest[:end], rest[end:]
	}
	return swfColumns + 1
}

func (s *SWF) parse(row *Row, fields int) *RowError {
	if fields < swfColumns {
		return &RowError{File: s.in.name, Line: s.lines.line, Message: fmt.Sprintf("the row has %d columns; the Standard Workload Format has %d", fields, swfColumns)}
	}
	*row = Row{Count: 1, Line: s.lines.line}
	submit, bad := s.required(swfSubmit, uint64(sim.Second), int64(MaxTime), "146 years")
	if bad != nil {
		return bad
	}
	origin := s.origin
	if !s.started {
		origin = sim.Time(submit)
	}
	row.Submit = sim.Time(submit) - origin
	if row.Submit < s.last {
		return s.errorIn(swfSubmit, fmt.Sprintf("is earlier than that of line %d; sort the file by its second column", s.lastLine))
	}
	run, bad := s.required(swfRun, uint64(sim.Second), int64(MaxTime), "146 years")
	if bad != nil {
		return bad
	}
	row.Duration = sim.Time(run)
	if status := s.fields[swfStatus]; len(status) == 1 && status[0] >= '2' && status[0] <= '4' {
		return s.errorIn(swfStatus, "is that of a part of a job; the job has a row of its own")
	}
	if row.Demand, bad = s.demand(); bad != nil {
		return bad
	}
	if s.options.KeepGroups {
		row.Group = s.users.get(known(s.fields[swfUser]))
	}
	if s.options.KeepIDs {
		row.ID = string(known(s.fields[swfJob]))
	}
	s.started, s.origin, s.last, s.lastLine = true, origin, row.Submit, row.Line
	return nil
}

func (s *SWF) demand() (v cluster.Vector, bad *RowError) {
	processors, bad := s.positive(swfProcessors, 1, maxCPU/cluster.VCPU)
	if processors == 0 && bad == nil {
		processors, bad = s.positive(swfRequested, 1, maxCPU/cluster.VCPU)
	}
	if bad != nil {
		return v, bad
	}
	if processors == 0 {
		return v, s.errorIn(swfProcessors, "is not known, and neither are the requested processors")
	}
	v.CPU = processors * cluster.VCPU
	v.Memory, bad = s.memory(processors)
	return v, bad
}

func (s *SWF) memory(processors int64) (int64, *RowError) {
	if s.extended {
		n, bad := s.positive(swfMemory, 1, maxMemory*1024)
		if n > 0 || bad != nil {
			return (n + 1023) / 1024, bad
		}
	}
	for _, column := range []int{swfMemory, swfUsedMemory} {
		if s.extended {
			break
		}
		n, bad := s.positive(column, 1, maxMemory)
		if bad != nil {
			return 0, bad
		}
		if n > maxMemory/processors {
			return 0, s.errorIn(column, fmt.Sprintf("KB for each of %d processors is too large; the most for a task is %d KiB", processors, int64(maxMemory)))
		}
		if n > 0 {
			return n * processors, nil
		}
	}
	if s.options.MemoryKiB <= 0 && s.options.memoryMayBeUnknown {
		s.unknownMemory++
		return 0, nil
	}
	if s.options.MemoryKiB <= 0 {
		return 0, s.errorIn(swfMemory, "is not known, and neither is the used memory; say how much a task has with memory")
	}
	return s.options.MemoryKiB, nil
}

// required reads a column that has to be known.
func (s *SWF) required(column int, unit uint64, limit int64, most string) (int64, *RowError) {
	n, _, fault := decimal(s.fields[column], unit, nearest, limit)
	switch fault {
	case 0:
		return n, nil
	case negative:
		if string(s.fields[column]) == "-1" {
			return 0, s.errorIn(column, "is not known; a row without it cannot be replayed")
		}
	}
	return 0, s.errorIn(column, complaint(fault, s.fields[column], "seconds", most))
}

// positive reads a column in which 0 and negative numbers stand for unknown.
func (s *SWF) positive(column int, unit uint64, limit int64) (int64, *RowError) {
	n, _, fault := decimal(s.fields[column], unit, up, limit)
	if fault == 0 || fault == negative {
		return n, nil
	}
	return 0, s.errorIn(column, complaint(fault, s.fields[column], "an amount or -1", fmt.Sprint(limit)))
}

// known is the text of a label, empty where it is -1.
func known(label []byte) []byte {
	if string(label) == "-1" {
		return nil
	}
	return label
}

func (s *SWF) errorIn(column int, message string) *RowError {
	field := s.fields[column]
	// A field is a part of the record, and both reach to the end of the same
	// buffer: the difference in capacity is the distance.
	return &RowError{
		File: s.in.name, Line: s.lines.line, Column: cap(s.record) - cap(field) + 1,
		Field: swfNames[column], Value: shown(field), Message: message,
	}
}
