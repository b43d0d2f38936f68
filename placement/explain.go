package placement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"berth/placement/query"
	"berth/sim"
	"berth/sim/cluster"
)

// Explanation says why a task goes to an instance, or to none: how many
// instances survive each step of the funnel that ECS describes (resources,
// constraints, strategies, pick), and what became of the others.
// Source of the steps: Amazon ECS developer guide, "Amazon ECS task placement".
//
// It is made by [Linear.Explain], of the definition of what [Index] decides.
type Explanation struct {
	Demand   string `json:"demand"` // what the task takes
	Active   int    `json:"active"` // ACTIVE instances of the cluster
	Inactive int    `json:"inactive"`
	Funnel   []Step `json:"funnel"`
	Fits     int    `json:"fits"` // instances that can hold the task

	Ranking []Ranking `json:"ranking"` // by each rule of the chain
	// Drawn is how many instances power-of-d draws of those that fit; the ranking
	// is of all of them.
	Drawn    int    `json:"drawn,omitempty"`
	Ties     int    `json:"ties"`               // instances that the last rule leaves
	TieBreak string `json:"tieBreak,omitempty"` // what decides among them
	// Pick is the instance that the task gets; "" if there is none or if
	// chance decides, until that is known.
	Pick   string   `json:"pick,omitempty"`
	Others []Choice `json:"others,omitempty"` // what other strategies would have picked

	// Of a task that fits nowhere:

	Nearest []Miss       `json:"nearest,omitempty"` // instances that lack least, the nearest first
	Without []Relaxation `json:"without,omitempty"` // steps without which it would fit
	// New tells kinds of instances of which an empty one would hold the task;
	// nil if none would.
	New     []string `json:"new,omitempty"`
	Release *Release `json:"release,omitempty"` // the end of which running tasks makes room first

	// Fates tells what became of each ACTIVE instance, in the order of launch.
	Fates []Fate `json:"-"`
}

// Step is one step of the funnel.
type Step struct {
	Name   string `json:"name"` // "memory"
	Before int    `json:"before"`
	After  int    `json:"after"`
	// Nearest is the instance among those that fall out here that lacks least.
	Nearest *Miss `json:"nearest,omitempty"`
}

// Miss is an instance that does not hold the task.
type Miss struct {
	Instance string   `json:"instance"`
	Lacks    []string `json:"lacks"` // "256 MiB", in the order of the funnel
}

// String returns the miss as a sentence: "general/i-17 lacks 256 MiB".
func (m Miss) String() string { return m.Instance + " lacks " + strings.Join(m.Lacks, " and ") }

// Ranking is how one rule orders the instances that the rules before leave.
type Ranking struct {
	Rule    string  `json:"rule"` // "binpack(memory)"
	Before  int     `json:"before"`
	After   int     `json:"after"` // that share the first place
	Places  []Place `json:"places"`
	Skipped int     `json:"skipped"` // places that are not listed
}

// Place is a place in a ranking, shared by all instances with the same value.
// Values can tie, such as those of two zones with as many tasks.
type Place struct {
	Value     string `json:"value"`     // "1024 MiB free"
	Instances int    `json:"instances"` // that have it
	First     string `json:"first"`     // the one launched first
	Best      bool   `json:"best"`      // it is the first place, or ties with it
}

// Choice is what a strategy would pick.
type Choice struct {
	Instance   string   `json:"instance"`
	Strategies []string `json:"strategies"`
}

// Relaxation says how many instances would hold the task without a step.
type Relaxation struct {
	Step      string `json:"step"`
	Instances int    `json:"instances"`
}

// Release says which tasks have to end for the task to fit.
type Release struct {
	Instance string   `json:"instance"`
	Tasks    []string `json:"tasks"` // in the order of their ends
	At       sim.Time `json:"-"`
	Seconds  float64  `json:"atSeconds"` // since the start of the simulation
}

// Fate is what became of an instance.
type Fate struct {
	Instance cluster.InstanceID
	Step     string // the step at which it fell out; "" if it fits
	Note     string // "lacks 256 MiB"
	// Elsewhere says that it is not of the task's capacity providers,
	// Constraint that a constraint rules it out.
	Elsewhere, Constraint bool
}

