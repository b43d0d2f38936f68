package placement

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim/cluster"
)

// instance returns what a strategy sees of an instance: vCPU, GiB and devices
// it has, and what of them is free.
func instance(vcpu, gib int64, freeCPU, freeMemory int64, devices ...uint16) *State {
	s := &State{Free: demand(freeCPU, freeMemory, 0), Capacity: demand(vcpu, gib, 0), Devices: devices}
	for _, d := range devices {
		s.Capacity.GPU += cluster.GPU
		s.Free.GPU += int64(d)
	}
	return s
}

// scorer returns the scorer of a rule.
func scorer(t require.TestingT, rule Rule, policy Policy) Scorer {
	s, err := Builtin()[rule.Type](rule.Field, &policy)
	require.NoError(t, err)
	return s.scorer
}

func TestScores(t *testing.T) {
	// 8 vCPU with 4 free, 32 GiB with 8 free; the task takes 2 and 2.
	half := instance(8, 32, 4, 8)
	task := demand(2, 2, 0)
	const (
		whole = 1 << 32
		unit  = 1 << 54
	)
	cases := []struct {
		name, source string
		rule         Rule
		state        *State
		demand       cluster.Vector
		want         int64
	}{
		// Left are 2/8 and 6/32.
		{"dominant share", "textbook", Rule{"best-fit", ""}, half, task, whole / 4},
		{"dominant share, the greatest", "textbook", Rule{"worst-fit", ""}, half, task, -whole / 4},
		// 2/8 · 4/8 + 2/32 · 8/32 = 9/64.
		{"alignment", "Grandl et al. 2014, 3.2", Rule{"tetris", ""}, half, task, -9 * unit / 64},
		{"dot product", "Panigrahy et al. 2011", Rule{"dot-product", ""}, half, task, -9 * unit / 64},
		// 3 · 1/8 + 1/64.
		{"dot product, weighted", "Panigrahy et al. 2011", Rule{"dot-product", "cpu=3 memory"}, half, task, -25 * unit / 64},
		// + 1000/2000 · 1400/2000.
		{"alignment with GPUs", "Grandl et al. 2014, 3.2", Rule{"tetris", ""}, instance(8, 32, 4, 8, 1000, 0), demand(2, 2, 500), -(9*unit/64 + unit/8)},
		// (2/8)² + (6/32)² = 25/256.
		{"length of what is left", "Panigrahy et al. 2011", Rule{"l2-norm", ""}, half, task, 25 * unit / 256},
		// (25 + 18) / 2, from 18.75.
		{"least allocated", "Kubernetes documentation, NodeResourcesFit", Rule{"least-allocated", ""}, half, task, -21},
		// (75 + 81) / 2, from 81.25.
		{"most allocated", "Kubernetes documentation, Resource Bin Packing", Rule{"most-allocated", ""}, half, task, -78},
		// (3 · 75 + 81) / 4 = 76.5.
		{"most allocated, weighted", "Kubernetes documentation, Resource Bin Packing", Rule{"most-allocated", "cpu=3 memory=1"}, half, task, -76},
		{"what an instance has none of", "kube-scheduler, least_allocated.go", Rule{"least-allocated", "cpu=1 gpu=9"}, half, task, -25},
		{"no resource at all", "kube-scheduler, least_allocated.go", Rule{"least-allocated", "gpu"}, half, task, 0},
		// The documentation's example: of 4 intel.com/foo 1 is in use and
		// 2 are asked for, of 1 GB memory 256 MB and 256, of 8 cores 1 and 2. On
		// 0:0 100:10 with the weights 5, 1, 3 that is (75·5 + 50 + 37·3)/9 =
		// 59.6, there in tenths: 5.
		{
			"bin packing", "Kubernetes documentation, Resource Bin Packing, node 1",
			Rule{"requested-to-capacity-ratio", "0:0 100:10 gpu=5 memory=1 cpu=3"},
			&State{Free: cluster.Vector{CPU: 7, Memory: 768, GPU: 3000}, Capacity: cluster.Vector{CPU: 8, Memory: 1024, GPU: 4000}},
			cluster.Vector{CPU: 2, Memory: 256, GPU: 2000},
			-60,
		},
		// Of 8 foo 2 are in use, of 1024 MB 512, of 8 cores 6:
		// (50·5 + 75·1 + 100·3)/9 = 69.4.
		{
			"bin packing", "Kubernetes documentation, Resource Bin Packing, node 2",
			Rule{"requested-to-capacity-ratio", "gpu=5 memory=1 cpu=3"},
			&State{Free: cluster.Vector{CPU: 2, Memory: 512, GPU: 6000}, Capacity: cluster.Vector{CPU: 8, Memory: 1024, GPU: 8000}},
			cluster.Vector{CPU: 2, Memory: 256, GPU: 2000},
			-69,
		},
		// 75 and 81 on 0:10 100:0: 25 and 19.
		{"spreading", "kube-scheduler, requested_to_capacity_ratio.go", Rule{"requested-to-capacity-ratio", "0:10 100:0"}, half, task, -22},
		// CPU is full and scores 0, so that it does not count: memory is at 81.
		{"what scores nothing does not count", "kube-scheduler, requested_to_capacity_ratio.go", Rule{"requested-to-capacity-ratio", "0:10 100:0"}, instance(8, 32, 2, 8), task, -19},
		{"before the first point and after the last", "kube-scheduler, shape_score.go", Rule{"requested-to-capacity-ratio", "90:5 95:7 cpu"}, half, task, -50},
		// |75 − 81.25| / 2 = 3.125: 96.875, truncated.
		{"balance", "kube-scheduler, balanced_allocation.go", Rule{"balanced-allocation", ""}, half, task, -96},
		// 0.5 and 0.3: 90 exactly.
		{"balance, a whole number", "kube-scheduler, balanced_allocation.go", Rule{"balanced-allocation", ""}, instance(10, 10, 5, 7), demand(0, 0, 0), -90},
		// 0.2, 0.5, 0.8: σ = √0.06 = 0.2449.
		{"balance of three", "kube-scheduler, balanced_allocation.go", Rule{"balanced-allocation", "cpu memory gpu"}, instance(10, 10, 8, 5, 200), demand(0, 0, 0), -75},
		{"balance of one", "kube-scheduler, balanced_allocation.go", Rule{"balanced-allocation", "cpu gpu"}, half, task, -100},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, scorer(t, c.rule, Policy{}).Score(c.state, c.demand), c.source)
		})
	}
}

