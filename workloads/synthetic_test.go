package workloads

import (
	"math"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSyntheticAtListedInstants(t *testing.T) {
	at, err := At(0, 5*sim.Minute, 5*sim.Minute)
	require.NoError(t, err)
	s := &Synthetic{Arrivals: at, Duration: Constant(60), Demand: cluster.Vector{CPU: 1}, Count: 3, Priority: 2, Group: "g"}
	require.NoError(t, s.Validate())
	row := Row{Duration: sim.Minute, Demand: cluster.Vector{CPU: 1}, Count: 3, Priority: 2, Group: "g"}
	later := row
	later.Submit = 5 * sim.Minute
	assert.Equal(t, []Row{row, later, later}, readAll(t, s))

	for _, bad := range [][]sim.Time{{}, {-1}, {2, 1}, {sim.Never}} {
		_, err := At(bad...)
		assert.Error(t, err)
	}
}

// 1,000 arrivals a second: rounding each gap of a millisecond to milliseconds
// would make 4 % more of them.
func TestGapsKeepTheirRate(t *testing.T) {
	const n = 200_000
	g := Gaps(exponential{0.001}, stream(5))
	var last sim.Time
	for range n {
		at, ok := g.Next()
		require.True(t, ok)
		require.GreaterOrEqual(t, at, last)
		require.Zero(t, at%sim.Millisecond)
		last = at
	}
	assert.InDelta(t, 200, last.Seconds(), 3.29*0.001*math.Sqrt(n))
}

func TestGapsEndAtTheEndOfTime(t *testing.T) {
	g := Gaps(Constant(1e9), nil) // 32 years
	for range 4 {
		_, ok := g.Next()
		require.True(t, ok)
	}
	_, ok := g.Next()
	assert.False(t, ok)
}

func TestSyntheticEnds(t *testing.T) {
	endless := func() *Synthetic {
		return &Synthetic{Arrivals: Gaps(exponential{30}, stream(1)), Duration: exponential{60}, Stream: stream(2)}
	}
	limited := endless()
	limited.Limit = 10
	rows := readAll(t, limited)
	assert.Len(t, rows, 10)
	until := endless()
	until.Until = rows[5].Submit
	assert.Equal(t, rows[:5], readAll(t, until))
}

// Another distribution of the durations leaves the arrivals as they are.
func TestSyntheticStreamsAreApart(t *testing.T) {
	submits := func(d Distribution) (at []sim.Time) {
		for _, row := range readAll(t, &Synthetic{Arrivals: Gaps(exponential{30}, stream(1)), Duration: d, Stream: stream(2), Limit: 100}) {
			at = append(at, row.Submit)
		}
		return at
	}
	assert.Equal(t, submits(Constant(1)), submits(normal{0, 10}))
}

func TestSyntheticValidate(t *testing.T) {
	err := (&Synthetic{Count: -1}).Validate()
	require.ErrorContains(t, err, "arrivals are missing")
	require.ErrorContains(t, err, "duration is missing")
	require.ErrorContains(t, err, "count, limit and until have to be 0 or more")
	err = (&Synthetic{Arrivals: Gaps(Constant(0), nil), Duration: exponential{1}}).Validate()
	require.ErrorContains(t, err, "arrivals have distances of 0 and no end")
	require.ErrorContains(t, err, "duration has no stream")
}
