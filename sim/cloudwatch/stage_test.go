package cloudwatch

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
)

// stage is a small world for tests, with an observer that writes down what it
// is told.
type stage struct {
	*CloudWatch
	kernel *sim.Kernel
	at     sim.Kind // runs the acts
	acts   []func()
	log    []string
	again  sim.Time
	events int // of the alarms
}

func newStage() *stage {
	g := &stage{kernel: sim.NewKernel()}
	g.CloudWatch = New(g.kernel)
	g.at = g.kernel.Register("act", sim.Observing, false, func(_ sim.Time, slot, _ uint32) { g.acts[slot]() })
	g.kernel.Watch(func(_ sim.Time, kind sim.Kind, _ uint32) {
		if kind == g.tick {
			g.events++
		}
	})
	g.Observe(g)
	return g
}

func (g *stage) AlarmChanged(now sim.Time, c *Cause) {
	g.log = append(g.log, fmt.Sprintf("%v %s %v: %v", now, c.Setup.Name, c.To, c))
}

func (g *stage) AlarmActs(now sim.Time, c *Cause) sim.Time {
	g.log = append(g.log, fmt.Sprintf("%v %s acts", now, c.Setup.Name))
	return g.again
}

// do has something happen at an instant.
func (g *stage) do(at sim.Time, f func()) {
	g.acts = append(g.acts, f)
	g.kernel.Schedule(at, g.at, uint32(len(g.acts)-1), 0)
}

// run runs until all is done, and in any case up to the end.
func (g *stage) run(t testing.TB, end sim.Time) {
	g.do(end, func() {})
	require.NoError(t, g.kernel.Run(end+1))
	require.NoError(t, g.Check())
}

func (g *stage) metric(t testing.TB, m Metric) MetricID {
	id, err := g.AddMetric(m)
	require.NoError(t, err)
	return id
}

func (g *stage) alarm(t testing.TB, a Alarm) AlarmID {
	id, err := g.AddAlarm(a)
	require.NoError(t, err)
	return id
}
