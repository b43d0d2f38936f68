package catalog

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const priceFile = `# prices of a Tuesday
class,region,zone,item,usd,date
ec2,eu-west-1,,m6i.large,0.107,2026-09-01
spot,eu-west-1,eu-west-1a,m6i.large, 0.0391 ,2026-09-01
ebs,,,,0.0704,
`

func TestReadPrices(t *testing.T) {
	f, err := ReadPrices(strings.NewReader(priceFile), "prices.csv")
	require.NoError(t, err)
	assert.Equal(t, PriceFile{Name: "prices.csv", Entries: []Entry{
		{Class: EC2, Region: "eu-west-1", Item: "m6i.large", Price: 107_000_000, Date: "2026-09-01", Source: "prices.csv:3"},
		{Class: Spot, Region: "eu-west-1", Zone: "eu-west-1a", Item: "m6i.large", Price: 39_100_000, Date: "2026-09-01", Source: "prices.csv:4"},
		{Class: EBS, Price: 70_400_000, Source: "prices.csv:5"},
	}}, f)

	c := with(t, Embedded(), f.Overrides())
	p, ok := c.OnDemand("eu-west-1", "m6i.large")
	assert.True(t, ok)
	assert.Equal(t, Price{107_000_000, "2026-09-01", "given in prices.csv:3"}, p)
	elsewhere, _ := c.OnDemand("us-east-1", "m6i.large")
	assert.Equal(t, "0.096", elsewhere.PerHour.String(), "what the file does not say stays")
}

func TestReadPricesOfASpreadsheet(t *testing.T) {
	f, err := ReadPrices(strings.NewReader("\ufeffitem,usd,class\r\nvcpu,0.04,fargate\r\n"), "p.csv")
	require.NoError(t, err)
	assert.Equal(t, []Entry{{Class: Fargate, Item: "vcpu", Price: 40_000_000, Source: "p.csv:2"}}, f.Entries)
}

func TestReadPricesSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "p.csv: the file is empty; its header row needs the columns class, item, usd"},
		{"no rows", "class,item,usd\n", "p.csv: no prices in the file"},
		{"missing column", "class,item\nec2,m5.large\n", `p.csv:1:1: column "usd" is missing`},
		{"unknown column", "class,item,usd,price\n", `p.csv:1:16: unknown column "price"; the columns are class, item, usd, region`},
		{"column twice", "class,item,usd,item\n", `p.csv:1:16: column "item" is there twice`},
		{"fields", "class,item,usd\nec2,m5.large\n", "p.csv:2:1: 2 fields, the header has 3"},
		{"price", "class,item,usd\nec2,m5.large,cheap\n", `p.csv:2:14: usd: "cheap": not a decimal number of US dollars from 0`},
		{"places", "class,item,usd\nec2,m5.large,0.0000000001\n", "more than nine decimal places"},
		{"type", "class,item,usd\nec2,m5.lagre,1\n", `p.csv:2:5: item: unknown instance type "m5.lagre"; did you mean m5.large`},
		{"region", "class,item,usd,region\nec2,m5.large,1,us-esat-1\n", `p.csv:2:16: region: unknown region "us-esat-1"`},
		{"twice", "class,item,usd,zone\nspot,m5.large,1,us-east-1a\nspot,m5.large,2,use1-az1\n", "p.csv:3:1: this price was given before, in line 2"},
		{"quote", "class,item,usd\nec2,\"m5.large,1\n", "p.csv:2:"},
	} {
		_, err := ReadPrices(strings.NewReader(c.file), "p.csv")
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

func TestReadPricesNamesAllErrorsOfAFile(t *testing.T) {
	_, err := ReadPrices(strings.NewReader("class,item,usd\nec2,a,1\nec2,m5.large,x\nebs,,1\n"), "p.csv")
	assert.ErrorContains(t, err, "p.csv:2:5: ")
	assert.ErrorContains(t, err, "p.csv:3:14: ")

	_, err = ReadPrices(strings.NewReader("class,item,usd\n"+strings.Repeat("ec2,a,1\n", 50)), "p.csv")
	assert.ErrorContains(t, err, "p.csv: and 30 more errors")
	assert.Len(t, strings.Split(err.Error(), "\n"), maxPriceErrors+1)
}

func TestReadPricesPassesOnAnErrorOfReading(t *testing.T) {
	_, err := ReadPrices(io.MultiReader(strings.NewReader("class,item,usd\nebs,,1\n"), iotest.ErrReader(errors.New("disk gone"))), "p.csv")
	assert.ErrorContains(t, err, "p.csv: disk gone")
}

func FuzzReadPrices(f *testing.F) {
	f.Add(priceFile)
	f.Add("class,item,usd,architecture\nfargate,vcpu,0.04,arm64\npublicIpv4,,.005,\n")
	f.Add("\ufeffclass,item,usd\r\nspot,m5.large,1e9\r\n")
	f.Add("class,item,usd\n\"ec2\",\"m5\n.large\",1\n")
	f.Add(",\n,\n")
	f.Fuzz(func(t *testing.T, content string) {
		file, err := ReadPrices(strings.NewReader(content), "p.csv")
		if err != nil {
			assert.NotEmpty(t, err.Error())
			assert.Empty(t, file.Entries)
			return
		}
		assert.NotEmpty(t, file.Entries)
		_, err = Embedded().With(file.Overrides())
		assert.NoError(t, err, "what was read is valid")
	})
}
