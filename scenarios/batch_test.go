package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
)

// own is a cluster of machines of two vCPU.
const own = `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 2, cpu: 2048, memory: 4096}]}}]}
`

// starts lists the starts of a run, in seconds.
func starts(t *testing.T, text string) map[string]float64 {
	t.Helper()
	file, err := LoadBytes("x.yaml", []byte(text))
	require.NoError(t, err)
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	at := &startTimes{at: map[string]float64{}}
	w, err := Build(s, Options{Check: true, Watch: func(c *cluster.Cluster) ([]cluster.Watcher, error) {
		at.cluster = c
		return []cluster.Watcher{at}, nil
	}})
	require.NoError(t, err)
	defer w.Close()
	_, err = w.Run(t.Context())
	require.NoError(t, err)
	return at.at
}

type startTimes struct {
	cluster *cluster.Cluster
	at      map[string]float64
}

func (s *startTimes) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (s *startTimes) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}
func (s *startTimes) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)                         {}
func (s *startTimes) TaskStarted(now sim.Time, id cluster.TaskID) {
	s.at[s.cluster.TaskName(id)] = now.Seconds()
}

// A task of a job runs for its startup and its duration.
func TestTheStartupOfAJob(t *testing.T) {
	s := run(t, own+`
jobs: [{name: a, task: {cpu: 2048, memory: 64, startup: 20s}, duration: 100s, count: 3}]
`).Summary
	assert.InDelta(t, 240, s.Jobs["a"].MakespanSeconds, 1e-9)
	assert.Equal(t, int64(3), s.Jobs["a"].Completed)
}

func TestJobsThatWaitForOthers(t *testing.T) {
	at := starts(t, own+`
jobs:
  - {name: load, task: {cpu: 512, memory: 64}, duration: 10s, dependsOn: [each, {job: extract}]}
  - {name: each, task: {cpu: 512, memory: 64}, duration: 10s, arraySize: 2, dependsOn: [{job: extract, type: N_TO_N}]}
  - {name: extract, task: {cpu: 512, memory: 64}, duration: {distribution: uniform, min: 50s, max: 150s}, arraySize: 2}
  - {name: steps, task: {cpu: 512, memory: 64}, duration: 10s, arraySize: 3, dependsOn: [{type: SEQUENTIAL}]}
`)
	assert.Len(t, at, 8)
	assert.NotEqual(t, at["each/0"], at["each/1"], "each child waits for its own")
	assert.InDelta(t, at["each/1"]+10, at["load/0"], 0)
	assert.Equal(t, []float64{0, 10, 20}, []float64{at["steps/0"], at["steps/1"], at["steps/2"]})
}

// What it waits for lasts longer than the run.
func TestAJobThatIsHeld(t *testing.T) {
	s := run(t, "duration: 1h"+own+`
jobs:
  - {name: a, task: {cpu: 512, memory: 64}, duration: 2h}
  - {name: b, task: {cpu: 512, memory: 64}, duration: 10s, dependsOn: [a]}
`).Summary
	assert.Equal(t, int64(0), s.Jobs["b"].Submitted)
	assert.Contains(t, strings.Join(s.Notes, "\n"), "job b: no task was submitted: it waits for a")
}

// Four places in all: of three gangs of three, and one of four, only one runs at a
// time. The tasks of a gang run equally long.
func TestGangsOfAJob(t *testing.T) {
	at := starts(t, "duration: 1h"+own+`
jobs:
  - {name: g, task: {cpu: 1024, memory: 64}, arrivals: {at: [0s, 1s, 2s]}, tasksPerArrival: 3, duration: 100s, gang: true}
  - {name: all, task: {cpu: 1024, memory: 64}, count: 4, duration: {distribution: uniform, min: 50s, max: 150s}, gang: true}
`)
	var got []float64
	for _, name := range strings.Fields("all/0 all/3 g/0 g/2 g/3 g/5 g/6 g/8") {
		got = append(got, at[name])
	}
	then := at["g/3"]
	assert.Greater(t, then, 150.0)
	assert.InDeltaSlice(t, []float64{100, 100, 0, 0, then, then, then + 100, then + 100}, got, 1e-9)
}

func TestAGangThatNeverFits(t *testing.T) {
	for what, text := range map[string]string{
		"5 tasks, but its capacity holds at most 4": "task: {cpu: 1024, memory: 64}, count: 5, duration: 1m, gang: true",
		"3 tasks, but its capacity holds at most 2": "task: {cpu: 128, memory: 64}, arraySize: 3, arrivals: {at: [1h]}, duration: 1m, gang: true, placementConstraints: [{type: distinctInstance}]",
	} {
		file, err := LoadBytes("x.yaml", []byte(own+"jobs: [{name: g, "+text+"}]"))
		require.NoError(t, err)
		s, err := file.Variant("", nil)
		require.NoError(t, err)
		_, err = Build(s, Options{})
		require.ErrorContains(t, err, "jobs.g.gang: a gang of "+what)
	}
}

