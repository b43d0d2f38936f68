package report

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// market is a cluster with kinds of instances on demand and on Spot, a dollar an
// hour or less each, measured by a meter.
type market struct {
	kernel *sim.Kernel
	*cluster.Cluster
	meter    *Meter
	onDemand cluster.KindID
	spot     []cluster.KindID
	pool     cluster.PoolID
	groups   []cluster.GroupID // two jobs and a service
	step     sim.Kind
	steps    []func()
}

func newMarket(warmup sim.Time) *market {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	c.KeepResidents()
	m := &market{kernel: kernel, Cluster: c}
	a, b := c.AddProvider("steady"), c.AddProvider("cheap")
	capacity := cluster.Vector{CPU: 4 * cluster.VCPU, Memory: 8 * cluster.GiB}
	m.onDemand = c.AddKind(cluster.Kind{Provider: a, Type: "m5.xlarge", Zone: "z1", Capacity: capacity})
	for _, zone := range []string{"z1", "z2"} {
		m.spot = append(m.spot, c.AddKind(cluster.Kind{Provider: b, Type: "m5.xlarge", Zone: zone, Capacity: capacity, Spot: true}))
	}
	m.pool = c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{a, b}})
	m.groups = []cluster.GroupID{c.AddGroup("etl"), c.AddGroup("render"), c.AddGroup(cluster.ServicePrefix + "web")}
	m.meter = NewMeter(c, warmup, 4)
	m.meter.FollowCapacity(CapacityFacts{Interruptible: true})
	m.meter.Ledger.SetInstancePrice(m.onDemand, InstancePrice{OnDemand: nanoPerDollar, EBS: nanoPerDollar / 100})
	for _, k := range m.spot {
		m.meter.Ledger.SetInstancePrice(k, InstancePrice{OnDemand: nanoPerDollar, Spot: nanoPerDollar / 4, EBS: nanoPerDollar / 100})
	}
	c.Watch(m.meter)
	m.step = kernel.Register("step", sim.Ending, false, func(_ sim.Time, slot, _ uint32) { m.steps[slot]() })
	return m
}

// at does something at an instant that is not over.
func (m *market) at(t sim.Time, do func()) {
	m.steps = append(m.steps, do)
	m.kernel.Schedule(t, m.step, uint32(len(m.steps)-1), 0)
}

func (m *market) run(t require.TestingT, end sim.Time) Cost {
	require.NoError(t, m.kernel.Run(end))
	m.meter.Close(end)
	return m.meter.Ledger.Cost()
}

// start starts a task that takes some vCPU of an instance.
func (m *market) start(g cluster.GroupID, vcpu int64, on cluster.InstanceID) cluster.TaskID {
	demand := cluster.Vector{CPU: vcpu * cluster.VCPU, Memory: cluster.GiB / 2}
	id := m.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: m.pool, Group: g}, sim.Hour)
	return m.Start(m.Task(id).Class, on)
}

func (m *market) lose(id cluster.InstanceID, why Loss) {
	m.meter.InstanceLost(m.Now(), id, why)
	m.Evict(id, cluster.Interrupted)
	m.Terminate(id)
}

