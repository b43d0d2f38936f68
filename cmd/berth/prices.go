package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"berth/sim/catalog"
)

func pricesCommand(p *program) *cobra.Command {
	var region, glob, prices string
	var format *choice
	cmd := &cobra.Command{
		Use:   "prices",
		Short: "Show prices, each with its date",
		Long: `Shows what is known of prices in a region: EC2 on demand and Spot in each zone,
Fargate, EBS and public IPv4 addresses, in US dollars, each with the date of the
list it is from. Spot prices are derived; --format json says how for each.

--format csv prints a file as --prices takes it.`,
		Example: `  berth prices --region eu-west-1 --type 'm6i.*'
  berth prices --region all --type c7g.large
  berth prices --region us-east-1 --format csv > prices.csv`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			c, err := readPrices(prices)
			if err != nil {
				return err
			}
			list, err := listPrices(c, region, glob)
			if err != nil {
				return invalid{err}
			}
			switch format.chosen {
			case "json":
				encoder := json.NewEncoder(p.stdout)
				encoder.SetIndent("", "  ")
				return encoder.Encode(list.json())
			case "csv":
				w := csv.NewWriter(p.stdout)
				_ = w.WriteAll(list.csv()) // Error has it
				return w.Error()
			}
			w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
			list.table(w)
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&region, "region", "us-east-1", "the `region`, or all")
	cmd.Flags().StringVar(&glob, "type", "", "only instance types that match this `pattern`: m6i.*, *.large")
	cmd.Flags().StringVar(&prices, "prices", "", "`file` (CSV) of prices that go before the built-in ones")
	format = addChoice(cmd, "format", "what to print", "table", "json", "csv")
	return cmd
}

// priceList is what prices shows.
type priceList struct {
	instances []catalog.PriceRow
	others    []rate
}

// rate is a price of a region that is not one of an instance type.
type rate struct {
	region, architecture string
	class                catalog.Class
	item                 string
	title, per           string
	price                catalog.NanoUSD
	date, derivation     string
}

// listPrices gathers prices of one region, or of all.
func listPrices(c *catalog.Catalog, region, glob string) (priceList, error) {
	regions := []string{region}
	if region == "all" {
		region, regions = "", c.Regions()
	}
	rows, err := c.PriceRows(region, glob)
	if err != nil {
		return priceList{}, err
	}
	list := priceList{instances: rows}
	for _, r := range regions {
		list.others = append(list.others, regionalRates(c, r)...)
	}
	return list, nil
}

// regionalRates lists the known rates of Fargate, EBS and addresses in a region.
func regionalRates(c *catalog.Catalog, region string) []rate {
	var all []rate
	for _, architecture := range []string{catalog.X86, catalog.Arm64} {
		f, _ := c.Fargate(region, architecture)
		for _, r := range []struct {
			class     catalog.Class
			item      string
			title, to string
			price     catalog.Price
		}{
			{catalog.Fargate, catalog.FargateVCPU, "Fargate", "vCPU-hour", f.VCPU},
			{catalog.Fargate, catalog.FargateMemory, "Fargate", "GB-hour", f.GB},
			{catalog.FargateSpot, catalog.FargateVCPU, "Fargate Spot", "vCPU-hour", f.SpotVCPU},
			{catalog.FargateSpot, catalog.FargateMemory, "Fargate Spot", "GB-hour", f.SpotGB},
			{catalog.Fargate, catalog.FargateStorage, "Fargate storage above 20 GB", "GB-hour", f.StorageGB},
		} {
			if r.price.Known() {
				all = append(all, rate{region, architecture, r.class, r.item, r.title, r.to, r.price.PerHour, r.price.Date, r.price.Derivation})
			}
		}
	}
	if p, ok := c.EBSGP3(region); ok {
		all = append(all, rate{region, "", catalog.EBS, "", "EBS gp3", "GB-month", p.PerMonth, p.Date, p.Derivation})
	}
	if p, ok := c.PublicIPv4(region); ok {
		all = append(all, rate{region, "", catalog.PublicIPv4, "", "public IPv4 address", "hour", p.PerHour, p.Date, p.Derivation})
	}
	return all
}

// bands are how often Spot instances are interrupted in a month, by the number
// that the Spot Advisor gives them.
var bands = []string{"<5%", "5-10%", "10-15%", "15-20%", ">20%"}

func band(row catalog.PriceRow) string {
	if !row.Advised || row.Band < 0 || row.Band >= len(bands) {
		return ""
	}
	return bands[row.Band]
}

