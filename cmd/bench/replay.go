package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"

	"berth/scenarios"
	"berth/sim"
	"berth/sim/cluster"
	"berth/workloads"
)

// replay is a trace on equal machines of 32 vCPU and 128 GiB, with one strict
// queue.
type replay struct {
	name      string
	trace     string // path
	instances int
	strategy  string
	group     string // the Auto Scaling group in place of such machines, or ""
	sum       string // checksum of a right run; "" where none is known

	seconds []float64
	mib     float64 // most memory of any run; 0 if not known
	tasks   int64
}

const (
	binpack  = "{type: binpack, field: cpu}"
	firstFit = "{type: first-fit}"
)

const scenarioText = `
name: bench
cluster:
  capacityProviders:
    - name: nodes
      external: {instances: [{count: %d, cpu: 32768, memory: 131072}]}
jobs:
  - name: trace
    trace: {format: csv, path: %s}
    queue: {blocking: strict}
    placementStrategy: [%s]
`

// groupText is a scenario on an Auto Scaling group of about such machines.
const groupText = `
name: bench
region: us-east-1
cluster:
  capacityProviders:
    - name: nodes
%s
jobs:
  - name: trace
    trace: {format: csv, path: %s}
    capacityProviderStrategy: [{capacityProvider: nodes, weight: 1}]
    queue: {blocking: strict}
    placementStrategy: [%s]
`

// scenario returns the replay as a scenario.
func (r *replay) scenario() []byte {
	if r.group != "" {
		return fmt.Appendf(nil, groupText, r.group, r.trace, r.strategy)
	}
	return fmt.Appendf(nil, scenarioText, r.instances, r.trace, r.strategy)
}

// outcome is what a replay in its own process prints.
type outcome struct {
	Seconds  float64 `json:"seconds"`
	Tasks    int64   `json:"tasks"`
	Checksum string  `json:"checksum,omitempty"`
}

// replay runs replays by turns.
func (b *bench) replay(replays ...*replay) error {
	for i, r := range replays {
		path := filepath.Join(b.dir, fmt.Sprintf("scenario-%d.yaml", i))
		if err := os.WriteFile(path, r.scenario(), 0o600); err != nil {
			return err
		}
		if r.sum == "" {
			continue
		}
		// The sum is taken in a run of its own, which is not measured.
		o, _, err := b.child("-watch", "-replay", path)
		if err != nil {
			return err
		}
		if o.Checksum != r.sum {
			return fmt.Errorf("%s: the checksum is %s, want %s", r.name, o.Checksum, r.sum)
		}
	}
	for turn := range b.runs {
		for i, r := range replays {
			b.progress("%s, run %d of %d", r.name, turn+1, b.runs)
			o, mib, err := b.child("-replay", filepath.Join(b.dir, fmt.Sprintf("scenario-%d.yaml", i)))
			if err != nil {
				return err
			}
			r.seconds = append(r.seconds, o.Seconds)
			r.tasks = o.Tasks
			r.mib = max(r.mib, mib)
		}
	}
	b.progress("")
	return nil
}

// child runs this program again and returns what it prints and the most memory
// that it held.
func (b *bench) child(args ...string) (outcome, float64, error) {
	self, err := os.Executable()
	if err != nil {
		return outcome{}, 0, err
	}
	cmd := exec.Command(self, args...)
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, b.stderr
	if err := cmd.Run(); err != nil {
		return outcome{}, 0, err
	}
	var o outcome
	if err := json.Unmarshal(printed.Bytes(), &o); err != nil {
		return outcome{}, 0, err
	}
	return o, peakMiB(cmd.ProcessState), nil
}

// replayHere runs the scenario in a file and writes its outcome. The time is
// that of all that berth run does but for rendering the result, which hardly
// depends on the number of tasks.
func replayHere(path string, watch bool, out io.Writer) error {
	started := time.Now()
	file, err := scenarios.Load(path)
	if err != nil {
		return err
	}
	s, err := file.Variant("", nil)
	if err != nil {
		return err
	}
	var options scenarios.Options
	var sum *placements
	if watch {
		options.Watch = func(c *cluster.Cluster) ([]cluster.Watcher, error) {
			sum = &placements{cluster: c}
			return []cluster.Watcher{sum}, nil
		}
	}
	w, err := scenarios.Build(s, options)
	if err != nil {
		return err
	}
	defer w.Close()
	result, err := w.Run(context.Background())
	if err != nil {
		return err
	}
	o := outcome{Seconds: time.Since(started).Seconds(), Tasks: result.Summary.Tasks.Completed}
	if watch {
		o.Checksum = fmt.Sprintf("%x", sum.sum)
	}
	return json.NewEncoder(out).Encode(o)
}

// placements sums (task number + 1) × (instance number + 1) over all
// placements, modulo 2^64.
type placements struct {
	cluster *cluster.Cluster
	sum     uint64
}

func (p *placements) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (p *placements) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (p *placements) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)                         {}

func (p *placements) TaskStarted(_ sim.Time, id cluster.TaskID) {
	t := p.cluster.Task(id)
	p.sum += (t.Sequence + 1) * (uint64(p.cluster.Instance(t.Instance).Number) + 1)
}

// swing lets the rate of a source swing about its mean: in a period from a
// twentieth of the highest rate up to that and back.
type swing struct {
	workloads.Source
	period    sim.Time
	last, now sim.Time
}

// Next stretches the time since the row before where the rate is low.
func (s *swing) Next(row *workloads.Row) (bool, error) {
	ok, err := s.Source.Next(row)
	if !ok || err != nil {
		return ok, err
	}
	const depth = 19.0 / 21
	rate := 1 - depth*math.Cos(2*math.Pi*float64(s.now)/float64(s.period))
	s.now += sim.Time(math.Round(float64((row.Submit-s.last)/sim.Millisecond)/rate)) * sim.Millisecond
	s.last, row.Submit = row.Submit, s.now
	return true, nil
}

// write writes W1 with another number of tasks and rate as a generic trace,
// gzipped where the name says so, and returns its path. A trace that is there
// is used again.
func (b *bench) write(name string, tasks int, perSecond float64) (path string, err error) {
	workload := workloads.W1()
	workload.Tasks, workload.RatePerSecond = tasks, perSecond
	return b.writeSource(name, tasks, workload.Source())
}

// writeSource writes a source as a generic trace.
func (b *bench) writeSource(name string, tasks int, source workloads.Source) (path string, err error) {
	path = filepath.Join(b.dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	b.progress("writing %s, %s tasks", name, count(float64(tasks)))
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	out := io.WriteCloser(f)
	if filepath.Ext(name) == ".gz" {
		out = gzip.NewWriter(f)
	}
	_, err = workloads.WriteCSV(out, source)
	if out != f {
		if closing := out.Close(); err == nil {
			err = closing
		}
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return path, err
}