// Source: Amazon EC2 user guide, "Billing for interrupted Spot Instances": an
// instance that EC2 interrupts within its first hour is not charged; one that its
// user ends is charged for its seconds, and at least for a minute.
func TestTheFirstHourOfAReclaimedInstanceIsFree(t *testing.T) {
	for _, test := range []struct {
		name         string
		end          sim.Time
		lost         bool
		why          Loss
		spot, ebs    float64 // dollars
		etl, lost_   float64
		free         float64 // hours
		interruption int64
	}{
		// Half of the instance is held: half of what is paid. All of the work is lost.
		{"reclaimed after half an hour", 30 * sim.Minute, true, Reclaimed, 0, 0.005, 0.0025, 0.0025, 0.5, 1},
		{"reclaimed a second before the hour", sim.Hour - sim.Second, true, Reclaimed, 0, 0.01 * 3599 / 3600, 0.005 * 3599 / 3600, 0.005 * 3599 / 3600, 3599.0 / 3600, 1},
		{"reclaimed after an hour", sim.Hour, true, Reclaimed, 0.25, 0.01, 0.13, 0.13, 0, 1},
		{"reclaimed after two hours", 2 * sim.Hour, true, Reclaimed, 0.5, 0.02, 0.26, 0.26, 0, 1},
		{"ended by its user", 30 * sim.Minute, false, 0, 0.125, 0.005, 0.065, 0, 0, 0},
		{"failed", 30 * sim.Minute, true, InstanceFailed, 0.125, 0.005, 0.065, 0.065, 0, 0},
		{"ended by its user at once", 10 * sim.Second, false, 0, 0.25 / 60, 0.01 / 60, 0.26 * 10 / 3600 / 2, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMarket(0)
			var id cluster.InstanceID
			m.at(0, func() {
				id = m.Launch(m.spot[0], true)
				m.start(m.groups[0], 2, id)
			})
			m.at(test.end, func() {
				if test.lost {
					m.lose(id, test.why)
				} else {
					m.Evict(id, cluster.Stopped)
					m.Terminate(id)
				}
			})
			c := m.run(t, 4*sim.Hour)
			assert.InDelta(t, test.spot, c.ByComponent.EC2Spot, 1e-9)
			assert.InDelta(t, test.ebs, c.ByComponent.EBS, 1e-9)
			assert.InDelta(t, test.etl, c.ByJob["etl"], 1e-9)
			assert.InDelta(t, test.lost_, c.LostWork, 1e-9)
			s := m.meter.Spot()
			assert.InDelta(t, test.free, s.FreeHours, 1e-9)
			assert.Equal(t, test.interruption, s.Interruptions)
			assert.InDelta(t, test.spot, s.Cost, 1e-9)
			billed := max(test.end, sim.Minute).Seconds() / 3600
			assert.InDelta(t, billed, s.InstanceHours, 1e-9)
			assert.InDelta(t, billed-test.spot, s.SavingsAgainstOnDemand, 1e-9, "a dollar an hour on demand")
			holds(t, m, c)
		})
	}
}

// A Spot instance for three hours: $0.25 for the first, $0.40 for half an hour,
// $0.10 for the rest. A task holds half of it throughout, another a quarter for
// the last hour.
func TestSpotPricesOverTime(t *testing.T) {
	m := newMarket(0)
	m.at(0, func() { m.start(m.groups[0], 2, m.Launch(m.spot[0], true)) })
	m.at(sim.Hour, func() { m.meter.SpotPriceChanged(m.Now(), m.spot[0], 400_000_000) })
	m.at(90*sim.Minute, func() { m.meter.SpotPriceChanged(m.Now(), m.spot[0], 100_000_000) })
	m.at(2*sim.Hour, func() { m.start(m.groups[1], 1, 0) })
	c := m.run(t, 3*sim.Hour)
	spot := 0.25 + 0.2 + 0.15
	assert.InDelta(t, spot, c.ByComponent.EC2Spot, 1e-12)
	assert.InDelta(t, (spot+0.03)/2, c.ByJob["etl"], 1e-9)
	assert.InDelta(t, (0.1+0.01)/4, c.ByJob["render"], 1e-9)
	assert.InDelta(t, 3-spot, m.meter.Spot().SavingsAgainstOnDemand, 1e-9)
	holds(t, m, c)
	// The course of the cost and of the price.
	series := m.meter.Recorder.Series()
	assert.InDelta(t, spot+0.03, total(series, "cost.perHour"), 1e-9)
	assert.InDelta(t, spot, total(series, "spot.price.z1.m5.xlarge"), 1e-9)
}

