package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// Events writes down what happens in a cluster, one JSON object per line, in
// the order in which it happens: the content of events.ndjson. It is a
// [cluster.Watcher]. The first error stops it; [Events.Close] returns it.
//
// Every line has t, the seconds since the start of the run, and kind. Lines
// about tasks name the task, and from its start on the instance; lines about
// instances name the instance. What else there is depends on the kind.
type Events struct {
	cluster *cluster.Cluster
	path    string
	file    io.WriteCloser
	out     *bufio.Writer
	line    []byte
	err     error

	providers [][]byte // names as JSON strings without the quotes, by number
	groups    [][]byte
	reasons   [][]byte // as JSON strings
	capacity  capacityEvents
}

var (
	_ cluster.Watcher = (*Events)(nil)
	_ cluster.Puller  = (*Events)(nil)
)

// CreateEvents starts events.ndjson in an output folder, or in the folder of a
// variant inside it unless variant is empty. It takes its place at
// [Events.Close]. The folder is marked as berth's, so that [Write] finds it
// so; a folder that is not berth's is an error that wraps [ErrFolder].
func CreateEvents(dir, variant string, c *cluster.Cluster) (*Events, error) {
	if err := CheckFolder(dir); err != nil {
		return nil, err
	}
	folder := dir
	if variant != "" {
		var err error
		if folder, err = VariantFolder(dir, variant); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	if err := mark(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "events.ndjson")
	f, err := createFile(temporary(path))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	e := newEvents(f, c)
	e.path = path
	return e, nil
}

// mark puts a run.json into a folder that has none.
func mark(dir string) error {
	if holdsRun(dir) {
		return nil
	}
	return replaceAll([]file{{filepath.Join(dir, "run.json"), func(w io.Writer) error {
		return writeJSON(w, map[string]string{"schema": runSchema})
	}}}, createFile)
}

func newEvents(f io.WriteCloser, c *cluster.Cluster) *Events {
	return &Events{cluster: c, file: f, out: bufio.NewWriterSize(f, 256<<10)}
}

// Err returns the error that stopped the writing, if any. What is known before
// the end of the run is known late, since lines are gathered before they are
// written.
func (e *Events) Err() error { return e.err }

// Close ends the file and moves it to its place. On an error it removes what
// was written.
func (e *Events) Close() error {
	e.keep(e.out.Flush())
	e.keep(e.file.Close())
	if e.path == "" {
		return e.err
	}
	if e.err == nil {
		e.keep(os.Rename(temporary(e.path), e.path))
	}
	if e.err != nil {
		_ = os.Remove(temporary(e.path))
		return fmt.Errorf("write %s: %w", e.path, e.err)
	}
	return nil
}

// Discard ends the writing and leaves the folder as it was.
func (e *Events) Discard() {
	_ = e.file.Close() // it is thrown away
	if e.path != "" {
		_ = os.Remove(temporary(e.path))
	}
}

func (e *Events) keep(err error) {
	if e.err == nil {
		e.err = err
	}
}

var instanceKinds = map[cluster.State]string{
	cluster.Booting:    "instanceLaunched",
	cluster.Active:     "instanceActive",
	cluster.Draining:   "instanceDraining",
	cluster.Terminated: "instanceTerminated",
}

// InstanceChanged writes instanceLaunched, instanceActive, instanceDraining or
// instanceTerminated.
func (e *Events) InstanceChanged(now sim.Time, id cluster.InstanceID, _, to cluster.State) {
	kind, told := instanceKinds[to]
	if !told || e.err != nil {
		return
	}
	e.begin(now, kind)
	e.instance(id)
	if to == cluster.Booting {
		k := e.cluster.Kind(e.cluster.Instance(id).Kind)
		e.text(`,"type":`, k.Type)
		e.text(`,"zone":`, k.Zone)
		if k.Spot {
			e.line = append(e.line, `,"spot":true`...)
		}
	}
	if to == cluster.Terminated {
		if why := e.loss(id); why != "" {
			e.text(`,"reason":`, why)
			e.capacity.losses[id] = 0
		}
	}
	e.end()
}

// TaskSubmitted writes taskSubmitted with what the task demands.
func (e *Events) TaskSubmitted(now sim.Time, id cluster.TaskID) {
	if e.err != nil {
		return
	}
	demand := e.cluster.Class(e.cluster.Task(id).Class).Demand
	e.begin(now, "taskSubmitted")
	e.task(id)
	e.line = append(e.line, `,"cpu":`...)
	e.amount(demand.CPU, cluster.CPUUnit)
	e.line = append(e.line, `,"memoryMiB":`...)
	e.amount(demand.Memory, cluster.MiB)
	if demand.GPU != 0 {
		e.line = append(e.line, `,"gpu":`...)
		e.amount(demand.GPU, cluster.GPU)
	}
	e.end()
}

// TaskStarted writes taskStarted with the instance.
func (e *Events) TaskStarted(now sim.Time, id cluster.TaskID) {
	if e.err != nil {
		return
	}
	e.begin(now, "taskStarted")
	e.task(id)
	e.instance(e.cluster.Task(id).Instance)
	e.end()
}

// TaskPulled writes taskRunning: the containers of a task start whose image had to
// be pulled.
func (e *Events) TaskPulled(now sim.Time, id cluster.TaskID) { e.ofTask(now, "taskRunning", id) }

// TaskServes writes taskServing.
func (e *Events) TaskServes(now sim.Time, id cluster.TaskID) { e.ofTask(now, "taskServing", id) }

// TaskStops writes taskStopping with how long the task is deregistered and how
// long it may take to stop after that.
func (e *Events) TaskStops(now sim.Time, id cluster.TaskID, deregistration, stopTimeout sim.Time) {
	if e.err != nil {
		return
	}
	e.begin(now, "taskStopping")
	e.task(id)
	e.instance(e.cluster.Task(id).Instance)
	e.float(`,"deregistrationSeconds":`, deregistration.Seconds())
	e.float(`,"stopTimeoutSeconds":`, stopTimeout.Seconds())
	e.end()
}

func (e *Events) ofTask(now sim.Time, kind string, id cluster.TaskID) {
	if e.err != nil {
		return
	}
	e.begin(now, kind)
	e.task(id)
	e.instance(e.cluster.Task(id).Instance)
	e.end()
}

// TaskEnded writes taskEnded with the reason, and with the instance unless the
// task never had one.
func (e *Events) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	if e.err != nil {
		return
	}
	if why == cluster.Interrupted && e.cluster.Task(id).Instance != cluster.None {
		e.taskInterrupted(now, id)
	}
	e.begin(now, "taskEnded")
	e.task(id)
	if on := e.cluster.Task(id).Instance; on != cluster.None {
		e.instance(on)
	}
	for len(e.reasons) <= int(why) {
		e.reasons = append(e.reasons, quoted(cluster.Reason(len(e.reasons)).String()))
	}
	e.line = append(e.line, `,"reason":`...)
	e.line = append(e.line, e.reasons[why]...)
	e.end()
}

