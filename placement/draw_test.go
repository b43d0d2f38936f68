package placement

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"berth/sim/cluster"
)

// Next-fit goes on from the instance taken last, and begins anew after the one
// launched last.
// Source: textbook; Johnson, "Near-optimal bin packing algorithms", 1973.
func TestNextFit(t *testing.T) {
	ms := []machine{{cpu: 2, gib: 8}, {cpu: 4, gib: 8}, {cpu: 3, gib: 8}}
	c, index, linear, request := build(t, ms, Policy{Chain: []Rule{{"next-fit", ""}}}, demand(2, 1, 0))
	next := func(vcpu int64) cluster.InstanceID {
		request.Demand = demand(vcpu, 1, 0)
		want, _ := linear.Place(request)
		have, _ := index.Place(request)
		require.Equal(t, want, have)
		if have != cluster.None {
			c.Start(c.Task(c.Submit(cluster.Class{Demand: request.Demand}, 0)).Class, have)
		}
		return have
	}
	var have []cluster.InstanceID
	for _, vcpu := range []int64{1, 2, 1, 2, 2, 1, 1} {
		have = append(have, next(vcpu))
	}
	// 1 to the first, which then lacks 2; the second takes 2, 1; the third 2;
	// then nothing has 2 and the cursor stays; 1 to the third, and round again.
	assert.Equal(t, []cluster.InstanceID{0, 1, 1, 2, cluster.None, 2, 0}, have)
}

// Rules before next-fit leave what it goes through.
func TestNextFitAmongTies(t *testing.T) {
	ms := []machine{{zone: "a", cpu: 8, gib: 8}, {zone: "b", cpu: 8, gib: 8}, {zone: "a", cpu: 8, gib: 8}, {zone: "b", cpu: 8, gib: 8}}
	c, index, linear, request := build(t, ms, Policy{Chain: []Rule{zones, hosts, {"next-fit", ""}}}, demand(1, 1, 0))
	var have []cluster.InstanceID
	for range 6 {
		want, _ := linear.Place(request)
		id, _ := index.Place(request)
		require.Equal(t, want, id)
		have = append(have, id)
		c.Start(c.Task(c.Submit(cluster.Class{Demand: request.Demand}, 0)).Class, id)
	}
	// After the fourth all tie again, and the cursor stands there.
	assert.Equal(t, []cluster.InstanceID{0, 1, 2, 3, 3, 0}, have)
}

// Of two that are drawn the emptier wins: of n(n−1)/2 pairs the k-th emptiest
// of n instances wins n−k, those with the fuller ones.
// Source: Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing", IEEE Transactions on Parallel and Distributed Systems, 2001; here
// the two are different.
func TestPowerOfTwo(t *testing.T) {
	const n = 6
	var ms []machine
	for i := range int64(n) {
		ms = append(ms, machine{cpu: 16, gib: 16, used: [2]int64{i + 1, i + 1}})
	}
	_, index, _, request := build(t, ms, Policy{Chain: []Rule{{"power-of-d", ""}}}, demand(1, 1, 0))
	counts := make([]int, n)
	const turns = 30000
	for range turns {
		id, _ := index.Place(request)
		counts[id]++
	}
	assert.Zero(t, counts[n-1], "the fullest never wins")
	chi2 := 0.0
	for k := range n - 1 {
		expected := float64(turns) * 2 * float64(n-1-k) / (n * (n - 1))
		chi2 += (float64(counts[k]) - expected) * (float64(counts[k]) - expected) / expected
	}
	assert.Less(t, chi2, distuv.ChiSquared{K: n - 2}.Quantile(0.999))
}

// Of no more than d that fit all are compared, and nothing is drawn.
func TestPowerOfMoreThanFit(t *testing.T) {
	ms := []machine{{cpu: 8, gib: 8, used: [2]int64{8, 8}}, {cpu: 8, gib: 8, used: [2]int64{2, 2}}, {cpu: 8, gib: 8, used: [2]int64{1, 1}}}
	c, _, _, request := build(t, ms, Policy{}, demand(1, 1, 0))
	index := New(c, Setup{Policies: []Policy{{Chain: []Rule{{"power-of-d", "2"}}}}}) // a stream would panic
	id, _ := index.Place(request)
	assert.Equal(t, cluster.InstanceID(2), id)
}

// The rules after power-of-d rank what was drawn.
func TestRulesAfterPowerOfD(t *testing.T) {
	ms := []machine{{cpu: 8, gib: 8}, {cpu: 4, gib: 8}, {cpu: 2, gib: 8}}
	for _, test := range []struct {
		chain []Rule
		want  cluster.InstanceID
	}{
		{[]Rule{{"power-of-d", "3"}, {"binpack", "cpu"}}, 2},
		{[]Rule{{"power-of-d", "3"}, {"first-fit", ""}}, 0},
		{[]Rule{{"power-of-d", "3"}}, 0},
	} {
		_, index, linear, request := build(t, ms, Policy{Chain: test.chain}, demand(1, 1, 0))
		id, _ := index.Place(request)
		assert.Equal(t, test.want, id)
		id, _ = linear.Place(request)
		assert.Equal(t, test.want, id)
	}
}
