package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openCSV(t testing.TB, text string, options Options) (*CSV, error) {
	t.Helper()
	in, err := NewInput("t.csv", strings.NewReader(text))
	require.NoError(t, err)
	return NewCSV(in, options)
}

func TestCSVReadsEveryColumnInAnyOrder(t *testing.T) {
	c, err := openCSV(t, "id,memory_mib,zone,cpu_units,duration_s,submit_s,group,priority,count,gpu\r\n"+
		"a-1,512,z,256,1.5,0.000000001,red,-3,2,0.25\r\n"+
		"\r\n"+
		"\"a \"\"2\"\"\",0.1,\"x,\ny\",0.001,0,7,\"gr,een\",4,1,4\n"+
		"a-3,1,,1,1,7,,0,1,1.0", Options{KeepGroups: true, KeepIDs: true})
	require.NoError(t, err)
	assert.Equal(t, []Row{
		// 256 units × 125, 512 MiB × 1024.
		{Submit: 1, Duration: 1500 * sim.Millisecond, Demand: cluster.Vector{CPU: 32000, Memory: 524288, GPU: 250}, Count: 2, Priority: -3, Group: "red", ID: "a-1", Line: 2},
		// 0.001 × 125 = 0.125, up to 1; 0.1 × 1024 = 102.4, up to 103.
		{Submit: 7 * sim.Second, Demand: cluster.Vector{CPU: 1, Memory: 103, GPU: 4000}, Count: 1, Priority: 4, Group: "gr,een", ID: `a "2"`, Line: 4},
		{Submit: 7 * sim.Second, Duration: sim.Second, Demand: cluster.Vector{CPU: 125, Memory: 1024, GPU: 1000}, Count: 1, ID: "a-3", Line: 6},
	}, readAll(t, c))
}

func TestCSVDefaults(t *testing.T) {
	c, err := openCSV(t, "\ufeffsubmit_s,duration_s,cpu_units,memory_mib,group,id\n1,2,3,4,g,i\n", Options{})
	require.NoError(t, err)
	assert.Equal(t, []Row{{Submit: sim.Second, Duration: 2 * sim.Second, Demand: cluster.Vector{CPU: 375, Memory: 4096}, Count: 1, Line: 2}}, readAll(t, c))
}

func TestCSVHeaderErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "t.csv:1: the file is empty"},
		{"\n\n", "t.csv:1: the file is empty"},
		{"submit,duration_s,cpu_units,memory_mib\n", `t.csv:1: the header has no column submit_s (the nearest is "submit"); it needs submit_s,duration_s,cpu_units,memory_mib`},
		{"1,2,3,4\n", "t.csv:1: the header has no column submit_s; it needs"},
		{"submit_s,duration_s,cpu_units,memory_mib,gpu,gpu\n", `t.csv:1:46: header: "gpu" is there twice`},
		{"a,a\n", `t.csv:1:3: header: "a" is there twice`},
		{"\"a,b\n", "t.csv:1: the row has a double quote that is not closed"},
	} {
		_, err := openCSV(t, test.text, Options{})
		require.Error(t, err, test.text)
		assert.Contains(t, err.Error(), test.want)
	}
}

