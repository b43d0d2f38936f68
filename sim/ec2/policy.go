package ec2

import (
	"cmp"
	"fmt"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// TerminationPolicy says which instance of the zone with the most a scale-in
// takes. The next policy decides among those that one leaves equal, and in the
// end the order of launches, where AWS draws at random.
//
// Source: Amazon EC2 Auto Scaling user guide, "Configure termination policies
// for Amazon EC2 Auto Scaling".
type TerminationPolicy uint8

// The termination policies.
const (
	// Default takes, of a mixed instances group, Spot or On-Demand so that the
	// division comes nearer to the distribution; then what the allocation
	// strategy would least have; then the instance closest to its next hour.
	Default TerminationPolicy = iota
	// AllocationStrategy takes what the allocation strategy would least have.
	AllocationStrategy
	OldestInstance
	NewestInstance
	// ClosestToNextInstanceHour takes the instance whose next full hour since
	// its launch comes first.
	ClosestToNextInstanceHour
	// OldestLaunchTemplate and OldestLaunchConfiguration decide nothing: all
	// instances of a group are of one template.
	OldestLaunchTemplate
	OldestLaunchConfiguration
)

var policyNames = [...]string{"Default", "AllocationStrategy", "OldestInstance", "NewestInstance", "ClosestToNextInstanceHour", "OldestLaunchTemplate", "OldestLaunchConfiguration"}

// String returns the policy as Auto Scaling writes it.
func (p TerminationPolicy) String() string { return policyNames[p] }

// ParseTerminationPolicy returns the policy with the name that Auto Scaling gives
// it.
func ParseTerminationPolicy(name string) (TerminationPolicy, error) {
	if i := slices.Index(policyNames[:], name); i >= 0 {
		return TerminationPolicy(i), nil
	}
	return 0, fmt.Errorf("%q is no termination policy", name)
}

// step is one question that a chain of termination policies asks.
type step uint8

const (
	bySplit step = iota
	byStrategy
	byHour
	byOldest
	byNewest
)

// expand returns the questions of a chain of policies.
func expand(policies []TerminationPolicy) []step {
	if len(policies) == 0 {
		policies = []TerminationPolicy{Default}
	}
	var chain []step
	for _, p := range policies {
		switch p {
		case Default:
			chain = append(chain, bySplit, byStrategy, byHour)
		case AllocationStrategy:
			chain = append(chain, byStrategy)
		case OldestInstance:
			return append(chain, byOldest)
		case NewestInstance:
			return append(chain, byNewest)
		case ClosestToNextInstanceHour:
			chain = append(chain, byHour)
		}
	}
	return append(chain, byOldest)
}

// candidate is an instance that a scale-in may take.
type candidate struct {
	id       cluster.InstanceID
	sequence uint32
	toHour   sim.Time // until its next full hour
}

// queue holds the candidates of one option, in the order in which a scale-in
// takes them.
type queue struct {
	candidates []candidate
	head       int
}

func (q *queue) empty() bool { return q.head == len(q.candidates) }

// scaleIn terminates what is too much, as far as protection allows. What was
// lost and has not been missed goes first. It takes time in proportion to the
// group.
//
// Source: Amazon EC2 Auto Scaling user guide, "Configure termination policies
// for Amazon EC2 Auto Scaling" and "Use instance scale-in protection".
func (g *Group) scaleIn(why string) {
	over := g.units + g.lost - g.desired
	forgotten := min(over, g.lost)
	g.lost -= forgotten
	if over -= forgotten; over == 0 {
		return
	}
	spared := g.gather()
	going := g.going[:0]
	for over > 0 {
		id := g.victim(over)
		if id == cluster.None {
			break
		}
		over -= g.Options[g.scaling.members[id].option].weight()
		going = append(going, id)
		g.part(id)
	}
	switch g.going = going; len(going) {
	case 0:
	case 1:
		g.report(Terminating, going[0], 1, why)
	default:
		g.report(Terminating, cluster.None, len(going), why)
	}
	for _, id := range going {
		g.retire(id)
	}
	if over == 0 || spared == 0 {
		g.stuck = false
		return
	}
	if !g.stuck {
		g.stuck = true
		g.report(NotScaledIn, cluster.None, spared, "the other instances are protected from scale-in")
	}
	g.relieveLater()
}

// gather sorts the instances that a scale-in may take, and returns how many
// protection keeps from it.
func (g *Group) gather() (spared int) {
	if g.queues == nil {
		g.queues = make([]queue, len(g.Options))
	}
	for i := range g.queues {
		g.queues[i].candidates, g.queues[i].head = g.queues[i].candidates[:0], 0
	}
	now := g.scaling.kernel.Now()
	g.Members(func(id cluster.InstanceID) {
		if g.protects(id) {
			spared++
			return
		}
		q := &g.queues[g.scaling.members[id].option]
		i := g.scaling.cluster.Instance(id)
		q.candidates = append(q.candidates, candidate{id, i.Sequence, sim.Hour - (now-i.LaunchedAt)%sim.Hour})
	})
	for i := range g.queues {
		slices.SortFunc(g.queues[i].candidates, g.compare)
	}
	return spared
}

// compare orders candidates of one option by all that a chain asks of them.
func (g *Group) compare(a, b candidate) int {
	for _, s := range g.chain {
		if c := s.compare(a, b); c != 0 {
			return c
		}
	}
	return 0
}

func (s step) compare(a, b candidate) int {
	switch s {
	case byHour:
		return cmp.Compare(a.toHour, b.toHour)
	case byOldest:
		return cmp.Compare(a.sequence, b.sequence)
	case byNewest:
		return cmp.Compare(b.sequence, a.sequence)
	}
	return 0
}

// victim returns the instance that goes next of those that were gathered, of a
// weight that leaves the desired capacity, or None.
func (g *Group) victim(over int) cluster.InstanceID {
	most := 0
	for i := range g.queues {
		q := &g.queues[i]
		if o := &g.Options[i]; o.weight() > over {
			q.head = len(q.candidates) // and it will not fit later
		} else if !q.empty() {
			most = max(most, g.zones[o.Zone].members)
		}
	}
	g.tied = g.tied[:0]
	for i := range g.queues {
		if !g.queues[i].empty() && g.zones[g.Options[i].Zone].members == most {
			g.tied = append(g.tied, i)
		}
	}
	if len(g.tied) == 0 {
		return cluster.None
	}
	for _, s := range g.chain {
		switch s {
		case bySplit:
			g.narrowToPurchase()
		case byStrategy:
			g.narrowToType()
		default:
			g.narrow(s)
		}
	}
	q := &g.queues[g.tied[0]]
	q.head++
	return q.candidates[q.head-1].id
}

// narrow keeps the options whose first candidates a question takes first.
func (g *Group) narrow(s step) {
	head := func(i int) candidate { return g.queues[i].candidates[g.queues[i].head] }
	best := head(g.tied[0])
	for _, i := range g.tied[1:] {
		if s.compare(head(i), best) < 0 {
			best = head(i)
		}
	}
	g.tied = slices.DeleteFunc(g.tied, func(i int) bool { return s.compare(head(i), best) != 0 })
}

// narrowToPurchase keeps what brings the division between On-Demand and Spot
// nearer to the distribution, if any is there.
func (g *Group) narrowToPurchase() {
	if !g.buys.onDemand || !g.buys.spot {
		return
	}
	spot := g.units-g.spotUnits <= g.Distribution.OnDemand(g.desired)
	g.keep(func(o *LaunchOption) bool { return o.Spot == spot })
}

// narrowToType keeps the type that the allocation strategy would least have.
func (g *Group) narrowToType() {
	if g.types == 1 {
		return
	}
	spot := g.Options[g.tied[0]].Spot
	g.offers, g.offered = g.offers[:0], g.offered[:0]
	for _, i := range g.byType {
		if g.Options[i].Spot != spot {
			continue
		}
		g.offer(i)
		if !slices.Contains(g.tied, i) {
			g.offers[len(g.offers)-1].Running = 0
		}
	}
	n := 0
	if spot {
		n = g.Distribution.SpotStrategy.Release(g.offers, g.Distribution.pools())
	} else {
		n = g.Distribution.OnDemandStrategy.Release(g.offers)
	}
	if n >= 0 {
		of := g.Options[g.offered[n]].Type
		g.keep(func(o *LaunchOption) bool { return o.Spot == spot && o.Type == of })
	}
}

// keep narrows to the options of a sort, if there are any.
func (g *Group) keep(sort func(*LaunchOption) bool) {
	if slices.ContainsFunc(g.tied, func(i int) bool { return sort(&g.Options[i]) }) {
		g.tied = slices.DeleteFunc(g.tied, func(i int) bool { return !sort(&g.Options[i]) })
	}
}
