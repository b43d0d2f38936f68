package scenarios

import (
	"math/big"
	"strconv"
	"strings"

	"berth/sim/cluster"
)

// CPU is an amount of CPU in the cluster's unit, 1/128000 vCPU. In a scenario it
// is a number of ECS CPU units, fractions allowed, or AWS's string ("512",
// ".5 vCPU").
type CPU int64

// Units returns c in ECS CPU units.
func (c CPU) Units() float64 { return float64(c) / cluster.CPUUnit }

// Memory is an amount of memory in the cluster's unit, KiB. In a scenario it is
// a number of MiB, fractions allowed, or AWS's string ("512", "1 GB").
type Memory int64

// MiB returns m in MiB.
func (m Memory) MiB() float64 { return float64(m) / cluster.MiB }

// GPU is a number of GPUs in the cluster's unit, thousandths of a device.
type GPU int64

// Devices returns g in devices.
func (g GPU) Devices() float64 { return float64(g) / cluster.GPU }

// size is what the three have in common: how the text of a number, with an
// optional unit, becomes a whole number of the cluster's units.
type size struct {
	unit   int64  // cluster units in one unit of the scenario
	suffix string // AWS's unit in a string, lower case
	scale  int64  // scenario units in one of suffix
	most   int64  // the largest value, in scenario units
	want   string // in words, for errors
}

var (
	cpuSize    = size{cluster.CPUUnit, "vcpu", 1024, 1e9, `a number of CPU units (1024 = 1 vCPU) or a string such as ".5 vCPU"`}
	memorySize = size{cluster.MiB, "gb", 1024, 1e12, `a number of MiB or a string such as "1 GB"`}
	gpuSize    = size{cluster.GPU, "", 0, 1e6, "a number of GPUs"}
)

// parse returns the exact amount in scenario units.
func (s size) parse(text string) (*big.Rat, bool) {
	text = strings.TrimSpace(text)
	scale := int64(1)
	if s.suffix != "" && len(text) > len(s.suffix) && strings.EqualFold(text[len(text)-len(s.suffix):], s.suffix) {
		scale, text = s.scale, strings.TrimSpace(text[:len(text)-len(s.suffix)])
	}
	r, ok := rational(text)
	if !ok {
		return nil, false
	}
	return r.Mul(r, big.NewRat(scale, 1)), true
}

// amount converts r scenario units to cluster units: a demand is rounded up, a
// capacity down, so that rounding never makes a task fit.
func (s size) amount(r *big.Rat, capacity bool) int64 {
	r = new(big.Rat).Mul(r, big.NewRat(s.unit, 1))
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 && !capacity {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// rational reads a YAML number exactly where it is written in decimals. A
// number with an exponent goes through float64, because its exact form can have
// a billion digits.
func rational(text string) (*big.Rat, bool) {
	text = strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		return new(big.Rat).SetInt64(i), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return nil, false
	}
	if len(text) <= 40 && strings.Trim(text, "+-0123456789.") == "" {
		return new(big.Rat).SetString(text)
	}
	return new(big.Rat).SetFloat64(f), true
}
