package workloads

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func inspected(t testing.TB, text string) Info {
	t.Helper()
	info, err := Inspect("-", Options{Stdin: strings.NewReader(text)})
	require.NoError(t, err)
	return info
}

func TestInspect(t *testing.T) {
	info := inspected(t, "submit_s,duration_s,cpu_units,memory_mib,gpu,count\n"+
		"10,20,1024,2048,0,3\n"+ // [10, 30): 3 vCPU
		"20,20,2048,1024,0.5,1\n"+ // [20, 40): 2 vCPU, so 5 in [20, 30)
		"x,1,1,1,1,1\n"+
		"30,0,8192,1024,0,1\n"+ // runs at no instant
		"30,10,1024,1024,0,1\n") // starts when the first ends
	assert.Equal(t, Info{
		File: "standard input", Format: "csv", Rows: 5, BadRows: 1, Tasks: 6,
		BadRowErrors:       []string{`standard input:4:1: submit_s: "x" is not a number; write seconds as a decimal such as 12.5`},
		FirstSubmitSeconds: 10, LastSubmitSeconds: 30, EndSeconds: 40,
		// Of six tasks: 1024 ×4, 2048, 8192.
		CPUUnits:        Percentiles{1024, 8192, 8192, 8192},
		MemoryMiB:       Percentiles{1024, 2048, 2048, 2048},
		GPUs:            Percentiles{0, 0.5, 0.5, 0.5},
		DurationSeconds: Percentiles{20, 20, 20, 20},
		Peak:            Totals{Tasks: 4, CPUUnits: 5 * 1024, MemoryMiB: 3*2048 + 1024, GPUs: 0.5},
		CPUUnitsInUse: Series{WidthSeconds: 1, Values: append(append(append(make([]float64, 10),
			repeated(3*1024, 10)...), repeated(5*1024, 10)...), repeated(3*1024, 10)...)},
	}, info)
}

