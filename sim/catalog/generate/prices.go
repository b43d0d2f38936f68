package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// prices is what is known of one instance type in one region.
type prices struct {
	onDemand, date string
	saving, band   string
	spot           map[string]string // by zone id
}

// The On-Demand lists, oldest first: a newer one replaces what an older says.
var onDemandLists = []struct{ file, price, currency, date string }{
	{"ec2_prices_2020-07.csv.gz", "on_demand_usd_per_hour", "", "2020-07-02"},
	{"ec2_prices_2022-12.csv.gz", "on_demand_usd_per_hour", "", "2022-12-02"},
	{"ec2_on_demand_2026-07.csv", "on_demand_price_per_hour", "currency", ""},
}

// readPrices returns the prices by region and type. Types that are not in the
// table of types are left out (retired ones: g2, g3), and so are regions that
// have no zones of their own (the Local Zone us-west-2-lax-1a of the 2020 list)
// and prices in another currency than USD (China).
func readPrices(data string, types map[string]row, zones map[string][]string) (map[string]map[string]*prices, error) {
	all := make(map[string]map[string]*prices)
	at := func(r row) *prices {
		region, name := r["region"], r["instance_type"]
		if types[name] == nil || zones[region] == nil {
			return nil
		}
		if all[region] == nil {
			all[region] = make(map[string]*prices)
		}
		if all[region][name] == nil {
			all[region][name] = &prices{spot: make(map[string]string)}
		}
		return all[region][name]
	}
	for _, list := range onDemandLists {
		columns := []string{"region", "instance_type", list.price}
		if list.currency != "" {
			columns = append(columns, list.currency, "generated_on")
		}
		rows, err := readList(data, list.file, columns...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if list.currency != "" && r[list.currency] != "USD" {
				continue
			}
			if p := at(r); p != nil && r[list.price] != "" {
				p.onDemand, p.date = decimal(r[list.price]), list.date
				if list.date == "" {
					p.date = r["generated_on"]
				}
			}
		}
	}
	spot, err := readList(data, "ec2_prices_2022-12.csv.gz", "region", "az_id", "instance_type", "spot_usd_per_hour")
	if err != nil {
		return nil, err
	}
	for _, r := range spot {
		if p := at(r); p != nil && r["spot_usd_per_hour"] != "" {
			if !slices.Contains(zones[r["region"]], r["az_id"]) {
				return nil, fmt.Errorf("ec2_prices_2022-12.csv.gz: zone %s is not one of %s", r["az_id"], r["region"])
			}
			p.spot[r["az_id"]] = decimal(r["spot_usd_per_hour"])
		}
	}
	advisor, err := readList(data, "spot_interruption_2025-06.csv.gz", "region", "os", "instance_type",
		"savings_over_on_demand_percent", "interruption_band")
	if err != nil {
		return nil, err
	}
	for _, r := range advisor {
		if r["os"] != "Linux" {
			continue
		}
		if p := at(r); p != nil {
			p.saving, p.band = r["savings_over_on_demand_percent"], r["interruption_band"]
		}
	}
	return all, nil
}

func pricesTable(region string, zones []string, types map[string]*prices) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# EC2 prices in %s, Linux, USD per hour.\n", region)
	b.WriteString("# On-Demand with the date of its list: Karpenter's generated list (2026), the SkyPilot catalog (2022), kube-resource-report (2020).\n" +
		"# Spot Advisor, 2025-06-28: saving over On-Demand in percent, interruption band. Spot price by zone: the SkyPilot catalog, 2022-12-02.\n")
	fmt.Fprintf(&b, "type,on_demand,date,saving,band,%s\n", strings.Join(zones, ","))
	for _, name := range slices.Sorted(maps.Keys(types)) {
		p := types[name]
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s", name, p.onDemand, p.date, p.saving, p.band)
		for _, zone := range zones {
			b.WriteString("," + p.spot[zone])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
