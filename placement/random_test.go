package placement

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"berth/sim/cluster"
)

// On a cluster that does not change, each instance that can be chosen is
// chosen equally often: chi² of the counts stays under its 99.9 % quantile.
func TestRandomIsUniform(t *testing.T) {
	frozen := func(n int, fits func(int) bool) []machine {
		var ms []machine
		for i := range n {
			m := machine{cpu: 8, gib: 8, zone: []string{"a", "b", "c"}[i%3]}
			if !fits(i) {
				m.used = [2]int64{8, 8}
			}
			ms = append(ms, m)
		}
		return ms
	}
	cases := []struct {
		name     string
		machines []machine
		policy   Policy
		want     int // instances to choose from
	}{
		{"all fit", frozen(30, func(int) bool { return true }), Policy{Chain: []Rule{{"random", ""}}}, 30},
		{"few fit", frozen(300, func(i int) bool { return i%100 == 7 }), Policy{TieBreak: Random}, 3},
		{"few ties", frozen(60, func(i int) bool { return i%5 == 0 }), Policy{Chain: []Rule{{"binpack", "cpu"}}, TieBreak: Random}, 12},
		{"many ties", frozen(240, func(int) bool { return true }), Policy{Chain: []Rule{zones}, TieBreak: Random}, 240},
		{"many ties, seldom met", frozen(2000, func(i int) bool { return i%25 == 0 }), Policy{Chain: []Rule{hosts, {"random", ""}}}, 80},
		{"scan", frozen(40, func(i int) bool { return i%2 == 0 }), Policy{Chain: []Rule{{"best-fit", ""}}, TieBreak: Random}, 20},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			_, index, _, request := build(t, test.machines, test.policy, demand(1, 1, 0))
			counts := make(map[cluster.InstanceID]int)
			n := 500 * test.want
			for range n {
				id, reason := index.Place(request)
				require.Equal(t, cluster.Placed, reason)
				counts[id]++
			}
			require.Len(t, counts, test.want)
			chi2, expected := 0.0, float64(n)/float64(test.want)
			for id := range len(test.machines) {
				if k, ok := counts[cluster.InstanceID(id)]; ok {
					d := float64(k) - expected
					chi2 += d * d / expected
				}
			}
			assert.Less(t, chi2, distuv.ChiSquared{K: float64(test.want - 1)}.Quantile(0.999))
		})
	}
}

// When nothing fits, nothing is drawn; nor is it when only one instance is
// left after a rule.
func TestWhatDrawsNothing(t *testing.T) {
	stream := streams{}
	c, _, _, request := build(t, []machine{{cpu: 8, gib: 8}, {cpu: 4, gib: 8}}, Policy{}, demand(1, 1, 0))
	index := New(c, Setup{Policies: []Policy{{Chain: []Rule{{"binpack", "cpu"}}, TieBreak: Random}}, Stream: stream.of})
	id, _ := index.Place(request)
	assert.Equal(t, cluster.InstanceID(1), id)
	before := *stream["mine"]
	index.Place(request)
	assert.Equal(t, before, *stream["mine"])

	fresh := streams{}
	index = New(c, Setup{Policies: []Policy{{TieBreak: Random}}, Stream: fresh.of})
	index.Place(request)
	before = *fresh["mine"]
	request.Demand = demand(9, 1, 0)
	_, reason := index.Place(request)
	assert.Equal(t, cluster.NeverFits, reason)
	assert.Equal(t, before, *fresh["mine"])
}
