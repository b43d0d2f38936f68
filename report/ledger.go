package report

import (
	"math/big"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// InstancePrice is what an instance of a kind costs, in nano-dollars per hour.
type InstancePrice struct {
	OnDemand   int64 // EC2 on demand
	External   int64 // a machine of one's own
	EBS        int64 // its volume
	PublicIPv4 int64 // its address
}

func (p InstancePrice) total() int64 { return p.OnDemand + p.External + p.EBS + p.PublicIPv4 }

// FargatePrice is what a task costs on Fargate, in nano-dollars per hour.
type FargatePrice struct {
	Spot bool
	VCPU int64 // per vCPU
	GiB  int64 // per GiB of memory
	// Storage is the price of the task's ephemeral storage above the 20 GiB
	// that are free, for all of it.
	Storage int64
}

// Ledger is the bill of a run. It is told of the cluster's changes: instances are billed
// from their launch to their end, tasks on Fargate from the start of the image
// pull to their end, per second with AWS's minimum.
//
// An instance's price is shared among its tasks. A task's share is the largest
// of its shares of CPU, memory and GPUs; where the shares of an instance sum to
// S > 1, each is divided by S. What no task holds is idle. Sharing takes O(1)
// per change: each instance keeps the price that a share of 1 would have paid
// since its launch, and a task pays its share of what that has grown by.
type Ledger struct {
	cluster *cluster.Cluster
	warmup  sim.Time

	price    []InstancePrice             // by kind
	scale    []shareScale                // by kind
	fargate  map[fargateKey]*fargateLine // what Fargate costs and what ran on it
	order    []fargateKey                // of fargate, in the order of declaration
	kindTime []sim.Integral              // by kind: billed time

	instances []account     // by instance
	touched   int64         // keeps what Touch reads from being optimised away
	groups    []compensated // by task group: its part of the instances, nano-dollars
	idle      compensated   // nano-dollars
}

type fargateKey struct {
	provider cluster.ProviderID
	group    cluster.GroupID
}

type fargateLine struct {
	FargatePrice
	cpu, memory, time       sim.Integral // cluster units × ns billed; ns billed
	wastedCPU, wastedMemory sim.Integral // the part that rounding up to a size has added
}

// account is the state of an instance's bill.
type account struct {
	shares int64    // sum over its tasks, in units of one
	since  sim.Time // shares have been as they are since then
	rate   float64  // nano-dollars per nanosecond
	paid   float64  // what a share of 1 would have paid since the launch
	idle   float64  // what no task has paid
	kind   cluster.KindID
	open   bool
}

// one is a share of 1.
const one = 1 << 32

// NewLedger returns an empty ledger for a run that counts from the warm-up on.
func NewLedger(c *cluster.Cluster, warmup sim.Time) *Ledger {
	return &Ledger{cluster: c, warmup: warmup, fargate: map[fargateKey]*fargateLine{}}
}

// SetInstancePrice declares the price of a kind; a kind without one is free.
func (l *Ledger) SetInstancePrice(k cluster.KindID, p InstancePrice) {
	for len(l.price) <= int(k) {
		l.price = append(l.price, InstancePrice{})
	}
	l.price[k] = p
}

// SetFargatePrice declares what tasks of a group cost on a Fargate provider.
func (l *Ledger) SetFargatePrice(p cluster.ProviderID, g cluster.GroupID, price FargatePrice) {
	key := fargateKey{p, g}
	l.fargate[key] = &fargateLine{FargatePrice: price}
	l.order = append(l.order, key)
}

// instancePrice returns the price of a kind.
func (l *Ledger) instancePrice(k cluster.KindID) InstancePrice {
	if int(k) < len(l.price) {
		return l.price[k]
	}
	return InstancePrice{}
}

// InstanceChanged opens and closes the bill of an instance.
func (l *Ledger) InstanceChanged(now sim.Time, id cluster.InstanceID, from, to cluster.State) {
	kind := l.cluster.Instance(id).Kind
	if l.cluster.Kind(kind).Unlimited {
		return
	}
	switch {
	case from == cluster.Absent:
		for len(l.instances) <= int(id) {
			l.instances = append(l.instances, account{})
		}
		for len(l.scale) <= int(kind) {
			l.scale = append(l.scale, newShareScale(l.cluster.Kind(cluster.KindID(len(l.scale))).Capacity))
			l.kindTime = append(l.kindTime, sim.Integral{})
		}
		l.instances[id] = account{
			since: now,
			rate:  float64(l.instancePrice(kind).total()) / float64(nanosPerHour),
			kind:  kind,
			open:  true,
		}
	case to == cluster.Terminated:
		l.close(id, now)
	}
}

// Touch reads the accounts of instances, see [cluster.Toucher].
func (l *Ledger) Touch(instances []cluster.InstanceID) {
	for _, id := range instances {
		if int(id) >= len(l.instances) { // Fargate has no account
			continue
		}
		l.touched += l.instances[id].shares
	}
}

// close ends the bill of an instance: what is billed beyond its end, because
// seconds are whole and there is a minimum, is idle.
func (l *Ledger) close(id cluster.InstanceID, now sim.Time) {
	a := &l.instances[id]
	a.advance(now)
	launched := l.cluster.Instance(id).LaunchedAt
	end := launched + billable(now-launched)
	if end > l.warmup {
		l.kindTime[a.kind].Add(1, end-max(launched, l.warmup))
		a.idle += float64(a.rate * float64(end-max(now, l.warmup)))
	}
	l.idle.add(a.idle)
	a.open = false
}

// advance brings an account up to now.
func (a *account) advance(now sim.Time) {
	span := now - a.since
	if span == 0 {
		return
	}
	a.since = now
	cost := float64(a.rate * float64(span))
	if a.shares <= one {
		a.paid += cost
		a.idle += float64(cost * (float64(one-a.shares) / one))
	} else {
		a.paid += float64(cost * (one / float64(a.shares)))
	}
}

// shareScale turns a demand into shares of a capacity, in units of one. It
// multiplies where a division would take longer than all the rest.
type shareScale struct{ cpu, memory, gpu float64 }

func newShareScale(capacity cluster.Vector) shareScale {
	part := func(c int64) float64 {
		if c == 0 {
			return 0
		}
		return one / float64(c)
	}
	return shareScale{part(capacity.CPU), part(capacity.Memory), part(capacity.GPU)}
}

// dominant returns the largest share that a demand takes.
func (s *shareScale) dominant(d cluster.Vector) int64 {
	return int64(max(float64(d.CPU)*s.cpu, float64(d.Memory)*s.memory, float64(d.GPU)*s.gpu))
}

// TaskStarted adds the task's share to its instance.
func (l *Ledger) TaskStarted(now sim.Time, id cluster.TaskID) {
	t := l.cluster.Task(id)
	if l.onFargate(t) {
		return
	}
	a := &l.instances[t.Instance]
	a.advance(now)
	a.shares += l.scale[a.kind].dominant(l.cluster.Class(t.Class).Demand)
	t.Paid = a.paid
}

// TaskEnded charges the task.
func (l *Ledger) TaskEnded(now sim.Time, id cluster.TaskID) {
	t := l.cluster.Task(id)
	if t.Instance != cluster.None {
		l.charge(now, t)
	}
}

func (l *Ledger) charge(now sim.Time, t *cluster.Task) {
	class := l.cluster.Class(t.Class)
	if l.onFargate(t) {
		l.chargeFargate(now, t, class)
		return
	}
	a := &l.instances[t.Instance]
	a.advance(now)
	share := l.scale[a.kind].dominant(class.Demand)
	a.shares -= share
	for len(l.groups) <= int(class.Group) {
		l.groups = append(l.groups, compensated{})
	}
	l.groups[class.Group].add(float64(a.paid-t.Paid) * (float64(share) / one))
}

func (l *Ledger) chargeFargate(now sim.Time, t *cluster.Task, class *cluster.Class) {
	provider := l.cluster.Kind(l.cluster.Instance(t.Instance).Kind).Provider
	line := l.fargate[fargateKey{provider, class.Group}]
	placed := t.Placed() // the pull of the image is billed
	end := placed + billable(now-placed)
	if line == nil || end <= l.warmup {
		return
	}
	span := end - max(placed, l.warmup)
	line.cpu.Add(class.Demand.CPU, span)
	line.memory.Add(class.Demand.Memory, span)
	line.time.Add(1, span)
	line.wastedCPU.Add(class.Demand.CPU-class.Requested.CPU, span)
	line.wastedMemory.Add(class.Demand.Memory-class.Requested.Memory, span)
}

func (l *Ledger) onFargate(t *cluster.Task) bool {
	return l.cluster.Kind(l.cluster.Instance(t.Instance).Kind).Unlimited
}

// EndWarmup forgets what has been charged and paid so far: the bill covers the
// time from now on.
func (l *Ledger) EndWarmup(now sim.Time) {
	l.warmup = now
	for id := range l.instances {
		if a := &l.instances[id]; a.open {
			a.advance(now)
			a.idle = 0
		}
	}
	l.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := l.cluster.Task(id); t.Instance != cluster.None && !l.onFargate(t) {
			t.Paid = l.instances[t.Instance].paid
		}
	})
	clear(l.groups)
	l.idle = compensated{}
	clear(l.kindTime)
	for _, line := range l.fargate {
		*line = fargateLine{FargatePrice: line.FargatePrice}
	}
}

