package workloads

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
)

func spotPrices(t testing.TB, text string) ([]SpotPrice, error) {
	in, err := NewInput("spot.tsv", strings.NewReader(text))
	require.NoError(t, err)
	return readSpotPrices(in, func(name string) bool { return name != "unwanted" })
}

const day = 1_000_000_000 * 86_400

// The same three changes as the CLI prints them in three forms.
func TestSpotPrices(t *testing.T) {
	want := func(lines ...int) []SpotPrice {
		return []SpotPrice{
			{At: 1 * day, Zone: "us-east-1a", Type: "m3.medium", PerHour: 113_100_000, Line: lines[0]},
			{At: 2 * day, Zone: "use1-az2", Type: "m3.medium", PerHour: 64_400_000, Line: lines[1]},
			{At: 3 * day, Zone: "us-east-1a", Type: "m3.medium", PerHour: 21_900_000, Line: lines[2]},
		}
	}
	for _, c := range []struct {
		name, text string
		lines      []int
	}{
		{"text, oldest first", "us-east-1a\tm3.medium\tLinux/UNIX\t0.1131\t1970-01-02T00:00:00+00:00\n" +
			"us-east-1a\tm3.medium\tWindows\t9\t1970-01-02T00:00:00+00:00\n" +
			"us-east-1a\tunwanted\tLinux/UNIX\t9\t1970-01-02T00:00:00+00:00\n" +
			"SPOTPRICEHISTORY\tuse1-az2\tm3.medium\tLinux/UNIX\t0.0644\t1970-01-03T00:00:00+00:00\n\n" +
			"us-east-1a\tm3.medium\tLinux/UNIX (Amazon VPC)\t0.021900\t1970-01-04T01:00:00+01:00", []int{1, 4, 6}},
		{"CSV, newest first", "AvailabilityZone,InstanceType,ProductDescription,SpotPrice,Timestamp\n" +
			"us-east-1a,m3.medium,Linux/UNIX,0.021900,1970-01-04T00:00:00+00:00\n" +
			"use1-az2,m3.medium,Linux/UNIX,0.064400,1970-01-03T00:00:00+00:00\n" +
			"us-east-1a,m3.medium,Linux/UNIX,0.113100,1970-01-02T00:00:00+00:00\n", []int{4, 3, 2}},
		{"JSON", `{"NextToken": "", "SpotPriceHistory": [
			{"AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "x", "InstanceType": "m3.medium", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.0219", "Timestamp": "1970-01-04T00:00:00Z"},
			{"AvailabilityZone": "use1-az2", "InstanceType": "m3.medium", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.0644", "Timestamp": "1970-01-03T00:00:00Z"},
			{"AvailabilityZone": "us-east-1a", "InstanceType": "m3.medium", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.1131", "Timestamp": "1970-01-02T00:00:00Z"}
		]}`, []int{4, 3, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := spotPrices(t, c.text)
			require.NoError(t, err)
			assert.Equal(t, want(c.lines...), got)
		})
	}
}

