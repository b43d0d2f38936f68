package sim

import (
	"math"
	"math/big"
	"math/bits"
)

// Integral is the integral of an integer quantity over time, exact in 128
// bits: 64 bits overflow within minutes (32 vCPU in cluster units times
// nanoseconds after 37 minutes). The unit is the quantity's times nanoseconds.
// The zero Integral is zero.
type Integral struct {
	hi, lo uint64
}

// Add adds value held for a span. Neither may be negative.
func (i *Integral) Add(value int64, span Time) {
	hi, lo := bits.Mul64(uint64(value), uint64(span))
	var carry uint64
	i.lo, carry = bits.Add64(i.lo, lo, 0)
	i.hi, _ = bits.Add64(i.hi, hi, carry)
}

// Plus returns i + j.
func (i Integral) Plus(j Integral) Integral {
	lo, carry := bits.Add64(i.lo, j.lo, 0)
	hi, _ := bits.Add64(i.hi, j.hi, carry)
	return Integral{hi, lo}
}

// Minus returns i - j; j must not be larger than i.
func (i Integral) Minus(j Integral) Integral {
	lo, borrow := bits.Sub64(i.lo, j.lo, 0)
	hi, _ := bits.Sub64(i.hi, j.hi, borrow)
	return Integral{hi, lo}
}

// IsZero reports whether the integral is zero.
func (i Integral) IsZero() bool { return i.hi|i.lo == 0 }

// Float returns the integral rounded to a floating-point number.
func (i Integral) Float() float64 {
	return math.Ldexp(float64(i.hi), 64) + float64(i.lo)
}

// Ratio returns i / j, and 0 where j is zero.
func (i Integral) Ratio(j Integral) float64 {
	if j.IsZero() {
		return 0
	}
	return i.Float() / j.Float()
}

// Mean returns the mean of the quantity over a span, and 0 over an empty one.
func (i Integral) Mean(span Time) float64 {
	if span <= 0 {
		return 0
	}
	return i.Float() / float64(span)
}

// DivRound returns i / divisor, rounded half up, for one exact division at the
// end of a ledger line. It panics when the result exceeds 64 bits.
func (i Integral) DivRound(divisor uint64) uint64 {
	lo, carry := bits.Add64(i.lo, divisor/2, 0)
	quotient, _ := bits.Div64(i.hi+carry, lo, divisor)
	return quotient
}

// Big returns the integral as a big integer.
func (i Integral) Big() *big.Int {
	b := new(big.Int).SetUint64(i.hi)
	return b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(i.lo))
}