// most lists hold so many lines.
const (
	mostPlaces = 5
	mostMisses = 3
)

// lack is something that an instance has not got for a task.
type lack struct {
	step       string
	text       string
	share      float64 // how much of the capacity is missing, for comparison only
	constraint bool
}

// Explain returns why the next task of a class goes where. It changes nothing:
// where chance decides, the pick is left open.
func (l *Linear) Explain(r cluster.Request) *Explanation {
	ch := l.chain(r.Group)
	e := &Explanation{Demand: l.demand(r)}
	var order []cluster.InstanceID
	for slot := range l.c.Slots() {
		switch id := cluster.InstanceID(slot); l.c.Instance(id).State {
		case cluster.Active:
			order = append(order, id)
		case cluster.Booting, cluster.Draining:
			e.Inactive++
		}
	}
	l.byLaunch(order)
	l.inventory()
	e.Active = len(order)
	lacks := make([][]lack, len(order))
	var fits []cluster.InstanceID
	for n, id := range order {
		lacks[n] = l.lacks(id, r)
		fate := Fate{Instance: id}
		if len(lacks[n]) == 0 {
			fits = append(fits, id)
		} else {
			first := lacks[n][0]
			fate.Step, fate.Note, fate.Constraint = first.step, "lacks "+first.text, first.constraint
			if fate.Elsewhere = first.step == stepProvider; fate.Elsewhere {
				fate.Note = ""
			}
		}
		e.Fates = append(e.Fates, fate)
	}
	e.Fits = len(fits)
	e.Funnel = l.survivors(r, order, lacks)
	if len(fits) > 0 {
		l.rank(e, ch, r, fits)
		return e
	}
	l.misses(e, r, order, lacks)
	l.relax(e, r, lacks)
	l.empty(e, r)
	l.release(e, r, order)
	return e
}

// Took tells the linear form which instance a group's task went to, where
// another one decides: next-fit goes on from there.
func (l *Linear) Took(g cluster.GroupID, on cluster.InstanceID) {
	if on != cluster.None {
		l.group(g).cursor = l.c.Instance(on).Sequence
	}
}

// demand tells what a task takes.
func (l *Linear) demand(r cluster.Request) string {
	text := r.Demand.String()
	n := l.c.Network(r.Network)
	if n.Interface {
		text += ", a network interface"
	}
	for _, p := range n.Static {
		text += ", port " + p.String()
	}
	switch {
	case n.Dynamic == 1:
		text += ", a dynamic port"
	case n.Dynamic > 1:
		text += fmt.Sprintf(", %d dynamic ports", n.Dynamic)
	}
	return text
}

// The steps of the funnel before the constraints.
const (
	stepProvider  = "capacity provider"
	stepAttribute = "platform"
	stepCPU       = "cpu"
	stepMemory    = "memory"
	stepGPU       = "gpu"
	stepPorts     = "ports"
	stepInterface = "network interface"
)

// steps returns the steps that a task goes through, in ECS's order.
func (l *Linear) steps(r cluster.Request) []string {
	steps := []string{stepProvider}
	if len(l.c.Pool(r.Pool).Requirements) > 0 {
		steps = append(steps, stepAttribute)
	}
	steps = append(steps, stepCPU, stepMemory)
	if r.Demand.GPU > 0 {
		steps = append(steps, stepGPU)
	}
	n := l.c.Network(r.Network)
	if len(n.Static) > 0 || n.Dynamic > 0 {
		steps = append(steps, stepPorts)
	}
	if n.Interface {
		steps = append(steps, stepInterface)
	}
	ch := l.chain(r.Group)
	if ch.distinct {
		steps = append(steps, DistinctInstance)
	}
	for _, e := range ch.memberOf {
		steps = append(steps, memberOfStep(e))
	}
	return steps
}

