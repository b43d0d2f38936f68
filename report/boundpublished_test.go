package report

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// publishedFolder holds bin packing instances of BPPLIB (Delorme, Iori and
// Martello 2018), which are not part of the repository.
const publishedFolder = "../../shared/data/binpacking/"

// publishedPacking is an instance of one resource whose optimum is known.
type publishedPacking struct {
	file    string
	packing *packing
	volume  float64 // sum of the sizes / capacity, rounded up
	optimum int
}

func readPublished(t testing.TB, set string) []publishedPacking {
	known, err := os.Open(publishedFolder + "best_known.csv")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the published instances are not here")
	}
	require.NoError(t, err)
	rows, err := csv.NewReader(known).ReadAll()
	require.NoError(t, err)
	require.NoError(t, known.Close())
	optima := map[string]int{}
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[6])
		require.NoError(t, err)
		optima[path.Base(r[1])] = n
	}
	f, err := os.Open(publishedFolder + set + ".tar.gz")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var all []publishedPacking
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		optimum, ok := optima[path.Base(h.Name)]
		if !ok {
			continue
		}
		var n []int64 // number of items, capacity, sizes
		for lines := bufio.NewScanner(archive); lines.Scan(); {
			if v, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
				n = append(n, v)
			}
		}
		require.Len(t, n, int(n[0])+2, h.Name)
		var sum int64
		classes := map[int64]int{} // by size
		p := &packing{kinds: []packedKind{{resources{n[1]}, 1}}}
		for _, size := range n[2:] {
			sum += size
			at, ok := classes[size]
			if !ok {
				at = len(p.classes)
				classes[size] = at
				p.classes = append(p.classes, packedClass{demand: resources{size}, kinds: 1, alone: math.Inf(1)})
			}
			p.classes[at].amount++
			p.classes[at].most++
		}
		all = append(all, publishedPacking{h.Name, p, math.Ceil(float64(sum) / float64(n[1])), optimum})
	}
}

// TestPublishedPackings holds the bound against optima that others have proved.
// It must not be above any of them, and reach as many as stated: all of
// Falkenauer's, whose triplets were made so that the linear program does.
func TestPublishedPackings(t *testing.T) {
	for _, c := range []struct {
		set               string
		instances         int
		byVolume, reached int // bounds that are the optimum
	}{
		{"falkenauer", 160, 159, 160},
		{"scholl", 1210, 715, 1170},
		{"schwerin", 200, 163, 163},
	} {
		t.Run(c.set, func(t *testing.T) {
			if testing.Short() && c.set != "falkenauer" {
				t.Skip("takes seconds")
			}
			t.Parallel()
			all := readPublished(t, c.set)
			assert.Len(t, all, c.instances)
			byVolume, reached := 0, 0
			for _, p := range all {
				bound, _ := p.packing.bound(p.volume, effort{steps: 7_500_000, each: searchSteps, rows: boundRows, gap: slack, whole: true})
				bound = max(p.volume, math.Ceil(bound))
				require.LessOrEqual(t, int(bound), p.optimum, p.file)
				if int(p.volume) == p.optimum {
					byVolume++
				}
				if int(bound) == p.optimum {
					reached++
				}
			}
			t.Logf("%d of %d bounds are the optimum, %d of those by volume", reached, len(all), byVolume)
			assert.Equal(t, c.byVolume, byVolume)
			assert.GreaterOrEqual(t, reached, c.reached)
		})
	}
}

// BenchmarkBound measures the dearest case: as many sizes as are kept apart,
// in three resources, so that all steps are used.
func BenchmarkBound(b *testing.B) {
	p := &packing{kinds: []packedKind{{resources{32_000, 128_000, 8000}, 1}, {resources{64_000, 64_000, 0}, 1}}}
	for i := range int64(4 * boundRows) {
		p.classes = append(p.classes, packedClass{
			demand: resources{500 + i*7919%9000, 700 + i*104_729%30_000, max(0, i*6007%4000-3000)},
			kinds:  3, amount: float64(1 + i%5), most: 1 + i%5, alone: math.Inf(1),
		})
	}
	for range b.N {
		_, left := p.bound(0, effort{steps: instanceSteps, each: searchSteps, rows: boundRows, gap: slack, whole: true})
		b.ReportMetric(float64(instanceSteps-left), "steps/op")
	}
}
