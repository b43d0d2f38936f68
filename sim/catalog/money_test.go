package catalog

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseUSD(t *testing.T) {
	for s, want := range map[string]NanoUSD{
		"0":               0,
		"0.096":           96_000_000,
		".5":              500_000_000,
		"12":              12 * Dollar,
		"12.":             12 * Dollar,
		"0.000000001":     1,
		"0.1000000000000": 100_000_000, // zeros past the ninth place say nothing
		"1000000":         MaxPrice,
	} {
		got, err := ParseUSD(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got, s)
	}
	for s, want := range map[string]string{
		"":                        "not a decimal number",
		".":                       "not a decimal number",
		"-1":                      "not a decimal number",
		"+1":                      "not a decimal number",
		"1e3":                     "not a decimal number",
		"1,5":                     "not a decimal number",
		"1.2.3":                   "not a decimal number",
		"NaN":                     "not a decimal number",
		"0.0000166667":            "more than nine decimal places",
		"1000000.000000001":       "more than 1000000 US dollars",
		strings.Repeat("9", 1000): "more than 1000000 US dollars",
	} {
		_, err := ParseUSD(s)
		assert.ErrorContains(t, err, want, s)
	}
}

func TestNanoUSDPrintsExactlyWhatParseUSDReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := NanoUSD(rapid.Int64Range(0, int64(MaxPrice)).Draw(t, "n"))
		got, err := ParseUSD(n.String())
		assert.NoError(t, err)
		assert.Equal(t, n, got)
	})
	assert.Equal(t, "-0.5", (-Dollar / 2).String())
	assert.Equal(t, "-9223372036.854775808", NanoUSD(math.MinInt64).String())
}

func TestFromUSD(t *testing.T) {
	assert.Equal(t, NanoUSD(96_000_000), FromUSD(0.096))
	assert.Equal(t, NanoUSD(12_643_550), FromUSD(0.01264355))
	assert.Equal(t, NanoUSD(0), FromUSD(math.NaN()))
	assert.Equal(t, NanoUSD(math.MaxInt64), FromUSD(math.Inf(1)))
	assert.Equal(t, NanoUSD(math.MinInt64), FromUSD(math.Inf(-1)))
	assert.InDelta(t, 0.096, NanoUSD(96_000_000).USD(), 0)
}

func TestScaleRoundsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<50).Draw(t, "amount")
		num := rapid.Int64Range(0, 1<<40).Draw(t, "num")
		den := rapid.Int64Range(max(1, num/1000), 1<<41).Draw(t, "den")
		// floor((2·amount·num + den) / (2·den)) is the nearest, halves up.
		want := new(big.Int).Mul(big.NewInt(2*amount), big.NewInt(num))
		want.Add(want, big.NewInt(den)).Div(want, big.NewInt(2*den))
		assert.Equal(t, want.Int64(), int64(scale(NanoUSD(amount), uint64(num), uint64(den))))
	})
}
