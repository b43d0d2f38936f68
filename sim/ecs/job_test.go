package ecs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// drawBatch makes some of a plan's jobs gangs, and may give its queue fair shares.
func drawBatch(t *rapid.T, p *plan) {
	fair := rapid.Bool().Draw(t, "fair")
	if fair {
		p.discipline.FairShare, p.discipline.Strict = true, false
	}
	for range p.jobs {
		p.gang = append(p.gang, rapid.Bool().Draw(t, "gang"))
		if fair {
			p.share = append(p.share, rapid.IntRange(1, 3).Draw(t, "weight"))
		}
	}
}

func TestGangsAndSharesGetPlacesAsTryingEverythingWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		drawBatch(t, &p)
		if rapid.Bool().Draw(t, "services") {
			drawServices(t, &p)
		}
		p.compare(t)
	})
}

// yard is a cluster of equal instances with jobs, on which the fate of every
// attempt is written down.
type yard struct {
	t         require.TestingT
	kernel    *sim.Kernel
	cluster   *cluster.Cluster
	scheduler *Scheduler
	checker   *cluster.Checker
	provider  cluster.ProviderID
	pool      cluster.PoolID
	queue     QueueID
	lines     []string
}

func newYard(t require.TestingT, instances int, capacity int64, d Discipline) *yard {
	k := sim.NewKernel()
	y := &yard{t: t, kernel: k, cluster: cluster.New(k)}
	y.cluster.KeepResidents()
	y.provider = y.cluster.AddProvider("p")
	kind := y.cluster.AddKind(cluster.Kind{Provider: y.provider, Capacity: cluster.Vector{CPU: capacity, Memory: capacity}})
	y.pool = y.cluster.AddPool(cluster.Pool{Providers: []cluster.ProviderID{y.provider}})
	y.scheduler = New(k, y.cluster, ruled{y.cluster, nil})
	y.checker = cluster.NewChecker(y.cluster, y.scheduler.Check)
	y.cluster.Watch(y.scheduler)
	y.cluster.Watch(y)
	y.cluster.Watch(y.checker)
	k.Watch(func(now sim.Time, kind sim.Kind, slot uint32) {
		y.checker.After(now, kind, slot)
		require.NoError(y.t, y.checker.All())
	})
	y.scheduler.ObserveWork(y)
	y.queue = y.scheduler.AddQueue(d, y.provider)
	for range instances {
		y.cluster.Launch(kind, true)
	}
	return y
}

// job adds a job, its rows of one CPU unit each unless they say otherwise.
func (y *yard) job(name string, j Job, rows ...Submission) cluster.GroupID {
	y.t.(interface{ Helper() }).Helper()
	if g := y.groupNamed(name); g >= 0 {
		j.Group = g
	} else {
		j.Group = y.cluster.AddGroup(name)
	}
	l := list{}
	for _, r := range rows {
		r.Class.Group, r.Class.Pool = j.Group, y.pool
		if r.Class.Demand.CPU == 0 {
			r.Class.Demand.CPU = 1
		}
		r.Class.Requested, r.Count = r.Class.Demand, max(1, r.Count)
		l = append(l, r)
	}
	j.Queue, j.Source = y.queue, &l
	require.NoError(y.t, y.scheduler.AddJob(j))
	return j.Group
}

func (y *yard) groupNamed(name string) cluster.GroupID {
	for g := range cluster.GroupID(y.cluster.Groups()) {
		if y.cluster.GroupName(g) == name {
			return g
		}
	}
	return -1
}

// at has something happen.
func (y *yard) at(at sim.Time, f func()) {
	k := y.kernel.Register("happening", sim.Ending, false, func(sim.Time, uint32, uint32) { f() })
	y.kernel.Schedule(at, k, 0, 0)
}

// evict has an instance lose its tasks.
func (y *yard) evict(at sim.Time, on cluster.InstanceID, why cluster.Reason) {
	y.at(at, func() { y.cluster.Evict(on, why) })
}

func (y *yard) run() []string {
	require.NoError(y.t, y.kernel.Run(sim.Never))
	require.NoError(y.t, y.checker.All())
	return y.lines
}

func (y *yard) write(now sim.Time, format string, args ...any) {
	y.lines = append(y.lines, fmt.Sprintf("%d ", now)+fmt.Sprintf(format, args...))
}

func (y *yard) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}
func (y *yard) TaskSubmitted(sim.Time, cluster.TaskID)                                     {}

func (y *yard) TaskStarted(now sim.Time, id cluster.TaskID) {
	again := ""
	if n := y.scheduler.Attempt(id); n > 1 {
		first, at := y.scheduler.First(id)
		again = fmt.Sprintf(", attempt %d of %d from %d", n, first, at)
	}
	y.write(now, "start %s%s", y.cluster.TaskName(id), again)
}

