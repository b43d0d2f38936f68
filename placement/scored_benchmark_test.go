package placement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim/cluster"
)

// various takes amounts of which hardly two are equal, as a trace does.
func various(r *rand.Rand) cluster.Vector {
	cpu := cluster.VCPU/4 + r.Int64N(4*cluster.VCPU)
	return cluster.Vector{CPU: cpu, Memory: cpu / 64 * int64(2+r.IntN(7)) * 512}
}

// One turn is the life of a task, as in BenchmarkTaskLife with nine tenths of
// the cluster taken. Tasks have one of ten sizes; with "various" each has its
// own.
func BenchmarkScored(b *testing.B) {
	rules := []Rule{
		{"best-fit", ""},
		{"worst-fit", ""},
		{"dot-product", ""},
		{"l2-norm", ""},
		{"least-allocated", ""},
		{"most-allocated", ""},
		{"balanced-allocation", ""},
		{"requested-to-capacity-ratio", ""},
		{"own", ""},
	}
	for _, rule := range rules {
		for _, n := range []int{1000, 10000, 100000} {
			for _, sizes := range []string{"ten", "various"} {
				if rule.Type == "own" && sizes == "various" {
					continue // every task would have every instance asked for its score
				}
				b.Run(fmt.Sprintf("%s/%d/%s", rule.Type, n, sizes), func(b *testing.B) {
					l := newScoredLoad(n, Policy{Chain: []Rule{rule}}, sizes)
					for range 2000 {
						l.depart()
						l.arrive(l.next(sizes))
					}
					l.refused = 0
					visits := make([]uint64, 0, 1000000)
					b.ReportAllocs()
					b.ResetTimer()
					for range b.N {
						l.depart()
						was := l.index.Visited()
						l.arrive(l.next(sizes))
						if len(visits) < cap(visits) {
							visits = append(visits, l.index.Visited()-was)
						}
					}
					b.StopTimer()
					slices.Sort(visits)
					b.ReportMetric(float64(visits[len(visits)/2]), "visits-p50")
					b.ReportMetric(float64(visits[len(visits)*99/100]), "visits-p99")
					b.ReportMetric(float64(visits[len(visits)-1]), "visits-max")
					b.ReportMetric(float64(l.refused)/float64(b.N), "refused/op")
				})
			}
		}
	}
}

// newScoredLoad is newLoad with strategies of one's own and further sizes.
func newScoredLoad(n int, policy Policy, sizes string) *load {
	l := newLoad(n, []Policy{policy}, even, 0, false, withOwn())
	limit, memory := int64(n)*32*cluster.VCPU*9/10, int64(n)*128*cluster.GiB*9/10
	for used := (cluster.Vector{}); used.CPU < limit && used.Memory < memory; {
		of := l.next(sizes)
		used = used.Add(of.Demand)
		l.arrive(of)
	}
	return l
}

func (l *load) next(sizes string) cluster.Class {
	of := l.draw(1)
	if sizes == "various" {
		of.Demand = various(l.rng)
	}
	return of
}

// In the steady state a decision by score allocates nothing, but what a memo
// takes for a sort of task that is new.
func TestScoredNoAllocation(t *testing.T) {
	for _, rule := range append([]Rule{{"own", ""}, {"fgd", ""}}, bounded...) {
		for _, ties := range []TieBreak{Launched, Random} {
			policy := Policy{Chain: []Rule{rule}, TieBreak: ties, Workload: expected}
			l := newLoad(300, []Policy{policy}, shared, 1<<30, true, withOwn())
			turn := func() {
				l.depart()
				l.arrive(l.draw(1))
			}
			for range 3000 {
				turn()
			}
			require.Zero(t, testing.AllocsPerRun(500, turn), rule)
			require.NoError(t, l.index.Check())
		}
	}
}
