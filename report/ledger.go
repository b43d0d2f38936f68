package report

import (
	"math/big"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// InstancePrice is what an instance of a kind costs, in nano-dollars per hour.
type InstancePrice struct {
	// OnDemand is EC2 on demand. Of a Spot kind it is not charged: it is what
	// the savings are held against.
	OnDemand   int64
	Spot       int64 // EC2 Spot at the start of the run, see [Ledger.SpotPriceChanged]; charged for Spot kinds alone
	External   int64 // a machine of one's own
	EBS        int64 // its volume
	PublicIPv4 int64 // its address
}

// fixed is the part of the price that does not change while an instance runs.
func (p InstancePrice) fixed(spot bool) int64 {
	if spot {
		p.OnDemand = 0
	}
	return p.OnDemand + p.External + p.EBS + p.PublicIPv4
}

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

	price    []InstancePrice  // by kind
	scale    []shareScale     // by kind
	fargate  [][]*fargateLine // by provider and task group: what Fargate costs and what ran on it, or nil
	order    []fargateKey     // of fargate, in the order of declaration
	kindTime []sim.Integral   // by kind: billed time

	instances []account               // by instance
	touched   int64                   // keeps what Touch reads from being optimised away
	groups    []compensated           // by task group: its part of the instances, nano-dollars
	idle      [idleCauses]compensated // nano-dollars
	lost      compensated             // what tasks paid for work that was thrown away, nano-dollars
	waiting   waitingClock
	pools     []pool // by kind: warm pools

	spotPrices   []spotPrice   // by kind
	spotBills    []spotBill    // by kind
	spotAccounts []spotAccount // by instance
	held         []heldCharge
	freeHeld     []int32 // places in held to reuse
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
	rate   float64  // nano-dollars per nanosecond, without the Spot price
	paid   float64  // what a share of 1 would have paid since the launch
	idle   float64  // what no task has paid since the instance is in its state
	// idleWaiting is the part of idle for time in which tasks waited. Within the
	// time since the last change of the instance its cost is taken as even: a Spot
	// price that changes meanwhile may move a little of it to the other part.
	idleWaiting float64
	waited      sim.Time // for how long tasks had waited by then
	kind        cluster.KindID
	open        bool
	spot        bool
}

// one is a share of 1.
const one = 1 << 32

// NewLedger returns an empty ledger for a run that counts from the warm-up on.
func NewLedger(c *cluster.Cluster, warmup sim.Time) *Ledger {
	return &Ledger{cluster: c, warmup: warmup}
}

// SetInstancePrice declares the price of a kind before the run begins; a kind without
// one is free.
func (l *Ledger) SetInstancePrice(k cluster.KindID, p InstancePrice) {
	for len(l.price) <= int(k) {
		l.price = append(l.price, InstancePrice{})
	}
	l.price[k] = p
	if int(k) < len(l.spotPrices) {
		l.spotPrices[k] = newSpotPrice(p.Spot)
	}
}

// SetFargatePrice declares what tasks of a group cost on a Fargate provider.
func (l *Ledger) SetFargatePrice(p cluster.ProviderID, g cluster.GroupID, price FargatePrice) {
	for len(l.fargate) <= int(p) {
		l.fargate = append(l.fargate, nil)
	}
	for len(l.fargate[p]) <= int(g) {
		l.fargate[p] = append(l.fargate[p], nil)
	}
	l.fargate[p][g] = &fargateLine{FargatePrice: price}
	l.order = append(l.order, fargateKey{p, g})
}

