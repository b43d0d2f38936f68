package workloads

import (
	"errors"
	"fmt"
	"io"
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// Limits of what a row can say. They leave room for sums: an instant plus a
// duration, and the demands of a million rows, stay within 64 bits.
const (
	// MaxTime is the latest submission and the longest duration, 146 years.
	MaxTime = sim.Time(math.MaxInt64 / 2)

	maxCPU    = (1 << 20) * cluster.VCPU // a million vCPU
	maxMemory = (1 << 20) * cluster.GiB  // a million GiB
	maxGPU    = (1 << 20) * cluster.GPU  // a million GPUs
	maxCount  = 1 << 24                  // tasks of one row
	maxPrio   = math.MaxInt32
)

// The columns of the generic trace, the required ones first.
const (
	csvSubmit = iota
	csvDuration
	csvCPU
	csvMemory
	csvGPU
	csvCount
	csvPriority
	csvGroup
	csvID
)

var csvColumns = []string{"submit_s", "duration_s", "cpu_units", "memory_mib", "gpu", "count", "priority", "group", "id"}

const csvRequired = csvMemory + 1

// CSV reads the generic trace. It is made with NewCSV.
type CSV struct {
	badRows
	in       *Input
	table    *table
	options  Options
	groups   names
	last     sim.Time
	lastLine int
	// What the file has of the optional columns, found out once.
	gpu, count, priority, group, id bool
}

// NewCSV reads the header of the generic trace in in. After an error in is
// still to be closed; otherwise it is closed by Close.
//
// The header is required, its columns may be in any order. submit_s,
// duration_s, cpu_units (1024 = 1 vCPU) and memory_mib must be there; gpu,
// count, priority, group and id may be; others are accepted and not read.
//
// Decimals are exact: times to the nanosecond (what is finer is rounded to the
// nearest), demands to the unit of cluster.Vector (what is finer is rounded
// up). A gpu is a share of one device up to 1 or a whole number of devices.
// Rows must not go back in time. Signs other than that of a priority, NaN and
// infinities, empty numbers and missing or surplus fields make a row malformed.
func NewCSV(in *Input, options Options) (*CSV, error) {
	t, err := newTable(in, csvColumns, csvRequired)
	if err != nil {
		return nil, err
	}
	return &CSV{
		badRows: badRows{skip: options.SkipBadRows}, in: in, table: t, options: options,
		gpu: t.has(csvGPU), count: t.has(csvCount), priority: t.has(csvPriority),
		group: t.has(csvGroup) && options.KeepGroups, id: t.has(csvID) && options.KeepIDs,
	}, nil
}

// Close closes the input.
func (c *CSV) Close() error { return c.in.Close() }

// Next implements Source. The error is a *RowError, or one of reading.
func (c *CSV) Next(row *Row) (bool, error) {
	for {
		bad, err := c.read(row)
		switch {
		case bad == nil && err == nil:
			c.last, c.lastLine = row.Submit, row.Line
			return true, nil
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		}
		if err := c.add(bad); err != nil {
			return false, err
		}
	}
}

// read fills row with the next row of the file, or says what is bad about it.
// It leaves c as it was but for the place in the file.
func (c *CSV) read(row *Row) (*RowError, error) {
	t := c.table
	if err := t.next(); err != nil {
		var bad *RowError
		if errors.As(err, &bad) {
			return bad, nil
		}
		return nil, err
	}
	*row = Row{Count: 1, Line: t.lines.line}
	var bad *RowError
	if row.Submit, bad = t.time(csvSubmit); bad != nil {
		return bad, nil
	}
	if row.Submit < c.last {
		return t.errorIn(csvSubmit, fmt.Sprintf("is earlier than the %s s of line %d; sort the file by submit_s", seconds(c.last), c.lastLine)), nil
	}
	if row.Duration, bad = t.time(csvDuration); bad != nil {
		return bad, nil
	}
	if row.Demand.CPU, bad = t.amount(csvCPU, cluster.CPUUnit, maxCPU); bad != nil {
		return bad, nil
	}
	if row.Demand.Memory, bad = t.amount(csvMemory, cluster.MiB, maxMemory); bad != nil {
		return bad, nil
	}
	if c.gpu {
		if row.Demand.GPU, bad = t.gpus(csvGPU); bad != nil {
			return bad, nil
		}
	}
	if c.count {
		if row.Count, bad = t.integer(csvCount, 1, maxCount); bad != nil {
			return bad, nil
		}
	}
	if c.priority {
		if row.Priority, bad = t.integer(csvPriority, -maxPrio, maxPrio); bad != nil {
			return bad, nil
		}
	}
	if c.group {
		row.Group = c.groups.get(t.fields[csvGroup])
	}
	if c.id {
		row.ID = string(t.fields[csvID])
	}
	return nil, nil
}