// lacks returns what an instance has not got for a task, in the order of the
// steps.
func (l *Linear) lacks(id cluster.InstanceID, r cluster.Request) []lack {
	i := l.c.Instance(id)
	kind := l.c.Kind(i.Kind)
	pool := l.c.Pool(r.Pool)
	var all []lack
	add := func(step, text string, missing, capacity int64) {
		all = append(all, lack{step: step, text: text, share: float64(missing) / float64(max(capacity, 1))})
	}
	if !slices.Contains(pool.Providers, kind.Provider) {
		add(stepProvider, "nothing, but is of "+l.c.ProviderName(kind.Provider), 1, 1)
	}
	for _, q := range pool.Requirements {
		if v, ok := kind.Attributes[q.Attribute]; !ok || !slices.Contains(q.Values, v) {
			add(stepAttribute, fmt.Sprintf("%s %s", q.Attribute, strings.Join(q.Values, " or ")), 1, 1)
		}
	}
	if !kind.Unlimited {
		if missing := r.Demand.CPU - i.Free.CPU; missing > 0 {
			add(stepCPU, units(missing, cluster.CPUUnit)+" CPU units", missing, kind.Capacity.CPU)
		}
		if missing := r.Demand.Memory - i.Free.Memory; missing > 0 {
			add(stepMemory, units(missing, cluster.MiB)+" MiB", missing, kind.Capacity.Memory)
		}
		if text, missing := l.lacksGPU(id, r.Demand.GPU); missing > 0 {
			add(stepGPU, text, missing, kind.Capacity.GPU)
		}
		n := l.c.Network(r.Network)
		if ports := l.c.Ports(id); !ports.Takes(n) {
			text := l.takenPorts(id, n)
			add(stepPorts, text, 1, 1)
		}
		if n.Interface && i.FreeInterfaces == 0 {
			text := fmt.Sprintf("a network interface: all %d are taken", kind.Interfaces)
			if kind.Interfaces == 0 {
				text = "network interfaces for tasks"
			}
			add(stepInterface, text, 1, 1)
		}
	} else if r.Demand.GPU > 0 {
		add(stepGPU, "GPUs", 1, 1)
	}
	if kind.Unlimited {
		return all
	}
	ch := l.chain(r.Group)
	if ch.distinct && slices.Contains(l.use[id].groups, int(r.Group)) {
		all = append(all, lack{DistinctInstance, "an instance to itself: a task of the group runs there", 1, true})
	}
	for n, b := range l.bind(ch) {
		if !b.Matches(whole{l, id}) {
			all = append(all, lack{memberOfStep(ch.memberOf[n]), "what " + ch.memberOf[n].String() + " asks for", 1, true})
		}
	}
	return all
}

func memberOfStep(e *query.Expression) string { return MemberOf + " " + e.String() }

// units writes an amount in a unit, with as many decimals as it needs.
func units(n, unit int64) string {
	if n%unit == 0 {
		return fmt.Sprint(n / unit)
	}
	return strings.TrimRight(fmt.Sprintf("%.3f", float64(n)/float64(unit)), "0")
}

// lacksGPU tells how much of one device, or how many whole ones, are missing.
func (l *Linear) lacksGPU(id cluster.InstanceID, demand int64) (text string, missing int64) {
	if demand == 0 {
		return "", 0
	}
	var largest, whole, sum int64
	for _, free := range l.c.Devices(id) {
		largest = max(largest, int64(free))
		sum += int64(free)
		if free == cluster.GPU {
			whole++
		}
	}
	switch devices := len(l.c.Devices(id)); {
	case devices == 0:
		return "GPUs", demand
	case demand <= cluster.GPU && demand > largest:
		text = units(demand-largest, cluster.GPU) + " of a GPU"
		if sum >= demand {
			text += fmt.Sprintf(" on one device (%s free on %d together)", units(sum, cluster.GPU), devices)
		}
		return text, demand - largest
	case demand > cluster.GPU && demand > whole*cluster.GPU:
		text = units(demand-whole*cluster.GPU, cluster.GPU) + " whole GPUs"
		if sum >= demand {
			text += fmt.Sprintf(" (%s free in parts)", units(sum, cluster.GPU))
		}
		return text, demand - whole*cluster.GPU
	}
	return "", 0
}

