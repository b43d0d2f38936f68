package workloads

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// time reads a field in seconds.
func (t *table) time(column int) (sim.Time, *RowError) {
	n, _, fault := decimal(t.fields[column], uint64(sim.Second), nearest, int64(MaxTime))
	if fault != 0 {
		return 0, t.errorIn(column, complaint(fault, t.fields[column], "seconds", "146 years"))
	}
	return sim.Time(n), nil
}

// amount reads a field in the given unit of a resource, rounded up.
func (t *table) amount(column int, unit, limit int64) (int64, *RowError) {
	n, _, fault := decimal(t.fields[column], uint64(unit), up, limit)
	if fault != 0 {
		return 0, t.errorIn(column, complaint(fault, t.fields[column], "an amount", fmt.Sprint(limit/unit)))
	}
	return n, nil
}

// gpus reads a share of one device or a number of devices.
func (t *table) gpus(column int) (int64, *RowError) {
	n, exact, fault := decimal(t.fields[column], cluster.GPU, up, maxGPU)
	if fault != 0 {
		return 0, t.errorIn(column, complaint(fault, t.fields[column], "GPUs", fmt.Sprint(maxGPU/cluster.GPU)))
	}
	if n > cluster.GPU && (n%cluster.GPU != 0 || !exact) {
		return 0, t.errorIn(column, "is more than one GPU and not whole; a task has a share of one GPU or whole GPUs, so write a number up to 1, or 2, 3, ...")
	}
	return n, nil
}

// integer reads a whole number between low and high.
func (t *table) integer(column, low, high int) (int, *RowError) {
	text := t.fields[column]
	digits, sign := text, 1
	if len(text) > 0 && text[0] == '-' {
		digits, sign = text[1:], -1
	}
	n := 0
	ok := len(digits) > 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			ok = false
			break
		}
		if n = n*10 + int(c-'0'); n > 1<<40 {
			n = 1 << 40
		}
	}
	n *= sign
	if ok && n >= low && n <= high {
		return n, nil
	}
	if len(text) == 0 {
		return 0, t.errorIn(column, emptyMessage)
	}
	return 0, t.errorIn(column, fmt.Sprintf("is not a whole number from %d to %d", low, high))
}

const emptyMessage = "is empty; write a number, or leave out the column where it is optional"

func complaint(fault decimalFault, text []byte, unit, limit string) string {
	switch {
	case len(text) == 0:
		return emptyMessage
	case fault == negative:
		return "is negative; write " + unit + " from 0"
	case fault == tooLarge:
		return "is too large; the most is " + limit
	}
	return "is not a number; write " + unit + " as a decimal such as 12.5"
}

// seconds formats t as a decimal without a loss.
func seconds(t sim.Time) string { return string(appendFixed(nil, int64(t), int64(sim.Second), 9)) }