// ScalingActivity writes scalingActivity: the scaling of a service has changed
// how many tasks it should have, for a reason.
func (e *Events) ScalingActivity(now sim.Time, g cluster.GroupID, from, to int, cause string) {
	if e.err != nil {
		return
	}
	e.begin(now, "scalingActivity")
	e.text(`,"service":`, strings.TrimPrefix(e.cluster.GroupName(g), cluster.ServicePrefix))
	e.integer(`,"from":`, from)
	e.integer(`,"to":`, to)
	e.text(`,"reason":`, cause)
	e.end()
}

func (e *Events) begin(now sim.Time, kind string) {
	e.line = append(e.line[:0], `{"t":`...)
	e.line = appendSeconds(e.line, now)
	e.line = append(e.line, `,"kind":"`...)
	e.line = append(e.line, kind...)
	e.line = append(e.line, '"')
}

func (e *Events) end() {
	e.line = append(e.line, '}', '\n')
	_, err := e.out.Write(e.line)
	e.keep(err)
}

func (e *Events) task(id cluster.TaskID) {
	t := e.cluster.Task(id)
	group := e.cluster.Class(t.Class).Group
	for g := cluster.GroupID(len(e.groups)); g <= group; g++ {
		e.groups = append(e.groups, unquoted(e.cluster.GroupName(g)))
	}
	e.line = append(e.line, `,"task":"`...)
	e.line = append(e.line, e.groups[group]...)
	e.line = append(e.line, '/')
	e.line = strconv.AppendUint(e.line, uint64(t.Number), 10)
	e.line = append(e.line, '"')
}

func (e *Events) instance(id cluster.InstanceID) {
	i := e.cluster.Instance(id)
	e.line = append(e.line, `,"instance":"`...)
	e.line = append(e.line, e.providerName(e.cluster.Kind(i.Kind).Provider)...)
	e.line = append(e.line, `/i-`...)
	e.line = strconv.AppendInt(e.line, int64(i.Number), 10)
	e.line = append(e.line, '"')
}

// providerName returns the name of a capacity provider as part of a JSON string.
func (e *Events) providerName(id cluster.ProviderID) []byte {
	for p := cluster.ProviderID(len(e.providers)); p <= id; p++ {
		e.providers = append(e.providers, unquoted(e.cluster.ProviderName(p)))
	}
	return e.providers[id]
}

// text writes a member whose value is a name, unless there is none.
func (e *Events) text(key, value string) {
	if value != "" {
		e.line = append(e.line, key...)
		e.line = append(e.line, quoted(value)...)
	}
}

// amount writes an integer amount in a larger unit, with the digits it needs.
func (e *Events) amount(n, unit int64) {
	if n%unit == 0 {
		e.line = strconv.AppendInt(e.line, n/unit, 10)
		return
	}
	e.line = strconv.AppendFloat(e.line, float64(n)/float64(unit), 'f', -1, 64)
}

func quoted(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("report: a string that is no JSON: " + err.Error())
	}
	return b
}

func unquoted(s string) []byte {
	b := quoted(s)
	return b[1 : len(b)-1]
}
