package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// architectures maps the lists' names to those of ECS.
var architectures = map[string]string{"amd64": "x86_64", "arm64": "arm64", "": ""}

// readTypes joins three lists by instance type: the facts of the type, the
// limits on its interfaces and the memory that was measured.
func readTypes(data string) (map[string]row, error) {
	facts, err := readList(data, "ec2_instance_types.csv", "instance_type", "vcpu", "memory_mib", "arch",
		"cpu_manufacturer", "bare_metal", "burstable", "current_generation", "gpu_count", "gpu_name", "gpu_memory_mib", "max_enis", "ipv4_per_eni")
	if err != nil {
		return nil, err
	}
	limits, err := readList(data, "ec2_eni_limits.csv", "instance_type", "trunking_compatible", "branch_enis")
	if err != nil {
		return nil, err
	}
	measured, err := readList(data, "ec2_coremark.csv", "instance_type", "os_visible_memory_mb", "measured_on")
	if err != nil {
		return nil, err
	}
	types := make(map[string]row, len(facts))
	for _, r := range facts {
		arch, known := architectures[r["arch"]]
		if !known {
			return nil, fmt.Errorf("ec2_instance_types.csv: %s: architecture %q is new", r["instance_type"], r["arch"])
		}
		r["arch"] = arch
		types[r["instance_type"]] = r
	}
	// The facts leave branch interfaces empty for many newer types; the list of
	// limits, newer by weeks, has them.
	for _, list := range [][]row{limits, measured} {
		for _, r := range list {
			if t, known := types[r["instance_type"]]; known {
				maps.Copy(t, r)
			}
		}
	}
	return types, nil
}

func typesTable(types map[string]row) []byte {
	var b bytes.Buffer
	b.WriteString("# EC2 instance types. Facts: Karpenter's generated tables, 2026-07, and DescribeInstanceTypes, 2025-03.\n" +
		"# Interfaces: Karpenter's generated table of network limits, 2026-08-06. Memory that Linux sees: measured, on the day stated.\n" +
		"# Memory in MiB, of a GPU for each device. Empty: not known. A type is of a previous generation if DescribeInstanceTypes says so.\n" +
		"type,vcpu,memory,architecture,gpus,gpu_model,gpu_memory,max_enis,ipv4_per_eni,branch_enis,trunking,measured_memory,measured_on,manufacturer,metal,burstable,previous\n")
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := types[name]
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", name, t["vcpu"], t["memory_mib"], t["arch"],
			t["gpu_count"], t["gpu_name"], t["gpu_memory_mib"], t["max_enis"], t["ipv4_per_eni"], t["branch_enis"], yes(t["trunking_compatible"] == "true"),
			t["os_visible_memory_mb"], t["measured_on"], t["cpu_manufacturer"], yes(t["bare_metal"] == "true"), yes(t["burstable"] == "true"),
			yes(t["current_generation"] == "false"))
	}
	return b.Bytes()
}

// yes is how the table writes what holds; what does not is left empty.
func yes(holds bool) string {
	if holds {
		return "yes"
	}
	return ""
}
