package workloads

import (
	"io"
	"os"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The published files, row for row: the figures are those of their publishers.
func TestPublishedTraces(t *testing.T) {
	swf := func(name string) []string { return []string{"data", "traces", "swf", name} }
	pods := func(name string) []string {
		return []string{"data", "traces", "alibaba-gpu-2023", "openb_pod_list_" + name + ".csv.gz"}
	}
	for _, test := range []struct {
		path          []string
		format        string
		options       Options
		rows, skipped int
	}{
		{swf("LCG-2005-1.swf.gz"), "swf", Options{MemoryKiB: cluster.GiB}, 188_041, 0},
		{swf("NASA-iPSC-1993-3.1-cln.swf.gz"), "swf", Options{MemoryKiB: cluster.GiB}, 18_239, 0},
		{swf("metacentrum-wagap-2013.swf.gz"), "swf", Options{}, 17_898, 2}, // two run times of about −1.36e9 s
		// 897 pods of the default list never ran.
		{pods("default"), "alibaba-gpu-2023", Options{}, 8_152 - 897, 897},
		{pods("default"), "alibaba-gpu-2023", Options{Untimed: true}, 8_152, 0},
		{pods("gpushare60"), "alibaba-gpu-2023", Options{}, 8_152 - 1_050, 1_050},
		{pods("multigpu40"), "alibaba-gpu-2023", Options{Untimed: true}, 8_746, 0},
		{[]string{"design", "scenarios", "tasks.csv.gz"}, "csv", Options{KeepGroups: true}, 20_000, 0},
	} {
		t.Run(test.path[len(test.path)-1], func(t *testing.T) {
			path := sharedFile(t, test.path...)
			format, err := Detect(path)
			require.NoError(t, err)
			assert.Equal(t, test.format, format)
			test.options.SkipBadRows = true
			trace, err := OpenTrace(Formats(), test.format, path, test.options)
			require.NoError(t, err)
			ahead := Ahead(trace)
			rows := readAll(t, ahead)
			assert.Len(t, rows, test.rows)
			assert.Equal(t, test.skipped, ahead.Skipped())
			last := sim.Time(0)
			for _, row := range rows {
				checkRow(t, row, last)
				last = row.Submit
			}
			require.NoError(t, ahead.Close())
		})
	}
}

func TestPublishedPods(t *testing.T) {
	open := func(options Options) (Trace, error) {
		return OpenTrace(Formats(), "alibaba-gpu-2023", sharedFile(t, "data", "traces", "alibaba-gpu-2023", "openb_pod_list_gpuspec33.csv.gz"), options)
	}
	_, err := open(Options{})
	require.ErrorContains(t, err, `scheduled_time: "" is empty: it did not happen`)
	trace, err := open(Options{Untimed: true, KeepIDs: true})
	require.NoError(t, err)
	rows := readAll(t, trace)
	// openb-pod-0001,6000,12288,1,460: 6 vCPU, 12 GiB, 0.46 GPU.
	assert.Equal(t, cluster.Vector{CPU: 6 * cluster.VCPU, Memory: 12 * cluster.GiB, GPU: 460}, rows[1].Demand)
	assert.Equal(t, "openb-pod-0001", rows[1].ID)
	bound := 0
	for _, row := range rows {
		if row.GPUModels != "" {
			bound++
		}
	}
	assert.Equal(t, 8_152-5_764, bound, "pods bound to GPU models")

	_, err = OpenTrace(Formats(), "alibaba-gpu-2023", sharedFile(t, "data", "traces", "alibaba-gpu-2023", "openb_pod_list_multigpu20.csv.gz"), Options{})
	assert.ErrorContains(t, err, "has no times (creation_time, deletion_time, scheduled_time); give it arrivals and duration")
}

func TestPublishedNodes(t *testing.T) {
	nodes, err := ReadNodes(sharedFile(t, "data", "traces", "alibaba-gpu-2023", "openb_node_list_all_node.csv.gz"))
	require.NoError(t, err)
	assert.Len(t, nodes, 1_523)
	gpus := int64(0)
	for _, n := range nodes {
		gpus += n.Capacity.GPU / cluster.GPU
	}
	assert.EqualValues(t, 6_212, gpus)
	assert.Equal(t, Node{Name: "openb-node-0000", Capacity: cluster.Vector{CPU: 32 * cluster.VCPU, Memory: 256 * cluster.GiB}, Line: 2}, nodes[0])
}

// The memory of a cut-off file is that of its rows up to the cut.
func TestCutOffFile(t *testing.T) {
	path := sharedFile(t, "design", "scenarios", "tasks.csv.gz")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	cut := t.TempDir() + "/cut.csv.gz"
	require.NoError(t, os.WriteFile(cut, whole[:len(whole)/2], 0o600))
	trace, err := OpenTrace(Formats(), "csv", cut, Options{SkipBadRows: true})
	require.NoError(t, err)
	rows, err := drain(trace)
	require.ErrorContains(t, err, "cut.csv.gz: the compressed file is cut off (unexpected EOF); copy it again")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Greater(t, len(rows), 5_000)
	assert.Zero(t, trace.Skipped(), "half a row is not a bad row")
	require.NoError(t, trace.Close())
}

func BenchmarkSWF(b *testing.B) {
	path := sharedFile(b, "data", "traces", "swf", "LCG-2005-1.swf.gz")
	rows := 0
	for b.Loop() {
		trace, err := OpenTrace(Formats(), "swf", path, Options{MemoryKiB: 1})
		require.NoError(b, err)
		rows += len(readAll(b, trace))
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
