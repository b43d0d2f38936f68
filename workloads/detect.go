package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// NodeList is what Detect calls a node list, which is read by ReadNodes and is
// not a trace.
const NodeList = "alibaba-gpu-2023-nodes"

// Detect tells the format of the file at path from how it begins: the name of
// one of Formats, or NodeList.
func Detect(path string) (string, error) {
	in, err := Open(path, nil)
	if err != nil {
		return "", err
	}
	format, err := detect(in)
	return format, errors.Join(err, in.Close())
}

func detect(in *Input) (string, error) {
	head, err := in.peek(inputBuffer)
	if err != nil {
		return "", err
	}
	if format := sniff(head); format != "" {
		return format, nil
	}
	if rates := sniffRates(head); rates != "" {
		return "", fmt.Errorf("%s: looks like a series of rates (%s) and not like a trace of tasks; in a scenario load.requestsPerSecond.trace reads it, with format: %s", in.Name(), rates, rates)
	}
	var known []string
	for _, f := range Formats() {
		known = append(known, f.Name+" ("+f.Summary+")")
	}
	return "", fmt.Errorf("%s: does not begin like a trace; the formats are %s", in.Name(), strings.Join(known, ", "))
}

// sniff returns the format that a file beginning with head has, or "".
func sniff(head []byte) string {
	line, names := firstLine(head)
	if len(line) == 0 {
		return ""
	}
	has := func(columns ...string) bool {
		for _, c := range columns {
			if !slices.Contains(names, c) {
				return false
			}
		}
		return true
	}
	switch {
	case line[0] == ';':
		return "swf"
	case has("submit_s") || has("duration_s"): // a missing one is for the reader to tell
		return "csv"
	case has("cpu_milli", "num_gpu"):
		return "alibaba-gpu-2023"
	case has("sn", "cpu_milli"):
		return NodeList
	}
	fields := bytes.Fields(line)
	if len(fields) < swfColumns {
		return ""
	}
	for _, f := range fields[:swfColumns] {
		if _, _, fault := decimal(f, 1, up, 1<<62); fault == notNumber {
			return ""
		}
	}
	return "swf"
}

// firstLine returns the first line of a file that is not empty, without a byte order
// mark, and the columns that it names if it is the header of a CSV file.
func firstLine(head []byte) (line []byte, columns []string) {
	line = head
	for len(line) == 0 || line[0] == '\n' || line[0] == '\r' {
		if len(head) == 0 {
			return nil, nil
		}
		line, head, _ = bytes.Cut(head, []byte("\n"))
	}
	line, _, _ = bytes.Cut(bytes.TrimPrefix(line, []byte("\ufeff")), []byte("\n"))
	for name := range strings.SplitSeq(string(line), ",") {
		columns = append(columns, strings.Trim(strings.TrimSpace(name), `"`))
	}
	return line, columns
}

// sniffRates returns the one of [RateFormats] that a file beginning with head seems
// to have, or "".
func sniffRates(head []byte) string {
	line, names := firstLine(head)
	has := func(column string) bool { return find(names, column) != "" }
	switch {
	case len(line) == 0:
	case line[0] == '{':
		if bytes.Contains(head, []byte(`"MetricDataResults"`)) || bytes.Contains(head, []byte(`"Datapoints"`)) {
			return "cloudwatch-json"
		}
	case len(names) < 2:
	case has("timestamp") && slices.ContainsFunc([]string{"sum", "average", "samplecount", "minimum", "maximum"}, has):
		return "cloudwatch-csv"
	case len(names) == 2 && has("timestamp") && has("value"):
		return "nab"
	case has("period") && has("count"):
		return "worldcup98"
	case slices.ContainsFunc(rateTimeColumns, has):
		return "csv"
	}
	return ""
}
