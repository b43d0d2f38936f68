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

// decision is a cluster on which the tasks of one group come and go among
// those of others.
type decision struct {
	*load
	of cluster.Class // of the group
}

// question is what BenchmarkDecision asks of a cluster.
type question struct {
	name    string
	policy  Policy
	network cluster.Network
	share   float64 // tasks of the group, of the number of instances
	free    float64 // instances with room, if the others are full; 0: all are nine tenths full
}

var (
	member   = Constraint{Type: MemberOf, Expression: "attribute:ecs.instance-type == m5.8xlarge and attribute:ecs.availability-zone == a"}
	alone    = Constraint{Type: DistinctInstance}
	near     = Constraint{Type: MemberOf, Expression: "task:group == family:few"}
	notFull  = Constraint{Type: MemberOf, Expression: "runningTasksCount < 9"}
	anywhere = Policy{Chain: []Rule{{"random", ""}}}
)

var questions = []question{
	{name: "binpack", policy: binpackMemory, share: 0.01},
	{name: "zones-binpack", policy: Policy{Chain: []Rule{zones, {"binpack", "memory"}}}, share: 0.01},
	{name: "hosts", policy: Policy{Chain: []Rule{hosts}}, share: 0.01},
	{name: "zones-hosts", policy: Policy{Chain: []Rule{zones, hosts}}, share: 0.5},
	{name: "distinct-1%", policy: Policy{Chain: binpackMemory.Chain, Constraints: []Constraint{alone}}, share: 0.01},
	{name: "distinct-50%", policy: Policy{Chain: binpackMemory.Chain, Constraints: []Constraint{alone}}, share: 0.5},
	{name: "member", policy: Policy{Chain: binpackMemory.Chain, Constraints: []Constraint{member}}, share: 0.01},
	{name: "affinity", policy: Policy{Chain: binpackMemory.Chain, Constraints: []Constraint{near}}, share: 0.01},
	{name: "running-tasks", policy: Policy{Chain: binpackMemory.Chain, Constraints: []Constraint{notFull}}, share: 0.01},
	{name: "awsvpc", policy: binpackMemory, network: cluster.Network{Interface: true}, share: 0.5},
	{name: "static-port", policy: binpackMemory, network: cluster.Network{Static: []cluster.Port{{Number: 80}}}, share: 0.01},
	{name: "dynamic-port", policy: binpackMemory, network: cluster.Network{Dynamic: 1}, share: 0.5},
	{name: "random", policy: anywhere, share: 0.01},
	{name: "random-1%", policy: anywhere, share: 0.01, free: 0.01},
	{name: "random-10%", policy: anywhere, share: 0.01, free: 0.1},
	{name: "random-90%", policy: anywhere, share: 0.01, free: 0.9},
	{name: "next-fit", policy: Policy{Chain: []Rule{{"next-fit", ""}}}, share: 0.01},
	{name: "power-of-2", policy: Policy{Chain: []Rule{{"power-of-d", "2"}}}, share: 0.01},
	{name: "power-of-2-1%", policy: Policy{Chain: []Rule{{"power-of-d", "2"}}}, share: 0.01, free: 0.01},
}

