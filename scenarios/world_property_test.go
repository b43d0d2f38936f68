package scenarios

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
)

// faults collects what is wrong with a run, so that it can be asked of a drawn
// one what is asked of all others.
type faults struct {
	testing.TB
	found []string
}

func (f *faults) Helper() {}
func (f *faults) Errorf(format string, args ...any) {
	f.found = append(f.found, fmt.Sprintf(format, args...))
}

// lived is what came of a drawn scenario.
type lived struct {
	refused error
	summary []byte
	events  []byte
	result  *report.Result
	groups  map[string]*AutoScalingGroup // by capacity provider
	drains  map[string]bool              // those whose instances drain before they go
}

// liveOnce runs a drawn scenario with all checks on.
func liveOnce(text []byte, folder string) (lived, error) {
	return liveSet(text, folder, nil, Options{Check: true})
}

// liveSet runs a drawn scenario with settings.
func liveSet(text []byte, folder string, sets []string, options Options) (l lived, err error) {
	file, err := LoadBytes("drawn.yaml", text)
	if err != nil {
		return lived{refused: err}, nil
	}
	s, err := file.Variant("", sets)
	if err != nil {
		return lived{refused: err}, nil
	}
	var events *report.Events
	options.Watch = func(c *cluster.Cluster) (all []cluster.Watcher, err error) {
		events, err = report.CreateEvents(folder, "", c)
		return []cluster.Watcher{events}, err
	}
	w, err := Build(s, options)
	if err != nil {
		if events != nil {
			events.Discard()
		}
		return lived{refused: err}, nil
	}
	defer w.Close()
	r, err := w.Run(context.Background())
	if err != nil {
		return lived{}, err
	}
	if err := events.Close(); err != nil {
		return lived{}, err
	}
	var summary bytes.Buffer
	if err := report.WriteSummary(&summary, r.Summary); err != nil {
		return lived{}, err
	}
	lines, err := os.ReadFile(filepath.Join(folder, "events.ndjson"))
	l = lived{summary: summary.Bytes(), events: lines, result: r, groups: map[string]*AutoScalingGroup{}, drains: map[string]bool{}}
	for _, p := range s.Cluster.CapacityProviders {
		if p.AutoScalingGroup != nil {
			l.groups[p.Name] = p.AutoScalingGroup
			l.drains[p.Name] = p.ManagedDraining == "ENABLED"
		}
	}
	return l, err
}

// TestWhateverIsCombined draws whole scenarios. Whatever happens in them, nothing
// that is counted gets lost, the bill adds up, the log of events makes sense, and
// all happens again in the same way, also without the checks.
func TestWhateverIsCombined(t *testing.T) {
	drawn, refused := 0, 0
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		text := written(drawnWorld.Draw(r, "world"))
		first, err := liveOnce(text, folder)
		require.NoError(r, err, "%s", text)
		drawn++
		if first.refused != nil {
			refused++
			return
		}
		f := &faults{TB: t}
		first.hold(f)
		require.Empty(r, f.found, "%s", text)
		again, err := liveSet(text, folder, nil, Options{})
		require.NoError(r, err)
		require.Equal(r, string(first.summary), string(again.summary), "the same again: %s", text)
		require.Equal(r, first.result.Scaling, again.result.Scaling, "the same again: %s", text)
		require.Equal(r, first.events, again.events, "the same again: %s", text)
	})
	assert.LessOrEqual(t, refused, 1+drawn/20, "scenarios that were refused, of %d", drawn)
}

// TestDecisionsThatAreLeftOutChangeNothing has scaling decide each minute on whatever an
// alarm asks for, also where nothing can come of it. Nothing else comes of it.
func TestDecisionsThatAreLeftOutChangeNothing(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		text := written(drawnWorld.Draw(r, "world"))
		usual, err := liveSet(text, folder, nil, Options{})
		require.NoError(r, err, "%s", text)
		if usual.refused != nil {
			return
		}
		always, err := liveSet(text, folder, nil, Options{always: true})
		require.NoError(r, err, "%s", text)
		require.Equal(r, always.result.Scaling, usual.result.Scaling, "%s", text)
		require.Equal(r, string(always.summary), string(usual.summary), "%s", text)
	})
}

