package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim/cluster"
)

func mustType(t *testing.T, name string) InstanceType {
	t.Helper()
	it, ok := Embedded().Type(name)
	require.True(t, ok, name)
	return it
}

func TestType(t *testing.T) {
	assert.Equal(t, InstanceType{
		Name: "m5.large", VCPU: 2, MemoryMiB: 8192, Architecture: X86,
		MaxENIs: 3, IPv4PerENI: 10, BranchENIs: 9, Trunking: true,
		MeasuredMemoryMiB: 7811, MeasuredOn: "2025-12-10", Manufacturer: "intel",
	}, mustType(t, "m5.large"))
	g5 := mustType(t, "g5.12xlarge")
	assert.Equal(t, []any{int64(4), "a10g", int64(22888)}, []any{g5.GPUs, g5.GPUModel, g5.GPUMemoryMiB})
	assert.Equal(t, Arm64, mustType(t, "m6g.large").Architecture)
	assert.Equal(t, []any{"aws", false, true, false}, traits(mustType(t, "t4g.large")))
	assert.Equal(t, []any{"intel", true, false, false}, traits(mustType(t, "m5.metal")))
	assert.Equal(t, []any{"intel", false, false, true}, traits(mustType(t, "m4.large")))
	assert.Equal(t, []any{"amd", false, false, false}, traits(mustType(t, "m8a.large")), "newer than the list of generations")
	for _, name := range []string{"", "m5", "m5.lagre", "M5.large"} {
		_, ok := Embedded().Type(name)
		assert.False(t, ok, name)
	}
}

func traits(t InstanceType) []any {
	return []any{t.Manufacturer, t.BareMetal, t.Burstable, t.Previous}
}

func TestTypesAreSortedAndPlausible(t *testing.T) {
	types := Embedded().Types()
	assert.Len(t, types, 1383)
	assert.True(t, slices.IsSortedFunc(types, func(a, b InstanceType) int { return strings.Compare(a.Name, b.Name) }))
	for _, it := range types {
		assert.Positive(t, it.VCPU, it.Name)
		assert.Positive(t, it.MemoryMiB, it.Name)
		assert.Equal(t, strings.HasPrefix(it.Name, "mac"), it.Architecture == "", it.Name)
		assert.Positive(t, it.RegisteredMemory(), it.Name)
		assert.Less(t, it.RegisteredMemory(), it.MemoryMiB*cluster.MiB, it.Name)
		assert.GreaterOrEqual(t, it.AwsvpcTasks(true), it.AwsvpcTasks(false), it.Name)
	}
	types[0].Name = "changed"
	assert.NotEqual(t, "changed", Embedded().Types()[0].Name, "the slice is the caller's")
}

func TestRegisteredMemory(t *testing.T) {
	for _, c := range []struct {
		name string
		want int64 // MiB
	}{
		{"m5.large", 7811}, // measured
		{"t3.nano", 407},   // measured: a fifth of 512 is gone
		{"m6g.large", 7735},
		{"c5ad.2xlarge", 15155},  // not measured: 16384 × 0.925 = 15155.2
		{"c7gn.2xlarge", 15096},  // not measured, Arm: (16384 − 64) × 0.925 = 15096
		{"c7gn.12xlarge", 90872}, // (98304 − 64) × 0.925
	} {
		assert.Equal(t, c.want*cluster.MiB, mustType(t, c.name).RegisteredMemory(), c.name)
	}
}

func TestRegistered(t *testing.T) {
	assert.Equal(t, cluster.Vector{CPU: 2048 * cluster.CPUUnit, Memory: 7811 * 1024}, mustType(t, "m5.large").Registered())
	assert.Equal(t, int64(4000), mustType(t, "g5.12xlarge").Registered().GPU)
	assert.Equal(t, int64(0), mustType(t, "g6f.large").Registered().GPU, "an eighth of a device")
}

// The rule is for types that nobody measured. Where somebody did, it should be
// on the cautious side and not far off: that is why it may stand for them.
func TestTheMemoryRuleIsCautious(t *testing.T) {
	measured, below := 0, 0
	for _, it := range Embedded().Types() {
		if it.MeasuredMemoryMiB == 0 || it.MemoryMiB <= 4096 {
			continue
		}
		rule := it
		rule.MeasuredMemoryMiB = 0
		measured++
		if rule.RegisteredMemory() <= it.RegisteredMemory() {
			below++
		}
	}
	assert.Greater(t, measured, 1000)
	assert.Greater(t, below, measured*99/100)
}

// Amazon ECS Developer Guide, "Elastic network interface trunking": tasks
// without and with.
func TestAwsvpcTasks(t *testing.T) {
	for _, c := range []struct {
		name          string
		without, with int64
	}{
		{"m6g.medium", 1, 4},
		{"a1.medium", 1, 10},
		{"m5.large", 2, 10},
		{"c5.xlarge", 3, 20},
		{"m5.2xlarge", 3, 40},
		{"r5.4xlarge", 7, 60},
		{"m5.8xlarge", 7, 60},
		{"c5.9xlarge", 7, 60},
		{"m5.12xlarge", 7, 60},
		{"m6i.8xlarge", 7, 90},
		{"c6i.12xlarge", 7, 120},
		{"m5.16xlarge", 14, 120},
		{"c5.18xlarge", 14, 120},
		{"m5.24xlarge", 14, 120},
		{"t3.large", 2, 2}, // cannot have a trunk
		{"hpc7a.96xlarge", 0, 0},
	} {
		it := mustType(t, c.name)
		assert.Equal(t, c.without, it.AwsvpcTasks(false), c.name)
		assert.Equal(t, c.with, it.AwsvpcTasks(true), c.name)
	}
}

func TestNearestTypes(t *testing.T) {
	for word, want := range map[string]string{
		"m5.lagre":   "m5.large",
		"M5.Large":   "m5.large",
		"m5large":    "m5.large",
		"m6i-xlarge": "m6i.xlarge",
		"m5.3xlarge": "m5.2xlarge",
		"m5.huge":    "m5.large",
		"m5":         "m5.large",
	} {
		near := Embedded().NearestTypes(word, 3)
		require.NotEmpty(t, near, word)
		assert.Equal(t, want, near[0], word)
		assert.LessOrEqual(t, len(near), 3)
	}
	assert.Empty(t, Embedded().NearestTypes("postgres", 3))
	assert.Empty(t, Embedded().NearestTypes("", 3))
	assert.Empty(t, Embedded().NearestTypes("m5.large", 0))
	assert.Empty(t, Embedded().NearestTypes(strings.Repeat("x", 1<<20), 3))
}
