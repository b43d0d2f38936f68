package catalog

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// HoursPerMonth is the length of a month in AWS's price calculators.
const HoursPerMonth = 730

// A Price is a rate per hour: of an instance, a vCPU, a GB, an address. The zero
// Price is one that is not known.
type Price struct {
	PerHour NanoUSD
	// Date is that of the list the price is from: 2026-07-20, 2022-12, 2026, or
	// 2022..2025 for a day in between. A derived price has the date of the older
	// of the two figures that set its level. Empty if whoever gave the price
	// gave no date.
	Date string
	// Derivation says in words where the price comes from, and how it was
	// computed if it was. It is empty only if the price is not known.
	Derivation string
}

// Known tells a price from the lack of one. A known price may be 0.
func (p Price) Known() bool { return p.Derivation != "" }

// OlderThan tells whether the price was more than that many months old at an
// instant. A date without a day, or a range, counts from its beginning: a price
// is called older rather than newer. A price without a date is not old.
func (p Price) OlderThan(months int, at time.Time) bool {
	from, err := beginning(p.Date)
	return err == nil && from.AddDate(0, months, 0).Before(at)
}

// A MonthlyPrice is a rate per month of [HoursPerMonth] hours; else it is like
// a [Price]. A month's price divided by 730 is not a whole number of
// nano-dollars, so that the division is better left to whoever knows the size
// and the time.
type MonthlyPrice struct {
	PerMonth   NanoUSD
	Date       string
	Derivation string
}

// Known tells a price from the lack of one.
func (p MonthlyPrice) Known() bool { return p.Derivation != "" }

// OlderThan is as [Price.OlderThan].
func (p MonthlyPrice) OlderThan(months int, at time.Time) bool {
	return Price{Date: p.Date}.OlderThan(months, at)
}

// Hourly returns the rate per hour of that many units, 0 to a million, rounded
// once.
func (p MonthlyPrice) Hourly(units int64) Price {
	return Price{
		PerHour:    scale(p.PerMonth, uint64(units), HoursPerMonth),
		Date:       p.Date,
		Derivation: p.Derivation + fmt.Sprintf(", × %d / %d h", units, HoursPerMonth),
	}
}

// beginning returns the first instant of a date as a Price has it.
func beginning(date string) (time.Time, error) {
	date, _, _ = strings.Cut(date, "..")
	layout := time.DateOnly
	switch len(date) {
	case len("2006"):
		layout = "2006"
	case len("2006-01"):
		layout = "2006-01"
	}
	return time.Parse(layout, date)
}

// off returns the price less a fraction of it.
func (p Price) off(fraction float64, class Class) Price {
	if fraction == 0 || !p.Known() {
		return p
	}
	// In billionths, so that 0.1 is a tenth and not the float nearest to it.
	const one = 1_000_000_000
	p.PerHour = scale(p.PerHour, one-uint64(math.Round(fraction*one)), one)
	p.Derivation += fmt.Sprintf(", less %s %% (discount on %s)", strconv.FormatFloat(fraction*100, 'g', 6, 64), class)
	return p
}
