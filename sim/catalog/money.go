package catalog

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// NanoUSD is an amount of money in billionths of a US dollar.
type NanoUSD int64

// Dollar is one US dollar.
const Dollar NanoUSD = 1_000_000_000

// MaxPrice is the largest price that a user may give, a million dollars: far
// above any, and small enough that sums over a run do not overflow.
const MaxPrice = 1_000_000 * Dollar

// USD returns the amount in US dollars, for output.
func (n NanoUSD) USD() float64 { return float64(n) / float64(Dollar) }

// String returns the amount in US dollars, exactly: 0.096.
func (n NanoUSD) String() string {
	sign, u := "", uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	s := fmt.Sprintf("%s%d.%09d", sign, u/uint64(Dollar), u%uint64(Dollar))
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// FromUSD returns an amount given in US dollars, rounded to a nano-dollar once.
// An amount that is not a number is 0, one too large for the type the largest.
func FromUSD(usd float64) NanoUSD {
	n := math.RoundToEven(usd * float64(Dollar))
	switch {
	case math.IsNaN(n):
		return 0
	case n >= math.MaxInt64:
		return math.MaxInt64
	case n <= math.MinInt64:
		return math.MinInt64
	}
	return NanoUSD(n)
}

// ParseUSD reads a price in US dollars from 0 to [MaxPrice], written as a decimal
// number with up to nine places (0.096, .5, 12), exactly.
func ParseUSD(s string) (NanoUSD, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, errors.New("not a decimal number of US dollars from 0")
	}
	if len(strings.TrimRight(fraction, "0")) > 9 {
		return 0, errors.New("more than nine decimal places")
	}
	fraction = (fraction + "000000000")[:9]
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || NanoUSD(n) > MaxPrice {
		return 0, fmt.Errorf("more than %s US dollars", MaxPrice)
	}
	return NanoUSD(n), nil
}

// scale returns amount × num / den rounded to the nearest, halves up. All are
// at least 0, den is above 0 and the result fits.
func scale(amount NanoUSD, num, den uint64) NanoUSD {
	hi, lo := bits.Mul64(uint64(amount), num)
	lo, carry := bits.Add64(lo, den/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, den)
	return NanoUSD(quotient)
}
