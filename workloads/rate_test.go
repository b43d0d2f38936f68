package workloads

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"berth/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func readRates(format, text string, o RateOptions) (*RateTrace, error) {
	o.Stdin = strings.NewReader(text)
	return ReadRates(RateFormats(), format, "-", o)
}

// steps are the pieces of a load up to an instant: begin in seconds, rate.
func steps(t *testing.T, l Load, end sim.Time) (out [][2]float64) {
	t.Helper()
	for at := sim.Time(0); at < end; {
		rate, slope, until := l.Rate(at)
		require.Zero(t, slope)
		require.Greater(t, until, at)
		out = append(out, [2]float64{at.Seconds(), rate})
		at = until
	}
	return out
}

func TestRatesFromCSV(t *testing.T) {
	want := [][2]float64{{0, 2}, {300, 4}, {900, 0.5}}
	for name, c := range map[string]struct {
		format, text string
		o            RateOptions
	}{
		"sums":         {"cloudwatch-csv", "timestamp,sum\n2026-05-04T00:00:00Z,600\n2026-05-04T00:05:00Z,1200\n2026-05-04T00:10:00Z,1200\n2026-05-04T00:15:00Z,150\n", RateOptions{Column: "sum", Period: 5 * sim.Minute}},
		"no column":    {"cloudwatch-csv", "Timestamp,Sum\n2026-05-04T00:00:00Z,600\n2026-05-04T00:05:00Z,1200\n2026-05-04T00:10:00Z,1200\n2026-05-04T00:15:00Z,150\n", RateOptions{Period: 5 * sim.Minute}},
		"rates":        {"cloudwatch-csv", "average,timestamp,x\n2,2026-05-04T00:00:00Z,\n4,2026-05-04T00:05:00Z,\n4e0,2026-05-04T00:10:00Z,\n.5,2026-05-04T00:15:00Z,\n", RateOptions{Column: "average"}},
		"seconds":      {"csv", "time_s,rps\n0,2\n300,4\n600,4\n900,0.5\n", RateOptions{}},
		"a start":      {"csv", "time_s,rps\n1777852800,2\n1777853100,4\n1777853400,4\n1777853700,0.5\n", RateOptions{}},
		"offset":       {"csv", "a,when\n2,2026-05-04 02:00:00+02:00\n4,2026-05-04 02:05:00+02:00\n4,2026-05-04 02:10:00+02:00\n0.5,2026-05-04 02:15:00+02:00\n", RateOptions{TimeColumn: "when"}},
		"changes":      {"csv", "time_s,rps\n0,2\n300,4\n900,0.5\n", RateOptions{Fill: FillHold}},
		"nab":          {"nab", "timestamp,value\r\n2026-05-04 00:00:00,600\r\n2026-05-04 00:05:00,1200.0\r\n2026-05-04 00:10:00,1200\r\n2026-05-04 00:15:00,150\r\n", RateOptions{Period: 5 * sim.Minute}},
		"linear":       {"csv", "time_s,n\n0,600\n300,1200\n900,150\n", RateOptions{Period: 5 * sim.Minute, Fill: FillHold}},
		"metric data":  {"cloudwatch-json", `{"MetricDataResults":[{"Values":[150,1200,1200,600],"Id":"m1","Label":"RequestCount","Timestamps":["2026-05-04T00:15:00Z","2026-05-04T00:10:00Z","2026-05-04T00:05:00Z","2026-05-04T00:00:00Z"],"StatusCode":"Complete"}],"Messages":[]}`, RateOptions{Period: 5 * sim.Minute}},
		"two pages":    {"cloudwatch-json", `{"NextToken":"","MetricDataResults":[{"Id":"m1","Timestamps":[1777853700,1777853400],"Values":[150,1200],"StatusCode":"PartialData"},{"Id":"m2","Timestamps":[1],"Values":[1]},{"Id":"m1","Timestamps":[1777853100,1777852800],"Values":[1200,600],"StatusCode":"Complete"}]}`, RateOptions{Column: "m1", Period: 5 * sim.Minute}},
		"a label":      {"cloudwatch-json", "\ufeff" + `{"MetricDataResults":[{"Id":"m1","Label":"web","Timestamps":[0,300,600,900],"Values":[2,4,4,0.5]},{"Id":"m2","Label":"api"}]}`, RateOptions{Column: "web"}},
		"statistics":   {"cloudwatch-json", `{"Label":"RequestCount","Datapoints":[{"Timestamp":"2026-05-04T00:05:00+00:00","Sum":1200.0,"Unit":"Count"},{"Timestamp":"2026-05-04T00:15:00+00:00","Sum":150.0,"Unit":"Count"},{"Timestamp":"2026-05-04T00:00:00+00:00","Sum":600.0,"Unit":"Count"},{"Timestamp":"2026-05-04T00:10:00+00:00","Sum":1200.0,"Unit":"Count"}]}`, RateOptions{Column: "sum", Period: 5 * sim.Minute}},
		"a percentile": {"cloudwatch-json", `{"Datapoints":[{"Timestamp":0,"Sum":9,"ExtendedStatistics":{"p50":2}},{"Timestamp":300,"ExtendedStatistics":{"p50":4}},{"Timestamp":600,"ExtendedStatistics":{"p50":4}},{"Timestamp":900,"ExtendedStatistics":{"p50":0.5}}]}`, RateOptions{Column: "p50"}},
	} {
		c.o.PastEnd = PastEndHold
		r, err := readRates(c.format, c.text, c.o)
		require.NoError(t, err, name)
		assert.Equal(t, want, steps(t, r.Load(), sim.Day), name)
		assert.Equal(t, 20*sim.Minute, r.Length(), name)
		assert.InDelta(t, 600+1200+1200+150, r.Requests(), 1e-9, name)
	}
}