func repeated(v float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func TestInspectOtherFiles(t *testing.T) {
	nodes := inspected(t, "sn,cpu_milli,memory_mib,gpu,model\na,32000,1024,2,T4\nb,64000,1024,0,\n")
	assert.Equal(t, &Totals{CPUUnits: 96 * 1024, MemoryMiB: 2048, GPUs: 2}, nodes.Capacity)
	assert.Equal(t, 2, nodes.Rows)

	jobs := inspected(t, "1 0 -1 83 1 -1 -1 -1 1200 -1 -1 1 1 -1 -1 1 -1 -1\n")
	assert.Equal(t, []string{"the memory of 1 rows is not known; a scenario says how much a task has with memory"}, jobs.Notes)
	assert.Equal(t, 1, jobs.Rows)

	pods := inspected(t, "name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1000,1,1,300\n")
	assert.Equal(t, []string{"the list has no times; a scenario gives it arrivals and duration"}, pods.Notes)
	assert.InDelta(t, 0.3, pods.GPUs.Max, 0)

	empty := inspected(t, "submit_s,duration_s,cpu_units,memory_mib\n")
	assert.Equal(t, Info{File: "standard input", Format: "csv"}, empty)

	_, err := Inspect("-", Options{Stdin: strings.NewReader("hello\n")})
	require.ErrorContains(t, err, "standard input: does not begin like a trace")
	_, err = Inspect(t.TempDir(), Options{})
	require.ErrorContains(t, err, "is a directory")
}

func TestInspectAtTheEndsOfTime(t *testing.T) {
	info := inspected(t, "submit_s,duration_s,cpu_units,memory_mib,count\n"+
		"0,4611686018.427387903,1073741824,1073741824,16777216\n4611686018.427387903,4611686018.427387903,1,1,1\n")
	assert.Zero(t, info.BadRows)
	assert.InDelta(t, 9223372036.854775806, info.EndSeconds, 1e-6)
	assert.InDelta(t, float64(1<<30)*(1<<24), info.Peak.CPUUnits, 0)
	require.NoError(t, info.WriteText(io.Discard, 80))
}

func TestInfoMarshals(t *testing.T) {
	info := inspected(t, "submit_s,duration_s,cpu_units,memory_mib\n0,1,1024,1\n")
	data, err := json.Marshal(info)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"cpuUnitsInUse":{"widthSeconds":1,"values":[1024]}`)
	var back Info
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, info, back)
}

func TestInfoText(t *testing.T) {
	src, err := GenerateTrace(DefaultBatch(), stream(1), stream(2), stream(3))
	require.NoError(t, err)
	var file bytes.Buffer
	_, err = WriteCSV(&file, src)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, inspected(t, file.String()+"oops\n").WriteText(&text, 72))
	for line := range strings.SplitSeq(text.String(), "\n") {
		if !strings.Contains(line, "oops") && !strings.Contains(line, "standard input:") {
			assert.LessOrEqual(t, len([]rune(line)), 76, line)
		}
	}
	const golden = "testdata/info.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, text.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), text.String())

	for _, odd := range []Info{{}, {EndSeconds: 1e10, CPUUnitsInUse: Series{Values: []float64{0}}}} {
		require.NoError(t, odd.WriteText(&text, -5))
	}
}

// Peaks and averages against sums over all tasks at all instants.
func TestInspectAgreesWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := 0
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Row {
			last += rapid.IntRange(0, 5).Draw(t, "gap")
			return Row{
				Submit: sim.Time(last) * sim.Second, Duration: sim.Time(rapid.IntRange(0, 900).Draw(t, "duration")) * sim.Second,
				Demand: cluster.Vector{CPU: cluster.CPUUnit * int64(rapid.IntRange(0, 9).Draw(t, "cpu"))}, Count: rapid.IntRange(1, 3).Draw(t, "count"),
			}
		}), 1, 30).Draw(t, "rows")
		left := listed(rows)
		info, err := InspectSource(&left)
		if err != nil {
			t.Fatal(err)
		}
		peakTasks, peakCPU := 0.0, 0.0
		var perSecond []float64
		for at := sim.Time(0); at < sim.Time(info.EndSeconds)*sim.Second; at += sim.Second {
			tasks, cpu := 0.0, 0.0
			for _, r := range rows {
				if r.Submit <= at && at < r.Submit+r.Duration {
					tasks += float64(r.Count)
					cpu += float64(r.Count) * float64(r.Demand.CPU/cluster.CPUUnit)
				}
			}
			peakTasks, peakCPU = max(peakTasks, tasks), max(peakCPU, cpu)
			perSecond = append(perSecond, cpu)
		}
		if info.Peak.Tasks != peakTasks || info.Peak.CPUUnits != peakCPU {
			t.Fatalf("the peak is %v tasks and %v units, not %+v", peakTasks, peakCPU, info.Peak)
		}
		width := int(info.CPUUnitsInUse.WidthSeconds)
		for i, v := range info.CPUUnitsInUse.Values {
			sum := 0.0
			for k := i * width; k < min((i+1)*width, len(perSecond)); k++ {
				sum += perSecond[k]
			}
			if diff := v - sum/float64(width); diff > 1e-9 || diff < -1e-9 {
				t.Fatalf("span %d of %d s has %v, not %v", i, width, v, sum/float64(width))
			}
		}
	})
}

func TestTallyOfManyValuesIsCloseAndSmall(t *testing.T) {
	var tl tally
	r := stream(9)
	for range 300_000 {
		tl.add(r.Int64N(1_000_000_000_000), 1)
	}
	assert.LessOrEqual(t, len(tl.counts), maxDistinct)
	p := tl.percentiles(1)
	assert.InEpsilon(t, 0.5e12, p.P50, 0.01)
	assert.InEpsilon(t, 0.99e12, p.P99, 0.01)
	assert.GreaterOrEqual(t, p.Max, p.P99)
}

// What a look at a trace takes does not grow with its length.
func TestInspectTakesMemoryForWhatRuns(t *testing.T) {
	var s survey
	src := Steady{Tasks: 200_000, RatePerSecond: 1, MeanSeconds: 10, Seed: 1}.Source()
	var row Row
	for ok, _ := src.Next(&row); ok; ok, _ = src.Next(&row) {
		s.add(&row)
	}
	assert.Less(t, cap(s.alive.ends), 100)
	assert.LessOrEqual(t, len(s.cpuUse.sums), maxSpans)
}

func TestInspectPublishedTraces(t *testing.T) {
	dir := filepath.Dir(sharedFile(t, "data", "traces", "swf", "LCG-2005-1.swf.gz"))
	info, err := Inspect(filepath.Join(dir, "LCG-2005-1.swf.gz"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 188_041, info.Rows)
	assert.Zero(t, info.BadRows)
	info, err = Inspect(filepath.Join(dir, "metacentrum-wagap-2013.swf.gz"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 17_900, info.Rows)
	assert.Equal(t, 2, info.BadRows)
}