func TestCSVRowErrors(t *testing.T) {
	const header = "submit_s,duration_s,cpu_units,memory_mib,gpu,count,priority\n5,1,1,1,1,1,1\n"
	for _, test := range []struct{ row, want string }{
		{"NaN,1,1,1,1,1,1", `t.csv:3:1: submit_s: "NaN" is not a number; write seconds as a decimal such as 12.5`},
		{"6,Inf,1,1,1,1,1", `t.csv:3:3: duration_s: "Inf" is not a number`},
		{"6,-0.5,1,1,1,1,1", `t.csv:3:3: duration_s: "-0.5" is negative; write seconds from 0`},
		{"4.999999999,1,1,1,1,1,1", `t.csv:3:1: submit_s: "4.999999999" is earlier than the 5 s of line 2; sort the file by submit_s`},
		{"1e300,1,1,1,1,1,1", `t.csv:3:1: submit_s: "1e300" is too large; the most is 146 years`},
		{"6,1,,1,1,1,1", `t.csv:3:5: cpu_units: "" is empty; write a number, or leave out the column where it is optional`},
		{"6,1, 1,1,1,1,1", `t.csv:3:5: cpu_units: " 1" is not a number`},
		{"6,1,+1,1,1,1,1", `t.csv:3:5: cpu_units: "+1" is not a number`},
		{"6,1,1,99999999999999999999,1,1,1", `t.csv:3:7: memory_mib: "99999999999999999999" is too large; the most is 1073741824`},
		{"6,1,1,1,2.5,1,1", `t.csv:3:9: gpu: "2.5" is more than one GPU and not whole; a task has a share of one GPU or whole GPUs`},
		{"6,1,1,1,1.9999,1,1", `gpu: "1.9999" is more than one GPU and not whole`},
		{"6,1,1,1,1,0,1", `t.csv:3:11: count: "0" is not a whole number from 1 to 16777216`},
		{"6,1,1,1,1,1.5,1", `count: "1.5" is not a whole number`},
		{"6,1,1,1,1,1,9223372036854775808", `priority: "9223372036854775808" is not a whole number from -2147483647 to 2147483647`},
		{"6,1,1,1,1,1,-", `priority: "-" is not a whole number`},
		{"6,1,1,1,1,1", "t.csv:3: the row has 6 fields, the header 7"},
		{"6,1,1,1,1,1,1,1,1", "t.csv:3: the row has 9 fields, the header 7; a value that contains a comma"},
		{`6,1,1,1,1,1,"1"x`, `t.csv:3:13: priority: "\"1\"x" goes on after its closing double quote`},
		{`6,1,1,1,1,1,"1`, "t.csv:3: the row has a double quote that is not closed"},
		{`6,1,"1` + "\n" + `",1,1,1,1`, `t.csv:3:5: cpu_units: "1\n" is not a number`},
		{"6,1,\"1\",1,1,1,x", `t.csv:3:15: priority: "x"`},
		{strings.Repeat("9", 200) + "x,1,1,1,1,1,1", strings.Repeat("9", 80) + `..."`},
	} {
		c, err := openCSV(t, header+test.row+"\n7,1,1,1,1,1,1\n", Options{})
		require.NoError(t, err)
		rows, err := drain(c)
		assert.Len(t, rows, 1, test.row)
		var bad *RowError
		require.ErrorAs(t, err, &bad, test.row)
		assert.Contains(t, err.Error(), test.want)

		c, err = openCSV(t, header+test.row+"\n7,1,1,1,1,1,1\n", Options{SkipBadRows: true})
		require.NoError(t, err)
		rows = readAll(t, c)
		if assert.Len(t, rows, 2, test.row) {
			assert.Equal(t, Row{Submit: 7 * sim.Second, Duration: sim.Second, Demand: cluster.Vector{CPU: 125, Memory: 1024, GPU: 1000}, Count: 1, Priority: 1, Line: rows[1].Line}, rows[1])
		}
		assert.Equal(t, 1, c.Skipped())
		assert.Equal(t, []*RowError{bad}, c.BadRows())
	}
}

func TestCSVKeepsTheFirstTenBadRows(t *testing.T) {
	c, err := openCSV(t, "submit_s,duration_s,cpu_units,memory_mib\n"+strings.Repeat("x,1,1,1\n", 25), Options{SkipBadRows: true})
	require.NoError(t, err)
	assert.Empty(t, readAll(t, c))
	assert.Equal(t, 25, c.Skipped())
	require.Len(t, c.BadRows(), 10)
	assert.Equal(t, 11, c.BadRows()[9].Line)
}

// endless is a line that does not end, of the given number of bytes.
func endless(n int64) io.Reader {
	return io.LimitReader(repeat("9"), n)
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r[i%len(r)]
	}
	return len(p), nil
}

func TestCSVWithAnEndlessLineTakesLittleMemory(t *testing.T) {
	const header = "submit_s,duration_s,cpu_units,memory_mib\n1,1,1,1\n"
	for _, opening := range []string{"", `"`} {
		in, err := NewInput("t.csv", io.MultiReader(strings.NewReader(header+opening), endless(100<<20), strings.NewReader("\n2,2,2,2\n")))
		require.NoError(t, err)
		c, err := NewCSV(in, Options{SkipBadRows: true})
		require.NoError(t, err)
		rows := readAll(t, c)
		require.Len(t, rows, 2)
		assert.Equal(t, 4, rows[1].Line)
		assert.Equal(t, 1, c.Skipped())
		require.EqualError(t, c.BadRows()[0], "t.csv:3: the line is longer than 1 MiB; is this a trace?")
		assert.Less(t, len(c.table.lines.buf), 4<<20)
	}
}

func TestCSVWithAnUnclosedQuoteLosesOneLine(t *testing.T) {
	c, err := openCSV(t, "submit_s,duration_s,cpu_units,memory_mib\n\"1,1,1,1\n"+strings.Repeat("2,2,2,2\n", 300_000), Options{SkipBadRows: true})
	require.NoError(t, err)
	rows := readAll(t, c)
	assert.Len(t, rows, 300_000)
	assert.Equal(t, 1, c.Skipped())
	assert.Equal(t, 3, rows[0].Line)
	assert.Equal(t, 300_002, rows[len(rows)-1].Line)
}

func TestCSVWithStrayQuotesCountsEveryLineItLoses(t *testing.T) {
	c, err := openCSV(t, "submit_s,duration_s,cpu_units,memory_mib\n1,1,1,\"1\n2,2,2,2\n3,3,3,\"3\n4,4,4,4\n", Options{SkipBadRows: true})
	require.NoError(t, err)
	var lines []int
	for _, row := range readAll(t, c) {
		lines = append(lines, row.Line)
	}
	assert.Equal(t, []int{3, 5}, lines)
	assert.Equal(t, 2, c.Skipped())
}

