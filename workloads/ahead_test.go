package workloads

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAheadYieldsTheSameRows(t *testing.T) {
	for _, n := range []int{0, 1, batchRows - 1, batchRows, batchRows + 1, 20*batchRows + 7} {
		text := manyRows(n)
		plain, err := openCSV(t, text, Options{KeepGroups: true})
		require.NoError(t, err)
		c, err := openCSV(t, text, Options{KeepGroups: true})
		require.NoError(t, err)
		a := Ahead(c)
		assert.Equal(t, readAll(t, plain), readAll(t, a))
		var row Row
		ok, err := a.Next(&row)
		assert.False(t, ok, "nothing comes after the end")
		require.NoError(t, err)
		require.NoError(t, a.Close())
		require.NoError(t, a.Close(), "closing twice is no error")
	}
}

func TestAheadKeepsTheErrorInItsPlace(t *testing.T) {
	lines := strings.SplitAfter(manyRows(3000), "\n")
	lines[1235] = "x\n"
	c, err := openCSV(t, strings.Join(lines, ""), Options{})
	require.NoError(t, err)
	a := Ahead(c)
	defer func() { assert.NoError(t, a.Close()) }()
	rows, err := drain(a)
	assert.Len(t, rows, 1234)
	var bad *RowError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, 1236, bad.Line)
}

func TestAheadCountsSkippedRows(t *testing.T) {
	c, err := openCSV(t, manyRows(600)+"x\nx\n", Options{SkipBadRows: true})
	require.NoError(t, err)
	a := Ahead(c)
	defer func() { assert.NoError(t, a.Close()) }()
	assert.Len(t, readAll(t, a), 600)
	assert.Equal(t, 2, a.Skipped())
	assert.Len(t, a.BadRows(), 2)
}

// synctest fails if the goroutine is still there when the bubble ends.
func TestAheadLeavesNoGoroutine(t *testing.T) {
	for _, read := range []int{0, 1, 5000, 1 << 30} {
		synctest.Test(t, func(t *testing.T) {
			a := Ahead(Steady{Tasks: 100_000, RatePerSecond: 1, MeanSeconds: 1}.Source())
			var row Row
			for range read {
				ok, err := a.Next(&row)
				require.NoError(t, err)
				if !ok {
					break
				}
			}
			require.NoError(t, a.Close())
			_, err := a.Next(&row)
			require.Error(t, err)
		})
	}
}

type closing struct {
	Source
	err error
}

func (c closing) Close() error { return c.err }

func TestAheadClosesItsSource(t *testing.T) {
	want := errors.New("closed")
	a := Ahead(closing{W1().Source(), want})
	assert.Equal(t, want, a.Close())
}

func BenchmarkAheadGzip(b *testing.B) {
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	const rows = 500_000
	_, err := z.Write([]byte(manyRows(rows)))
	require.NoError(b, err)
	require.NoError(b, z.Close())
	// What a simulation does with a row takes longer than reading one; work
	// stands for it.
	read := func(b *testing.B, work int, wrap func(Source) Source) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			in, err := NewInput("bench", bytes.NewReader(file.Bytes()))
			require.NoError(b, err)
			c, err := NewCSV(in, Options{})
			require.NoError(b, err)
			src := wrap(c)
			var row Row
			var random splitMix64
			for ok, err := src.Next(&row); ok; ok, err = src.Next(&row) {
				if err != nil {
					b.Fatal(err)
				}
				for range work {
					random.next()
				}
				n++
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	}
	direct := func(s Source) Source { return s }
	ahead := func(s Source) Source { return Ahead(s) }
	b.Run("direct", func(b *testing.B) { read(b, 0, direct) })
	b.Run("ahead", func(b *testing.B) { read(b, 0, ahead) })
	b.Run("direct with work", func(b *testing.B) { read(b, 200, direct) })
	b.Run("ahead with work", func(b *testing.B) { read(b, 200, ahead) })
}