// onProvider returns what tasks of a group cost on a Fargate provider and what ran
// there, or nil.
func (l *Ledger) onProvider(p cluster.ProviderID, g cluster.GroupID) *fargateLine {
	if int(p) >= len(l.fargate) || int(g) >= len(l.fargate[p]) {
		return nil
	}
	return l.fargate[p][g]
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
		spot := l.cluster.Kind(kind).Spot
		l.instances[id] = account{
			since:  now,
			rate:   float64(l.instancePrice(kind).fixed(spot)) / float64(nanosPerHour),
			waited: l.waiting.at(now),
			kind:   kind,
			open:   true,
			spot:   spot,
		}
		if spot {
			l.openSpot(now, id, kind)
		}
	case to == cluster.Terminated:
		l.close(id, from, now)
	default:
		l.advance(id, now)
		l.settleIdle(id, from)
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

// close ends the bill of an instance that was in a state: what is billed beyond
// its end, because seconds are whole and there is a minimum, is idle.
func (l *Ledger) close(id cluster.InstanceID, state cluster.State, now sim.Time) {
	l.advance(id, now)
	a := &l.instances[id]
	launched := l.cluster.Instance(id).LaunchedAt
	end := launched + billable(now-launched)
	from := max(launched, l.warmup)
	if end > l.warmup {
		l.kindTime[a.kind].Add(1, end-from)
		beyond := end - max(now, l.warmup)
		a.idle += float64(a.rate * float64(beyond))
		if a.spot {
			a.idle += float64(l.spotPrices[a.kind].perHour) * (float64(beyond) / float64(nanosPerHour))
		}
	}
	l.settleIdle(id, state)
	if a.spot && end > l.warmup {
		l.closeSpot(now, id, launched, from, end)
	}
	a.open = false
}

// advance brings an account up to now.
func (l *Ledger) advance(id cluster.InstanceID, now sim.Time) {
	a := &l.instances[id]
	span := now - a.since
	if span == 0 {
		return
	}
	a.since = now
	cost := float64(a.rate * float64(span))
	if a.spot {
		cost += l.spotCost(id, a.kind, now)
	}
	waited := l.waiting.at(now)
	some := waited - a.waited
	a.waited = waited
	if a.shares > one {
		a.paid += float64(cost * (one / float64(a.shares)))
		return
	}
	a.paid += cost
	idle := float64(cost * (float64(one-a.shares) / one))
	a.idle += idle
	switch some {
	case 0:
	case span:
		a.idleWaiting += idle
	default:
		a.idleWaiting += float64(idle * (float64(some) / float64(span)))
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
	l.advance(t.Instance, now)
	a := &l.instances[t.Instance]
	a.shares += l.scale[a.kind].dominant(l.cluster.Class(t.Class).Demand)
	t.Paid = a.paid
}

// TaskEnded charges the task.
func (l *Ledger) TaskEnded(now sim.Time, id cluster.TaskID) { l.TaskLost(now, id, 0) }

// TaskLost charges a task that ends, of whose time a part was lost: the work done
// in it was thrown away. The same part of what it pays is booked as lost.
func (l *Ledger) TaskLost(now sim.Time, id cluster.TaskID, lost sim.Time) {
	t := l.cluster.Task(id)
	if t.Instance != cluster.None {
		l.charge(now, t, lost)
	}
}

func (l *Ledger) charge(now sim.Time, t *cluster.Task, lost sim.Time) {
	class := l.cluster.Class(t.Class)
	part := 0.0
	if lost > 0 {
		if counted := now - max(t.Placed(), l.warmup); counted > 0 {
			part = float64(min(lost, counted)) / float64(counted)
		}
	}
	if l.onFargate(t) {
		l.chargeFargate(now, t, class, part)
		return
	}
	l.advance(t.Instance, now)
	a := &l.instances[t.Instance]
	share := l.scale[a.kind].dominant(class.Demand)
	a.shares -= share
	owed := float64(a.paid-t.Paid) * (float64(share) / one)
	if a.spot {
		if now-l.cluster.Instance(t.Instance).LaunchedAt < firstHour {
			l.hold(t.Instance, class.Group, owed, float64(owed*part))
			return
		}
		l.release(t.Instance, 1)
	}
	l.book(class.Group, owed, float64(owed*part))
}

// book charges a task group, in nano-dollars. A part of it may have paid for work
// that was thrown away.
func (l *Ledger) book(g cluster.GroupID, amount, lost float64) {
	for len(l.groups) <= int(g) {
		l.groups = append(l.groups, compensated{})
	}
	l.groups[g].add(amount)
	if lost != 0 {
		l.lost.add(lost)
	}
}

func (l *Ledger) chargeFargate(now sim.Time, t *cluster.Task, class *cluster.Class, lost float64) {
	provider := l.cluster.Kind(l.cluster.Instance(t.Instance).Kind).Provider
	line := l.onProvider(provider, class.Group)
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
	if lost > 0 {
		l.lost.add(float64(line.rate(class.Demand)) * (float64(span) / float64(nanosPerHour)) * lost)
	}
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
			l.advance(cluster.InstanceID(id), now)
			a.idle, a.idleWaiting = 0, 0
			if a.spot {
				s := &l.spotAccounts[id]
				s.began, s.idle, s.held = s.last, [idleCauses]float64{}, noCharge
			}
		}
	}
	l.held, l.freeHeld = l.held[:0], l.freeHeld[:0]
	clear(l.spotBills)
	for k := range l.pools {
		l.pools[k] = pool{stopped: l.pools[k].stopped, running: l.pools[k].running, since: now}
	}
	l.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := l.cluster.Task(id); t.Instance != cluster.None && !l.onFargate(t) {
			t.Paid = l.instances[t.Instance].paid
		}
	})
	clear(l.groups)
	l.idle, l.lost = [idleCauses]compensated{}, compensated{}
	clear(l.kindTime)
	for _, key := range l.order {
		line := l.onProvider(key.provider, key.group)
		*line = fargateLine{FargatePrice: line.FargatePrice}
	}
}

