package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// govCloudZones are not in the list of regions, which covers the commercial
// partition only. AWS's pages of service endpoints name them: three a region.
var govCloudZones = map[string][]string{
	"us-gov-east-1": {"usge1-az1", "usge1-az2", "usge1-az3"},
	"us-gov-west-1": {"usgw1-az1", "usgw1-az2", "usgw1-az3"},
}

// readZones returns the zone ids of each region, in order.
func readZones(data string) (map[string][]string, error) {
	list, err := readList(data, "regions_zones.csv", "region", "az_id", "status")
	if err != nil {
		return nil, err
	}
	zones := maps.Clone(govCloudZones)
	for _, r := range list {
		if r["status"] == "active" {
			zones[r["region"]] = append(zones[r["region"]], r["az_id"])
		}
	}
	for _, ids := range zones {
		slices.Sort(ids)
	}
	return zones, nil
}

func zonesTable(zones map[string][]string) []byte {
	var b bytes.Buffer
	b.WriteString("# Regions and the ids of their zones. Spare Cores' table of regions, 2026-01-31; GovCloud from AWS's pages of endpoints.\n" +
		"region,zones\n")
	for _, region := range slices.Sorted(maps.Keys(zones)) {
		fmt.Fprintf(&b, "%s,%s\n", region, strings.Join(zones[region], " "))
	}
	return b.Bytes()
}