// takenPorts tells which ports of a network an instance has not got.
func (l *Linear) takenPorts(id cluster.InstanceID, n *cluster.Network) string {
	used := l.c.Ports(id)
	var taken []string
	for _, p := range n.Static {
		if slices.Contains(used.Static, p) || slices.Contains(cluster.ReservedPorts[:], p) {
			taken = append(taken, p.String())
		}
	}
	switch {
	case len(taken) == 1:
		return "port " + taken[0] + ", which is taken"
	case len(taken) > 1:
		return "ports " + strings.Join(taken, ", ") + ", which are taken"
	case len(n.Static) > 0:
		return fmt.Sprintf("%d ports: it has %d of its own and at most %d", len(n.Static), len(used.Static)+len(cluster.ReservedPorts), cluster.MaxReservedPorts)
	}
	return fmt.Sprintf("%d ports: %d are assigned already", n.Dynamic, used.Dynamic)
}

// survivors counts who is left after each step.
func (l *Linear) survivors(r cluster.Request, order []cluster.InstanceID, lacks [][]lack) []Step {
	left := len(order)
	var steps []Step
	for _, name := range l.steps(r) {
		s := Step{Name: name, Before: left}
		var nearest *lack
		for n, missing := range lacks {
			if len(missing) == 0 || missing[0].step != name {
				continue
			}
			left--
			if name == stepProvider {
				continue // none is nearer than the others
			}
			if nearest == nil || missing[0].share < nearest.share {
				nearest = &missing[0]
				s.Nearest = &Miss{l.c.InstanceName(order[n]), []string{missing[0].text}}
			}
		}
		s.After = left
		steps = append(steps, s)
	}
	return steps
}

// rank follows the chain.
func (l *Linear) rank(e *Explanation, ch chain, r cluster.Request, fits []cluster.InstanceID) {
	e.Drawn = min(ch.choices, len(fits))
	left := l.follow(ch, r, fits, func(rule int, before []cluster.InstanceID, key func(cluster.InstanceID) uint64) {
		e.Ranking = append(e.Ranking, l.ranking(ch, rule, r.Group, before, key))
	})
	e.Ties = len(left)
	switch {
	case len(left) == 1:
	case ch.ties == Random:
		e.TieBreak = "one of them at random"
	case ch.turns:
		e.TieBreak = "the next in the order of launches"
	default:
		e.TieBreak = "the one launched first"
	}
	switch {
	case ch.choices > 0 && ch.choices < len(fits), ch.ties == Random && len(left) > 1:
	case ch.turns:
		e.Pick = l.c.InstanceName(l.turn(r.Group, left))
	default:
		e.Pick = l.c.InstanceName(left[0])
	}
	e.Others = l.others(r, fits)
}

// follow narrows instances, in the order of launch, rule by rule, and calls
// each with what is left before a rule and its keys.
func (l *Linear) follow(ch chain, r cluster.Request, left []cluster.InstanceID, each func(int, []cluster.InstanceID, func(cluster.InstanceID) uint64)) []cluster.InstanceID {
	key := l.ranker(ch, r)
	for n := range ch.rules {
		of := func(id cluster.InstanceID) uint64 { return key(id)[n] }
		each(n, left, of)
		best := of(left[0])
		for _, id := range left {
			best = min(best, of(id))
		}
		var first []cluster.InstanceID
		for _, id := range left {
			if of(id) == best {
				first = append(first, id)
			}
		}
		left = first
	}
	return left
}

// turn returns the first of some instances, in the order of launch, from the
// one that the group's last task went to on.
func (l *Linear) turn(g cluster.GroupID, ties []cluster.InstanceID) cluster.InstanceID {
	for _, id := range ties {
		if l.c.Instance(id).Sequence >= l.group(g).cursor {
			return id
		}
	}
	return ties[0]
}

// ruleName tells the n-th rule of a chain as the policy writes it.
func (l *Linear) ruleName(ch chain, n int, g cluster.GroupID) string {
	if ch.choices > 0 {
		n++
	}
	if rules := l.setup.Policies[g].Chain; n < len(rules) {
		return rules[n].String()
	}
	return "worst-fit" // of a power of d that nothing follows
}