// TestTheFutureDoesNotMatter ends drawn scenarios early, and leaves out their
// warm-up: what happens until then stays as it was.
func TestTheFutureDoesNotMatter(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		w := drawnWorld.Draw(r, "world")
		if warmup, ok := w["warmup"].(string); ok { // one that ends within a minute cuts what its waits are worked out from
			w["warmup"] = warmup[:strings.Index(warmup, "m")+1]
		}
		text := written(w)
		whole, err := liveSet(text, folder, nil, Options{})
		require.NoError(r, err, "%s", text)
		if whole.refused != nil {
			return
		}
		until := sim.Time(whole.result.Summary.SimulatedSeconds/2) * sim.Second
		part, err := liveSet(text, folder, []string{"warmup=0s"}, Options{Until: until})
		require.NoError(r, err, "%s", text)
		require.NoError(r, part.refused, "%s", text)
		require.Equal(r, linesBefore(whole.events, until), linesBefore(part.events, until), "%s", text)
	})
}

// linesBefore are the lines of a log until a time.
func linesBefore(events []byte, end sim.Time) string {
	var b strings.Builder
	for line := range strings.Lines(string(events)) {
		var e struct{ T float64 }
		if json.Unmarshal([]byte(line), &e) != nil || e.T >= end.Seconds() {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestTheOrderOfWorkDoesNotMatter turns the order of services and jobs round
// that do not take one another's place.
func TestTheOrderOfWorkDoesNotMatter(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		w := drawnServerless.Draw(r, "world")
		text := written(w)
		one, err := liveSet(text, folder, nil, Options{})
		require.NoError(r, err, "%s", text)
		for _, list := range []string{"services", "jobs"} {
			if all, ok := w[list].([]any); ok {
				slices.Reverse(all)
			}
		}
		w["taskDefinitions"].(node)["unused"] = node{"cpu": 256, "memory": 512}
		w["cluster"].(node)["capacityProviders"] = append(w["cluster"].(node)["capacityProviders"].([]any),
			node{"name": "unused", "external": node{"instances": []any{node{"cpu": 1024, "memory": 1024}}}})
		other, err := liveSet(written(w), folder, nil, Options{})
		require.NoError(r, err, "%s", text)
		require.Equal(r, one.refused == nil, other.refused == nil, "%s", text)
		require.Equal(r, lines(one.events), lines(other.events), "%s", text)
	})
}

// lines are those of a log in the order of the alphabet, without those of
// instances.
func lines(events []byte) []string {
	var all []string
	for line := range strings.Lines(string(events)) {
		if !strings.Contains(line, `"kind":"instance`) {
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

// hold asks of a run what must be true of each.
func (l *lived) hold(t testing.TB) {
	s := &l.result.Summary
	assertIdentities(t, s)
	c := s.Cost
	within := 1e-6 + c.Total*1e-12
	assert.InDelta(t, c.Total, c.UsefulWork+c.LostWork+c.Idle+c.Unattributed, within, "work and idle time add up")
	by := c.IdleByCause
	assert.InDelta(t, c.Idle, by.Booting+by.Waiting+by.Free+by.Draining+by.WarmPool, within, "the causes of idle time add up")
	i := s.Instances
	assert.LessOrEqual(t, i.Interrupted, i.Terminated)
	assert.LessOrEqual(t, i.Mean, float64(i.Peak)+1e-9)
	var launched, interrupted int64
	for name, p := range s.CapacityProviders {
		launched += p.Launched
		interrupted += p.Interrupted
		assert.LessOrEqual(t, p.Interrupted, p.Terminated, name)
		assert.LessOrEqual(t, p.Peak, i.Peak, name)
	}
	assert.LessOrEqual(t, launched, i.Launched)
	assert.LessOrEqual(t, interrupted, i.Interrupted)
	assert.LessOrEqual(t, s.Spot.Interruptions, i.Interrupted)
	var jobs report.Job
	for name, j := range s.Jobs {
		assert.LessOrEqual(t, j.Completed+j.Rejected, j.Attempts, name)
		assert.LessOrEqual(t, j.Completed, j.Submitted, name)
		jobs.Attempts += j.Attempts
		jobs.Completed += j.Completed
		jobs.Rejected += j.Rejected
		jobs.LostSeconds += j.LostSeconds
	}
	assert.Equal(t, s.Tasks.Completed, jobs.Completed, "only tasks of jobs complete")
	assert.Equal(t, s.Tasks.Rejected, jobs.Rejected, "only tasks of jobs are rejected")
	assert.InDelta(t, s.Tasks.LostSeconds, jobs.LostSeconds, 1e-6)
	for name, v := range s.Services {
		assert.InDelta(t, v.Requests+v.BacklogStart, v.Served+v.Lost+v.BacklogEnd, 1e-6*(1+v.Requests), "requests of %s", name)
		assert.LessOrEqual(t, v.UnservedFraction, 1+1e-9, name)
		assert.LessOrEqual(t, v.BelowDesiredSeconds, s.SimulatedSeconds-s.WarmupSeconds+1e-6, name)
	}
	var document any
	assert.NoError(t, json.Unmarshal(l.summary, &document))
	notNegative(t, "", document)
	l.holdEvents(t)
}

// notNegative looks for negative figures; only what Spot saves may be one.
func notNegative(t testing.TB, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			if !strings.HasPrefix(name, "savings") {
				notNegative(t, path+"."+name, e)
			}
		}
	case []any:
		for i, e := range v {
			notNegative(t, fmt.Sprintf("%s.%d", path, i), e)
		}
	case float64:
		assert.False(t, math.Signbit(v), "%s is %v", path, v)
	}
}

// holdEvents follows the log: what begins ends once at most, in the order of
// time, tasks run where instances are, and groups keep to their sizes.
func (l *lived) holdEvents(t testing.TB) {
	type line struct {
		T                                                    float64
		Kind, Task, Instance, CapacityProvider, Reason, Type string
		Desired                                              int
	}
	type task struct{ state, instance string }
	type machine struct {
		state, kind string
		tasks       int
	}
	tasks, machines := map[string]*task{}, map[string]*machine{}
	provider := func(instance string) string { name, _, _ := strings.Cut(instance, "/"); return name }
	active := map[string]int{}
	last := 0.0
	for scanner := bufio.NewScanner(bytes.NewReader(l.events)); scanner.Scan(); {
		var e line
		if !assert.NoError(t, json.Unmarshal(scanner.Bytes(), &e), "%s", scanner.Bytes()) {
			return
		}
		at := scanner.Text()
		if e.T < last || e.T > l.result.Summary.SimulatedSeconds {
			t.Errorf("out of time, after %v: %s", last, at)
		}
		last = e.T
		m := machines[e.Instance]
		switch e.Kind {
		case "instanceLaunched":
			if m != nil {
				t.Errorf("launched twice: %s", at)
			}
			machines[e.Instance] = &machine{state: "launched", kind: e.Type}
		case "instanceActive":
			if m == nil || m.state != "launched" {
				t.Errorf("active, and was %+v: %s", m, at)
			}
			m.state = "active"
			p := provider(e.Instance)
			active[p]++
			if g := l.groups[p]; g != nil && g.requirements() == nil && !g.weighted() && l.drains[p] {
				if most := int(*g.MaxSize); active[p] > most+max(1, (most+9)/10) {
					t.Errorf("%d instances in service of at most %d: %s", active[p], most, at)
				}
			}
		case "instanceDraining":
			if m == nil || m.state != "active" {
				t.Errorf("draining, and was %+v: %s", m, at)
			}
			m.state = "draining"
			active[provider(e.Instance)]--
		case "instanceTerminated":
			if m == nil || m.state == "gone" || m.tasks != 0 {
				t.Errorf("terminated, and was %+v: %s", m, at)
			}
			if m.state == "active" {
				active[provider(e.Instance)]--
			}
			m.state = "gone"
		case "desiredCapacity":
			if g := l.groups[e.CapacityProvider]; int64(e.Desired) < *g.MinSize || int64(e.Desired) > *g.MaxSize {
				t.Errorf("outside of %d to %d: %s", *g.MinSize, *g.MaxSize, at)
			}
		case "taskSubmitted":
			if tasks[e.Task] != nil {
				t.Errorf("submitted twice: %s", at)
			}
			tasks[e.Task] = &task{state: "waits"}
		case "taskStarted":
			k := tasks[e.Task]
			if k == nil || k.state != "waits" {
				t.Errorf("started, and was %+v: %s", k, at)
			}
			if m == nil && !isFargate(provider(e.Instance)) || m != nil && m.state != "active" {
				t.Errorf("started on %+v: %s", m, at)
			}
			if m != nil {
				m.tasks++
			}
			*k = task{"runs", e.Instance}
		case "taskEnded":
			k := tasks[e.Task]
			if k == nil || k.state == "gone" || k.instance != e.Instance {
				t.Errorf("ended, and was %+v: %s", k, at)
			}
			if m != nil {
				m.tasks--
			}
			k.state = "gone"
		}
		if f, ok := t.(*faults); ok && len(f.found) > 5 {
			return
		}
	}
	if l.result.Summary.WarmupSeconds > 0 {
		return
	}
	counts := map[string]int64{}
	for _, k := range tasks {
		counts[k.state]++
	}
	k := l.result.Summary.Tasks
	assert.Equal(t, k.Submitted, int64(len(tasks)), "submitted")
	assert.Equal(t, k.Pending+k.Running, counts["waits"]+counts["runs"], "pending, those that pull their image included, and running")
	assert.GreaterOrEqual(t, k.Pending, counts["waits"], "pending")
	there := int64(0)
	for name, m := range machines {
		if m.state != "gone" && !isFargate(provider(name)) {
			there++
		}
	}
	assert.Equal(t, l.result.Summary.Instances.RunningAtEnd, there, "instances at the end")
}

// weighted reports whether instances of the group count as several units.
func (g *AutoScalingGroup) weighted() bool {
	if g.MixedInstancesPolicy == nil {
		return false
	}
	list, _ := g.MixedInstancesPolicy.overrides()
	return len(list) > 0 && list[0].WeightedCapacity != nil
}

// What follows when all tasks have ended belongs to a run with a duration: idle
// instances are paid for until the scale-in, and not until the end of the run.
func TestARunGoesOnWhenAllJobsHaveEnded(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 6h
cluster: {capacityProviders: [{name: a, managedScaling: {status: ENABLED}, autoScalingGroup: {minSize: 0, maxSize: 4, desiredCapacity: 2, instanceTypes: [m6i.large], availabilityZones: [us-east-1a]}}]}
jobs: [{name: j, task: {cpu: 2000, memory: 500}, duration: 10m, count: 2}]
`).Summary
	assert.Equal(t, int64(2), s.Instances.Terminated)
	assert.Less(t, s.Instances.Hours, 2.0)
}

// Tasks that arrive after the end of a run have not ended: what waits for them
// goes on waiting.
func TestJobsWaitForArrivalsBeyondTheEnd(t *testing.T) {
	s := run(t, `
duration: 1h
cluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 1024, memory: 1024}]}}]}
jobs:
  - {name: first, task: {cpu: 1, memory: 1}, duration: 1s, arrivals: {at: [1m, 2h]}}
  - {name: second, task: {cpu: 1, memory: 1}, duration: 1s, dependsOn: [first]}
