package scenarios

import (
	"fmt"
	"slices"

	"berth/placement"
	"berth/report"
	"berth/scaling"
	"berth/sim"
	"berth/sim/cloudwatch"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// managedCapacity moves the Auto Scaling groups of the capacity providers with
// managed scaling. Each minute it works out CapacityProviderReservation, when all
// that happens at the instant has happened, and publishes it; alarms look at it,
// and then the groups are decided on.
type managedCapacity struct {
	world  *World
	watch  *cloudwatch.CloudWatch
	groups []*managedGroup
	of     []*managedGroup // by provider; nil for others

	tick, decide, keep sim.Kind
	kept               bool                      // the run goes on until the next tick at least
	waiting            []scaling.WaitingTasks    // of the provider that is looked at
	place              map[scaling.TaskNeeds]int // in it
}

// managedGroup is a capacity provider with managed scaling.
type managedGroup struct {
	name     string
	provider cluster.ProviderID
	policy   *scaling.ManagedScaling
	group    *ec2.Group
	fleet    scaling.Fleet
	metric   cloudwatch.MetricID
	alarms   [2]cloudwatch.AlarmID                 // high and low
	past     [reservationsKept]scaling.Reservation // by minute
	drawn    bool                                  // the report has been told of a reservation
	grew     sim.Time                              // when it was last scaled out, or before 0
	asked    bool                                  // for a decision at this instant
	leftOut  int                                   // most tasks at a time that the smallest type did not hold
}

const (
	// reservationDelay is the time from the end of a minute until its
	// CapacityProviderReservation is acted on. AWS publishes no figure. ECS itself
	// publishes this metric, a value each minute, so that it does not have the
	// delay of metrics which are gathered from instances; a minute is what the
	// evaluation of an alarm takes at most.
	reservationDelay = sim.Minute
	reservationsKept = int(reservationDelay/sim.Minute) + 1
)

// addManagedScaling prepares for providers with managed scaling, if there are
// any. Their groups must have been added.
func (w *World) addManagedScaling() error {
	var m *managedCapacity
	for _, p := range w.providers {
		policy := p.managedScaling()
		if policy == nil {
			continue
		}
		if m == nil {
			m = &managedCapacity{
				world: w, watch: cloudwatch.New(w.kernel), of: make([]*managedGroup, len(w.providers)), place: map[scaling.TaskNeeds]int{},
			}
			m.tick = w.kernel.Register("capacity provider reservation", sim.Observing, true, m.onTick)
			m.keep = w.kernel.Register("tasks wait for capacity", sim.Observing, false, func(sim.Time, uint32, uint32) {})
			m.decide = w.kernel.Register("managed scaling", sim.Scaling, true, m.onDecide)
			w.kernel.Schedule(cloudwatch.Standard, m.tick, 0, 0)
			m.watch.Observe(m)
			w.scheduler.NotifyWaits(m)
		}
		g := &managedGroup{name: p.Name, provider: p.id, policy: policy, group: w.autoScaling.of[p.id], grew: -1}
		if !g.group.Warm {
			g.grew = 0 // all of its instances are launched now
		}
		if err := m.add(g); err != nil {
			return err
		}
	}
	w.managed = m
	return nil
}

// add adds a provider and its alarms.
func (m *managedCapacity) add(g *managedGroup) error {
	for i, o := range g.group.Options {
		k := m.world.cluster.Kind(o.Kind)
		of := scaling.InstanceShape{Capacity: k.Capacity, Interfaces: k.Interfaces}
		if i == 0 {
			g.fleet.Largest, g.fleet.Smallest = of, of
		}
		g.fleet.Largest, g.fleet.Smallest = g.fleet.Largest.Largest(of), g.fleet.Smallest.Smallest(of)
	}
	var err error
	metric := cloudwatch.NewMetric("CapacityProviderReservation of "+g.name, cloudwatch.Standard)
	metric.Delay = reservationDelay
	if g.metric, err = m.watch.AddMetric(metric); err != nil {
		return err
	}
	for i, a := range g.policy.Alarms(g.name) {
		g.alarms[i], err = m.watch.AddAlarm(cloudwatch.Alarm{
			Name: a.Name, Metric: g.metric, Period: a.Period, Statistic: cloudwatch.Statistic(a.Statistic), Comparison: cloudwatch.Comparison(a.Comparison),
			Threshold: a.Threshold, EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm,
			MissingData: cloudwatch.MissingData(a.MissingData), Acts: true,
		})
		if err != nil {
			return err
		}
	}
	m.groups = append(m.groups, g)
	m.of[g.provider] = g
	return nil
}

// Waits implements [ecs.Waiter]: the run goes on until the tasks have been
// counted.
func (m *managedCapacity) Waits(of cluster.ClassID) {
	if m.kept {
		return
	}
	for _, p := range m.world.cluster.Pool(m.world.cluster.Class(of).Pool).Providers {
		if m.of[p] != nil {
			m.keepGoing(m.world.kernel.Now())
			return
		}
	}
}

// keepGoing has the run go on until the next tick at least.
func (m *managedCapacity) keepGoing(now sim.Time) {
	m.kept = true
	m.world.kernel.Schedule(now-now%cloudwatch.Standard+cloudwatch.Standard, m.keep, 0, 0)
}

// onTick publishes the reservations of the minute that ends.
func (m *managedCapacity) onTick(now sim.Time, _, _ uint32) {
	m.kept = false
	m.world.kernel.Schedule(now+cloudwatch.Standard, m.tick, 0, 0)
	for _, g := range m.groups {
		r := m.reserve(g)
		g.leftOut = max(g.leftOut, r.LeftOut)
		last := &g.past[int(now/cloudwatch.Standard)%reservationsKept]
		before := g.past[int(now/cloudwatch.Standard-1)%reservationsKept]
		*last = r
		if !g.drawn || r.Needed != before.Needed || r.Running != before.Running || r.Percent != before.Percent {
			g.drawn = true
			m.world.told.ReservationChanged(now, g.provider, report.Reservation{
				Needed: r.Needed, Running: r.Running, Percent: r.Percent, Target: float64(g.policy.TargetCapacity),
			})
		}
		m.watch.PutSteady(g.metric, now-cloudwatch.Standard, cloudwatch.Sample(r.Percent))
		if !m.kept && m.helps(g, &r) {
			m.keepGoing(now)
		}
	}
}

// helps reports whether managed scaling may yet launch instances for tasks that
// wait. What the group launches already keeps the run going by itself.
func (m *managedCapacity) helps(g *managedGroup, r *scaling.Reservation) bool {
	if r.Case != scaling.TasksWait && r.Case != scaling.FirstTasks {
		return false
	}
	return min(g.policy.Wanted(r), g.group.Max) > g.group.Desired()
}

// reserve works out the reservation of a provider.
func (m *managedCapacity) reserve(g *managedGroup) scaling.Reservation {
	g.fleet.Running, g.fleet.Busy = g.group.Running(), m.world.scheduler.BusyInstances(g.provider)
	m.waiting = m.waiting[:0]
	if m.world.cluster.Pending() > 0 {
		clear(m.place)
		m.world.scheduler.Provisioning(g.provider, m.count)
	}
	return g.policy.Reserve(&g.fleet, m.waiting)
}

// count counts tasks of a class that wait. Those that were started with a launch
// type do not count.
//
// Source: Amazon ECS developer guide, "Amazon ECS launch types and capacity
// providers".
func (m *managedCapacity) count(of cluster.ClassID, waiting int) {
	c := m.world.cluster
	class := c.Class(of)
	if m.world.tasks[class.Group].terms.launchType != "" {
		return
	}
	network := c.Network(class.Network)
	needs := scaling.TaskNeeds{
		Demand: class.Demand, Interface: network.Interface,
		Alone: len(network.Static) > 0 || slices.ContainsFunc(m.world.policies[class.Group].Constraints, func(of placement.Constraint) bool { return of.Type == placement.DistinctInstance }),
	}
	i, known := m.place[needs]
	if !known {
		i = len(m.waiting)
		m.place[needs] = i
		m.waiting = append(m.waiting, scaling.WaitingTasks{TaskNeeds: needs})
	}
	m.waiting[i].Count += waiting
}

// AlarmChanged implements [cloudwatch.Observer].
func (m *managedCapacity) AlarmChanged(sim.Time, *cloudwatch.Cause) {}

// AlarmActs implements [cloudwatch.Observer]: the group is decided on when all
// alarms of the instant are known, each minute while one of them lasts.
func (m *managedCapacity) AlarmActs(now sim.Time, cause *cloudwatch.Cause) sim.Time {
	n := slices.IndexFunc(m.groups, func(g *managedGroup) bool { return slices.Contains(g.alarms[:], cause.Alarm) })
	if g := m.groups[n]; !g.asked {
		g.asked = true
		m.world.kernel.Schedule(now, m.decide, uint32(n), 0)
	}
	return 0
}

// onDecide decides on the desired capacity of a group.
func (m *managedCapacity) onDecide(now sim.Time, slot, _ uint32) {
	g := m.groups[slot]
	g.asked = false
	o := scaling.ManagedObservation{
		Now: now, High: scalingStates[m.watch.State(g.alarms[0])], Low: scalingStates[m.watch.State(g.alarms[1])],
		Reservation: g.past[int((now-reservationDelay)/cloudwatch.Standard)%reservationsKept],
		Desired:     g.group.Desired(), Min: g.group.Min, Max: g.group.Max,
		ScaledOut: g.grew,
	}
	d := g.policy.Decide(&o)
	switch d.Action {
	case scaling.Stay:
		return
	case scaling.ScaleOut:
		g.grew = now
	}
	g.group.SetDesired(d.Desired, "managed scaling: "+d.String())
}

// notes says what kept tasks waiting.
func (m *managedCapacity) notes() []string {
	if m == nil {
		return nil
	}
	var notes []string
	for _, g := range m.groups {
		if g.leftOut > 0 {
			notes = append(notes, fmt.Sprintf("capacity provider %s: managed scaling leaves out tasks that the smallest instance type of its group does not hold; up to %d waited at a time", g.name, g.leftOut))
		}
	}
	return notes
}

var _ cloudwatch.Observer = (*managedCapacity)(nil)
