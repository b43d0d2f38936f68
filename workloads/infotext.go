package workloads

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

const pictureHeight = 8 // lines

// WriteText writes info for a terminal of the given width in characters, at
// least 40: the figures, and CPU in use over time as a picture.
func (info Info) WriteText(w io.Writer, width int) error {
	var b strings.Builder
	if info.File != "" {
		fmt.Fprintf(&b, "%s: %s\n\n", info.File, info.Format)
	}
	info.writeFigures(&b)
	for _, note := range info.Notes {
		fmt.Fprintf(&b, "\nnote: %s\n", note)
	}
	if len(info.BadRowErrors) > 0 {
		fmt.Fprintf(&b, "\nbad rows, the first %d of %d:\n", len(info.BadRowErrors), info.BadRows)
		for _, e := range info.BadRowErrors {
			fmt.Fprintf(&b, "  %s\n", e)
		}
	}
	if len(info.CPUUnitsInUse.Values) > 0 {
		b.WriteString("\nvCPU in use if every task starts when it is submitted\n")
		info.writePicture(&b, max(40, width))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (info Info) writeFigures(b *strings.Builder) {
	t := &strings.Builder{}
	if info.Capacity != nil {
		fmt.Fprintf(t, "nodes\t%d\n", info.Rows)
		fmt.Fprintf(t, "capacity\t%s vCPU, %s GiB, %s GPUs\n", plain(info.Capacity.CPUUnits/1024), plain(info.Capacity.MemoryMiB/1024), plain(info.Capacity.GPUs))
	} else {
		fmt.Fprintf(t, "rows\t%d, of which %d bad\n", info.Rows, info.BadRows)
		fmt.Fprintf(t, "tasks\t%d\n", info.Tasks)
	}
	timed := info.EndSeconds > 0
	if timed {
		fmt.Fprintf(t, "submitted\tfrom %s to %s\n", span(info.FirstSubmitSeconds), span(info.LastSubmitSeconds))
		fmt.Fprintf(t, "last end\t%s\n", span(info.EndSeconds))
		fmt.Fprintf(t, "peak\t%s tasks, %s vCPU, %s GiB", plain(info.Peak.Tasks), plain(info.Peak.CPUUnits/1024), plain(info.Peak.MemoryMiB/1024))
		if info.Peak.GPUs > 0 {
			fmt.Fprintf(t, ", %s GPUs", plain(info.Peak.GPUs))
		}
		fmt.Fprintln(t)
	}
	b.WriteString(aligned(t.String(), 0) + "\n")
	t.Reset()
	t.WriteString("\tp50\tp90\tp99\tmax\t\n")
	line := func(name string, p Percentiles) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", name, plain(p.P50), plain(p.P90), plain(p.P99), plain(p.Max))
	}
	line("cpu units", info.CPUUnits)
	line("memory MiB", info.MemoryMiB)
	if info.GPUs.Max > 0 {
		line("gpus", info.GPUs)
	}
	if timed {
		line("duration s", info.DurationSeconds)
	}
	b.WriteString(aligned(t.String(), tabwriter.AlignRight))
}

// aligned turns the tabs of lines into columns.
func aligned(lines string, flags uint) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', flags)
	// A Builder takes everything.
	_, _ = io.WriteString(t, lines)
	_ = t.Flush()
	return b.String()
}

// plain writes a number with at most three decimals.
func plain(x float64) string {
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

// span writes seconds as a duration, to the second where there is more than a
// minute of them.
func span(seconds float64) string {
	if seconds >= 60 {
		seconds = math.Round(seconds)
	}
	return toMilliseconds(seconds).String()
}

// writePicture draws columns of block characters; a column's height is the
// average over its time.
func (info Info) writePicture(w *strings.Builder, width int) {
	const label = 10 // characters
	columns := resample(info.CPUUnitsInUse.Values, width-label-2)
	scale := math.Max(1, math.Ceil(slices.Max(columns)/1024))
	blocks := []rune(" ▁▂▃▄▅▆▇█")
	for line := pictureHeight - 1; line >= 0; line-- {
		mark := ""
		switch line {
		case pictureHeight - 1:
			mark = plain(scale)
		case 0:
			mark = "0"
		}
		var drawn strings.Builder
		for _, cpuUnits := range columns {
			eighths := int(math.Round(cpuUnits/1024/scale*pictureHeight*8)) - line*8
			if line == 0 && cpuUnits > 0 {
				eighths = max(1, eighths) // a little is not nothing
			}
			drawn.WriteRune(blocks[min(8, max(0, eighths))])
		}
		fmt.Fprintf(w, "%*s │%s\n", label, mark, strings.TrimRight(drawn.String(), " "))
	}
	end := span(info.EndSeconds)
	fmt.Fprintf(w, "%*s └%s\n", label, "", strings.Repeat("─", len(columns)))
	fmt.Fprintf(w, "%*s0s%*s\n", label+2, "", max(1, len(columns)-2), end)
}

// resample averages values over n columns, or fewer where there are fewer
// values.
func resample(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	out := make([]float64, n)
	for i := range out {
		// Column i covers the values from position i×len/n to (i+1)×len/n,
		// the first and the last of them in part.
		from, to := float64(i)*float64(len(values))/float64(n), float64(i+1)*float64(len(values))/float64(n)
		for k := int(from); k < len(values) && float64(k) < to; k++ {
			part := math.Min(to, float64(k+1)) - math.Max(from, float64(k))
			out[i] += float64(values[k] * part)
		}
		out[i] /= to - from
	}
	return out
}
