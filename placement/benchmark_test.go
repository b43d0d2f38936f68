package placement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// load is a cluster at a steady state: for each arrival one departure.
type load struct {
	c       *cluster.Cluster
	index   *Index
	rng     *rand.Rand
	classes []cluster.Class
	tasks   []cluster.TaskID
	refused int
}

// newLoad fills n instances of 32 vCPU and 128 GiB in three zones with tasks
// of ten sizes until nine tenths of the CPU are taken, or until there are most
// tasks. With devices each instance has four GPUs.
func newLoad(n int, policies []Policy, shape func(*rand.Rand) cluster.Vector, most int, devices bool, strategies ...map[string]Constructor) *load {
	l := &load{c: cluster.New(sim.NewKernel()), rng: sim.Stream(1, "load")}
	p := l.c.AddProvider("general")
	var kinds []cluster.KindID
	for _, zone := range []string{"a", "b", "c"} {
		k := cluster.Kind{
			Provider: p, Zone: zone,
			Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone},
			Capacity:   cluster.Vector{CPU: 32 * cluster.VCPU, Memory: 128 * cluster.GiB},
		}
		if devices {
			k.Devices, k.Capacity.GPU = 4, 4*cluster.GPU
		}
		kinds = append(kinds, l.c.AddKind(k))
	}
	pool := l.c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{p}})
	for g := range policies {
		l.c.AddGroup(fmt.Sprint("g", g))
	}
	setup := Setup{Policies: policies, Stream: func(g string) *rand.Rand { return sim.Stream(1, g) }}
	if len(strategies) > 0 {
		setup.Strategies = strategies[0]
	}
	l.index = New(l.c, setup)
	l.c.Watch(l.index)
	for i := range n {
		l.c.Launch(kinds[i%3], true)
	}
	for range 10 {
		l.classes = append(l.classes, cluster.Class{Demand: shape(l.rng), Pool: pool})
	}
	limit := int64(n) * 32 * cluster.VCPU * 9 / 10
	memory := int64(n) * 128 * cluster.GiB * 9 / 10
	for used := (cluster.Vector{}); len(l.tasks) < most && used.CPU < limit && used.Memory < memory; {
		of := l.draw(len(policies))
		used = used.Add(of.Demand)
		l.arrive(of)
	}
	return l
}

func (l *load) draw(groups int) cluster.Class {
	of := l.classes[l.rng.IntN(len(l.classes))]
	of.Group = cluster.GroupID(l.rng.IntN(groups))
	return of
}

func (l *load) arrive(of cluster.Class) {
	waiting := l.c.Submit(of, 0)
	class := l.c.Task(waiting).Class
	at, reason := l.index.Place(cluster.Request{Class: class, Demand: of.Demand, Pool: of.Pool, Group: of.Group, Network: of.Network})
	if at == cluster.None {
		l.refused++
		l.c.Reject(class, reason)
		return
	}
	l.tasks = append(l.tasks, l.c.Start(class, at))
}

func (l *load) depart() {
	if len(l.tasks) == 0 {
		return
	}
	n := l.rng.IntN(len(l.tasks))
	l.c.End(l.tasks[n], cluster.Completed)
	l.tasks[n] = l.tasks[len(l.tasks)-1]
	l.tasks = l.tasks[:len(l.tasks)-1]
}

// even takes 1:2 to 1:8 vCPU to GiB.
func even(r *rand.Rand) cluster.Vector {
	cpu := int64(1+r.IntN(16)) * cluster.VCPU / 4
	return cluster.Vector{CPU: cpu, Memory: cpu / cluster.VCPU * int64(2+r.IntN(7)) * cluster.GiB}
}

func shared(r *rand.Rand) cluster.Vector {
	v := even(r)
	v.GPU = []int64{0, 100, 250, 500, 1000, 2000}[r.IntN(6)]
	return v
}

var (
	binpackMemory = Policy{Chain: []Rule{{"binpack", "memory"}}}
	binpackCPU    = Policy{Chain: []Rule{{"binpack", "cpu"}}}
	zones         = Rule{"spread", "attribute:ecs.availability-zone"}
	hosts         = Rule{"spread", "instanceId"}
)

var benchmarks = []struct {
	name     string
	policies []Policy
	shape    func(*rand.Rand) cluster.Vector
	devices  bool
}{
	{"binpack-cpu", []Policy{binpackCPU}, even, false},
	{"binpack-memory", []Policy{binpackMemory}, even, false},
	{"binpack-memory-cpu", []Policy{{Chain: []Rule{{"binpack", "memory"}, {"binpack", "cpu"}}}}, even, false},
	{"first-fit", []Policy{{}}, even, false},
	{"zones-binpack", []Policy{{Chain: []Rule{zones, {"binpack", "memory"}}}}, even, false},
	{"hosts", []Policy{{Chain: []Rule{hosts}}}, even, false},
	{"zones-hosts", []Policy{{Chain: []Rule{zones, hosts}}}, even, false},
	{"zones-hosts-50-groups", slices.Repeat([]Policy{{Chain: []Rule{zones, hosts}}}, 50), even, false},
	{"random", []Policy{{TieBreak: Random}}, even, false},
	{"zones-random", []Policy{{Chain: []Rule{zones}, TieBreak: Random}}, even, false},
	{"binpack-random", []Policy{{Chain: []Rule{{"binpack", "cpu"}}, TieBreak: Random}}, even, false},
	{"binpack-cpu-gpu", []Policy{binpackCPU}, shared, true},
}