// table writes the prices for people: Spot prices by the zones' letters.
func (l priceList) table(w *tabwriter.Writer) {
	fmt.Fprintln(w, "region\ttype\tvCPU\tGiB\tGPU\ton demand\tdate\tinterrupted\tSpot by zone, USD per hour\tdate")
	for _, row := range l.instances {
		onDemand, date := "-", "-"
		if row.OnDemand.Known() {
			onDemand, date = row.OnDemand.PerHour.String(), dated(row.OnDemand.Date)
		}
		gpus := "-"
		if row.Type.GPUs > 0 {
			gpus = fmt.Sprintf("%d %s", row.Type.GPUs, row.Type.GPUModel)
		}
		var zones []string
		spotDate := "-"
		for _, pool := range row.Spot {
			zones = append(zones, fmt.Sprintf("%s %.4f", strings.TrimPrefix(pool.Zone, row.Region), pool.Price.PerHour.USD()))
			spotDate = dated(pool.Price.Date)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row.Region, row.Type.Name, row.Type.VCPU, number(float64(row.Type.MemoryMiB)/1024), gpus,
			onDemand, date, or(band(row), "-"), or(strings.Join(zones, "  "), "-"), spotDate)
	}
	_ = w.Flush() // the columns of what follows are others; the last Flush has the error
	fmt.Fprintln(w)
	fmt.Fprintln(w, "region\t\tarchitecture\tUSD\tper\tdate")
	for _, r := range l.others {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.region, r.title, or(r.architecture, "-"), r.price, r.per, dated(r.date))
	}
}

// dated writes a date; a price that a user gave may have none.
func dated(date string) string { return or(date, "no date") }

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// csv lists the prices as a file that catalog.ReadPrices reads.
func (l priceList) csv() [][]string {
	rows := [][]string{{"class", "region", "zone", "item", "architecture", "usd", "date"}}
	add := func(class catalog.Class, region, zone, item, architecture string, price catalog.NanoUSD, date string) {
		date, _, _ = strings.Cut(date, "..") // of a range of dates the file takes the first
		rows = append(rows, []string{string(class), region, zone, item, architecture, price.String(), date})
	}
	for _, row := range l.instances {
		if row.OnDemand.Known() {
			add(catalog.EC2, row.Region, "", row.Type.Name, "", row.OnDemand.PerHour, row.OnDemand.Date)
		}
		for _, pool := range row.Spot {
			add(catalog.Spot, row.Region, pool.Zone, row.Type.Name, "", pool.Price.PerHour, pool.Price.Date)
		}
	}
	for _, r := range l.others {
		add(r.class, r.region, "", r.item, r.architecture, r.price, r.date)
	}
	return rows
}

// The JSON form of the prices.
type (
	priceJSON struct {
		USD        json.Number `json:"usd"`
		Date       string      `json:"date,omitempty"`
		Derivation string      `json:"derivation"`
	}
	spotJSON struct {
		Zone   string `json:"zone"`
		ZoneID string `json:"zoneId"`
		priceJSON
	}
	instanceJSON struct {
		Region       string     `json:"region"`
		Type         string     `json:"type"`
		VCPU         int64      `json:"vcpu"`
		MemoryMiB    int64      `json:"memoryMiB"`
		Architecture string     `json:"architecture,omitempty"`
		GPUs         int64      `json:"gpus"`
		GPUModel     string     `json:"gpuModel,omitempty"`
		OnDemand     *priceJSON `json:"onDemand"` // null where it is not known
		Interrupted  string     `json:"interruptedPerMonth,omitempty"`
		Spot         []spotJSON `json:"spot"`
	}
	rateJSON struct {
		Region       string `json:"region"`
		Class        string `json:"class"`
		Item         string `json:"item,omitempty"`
		Architecture string `json:"architecture,omitempty"`
		Per          string `json:"per"`
		priceJSON
	}
	pricesJSON struct {
		Instances []instanceJSON `json:"instances"`
		Rates     []rateJSON     `json:"rates"`
	}
)

func (l priceList) json() pricesJSON {
	all := pricesJSON{Instances: []instanceJSON{}, Rates: []rateJSON{}}
	for _, row := range l.instances {
		i := instanceJSON{
			Region: row.Region, Type: row.Type.Name, VCPU: row.Type.VCPU, MemoryMiB: row.Type.MemoryMiB, Architecture: row.Type.Architecture,
			GPUs: row.Type.GPUs, GPUModel: row.Type.GPUModel, Interrupted: band(row), Spot: []spotJSON{},
		}
		if p := row.OnDemand; p.Known() {
			i.OnDemand = &priceJSON{json.Number(p.PerHour.String()), p.Date, p.Derivation}
		}
		for _, pool := range row.Spot {
			p := pool.Price
			i.Spot = append(i.Spot, spotJSON{pool.Zone, pool.ZoneID, priceJSON{json.Number(p.PerHour.String()), p.Date, p.Derivation}})
		}
		all.Instances = append(all.Instances, i)
	}
	for _, r := range l.others {
		all.Rates = append(all.Rates, rateJSON{r.region, string(r.class), r.item, r.architecture, r.per, priceJSON{json.Number(r.price.String()), r.date, r.derivation}})
	}
	return all
}
