package scenarios

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inFolder reads a scenario from text beside a file of data.
func inFolder(t *testing.T, data, text string) *Scenario {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), []byte(data), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "s.yaml"), []byte(text), 0o600))
	file, err := Load(filepath.Join(dir, "s.yaml"))
	require.NoError(t, err)
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	return s
}

func TestCountIsOfTasksNotOfArrivals(t *testing.T) {
	s := run(t, `
duration: 1d
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 9, cpu: 4096, memory: 4096}]}}]}
jobs:
  - {name: grouped, task: {cpu: 256, memory: 256}, arrivals: 1m, tasksPerArrival: 4, count: 12, duration: 1m}
  - {name: single, task: {cpu: 256, memory: 256}, arrivals: 1m, count: 5, duration: 1m}
  - {name: atonce, task: {cpu: 256, memory: 256}, count: 7, duration: 1m}
  - {name: one, task: {cpu: 256, memory: 256}, duration: 1m}
  - {name: listed, task: {cpu: 256, memory: 256}, arrivals: {at: [1h, 2h]}, tasksPerArrival: 3, duration: 1m}
  - {name: unending, task: {cpu: 256, memory: 256}, arrivals: 1h, duration: 1m}
`).Summary
	got := map[string]int64{}
	for name, job := range s.Jobs {
		got[name] = job.Submitted
	}
	// The one at 24 h is not part of a run that covers [0, 24 h).
	assert.Equal(t, map[string]int64{"grouped": 12, "single": 5, "atonce": 7, "one": 1, "listed": 6, "unending": 23}, got)
}

// Source: EventBridge Scheduler user guide, "Schedule types": cron in a time
// zone, which has summer time here: 02:30 in Dublin is 01:30 UTC.
func TestAJobOnASchedule(t *testing.T) {
	s := run(t, `
start: 2026-05-04T00:00:00Z
duration: 7d
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 9, cpu: 4096, memory: 4096}]}}]}
jobs:
  - {name: nightly, task: {cpu: 256, memory: 256}, schedule: "cron(30 2 * * ? *)", timezone: Europe/Dublin, tasksPerArrival: 2, duration: 24h}
  - {name: hourly, task: {cpu: 256, memory: 256}, schedule: "rate(1 hour)", duration: 1m}
  - {name: once, task: {cpu: 256, memory: 256}, schedule: "at(2026-05-05T12:00:00)", duration: 1m}
`).Summary
	assert.Equal(t, int64(14), s.Jobs["nightly"].Submitted)
	assert.Equal(t, int64(2), s.Tasks.Running, "those of 01:30 UTC on the last day end a day later")
	assert.Equal(t, int64(1), s.Jobs["once"].Submitted)
	assert.InDelta(t, 7*24, s.Jobs["hourly"].Submitted, 1)
}

func TestATaskThatFitsNowhere(t *testing.T) {
	const csv = "submit_s,duration_s,cpu_units,memory_mib,count\n0,10,1024,512,1\n1,10,99999,512,3\n2,10,1024,512,1\n"
	text := func(trace string) string {
		return "jobs: [{name: j, trace: {path: data, " + trace + "}}]\n" +
			"cluster: {capacityProviders: [{name: own, external: {instances: [{count: 2, cpu: 65536, memory: 65536}]}}]}\n"
	}

	w, err := Build(inFolder(t, csv, text("format: csv")), Options{})
	require.NoError(t, err)
	defer w.Close()
	_, err = w.Run(context.Background())
	var data *DataError
	require.ErrorAs(t, err, &data)
	assert.ErrorContains(t, err, "data:3: a task needs cpu 99999, memory 512 MiB")
	assert.ErrorContains(t, err, "the most that any offers is cpu 65536, memory 65536 MiB")

	s := runScenario(t, inFolder(t, csv, text("format: csv, onBadRow: skip")), Options{Check: true}).Summary
	assert.Equal(t, int64(5), s.Tasks.Submitted)
	assert.Equal(t, int64(3), s.Tasks.Rejected)
	assert.Contains(t, s.Notes, "job j: tasks that no instance could hold even when empty, rejected: 3")

	// A job of 128 processors on machines of 64, in the Standard Workload Format.
	swf := "1 0 -1 10 128 -1 -1 -1 -1 -1 -1 1 1 -1 -1 -1 -1 -1\n2 5 -1 10 64 -1 -1 -1 -1 -1 -1 1 1 -1 -1 -1 -1 -1\n"
	s = runScenario(t, inFolder(t, swf, text("format: swf, memory: 16")), Options{Check: true}).Summary
	assert.Equal(t, int64(1), s.Tasks.Rejected)
	assert.Equal(t, int64(1), s.Tasks.Completed)
}

