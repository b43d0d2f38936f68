package workloads

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"berth/sim"
)

// SpotCapacity is a row of a record of Spot availability: from an instant on, a
// pool has so many instances.
type SpotCapacity struct {
	At   sim.Time // since the start of the record
	Zone string   // name or id, "" for all
	Type string   // "" for all
	// Instances that the pool has, or, of a probe, that were held or obtained.
	Instances int64
	Line      int // of the file; 0 in a probe
}

// SpotAvailability is how many instances Spot pools had over time.
type SpotAvailability struct {
	// Rows by time, at least one. Of a probe only those that change something.
	Rows []SpotCapacity
	// Probe tells the record of a probe, which asked for a few instances again
	// and again and knows no more than how many of them it could have: Most. It
	// is about one pool, which it does not name.
	Probe bool
	Most  int64
	// Length of the record; 0 where it has no end of its own.
	Length sim.Time
}

const (
	maxSpotInstances = 1_000_000
	maxSpotTicks     = 1 << 22
)

var availabilityColumns = []string{"time_s", "instances", "availability_zone", "instance_type"}

// ReadSpotAvailability reads a record of Spot availability. It is either a CSV
// file with the columns time_s (seconds from its start, not decreasing) and
// instances, and if it is about several pools availability_zone and
// instance_type, of which an empty one stands for all; or the JSON record of a
// probe as SkyPilot publishes them, {"metadata": {"gap_seconds": 600}, "data":
// [1, 1, 0, …]}. A malformed row is a *RowError.
func ReadSpotAvailability(path string) (*SpotAvailability, error) {
	in, err := Open(path, nil)
	if err != nil {
		return nil, err
	}
	a, err := readSpotAvailability(in)
	return a, errors.Join(err, in.Close())
}

func readSpotAvailability(in *Input) (*SpotAvailability, error) {
	head, err := in.peek(inputBuffer)
	if err != nil {
		return nil, err
	}
	a := &SpotAvailability{}
	if head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"); len(head) > 0 && head[0] == '{' {
		err = a.readProbe(in)
	} else {
		err = a.readCSV(in)
	}
	if err != nil {
		return nil, err
	}
	if len(a.Rows) == 0 {
		return nil, &RowError{File: in.Name(), Line: 1, Message: "the file has no rows"}
	}
	for _, row := range a.Rows {
		a.Most = max(a.Most, row.Instances)
	}
	return a, nil
}

func (a *SpotAvailability) readCSV(in *Input) error {
	t, err := newTable(in, availabilityColumns, 2)
	if err != nil {
		return err
	}
	for {
		switch err := t.next(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		at, bad := t.time(0)
		if bad != nil {
			return bad
		}
		if n := len(a.Rows); n > 0 && at < a.Rows[n-1].At {
			return t.errorIn(0, fmt.Sprintf("is earlier than the %s of the row before; sort the rows by time", seconds(a.Rows[n-1].At)))
		}
		instances, bad := t.integer(1, 0, maxSpotInstances)
		if bad != nil {
			return bad
		}
		if len(a.Rows) == maxSpotTicks {
			return t.errorIn(0, fmt.Sprintf("is in row %d, and that is too many", maxSpotTicks+1))
		}
		a.Rows = append(a.Rows, SpotCapacity{At: at, Instances: int64(instances), Zone: string(t.fields[2]), Type: string(t.fields[3]), Line: t.lines.line})
	}
}

// readProbe reads the JSON record of a probe.
func (a *SpotAvailability) readProbe(in *Input) error {
	j, err := readJSONText(in, "a record of Spot availability")
	if err != nil {
		return err
	}
	a.Probe = true
	gap, ticks := sim.Time(0), sim.Time(0)
	var values []int64
	err = j.object("the document", func(key string) error {
		switch key {
		case "metadata":
			return j.object(key, func(key string) (err error) {
				if key != "gap_seconds" {
					return j.skip()
				}
				gap, err = j.gap(key)
				return err
			})
		case "data":
			return j.array(key, func() error {
				n, err := j.instances("data")
				if err == nil && len(values) == maxSpotTicks {
					err = j.fail("data", fmt.Sprintf("is value %d, and that is too many", maxSpotTicks+1))
				}
				values = append(values, n)
				return err
			})
		}
		return j.skip()
	})
	switch {
	case err != nil:
		return err
	case gap == 0:
		return &RowError{File: in.Name(), Line: 1, Message: `the document has no "gap_seconds" in its "metadata": the time between two values`}
	case int64(len(values)) > int64(MaxTime/gap):
		return &RowError{File: in.Name(), Line: 1, Message: "the record is longer than 146 years; is gap_seconds in seconds?"}
	}
	for i, n := range values {
		if i == 0 || n != values[i-1] {
			a.Rows = append(a.Rows, SpotCapacity{At: sim.Time(i) * gap, Instances: n})
		}
		ticks++
	}
	a.Length = ticks * gap
	return j.end()
}

// gap reads a number of seconds above 0.
func (j *jsonText) gap(key string) (sim.Time, error) {
	token, err := j.value()
	if err != nil {
		return 0, err
	}
	number, _ := token.(json.Number)
	n, _, fault := decimal([]byte(number), uint64(sim.Second), nearest, int64(MaxTime))
	if fault != 0 || n == 0 {
		return 0, j.fail(key, "is not a number of seconds above 0")
	}
	return sim.Time(n), nil
}

// instances reads a whole number of instances.
func (j *jsonText) instances(key string) (int64, error) {
	token, err := j.value()
	if err != nil {
		return 0, err
	}
	number, ok := token.(json.Number)
	v, bad := number.Float64()
	if !ok || bad != nil || v < 0 || v > maxSpotInstances || v != math.Trunc(v) {
		return 0, j.fail(key, fmt.Sprintf("is not a whole number from 0 to %d", maxSpotInstances))
	}
	return int64(v), nil
}