// With Exact the scores of Kubernetes are not rounded to whole points.
func TestExactScores(t *testing.T) {
	half, task := instance(8, 32, 4, 8), demand(2, 2, 0)
	for rule, points := range map[Rule]float64{
		{"least-allocated", ""}:             -(25 + 18.75) / 2,
		{"most-allocated", ""}:              -(75 + 81.25) / 2,
		{"requested-to-capacity-ratio", ""}: -(75 + 81.25) / 2,
		{"balanced-allocation", ""}:         -96.875,
	} {
		score := scorer(t, rule, Policy{Rounding: Exact}).Score(half, task)
		assert.InDelta(t, points, float64(score)/(1<<fine), 1e-6, rule)
	}
}

func TestFieldsOfScores(t *testing.T) {
	cases := []struct{ rule, field, want string }{
		{"best-fit", "cpu", `"cpu": this strategy takes no field`},
		{"tetris", "cpu=1", `"cpu=1": this strategy takes no field`},
		{"dot-product", "cpu=1 disk=2", `weights "cpu=1 disk=2": "disk=2" is not expected there; write each of cpu, memory and gpu at most once, as cpu=1 memory=1`},
		{"least-allocated", "cpu cpu=2", `weights "cpu cpu=2": "cpu=2" is not expected there; write each of cpu, memory and gpu at most once, as cpu=1 memory=1`},
		{"most-allocated", "cpu=0", `weights "cpu=0": the weight of cpu is "0"; expected 1 to 100`},
		{"balanced-allocation", "cpu=2 memory", `"cpu=2 memory": balanced-allocation weighs all resources alike; write only their names, as cpu memory gpu`},
		{"requested-to-capacity-ratio", "0:0 101:3", `shape: "101:3": expected UTILISATION:SCORE with a utilisation from 0 to 100 and a score from 0 to 10, as 0:0 100:10`},
		{"requested-to-capacity-ratio", "50:0 50:3", `shape: "50:3": expected a utilisation above 50, that of the point before`},
		{"requested-to-capacity-ratio", "0:0 ram=1", `weights "ram=1": "ram=1" is not expected there; write each of cpu, memory and gpu at most once, as cpu=1 memory=1`},
		{"fgd", "", "fgd places tasks by those that are still to come, and none are expected"},
	}
	for _, c := range cases {
		_, err := Builtin()[c.rule](c.field, &Policy{})
		assert.EqualError(t, err, c.want)
	}
}