func (y *yard) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	y.write(now, "%s %v", y.cluster.TaskName(id), why)
}

func (y *yard) WorkLost(now sim.Time, id cluster.TaskID, lost sim.Time, again bool) {
	y.write(now, "%s loses %d, again: %v", y.cluster.TaskName(id), lost, again)
}

func (y *yard) TaskRetried(now sim.Time, id cluster.TaskID, earlier sim.Time) {
	assert.Greater(y.t, y.scheduler.Attempt(id), 1)
	assert.Less(y.t, earlier, max(1, now+1))
}

func (y *yard) expect(lines ...string) { assert.Equal(y.t, lines, y.run()) }

const lostWithIt = "lost with its capacity"

func TestAnInterruptedTaskStartsAgain(t *testing.T) {
	y := newYard(t, 1, 1, Discipline{})
	y.job("j", Job{Retries: Always}, Submission{Duration: 10})
	y.evict(4, 0, cluster.Interrupted)
	y.evict(8, 0, cluster.Interrupted)
	y.expect("0 start j/0", "4 j/0 loses 4, again: true", "4 j/0 "+lostWithIt, "4 start j/1, attempt 2 of 0 from 0",
		"8 j/1 loses 4, again: true", "8 j/1 "+lostWithIt, "8 start j/2, attempt 3 of 0 from 0", "18 j/2 completed")
}

// Source: AWS Batch API, RetryStrategy, attempts: the number of times that a job
// is moved to RUNNABLE; n retries are n + 1 attempts.
func TestRetriesAreBounded(t *testing.T) {
	y := newYard(t, 1, 1, Discipline{})
	y.job("j", Job{Retries: 1}, Submission{Duration: 10})
	y.evict(4, 0, cluster.Failed)
	y.evict(8, 0, cluster.Interrupted)
	y.expect("0 start j/0", "4 j/0 loses 4, again: true", "4 j/0 an essential container ended", "4 start j/1, attempt 2 of 0 from 0",
		"8 j/1 loses 4, again: false", "8 j/1 "+lostWithIt)
}

// Ten seconds of work after two of start-up, a checkpoint every three: at 9 seven
// are done and six secured.
func TestACheckpointSecuresWork(t *testing.T) {
	y := newYard(t, 1, 1, Discipline{})
	y.job("j", Job{Retries: Always, Checkpoint: 3, Startup: func() sim.Time { return 2 }}, Submission{Duration: 10})
	y.evict(9, 0, cluster.Interrupted)
	y.evict(10, 0, cluster.Interrupted) // in the start-up
	y.expect("0 start j/0", "9 j/0 loses 3, again: true", "9 j/0 "+lostWithIt, "9 start j/1, attempt 2 of 0 from 0",
		"10 j/1 loses 1, again: true", "10 j/1 "+lostWithIt, "10 start j/2, attempt 3 of 0 from 0", "16 j/2 completed")
}

// Those that come again are submitted in the order of those they follow, behind
// what waits already.
func TestAttemptsOfOneInstantKeepTheirOrder(t *testing.T) {
	y := newYard(t, 1, 3, Discipline{})
	y.job("j", Job{Retries: Always}, Submission{Duration: 10, Count: 4})
	y.evict(5, 0, cluster.Interrupted)
	y.expect("0 start j/0", "0 start j/1", "0 start j/2",
		"5 j/2 loses 5, again: true", "5 j/2 "+lostWithIt, "5 j/1 loses 5, again: true", "5 j/1 "+lostWithIt, "5 j/0 loses 5, again: true", "5 j/0 "+lostWithIt,
		"5 start j/3", "5 start j/4, attempt 2 of 0 from 0", "5 start j/5, attempt 2 of 1 from 0",
		"15 j/3 completed", "15 j/4 completed", "15 j/5 completed", "15 start j/6, attempt 2 of 2 from 0", "25 j/6 completed")
}

// A task whose containers have not started loses nothing, and one that is
// rejected is not tried again.
func TestWhatIsRejectedIsNotTriedAgain(t *testing.T) {
	y := newYard(t, 1, 1, Discipline{})
	y.job("j", Job{Retries: Always, Reject: true, Image: y.scheduler.AddImage(PullRate)}, Submission{Duration: 10})
	y.job("k", Job{Reject: true}, Submission{At: 4, Duration: 10})
	y.at(3, func() { y.cluster.Drain(0) })
	y.evict(4, 0, cluster.Interrupted)
	const rejected = "rejected: no instance has enough room and meets the constraints, and the job does not wait"
	y.expect("0 start j/0", "4 j/0 loses 0, again: true", "4 j/0 "+lostWithIt, "4 k/0 "+rejected, "4 j/1 "+rejected)
}

