package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"berth/scenarios"
	"berth/sim"
	"berth/sim/catalog"
)

// overrides are the flags that change a scenario from outside.
type overrides struct {
	set    []string
	until  span
	prices string
}

func (o *overrides) declare(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.set, "set", nil, "set a value of the scenario by its dotted `path=value`; may be repeated")
	cmd.Flags().Var(&o.until, "until", "end the run after so much simulated time")
	cmd.Flags().StringVar(&o.prices, "prices", "", "`file` (CSV) of prices that go before the built-in ones")
}

// load reads a scenario and returns it, or its variants: all of them, or those
// that are named.
func (o *overrides) load(name string, prices *catalog.Catalog, variants []string) (*scenarios.File, []*scenarios.Scenario, error) {
	file, err := scenarios.Load(name)
	if err != nil {
		return nil, nil, invalid{err}
	}
	file.Catalog = prices
	all, err := file.All(o.set, variants...)
	if err != nil {
		return nil, nil, invalid{err}
	}
	return file, all, nil
}

// options are what every run has in common.
func (o *overrides) options(prices *catalog.Catalog) scenarios.Options {
	return scenarios.Options{Catalog: prices, Until: sim.Time(o.until), Version: version}
}

// catalog returns the embedded catalog with the prices of the file over it.
func (o *overrides) catalog() (*catalog.Catalog, error) { return readPrices(o.prices) }

func readPrices(path string) (*catalog.Catalog, error) {
	if path == "" {
		return catalog.Embedded(), nil
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, invalid{fmt.Errorf("--prices: %w", err)}
	}
	file, err := catalog.ReadPrices(bytes.NewReader(src), path)
	if err != nil {
		return nil, invalid{err}
	}
	prices, err := catalog.Embedded().With(file.Overrides())
	if err != nil {
		return nil, invalid{fmt.Errorf("%s: %w", path, err)}
	}
	return prices, nil
}

// seedFlag is the value of --seed; it overrides the scenario's.
type seedFlag struct {
	seed  uint64
	given bool
}

func (s *seedFlag) Set(text string) error {
	seed, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return errors.New("expected a whole number from 0 to 9223372036854775807")
	}
	s.seed, s.given = seed, true
	return nil
}

func (s *seedFlag) String() string {
	if !s.given {
		return ""
	}
	return strconv.FormatUint(s.seed, 10)
}

func (*seedFlag) Type() string { return "number" }