`).Summary
	assert.Equal(t, int64(1), s.Jobs["first"].Completed)
	assert.Zero(t, s.Jobs["second"].Submitted)
}

// The tasks of a gang are of one class, also where a queue plans with how long
// they run and each starts up for another time.
func TestAGangWhoseTasksStartUpForDifferentTimes(t *testing.T) {
	s := run(t, `
cluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 1024, memory: 1024}]}}]}
jobs:
  - {name: j, task: {cpu: 1, memory: 1, startup: {distribution: exponential, mean: 20s}}, duration: 1m, arraySize: 5, gang: true, queue: {blocking: strict, backfill: true}}
`).Summary
	assert.Equal(t, int64(5), s.Tasks.Completed)
	assert.Zero(t, s.Tasks.PendingSeconds.Max)
}

// Bills are rounded to nano-dollars. What is left of them when nothing was useful
// is nothing, and not less.
func TestNoWorkIsLessThanUseless(t *testing.T) {
	s := run(t, `
region: us-east-1
duration: 1h
seed: 501
cluster: {capacityProviders: [{name: FARGATE_SPOT, spotMarket: {unavailable: [{at: 5m, duration: 24m}, {at: 38m, duration: 41m}]}}]}
jobs: [{name: j0, onNoCapacity: reject, trace: {generate: {span: 90m, tasks: 38}}, capacityProviderStrategy: [{capacityProvider: FARGATE_SPOT, weight: 1}]}]
`).Summary
	assert.Positive(t, s.Cost.LostWork)
	assert.GreaterOrEqual(t, s.Cost.UsefulWork, 0.0)
}

// Tasks that always have work use all of their CPU, and not a little more.
func TestUtilisationIsAtMostOne(t *testing.T) {
	s := run(t, `
duration: 1h
warmup: 59m
cluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 1, memory: 1}]}}]}
services: [{name: s, desiredCount: 1, task: {cpu: 1, memory: 1}, load: {requestsPerSecond: 1, perRequest: {cpuSeconds: 0.01}}}]
`).Summary
	assert.InDelta(t, 1, *s.Utilisation.CPUUsed, 1e-9)
}
