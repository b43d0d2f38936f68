package workloads

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func generated(t testing.TB, b Batch) []Row {
	src, err := GenerateTrace(b, stream(1), stream(2), stream(3))
	require.NoError(t, err)
	return readAll(t, src)
}

func TestGeneratedTraceIsWhatItSays(t *testing.T) {
	b := DefaultBatch()
	b.Tasks = 200_000 // ten days
	rows := generated(t, b)
	require.Len(t, rows, b.Tasks)
	day, cpu, last := 0, int64(0), sim.Time(0)
	for _, row := range rows {
		checkRow(t, Row{Submit: row.Submit, Duration: row.Duration, Demand: row.Demand, Count: row.Count, Line: 1}, last)
		last = row.Submit
		if h := row.Submit % sim.Day / sim.Hour; h >= 8 && h < 20 {
			day++
		}
		cpu += row.Demand.CPU
	}
	// A Poisson process of 833.3 an hour: 200,000 arrivals take 240 ± 0.5 h,
	// and the rhythm moves the end by less than 2 h.
	assert.InDelta(t, 240, last.Seconds()/3600, 4)
	// Half of the arrivals, and of the rhythm 0.6·(sin at both sides)/π = 0.6/π more.
	assert.InDelta(t, 0.5+0.6/3.14159, float64(day)/float64(len(rows)), 0.01)
	// Σ weight × size = 1.365 vCPU.
	assert.InDelta(t, 1.365, float64(cpu)/float64(len(rows))/cluster.VCPU, 0.02)
}

func TestGeneratedTraceIsTheSameTwice(t *testing.T) {
	first, second := generated(t, DefaultBatch()), generated(t, DefaultBatch())
	assert.Equal(t, first, second)
}

func TestBatchValidate(t *testing.T) {
	_, err := GenerateTrace(Batch{Tasks: -1, Amplitude: 2, PeakHour: 24, Teams: -1}, nil, nil, nil)
	for _, want := range []string{"tasks is -1", "arrivals per hour are 0", "amplitude is 2", "peak hour is 24", "duration is missing", "teams is -1", "sizes need a weight above 0"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestWrittenTraceReadsTheSame(t *testing.T) {
	rows := generated(t, DefaultBatch())
	var file bytes.Buffer
	src, err := GenerateTrace(DefaultBatch(), stream(1), stream(2), stream(3))
	require.NoError(t, err)
	n, err := WriteCSV(&file, src)
	require.NoError(t, err)
	assert.Equal(t, len(rows), n)
	c, err := openCSV(t, file.String(), Options{KeepGroups: true})
	require.NoError(t, err)
	for i, row := range readAll(t, c) {
		row.Line = 0
		require.Equal(t, rows[i], row)
	}
}

type listed []Row

func (l *listed) Next(row *Row) (bool, error) {
	if len(*l) == 0 {
		return false, nil
	}
	*row, *l = (*l)[0], (*l)[1:]
	return true, nil
}

// Every row a trace can hold comes back as it was written.
func TestWriteCSVAndReadCSVAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := int64(0)
		row := rapid.Custom(func(t *rapid.T) Row {
			last += rapid.Int64Range(0, 1<<40).Draw(t, "gap")
			gpu := rapid.Int64Range(0, 1000).Draw(t, "share")
			if rapid.Bool().Draw(t, "whole") {
				gpu *= 1000
			}
			return Row{
				Submit: sim.Time(last), Duration: sim.Time(rapid.Int64Range(0, int64(MaxTime)).Draw(t, "duration")),
				Demand: cluster.Vector{CPU: rapid.Int64Range(0, maxCPU).Draw(t, "cpu"), Memory: rapid.Int64Range(0, maxMemory).Draw(t, "memory"), GPU: gpu},
				Count:  rapid.IntRange(1, maxCount).Draw(t, "count"), Priority: rapid.IntRange(-maxPrio, maxPrio).Draw(t, "priority"),
				Group: rapid.StringN(0, 5, -1).Draw(t, "group"), ID: rapid.StringMatching(`[a,"\n\r ]{0,4}`).Draw(t, "id"),
			}
		})
		rows := rapid.SliceOfN(row, 0, 5).Draw(t, "rows")
		var file bytes.Buffer
		left := listed(rows)
		if _, err := WriteCSV(&file, &left); err != nil {
			t.Fatal(err)
		}
		in, err := NewInput("written", bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewCSV(in, Options{KeepGroups: true, KeepIDs: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			var got Row
			if ok, err := c.Next(&got); !ok || err != nil {
				t.Fatalf("row %d: %v %v\n%s", i, ok, err, file.String())
			}
			got.Line = 0
			if got != rows[i] {
				t.Fatalf("row %d: %+v came back as %+v", i, rows[i], got)
			}
		}
	})
}

// The digest is of the bytes that the published generator writes for W1, W1H
// and W1X.
func TestSteadyIsThePublishedWorkload(t *testing.T) {
	heavy, large := W1(), W1()
	heavy.RatePerSecond = 50
	large.Tasks, large.RatePerSecond = 1_000_000, 312.5
	for _, test := range []struct {
		workload Steady
		digest   string
	}{
		{W1(), "55042aed949ec04fdddf6fa6c745caf74f2acb8b54c1c4d0dbd2ca1fac060c15"},
		{heavy, "aa5429ee18fdd34798e324199d17906971582ed7cd61a8c221e9c883a4342c9e"},
		{large, "395d1a3a2d8412e3bf50fd51ec232d2597ef47280036611d2aab381a1eb4cb95"},
	} {
		if testing.Short() && test.workload.Tasks > 100_000 {
			continue
		}
		written := bytes.NewBufferString("id,arrival_ms,duration_ms,cpu_milli,mem_mib\n")
		src := test.workload.Source()
		var row Row
		for i := 0; ; i++ {
			ok, err := src.Next(&row)
			require.NoError(t, err)
			if !ok {
				break
			}
			fmt.Fprintf(written, "%d,%d,%d,%d,%d\n", i, row.Submit/sim.Millisecond, row.Duration/sim.Millisecond, row.Demand.CPU/cluster.Millicore, row.Demand.Memory/cluster.MiB)
		}
		assert.Equal(t, test.digest, fmt.Sprintf("%x", sha256.Sum256(written.Bytes())))
	}
}

func BenchmarkSteady(b *testing.B) {
	src := Steady{Tasks: 1 << 40, RatePerSecond: 31.25, MeanSeconds: 600, Seed: 42}.Source()
	var row Row
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := src.Next(&row); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
