package workloads

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestDecimal(t *testing.T) {
	const limit = math.MaxInt64
	for _, test := range []struct {
		text  string
		unit  uint64
		mode  rounding
		want  int64
		exact bool
		fault decimalFault
	}{
		{"0", 1e9, nearest, 0, true, 0},
		{"12", 1e9, nearest, 12e9, true, 0},
		{"0.000000001", 1e9, nearest, 1, true, 0},
		{"0.0000000005", 1e9, nearest, 1, false, 0},
		{"0.00000000049999999999999999", 1e9, nearest, 0, false, 0},
		{"0.30000000000000004", 1e9, nearest, 300_000_000, false, 0},
		{".5", 1000, up, 500, true, 0},
		{"5.", 1000, up, 5000, true, 0},
		{"0.0001", 1000, up, 1, false, 0},
		{"1e-05", 1e9, nearest, 10_000, true, 0},
		{"1.5E+2", 1, up, 150, true, 0},
		{"0e99999999999999999999", 1, up, 0, true, 0},
		{"1e-99999999999999999999", 1, up, 1, false, 0},
		{"-0.0", 1, up, 0, true, 0},
		{"00000000000000000000000000000012", 1, up, 12, true, 0},
		{"9223372036854775807", 1, up, limit, true, 0},
		{"9223372036854775808", 1, up, 0, false, tooLarge},
		{"9223372036854775806.5", 1, up, limit, false, 0},
		{"9223372036854775807.5", 1, up, 0, false, tooLarge},
		{"1e30", 1, up, 0, false, tooLarge},
		{"-1", 1, up, 0, false, negative},
		{"-1e-400", 1, up, 0, false, negative},
		{"", 1, up, 0, false, notNumber},
		{".", 1, up, 0, false, notNumber},
		{"-", 1, up, 0, false, notNumber},
		{"1.2.3", 1, up, 0, false, notNumber},
		{"1e", 1, up, 0, false, notNumber},
		{"e5", 1, up, 0, false, notNumber},
		{"1_000", 1, up, 0, false, notNumber},
		{"0x10", 1, up, 0, false, notNumber},
		{"--1", 1, up, 0, false, notNumber},
		{"١", 1, up, 0, false, notNumber},
	} {
		n, exact, fault := decimal([]byte(test.text), test.unit, test.mode, limit)
		assert.Equal(t, test.fault, fault, "fault of %q", test.text)
		if test.fault == 0 {
			assert.Equal(t, test.want, n, "%q × %d", test.text, test.unit)
			assert.Equal(t, test.exact, exact, "whether %q × %d is exact", test.text, test.unit)
		}
	}
}

// Whatever decimal makes of a number is what exact arithmetic makes of it.
func TestDecimalAgreesWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{1,22}(\.[0-9]{0,30})?`).Draw(t, "number")
		if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			text += fmt.Sprintf("e%d", rapid.IntRange(-40, 25).Draw(t, "exponent"))
		}
		unit := rapid.SampledFrom([]uint64{1, 125, 1000, 1024, 1e9}).Draw(t, "unit")
		mode := rapid.SampledFrom([]rounding{nearest, up}).Draw(t, "mode")
		limit := rapid.SampledFrom([]int64{1000, 1 << 50, math.MaxInt64}).Draw(t, "limit")

		value, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("math/big does not read %q", text)
		}
		value.Mul(value, new(big.Rat).SetInt(new(big.Int).SetUint64(unit)))
		want, rest := new(big.Int).QuoRem(value.Num(), value.Denom(), new(big.Int))
		exact := rest.Sign() == 0
		if mode == up && !exact || mode == nearest && rest.Lsh(rest, 1).Cmp(value.Denom()) >= 0 {
			want.Add(want, big.NewInt(1))
		}

		n, gotExact, fault := decimal([]byte(text), unit, mode, limit)
		if want.Cmp(big.NewInt(limit)) > 0 {
			if fault != tooLarge {
				t.Fatalf("%q × %d is %s, more than %d; got %d and fault %d", text, unit, want, limit, n, fault)
			}
			return
		}
		if fault != 0 || want.Cmp(big.NewInt(n)) != 0 || exact != gotExact {
			t.Fatalf("%q × %d is %s (exact: %v), not %d (exact: %v, fault %d)", text, unit, want, exact, n, gotExact, fault)
		}
	})
}
