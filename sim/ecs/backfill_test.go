package ecs

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

func cpus(n int64) cluster.Class { return cluster.Class{Demand: cluster.Vector{CPU: n}} }

var easy = Discipline{Strict: true, Backfill: true}

// Four CPUs, of which two are taken until 10. The head needs three: it starts at
// 10, with one to spare. What ends by then overtakes it, and so does what takes
// only the one.
func TestBackfillingDoesNotDelayTheHead(t *testing.T) {
	y := newYard(t, 1, 4, easy)
	y.job("a", Job{},
		Submission{Duration: 10, Class: cpus(2)},
		Submission{Duration: 5, Class: cpus(3)},
		Submission{Duration: 11, Class: cpus(2)},        // too long
		Submission{Duration: 99, Class: cpus(1)},        // to spare
		Submission{At: 1, Duration: 10, Class: cpus(1)}, // one second too long, and nothing is to spare any more
		Submission{At: 1, Duration: 9, Class: cpus(1)},  // in time
	)
	y.expect("0 start a/0", "0 start a/3", "1 start a/5", "10 a/0 completed", "10 a/5 completed", "10 start a/1",
		"15 a/1 completed", "15 start a/2", "15 start a/4", "25 a/4 completed", "26 a/2 completed", "99 a/3 completed")
}

// Two instances of four CPUs: the head takes the place that is free first, and
// the other instance is nobody's.
func TestAPlaceIsKeptOnOneInstance(t *testing.T) {
	y := newYard(t, 2, 4, easy)
	y.job("a", Job{},
		Submission{Duration: 10, Class: cpus(2)}, // on 0
		Submission{Duration: 20, Class: cpus(3)}, // on 1
		Submission{Duration: 5, Class: cpus(4)},  // the head, at 10 on 0
		Submission{Duration: 99, Class: cpus(1)}, // the placer says 0, so it goes to 1
		Submission{Duration: 10, Class: cpus(2)}, // to 0, in time
	)
	y.expect("0 start a/0", "0 start a/1", "0 start a/3", "0 start a/4", "10 a/0 completed", "10 a/4 completed", "10 start a/2", "15 a/2 completed", "20 a/1 completed", "99 a/3 completed")
}

// A gang of three places on two instances is the head.
func TestAGangHasAReservation(t *testing.T) {
	y := newYard(t, 2, 4, easy)
	y.job("a", Job{}, Submission{Duration: 10, Class: cpus(4)}, Submission{Duration: 20, Class: cpus(2)})
	y.job("g", Job{Gang: true}, Submission{At: 1, Duration: 5, Class: cpus(2), Count: 3})
	y.job("b", Job{}, Submission{At: 2, Duration: 9, Class: cpus(1)}, Submission{At: 3, Duration: 7, Class: cpus(2)})
	y.expect("0 start a/0", "0 start a/1", "3 start b/1", "10 a/0 completed", "10 b/1 completed", "10 start g/0", "10 start g/1", "10 start g/2",
		"15 g/0 completed", "15 g/1 completed", "15 g/2 completed", "15 start b/0", "20 a/1 completed", "24 b/0 completed")
}

// Where an instance is lost the head gets another reservation.
func TestAReservationIsMadeAnew(t *testing.T) {
	y := newYard(t, 2, 4, easy)
	y.job("a", Job{}, Submission{Duration: 10, Class: cpus(4)}, Submission{Duration: 20, Class: cpus(4)}, Submission{Duration: 5, Class: cpus(3)},
		Submission{At: 3, Duration: 15, Class: cpus(1)})
	y.at(2, func() {
		y.cluster.Evict(0, cluster.Interrupted)
		y.cluster.Drain(0)
		y.cluster.Terminate(0)
	})
	y.expect("0 start a/0", "0 start a/1", "2 a/0 loses 2, again: false", "2 a/0 "+lostWithIt, "20 a/1 completed", "20 start a/2", "20 start a/3", "25 a/2 completed", "35 a/3 completed")
}

// drawRows draws tasks for a small cluster.
func drawRows(t *rapid.T, most int64, count int) []Submission {
	var rows []Submission
	at := sim.Time(0)
	for range rapid.IntRange(1, 20).Draw(t, "rows") {
		at += sim.Time(rapid.IntRange(0, 3).Draw(t, "gap"))
		rows = append(rows, Submission{
			At: at, Duration: sim.Time(rapid.IntRange(0, 12).Draw(t, "duration")), Count: rapid.IntRange(1, count).Draw(t, "count"),
			Class: cluster.Class{Demand: cluster.Vector{CPU: rapid.Int64Range(1, most).Draw(t, "cpu"), Memory: rapid.Int64Range(0, most).Draw(t, "memory")}},
		})
	}
	return rows
}

// On one instance, with one resource, backfilling is EASY as the literature has
// it: the schedule is that of a simulation of its own.
func TestBackfillingOneInstanceIsEASY(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, 5, 1)
		for i := range rows {
			rows[i].Class.Demand.Memory = 0
		}
		y := newYard(t, 1, 5, easy)
		y.job("a", Job{}, rows...)
		got := map[string]bool{}
		for _, line := range y.run() {
			got[line] = true
		}
		for n, at := range easySchedule(rows, 5) {
			if line := fmt.Sprintf("%d start a/%d", at, n); !got[line] {
				t.Fatalf("expected %s of %v", line, y.lines)
			}
		}
	})
}

