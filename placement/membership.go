package placement

import (
	"time"

	"berth/placement/query"
	"berth/sim/cluster"
)

// membership is a conjunction together with what the index knows of it.
// Policies with the same expressions share one.
type membership struct {
	of     conjunction
	text   string
	ofKind []query.Truth
	ofCell []query.Truth

	bounds []*query.Bound
	groups []int // numbers of the task groups that it hangs on
	counts bool  // it hangs on the number of tasks of any group
	opens  bool  // a task that starts on an instance can make it true
}

// member returns the membership of a conjunction.
func (p *cells) member(of conjunction) *membership {
	if len(of) == 0 {
		return nil
	}
	text := of.String()
	for _, m := range p.members {
		if m.text == text {
			return m
		}
	}
	m := &membership{of: of, text: text}
	p.members = append(p.members, m)
	return m
}

// read looks at kinds that are new.
func (m *membership) read(c *cluster.Cluster) {
	for k := len(m.ofKind); k < c.Kinds(); k++ {
		m.ofKind = append(m.ofKind, m.of.static(c.Kind(cluster.KindID(k))))
	}
}

// bind takes account of task groups that are new.
func (m *membership) bind(groups []string) {
	m.bounds, m.groups, m.counts, m.opens = m.bounds[:0], m.groups[:0], false, false
	for _, e := range m.of {
		b := e.Bind(groups)
		m.bounds = append(m.bounds, b)
		m.groups = append(m.groups, b.Groups()...)
		m.counts = m.counts || b.CountsTasks()
		m.opens = m.opens || b.StartsCanOpen()
	}
}

// matches reports whether an instance matches all expressions.
func (m *membership) matches(s *seen) bool {
	switch m.ofKind[s.i.Kind] {
	case query.True:
		return true
	case query.False:
		return false
	}
	for _, b := range m.bounds {
		if !b.Matches(s) {
			return false
		}
	}
	return true
}

// rebind binds the expressions anew when there are new task groups. Nothing
// runs yet of these, so that what is true of an instance stays true.
func (ix *Index) rebind() {
	ix.groups = ix.c.Groups()
	names := make([]string, ix.groups)
	for g := range names {
		names[g] = ix.c.TaskGroup(cluster.GroupID(g))
	}
	for _, m := range ix.cells.members {
		m.bind(names)
		for _, g := range m.groups {
			ix.plan(cluster.GroupID(g)).counts = true
		}
	}
	for _, r := range ix.reasons {
		ix.listen(r)
	}
	ix.counted = ix.counted[:0]
	for g := range ix.plans {
		ix.counted = append(ix.counted, ix.plans[g].counts || ix.plans[g].bucketed)
	}
}

// seen is an instance as the query language sees it.
type seen struct {
	ix   *Index
	slot int32
	i    *cluster.Instance
	kind *cluster.Kind
	// without is a group of which one task that runs there does not count, or none.
	without int
}

// look returns an instance as the query language sees it. It is good until the
// next call.
func (ix *Index) look(slot int32) *seen {
	i := ix.c.Instance(cluster.InstanceID(slot))
	ix.seen = seen{ix: ix, slot: slot, i: i, kind: ix.c.Kind(i.Kind), without: none}
	return &ix.seen
}

func (s *seen) Attribute(name string) (string, bool) {
	value, ok := s.kind.Attributes[name]
	return value, ok
}

// ID keeps the names it has made, because to make one allocates.
func (s *seen) ID() string {
	for len(s.ix.names) <= int(s.slot) {
		s.ix.names = append(s.ix.names, "")
	}
	name := &s.ix.names[s.slot]
	if *name == "" {
		*name = s.ix.c.InstanceName(cluster.InstanceID(s.slot))
	}
	return *name
}

func (s *seen) RegisteredAt() time.Time {
	return s.ix.start.Add(time.Duration(s.i.RegisteredAt()))
}

func (s *seen) RunningTasks() int64 {
	if s.without != none {
		return int64(s.i.Tasks) - 1
	}
	return int64(s.i.Tasks)
}

func (s *seen) Runs(group int) bool {
	p, least := &s.ix.plans[group], int32(1)
	if group == s.without {
		least = 2
	}
	return int(s.slot) < len(p.hosts) && p.hosts[s.slot] >= least
}

func (s *seen) AgentVersion() string { return s.kind.Agent }
func (s *seen) AgentConnected() bool { return true }
