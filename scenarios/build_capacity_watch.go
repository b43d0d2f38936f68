package scenarios

import (
	"slices"

	"berth/report"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

// autoScaling is the Auto Scaling groups of a world that move. It tells watchers
// of capacity what becomes of them, and of Spot prices.
type autoScaling struct {
	*ec2.AutoScaling
	world    *World
	provider []cluster.ProviderID // by group
	of       []*ec2.Group         // by provider; nil for others
	desired  []int                // by group: what was told last
	pools    [][]pooled           // by group and option: what its warm pool holds, as was told last; none without

	priced sim.Kind
	prices []spotKind
}

// pooled is how many instances of an option a warm pool holds.
type pooled struct{ stopped, running int }

// spotKind is a kind of Spot instances and what it costs over time.
type spotKind struct {
	kind   cluster.KindID
	prices *ec2.Prices
}

// addAutoScaling prepares for capacity that moves, if there is any. The scheduler
// and the meter watch the cluster already.
func (w *World) addAutoScaling(watchers []cluster.Watcher) {
	w.told = report.CapacityWatchers{w.meter}
	for _, watcher := range watchers {
		if t, ok := watcher.(report.CapacityWatcher); ok {
			w.told = append(w.told, t)
		}
	}
	moves := slices.ContainsFunc(w.providers, func(p builtProvider) bool { return w.scenario.moves(p.CapacityProvider) })
	if !moves {
		return
	}
	a := &autoScaling{AutoScaling: ec2.NewAutoScaling(w.kernel, w.cluster), world: w, of: make([]*ec2.Group, len(w.providers))}
	w.autoScaling = a
	w.meter.FollowCapacity(report.CapacityFacts{Interruptible: len(w.followed) > 0})
	a.Observe(a)
	a.priced = w.kernel.Register("Spot price", sim.Capacity, true, a.onPrice)
	for i, of := range w.followed {
		a.prices = append(a.prices, of)
		a.planPrice(i, 0)
	}
	w.scheduler.CountBusy()
}

// add adds a group, which launches what it desires.
func (a *autoScaling) add(p cluster.ProviderID, setup *ec2.GroupSetup) {
	a.provider = append(a.provider, p)
	a.desired = append(a.desired, -1)
	a.pools = append(a.pools, nil)
	if setup.WarmPool != nil {
		a.pools[len(a.pools)-1] = make([]pooled, len(setup.Options))
	}
	g := a.AddGroup(*setup)
	a.of[p] = g
	a.GroupChanged(a.world.kernel.Now(), g) // which is not told of a group that desires nothing
}

// number returns the place of a group among those that move. The one that is
// being added is the last.
func (a *autoScaling) number(g *ec2.Group) int {
	return slices.Index(a.Groups(), g)
}

// check is for runs with --check.
func (a *autoScaling) check() error {
	if a == nil {
		return nil
	}
	return a.Check()
}

// GroupChanged implements [ec2.Observer].
func (a *autoScaling) GroupChanged(now sim.Time, g *ec2.Group) {
	n := a.number(g)
	if d := g.Desired(); d != a.desired[n] {
		a.desired[n] = d
		a.world.told.DesiredCapacityChanged(now, a.provider[n], d)
	}
	for i, before := range a.pools[n] {
		if p := (pooled{g.Stopped(i), g.Ready(i)}); p != before {
			a.pools[n][i] = p
			a.world.told.WarmPoolChanged(now, g.Options[i].Kind, p.stopped, p.running)
		}
	}
}

// Activity implements [ec2.Observer].
func (a *autoScaling) Activity(now sim.Time, of *ec2.Activity) {
	provider := a.provider[a.number(of.Group)]
	switch of.Kind {
	case ec2.LaunchFailed:
		a.world.told.LaunchFailed(now, provider, of.String())
	case ec2.InterruptionNotice:
		a.world.told.InterruptionNotice(now, of.Instance)
	case ec2.RebalanceRecommendation:
		a.world.told.RebalanceRecommendation(now, of.Instance)
	case ec2.Reclaimed:
		a.world.told.InstanceLost(now, of.Instance, report.Reclaimed)
	case ec2.InstanceFailed:
		a.world.told.InstanceLost(now, of.Instance, report.InstanceFailed)
	case ec2.ZoneLost:
		a.world.told.InstanceLost(now, of.Instance, report.ZoneLost)
	case ec2.Launching:
		a.world.told.GroupActivity(now, provider, of.Count, of.String())
	case ec2.Terminating:
		a.world.told.GroupActivity(now, provider, -of.Count, of.String())
	default:
		a.world.told.GroupActivity(now, provider, 0, of.String())
	}
}

// planPrice schedules the next change of a Spot price.
func (a *autoScaling) planPrice(n int, now sim.Time) {
	if _, until := a.prices[n].prices.At(now); until < a.world.horizon {
		a.world.kernel.Schedule(until, a.priced, uint32(n), 0)
	}
}

func (a *autoScaling) onPrice(now sim.Time, slot, _ uint32) {
	of := &a.prices[slot]
	perHour, _ := of.prices.At(now)
	a.world.told.SpotPriceChanged(now, of.kind, perHour)
	a.planPrice(int(slot), now)
}

var _ ec2.Observer = (*autoScaling)(nil)
