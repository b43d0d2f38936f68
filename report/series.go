package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"berth/sim"
)

// WriteSeries writes the content of series.csv: a row per bucket with its
// start and width in seconds, then a column per figure, empty where the figure
// does not exist.
func WriteSeries(w io.Writer, s Series) error {
	out := csv.NewWriter(w)
	row := []string{"start_s", "width_s"}
	for _, c := range s.Columns {
		row = append(row, c.Name)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for i := range s.buckets() {
		start := s.Start + sim.Time(i)*s.Width
		width := s.Width
		if s.End > start {
			width = min(width, s.End-start)
		}
		row = append(row[:0], seconds(start), seconds(width))
		for _, c := range s.Columns {
			row = append(row, csvValue(c.Values, i))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (s Series) buckets() int {
	n := 0
	for _, c := range s.Columns {
		n = max(n, len(c.Values))
	}
	return n
}

func csvValue(values []float64, i int) string {
	if i >= len(values) || math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
		return ""
	}
	return strconv.FormatFloat(values[i], 'f', -1, 64)
}

// seconds gives a time in seconds as an exact decimal without trailing zeros.
func seconds(t sim.Time) string { return string(appendSeconds(nil, t)) }

func appendSeconds(b []byte, t sim.Time) []byte {
	if t < 0 {
		b, t = append(b, '-'), -t
	}
	b = strconv.AppendInt(b, int64(t/sim.Second), 10)
	fraction := int64(t % sim.Second)
	if fraction == 0 {
		return b
	}
	var digits [9]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + fraction%10)
		fraction /= 10
	}
	last := len(digits)
	for digits[last-1] == '0' {
		last--
	}
	return append(append(b, '.'), digits[:last]...)
}