// bounded are the built-in strategies with a bound.
var bounded = []Rule{
	{"best-fit", ""},
	{"worst-fit", ""},
	{"dot-product", "cpu=2 memory=3 gpu=1"},
	{"tetris", ""},
	{"l2-norm", ""},
	{"least-allocated", ""},
	{"least-allocated", "cpu=1 memory=2 gpu=3"},
	{"most-allocated", ""},
	{"balanced-allocation", ""},
	{"balanced-allocation", "cpu memory gpu"},
	{"requested-to-capacity-ratio", ""},
	{"requested-to-capacity-ratio", "10:10 40:0 70:7 cpu=3 memory=2 gpu=1"},
}

// No instance in a box has a score below the bound.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := Policy{Rounding: Rounding(rapid.IntRange(0, 1).Draw(t, "rounding"))}
		amount := func(least, most int64) int64 { return rapid.Int64Range(least, most).Draw(t, "amount") }
		var box Box
		var d cluster.Vector
		s := &State{}
		side := func(capacity, d, least, free, most *int64, limit int64) {
			*capacity = amount(0, limit)
			*d = amount(0, *capacity)
			*least = amount(*d, *capacity)
			*most = amount(*least, *capacity)
			*free = amount(*least, *most)
		}
		side(&box.Capacity.CPU, &d.CPU, &box.Least.CPU, &s.Free.CPU, &box.Most.CPU, 448*cluster.VCPU)
		side(&box.Capacity.Memory, &d.Memory, &box.Least.Memory, &s.Free.Memory, &box.Most.Memory, 24576*cluster.GiB)
		side(&box.Capacity.GPU, &d.GPU, &box.Least.GPU, &s.Free.GPU, &box.Most.GPU, 16*cluster.GPU)
		s.Capacity = box.Capacity
		for _, rule := range bounded {
			by := scorer(t, rule, policy).(Bounder)
			require.LessOrEqual(t, by.Bound(&box, d), by.Score(s, d), rule)
		}
	})
}

// crowd is a strategy of one's own, of which no bound is known: it takes the
// instance with the fewest sixteenths of its CPU free, and of these does not
// mind which.
type crowd struct{}

func (crowd) Score(s *State, _ cluster.Vector) int64 {
	return int64(share(s.Free.CPU, s.Capacity.CPU, 4))
}

func withOwn() map[string]Constructor {
	all := Builtin()
	all["own"] = fixed(crowd{})
	return all
}

// expected is what fgd looks ahead to where tests compare.
var expected = []Expected{{demand(2, 1, 0), 1}, {demand(2, 1, 500), 3}, {demand(3, 1, 1000), 2}, {demand(4, 1, 2000), 1}}