// Source: AWS Batch user guide, "Job dependencies".
func TestAJobWaitsForAnother(t *testing.T) {
	y := newYard(t, 1, 4, Discipline{})
	a, b := y.cluster.AddGroup("a"), y.cluster.AddGroup("b")
	y.job("c", Job{After: []Dependency{{On: b}, {On: a}}}, Submission{At: 2, Duration: 1}, Submission{At: 30, Duration: 1})
	y.job("b", Job{After: []Dependency{{On: a}}}, Submission{At: 3, Duration: 2, Count: 2})
	y.job("a", Job{Retries: Always}, Submission{Duration: 10}, Submission{At: 4, Duration: 3})
	y.evict(5, 0, cluster.Interrupted)
	y.expect("0 start a/0", "4 start a/1",
		"5 a/1 loses 1, again: true", "5 a/1 "+lostWithIt, "5 a/0 loses 5, again: true", "5 a/0 "+lostWithIt,
		"5 start a/2, attempt 2 of 0 from 0", "5 start a/3, attempt 2 of 1 from 4", "8 a/3 completed", "15 a/2 completed",
		"15 start b/0", "15 start b/1", "17 b/0 completed", "17 b/1 completed", "17 start c/0", "18 c/0 completed", "30 start c/1", "31 c/1 completed")
}

// Source: AWS Batch user guide, "Job dependencies": if a job fails, those that
// depend on it fail, too.
func TestAJobFailsWithTheOneItWaitsFor(t *testing.T) {
	y := newYard(t, 1, 4, Discipline{})
	a := y.job("a", Job{}, Submission{Duration: 10}, Submission{At: 4, Duration: 3})
	b := y.job("b", Job{After: []Dependency{{On: a}}}, Submission{At: 3, Duration: 2}, Submission{At: 20, Duration: 2})
	y.job("c", Job{After: []Dependency{{On: b}}}, Submission{Duration: 2})
	y.at(1, func() {
		assert.True(t, y.scheduler.Held(b))
		y.cluster.End(0, cluster.Failed)
	})
	const failed = " an essential container ended"
	y.expect("0 start a/0", "1 a/0 loses 1, again: false", "1 a/0"+failed, "4 start a/1", "7 a/1 completed", "7 b/0"+failed, "20 b/1"+failed, "20 c/0"+failed)
	assert.False(t, y.scheduler.Held(b))
}

// A job without tasks has ended at once.
func TestNothingToWaitFor(t *testing.T) {
	y := newYard(t, 1, 4, Discipline{})
	a := y.job("a", Job{})
	b := y.job("b", Job{After: []Dependency{{On: a}}})
	y.job("c", Job{After: []Dependency{{On: b}}}, Submission{Duration: 2})
	y.expect("0 start c/0", "2 c/0 completed")
}

// Source: AWS Batch user guide, "Array jobs": with N_TO_N each child waits for the
// one with its index, with SEQUENTIAL for the one before it.
func TestChildrenOfArraysWaitForOneAnother(t *testing.T) {
	y := newYard(t, 1, 9, Discipline{})
	a := y.job("a", Job{Array: 3}, Submission{Duration: 5}, Submission{Duration: 3}, Submission{Duration: 4})
	y.job("b", Job{Array: 3, After: []Dependency{{On: a, Each: true}}}, Submission{Duration: 10, Count: 3})
	y.expect("0 start a/0", "0 start a/1", "0 start a/2", "3 a/1 completed", "3 start b/0", "4 a/2 completed", "4 start b/1", "5 a/0 completed", "5 start b/2",
		"13 b/0 completed", "14 b/1 completed", "15 b/2 completed")

	y = newYard(t, 1, 9, Discipline{})
	y.job("s", Job{Array: 4, Sequential: true}, Submission{Duration: 2, Count: 4})
	y.at(3, func() { y.cluster.Evict(0, cluster.Interrupted) })
	const failed = " an essential container ended"
	y.expect("0 start s/0", "2 s/0 completed", "2 start s/1", "3 s/1 loses 1, again: false", "3 s/1 "+lostWithIt, "3 s/2"+failed, "3 s/3"+failed)
}

