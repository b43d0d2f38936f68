package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Amazon ECS Developer Guide, "Amazon ECS on AWS Fargate": task CPU and memory.
func TestFargateSizes(t *testing.T) {
	var want []FargateSize
	for _, rung := range []struct{ cpu, from, to, step int64 }{
		{512, 1, 4, 1}, {1024, 2, 8, 1}, {2048, 4, 16, 1}, {4096, 8, 30, 1}, {8192, 16, 60, 4}, {16384, 32, 120, 8},
	} {
		for gib := rung.from; gib <= rung.to; gib += rung.step {
			want = append(want, FargateSize{rung.cpu, gib * 1024})
		}
	}
	want = append([]FargateSize{{256, 512}, {256, 1024}, {256, 2048}}, want...)
	assert.Equal(t, want, Embedded().FargateSizes())
	assert.True(t, Embedded().FargateValid(256, 512))
	assert.False(t, Embedded().FargateValid(256, 4096))
}

func TestFargateFit(t *testing.T) {
	for _, c := range []struct{ cpu, memory, wantCPU, wantMemory int64 }{
		{256, 512, 256, 512},
		{0, 0, 256, 512},
		{1127, 1024, 2048, 4096}, // 1.1 vCPU becomes 2
		{256, 3000, 512, 3072},   // up a rung for the memory
		{4096, 30721, 8192, 32768},
		{16384, 122880, 16384, 122880},
	} {
		got, ok := Embedded().FargateFit(c.cpu, c.memory)
		assert.True(t, ok)
		assert.Equal(t, FargateSize{c.wantCPU, c.wantMemory}, got)
	}
	_, ok := Embedded().FargateFit(16385, 1)
	assert.False(t, ok)
	_, ok = Embedded().FargateFit(1, 122881)
	assert.False(t, ok)
}

func TestTheSizeThatFitsIsTheCheapest(t *testing.T) {
	rates, ok := Embedded().Fargate("us-east-1", X86)
	require.True(t, ok)
	cost := func(s FargateSize) int64 {
		return s.CPUUnits*int64(rates.VCPU.PerHour) + s.MemoryMiB*int64(rates.GB.PerHour)
	}
	rapid.Check(t, func(t *rapid.T) {
		cpu := rapid.Int64Range(0, 17000).Draw(t, "cpu")
		memory := rapid.Int64Range(0, 130000).Draw(t, "memory")
		fit, ok := Embedded().FargateFit(cpu, memory)
		for _, s := range Embedded().FargateSizes() {
			if s.CPUUnits >= cpu && s.MemoryMiB >= memory {
				assert.True(t, ok)
				assert.LessOrEqual(t, cost(fit), cost(s), "%v instead of %v", s, fit)
			}
		}
	})
}

func TestFargateNearest(t *testing.T) {
	near := Embedded().FargateNearest
	assert.Equal(t, []FargateSize{{512, 4096}, {256, 2048}, {512, 3072}}, near(256, 4096))
	assert.Equal(t, []FargateSize{{1024, 3072}, {1024, 4096}, {1024, 2048}}, near(1000, 3000))
	assert.Equal(t, FargateSize{16384, 122880}, near(32768, 200000)[0])
	assert.Equal(t, FargateSize{256, 512}, near(0, -1)[0])
	assert.Equal(t, "256 CPU units with 512 MiB", near(0, 0)[0].String())
}

func TestFargateRates(t *testing.T) {
	rate := func(usd, date string) Price {
		n, err := ParseUSD(usd)
		require.NoError(t, err)
		return Price{n, date, "AWS list price of " + date}
	}
	x86, ok := Embedded().Fargate("us-east-1", X86)
	assert.True(t, ok)
	assert.Equal(t, FargatePrices{
		VCPU: rate("0.04048", "2026-08"), GB: rate("0.004445", "2026-08"),
		SpotVCPU: rate("0.01264355", "2021-01"), SpotGB: rate("0.00138835", "2021-01"),
		StorageGB: rate("0.000111", "2026-08"),
	}, x86, "the later reading has no Spot rates, so that the older ones stay")

	arm, ok := Embedded().Fargate("us-east-1", Arm64)
	assert.True(t, ok)
	assert.Equal(t, FargatePrices{
		VCPU: rate("0.03238", "2026-08"), GB: rate("0.00356", "2026-08"), StorageGB: rate("0.000111", "2026-08"),
	}, arm)
	assert.False(t, arm.SpotVCPU.Known())

	brazil, ok := Embedded().Fargate("sa-east-1", X86)
	assert.True(t, ok)
	assert.Equal(t, rate("0.02337032", "2025"), brazil.SpotVCPU, "of two readings the later")

	for _, c := range [][2]string{{"us-west-2", Arm64}, {"ap-south-2", X86}, {"moon-1", X86}, {"us-east-1", "amd64"}} {
		prices, ok := Embedded().Fargate(c[0], c[1])
		assert.False(t, ok, c)
		assert.Equal(t, FargatePrices{}, prices, c)
	}
}
