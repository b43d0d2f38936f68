package ecs

import (
	"cmp"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// When a service that rebalances Availability Zones looks at them: some time after
// something about it or its capacity has changed, and again while there is no room
// in the zone that has the fewest tasks. AWS does not say how soon it looks; the
// times are choices of berth.
const (
	rebalanceAfter = sim.Minute
	rebalanceAgain = 5 * sim.Minute
)

// rebalance is what a service knows of its zones.
type rebalance struct {
	due   bool              // it looks at them at a later time
	zoned []cluster.ClassID // of tasks that are to go to a certain zone
	zones []zone            // of the last look
}

// zone is what a service has in an Availability Zone.
type zone struct {
	name  string
	tasks int
}

// rebalanceLater has the zones looked at after a time, if that is wanted and not
// due anyhow.
func (v *Service) rebalanceLater(after sim.Time) {
	if v.Rebalancing && !v.rebalance.due {
		v.rebalance.due = true
		s := v.scheduler
		s.kernel.Schedule(s.kernel.Now()+after, s.rebalances, v.number, 0)
	}
}

// onRebalances starts tasks in the zones that have the fewest, if one has more
// than another by at least two and the service is in a steady state. Once they are
// healthy as many are stopped as a scale-in stops them: where there are most. There
// are never more tasks than the maximum per cent of a deployment allow.
//
// Source: Amazon ECS developer guide, "Balancing an Amazon ECS service across
// Availability Zones".
func (s *Scheduler) onRebalances(now sim.Time, slot, _ uint32) {
	v := s.services[slot]
	v.rebalance.due = false
	r := v.current
	if v.unsettled() || v.deployment.Status != Completed || r.kept() != v.desired || r.keptHealthy() != r.kept() {
		return // it is looked at when that is over
	}
	_, upper := v.configuration().Bounds(v.desired)
	v.countZones()
	for z := v.rebalance.zones; len(z) > 0 && r.live()+r.stopping < upper; {
		most := slices.MaxFunc(z, func(a, b zone) int { return cmp.Compare(a.tasks, b.tasks) })
		i := 0
		for k := range z {
			if z[k].tasks < z[i].tasks {
				i = k
			}
		}
		if most.tasks-z[i].tasks < 2 || !v.launchIn(r, z[i].name) {
			break
		}
		z[i].tasks++
		for k := range z {
			if z[k].name == most.name {
				z[k].tasks--
			}
		}
	}
	if v.extra > 0 {
		s.kernel.Schedule(now, s.zoned, slot, 0)
	}
}

// countZones counts the tasks in each zone that has an ACTIVE instance for them.
func (v *Service) countZones() {
	s := v.scheduler
	z := v.rebalance.zones[:0]
	find := func(id cluster.InstanceID) (string, int) {
		name := s.cluster.Kind(s.cluster.Instance(id).Kind).Zone
		return name, slices.IndexFunc(z, func(z zone) bool { return z.name == name })
	}
	for id := range cluster.InstanceID(s.cluster.Slots()) {
		i := s.cluster.Instance(id)
		if i.State != cluster.Active || !slices.ContainsFunc(v.current.Classes, func(c cluster.Class) bool { return s.cluster.Allows(c.Pool, i.Kind) }) {
			continue
		}
		if name, at := find(id); at < 0 && name != "" {
			z = append(z, zone{name: name})
		}
	}
	for _, id := range v.current.tasks {
		if _, at := find(s.cluster.Task(id).Instance); at >= 0 {
			z[at].tasks++
		}
	}
	slices.SortFunc(z, func(a, b zone) int { return cmp.Compare(a.name, b.name) })
	v.rebalance.zones = z
}

// launchIn submits a task beyond the desired ones that is to go to a zone.
func (v *Service) launchIn(r *revision, zone string) bool {
	s := v.scheduler
	n := 0
	if r.division != nil {
		n = r.division.Next()
	}
	class := r.Classes[n]
	pool := s.cluster.Pool(class.Pool)
	pool.Requirements = append(slices.Clone(pool.Requirements), cluster.Requirement{Attribute: cluster.AttributeAvailabilityZone, Values: []string{zone}})
	class.Pool = s.cluster.AddPool(pool)
	if len(s.cluster.PoolKinds(class.Pool)) == 0 || !v.mayLaunch(r, &class) {
		if r.division != nil {
			r.division.Release(n)
		}
		return false
	}
	v.extra++
	id := v.submit(r, n, class)
	s.enqueue(id)
	if of := s.cluster.Task(id).Class; !slices.Contains(v.rebalance.zoned, of) {
		v.rebalance.zoned = append(v.rebalance.zoned, of)
	}
	return true
}

// onZoned gives up what has found no place in its zone.
func (s *Scheduler) onZoned(_ sim.Time, slot, _ uint32) {
	v := s.services[slot]
	if v.withdrawZoned() {
		v.rebalanceLater(rebalanceAgain)
	}
	v.reconcile()
}

// withdrawZoned takes back tasks that wait for a place in a certain zone.
func (v *Service) withdrawZoned() (some bool) {
	if !v.Rebalancing {
		return false
	}
	s := v.scheduler
	was := v.refills
	v.refills = true
	for _, of := range v.rebalance.zoned {
		for s.cluster.Class(of).Group == v.Group && s.cluster.Waiting(of) > 0 {
			v.extra = max(0, v.extra-1)
			v.withdraw(of)
			some = true
		}
	}
	v.rebalance.zoned = v.rebalance.zoned[:0]
	v.refills = was
	return some
}