func TestGPUModelsRestrictWhereAPodRuns(t *testing.T) {
	pods := "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n" +
		"a,1000,1024,1,500,T4,LS,Running,0,100,0\nb,1000,1024,1,500,V100|P100,LS,Running,0,100,0\nc,1000,1024,1,500,,LS,Running,0,100,0\n"
	d := decideOn(t, inFolder(t, pods, `
cluster:
  capacityProviders:
    - name: own
      external: {instances: [{cpu: 8192, memory: 8192, gpus: 1, gpuModel: P100}, {cpu: 8192, memory: 8192, gpus: 1, gpuModel: T4}]}
jobs: [{name: pods, trace: {format: alibaba-gpu-2023, path: data}, placementStrategy: [{type: first-fit}]}]
`))
	assert.Equal(t, "0s pods/0 on own/i-1\n0s pods/1 on own/i-0\n0s pods/2 on own/i-0\n", d[:len("0s pods/0 on own/i-1\n")*3])
}

// Sources: Amazon ECS API, CapacityProviderStrategyItem (base, then weights);
// RuntimePlatform (cpuArchitecture).
func TestProvidersAndArchitecturesDecideBeforePlacement(t *testing.T) {
	d := decideOn(t, scenario(t, `
cluster:
  capacityProviders:
    - {name: a, external: {instances: [{cpu: 8192, memory: 8192}]}}
    - {name: b, external: {instances: [{cpu: 8192, memory: 8192}]}}
    - {name: arm, external: {instances: [{cpu: 8192, memory: 8192, cpuArchitecture: ARM64}]}}
jobs:
  - name: shared
    task: {cpu: 256, memory: 256}
    count: 4
    duration: 1m
    capacityProviderStrategy: [{capacityProvider: a, base: 1, weight: 1}, {capacityProvider: b, weight: 2}]
    placementStrategy: [{type: first-fit}]
  - name: graviton
    task: {cpu: 256, memory: 256, runtimePlatform: {cpuArchitecture: ARM64}}
    duration: 1m
    placementStrategy: [{type: first-fit}]
`))
	for _, line := range []string{"shared/0 on a/i-0", "shared/1 on a/i-0", "shared/2 on b/i-0", "shared/3 on b/i-0", "graviton/0 on arm/i-0"} {
		assert.Contains(t, d, line)
	}
}

func TestPrioritiesAndRejection(t *testing.T) {
	const one = `
cluster: {capacityProviders: [{name: own, external: {instances: [{cpu: 1024, memory: 1024}]}}]}
jobs:
  - {name: first, task: {cpu: 1024, memory: 1024}, duration: 10m, queue: {order: priority}}
  - {name: low, task: {cpu: 1024, memory: 1024}, arrivals: {at: [1m]}, duration: 10m, queue: {order: priority}}
  - {name: high, task: {cpu: 1024, memory: 1024}, arrivals: {at: [2m]}, duration: 10m, priority: 5, queue: {order: priority}}
  - {name: lost, task: {cpu: 1024, memory: 1024}, arrivals: {at: [3m]}, duration: 10m, onNoCapacity: reject, queue: {order: priority}}
`
	s := run(t, one).Summary
	assert.InDelta(t, 8*60, s.Jobs["high"].PendingSeconds.Max, 1e-9)
	assert.InDelta(t, 19*60, s.Jobs["low"].PendingSeconds.Max, 1e-9)
	assert.Equal(t, int64(1), s.Jobs["lost"].Rejected)
}