func TestRatesPastTheEnd(t *testing.T) {
	const text = "time_s,n\n0,60\n60,120\n120,30\n"
	for _, c := range []struct {
		o    RateOptions
		want [][2]float64
	}{
		{RateOptions{}, [][2]float64{{0, 1}, {60, 2}, {120, 0.5}, {180, 0}}},
		{RateOptions{PastEnd: PastEndHold}, [][2]float64{{0, 1}, {60, 2}, {120, 0.5}}},
		{RateOptions{PastEnd: PastEndRepeat}, [][2]float64{{0, 1}, {60, 2}, {120, 0.5}, {180, 1}, {240, 2}, {300, 0.5}, {360, 1}}},
	} {
		c.o.Period = sim.Minute
		r, err := readRates("csv", text, c.o)
		require.NoError(t, err)
		assert.Equal(t, c.want, steps(t, r.Load(), 7*sim.Minute))
	}
	_, err := readRates("csv", text, RateOptions{Period: sim.Minute, End: 3 * sim.Minute})
	require.NoError(t, err)
	_, err = readRates("csv", text, RateOptions{Period: sim.Minute, End: 3*sim.Minute + 1})
	require.EqualError(t, err, `standard input:4: time_s: "120" is the last value: the run lasts 3m0.000000001s, and the trace ends 3m0s after its start; set pastEnd: hold or pastEnd: repeat, or let the run be shorter`)
	one, err := readRates("csv", "time_s,n\n0,60\n", RateOptions{Period: sim.Minute, PastEnd: PastEndRepeat})
	require.NoError(t, err)
	_, _, until := one.Load().Rate(sim.Hour)
	assert.Equal(t, sim.Never, until, "a rate that repeats itself does not change")
}