// total sums a column over time, in its unit × hours.
func total(s Series, name string) float64 {
	sum := 0.0
	for _, c := range s.Columns {
		if c.Name == name {
			for i, v := range c.Values {
				sum += v * min(s.Width, s.End-s.Start-sim.Time(i)*s.Width).Seconds() / 3600
			}
		}
	}
	return sum
}

// What a checkpoint saved is not lost, and what services did is not either.
func TestWorkThatIsLost(t *testing.T) {
	m := newMarket(0)
	m.at(0, func() {
		on := m.Launch(m.onDemand, true)
		m.start(m.groups[0], 1, on)
		saved := m.start(m.groups[1], 1, on)
		m.start(m.groups[2], 1, on)
		m.at(2*sim.Hour, func() {
			m.meter.WorkLost(m.Now(), saved, 30*sim.Minute, true)
			m.End(saved, cluster.Interrupted)
			m.lose(on, ZoneLost)
		})
	})
	c := m.run(t, 3*sim.Hour)
	// Each held a quarter of 1.01 dollars an hour; all of two hours of the one are
	// lost, and half an hour of the other.
	assert.InDelta(t, 1.01/4*2.5, c.LostWork, 1e-9)
	assert.InDelta(t, 1.01/4*3.5, c.UsefulWork, 1e-9)
	tasks, jobs := m.meter.Tally.Tasks(3 * sim.Hour)
	assert.InDelta(t, 9000, tasks.LostSeconds, 0)
	assert.InDelta(t, 1800, jobs["render"].LostSeconds, 0)
	assert.Equal(t, int64(3), tasks.Interrupted)
	assert.Zero(t, m.meter.Spot().Interruptions)
	holds(t, m, c)
}

// A task of a job in three attempts: one interrupted, one failed, one completed.
func TestAttemptsOfATask(t *testing.T) {
	m := newMarket(0)
	at := sim.Time(0)
	m.at(0, func() {
		on := m.Launch(m.onDemand, true)
		for i, why := range []cluster.Reason{cluster.Interrupted, cluster.Failed, cluster.Completed} {
			m.at(sim.Time(i)*sim.Minute, func() {
				id := m.start(m.groups[0], 1, on)
				if i > 0 {
					m.meter.TaskRetried(m.Now(), id, at)
				}
				at = m.Now()
				m.at(m.Now()+30*sim.Second, func() { m.End(id, why) })
			})
		}
	})
	m.run(t, sim.Hour)
	tasks, jobs := m.meter.Tally.Tasks(sim.Hour)
	etl := jobs["etl"]
	assert.Equal(t, [4]int64{3, 1, 1, 1}, [4]int64{tasks.Submitted, tasks.Completed, tasks.Interrupted, tasks.Failed})
	assert.Equal(t, [5]int64{1, 3, 1, 1, 1}, [5]int64{etl.Submitted, etl.Attempts, etl.Completed, etl.Interrupted, etl.Failed})
	assert.InDelta(t, 60, etl.LostSeconds, 0)
}

