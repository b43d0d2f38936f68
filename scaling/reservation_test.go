package scaling_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"berth/scaling"
	"berth/sim/cluster"
)

// shape of an instance in vCPU, GiB and interfaces.
func shape(vcpu, gib int64, interfaces int) scaling.InstanceShape {
	return scaling.InstanceShape{Capacity: cluster.Vector{CPU: vcpu * cluster.VCPU, Memory: gib * cluster.GiB}, Interfaces: interfaces}
}

func needs(vcpu, gib int64) scaling.TaskNeeds {
	return scaling.TaskNeeds{Demand: cluster.Vector{CPU: vcpu * cluster.VCPU, Memory: gib * cluster.GiB}}
}

func waiting(count int, n scaling.TaskNeeds) scaling.WaitingTasks {
	return scaling.WaitingTasks{TaskNeeds: n, Count: count}
}

func TestHowManyTasksAnInstanceHolds(t *testing.T) {
	large := shape(16, 64, 3)
	large.Capacity.GPU = 4 * cluster.GPU
	gpu := func(thousandths int64) scaling.TaskNeeds {
		return scaling.TaskNeeds{Demand: cluster.Vector{GPU: thousandths}}
	}
	interfaces, alone := needs(1, 1), needs(1, 1)
	interfaces.Interface, alone.Alone = true, true
	for _, c := range []struct {
		name  string
		needs scaling.TaskNeeds
		want  int
	}{
		{"cpu: 16/3", needs(3, 1), 5},
		{"memory: 64/20", needs(1, 20), 3},
		{"interfaces", interfaces, 3},
		{"alone", alone, 1},
		{"three eighths of a GPU: two on each of four devices", gpu(375), 8},
		{"six tenths of a GPU: one on each of four devices", gpu(600), 4},
		{"three whole GPUs", gpu(3000), 1},
		{"five whole GPUs", gpu(5000), 0},
		{"too much memory", needs(1, 65), 0},
	} {
		assert.Equal(t, c.want, c.needs.PerInstance(&large), c.name)
	}
}

// Source: AWS containers blog, "Deep dive on Amazon ECS cluster auto scaling";
// Amazon ECS developer guide, "Amazon ECS managed scaling behavior".
func TestCapacityProviderReservation(t *testing.T) {
	small, large := shape(4, 8, 3), shape(8, 32, 7)
	steps := func(least, most int) func(*scaling.ManagedScaling) {
		return func(m *scaling.ManagedScaling) { m.MinimumScalingStepSize, m.MaximumScalingStepSize = least, most }
	}
	alone := needs(1, 1)
	alone.Alone = true
	for _, c := range []struct {
		name    string
		setup   func(*scaling.ManagedScaling)
		running int
		busy    int
		waiting []scaling.WaitingTasks
		needed  int
		percent float64
		words   string
	}{
		{
			name: "nothing waits, all busy", running: 10, busy: 10, needed: 10, percent: 100,
			words: "10 of 10 instances run a task",
		},
		{
			name: "nothing waits, half of them empty", running: 10, busy: 5, needed: 5, percent: 50,
			words: "5 of 10 instances run a task",
		},
		{ // 17 tasks, 8 on an instance of 8 vCPU: 3 instances
			name: "one group", running: 10, busy: 10, waiting: []scaling.WaitingTasks{waiting(17, needs(1, 1))}, needed: 13, percent: 130,
			words: "tasks wait that need 3 instances more, 8 each: 13 needed of 10",
		},
		{ // 2 instances, and 30 tasks at 4 each are 8: the most, not the sum
			name: "the largest group counts", running: 10, busy: 9, waiting: []scaling.WaitingTasks{waiting(16, needs(1, 1)), waiting(30, needs(2, 2))}, needed: 18, percent: 180,
			words: "tasks wait that need 8 instances more, 4 each: 18 needed of 10",
		},
		{
			name: "distinctInstance", running: 10, busy: 10, waiting: []scaling.WaitingTasks{waiting(6, alone)}, needed: 16, percent: 160,
			words: "tasks wait that need 6 instances more, 1 each: 16 needed of 10",
		},
		{
			name: "the minimum step", setup: steps(5, 100), running: 10, busy: 10, waiting: []scaling.WaitingTasks{waiting(1, needs(1, 1))}, needed: 15, percent: 150,
			words: "tasks wait that need 1 instance more, 8 each: 15 needed of 10",
		},
		{
			name: "the maximum step", setup: steps(1, 2), running: 10, busy: 10, waiting: []scaling.WaitingTasks{waiting(80, needs(1, 1))}, needed: 12, percent: 120,
			words: "tasks wait that need 10 instances more, 8 each: 12 needed of 10",
		},
		{ // 5 vCPU fit the largest type alone
			name: "a group that the smallest type does not hold", running: 4, busy: 4, waiting: []scaling.WaitingTasks{waiting(9, needs(5, 5)), waiting(2, needs(4, 4))}, needed: 5, percent: 125,
			words: "tasks wait that need 1 instance more, 2 each: 5 needed of 4",
		},
		{
			name: "all groups are left out: held at the target", setup: func(m *scaling.ManagedScaling) { m.TargetCapacity = 80 },
			running: 4, busy: 2, waiting: []scaling.WaitingTasks{waiting(9, needs(5, 5))}, needed: 2, percent: 80,
			words: "tasks wait that the smallest type does not hold: 9",
		},
		{
			name: "nothing there and nothing to run", needed: 0, percent: 100,
			words: "there are no instances and nothing waits",
		},
		{ // whatever is needed
			name: "nothing there and tasks wait", waiting: []scaling.WaitingTasks{waiting(800, needs(1, 1))}, needed: 100, percent: 200,
			words: "tasks wait that need 100 instances, 8 each, and there is none",
		},
		{
			name: "nothing there and none fits", waiting: []scaling.WaitingTasks{waiting(1, needs(9, 1))}, needed: 0, percent: 100,
			words: "tasks wait that the smallest type does not hold: 1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := scaling.NewManagedScaling()
			if c.setup != nil {
				c.setup(m)
			}
			f := scaling.Fleet{Running: c.running, Busy: c.busy, Largest: small.Largest(large), Smallest: small.Smallest(large)}
			r := m.Reserve(&f, c.waiting)
			assert.Equal(t, c.needed, r.Needed)
			assert.InDelta(t, c.percent, r.Percent, 1e-9)
			assert.Equal(t, c.words, r.String())
		})
	}
}

