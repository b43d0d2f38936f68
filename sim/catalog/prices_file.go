package catalog

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A PriceFile is what [ReadPrices] read.
type PriceFile struct {
	Name    string
	Entries []Entry // in the order of the file
}

// Overrides returns the file's prices for [Catalog.With].
func (f PriceFile) Overrides() Overrides { return Overrides{Entries: f.Entries} }

// The columns of a file of prices; the first three are required.
var priceColumns = []string{"class", "item", "usd", "region", "zone", "architecture", "date"}

const requiredPriceColumns = 3

// maxPriceErrors bounds how many errors of a file are told.
const maxPriceErrors = 20

// ReadPrices reads prices that go before those of the embedded lists. name is
// that of the file, for errors and derivations. The file is CSV with a header
// row; columns are known by name, in any order:
//
//	class         ec2, spot, fargate, fargateSpot, ebs or publicIpv4
//	item          an instance type for ec2 and spot; vcpu, memory or storage for
//	              fargate, vcpu or memory for fargateSpot; else empty
//	usd           a decimal number of US dollars, per hour; for ebs per GB-month
//	region        optional; empty: all regions
//	zone          optional, for spot: a name (us-east-1a) or an id (use1-az1)
//	architecture  optional, for fargate and fargateSpot: x86_64 or arm64
//	date          optional: of what date the price is, 2026-07-20, 2026-07 or 2026
//
// Lines that begin with # are comments. For example:
//
//	class,region,zone,item,usd,date
//	ec2,eu-west-1,,m6i.large,0.107,2026-09-01
//	spot,eu-west-1,eu-west-1a,m6i.large,0.0391,2026-09-01
//	ebs,,,,0.0704,
//
// A price given twice for the same thing is an error, as is whatever
// [Catalog.Check] finds: the error names file, line, column and value of each,
// the first twenty.
func ReadPrices(r io.Reader, name string) (PriceFile, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" { // spreadsheets put it there
		_, _ = buffered.Discard(3)
	}
	lines := csv.NewReader(buffered)
	lines.Comment = '#'
	lines.TrimLeadingSpace = true
	p := priceParser{file: PriceFile{Name: name}, lines: lines, first: make(map[key]int)}
	if p.header() {
		for p.line() {
		}
	}
	if len(p.wrong) == 0 && len(p.file.Entries) == 0 {
		p.wrong = append(p.wrong, fmt.Errorf("%s: no prices in the file", name))
	}
	if more := len(p.wrong) - maxPriceErrors; more > 0 {
		p.wrong = append(p.wrong[:maxPriceErrors], fmt.Errorf("%s: and %d more errors", name, more))
	}
	if err := errors.Join(p.wrong...); err != nil {
		return PriceFile{}, err
	}
	return p.file, nil
}

// priceParser reads one file of prices.
type priceParser struct {
	file    PriceFile
	lines   *csv.Reader
	columns []string    // of the header
	first   map[key]int // the line that gave a price
	wrong   []error
}

// header reads the header row; false if there is none to go on with.
func (p *priceParser) header() bool {
	names, err := p.lines.Read()
	if errors.Is(err, io.EOF) {
		p.wrong = append(p.wrong, fmt.Errorf("%s: the file is empty; its header row needs the columns %s",
			p.file.Name, strings.Join(priceColumns[:requiredPriceColumns], ", ")))
		return false
	}
	if err != nil {
		p.broken(err)
		return false
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case !slices.Contains(priceColumns, name):
			p.fail(i, fmt.Errorf("unknown column %q; the columns are %s", name, strings.Join(priceColumns, ", ")))
		case slices.Contains(p.columns, name):
			p.fail(i, fmt.Errorf("column %q is there twice", name))
		}
		p.columns = append(p.columns, name)
	}
	for _, name := range priceColumns[:requiredPriceColumns] {
		if !slices.Contains(p.columns, name) {
			p.fail(0, fmt.Errorf("column %q is missing", name))
		}
	}
	return len(p.wrong) == 0
}

// line reads one price; false at the end of the file.
func (p *priceParser) line() bool {
	values, err := p.lines.Read()
	switch {
	case errors.Is(err, io.EOF):
		return false
	case errors.Is(err, csv.ErrFieldCount):
		p.fail(0, fmt.Errorf("%d fields, the header has %d", len(values), len(p.columns)))
		return true
	case err != nil:
		p.broken(err)
		return false
	}
	at := func(column string) (value string, i int) {
		if i = slices.Index(p.columns, column); i < 0 {
			return "", 0
		}
		return strings.TrimSpace(values[i]), i
	}
	usd, usdColumn := at("usd")
	price, err := ParseUSD(usd)
	if err != nil {
		p.fail(usdColumn, fmt.Errorf("usd: %q: %w", usd, err))
		return true
	}
	number, _ := p.lines.FieldPos(0)
	e := Entry{Price: price, Source: fmt.Sprintf("%s:%d", p.file.Name, number)}
	class, _ := at("class")
	e.Class = Class(class)
	e.Item, _ = at("item")
	e.Region, _ = at("region")
	e.Zone, _ = at("zone")
	e.Architecture, _ = at("architecture")
	e.Date, _ = at("date")
	if field, err := Embedded().check(e); err != nil {
		_, i := at(field)
		p.fail(i, fmt.Errorf("%s: %w", field, err))
		return true
	}
	k := Embedded().key(e)
	if first, twice := p.first[k]; twice {
		p.fail(0, fmt.Errorf("this price was given before, in line %d", first))
		return true
	}
	p.first[k] = number
	p.file.Entries = append(p.file.Entries, e)
	return true
}

// fail notes an error in a field of the line read last.
func (p *priceParser) fail(field int, err error) {
	line, column := p.lines.FieldPos(field)
	p.wrong = append(p.wrong, fmt.Errorf("%s:%d:%d: %w", p.file.Name, line, column, err))
}

// broken notes that the file cannot be read further.
func (p *priceParser) broken(err error) {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		p.wrong = append(p.wrong, fmt.Errorf("%s:%d:%d: %w", p.file.Name, parse.Line, parse.Column, parse.Err))
		return
	}
	p.wrong = append(p.wrong, fmt.Errorf("%s: %w", p.file.Name, err))
}
