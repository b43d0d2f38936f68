package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fargateColumns are the list's columns and the names they get here, in the
// order of the table.
var fargateColumns = []struct{ column, item string }{
	{"vcpu_usd_per_hour", "vcpu"},
	{"memory_usd_per_gb_hour", "memory"},
	{"spot_vcpu_usd_per_hour", "spotVcpu"},
	{"spot_memory_usd_per_gb_hour", "spotMemory"},
	{"ephemeral_storage_usd_per_gb_hour_above_20gb", "storage"},
}

// fargateTable merges rows of one region and architecture column by column: the
// latest row that has a value for the column gives it, and its date. (A later
// quotation of On-Demand rates alone does not take the Spot rates away.)
func fargateTable(data string, zones map[string][]string) ([]byte, error) {
	columns := []string{"region", "os", "arch", "as_of"}
	for _, c := range fargateColumns {
		columns = append(columns, c.column)
	}
	list, err := readList(data, "fargate_prices.csv", columns...)
	if err != nil {
		return nil, err
	}
	type place struct{ region, arch string }
	merged := make(map[place]map[string][2]string) // column → value, date
	for _, r := range list {
		if r["os"] != "linux" || zones[r["region"]] == nil {
			continue
		}
		if !slices.Contains([]string{"x86_64", "arm64"}, r["arch"]) {
			return nil, fmt.Errorf("fargate_prices.csv: %s: architecture %q is new", r["region"], r["arch"])
		}
		key := place{r["region"], r["arch"]}
		if merged[key] == nil {
			merged[key] = make(map[string][2]string)
		}
		for _, c := range fargateColumns {
			// Dates are 2021-01, 2026 or 2022..2025, so that they order as text.
			if v := r[c.column]; v != "" && r["as_of"] > merged[key][c.column][1] {
				merged[key][c.column] = [2]string{decimal(v), r["as_of"]}
			}
		}
	}
	var b bytes.Buffer
	b.WriteString("# AWS Fargate, Linux, USD per hour and vCPU, GB, or GB of ephemeral storage above 20.\n" +
		"# Quotations of AWS's Fargate price list, each of the date stated; 2022..2025 is some day in between.\n" +
		"region,architecture,item,usd,date\n")
	places := slices.SortedFunc(maps.Keys(merged), func(p, q place) int {
		return cmp.Or(strings.Compare(p.region, q.region), strings.Compare(p.arch, q.arch))
	})
	for _, p := range places {
		for _, c := range fargateColumns {
			if v := merged[p][c.column]; v[0] != "" {
				fmt.Fprintf(&b, "%s,%s,%s,%s,%s\n", p.region, p.arch, c.item, v[0], v[1])
			}
		}
	}
	return b.Bytes(), nil
}

// fargateSizesTable copies the documented sizes in their order: by CPU, then by
// memory.
func fargateSizesTable(data string) ([]byte, error) {
	list, err := readList(data, "fargate_task_sizes.csv", "cpu_units", "memory_mib")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("# Sizes of a Fargate task, Linux: CPU units (1024 = 1 vCPU) and MiB. The documented table for sizes up to 16 vCPU.\n" +
		"cpu,memory\n")
	for _, r := range list {
		fmt.Fprintf(&b, "%s,%s\n", r["cpu_units"], r["memory_mib"])
	}
	return b.Bytes(), nil
}
