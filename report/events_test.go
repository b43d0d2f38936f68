package report

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// discard is a file that forgets.
type discard struct{ io.Writer }

func (discard) Close() error { return nil }

type eventWorld struct {
	*cluster.Cluster
	class cluster.Class
	kind  cluster.KindID
}

func newEventWorld() eventWorld {
	c := cluster.New(sim.NewKernel())
	p := c.AddProvider(`gene"ral`)
	kind := c.AddKind(cluster.Kind{Provider: p, Type: "m6i.large", Zone: "us-east-1a", Capacity: cluster.Vector{CPU: 2 * cluster.VCPU, Memory: 8 * cluster.GiB}})
	demand := cluster.Vector{CPU: 512 * cluster.CPUUnit, Memory: cluster.GiB}
	return eventWorld{c, cluster.Class{Demand: demand, Requested: demand, Pool: c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}}), Group: c.AddGroup("etl</script>")}, kind}
}

func (w eventWorld) live() {
	i := w.Launch(w.kind, false)
	w.Activate(i)
	task := w.Submit(w.class, sim.Second)
	w.Start(w.Task(task).Class, i)
	w.End(task, cluster.Completed)
	refused := w.Submit(w.class, sim.Second)
	w.Reject(w.Task(refused).Class, cluster.Rejected)
	w.Drain(i)
	w.Terminate(i)
}

func TestEventsTellWhatHappened(t *testing.T) {
	dir := t.TempDir()
	w := newEventWorld()
	e, err := CreateEvents(dir, "ec2", w.Cluster)
	require.NoError(t, err)
	w.Watch(e)
	w.live()
	path := filepath.Join(dir, "ec2", "events.ndjson")
	assert.NoFileExists(t, path, "before the end of the run")
	require.NoError(t, e.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.TrimLeft(`
{"t":0,"kind":"instanceLaunched","instance":"gene\"ral/i-0","type":"m6i.large","zone":"us-east-1a"}
{"t":0,"kind":"instanceActive","instance":"gene\"ral/i-0"}
{"t":0,"kind":"taskSubmitted","task":"etl\u003c/script\u003e/0","cpu":512,"memoryMiB":1024}
{"t":0,"kind":"taskStarted","task":"etl\u003c/script\u003e/0","instance":"gene\"ral/i-0"}
{"t":0,"kind":"taskEnded","task":"etl\u003c/script\u003e/0","instance":"gene\"ral/i-0","reason":"completed"}
{"t":0,"kind":"taskSubmitted","task":"etl\u003c/script\u003e/1","cpu":512,"memoryMiB":1024}
{"t":0,"kind":"taskEnded","task":"etl\u003c/script\u003e/1","reason":"rejected: no instance has enough room and meets the constraints, and the job does not wait"}
{"t":0,"kind":"instanceDraining","instance":"gene\"ral/i-0"}
{"t":0,"kind":"instanceTerminated","instance":"gene\"ral/i-0"}
`, "\n"), string(b))
	require.NoError(t, Write(dir, small()), "the folder is berth's by now")
	assert.FileExists(t, path)
}

func TestEventsTellOfScaling(t *testing.T) {
	dir := t.TempDir()
	w := newEventWorld()
	e, err := CreateEvents(dir, "", w.Cluster)
	require.NoError(t, err)
	e.ScalingActivity(90*sim.Second, w.AddGroup(cluster.ServicePrefix+"web"), 4, 6, `CPUUtilization is 92 %, the "target" 60 %`)
	require.NoError(t, e.Close())
	b, err := os.ReadFile(filepath.Join(dir, "events.ndjson"))
	require.NoError(t, err)
	assert.Equal(t, []string{`{"t":90,"kind":"scalingActivity","service":"web","from":4,"to":6,"reason":"CPUUtilization is 92 %, the \"target\" 60 %"}`, ""}, strings.Split(string(b), "\n"))
}

func TestEventsOnAFullDisk(t *testing.T) {
	w := newEventWorld()
	left := 0
	e := newEvents(fullDisk{discard{io.Discard}, &left}, w.Cluster)
	w.Watch(e)
	for range 2000 {
		w.live()
	}
	require.ErrorIs(t, e.Err(), errFull)
	assert.ErrorIs(t, e.Close(), errFull)
}

func TestDiscardedEventsLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	e, err := CreateEvents(dir, "", newEventWorld().Cluster)
	require.NoError(t, err)
	e.Discard()
	assert.Equal(t, []string{"run.json"}, sortedKeys(tree(t, dir)))
}

func TestEventsRefuseAForeignFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine"), nil, 0o666))
	_, err := CreateEvents(dir, "", newEventWorld().Cluster)
	assert.ErrorIs(t, err, ErrFolder)
}

func TestEventsDoNotAllocate(t *testing.T) {
	w := newEventWorld()
	e := newEvents(discard{io.Discard}, w.Cluster)
	w.live()
	id := w.Submit(w.class, sim.Second)
	e.TaskSubmitted(0, id)
	e.TaskEnded(0, id, cluster.Completed)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		e.TaskSubmitted(3*sim.Second/2, id)
		e.TaskEnded(3*sim.Second/2, id, cluster.Completed)
	}))
}

func BenchmarkEvents(b *testing.B) {
	w := newEventWorld()
	e := newEvents(discard{io.Discard}, w.Cluster)
	id := w.Submit(w.class, sim.Second)
	for b.Loop() {
		e.TaskSubmitted(3*sim.Second/2, id)
	}
}
