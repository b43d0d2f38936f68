package placement

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
	"berth/workloads"
)

var openbSeeds = flag.Int("openb", 0, "print the table of allocated GPUs on openb, over so many seeds")

const openbFolder = "../../shared/data/traces/alibaba-gpu-2023/openb_"

// openb is the production cluster of Weng et al., "Beware of Fragmentation",
// USENIX ATC 2023: its GPU nodes, and the pods of the default list.
type openb struct {
	nodes []workloads.Node
	pods  []cluster.Vector
}

func readOpenb(t testing.TB) openb {
	nodes, err := workloads.ReadNodes(openbFolder + "node_list_gpu_node.csv.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the trace is not here")
	}
	require.NoError(t, err)
	in, err := workloads.Open(openbFolder+"pod_list_default.csv.gz", nil)
	require.NoError(t, err)
	list, err := workloads.NewPods(in, workloads.Options{Untimed: true})
	require.NoError(t, err)
	o := openb{nodes: nodes}
	for row := (workloads.Row{}); ; {
		ok, err := list.Next(&row)
		require.NoError(t, err)
		if !ok {
			break
		}
		o.pods = append(o.pods, row.Demand)
	}
	require.NoError(t, list.Close())
	return o
}

// typical returns the sorts of pods, by CPU and GPU, that make up 95 % of the
// list, the most frequent first. Source: the options of the paper's artifact.
func (o openb) typical() []Expected {
	count := make(map[cluster.Vector]int64)
	for _, p := range o.pods {
		count[cluster.Vector{CPU: p.CPU, GPU: p.GPU}]++
	}
	var all []Expected
	for v, n := range count {
		all = append(all, Expected{v, n})
	}
	slices.SortFunc(all, func(a, b Expected) int {
		return cmp.Or(-cmp.Compare(a.Weight, b.Weight), -cmp.Compare(a.Demand.CPU, b.Demand.CPU), -cmp.Compare(a.Demand.GPU, b.Demand.GPU))
	})
	have := int64(0)
	for n, e := range all {
		if have += e.Weight; have*100 >= int64(len(o.pods))*95 {
			return all[:n+1]
		}
	}
	return all
}

// inflated returns the pods in random order, and further ones drawn from the
// list, as long as they demand no more than 130 % of the GPUs.
func (o openb) inflated(rng *rand.Rand) []cluster.Vector {
	limit, total := int64(0), int64(0)
	for _, n := range o.nodes {
		limit += n.Capacity.GPU * 13 / 10
	}
	pods := slices.Clone(o.pods)
	for _, p := range pods {
		total += p.GPU
	}
	rng.Shuffle(len(pods), func(i, j int) { pods[i], pods[j] = pods[j], pods[i] })
	for {
		p := o.pods[rng.IntN(len(o.pods))]
		if total += p.GPU; total > limit {
			return pods
		}
		pods = append(pods, p)
	}
}

// filling is openb under a policy, nodes launched in random order.
type filling struct {
	c     *cluster.Cluster
	index *Index
	pool  cluster.PoolID
	gpus  int64
	taken int64
}

func (o openb) fill(rng *rand.Rand, policy Policy, strategies map[string]Constructor) *filling {
	f := &filling{c: cluster.New(sim.NewKernel())}
	p := f.c.AddProvider("openb")
	f.c.AddGroup("pods")
	f.pool = f.c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	setup := Setup{Policies: []Policy{policy}, Strategies: strategies, Stream: func(string) *rand.Rand { return rng }}
	f.index = New(f.c, setup)
	f.c.Watch(f.index)
	kinds := make(map[workloads.Node]cluster.KindID)
	nodes := slices.Clone(o.nodes)
	rng.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	for _, n := range nodes {
		sort := workloads.Node{Capacity: n.Capacity, GPUModel: n.GPUModel}
		kind, known := kinds[sort]
		if !known {
			kind = f.c.AddKind(cluster.Kind{
				Provider: p, Capacity: n.Capacity, Devices: int(n.Capacity.GPU / cluster.GPU),
				Attributes: map[string]string{cluster.AttributeGPUModel: n.GPUModel},
			})
			kinds[sort] = kind
		}
		f.c.Launch(kind, true)
		f.gpus += n.Capacity.GPU
	}
	return f
}

func (f *filling) place(pod cluster.Vector) {
	waiting := f.c.Submit(cluster.Class{Demand: pod, Pool: f.pool}, 0)
	class := f.c.Task(waiting).Class
	at, reason := f.index.Place(cluster.Request{Class: class, Demand: pod, Pool: f.pool})
	if at == cluster.None {
		f.c.Reject(class, reason)
		return
	}
	f.c.Start(class, at)
	f.taken += pod.GPU
}

// allocated returns the share of the GPUs that are taken in the end, in
// percent.
func (o openb) allocated(seed uint64, policy Policy, strategies map[string]Constructor) float64 {
	rng := sim.Stream(seed, "openb")
	f := o.fill(rng, policy, strategies)
	for _, pod := range o.inflated(rng) {
		f.place(pod)
	}
	return 100 * float64(f.taken) / float64(f.gpus)
}

// artifactBestFit and artifactDotProd are the strategies of these names in the
// paper's artifact: CPU and GPU against 128 vCPU and 8 GPUs, half each, as an
// integer of 0 to 100. What is left is to be the least; so is the product, which
// is the reverse of what Tetris does.
type (
	artifactBestFit struct{ Rounding }
	artifactDotProd struct{ Rounding }
)

