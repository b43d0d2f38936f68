package scenarios

import (
	"errors"
	"math/big"
	"strings"

	"berth/sim"
)

// longest span a scenario can state. Two of them added stay within sim.Time.
const longest = 36500 * sim.Day

// units of a duration, longest spelling first where one begins another.
var units = []struct {
	name string
	span sim.Time
}{
	{"ns", sim.Nanosecond},
	{"us", sim.Microsecond},
	{"µs", sim.Microsecond},
	{"μs", sim.Microsecond},
	{"ms", sim.Millisecond},
	{"s", sim.Second},
	{"m", sim.Minute},
	{"h", sim.Hour},
	{"d", sim.Day},
	{"w", 7 * sim.Day},
}

var (
	errUnit   = errors.New("the unit is missing")
	errLength = errors.New("longer than 36500d")
	errForm   = errors.New("not a duration")
)

// ParseDuration reads a span of time: Go's form (90s, 2m30s, 1.5h) with the
// units d and w added. It does not accept a number without a unit, 0 excepted.
func ParseDuration(text string) (sim.Time, error) {
	rest, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	if rest == "0" {
		return 0, nil
	}
	if rest == "" || len(rest) > 100 {
		return 0, errForm
	}
	total := new(big.Rat)
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		n, ok := new(big.Rat).SetString(rest[:digits])
		if digits == 0 || !ok {
			return 0, errForm
		}
		if rest = rest[digits:]; rest == "" {
			return 0, errUnit
		}
		span, length := unit(rest)
		if length == 0 {
			return 0, errForm
		}
		rest = rest[length:]
		total.Add(total, n.Mul(n, big.NewRat(int64(span), 1)))
	}
	ns := new(big.Int).Quo(total.Num(), total.Denom())
	if !ns.IsInt64() || sim.Time(ns.Int64()) > longest {
		return 0, errLength
	}
	if negative {
		return -sim.Time(ns.Int64()), nil
	}
	return sim.Time(ns.Int64()), nil
}

// unit finds the unit that text begins with.
func unit(text string) (span sim.Time, length int) {
	for _, u := range units {
		if strings.HasPrefix(text, u.name) {
			return u.span, len(u.name)
		}
	}
	return 0, 0
}
