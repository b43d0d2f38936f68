package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/sim"
	"berth/sim/cluster"
)

// resumed notes the instances that it is told of.
type resumed struct {
	silent
	ids []cluster.InstanceID
}

func (r *resumed) InstanceResumed(_ sim.Time, id cluster.InstanceID) { r.ids = append(r.ids, id) }

// silent is a watcher that does nothing.
type silent struct{}

func (silent) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (silent) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (silent) TaskStarted(sim.Time, cluster.TaskID)                                       {}
func (silent) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)                         {}

func TestSuspendAndResume(t *testing.T) {
	c := cluster.New(sim.NewKernel())
	r := &resumed{}
	c.Watch(silent{})
	c.Watch(r)
	p := c.AddProvider("FARGATE_SPOT")
	fargate := c.Launch(c.AddKind(cluster.Kind{Provider: p, Unlimited: true}), true)
	machine := c.Launch(c.AddKind(cluster.Kind{Provider: p}), true)
	c.Suspend(fargate)
	assert.True(t, c.Instance(fargate).Suspended)
	assert.Equal(t, cluster.Active, c.Instance(fargate).State)
	assert.Panics(t, func() { c.Suspend(fargate) })
	assert.Panics(t, func() { c.Suspend(machine) }, "it has a limit")
	assert.Empty(t, r.ids)
	c.Resume(fargate)
	assert.False(t, c.Instance(fargate).Suspended)
	assert.Equal(t, []cluster.InstanceID{fargate}, r.ids)
	assert.Panics(t, func() { c.Resume(fargate) })
}