func (a artifactBestFit) Score(s *State, demand cluster.Vector) int64 {
	left := s.Free.Sub(demand)
	short := left.CPU*8000 + left.GPU*128*cluster.VCPU // of 2 · 8000 · 128 vCPU
	if a.Rounding == Exact {
		return short
	}
	const unit = 2 * 8000 * 128 * cluster.VCPU
	return -((unit - short) * 100 / unit)
}

func (a artifactDotProd) Score(s *State, demand cluster.Vector) int64 {
	cpu := share(s.Free.CPU, 128*cluster.VCPU, 27) * share(demand.CPU, 128*cluster.VCPU, 27)
	gpu := share(s.Free.GPU, 8000, 27) * share(demand.GPU, 8000, 27)
	if a.Rounding == Exact {
		return int64(cpu + gpu)
	}
	return -int64((2<<54 - cpu - gpu) * 100 >> 55)
}

func artifact() map[string]Constructor {
	all := Builtin()
	all["artifact-best-fit"] = func(_ string, of *Policy) (Strategy, error) { return Scored(artifactBestFit{of.Rounding}), nil }
	all["artifact-dot-prod"] = func(_ string, of *Policy) (Strategy, error) { return Scored(artifactDotProd{of.Rounding}), nil }
	return all
}

func meanAndDeviation(of []float64) (mean, sd float64) {
	for _, v := range of {
		mean += v / float64(len(of))
	}
	for _, v := range of {
		sd += (v - mean) * (v - mean) / float64(len(of)-1)
	}
	return mean, math.Sqrt(sd)
}

// The paper's artifact reaches, over ten seeds: random 87.47 ± 0.30, DotProd
// 90.85, best fit 93.08 ± 0.13, FGD 95.39 ± 0.08. It breaks ties by a fixed random
// order of the nodes, and much of FGD's result is due to that: with a random
// choice among equals it has about 90.2. Under random it also draws the device
// of a shared GPU, which here is the fullest that holds the task; drawing it
// lowers the result by about 0.5.
func TestOpenb(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	o := readOpenb(t)
	require.Len(t, o.nodes, 1213)
	require.Len(t, o.pods, 8152)
	cases := []struct {
		rule  string
		ties  TieBreak
		exact Rounding
		want  float64
		delta float64
	}{
		{"random", Launched, RoundedAsSource, 87.8, 1.2},
		{"artifact-dot-prod", Launched, RoundedAsSource, 90.85, 0.8},
		{"artifact-best-fit", Launched, RoundedAsSource, 93.08, 0.6},
		{"fgd", Launched, RoundedAsSource, 95.39, 0.3},
		{"fgd", Random, RoundedAsSource, 90.2, 1},
		{"fgd", Launched, Exact, 94.5, 0.5},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s, ties %v, rounding %v", c.rule, c.ties, c.exact), func(t *testing.T) {
			policy := Policy{Chain: []Rule{{Type: c.rule}}, TieBreak: c.ties, Rounding: c.exact, Workload: o.typical()}
			mean := (o.allocated(42, policy, artifact()) + o.allocated(43, policy, artifact())) / 2
			assert.InDelta(t, c.want, mean, c.delta)
		})
	}
}

// The table of docs/validation.md: go test ./placement -run OpenbTable -openb 10 -v.
func TestOpenbTable(t *testing.T) {
	if *openbSeeds == 0 {
		t.Skip("asked for with -openb 10")
	}
	o := readOpenb(t)
	for _, name := range []string{
		"random", "artifact-dot-prod", "artifact-best-fit", "fgd", "best-fit", "worst-fit", "first-fit",
		"dot-product", "l2-norm", "least-allocated", "most-allocated", "balanced-allocation",
	} {
		for _, ties := range []TieBreak{Launched, Random} {
			for _, rounding := range []Rounding{RoundedAsSource, Exact} {
				policy := Policy{Chain: []Rule{{Type: name}}, TieBreak: ties, Rounding: rounding, Workload: o.typical()}
				var all []float64
				for seed := range *openbSeeds {
					all = append(all, o.allocated(42+uint64(seed), policy, artifact()))
				}
				mean, sd := meanAndDeviation(all)
				t.Logf("%-20s %-10v %-8v %6.2f ± %.2f", name, ties, rounding, mean, sd)
			}
		}
	}
}

// One turn is a pod of the list, placed on openb as it fills up to 130 % of
// its GPUs.
func BenchmarkOpenb(b *testing.B) {
	o := readOpenb(b)
	for _, name := range []string{"random", "best-fit", "dot-product", "artifact-best-fit", "fgd"} {
		for _, ties := range []TieBreak{Launched, Random} {
			b.Run(name+"/"+ties.String(), func(b *testing.B) {
				policy := Policy{Chain: []Rule{{Type: name}}, TieBreak: ties, Workload: o.typical()}
				rng := sim.Stream(1, "openb")
				var f *filling
				var pods []cluster.Vector
				visited := uint64(0)
				for range b.N {
					if len(pods) == 0 {
						b.StopTimer()
						if f != nil {
							visited += f.index.Visited()
						}
						f, pods = o.fill(rng, policy, artifact()), o.inflated(rng)
						b.StartTimer()
					}
					f.place(pods[0])
					pods = pods[1:]
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
				b.ReportMetric(float64(visited+f.index.Visited())/float64(b.N), "visits/op")
			})
		}
	}
}
