package scenarios

import (
	"cmp"
	"math"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
	"berth/sim/load"
)

// bursts lets the tasks of services with cpuBurst use CPU that others on their
// instance leave idle. At the end of each minute it finds out what was used on the
// instances that hold such tasks, and what each could have got; so much they can use
// in the next.
//
// Source: Amazon ECS developer guide, "Amazon ECS task definition parameters", cpu of
// a container: on Linux containers share CPU that nobody uses in the ratio of what
// they reserve, and each gets what it reserves when all need it.
type bursts struct {
	live      *live
	cluster   *cluster.Cluster
	scheduler *ecs.Scheduler
	minute    sim.Kind
	scheduled bool
	of        []bool  // by task group: its tasks burst
	usage     []int64 // by task group: what a task uses of its reservation, in thousandths; all of it where that is not known
	hosts     []burstHost
	at        []int32 // by instance: 1 + its place among the hosts, or 0

	look   func(cluster.TaskID)
	held   int64        // on the host looked at, in 1/128000 vCPU, by tasks that do not burst
	claims []burstClaim // on the host looked at
}

// burstHost is an instance that holds tasks that burst.
type burstHost struct {
	id    cluster.InstanceID
	tasks int          // that burst, also those that do not serve
	given []burstClaim // in this minute
}

// burstClaim is what the serving tasks of a service have on an instance, in
// 1/128000 vCPU.
type burstClaim struct {
	of    *liveService
	cpu   int64 // reserved: the weight
	used  int64 // of CPU in the last minute; of no account if it is short
	extra int64 // beyond what is reserved
	short bool  // requests wait: it would use whatever it gets
}

// serviceBurst is what a service under load has used in the last minute, and, if it
// bursts, what its tasks can use beyond their reservation.
type serviceBurst struct {
	measured     sim.Time
	served       load.Requests // until then
	utilisation  float64       // of what the serving tasks could use
	short        bool
	extra        int64 // 1/128000 vCPU, of all tasks together
	cpu          int64 // reserved for the tasks that it is meant for
	next, counts int64 // the same for the minute to come
}

// addBursts prepares for services that burst, if there are any.
func (w *World) addBursts() {
	b := &bursts{live: w.live, cluster: w.cluster, scheduler: w.scheduler}
	some := false
	for _, work := range w.scenario.works() {
		t, uses := work.terms(), int64(1000)
		usage := t.usage
		if d := w.scenario.Definition(work); usage == nil && d != nil {
			usage = d.Usage
		}
		if usage != nil && usage.CPU != nil {
			uses = int64(math.Ceil(*usage.CPU * 1000))
		}
		s, ok := work.(*Service)
		bursting := ok && s.Load != nil && s.Load.CPUBurst
		some = some || bursting
		b.of, b.usage = append(b.of, bursting), append(b.usage, uses)
	}
	if !some {
		return
	}
	b.look = b.lookAt
	b.minute = w.kernel.Register("cpu burst", sim.Observing, true, b.onMinute)
	w.cluster.KeepResidents()
	w.cluster.Watch(b)
}

// TaskStarted implements [cluster.Watcher].
func (b *bursts) TaskStarted(now sim.Time, id cluster.TaskID) {
	t := b.cluster.Task(id)
	if !b.of[b.cluster.Class(t.Class).Group] || b.cluster.Kind(b.cluster.Instance(t.Instance).Kind).Unlimited {
		return
	}
	for len(b.at) <= int(t.Instance) {
		b.at = append(b.at, 0)
	}
	if b.at[t.Instance] == 0 {
		if n := len(b.hosts); n < cap(b.hosts) {
			b.hosts = b.hosts[:n+1] // with the room that another one had
			b.hosts[n] = burstHost{id: t.Instance, given: b.hosts[n].given[:0]}
		} else {
			b.hosts = append(b.hosts, burstHost{id: t.Instance})
		}
		b.at[t.Instance] = int32(len(b.hosts))
	}
	b.hosts[b.at[t.Instance]-1].tasks++
	if !b.scheduled {
		b.scheduled = true
		b.live.kernel.Schedule(now-now%sim.Minute+sim.Minute, b.minute, 0, 0)
	}
}

// TaskEnded implements [cluster.Watcher].
func (b *bursts) TaskEnded(_ sim.Time, id cluster.TaskID, _ cluster.Reason) {
	t := b.cluster.Task(id)
	if t.Instance == cluster.None || !b.of[b.cluster.Class(t.Class).Group] || int(t.Instance) >= len(b.at) || b.at[t.Instance] == 0 {
		return
	}
	i := int(b.at[t.Instance]) - 1
	if b.hosts[i].tasks--; b.hosts[i].tasks > 0 {
		return
	}
	last := len(b.hosts) - 1
	b.hosts[i], b.hosts[last] = b.hosts[last], b.hosts[i]
	b.at[b.hosts[i].id], b.at[t.Instance] = int32(i+1), 0
	b.hosts = b.hosts[:last]
}

// TaskSubmitted implements [cluster.Watcher].
func (*bursts) TaskSubmitted(sim.Time, cluster.TaskID) {}

// InstanceChanged implements [cluster.Watcher].
func (*bursts) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}