// ranking lists the places of a rule.
func (l *Linear) ranking(ch chain, rule int, g cluster.GroupID, before []cluster.InstanceID, key func(cluster.InstanceID) uint64) Ranking {
	type place struct {
		Place
		key uint64
	}
	var places []place
	type same struct {
		key   uint64
		value string
	}
	at := map[same]int{}
	best := key(before[0])
	for _, id := range before {
		k := key(id)
		best = min(best, k)
		value := l.value(ch.rules[rule], id, k)
		n, ok := at[same{k, value}]
		if !ok {
			n = len(places)
			at[same{k, value}] = n
			places = append(places, place{Place{Value: value, First: l.c.InstanceName(id)}, k})
		}
		places[n].Instances++
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) })
	out := Ranking{Rule: l.ruleName(ch, rule, g), Before: len(before)}
	for n, p := range places {
		if p.Best = p.key == best; p.Best {
			out.After += p.Instances
		}
		if n < mostPlaces {
			out.Places = append(out.Places, p.Place)
		} else {
			out.Skipped++
		}
	}
	return out
}

// value tells a key in words.
func (l *Linear) value(s Strategy, id cluster.InstanceID, key uint64) string {
	i := l.c.Instance(id)
	kind := l.c.Kind(i.Kind)
	if kind.Unlimited && (s.by == byCPU || s.by == byMemory || s.by == byScore) {
		return "without limit"
	}
	switch s.by {
	case byCPU:
		return units(i.Free.CPU, cluster.CPUUnit) + " CPU units free"
	case byMemory:
		return units(i.Free.Memory, cluster.MiB) + " MiB free"
	case byHost:
		return tasks(key) + " of the group on the instance"
	case byAttribute:
		v, ok := kind.Attributes[s.attribute]
		if !ok {
			v = "without " + s.attribute
		}
		return tasks(key) + " of the group in " + v
	case byScore:
		return fmt.Sprintf("score %d", int64(key^1<<63))
	}
	return fmt.Sprint(key)
}

func tasks(n uint64) string {
	if n == 1 {
		return "1 task"
	}
	return fmt.Sprintf("%d tasks", n)
}

// others tells what each built-in strategy by itself would pick.
func (l *Linear) others(r cluster.Request, fits []cluster.InstanceID) []Choice {
	var choices []Choice
	for _, rule := range []Rule{
		{"binpack", "cpu"},
		{"binpack", "memory"},
		{"spread", "attribute:" + cluster.AttributeAvailabilityZone},
		{"spread", "instanceId"},
		{"first-fit", ""},
		{"best-fit", ""},
		{"worst-fit", ""},
		{"dot-product", ""},
		{"balanced-allocation", ""},
	} {
		ch, err := compile(&Policy{Chain: []Rule{rule}}, nil)
		if err != nil {
			continue
		}
		left := l.follow(ch, r, fits, func(int, []cluster.InstanceID, func(cluster.InstanceID) uint64) {})
		name := l.c.InstanceName(left[0])
		at := slices.IndexFunc(choices, func(c Choice) bool { return c.Instance == name })
		if at < 0 {
			at = len(choices)
			choices = append(choices, Choice{Instance: name})
		}
		choices[at].Strategies = append(choices[at].Strategies, rule.String())
	}
	return choices
}

// misses lists the instances that lack least: those with the fewest steps in
// their way, and of these the ones with the smallest share missing.
func (l *Linear) misses(e *Explanation, r cluster.Request, order []cluster.InstanceID, lacks [][]lack) {
	var in []int
	for n := range order {
		if lacks[n][0].step != stepProvider {
			in = append(in, n)
		}
	}
	missing := func(n int) (sum float64) {
		for _, k := range lacks[n] {
			sum += k.share
		}
		return sum
	}
	slices.SortStableFunc(in, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(lacks[a]), len(lacks[b])), cmp.Compare(missing(a), missing(b)))
	})
	for _, n := range in[:min(len(in), mostMisses)] {
		m := Miss{Instance: l.c.InstanceName(order[n])}
		for _, k := range lacks[n] {
			m.Lacks = append(m.Lacks, k.text)
		}
		e.Nearest = append(e.Nearest, m)
	}
}