// The head of the queue needs both vCPU of a machine, which are free at 100 s. What
// ends before overtakes it.
func TestBackfillingAQueue(t *testing.T) {
	const text = own + `
jobs:
  - {name: long, task: {cpu: 1024, memory: 64}, arrivals: {at: [0s, 0s]}, duration: 100s, placementStrategy: [{type: spread, field: instanceId}], QUEUE}
  - {name: wide, task: {cpu: 2048, memory: 64}, arrivals: {at: [1s]}, duration: 50s, QUEUE}
  - {name: short, task: {cpu: 1024, memory: 64}, arrivals: {at: [2s]}, duration: 60s, placementStrategy: [{type: first-fit}], QUEUE}
  - {name: late, task: {cpu: 1024, memory: 64}, arrivals: {at: [3s, 3s]}, duration: 99s, QUEUE}
`
	with := starts(t, strings.ReplaceAll(text, "QUEUE", "queue: {blocking: strict, backfill: true}"))
	without := starts(t, strings.ReplaceAll(text, "QUEUE", "queue: {blocking: strict}"))
	assert.Equal(t, map[string]float64{"long/0": 0, "long/1": 0, "wide/0": 100, "short/0": 2, "late/0": 3, "late/1": 100}, with)
	assert.Equal(t, map[string]float64{"long/0": 0, "long/1": 0, "wide/0": 100, "short/0": 100, "late/0": 100, "late/1": 150}, without)
}

// The many tasks of one group come first, and those of the other get their half
// as soon as places are free.
func TestFairSharesOfAQueue(t *testing.T) {
	const text = own + `
jobs:
  - {name: many, group: a, task: {cpu: 1024, memory: 64}, count: 20, duration: 100s, QUEUE}
  - {name: few, group: b, task: {cpu: 1024, memory: 64}, arrivals: {at: [1s, 1s, 1s]}, duration: 100s, QUEUE}
  - {name: more, group: a, task: {cpu: 1024, memory: 64}, count: 1, duration: 100s, priority: 1, QUEUE}
`
	fair := starts(t, strings.ReplaceAll(text, "QUEUE", "queue: {order: fairShare}"))
	assert.Equal(t, []float64{100, 100, 200}, []float64{fair["few/0"], fair["few/1"], fair["few/2"]})
	assert.InDelta(t, 0, fair["more/0"], 0, "within a share by priority")
	weighted := starts(t, strings.ReplaceAll(text, "QUEUE", "queue: {order: fairShare, fairShare: {a: 1, b: 3}}"))
	assert.Equal(t, []float64{100, 100, 100}, []float64{weighted["few/0"], weighted["few/1"], weighted["few/2"]})
	fifo := starts(t, strings.ReplaceAll(strings.ReplaceAll(text, "QUEUE", ""), ", }", "}"))
	assert.InDelta(t, 500, fifo["few/2"], 0)
}

// Attempts of tasks on machines that fail at random, with and without checkpoints:
// each task is completed or lost, and the attempts are counted apart from them.
func TestAttemptsAreCountedApart(t *testing.T) {
	const text = `
region: us-east-1
duration: 2d
cluster: {capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [m5.large], availabilityZones: [us-east-1a], desiredCapacity: 4}}]}
failures: {instances: {meanTimeToFailure: {distribution: exponential, mean: 3h}}}
jobs: [{name: a, task: {cpu: 512, memory: 512}, count: 60, duration: 100m, %s}]
`
	for name, c := range map[string]struct {
		text  string
		check func(report.Job)
	}{
		"restart":    {"onInterruption: restart", func(j report.Job) { assert.Equal(t, int64(60), j.Completed); assert.Greater(t, j.Attempts, int64(60)) }},
		"checkpoint": {"onInterruption: {checkpoint: 1m}", func(j report.Job) { assert.Equal(t, int64(60), j.Completed) }},
		"retries":    {"retries: 1", func(j report.Job) { assert.LessOrEqual(t, j.Attempts, int64(120)) }},
		"lose":       {"onInterruption: lose", func(j report.Job) { assert.Equal(t, int64(60), j.Attempts); assert.Less(t, j.Completed, int64(60)) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := run(t, "%s", strings.Replace(text, "%s", c.text, 1)).Summary
			j := s.Jobs["a"]
			assert.Equal(t, int64(60), j.Submitted)
			tasks := s.Tasks
			assert.Equal(t, tasks.Submitted, tasks.Completed+tasks.Stopped+tasks.Interrupted+tasks.Failed+tasks.Rejected+tasks.Running+tasks.Pending)
			assert.Equal(t, j.Attempts, tasks.Submitted)
			c.check(j)
		})
	}
}

// One of the tasks has no place and is rejected; so what waits for them fails.
func TestAJobFailsWithWhatItWaitsFor(t *testing.T) {
	s := run(t, own+`
jobs:
  - {name: a, task: {cpu: 2048, memory: 64}, duration: 10s, count: 3, onNoCapacity: reject}
  - {name: b, task: {cpu: 2048, memory: 64}, duration: 10s, arrivals: {at: [0s, 1m]}, dependsOn: [a]}
  - {name: c, task: {cpu: 2048, memory: 64}, duration: 10s, arraySize: 2, dependsOn: [{type: SEQUENTIAL}, b]}
`).Summary
	assert.Equal(t, int64(2), s.Jobs["a"].Completed)
	assert.Equal(t, int64(1), s.Tasks.Rejected)
	assert.Equal(t, int64(4), s.Tasks.Failed)
	assert.Equal(t, int64(2), s.Jobs["c"].Submitted)
}
