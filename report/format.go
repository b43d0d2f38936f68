package report

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// none stands where there is no figure.
const none = "–"

// money formats US dollars: $1,234.56, and amounts under a dollar with enough
// digits to tell them apart: $0.0123.
func money(usd float64) string {
	switch abs := math.Abs(usd); {
	case !finite(usd):
		return none
	case abs == 0:
		return "$0.00"
	case abs >= 1e15:
		return sign(usd) + "$" + strconv.FormatFloat(abs, 'e', 2, 64)
	case abs >= 0.0995:
		return sign(usd) + "$" + grouped(strconv.FormatFloat(abs, 'f', 2, 64))
	case abs < 1e-9:
		return sign(usd) + "$" + strconv.FormatFloat(abs, 'e', 1, 64)
	default: // three significant digits, at least cents
		decimals := max(2, 2-int(math.Floor(math.Log10(abs))))
		s := strconv.FormatFloat(abs, 'f', decimals, 64)
		for strings.HasSuffix(s, "0") && len(s) > len("0.00") {
			s = s[:len(s)-1]
		}
		return sign(usd) + "$" + s
	}
}

// span formats a length of time for people: 350 ms, 2.4 s, 2 h 14 min.
func span(seconds float64) string {
	if !finite(seconds) {
		return none
	}
	abs := math.Abs(seconds)
	s := sign(seconds)
	switch {
	case abs == 0:
		return "0 s"
	case abs < 0.9995e-3:
		return s + digits(abs*1e6) + " µs"
	case abs < 0.9995:
		return s + digits(abs*1e3) + " ms"
	case abs < 9.95:
		return s + strings.TrimSuffix(strconv.FormatFloat(abs, 'f', 1, 64), ".0") + " s"
	case abs < 59.5:
		return s + strconv.FormatFloat(abs, 'f', 0, 64) + " s"
	case abs < 3599.5:
		return s + twoUnits(int64(math.Round(abs)), 60, "min", "s")
	case abs < 86400-30:
		return s + twoUnits(int64(math.Round(abs/60)), 60, "h", "min")
	default:
		return s + twoUnits(int64(math.Round(abs/3600)), 24, "d", "h")
	}
}

// twoUnits formats n small units as large and small ones: 134 min, 60 → 2 h 14 min.
func twoUnits(n, perLarge int64, large, small string) string {
	s := grouped(strconv.FormatInt(n/perLarge, 10)) + " " + large
	if rest := n % perLarge; rest != 0 {
		s += " " + strconv.FormatInt(rest, 10) + " " + small
	}
	return s
}

// percent formats a share from 0 to 1 in per cent.
func percent(x float64) string {
	switch {
	case !finite(x):
		return none
	case x != 0 && math.Abs(x) < 0.0005:
		return "< 0.1 %"
	}
	return strconv.FormatFloat(x*100+0, 'f', 1, 64) + " %"
}

// change formats how much larger a figure is than another in per cent.
func change(from, to float64) string {
	switch {
	case !finite(from) || !finite(to):
		return none
	case from == to:
		return "±0 %"
	case from == 0:
		return none
	}
	return relative((to - from) / math.Abs(from))
}

// relative formats a relative difference with its sign: +5.3 %, −12.0 %.
func relative(x float64) string {
	s := "+"
	if x < 0 {
		s = "−"
	}
	switch abs := math.Abs(x); {
	case !finite(x):
		return none
	case abs < negligible:
		return "±0 %"
	case abs < 0.0005:
		return s + little(abs) + " %"
	case abs >= 9.995:
		return s + grouped(strconv.FormatFloat(abs*100, 'f', 0, 64)) + " %"
	default:
		return s + strconv.FormatFloat(abs*100, 'f', 1, 64) + " %"
	}
}

// negligible is a relative difference that is but rounding.
const negligible = 1e-9

// little formats a share below 0.05 % in per cent, with one digit.
func little(share float64) string {
	return strconv.FormatFloat(share*100, 'f', -int(math.Floor(math.Log10(share*100))), 64)
}

// count formats a whole number with commas.
func count(n int64) string {
	if n < 0 {
		return "−" + grouped(strconv.FormatInt(n, 10)[1:])
	}
	return grouped(strconv.FormatInt(n, 10))
}

// number formats a figure of no particular kind.
func number(x float64) string {
	switch abs := math.Abs(x); {
	case !finite(x):
		return none
	case x == math.Trunc(x) && abs < 1e15:
		return count(int64(x))
	case abs >= 1e15 || abs < 1e-6:
		return sign(x) + strconv.FormatFloat(abs, 'e', 2, 64)
	case abs >= 1000:
		return sign(x) + grouped(strconv.FormatFloat(abs, 'f', 0, 64))
	default:
		return sign(x) + digits(abs)
	}
}

// digits formats a positive number with three significant digits.
func digits(x float64) string {
	decimals := 0
	if x > 0 {
		decimals = max(0, 2-int(math.Floor(math.Log10(x))))
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// grouped puts commas between the thousands of a number without sign.
func grouped(s string) string {
	whole, fraction, hasFraction := strings.Cut(s, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if hasFraction {
		b.WriteString("." + fraction)
	}
	return b.String()
}

func sign(x float64) string {
	if x < 0 {
		return "−"
	}
	return ""
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// plural formats a number of things.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// clean makes a text safe for a terminal: names come from files of others, and
// must neither move the cursor nor turn the direction of what follows.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// exact formats a number with all its digits, for comparison with a bound.
func exact(x float64) string {
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e15) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	s := strconv.FormatFloat(math.Abs(x), 'f', 6, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	return sign(x) + grouped(s)
}
