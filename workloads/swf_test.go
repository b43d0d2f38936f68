package workloads

import (
	"strings"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openSWF(t testing.TB, text string, options Options) *SWF {
	in, err := NewInput("t.swf", strings.NewReader(text))
	require.NoError(t, err)
	return NewSWF(in, options)
}

func TestSWF(t *testing.T) {
	s := openSWF(t, "; Version: 2.2\n;\n\n"+
		"  1 1000 -1 83 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n"+ // requested: 2 × 512 KB
		"\t2 1000 -1 0.5 -1 -1 100 4 -1 -1 -1 -1 1 -1 -1 1 -1 -1\r\n"+ // requested processors, used memory: 4 × 100 KB
		"; a comment between\n"+
		"3 1012 -1 9 1 -1 -1 -1 -1 -1 0 7 1 -1 -1 1 -1 -1\n"+ // nothing known: Options.MemoryKiB
		"4 1013 0 9 64 1 1024 64 86400 1025 1 62 1 1 -1 1 1 1 {1241,1241} q_1d 1:ppn=64\n", // 1,025 bytes: 2 KiB
		Options{MemoryKiB: 77, KeepGroups: true, KeepIDs: true})
	vcpu := func(n, kib int64) cluster.Vector { return cluster.Vector{CPU: n * cluster.VCPU, Memory: kib} }
	assert.Equal(t, []Row{
		{Duration: 83 * sim.Second, Demand: vcpu(2, 1024), Count: 1, Group: "7", ID: "1", Line: 4},
		{Duration: sim.Second / 2, Demand: vcpu(4, 400), Count: 1, ID: "2", Line: 5},
		{Submit: 12 * sim.Second, Duration: 9 * sim.Second, Demand: vcpu(1, 77), Count: 1, Group: "7", ID: "3", Line: 7},
		{Submit: 13 * sim.Second, Duration: 9 * sim.Second, Demand: vcpu(64, 2), Count: 1, Group: "62", ID: "4", Line: 8},
	}, readAll(t, s))
}

func TestSWFErrors(t *testing.T) {
	const good = "1 10 -1 83 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n"
	for _, test := range []struct{ row, want string }{
		{"1 10 -1 83", "t.swf:2: the row has 4 columns; the Standard Workload Format has 18"},
		{"1 9 -1 83 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1", `t.swf:2:3: submit time: "9" is earlier than that of line 1; sort the file by its second column`},
		{"1 10 -1 -1 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1", `t.swf:2:9: run time: "-1" is not known`},
		{"1 10 -1 -13 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1", `run time: "-13" is negative`},
		{"1 10 -1 x 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1", `run time: "x" is not a number`},
		{"1 10 -1 8 -1 -1 -1 0 -1 512 1 7 1 -1 -1 1 -1 -1", `t.swf:2:11: allocated processors: "-1" is not known, and neither are the requested processors`},
		{"1 10 -1 8 1 -1 -1 0 -1 -1 1 7 1 -1 -1 1 -1 -1", `requested memory: "-1" is not known, and neither is the used memory; say how much a task has with memory`},
		{"1 10 -1 8 1000 -1 -1 0 -1 999999999999 1 7 1 -1 -1 1 -1 -1", `requested memory: "999999999999" KB for each of 1000 processors is too large`},
		{"1 10 -1 8 1 -1 -1 0 -1 1 3 7 1 -1 -1 1 -1 -1", `status: "3" is that of a part of a job; the job has a row of its own`},
		{strings.Repeat("9", 3<<20), "t.swf:2: the line is longer than 1 MiB"},
	} {
		rows, err := drain(openSWF(t, good+test.row+"\n"+good, Options{}))
		require.ErrorContains(t, err, test.want)
		assert.Len(t, rows, 1)
		s := openSWF(t, good+test.row+"\n"+good, Options{SkipBadRows: true})
		assert.Len(t, readAll(t, s), 2)
		assert.Equal(t, 1, s.Skipped())
	}
}

// A bad first row is not the start of time.
func TestSWFStartsAtTheFirstGoodRow(t *testing.T) {
	s := openSWF(t, "1 10 -1 -1 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n2 15 -1 1 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n", Options{SkipBadRows: true})
	rows := readAll(t, s)
	require.Len(t, rows, 1)
	assert.Zero(t, rows[0].Submit)
}

func TestSWFAllocatesNothingPerRow(t *testing.T) {
	s := openSWF(t, strings.Repeat("1 10 -1 83 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n", 30_000), Options{KeepGroups: true})
	var row Row
	assert.Zero(t, testing.AllocsPerRun(20_000, func() {
		if ok, err := s.Next(&row); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}))
}

func FuzzSWF(f *testing.F) {
	f.Add("; c\n1 10 -1 83 2 -1 -1 4 -1 512 1 7 1 -1 -1 1 -1 -1\n")
	f.Add("4 1013 0 9 64 1 1024 64 86400 1025 1 62 1 1 -1 1 1 1 {1,1} q 1:ppn=64\n 4 \t\n")
	f.Fuzz(func(t *testing.T, text string) {
		fuzzRows(t, "swf", text, Options{KeepIDs: true})
		fuzzRows(t, "swf", text, Options{SkipBadRows: true, MemoryKiB: 1})
	})
}
