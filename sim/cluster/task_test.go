package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim/cluster"
)

func TestTheLastToWaitIsWithdrawnAndTheOthersKeepTheirTurn(t *testing.T) {
	c, ids := machine(0)
	d := cluster.Vector{CPU: 1, Memory: 1}
	var of cluster.ClassID
	submit := func() { of = c.Task(c.Submit(cluster.Class{Demand: d, Requested: d}, 0)).Class }
	for range 3 { // 0, 1, 2
		submit()
	}
	assert.Equal(t, "g/2", c.TaskName(c.LastWaiting(of)))
	c.Withdraw(of, cluster.Stopped) // 2
	submit()                        // 3, behind 1
	require.NoError(t, c.Check())
	for _, want := range []string{"g/0", "g/1", "g/3"} {
		assert.Equal(t, want, c.TaskName(c.Start(of, ids[0])))
	}
	assert.Equal(t, cluster.TaskID(cluster.None), c.LastWaiting(of))
	submit()
	c.Withdraw(of, cluster.Stopped)
	assert.Zero(t, c.Pending())
	assert.Panics(t, func() { c.Withdraw(of, cluster.Stopped) }, "nothing waits")
	require.NoError(t, c.Check())
}