func TestRatesAlignedWithTheCalendar(t *testing.T) {
	const text = "timestamp,n\n2026-05-04T00:00:00Z,60\n2026-05-04T00:01:00Z,120\n2026-05-04T00:02:00Z,30\n"
	read := func(start string, o RateOptions) (*RateTrace, error) {
		o.Period, o.Align, o.Start = sim.Minute, AlignAbsolute, instant(t, start)
		return readRates("csv", text, o)
	}
	for _, c := range []struct {
		start string
		o     RateOptions
		want  [][2]float64
	}{
		{"2026-05-04T00:00:00Z", RateOptions{End: 3 * sim.Minute}, [][2]float64{{0, 1}, {60, 2}, {120, 0.5}}},
		{"2026-05-04T00:01:30Z", RateOptions{PastEnd: PastEndHold}, [][2]float64{{0, 2}, {30, 0.5}}},
		{"2026-05-04T02:01:30+02:00", RateOptions{PastEnd: PastEndRepeat}, [][2]float64{{0, 2}, {30, 0.5}, {90, 1}, {150, 2}}},
		{"2026-05-03T23:59:00Z", RateOptions{Fill: FillZero, PastEnd: PastEndRepeat}, [][2]float64{{0, 0}, {60, 1}, {120, 2}}},
		{"2026-05-05T00:00:00Z", RateOptions{PastEnd: PastEndHold}, [][2]float64{{0, 0.5}}},
		{"2026-05-05T00:01:00Z", RateOptions{PastEnd: PastEndRepeat}, [][2]float64{{0, 2}, {60, 0.5}, {120, 1}}},
	} {
		r, err := read(c.start, c.o)
		require.NoError(t, err)
		assert.Equal(t, c.want, steps(t, r.Load(), 3*sim.Minute), c.start)
	}
	_, err := read("2026-05-03T23:59:00Z", RateOptions{})
	require.EqualError(t, err, `standard input:2: timestamp: "2026-05-04T00:00:00Z" is 1m0s after the start of the run, 2026-05-03T23:59:00Z; set align: start, or fill: zero for no requests before`)
	_, err = read("2026-05-05T00:00:00Z", RateOptions{End: sim.Hour})
	require.ErrorContains(t, err, "the run lasts 1h0m0s, and the trace ends before it starts; set pastEnd: hold or pastEnd: repeat")
	_, err = read("1970-01-01T00:00:00Z", RateOptions{Fill: FillZero})
	require.NoError(t, err)
	_, err = readRates("csv", "timestamp,n\n2190-05-04T00:00:00Z,60\n", RateOptions{Period: sim.Minute, Align: AlignAbsolute, Start: instant(t, "2026-05-04T00:00:00Z")})
	require.ErrorContains(t, err, "is more than 73 years from the start of the run, 2026-05-04T00:00:00Z; set align: start")
}

// A value of 60 in the minutes 0 and 1 and 180 in minute 4: 2 and 3 are missing.
func TestRateHoles(t *testing.T) {
	const text = "time_s,n\n0,60\n60,60\n240,180\n"
	for fill, want := range map[Fill][][2]float64{
		FillHold:   {{0, 1}, {240, 3}},
		FillZero:   {{0, 1}, {120, 0}, {240, 3}},
		FillLinear: {{0, 1}, {120, 1 + 2.0/3}, {180, 2 + 1.0/3}, {240, 3}},
	} {
		r, err := readRates("csv", text, RateOptions{Period: sim.Minute, Fill: fill})
		require.NoError(t, err)
		got := steps(t, r.Load(), 5*sim.Minute)
		require.Len(t, got, len(want), fill)
		for i := range want {
			assert.InDeltaSlice(t, want[i][:], got[i][:], 1e-12, fill)
		}
		assert.Equal(t, 3, r.Values())
	}
	// A hole that is no whole number of periods: 90 s, of which 60 are a value's.
	r, err := readRates("csv", "time_s,n\n0,60\n90,120\n", RateOptions{Period: sim.Minute, Fill: FillLinear})
	require.NoError(t, err)
	assert.Equal(t, 150*sim.Second, r.Length())
	assert.InDelta(t, 60+30*(1+60.0/90)+120, r.Requests(), 1e-9)
	_, err = readRates("csv", text, RateOptions{Period: sim.Minute})
	require.EqualError(t, err, `standard input:4: time_s: "240" is 3m0s after line 3, and each value is that of a period of 1m0s; say what holds in the hole with fill: hold, zero or linear`)
	_, err = readRates("csv", text, RateOptions{})
	require.ErrorContains(t, err, "is 3m0s after line 3, and elsewhere values follow one another within 1m0s; say")
	_, err = readRates("csv", "time_s,n\n0,1\n1e9,1\n", RateOptions{Period: sim.Second, Fill: FillLinear})
	require.ErrorContains(t, err, "there are too many periods of 1s to be filled; set fill: hold or fill: zero")
}