// Idle time by its cause: 10 min of booting, 20 min without and 10 with tasks that
// wait, 20 min of draining, and warm pools: two stopped for an hour, one of which
// runs for the half of it, after it has booted for 5 min.
func TestIdleTimeByCause(t *testing.T) {
	m := newMarket(0)
	demand := cluster.Vector{CPU: 8 * cluster.VCPU}
	m.at(0, func() {
		id := m.Launch(m.onDemand, false)
		m.at(10*sim.Minute, func() { m.Activate(id) })
		m.at(30*sim.Minute, func() { m.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: m.pool}, 0) })
		m.at(40*sim.Minute, func() { m.Drain(id) })
		m.at(60*sim.Minute, func() { m.Terminate(id) })
		m.meter.WarmPoolChanged(0, m.onDemand, 2, 0)
		var pooled cluster.InstanceID
		m.at(25*sim.Minute, func() { pooled = m.Launch(m.onDemand, false) })
		m.at(30*sim.Minute, func() { m.meter.WarmPoolChanged(m.Now(), m.onDemand, 1, 1) })
		m.at(60*sim.Minute, func() {
			m.Terminate(pooled)
			m.meter.WarmPoolChanged(m.Now(), m.onDemand, 0, 0)
		})
	})
	c := m.run(t, 2*sim.Hour)
	assert.InDelta(t, 1.01*15/60, c.IdleByCause.Booting, 1e-9)
	assert.InDelta(t, 1.01/3, c.IdleByCause.Free, 1e-9)
	assert.InDelta(t, 1.01/6, c.IdleByCause.Waiting, 1e-9)
	assert.InDelta(t, 1.01/3, c.IdleByCause.Draining, 1e-9)
	assert.InDelta(t, 1.5*0.01+1.01/2, c.IdleByCause.WarmPool, 1e-9)
	assert.InDelta(t, 1+35.0/60, c.ByComponent.EC2OnDemand, 1e-9)
	assert.InDelta(t, 0.01*(1.5+1+35.0/60), c.ByComponent.EBS, 1e-9)
	holds(t, m, c)
	assert.InDelta(t, c.Total, total(m.meter.Recorder.Series(), "cost.perHour"), 1e-9)
}

// holds holds a bill to what must be true of each.
func holds(t assert.TestingT, m *market, c Cost) {
	sum := func(of map[string]float64) (s float64) {
		for _, v := range of {
			s += v
		}
		return s
	}
	assert.InDelta(t, c.Total, sum(c.ByService)+sum(c.ByJob)+c.Idle+c.Unattributed, 1e-6, "jobs, services and idle time")
	assert.InDelta(t, c.Total, c.UsefulWork+c.LostWork+c.Idle+c.Unattributed, 1e-6, "work and idle time")
	assert.InDelta(t, c.Total, c.ByComponent.EC2OnDemand+c.ByComponent.EC2Spot+c.ByComponent.EBS, 1e-6, "components")
	assert.InDelta(t, c.Total, sum(c.ByCapacityProvider)+c.Unattributed, 1e-6, "capacity providers")
	for _, v := range []float64{c.IdleByCause.Booting, c.IdleByCause.Waiting, c.IdleByCause.Free, c.IdleByCause.Draining, c.LostWork, c.UsefulWork} {
		assert.GreaterOrEqual(t, v, -1e-9)
	}
	i := m.meter.Recorder.Instances()
	assert.Equal(t, i.RunningAtStart+i.Launched, i.Terminated+i.RunningAtEnd, "each instance is in one state")
	assert.LessOrEqual(t, i.Interrupted, i.Terminated)
	tasks, _ := m.meter.Tally.Tasks(m.meter.Recorder.now)
	assert.Equal(t, tasks.Submitted, tasks.Completed+tasks.Stopped+tasks.Interrupted+tasks.Failed+tasks.Rejected+tasks.Running+tasks.Pending, "each task is in one state")
	if b := m.meter.Floor.Bounds(m.meter.Recorder).CostLowerBound; b != nil {
		assert.LessOrEqual(t, *b, c.Total+1e-9)
	}
	var launched, ended, lost int64
	for _, p := range m.meter.Recorder.CapacityProviders() {
		launched, ended, lost = launched+p.Launched, ended+p.Terminated, lost+p.Interrupted
	}
	assert.Equal(t, []int64{i.Launched, i.Terminated, i.Interrupted}, []int64{launched, ended, lost}, "the capacity providers count the same")
}

// bill works out by brute force what a ledger should say: it keeps all that
// happens, and goes through every instance in every stretch of time.
type bill struct {
	instances []*billed
	tasks     []*billedTask
	prices    map[cluster.KindID][]turn // of Spot, dollars per hour
	waits     []turn                    // 1 from when on a task waits, 0 from when on none does
}

type turn struct {
	at sim.Time
	to float64
}