// onMinute shares out what was idle in the minute that ends.
func (b *bursts) onMinute(now sim.Time, _, _ uint32) {
	for i := range b.hosts {
		b.share(&b.hosts[i])
	}
	for _, v := range b.live.all {
		if e := &v.burst; b.of[v.group] && (e.next != e.extra || e.counts != e.cpu) {
			e.extra, e.cpu = e.next, e.counts
			v.strength = v.service.Strength()
			b.live.resize(v, now)
		}
		v.burst.next, v.burst.counts = 0, 0
	}
	if b.scheduled = len(b.hosts) > 0; b.scheduled {
		b.live.kernel.Schedule(now+sim.Minute, b.minute, 0, 0)
	}
}

// share finds out how much CPU the tasks of each service that bursts on an instance
// can use in the minute to come.
func (b *bursts) share(h *burstHost) {
	b.held, b.claims = 0, b.claims[:0]
	b.cluster.Residents(h.id, b.look)
	for i := range b.claims {
		c := &b.claims[i]
		for _, g := range h.given {
			if g.of == c.of {
				c.extra = g.extra
			}
		}
		b.measure(c.of)
		c.short = c.of.burst.short
		c.used = int64(math.Round(float64(c.cpu+c.extra) * c.of.burst.utilisation))
	}
	divide(b.claims, b.cluster.Kind(b.cluster.Instance(h.id).Kind).Capacity.CPU-b.held)
	for _, c := range b.claims {
		c.of.burst.next += c.extra
		c.of.burst.counts += c.cpu
	}
	h.given = append(h.given[:0], b.claims...)
}

// lookAt counts a task on an instance. One that does not serve may be busy with its
// start or its end: it counts as if it used all that it reserves.
func (b *bursts) lookAt(id cluster.TaskID) {
	class := b.cluster.Class(b.cluster.Task(id).Class)
	group, cpu := int(class.Group), class.Demand.CPU
	var v *liveService
	if group < len(b.live.of) {
		v = b.live.of[group]
	}
	switch {
	case v == nil || v.station == nil:
		b.held += (cpu*b.usage[group] + 999) / 1000
	case !b.scheduler.Serves(id):
		b.held += cpu
	case !b.of[group]:
		b.measure(v)
		b.held += int64(math.Round(float64(cpu) * v.burst.utilisation))
	default:
		for i := range b.claims {
			if b.claims[i].of == v {
				b.claims[i].cpu += cpu
				return
			}
		}
		b.claims = append(b.claims, burstClaim{of: v, cpu: cpu})
	}
}

// measure finds out what part of the CPU that they could use the serving tasks of a
// service used in the minute that ends now; at this instant, where that is not known.
func (b *bursts) measure(v *liveService) {
	e, now := &v.burst, b.live.kernel.Now()
	if e.measured == now {
		return
	}
	b.live.catchUp(v, now)
	total := v.station.Total(now)
	used := v.station.Busy(now)
	if now-e.measured == sim.Minute {
		used = (total.Served - e.served).Float() / sim.Minute.Seconds() * v.station.CPUSeconds
	}
	e.utilisation = 0
	if could := v.station.Capacity() * v.station.CPUSeconds; could > 0 {
		e.utilisation = min(1, used/could)
	}
	e.measured, e.served, e.short = now, total.Served, total.Backlog > 0
}

// divide finds out how much CPU of an instance each of the services there could use
// if it used all that it can get, while the others use as much as they did: those that
// are short all that they can get, too. Nobody gets less than his part by weight if
// he can use it.
func divide(claims []burstClaim, cpu int64) {
	// Those that need least for their weight come first.
	slices.SortFunc(claims, func(a, b burstClaim) int {
		if a.short != b.short {
			if a.short {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.used*b.cpu, b.used*a.cpu), cmp.Compare(a.of.group, b.of.group))
	})
	var all int64
	for i := range claims {
		all += claims[i].cpu
	}
	for i := range claims {
		left, weights := cpu, all
		for j := range claims {
			c := &claims[j]
			if j == i {
				continue
			}
			if c.short || float64(c.used)*float64(weights) > float64(left)*float64(c.cpu) {
				break
			}
			left -= c.used
			weights -= c.cpu
		}
		of := &claims[i]
		of.extra = max(0, int64(float64(left)*(float64(of.cpu)/float64(weights)))-of.cpu)
	}
}

// beyond returns how much CPU the serving tasks have beyond their reservation, which
// is given. What tasks had that do not serve any longer goes with them, as if all had
// had equally much for their size.
func (e *serviceBurst) beyond(serving int64) int64 {
	if e.extra == 0 || serving >= e.cpu {
		return e.extra
	}
	return int64(float64(e.extra) * (float64(serving) / float64(e.cpu)))
}

// restart is for the end of the warm-up: the counts are about to begin anew.
func (e *serviceBurst) restart(total load.Counts) { e.served -= total.Served }

// resize tells the station of a service how many tasks it has.
func (l *live) resize(v *liveService, now sim.Time) {
	size, cpu := v.size()
	if size == v.station.Size() && cpu == v.station.CPU {
		return
	}
	l.catchUp(v, now)
	if v.bursts && v.traffic.until < now-now%v.station.Period {
		// What a request takes may change: those before have had theirs.
		l.tellSteady(v, now, v.station.Total(now).Backlog)
	}
	v.station.Resize(now, size)
	v.station.Retune(now, cpu)
	l.plan(v, now)
}