func TestRateErrors(t *testing.T) {
	minute := RateOptions{Period: sim.Minute}
	for _, c := range []struct {
		format, text string
		o            RateOptions
		want         string
	}{
		{"csv", "", minute, "standard input:1: the file is empty; it needs a header line"},
		{"csv", "time_s,n\n", minute, "standard input:1: the file has no values"},
		{"csv", "2026-05-04T00:00:00Z,5\n", minute, `standard input:1: the header has no column of times, which is called time_s, timestamp, time, datetime, date; it has 2026-05-04T00:00:00Z, 5: name it with timeColumn, or put a header line above the first row`},
		{"csv", "time_s,a,b\n", minute, "standard input:1: the header has 2 columns beside time_s; name that of the values with column: it has time_s, a, b"},
		{"csv", "time_s,requests\n", RateOptions{Column: "request"}, `standard input:1: the header has no column request (did you mean "requests"?); it has time_s, requests`},
		{"csv", "time_s,n\n", RateOptions{TimeColumn: "when"}, "standard input:1: the header has no column when; it has time_s, n"},
		{"csv", "time_s,n\n", RateOptions{Column: "time_s"}, "standard input:1: the column time_s cannot hold both the times and the values"},
		{"csv", "time_s,n,n\n", minute, `standard input:1:10: header: "n" is there twice`},
		{"csv", "time_s,n\n0,1\n60,-2\n", minute, `standard input:3:4: n: "-2" is negative; write requests from 0`},
		{"csv", "time_s,n\n0,NaN\n", minute, `standard input:2:3: n: "NaN" is not a number; write requests as a decimal such as 12.5`},
		{"csv", "time_s,n\n0,1e16\n", minute, `standard input:2:3: n: "1e16" is too large; the most is 10^15`},
		{"csv", "time_s,n\n0,\n", minute, `standard input:2:3: n: "" is empty; write 0 where there were no requests, or leave out the row and set fill`},
		{"csv", "time_s,n\nyesterday,1\n", minute, `standard input:2:1: time_s: "yesterday" is not a time; write it as 2026-05-04T00:05:00Z, or as seconds`},
		{"csv", "time_s,n\n2026-05-04,1\n60,1\n", minute, `standard input:3:1: time_s: "60" is not a time like those above it, which are written as 2006-01-02`},
		{"csv", "time_s,n\n0,1\n2026-05-04,1\n", minute, `standard input:3:1: time_s: "2026-05-04" is not a number`},
		{"csv", "time_s,n\n1812-05-04,1\n", minute, `is not in the years 1900 to 2200`},
		{"csv", "time_s,n\n1900-05-04,1\n2199-05-04,1\n", minute, `standard input:3: time_s: "2199-05-04T00:00:00Z" is more than 292 years after line 2`},
		{"csv", "time_s,n\n1900-05-04,1\n2000-05-04,1\n", minute, `is 876600h0m0s after the first value, and a trace lasts at most 73 years`},
		{"csv", "time_s,n\n60,1\n0,1\n", minute, `standard input:3: time_s: "0" is earlier than line 2; sort the file by time_s`},
		{"csv", "time_s,n\n60,1\n60,1\n", minute, `standard input:3: time_s: "60" is the time of line 2 too; keep one of the two, or their sum`},
		{"csv", "time_s,n\n0,1\n59,1\n", minute, `standard input:3: time_s: "59" is 59s after line 2, and the value there is that of a period of 1m0s; correct period, or the times`},
		{"csv", "time_s,n\n0,1\n", RateOptions{}, `standard input:2: time_s: "0" is the only value, and nothing tells how long it holds`},
		{"csv", "time_s,n\n0,1,2\n", minute, "standard input:2: the row has 3 fields, the header 2"},
		{"cloudwatch-csv", "timestamp,sum\n", RateOptions{}, "standard input:1: sum adds up the requests of a period; say how long that is with period, which it is divided by"},
		{"cloudwatch-csv", "timestamp,Average\n", minute, "standard input:1: Average is no sum and is not divided by a period"},
		{"cloudwatch-csv", "time_s,sum\n", minute, "the header has no column timestamp; it has time_s, sum"},
		{"cloudwatch-jsn", "", minute, `unknown rate trace format "cloudwatch-jsn" (did you mean "cloudwatch-json"?); the formats are cloudwatch-csv, cloudwatch-json, csv, nab, worldcup98`},
		{"csv", "", RateOptions{Fill: "holt", Align: "absolut", PastEnd: "stop", Period: -1, End: -1}, "fill is \"holt\" (did you mean \"hold\"?); it has to be error, hold, zero, linear\nalign is \"absolut\" (did you mean \"absolute\"?); it has to be start, absolute\npastEnd is \"stop\"; it has to be error, hold, repeat\nperiod is -1ns; it has to be above 0 and at most 73 years\nend is -1ns; it has to be 0 or more"},
		{"csv", "", RateOptions{Align: AlignAbsolute}, "start is in the year 1; align: absolute is for the years 1970 to 2100"},

		{"cloudwatch-json", " \n", minute, "standard input:1: the file is empty"},
		{"cloudwatch-json", "[]", minute, "standard input:1:1: the document is not a JSON object"},
		{"cloudwatch-json", `{"a":1}`, minute, "standard input:1: the document has neither MetricDataResults, as GetMetricData answers, nor Datapoints"},
		{"cloudwatch-json", "{\n \"Datapoints\": [\n", minute, "the document is cut off; copy it again"},
		{"cloudwatch-json", "{\n \"Datapoints\": [}", minute, "standard input:2:17: the document is not JSON: invalid character '}'"},
		{"cloudwatch-json", `{"Datapoints":[]} x`, minute, "standard input:1:19: the document goes on after its end"},
		{"cloudwatch-json", `{"Datapoints":[],"MetricDataResults":[]}`, minute, "MetricDataResults: \"\\\"MetricDataResults\\\"\" is there beside Datapoints; a file has one answer"},
		{"cloudwatch-json", `{"Datapoints":{}}`, minute, `standard input:1:15: Datapoints: "{" is not a list`},
		{"cloudwatch-json", `{"Datapoints":[]}`, minute, "standard input:1: the file has no values"},
		{"cloudwatch-json", `{"Datapoints":[1]}`, minute, "standard input:1:16: a datapoint is not a JSON object"},
		{"cloudwatch-json", `{"Datapoints":[{"Sum":1}]}`, minute, "standard input:1:16: the datapoint has no Timestamp"},
		{"cloudwatch-json", `{"Datapoints":[{"Timestamp":1,"Sum":1,"Average":2}]}`, minute, "the datapoint has 2 statistics; choose one with column: Sum, Average"},
		{"cloudwatch-json", `{"Datapoints":[{"Timestamp":1,"Sum":1}]}`, RateOptions{Column: "Average"}, "standard input:1:16: the datapoint has no statistic Average; it has Sum"},
		{"cloudwatch-json", `{"Datapoints":[{"Timestamp":1,"Sum":1}]}`, RateOptions{}, "standard input:1:16: Sum adds up the requests of a period"},
		{"cloudwatch-json", "{\"Datapoints\":[{\"Timestamp\":1,\"Sum\":1},\n{\"Timestamp\":2}]}", minute, "standard input:2:1: the datapoint has no Sum, as the first one has"},
		{"cloudwatch-json", "{\"Datapoints\":[{\"Timestamp\":1,\n\t\"Sum\":-1}]}", minute, `standard input:2:8: Sum: "-1" is negative; write requests from 0`},
		{"cloudwatch-json", `{"Datapoints":[{"Timestamp":true,"Sum":1}]}`, minute, `standard input:1:29: Timestamp: "true" is not a time`},
		{"cloudwatch-json", `{"Datapoints":[{"Timestamp":1,"Sum":[[1],{}]}]}`, minute, `standard input:1:37: Sum: "[[1],{}]" is not a number`},
		{"cloudwatch-json", "{\"Datapoints\":[{\"Timestamp\":60,\"Sum\":1},\n{\"Timestamp\":0,\"Sum\":1},\n{\"Timestamp\":60,\"Sum\":1}]}", minute, `standard input:3: Timestamp: "60" is the time of line 1 too`},
		{"cloudwatch-json", `{"MetricDataResults":[],"NextToken":"abc"}`, minute, `NextToken: "\"abc\"" says that there is more; ask for all pages`},
		{"cloudwatch-json", `{"MetricDataResults":[]}`, minute, "standard input:1: the file has no values"},
		{"cloudwatch-json", `{"MetricDataResults":[{"Id":"a","Timestamps":[1],"Values":[]}]}`, minute, "standard input:1:23: the result a has 1 Timestamps and 0 Values; there has to be one for each"},
		{"cloudwatch-json", `{"MetricDataResults":[{"Id":"a"},{"Id":"b"}]}`, minute, "there are several metrics; choose one of the Ids a, b with column"},
		{"cloudwatch-json", `{"MetricDataResults":[{"Id":"m1","Label":"web"},{"Id":"m2","Label":"api"}]}`, RateOptions{Column: "wep"}, `no result has the Id or the Label wep (did you mean "web"?); there are m1, web, m2, api`},
		{"cloudwatch-json", `{"MetricDataResults":[{"Id":"a","Timestamps":[1],"Values":[1],"StatusCode":"PartialData"}]}`, minute, `standard input:1:23: StatusCode: "PartialData" of the result a means that values are missing`},
		{"cloudwatch-json", `{"MetricDataResults":[{"Id":5}]}`, minute, `Id: "5" is not a text`},
		{"cloudwatch-json", `{"MetricDataResults":[{"Values":[],"Values":[]}]}`, minute, `Values: "\"Values\"" is there twice`},
	} {
		_, err := readRates(c.format, c.text, c.o)
		if assert.Error(t, err, "%s %s", c.format, c.text) {
			assert.Contains(t, err.Error(), c.want)
		}
	}
	_, err := ReadRates(RateFormats(), "csv", filepath.Join(t.TempDir(), "none.csv"), RateOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRatesFromACompressedFile(t *testing.T) {
	var text, packed bytes.Buffer
	text.WriteString("time_s,n\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d,%d\n", 60*i, i%97)
	}
	z := gzip.NewWriter(&packed)
	_, err := z.Write(text.Bytes())
	require.NoError(t, err)
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "n.csv.gz")
	require.NoError(t, os.WriteFile(path, packed.Bytes(), 0o600))
	opened := ""
	r, err := ReadRates(RateFormats(), "csv", path, RateOptions{Period: sim.Minute, Opened: func(in *Input) { opened = in.Name() }})
	require.NoError(t, err)
	assert.Equal(t, 20_000, r.Values())
	assert.Equal(t, path, opened)
	require.NoError(t, os.WriteFile(path, packed.Bytes()[:packed.Len()/2], 0o600))
	_, err = ReadRates(RateFormats(), "csv", path, RateOptions{Period: sim.Minute})
	require.ErrorContains(t, err, "the compressed file is cut off")
}

