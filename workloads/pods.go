package workloads

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// The columns of a pod list, the required ones first.
const (
	podName = iota
	podCPU
	podMemory
	podGPUs
	podGPUMilli
	podModels
	podCreated
	podDeleted
	podScheduled
)

var podColumns = []string{"name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec", "creation_time", "deletion_time", "scheduled_time"}

const (
	podsRequired = podGPUMilli + 1
	maxPods      = 1 << 20
)

// Pods is a pod list of the Alibaba GPU cluster trace of 2023. It is made with
// NewPods.
type Pods struct {
	badRows
	in   *Input
	rows []Row
}

// NewPods reads a pod list (openb_pod_list_*.csv) as it was published. It
// reads the whole list, which has a few thousand rows and may have a million,
// because most of the published lists are not in the order of time; rows of
// equal time stay in the order of the file. After an error in is still to be
// closed; otherwise it is closed by Close.
//
// A pod is submitted at its creation_time and runs for deletion_time minus
// scheduled_time, in seconds. Where one of them is empty the event did not
// happen, and there is nothing to replay: the row is malformed. Lists without
// times (multigpu) are an error. With Options.Untimed the times are not looked
// at, every pod counts, and the order is that of the file.
//
// gpu_milli counts when num_gpu is 1, a share of a device; more GPUs are whole
// ones. gpu_spec becomes Row.GPUModels, name Row.ID; there is no group.
func NewPods(in *Input, options Options) (*Pods, error) {
	t, err := newTable(in, podColumns, podsRequired)
	if err != nil {
		return nil, err
	}
	if !options.Untimed && (!t.has(podCreated) || !t.has(podDeleted) || !t.has(podScheduled)) {
		return nil, fmt.Errorf("%s: the pod list has no times (creation_time, deletion_time, scheduled_time); give it arrivals and duration", in.Name())
	}
	var models names
	p := &Pods{badRows: badRows{skip: options.SkipBadRows}, in: in}
	for {
		row, bad, err := readPod(t, options, &models)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if bad != nil {
			if err := p.add(bad); err != nil {
				return nil, err
			}
			continue
		}
		if len(p.rows) == maxPods {
			return nil, fmt.Errorf("%s: the pod list has more than %d rows; a list of this length is to be a generic trace (csv)", in.Name(), maxPods)
		}
		p.rows = append(p.rows, row)
	}
	slices.SortStableFunc(p.rows, func(a, b Row) int { return cmp.Compare(a.Submit, b.Submit) })
	return p, nil
}

// Next implements Source. There are no errors left for it to return.
func (p *Pods) Next(row *Row) (bool, error) {
	if len(p.rows) == 0 {
		return false, nil
	}
	*row, p.rows = p.rows[0], p.rows[1:]
	return true, nil
}

// Close closes the input.
func (p *Pods) Close() error { return p.in.Close() }

// podsHaveTimes reports whether a list that begins with head has all times.
func podsHaveTimes(head []byte) bool {
	header, _, _ := bytes.Cut(head, []byte("\n"))
	for _, name := range podColumns[podCreated:] {
		if !bytes.Contains(header, []byte(name)) {
			return false
		}
	}
	return true
}

func readPod(t *table, options Options, models *names) (row Row, bad *RowError, err error) {
	if err := t.next(); err != nil {
		if errors.As(err, &bad) {
			return row, bad, nil
		}
		return row, nil, err
	}
	row = Row{Count: 1, Line: t.lines.line}
	if row.Demand, bad = podDemand(t); bad != nil {
		return row, bad, nil
	}
	if !options.Untimed {
		if row.Submit, row.Duration, bad = podTimes(t); bad != nil {
			return row, bad, nil
		}
	}
	row.GPUModels = models.get(t.fields[podModels])
	if options.KeepIDs {
		row.ID = string(t.fields[podName])
	}
	return row, nil, nil
}

func podDemand(t *table) (v cluster.Vector, bad *RowError) {
	if v.CPU, bad = t.amount(podCPU, cluster.Millicore, maxCPU); bad != nil {
		return v, bad
	}
	if v.Memory, bad = t.amount(podMemory, cluster.MiB, maxMemory); bad != nil {
		return v, bad
	}
	gpus, bad := t.integer(podGPUs, 0, maxGPU/cluster.GPU)
	switch {
	case bad != nil:
		return v, bad
	case gpus != 1:
		v.GPU = int64(gpus) * cluster.GPU
		return v, nil
	}
	milli, bad := t.integer(podGPUMilli, 1, cluster.GPU)
	v.GPU = int64(milli)
	return v, bad
}

func podTimes(t *table) (submit, duration sim.Time, bad *RowError) {
	var at [podScheduled + 1]sim.Time
	for column := podCreated; column <= podScheduled; column++ {
		if len(t.fields[column]) == 0 {
			return 0, 0, t.errorIn(column, "is empty: it did not happen in the time of the trace; give arrivals and duration, or skip such rows")
		}
		if at[column], bad = t.time(column); bad != nil {
			return 0, 0, bad
		}
	}
	if at[podDeleted] < at[podScheduled] {
		return 0, 0, t.errorIn(podDeleted, fmt.Sprintf("is earlier than the scheduled_time %s", seconds(at[podScheduled])))
	}
	return at[podCreated], at[podDeleted] - at[podScheduled], nil
}