// Close charges everything that is still there at the end of the run.
func (l *Ledger) Close(now sim.Time) {
	l.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := l.cluster.Task(id); t.Instance != cluster.None {
			l.charge(now, t)
		}
	})
	for id := range l.instances {
		if l.instances[id].open {
			l.close(cluster.InstanceID(id), now)
		}
	}
}

// Cost returns the bill. Call it after [Ledger.Close].
func (l *Ledger) Cost() Cost {
	c := Cost{ByCapacityProvider: map[string]float64{}, ByService: map[string]float64{}, ByJob: map[string]float64{}}
	total, waste := new(big.Int), new(big.Int)
	providers := make([]*big.Int, l.cluster.Providers())
	for p := range providers {
		providers[p] = new(big.Int)
	}
	book := func(p cluster.ProviderID, component *float64, nano *big.Int) {
		total.Add(total, nano)
		providers[p].Add(providers[p], nano)
		*component += dollars(nano)
	}
	for k, t := range l.kindTime {
		p, provider := l.instancePrice(cluster.KindID(k)), l.cluster.Kind(cluster.KindID(k)).Provider
		book(provider, &c.ByComponent.EC2OnDemand, amount(t, p.OnDemand, 1))
		book(provider, &c.ByComponent.External, amount(t, p.External, 1))
		book(provider, &c.ByComponent.EBS, amount(t, p.EBS, 1))
		book(provider, &c.ByComponent.PublicIPv4, amount(t, p.PublicIPv4, 1))
	}
	groups := make([]float64, l.cluster.Groups())
	for g := range l.groups {
		groups[g] = l.groups[g].value() / nanoPerDollar
	}
	for _, key := range l.order {
		line := l.fargate[key]
		cpu, memory := amount(line.cpu, line.VCPU, cluster.VCPU), amount(line.memory, line.GiB, cluster.GiB)
		storage := amount(line.time, line.Storage, 1)
		cpuComponent, memoryComponent := &c.ByComponent.FargateCPU, &c.ByComponent.FargateMemory
		if line.Spot {
			cpuComponent, memoryComponent = &c.ByComponent.FargateSpotCPU, &c.ByComponent.FargateSpotMemory
		}
		book(key.provider, cpuComponent, cpu)
		book(key.provider, memoryComponent, memory)
		book(key.provider, &c.ByComponent.FargateStorage, storage)
		groups[key.group] += dollars(cpu) + dollars(memory) + dollars(storage)
		waste.Add(waste, amount(line.wastedCPU, line.VCPU, cluster.VCPU))
		waste.Add(waste, amount(line.wastedMemory, line.GiB, cluster.GiB))
	}
	c.Total = dollars(total)
	c.Idle = l.idle.value() / nanoPerDollar
	c.RoundingWaste = dollars(waste)
	for p, nano := range providers {
		c.ByCapacityProvider[l.cluster.ProviderName(cluster.ProviderID(p))] = dollars(nano)
	}
	for g, cost := range groups {
		name := l.cluster.GroupName(cluster.GroupID(g))
		if service, ok := strings.CutPrefix(name, cluster.ServicePrefix); ok {
			c.ByService[service] = cost
		} else {
			c.ByJob[name] = cost
		}
	}
	return c
}

// fargateRate returns what a task of a class costs on a Fargate provider, in
// nano-dollars per hour, for the course of the cost over time.
func (l *Ledger) fargateRate(p cluster.ProviderID, class *cluster.Class) int64 {
	line := l.fargate[fargateKey{p, class.Group}]
	if line == nil {
		return 0
	}
	return line.rate(class.Demand)
}

func (p FargatePrice) rate(demand cluster.Vector) int64 {
	return demand.CPU*p.VCPU/cluster.VCPU + demand.Memory*p.GiB/cluster.GiB + p.Storage
}
