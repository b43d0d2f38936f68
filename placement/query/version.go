package query

import (
	"cmp"
	"math"
	"strings"
)

// version is the numbers of a version, the most significant first.
type version []uint64

// parseVersion reads numbers between dots.
func parseVersion(text string) (v version, ok bool) {
	for part, rest, more := "", text, true; more; {
		part, rest, more = strings.Cut(rest, ".")
		n, ok := parseNumber(part)
		if !ok {
			return nil, false
		}
		v = append(v, n)
	}
	return v, true
}

// compareVersion compares a text with a version; ok is false if the text is
// none. It builds no version of the text, for it is asked of every instance.
func compareVersion(text string, v version) (c int, ok bool) {
	for part, rest, more := "", text, true; more; {
		part, rest, more = strings.Cut(rest, ".")
		n, ok := parseNumber(part)
		if !ok {
			return 0, false
		}
		var other uint64
		if len(v) > 0 {
			other, v = v[0], v[1:]
		}
		if c == 0 {
			c = cmp.Compare(n, other)
		}
	}
	for _, n := range v {
		if c == 0 && n > 0 {
			c = -1
		}
	}
	return c, true
}

// parseNumber reads digits. Unlike strconv it makes no error, which would be
// allocated for every instance without a version.
func parseNumber(digits string) (n uint64, ok bool) {
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' || n > (math.MaxUint64-9)/10 {
			return 0, false
		}
		n = n*10 + uint64(d-'0')
	}
	return n, digits != ""
}