// The requests of a trace are those of its file, wherever a run looks at them.
func TestRatesKeepTheirSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := sim.Time(rapid.SampledFrom([]int{1, 7, 60, 300}).Draw(t, "period")) * sim.Second
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 2.5, 1000}), 1, 12).Draw(t, "values")
		var text strings.Builder
		text.WriteString("time_s,n\n")
		sum := 0.0
		for i, v := range values {
			sum += v
			fmt.Fprintf(&text, "%v,%v\n", (sim.Time(i) * period).Seconds(), v)
		}
		r, err := readRates("csv", text.String(), RateOptions{Period: period, PastEnd: PastEndRepeat})
		require.NoError(t, err)
		require.InDelta(t, sum, r.Requests(), 1e-9*sum)
		l := r.Load()
		from := sim.Time(rapid.Int64Range(0, int64(3*r.Length())).Draw(t, "from"))
		rounds := sim.Time(rapid.IntRange(0, 3).Draw(t, "rounds"))
		require.InDelta(t, sum*float64(rounds), Requests(l, from, from+rounds*r.Length()), 1e-9*sum*3+1e-9)
		checkIntegral(t, l, 3*r.Length())
		at := sim.Time(rapid.Int64Range(0, int64(3*r.Length())).Draw(t, "at"))
		sameAnswer(t, r.Load(), l, at)
		require.InDelta(t, values[at%r.Length()/period]/period.Seconds(), rateAt(l, at), 0)
	})
}

