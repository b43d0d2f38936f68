package workloads

import (
	"bytes"
	"math"
	"math/bits"
)

// rounding of what is finer than the unit.
type rounding int

const (
	nearest rounding = iota // half away from zero: for times
	up                      // for demands: what is asked for is had
)

// decimalFault says why a text is no amount; the zero value is none.
type decimalFault int

const (
	notNumber decimalFault = iota + 1
	negative
	tooLarge
)

// decimal reads text as a non-negative decimal number, multiplies it by unit
// and rounds, in integers throughout: "0.1" times 10⁹ is 10⁸. Digits, a point
// and an exponent are understood ("12", "0.5", ".5", "1e-05"); signs are not,
// but a negative number is told from what is no number. exact reports whether
// nothing was rounded. unit is at most 10⁹; results above limit are tooLarge.
func decimal(text []byte, unit uint64, mode rounding, limit int64) (n int64, exact bool, fault decimalFault) {
	// Nearly all numbers of a trace have at most 18 digits, so that the digits
	// fit one word.
	if len(text) > 19 || len(text) == 0 {
		return longDecimal(text, unit, mode, limit)
	}
	var digits uint64
	point := -1
	for i, c := range text {
		if d := c - '0'; d <= 9 {
			digits = digits*10 + uint64(d)
		} else if c == '.' && point < 0 {
			point = i
		} else {
			return longDecimal(text, unit, mode, limit)
		}
	}
	places := 0
	if point >= 0 {
		if len(text) == 1 {
			return 0, false, notNumber
		}
		places = len(text) - 1 - point
	} else if len(text) == 19 {
		return longDecimal(text, unit, mode, limit)
	}
	return scale(digits, places, false, unit, mode, limit)
}

// scale rounds digits / 10^places × unit; sticky stands for further digits
// behind the last one that are not all zero.
func scale(digits uint64, places int, sticky bool, unit uint64, mode rounding, limit int64) (int64, bool, decimalFault) {
	hi, lo := bits.Mul64(digits, unit)
	if places == 0 {
		if hi != 0 || lo > uint64(limit) {
			return 0, false, tooLarge
		}
		return int64(lo), true, 0
	}
	pow := powers[places]
	if hi >= pow {
		return 0, false, tooLarge
	}
	var rest uint64
	if hi == 0 {
		lo, rest = lo/pow, lo%pow
	} else {
		lo, rest = bits.Div64(hi, lo, pow)
	}
	exact := rest == 0 && !sticky
	switch {
	case mode == up && !exact, mode == nearest && rest >= pow/2:
		lo++
	}
	if lo > uint64(limit) {
		return 0, false, tooLarge
	}
	return int64(lo), exact, 0
}

var powers = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// longDecimal is decimal for signs, exponents and many digits. It brings the
// number to at most 18 digits after the point and a sticky rest.
func longDecimal(text []byte, unit uint64, mode rounding, limit int64) (int64, bool, decimalFault) {
	body, minus := bytes.CutPrefix(text, []byte("-"))
	mantissa, exponent, ok := cutExponent(body)
	if !ok {
		return 0, false, notNumber
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	if len(whole)+len(fraction) == 0 || !allDigits(whole) || !allDigits(fraction) {
		return 0, false, notNumber
	}
	// The value is 0.d₁d₂d₃… × 10^shift over the digits without leading zeros.
	digits := append(append(make([]byte, 0, len(whole)+len(fraction)), whole...), fraction...)
	significant := bytes.TrimLeft(digits, "0")
	shift := len(whole) + exponent - (len(digits) - len(significant))
	switch {
	case len(significant) == 0:
		return 0, true, 0
	case minus:
		return 0, false, negative
	case shift > 19:
		return 0, false, tooLarge
	}
	var value, fractional uint64
	for i := range shift {
		d := uint64(0)
		if i < len(significant) {
			d = uint64(significant[i] - '0')
		}
		carry, product := bits.Mul64(value, 10)
		sum, over := bits.Add64(product, d, 0)
		if carry+over != 0 {
			return 0, false, tooLarge
		}
		value = sum
	}
	sticky := false
	const places = 18
	for i := range places {
		fractional *= 10
		if at := shift + i; at >= 0 && at < len(significant) {
			fractional += uint64(significant[at] - '0')
		}
	}
	if rest := shift + places; rest < len(significant) {
		sticky = len(bytes.Trim(significant[max(rest, 0):], "0")) > 0
	}
	n, _, fault := scale(value, 0, false, unit, mode, limit)
	if fault != 0 {
		return 0, false, fault
	}
	m, exact, fault := scale(fractional, places, sticky, unit, mode, math.MaxInt64)
	if fault != 0 || m > limit-n {
		return 0, false, tooLarge
	}
	return n + m, exact, 0
}

// cutExponent splits "1.5e-3". Exponents beyond ±10⁶ are taken as ±10⁶, which
// is as far outside of any unit.
func cutExponent(text []byte) (mantissa []byte, exponent int, ok bool) {
	i := bytes.IndexAny(text, "eE")
	if i < 0 {
		return text, 0, true
	}
	mantissa, text = text[:i], text[i+1:]
	sign := 1
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	if len(text) == 0 || !allDigits(text) {
		return nil, 0, false
	}
	for _, c := range text {
		exponent = min(exponent*10+int(c-'0'), 1_000_000)
	}
	return mantissa, sign * exponent, true
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
