package report

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

func TestEventsTellOfCapacity(t *testing.T) {
	dir := t.TempDir()
	w := newEventWorld()
	w.KeepResidents()
	e, err := CreateEvents(dir, "", w.Cluster)
	require.NoError(t, err)
	w.Watch(e)
	on := w.Launch(w.kind, true)
	w.Start(w.Task(w.Submit(w.class, sim.Second)).Class, on)
	spot := w.AddKind(cluster.Kind{Provider: 0, Type: "m6i.large", Zone: "us-east-1b", Spot: true})
	fargate := w.Launch(w.AddKind(cluster.Kind{Provider: w.AddProvider("FARGATE_SPOT"), Unlimited: true}), true)
	taken := w.Start(w.Task(w.Submit(w.class, sim.Second)).Class, fargate)
	before := e.out.Buffered()
	w.Launch(spot, false)
	e.SpotPriceChanged(0, spot, 31_200_000)
	e.RebalanceRecommendation(0, on)
	e.InterruptionNotice(0, on)
	e.TaskInterruptionNotice(0, taken)
	e.LaunchFailed(0, 0, "Failed to launch an instance: no capacity in us-east-1b")
	e.GroupActivity(0, 0, 3, "Launching 3 instances: desired capacity raised from 4 to 7")
	e.DesiredCapacityChanged(0, 0, 7)
	e.WarmPoolChanged(0, w.kind, 2, 1)
	r := Reservation{Needed: 7, Running: 4, Percent: 175, Target: 100}
	e.ReservationChanged(0, 0, r)
	e.ReservationChanged(0, 0, r) // nothing new
	e.InstanceLost(0, on, Reclaimed)
	w.Evict(on, cluster.Interrupted)
	w.Terminate(on)
	w.End(taken, cluster.Interrupted)
	require.NoError(t, e.Close())
	b, err := os.ReadFile(filepath.Join(dir, "events.ndjson"))
	require.NoError(t, err)
	assert.Equal(t, strings.TrimLeft(`
{"t":0,"kind":"instanceLaunched","instance":"gene\"ral/i-1","type":"m6i.large","zone":"us-east-1b","spot":true}
{"t":0,"kind":"spotPrice","capacityProvider":"gene\"ral","type":"m6i.large","zone":"us-east-1b","perHour":0.0312}
{"t":0,"kind":"rebalanceRecommendation","instance":"gene\"ral/i-0"}
{"t":0,"kind":"interruptionNotice","instance":"gene\"ral/i-0"}
{"t":0,"kind":"interruptionNotice","task":"etl\u003c/script\u003e/1","instance":"FARGATE_SPOT/i-0"}
{"t":0,"kind":"launchFailed","capacityProvider":"gene\"ral","reason":"Failed to launch an instance: no capacity in us-east-1b"}
{"t":0,"kind":"groupActivity","capacityProvider":"gene\"ral","instances":3,"reason":"Launching 3 instances: desired capacity raised from 4 to 7"}
{"t":0,"kind":"desiredCapacity","capacityProvider":"gene\"ral","desired":7}
{"t":0,"kind":"warmPool","capacityProvider":"gene\"ral","type":"m6i.large","zone":"us-east-1a","stopped":2,"running":1}
{"t":0,"kind":"reservation","capacityProvider":"gene\"ral","needed":7,"running":4,"reservation":175,"target":100}
{"t":0,"kind":"taskInterrupted","task":"etl\u003c/script\u003e/0","instance":"gene\"ral/i-0","reason":"EC2 reclaimed the Spot instance"}
{"t":0,"kind":"taskEnded","task":"etl\u003c/script\u003e/0","instance":"gene\"ral/i-0","reason":"lost with its capacity"}
{"t":0,"kind":"instanceTerminated","instance":"gene\"ral/i-0","reason":"EC2 reclaimed the Spot instance"}
{"t":0,"kind":"taskInterrupted","task":"etl\u003c/script\u003e/1","instance":"FARGATE_SPOT/i-0","reason":"Fargate reclaimed the capacity"}
{"t":0,"kind":"taskEnded","task":"etl\u003c/script\u003e/1","instance":"FARGATE_SPOT/i-0","reason":"lost with its capacity"}
`, "\n"), string(b[before:]))
}

// Every kind of event that the code writes is in the reference, and the other way
// round.
func TestEveryKindOfEventIsDocumented(t *testing.T) {
	var code []string
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, path := range sources {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:e\.begin\(now, |e\.ofInstance\(now, |e\.ofTask\(now, |cluster\.[A-Z]\w+: +|DeploymentKind += )"([a-zA-Z]+)"`).FindAllStringSubmatch(string(b), -1) {
			code = append(code, m[1])
		}
	}
	document, err := os.ReadFile("../docs/events.md")
	require.NoError(t, err)
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-zA-Z]{2,})` \\|").FindAllStringSubmatch(string(document), -1) {
		documented = append(documented, m[1])
	}
	code = append(code, "kind") // a member of every line
	slices.Sort(code)
	code = slices.Compact(code)
	slices.Sort(documented)
	assert.Equal(t, code, documented)
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