func TestRatesAtTheEndOfTime(t *testing.T) {
	for _, pastEnd := range []PastEnd{PastEndError, PastEndHold, PastEndRepeat} {
		r, err := readRates("csv", "time_s,n\n0,60\n60,120\n", RateOptions{Period: sim.Minute, PastEnd: pastEnd})
		require.NoError(t, err)
		l := r.Load()
		for _, at := range []sim.Time{MaxTime - 1, MaxTime, sim.Never - 1, sim.Never} {
			_, _, until := l.Rate(at)
			if at >= MaxTime || pastEnd != PastEndRepeat {
				assert.Equal(t, sim.Never, until)
			} else {
				assert.Equal(t, MaxTime, until)
			}
		}
	}
}

func TestRateLoadAllocatesNothing(t *testing.T) {
	r, err := readRates("csv", "time_s,n\n0,60\n60,120\n120,0\n", RateOptions{Period: sim.Minute, PastEnd: PastEndRepeat})
	require.NoError(t, err)
	l, at := r.Load(), sim.Time(0)
	assert.Zero(t, testing.AllocsPerRun(10_000, func() { _, _, at = l.Rate(at) }))
	assert.Greater(t, at, 6*sim.Day)
}

func TestReadingRatesAllocatesLittle(t *testing.T) {
	text := manyRates(10_000)
	allocations := testing.AllocsPerRun(1, func() {
		_, err := readRates("csv", text, RateOptions{Period: 5 * sim.Minute})
		require.NoError(t, err)
	})
	assert.Less(t, allocations, 300.0, "none for each row")
}