// The estimate is a lower bound: first fit decreasing with all groups at once
// never does with fewer, and a maximum over the groups taken apart, task by task,
// is the same.
func TestTheEstimateIsALowerBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := scaling.NewManagedScaling()
		of := shape(8, 32, 4)
		var groups []scaling.WaitingTasks
		for range rapid.IntRange(1, 6).Draw(t, "groups") {
			n := needs(rapid.Int64Range(1, 8).Draw(t, "vcpu"), rapid.Int64Range(1, 32).Draw(t, "gib"))
			n.Interface = rapid.Bool().Draw(t, "interface")
			groups = append(groups, waiting(rapid.IntRange(1, 30).Draw(t, "count"), n))
		}
		f := scaling.Fleet{Running: 5, Busy: 5, Largest: of, Smallest: of}
		r := m.Reserve(&f, groups)
		want := 0
		for _, g := range groups {
			want = max(want, pack([]scaling.WaitingTasks{g}, of))
		}
		assert.Equal(t, want, r.Estimate)
		assert.LessOrEqual(t, r.Estimate, pack(groups, of))
	})
}

// pack puts tasks one by one on the first instance with room and returns how
// many instances it takes.
func pack(groups []scaling.WaitingTasks, of scaling.InstanceShape) int {
	var free []scaling.InstanceShape
	for _, g := range groups {
		for range g.Count {
			at := 0
			for at < len(free) && g.PerInstance(&free[at]) == 0 {
				at++
			}
			if at == len(free) {
				free = append(free, of)
			}
			free[at].Capacity = free[at].Capacity.Sub(g.Demand)
			if g.Interface {
				free[at].Interfaces--
			}
		}
	}
	return len(free)
}

func BenchmarkReserve(b *testing.B) {
	m := scaling.NewManagedScaling()
	f := scaling.Fleet{Running: 1000, Busy: 1000, Largest: shape(32, 128, 60), Smallest: shape(16, 64, 30)}
	for _, classes := range []int{1, 500} {
		var groups []scaling.WaitingTasks
		for i := range classes {
			groups = append(groups, waiting(50_000/classes, needs(1+int64(i%16), 1+int64(i%61))))
		}
		b.Run(fmt.Sprintf("tasks=50000/classes=%d", classes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Reserve(&f, groups)
			}
		})
	}
}