// relax finds the steps that are alone in the way of some instance.
func (l *Linear) relax(e *Explanation, r cluster.Request, lacks [][]lack) {
	for _, step := range l.steps(r)[1:] {
		n := 0
		for _, missing := range lacks {
			if len(missing) > 0 && !slices.ContainsFunc(missing, func(k lack) bool { return k.step != step }) {
				n++
			}
		}
		if n > 0 {
			e.Without = append(e.Without, Relaxation{step, n})
		}
	}
}

// empty lists the kinds of instances that hold the task when they are empty.
func (l *Linear) empty(e *Explanation, r cluster.Request) {
	n := l.c.Network(r.Network)
	for _, id := range l.c.PoolKinds(r.Pool) {
		k := l.c.Kind(id)
		var unused cluster.Ports
		if !k.Unlimited && (r.Demand.CPU > k.Capacity.CPU || r.Demand.Memory > k.Capacity.Memory || r.Demand.GPU > int64(k.Devices)*cluster.GPU ||
			n.Interface && k.Interfaces == 0 || !unused.Takes(n) || l.chain(r.Group).memberOf.static(k) == query.False) {
			continue
		}
		name := l.c.ProviderName(k.Provider)
		if k.Type != "" {
			name += " " + k.Type
		}
		if k.Zone != "" {
			name += " in " + k.Zone
		}
		if !slices.Contains(e.New, name) {
			e.New = append(e.New, name)
		}
	}
}

// release finds the instance on which tasks that end make room first. It
// counts CPU, memory, GPUs, ports and interfaces as they come free; tasks that
// have no end are no help.
func (l *Linear) release(e *Explanation, r cluster.Request, order []cluster.InstanceID) {
	ends := map[cluster.InstanceID][]cluster.TaskID{}
	l.c.LiveTasks(func(id cluster.TaskID) {
		if t := l.c.Task(id); t.Instance != cluster.None && t.Duration != sim.Never {
			ends[t.Instance] = append(ends[t.Instance], id)
		}
	})
	end := func(id cluster.TaskID) sim.Time { return l.c.Task(id).Started + l.c.Task(id).Duration }
	for _, on := range order {
		if !l.c.Allows(r.Pool, l.c.Instance(on).Kind) {
			continue // the platform, or what never changes of a constraint
		}
		tasks := ends[on]
		slices.SortFunc(tasks, func(a, b cluster.TaskID) int {
			return cmp.Or(cmp.Compare(end(a), end(b)), cmp.Compare(l.c.Task(a).Sequence, l.c.Task(b).Sequence))
		})
		n := l.enough(on, r, tasks)
		if n < 0 {
			continue
		}
		if at := end(tasks[n-1]); e.Release == nil || at < e.Release.At {
			e.Release = &Release{Instance: l.c.InstanceName(on), At: at, Seconds: at.Seconds()}
			for _, id := range tasks[:n] {
				e.Release.Tasks = append(e.Release.Tasks, l.c.TaskName(id))
			}
		}
	}
}

// enough returns how many of an instance's tasks, in their order, have to end
// for a task to fit; -1 if all of them are not enough. An expression is taken
// to be true only if it is so already.
func (l *Linear) enough(on cluster.InstanceID, r cluster.Request, tasks []cluster.TaskID) int {
	ch := l.chain(r.Group)
	for _, b := range l.bind(ch) {
		if !b.Matches(whole{l, on}) {
			return -1
		}
	}
	own := 0 // tasks of the group, which distinctInstance does not allow
	for _, g := range l.use[on].groups {
		if ch.distinct && g == int(r.Group) {
			own++
		}
	}
	for n := 1; n <= len(tasks); n++ {
		if ch.distinct && l.c.Class(l.c.Task(tasks[n-1]).Class).Group == r.Group {
			own--
		}
		if own == 0 && l.c.HoldsWithout(on, tasks[:n], r.Demand, r.Network) {
			return n
		}
	}
	return -1
}