func manyRates(n int) string {
	var b strings.Builder
	b.WriteString("timestamp,sum\n")
	at := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&b, "%s,%d\n", at.Add(time.Duration(i)*5*time.Minute).Format(time.RFC3339), 30_000+i*7919%9973)
	}
	return b.String()
}

// sumOfColumn is that of a CSV file's second column.
func sumOfColumn(t *testing.T, path string) (sum float64) {
	t.Helper()
	in, err := Open(path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	rows, err := csv.NewReader(in).ReadAll()
	require.NoError(t, err)
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		sum += v
	}
	return sum
}

func TestRateTracesOfTheDataSets(t *testing.T) {
	five := RateOptions{Period: 5 * sim.Minute}
	filled := RateOptions{Period: 5 * sim.Minute, Fill: FillZero}
	for _, c := range []struct {
		path   []string
		format string
		o      RateOptions
		length sim.Time
		fault  string
	}{
		{[]string{"design", "scenarios", "requests.csv"}, "cloudwatch-csv", RateOptions{Column: "sum", Period: 5 * sim.Minute, PastEnd: PastEndRepeat, End: 7 * sim.Day}, sim.Day, ""},
		// From 30 April, 21:30, up to the end of 30 June.
		{[]string{"data", "traces", "worldcup98", "requests_per_minute_1998-04-30_1998-06-30.csv.gz"}, "worldcup98", RateOptions{}, 61*sim.Day + 150*sim.Minute, ""},
		{[]string{"data", "traces", "nab", "realTweets", "Twitter_volume_AAPL.csv.gz"}, "nab", five, 15902 * 5 * sim.Minute, ""},
		{[]string{"data", "traces", "nab", "realKnownCause", "nyc_taxi.csv.gz"}, "nab", RateOptions{Period: 30 * sim.Minute}, 10320 * 30 * sim.Minute, ""},
		{[]string{"data", "traces", "nab", "realAWSCloudwatch", "ec2_network_in_257a54.csv.gz"}, "nab", filled, 4034 * 5 * sim.Minute, ""},
		{[]string{"data", "traces", "nab", "realAWSCloudwatch", "ec2_network_in_257a54.csv.gz"}, "nab", five, 0, "is 10m0s after line"},
		// The clocks went back in it.
		{[]string{"data", "traces", "nab", "realAWSCloudwatch", "ec2_network_in_5abac7.csv.gz"}, "nab", filled, 0, "too; keep one of the two, or their sum"},
	} {
		path := sharedFile(t, c.path...)
		r, err := ReadRates(RateFormats(), c.format, path, c.o)
		if c.fault != "" {
			assert.ErrorContains(t, err, c.fault)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.length, r.Length(), path)
		assert.InEpsilon(t, sumOfColumn(t, path), r.Requests(), 1e-12, path)
		assert.InEpsilon(t, r.Requests(), Requests(r.Load(), 0, r.Length()), 1e-12, path)
	}
}