func TestCSVSmallReads(t *testing.T) {
	text := manyRows(2000)
	want, err := openCSV(t, text, Options{})
	require.NoError(t, err)
	in, err := NewInput("t.csv", iotestOneByte{strings.NewReader(text)})
	require.NoError(t, err)
	got, err := NewCSV(in, Options{})
	require.NoError(t, err)
	assert.Equal(t, readAll(t, want), readAll(t, got))
}

type iotestOneByte struct{ r io.Reader }

func (o iotestOneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func TestCSVMemoryDoesNotGrowWithGroups(t *testing.T) {
	var b strings.Builder
	b.WriteString("submit_s,duration_s,cpu_units,memory_mib,group\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "1,1,1,1,g%d\n", i)
	}
	c, err := openCSV(t, b.String(), Options{KeepGroups: true})
	require.NoError(t, err)
	assert.Len(t, readAll(t, c), 50_000)
	assert.Len(t, c.groups, maxNames)
}

func TestCSVAllocatesNothingPerRow(t *testing.T) {
	c, err := openCSV(t, manyRows(30_000), Options{KeepGroups: true})
	require.NoError(t, err)
	var row Row
	for range 1000 {
		ok, err := c.Next(&row)
		require.True(t, ok)
		require.NoError(t, err)
	}
	assert.Zero(t, testing.AllocsPerRun(20_000, func() {
		if ok, err := c.Next(&row); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}))
}

// manyRows is a trace of n rows like those of a real one.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("submit_s,duration_s,cpu_units,memory_mib,group\n")
	for i := range n {
		fmt.Fprintf(&b, "%.3f,%.3f,%d,%d,team%d\n", float64(i)*1.237, 20+float64(i%977)*1.371, 256<<(i%4), 512<<(i%5), i%7)
	}
	return b.String()
}

func BenchmarkCSV(b *testing.B) {
	text := []byte(manyRows(100_000))
	b.ReportAllocs()
	b.SetBytes(int64(len(text) / 100_000))
	var c *CSV
	var row Row
	left := 0
	for b.Loop() {
		if left == 0 {
			in, err := NewInput("bench", bytes.NewReader(text))
			require.NoError(b, err)
			c, err = NewCSV(in, Options{})
			require.NoError(b, err)
			left = 100_000
		}
		if ok, err := c.Next(&row); !ok || err != nil {
			b.Fatal(ok, err)
		}
		left--
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("submit_s,duration_s,cpu_units,memory_mib,gpu,count,priority,group,id\n1,2,3,4,0.5,1,-1,g,i\n")
	f.Add("submit_s,duration_s,cpu_units,memory_mib\n1e-3,\"2\",.5,4.\r\n\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		strict := fuzzRows(t, "csv", text, Options{KeepIDs: true, KeepGroups: true})
		skipping := fuzzRows(t, "csv", text, Options{KeepIDs: true, KeepGroups: true, SkipBadRows: true})
		if len(skipping) < len(strict) || !slices.Equal(strict, skipping[:len(strict)]) {
			t.Errorf("skipping bad rows changed the good ones before them")
		}
	})
}

// fuzzRows reads text in the named format and checks what holds of any rows
// that come out.
func fuzzRows(t *testing.T, format, text string, options Options) []Row {
	in, err := NewInput("fuzz", strings.NewReader(text))
	if err != nil {
		return nil
	}
	for _, f := range Formats() {
		if f.Name != format {
			continue
		}
		trace, err := f.New(in, options)
		if err != nil {
			return nil
		}
		rows, err := drain(trace)
		var bad *RowError
		if err != nil && options.SkipBadRows && errors.As(err, &bad) {
			t.Errorf("a bad row was not skipped: %v", err)
		}
		if trace.Skipped() > 0 && !options.SkipBadRows {
			t.Errorf("%d rows were skipped unasked", trace.Skipped())
		}
		last := sim.Time(0)
		for _, row := range rows {
			checkRow(t, row, last)
			last = row.Submit
		}
		return rows
	}
	t.Fatalf("no format %s", format)
	return nil
}

func checkRow(t *testing.T, row Row, last sim.Time) {
	d := row.Demand
	if row.Submit < last || row.Submit > MaxTime || row.Duration < 0 || row.Duration > MaxTime || row.Count < 1 || row.Line < 1 ||
		d.CPU < 0 || d.Memory < 0 || d.GPU < 0 || d.GPU > cluster.GPU && d.GPU%cluster.GPU != 0 || d.CPU > math.MaxInt64/2 {
		t.Errorf("no such row may come out (the one before was at %v): %+v", last, row)
	}
}
