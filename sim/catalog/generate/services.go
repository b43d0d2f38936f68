package main

import (
	"bytes"
	"fmt"
)

// serviceItems are the rows that berth bills, of the many that the list has.
var serviceItems = []struct{ service, item, unit, name string }{
	{"ebs", "gp3 storage", "GB-month", "gp3"},
	{"vpc", "public IPv4 address", "hour", "publicIpv4"},
}

func servicesTable(data string, zones map[string][]string) ([]byte, error) {
	list, err := readList(data, "service_prices.csv", "region", "service", "item", "unit", "usd_per_unit", "as_of")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("# Other prices in USD: gp3 per GB-month, publicIpv4 per hour and address. Quotations of AWS's price lists, of the date stated.\n" +
		"region,item,usd,date\n")
	for _, want := range serviceItems {
		for _, r := range list {
			if r["service"] != want.service || r["item"] != want.item || zones[r["region"]] == nil {
				continue
			}
			if r["unit"] != want.unit {
				return nil, fmt.Errorf("service_prices.csv: %s is priced per %s, not per %s", want.item, r["unit"], want.unit)
			}
			fmt.Fprintf(&b, "%s,%s,%s,%s\n", r["region"], want.name, decimal(r["usd_per_unit"]), r["as_of"])
		}
	}
	return b.Bytes(), nil
}