type billed struct {
	kind      cluster.KindID
	states    []turn // cluster.State
	from, end sim.Time
	last      float64 // the Spot price when it ended, dollars per hour
	reclaimed bool
}

type billedTask struct {
	on       *billed
	group    string
	share    float64
	from, to sim.Time
	kept     sim.Time // work of the last part of this length is lost, if not negative
}

func value(of []turn, at sim.Time) (v float64) {
	for _, c := range of {
		if c.at <= at {
			v = c.to
		}
	}
	return v
}

func (b *bill) work(m *market, warmup, end sim.Time) (groups map[string]float64, idle [idleCauses]float64, lost, spot float64) {
	groups = map[string]float64{}
	cuts := []sim.Time{warmup, end}
	for _, i := range b.instances {
		cuts = append(cuts, i.from, i.end)
		for _, s := range i.states {
			cuts = append(cuts, s.at)
		}
	}
	for _, t := range b.tasks {
		cuts = append(cuts, t.from, t.to)
	}
	for _, w := range b.waits {
		cuts = append(cuts, w.at)
	}
	for _, k := range m.spot {
		for _, p := range b.prices[k] {
			cuts = append(cuts, p.at)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for _, i := range b.instances {
		billedEnd := i.from + billable(i.end-i.from)
		if billedEnd <= warmup {
			continue
		}
		own := map[string]float64{}
		var ownIdle [idleCauses]float64
		var ownLost, ownSpot, ownRest float64
		onSpot := m.Kind(i.kind).Spot
		pay := func(from, to sim.Time, price float64) float64 {
			hours := float64(to-from) / float64(sim.Hour)
			rest, changing := 0.01*hours, 0.0
			if onSpot {
				changing = price * hours
			} else {
				rest += hours
			}
			ownRest += rest
			ownSpot += changing
			return rest + changing
		}
		for n := 1; n < len(cuts); n++ {
			from, to := cuts[n-1], cuts[n]
			if from < warmup || from < i.from || to > i.end {
				continue
			}
			cost := pay(from, to, value(b.prices[i.kind], from))
			sum := 0.0
			for _, t := range b.tasks {
				if t.on == i && t.from <= from && to <= t.to {
					sum += t.share
				}
			}
			for _, t := range b.tasks {
				if t.on == i && t.from <= from && to <= t.to {
					own[t.group] += cost * t.share / max(1, sum)
				}
			}
			free := cost * max(0, 1-sum)
			switch cluster.State(value(i.states, from)) {
			case cluster.Booting:
				ownIdle[idleBooting] += free
			case cluster.Draining:
				ownIdle[idleDraining] += free
			default:
				if value(b.waits, from) == 1 {
					ownIdle[idleWaiting] += free
				} else {
					ownIdle[idleFree] += free
				}
			}
		}
		// What is billed beyond the end belongs to the last state.
		if beyond := pay(max(i.end, warmup), billedEnd, i.last); beyond > 0 {
			switch cluster.State(i.states[len(i.states)-1].to) {
			case cluster.Booting:
				ownIdle[idleBooting] += beyond
			case cluster.Draining:
				ownIdle[idleDraining] += beyond
			default:
				ownIdle[idleFree] += beyond
			}
		}
		for _, t := range b.tasks {
			if t.on != i || t.kept < 0 || t.to <= max(t.from, warmup) {
				continue
			}
			// What the task paid in all, by its part of the time that is lost.
			paid := 0.0
			for n := 1; n < len(cuts); n++ {
				from, to := cuts[n-1], cuts[n]
				if from < warmup || from < t.from || to > t.to {
					continue
				}
				sum := 0.0
				for _, o := range b.tasks {
					if o.on == i && o.from <= from && to <= o.to {
						sum += o.share
					}
				}
				rate := 0.01 + 1.0
				if onSpot {
					rate = 0.01 + value(b.prices[i.kind], from)
				}
				paid += rate * float64(to-from) / float64(sim.Hour) * t.share / max(1, sum)
			}
			counted := t.to - max(t.from, warmup)
			ownLost += paid * float64(min(counted, t.to-t.from-t.kept)) / float64(counted)
		}
		part := 1.0
		if onSpot && i.reclaimed && i.end-i.from < sim.Hour {
			part = ownRest / (ownRest + ownSpot)
			ownSpot = 0
		}
		for g, v := range own {
			groups[g] += v * part
		}
		for c, v := range ownIdle {
			idle[c] += v * part
		}
		lost += ownLost * part
		spot += ownSpot
	}
	return groups, idle, lost, spot
}

// Random launches, prices, tasks, losses and ends: the bill is that of brute
// force, and the identities hold.
func TestBillsOfMovingCapacity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		warmup := rapid.SampledFrom([]sim.Time{0, 0, 50 * sim.Minute}).Draw(t, "warm-up")
		m := newMarket(warmup)
		b := &bill{prices: map[cluster.KindID][]turn{}}
		for _, k := range m.spot {
			b.prices[k] = []turn{{0, 0.25}}
		}
		var alive []cluster.InstanceID
		of := map[cluster.InstanceID]*billed{}
		running := map[cluster.TaskID]*billedTask{}
		taskOn := map[cluster.InstanceID][]cluster.TaskID{}
		waiting, priced := 0, false
		wait := func(n int) {
			waiting += n
			b.waits = append(b.waits, turn{m.Now(), min(1, float64(waiting))})
		}
		end := func(id cluster.TaskID, why cluster.Reason) {
			r := running[id]
			r.to, r.kept = m.Now(), -1
			if why == cluster.Interrupted || why == cluster.Failed {
				if r.group != "web" {
					r.kept = 0
					if rapid.Bool().Draw(t, "checkpoint") {
						r.kept = sim.Time(rapid.Int64Range(0, int64(r.to-r.from)).Draw(t, "kept"))
						m.meter.WorkLost(m.Now(), id, r.to-r.from-r.kept, true)
					}
				}
			}
			m.End(id, why)
			delete(running, id)
		}
		close := func(n int) {
			id := alive[n]
			of[id].end, of[id].last = m.Now(), value(b.prices[of[id].kind], m.Now())
			alive = slices.Delete(alive, n, n+1)
			m.Terminate(id)
			taskOn[id] = nil
		}
		if warmup > 0 {
			m.at(warmup, func() { m.meter.EndWarmup(m.Now()) })
		}
		var now sim.Time
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now += rapid.SampledFrom([]sim.Time{0, sim.Second / 3, 20 * sim.Second, 7 * sim.Minute, 29*sim.Minute + sim.Millisecond}).Draw(t, "after")
			m.at(now, func() {
				switch op := rapid.IntRange(0, 9).Draw(t, "what"); {
				case op <= 1 || len(alive) == 0:
					kind := rapid.SampledFrom(append(m.spot, m.onDemand)).Draw(t, "kind")
					active := rapid.Bool().Draw(t, "active")
					id := m.Launch(kind, active)
					of[id] = &billed{kind: kind, from: m.Now(), end: -1, states: []turn{{m.Now(), float64(cluster.Booting)}}}
					if active {
						of[id].states = append(of[id].states, turn{m.Now(), float64(cluster.Active)})
					}
					b.instances = append(b.instances, of[id])
					alive = append(alive, id)
				case op == 2:
					id := alive[rapid.IntRange(0, len(alive)-1).Draw(t, "which")]
					switch m.Instance(id).State {
					case cluster.Booting:
						m.Activate(id)
						of[id].states = append(of[id].states, turn{m.Now(), float64(cluster.Active)})
					case cluster.Active:
						m.Drain(id)
						of[id].states = append(of[id].states, turn{m.Now(), float64(cluster.Draining)})
					}
				case op <= 5:
					id := alive[rapid.IntRange(0, len(alive)-1).Draw(t, "which")]
					vcpu := int64(rapid.IntRange(1, 3).Draw(t, "vCPU"))
					if i := m.Instance(id); i.State != cluster.Active || i.Free.CPU < vcpu*cluster.VCPU {
						return
					}
					g := rapid.IntRange(0, 2).Draw(t, "group")
					task := m.start(m.groups[g], vcpu, id)
					running[task] = &billedTask{on: of[id], group: []string{"etl", "render", "web"}[g], share: float64(vcpu) / 4, from: m.Now(), to: -1, kept: -1}
					b.tasks = append(b.tasks, running[task])
					taskOn[id] = append(taskOn[id], task)
				case op == 6:
					id := alive[rapid.IntRange(0, len(alive)-1).Draw(t, "which")]
					if on := taskOn[id]; len(on) > 0 {
						end(on[0], rapid.SampledFrom([]cluster.Reason{cluster.Completed, cluster.Stopped, cluster.Failed}).Draw(t, "why"))
						taskOn[id] = on[1:]
					}
				case op == 7:
					k := rapid.SampledFrom(m.spot).Draw(t, "kind")
					priced = true
					price := rapid.Int64Range(0, nanoPerDollar).Draw(t, "price")
					m.meter.SpotPriceChanged(m.Now(), k, price)
					b.prices[k] = append(b.prices[k], turn{m.Now(), float64(price) / nanoPerDollar})
				case op == 8 && waiting == 0:
					demand := cluster.Vector{CPU: 64 * cluster.VCPU}
					m.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: m.pool, Group: m.groups[0]}, 0)
					wait(1)
				case op == 8:
					m.LiveTasks(func(id cluster.TaskID) {
						if m.Task(id).Instance == cluster.None {
							m.Reject(m.Task(id).Class, cluster.Rejected)
						}
					})
					wait(-1)
				default:
					n := rapid.IntRange(0, len(alive)-1).Draw(t, "which")
					id := alive[n]
					why := cluster.Stopped
					if rapid.IntRange(0, 2).Draw(t, "lost") > 0 {
						loss := rapid.SampledFrom([]Loss{Reclaimed, InstanceFailed}).Draw(t, "loss")
						m.meter.InstanceLost(m.Now(), id, loss)
						of[id].reclaimed = loss == Reclaimed
						why = cluster.Interrupted
					}
					for _, task := range taskOn[id] {
						end(task, why)
					}
					close(n)
				}
				require.NoError(t, m.meter.Check())
			})
		}
		until := now + rapid.SampledFrom([]sim.Time{sim.Second, sim.Hour}).Draw(t, "rest")
		until = max(until, warmup+sim.Second)
		c := m.run(t, until)
		for _, i := range b.instances {
			if i.end < 0 {
				i.end, i.last = until, value(b.prices[i.kind], until)
			}
		}
		for _, r := range b.tasks {
			if r.to < 0 {
				r.to = until
			}
		}
		groups, idle, lost, spot := b.work(m, warmup, until)
		got := map[string]float64{"etl": c.ByJob["etl"], "render": c.ByJob["render"], "web": c.ByService["web"]}
		for g, v := range got {
			assert.InDelta(t, groups[g], v, 1e-7, g)
		}
		assert.InDelta(t, idle[idleBooting], c.IdleByCause.Booting, 1e-7, "booting")
		assert.InDelta(t, idle[idleDraining], c.IdleByCause.Draining, 1e-7, "draining")
		assert.InDelta(t, idle[idleFree]+idle[idleWaiting], c.IdleByCause.Free+c.IdleByCause.Waiting, 1e-7, "free")
		if !priced {
			assert.InDelta(t, idle[idleWaiting], c.IdleByCause.Waiting, 1e-7, "waiting")
		}
		assert.InDelta(t, lost, c.LostWork, 1e-7, "lost work")
		assert.InDelta(t, spot, c.ByComponent.EC2Spot, 1e-7, "Spot")
		holds(t, m, c)
		require.NoError(t, m.Check())
	})
}