// One turn is the life of a task: submitted, placed, started, and another
// ended. With "equal" there are 10,000 tasks whatever the size; otherwise nine
// tenths of the cluster are taken.
func BenchmarkTaskLife(b *testing.B) {
	for _, bm := range benchmarks {
		for _, n := range []int{1000, 10000, 100000} {
			for _, most := range []int{10000, 1 << 30} {
				name := "full"
				if most == 10000 {
					name = "equal"
				}
				b.Run(fmt.Sprintf("%s/%d/%s", bm.name, n, name), func(b *testing.B) {
					l := newLoad(n, bm.policies, bm.shape, most, bm.devices)
					for range 10000 {
						l.depart()
						l.arrive(l.draw(len(bm.policies)))
					}
					l.refused = 0
					visits := make([]uint64, 0, 1000000)
					b.ReportAllocs()
					b.ResetTimer()
					for range b.N {
						l.depart()
						was := l.index.Visited()
						l.arrive(l.draw(len(bm.policies)))
						if len(visits) < cap(visits) {
							visits = append(visits, l.index.Visited()-was)
						}
					}
					b.StopTimer()
					slices.Sort(visits)
					b.ReportMetric(float64(visits[len(visits)/2]), "visits-p50")
					b.ReportMetric(float64(visits[len(visits)*99/100]), "visits-p99")
					b.ReportMetric(float64(visits[len(visits)-1]), "visits-max")
					b.ReportMetric(float64(l.refused)/float64(b.N), "refused/op")
				})
			}
		}
	}
}

// The worst case of a search: half of the instances have no memory left and
// half have no CPU, so that every subtree has some of both and no instance has.
func BenchmarkStranded(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		for _, policy := range []Policy{{}, binpackCPU} {
			b.Run(fmt.Sprintf("%v/%d", policy, n), func(b *testing.B) {
				l := newLoad(n, []Policy{policy}, even, 0, false)
				for id := range cluster.InstanceID(n) {
					v := cluster.Vector{CPU: 31 * cluster.VCPU, Memory: int64(id%64) * cluster.GiB}
					if id%2 == 0 {
						v = cluster.Vector{CPU: int64(id%16) * cluster.VCPU, Memory: 127 * cluster.GiB}
					}
					l.c.Start(l.c.Task(l.c.Submit(cluster.Class{Demand: v}, 0)).Class, id)
				}
				r := cluster.Request{Demand: demand(2, 4, 0)}
				was := l.index.Visited()
				b.ResetTimer()
				for range b.N {
					if _, reason := l.index.Place(r); reason != cluster.NoCapacity {
						b.Fatal(reason)
					}
				}
				b.ReportMetric(float64(l.index.Visited()-was)/float64(b.N), "visits/op")
			})
		}
	}
}

// The same life without placement: a task takes the place of one of its class
// that ends. What a turn of BenchmarkTaskLife costs beyond this is the index.
func BenchmarkTaskLifeWithoutIndex(b *testing.B) {
	for _, n := range []int{1000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := newLoad(n, []Policy{{}}, even, 10000, false)
			c := cluster.New(sim.NewKernel())
			c.AddProvider("general")
			c.AddGroup("g0")
			kind := c.AddKind(*l.c.Kind(0))
			c.AddPool(l.c.Pool(0))
			for range n {
				c.Launch(kind, true)
			}
			tasks := l.tasks
			for at, id := range tasks {
				t := l.c.Task(id)
				tasks[at] = c.Start(c.Task(c.Submit(*l.c.Class(t.Class), 0)).Class, t.Instance)
			}
			l.c = c
			b.ResetTimer()
			for range b.N {
				at := l.rng.IntN(len(tasks))
				t := *c.Task(tasks[at])
				class := *c.Class(t.Class)
				c.End(tasks[at], cluster.Completed)
				l.draw(1)
				tasks[at] = c.Start(c.Task(c.Submit(class, 0)).Class, t.Instance)
			}
		})
	}
}

// In the steady state neither a decision nor an event allocates.
func TestNoAllocation(t *testing.T) {
	for _, bm := range benchmarks {
		t.Run(bm.name, func(t *testing.T) {
			l := newLoad(300, bm.policies, bm.shape, 1<<30, bm.devices)
			turn := func() {
				l.depart()
				l.arrive(l.draw(len(bm.policies)))
			}
			for range 20000 {
				turn()
			}
			require.Zero(t, testing.AllocsPerRun(5000, turn))
			require.NoError(t, l.index.Check())
		})
	}
}