// Four CPUs on two instances: three tasks of two CPUs do not start together, two
// do, and meanwhile others overtake.
func TestAGangStartsTogetherOrNotAtAll(t *testing.T) {
	two := cluster.Class{Demand: cluster.Vector{CPU: 2}}
	y := newYard(t, 2, 4, Discipline{})
	y.job("a", Job{}, Submission{Duration: 10, Class: two}, Submission{Duration: 5, Class: two})
	y.job("g", Job{Gang: true, Retries: Always}, Submission{At: 1, Duration: 3, Class: two, Count: 3}, Submission{At: 2, Duration: 1, Class: two, Count: 2})
	y.evict(6, 0, cluster.Interrupted)
	y.expect("0 start a/0", "0 start a/1", "2 start g/3", "2 start g/4", "3 g/3 completed", "3 g/4 completed", "5 a/1 completed",
		"5 start g/0", "5 start g/1", "5 start g/2",
		"6 g/0 loses 1, again: true", "6 g/0 "+lostWithIt, "6 a/0 loses 6, again: false", "6 a/0 "+lostWithIt, "6 start g/5, attempt 2 of 0 from 1",
		"8 g/1 completed", "8 g/2 completed", "9 g/5 completed")
}

// Source: AWS Batch user guide, "Fair-share scheduling policies". Of nine places
// the share with twice the weight gets two thirds, though the other was first.
func TestSharesGetPlacesByTheirWeights(t *testing.T) {
	y := newYard(t, 1, 9, Discipline{FairShare: true})
	one, two := y.scheduler.AddShare(y.queue, 1), y.scheduler.AddShare(y.queue, 2)
	y.job("first", Job{Share: one}, Submission{Duration: 10, Count: 20})
	y.job("second", Job{Share: two}, Submission{Duration: 10, Count: 20})
	y.job("both", Job{Share: one}, Submission{Duration: 10, Count: 20})
	running := map[string]int{}
	y.at(9, func() {
		y.cluster.LiveTasks(func(id cluster.TaskID) {
			if t := y.cluster.Task(id); t.Instance != cluster.None {
				running[y.cluster.GroupName(y.cluster.Class(t.Class).Group)]++
			}
		})
	})
	y.run()
	assert.Equal(t, map[string]int{"first": 3, "second": 6}, running)
}

// Whatever befalls tasks, each is completed, lost or rejected in the end, and no
// attempt starts before all the work of the one before it is counted as lost or
// secured.
func TestEveryTaskEndsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t, rapid.IntRange(2, 3).Draw(t, "instances"), 4, Discipline{Strict: rapid.Bool().Draw(t, "strict")})
		small := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
		tasks := 0
		var before []cluster.GroupID
		for n := range 1 + small("jobs", 2) {
			j := Job{Retries: small("retries", 3) - 1, Checkpoint: sim.Time(small("checkpoint", 3)), Gang: rapid.Bool().Draw(t, "gang")}
			if s := small("startup", 2); s > 0 {
				j.Startup = func() sim.Time { return sim.Time(s) }
			}
			if len(before) > 0 && rapid.Bool().Draw(t, "after") {
				j.After = []Dependency{{On: before[small("on", len(before)-1)]}}
			}
			var rows []Submission
			at := sim.Time(0)
			for range small("rows", 4) {
				at += sim.Time(small("gap", 3))
				rows = append(rows, Submission{
					At: at, Duration: sim.Time(small("duration", 9)), Count: 1 + small("count", 2),
					Class: cluster.Class{Demand: cluster.Vector{CPU: int64(1 + small("cpu", 1))}},
				})
				tasks += rows[len(rows)-1].Count
			}
			before = append(before, y.job(fmt.Sprint("j", n), j, rows...))
		}
		for range small("blows", 6) {
			on := cluster.InstanceID(small("on", y.cluster.Slots()-1))
			why := rapid.SampledFrom([]cluster.Reason{cluster.Interrupted, cluster.Failed, cluster.Stopped}).Draw(t, "why")
			y.evict(sim.Time(small("at", 30)), on, why)
		}
		over := &fates{yard: y}
		y.cluster.Watch(over)
		y.scheduler.ObserveWork(over)
		y.run()
		assert.Equal(t, tasks, over.ended)
		assert.Zero(t, y.cluster.Pending())
	})
}

// fates counts the tasks that have ended for good.
type fates struct {
	*yard
	ended int
	again bool
}

func (f *fates) TaskStarted(sim.Time, cluster.TaskID) {}

func (f *fates) WorkLost(_ sim.Time, _ cluster.TaskID, _ sim.Time, again bool) { f.again = again }

func (f *fates) TaskEnded(_ sim.Time, id cluster.TaskID, why cluster.Reason) {
	if placed := f.cluster.Task(id).Instance != cluster.None; why == cluster.Completed || !placed || !f.again {
		f.ended++
	}
}
