package workloads

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func gzipped(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func zstandard(t testing.TB, text string) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	require.NoError(t, err)
	_, err = io.WriteString(w, text)
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func TestOpenDecompressesWhateverTheNameSays(t *testing.T) {
	text := manyRows(10_000)
	skippable := append([]byte{0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2}, zstandard(t, text)...)
	twice := append(gzipped(t, text[:1000]), gzipped(t, text[1000:])...) // as cat a.gz b.gz makes it
	for name, content := range map[string][]byte{
		"plain.csv": []byte(text), "wrong.csv.gz": []byte(text), "a.csv": gzipped(t, text), "b.gz": twice,
		"c.zst": zstandard(t, text), "d.csv": skippable,
	} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		in, err := Open(path, nil)
		require.NoError(t, err)
		got, err := io.ReadAll(in)
		require.NoError(t, err, name)
		assert.Equal(t, text, string(got), name)
		assert.NoError(t, in.Close())
		assert.NoError(t, in.Close())

		in, err = Open("-", bytes.NewReader(content))
		require.NoError(t, err)
		got, err = io.ReadAll(in)
		require.NoError(t, err)
		assert.Equal(t, text, string(got), name)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, nil)
	require.EqualError(t, err, dir+": is a directory; name a file in it")
	_, err = Open(filepath.Join(dir, "none"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Open("-", nil)
	require.EqualError(t, err, "standard input: there is none to read from")
	for magic, kind := range map[string]string{"BZh91AY": "bzip2", "\xfd7zXZ\x00": "xz", "PK\x03\x04..": "zip", "PAR1....": "Parquet"} {
		_, err := NewInput("t", strings.NewReader(magic))
		require.EqualError(t, err, "t: is a "+kind+" file; a trace is text, plain or compressed with gzip or zstd")
	}
	_, err = NewInput("t", iotest.ErrReader(errors.New("the cable is out")))
	require.EqualError(t, err, "t: the cable is out")
}

func TestDamagedFiles(t *testing.T) {
	text := manyRows(50_000)
	for name, content := range map[string][]byte{"gzip": gzipped(t, text), "zstd": zstandard(t, text)} {
		for _, cut := range []int{5, 12, 100, len(content) / 2, len(content) - 1} {
			err := readThrough(content[:cut])
			require.Error(t, err, "%s cut to %d bytes", name, cut)
			assert.Contains(t, err.Error(), "t: the compressed file is cut off", "%s cut to %d bytes", name, cut)
		}
		damaged := bytes.Clone(content)
		damaged[len(damaged)/2] ^= 0xff
		err := readThrough(damaged)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "t: ", name)
	}
}

func readThrough(content []byte) error {
	in, err := NewInput("t", bytes.NewReader(content))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return errors.Join(err, in.Close())
}

// A read that fails in the middle delivers the rows before it.
func TestReadErrorComesAfterTheRowsBefore(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(manyRows(100)+"1"), iotest.ErrReader(errors.New("the cable is out")))
	in, err := NewInput("t", broken)
	require.NoError(t, err)
	c, err := NewCSV(in, Options{SkipBadRows: true})
	require.NoError(t, err)
	rows, err := drain(c)
	assert.Len(t, rows, 100)
	assert.EqualError(t, err, "t: the cable is out (101 lines were read before)")
}

func TestOpenTraceErrors(t *testing.T) {
	_, err := OpenTrace(Formats(), "cvs", "x", Options{})
	require.EqualError(t, err, `unknown trace format "cvs" (did you mean "csv"?); the formats are csv, swf, alibaba-gpu-2023`)
	_, err = OpenTrace(Formats(), "csv", filepath.Join(t.TempDir(), "none"), Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = OpenTrace(Formats(), "csv", "-", Options{Stdin: strings.NewReader("")})
	require.ErrorContains(t, err, "standard input:1: the file is empty")
}

// Who mistakes a series of rates for a trace of tasks is told what reads it.
func TestDetectRates(t *testing.T) {
	for text, want := range map[string]string{
		"timestamp,sum\n2026-05-04T00:00:00Z,40069\n":                "cloudwatch-csv",
		"\ufeff\"Timestamp\",\"Average\"\r\n":                        "cloudwatch-csv",
		"{\n  \"Label\": \"RequestCount\",\n  \"Datapoints\": []\n}": "cloudwatch-json",
		`{"MetricDataResults":[{"Id":"m1"}]}`:                        "cloudwatch-json",
		"timestamp,value\n":                                          "nab",
		"period,count\n":                                             "worldcup98",
		"time_s,requests\n0,3\n":                                     "csv",
		"date,web,api\n":                                             "csv",
		`{"SpotPriceHistory":[]}`:                                    "",
		"timestamp\n":                                                "",
		"a,b\n":                                                      "",
	} {
		_, err := Inspect("-", Options{Stdin: strings.NewReader(text)})
		if want == "" {
			assert.ErrorContains(t, err, "does not begin like a trace", "%q", text)
			continue
		}
		assert.EqualError(t, err, "standard input: looks like a series of rates ("+want+") and not like a trace of tasks; in a scenario load.requestsPerSecond.trace reads it, with format: "+want, "%q", text)
		assert.True(t, slices.ContainsFunc(RateFormats(), func(f RateFormat) bool { return f.Name == want }), want)
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]string{
		"memory_mib,submit_s\n":                             "csv",
		"\n\n\ufeffsubmit_s,\"duration_s\"\r\n":             "csv",
		"; comment":                                         "swf",
		"1 0 -1 83 1 -1 -1 -1 1200 -1 -1 1 1 -1 -1 1 -1 -1": "swf",
		podHeader: "alibaba-gpu-2023",
		"name,cpu_milli,memory_mib,num_gpu,gpu_milli": "alibaba-gpu-2023",
		"sn,cpu_milli,memory_mib,gpu,model":           NodeList,
		"":                                            "", "\n\n": "", "hello": "", "a b c d e f g h i j k l m n o p q r": "",
	} {
		path := filepath.Join(t.TempDir(), "trace")
		require.NoError(t, os.WriteFile(path, gzipped(t, text), 0o600))
		got, err := Detect(path)
		assert.Equal(t, want, got, "%q", text)
		if want == "" {
			assert.ErrorContains(t, err, "does not begin like a trace; the formats are csv (generic trace: CSV with submit_s")
		}
	}
}
