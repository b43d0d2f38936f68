// Command generate writes the tables that package catalog embeds.
//
// It reads published price lists and instance facts, each a CSV file with one
// header row, plain or gzip-compressed, and writes the project's own tables:
//
//	types.csv           instance types: size, devices, network limits, memory measured
//	zones.csv           the zones of each region, in order
//	prices/REGION.csv   On-Demand, the Spot Advisor's figures, Spot prices by zone
//	fargate.csv         Fargate rates by region and architecture
//	fargate_sizes.csv   the valid pairs of CPU and memory
//	services.csv        EBS gp3 and public IPv4
//
// Each begins with comment lines that say from which list it comes and of what
// date. They hold facts alone: prices, limits and their dates. The output
// depends on the input only, byte for byte.
//
// Usage, from the module's root, DIR being the folder with the lists:
//
//	go run ./sim/catalog/generate -data DIR -out sim/catalog/tables
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	data := flags.String("data", "", "the folder with the published lists")
	out := flags.String("out", "tables", "the folder to write the tables to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("-data is missing: name the folder with the published lists")
	}
	tables, err := generate(*data)
	if err != nil {
		return err
	}
	// A region that left the lists must leave the tables too.
	if err := os.RemoveAll(filepath.Join(*out, "prices")); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		path := filepath.Join(*out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, tables[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the tables by name, slash-separated, made from the lists in
// the folder data.
func generate(data string) (map[string][]byte, error) {
	types, err := readTypes(data)
	if err != nil {
		return nil, err
	}
	zones, err := readZones(data)
	if err != nil {
		return nil, err
	}
	tables := map[string][]byte{
		"types.csv": typesTable(types),
		"zones.csv": zonesTable(zones),
	}
	prices, err := readPrices(data, types, zones)
	if err != nil {
		return nil, err
	}
	for region := range zones {
		tables["prices/"+region+".csv"] = pricesTable(region, zones[region], prices[region])
	}
	if tables["fargate.csv"], err = fargateTable(data, zones); err != nil {
		return nil, err
	}
	if tables["fargate_sizes.csv"], err = fargateSizesTable(data); err != nil {
		return nil, err
	}
	if tables["services.csv"], err = servicesTable(data, zones); err != nil {
		return nil, err
	}
	return tables, nil
}
