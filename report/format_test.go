package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

func TestMoney(t *testing.T) {
	for usd, want := range map[float64]string{
		0: "$0.00", 1: "$1.00", 1234.56: "$1,234.56", 1234567.891: "$1,234,567.89", -5: "−$5.00",
		0.5: "$0.50", 0.0123: "$0.0123", 0.012345: "$0.0123", 0.000123: "$0.000123", 0.1: "$0.10", 0.9999: "$1.00", 0.385: "$0.39", 0.0994: "$0.0994",
		1e-12: "$1.0e-12", 2e15: "$2.00e+15", math.Inf(1): "–",
	} {
		assert.Equal(t, want, money(usd), "%v", usd)
	}
	assert.Equal(t, "–", money(math.NaN()))
}

func TestSpan(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 s", 0.35: "350 ms", 0.0000021: "2.1 µs", 0.9996: "1 s", 2.44: "2.4 s", 9.96: "10 s", 42: "42 s", 59.6: "1 min",
		60: "1 min", 134: "2 min 14 s", 3599.6: "1 h", 8040: "2 h 14 min", 86390: "1 d", 86400: "1 d", 273600: "3 d 4 h", 1e9: "11,574 d 2 h",
		-90: "−1 min 30 s",
	} {
		assert.Equal(t, want, span(seconds), "%v", seconds)
	}
}

func TestChange(t *testing.T) {
	assert.Equal(t, "+5.3 %", change(100, 105.3))
	assert.Equal(t, "−12.0 %", change(100, 88))
	assert.Equal(t, "±0 %", change(3, 3))
	assert.Equal(t, "±0 %", change(0, 0))
	assert.Equal(t, "–", change(0, 3), "nothing has no percentage")
	assert.Equal(t, "+0.01 %", change(10000, 10001))
	assert.Equal(t, "±0 %", change(1, 1+1e-15), "rounding is no difference")
	assert.Equal(t, "−0.02 points", points(-0.0002))
	assert.Equal(t, "+5.9 points", points(0.059))
	assert.Equal(t, "+8,650 %", change(0.4, 35))
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1234567: "1,234,567", 0.25: "0.25", 181.34: "181", 12345.6: "12,346", -2.5: "−2.5", 1e-9: "1.00e-09"} {
		assert.Equal(t, want, number(x), "%v", x)
	}
	assert.Equal(t, "0.005", exact(0.005))
	assert.Equal(t, "1,200", exact(1200))
	assert.Equal(t, "7.123457", exact(7.1234567))
	assert.Equal(t, "61.5 %", percent(0.615))
	assert.Equal(t, "< 0.1 %", percent(0.0001))
}

func TestSecondsAreExact(t *testing.T) {
	for at, want := range map[sim.Time]string{0: "0", sim.Second: "1", 1500 * sim.Millisecond: "1.5", 1: "0.000000001", 7*sim.Day + 10: "604800.00000001"} {
		assert.Equal(t, want, seconds(at))
	}
}

func TestCleanKeepsTheTerminalStill(t *testing.T) {
	assert.Equal(t, "a�[31mb�c�", clean("a\x1b[31mb\nc\u202e"))
	assert.Equal(t, "größe", clean("größe"))
}