func TestBadSpotPrices(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", " \n", "spot.tsv:1: the file is empty"},
		{"price", "a\tm3.medium\tLinux/UNIX\tcheap\t1970-01-02T00:00:00Z\n", `spot.tsv:1:24: SpotPrice: "cheap" is not a number`},
		{"negative", "a\tm3.medium\tLinux/UNIX\t-1\t1970-01-02T00:00:00Z\n", `spot.tsv:1:24: SpotPrice: "-1" is negative`},
		{"time", "SPOTPRICEHISTORY\ta\tm3.medium\tLinux/UNIX\t1\tnow\n", `spot.tsv:1:43: Timestamp: "now" is not a time`},
		{"columns", "a\tm3.medium\tLinux/UNIX\t1\t1970-01-02T00:00:00Z\nb\tm3.medium\n", "spot.tsv:2: the row has 2 columns"},
		{"zone", "\tm3.medium\tLinux/UNIX\t1\t1970-01-02T00:00:00Z\n", `spot.tsv:1:1: AvailabilityZone: "" is empty`},
		{"header", "zone,type\n", "spot.tsv:1: the header has no column AvailabilityZone"},
		{"CSV price", "AvailabilityZone,InstanceType,ProductDescription,SpotPrice,Timestamp\na,b,c,x,1970-01-02\n", `spot.tsv:2:7: SpotPrice: "x" is not a number`},
		{"JSON", `{"SpotPriceHistory": [{"InstanceType": "a"}]}`, "spot.tsv:1:23: the element has no AvailabilityZone"},
		{"JSON price", "{\"SpotPriceHistory\": [{\"AvailabilityZone\": \"a\", \"InstanceType\": \"b\", \"ProductDescription\": \"c\", \"Timestamp\": \"1970-01-02T00:00:00Z\",\n\"SpotPrice\": \"x\"}]}", `spot.tsv:2:14: SpotPrice: "x" is not a number`},
		{"another JSON", "{}", `the document has no "SpotPriceHistory"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := spotPrices(t, c.text)
			var row *RowError
			require.ErrorAs(t, err, &row)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func availability(t testing.TB, text string) (*SpotAvailability, error) {
	in, err := NewInput("record", strings.NewReader(text))
	require.NoError(t, err)
	return readSpotAvailability(in)
}

func TestSpotAvailability(t *testing.T) {
	a, err := availability(t, "time_s,availability_zone,instance_type,instances\n0,us-east-1a,,20\n3600,,m5.large,0\n")
	require.NoError(t, err)
	assert.Equal(t, &SpotAvailability{Most: 20, Rows: []SpotCapacity{
		{At: 0, Zone: "us-east-1a", Instances: 20, Line: 2}, {At: sim.Hour, Type: "m5.large", Line: 3},
	}}, a)
	a, err = availability(t, `{"metadata": {"gap_seconds": 600, "x": [1]}, "data": [4, 4, 1, 0, 0, 4]}`)
	require.NoError(t, err)
	assert.Equal(t, &SpotAvailability{Probe: true, Most: 4, Length: sim.Hour, Rows: []SpotCapacity{
		{At: 0, Instances: 4}, {At: 20 * sim.Minute, Instances: 1}, {At: 30 * sim.Minute}, {At: 50 * sim.Minute, Instances: 4},
	}}, a)
}

func TestBadSpotAvailability(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "record:1: the file is empty; it needs a header line with time_s,instances"},
		{"no rows", "time_s,instances\n", "record:1: the file has no rows"},
		{"back in time", "time_s,instances\n60,1\n0,2\n", `record:3:1: time_s: "0" is earlier than the 60 of the row before`},
		{"a half", "time_s,instances\n60,0.5\n", `record:2:4: instances: "0.5" is not a whole number from 0 to 1000000`},
		{"no gap", `{"data": [1]}`, `the document has no "gap_seconds"`},
		{"a gap of 0", `{"metadata": {"gap_seconds": 0}, "data": [1]}`, `record:1:30: gap_seconds: "0" is not a number of seconds above 0`},
		{"no data", `{"metadata": {"gap_seconds": 1}}`, "record:1: the file has no rows"},
		{"text", "{\"metadata\": {\"gap_seconds\": 1},\n\"data\": [1, \"x\"]}", `record:2:13: data: "\"x\"" is not a whole number`},
		{"negative", `{"metadata": {"gap_seconds": 1}, "data": [-1]}`, `data: "-1" is not a whole number`},
		{"cut off", `{"metadata": {"gap_seconds": 1}, "data": [1`, "cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := availability(t, c.text)
			var row *RowError
			require.ErrorAs(t, err, &row)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func FuzzSpotPrices(f *testing.F) {
	f.Add("a\tm3.medium\tLinux/UNIX\t0.1\t1970-01-02T00:00:00Z\n")
	f.Add("AvailabilityZone,InstanceType,ProductDescription,SpotPrice,Timestamp\na,b,Linux/UNIX,1,1970-01-02\n")
	f.Add(`{"SpotPriceHistory": [{"AvailabilityZone": "a", "InstanceType": "b", "ProductDescription": "Linux/UNIX", "SpotPrice": "1", "Timestamp": "1970-01-02"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		in, err := NewInput("x", strings.NewReader(text))
		if err != nil {
			return
		}
		rows, err := readSpotPrices(in, func(string) bool { return true })
		for i, r := range rows {
			require.False(t, i > 0 && r.At < rows[i-1].At)
			require.GreaterOrEqual(t, r.PerHour, int64(0))
		}
		var row *RowError
		if errors.As(err, &row) {
			require.Positive(t, row.Line)
		}
	})
}

func FuzzSpotAvailability(f *testing.F) {
	f.Add("time_s,availability_zone,instance_type,instances\n0,us-east-1a,,20\n3600,,m5.large,0\n")
	f.Add(`{"metadata": {"gap_seconds": 600}, "data": [4, 4, 1, 0, 0, 4]}`)
	f.Fuzz(func(t *testing.T, text string) {
		in, err := NewInput("x", strings.NewReader(text))
		if err != nil {
			return
		}
		a, err := readSpotAvailability(in)
		if err != nil {
			return
		}
		require.NotEmpty(t, a.Rows)
		for i, r := range a.Rows {
			require.False(t, i > 0 && r.At < a.Rows[i-1].At)
			require.LessOrEqual(t, r.Instances, a.Most)
		}
	})
}

// Histories and records as they are published.
func TestPublishedSpotRecords(t *testing.T) {
	for _, c := range []struct {
		file, instanceType string
		rows               int
	}{{"us-east-1ab_2015-03_2015-08.tsv.gz", "m3.medium", 1000}, {"eu-west-3a_2020-03_2020-05.csv.gz", "t3a.nano", 10}, {"spot-feed_2022-05-31.tsv.zst", "m5.large", 10}} {
		rows, err := ReadSpotPrices(sharedFile(t, "data", "spot", c.file), func(name string) bool { return name == c.instanceType })
		require.NoError(t, err)
		assert.Greater(t, len(rows), c.rows, c.file)
	}
	a, err := ReadSpotAvailability(sharedFile(t, "data", "spot", "skypilot-traces", "availability", "1-node", "aws-10-26-2022", "us-west-2a_k80_1.json.gz"))
	require.NoError(t, err)
	assert.Equal(t, 3895*10*sim.Minute, a.Length)
	assert.Equal(t, int64(1), a.Most)
}
