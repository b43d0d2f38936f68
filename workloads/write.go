package workloads

import (
	"bufio"
	"bytes"
	"io"
	"strconv"

	"berth/sim"
	"berth/sim/cluster"
)

// WriteCSV writes the rows of src as a generic trace with all its columns and
// returns how many there were. Reading it gives the same rows, names included,
// but for the GPU models, for which the generic trace has no column.
func WriteCSV(w io.Writer, src Source) (rows int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	line := []byte("submit_s,duration_s,cpu_units,memory_mib,gpu,count,priority,group,id\n")
	var row Row
	for {
		if _, err := out.Write(line); err != nil {
			return rows, err
		}
		ok, err := src.Next(&row)
		if err != nil {
			return rows, err
		}
		if !ok {
			return rows, out.Flush()
		}
		line = appendRow(line[:0], row)
		rows++
	}
}

func appendRow(b []byte, row Row) []byte {
	b = append(appendFixed(b, int64(row.Submit), int64(sim.Second), 9), ',')
	b = append(appendFixed(b, int64(row.Duration), int64(sim.Second), 9), ',')
	b = append(appendFixed(b, row.Demand.CPU, cluster.CPUUnit, 3), ',')
	b = append(appendFixed(b, row.Demand.Memory, cluster.MiB, 10), ',')
	b = append(appendFixed(b, row.Demand.GPU, cluster.GPU, 3), ',')
	b = append(strconv.AppendInt(b, int64(row.Count), 10), ',')
	b = append(strconv.AppendInt(b, int64(row.Priority), 10), ',')
	b = append(appendText(b, row.Group), ',')
	return append(appendText(b, row.ID), '\n')
}

// appendFixed writes n/unit as a decimal without a loss; unit divides
// 10^places.
func appendFixed(b []byte, n, unit int64, places int) []byte {
	b = strconv.AppendInt(b, n/unit, 10)
	rest := n % unit
	if rest == 0 {
		return b
	}
	pow := int64(powers[places])
	point := len(b)
	b = strconv.AppendInt(b, pow+rest*(pow/unit), 10)
	b[point] = '.' // in the place of pow's own digit, which keeps the zeros behind it
	return bytes.TrimRight(b, "0")
}

func appendText(b []byte, s string) []byte {
	quote := false
	for i := range len(s) {
		quote = quote || s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r'
	}
	if !quote {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