// easySchedule returns when each row starts.
func easySchedule(rows []Submission, capacity int64) []sim.Time {
	starts := make([]sim.Time, len(rows))
	type run struct {
		end sim.Time
		cpu int64
	}
	var running []run
	var waiting []int
	next := 0
	for next < len(rows) || len(waiting) > 0 || len(running) > 0 {
		now := sim.Never
		if next < len(rows) {
			now = rows[next].At
		}
		for _, r := range running {
			now = min(now, r.end)
		}
		running = slices.DeleteFunc(running, func(r run) bool { return r.end == now })
		for next < len(rows) && rows[next].At == now {
			waiting = append(waiting, next)
			next++
		}
		free := capacity
		for _, r := range running {
			free -= r.cpu
		}
		at, spare := sim.Never, int64(0) // of the head's reservation, once one is blocked
		waiting = slices.DeleteFunc(waiting, func(n int) bool {
			cpu, end := rows[n].Class.Demand.CPU, now+rows[n].Duration
			switch {
			case cpu > free:
				if at == sim.Never {
					slices.SortFunc(running, func(a, b run) int { return cmp.Compare(a.end, b.end) })
					room := free
					for _, r := range running {
						if room >= cpu && r.end > at {
							break
						}
						room, at = room+r.cpu, r.end
						if room < cpu {
							at = sim.Never
						}
					}
					spare = room - cpu
				}
				return false
			case at != sim.Never && end > at && cpu > spare:
				return false
			case at != sim.Never && end > at:
				spare -= cpu
			}
			free -= cpu
			running = append(running, run{end, cpu})
			starts[n] = now
			return true
		})
	}
	return starts
}

// heads writes down for each task that blocks the queue the instant at which it
// was first said to start.
type heads struct {
	*yard
	promised map[uint64]sim.Time
	order    []uint64 // of their submission
	started  map[uint64]sim.Time
}

func watchHeads(y *yard) *heads {
	h := &heads{y, map[uint64]sim.Time{}, nil, map[uint64]sim.Time{}}
	y.cluster.Watch(h)
	check := y.checker
	y.kernel.Watch(func(now sim.Time, kind sim.Kind, slot uint32) {
		check.After(now, kind, slot)
		q := &y.scheduler.queues[0]
		if kind != y.scheduler.dispatch || q.blocked == cluster.None {
			return
		}
		n := y.cluster.Task(y.cluster.FirstWaiting(q.blocked)).Sequence
		if _, there := h.promised[n]; there {
			return
		}
		h.order = append(h.order, n)
		h.promised[n] = sim.Never
		if q.Backfill {
			h.promised[n] = q.plan.at
		}
	})
	return h
}

func (h *heads) TaskStarted(now sim.Time, id cluster.TaskID) {
	h.started[h.cluster.Task(id).Sequence] = now
}
func (h *heads) TaskEnded(sim.Time, cluster.TaskID, cluster.Reason)                         {}
func (h *heads) WorkLost(sim.Time, cluster.TaskID, sim.Time, bool)                          {}
func (h *heads) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}

// On several instances, with two resources, and gangs or instances that join: each
// head starts when it was first said to or before, and the first head of a run no
// later than without backfilling.
func TestTheHeadNeverStartsLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		joins := rapid.SliceOfN(rapid.IntRange(0, 40), 0, 2).Draw(t, "joins")
		gang := 3
		if len(joins) > 0 { // with what was free before, they may be enough for a gang
			gang = 1
		}
		rows := drawRows(t, 4, gang)
		single := make([]Submission, len(rows))
		for i, r := range rows {
			r.Count = 1
			single[i] = r
		}
		instances := rapid.IntRange(3, 4).Draw(t, "instances")
		play := func(d Discipline) *heads {
			y := newYard(t, instances, 4, d)
			h := watchHeads(y)
			y.job("g", Job{Gang: true}, rows...)
			y.job("s", Job{}, single...)
			for _, at := range joins {
				y.at(sim.Time(at), func() { y.cluster.Launch(0, true) })
			}
			y.run()
			return h
		}
		with, without := play(easy), play(Discipline{Strict: true})
		assert.Len(t, with.started, len(without.started))
		for n, at := range with.promised {
			if with.started[n] > at {
				t.Fatalf("task %d starts at %d, not at %d: %v", n, with.started[n], at, with.lines)
			}
		}
		if len(with.order) > 0 {
			first := with.order[0]
			assert.Equal(t, first, without.order[0])
			assert.LessOrEqual(t, with.started[first], without.started[first])
		}
	})
}

// A pull of 40 ms is part of what has to end in time.
func TestBackfillingCountsThePull(t *testing.T) {
	const ms = sim.Millisecond
	y := newYard(t, 1, 4, easy)
	y.job("a", Job{}, Submission{Duration: 100 * ms, Class: cpus(2)}, Submission{Duration: 50 * ms, Class: cpus(3)})
	y.job("b", Job{Image: y.scheduler.AddImage(1)}, Submission{At: ms, Duration: 60 * ms, Class: cpus(2)}, Submission{At: ms, Duration: 59 * ms, Class: cpus(2)})
	starts := map[string]bool{}
	for _, line := range y.run() {
		starts[line] = true
	}
	for _, line := range []string{"1000000 start b/1", "100000000 start a/1", "150000000 start b/0"} {
		assert.True(t, starts[line], "%s of %v", line, y.lines)
	}
}
