package catalog

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed tables
var files embed.FS

// tables are the embedded tables, each parsed when it is first asked for.
type tables struct {
	types   func() typeTable
	regions func() regionTable
	sizes   func() []FargateSize
	fargate func() map[fargateKey]Price
	service func() map[serviceKey]datedUSD

	mu     sync.Mutex
	prices map[string]map[string]ec2Prices // by region, then instance type
}

func newTables() *tables {
	return &tables{
		types:   sync.OnceValue(readTypes),
		regions: sync.OnceValue(readRegions),
		sizes:   sync.OnceValue(readFargateSizes),
		fargate: sync.OnceValue(readFargate),
		service: sync.OnceValue(readServices),
		prices:  make(map[string]map[string]ec2Prices),
	}
}

// datedUSD is a figure of a list and the date of the list.
type datedUSD struct {
	usd  NanoUSD
	date string
}

// record is one line of a table. Its methods panic on what a generated table
// cannot hold: then the program was built wrong.
type record struct {
	table  string
	line   int
	fields []string
}

// eachRecord calls f with each line of a table, comments and header left out.
// The slice of fields is reused.
func eachRecord(table string, f func(record)) {
	content, err := files.ReadFile("tables/" + table)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	header := 0
	var fields []string
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSuffix(line, "\n")
		fields = fields[:0]
		for {
			field, rest, more := strings.Cut(line, ",")
			fields = append(fields, field)
			if !more {
				break
			}
			line = rest
		}
		if header == 0 {
			header = len(fields)
			continue
		}
		if len(fields) != header {
			panic(fmt.Sprintf("catalog: tables/%s:%d: %d fields, the header has %d", table, number, len(fields), header))
		}
		f(record{table, number, fields})
	}
}

// int returns a field as a number, 0 when it is empty.
func (r record) int(field int) int64 {
	if r.fields[field] == "" {
		return 0
	}
	n, err := strconv.ParseInt(r.fields[field], 10, 64)
	if err != nil {
		r.panic(field, err)
	}
	return n
}

// usd returns a field as a price, 0 when it is empty.
func (r record) usd(field int) NanoUSD {
	if r.fields[field] == "" {
		return 0
	}
	n, err := ParseUSD(r.fields[field])
	if err != nil {
		r.panic(field, err)
	}
	return n
}

func (r record) panic(field int, err error) {
	panic(fmt.Sprintf("catalog: tables/%s:%d: field %d: %v", r.table, r.line, field+1, err))
}