// Close charges everything that is still there at the end of the run.
func (l *Ledger) Close(now sim.Time) {
	l.cluster.LiveTasks(func(id cluster.TaskID) {
		if t := l.cluster.Task(id); t.Instance != cluster.None {
			l.charge(now, t, 0)
		}
	})
	for id := range l.instances {
		if l.instances[id].open {
			l.close(cluster.InstanceID(id), l.cluster.Instance(cluster.InstanceID(id)).State, now)
		}
	}
	for k := range l.pools {
		l.advancePool(now, cluster.KindID(k))
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
	warmPool := new(big.Int)
	for k := range max(len(l.kindTime), len(l.pools)) {
		kind := l.cluster.Kind(cluster.KindID(k))
		p, provider := l.instancePrice(cluster.KindID(k)), kind.Provider
		var t sim.Integral
		if k < len(l.kindTime) {
			t = l.kindTime[k]
		}
		if kind.Spot {
			if k < len(l.spotBills) {
				book(provider, &c.ByComponent.EC2Spot, amount(l.spotBills[k].paid, 1, 1))
			}
		} else {
			book(provider, &c.ByComponent.EC2OnDemand, amount(t, p.OnDemand, 1))
		}
		book(provider, &c.ByComponent.External, amount(t, p.External, 1))
		book(provider, &c.ByComponent.EBS, amount(t, p.EBS, 1))
		book(provider, &c.ByComponent.PublicIPv4, amount(t, p.PublicIPv4, 1))
		if stopped := l.stopped(cluster.KindID(k)); !stopped.IsZero() {
			nano := amount(stopped, p.EBS, 1)
			book(provider, &c.ByComponent.EBS, nano)
			warmPool.Add(warmPool, nano)
		}
	}
	groups := make([]float64, l.cluster.Groups())
	for g := range l.groups {
		groups[g] = l.groups[g].value() / nanoPerDollar
	}
	for _, key := range l.order {
		line := l.onProvider(key.provider, key.group)
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
	idle := func(cause int) float64 { return l.idle[cause].value() / nanoPerDollar }
	c.IdleByCause = IdleByCause{
		Booting: max(0, idle(idleBooting)), Waiting: idle(idleWaiting), Free: idle(idleFree), Draining: idle(idleDraining), WarmPool: idle(idleWarmPool) + dollars(warmPool),
	}
	c.Idle = c.IdleByCause.sum()
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
		c.UsefulWork += cost
	}
	c.LostWork = l.lost.value() / nanoPerDollar
	c.UsefulWork = max(0, c.UsefulWork-c.LostWork) // bills are rounded to nano-dollars, what is lost of them is not
	return c
}

// rate returns what an hour of an instance of a kind costs now, in nano-dollars.
func (l *Ledger) rate(k cluster.KindID) int64 {
	p := l.instancePrice(k)
	if l.cluster.Kind(k).Spot {
		return p.fixed(true) + l.spotPrice(k).perHour
	}
	return p.fixed(false)
}

// leastRate returns the least that an hour of an instance of a kind has cost so
// far, in nano-dollars.
func (l *Ledger) leastRate(k cluster.KindID) int64 {
	p := l.instancePrice(k)
	if l.cluster.Kind(k).Spot {
		return p.fixed(true) + l.spotPrice(k).least
	}
	return p.fixed(false)
}

// fargateRate returns what a task of a class costs on a Fargate provider, in
// nano-dollars per hour, for the course of the cost over time.
func (l *Ledger) fargateRate(p cluster.ProviderID, class *cluster.Class) int64 {
	line := l.onProvider(p, class.Group)
	if line == nil {
		return 0
	}
	return line.rate(class.Demand)
}

func (p FargatePrice) rate(demand cluster.Vector) int64 {
	return demand.CPU*p.VCPU/cluster.VCPU + demand.Memory*p.GiB/cluster.GiB + p.Storage
}