// newDecision launches n instances of three types in three zones, with 32 vCPU,
// 128 GiB and 7 interfaces, fills them and starts the group's tasks. Tasks of
// the group few run on a hundredth of the instances.
func newDecision(n int, q *question) *decision {
	d := &decision{load: &load{c: cluster.New(sim.NewKernel()), rng: sim.Stream(1, "load")}}
	l := d.load
	p := l.c.AddProvider("general")
	var kinds []cluster.KindID
	for _, zone := range []string{"a", "b", "c"} {
		for _, name := range []string{"m5.8xlarge", "m6i.8xlarge", "m7i.8xlarge"} {
			kinds = append(kinds, l.c.AddKind(cluster.Kind{
				Provider: p, Zone: zone, Interfaces: 7,
				Attributes: map[string]string{cluster.AttributeAvailabilityZone: zone, cluster.AttributeInstanceType: name},
				Capacity:   cluster.Vector{CPU: 32 * cluster.VCPU, Memory: 128 * cluster.GiB},
			}))
		}
	}
	everything := cluster.Pool{Providers: []cluster.ProviderID{p}}
	general := l.c.AddPool(everything)
	for _, g := range []string{"background", "few", "asked"} {
		l.c.AddGroup(g)
	}
	policies := []Policy{binpackMemory, {Chain: []Rule{{"random", ""}}}, q.policy}
	l.index = New(l.c, Setup{Policies: policies, Stream: func(g string) *rand.Rand { return sim.Stream(1, g) }})
	l.c.Watch(l.index)
	for i := range n {
		l.c.Launch(kinds[i%len(kinds)], true)
	}
	matcher, err := q.policy.Matcher()
	if err != nil {
		panic(err)
	}
	everything.Matcher = matcher
	d.of = cluster.Class{Pool: l.c.AddPool(everything), Group: 2, Network: l.c.AddNetwork(q.network)}
	for range n / 100 {
		l.arrive(cluster.Class{Pool: general, Group: 1})
	}
	if q.free > 0 {
		d.fill(general, int(float64(n)*(1-q.free)))
	} else {
		for used := int64(0); used < int64(n)*32*cluster.VCPU*9/10; {
			v := even(l.rng)
			used += v.CPU
			l.arrive(cluster.Class{Demand: v, Pool: general})
		}
		l.rng.Shuffle(len(l.tasks), func(i, j int) { l.tasks[i], l.tasks[j] = l.tasks[j], l.tasks[i] })
		for range len(l.tasks) / 10 { // so that what is free is not all on the last instances
			l.depart()
		}
	}
	l.tasks = nil
	for range int(float64(n) * q.share) {
		l.arrive(d.next())
	}
	return d
}

// fill leaves no room on so many instances.
func (d *decision) fill(pool cluster.PoolID, full int) {
	ids := d.rng.Perm(d.c.Slots())
	for _, id := range ids[:full] {
		class := cluster.Class{Demand: d.c.Instance(cluster.InstanceID(id)).Free, Pool: pool}
		d.c.Start(d.c.Task(d.c.Submit(class, 0)).Class, cluster.InstanceID(id))
	}
}

// next returns the class of the group's next task.
func (d *decision) next() cluster.Class {
	d.of.Demand = cluster.Vector{CPU: int64(1+d.rng.IntN(4)) * cluster.VCPU / 4, Memory: int64(1+d.rng.IntN(4)) * cluster.GiB / 2}
	return d.of
}

// One turn is the life of a task of the group, as in BenchmarkTaskLife. What
// the decision alone takes is measured apart: ns/place.
func BenchmarkDecision(b *testing.B) {
	for _, q := range questions {
		sizes := []int{10000}
		if slices.Contains([]string{"binpack", "zones-binpack", "hosts", "random"}, q.name) {
			sizes = []int{1000, 10000, 100000}
		}
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", q.name, n), func(b *testing.B) {
				d := newDecision(n, &q)
				for range 10000 {
					d.depart()
					d.arrive(d.next())
				}
				d.refused = 0
				visits := make([]uint64, 0, 1000000)
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					d.depart()
					was := d.index.Visited()
					d.arrive(d.next())
					if len(visits) < cap(visits) {
						visits = append(visits, d.index.Visited()-was)
					}
				}
				b.StopTimer()
				life := b.Elapsed()
				requests := make([]cluster.Request, 64)
				for i := range requests {
					of := d.next()
					requests[i] = cluster.Request{Demand: of.Demand, Pool: of.Pool, Group: of.Group, Network: of.Network}
				}
				b.StartTimer()
				for i := range b.N {
					d.index.Place(requests[i%len(requests)])
				}
				b.StopTimer()
				place := b.Elapsed() - life
				slices.Sort(visits)
				b.ReportMetric(float64(life.Nanoseconds())/float64(b.N), "ns/life")
				b.ReportMetric(float64(place.Nanoseconds())/float64(b.N), "ns/place")
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(visits[len(visits)/2]), "visits-p50")
				b.ReportMetric(float64(visits[len(visits)*99/100]), "visits-p99")
				b.ReportMetric(float64(visits[len(visits)-1]), "visits-max")
				b.ReportMetric(float64(d.refused)/float64(b.N), "refused/op")
			})
		}
	}
}

// With networks and constraints too, neither a decision nor an event allocates.
func TestDecisionsDoNotAllocate(t *testing.T) {
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			d := newDecision(400, &q)
			turn := func() {
				d.depart()
				d.arrive(d.next())
			}
			for range 5000 {
				turn()
			}
			require.Zero(t, testing.AllocsPerRun(2000, turn))
			require.NoError(t, d.index.Check())
		})
	}
}