func FuzzRateCSV(f *testing.F) {
	f.Add("timestamp,sum\n2026-05-04T00:00:00Z,40069\n2026-05-04T00:05:00Z,39864\n", 300, "zero", "repeat")
	f.Add("time_s,n\n0,1\n\"60\",2.5e3\r\n120,.5\n", 0, "linear", "hold")
	f.Add("n,date\n1,2026-05-04\n3,2026-05-05 ", 86400, "", "")
	f.Fuzz(func(t *testing.T, text string, period int, fill, pastEnd string) {
		for _, format := range []string{"csv", "cloudwatch-csv", "nab", "worldcup98"} {
			fuzzRates(t, format, text, period, fill, pastEnd)
		}
	})
}

func FuzzRateJSON(f *testing.F) {
	f.Add(`{"MetricDataResults":[{"Id":"m1","Label":"n","Timestamps":["2026-05-04T00:00:00Z",1777853100],"Values":[1,2.5],"StatusCode":"Complete"}],"NextToken":""}`, 300, "zero", "repeat")
	f.Add(`{"Label":"n","Datapoints":[{"Timestamp":0,"Sum":1,"Unit":"Count"},{"Timestamp":60,"Sum":2,"ExtendedStatistics":{"p99":3}}]}`, 60, "", "hold")
	f.Fuzz(func(t *testing.T, text string, period int, fill, pastEnd string) {
		fuzzRates(t, "cloudwatch-json", text, period, fill, pastEnd)
	})
}

// fuzzRates checks what holds of any trace that is accepted.
func fuzzRates(t *testing.T, format, text string, period int, fill, pastEnd string) {
	in := strings.NewReader(text)
	r, err := ReadRates(RateFormats(), format, "-", RateOptions{Period: sim.Time(period) * sim.Second, Fill: Fill(fill), PastEnd: PastEnd(pastEnd), Stdin: in})
	if err != nil {
		return
	}
	if sum := r.Requests(); r.Length() <= 0 || !(sum >= 0) || math.IsInf(sum, 0) || r.Values() == 0 {
		t.Errorf("a trace of %v with %v requests", r.Length(), sum)
	}
	l, at := r.Load(), sim.Time(0)
	for n := 0; n < 1000 && at < sim.Never; n++ {
		rate, slope, until := l.Rate(at)
		if !(rate >= 0) || math.IsInf(rate, 0) || slope != 0 || until <= at {
			t.Fatalf("at %v a rate of %v and %v until %v", at, rate, slope, until)
		}
		at = until
	}
}

// One operation is one piece.
func BenchmarkRateTrace(b *testing.B) {
	r, err := readRates("csv", manyRates(10_000), RateOptions{Period: 5 * sim.Minute, PastEnd: PastEndRepeat})
	require.NoError(b, err)
	l, at := r.Load(), sim.Time(0)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, at = l.Rate(at); at == sim.Never {
			at = 0
		}
	}
}

// One operation is one row.
func BenchmarkReadRates(b *testing.B) {
	const n = 100_000
	text := manyRates(n)
	b.ReportAllocs()
	b.SetBytes(int64(len(text) / n))
	rows := 0
	for b.Loop() {
		if rows%n == 0 {
			_, err := readRates("csv", text, RateOptions{Period: 5 * sim.Minute})
			require.NoError(b, err)
		}
		rows++
	}
}
